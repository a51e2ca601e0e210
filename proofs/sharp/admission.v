(* SPDX-License-Identifier: Apache-2.0 *)
(** * Admission to the sharp stage, and what it gives

    Purpose.  kappa as the sharp stage computes it is at least R^2 / V, so that for an admitted row of
    deviations all of the ledger in lib/fast/sharp_error_bounds.h holds: y^ is as near to y as its last
    sentence says, which is what the ends test supposes.

    Corresponds to kappa, admitted and error of lib/fast/sharp_moments-inl.h.

    Symbols: those of row.v, and
      kappa_hat, kappa_of, root_of   kappa, larger_kappa and its root, with their roundings

    Main results.
      kappa_enough     R^2 <= kappa V, R <= root sqrt V, V > 0
      sharp_row_near   the ledger's last sentence, for every element of an admitted row *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.bound sharp.ends
  sharp.sums sharp.squares sharp.products sharp.pairs sharp.lanes
  sharp.root sharp.means sharp.elements sharp.results sharp.row.

Local Open Scope R_scope.

Definition kappa_hat (q v : R * R) : R := rnd (rnd (rnd (101 / 100) * fst q) / fst v).
Definition kappa_of (q v : R * R) : R := Rmax (kappa_hat q v) 1.
Definition root_of (q v : R * R) : R := rnd (sqrt (kappa_of q v)).

Section Kappa.
Variables K r V : R.
Variables q v : R * R.
Let kappa := kappa_of q v.

Hypothesis K_least : 132 <= K.
Hypothesis Small : K * kappa * (u * u) <= / 1000.
Hypothesis r_pos : 0 <= r.
Hypothesis eta_small : 30 * eta <= / 10000 * (r * r).
Hypothesis q_within : within (11 / 10 * (r * r)) q.
Hypothesis q_near : Rabs (value_of q - r * r) <= (K - 31) * (u * (u * (r * r))).
Hypothesis v_near : Rabs (value_of v - V)
  <= (3001 / 1000 * K - 120) * (u * u * (r * r)) + 43 / 10 * (u * u * V).
Hypothesis v_range : bpow radix2 (-900) <= fst v.
Hypothesis v_low : Rabs (snd v) <= 31 / 10 * (u * Rabs (fst v)).

Theorem kappa_enough :
  1 <= kappa /\ 1 <= root_of q v /\ 0 < V /\ r * r <= kappa * V /\ r <= root_of q v * sqrt V.
Proof.
  assert (Us := u_small). assert (Up := u_pos). assert (Pe := eta_pos). assert (Q := squares).
  assert (B := bpow_gt_0 radix2 (-900)). set (vh := fst v) in *. assert (Pv : 0 < vh) by lra.
  assert (Z : 0 <= r * r) by now apply Rmult_le_pos.
  assert (K1 : 1 <= kappa) by apply Rmax_r. assert (K2 : kappa_hat q v <= kappa) by apply Rmax_l.
  set (qq := u * u) in *. assert (Kq : 0 <= K * qq) by (apply Rmult_le_pos; lra).
  assert (Kq' : K * qq <= / 1000).
  { apply Rle_trans with (2 := Small). replace (K * kappa * qq) with (K * qq * kappa) by ring.
    rewrite <- (Rmult_1_r (K * qq)) at 1. now apply Rmult_le_compat_l. }
  (* q *)
  assert (Hq : 9989 / 10000 * (r * r) <= fst q).
  { destruct q_within as (_ & _ & _ & L). replace (u * (u * (r * r))) with (qq * (r * r)) in q_near by (unfold qq; ring).
    assert (X : K * qq * (r * r) <= / 1000 * (r * r)) by now apply Rmult_le_compat_r.
    assert (X' : 0 <= qq * (r * r)) by (apply Rmult_le_pos; lra).
    assert (Y := u_part _ Z). apply Rabs_le_inv in q_near. apply Rabs_le_inv in L. unfold value_of in q_near. lra. }
  assert (C := rnd_ordinary (101 / 100) ltac:(lra)). set (c := rnd (101 / 100)) in *.
  set (m := rnd (c * fst q)).
  assert (M : 10086 / 10000 * (r * r) <= m).
  { assert (A := rounded_in (c * fst q)). fold m in A.
    assert (X : 1009998 / 1000000 * fst q <= c * fst q) by (apply Rmult_le_compat_r; lra).
    rewrite (Rabs_pos_eq (c * fst q)) in A by lra. assert (Y := u_part (c * fst q) ltac:(lra)).
    apply Rabs_le_inv in A. lra. }
  (* kappa *)
  assert (I : 0 < / vh) by now apply Rinv_0_lt_compat.
  assert (Mv : m / vh <= 100001 / 100000 * kappa).
  { assert (A := rounded_in (m / vh)). change (rnd (m / vh)) with (kappa_hat q v) in A.
    assert (P : 0 <= m / vh) by (apply Rmult_le_pos; lra). rewrite (Rabs_pos_eq (m / vh)) in A by exact P.
    assert (Y := u_part _ P). apply Rabs_le_inv in A.
    assert (E : eta <= / 1000000).
    { apply Rle_trans with (bpow radix2 (-30)); [apply bpow_le; lia|simpl; lra]. }
    lra. }
  assert (Mk : m <= 100001 / 100000 * (kappa * vh)).
  { replace m with (m / vh * vh) by (field; lra). rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  assert (R1 : r * r <= 9916 / 10000 * (kappa * vh)) by lra.
  (* V *)
  assert (KR : K * qq * (r * r) <= / 1000 * vh).
  { apply Rle_trans with (K * qq * (9916 / 10000 * (kappa * vh))); [now apply Rmult_le_compat_l|].
    assert (K * kappa * qq * vh <= / 1000 * vh) by (apply Rmult_le_compat_r; lra).
    assert (0 <= K * qq * (kappa * vh)) by (apply Rmult_le_pos; [exact Kq|apply Rmult_le_pos; lra]). lra. }
  rewrite (Rabs_pos_eq vh) in v_low by lra. assert (Uv := u_part vh ltac:(lra)).
  assert (X0 : 0 <= qq * (r * r)) by (apply Rmult_le_pos; lra).
  apply Rabs_le_inv in v_low. apply Rabs_le_inv in v_near. unfold value_of in v_near. fold vh in v_near.
  assert (QV : Rabs (qq * V) <= / 1000000 * Rabs V).
  { rewrite Rabs_mult, (Rabs_pos_eq qq) by lra. apply Rmult_le_compat_r; [apply Rabs_pos|lra]. }
  assert (HV : 0 < V /\ vh <= 10032 / 10000 * V).
  { apply Rabs_le_inv in QV. destruct (Rle_or_lt V 0) as [N|N].
    - rewrite (Rabs_left1 V) in QV by exact N. exfalso. lra.
    - split; [exact N|]. rewrite (Rabs_pos_eq V) in QV by lra. lra. }
  destruct HV as [V1 V2].
  assert (R2 : r * r <= 9948 / 10000 * (kappa * V)).
  { assert (kappa * vh <= kappa * (10032 / 10000 * V)) by (apply Rmult_le_compat_l; lra). lra. }
  assert (KV : 0 <= kappa * V) by (apply Rmult_le_pos; lra).
  split; [exact K1|]. set (sk := sqrt kappa).
  assert (S1 : 1 <= sk) by (unfold sk; rewrite <- sqrt_1; now apply sqrt_le_1_alt).
  assert (S2 : 1 <= root_of q v).
  { unfold root_of. fold kappa sk. rewrite <- (rnd_exact 1 binary64_1). now apply rnd_le. }
  split; [exact S2|]. split; [exact V1|]. split; [lra|].
  assert (S3 := rnd_ordinary sk ltac:(lra)). change (rnd sk) with (root_of q v) in S3.
  apply Rle_trans with (999 / 1000 * sk * sqrt V).
  - set (s := sqrt V). assert (s0 : 0 <= s) by apply sqrt_pos.
    apply Rsqr_incr_0_var; [|apply Rmult_le_pos; lra]. unfold Rsqr.
    replace (999 / 1000 * sk * s * (999 / 1000 * sk * s)) with (998001 / 1000000 * ((sk * sk) * (s * s))) by field.
    unfold sk, s. rewrite !sqrt_sqrt by lra. lra.
  - apply Rmult_le_compat_r; [apply sqrt_pos|lra].
Qed.
End Kappa.

(** ** An admitted row *)

Section Row.
Variable fused : bool.
Variable k : nat.
Variable es : list (R * R).
Variables eps K : R.

Let N := INR (length es).
Let n := INR (lane_length (2 ^ S k) es).
Let a := total es / N.
Let V := squares_total es / N - a * a + eps.
Let q := q_hat fused k es.
Let ah := a_hat fused k es.
Let v := v_hat fused k es eps.
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
Let y := g * ((value_of e - a) / sqrt V) + b.

Theorem sharp_row_near :
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
  destruct (a_close fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread) as [A1 A2].
  destruct (q_close fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread) as [Q1 Q2].
  destruct (v_close fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread
              eps_binary64 eps_pos Kq) as (E & F1 & F2 & L).
  destruct (tiny k es lanes_few spread) as (_ & _ & _ & T4).
  assert (Ar := a_range es parts N_range). assert (Rq := r_square es N_range).
  fold N a in A1, A2, Q1, Q2, E, T4, Ar, Rq. set (r := sqrt (squares_total es / N)) in *.
  assert (Ev : r * r - a * a + eps = V) by (rewrite Rq; reflexivity). rewrite Ev in E.
  fold q in Q1, Q2. fold ah in A1, A2. fold v in E, F1, F2, L.
  assert (R0 : 0 <= r) by lra.
  destruct (kappa_enough K r V q v K1 Small R0 T4 Q2 Q1 E (proj1 admission) L) as (_ & Kr & Vp & KV & RV).
  fold root in Kr, RV. fold kappa in KV.
  rewrite (Rabs_pos_eq (fst v)) in L by lra.
  destruct (rstd_sharp_error fused (fst v) (snd v) F1 F2 admission L) as (Vh & Rn & Rp). fold rh in Rn, Rp.
  fold (value_of v) in Vh, Rn.
  assert (Ep : binary64 (fst e) /\ binary64 (snd e) /\ Rabs (snd e) <= u * Rabs (fst e)).
  { assert (P := parts). rewrite Forall_forall in P. destruct (P e in_row) as (X & Y & Z & _). auto. }
  assert (A3 : Rabs (value_of ah - a) <= (K - 68) * (u * (u * r))).
  { apply Rle_trans with (1 := A1). assert (X := u_part r R0). assert (Y := u_part _ (proj1 X)).
    apply Rmult_le_compat_r; lra. }
  destruct (t_sharp_error fused K kappa root r V (value_of v) a ah rh K1 Kk Kr Small R0 Vp Vh Ar KV RV E
              Rn Rp A2 A3 e Ep) as [T1 T2].
  destruct (y_sharp_near fused K kappa root ((value_of e - a) / sqrt V) g b th K1 Kk Kr Small T1 T2
              (t_sharp_low fused e ah rh) g_binary64 b_binary64) as (Y1 & _ & _ & Y2).
  split; [exact K1|]. split; [exact Kk|]. split; [exact Kr|]. split; [exact Y1|exact Y2].
Qed.

(** So y lies between the ends that the test rounds, with every rounding of BoundSharp. *)
Theorem sharp_row_enclosed :
  let err := sharp_error fused (computed_sharp_e1 K kappa) (computed_sharp_e0 K root) (fst th) g (fst yh) in
  fst yh + rnd (snd yh - err) <= y <= fst yh + rnd (snd yh + err).
Proof.
  destruct sharp_row_near as (K1 & Kk & Kr & Y & L). assert (Q := squares).
  destruct (computed_sharp_e0_most K root ltac:(lra) Kr) as [E0 E1].
  assert (S0 : 0 <= sharp_s0 K root).
  { unfold sharp_s0. assert (0 <= K * root) by (apply Rmult_le_pos; lra). apply Rmult_le_pos; lra. }
  apply (sharp_enclose fused (sharp_s1 K kappa) (sharp_s0 K root)); try assumption; try lra.
  - unfold sharp_s1. assert (0 <= (16 / 10 * K + 11) * kappa) by (apply Rmult_le_pos; lra).
    apply Rmult_le_pos; lra.
  - apply computed_sharp_e1_most; lra.
Qed.
End Row.
