(* SPDX-License-Identifier: Apache-2.0 *)
(** * The computed moments of a row

    Purpose.  How far a^ and q^ of the ledger (lib/fast/error_bounds.h) are from the mean of the
    deviations from the centre and from that of their squares, for every row, every lane count,
    with FMA and without, about any centre.

    Symbols.
      mean_dev     a: the mean of the deviations, 0 for RMSNorm
      mean_sq      R^2: the mean of their squares
      h            rounds (row_sums.v): SumHeight

    Main results.
      offset_error        |a^ - a| <= ((1 + u)^(h + 3) - 1) R + eta
      mean_square_error   |q^ - R^2| <= ((1 + u)^(h + 5) - 1) (R^2 + 2^-1000) + eta *)

From Coq Require Import ZArith NArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.elements.
Import ListNotations.

Local Open Scope R_scope.

(** ** Cauchy and Schwarz *)

Lemma sum_abs_square l : (sum (map Rabs l)) ^ 2 <= INR (length l) * sum (map (fun e => e * e) l).
Proof.
  induction l as [|a l IH]; [simpl; lra|].
  change (length (a :: l)) with (S (length l)). rewrite S_INR. simpl map. simpl sum.
  set (s := sum (map Rabs l)) in *. set (q := sum (map (fun e => e * e) l)) in *.
  assert (S : 0 <= s).
  { unfold s. clear. induction l as [|b l IH]; simpl; [lra|]. assert (P := Rabs_pos b). lra. }
  assert (Q : 0 <= q).
  { unfold q. clear. induction l as [|b l IH]; simpl; [lra|]. nra. }
  assert (A : a * a = Rabs a * Rabs a) by (rewrite <- Rabs_mult; symmetry; apply Rabs_pos_eq; nra).
  set (n := INR (length l)) in *. assert (N : 0 <= n) by apply pos_INR.
  rewrite A. set (b := Rabs a). assert (B : 0 <= b) by apply Rabs_pos.
  (* 2 b s <= n b^2 + q, since (2 b s)^2 <= 4 b^2 n q <= (n b^2 + q)^2 *)
  assert (K : 2 * b * s <= n * b ^ 2 + q).
  { apply Rsqr_incr_0_var; [|nra]. unfold Rsqr.
    apply Rle_trans with (4 * b ^ 2 * (n * q)).
    - replace (2 * b * s * (2 * b * s)) with (4 * b ^ 2 * s ^ 2) by ring.
      apply Rmult_le_compat_l; [nra|exact IH].
    - assert (0 <= (n * b ^ 2 - q) ^ 2) by apply pow2_ge_0. lra. }
  lra.
Qed.

(** ** a^ and q^ *)

Definition mean_dev (op : operation) (c : option R) (xs : list R) : R :=
  match op with Layer_norm => mean (deviations c xs) | Rms_norm => 0 end.
Definition mean_sq (c : option R) (xs : list R) : R := mean_square (deviations c xs).

Section Row.
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Variable c : option R.
Hypothesis Sup : supposed k op eps xs c.

Let A := real_arithmetic fused.
Let m := moments_about A k op eps xs c.
Let n := length xs.
Let h := rounds n k.
Let e := deviations c xs.

Lemma row_length : at_most_2_31 n.
Proof.
  destruct Sup. split; [|assumption]. unfold n. destruct xs; [easy|simpl; lia].
Qed.

Lemma centre_binary64 : match c with Some m => binary64 m | None => True end.
Proof. destruct Sup as [_ _ _ _ _ _ C]. now destruct op, c. Qed.

Lemma deviations_length : length e = n.
Proof. unfold e, deviations. now rewrite map_length. Qed.

Lemma sum_pointwise l v : sum (map (fun e => e * e + v) l) = sum (map (fun e => e * e) l) + INR (length l) * v.
Proof.
  induction l as [|a l IH]; [simpl; ring|].
  change (length (a :: l)) with (S (length l)). rewrite S_INR. simpl. rewrite IH. ring.
Qed.

Lemma mean_sq_pos : 0 <= mean_sq c xs.
Proof.
  unfold mean_sq, mean_square, count. fold e. rewrite deviations_length.
  destruct (count_bounds n row_length) as [L _]. apply Rmult_le_pos.
  - clear. induction e as [|b l IH]; simpl; [lra|]. nra.
  - apply Rlt_le, Rinv_0_lt_compat. lra.
Qed.

Lemma mean_abs : sum (map Rabs e) / INR n <= sqrt (mean_sq c xs).
Proof.
  destruct (count_bounds n row_length) as [L _]. assert (P : 0 < / INR n) by (apply Rinv_0_lt_compat; lra).
  assert (S : 0 <= sum (map Rabs e)).
  { clear. induction e as [|b l IH]; simpl; [lra|]. assert (P := Rabs_pos b). lra. }
  rewrite <- (sqrt_Rsqr (sum (map Rabs e) / INR n)) by (apply Rmult_le_pos; lra).
  apply sqrt_le_1_alt. unfold Rsqr, mean_sq, mean_square, count. fold e. rewrite deviations_length.
  assert (K := sum_abs_square e). rewrite deviations_length in K.
  replace (sum (map Rabs e) / INR n * (sum (map Rabs e) / INR n))
    with (sum (map Rabs e) ^ 2 * (/ INR n * / INR n)) by (unfold Rdiv; ring).
  replace (sum (map (fun x => x * x) e) / INR n)
    with (INR n * sum (map (fun x => x * x) e) * (/ INR n * / INR n)) by (field; lra).
  apply Rmult_le_compat_r; [nra|exact K].
Qed.

Lemma mean_dev_le : Rabs (mean_dev op c xs) <= sqrt (mean_sq c xs).
Proof.
  unfold mean_dev. case op; [|rewrite Rabs_R0; apply sqrt_pos].
  apply Rle_trans with (2 := mean_abs). unfold mean, count. fold e. rewrite deviations_length.
  destruct (count_bounds n row_length) as [L _].
  unfold Rdiv. rewrite Rabs_mult, (Rabs_pos_eq (/ INR n)) by (apply Rlt_le, Rinv_0_lt_compat; lra).
  apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; lra|].
  clear. induction e as [|b l IH]; simpl; [rewrite Rabs_R0; lra|].
  apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Theorem offset_error :
  Rabs (offset m - mean_dev op c xs) <= (growth (h + 3) - 1) * sqrt (mean_sq c xs) + eta.
Proof.
  assert (G := growth_ge_1 (h + 3)). assert (Q := sqrt_pos (mean_sq c xs)).
  unfold m, moments_about, mean_dev. cbn [offset]. case op.
  - assert (L := leaves_sum fused c xs (supposed_numbers _ _ _ _ _ Sup) centre_binary64).
    assert (N := real_row_sum_near fused k leaf_sum (step_sum R A) 1 (near_0 1)
                   (step_sum_near fused) _ _ _ L).
    rewrite map_length in N. fold n h in N.
    assert (E := mean_near n _ _ _ _ row_length N).
    replace (1 + h + 2)%nat with (h + 3)%nat in E by lia.
    unfold mean, count. fold e. rewrite deviations_length.
    apply Rle_trans with (1 := E). apply Rplus_le_compat_r, Rmult_le_compat_l; [lra|].
    exact mean_abs.
  - change (Rabs (rnd (0 * rnd (bpow radix2 0 / INR n)) - 0)
      <= (growth (h + 3) - 1) * sqrt (mean_sq c xs) + eta).
    rewrite Rmult_0_l, rnd_0, Rminus_0_r, Rabs_R0. assert (P := eta_pos).
    assert (0 <= (growth (h + 3) - 1) * sqrt (mean_sq c xs)) by (apply Rmult_le_pos; lra). lra.
Qed.

Theorem mean_square_error :
  Rabs (mean_square_hat m - mean_sq c xs) <= (growth (h + 5) - 1) * (mean_sq c xs + least) + eta.
Proof.
  assert (L := leaves_square fused c xs (supposed_numbers _ _ _ _ _ Sup) centre_binary64).
  assert (N := real_row_sum_near fused k leaf_square (step_square R A) 3 leaf_square_0
                 (step_square_near fused) _ _ _ L).
  rewrite map_length in N. fold n h in N.
  assert (E := mean_near n _ _ _ _ row_length N).
  replace (3 + h + 2)%nat with (h + 5)%nat in E by lia.
  unfold mean_sq, mean_square, count. fold e. rewrite deviations_length.
  rewrite sum_pointwise in E. fold e in E. rewrite deviations_length in E.
  destruct (count_bounds n row_length) as [P _].
  replace ((sum (map (fun e => e * e) e) + INR n * least) / INR n)
    with (sum (map (fun e => e * e) e) / INR n + least) in E by (field; lra).
  exact E.
Qed.

Lemma offset_binary64 : binary64 (offset m).
Proof. apply binary64_rnd. Qed.

(** h u is small. *)
Lemma rounds_small : INR h <= 1100.
Proof.
  replace 1100 with (INR 1100) by (rewrite INR_IZR_INZ; reflexivity).
  apply le_INR. unfold h, rounds.
  assert (K := supposed_lanes _ _ _ _ _ Sup).
  assert (C : (chain k <= 64)%nat).
  { unfold chain, sum_block. assert (P : (2 ^ k <> 0)%nat) by (apply Nat.pow_nonzero; lia).
    apply Nat.lt_succ_r, Nat.div_lt_upper_bound; lia. }
  assert (D : (counted n <= 24)%nat).
  { unfold counted. destruct row_length as [_ L].
    assert (M : (N.of_nat ((n + 255) / 256) < 2 ^ 24)%N).
    { rewrite Nat2N.inj_div, Nat2N.inj_add. apply N.div_lt_upper_bound; [easy|].
      change (N.of_nat 256 * 2 ^ 24)%N with (2 ^ 32)%N. change (N.of_nat 255) with 255%N.
      change (2 ^ 31)%Z with 2147483648%Z in L. change (2 ^ 32)%N with 4294967296%N. lia. }
    destruct (N.eq_dec (N.of_nat ((n + 255) / 256)) 0) as [Z|Z]; [rewrite Z; simpl; lia|].
    rewrite N.size_log2 by exact Z.
    assert (B := proj1 (N.log2_lt_pow2 (N.of_nat ((n + 255) / 256)) 24 ltac:(lia)) M). lia. }
  lia.
Qed.
End Row.
