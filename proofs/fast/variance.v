(* SPDX-License-Identifier: Apache-2.0 *)
(** * From admitted moments to the variance

    Purpose.  The paragraphs "Admission" and v^ of the ledger in lib/fast/error_bounds.h, over
    real numbers: where a^ a^ <= v^ / 4 and 2^-500 <= q^ are found true by computed numbers,
    v^ is near the variance plus eps, also where eps dominates.

    Symbols.  As in the ledger; ah, q, v are a^, q^, v^, and R2 is R^2.

    Main results.
      square_bound      R^2 <= 1.2502 v^
      offset_bound      |a^| <= 0.5001 sqrt v^
      variance_error    |v^ - (R^2 - a^2 + eps)| <= (2.38 h + 13.3) u v^ *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements.

Local Open Scope R_scope.

Definition q_least : R := bpow radix2 (-500).

Lemma q_least_pos : 0 < q_least.
Proof. apply bpow_gt_0. Qed.

Lemma tiny_bounds :
  eta <= u * / 1000000 * q_least /\ least <= / 1000000 * q_least.
Proof.
  assert (P : bpow radix2 (-20) <= / 1000000) by (simpl; lra).
  assert (Q := q_least_pos). assert (U := u_pos). split.
  - apply Rle_trans with (bpow radix2 (-53) * bpow radix2 (-20) * bpow radix2 (-500)).
    + rewrite <- !bpow_plus. apply bpow_le. lia.
    + apply Rmult_le_compat_r; [apply bpow_ge_0|]. apply Rmult_le_compat_l; [apply bpow_ge_0|exact P].
  - apply Rle_trans with (bpow radix2 (-20) * bpow radix2 (-500)).
    + rewrite <- !bpow_plus. apply bpow_le. lia.
    + apply Rmult_le_compat_r; [apply bpow_ge_0|exact P].
Qed.

(** eta against R, which is at least 2^-251. *)
Lemma eta_root R R2 : 0 <= R -> R * R = R2 -> q_least / 2 <= R2 -> eta <= u * / 1000000 * R.
Proof.
  intros P S L. assert (U := u_pos).
  assert (K : bpow radix2 (-251) <= R).
  { apply Rsqr_incr_0_var; [|exact P]. unfold Rsqr. rewrite S, <- bpow_plus.
    apply Rle_trans with (2 := L). unfold q_least.
    replace (-251 + -251)%Z with (-500 + -1 + -1)%Z by reflexivity. rewrite !bpow_plus.
    assert (B := bpow_gt_0 radix2 (-500)). simpl (bpow radix2 (-1)). lra. }
  apply Rle_trans with (u * / 1000000 * bpow radix2 (-251)).
  - apply Rle_trans with (bpow radix2 (-53) * bpow radix2 (-20) * bpow radix2 (-251)).
    + unfold eta. rewrite <- !bpow_plus. apply bpow_le. lia.
    + apply Rmult_le_compat_r; [apply bpow_ge_0|]. apply Rmult_le_compat_l; [apply bpow_ge_0|].
      simpl. lra.
  - apply Rmult_le_compat_l; [lra|exact K].
Qed.

Section Variance.
Variables h R2 a q ah eps : R.
Let R := sqrt R2.
Let p := rnd (ah * ah).
Let dif := rnd (q - p).
Let v := rnd (dif + eps).

Hypothesis Hh : 0 <= h <= 1100.
Hypothesis HR2 : 0 <= R2.
Hypothesis Ha : Rabs a <= R.
Hypothesis Fq : binary64 q.
Hypothesis Feps : binary64 eps.
Hypothesis Heps : 0 <= eps.
Hypothesis Ea : Rabs (ah - a) <= 10001 / 10000 * (h + 3) * u * R + eta.
Hypothesis Eq : Rabs (q - R2) <= 10001 / 10000 * (h + 5) * u * (R2 + least) + eta.
Hypothesis Least : q_least <= q.
Hypothesis Admission : p <= rnd (bpow radix2 (-2) * v).

Lemma hu_small : 0 <= h * u <= / 1000000000000.
Proof.
  assert (U := u_pos). split; [apply Rmult_le_pos; lra|].
  apply Rle_trans with (1100 * u); [apply Rmult_le_compat_r; lra|]. rewrite u_value. lra.
Qed.

Lemma square_lower : q_least / 2 <= R2.
Proof.
  destruct tiny_bounds as [T1 T2]. assert (Q := q_least_pos). assert (U := u_pos).
  assert (S := u_small). assert (X := hu_small).
  assert (K : 10001 / 10000 * (h + 5) * u <= / 100000000000) by lra.
  assert (L := least_pos).
  assert (10001 / 10000 * (h + 5) * u * (R2 + least) <= / 100000000000 * (R2 + least))
    by (apply Rmult_le_compat_r; lra).
  assert (A := Rle_abs (q - R2)).
  assert (u * / 1000000 * q_least <= / 1000000 * q_least) by nra.
  lra.
Qed.

Lemma square_error : Rabs (q - R2) <= 10002 / 10000 * (h + 5) * u * R2.
Proof.
  destruct tiny_bounds as [T1 T2]. assert (Q := square_lower). assert (U := u_pos).
  assert (X := hu_small). apply Rle_trans with (1 := Eq).
  assert (P := q_least_pos). assert (S := u_small).
  assert (T : u * q_least <= u * (2 * R2)) by (apply Rmult_le_compat_l; lra).
  assert (K : (h + 5) * u * least <= (h + 5) * u * (/ 1000000 * (2 * R2))).
  { apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|lra]. }
  assert (0 <= h * u * R2) by (apply Rmult_le_pos; lra).
  assert (0 <= u * R2) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma offset_near : Rabs (ah - a) <= 10002 / 10000 * (h + 3) * u * R.
Proof.
  assert (P : 0 <= R) by apply sqrt_pos.
  assert (E := eta_root R R2 P (sqrt_sqrt R2 HR2) square_lower).
  apply Rle_trans with (1 := Ea). assert (U := u_pos).
  assert (0 <= h * u * R) by (apply Rmult_le_pos; [apply hu_small|exact P]).
  assert (0 <= u * R) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma p_pos : 0 <= p.
Proof. apply rnd_ge_0. apply Rle_0_sqr. Qed.

Lemma q_pos : 0 < q.
Proof. apply Rlt_le_trans with (2 := Least). apply q_least_pos. Qed.

Lemma v_pos : 0 < v.
Proof.
  destruct (Rlt_or_le 0 v) as [L|L]; [exact L|].
  assert (Z : rnd (bpow radix2 (-2) * v) <= 0).
  { rewrite <- rnd_0. apply rnd_le. assert (B := bpow_gt_0 radix2 (-2)). nra. }
  assert (P := p_pos). assert (E : p = 0) by lra.
  assert (D : dif = q) by (unfold dif; rewrite E, Rminus_0_r; now apply rnd_exact).
  assert (V : q <= v).
  { unfold v. rewrite D. rewrite <- (rnd_exact q Fq) at 1. apply rnd_le. lra. }
  assert (Q := q_pos). lra.
Qed.

(** The parts of v^ and their errors, against v^. *)
Lemma parts :
  p <= / 4 * v + / 1000000 * v /\ Rabs dif <= 10001 / 10000 * v
  /\ q <= 12501 / 10000 * v /\ eta <= u * / 1000000 * (2 * v)
  /\ Rabs (v - (dif + eps)) <= u * v /\ Rabs (dif - (q - p)) <= u * (10001 / 10000 * v)
  /\ Rabs (p - ah * ah) <= u * (2501 / 10000 * v).
Proof.
  destruct tiny_bounds as [T1 _]. assert (P := p_pos). assert (V := v_pos).
  assert (U := u_pos). assert (S := u_small). assert (Q := q_least_pos).
  assert (E1 : Rabs (v - (dif + eps)) <= u * v).
  { rewrite <- (Rabs_pos_eq v) at 2 by lra. apply sum_out; [apply binary64_rnd|exact Feps]. }
  assert (E2 : Rabs (dif - (q - p)) <= u * Rabs dif)
    by (apply difference_out; [exact Fq|apply binary64_rnd]).
  assert (E3 : p <= (1 + u) * (/ 4 * v) + eta).
  { apply Rle_trans with (1 := Admission).
    assert (R0 := rounded_in (bpow radix2 (-2) * v)). change (bpow radix2 (-2)) with (/ 4) in *.
    rewrite (Rabs_pos_eq (/ 4 * v)) in R0 by lra.
    assert (A := Rle_abs (rnd (/ 4 * v) - / 4 * v)). lra. }
  assert (E4 := rounded_out (ah * ah)). fold p in E4. rewrite (Rabs_pos_eq p) in E4 by exact P.
  assert (UV : u * v <= / 1000000000000000 * v) by (apply Rmult_le_compat_r; lra).
  assert (UQ : u * / 1000000 * q_least <= / 1000000000000000 * / 1000000 * q).
  { apply Rmult_le_compat; [apply Rmult_le_pos; lra|lra| |exact Least].
    apply Rmult_le_compat_r; lra. }
  assert (D1 : dif <= (1 + u) * v) by (assert (A := Rabs_le_inv _ _ E1); lra).
  assert (A2 := Rabs_le_inv _ _ E2).
  assert (B : q <= 12501 / 10000 * v /\ Rabs dif <= 10001 / 10000 * v).
  { destruct (Rle_or_lt 0 dif) as [L|L].
    - rewrite (Rabs_pos_eq dif) in * by exact L.
      assert (u * dif <= / 1000000000000000 * dif) by (apply Rmult_le_compat_r; lra).
      split; lra.
    - rewrite (Rabs_left dif) in * by exact L.
      assert (u * - dif <= / 1000000000000000 * - dif) by (apply Rmult_le_compat_r; lra).
      assert (0 <= u * - dif) by (apply Rmult_le_pos; lra). split; lra. }
  destruct B as [B1 B2].
  assert (W : u * q_least <= u * (2 * v)) by (apply Rmult_le_compat_l; lra).
  assert (E5 : p <= / 4 * v + / 1000000 * v) by lra.
  assert (UP : u * p <= u * (/ 4 * v + / 1000000 * v)) by (apply Rmult_le_compat_l; lra).
  assert (UD : u * Rabs dif <= u * (10001 / 10000 * v)) by (apply Rmult_le_compat_l; lra).
  assert (0 <= u * v) by (apply Rmult_le_pos; lra).
  repeat split; try assumption; lra.
Qed.

Theorem square_bound : R2 <= 12502 / 10000 * v.
Proof.
  destruct parts as (_ & _ & Q & _). assert (E := Rabs_le_inv _ _ square_error).
  assert (X := hu_small). assert (U := u_small).
  assert (10002 / 10000 * (h + 5) * u * R2 <= / 100000000000 * R2)
    by (apply Rmult_le_compat_r; lra).
  lra.
Qed.

Theorem offset_bound : Rabs ah <= 5001 / 10000 * sqrt v.
Proof.
  destruct parts as (P & _ & _ & _ & _ & _ & E). assert (V := v_pos). assert (U := u_small).
  assert (A := Rabs_le_inv _ _ E).
  assert (UV : u * (2501 / 10000 * v) <= / 1000000000000000 * (2501 / 10000 * v))
    by (apply Rmult_le_compat_r; lra).
  apply Rsqr_incr_0_var; [|apply Rmult_le_pos; [lra|apply sqrt_pos]].
  rewrite <- Rsqr_abs. unfold Rsqr.
  replace (5001 / 10000 * sqrt v * (5001 / 10000 * sqrt v))
    with (5001 / 10000 * (5001 / 10000) * (sqrt v * sqrt v)) by ring.
  rewrite sqrt_sqrt by lra. lra.
Qed.

Lemma root_bound : R <= 11182 / 10000 * sqrt v.
Proof.
  assert (V := v_pos). assert (B := square_bound).
  apply Rsqr_incr_0_var; [|apply Rmult_le_pos; [lra|apply sqrt_pos]].
  unfold Rsqr, R. rewrite sqrt_sqrt by exact HR2.
  replace (11182 / 10000 * sqrt v * (11182 / 10000 * sqrt v))
    with (11182 / 10000 * (11182 / 10000) * (sqrt v * sqrt v)) by ring.
  rewrite sqrt_sqrt by lra. lra.
Qed.

Lemma offset_square_error : Rabs (ah * ah - a * a) <= 1119 / 1000 * (h + 3) * (u * v).
Proof.
  assert (V := v_pos). assert (O := offset_bound). assert (N := offset_near).
  assert (B := root_bound). assert (X := hu_small). assert (U := u_pos). assert (US := u_small).
  set (s := sqrt v) in *. assert (S : 0 <= s) by apply sqrt_pos.
  assert (SS : s * s = v) by (apply sqrt_sqrt; lra).
  assert (C : 10002 / 10000 * (h + 3) * u * R <= 10002 / 10000 * (h + 3) * u * (11182 / 10000 * s)).
  { apply Rmult_le_compat_l; [|exact B]. apply Rmult_le_pos; [lra|lra]. }
  set (t := 10002 / 10000 * (h + 3) * u * (11182 / 10000 * s)) in *.
  assert (T : t <= / 100000000000 * s).
  { unfold t. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [exact S|]. lra. }
  replace (ah * ah - a * a) with ((ah - a) * (2 * ah - (ah - a))) by ring.
  rewrite Rabs_mult. apply Rle_trans with (t * (10003 / 10000 * s)).
  - apply Rmult_le_compat; try apply Rabs_pos; [lra|].
    replace (2 * ah - (ah - a)) with (2 * ah + - (ah - a)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq 2) by lra. lra.
  - unfold t. replace (10002 / 10000 * (h + 3) * u * (11182 / 10000 * s) * (10003 / 10000 * s))
      with (10002 / 10000 * (11182 / 10000) * (10003 / 10000) * ((h + 3) * u) * (s * s)) by ring.
    rewrite SS. replace (1119 / 1000 * (h + 3) * (u * v)) with (1119 / 1000 * ((h + 3) * u) * v) by ring.
    apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|]. lra.
Qed.

Theorem variance_error : Rabs (v - (R2 - a * a + eps)) <= (238 / 100 * h + 133 / 10) * u * v.
Proof.
  destruct parts as (_ & _ & _ & _ & E1 & E2 & E3).
  assert (E4 := square_error). assert (E5 := offset_square_error). assert (B := square_bound).
  assert (V := v_pos). assert (U := u_pos).
  assert (C : 10002 / 10000 * (h + 5) * u * R2 <= 10002 / 10000 * (h + 5) * u * (12502 / 10000 * v)).
  { apply Rmult_le_compat_l; [|exact B]. apply Rmult_le_pos; lra. }
  replace (v - (R2 - a * a + eps)) with
    ((v - (dif + eps)) + ((dif - (q - p)) + ((q - R2) + (- (p - ah * ah) + - (ah * ah - a * a))))) by ring.
  assert (T1 := Rabs_triang (v - (dif + eps))
    ((dif - (q - p)) + ((q - R2) + (- (p - ah * ah) + - (ah * ah - a * a))))).
  assert (T2 := Rabs_triang (dif - (q - p)) ((q - R2) + (- (p - ah * ah) + - (ah * ah - a * a)))).
  assert (T3 := Rabs_triang (q - R2) (- (p - ah * ah) + - (ah * ah - a * a))).
  assert (T4 := Rabs_triang (- (p - ah * ah)) (- (ah * ah - a * a))).
  rewrite (Rabs_Ropp (p - ah * ah)), (Rabs_Ropp (ah * ah - a * a)) in T4.
  assert (0 <= u * v) by (apply Rmult_le_pos; lra).
  assert (0 <= h * (u * v)) by (apply Rmult_le_pos; lra).
  replace ((238 / 100 * h + 133 / 10) * u * v) with (238 / 100 * (h * (u * v)) + 133 / 10 * (u * v)) by ring.
  replace (10002 / 10000 * (h + 5) * u * (12502 / 10000 * v))
    with (10002 / 10000 * (12502 / 10000) * (h * (u * v)) + 10002 / 10000 * (12502 / 10000) * 5 * (u * v)) in C by ring.
  lra.
Qed.
End Variance.
