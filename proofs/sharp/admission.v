(* SPDX-License-Identifier: Apache-2.0 *)
(** * Admission to the sharp stage, and what it gives

    Purpose.  kappa as the sharp stage computes it is at least (R^2 + 2^-960) / V, so that for an admitted
    row of deviations, of LayerNorm or RMSNorm, all of the ledger in lib/fast/sharp_error_bounds.h
    holds: y^ is as near to y as its last sentence says, which is what the ends test supposes.

    Corresponds to kappa, admitted and error of lib/fast/sharp_moments-inl.h.

    Symbols: those of row.v, and
      kappa_hat, kappa_of, root_of   kappa, larger_kappa and its root, with their roundings
      least_square                   kSharpLeastSquare

    Main results, for every row of at most 2^31 deviations that is admitted.
      kappa_enough        R^2 <= kappa V, R <= root sqrt V, V > 0
      sharp_row_moments   a^ and r^ are as near as the ledger says
      sharp_row_near      the ledger's last sentence, for every element
      sharp_row_enclosed  y lies between the ends that the test rounds *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements sharp.bound
  sharp.ends sharp.sums sharp.squares sharp.products sharp.pairs sharp.lanes sharp.length
  sharp.root sharp.means sharp.elements sharp.results sharp.row.

Local Open Scope R_scope.

Definition least_square : R := bpow radix2 (-930).
Definition kappa_hat (q v : R * R) : R := rnd (Rmax (rnd (rnd (101 / 100) * fst q)) least_square / fst v).
Definition kappa_of (q v : R * R) : R := Rmax (kappa_hat q v) least_kappa.
Definition root_of (q v : R * R) : R := rnd (sqrt (kappa_of q v)).

Section Kappa.
Variables K r r2 V : R.
Variables q v : R * R.
Let kappa := kappa_of q v.

Hypothesis K_least : 132 <= K.
Hypothesis Small : K * kappa * (u * u) <= / 1000.
Hypothesis K_small : K * (u * u) <= / 1000.
Hypothesis r_pos : 0 <= r.
Hypothesis r_square : r * r = r2 + size_floor.
Hypothesis eta_small : 30 * eta <= / 10000 * (r * r).
Hypothesis q_within : within (11 / 10 * (r * r)) q.
Hypothesis q_near : Rabs (value_of q - r2) <= (K - 31) * (u * (u * (r * r))).
Hypothesis v_near : Rabs (value_of v - V)
  <= (3001 / 1000 * K - 120) * (u * u * (r * r)) + 43 / 10 * (u * u * V).
Hypothesis v_range : bpow radix2 (-900) <= fst v.
Hypothesis v_low : Rabs (snd v) <= 31 / 10 * (u * Rabs (fst v)).

Theorem kappa_enough :
  least_kappa <= kappa /\ least_root <= root_of q v /\ 0 < V /\ r * r <= kappa * V /\ r <= root_of q v * sqrt V.
Proof.
  assert (Us := u_small). assert (Up := u_pos). assert (Pe := eta_pos). assert (Q := squares).
  assert (B := bpow_gt_0 radix2 (-900)). set (vh := fst v) in *. assert (Pv : 0 < vh) by lra.
  assert (Z : 0 <= r * r) by now apply Rmult_le_pos.
  assert (K2 : kappa_hat q v <= kappa) by apply Rmax_l.
  assert (K1 : least_kappa <= kappa) by apply Rmax_r.
  assert (K0 : 0 < kappa) by (unfold least_kappa in K1; lra).
  assert (Ke : eta <= / 1000000 * kappa).
  { apply Rle_trans with (/ 1000000 * least_kappa); [|lra].
    apply Rle_trans with (bpow radix2 (-20) * least_kappa).
    - unfold least_kappa, eta. rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [unfold least_kappa; lra|simpl; lra]. }
  assert (I : 0 < / vh) by now apply Rinv_0_lt_compat.
  assert (Fp : 0 < size_floor) by apply bpow_gt_0.
  assert (Ls : 0 < least_square) by apply bpow_gt_0.
  assert (Part : forall m, m = rnd (rnd (101 / 100) * fst q) \/ m = least_square -> rnd (m / vh) <= kappa).
  { intros m [-> | ->]; apply Rle_trans with (2 := K2); apply rnd_le; apply Rmult_le_compat_r;
      [exact (Rlt_le _ _ I)|apply Rmax_l|exact (Rlt_le _ _ I)|apply Rmax_r]. }
  assert (K3 := Part _ (or_intror eq_refl)).
  set (qq := u * u) in *. assert (Kq : 0 <= K * qq) by (apply Rmult_le_pos; lra).
  assert (Kq' := K_small). fold qq in Kq'.
  assert (Kv : least_square <= 100001 / 100000 * (kappa * vh)).
  { assert (P : 0 <= least_square / vh) by (apply Rmult_le_pos; lra).
    assert (A := rounded_in (least_square / vh)). rewrite (Rabs_pos_eq (least_square / vh)) in A by exact P.
    assert (Y := u_part _ P). apply Rabs_le_inv in A.
    replace least_square with (least_square / vh * vh) by (field; lra).
    rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  assert (F : size_floor <= / 100000000 * (kappa * vh)).
  { assert (size_floor <= / 1000000000 * least_square).
    { apply Rle_trans with (bpow radix2 (-30) * least_square).
      - unfold size_floor, least_square. rewrite <- bpow_plus. apply Rle_refl.
      - apply Rmult_le_compat_r; [lra|]. simpl. lra. }
    assert (0 < kappa * vh) by (apply Rmult_lt_0_compat; lra). lra. }
  (* q *)
  assert (Hq : 9989 / 10000 * (r * r) - size_floor <= fst q).
  { destruct q_within as (_ & _ & _ & L). replace (u * (u * (r * r))) with (qq * (r * r)) in q_near by (unfold qq; ring).
    assert (X : K * qq * (r * r) <= / 1000 * (r * r)) by now apply Rmult_le_compat_r.
    assert (X' : 0 <= qq * (r * r)) by (apply Rmult_le_pos; lra).
    assert (Y := u_part _ Z). apply Rabs_le_inv in q_near. apply Rabs_le_inv in L. unfold value_of in q_near. lra. }
  (* kappa *)
  assert (R1 : r * r <= 9917 / 10000 * (kappa * vh)).
  { destruct (Rle_or_lt (fst q) 0) as [Nq|Pq]; [lra|].
    assert (C := rnd_ordinary (101 / 100) ltac:(lra)). set (c := rnd (101 / 100)) in *.
    set (m := rnd (c * fst q)).
    assert (M : 10086 / 10000 * (r * r) - 11 / 10 * size_floor <= m).
    { assert (A := rounded_in (c * fst q)). fold m in A.
      assert (X : 1009998 / 1000000 * fst q <= c * fst q) by (apply Rmult_le_compat_r; lra).
      rewrite (Rabs_pos_eq (c * fst q)) in A by lra. assert (Y := u_part (c * fst q) ltac:(lra)).
      apply Rabs_le_inv in A. lra. }
    assert (Mv : m / vh <= 100001 / 100000 * kappa).
    { assert (A := rounded_in (m / vh)). assert (A' := Part m (or_introl eq_refl)).
      assert (P : 0 <= m / vh).
      { apply Rmult_le_pos; [|lra]. apply rnd_ge_0, Rmult_le_pos; lra. }
      rewrite (Rabs_pos_eq (m / vh)) in A by exact P.
      assert (Y := u_part _ P). apply Rabs_le_inv in A. lra. }
    assert (Mk : m <= 100001 / 100000 * (kappa * vh)).
    { replace m with (m / vh * vh) by (field; lra). rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
    lra. }
  (* V *)
  assert (KR : K * qq * (r * r) <= / 1000 * vh).
  { apply Rle_trans with (K * qq * (9917 / 10000 * (kappa * vh))); [now apply Rmult_le_compat_l|].
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
  assert (R2 : r * r <= 9950 / 10000 * (kappa * V)).
  { assert (kappa * vh <= kappa * (10032 / 10000 * V)) by (apply Rmult_le_compat_l; lra). lra. }
  assert (KV : 0 <= kappa * V) by (apply Rmult_le_pos; lra).
  split; [exact K1|]. set (sk := sqrt kappa).
  assert (B4 := bpow_gt_0 radix2 (-450)).
  assert (S1 : least_root <= sk).
  { unfold sk, least_root. rewrite <- (sqrt_square (bpow radix2 (-450))) by lra. apply sqrt_le_1_alt.
    rewrite <- bpow_plus. exact K1. }
  assert (S2 : least_root <= root_of q v).
  { unfold root_of. fold kappa sk. rewrite <- (rnd_exact least_root).
    - now apply rnd_le.
    - apply generic_format_bpow. unfold FLT_exp. lia. }
  split; [exact S2|]. split; [exact V1|]. split; [lra|].
  assert (S4 : bpow radix2 (-900) <= sk).
  { apply Rle_trans with (2 := S1). apply bpow_le. lia. }
  unfold least_root in S1. assert (S3 := rnd_nearly sk S4). change (rnd sk) with (root_of q v) in S3.
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
Variables centred fused : bool.
Variable k : nat.
Variable es : list (R * R).
Variable eps : R.

Let K := ledger_k k (length es).
Let r := spread_of es.
Let a := offset_of centred es.
Let V := variance_of centred es eps.
Let q := q_hat fused k es.
Let ah := offset_hat centred fused k es.
Let v := variance_hat centred fused k es eps.
Let kappa := kappa_of q v.
Let root := root_of q v.
Let rh := rstd_sharp fused (fst v) (snd v).

Hypothesis lanes : (k <= 4)%nat.
Hypothesis columns : at_most_2_31 (length es).
Hypothesis parts : Forall deviation_parts es.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.
Hypothesis v_admitted : least_v <= fst v <= most_v.
Hypothesis kappa_admitted : kappa_hat q v <= most_kappa.

Lemma kappa_small : K * kappa * (u * u) <= / 1000.
Proof.
  assert (Q := squares). destruct (k_room k es lanes columns) as [K1 _]. assert (Ks := k_small k es lanes columns).
  fold K in K1, Ks. apply Rle_trans with (2 := Ks). apply Rmult_le_compat_r; [lra|].
  apply Rmult_le_compat_l; [lra|]. unfold kappa, kappa_of. apply Rmax_lub; [exact kappa_admitted|].
  unfold least_kappa, most_kappa. apply bpow_le. lia.
Qed.

(** The row's r is R with the 2^-960 of row.v. *)
Theorem sharp_row_moments :
  132 <= K /\ least_kappa <= kappa /\ least_root <= root /\ 0 < V /\ 0 <= r /\ Rabs a <= r /\
  r * r <= kappa * V /\ r <= root * sqrt V /\
  Rabs (value_of ah - a) <= (K - 68) * (u * (u * r)) /\ within (1001 / 1000 * r) ah /\
  Rabs (value_of v - V) <= (3001 / 1000 * K - 120) * (u * u * (r * r)) + 43 / 10 * (u * u * V) /\
  0 < value_of v /\ Rabs (value_of rh * sqrt (value_of v) - 1) <= 55 * (u * u) /\
  double_double (fst rh) (snd rh).
Proof.
  assert (B : 0 < least_v) by apply bpow_gt_0. assert (Small := kappa_small).
  destruct (k_room k es lanes columns) as [K1 _]. fold K in K1.
  assert (K_alone : K * (u * u) <= / 1000).
  { apply Rle_trans with (2 := k_small k es lanes columns). fold K. assert (Q := squares).
    replace (K * most_kappa * (u * u)) with (K * (u * u) * most_kappa) by ring.
    rewrite <- (Rmult_1_r (K * (u * u))) at 1. apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|].
    unfold most_kappa. simpl. lra. }
  destruct (offset_close centred fused k es lanes columns parts) as [A1 A2].
  destruct (square_close fused k es lanes columns parts) as [Q1 Q2].
  destruct (variance_close centred fused k es lanes columns parts eps eps_binary64 eps_pos) as (E & F1 & F2 & L).
  destruct (tiny k es lanes columns parts) as (_ & _ & _ & T4).
  assert (Ar := a_range centred es columns parts). assert (R0 := spread_positive es columns parts).
  destruct (spread_bounds es columns parts) as (_ & Rs & _).
  fold K r a in A1, A2. fold ah in A1, A2. fold K r q in Q1, Q2. fold K r V v in E, F1, F2, L.
  fold r in T4, R0, Rs, Ar. fold a in Ar.
  destruct (kappa_enough K r (mean_square es) V q v K1 Small K_alone ltac:(lra) Rs T4 Q2 Q1 E (proj1 v_admitted) L)
    as (Kk & Kr & Vp & KV & RV).
  fold root in Kr, RV. fold kappa in Kk, KV. rewrite (Rabs_pos_eq (fst v)) in L by lra.
  destruct (rstd_step_error fused fused (fst v) (snd v) F1 F2 v_admitted L) as (Vh & Rn & Rp).
  fold (rstd_sharp fused (fst v) (snd v)) in Rn, Rp.
  fold rh in Rn, Rp. fold (value_of v) in Vh, Rn.
  assert (A3 : Rabs (value_of ah - a) <= (K - 68) * (u * (u * r))).
  { apply Rle_trans with (1 := A1). assert (X := u_part r ltac:(lra)). assert (Y := u_part _ (proj1 X)).
    apply Rmult_le_compat_r; lra. }
  repeat (split; [assumption || lra|]). exact Rp.
Qed.

Variable e : R * R.
Variables g b : R.
Hypothesis in_row : In e es.
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Let th := t_sharp fused e ah rh.
Let yh := y_sharp fused th g b.
Let y := g * ((value_of e - a) / sqrt V) + b.

Theorem sharp_row_near :
  132 <= K /\ least_kappa <= kappa /\ least_root <= root /\
  sharp_near (sharp_s1 K kappa) (sharp_s0 K root) (fst th) g (fst yh) (snd yh) y /\
  Rabs (snd yh) <= 32 / 10 * u * Rabs (fst yh) /\
  Rabs ((value_of e - a) / sqrt V) <= 1003 / 1000 * (Rabs (fst th) + sharp_s0 K root).
Proof.
  destruct sharp_row_moments as (K1 & Kk & Kr & Vp & R0 & Ar & KV & RV & A3 & A2 & E & Vh & Rn & Rp).
  assert (Small := kappa_small).
  assert (Ep : deviation_parts e) by (assert (P := parts); rewrite Forall_forall in P; exact (P e in_row)).
  assert (Kp : 0 <= kappa) by (apply Rle_trans with (2 := Kk), bpow_ge_0).
  assert (Rp' : 0 <= root) by (apply Rle_trans with (2 := Kr), bpow_ge_0).
  destruct (t_sharp_error fused K kappa root r V (value_of v) a ah rh K1 Kp Rp' Small R0 Vp Vh Ar KV RV E
              Rn Rp A2 A3 e Ep) as [T1 T2].
  destruct (y_sharp_near fused K kappa root ((value_of e - a) / sqrt V) g b th K1 Kp Kr Small T1 T2
              (t_sharp_low fused e ah rh) g_binary64 b_binary64) as (Y1 & _ & _ & Y2).
  split; [exact K1|]. split; [exact Kk|]. split; [exact Kr|]. split; [exact Y1|exact Y2].
Qed.

(** So y lies between the ends that the test rounds, with every rounding of BoundSharp. *)
Theorem sharp_row_enclosed :
  let err := sharp_error fused (computed_sharp_e1 K kappa) (computed_sharp_e0 K root) (fst th) g (fst yh) in
  fst yh + rnd (snd yh - err) <= y <= fst yh + rnd (snd yh + err).
Proof.
  destruct sharp_row_near as (K1 & Kk & Kr & Y & L & _). assert (Q := squares).
  destruct (computed_sharp_e0_most K root ltac:(lra) Kr) as [E0 E1].
  assert (E2 := computed_sharp_e1_most K kappa ltac:(lra) Kk).
  assert (Kp : 0 <= kappa) by (apply Rle_trans with (2 := Kk), bpow_ge_0).
  assert (Rp : 0 <= root) by (apply Rle_trans with (2 := Kr), bpow_ge_0).
  assert (S1 : 0 <= sharp_s1 K kappa).
  { unfold sharp_s1. assert (0 <= (16 / 10 * K + 11) * kappa) by (apply Rmult_le_pos; lra).
    apply Rmult_le_pos; lra. }
  assert (S0 : 0 <= sharp_s0 K root).
  { unfold sharp_s0. assert (0 <= K * root) by (apply Rmult_le_pos; lra). apply Rmult_le_pos; lra. }
  apply (sharp_enclose fused (sharp_s1 K kappa) (sharp_s0 K root)); try assumption; lra.
Qed.
End Row.
