(* SPDX-License-Identifier: Apache-2.0 *)
(** * A row in the sharp stage

    Purpose.  a^, q^ and v^ of a row of deviations, from its lanes on, are as near to a, R^2 and V as the
    ledger of lib/fast/sharp_error_bounds.h says, with K of SharpSumError; for LayerNorm, and for RMSNorm,
    where a and a^ are 0.  Deviations have any size: the ledger's R is here sqrt(R^2 + 2^-960), which
    pays for what underflows.

    Corresponds to ComputeSharpMoments of lib/fast/sharp_moments-inl.h without its scaling.

    Symbols.
      centred, fused     LayerNorm; an FMA
      es                 the deviations e = d + d' from the centre; 2^k lanes
      a_hat, q_hat, v_hat         a^, q^, v^ of LayerNorm
      offset_hat, variance_hat    a^ and v^ of either operation
      offset_of, variance_of      a and V
      spread_of                   sqrt(R^2 + 2^-960)
      K                           ledger_k of length.v

    Main results.
      offset_close     |a^ - a| <= (K - 70) u^2 R
      square_close     |q^ - R^2| <= (K - 31) u^2 R^2
      variance_close   |v^ - V| <= (3.001 K - 120) u^2 R^2 + 4.3 u^2 V *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.elements
  fast.row_moments sharp.ends sharp.sums sharp.squares sharp.products sharp.addition
  sharp.pairs sharp.lanes sharp.length sharp.root sharp.means sharp.elements.
Import ListNotations.

Local Open Scope R_scope.

Definition a_hat (fused : bool) (k : nat) (es : list (R * R)) : R * R :=
  mean_of fused (INR (length es)) (sharp_total k lane es).
Definition q_hat (fused : bool) (k : nat) (es : list (R * R)) : R * R :=
  mean_of fused (INR (length es)) (sharp_total k (fun l => lane (map (square fused) l)) es).
Definition v_hat (fused : bool) (k : nat) (es : list (R * R)) (eps : R) : R * R :=
  v_sharp fused (q_hat fused k es) (a_hat fused k es) eps.

Definition offset_hat (centred fused : bool) (k : nat) (es : list (R * R)) : R * R :=
  if centred then a_hat fused k es else (0, 0).
Definition variance_hat (centred fused : bool) (k : nat) (es : list (R * R)) (eps : R) : R * R :=
  if centred then v_hat fused k es eps else v_sharp_rms (q_hat fused k es) eps.

Definition mean_square (es : list (R * R)) : R := squares_total es / INR (length es).
Definition offset_of (centred : bool) (es : list (R * R)) : R :=
  if centred then total es / INR (length es) else 0.
Definition variance_of (centred : bool) (es : list (R * R)) (eps : R) : R :=
  mean_square es - offset_of centred es * offset_of centred es + eps.
Definition spread_of (es : list (R * R)) : R := sqrt (mean_square es + size_floor).

Section Row.
Variables centred fused : bool.
Variable k : nat.
Variable es : list (R * R).

Let N := INR (length es).
Let n := INR (lane_length (2 ^ S k) es).
Let K := ledger_k k (length es).
Let r := spread_of es.
Let a := offset_of centred es.

Hypothesis lanes : (k <= 4)%nat.
Hypothesis columns : at_most_2_31 (length es).
Hypothesis parts : Forall deviation_parts es.

Lemma levels : 0 <= INR (S k) <= 5.
Proof. split; [apply pos_INR|]. replace 5 with (INR 5) by (simpl; lra). apply le_INR. lia. Qed.

Lemma room :
  bit_more * (bit_more * ((n + 2) * (n + 2) + 11 / 10 * (n + 2) + 63 / 10 * INR (S k)) + 18) + / 10 <= K - 70 /\
  bit_more * ((n + 5) * (n + 5) + 12 / 10 * (n + 5) + 8 + 63 / 10 * INR (S k)) + 18 + / 10 <= K - 31.
Proof.
  assert (L := levels). destruct (n_range k es lanes columns) as [P Q].
  destruct (k_room k es lanes columns) as [_ E]. fold n K in P, Q, E.
  assert (S : 0 <= n * n <= 1073741824 * n) by (split; [apply Rmult_le_pos; lra|apply Rmult_le_compat_r; lra]).
  split; lra.
Qed.

(** ** Sums of magnitudes *)

Lemma magnitudes :
  Rabs (total es) <= sum (map Rabs (map value_of es)) /\
  magnitude es <= bit_more * sum (map Rabs (map value_of es)) /\
  Rabs (total es) <= 1001 / 1000 * magnitude es.
Proof.
  revert parts. generalize es. clear. intros l0 F0. assert (Us := u_small). unfold total, magnitude.
  induction F0 as [|e l D F IH]; simpl.
  - rewrite Rabs_R0. lra.
  - destruct IH as (I2 & I3 & I4). destruct D as (F1 & F2 & L).
    assert (U := u_part _ (Rabs_pos (fst e))). split; [|split].
    + apply Rle_trans with (1 := Rabs_triang _ _). fold (value_of e). lra.
    + assert (A := at_most_by (fst e) (value_of e)).
      replace (fst e - value_of e) with (- snd e) in A by (unfold value_of; ring). rewrite Rabs_Ropp in A.
      assert (Rabs (fst e) <= bit_more * Rabs (value_of e)) by lra. lra.
    + apply Rle_trans with (1 := Rabs_triang _ _). assert (T := Rabs_triang (fst e) (snd e)). lra.
Qed.

Lemma squares_bounds :
  0 <= squares_total es <= sizes es /\ sizes es <= squares_total es + N * size_floor.
Proof. destruct (squares_near true es parts) as (_ & _ & H). exact H. Qed.

Lemma count : 1 <= N /\ 0 < / N.
Proof.
  destruct (columns_binary64 _ columns) as [_ H]. fold N in H. split; [lra|]. apply Rinv_0_lt_compat. lra.
Qed.

Lemma spread_bounds : 0 <= mean_square es /\ r * r = mean_square es + size_floor /\ bpow radix2 (-480) <= r.
Proof.
  destruct count as [N1 I]. destruct squares_bounds as [[Q _] _].
  assert (F : size_floor = bpow radix2 (-480) * bpow radix2 (-480)) by (rewrite <- bpow_plus; reflexivity).
  assert (B := bpow_gt_0 radix2 (-480)).
  assert (M : 0 <= mean_square es) by (apply Rmult_le_pos; fold N; lra).
  assert (F0 : 0 < size_floor) by (rewrite F; now apply Rmult_lt_0_compat).
  split; [exact M|]. split; [apply sqrt_sqrt; lra|].
  rewrite <- (sqrt_square (bpow radix2 (-480))), <- F by lra. apply sqrt_le_1_alt. lra.
Qed.

Lemma spread_positive : 0 < r.
Proof. destruct spread_bounds as (_ & _ & B). assert (P := bpow_gt_0 radix2 (-480)). lra. Qed.

Lemma mean_size : 0 <= sizes es / N <= r * r.
Proof.
  destruct count as [N1 I]. destruct squares_bounds as [[Q0 Q1] Q2]. destruct spread_bounds as (_ & -> & _).
  unfold mean_square. fold N. split; [apply Rmult_le_pos; lra|]. unfold Rdiv.
  apply Rle_trans with ((squares_total es + N * size_floor) * / N); [apply Rmult_le_compat_r; lra|].
  apply Req_le. field. lra.
Qed.

Lemma mean_magnitude : sum (map Rabs (map value_of es)) / N <= r.
Proof.
  assert (C := sum_abs_square (map value_of es)). rewrite map_length in C. fold N in C.
  replace (sum (map (fun e => e * e) (map value_of es))) with (squares_total es) in C
    by (rewrite map_map; reflexivity).
  destruct count as [N1 _]. destruct spread_bounds as (_ & S & _). assert (R0 := spread_positive).
  destruct eta_beside_floor as [F _].
  apply Rmult_le_reg_r with N; [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  apply Rsqr_incr_0_var; [|apply Rmult_le_pos; lra]. unfold Rsqr.
  replace (r * N * (r * N)) with (N * N * (r * r)) by ring. rewrite S. unfold mean_square. fold N.
  replace (N * N * (squares_total es / N + size_floor)) with (N * squares_total es + N * N * size_floor) by (field; lra).
  simpl pow in C. rewrite Rmult_1_r in C. apply Rle_trans with (1 := C).
  assert (0 <= N * N * size_floor) by (repeat apply Rmult_le_pos; lra). lra.
Qed.

Lemma a_range : Rabs a <= r.
Proof.
  assert (R0 := spread_positive). unfold a, offset_of. destruct centred; [|rewrite Rabs_R0; lra].
  destruct magnitudes as (M & _ & _). apply Rle_trans with (2 := mean_magnitude).
  destruct count as [_ P]. fold N. unfold Rdiv.
  rewrite Rabs_mult, (Rabs_pos_eq (/ N)) by lra. apply Rmult_le_compat_r; lra.
Qed.

Lemma tiny : 12 * eta <= / 10 * (u * (u * (r * r))) /\ 30 * eta <= / 10000 * r /\ 12 * eta <= / 10 * (u * (u * r)) /\
  30 * eta <= / 10000 * (r * r).
Proof.
  assert (B := bpow_gt_0 radix2 (-480)). destruct spread_bounds as (_ & _ & r_least).
  assert (E : eta <= bpow radix2 (-9) * (u * (u * (bpow radix2 (-480) * bpow radix2 (-480))))).
  { unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia. }
  assert (E' : eta <= bpow radix2 (-9) * (u * (u * bpow radix2 (-480)))).
  { unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia. }
  assert (S : bpow radix2 (-480) * bpow radix2 (-480) <= r * r) by (apply Rmult_le_compat; lra).
  assert (X := by_u _ _ (by_u _ _ S)). assert (Y := by_u _ _ (by_u _ _ r_least)).
  change (bpow radix2 (-9)) with (/ 512) in *.
  assert (Z : 0 <= r * r) by (apply Rmult_le_pos; lra). assert (P := u_part _ Z). assert (P' := u_part _ (proj1 P)).
  assert (Q := u_part r ltac:(lra)). assert (Q' := u_part _ (proj1 Q)).
  repeat split; lra.
Qed.

(** ** The moments *)

Lemma scaled_by c x y m : 0 <= c -> m <= bit_more * x -> 0 <= x ->
  12 * eta <= / 10 * (u * (u * x)) -> bit_more * c + / 10 <= y ->
  c * (u * (u * m)) + 12 * eta <= y * (u * (u * x)).
Proof.
  intros C M X T Y. assert (X1 := u_part _ X). assert (W := u_part _ (proj1 X1)).
  assert (B := by_u _ _ (by_u _ _ M)). assert (D := Rmult_le_compat_l _ _ _ C B).
  assert (E : (bit_more * c + / 10) * (u * (u * x)) <= y * (u * (u * x)))
    by (apply Rmult_le_compat_r; lra). lra.
Qed.

Theorem offset_close :
  Rabs (value_of (offset_hat centred fused k es) - a) <= (K - 70) * (u * (u * r)) /\
  within (1001 / 1000 * r) (offset_hat centred fused k es).
Proof.
  assert (R0 := spread_positive). assert (Ur := u_part r ltac:(lra)). assert (Uur := u_part _ (proj1 Ur)).
  destruct (k_room k es lanes columns) as [K1 _]. fold K in K1.
  unfold a, offset_hat, offset_of. destruct centred.
  2:{ unfold value_of, within. cbn [fst snd]. replace (0 + 0 - 0) with 0 by ring. rewrite Rabs_R0.
      split; [apply Rmult_le_pos; lra|]. repeat split; try apply binary64_0; lra. }
  destruct magnitudes as (M2 & M3 & M4). destruct room as [R1 _]. destruct tiny as (_ & T2 & T3 & _).
  assert (L := levels). destruct (n_range k es lanes columns) as [P _]. destruct count as [_ I].
  destruct (columns_binary64 _ columns) as [NF NR]. fold N in NF, NR. fold n in P.
  assert (H := sharp_sum_error k es ltac:(lia) parts (n_few k es lanes columns)). cbv zeta in H. fold n in H.
  assert (MM : magnitude es / N <= bit_more * r).
  { assert (X := mean_magnitude). unfold Rdiv in *.
    apply Rle_trans with (bit_more * sum (map Rabs (map value_of es)) * / N);
      [apply Rmult_le_compat_r; lra|lra]. }
  assert (Sn : 0 <= (n + 2) * (n + 2)) by (apply Rmult_le_pos; lra).
  destruct (mean_error fused N ((n + 2) * (n + 2) + 11 / 10 * (n + 2)) (S k) _ _ _
              NF NR ltac:(lra) ltac:(lra) M4 H) as [E W].
  fold N. fold (a_hat fused k es) in E, W. split.
  - apply Rle_trans with (1 := E). apply scaled_by; try assumption; lra.
  - apply within_le with (2 := W). lra.
Qed.

Theorem square_close :
  Rabs (value_of (q_hat fused k es) - mean_square es) <= (K - 31) * (u * (u * (r * r))) /\
  within (11 / 10 * (r * r)) (q_hat fused k es).
Proof.
  destruct room as [_ R1]. destruct tiny as (T1 & _ & _ & T4). assert (M := mean_size).
  assert (L := levels). destruct (n_range k es lanes columns) as [P _]. destruct count as [_ I].
  destruct (columns_binary64 _ columns) as [NF NR]. fold N in NF, NR. fold n in P.
  assert (H := sharp_squares_error fused k es ltac:(lia) parts (n_few k es lanes columns)). cbv zeta in H. fold n in H.
  destruct squares_bounds as [Q _].
  assert (Sn : 0 <= (n + 5) * (n + 5)) by (apply Rmult_le_pos; lra).
  destruct (mean_error fused N ((n + 5) * (n + 5) + 12 / 10 * (n + 5) + 8) (S k) (squares_total es)
              (sizes es) _ NF NR ltac:(lra) ltac:(lra) ltac:(rewrite Rabs_pos_eq; lra) H) as [E W].
  change (mean_of fused N _) with (q_hat fused k es) in E, W.
  assert (Z : 0 <= r * r) by lra. assert (V0 := u_part _ Z). assert (W0 := u_part _ (proj1 V0)). split.
  - apply Rle_trans with (1 := E). assert (B := by_u _ _ (by_u _ _ (proj2 M))).
    set (c := bit_more * _ + 18) in *. assert (C0 : 0 <= c) by (unfold c; lra).
    assert (B' := Rmult_le_compat_l _ _ _ C0 B).
    assert (X : (c + / 10) * (u * (u * (r * r))) <= (K - 31) * (u * (u * (r * r)))).
    { apply Rmult_le_compat_r; lra. }
    clearbody c. lra.
  - apply within_le with (2 := W). lra.
Qed.

Variable eps : R.
Let V := variance_of centred es eps.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.

Lemma variance_least : 0 <= mean_square es - a * a + size_floor /\ mean_square es - a * a + eps = V.
Proof.
  split; [|reflexivity]. assert (Ra := a_range). destruct spread_bounds as (_ & S & _).
  assert (X : Rabs a * Rabs a <= r * r) by (apply Rmult_le_compat; try apply Rabs_pos; exact Ra).
  rewrite <- Rabs_mult, Rabs_pos_eq in X by apply Rle_0_sqr. lra.
Qed.

Theorem variance_close :
  let v := variance_hat centred fused k es eps in
  Rabs (value_of v - V) <= (3001 / 1000 * K - 120) * (u * u * (r * r)) + 43 / 10 * (u * u * V) /\
  binary64 (fst v) /\ binary64 (snd v) /\ Rabs (snd v) <= 31 / 10 * (u * Rabs (fst v)).
Proof.
  destruct offset_close as [A1 A2]. destruct square_close as [Q1 Q2]. destruct tiny as (T1 & _ & _ & _).
  assert (Ra := a_range). assert (R0 := spread_positive). destruct spread_bounds as (M & S & _).
  destruct eta_beside_floor as [F _]. destruct (k_room k es lanes columns) as [K1 _].
  assert (Ks := k_small k es lanes columns). fold K in K1, Ks. assert (U := squares).
  assert (Ku : K * (u * u) <= / 1000).
  { apply Rle_trans with (2 := Ks). replace (K * most_kappa * (u * u)) with (K * (u * u) * most_kappa) by ring.
    rewrite <- (Rmult_1_r (K * (u * u))) at 1. apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|].
    unfold most_kappa. simpl. lra. }
  assert (Z : 0 <= r * r) by (apply Rmult_le_pos; lra). assert (V0 := u_part _ Z). assert (W0 := u_part _ (proj1 V0)).
  destruct variance_least as [D Ev].
  assert (Y : u * (u * eps) <= u * (u * V) + u * (u * size_floor)).
  { rewrite <- !Rmult_plus_distr_l. do 2 apply by_u. lra. }
  assert (Yf : u * (u * size_floor) <= u * (u * (r * r))) by (do 2 apply by_u; lra).
  assert (Ye := u_part _ eps_pos). assert (Ye2 := u_part _ (proj1 Ye)).
  unfold variance_hat, a, offset_hat in *. destruct centred.
  - assert (A3 : within (11 / 10 * r) (a_hat fused k es)) by (apply within_le with (2 := A2); lra).
    destruct (v_sharp_error r (mean_square es) _ (K - 70) (K - 31) eps ltac:(lra) Ra ltac:(split; lra)
                eps_binary64 eps_pos _ Q2 Q1 _ A3 A1 fused) as [E G].
    split; [|exact G]. rewrite Ev in E. apply Rle_trans with (1 := E). lra.
  - destruct (v_sharp_rms_error r (mean_square es) (K - 31) eps ltac:(lra) eps_binary64 eps_pos _ Q2 Q1)
      as [E G].
    split; [|exact G]. replace (mean_square es + eps) with V in E by (rewrite <- Ev; cbn; ring).
    apply Rle_trans with (1 := E).
    assert (W : (K - 31 + 5 + 5) * (u * (u * (r * r))) <= (3001 / 1000 * K - 120) * (u * (u * (r * r))))
      by (apply Rmult_le_compat_r; lra). lra.
Qed.
End Row.
