(* SPDX-License-Identifier: Apache-2.0 *)
(** * How E1 and E0 of a binary64 row are computed

    Purpose.  BoundBinary64 is evaluated in binary64.  Here: what comes out is the ledger's bound but for
    22 u of it and next to nothing.

    Corresponds to BoundBinary64 of lib/fast/binary64_error_bounds.h.

    Symbols.
      h, K             SumHeight, Binary64SumError
      g, k, c          gamma, the root of kappa and |c^|, as they are computed
      tier_e1, tier_e0 E1 and E0 of the ledger, from these
      close n j x x'   x' is x but for n u x + 10^(10 j) 2^-1000

    Main result.
      bound_tier_near  both are computed to 22 u, and next to nothing besides *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations fast.width binary64.model sharp.pairs binary64.pairs.

Local Open Scope R_scope.

Definition tier_e1 (h K g k c : R) : R :=
  51 / 100 * u * g * ((h + 1) * k + h * c) + (4 * K + 64) * (u * u) * (k * k + 1).
Definition tier_e0 (h K g k : R) : R :=
  51 / 100 * h * u * g + (2 * K + 32) * (u * u) * (k + 1).

(** ** Numbers that are computed from one another *)

Definition slip (j : nat) : R := 10000000000 ^ j * crumb.

Definition close (n : R) (j : nat) (x x' : R) : Prop :=
  0 <= x <= 1000000000 /\ 0 <= x' /\ Rabs (x' - x) <= n * (u * x) + slip j.

Lemma slip_pos j : 0 < slip j.
Proof. assert (C := crumb_small). apply Rmult_lt_0_compat; [apply pow_lt; lra|lra]. Qed.

Lemma slip_S j : slip (S j) = 10000000000 * slip j.
Proof. unfold slip. simpl pow. ring. Qed.

Lemma slip_least j : eta <= slip j.
Proof.
  assert (E := eta_crumb). assert (C := crumb_small).
  induction j as [|j IH]; [unfold slip; simpl pow; lra|]. rewrite slip_S. assert (P := slip_pos j). lra.
Qed.

Lemma slip_small j : (j <= 5)%nat -> slip j <= / 1000000000 * (u * u).
Proof.
  intros H. apply Rle_trans with (slip 5).
  - unfold slip. apply Rmult_le_compat_r; [apply Rlt_le, crumb_small|]. apply Rle_pow; [lra|exact H].
  - unfold slip, crumb. replace (u * u) with (bpow radix2 894 * bpow radix2 (-1000)).
    2:{ unfold u. rewrite <- !bpow_plus. reflexivity. }
    rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [apply bpow_ge_0|].
    apply Rle_trans with (/ 1000000000 * bpow radix2 200).
    + simpl. lra.
    + apply Rmult_le_compat_l; [lra|]. apply bpow_le. lia.
Qed.

Lemma close_le n m i j x x' : n <= m -> (i <= j)%nat -> close n i x x' -> close m j x x'.
Proof.
  intros H L (B & P & E). split; [exact B|]. split; [exact P|]. apply Rle_trans with (1 := E).
  apply Rplus_le_compat.
  - apply Rmult_le_compat_r; [|exact H]. apply u_part. lra.
  - unfold slip. apply Rmult_le_compat_r; [apply Rlt_le, crumb_small|]. apply Rle_pow; [lra|exact L].
Qed.

Lemma close_self x : 0 <= x <= 1000000000 -> close 0 0 x x.
Proof.
  intros B. split; [exact B|]. split; [lra|]. rewrite Rminus_diag_eq, Rabs_R0 by reflexivity.
  assert (P := slip_pos 0). lra.
Qed.

Lemma close_rounded n j x z : 0 <= n <= 100 -> (j <= 5)%nat -> 0 <= x <= 1000000000 -> 0 <= z ->
  Rabs (z - x) <= n * (u * x) + 4000000000 * slip j -> close (n + 2) (S j) x (rnd z).
Proof.
  intros Hn Hj B Z E. split; [exact B|]. split; [now apply rnd_ge_0|].
  assert (I := rounded_in z). rewrite (Rabs_pos_eq z) in I by exact Z.
  assert (U := u_part x ltac:(lra)). assert (Us := u_small). assert (Uz := u_part z Z).
  assert (S := slip_pos j). assert (L := slip_least j). rewrite slip_S.
  assert (N : n * (u * x) <= 100 * (u * x)) by (apply Rmult_le_compat_r; lra).
  assert (Bz : z <= 1001 / 1000 * x + 4000000000 * slip j) by (apply Rabs_le_inv in E; lra).
  apply by_u in Bz. rewrite Rmult_plus_distr_l in Bz. assert (US := u_part (4000000000 * slip j) ltac:(lra)).
  replace (rnd z - x) with ((rnd z - z) + (z - x)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Lemma close_sum n j x x' y y' : 0 <= n <= 100 -> (j <= 5)%nat -> close n j x x' -> close n j y y' ->
  x + y <= 1000000000 -> close (n + 2) (S j) (x + y) (rnd (x' + y')).
Proof.
  intros Hn Hj (B & P & E) (C & Q & F) H. assert (S := slip_pos j).
  apply close_rounded; try assumption; try lra.
  replace (x' + y' - (x + y)) with ((x' - x) + (y' - y)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Lemma close_product n m j x x' y y' : 0 <= n -> 0 <= m -> n + m <= 50 -> (j <= 5)%nat ->
  close n j x x' -> close m j y y' -> x * y <= 1000000000 ->
  close (n + m + 3) (S j) (x * y) (rnd (x' * y')).
Proof.
  intros Hn Hm Hnm Hj (B & P & E) (C & Q & F) H. assert (S := slip_pos j). assert (L := slip_small j Hj).
  assert (Us := u_small). assert (Up := u_pos). assert (Uu := u_part u (Rlt_le _ _ Up)).
  assert (XY : 0 <= x * y) by (apply Rmult_le_pos; lra). assert (UXY := u_part _ XY).
  replace (n + m + 3) with ((n + m + 1) + 2) by ring.
  apply close_rounded; try lra; [exact Hj|now apply Rmult_le_pos|].
  set (D := slip j) in *.
  assert (Uy := u_part y ltac:(lra)). assert (Ux := u_part x ltac:(lra)).
  assert (Y1 : y' <= 10001 / 10000 * y + D).
  { apply Rabs_le_inv in F. assert (m * (u * y) <= 50 * (u * y)) by (apply Rmult_le_compat_r; lra). lra. }
  assert (X0 : 0 <= n * (u * x)) by (apply Rmult_le_pos; lra).
  assert (X1 : n * (u * x) <= 50 * (u * x)) by (apply Rmult_le_compat_r; lra).
  replace (x' * y' - x * y) with ((x' - x) * y' + x * (y' - y)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_mult, (Rabs_pos_eq y'), (Rabs_pos_eq x) by lra.
  assert (Z1 : Rabs (x' - x) * y' <= (n * (u * x) + D) * (10001 / 10000 * y + D)).
  { apply Rmult_le_compat; try lra. apply Rabs_pos. }
  assert (Z2 : x * Rabs (y' - y) <= x * (m * (u * y) + D)) by (apply Rmult_le_compat_l; lra).
  assert (Z3 : n * (u * (x * y)) <= 50 * (u * (x * y))) by (apply Rmult_le_compat_r; lra).
  assert (Z4 : D * y <= D * 1000000000) by (apply Rmult_le_compat_l; lra).
  assert (Z5 : x * D <= 1000000000 * D) by (apply Rmult_le_compat_r; lra).
  assert (Z6 : n * (u * x) * D <= 1 * D) by (apply Rmult_le_compat_r; lra).
  assert (Z7 : D * D <= 1 * D) by (apply Rmult_le_compat_r; lra).
  replace ((n * (u * x) + D) * (10001 / 10000 * y + D))
    with (10001 / 10000 * (n * (u * (x * y))) + n * (u * x) * D + 10001 / 10000 * (D * y) + D * D) in Z1 by ring.
  replace (x * (m * (u * y) + D)) with (m * (u * (x * y)) + x * D) in Z2 by ring. lra.
Qed.

(** ** The bound *)

Section Bound.
Variables h K g k c : R.
Hypothesis h_range : 1 <= h <= 80.
Hypothesis K_range : 228 <= K <= 18000000.
Hypothesis g_range : 0 <= g <= / 500.
Hypothesis k_range : 0 <= k <= 8.
Hypothesis c_range : 0 <= c <= 10.

Lemma unit_square : bpow radix2 (-106) = u * u.
Proof. unfold u. rewrite <- bpow_plus. reflexivity. Qed.

Lemma tenths : close 2 1 (51 / 100) (rnd (INR 51 / INR 100)).
Proof.
  replace (INR 51) with 51 by (simpl; lra). replace (INR 100) with 100 by (simpl; lra).
  replace 2 with (0 + 2) by ring. apply close_rounded; [lra|lia|lra|lra|].
  rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. assert (P := slip_pos 0). lra.
Qed.

Lemma u_self : close 0 0 u u.
Proof. apply close_self. assert (P := u_pos). assert (S := u_small). lra. Qed.

Ltac weaken H := apply close_le with (3 := H); [lra|lia].

(** What comes of A and B, weakened to n, m and j. *)
Ltac product H n m j A B :=
  match type of A with close _ _ ?x ?x' => match type of B with close _ _ ?y ?y' =>
    assert (H : close (n + m + 3) (S j) (x * y) (rnd (x' * y')))
      by (apply close_product; [lra|lra|lra|lia|weaken A|weaken B|lra]) end end.
Ltac sum H n j A B :=
  match type of A with close _ _ ?x ?x' => match type of B with close _ _ ?y ?y' =>
    assert (H : close (n + 2) (S j) (x + y) (rnd (x' + y')))
      by (apply close_sum; [lra|lia|weaken A|weaken B|lra]) end end.

Lemma sums_close a b : 1 <= a <= 4 -> 1 <= b <= 64 ->
  close 8 3 ((a * K + b) * (u * u)) (rnd (rnd (rnd (a * K) + b) * bpow radix2 (-106))).
Proof.
  intros Ha Hb. assert (Us := u_small). assert (Up := u_pos). assert (Uu := u_part u (Rlt_le _ _ Up)).
  assert (M : 0 <= a * K <= 4 * 18000000) by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (C1 : close 3 1 (a * K) (rnd (a * K))).
  { replace 3 with (0 + 0 + 3) by ring. apply close_product; try apply close_self; lra || lia. }
  assert (C2 : close 5 2 (a * K + b) (rnd (rnd (a * K) + b))).
  { replace 5 with (3 + 2) by ring. apply close_sum; try lra; [lia|exact C1|].
    assert (Cb := close_self b ltac:(lra)). weaken Cb. }
  rewrite unit_square. replace 8 with (5 + 0 + 3) by ring. apply close_product; try lra; [lia|exact C2| |].
  - assert (Cu := close_self (u * u) ltac:(lra)). weaken Cu.
  - apply Rle_trans with ((a * K + b) * 1); [apply Rmult_le_compat_l; lra|lra].
Qed.

Theorem bound_tier_near :
  let e := bound_tier real h K g k c in
  close 22 5 (tier_e1 h K g k c) (fst e) /\ close 22 5 (tier_e0 h K g k) (snd e) /\
  binary64 (fst e) /\ binary64 (snd e).
Proof.
  assert (Us := u_small). assert (Up := u_pos). assert (Uu := u_part u (Rlt_le _ _ Up)).
  assert (F4 : INR 4 = 4) by (simpl; lra). assert (F64 : INR 64 = 64) by (simpl; lra).
  assert (F2 : INR 2 = 2) by (simpl; lra). assert (F32 : INR 32 = 32) by (simpl; lra).
  assert (T := tenths). assert (Cu := u_self).
  assert (Ck := close_self k ltac:(lra)). assert (Cc := close_self c ltac:(lra)).
  assert (Ch := close_self h ltac:(lra)). assert (Cg := close_self g ltac:(lra)).
  assert (C1 := close_self 1 ltac:(lra)).
  assert (K1 := sums_close (INR 4) (INR 64) ltac:(lra) ltac:(lra)).
  assert (K0 := sums_close (INR 2) (INR 32) ltac:(lra) ltac:(lra)).
  assert (hk : 0 <= (h + 1) * k <= 81 * 8) by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (hc : 0 <= h * c <= 80 * 10) by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (kk : 0 <= k * k <= 8 * 8) by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (ug : 0 <= 51 / 100 * u * g <= 1 * 1) by (split; [repeat apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (hu' : 0 <= h * u <= 80 * u) by (split; [apply Rmult_le_pos|apply Rmult_le_compat_r]; lra).
  assert (hu : 0 <= 51 / 100 * h * u <= 1) by lra.
  assert (Ku : 0 <= K * (u * u) <= 18000000 * (u * u)) by (split; [apply Rmult_le_pos|apply Rmult_le_compat_r]; lra).
  assert (hug : 0 <= 51 / 100 * h * u * g <= 1 * 1) by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (P1 : 0 <= 51 / 100 * u * g * ((h + 1) * k + h * c) <= 1 * 1448)
    by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (Q1 : 0 <= (4 * K + 64) * (u * u) <= 1) by (split; [apply Rmult_le_pos|]; lra).
  assert (Q0 : 0 <= (2 * K + 32) * (u * u) <= 1) by (split; [apply Rmult_le_pos|]; lra).
  assert (P2 : 0 <= (4 * K + 64) * (u * u) * (k * k + 1) <= 1 * 65)
    by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (P3 : 0 <= (2 * K + 32) * (u * u) * (k + 1) <= 1 * 9)
    by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  rewrite <- F4, <- F64 in P2. rewrite <- F2, <- F32 in P3.
  cbv zeta. unfold bound_tier. cbv zeta. cbn [fst snd].
  split; [|split; [|split; apply binary64_rnd]].
  - product H1 2 0 1%nat T Cu. product H2 5 0 2%nat H1 Cg. sum H3 0 0%nat Ch C1.
    product H4 2 0 1%nat H3 Ck. product H5 0 0 0%nat Ch Cc. sum H6 5 2%nat H4 H5.
    product H7 8 7 3%nat H2 H6. product H8 0 0 0%nat Ck Ck. sum H9 3 1%nat H8 C1.
    product H10 8 5 3%nat K1 H9. sum H11 20 4%nat H7 H10.
    replace 22 with (20 + 2) by ring. unfold tier_e1. rewrite <- F4, <- F64. exact H11.
  - product H1 2 0 1%nat T Ch. product H2 5 0 2%nat H1 Cu. product H3 8 0 3%nat H2 Cg.
    sum H4 0 0%nat Ck C1. product H5 8 2 3%nat K0 H4. sum H6 20 4%nat H3 H5.
    unfold tier_e0. rewrite <- F2, <- F32. replace 22 with (20 + 2) by ring. exact H6.
Qed.
End Bound.
