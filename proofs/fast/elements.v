(* SPDX-License-Identifier: Apache-2.0 *)
(** * Elements of a row before they are added, and the mean of a sum

    Purpose.  What subtraction of the centre, squaring, the division by N and the last product add
    to the roundings of a sum: with FMA and without, underflow of squares included.

    Symbols.  near, lift: sums.v.
      deviations     e of the ledger: x - m, exact; m is 0 without a centre
      leaf_sum       d stands for e; leaf_square: d d stands for e e
      least          2^-1000, above what the underflow of a square can do, over u

    Main results.
      leaves_sum, leaves_square            the elements of a row, before its two sums
      step_sum_near, step_square_near      one more element of an accumulator
      mean_near                            fl(fl(sum) fl(1/N)) has two roundings more than the sum *)

From Coq Require Import ZArith NArith Reals List Arith Lia Lra.
From Flocq Require Import Core Relative.
From ExactNorm Require Import specification fast.model fast.operations fast.sums.
Import ListNotations.

Local Open Scope R_scope.

Definition least : R := bpow radix2 (-1000).

Lemma least_pos : 0 < least.
Proof. apply bpow_gt_0. Qed.

Lemma eta_least : eta <= u * least.
Proof. unfold eta, u, least. rewrite <- bpow_plus. apply bpow_le. lia. Qed.

(** ** Elements before they are added *)

Definition leaf_sum (s w d : R) : Prop := near 1 s w d.

(** v, which no underflow of a square exceeds, is left out for the zeros of padded lanes. *)
Definition leaf_square (s w d : R) : Prop :=
  binary64 d /\ exists e v, Rabs (d - e) <= u * Rabs e /\ s = e * e /\ w = e * e + v
    /\ 0 <= v /\ (least <= v \/ d = 0).

Lemma leaf_square_0 : leaf_square 0 0 0.
Proof.
  split; [apply binary64_0|]. exists 0, 0. rewrite Rminus_0_r, Rabs_R0.
  repeat split; lra || (right; reflexivity).
Qed.

Lemma step_sum_near fused h s w x s' w' d :
  (1 <= h)%nat -> near h s w x -> leaf_sum s' w' d ->
  near (S h) (s + s') (w + w') (step_sum R (real_arithmetic fused) x d).
Proof. intros H N L. exact (near_add h s w x s' w' d N (near_le 1 h _ _ _ H L)). Qed.

Lemma square_size d e : Rabs (d - e) <= u * Rabs e ->
  Rabs (d * d - e * e) <= (growth 2 - 1) * (e * e) /\ d * d <= growth 2 * (e * e).
Proof.
  intros E. assert (U := u_pos).
  assert (A : Rabs d <= (1 + u) * Rabs e).
  { replace d with (e + (d - e)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Q : Rabs (d * d - e * e) <= (growth 2 - 1) * (e * e)).
  { replace (d * d - e * e) with ((d - e) * (d + e)) by ring. rewrite Rabs_mult.
    replace ((growth 2 - 1) * (e * e)) with ((u * Rabs e) * ((2 + u) * Rabs e)).
    - apply Rmult_le_compat; [apply Rabs_pos|apply Rabs_pos|exact E|].
      apply Rle_trans with (1 := Rabs_triang _ _). lra.
    - unfold growth. replace (e * e) with (Rabs e * Rabs e) by (rewrite <- Rabs_mult; apply Rabs_pos_eq; nra).
      ring. }
  split; [exact Q|]. assert (T := Rle_abs (d * d - e * e)). lra.
Qed.

Lemma step_square_near fused h s w x s' w' d :
  (3 <= h)%nat -> near h s w x -> leaf_square s' w' d ->
  near (S h) (s + s') (w + w') (step_square R (real_arithmetic fused) x d).
Proof.
  intros H N (F & e & v & E & -> & -> & V & C). assert (U := u_pos).
  assert (Hs := square_size _ _ E). destruct Hs as [Q Z].
  assert (P : 0 <= e * e) by nra.
  destruct C as [C| ->].
  - assert (T : eta <= u * v).
    { apply Rle_trans with (1 := eta_least). apply Rmult_le_compat_l; lra. }
    destruct fused; simpl.
    + assert (X := near_size _ _ _ _ N). destruct N as (B & W & D).
      assert (G := growth_le 2 h ltac:(lia)). assert (G1 := growth_ge_1 h).
      repeat split; [apply binary64_rnd| |].
      { apply Rle_trans with (1 := Rabs_triang _ _). rewrite (Rabs_pos_eq (e * e)) by exact P. lra. }
      rewrite growth_S. assert (R := rounded_in (d * d + x)).
      assert (S1 : Rabs (d * d + x) <= growth h * (e * e) + growth h * w).
      { apply Rle_trans with (1 := Rabs_triang _ _). rewrite (Rabs_pos_eq (d * d)) by nra.
        assert (growth 2 * (e * e) <= growth h * (e * e)) by (apply Rmult_le_compat_r; lra). lra. }
      assert (S2 : u * Rabs (d * d + x) <= u * (growth h * (e * e) + growth h * w))
        by (apply Rmult_le_compat_l; lra).
      assert (S3 : (growth 2 - 1) * (e * e) <= (growth h - 1) * (e * e))
        by (apply Rmult_le_compat_r; lra).
      assert (S4 : u * v <= ((1 + u) * growth h - 1) * v).
      { apply Rmult_le_compat_r; [exact V|]. nra. }
      replace (rnd (d * d + x) - (s + e * e))
        with ((rnd (d * d + x) - (d * d + x)) + ((d * d - e * e) + (x - s))) by ring.
      assert (T1 := Rabs_triang (rnd (d * d + x) - (d * d + x)) ((d * d - e * e) + (x - s))).
      assert (T2 := Rabs_triang (d * d - e * e) (x - s)). lra.
    + rewrite (Rplus_comm (rnd (d * d)) x). apply near_add; [exact N|]. apply near_le with 3%nat; [exact H|].
      repeat split; [apply binary64_rnd|rewrite Rabs_pos_eq by exact P; lra|].
      rewrite growth_S. assert (R := rounded_in (d * d)). rewrite (Rabs_pos_eq (d * d)) in R by nra.
      assert (S1 : u * (d * d) <= u * (growth 2 * (e * e))) by (apply Rmult_le_compat_l; lra).
      assert (G1 := growth_ge_1 2).
      assert (S4 : u * v <= ((1 + u) * growth 2 - 1) * v).
      { apply Rmult_le_compat_r; [exact V|]. nra. }
      replace (rnd (d * d) - e * e) with ((rnd (d * d) - d * d) + (d * d - e * e)) by ring.
      assert (T1 := Rabs_triang (rnd (d * d) - d * d) (d * d - e * e)). lra.
  - assert (e = 0).
    { rewrite Rminus_0_l, Rabs_Ropp in E. assert (M := Rabs_pos e). assert (S := u_small).
      destruct (Req_dec e 0) as [K|K]; [exact K|]. assert (L := Rabs_pos_lt _ K). nra. }
    subst e.
    assert (K : step_square R (real_arithmetic fused) x 0 = x).
    { destruct N as (B & _). destruct fused; simpl; rewrite Rmult_0_l, ?rnd_0, Rplus_0_l;
        now apply rnd_exact. }
    rewrite K. rewrite !Rmult_0_l, Rplus_0_l, Rplus_0_r. apply near_le with (h := h); [lia|].
    destruct N as (B & W & D). repeat split; [exact B|lra|].
    assert (G1 := growth_ge_1 h). assert (0 <= (growth h - 1) * v) by (apply Rmult_le_pos; lra). lra.
Qed.

(** ** Deviations *)

Definition centre_value (c : option R) : R := match c with Some m => m | None => 0 end.
Definition deviations (c : option R) (xs : list R) : list R := map (fun x => x - centre_value c) xs.

Lemma deviation_hat_near fused c x :
  binary64 x -> match c with Some m => binary64 m | None => True end ->
  let d := deviation_hat R (real_arithmetic fused) c x in
  binary64 d /\ Rabs (d - (x - centre_value c)) <= u * Rabs (x - centre_value c).
Proof.
  intros X M. destruct c as [m|]; simpl.
  - split; [apply binary64_rnd|]. now apply difference_in.
  - split; [exact X|]. replace (x - (x - 0)) with 0 by ring. rewrite Rabs_R0.
    apply Rmult_le_pos; [apply Rlt_le, u_pos|apply Rabs_pos].
Qed.

Lemma leaves_sum fused c xs :
  Forall binary64 xs -> match c with Some m => binary64 m | None => True end ->
  lift leaf_sum (sum (deviations c xs)) (sum (map Rabs (deviations c xs)))
    (map (deviation_hat R (real_arithmetic fused) c) xs).
Proof.
  intros F M. induction F as [|x xs X F IH]; simpl; constructor; [|exact IH].
  destruct (deviation_hat_near fused c x X M) as [B E].
  repeat split; [exact B|lra|]. unfold growth. rewrite pow_1. lra.
Qed.

Lemma leaves_square fused c xs :
  Forall binary64 xs -> match c with Some m => binary64 m | None => True end ->
  lift leaf_square (sum (map (fun e => e * e) (deviations c xs)))
    (sum (map (fun e => e * e + least) (deviations c xs)))
    (map (deviation_hat R (real_arithmetic fused) c) xs).
Proof.
  intros F M. induction F as [|x xs X F IH]; simpl; constructor; [|exact IH].
  destruct (deviation_hat_near fused c x X M) as [B E].
  split; [exact B|]. exists (x - centre_value c), least.
  assert (L := least_pos). repeat split; [exact E|lra|]. left. lra.
Qed.

(** ** Means *)

Lemma normal_in z : bpow radix2 (-1022) <= Rabs z -> Rabs (rnd z - z) <= u * Rabs z.
Proof.
  intros H. rewrite <- u_ro_is_u. unfold u_ro.
  refine (relative_error_N_FLT radix2 (-1074) 53 _ (fun x => negb (Z.even x)) z _);
    [reflexivity|exact H].
Qed.

Definition at_most_2_31 (n : nat) : Prop := (0 < n)%nat /\ (Z.of_nat n <= 2 ^ 31)%Z.

Lemma count_bounds n : at_most_2_31 n -> 1 <= INR n <= bpow radix2 31.
Proof.
  intros [P L]. rewrite INR_IZR_INZ. split.
  - apply IZR_le. lia.
  - change (bpow radix2 31) with (IZR (2 ^ 31)). now apply IZR_le.
Qed.

Lemma inverse_near n : at_most_2_31 n ->
  Rabs (rnd (bpow radix2 0 / INR n) - / INR n) <= u * / INR n.
Proof.
  intros H. destruct (count_bounds n H) as [L M].
  assert (P : 0 < / INR n) by (apply Rinv_0_lt_compat; lra).
  assert (E : bpow radix2 0 / INR n = / INR n) by (simpl; lra). rewrite E.
  rewrite <- (Rabs_pos_eq (/ INR n)) at 3 by lra. apply normal_in. rewrite Rabs_pos_eq by lra.
  apply Rle_trans with (bpow radix2 (-31)); [apply bpow_le; lia|].
  change (bpow radix2 (-31)) with (/ bpow radix2 31). apply Rinv_le; lra.
Qed.

Lemma mean_near n h s w x : at_most_2_31 n -> near h s w x ->
  Rabs (rnd (x * rnd (bpow radix2 0 / INR n)) - s / INR n)
  <= (growth (h + 2) - 1) * (w / INR n) + eta.
Proof.
  intros H N. destruct (count_bounds n H) as [L M]. assert (I := inverse_near n H).
  set (i := rnd (bpow radix2 0 / INR n)) in *. unfold Rdiv. set (j := / INR n) in *.
  assert (J : 0 < j) by (apply Rinv_0_lt_compat; lra).
  assert (X := near_size _ _ _ _ N). destruct N as (B & W & E).
  assert (U := u_pos). assert (G := growth_ge_1 h).
  replace (h + 2)%nat with (S (S h)) by lia. rewrite !growth_S.
  assert (Wp : 0 <= w) by (assert (A := Rabs_pos s); lra).
  assert (S1 : Rabs (x * (i - j)) <= growth h * w * (u * j)).
  { rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; assumption. }
  assert (S2 : Rabs ((x - s) * j) <= (growth h - 1) * w * j).
  { rewrite Rabs_mult, (Rabs_pos_eq j) by lra. apply Rmult_le_compat_r; lra. }
  assert (S3 : Rabs (x * j) <= growth h * w * j).
  { rewrite Rabs_mult, (Rabs_pos_eq j) by lra. apply Rmult_le_compat_r; lra. }
  assert (S4 : Rabs (x * i) <= (1 + u) * (growth h * w * j)).
  { replace (x * i) with (x * (i - j) + x * j) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (S5 : u * Rabs (x * i) <= u * ((1 + u) * (growth h * w * j)))
    by (apply Rmult_le_compat_l; lra).
  assert (R := rounded_in (x * i)).
  replace (rnd (x * i) - s * j) with ((rnd (x * i) - x * i) + (x * (i - j) + (x - s) * j)) by ring.
  assert (T1 := Rabs_triang (rnd (x * i) - x * i) (x * (i - j) + (x - s) * j)).
  assert (T2 := Rabs_triang (x * (i - j)) ((x - s) * j)). lra.
Qed.
