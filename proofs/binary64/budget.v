(* SPDX-License-Identifier: Apache-2.0 *)
(** * E1 and E0 of a binary64 row are enough

    Purpose.  In units of sqrt V: what v^ and a^ are off makes r^ sqrt V and c^ be off by less than E1 and
    E0, which are made of ratios as they are computed.

    Corresponds to BoundBinary64 of lib/fast/binary64_error_bounds.h.

    Symbols.
      rho, gam, b      R, G, |a| over sqrt V
      k, g, c          the same, as they are computed; b is near c
      offset_off       |a^ - a| over sqrt V
      v_off            |v^ - V| over V

    Main results.
      e1_enough   0.503 v_off + 57 u^2 <= 0.999 E1
      e0_enough   1.001 offset_off + 25 u^2 rho + 2 u^2 <= 0.999 E0
      e1_most, e0_most   at most 2^-51 *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations sharp.pairs binary64.bound.

Local Open Scope R_scope.

Definition offset_off (h rho gam : R) : R := 5001 / 10000 * (h * (u * gam)) + 10 * (u * (u * rho)).
Definition v_off (h K rho gam b : R) : R :=
  10004 / 10000 * ((h + 1) * (u * (gam * rho))) + (107 / 100 * K - 7) * (u * (u * (rho * rho)))
  + offset_off h rho gam * (2 * b + offset_off h rho gam) + 42 / 10 * (u * u).

Section Budget.
Variables h K rho gam b k g c : R.
Hypothesis h_range : 1 <= h <= 80.
Hypothesis K_range : 228 <= K <= 18000000.
Hypothesis g_range : 0 <= g <= / 500.
Hypothesis k_range : 0 <= k <= 8.
Hypothesis c_range : 0 <= c <= 10.
Hypothesis rho_range : 0 <= rho <= 9.
Hypothesis gam_range : 0 <= gam <= / 8192 * rho.
Hypothesis b_range : 0 <= b <= rho.
Hypothesis k_near : rho <= (1 + / 1000000000) * k + u.
Hypothesis g_near : gam <= (1 + / 1000000000) * g.
Hypothesis c_near : b <= (1 + / 1000000000) * c + 51 / 100 * (h * (u * gam)) + 30 * (u * (u * rho)) + u.

Let p := u * gam.
Let p' := u * g.
Let A := offset_off h rho gam.

Lemma units : 0 < u * u /\ u * u <= / 1000000000000000 * u.
Proof. assert (U := u_pos). assert (X := u_part u (Rlt_le _ _ U)). split; [now apply Rmult_lt_0_compat|lra]. Qed.

Lemma products_small :
  0 <= p /\ p <= (1 + / 1000000000) * p' /\ 0 <= h * p <= / 100 * (u * rho) /\
  0 <= h * p' <= 16 / 100 * u /\ h * p <= (1 + / 1000000000) * (h * p').
Proof.
  assert (U := u_pos). assert (Q := units). assert (Ur := u_part rho ltac:(lra)).
  assert (P : 0 <= p) by (apply Rmult_le_pos; lra). assert (P' : 0 <= p') by (apply Rmult_le_pos; lra).
  assert (L : p <= / 8192 * (u * rho)).
  { unfold p. replace (/ 8192 * (u * rho)) with (u * (/ 8192 * rho)) by ring. apply by_u. lra. }
  assert (L' : p' <= / 500 * u) by (unfold p'; rewrite Rmult_comm; apply Rmult_le_compat_r; lra).
  assert (N : p <= (1 + / 1000000000) * p').
  { unfold p, p'. replace ((1 + / 1000000000) * (u * g)) with (u * ((1 + / 1000000000) * g)) by ring. now apply by_u. }
  assert (X1 : 0 <= h * p <= 80 * p) by (split; [apply Rmult_le_pos|apply Rmult_le_compat_r]; lra).
  assert (X2 : 0 <= h * p' <= 80 * p') by (split; [apply Rmult_le_pos|apply Rmult_le_compat_r]; lra).
  assert (X3 : h * p <= h * ((1 + / 1000000000) * p')) by (apply Rmult_le_compat_l; lra).
  repeat split; lra.
Qed.

Lemma A_small : 0 <= A <= / 100 * (u * rho).
Proof.
  destruct products_small as (_ & _ & X & _). assert (Ur := u_part rho ltac:(lra)).
  assert (V := u_part _ (proj1 Ur)). unfold A, offset_off. fold p. lra.
Qed.

Lemma square_near : rho * rho <= 1001 / 1000 * (k * k) + / 1000.
Proof.
  assert (U := u_pos). assert (Us := u_small). assert (Kk : 0 <= k * k) by (apply Rmult_le_pos; lra).
  assert (X : rho * rho <= ((1 + / 1000000000) * k + u) * ((1 + / 1000000000) * k + u)) by (apply Rmult_le_compat; lra).
  assert (Uk : u * k <= / 1000000000000000 * 8) by (apply Rmult_le_compat; lra). assert (Q := units). lra.
Qed.

Theorem e1_enough : 503 / 1000 * v_off h K rho gam b + 57 * (u * u) <= 999 / 1000 * tier_e1 h K g k c.
Proof.
  destruct products_small as (P & N & X1 & X2 & X3). assert (Al := A_small). assert (Q := units).
  assert (U := u_pos). assert (Us := u_small). assert (Ur := u_part rho ltac:(lra)).
  assert (Kk : 0 <= k * k) by (apply Rmult_le_pos; lra).
  assert (Hp' : 0 <= p') by (apply Rmult_le_pos; lra).
  assert (L' : p' <= / 500 * u) by (unfold p'; rewrite Rmult_comm; apply Rmult_le_compat_r; lra).
  (* the term of R *)
  assert (T1 : (h + 1) * p * rho <= (1 + 3 / 1000000000) * ((h + 1) * p' * k) + / 5 * (u * u)).
  { assert (Y : (h + 1) * p <= (1 + / 1000000000) * ((h + 1) * p')) by lra.
    assert (Y' : 0 <= (h + 1) * p') by lra.
    apply Rle_trans with ((1 + / 1000000000) * ((h + 1) * p') * ((1 + / 1000000000) * k + u)).
    - apply Rmult_le_compat; lra.
    - assert (Z : 0 <= (h + 1) * p' * k) by (apply Rmult_le_pos; lra).
      assert (Z' : (h + 1) * p' * u <= 17 / 100 * u * u) by (apply Rmult_le_compat_r; lra).
      replace ((1 + / 1000000000) * ((h + 1) * p') * ((1 + / 1000000000) * k + u))
        with ((1 + / 1000000000) * (1 + / 1000000000) * ((h + 1) * p' * k)
              + (1 + / 1000000000) * ((h + 1) * p' * u)) by ring. lra. }
  (* the term of |a| *)
  assert (T2 : h * p * b <= (1 + 3 / 1000000000) * (h * p' * c) + / 5 * (u * u)).
  { set (x := 51 / 100 * (h * (u * gam)) + 30 * (u * (u * rho)) + u) in *.
    assert (V := u_part _ (proj1 Ur)).
    assert (Bx : 0 <= x <= 11 / 10 * u).
    { assert (U9 := by_u _ _ (proj2 rho_range)). unfold x. fold p. lra. }
    apply Rle_trans with ((1 + / 1000000000) * (h * p') * ((1 + / 1000000000) * c + x)).
    - apply Rmult_le_compat; try lra. unfold x. lra.
    - assert (Z : 0 <= h * p' * c) by (apply Rmult_le_pos; lra).
      assert (Z' : h * p' * x <= 16 / 100 * u * (11 / 10 * u)) by (apply Rmult_le_compat; lra).
      replace ((1 + / 1000000000) * (h * p') * ((1 + / 1000000000) * c + x))
        with ((1 + / 1000000000) * (1 + / 1000000000) * (h * p' * c)
              + (1 + / 1000000000) * (h * p' * x)) by ring. lra. }
  (* what a^ is off *)
  set (r2 := rho * rho). assert (R0 : 0 <= r2) by (apply Rmult_le_pos; lra).
  assert (R2 : 0 <= u * (u * r2)) by (repeat apply Rmult_le_pos; lra).
  assert (T3 : A * (2 * b + A) <= 10002 / 10000 * (h * p * b) + 201 / 10 * (u * (u * r2))).
  { assert (Z1 : A * A <= / 100 * (u * rho) * (/ 100 * (u * rho))) by (apply Rmult_le_compat; lra).
    replace (/ 100 * (u * rho) * (/ 100 * (u * rho))) with (/ 10000 * (u * (u * r2))) in Z1 by (unfold r2; field).
    assert (Z2 : u * (u * (rho * b)) <= u * (u * r2)).
    { do 2 apply by_u. unfold r2. apply Rmult_le_compat_l; lra. }
    replace (A * (2 * b + A)) with (10002 / 10000 * (h * p * b) + 20 * (u * (u * (rho * b))) + A * A).
    - lra.
    - unfold A at 2, offset_off. fold p. unfold A, offset_off. fold p. field. }
  (* all of it *)
  assert (S := square_near). fold r2 in S.
  assert (S1 : u * (u * r2) <= (u * u) * (1001 / 1000 * (k * k) + / 1000)).
  { rewrite <- Rmult_assoc. apply Rmult_le_compat_l; lra. }
  set (w := u * u * (k * k)). assert (W : 0 <= w) by (apply Rmult_le_pos; lra).
  assert (S2 : (107 / 100 * K + 134 / 10) * (u * (u * r2)) <= (107 / 100 * K + 134 / 10) * (1001 / 1000 * w + / 1000 * (u * u))).
  { apply Rmult_le_compat_l; [lra|]. unfold w. lra. }
  assert (Kw : 0 <= (K - 228) * w) by (apply Rmult_le_pos; lra).
  assert (Ku : 0 <= (K - 228) * (u * u)) by (apply Rmult_le_pos; lra).
  assert (P1 : 0 <= (h + 1) * p' * k) by (repeat apply Rmult_le_pos; lra).
  assert (P2 : 0 <= h * p' * c) by (repeat apply Rmult_le_pos; lra).
  unfold v_off, tier_e1. fold A r2.
  replace ((h + 1) * (u * (gam * rho))) with ((h + 1) * p * rho) by (unfold p; ring).
  replace (51 / 100 * u * g * ((h + 1) * k + h * c) + (4 * K + 64) * (u * u) * (k * k + 1))
    with (51 / 100 * ((h + 1) * p' * k) + 51 / 100 * (h * p' * c) + (4 * K + 64) * w + (4 * K + 64) * (u * u))
    by (unfold p', w; ring).
  lra.
Qed.

Theorem e0_enough :
  1001 / 1000 * A + 25 * (u * (u * rho)) + 2 * (u * u) <= 999 / 1000 * tier_e0 h K g k.
Proof.
  destruct products_small as (P & N & X1 & X2 & X3). assert (Q := units). assert (Us := u_small).
  assert (S1 : u * (u * rho) <= (u * u) * ((1 + / 1000000000) * k + u)).
  { rewrite <- Rmult_assoc. apply Rmult_le_compat_l; lra. }
  set (w := u * u * k). assert (W : 0 <= w) by (apply Rmult_le_pos; lra).
  assert (S2 : u * u * u <= / 1000000 * (u * u)).
  { rewrite Rmult_comm. apply Rmult_le_compat_r; lra. }
  assert (Kw : 0 <= (K - 228) * w) by (apply Rmult_le_pos; lra).
  assert (Ku : 0 <= (K - 228) * (u * u)) by (apply Rmult_le_pos; lra).
  unfold A, offset_off, tier_e0. fold p.
  replace (51 / 100 * h * u * g + (2 * K + 32) * (u * u) * (k + 1))
    with (51 / 100 * (h * p') + (2 * K + 32) * w + (2 * K + 32) * (u * u)) by (unfold p', w; ring).
  replace (u * u * ((1 + / 1000000000) * k + u)) with ((1 + / 1000000000) * w + u * u * u) in S1 by (unfold w; ring).
  assert (S3 : u * (u * rho) <= 1001 / 1000 * w + / 1000000 * (u * u)) by lra. lra.
Qed.

(** ** Sizes *)

Theorem e1_most : tier_e1 h K g k c <= bpow radix2 (-51).
Proof.
  assert (U := u_pos). assert (Q := units). assert (Uv := u_value).
  assert (hk : (h + 1) * k <= 81 * 8) by (apply Rmult_le_compat; lra).
  assert (hc : h * c <= 80 * 10) by (apply Rmult_le_compat; lra).
  assert (kk : k * k <= 8 * 8) by (apply Rmult_le_compat; lra).
  assert (P0 : 0 <= (h + 1) * k) by (apply Rmult_le_pos; lra). assert (P1 : 0 <= h * c) by (apply Rmult_le_pos; lra).
  assert (P2 : 0 <= k * k) by (apply Rmult_le_pos; lra).
  assert (G : 0 <= u * g <= u * / 500) by (split; [apply Rmult_le_pos|apply Rmult_le_compat_l]; lra).
  assert (M1 : u * g * ((h + 1) * k + h * c) <= u * / 500 * 1448) by (apply Rmult_le_compat; lra).
  assert (M2 : (4 * K + 64) * (k * k + 1) <= 72000064 * 65) by (apply Rmult_le_compat; lra).
  assert (M3 : (4 * K + 64) * (k * k + 1) * (u * u) <= 72000064 * 65 * (u * u)) by (apply Rmult_le_compat_r; lra).
  replace (bpow radix2 (-51)) with (4 * u) by (unfold u; simpl; lra). unfold tier_e1. lra.
Qed.

Theorem e0_most : tier_e0 h K g k <= bpow radix2 (-51).
Proof.
  assert (U := u_pos). assert (Q := units).
  assert (G : 0 <= u * g <= u * / 500) by (split; [apply Rmult_le_pos|apply Rmult_le_compat_l]; lra).
  assert (M1 : h * (u * g) <= 80 * (u * / 500)) by (apply Rmult_le_compat; lra).
  assert (M2 : (2 * K + 32) * (k + 1) <= 36000032 * 9) by (apply Rmult_le_compat; lra).
  assert (M3 : (2 * K + 32) * (k + 1) * (u * u) <= 36000032 * 9 * (u * u)) by (apply Rmult_le_compat_r; lra).
  replace (bpow radix2 (-51)) with (4 * u) by (unfold u; simpl; lra). unfold tier_e0. lra.
Qed.
End Budget.
