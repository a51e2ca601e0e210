(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the first tier of binary64 rows certifies, of a row's moments

    Purpose.  The last sentence of the ledger in lib/fast/binary64_error_bounds.h, which ends.v supposes,
    for the operations of elements_model.v: so what has equal ends is y's rounding.

    Corresponds to NormalizeBinary64Vector and PrepareBinary64 of lib/fast/binary64-inl.h.

    Symbols.
      ms, m           the rows that are done together, and one of them
      a, V, d         those of moments_near.v; the deviation, as it is computed
      y               g (d - a) / sqrt V + b

    Main results.
      column_is           M = 2^n, T |g| + |b| <= M, and the parts of g and b are those of columns.v
      element_near        s + l is as near to y as tier_near says
      element_certified   both ends are equal: they are y's rounding *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.products sharp.pairs
  binary64.model binary64.elements_model binary64.ends binary64.grid binary64.split
  binary64.moments_near binary64.normalise binary64.columns binary64.scales.
Import ListNotations.

Local Open Scope R_scope.

Section Result.
Variable ms : list (tier_moments R).
Hypothesis together : Forall (fun m => takes_part real m = true) ms.
Hypothesis errors_small :
  Forall (fun m => 0 <= row_e1 m <= bpow radix2 (-50) /\ 0 <= row_e0 m <= bpow radix2 (-50)) ms.

Variable m : tier_moments R.
Hypothesis in_group : In m ms.
Variables a V : R.
Hypothesis near : tier_moments_near m a V.

Variables x g b : R.
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Let s := group_of ms.
Let d := deviation_hat R real (tier_centre m) x.
Hypothesis d_most : Rabs d <= largest m.

Let c := column_of real real_power_above s g b.
Hypothesis counts : column_counts real c = true.

Let e := element_of real s m c x.
Let y := g * ((d - a) / sqrt V) + b.

Lemma column_is : exists z n, (-26 <= z <= -15)%Z /\ (-799 <= n <= 801)%Z /\
  scale_t s = bpow radix2 (26 + z) /\ grid_f s = bpow radix2 z /\ spread_t real s = spread z /\
  reach real m < bpow radix2 (26 + z) /\
  scale_m c = bpow radix2 n /\ bpow radix2 (26 + z) * Rabs g + Rabs b <= bpow radix2 n /\
  gain_first c = fst (split_of (n - 52 - z) g) /\ gain_second c = snd (split_of (n - 52 - z) g) /\
  bias_first c = fst (split_of (n - 51) b) /\ bias_second c = snd (split_of (n - 51) b).
Proof.
  destruct (scale_t_above ms together) as (j & Hj & T & F & C & R). fold s in T, F, C.
  assert (size : magnitude c = rnd (bpow radix2 j * Rabs g + Rabs b)).
  { unfold c, column_of. cbn [magnitude]. rewrite !absolute_is, T. reflexivity. }
  unfold column_counts, in_range in counts. apply andb_prop in counts.
  cbn [at_most real_arithmetic power_of_two] in counts. rewrite size in counts. destruct counts as [L H].
  set (w := rnd (bpow radix2 j * Rabs g + Rabs b)) in *.
  destruct (Rle_bool_spec (bpow radix2 least_magnitude_exponent) w) as [L'|]; [clear L|discriminate].
  destruct (Rle_bool_spec w (bpow radix2 most_magnitude_exponent)) as [H'|]; [clear H|discriminate].
  unfold least_magnitude_exponent in L'. unfold most_magnitude_exponent in H'.
  assert (P := bpow_gt_0 radix2 (-800)).
  assert (N : w <> 0) by lra. assert (Ab : Rabs w = w) by (apply Rabs_pos_eq; lra).
  set (n := mag_val radix2 w (mag radix2 w)).
  assert (Hn : (-799 <= n <= 801)%Z).
  { split.
    - apply (mag_ge_bpow radix2 w (-799)). rewrite Ab. exact L'.
    - apply (mag_le_bpow radix2 w 801 N). rewrite Ab. apply Rle_lt_trans with (1 := H'). apply bpow_lt. lia. }
  assert (M : scale_m c = bpow radix2 n).
  { change (scale_m c) with (real_power_above (magnitude c)). now rewrite size. }
  exists (j - 26)%Z, n. replace (26 + (j - 26))%Z with j by ring.
  assert (Gs : multiply real (scale_m c) (divide real (one_half_more real) (grid_f s)) = spread (n - 52 - (j - 26))).
  { rewrite M, one_half_more_is, F. cbn [multiply divide real_arithmetic].
    assert (E : 3 / 2 / bpow radix2 (j - 26) = spread (- 52 - (j - 26))).
    { unfold spread. replace (52 + (- 52 - (j - 26)))%Z with (- (j - 26))%Z by ring. rewrite bpow_opp. reflexivity. }
    rewrite E, (rnd_exact (spread (- 52 - (j - 26)))) by (apply spread_binary64; lia).
    replace (bpow radix2 n * spread (- 52 - (j - 26))) with (spread (n - 52 - (j - 26))).
    - apply rnd_exact, spread_binary64. lia.
    - unfold spread. replace (52 + (n - 52 - (j - 26)))%Z with (n + (52 + (- 52 - (j - 26))))%Z by ring.
      rewrite (bpow_plus radix2 n). ring. }
  assert (Bs : multiply real (scale_m c) (of_count real 3) = spread (n - 51)).
  { rewrite M. cbn [multiply of_count real_arithmetic]. replace (bpow radix2 n * INR 3) with (spread (n - 51)).
    - apply rnd_exact, spread_binary64. lia.
    - rewrite spread_value. replace (51 + (n - 51))%Z with n by ring. simpl. ring. }
  split; [lia|]. split; [exact Hn|]. split; [exact T|]. split; [exact F|]. split; [exact C|].
  split; [now apply R|]. split; [exact M|]. split.
  { apply Rnot_lt_le. intros K. apply Rlt_le in K. apply rnd_le in K. fold w in K.
    rewrite rnd_exact in K by (apply binary64_bpow; lia).
    assert (Q := bpow_mag_gt radix2 w). fold n in Q. rewrite Ab in Q. lra. }
  unfold split_of. cbn [fst snd].
  rewrite <- Gs, <- Bs. repeat split; reflexivity.
Qed.

Lemma element_is z : spread_t real s = spread z ->
  let t := parts_of z d (fst (rstd_pair m)) (snd (rstd_pair m))
             (shift_of z (fst (shift_pair m)) (snd (shift_pair m))) in
  t_first e = fst t /\ t_second e = snd t /\
  (y_high e, y_low e) = products.fast_two_sum
    (high_of t (gain_first c, gain_second c) (bias_first c, bias_second c))
    (low_of t g (gain_first c, gain_second c) (bias_first c, bias_second c)).
Proof.
  intros S. unfold e, element_of, shift_second, shift_first. rewrite S.
  destruct (rstd_pair m) as [r1 r2]. split; [reflexivity|]. split; reflexivity.
Qed.

Theorem element_near :
  tier_near (scale_e1 s) (scale_e0 s) (Rabs (t_first e)) g (scale_m c) (y_high e) (y_low e) y /\
  Rabs (t_first e) <= bpow radix2 11 /\ bpow radix2 (-799) <= scale_m c <= bpow radix2 801 /\
  Rabs g <= 2 * scale_m c /\ Rabs g * Rabs (t_first e) <= 2 * scale_m c /\
  Rabs (y_high e) <= 2 * scale_m c /\ Rabs (y_low e) <= u * Rabs (y_high e).
Proof.
  destruct column_is as (z & n & Hz & Hn & T & F & C & R & M & Most & G1 & G2 & B1 & B2).
  destruct near as [Vp _ _ N1 N0 (R1 & R2 & Dd) [Rl _] (C1 & C2 & C3) _ _].
  destruct (element_is z C) as (T1 & T2 & Y).
  set (t := parts_of z d _ _ _) in *.
  rewrite G1, G2, B1, B2, <- !surjective_pairing in Y.
  assert (Rp : 0 < fst (rstd_pair m)) by (apply Rlt_le_trans with (2 := Rl), bpow_gt_0).
  assert (Dp := Rabs_pos d).
  assert (Reach : Rabs (d * fst (rstd_pair m)) + Rabs (fst (shift_pair m)) < bpow radix2 (26 + z)).
  { apply Rle_lt_trans with (largest m * fst (rstd_pair m) + Rabs (fst (shift_pair m))).
    - apply Rplus_le_compat_r. rewrite Rabs_mult, (Rabs_pos_eq (fst (rstd_pair m))) by lra.
      apply Rmult_le_compat_r; lra.
    - apply (reach_above ms together m _ in_group); [apply Rmult_le_pos; lra|exact R]. }
  assert (R2s : Rabs (d * snd (rstd_pair m)) <= 4 * (u * Rabs (d * fst (rstd_pair m)))).
  { destruct (low_part _ _ (conj R1 (conj R2 Dd))) as (_ & _ & L). rewrite !Rabs_mult.
    assert (Rabs d * Rabs (snd (rstd_pair m)) <= Rabs d * (u * Rabs (fst (rstd_pair m))))
      by (apply Rmult_le_compat_l; assumption).
    assert (0 <= Rabs d * (u * Rabs (fst (rstd_pair m)))).
    { apply Rmult_le_pos; [exact Dp|]. apply Rmult_le_pos; [apply Rlt_le, u_pos|apply Rabs_pos]. }
    lra. }
  assert (C2s : Rabs (snd (shift_pair m)) <= 4 * (u * Rabs (fst (shift_pair m)))).
  { assert (P := u_part _ (Rabs_pos (fst (shift_pair m)))). lra. }
  assert (Err := tier_t_error m a V d near). cbv zeta in Err. unfold value_of in Err.
  destruct (parts_near z Hz d _ _ _ _ C1 Reach R2s C2s C2) as (P1 & P2 & P3 & _).
  assert (S41 : bpow radix2 (-50) <= bpow radix2 (-41)) by (apply bpow_le; lia).
  assert (Near := normalised_near z Hz d _ _ _ _ C1 Reach R2s C2s C2 ((d - a) / sqrt V) (row_e1 m) (row_e0 m)
    ltac:(lra) ltac:(lra) Err).
  fold t in P1, P2, P3, Near.
  destruct (result_near z n Hz Hn g b t g_binary64 b_binary64 Most P1 P2 P3) as (_ & S1 & S2 & S3).
  rewrite <- Y in S1, S2, S3. cbn [fst snd] in S1, S2, S3.
  rewrite T1, M.
  assert (T11 : Rabs (fst t) <= bpow radix2 11).
  { apply Rle_trans with (1 := P2). apply bpow_le. lia. }
  assert (Tp : 1 <= bpow radix2 (26 + z)) by (apply (bpow_le radix2 0); lia).
  assert (Gp := Rabs_pos g). assert (Bp := Rabs_pos b). assert (Mp := bpow_gt_0 radix2 n).
  assert (TG : Rabs g <= bpow radix2 (26 + z) * Rabs g).
  { rewrite <- (Rmult_1_l (Rabs g)) at 1. now apply Rmult_le_compat_r. }
  split; [|split; [exact T11|split; [split; apply bpow_le; lia|]]].
  - destruct (scale_errors ms together errors_small m (Rabs (fst t)) in_group (conj (Rabs_pos _) T11)) as (E & _).
    fold s in E. rewrite F in E. unfold tier_near.
    assert (D : Rabs (fst t + snd t - (d - a) / sqrt V) <= scale_e1 s * Rabs (fst t) + scale_e0 s) by lra.
    replace (y_high e + y_low e - y) with ((y_high e + y_low e - (g * (fst t + snd t) + b))
      + g * (fst t + snd t - (d - a) / sqrt V)) by (unfold y; ring).
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite (Rabs_mult g).
    assert (X := Rmult_le_compat_l _ _ _ Gp D).
    assert (W := bpow_ge_0 radix2 (-1060)).
    assert (W2 : 0 <= bpow radix2 (-78) * bpow radix2 n) by (apply Rmult_le_pos; apply bpow_ge_0).
    lra.
  - split; [lra|]. split; [|now split].
    apply Rle_trans with (bpow radix2 (26 + z) * Rabs g); [|lra].
    rewrite Rmult_comm. now apply Rmult_le_compat_r.
Qed.

Lemma bound_is :
  y_bound e = tier_error (scale_e1 s) (scale_e0 s) (Rabs (t_first e)) g (scale_m c).
Proof.
  transitivity (muladd real (absolute real (t_first e)) (column_e1 c) (column_e0 c)).
  { unfold e, element_of. destruct (rstd_pair m). reflexivity. }
  unfold c, column_of. cbn [column_e1 column_e0 scale_m]. rewrite !absolute_is.
  unfold tier_error, column_factor, literal. cbn [muladd multiply divide of_count real_arithmetic power_of_two].
  replace (INR 101 / INR 100) with (101 / 100) by (simpl; lra). reflexivity.
Qed.

Lemma ends_are :
  lower_end e = rnd (y_high e + rnd (y_low e - y_bound e)) /\
  upper_end e = rnd (y_high e + rnd (y_low e + y_bound e)).
Proof. unfold e, element_of. destruct (rstd_pair m). split; reflexivity. Qed.

Lemma element_enclosed :
  y_high e + rnd (y_low e - y_bound e) <= y <= y_high e + rnd (y_low e + y_bound e) /\
  bpow radix2 (-900) <= rnd (y_low e + y_bound e) - rnd (y_low e - y_bound e).
Proof.
  destruct element_near as (N & T & (M & _) & G & GT & S & L).
  destruct (scale_errors ms together errors_small m 0 in_group) as (_ & E1 & E0).
  { split; [lra|apply bpow_ge_0]. }
  rewrite bound_is. exact (tier_enclose _ _ _ g _ _ _ y E1 E0 (conj (Rabs_pos _) T) M G GT S L N).
Qed.

Lemma y_most : Rabs y < bpow radix2 900.
Proof.
  destruct element_near as (N & T & (_ & M) & G & GT & S & L).
  destruct (scale_errors ms together errors_small m 0 in_group) as (_ & E1 & E0).
  { split; [lra|apply bpow_ge_0]. }
  fold s in E1, E0. unfold tier_near in N. set (M' := scale_m c) in *. set (t := Rabs (t_first e)) in *.
  assert (Pt : 0 <= t) by apply Rabs_pos. assert (Pg := Rabs_pos g). assert (Ps := Rabs_pos (y_high e)).
  assert (S40 : bpow radix2 (-40) <= 1) by (apply (bpow_le radix2 _ 0); lia).
  assert (S78 : bpow radix2 (-78) <= 1) by (apply (bpow_le radix2 _ 0); lia).
  assert (P78 := bpow_gt_0 radix2 (-78)).
  assert (W : bpow radix2 (-1060) <= 1) by (apply (bpow_le radix2 _ 0); lia).
  assert (A : Rabs g * (scale_e1 s * t + scale_e0 s) <= 4 * M').
  { replace (Rabs g * (scale_e1 s * t + scale_e0 s)) with (Rabs g * t * scale_e1 s + Rabs g * scale_e0 s) by ring.
    assert (Rabs g * t * scale_e1 s <= 2 * M' * 1) by (apply Rmult_le_compat; lra || now apply Rmult_le_pos).
    assert (Rabs g * scale_e0 s <= 2 * M' * 1) by (apply Rmult_le_compat; lra). lra. }
  assert (B : bpow radix2 (-78) * M' <= 1 * M') by (apply Rmult_le_compat_r; lra).
  assert (Us := u_part _ Ps).
  assert (K := at_most_by y (y_high e + y_low e)). rewrite Rabs_minus_sym in K.
  assert (X := Rabs_triang (y_high e) (y_low e)).
  apply Rle_lt_trans with (12 * bpow radix2 801 + 1); [lra|].
  assert (One : 1 <= bpow radix2 801) by (apply (bpow_le radix2 0); lia).
  apply Rle_lt_trans with (bpow radix2 4 * bpow radix2 801); [simpl (bpow radix2 4); lra|].
  rewrite <- bpow_plus. apply bpow_lt. lia.
Qed.

(** p is the pattern of what is stored. *)
Theorem element_certified p :
  is_pattern Binary64 p -> meaning Binary64 p = Finite (lower_end e) -> lower_end e = upper_end e ->
  represents Binary64 (Finite y) p.
Proof.
  destruct ends_are as [-> ->]. intros P M E. destruct element_enclosed as [In Apart].
  apply (tier_certified (y_high e) (y_low e) (y_bound e) y p); try assumption.
  assert (R : rnd (y_high e + rnd (y_low e - y_bound e)) = rnd y).
  { apply Rle_antisym; [apply rnd_le; lra|]. rewrite E. apply rnd_le. lra. }
  rewrite R. assert (Q := rnd_le (Rabs y) _ (Rlt_le _ _ y_most)).
  rewrite (rnd_exact (bpow radix2 900)) in Q by (apply binary64_bpow; lia).
  unfold rnd, nearest_even in *. rewrite <- round_NE_abs by typeclasses eauto.
  apply Rle_lt_trans with (1 := Q). apply bpow_lt. lia.
Qed.

End Result.
