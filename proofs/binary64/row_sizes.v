(* SPDX-License-Identifier: Apache-2.0 *)
(** * Sizes of a row's deviations

    Purpose.  How max|d|, X, G and h compare with R, the root of the mean of the deviations' squares.

    Corresponds to the first paragraph of "Moments" in lib/fast/binary64_error_bounds.h.

    Symbols.
      most, n, r   max|d|; columns; R
      z, e         G = 2^z, X = 2^e

    Main results.
      rounds_most   h is 80 at most (77, in fact)
      row_sizes     2^-409 <= R <= 2^400, R <= X <= 2^10 R, G <= 2^-13 R *)

From Coq Require Import ZArith NArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.row_moments binary64.model binary64.grid binary64.split binary64.sums.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).

(** ** Sums over a list *)

Lemma sum_le {X} (f g : X -> R) l : Forall (fun d => f d <= g d) l -> sum (map f l) <= sum (map g l).
Proof. intros F. induction F as [|d l H F IH]; simpl; lra. Qed.

Lemma sum_nonnegative {X} (f : X -> R) l : (forall x, 0 <= f x) -> 0 <= sum (map f l).
Proof. intros P. induction l as [|y l IH]; simpl; [lra|]. assert (Q := P y). lra. Qed.

Lemma sum_member {X} (f : X -> R) l d : (forall x, 0 <= f x) -> In d l -> f d <= sum (map f l).
Proof.
  intros P. induction l as [|x l IH]; intros H; [easy|]. simpl.
  assert (S := sum_nonnegative f l P).
  destruct H as [->|H]; [lra|]. specialize (IH H). assert (Q := P x). lra.
Qed.

Lemma sum_triangle l : Rabs (sum l) <= sum (map Rabs l).
Proof.
  induction l as [|x l IH]; simpl; [rewrite Rabs_R0; lra|].
  assert (T := Rabs_triang x (sum l)). lra.
Qed.

Lemma sum_affine {X} (f : X -> R) c m l :
  sum (map (fun d => c * f d + m) l) = c * sum (map f l) + INR (length l) * m.
Proof.
  induction l as [|d l IH]; [simpl; ring|].
  change (length (d :: l)) with (S (length l)). rewrite S_INR. simpl. rewrite IH. ring.
Qed.

Lemma sum_zip {X} (f g h : X -> R) l : Forall (fun d => f d = g d + h d) l ->
  sum (map f l) = sum (map g l) + sum (map h l).
Proof. intros F. induction F as [|d l H F IH]; simpl; lra. Qed.

(** ** h *)

Theorem rounds_most n k : (k <= 4)%nat -> (Z.of_nat n <= 2 ^ 18)%Z -> (rounds n k <= 80)%nat.
Proof.
  intros K H. unfold rounds.
  assert (C : (chain k + k <= 66)%nat).
  { do 5 (destruct k as [|k]; [apply Nat.leb_le; vm_compute; reflexivity|]). lia. }
  assert (D : (counted n <= 11)%nat).
  { unfold counted. assert (B : (N.of_nat ((n + 255) / 256) < 2 ^ 11)%N).
    { assert (Z : (Z.of_nat ((n + 255) / 256) < 2 ^ 11)%Z).
      { rewrite Nat2Z.inj_div, Nat2Z.inj_add. apply Z.div_lt_upper_bound; lia. }
      change (2 ^ 11)%Z with 2048%Z in Z. change (2 ^ 11)%N with 2048%N. lia. }
    destruct (N.eq_dec (N.of_nat ((n + 255) / 256)) 0) as [Z|Z]; [rewrite Z; simpl; lia|].
    rewrite N.size_log2 by exact Z.
    assert (L := proj1 (N.log2_lt_pow2 (N.of_nat ((n + 255) / 256)) 11 ltac:(lia)) B). lia. }
  lia.
Qed.

Section Row.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable ds : list R.
Hypothesis ds_binary64 : Forall binary64 ds.
Hypothesis columns_range : (Z.of_nat (length ds) <= 2 ^ 18)%Z.

Let most := largest_deviation A ds.
Hypothesis most_range : bpow radix2 (-400) <= most <= bpow radix2 400.

Let z := grid_exponent k most.
Let e := scale_exponent most.
Let G := bpow radix2 z.
Let n := INR (length ds).
Let q := sum (map (fun d => d * d) ds).
Let r := sqrt (mean_square ds).

(** ** Sizes *)

Lemma row_bounded : Forall (fun d => bounded e d /\ Rabs d <= most) ds.
Proof.
  destruct (largest_is ds) as [L _]. fold most in L. rewrite Forall_forall in *. intros d H.
  split; [|now apply L]. split; [now apply ds_binary64|].
  apply Rle_trans with (1 := L d H), Rlt_le. apply (scale_of_most most most_range).
Qed.

Lemma deviations_bounded : Forall (bounded e) ds.
Proof. apply Forall_impl with (2 := row_bounded). now intros d [B _]. Qed.

Lemma columns_are : 1 <= n <= bpow radix2 18.
Proof.
  destruct (largest_is ds) as [_ L]. fold most in L. specialize (L (most_positive most most_range)).
  destruct L as (d & H & _). unfold n. rewrite INR_IZR_INZ. split.
  - apply IZR_le. destruct ds; [easy|simpl; lia].
  - change (bpow radix2 18) with (IZR (2 ^ 18)). now apply IZR_le.
Qed.

Lemma squares_are : n * (r * r) = q /\ 0 <= r.
Proof.
  assert (N := columns_are). split; [|apply sqrt_pos]. unfold r. rewrite sqrt_sqrt.
  - unfold mean_square, count. fold q n. field. lra.
  - unfold mean_square, count. fold q n. apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat; lra].
    apply sum_nonnegative. intros d. apply Rle_0_sqr.
Qed.

Lemma most_most : most <= 512 * r /\ r <= most.
Proof.
  assert (N := columns_are). destruct squares_are as [Q R0]. assert (P := most_positive most most_range).
  assert (E18 : bpow radix2 18 = 512 * 512) by (simpl; lra). rewrite E18 in N. split.
  - destruct (largest_is ds) as [_ L]. destruct (L P) as (d & H & D). fold most in D.
    assert (M : most * most <= q).
    { rewrite D. rewrite <- Rabs_mult, Rabs_pos_eq by apply Rle_0_sqr.
      apply (sum_member (fun d => d * d)); [intros x; apply Rle_0_sqr|exact H]. }
    apply Rsqr_incr_0_var; [|lra]. unfold Rsqr. apply Rle_trans with (1 := M). rewrite <- Q.
    replace (512 * r * (512 * r)) with (512 * 512 * (r * r)) by ring.
    apply Rmult_le_compat_r; [now apply Rmult_le_pos|lra].
  - apply Rsqr_incr_0_var; [|lra]. unfold Rsqr. apply Rmult_le_reg_l with n; [lra|]. rewrite Q.
    unfold q, n. apply sum_most. apply Forall_impl with (2 := row_bounded). intros d [_ D].
    replace (d * d) with (Rabs d * Rabs d) by (rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
    apply Rmult_le_compat; try apply Rabs_pos; exact D.
Qed.

Theorem row_sizes : bpow radix2 (-409) <= r <= bpow radix2 400 /\ r <= bpow radix2 e <= bpow radix2 10 * r /\
  0 < G <= bpow radix2 (-13) * r.
Proof.
  destruct most_most as [M1 M2]. assert (S := scale_of_most most most_range). fold e in S.
  destruct (grid_range k lanes_range most most_range) as [Z E]. fold z e in Z, E.
  change (bpow radix2 10) with 1024. split; [|split; [lra|split; [apply bpow_gt_0|]]].
  - split; [|lra]. replace (-409)%Z with (-9 + -400)%Z by reflexivity. rewrite bpow_plus.
    change (bpow radix2 (-9)) with (/ 512). lra.
  - apply Rle_trans with (bpow radix2 (-23) * bpow radix2 e).
    + rewrite <- bpow_plus. apply bpow_le. lia.
    + replace (-13)%Z with (-23 + 10)%Z by reflexivity. rewrite bpow_plus, Rmult_assoc.
      apply Rmult_le_compat_l; [apply bpow_ge_0|]. change (bpow radix2 10) with 1024. lra.
Qed.

Lemma magnitudes : sum (map Rabs ds) <= n * r.
Proof.
  assert (N := columns_are). destruct squares_are as [Q R0]. apply Rsqr_incr_0_var; [|apply Rmult_le_pos; lra].
  assert (C := sum_abs_square ds). fold q n in C. unfold Rsqr.
  replace (n * r * (n * r)) with (n * q) by (rewrite <- Q; ring). simpl in C. rewrite Rmult_1_r in C. exact C.
Qed.

Lemma mean_most : Rabs (mean ds) <= r.
Proof.
  assert (N := columns_are). unfold mean, count. fold n.
  assert (I : 0 < / n) by (apply Rinv_0_lt_compat; lra). unfold Rdiv.
  rewrite Rabs_mult, (Rabs_pos_eq (/ n)) by lra. apply Rmult_le_reg_r with n; [lra|].
  rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. rewrite (Rmult_comm r).
  apply Rle_trans with (1 := sum_triangle ds), magnitudes.
Qed.

End Row.
