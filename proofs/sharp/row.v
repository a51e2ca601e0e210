(* SPDX-License-Identifier: Apache-2.0 *)
(** * A row in the sharp stage

    Purpose.  a^, q^ and v^ of a row of deviations, from its lanes on, are as near to a, R^2 and V as the
    ledger of lib/fast/sharp_error_bounds.h says, with K of SharpSumError; so t^ and y^ are.

    Corresponds to ComputeSharpMoments of lib/fast/sharp_moments-inl.h without its scaling, for
    LayerNorm.

    Symbols.
      es, N      the deviations e = d + d' from the centre, and how many; n in each lane
      a_hat, q_hat, v_hat   a^, q^, v^
      r, a, V    R, a, V of the ledger

    Main results.
      a_close, q_close, v_close *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_moments
  sharp.ends sharp.sums sharp.squares sharp.products sharp.addition
  sharp.pairs sharp.lanes sharp.root sharp.means sharp.elements.
Import ListNotations.

Local Open Scope R_scope.

Section Row.
Variable fused : bool.
Variable k : nat.
Variable es : list (R * R).
Variables eps K : R.

Let N := INR (length es).
Let n := INR (lane_length (2 ^ S k) es).
Let R2 := squares_total es / N.
Let r := sqrt R2.
Let a := total es / N.
Let V := r * r - a * a + eps.

Definition a_hat : R * R := mean_of fused (INR (length es)) (sharp_total k lane es).
Definition q_hat : R * R :=
  mean_of fused (INR (length es)) (sharp_total k (fun l => lane (map (square fused) l)) es).
Definition v_hat : R * R := v_sharp fused q_hat a_hat eps.

Hypothesis lanes_few : (k <= 4)%nat.
Hypothesis parts : Forall deviation_parts es.
Hypothesis N_binary64 : binary64 N.
Hypothesis N_range : 1 <= N <= bpow radix2 53.
Hypothesis n_range : n * u <= / 5000000.
Hypothesis K_enough : (n + 9) * (n + 9) + 32 <= K.
Hypothesis r_least : bpow radix2 (-480) <= r.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.

Lemma n_least : 1 <= n.
Proof.
  unfold n, lane_length. destruct es as [|e l].
  - unfold N in N_range. simpl in N_range. lra.
  - change 1 with (INR 1). apply le_INR. simpl length at 2.
    change (pieces (length (e :: l)) (2 ^ S k) (e :: l))
      with (firstn (2 ^ S k) (e :: l) :: pieces (length l) (2 ^ S k) (skipn (2 ^ S k) (e :: l))).
    simpl. lia.
Qed.

Lemma levels : 0 <= INR (S k) <= 5.
Proof. split; [apply pos_INR|]. replace 5 with (INR 5) by (simpl; lra). apply le_INR. lia. Qed.

Lemma room :
  1000000000001 / 1000000000000 * (1000000000001 / 1000000000000 * ((n + 2) * (n + 2) + 11 / 10 * (n + 2) + 63 / 10 * INR (S k)) + 18)
    + / 10 <= K - 70 /\
  1000000000001 / 1000000000000 * ((n + 5) * (n + 5) + 12 / 10 * (n + 5) + 8 + 63 / 10 * INR (S k)) + 18 + / 10 <= K - 31.
Proof.
  assert (L := levels). assert (P := n_least).
  assert (Q : n <= 1900000000) by (rewrite u_value in n_range; lra).
  assert (S : 0 <= n * n <= 1900000000 * n) by (split; [apply Rmult_le_pos; lra|apply Rmult_le_compat_r; lra]).
  split; lra.
Qed.

(** ** Sums of magnitudes *)

Lemma magnitudes :
  Forall (summand 1) es /\
  Rabs (total es) <= sum (map Rabs (map value_of es)) /\
  magnitude es <= 1000000000001 / 1000000000000 * sum (map Rabs (map value_of es)) /\
  Rabs (total es) <= 1001 / 1000 * magnitude es.
Proof.
  revert parts. generalize es. clear. intros l0 F0. assert (Us := u_small). unfold total, magnitude.
  induction F0 as [|e l D F IH]; simpl.
  - rewrite Rabs_R0. split; [constructor|lra].
  - destruct IH as (I1 & I2 & I3 & I4). unfold deviation_parts in D. destruct D as (F1 & F2 & L & _).
    assert (U := u_part _ (Rabs_pos (fst e))). split; [|split; [|split]].
    + constructor; [|exact I1]. split; [exact F1|]. split; [exact F2|lra].
    + apply Rle_trans with (1 := Rabs_triang _ _). fold (value_of e). lra.
    + assert (A := at_most_by (fst e) (value_of e)).
      replace (fst e - value_of e) with (- snd e) in A by (unfold value_of; ring). rewrite Rabs_Ropp in A.
      assert (Rabs (fst e) <= 1000000000001 / 1000000000000 * Rabs (value_of e)) by lra. lra.
    + apply Rle_trans with (1 := Rabs_triang _ _). assert (T := Rabs_triang (fst e) (snd e)). lra.
Qed.

Lemma squares_pos : 0 <= squares_total es.
Proof.
  unfold squares_total. clear. induction es as [|e l IH]; simpl; [lra|].
  assert (P := Rle_0_sqr (fst e + snd e)). unfold Rsqr in P. lra.
Qed.

Lemma r_square : r * r = R2.
Proof.
  apply sqrt_sqrt. apply Rmult_le_pos; [apply squares_pos|]. apply Rlt_le, Rinv_0_lt_compat. lra.
Qed.

Lemma mean_magnitude : sum (map Rabs (map value_of es)) / N <= r.
Proof.
  assert (C := sum_abs_square (map value_of es)). rewrite map_length in C. fold N in C.
  replace (sum (map (fun e => e * e) (map value_of es))) with (squares_total es) in C
    by (rewrite map_map; reflexivity).
  assert (P : 0 < N) by lra. assert (R0 : 0 <= r) by apply sqrt_pos.
  apply Rmult_le_reg_r with N; [exact P|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  apply Rsqr_incr_0_var; [|apply Rmult_le_pos; lra]. unfold Rsqr.
  replace (r * N * (r * N)) with (N * N * (r * r)) by ring. rewrite r_square. unfold R2.
  replace (N * N * (squares_total es / N)) with (N * squares_total es) by (field; lra).
  simpl pow in C. rewrite Rmult_1_r in C. exact C.
Qed.

Lemma a_range : Rabs a <= r.
Proof.
  destruct magnitudes as (_ & M & _ & _). apply Rle_trans with (2 := mean_magnitude).
  unfold a, Rdiv. assert (P : 0 < / N) by (apply Rinv_0_lt_compat; lra).
  rewrite Rabs_mult, (Rabs_pos_eq (/ N)) by lra. apply Rmult_le_compat_r; lra.
Qed.

Lemma tiny : 12 * eta <= / 10 * (u * (u * (r * r))) /\ 30 * eta <= / 10000 * r /\ 12 * eta <= / 10 * (u * (u * r)) /\
  30 * eta <= / 10000 * (r * r).
Proof.
  assert (B := bpow_gt_0 radix2 (-480)). assert (U := u_pos).
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

Lemma scaled_by c x y m : 0 <= c -> m <= 1000000000001 / 1000000000000 * x -> 0 <= x ->
  12 * eta <= / 10 * (u * (u * x)) -> 1000000000001 / 1000000000000 * c + / 10 <= y ->
  c * (u * (u * m)) + 12 * eta <= y * (u * (u * x)).
Proof.
  intros C M X T Y. assert (X1 := u_part _ X). assert (W := u_part _ (proj1 X1)).
  assert (B := by_u _ _ (by_u _ _ M)). assert (D := Rmult_le_compat_l _ _ _ C B).
  assert (E : (1000000000001 / 1000000000000 * c + / 10) * (u * (u * x)) <= y * (u * (u * x)))
    by (apply Rmult_le_compat_r; lra). lra.
Qed.

Theorem a_close :
  Rabs (value_of a_hat - a) <= (K - 70) * (u * (u * r)) /\ within (1001 / 1000 * r) a_hat.
Proof.
  destruct magnitudes as (M1 & M2 & M3 & M4). destruct room as [R1 _]. destruct tiny as (_ & T2 & T3 & _).
  assert (L := levels). assert (P := n_least). assert (I : 0 < / N) by (apply Rinv_0_lt_compat; lra).
  assert (B := bpow_gt_0 radix2 (-480)).
  assert (H := sharp_sum_error k es ltac:(lia) M1 n_range). fold n in H.
  assert (MM : magnitude es / N <= 1000000000001 / 1000000000000 * r).
  { assert (X := mean_magnitude). unfold Rdiv in *.
    apply Rle_trans with (1000000000001 / 1000000000000 * sum (map Rabs (map value_of es)) * / N);
      [apply Rmult_le_compat_r; lra|lra]. }
  assert (Sn : 0 <= (n + 2) * (n + 2)) by (apply Rmult_le_pos; lra).
  destruct (mean_error fused N ((n + 2) * (n + 2) + 11 / 10 * (n + 2)) (S k) _ _ _
              N_binary64 N_range ltac:(lra) ltac:(lra) M4 H) as [E W].
  fold a_hat in E, W. fold a in E. split.
  - apply Rle_trans with (1 := E). apply scaled_by; try assumption; lra.
  - apply within_le with (2 := W). lra.
Qed.

Theorem q_close :
  Rabs (value_of q_hat - r * r) <= (K - 31) * (u * (u * (r * r))) /\ within (11 / 10 * (r * r)) q_hat.
Proof.
  destruct room as [_ R1]. destruct tiny as (T1 & _ & _ & T4).
  assert (L := levels). assert (P := n_least). assert (I : 0 < / N) by (apply Rinv_0_lt_compat; lra).
  assert (H := sharp_squares_error fused k es ltac:(lia) parts n_range). fold n in H.
  assert (Q := squares_pos). assert (Z : 0 <= r * r) by (rewrite r_square; apply Rmult_le_pos; lra).
  assert (Sn : 0 <= (n + 5) * (n + 5)) by (apply Rmult_le_pos; lra).
  destruct (mean_error fused N ((n + 5) * (n + 5) + 12 / 10 * (n + 5) + 8) (S k) (squares_total es)
              (squares_total es) _ N_binary64 N_range ltac:(lra) ltac:(lra)
              ltac:(rewrite Rabs_pos_eq; lra) H) as [E W].
  fold q_hat in E, W. fold R2 in E, W. rewrite <- r_square in E, W. split.
  - apply Rle_trans with (1 := E).
    assert (V0 := u_part _ Z). assert (W0 := u_part _ (proj1 V0)).
    assert (X := Rmult_le_compat_r _ _ _ (proj1 W0) R1). lra.
  - apply within_le with (2 := W). lra.
Qed.

Hypothesis K_small : K * (u * u) <= / 1000.

Theorem v_close :
  Rabs (value_of v_hat - V) <= (3001 / 1000 * K - 120) * (u * u * (r * r)) + 43 / 10 * (u * u * V) /\
  binary64 (fst v_hat) /\ binary64 (snd v_hat) /\ Rabs (snd v_hat) <= 31 / 10 * (u * Rabs (fst v_hat)).
Proof.
  destruct a_close as [A1 A2]. destruct q_close as [Q1 Q2]. destruct tiny as (T1 & _ & _ & _).
  assert (Ra := a_range). assert (R0 : 0 <= r) by apply sqrt_pos.
  assert (P := n_least). assert (Sn : 0 <= (n + 9) * (n + 9)) by (apply Rmult_le_pos; lra).
  assert (K0 : 100 <= (n + 9) * (n + 9)).
  { replace 100 with (10 * 10) by ring. apply Rmult_le_compat; lra. }
  assert (U := squares).
  assert (A3 : within (11 / 10 * r) a_hat) by (apply within_le with (2 := A2); lra).
  destruct (v_sharp_error r a (K - 70) (K - 31) eps R0 Ra ltac:(split; [lra|]; lra) eps_binary64 eps_pos
              q_hat Q2 Q1 a_hat A3 A1 fused) as [E M].
  fold v_hat in E, M. split; [|exact M]. fold V in E. apply Rle_trans with (1 := E).
  assert (Z : 0 <= r * r) by (apply Rmult_le_pos; lra). assert (V0 := u_part _ Z). assert (W0 := u_part _ (proj1 V0)).
  assert (D : 0 <= r * r - a * a).
  { assert (X : Rabs a * Rabs a <= r * r) by (apply Rmult_le_compat; try apply Rabs_pos; exact Ra).
    rewrite <- Rabs_mult, Rabs_pos_eq in X by apply Rle_0_sqr. lra. }
  assert (Y : u * u * eps <= u * u * V) by (apply Rmult_le_compat_l; [lra|unfold V; lra]).
  assert (Y0 : 0 <= u * u * eps) by (apply Rmult_le_pos; lra). lra.
Qed.
End Row.
