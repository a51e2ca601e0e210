(* SPDX-License-Identifier: Apache-2.0 *)
(** * r^ and c^ of an admitted binary64 row

    Purpose.  For a row that is admitted V is near v^ and not small beside R^2; so r^ and c^ are near
    1 / sqrt V and - a r^, in terms of what v^ and a^ are off in units of sqrt V.

    Corresponds to FinishBinary64 of lib/fast/binary64_moments-inl.h, from kappa on.

    Symbols.
      qh, vh, ah     q^, v^, a^
      rh, ch         r^, c^
      rho, gam, b    R, G, |a| over sqrt V
      kappa          q^ / v^ as it is computed

    Main results.
      v_positive     0 < V, and R^2 <= 65 V
      rstd_off       |r^ sqrt V - 1| <= 0.503 v_off + 56 u^2
      shift_off      |c^ + a r^| <= 1.0001 offset_off + 11.3 u^2 rho + 12 eta *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations fast.elements sharp.ends sharp.products sharp.pairs
  sharp.pair_products sharp.root sharp.means sharp.elements binary64.bound binary64.budget.

Local Open Scope R_scope.

Section Admission.
Variables h K r G a V : R.
Variables qh vh ah : R * R.

Let A := 5001 / 10000 * (h * (u * G)) + 10 * (u * (u * r)).

Hypothesis h_range : 1 <= h <= 80.
Hypothesis K_range : 228 <= K <= 18000000.
Hypothesis r_least : bpow radix2 (-409) <= r.
Hypothesis G_range : 0 < G <= bpow radix2 (-13) * r.
Hypothesis a_range : Rabs a <= r.
Hypothesis V_least : 0 <= V.
Hypothesis a_near : Rabs (value_of ah - a) <= A.
Hypothesis a_within : within (1001 / 1000 * r) ah.
Hypothesis q_near : Rabs (value_of qh - r * r)
  <= 10004 / 10000 * ((h + 1) * (u * (G * r))) + (107 / 100 * K - 50) * (u * (u * (r * r))).
Hypothesis q_within : within (102 / 100 * (r * r)) qh.
Hypothesis v_near : Rabs (value_of vh - V)
  <= 10004 / 10000 * ((h + 1) * (u * (G * r))) + (107 / 100 * K - 7) * (u * (u * (r * r)))
     + A * (2 * Rabs a + A) + 42 / 10 * (u * (u * V)).
Hypothesis v_binary64 : binary64 (fst vh) /\ binary64 (snd vh).
Hypothesis v_low : Rabs (snd vh) <= 31 / 10 * (u * Rabs (fst vh)).
Hypothesis admission : bpow radix2 (-850) <= fst vh <= bpow radix2 850.

Let kappa := rnd (fst qh / fst vh).
Hypothesis kappa_admitted : kappa <= 64.

Lemma r_positive : 0 < r.
Proof. apply Rlt_le_trans with (2 := r_least). apply bpow_gt_0. Qed.

Lemma v1_positive : 0 < fst vh.
Proof. apply Rlt_le_trans with (2 := proj1 admission). apply bpow_gt_0. Qed.

(** What comes from the grid, from K and from a^, crudely. *)
Lemma parts_small :
  0 <= 10004 / 10000 * ((h + 1) * (u * (G * r))) <= / 50 * (u * (r * r)) /\
  0 <= K * (u * (u * (r * r))) <= / 1000 * (u * (r * r)) /\
  0 <= A * (2 * Rabs a + A) <= / 40 * (u * (r * r)).
Proof.
  assert (P := r_positive). assert (U := u_pos). assert (Us := u_small).
  assert (T : bpow radix2 (-13) = / 8192) by reflexivity. destruct G_range as [G0 G1]. rewrite T in G1.
  assert (Q0 : 0 < r * r) by now apply Rmult_lt_0_compat. set (R2 := r * r) in *.
  assert (W := u_part R2 ltac:(lra)). assert (W2 := u_part _ (proj1 W)). assert (Wr := u_part r ltac:(lra)).
  assert (W3 := u_part _ (proj1 Wr)).
  assert (Gr : 0 <= u * (G * r) <= / 8192 * (u * R2)).
  { split; [repeat apply Rmult_le_pos; lra|]. replace (/ 8192 * (u * R2)) with (u * (/ 8192 * r * r)) by (unfold R2; ring).
    apply by_u. apply Rmult_le_compat_r; lra. }
  assert (Hg : 0 <= (h + 1) * (u * (G * r)) <= 81 * (/ 8192 * (u * R2)))
    by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (Uu : u * (u * R2) <= / 100000000000 * (/ 10000 * (u * R2))) by lra.
  assert (Ku : 0 <= K * (u * (u * R2)) <= 18000000 * (/ 1000000000000000 * (u * R2)))
    by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (UG : 0 <= u * G <= u * (/ 8192 * r)) by (split; [apply Rmult_le_pos|apply by_u]; lra).
  assert (HG : 0 <= h * (u * G) <= 80 * (u * (/ 8192 * r)))
    by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  assert (A0 : 0 <= A <= / 100 * (u * r)) by (unfold A; lra).
  assert (Pa := Rabs_pos a).
  assert (Aa : 0 <= A * (2 * Rabs a + A) <= / 100 * (u * r) * (201 / 100 * r))
    by (split; [apply Rmult_le_pos|apply Rmult_le_compat]; lra).
  replace (/ 100 * (u * r) * (201 / 100 * r)) with (201 / 10000 * (u * R2)) in Aa by (unfold R2; field).
  repeat split; lra.
Qed.

Lemma q_high : Rabs (fst qh - r * r) <= 4 * (u * (r * r)).
Proof.
  destruct parts_small as (S1 & S2 & _). destruct q_within as (_ & _ & _ & L).
  assert (P := r_positive). assert (R2 : 0 < r * r) by now apply Rmult_lt_0_compat.
  assert (W := u_part (r * r) ltac:(lra)). assert (W2 := u_part _ (proj1 W)).
  replace (fst qh - r * r) with ((value_of qh - r * r) + - snd qh) by (unfold value_of; ring).
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra.
Qed.

Theorem v_positive : 0 < V /\ Rabs (fst vh - V) <= 11 * (u * V) /\ r * r <= 65 * V /\ 0 < value_of vh.
Proof.
  destruct parts_small as (S1 & S2 & S3). assert (Q := Rabs_le_inv _ _ q_high). assert (P := v1_positive).
  assert (P' := r_positive). assert (Q0 : 0 < r * r) by now apply Rmult_lt_0_compat. set (R2 := r * r) in *.
  set (v := fst vh) in *. assert (Us := u_small). assert (E := eta_pos). assert (Ec := eta_beside_squares).
  assert (U := u_pos). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (W := u_part R2 ltac:(lra)). assert (W2 := u_part _ (proj1 W)).
  assert (Wv := u_part v ltac:(lra)). assert (WV := u_part V ltac:(lra)). assert (WV2 := u_part _ (proj1 WV)).
  assert (Kq : fst qh <= 6401 / 100 * v).
  { assert (O := rounded_out (fst qh / v)). fold kappa in O.
    assert (Z : 0 <= fst qh / v) by (apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat, P]).
    assert (Z' : 0 <= kappa) by now apply rnd_ge_0. rewrite (Rabs_pos_eq kappa) in O by exact Z'.
    assert (u * kappa <= u * 64) by now apply by_u. apply Rabs_le_inv in O.
    assert (Z2 : fst qh / v <= 6401 / 100) by lra. apply Rmult_le_compat_r with (r := v) in Z2; [|lra].
    replace (fst qh / v * v) with (fst qh) in Z2 by (field; lra). exact Z2. }
  assert (Rv : R2 <= 6402 / 100 * v) by lra. assert (URv := by_u _ _ Rv).
  rewrite (Rabs_pos_eq v) in v_low by lra.
  assert (D : Rabs (value_of vh - V) <= 32 / 10 * (u * v) + u * V).
  { apply Rle_trans with (1 := v_near). fold R2. lra. }
  assert (L : Rabs (v - V) <= 63 / 10 * (u * v) + u * V).
  { replace (v - V) with ((value_of vh - V) + - snd vh) by (unfold value_of, v; ring).
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
  assert (L' := Rabs_le_inv _ _ L). assert (vV : v <= 1001 / 1000 * V) by lra. assert (UvV := by_u _ _ vV).
  split; [lra|]. split; [lra|]. split; [lra|]. apply Rabs_le_inv in D. lra.
Qed.

(** ** In units of sqrt V *)

Let s := sqrt V.
Let rho := r / s.
Let gam := G / s.
Let b := Rabs a / s.

Lemma s_positive : 0 < s /\ s * s = V.
Proof. destruct v_positive as (P & _). split; [now apply sqrt_lt_R0|apply sqrt_sqrt; lra]. Qed.

Lemma units_of : r = rho * s /\ G = gam * s /\ Rabs a = b * s /\ A = offset_off h rho gam * s.
Proof.
  destruct s_positive as [P _]. unfold rho, gam, b, A, offset_off. repeat split; field; lra.
Qed.

Lemma ratios_range : 0 < rho <= 9 /\ 0 < gam <= / 8192 * rho /\ 0 <= b <= rho.
Proof.
  destruct s_positive as [P E]. destruct units_of as (Er & Eg & Ea & _). destruct v_positive as (_ & _ & L & _).
  assert (I : 0 < / s) by now apply Rinv_0_lt_compat. assert (Pr := r_positive). destruct G_range as [G0 G1].
  assert (T : bpow radix2 (-13) = / 8192) by reflexivity. rewrite T in G1.
  assert (R0 : 0 < rho) by (apply Rmult_lt_0_compat; lra).
  split; [|split; split].
  - split; [exact R0|]. assert (X : r * r <= 81 * (s * s)) by (rewrite E; lra). rewrite Er in X.
    replace (rho * s * (rho * s)) with (rho * rho * (s * s)) in X by ring.
    apply Rmult_le_reg_r in X; [|now apply Rmult_lt_0_compat].
    destruct (Rle_or_lt rho 9) as [Y|Y]; [exact Y|].
    assert (9 * 9 < rho * rho) by (apply Rmult_le_0_lt_compat; lra). lra.
  - apply Rmult_lt_0_compat; lra.
  - unfold gam, rho, Rdiv. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra.
  - apply Rmult_le_pos; [apply Rabs_pos|lra].
  - unfold b, rho, Rdiv. apply Rmult_le_compat_r; lra.
Qed.

Lemma v_off_near : Rabs (value_of vh - V) <= v_off h K rho gam b * V /\ 0 <= v_off h K rho gam b <= 10 * u.
Proof.
  destruct s_positive as [P E]. destruct units_of as (Er & Eg & Ea & EA). destruct v_positive as (VP & _ & L & _).
  destruct parts_small as (S1 & S2 & S3). assert (U := u_pos). assert (Us := u_small).
  assert (R2 : 0 < r * r) by (apply Rmult_lt_0_compat; apply r_positive).
  assert (W := u_part (r * r) ltac:(lra)). assert (W2 := u_part _ (proj1 W)).
  assert (WV := u_part V ltac:(lra)). assert (WV2 := u_part _ (proj1 WV)). assert (UL := by_u _ _ L).
  assert (X : v_off h K rho gam b * V
    = 10004 / 10000 * ((h + 1) * (u * (G * r))) + (107 / 100 * K - 7) * (u * (u * (r * r)))
     + A * (2 * Rabs a + A) + 42 / 10 * (u * (u * V))).
  { rewrite EA, Ea, Er, Eg, <- E. unfold v_off. ring. }
  split; [rewrite X; exact v_near|].
  assert (Kp : 228 * (u * (u * (r * r))) <= K * (u * (u * (r * r)))) by (apply Rmult_le_compat_r; lra).
  split; apply Rmult_le_reg_r with V; try exact VP; rewrite X; lra.
Qed.

(** ** r^ and c^ *)

Let rh := rstd_step true false (fst vh) (snd vh).
Let ch := opposite (times true (fst ah) (snd ah) (fst rh) (snd rh)).

Lemma step_hypotheses :
  bpow radix2 (-900) <= fst vh <= bpow radix2 900 /\ Rabs (snd vh) <= 31 / 10 * (u * fst vh).
Proof.
  assert (P := v1_positive). rewrite (Rabs_pos_eq (fst vh)) in v_low by lra. split; [|exact v_low].
  split; [apply Rle_trans with (2 := proj1 admission)|apply Rle_trans with (1 := proj2 admission)];
    apply bpow_le; lia.
Qed.

Theorem rstd_off :
  Rabs (value_of rh * s - 1) <= 503 / 1000 * v_off h K rho gam b + 56 * (u * u) /\
  double_double (fst rh) (snd rh) /\ within (1001 / 1000 * / s) rh.
Proof.
  destruct s_positive as [P E]. destruct v_positive as (VP & _ & _ & VhP). destruct v_off_near as [D [O1 O2]].
  destruct v_binary64 as [F1 F2]. destruct step_hypotheses as [H1 H2].
  destruct (rstd_step_error true false (fst vh) (snd vh) F1 F2 H1 H2) as (_ & N & DD). fold rh in N, DD.
  change (fst vh + snd vh) with (value_of vh) in N.
  assert (U := u_pos). assert (Us := u_small). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (T := root_ratio V (value_of vh) (v_off h K rho gam b) VP VhP ltac:(lra) D). fold s in T.
  set (sh := sqrt (value_of vh)) in *. assert (Sh : 0 < sh) by now apply sqrt_lt_R0.
  set (t := s / sh) in *. set (o := v_off h K rho gam b) in *.
  assert (X : Rabs (value_of rh * s - 1) <= 503 / 1000 * o + 56 * (u * u)).
  { replace (value_of rh * s - 1) with ((value_of rh * sh - 1) * t + (t - 1)) by (unfold t; field; lra).
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (Tu : Rabs t <= 1001 / 1000) by (apply Rabs_le_inv in T; apply Rabs_le; lra).
    assert (Y := product_at_most _ _ _ _ N Tu). lra. }
  split; [exact X|]. split; [exact DD|].
  destruct (low_part _ _ DD) as (G1 & G2 & L). assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  assert (Hv : Rabs (value_of rh) <= 10001 / 10000 * / s).
  { replace (value_of rh) with (/ s * (1 + (value_of rh * s - 1))) by (field; lra).
    rewrite Rabs_mult, (Rabs_pos_eq (/ s)), (Rmult_comm _ (/ s)) by lra. apply Rmult_le_compat_l; [lra|].
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_R1. lra. }
  assert (B := at_most_by (fst rh) (value_of rh)).
  replace (fst rh - value_of rh) with (- snd rh) in B by (unfold value_of; ring). rewrite Rabs_Ropp in B.
  assert (Uf := u_part _ (Rabs_pos (fst rh))).
  assert (H : Rabs (fst rh) <= 1001 / 1000 * / s) by lra.
  split; [exact G1|]. split; [exact G2|]. split; [exact H|]. apply Rle_trans with (1 := L). now apply by_u.
Qed.

Theorem shift_off :
  Rabs (value_of ch + a * value_of rh)
  <= 10001 / 10000 * offset_off h rho gam + 113 / 10 * (u * (u * rho)) + 12 * eta /\
  binary64 (fst ch) /\ binary64 (snd ch) /\
  Rabs (snd ch) <= 31 / 10 * (u * Rabs (fst ch)) /\ Rabs (fst ch) <= 10.
Proof.
  destruct s_positive as [P E]. destruct units_of as (Er & _ & _ & EA). destruct ratios_range as (Rr & _ & _).
  destruct rstd_off as (X & DD & W). destruct v_off_near as [_ [O1 O2]]. assert (Us := u_small). assert (U := u_pos).
  assert (Uu := u_part u (Rlt_le _ _ U)). assert (Ec := eta_beside_squares). assert (Pe := eta_pos).
  assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  destruct (times_near true _ _ _ _ a_within W) as [N (F1 & F2 & B1 & B2)].
  assert (Low : Rabs (snd (times true (fst ah) (snd ah) (fst rh) (snd rh)))
                <= 31 / 10 * (u * Rabs (fst (times true (fst ah) (snd ah) (fst rh) (snd rh))))).
  { unfold times. now apply fast_two_sum_near; apply binary64_rnd. }
  unfold ch. rewrite opposite_value. unfold opposite. cbn [fst snd]. rewrite !Rabs_Ropp.
  set (z := times true (fst ah) (snd ah) (fst rh) (snd rh)) in *.
  replace (1001 / 1000 * r * (1001 / 1000 * / s)) with (1002001 / 1000000 * rho) in * by (unfold rho; field; lra).
  assert (Wr := u_part rho ltac:(lra)). assert (Wr2 := u_part _ (proj1 Wr)).
  split; [|split; [now apply binary64_opp|split; [now apply binary64_opp|split; [exact Low|]]]].
  - replace (- value_of z + a * value_of rh)
      with (- (value_of z - value_of ah * value_of rh) + - ((value_of ah - a) * value_of rh)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_Ropp.
    assert (Hv : Rabs (value_of rh) <= 10001 / 10000 * / s).
    { replace (value_of rh) with (/ s * (1 + (value_of rh * s - 1))) by (field; lra).
      rewrite Rabs_mult, (Rabs_pos_eq (/ s)), (Rmult_comm _ (/ s)) by lra. apply Rmult_le_compat_l; [lra|].
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_R1. lra. }
    assert (Y := product_at_most _ _ _ _ a_near Hv). rewrite EA in Y.
    replace (offset_off h rho gam * s * (10001 / 10000 * / s)) with (10001 / 10000 * offset_off h rho gam) in Y
      by (field; lra).
    lra.
  - apply Rle_trans with (1 := B1). lra.
Qed.
End Admission.
