(* SPDX-License-Identifier: Apache-2.0 *)
(** * Rows of numbers below 2^128 do not overflow

    Purpose.  The theorems of limited_moments.v for a row as it goes on, about 0 or about its
    computed mean: what normalize.v says of the model without overflow, it says of binary64.

    Symbols.  limited_arithmetic: overflow.v; there m: limited_moments.v.

    Main results.
      limited_admission   with overflow and without, the same rows are admitted,
      limited_moments     with the same moments,
      limited_elements    t^ and y^ *)

From Coq Require Import ZArith NArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.elements fast.row_moments fast.variance fast.roots fast.normalize fast.overflow fast.limited_moments.
Import ListNotations.

Local Open Scope R_scope.

Section Row.
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Hypothesis Small : Forall (fun x => Rabs x < bpow radix2 128) xs.

Let A := real_arithmetic fused.
Let B := limited_arithmetic fused.
Hypothesis Sup : supposed k op eps xs None.

Lemma no_centre : small 130 (centre_value None).
Proof. unfold small. cbn [centre_value]. rewrite Rabs_R0. apply bpow_ge_0. Qed.

(** The computed mean is no larger than twice the greatest magnitude. *)
Lemma first_offset_small : small 130 (offset (moments_about A k op eps xs None)).
Proof.
  assert (E := offset_error fused k op eps xs None Sup).
  assert (D := mean_dev_le fused k op eps xs None Sup).
  set (a := offset (moments_about (real_arithmetic fused) k op eps xs None)) in *.
  assert (Q : sqrt (mean_sq None xs) <= bpow radix2 128).
  { assert (B2 : bpow radix2 256 = bpow radix2 128 * bpow radix2 128) by (rewrite <- bpow_plus; reflexivity).
    rewrite <- (sqrt_Rsqr (bpow radix2 128)) by apply bpow_ge_0. apply sqrt_le_1_alt. unfold Rsqr.
    rewrite <- B2. unfold mean_sq, mean_square, count.
    destruct (count_bounds _ (row_length fused k op eps xs None Sup)) as [L _].
    assert (LD : length (deviations None xs) = length xs) by (unfold deviations; apply map_length).
    rewrite LD. apply Rmult_le_reg_r with (INR (length xs)); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. rewrite (Rmult_comm (bpow radix2 256)).
    rewrite <- LD. apply sum_bound. intros e I. unfold deviations in I. apply in_map_iff in I.
    destruct I as (x & <- & I). cbn [centre_value]. rewrite Rminus_0_r.
    assert (S := Small). rewrite Forall_forall in S. specialize (S x I). rewrite B2.
    rewrite <- (Rabs_pos_eq (x * x)) by nra. rewrite Rabs_mult.
    apply Rmult_le_compat; try apply Rabs_pos; lra. }
  assert (G : growth (rounds (length xs) k + 3) <= 2).
  { apply growth_small. assert (H := rounds_small fused k op eps xs None Sup).
    replace 1100 with (INR 1100) in H by (rewrite INR_IZR_INZ; reflexivity). apply INR_le in H. lia. }
  assert (G1 := growth_ge_1 (rounds (length xs) k + 3)). assert (P := sqrt_pos (mean_sq None xs)).
  assert (K : (growth (rounds (length xs) k + 3) - 1) * sqrt (mean_sq None xs) <= 1 * bpow radix2 128)
    by (apply Rmult_le_compat; lra).
  assert (T : Rabs a <= Rabs (mean_dev op None xs) + Rabs (a - mean_dev op None xs)).
  { replace a with (mean_dev op None xs + (a - mean_dev op None xs)) at 1 by ring. apply Rabs_triang. }
  assert (Et : eta <= bpow radix2 128) by (apply bpow_le; lia).
  change (small 130 a). unfold small. replace 130%Z with (2 + 128)%Z by reflexivity. rewrite bpow_plus.
  change (bpow radix2 2) with 4. lra.
Qed.

Let M := moments A k op eps xs.
Let M' := moments B k op (Some eps) (map Some xs).

Lemma some_centre : exists c, supposed k op eps xs c /\ small 130 (centre_value c)
  /\ M = moments_about A k op eps xs c
  /\ M' = moments_about B k op (Some eps) (map Some xs) (option_map Some c).
Proof.
  assert (E1 : admitted (moments_about B k op (Some eps) (map Some xs) None)
               = admitted (moments_about A k op eps xs None)) by exact (admitted_there fused k op eps xs Small None Sup no_centre).
  assert (E2 : offset (moments_about B k op (Some eps) (map Some xs) None)
               = Some (offset (moments_about A k op eps xs None)))
    by exact (proj1 (offset_there fused k op eps xs Small None Sup no_centre)).
  unfold M, M', moments. cbv zeta. rewrite E1, E2. clear E1 E2.
  change (is_finite B (Some (offset (moments_about A k op eps xs None)))) with true.
  change (is_finite A (offset (moments_about A k op eps xs None))) with true.
  rewrite andb_true_r.
  assert (F := offset_binary64 fused k op eps xs None).
  assert (S := first_offset_small). assert (Sup' := Sup).
  set (a := offset (moments_about A k op eps xs None)) in *.
  set (again := match op with Layer_norm => negb _ | Rms_norm => false end).
  destruct again eqn:E.
  - exists (Some a). split; [|split; [exact S|split; reflexivity]].
    unfold again in E. clear again. destruct Sup'. constructor; try assumption.
    revert E. case op; [intros _; exact F|discriminate].
  - exists None. split; [exact Sup|]. split; [exact no_centre|]. split; reflexivity.
Qed.

Theorem limited_admission : admitted M' = admitted M.
Proof. destruct some_centre as (c & S & C & -> & ->). now apply (admitted_there fused k op eps xs Small c). Qed.

Theorem limited_moments : admitted M = true -> M' = there M.
Proof. destruct some_centre as (c & S & C & -> & ->). now apply (moments_there fused k op eps xs Small c). Qed.

Theorem limited_elements x g b : admitted M = true ->
  In x xs -> Rabs g < bpow radix2 128 -> Rabs b < bpow radix2 128 ->
  t_hat B M' (Some x) = Some (t_hat A M x) /\
  y_hat B M' (Some x) (Some g) (Some b) = Some (y_hat A M x g b).
Proof.
  destruct some_centre as (c & S & C & -> & ->). intros Adm I G Bb.
  apply (elements_there fused k op eps xs Small c); try assumption; unfold small; lra.
Qed.
End Row.
