(* SPDX-License-Identifier: Apache-2.0 *)
(** * What binary64 rows that are done together share

    Purpose.  T, F, e1 and e0 of a group of rows, each of which takes part: T is a power of two above what
    every row reaches, and e1 and e0 are enough for every row, with the roundings of their own.

    Corresponds to Admit of lib/fast/binary64-inl.h and to BoundBinary64Normalized of
    lib/fast/binary64_error_bounds.h.

    Symbols: those of elements_model.v, and
      group_of ms    the scales of ms
      j              T = 2^j

    Main results.
      scale_t_above   0 <= j <= 11, F = 2^(j - 26), C = 1.5 x 2^52 F; every reach is below T
      reach_above     so is largest r1 + |c^|
      scale_errors    1.001 E1 (|T1| + 2^-15) + E0 + 2.501 u F <= e1 |T1| + e0 *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.width sharp.pairs
  binary64.model binary64.elements_model binary64.grid binary64.split.
Import ListNotations.

Local Open Scope R_scope.

Notation real := (real_arithmetic true).

Definition group_of (ms : list (tier_moments R)) : tier_scales R := scales_of real real_power_above ms.

(** ** The largest of a list *)

Lemma maximum_real x y : x <= maximum real x y /\ y <= maximum real x y /\
  (maximum real x y = x \/ maximum real x y = y).
Proof.
  rewrite maximum_is. split; [apply Rmax_l|]. split; [apply Rmax_r|]. unfold Rmax. destruct (Rle_dec x y); auto.
Qed.

Lemma largest_above l : forall x,
  x <= fold_left (maximum real) l x /\ forall y, In y l -> y <= fold_left (maximum real) l x.
Proof.
  induction l as [|a l IH]; intros x; cbn [fold_left]; [split; [lra|easy]|].
  destruct (IH (maximum real x a)) as [H1 H2]. destruct (maximum_real x a) as (A1 & A2 & _).
  split; [lra|]. intros y [<-|I]; [lra|now apply H2].
Qed.

Lemma largest_below l B : forall x,
  x <= B -> (forall y, In y l -> y <= B) -> fold_left (maximum real) l x <= B.
Proof.
  induction l as [|a l IH]; intros x Hx H; cbn [fold_left]; [exact Hx|].
  apply IH; [|intros y I; apply H; now right].
  assert (a <= B) by (apply H; now left).
  destruct (maximum_real x a) as (_ & _ & [-> | ->]); assumption.
Qed.

(** ** Constants *)

Lemma binary64_bpow e : (-1074 <= e)%Z -> binary64 (bpow radix2 e).
Proof. intros H. apply generic_format_bpow. unfold FLT_exp. lia. Qed.

Lemma literal_half : literal real 1 2 = / 2.
Proof.
  unfold literal. cbn [divide of_count real_arithmetic INR]. replace (1 / (1 + 1)) with (bpow radix2 (-1)).
  - rewrite rnd_exact; [reflexivity|]. now apply binary64_bpow.
  - simpl. lra.
Qed.

Lemma one_half_more_is : one_half_more real = 3 / 2.
Proof.
  unfold one_half_more, literal. cbn [divide of_count real_arithmetic INR].
  replace ((1 + 1 + 1) / (1 + 1)) with (3 / 2) by lra. apply rnd_exact.
  apply (multiple_binary64 (-1)); [lia|exists 3%Z; simpl; lra|]. rewrite Rabs_pos_eq by lra.
  apply Rle_trans with (bpow radix2 1); [simpl; lra|apply bpow_le; lia].
Qed.

Lemma rnd_about x : 0 <= x -> 999999 / 1000000 * x - crumb <= rnd x <= 1000001 / 1000000 * x + crumb.
Proof.
  intros H. assert (I := rounded_in x). apply Rabs_le_inv in I. rewrite Rabs_pos_eq in I by exact H.
  assert (U := u_part x H). assert (E := eta_crumb). assert (K := crumb_small). lra.
Qed.

Lemma literal_about n d l h :
  0 <= INR n / INR d -> l + crumb <= 999999 / 1000000 * (INR n / INR d) ->
  1000001 / 1000000 * (INR n / INR d) + crumb <= h -> l <= literal real n d <= h.
Proof. intros P L H. assert (A := rnd_about _ P). unfold literal. cbn [divide of_count real_arithmetic]. lra. Qed.

Lemma rnd_bpow_times e f : (-1074 <= e + f)%Z -> rnd (bpow radix2 e * bpow radix2 f) = bpow radix2 (e + f).
Proof. intros H. rewrite <- bpow_plus. apply rnd_exact. now apply binary64_bpow. Qed.

(** ** T, F and C *)

Section Group.
Variable ms : list (tier_moments R).
Hypothesis together : Forall (fun m => takes_part real m = true) ms.

Let s := group_of ms.
Let top := fold_left (maximum real) (map (reach real) ms) (literal real 1 2).

Lemma reach_most m : In m ms -> reach real m <= bpow radix2 10.
Proof.
  intros I. rewrite Forall_forall in together. assert (P := together m I). unfold takes_part in P.
  apply andb_prop in P. destruct P as [_ P]. cbn [at_most real_arithmetic power_of_two] in P.
  destruct (Rle_bool_spec (reach real m) (bpow radix2 most_t_exponent)); [assumption|discriminate].
Qed.

Theorem scale_t_above : exists j, (0 <= j <= 11)%Z /\
  scale_t s = bpow radix2 j /\ grid_f s = bpow radix2 (j - 26) /\ spread_t real s = spread (j - 26) /\
  forall m, In m ms -> reach real m < bpow radix2 j.
Proof.
  destruct (largest_above (map (reach real) ms) (literal real 1 2)) as [L1 L2]. fold top in L1, L2.
  assert (L3 : top <= bpow radix2 10).
  { apply largest_below.
    - rewrite literal_half. apply Rle_trans with 1; [lra|]. apply (bpow_le radix2 0). lia.
    - intros y I. apply in_map_iff in I. destruct I as (m & <- & I). now apply reach_most. }
  rewrite literal_half in L1.
  assert (N : top <> 0) by lra. assert (Ab : Rabs top = top) by (apply Rabs_pos_eq; lra).
  exists (mag radix2 top). set (j := mag_val radix2 top (mag radix2 top)).
  assert (Hj : (0 <= j <= 11)%Z).
  { split.
    - apply (mag_ge_bpow radix2 top 0). rewrite Ab. exact L1.
    - apply (mag_le_bpow radix2 top 11 N). rewrite Ab. apply Rle_lt_trans with (1 := L3). apply bpow_lt. lia. }
  assert (T : scale_t s = bpow radix2 j) by reflexivity.
  assert (F : grid_f s = bpow radix2 (j - 26)).
  { change (grid_f s) with (rnd (bpow radix2 (-26) * bpow radix2 j)). rewrite rnd_bpow_times by lia.
    f_equal. lia. }
  split; [exact Hj|]. split; [exact T|]. split; [exact F|]. split.
  - unfold spread_t. rewrite one_half_more_is, F. cbn [multiply real_arithmetic power_of_two].
    assert (E : rnd (3 / 2 * bpow radix2 52) = spread 0) by (apply rnd_exact, spread_binary64; lia).
    rewrite E. replace (spread 0 * bpow radix2 (j - 26)) with (spread (j - 26)).
    + apply rnd_exact, spread_binary64. lia.
    + unfold spread. rewrite (bpow_plus radix2 52 (j - 26)). simpl (52 + 0)%Z. ring.
  - intros m I. apply Rle_lt_trans with top.
    + apply L2. now apply in_map.
    + rewrite <- Ab. apply bpow_mag_gt.
Qed.

Theorem reach_above m B : In m ms -> 0 <= largest m * fst (rstd_pair m) -> reach real m < B ->
  largest m * fst (rstd_pair m) + Rabs (fst (shift_pair m)) < B.
Proof.
  intros I P H. assert (R := reach_most m I). unfold reach in R, H.
  rewrite absolute_is in R, H. cbn [plus multiply real_arithmetic power_of_two] in R, H.
  set (x := largest m * fst (rstd_pair m)) in *. set (c := Rabs (fst (shift_pair m))) in *.
  assert (C : 0 <= c) by apply Rabs_pos.
  assert (Z1 := rnd_ge_0 x P). assert (O1 := rounded_in x). set (x1 := rnd x) in *.
  assert (Z2 := rnd_ge_0 (x1 + c) ltac:(lra)). assert (O2 := rounded_in (x1 + c)). set (x2 := rnd (x1 + c)) in *.
  change (bpow radix2 margin_exponent) with (/ 65536) in *.
  assert (O3 := rounded_in (x2 + / 65536)). set (x3 := rnd (x2 + / 65536)) in *.
  change (bpow radix2 10) with 1024 in R.
  rewrite (Rabs_pos_eq x) in O1 by lra. rewrite (Rabs_pos_eq (x1 + c)) in O2 by lra.
  rewrite (Rabs_pos_eq (x2 + _)) in O3 by lra.
  apply Rabs_le_inv in O1. apply Rabs_le_inv in O2. apply Rabs_le_inv in O3.
  assert (Us := u_small). assert (Up := u_pos).
  assert (U1 := u_part x P). assert (U2 := u_part (x1 + c) ltac:(lra)). assert (U3 := u_part (x2 + / 65536) ltac:(lra)).
  assert (K := crumb_small). assert (E := eta_crumb). lra.
Qed.

(** ** e1 and e0 *)

Hypothesis errors_small :
  Forall (fun m => 0 <= row_e1 m <= bpow radix2 (-50) /\ 0 <= row_e0 m <= bpow radix2 (-50)) ms.

Theorem scale_errors m x : In m ms -> 0 <= x <= bpow radix2 11 ->
  1001 / 1000 * (row_e1 m * (x + bpow radix2 (-15))) + row_e0 m + 2501 / 1000 * (u * grid_f s)
    <= scale_e1 s * x + scale_e0 s /\
  0 <= scale_e1 s <= bpow radix2 (-40) /\ 0 <= scale_e0 s <= bpow radix2 (-40).
Proof.
  intros I [X0 X1]. destruct scale_t_above as (j & Hj & _ & F & _ & _).
  assert (Fb : bpow radix2 (-26) <= grid_f s <= bpow radix2 (-15)) by (rewrite F; split; apply bpow_le; lia).
  destruct (largest_above (map row_e1 ms) 0) as [A1 B1]. destruct (largest_above (map row_e0 ms) 0) as [A0 B0].
  assert (C1 : fold_left (maximum real) (map row_e1 ms) 0 <= bpow radix2 (-50)).
  { apply largest_below; [apply bpow_ge_0|]. intros y J. apply in_map_iff in J. destruct J as (q & <- & J).
    rewrite Forall_forall in errors_small. apply (errors_small q J). }
  assert (C0 : fold_left (maximum real) (map row_e0 ms) 0 <= bpow radix2 (-50)).
  { apply largest_below; [apply bpow_ge_0|]. intros y J. apply in_map_iff in J. destruct J as (q & <- & J).
    rewrite Forall_forall in errors_small. apply (errors_small q J). }
  assert (D1 := B1 _ (in_map row_e1 ms m I)). assert (D0 := B0 _ (in_map row_e0 ms m I)).
  rewrite Forall_forall in errors_small. destruct (errors_small m I) as [[E1 _] [E0 _]].
  set (f := grid_f s) in *. set (m1 := fold_left (maximum real) (map row_e1 ms) 0) in *.
  set (m0 := fold_left (maximum real) (map row_e0 ms) 0) in *.
  change (scale_e1 s) with (rnd (literal real 101 100 * m1)).
  change (scale_e0 s) with (rnd (literal real 101 100 * rnd (rnd (m0 + rnd (bpow radix2 (-15) * m1))
    + rnd (rnd (literal real 251 100 * bpow radix2 (-53)) * f)))).
  assert (K := crumb_small). assert (Up := u_pos).
  assert (Q1 : 10099 / 10000 <= literal real 101 100 <= 10101 / 10000) by (apply (literal_about 101 100); simpl; lra).
  assert (Q2 : 250999 / 100000 <= literal real 251 100 <= 252 / 100) by (apply (literal_about 251 100); simpl; lra).
  set (k101 := literal real 101 100) in *. set (k251 := literal real 251 100) in *.
  assert (B15 : bpow radix2 (-15) = / 32768) by reflexivity. rewrite B15 in *.
  assert (B40 : bpow radix2 (-40) = / 1099511627776) by reflexivity. rewrite B40.
  assert (B50 : bpow radix2 (-50) = / 1125899906842624) by reflexivity. rewrite B50 in *.
  assert (B11 : bpow radix2 11 = 2048) by reflexivity. rewrite B11 in *.
  assert (Uf : 1000000 * crumb <= u * f).
  { apply Rle_trans with (u * bpow radix2 (-26)); [|apply by_u; lra].
    apply Rle_trans with (bpow radix2 20 * crumb); [apply Rmult_le_compat_r; simpl; lra|].
    unfold crumb, u. rewrite <- !bpow_plus. apply bpow_le. lia. }
  assert (P1 : 10099 / 10000 * m1 <= k101 * m1 <= 10101 / 10000 * m1) by (split; apply Rmult_le_compat_r; lra).
  assert (R1 := rnd_about (k101 * m1) ltac:(lra)). set (e1 := rnd (k101 * m1)) in *.
  assert (R2 := rnd_about (/ 32768 * m1) ltac:(lra)). set (a := rnd (/ 32768 * m1)) in *.
  assert (Za : 0 <= a) by (apply rnd_ge_0; lra).
  assert (R3 := rnd_about (m0 + a) ltac:(lra)). assert (Zb := rnd_ge_0 (m0 + a) ltac:(lra)).
  set (b := rnd (m0 + a)) in *.
  assert (Su : bpow radix2 (-53) = u) by reflexivity. rewrite Su.
  assert (P4 : 250999 / 100000 * u <= k251 * u <= 252 / 100 * u) by (split; apply Rmult_le_compat_r; lra).
  assert (R4 := rnd_about (k251 * u) ltac:(lra)). assert (Zk := rnd_ge_0 (k251 * u) ltac:(lra)).
  set (ku := rnd (k251 * u)) in *.
  assert (B26 := bpow_gt_0 radix2 (-26)).
  assert (Cf : 0 <= crumb * f <= crumb).
  { split; [apply Rmult_le_pos; lra|]. rewrite <- (Rmult_1_r crumb) at 2. apply Rmult_le_compat_l; lra. }
  assert (P5 : (25099 / 10000 * u - crumb) * f <= ku * f <= (253 / 100 * u + crumb) * f)
    by (split; apply Rmult_le_compat_r; lra).
  rewrite Rmult_minus_distr_r, Rmult_plus_distr_r, !Rmult_assoc in P5. set (v := u * f) in *.
  assert (Zc : 0 <= ku * f) by (apply Rmult_le_pos; lra).
  assert (R5 := rnd_about (ku * f) Zc). assert (Zd := rnd_ge_0 (ku * f) Zc). set (d := rnd (ku * f)) in *.
  assert (R6 := rnd_about (b + d) ltac:(lra)). assert (Ze := rnd_ge_0 (b + d) ltac:(lra)).
  set (w := rnd (b + d)) in *.
  assert (P7 : 10099 / 10000 * w <= k101 * w <= 10101 / 10000 * w) by (split; apply Rmult_le_compat_r; lra).
  assert (R7 := rnd_about (k101 * w) ltac:(lra)). assert (Zf := rnd_ge_0 (k101 * w) ltac:(lra)).
  set (e0 := rnd (k101 * w)) in *.
  assert (Ze1 : 0 <= e1) by (apply rnd_ge_0; lra).
  assert (V : v <= / 1000000000000000 * / 32768).
  { unfold v. apply Rmult_le_compat; try lra. apply u_small. }
  assert (L1 : (10098 / 10000 * m1 - crumb) * x <= e1 * x) by (apply Rmult_le_compat_r; lra).
  assert (L2 : row_e1 m * (x + / 32768) <= m1 * (x + / 32768)) by (apply Rmult_le_compat_r; lra).
  assert (L3 : 0 <= m1 * x) by (apply Rmult_le_pos; lra).
  assert (L4 : crumb * x <= crumb * 2048) by (apply Rmult_le_compat_l; lra).
  split; [lra|]. split; lra.
Qed.

End Group.
