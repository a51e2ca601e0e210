(* SPDX-License-Identifier: Apache-2.0 *)
(** * The height of a row's sum, in natural numbers

    Purpose.  SumHeight of lib/fast/error_bounds.h, which counts bits, as the number of roundings that
    the loops of model.v do.

    Symbols.
      chain k         elements that an accumulator takes in one block
      counted columns levels of the counter
      rounds columns k    all roundings of a summand

    Main results.
      height_is_rounds *)

From Coq Require Import ZArith NArith Reals Arith Lia.
From ExactNorm Require Import fast.model.

Local Open Scope R_scope.

(** ** The height of the tree, in natural numbers *)

Definition chain (k : nat) : nat := (sum_block + 4 * 2 ^ k - 1) / (4 * 2 ^ k).
Definition counted (columns : nat) : nat := N.to_nat (N.size (N.of_nat ((columns + 255) / 256))).
Definition rounds (columns k : nat) : nat := chain k + 2 + counted columns + k.

Lemma size_pred_power k : N.size (2 ^ N.of_nat k - 1) = N.of_nat k.
Proof.
  destruct k as [|k]; [reflexivity|]. rewrite N.size_log2.
  - replace (2 ^ N.of_nat (S k) - 1)%N with (N.pred (2 ^ N.succ (N.of_nat k)))
      by (rewrite Nat2N.inj_succ, N.sub_1_r; reflexivity).
    rewrite N.log2_pred_pow2; rewrite ?Nat2N.inj_succ, ?N.pred_succ; lia.
  - rewrite Nat2N.inj_succ, N.pow_succ_r'. assert (H := N.pow_nonzero 2 (N.of_nat k)). lia.
Qed.

Lemma sum_height_is_rounds columns k :
  N.to_nat (sum_height (N.of_nat columns) (2 ^ N.of_nat k)) = rounds columns k.
Proof.
  rewrite <- (Nat2N.id (rounds columns k)). f_equal.
  unfold sum_height, rounds, counted, chain, sum_block. rewrite size_pred_power.
  change (N.size (4 - 1)) with 2%N.
  rewrite !Nat2N.inj_add, N2Nat.id, !Nat2N.inj_div, Nat2N.inj_sub, !Nat2N.inj_add,
    !Nat2N.inj_mul, Nat2N.inj_pow.
  reflexivity.
Qed.

Theorem height_is_rounds columns k : height columns k = INR (rounds columns k).
Proof.
  unfold height. rewrite INR_IZR_INZ. f_equal. rewrite <- sum_height_is_rounds. now rewrite N_nat_Z.
Qed.

Lemma chain_covers k : (sum_block <= 2 ^ k * (4 * chain k))%nat.
Proof.
  unfold chain. assert (P : (2 ^ k <> 0)%nat) by (apply Nat.pow_nonzero; lia).
  set (n := (4 * 2 ^ k)%nat). assert (n <> 0)%nat by (unfold n; lia).
  assert (D := Nat.div_mod (sum_block + n - 1) n H).
  assert (M := Nat.mod_upper_bound (sum_block + n - 1) n H).
  replace (2 ^ k * (4 * ((sum_block + n - 1) / n)))%nat with (n * ((sum_block + n - 1) / n))%nat
    by (unfold n at 1; ring).
  assert (sum_block + n - 1 <= n * ((sum_block + n - 1) / n) + (n - 1))%nat by lia. lia.
Qed.

Lemma blocks_cover n : (n <= 256 * ((n + 255) / 256))%nat.
Proof.
  assert (D := Nat.div_mod (n + 255) 256). assert (M := Nat.mod_upper_bound (n + 255) 256). lia.
Qed.
