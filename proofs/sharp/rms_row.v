(* SPDX-License-Identifier: Apache-2.0 *)
(** * A row of RMSNorm in the sharp stage

    Purpose.  What admission.v says of LayerNorm, for RMSNorm: no centre, a^ = 0, V = R^2 + eps.

    Corresponds to ComputeSharpMoments and ElementOf of lib/fast, where a row is not centred.

    Symbols: those of row.v and admission.v.

    Main results.
      sharp_rms_row_near, sharp_rms_row_enclosed *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.bound sharp.ends
  sharp.sums sharp.squares sharp.products sharp.pairs sharp.lanes
  sharp.root sharp.means sharp.elements sharp.results sharp.row
  sharp.admission.

Local Open Scope R_scope.

Section Row.
Variable fused : bool.
Variable k : nat.
Variable es : list (R * R).
Variables eps K : R.

Let N := INR (length es).
Let n := INR (lane_length (2 ^ S k) es).
Let V := squares_total es / N + eps.
Let q := q_hat fused k es.
Let ah : R * R := (0, 0).
Let v := v_sharp_rms q eps.
Let kappa := kappa_of q v.
Let root := root_of q v.
Let rh := rstd_sharp fused (fst v) (snd v).

Hypothesis lanes_few : (k <= 4)%nat.
Hypothesis parts : Forall deviation_parts es.
Hypothesis N_binary64 : binary64 N.
Hypothesis N_range : 1 <= N <= bpow radix2 53.
Hypothesis n_range : n * u <= / 5000000.
Hypothesis K_enough : (n + 9) * (n + 9) + 32 <= K.
Hypothesis spread : bpow radix2 (-480) <= sqrt (squares_total es / N).
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.

(** Admission, with kappa <= 2^40 in mind. *)
Hypothesis admission : bpow radix2 (-900) <= fst v <= bpow radix2 900.
Hypothesis Small : K * kappa * (u * u) <= / 1000.

Variable e : R * R.
Variables g b : R.
Hypothesis in_row : In e es.
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Let th := t_sharp fused e ah rh.
Let yh := y_sharp fused th g b.
Let y := g * (value_of e / sqrt V) + b.

Theorem sharp_rms_row_near :
  132 <= K /\ 1 <= kappa /\ 1 <= root /\
  sharp_near (sharp_s1 K kappa) (sharp_s0 K root) (fst th) g (fst yh) (snd yh) y /\
  Rabs (snd yh) <= 32 / 10 * u * Rabs (fst yh).
Proof.
  assert (Q := squares). assert (B := bpow_gt_0 radix2 (-900)). assert (B' := bpow_gt_0 radix2 (-480)).
  assert (n1 : 1 <= n) by (unshelve eapply n_least; try exact K; assumption).
  assert (K1 : 132 <= K).
  { assert (10 * 10 <= (n + 9) * (n + 9)) by (apply Rmult_le_compat; lra). lra. }
  assert (Kk : 1 <= kappa) by apply Rmax_r.
  assert (Kq : K * (u * u) <= / 1000).
  { apply Rle_trans with (2 := Small). replace (K * kappa * (u * u)) with (K * (u * u) * kappa) by ring.
    rewrite <- (Rmult_1_r (K * (u * u))) at 1. apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|exact Kk]. }
  destruct (q_close fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread) as [Q1 Q2].
  destruct (tiny k es lanes_few spread) as (_ & _ & _ & T4).
  assert (Rq := r_square es N_range).
  fold N in Q1, Q2, T4, Rq. set (r := sqrt (squares_total es / N)) in *.
  assert (R0 : 0 <= r) by lra.
  destruct (v_sharp_rms_error r (K - 31) eps R0 eps_binary64 eps_pos q Q2 Q1) as (E0 & F1 & F2 & L).
  fold q v in E0, F1, F2, L.
  assert (Ev : r * r + eps = V) by (rewrite Rq; reflexivity). rewrite Ev in E0.
  assert (Z : 0 <= r * r) by (apply Rmult_le_pos; lra). assert (Z1 := u_part _ Z). assert (Z2 := u_part _ (proj1 Z1)).
  assert (E : Rabs (value_of v - V) <= (3001 / 1000 * K - 120) * (u * u * (r * r)) + 43 / 10 * (u * u * V)).
  { apply Rle_trans with (1 := E0).
    assert (Y : u * (u * eps) <= u * (u * V)) by (do 2 apply by_u; lra).
    assert (Y' := u_part _ eps_pos). assert (Y2 := u_part _ (proj1 Y')).
    assert (W : (K - 31 + 5) * (u * (u * (r * r))) <= (3001 / 1000 * K - 120) * (u * (u * (r * r))))
      by (apply Rmult_le_compat_r; lra). lra. }
  destruct (kappa_enough K r V q v K1 Small R0 T4 Q2 Q1 E (proj1 admission) L) as (_ & Kr & Vp & KV & RV).
  fold root in Kr, RV. fold kappa in KV.
  rewrite (Rabs_pos_eq (fst v)) in L by lra.
  destruct (rstd_sharp_error fused (fst v) (snd v) F1 F2 admission L) as (Vh & Rn & Rp). fold rh in Rn, Rp.
  fold (value_of v) in Vh, Rn.
  assert (Ep : binary64 (fst e) /\ binary64 (snd e) /\ Rabs (snd e) <= u * Rabs (fst e)).
  { assert (P := parts). rewrite Forall_forall in P. destruct (P e in_row) as (X1 & X2 & X3 & _). auto. }
  assert (Ar : Rabs 0 <= r) by (rewrite Rabs_R0; exact R0).
  assert (A2 : within (1001 / 1000 * r) ah).
  { unfold within, ah. cbn [fst snd]. rewrite Rabs_R0. assert (Y := u_part r R0).
    repeat split; try apply binary64_0; lra. }
  assert (A3 : Rabs (value_of ah - 0) <= (K - 68) * (u * (u * r))).
  { unfold value_of, ah. cbn [fst snd]. replace (0 + 0 - 0) with 0 by ring. rewrite Rabs_R0.
    assert (Y := u_part r R0). assert (Y' := u_part _ (proj1 Y)). apply Rmult_le_pos; lra. }
  destruct (t_sharp_error fused K kappa root r V (value_of v) 0 ah rh K1 Kk Kr Small R0 Vp Vh Ar KV RV E
              Rn Rp A2 A3 e Ep) as [T1 T2].
  rewrite Rminus_0_r in T1, T2.
  destruct (y_sharp_near fused K kappa root (value_of e / sqrt V) g b th K1 Kk Kr Small T1 T2
              (t_sharp_low fused e ah rh) g_binary64 b_binary64) as (Y1 & _ & _ & Y2).
  split; [exact K1|]. split; [exact Kk|]. split; [exact Kr|]. split; [exact Y1|exact Y2].
Qed.

(** So y lies between the ends that the test rounds, with every rounding of BoundSharp. *)
Theorem sharp_rms_row_enclosed :
  let err := sharp_error fused (computed_sharp_e1 K kappa) (computed_sharp_e0 K root) (fst th) g (fst yh) in
  fst yh + rnd (snd yh - err) <= y <= fst yh + rnd (snd yh + err).
Proof.
  destruct sharp_rms_row_near as (K1 & Kk & Kr & Y & L). assert (Q := squares).
  destruct (computed_sharp_e0_most K root ltac:(lra) Kr) as [E0 E1].
  assert (S0 : 0 <= sharp_s0 K root).
  { unfold sharp_s0. assert (0 <= K * root) by (apply Rmult_le_pos; lra). apply Rmult_le_pos; lra. }
  apply (sharp_enclose fused (sharp_s1 K kappa) (sharp_s0 K root)); try assumption; try lra.
  - unfold sharp_s1. assert (0 <= (16 / 10 * K + 11) * kappa) by (apply Rmult_le_pos; lra).
    apply Rmult_le_pos; lra.
  - apply computed_sharp_e1_most; lra.
Qed.
End Row.
