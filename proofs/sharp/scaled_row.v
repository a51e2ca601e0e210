(* SPDX-License-Identifier: Apache-2.0 *)
(** * The answers of a scaled row

    Purpose.  What a row's scaling loses to underflow is nothing beside the sharp stage's bounds, as long
    as V of the scaled row is 2^-901 or more, as that of an admitted row is.

    Corresponds to FindScale of lib/fast/sharp_moments-inl.h, and to "Scale" in
    lib/fast/sharp_error_bounds.h.

    Symbols: those of scaling.v.

    Main results.
      scaled_power_positive   P > 0
      scaled_rstd             1 / sqrt P is s / sqrt Q within 2^-169 of it
      scaled_normalized       t of the row is t of the scaled one within 2^-167 |t| + 2^-620 *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.moments fast.model fast.operations fast.row_data
  sharp.scaling.
Import ListNotations.

Local Open Scope R_scope.

Section Row.
Variable op : operation.
Variable xs : list R.
Variable eps : R.
Variable j : Z.
Let s := bpow radix2 j.
Let Xs := map (scaled s) xs.
Let E := scaled_epsilon s eps.
Let P := power op xs eps.
Let Q := power op Xs E.

Hypothesis not_empty : xs <> [].
Hypothesis row_binary64 : Forall binary64 xs.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.

Hypothesis Q_least : bpow radix2 (-901) <= Q.

Lemma Q_pos : 0 < Q.
Proof. apply Rlt_le_trans with (2 := Q_least). apply bpow_gt_0. Qed.

Let tiny := bpow radix2 (-170).

Lemma tiny_small : 0 < tiny <= / 1000000000000000.
Proof.
  split; [apply bpow_gt_0|]. apply Rle_trans with (bpow radix2 (-60)); [apply bpow_le; lia|simpl; lra].
Qed.

Lemma power_close : Rabs (s * s * P - Q) <= tiny * Q.
Proof.
  assert (Near := power_near op xs eps j not_empty row_binary64 eps_binary64 eps_pos).
  fold s in Near. fold Xs E in Near. fold P Q in Near. apply Rle_trans with (1 := Near).
  assert (T := tiny_small). assert (E0 := eta_pos). assert (Qp := Q_pos).
  assert (A : 8 * eta <= / 2 * tiny * Q).
  { apply Rle_trans with (/ 2 * tiny * bpow radix2 (-901)).
    - unfold eta, tiny. change (/ 2) with (bpow radix2 (-1)). change 8 with (bpow radix2 3).
      rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_l; lra. }
  assert (B : 4 * eta * Q <= / 2 * tiny * Q).
  { apply Rmult_le_compat_r; [lra|]. unfold eta, tiny. change (/ 2) with (bpow radix2 (-1)).
    change 4 with (bpow radix2 2). rewrite <- !bpow_plus. apply bpow_le. lia. }
  lra.
Qed.

Theorem scaled_power_positive : 0 < P.
Proof.
  assert (A := Rabs_le_inv _ _ power_close). assert (T := tiny_small). assert (Qp := Q_pos).
  assert (X : tiny * Q <= / 2 * Q) by (apply Rmult_le_compat_r; lra).
  assert (S := s_pos j). fold s in S. destruct (Rle_or_lt P 0) as [H|H]; [|exact H].
  assert (s * s * P <= s * s * 0) by (apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|exact H]). lra.
Qed.

Lemma root_close : Rabs (s * sqrt P - sqrt Q) <= tiny * sqrt Q.
Proof.
  assert (S := s_pos j). fold s in S. assert (Pp := scaled_power_positive). assert (Qp := Q_pos). assert (T := tiny_small).
  set (p := sqrt P). set (q := sqrt Q). assert (p0 : 0 < p) by now apply sqrt_lt_R0.
  assert (q0 : 0 < q) by now apply sqrt_lt_R0.
  assert (Ep : p * p = P) by (apply sqrt_sqrt; lra). assert (Eq : q * q = Q) by (apply sqrt_sqrt; lra).
  assert (sp : 0 < s * p) by now apply Rmult_lt_0_compat.
  assert (A := power_close). rewrite <- Ep, <- Eq in A.
  replace (s * s * (p * p) - q * q) with ((s * p - q) * (s * p + q)) in A by ring.
  rewrite Rabs_mult, (Rabs_pos_eq (s * p + q)) in A by lra.
  apply Rmult_le_reg_r with (s * p + q); [lra|]. apply Rle_trans with (1 := A).
  replace (tiny * (q * q)) with (tiny * q * q) by ring. apply Rmult_le_compat_l; [|lra].
  apply Rmult_le_pos; lra.
Qed.

Theorem scaled_rstd : Rabs (1 / sqrt P - s / sqrt Q) <= bpow radix2 (-169) * (s / sqrt Q).
Proof.
  assert (S := s_pos j). fold s in S. assert (R := root_close). assert (T := tiny_small).
  assert (p0 := sqrt_lt_R0 P scaled_power_positive). assert (q0 := sqrt_lt_R0 Q Q_pos).
  set (p := sqrt P) in *. set (q := sqrt Q) in *.
  assert (Ri := Rabs_le_inv _ _ R). assert (X : tiny * q <= / 2 * q) by (apply Rmult_le_compat_r; lra).
  assert (sp : / 2 * q <= s * p) by lra. assert (sp0 : 0 < s * p) by lra.
  replace (1 / p - s / q) with ((q - s * p) * (s / (s * p * q))) by (field; lra).
  assert (K : 0 < s / (s * p * q)) by (apply Rdiv_lt_0_compat; [lra|apply Rmult_lt_0_compat; lra]).
  rewrite Rabs_mult, (Rabs_pos_eq (s / _)), Rabs_minus_sym by lra.
  apply Rle_trans with (tiny * q * (s / (s * p * q))); [apply Rmult_le_compat_r; lra|].
  replace (tiny * q * (s / (s * p * q))) with (tiny * s * / (s * p)) by (field; lra).
  replace (bpow radix2 (-169) * (s / q)) with (tiny * s * / (/ 2 * q)).
  2:{ replace (-169)%Z with (1 + -170)%Z by reflexivity. rewrite bpow_plus. fold tiny.
      change (bpow radix2 1) with 2. field. lra. }
  apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|]. apply Rinv_le_contravar; lra.
Qed.

Theorem scaled_normalized x : In x xs ->
  Rabs (deviation op xs x / sqrt P - deviation op Xs (scaled s x) / sqrt Q)
  <= bpow radix2 (-167) * Rabs (deviation op Xs (scaled s x) / sqrt Q) + bpow radix2 (-620).
Proof.
  intros I. assert (S := s_pos j). fold s in S. assert (R := scaled_rstd).
  assert (G := deviation_near op xs eps j not_empty row_binary64 x I). fold s in G. fold Xs in G. assert (E0 := eta_pos).
  assert (p0 := sqrt_lt_R0 P scaled_power_positive). assert (q0 := sqrt_lt_R0 Q Q_pos).
  set (p := sqrt P) in *. set (q := sqrt Q) in *.
  set (D := deviation op Xs (scaled s x)) in *. set (d := deviation op xs x) in *.
  assert (q1 : bpow radix2 (-451) <= q).
  { rewrite <- (sqrt_square (bpow radix2 (-451))) by apply bpow_ge_0. apply sqrt_le_1_alt.
    rewrite <- bpow_plus. apply Rle_trans with (2 := Q_least). apply bpow_le. lia. }
  assert (iq : 0 < / q) by now apply Rinv_0_lt_compat.
  assert (si : 0 < / s) by now apply Rinv_0_lt_compat.
  assert (iq2 : / q <= bpow radix2 451).
  { replace (bpow radix2 451) with (/ bpow radix2 (-451)) by (rewrite <- bpow_opp; reflexivity).
    apply Rinv_le_contravar; [apply bpow_gt_0|exact q1]. }
  assert (Small : 2 * eta * / q <= / 2 * bpow radix2 (-620)).
  { apply Rle_trans with (2 * eta * bpow radix2 451); [apply Rmult_le_compat_l; lra|].
    unfold eta. change 2 with (bpow radix2 1) at 1. change (/ 2) with (bpow radix2 (-1)).
    rewrite <- !bpow_plus. apply bpow_le. lia. }
  replace (d / p - D / q) with ((s * d) * / s * (1 / p - s / q) + - ((D - s * d) * / q)) by (field; lra).
  set (z := s * d) in *. apply Rle_trans with (1 := Rabs_triang _ _).
  replace (Rabs (D / q)) with (Rabs D * / q) by (unfold Rdiv; now rewrite Rabs_mult, (Rabs_pos_eq (/ q)) by lra).
  rewrite Rabs_Ropp, !Rabs_mult, (Rabs_pos_eq (/ s)), (Rabs_pos_eq (/ q)) by lra.
  assert (X2 : Rabs (D - z) * / q <= / 2 * bpow radix2 (-620)).
  { apply Rle_trans with (2 := Small). apply Rmult_le_compat_r; lra. }
  assert (Dq : Rabs z * / q <= Rabs D * / q + / 2 * bpow radix2 (-620)).
  { apply Rle_trans with ((Rabs D + Rabs (D - z)) * / q); [|lra]. apply Rmult_le_compat_r; [lra|].
    replace z with (D + - (D - z)) at 1 by ring. apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
  assert (X1 : Rabs z * / s * Rabs (1 / p - s / q) <= bpow radix2 (-169) * (Rabs z * / q)).
  { apply Rle_trans with (Rabs z * / s * (bpow radix2 (-169) * (s / q))).
    - apply Rmult_le_compat_l; [|exact R]. apply Rmult_le_pos; [apply Rabs_pos|lra].
    - apply Req_le. field. lra. }
  assert (B : bpow radix2 (-167) = 4 * bpow radix2 (-169)).
  { replace (-167)%Z with (2 + -169)%Z by reflexivity. now rewrite bpow_plus. }
  assert (B0 := bpow_gt_0 radix2 (-169)). assert (B6 := bpow_gt_0 radix2 (-620)).
  assert (B1 : bpow radix2 (-169) <= / 2) by (apply Rle_trans with (bpow radix2 (-1)); [apply bpow_le; lia|simpl; lra]).
  assert (Y := Rmult_le_compat_l _ _ _ (Rlt_le _ _ B0) Dq).
  assert (Z : 0 <= bpow radix2 (-169) * (Rabs D * / q)).
  { apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [apply Rabs_pos|lra]. }
  assert (W : bpow radix2 (-169) * (/ 2 * bpow radix2 (-620)) <= / 2 * (/ 2 * bpow radix2 (-620)))
    by (apply Rmult_le_compat_r; lra).
  rewrite B. lra.
Qed.
End Row.
