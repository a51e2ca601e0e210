(* SPDX-License-Identifier: Apache-2.0 *)
(** * From the sums of a binary64 row to a^, q^ and v^

    Purpose.  If the four sums are as near as sums_near.v says, a^, q^ and v^ are as near to a, R^2 and V
    as the ledger of lib/fast/binary64_error_bounds.h says.

    Corresponds to FinishBinary64 of lib/fast/binary64_moments-inl.h, up to v.

    Symbols: those of sums_near.v, and
      h, K             SumHeight; Binary64SumError as a real number
      offset_of, mean_square_of, v_of   a^, q^, v^
      alpha            0.5001 h u G + 10 u^2 R

    Main results.
      offset_near        |a^ - a| <= alpha
      mean_square_near   |q^ - R^2| <= 1.0004 (h + 1) u G R + (1.07 K - 50) u^2 R^2
      v_near             |v^ - V| <= that + 42.1 u^2 R^2 + alpha (2 |a| + alpha) + 4.2 u^2 eps *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations binary64.model binary64.sums_near
  sharp.ends sharp.products sharp.pairs sharp.pair_products sharp.means binary64.pairs.

Local Open Scope R_scope.

Definition offset_of (op : operation) (n : nat) (d1 d2 : R) : R * R :=
  match op with
  | Layer_norm => divide_by real (two_sum real d1 d2) (INR n)
  | Rms_norm => (0, 0)
  end.

Definition mean_square_of (n : nat) (rest : R) (squares : R * R) : R * R :=
  let all := two_sum real (fst squares) rest in
  divide_by real (fast_two_sum (fst all) (rnd (snd all + snd squares))) (INR n).

Definition v_of (q a : R * R) (eps : R) : R * R := v_sharp true q a eps.

(** RMSNorm subtracts no mean. *)
Definition subtracted (op : operation) (a : R) : R := match op with Layer_norm => a | Rms_norm => 0 end.

Definition alpha (n k : nat) (r G : R) : R :=
  5001 / 10000 * (height n k * (u * G)) + 10 * (u * (u * r)).

Lemma binary64_count n : 1 <= INR n <= bpow radix2 18 -> binary64 (INR n).
Proof.
  rewrite INR_IZR_INZ. intros [_ H]. change (bpow radix2 18) with (IZR (2 ^ 18)) in H. apply le_IZR in H.
  apply generic_format_FLT. exists (Float radix2 (Z.of_nat n) 0).
  - unfold F2R. cbn [Fnum Fexp]. change (bpow radix2 0) with 1. ring.
  - cbn [Fnum]. change (Zpower radix2 53) with (2 ^ 53)%Z. lia.
  - cbn [Fexp]. lia.
Qed.

(** K and its root: roots = 4 B + 2 lanes. *)
Lemma sum_error_parts n k : (k <= 4)%nat -> 1 <= INR n <= bpow radix2 18 ->
  let K := INR (tier_sum_error n k) in
  let roots := INR (4 * blocks n + 2 * 2 ^ k) in
  6 <= roots <= 4128 /\ 32 * roots <= K /\ 228 <= K <= 18000000.
Proof.
  intros Hk [N1 N2] K roots.
  assert (B : (1 <= blocks n <= 1024)%nat).
  { change (bpow radix2 18) with (IZR (2 ^ 18)) in N2. rewrite INR_IZR_INZ in N1, N2.
    apply le_IZR in N1. apply le_IZR in N2.
    assert (Nn : (1 <= n <= N.to_nat 262144)%nat) by lia. clear N1 N2. unfold blocks.
    assert (D := Nat.div_mod (n + 255) 256 ltac:(lia)). assert (M := Nat.mod_upper_bound (n + 255) 256 ltac:(lia)).
    set (q := ((n + 255) / 256)%nat) in *. lia. }
  assert (L : (1 <= 2 ^ k <= 16)%nat).
  { split; [|change 16%nat with (2 ^ 4)%nat; now apply Nat.pow_le_mono_r].
    change 1%nat with (2 ^ 0)%nat. apply Nat.pow_le_mono_r; lia. }
  assert (E : K = (roots + 8) * (roots + 8) + 32).
  { unfold K, roots, tier_sum_error. cbv zeta. fold (blocks n).
    rewrite plus_INR, mult_INR, (plus_INR _ 8).
    replace (INR 8) with 8 by (simpl; lra). replace (INR 32) with 32 by (simpl; lra). reflexivity. }
  assert (Rr : 6 <= roots <= 4128).
  { unfold roots. rewrite INR_IZR_INZ. split; apply IZR_le; lia. }
  split; [exact Rr|]. rewrite E. clear E K. clearbody roots.
  assert (S : 0 <= (roots - 8) * (roots - 8)) by apply Rle_0_sqr.
  assert (S1 : 6 * 6 <= roots * roots) by (apply Rmult_le_compat; lra).
  assert (S2 : roots * roots <= 4128 * 4128) by (apply Rmult_le_compat; lra). lra.
Qed.

Section Row.
Variable op : operation.
Variables n k : nat.
Variables a r X G d1 d2 rest eps : R.
Variable squares : R * R.
Hypothesis Sums : tier_sums_near n k a r X G d1 d2 rest squares.
Hypothesis Lanes : (k <= 4)%nat.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.

Let N := INR n.
Let h := height n k.
Let K := INR (tier_sum_error n k).
Let ah := offset_of op n d1 d2.
Let qh := mean_square_of n rest squares.
Let A := alpha n k r G.

Lemma r_pos : 0 < r.
Proof. apply Rlt_le_trans with (2 := proj1 (near_size _ _ _ _ _ _ _ _ _ _ Sums)). apply bpow_gt_0. Qed.

Lemma eta_small : 100 * eta <= / 1000 * (u * (u * r)) /\ 100 * eta <= / 1000 * (u * (u * (r * r))).
Proof.
  destruct (near_size _ _ _ _ _ _ _ _ _ _ Sums) as [L _]. assert (P := r_pos).
  assert (B := bpow_gt_0 radix2 (-409)). assert (U := u_pos).
  assert (L2 : bpow radix2 (-818) <= r * r).
  { replace (-818)%Z with (-409 + -409)%Z by reflexivity. rewrite bpow_plus. apply Rmult_le_compat; lra. }
  assert (E : forall b, bpow radix2 (-818) <= b -> 100 * eta <= / 1000 * (u * (u * b))).
  { intros b H. apply by_u, by_u in H.
    assert (T : eta <= bpow radix2 (-17) * (u * (u * bpow radix2 (-818)))).
    { unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia. }
    assert (Pe := eta_pos). assert (T17 : bpow radix2 (-17) = / 131072) by reflexivity. rewrite T17 in T. lra. }
  split; apply E; [|exact L2]. apply Rle_trans with (2 := L). apply bpow_le. lia.
Qed.

(** h u G is nothing beside R. *)
Lemma grid_small : 0 <= u * G /\ 0 <= h * (u * G) <= / 100 * (u * r).
Proof.
  destruct (near_grid _ _ _ _ _ _ _ _ _ _ Sums) as [G0 G1].
  assert (H := near_height _ _ _ _ _ _ _ _ _ _ Sums). fold h in H. assert (P := r_pos).
  assert (U := u_pos). assert (UG : 0 <= u * G) by (apply Rmult_le_pos; lra).
  assert (T : bpow radix2 (-13) = / 8192) by reflexivity. rewrite T in G1. apply by_u in G1.
  assert (h * (u * G) <= 80 * (u * G)) by (apply Rmult_le_compat_r; lra).
  assert (0 <= h * (u * G)) by (apply Rmult_le_pos; lra).
  assert (0 <= u * r) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma alpha_small : 0 <= A <= / 100 * (u * r).
Proof.
  assert (G1 := grid_small). assert (P := r_pos). assert (U := u_part r (Rlt_le _ _ P)).
  assert (V := u_part _ (proj1 U)). unfold A, alpha. fold h. lra.
Qed.

Theorem offset_near :
  Rabs (value_of ah - subtracted op a) <= A /\ within (1001 / 1000 * r) ah /\
  Rabs (snd ah) <= 31 / 10 * (u * Rabs (fst ah)).
Proof.
  assert (Al := alpha_small). assert (P := r_pos). assert (U := u_part r (Rlt_le _ _ P)).
  unfold ah, A. destruct op; cbn [offset_of subtracted].
  2:{ unfold value_of, within. cbn [fst snd]. rewrite Rplus_0_r, Rminus_0_r, Rabs_R0. fold A.
      repeat split; try apply binary64_0; lra. }
  assert (V := u_part _ (proj1 U)). assert (E := eta_small). assert (G1 := grid_small).
  assert (H1 := near_columns _ _ _ _ _ _ _ _ _ _ Sums). assert (F := binary64_count n H1).
  assert (D := near_offset _ _ _ _ _ _ _ _ _ _ Sums). assert (M := near_mean _ _ _ _ _ _ _ _ _ _ Sums).
  fold N h in D, F, H1 |- *. assert (Pn : 0 < N) by lra.
  assert (I : 0 < / N) by now apply Rinv_0_lt_compat.
  destruct (two_sum_pair d1 d2 (near_first _ _ _ _ _ _ _ _ _ _ Sums) (near_second _ _ _ _ _ _ _ _ _ _ Sums))
    as [Ex W].
  set (s := two_sum real d1 d2) in *. set (c := h * (u * G)) in *.
  replace (5001 / 10000 * (h * (u * (N * G)))) with (5001 / 10000 * c * N) in D by (unfold c; ring).
  assert (Ms : Rabs ((d1 + d2) / N - a) <= 5001 / 10000 * c).
  { apply Rmult_le_reg_r with N; [exact Pn|]. rewrite <- (Rabs_pos_eq N) at 2 by lra. rewrite <- Rabs_mult.
    replace (((d1 + d2) / N - a) * N) with (d1 + d2 - N * a) by (field; lra). exact D. }
  assert (Ad := at_most_by ((d1 + d2) / N) a).
  assert (B : Rabs (rnd (d1 + d2)) / N <= 10001 / 10000 * r).
  { assert (O := sum_in d1 d2 (near_first _ _ _ _ _ _ _ _ _ _ Sums) (near_second _ _ _ _ _ _ _ _ _ _ Sums)).
    assert (O' := at_most_by (rnd (d1 + d2)) (d1 + d2)). assert (Ud := u_part _ (Rabs_pos (d1 + d2))).
    assert (B1 : Rabs (rnd (d1 + d2)) <= 100001 / 100000 * Rabs (d1 + d2)) by lra.
    apply Rmult_le_compat_r with (r := / N) in B1; [|lra].
    replace (100001 / 100000 * Rabs (d1 + d2) * / N) with (100001 / 100000 * Rabs ((d1 + d2) / N)) in B1.
    2:{ unfold Rdiv. rewrite (Rabs_mult (d1 + d2)), (Rabs_pos_eq (/ N)) by lra. ring. }
    unfold Rdiv at 1. lra. }
  destruct (divide_near _ s N W F (proj1 H1)) as (Q & Z & L). rewrite Ex in Q.
  set (z := divide_by real s N) in *. assert (B' := by_u _ _ B). assert (B2 := by_u _ _ B').
  assert (Bp : 0 <= Rabs (rnd (d1 + d2)) / N) by (apply Rmult_le_pos; [apply Rabs_pos|lra]).
  split; [|split; [|exact L]].
  - replace (value_of z - a) with ((value_of z - (d1 + d2) / N) + ((d1 + d2) / N - a)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). unfold alpha. fold h c. lra.
  - apply within_le with (2 := Z). assert (Pe := eta_pos). lra.
Qed.

Theorem mean_square_near :
  Rabs (value_of qh - r * r)
  <= 10004 / 10000 * ((h + 1) * (u * (G * r))) + (107 / 100 * K - 50) * (u * (u * (r * r))) /\
  within (102 / 100 * (r * r)) qh /\ Rabs (snd qh) <= 31 / 10 * (u * Rabs (fst qh)).
Proof.
  assert (P := r_pos). assert (E := proj2 eta_small). assert (Pe := eta_pos).
  assert (H1 := near_columns _ _ _ _ _ _ _ _ _ _ Sums). assert (F := binary64_count n H1).
  destruct (sum_error_parts n k Lanes H1) as (Rr & RK & HK). fold K in RK, HK.
  assert (D := near_mean_square _ _ _ _ _ _ _ _ _ _ Sums). fold K in D.
  destruct (near_squares _ _ _ _ _ _ _ _ _ _ Sums) as [F1 F2].
  assert (F3 := near_rest _ _ _ _ _ _ _ _ _ _ Sums).
  assert (S1 := near_high _ _ _ _ _ _ _ _ _ _ Sums). assert (S2 := near_low _ _ _ _ _ _ _ _ _ _ Sums).
  assert (S3 := near_rest_size _ _ _ _ _ _ _ _ _ _ Sums).
  unfold qh, mean_square_of. cbv zeta. fold N h in D, F, H1, S1, S2, S3 |- *. set (roots := INR (4 * blocks n + 2 * 2 ^ k)) in *.
  assert (Q0 : 0 < r * r) by now apply Rmult_lt_0_compat. set (R2 := r * r) in *.
  assert (Pn : 0 < N) by lra. assert (I : 0 < / N) by now apply Rinv_0_lt_compat.
  set (T := N * R2) in *. assert (T0 : 0 < T) by now apply Rmult_lt_0_compat.
  assert (U := u_part T (Rlt_le _ _ T0)). assert (V := u_part _ (proj1 U)). assert (W3 := u_part _ (proj1 V)).
  destruct (two_sum_pair _ _ F1 F3) as [Ex (G1 & G2 & _ & L1)].
  assert (O := sum_in _ _ F1 F3). change (rnd (fst squares + rest)) with (fst (two_sum real (fst squares) rest)) in *.
  set (all := two_sum real (fst squares) rest) in *.
  assert (B1 : Rabs (fst squares + rest) <= 10013 / 10000 * T).
  { apply Rle_trans with (1 := Rabs_triang _ _). rewrite (Rabs_pos_eq (fst squares)) by lra. lra. }
  assert (U1 := by_u _ _ B1). assert (A1 := at_most_by (fst all) (fst squares + rest)).
  assert (B2 : Rabs (fst all) <= 10014 / 10000 * T) by lra. assert (U2 := by_u _ _ B2).
  (* the low parts *)
  set (Y := roots * (u * T)) in *. assert (Y0 : 0 <= Y) by (apply Rmult_le_pos; lra).
  assert (Ys : Y <= 4128 * (u * T)) by (apply Rmult_le_compat_r; lra).
  assert (UY := u_part _ Y0).
  assert (O2 := sum_in _ _ G2 F2). set (l := rnd (snd all + snd squares)) in *.
  assert (Tl := Rabs_triang (snd all) (snd squares)). assert (A2 := at_most_by l (snd all + snd squares)).
  assert (B3 : Rabs (snd all + snd squares) <= 1003 / 1000 * Y + 10014 / 10000 * (u * T)) by lra.
  assert (U3 := by_u _ _ B3). rewrite Rmult_plus_distr_l in U3.
  assert (B4 : Rabs l <= 10031 / 10000 * Y + 10015 / 10000 * (u * T)) by lra.
  assert (U4 := by_u _ _ B4). rewrite Rmult_plus_distr_l in U4.
  assert (Fl : binary64 l) by apply binary64_rnd.
  destruct (fast_two_sum_near (fst all) l G1 Fl) as (Z1 & Z2 & N1 & N2 & N3).
  assert (O3 : Rabs (fst (fast_two_sum (fst all) l) - (fst all + l)) <= u * Rabs (fst all + l)) by now apply sum_in.
  set (x := fast_two_sum (fst all) l) in *.
  assert (Tx := Rabs_triang (fst all) l). assert (A3 := at_most_by (fst x) (fst all + l)).
  assert (B5 : Rabs (fst all + l) <= 10015 / 10000 * T) by lra. assert (U5 := by_u _ _ B5).
  assert (B6 : Rabs (fst x) <= 10016 / 10000 * T) by lra. assert (U6 := by_u _ _ B6).
  assert (Wx : within (101 / 100 * T) x).
  { split; [exact Z1|]. split; [exact Z2|]. split; [lra|].
    replace (u * (101 / 100 * T)) with (101 / 100 * (u * T)) by ring. lra. }
  assert (Ex' : Rabs (value_of x - (fst squares + snd squares + rest)) <= 205 / 100 * (u * Y) + 205 / 100 * (u * (u * T))).
  { replace (value_of x - (fst squares + snd squares + rest))
      with ((value_of x - (fst all + l)) + (l - (snd all + snd squares))) by (unfold value_of in *; lra).
    apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  destruct (divide_near _ x N Wx F (proj1 H1)) as (Q & Z & L).
  replace (101 / 100 * T / N) with (101 / 100 * R2) in * by (unfold T; field; lra).
  set (z := divide_by real x N) in *.
  assert (Vr := u_part R2 ltac:(lra)). assert (Vr2 := u_part _ (proj1 Vr)).
  split; [|split; [|exact L]].
  - assert (Es : Rabs (value_of x / N - R2) <=
      205 / 100 * (roots * (u * (u * R2))) + 205 / 100 * (u * (u * R2))
      + (10004 / 10000 * ((h + 1) * (u * (G * r))) + (K - 64) * (u * (u * R2)))).
    { apply Rmult_le_reg_r with N; [exact Pn|]. rewrite <- (Rabs_pos_eq N) at 2 by lra. rewrite <- Rabs_mult.
      replace ((value_of x / N - R2) * N)
        with ((value_of x - (fst squares + snd squares + rest)) + (fst squares + snd squares + rest - T))
        by (unfold T; field; lra).
      apply Rle_trans with (1 := Rabs_triang _ _).
      replace (_ * N) with (205 / 100 * (u * Y) + 205 / 100 * (u * (u * T))
        + (10004 / 10000 * ((h + 1) * (u * (N * (G * r)))) + (K - 64) * (u * (u * T)))) by (unfold Y, T; ring).
      lra. }
    replace (value_of z - R2) with ((value_of z - value_of x / N) + (value_of x / N - R2)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (RR : roots * (u * (u * R2)) <= / 32 * (K * (u * (u * R2)))).
    { assert (roots * (u * (u * R2)) <= / 32 * K * (u * (u * R2))) by (apply Rmult_le_compat_r; lra). lra. }
    assert (0 <= K * (u * (u * R2))) by (apply Rmult_le_pos; lra). lra.
  - apply within_le with (2 := Z). lra.
Qed.

Let vh := v_of qh ah eps.
Let V := r * r - subtracted op a * subtracted op a + eps.

Theorem v_near :
  Rabs (value_of vh - V)
  <= 10004 / 10000 * ((h + 1) * (u * (G * r))) + (107 / 100 * K - 7) * (u * (u * (r * r)))
     + A * (2 * Rabs (subtracted op a) + A) + 42 / 10 * (u * (u * eps)) /\
  binary64 (fst vh) /\ binary64 (snd vh) /\ Rabs (snd vh) <= 31 / 10 * (u * Rabs (fst vh)).
Proof.
  assert (P := r_pos). destruct offset_near as (N1 & W1 & _). destruct mean_square_near as (N2 & W2 & _).
  assert (E := proj2 eta_small). assert (Pe := eta_pos). assert (Al := alpha_small).
  assert (R2 : 0 < r * r) by now apply Rmult_lt_0_compat.
  destruct (v_sharp_rounding r eps ltac:(lra) eps_binary64 eps_pos qh ltac:(apply within_le with (2 := W2); lra)
    ah ltac:(apply within_le with (2 := W1); lra) true) as [N3 M].
  fold (v_of qh ah eps) in N3, M. fold vh in N3, M. split; [|exact M].
  set (b := subtracted op a) in *. set (x := value_of ah) in *.
  assert (S : Rabs (x * x - b * b) <= A * (2 * Rabs b + A)).
  { replace (x * x - b * b) with ((x - b) * (2 * b + (x - b))) by ring. apply product_at_most; [exact N1|].
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult, (Rabs_pos_eq 2) by lra. lra. }
  replace (value_of vh - V)
    with ((value_of vh - (value_of qh - x * x + eps)) + (value_of qh - r * r) + - (x * x - b * b)) by (unfold V; ring).
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
  assert (T := Rabs_triang (value_of vh - (value_of qh - x * x + eps)) (value_of qh - r * r)). lra.
Qed.
End Row.
