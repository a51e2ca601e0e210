(* SPDX-License-Identifier: Apache-2.0 *)
(** * H and L of the first tier of binary64 rows

    Purpose.  The paragraph "Columns" of the ledger in lib/fast/binary64_error_bounds.h: H is exact, L is
    small beside it, and their sum is exact.

    Corresponds to PrepareBinary64 and Binary64ElementOf of lib/fast/binary64-inl.h.

    Symbols.
      z, n            F = 2^z, T = 2^26 F, M = 2^n
      split_of w v    v to the grid 2^w, and what is left of it
      high_of, low_of H and L, from T1, T2 and the parts of g and b

    Main results.
      grid_sum_exact  FastTwoSum is exact where its first operand is a multiple of the second one's last place
      result_near     H + L is exact, and within 1.0001 x 2^-78 M of g (T1 + T2) + b *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.ends sharp.products
  sharp.pairs binary64.grid.

Local Open Scope R_scope.

(** ** FastTwoSum on a grid *)

Lemma own_grid v : binary64 v -> v <> 0 ->
  let e := cexp radix2 (FLT_exp (-1074) 53) v in
  (-1074 <= e)%Z /\ exists m : Z, v = IZR m * bpow radix2 e /\ (Z.abs m < 2 ^ 53)%Z.
Proof.
  intros B N e. assert (E : (mag radix2 v - 53 <= e /\ -1074 <= e)%Z) by (unfold e, cexp, FLT_exp; lia).
  split; [lia|]. exists (Ztrunc (scaled_mantissa radix2 (FLT_exp (-1074) 53) v)). split; [exact B|].
  apply lt_IZR. rewrite abs_IZR. apply Rmult_lt_reg_r with (bpow radix2 e); [apply bpow_gt_0|].
  rewrite <- (Rabs_pos_eq (bpow radix2 e)) at 1 by apply bpow_ge_0. rewrite <- Rabs_mult.
  replace (IZR (Ztrunc (scaled_mantissa radix2 (FLT_exp (-1074) 53) v)) * bpow radix2 e) with v by exact B.
  apply Rlt_le_trans with (1 := bpow_mag_gt radix2 v). change (IZR (2 ^ 53)) with (bpow radix2 53).
  rewrite <- bpow_plus.
  apply bpow_le. lia.
Qed.

Theorem grid_sum_exact z a b :
  (-1074 <= z)%Z -> multiple z a -> binary64 a -> binary64 b -> Rabs b < bpow radix2 (53 + z) ->
  value_of (fast_two_sum a b) = a + b.
Proof.
  intros Z Ma Fa Fb Hb. destruct (Rle_or_lt (Rabs b) (Rabs a)) as [O|O].
  { exact (proj1 (fast_two_sum_exact a b Fa Fb O)). }
  assert (N : b <> 0). { intros ->. rewrite Rabs_R0 in O. assert (P := Rabs_pos a). lra. }
  destruct (own_grid b Fb N) as (E0 & m & Eb & Hm).
  set (e := cexp radix2 (FLT_exp (-1074) 53) b) in *.
  assert (B := bpow_gt_0 radix2 e).
  unfold value_of, fast_two_sum. cbn [fst snd]. set (s := rnd (a + b)).
  assert (Fs : binary64 s) by apply binary64_rnd.
  assert (I := sum_out a b Fa Fb). assert (I' := sum_in a b Fa Fb). fold s in I, I'.
  assert (Err : binary64 (s - (a + b))).
  { replace (s - (a + b)) with (- (a + b - s)) by ring. apply binary64_opp.
    assert (X := two_sum_exact a b Fa Fb). fold s in X. replace (a + b - s) with (two_sum_error a b) by lra.
    apply binary64_rnd. }
  enough (Es : rnd (s - a) = s - a).
  { rewrite Es, rnd_exact; [ring|]. replace (b - (s - a)) with (- (s - (a + b))) by ring.
    now apply binary64_opp. }
  assert (Ez : (e <= z)%Z).
  { assert (K := mag_le_bpow radix2 b (53 + z) N Hb). unfold e, cexp, FLT_exp. lia. }
  assert (Mb : multiple e b) by now exists m.
  apply (multiple_finer e) in Ma; [|exact Ez].
  destruct (Rle_or_lt (Rabs (a + b)) (bpow radix2 (53 + e))) as [L|L].
  { replace s with (a + b) by (symmetry; now apply (multiple_sum e)).
    replace (a + b - a) with b by ring. now apply rnd_exact. }
  assert (Us := u_small). assert (T := Rabs_triang a b).
  assert (Ms : multiple e s).
  { apply large_multiple; [exact Fs|].
    replace (53 + e)%Z with (1 + (52 + e))%Z in L by ring. rewrite (bpow_plus radix2 1) in L.
    change (bpow radix2 1) with 2 in L. assert (K := at_most_by (a + b) s). rewrite Rabs_minus_sym in K.
    assert (u * Rabs (a + b) <= / 1000000000000000 * Rabs (a + b))
      by (apply Rmult_le_compat_r; [apply Rabs_pos|exact Us]). assert (P := bpow_gt_0 radix2 (52 + e)). lra. }
  assert (Mq : multiple e (s - (a + b))) by (apply multiple_minus; [|apply multiple_plus]; assumption).
  destruct Mq as (q & Eq).
  assert (Hq : (Z.abs q <= 1)%Z).
  { apply Z.lt_succ_r, lt_IZR. change (IZR (Z.succ 1)) with 2.
    apply Rmult_lt_reg_r with (bpow radix2 e); [exact B|].
    rewrite abs_IZR, <- (Rabs_pos_eq (bpow radix2 e)) at 1 by lra. rewrite <- Rabs_mult, <- Eq.
    apply Rle_lt_trans with (1 := I'). apply Rlt_le_trans with (u * (2 * Rabs b)).
    - apply Rmult_lt_compat_l; [apply u_pos|]. lra.
    - replace (u * (2 * Rabs b)) with (2 * (u * Rabs b)) by ring. apply Rmult_le_compat_l; [lra|].
      apply Rle_trans with (u * bpow radix2 (53 + e)).
      + apply by_u. rewrite Eb, Rabs_mult, (Rabs_pos_eq (bpow radix2 e)), <- abs_IZR, bpow_plus by lra.
        apply Rmult_le_compat_r; [lra|]. change (bpow radix2 53) with (IZR (2 ^ 53)). apply IZR_le. lia.
      + unfold u. rewrite <- bpow_plus. apply bpow_le. lia. }
  apply rnd_exact, (multiple_binary64 e); [exact E0|now apply multiple_minus|].
  replace (s - a) with (IZR (m + q) * bpow radix2 e) by (rewrite plus_IZR; lra).
  rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 e)), <- abs_IZR, bpow_plus by lra.
  apply Rmult_le_compat_r; [lra|]. change (bpow radix2 53) with (IZR (2 ^ 53)). apply IZR_le. lia.
Qed.

(** ** A column *)

Definition split_of (w : Z) (v : R) : R * R :=
  let first := rnd (rnd (v + spread w) - spread w) in (first, rnd (v - first)).

Definition high_of (t : R * R) (g b : R * R) : R := rnd (fst t * fst g + fst b).
Definition low_of (t : R * R) (gain : R) (g b : R * R) : R :=
  rnd (snd t * gain + rnd (fst t * snd g + snd b)).

Lemma split_near w v : (-1074 <= w)%Z -> binary64 v -> Rabs v <= bpow radix2 (51 + w) ->
  fst (split_of w v) + snd (split_of w v) = v /\ multiple w (fst (split_of w v)) /\
  Rabs (snd (split_of w v)) <= / 2 * bpow radix2 w.
Proof.
  intros W F H. destruct (spread_near w W v H) as (E & M & N & _). assert (B := spread_rest w W v F).
  unfold split_of. cbv zeta. cbn [fst snd]. rewrite E, (rnd_exact _ B). repeat split; [ring|exact M|exact N].
Qed.

Section Column.
Variables z n : Z.
Hypothesis z_range : (-26 <= z <= -15)%Z.
Hypothesis n_range : (-799 <= n <= 801)%Z.
Variables g b : R.
Variable t : R * R.
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Let F := bpow radix2 z.
Let T := bpow radix2 (26 + z).
Let M := bpow radix2 n.
Let w := bpow radix2 (-78) * M.

Hypothesis M_enough : T * Rabs g + Rabs b <= M.
Hypothesis t1_multiple : multiple z (fst t).
Hypothesis t1_most : Rabs (fst t) <= T.
Hypothesis t2_most : Rabs (snd t) <= (1 + bpow radix2 (-15)) * F.

Let gs := split_of (n - 52 - z) g.
Let bs := split_of (n - 51) b.
Let high := high_of t gs bs.
Let low := low_of t g gs bs.
Let y := fast_two_sum high low.

Theorem result_near :
  fst y + snd y = high + low /\
  Rabs (fst y + snd y - (g * (fst t + snd t) + b)) <= 10001 / 10000 * w /\
  Rabs (fst y) <= 2 * M /\ Rabs (snd y) <= u * Rabs (fst y).
Proof.
  assert (P78 := bpow_gt_0 radix2 (-78)). assert (Mp : 0 < M) by apply bpow_gt_0.
  assert (Tp : 0 < T) by apply bpow_gt_0. assert (Fp : 0 < F) by apply bpow_gt_0.
  assert (wp : 0 < w) by now apply Rmult_lt_0_compat.
  assert (Mw : M = 302231454903657293676544 * w).
  { unfold w. rewrite <- Rmult_assoc. replace (302231454903657293676544 * bpow radix2 (-78)) with 1; [ring|].
    simpl. lra. }
  assert (Uw : u * M = 33554432 * w).
  { unfold w. rewrite <- Rmult_assoc. f_equal. unfold u. simpl. lra. }
  assert (Et : eta <= / 1000000 * w).
  { apply Rle_trans with (bpow radix2 (-20) * w).
    - unfold w, M, eta. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [lra|]. simpl. lra. }
  assert (Tg : 0 <= T * Rabs g) by (apply Rmult_le_pos; [lra|apply Rabs_pos]).
  assert (Pg := Rabs_pos g). assert (Pb := Rabs_pos b).
  set (G := bpow radix2 (n - 52 - z)) in *. assert (Gp : 0 < G) by apply bpow_gt_0.
  assert (TG : T * G = bpow radix2 (-26) * M).
  { unfold T, G, M. rewrite <- !bpow_plus. f_equal. lia. }
  assert (TF : F = bpow radix2 (-26) * T).
  { unfold T, F. rewrite <- !bpow_plus. f_equal. lia. }
  assert (B26 : bpow radix2 (-26) = / 67108864) by reflexivity.
  assert (B15 : bpow radix2 (-15) = / 32768) by reflexivity.
  rewrite B26 in *. rewrite B15 in *.
  assert (Hg : Rabs g <= bpow radix2 (51 + (n - 52 - z))).
  { apply Rmult_le_reg_l with T; [exact Tp|]. apply Rle_trans with M; [lra|].
    unfold T, M. rewrite <- bpow_plus. apply bpow_le. lia. }
  assert (Hb : Rabs b <= bpow radix2 (51 + (n - 51))).
  { replace (51 + (n - 51))%Z with n by ring. fold M. lra. }
  destruct (split_near (n - 52 - z) g ltac:(lia) g_binary64 Hg) as (Eg & Mg & Lg).
  destruct (split_near (n - 51) b ltac:(lia) b_binary64 Hb) as (Eb & Mb & Lb).
  fold gs in Eg, Mg, Lg. fold bs in Eb, Mb, Lb. fold G in Lg.
  assert (B51 : bpow radix2 (n - 51) = 134217728 * w).
  { unfold w. rewrite <- Rmult_assoc. unfold Z.sub. rewrite bpow_plus, Rmult_comm. fold M. f_equal. simpl. lra. }
  rewrite B51 in Lb.
  (* products *)
  assert (Q1 : Rabs (fst t * fst gs) <= M + 151115727451828646838272 * w * / 67108864 - Rabs b).
  { rewrite Rabs_mult. apply Rle_trans with (T * (Rabs g + / 2 * G)).
    - apply Rmult_le_compat; try apply Rabs_pos; [exact t1_most|].
      replace (fst gs) with (g + - snd gs) by lra. apply Rle_trans with (1 := Rabs_triang _ _).
      rewrite Rabs_Ropp. lra.
    - rewrite Rmult_plus_distr_l. replace (T * (/ 2 * G)) with (/ 2 * (T * G)) by ring. rewrite TG. lra. }
  assert (Q2 : Rabs (fst t * snd gs) <= 2251799813685248 * w).
  { rewrite Rabs_mult. apply Rle_trans with (T * (/ 2 * G)).
    - apply Rmult_le_compat; try apply Rabs_pos; assumption.
    - replace (T * (/ 2 * G)) with (/ 2 * (T * G)) by ring. rewrite TG. lra. }
  assert (Q3 : Rabs (snd t * g) <= (1 + / 32768) * (4503599627370496 * w)).
  { rewrite Rabs_mult. apply Rle_trans with ((1 + / 32768) * F * Rabs g).
    - apply Rmult_le_compat_r; assumption.
    - rewrite TF. replace ((1 + / 32768) * (/ 67108864 * T) * Rabs g)
        with ((1 + / 32768) * (/ 67108864 * (T * Rabs g))) by ring.
      apply Rmult_le_compat_l; lra. }
  (* H *)
  assert (Fb1 : Rabs (fst bs) <= Rabs b + 67108864 * w).
  { replace (fst bs) with (b + - snd bs) by lra. apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite Rabs_Ropp. lra. }
  assert (Mh : multiple (n - 52) (fst t * fst gs + fst bs)).
  { apply multiple_plus.
    - replace (n - 52)%Z with (z + (n - 52 - z))%Z by ring. now apply multiple_times.
    - apply multiple_finer with (2 := Mb). lia. }
  assert (Sh : Rabs (fst t * fst gs + fst bs) <= 1001 / 1000 * M).
  { apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Eh : high = fst t * fst gs + fst bs).
  { apply rnd_exact, (multiple_binary64 (n - 52)); [lia|exact Mh|].
    replace (53 + (n - 52))%Z with (1 + n)%Z by ring. rewrite bpow_plus. fold M.
    change (bpow radix2 1) with 2. lra. }
  assert (Fh : binary64 high) by apply binary64_rnd.
  (* L *)
  assert (S0 : Rabs (fst t * snd gs + snd bs) <= 2251799880794112 * w).
  { apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (I0 := rounded_in (fst t * snd gs + snd bs)). assert (U0 := by_u _ _ S0). rewrite u_value in U0 at 2.
  set (l0 := rnd (fst t * snd gs + snd bs)) in *.
  assert (A0 := at_most_by l0 (fst t * snd gs + snd bs)).
  assert (S1 : Rabs (snd t * g + l0) <= 6755540000000000 * w).
  { apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (I1 := rounded_in (snd t * g + l0)). assert (U1 := by_u _ _ S1). rewrite u_value in U1 at 2.
  change (rnd (snd t * g + l0)) with low in I1.
  assert (A1 := at_most_by low (snd t * g + l0)).
  assert (Fl : binary64 low) by apply binary64_rnd.
  assert (Sl : Rabs low <= 6755540000000010 * w) by lra.
  assert (V : value_of y = high + low).
  { apply (grid_sum_exact (n - 52)); try assumption; [lia|now rewrite Eh|].
    replace (53 + (n - 52))%Z with (1 + n)%Z by ring. rewrite bpow_plus. fold M.
    change (bpow radix2 1) with 2. lra. }
  unfold value_of in V. rewrite V. split; [reflexivity|].
  assert (O := sum_out high low Fh Fl). assert (I := sum_in high low Fh Fl).
  change (rnd (high + low)) with (fst y) in O, I.
  assert (Us := u_small). assert (Sy := Rabs_triang high low). rewrite <- Eh in Sh.
  split; [|split].
  - assert (D : fst t * fst gs + fst t * snd gs = fst t * g) by (rewrite <- Rmult_plus_distr_l, Eg; ring).
    replace (high + low - (g * (fst t + snd t) + b)) with
      ((low - (snd t * g + l0)) + (l0 - (fst t * snd gs + snd bs))) by (rewrite Eh; lra).
    apply Rle_trans with (1 := Rabs_triang _ _). lra.
  - assert (A := at_most_by (fst y) (high + low)).
    assert (u * Rabs (high + low) <= / 1000000000000000 * Rabs (high + low))
      by (apply Rmult_le_compat_r; [apply Rabs_pos|exact Us]). lra.
  - replace (snd y) with (- (fst y - (high + low))) by lra. now rewrite Rabs_Ropp.
Qed.

End Column.
