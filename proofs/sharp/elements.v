(* SPDX-License-Identifier: Apache-2.0 *)
(** * From a^, v^ and r^ to t^ and y^

    Purpose.  The last sentence of the ledger in lib/fast/sharp_error_bounds.h, supposing what is said
    there of a^ and v^: r^ sqrt V is near 1, t^ near t, and y^ as near to y as S1 and S0 say.

    Corresponds to ElementOf of lib/fast/sharp-inl.h.

    Symbols.
      r, V, kappa, root   R, V of the ledger, kappa >= R^2 / V, root >= R / sqrt V
      K                   that of the ledger
      t_sharp, y_sharp    t^ and y^ of the deviation e = x - m
      D, t                the exact e - a, and D / sqrt V

    Main results.
      root_ratio      of V^ within E V of V: |sqrt V / sqrt V^ - 1| <= 0.503 E
      root_near       |r^ sqrt V - 1| <= ((1.51 K - 60) kappa + 58) u^2
      t_sharp_error   |t^ - t| <= (((1.51 K - 60) kappa + 76) |t| + (1.002 K - 32) root) u^2 + 12 eta *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.ends
  sharp.products sharp.addition sharp.pairs sharp.pair_products sharp.root
  sharp.means.

Local Open Scope R_scope.

Definition t_sharp (fused : bool) (e a rh : R * R) : R * R :=
  let d := plus_pair e (opposite a) in times fused (fst d) (snd d) (fst rh) (snd rh).

Lemma root_ratio V Vh E :
  0 < V -> 0 < Vh -> 0 <= E <= 31 / 10000 -> Rabs (Vh - V) <= E * V ->
  Rabs (sqrt V / sqrt Vh - 1) <= 503 / 1000 * E.
Proof.
  intros V_pos Vh_pos Ek B. set (s := sqrt V).
  set (sh := sqrt Vh) in *. assert (Sh : 0 < sh) by now apply sqrt_lt_R0.
  assert (S : 0 < s) by now apply sqrt_lt_R0.
  assert (S2 : s * s = V) by (apply sqrt_sqrt; lra). assert (Sh2 : sh * sh = Vh) by (apply sqrt_sqrt; lra).
  set (t := s / sh). assert (Ht : s = t * sh) by (unfold t; field; lra).
  assert (T : 0 < t) by (unfold t; now apply Rdiv_lt_0_compat).
  assert (T2 : Rabs (1 - t * t) <= E * (t * t)).
  { apply Rmult_le_reg_r with Vh; [exact Vh_pos|].
    rewrite <- (Rabs_pos_eq Vh) at 1 by lra. rewrite <- Rabs_mult.
    replace ((1 - t * t) * Vh) with (Vh - V) by (rewrite <- S2, Ht, <- Sh2; ring).
    replace (E * (t * t) * Vh) with (E * V) by (rewrite <- S2, Ht, <- Sh2; ring). exact B. }
  set (y := t * t) in *. assert (Y : 0 < y) by now apply Rmult_lt_0_compat.
  assert (EY : E * y <= 31 / 10000 * y) by (apply Rmult_le_compat_r; lra).
  assert (T2' := Rabs_le_inv _ _ T2).
  assert (Y1 : 9968 / 10000 <= y <= 10032 / 10000) by lra.
  assert (T1 : 996 / 1000 <= t).
  { destruct (Rle_or_lt (996 / 1000) t) as [L|L]; [exact L|].
    assert (t * t <= 996 / 1000 * 1) by (apply Rmult_le_compat; lra). fold y in H. lra. }
  apply Rmult_le_reg_r with (t + 1); [lra|]. rewrite <- (Rabs_pos_eq (t + 1)) at 1 by lra.
  rewrite <- Rabs_mult. replace ((t - 1) * (t + 1)) with (- (1 - y)) by (unfold y; ring).
  rewrite Rabs_Ropp. apply Rle_trans with (1 := T2).
  replace (503 / 1000 * E * (t + 1)) with (E * (503 / 1000 * (t + 1))) by ring.
  apply Rmult_le_compat_l; [lra|].
  assert (Tb : 998 / 1000 <= t).
  { destruct (Rle_or_lt (998 / 1000) t) as [L|L]; [exact L|].
    assert (t * t <= 998 / 1000 * (998 / 1000)) by (apply Rmult_le_compat; lra). fold y in H. lra. }
  lra.
Qed.

Section Element.
Variable fused : bool.
Variables K kappa root r V Vh a : R.
Variables ah rh : R * R.
Let s := sqrt V.

Hypothesis K_least : 132 <= K.
Hypothesis kappa_pos : 0 <= kappa.
Hypothesis root_pos : 0 <= root.
Hypothesis Small : K * kappa * (u * u) <= / 1000.
Hypothesis r_pos : 0 <= r.
Hypothesis V_pos : 0 < V.
Hypothesis Vh_pos : 0 < Vh.
Hypothesis a_range : Rabs a <= r.
Hypothesis kappa_enough : r * r <= kappa * V.
Hypothesis root_enough : r <= root * s.
Hypothesis v_near : Rabs (Vh - V) <= (3001 / 1000 * K - 120) * (u * u * (r * r)) + 43 / 10 * (u * u * V).
Hypothesis r_near : Rabs (value_of rh * sqrt Vh - 1) <= 55 * (u * u).
Hypothesis r_pair : double_double (fst rh) (snd rh).

Lemma squares : 0 < u * u <= / 1000000000000000 * u.
Proof. assert (U := u_pos). assert (X := u_part u (Rlt_le _ _ U)). split; [now apply Rmult_lt_0_compat|lra]. Qed.

Lemma root_near :
  Rabs (value_of rh * s - 1) <= ((151 / 100 * K - 60) * kappa + 58) * (u * u).
Proof.
  assert (Q := squares). assert (Us := u_small). set (q := u * u) in *.
  set (E := ((3001 / 1000 * K - 120) * kappa + 43 / 10) * q).
  assert (B : Rabs (Vh - V) <= E * V).
  { apply Rle_trans with (1 := v_near). unfold E.
    assert (X : q * (r * r) <= q * (kappa * V)) by (apply Rmult_le_compat_l; lra).
    assert (Y : (3001 / 1000 * K - 120) * (q * (r * r)) <= (3001 / 1000 * K - 120) * (q * (kappa * V)))
      by (apply Rmult_le_compat_l; lra). lra. }
  assert (Kk : 0 <= kappa * q) by (apply Rmult_le_pos; lra).
  assert (Ek : 0 <= E <= 31 / 10000).
  { unfold E. split; [|lra]. apply Rmult_le_pos; [|lra].
    assert (0 <= (3001 / 1000 * K - 120) * kappa) by (apply Rmult_le_pos; lra). lra. }
  set (sh := sqrt Vh) in *. assert (Sh : 0 < sh) by now apply sqrt_lt_R0.
  assert (T3 := root_ratio V Vh E V_pos Vh_pos Ek B). fold sh s in T3.
  set (t := s / sh) in *. assert (Ht : s = t * sh) by (unfold t; field; lra).
  set (x := value_of rh * sh - 1) in *.
  replace (value_of rh * s - 1) with (x * t + (t - 1)) by (unfold x; rewrite Ht; ring).
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (Tu : Rabs t <= 1002 / 1000) by (apply Rabs_le_inv in T3; apply Rabs_le; lra).
  assert (P := product_at_most _ _ _ _ r_near Tu). fold x in P. unfold E in T3.
  assert (0 <= K * (kappa * q)) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma root_bound : ((151 / 100 * K - 60) * kappa + 58) * (u * u) <= 2 / 1000.
Proof.
  assert (Q := squares). assert (Us := u_small). set (q := u * u) in *.
  assert (0 <= kappa * q) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma r_within : within (1003 / 1000 * / s) rh.
Proof.
  destruct (low_part _ _ r_pair) as (F & G & L). assert (N := root_near). assert (B := root_bound).
  assert (S : 0 < s) by now apply sqrt_lt_R0. assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  assert (Us := u_part _ (Rabs_pos (fst rh))).
  assert (Hv : Rabs (value_of rh) <= 1002 / 1000 * / s).
  { replace (value_of rh) with (/ s * (1 + (value_of rh * s - 1))) by (field; lra).
    rewrite Rabs_mult, (Rabs_pos_eq (/ s)), (Rmult_comm _ (/ s)) by lra. apply Rmult_le_compat_l; [lra|].
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_R1. lra. }
  assert (A := at_most_by (fst rh) (value_of rh)).
  replace (fst rh - value_of rh) with (- snd rh) in A by (unfold value_of; ring). rewrite Rabs_Ropp in A.
  assert (H : Rabs (fst rh) <= 1003 / 1000 * / s) by lra.
  split; [exact F|]. split; [exact G|]. split; [exact H|]. apply Rle_trans with (1 := L). now apply by_u.
Qed.

Hypothesis a_within : within (1001 / 1000 * r) ah.
Hypothesis a_near : Rabs (value_of ah - a) <= (K - 68) * (u * (u * r)).

Variable e : R * R.
Hypothesis e_pair : binary64 (fst e) /\ binary64 (snd e) /\ Rabs (snd e) <= u * Rabs (fst e).
Let D := value_of e - a.
Let t := D / s.

Theorem t_sharp_error :
  let z := t_sharp fused e ah rh in
  Rabs (value_of z - t)
  <= ((151 / 100 * K - 60) * kappa + 76) * (u * u * Rabs t) + (1002 / 1000 * K - 32) * (u * u * root) + 12 * eta /\
  within (1004 / 1000 * (Rabs t + 2002 / 1000 * root) + 30 * eta) z.
Proof.
  destruct e_pair as (F1 & F2 & L). assert (Q := squares). assert (Us := u_small). assert (Up := u_pos).
  assert (S : 0 < s) by now apply sqrt_lt_R0. assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  assert (Pe := eta_pos). assert (N := root_near). assert (Bd := root_bound).
  assert (Pf := u_part _ (Rabs_pos (fst e))).
  assert (W1 : within (Rabs (fst e)) e) by (repeat split; try assumption; lra).
  destruct (plus_pair_error _ _ _ _ W1 (opposite_within _ _ a_within)) as [N1 B1].
  rewrite opposite_value in N1. intros z. unfold z, t_sharp in *. set (d := plus_pair e (opposite ah)) in *.
  destruct (times_near fused _ _ _ _ B1 r_within) as [N2 B2].
  set (y := times fused (fst d) (snd d) (fst rh) (snd rh)) in *.
  set (C := Rabs (fst e) + 1001 / 1000 * r) in *.
  assert (Hd : D = value_of e - a) by reflexivity.
  assert (Ht : Rabs t * s = Rabs D).
  { unfold t, Rdiv. rewrite Rabs_mult, (Rabs_pos_eq (/ s)) by lra. field. lra. }
  assert (HC : C <= (10001 / 10000 * Rabs t + 2002 / 1000 * root) * s).
  { assert (A1 := at_most_by (fst e) (value_of e)).
    replace (fst e - value_of e) with (- snd e) in A1 by (unfold value_of; ring). rewrite Rabs_Ropp in A1.
    assert (A2 : Rabs (value_of e) <= Rabs D + r).
    { replace (value_of e) with (D + a) by (unfold D; ring). apply Rle_trans with (1 := Rabs_triang _ _). lra. }
    unfold C. assert (P := Rabs_pos D). lra. }
  assert (C0 : 0 <= C) by (unfold C; assert (P := Rabs_pos (fst e)); lra).
  set (c := C * / s). assert (c0 : 0 <= c) by (apply Rmult_le_pos; lra).
  assert (Hc : c <= 10001 / 10000 * Rabs t + 2002 / 1000 * root).
  { unfold c. apply Rmult_le_reg_r with s; [exact S|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (Hr : r * / s <= root).
  { apply Rmult_le_reg_r with s; [exact S|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  replace ((1 + 10 * u) * C * (1003 / 1000 * / s)) with (1003 / 1000 * (1 + 10 * u) * c) in * by (unfold c; ring).
  assert (U10 : u * c <= / 1000000000000000 * c) by (apply Rmult_le_compat_r; lra).
  assert (P1 : 1003 / 1000 * (1 + 10 * u) * c <= 10031 / 10000 * c) by lra.
  assert (P0 : 0 <= u * c) by (apply Rmult_le_pos; lra).
  split.
  - replace (value_of y - t) with ((value_of y - value_of d * value_of rh)
      + (value_of d - (value_of e + - value_of ah)) * value_of rh + (a - value_of ah) * value_of rh
      + t * (value_of rh * s - 1)) by (unfold t, D; field; lra).
    assert (Hv : Rabs (value_of rh) <= 1002 / 1000 * / s).
    { replace (value_of rh) with (/ s * (1 + (value_of rh * s - 1))) by (field; lra).
      rewrite Rabs_mult, (Rabs_pos_eq (/ s)), (Rmult_comm _ (/ s)) by lra. apply Rmult_le_compat_l; [lra|].
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_R1. lra. }
    assert (X1 := by_u _ _ (by_u _ _ P1)).
    assert (X2 := product_at_most _ _ _ _ N1 Hv).
    replace (62 / 10 * (u * (u * C)) * (1002 / 1000 * / s)) with (62124 / 10000 * (u * (u * c))) in X2 by (unfold c; field; lra).
    assert (a_near' : Rabs (a - value_of ah) <= (K - 68) * (u * (u * r))) by (rewrite Rabs_minus_sym; exact a_near).
    assert (X3 := product_at_most _ _ _ _ a_near' Hv).
    replace ((K - 68) * (u * (u * r)) * (1002 / 1000 * / s)) with (1002 / 1000 * (K - 68) * (u * u * (r * / s))) in X3 by (field; lra).
    assert (X3' : 1002 / 1000 * (K - 68) * (u * u * (r * / s)) <= 1002 / 1000 * (K - 68) * (u * u * root)).
    { apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; lra. }
    assert (X4 := product_at_most _ _ _ _ (Rle_refl (Rabs t)) N).
    assert (X5 : u * u * c <= u * u * (10001 / 10000 * Rabs t + 2002 / 1000 * root)) by (apply Rmult_le_compat_l; lra).
    assert (X6 : 0 <= u * u * Rabs t) by (apply Rmult_le_pos; [lra|apply Rabs_pos]).
    assert (X7 : 0 <= u * u * root) by (apply Rmult_le_pos; lra).
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (T1 := Rabs_triang ((value_of y - value_of d * value_of rh)
      + (value_of d - (value_of e + - value_of ah)) * value_of rh) ((a - value_of ah) * value_of rh)).
    assert (T2 := Rabs_triang (value_of y - value_of d * value_of rh)
      ((value_of d - (value_of e + - value_of ah)) * value_of rh)).
    lra.
  - apply within_le with (2 := B2). assert (P := Rabs_pos t).
    assert (X := by_u _ _ P1). lra.
Qed.
End Element.
