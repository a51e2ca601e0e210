(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage's mean and rstd

    Purpose.  As long as a^ and r^ are as near as elements.v says, the ends that StoreCertified rounds
    enclose the mean and 1 / sqrt(var + eps), with every rounding, underflow of division by s and
    multiplication with s included.

    Corresponds to WriteSharpStatistics of lib/fast/sharp-inl.h.

    Symbols: those of elements.v, and
      j, s, V             s = 2^j; V of the scaled row
      mean_sharp ah m     the computed mean of the scaled row
      sharp_mean_error s e0 rh hi, sharp_rstd_error s e1 rh   what StoreCertified is given as error
      over s x, by_scale s x   the parts of x over s and times s

    Main results.
      mean_enclosed, rstd_enclosed *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.bound sharp.ends
  sharp.products sharp.addition sharp.pairs sharp.root sharp.means sharp.elements sharp.scaling.

Local Open Scope R_scope.

Definition mean_sharp (ah : R * R) (m : R) : R * R := plus_one (fst ah) (snd ah) m.
Definition sharp_mean_error (s e0 rh hi : R) : R :=
  let error := rnd (rnd (e0 / rh) + rnd (sharp_end_factor * Rabs hi)) in
  rnd (rnd (error / s) + sharp_underflow).
Definition sharp_rstd_error (s e1 rh : R) : R :=
  let error := rnd (rnd (e1 + sharp_end_factor) * rh) in
  rnd (rnd (error * s) + sharp_underflow).

Definition over (s : R) (x : R * R) : R * R := (rnd (fst x / s), rnd (snd x / s)).
Definition by_scale (s : R) (x : R * R) : R * R := (rnd (fst x * s), rnd (snd x * s)).

(** ** Roundings *)

Lemma rnd_all_but x : 0 <= x -> 999999 / 1000000 * x - eta <= rnd x.
Proof.
  intros H. assert (R := rounded_in x). apply Rabs_le_inv in R. rewrite Rabs_pos_eq in R by exact H.
  assert (U := u_part x H). lra.
Qed.

Lemma eta_beside_underflow : eta <= / 1000000 * sharp_underflow.
Proof.
  apply Rle_trans with (bpow radix2 (-20) * sharp_underflow).
  - unfold eta, sharp_underflow. rewrite <- bpow_plus. apply bpow_le. lia.
  - apply Rmult_le_compat_r; [apply bpow_ge_0|simpl; lra].
Qed.

(** Ends about V + L, which stands for w, enclose x. *)
Lemma ends_around V L l e w d x :
  0 <= e -> Rabs L <= l -> Rabs (V + L - w) <= 2 * eta -> Rabs (w - x) <= d ->
  d + u * (l + e) + 3 * eta <= e ->
  V + rnd (L - e) <= x <= V + rnd (L + e).
Proof.
  intros E HL W D S. assert (U := u_pos).
  assert (M : forall z, Rabs z <= l + e -> Rabs (rnd z - z) <= u * (l + e) + eta).
  { intros z Hz. apply Rle_trans with (1 := rounded_in z). apply Rplus_le_compat_r. now apply by_u. }
  apply Rabs_le_inv in HL.
  assert (M1 := M (L - e) ltac:(apply Rabs_le; lra)). assert (M2 := M (L + e) ltac:(apply Rabs_le; lra)).
  apply Rabs_le_inv in M1. apply Rabs_le_inv in M2. apply Rabs_le_inv in W. apply Rabs_le_inv in D. lra.
Qed.

Lemma parts_moved j x : binary64 (fst x) -> binary64 (snd x) ->
  let s := bpow radix2 j in let z := by_scale s x in
  Rabs (fst z + snd z - value_of x * s) <= 2 * eta /\ Rabs (snd z) <= Rabs (snd x) * s + eta.
Proof.
  intros F1 F2 s z. assert (A := power_product _ j F1). assert (B := power_product _ j F2).
  fold s in A, B. unfold z, by_scale, value_of. cbn [fst snd]. split.
  - replace (rnd (fst x * s) + rnd (snd x * s) - (fst x + snd x) * s)
      with ((rnd (fst x * s) - fst x * s) + (rnd (snd x * s) - snd x * s)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). lra.
  - assert (C := at_most_by (rnd (snd x * s)) (snd x * s)).
    rewrite Rabs_mult, (Rabs_pos_eq s) in C by apply bpow_ge_0. lra.
Qed.

Lemma over_is j x : over (bpow radix2 j) x = by_scale (bpow radix2 (- j)) x.
Proof. unfold over, by_scale, Rdiv. now rewrite bpow_opp. Qed.

(** ** The two numbers *)

Section Statistics.
Variables K kappa root r a V m e0 e1 : R.
Variables ah rh : R * R.
Variable j : Z.
Let s := bpow radix2 j.
Let q := u * u.

Hypothesis K_least : 132 <= K.
Hypothesis kappa_pos : 0 <= kappa.
Hypothesis root_pos : 0 <= root.
Hypothesis Small : K * kappa * q <= / 1000.
Hypothesis V_range : bpow radix2 (-901) <= V <= bpow radix2 901.
Hypothesis root_enough : 0 <= r <= root * sqrt V.
Hypothesis a_range : Rabs a <= r.
Hypothesis a_within : within (1001 / 1000 * r) ah.
Hypothesis a_near : Rabs (value_of ah - a) <= (K - 68) * (u * (u * r)).
Hypothesis r_near : Rabs (value_of rh * sqrt V - 1) <= ((151 / 100 * K - 60) * kappa + 58) * q.
Hypothesis r_pair : double_double (fst rh) (snd rh).
Hypothesis m_binary64 : binary64 m.
Hypothesis e0_enough : 2 * sharp_s0 K root <= e0 /\ bpow radix2 (-600) <= e0.
Hypothesis e1_enough : 1999 / 1000 * sharp_s1 K kappa <= e1.

Lemma root_V : bpow radix2 (-451) <= sqrt V <= bpow radix2 451.
Proof.
  assert (E : forall n : Z, sqrt (bpow radix2 (n + n)) = bpow radix2 n).
  { intros n. rewrite bpow_plus. apply sqrt_Rsqr, bpow_ge_0. }
  split; [rewrite <- (E (-451)%Z)|rewrite <- (E 451%Z)]; apply sqrt_le_1_alt.
  - apply Rle_trans with (2 := proj1 V_range). apply bpow_le. lia.
  - apply Rle_trans with (1 := proj2 V_range). apply bpow_le. lia.
Qed.

(** r^ is positive and near 1 / sqrt V. *)
Lemma rh_near :
  let h := fst rh in let v := / sqrt V in
  0 < h /\ 997 / 1000 * v <= h <= 1003 / 1000 * v /\ Rabs (snd rh) <= u * h /\
  Rabs (value_of rh - v) <= ((151 / 100 * K - 60) * kappa + 58) * q * v.
Proof.
  intros h v. destruct (low_part _ _ r_pair) as (F & G & L). fold h in L.
  assert (Q := squares). assert (Us := u_small). fold q in Q.
  assert (B : ((151 / 100 * K - 60) * kappa + 58) * q <= 2 / 1000).
  { assert (0 <= kappa * q) by (apply Rmult_le_pos; lra). lra. }
  assert (P := bpow_gt_0 radix2 (-451)). assert (S := root_V).
  assert (I : 0 < v) by (apply Rinv_0_lt_compat; lra).
  assert (D : Rabs (value_of rh - v) <= ((151 / 100 * K - 60) * kappa + 58) * q * v).
  { replace (value_of rh - v) with ((value_of rh * sqrt V - 1) * v) by (unfold v; field; lra).
    rewrite Rabs_mult, (Rabs_pos_eq v) by lra. apply Rmult_le_compat_r; lra. }
  assert (D' : Rabs (value_of rh - v) <= 2 / 1000 * v).
  { apply Rle_trans with (1 := D). apply Rmult_le_compat_r; lra. }
  apply Rabs_le_inv in D'. unfold value_of in D'. fold h in D'.
  assert (Ul := u_part _ (Rabs_pos h)). assert (L' := Rabs_le_inv _ _ L).
  assert (h0 : 0 < h).
  { destruct (Rle_or_lt h 0) as [N|N]; [|exact N]. rewrite (Rabs_left1 h) in * by exact N. lra. }
  rewrite (Rabs_pos_eq h) in * by lra. repeat split; try assumption; lra.
Qed.

(** The mean of the scaled row is m + a, mu is near it over s. *)
Theorem mean_enclosed mu :
  Rabs ((m + a) / s - mu) <= eta / s ->
  let z := mean_sharp ah m in
  let value := over s z in
  let e := sharp_mean_error s e0 (fst rh) (fst z) in
  fst value + rnd (snd value - e) <= mu <= fst value + rnd (snd value + e).
Proof.
  intros HM z value e. assert (Q := squares). assert (Us := u_small). assert (Up := u_pos). fold q in Q.
  assert (Pe := eta_pos). assert (Te := eta_beside_underflow). assert (Sp : 0 < s) by apply bpow_gt_0.
  assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  destruct rh_near as (h0 & [H1 H2] & _ & _). set (h := fst rh) in *.
  destruct root_V as [V1 V2]. assert (P451 := bpow_gt_0 radix2 (-451)). set (w := sqrt V) in *.
  destruct (plus_one_near _ (Rabs m) ah m a_within m_binary64 (Rle_refl _)) as (N & F1 & F2 & L).
  change (plus_one (fst ah) (snd ah) m) with z in N, F1, F2, L.
  set (x := value_of z) in *. set (A := q * r). set (H := Rabs (fst z)) in *. set (B := q * H).
  assert (A0 : 0 <= A) by (apply Rmult_le_pos; lra). assert (Hh : 0 <= H) by apply Rabs_pos.
  assert (B0 : 0 <= B) by (apply Rmult_le_pos; lra). assert (KA : 132 * A <= K * A) by (apply Rmult_le_compat_r; lra).
  (* the mean *)
  set (D := Rabs (x - (m + a))).
  assert (X1 : Rabs x <= 1001 / 1000 * H).
  { apply Rle_trans with (1 := Rabs_triang _ _). fold H. assert (Y := u_part H Hh). lra. }
  assert (M1 : Rabs m <= Rabs x + D + r).
  { replace m with (x + - (x - (m + a)) + - a) at 1 by ring. apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite Rabs_Ropp. assert (T := Rabs_triang x (- (x - (m + a)))). rewrite Rabs_Ropp in T. fold D in T. lra. }
  assert (Dp : 0 <= D) by apply Rabs_pos.
  assert (D1 : D <= 1001 / 1000 * (K * A) + 42 / 10 * B).
  { assert (T : D <= 41 / 10 * (q * (1001 / 1000 * r + Rabs m)) + (K - 68) * A).
    { unfold D. replace (x - (m + a)) with ((x - (value_of ah + m)) + (value_of ah - a)) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). assert (Y := a_near).
      replace (u * (u * r)) with A in Y by (unfold A, q; ring).
      replace (u * (u * (1001 / 1000 * r + Rabs m))) with (q * (1001 / 1000 * r + Rabs m)) in N by (unfold q; ring). lra. }
    assert (Y : q * (1001 / 1000 * r + Rabs m) <= q * (2001 / 1000 * r + 1001 / 1000 * H + D))
      by (apply Rmult_le_compat_l; lra).
    assert (Yd : q * D <= / 1000000 * D) by (apply Rmult_le_compat_r; lra). unfold A, B in *. lra. }
  (* its error *)
  assert (Ih : 996 / 1000 * w <= / h).
  { replace (996 / 1000 * w) with (/ (1000 / 996 * / w)) by (field; lra). apply Rinv_le_contravar; lra. }
  set (g := e0 / h).
  assert (G1 : 201 / 100 * (K * A) <= g).
  { assert (X : 2 * sharp_s0 K root * (996 / 1000 * w) <= g).
    { assert (S0 : 0 <= sharp_s0 K root).
      { unfold sharp_s0. fold q. apply Rmult_le_pos; [|lra]. apply Rmult_le_pos; lra. }
      change g with (e0 * / h). apply Rmult_le_compat; lra. }
    apply Rle_trans with (2 := X). unfold sharp_s0, A. fold q.
    assert (Y : K * q * r <= K * q * (root * w)) by (apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|lra]).
    assert (0 <= K * q * r) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|lra]). lra. }
  assert (G2 : bpow radix2 (-1052) <= g).
  { apply Rle_trans with (bpow radix2 (-600) * (996 / 1000 * bpow radix2 (-451))).
    - apply Rle_trans with (bpow radix2 (-600) * (bpow radix2 (-1) * bpow radix2 (-451))).
      + rewrite <- !bpow_plus. apply bpow_le. lia.
      + apply Rmult_le_compat_l; [apply bpow_ge_0|]. apply Rmult_le_compat_r; [lra|simpl; lra].
    - change g with (e0 * / h). apply Rmult_le_compat; try apply bpow_ge_0; lra. }
  assert (G3 : eta <= / 1000000 * g).
  { apply Rle_trans with (bpow radix2 (-20) * bpow radix2 (-1052)).
    - unfold eta. rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; try apply bpow_ge_0; [simpl; lra|exact G2]. }
  assert (R1 := rnd_all_but g ltac:(lra)).
  assert (R2 := rnd_all_but (sharp_end_factor * H) ltac:(unfold sharp_end_factor; fold q; apply Rmult_le_pos; lra)).
  replace (sharp_end_factor * H) with (8 * B) in R2 by (unfold sharp_end_factor, B, q; ring).
  assert (Z2 := rnd_ge_0 (8 * B) ltac:(lra)). set (g1 := rnd g) in *. set (g2 := rnd (8 * B)) in *.
  assert (R3 := rnd_all_but (g1 + g2) ltac:(lra)). set (error := rnd (g1 + g2)) in *.
  assert (Er : D + eta + 31 / 10 * B <= 999 / 1000 * error) by lra.
  assert (E0 : 0 <= error) by lra.
  assert (Es : 0 <= error * / s) by (apply Rmult_le_pos; lra).
  assert (R4 := rnd_all_but (error / s) Es). assert (Z4 := rnd_ge_0 (error / s) Es).
  set (g4 := rnd (error / s)) in *. assert (Su : 0 < sharp_underflow) by apply bpow_gt_0.
  assert (R5 := rnd_all_but (g4 + sharp_underflow) ltac:(lra)).
  replace (rnd (g4 + sharp_underflow)) with e in R5.
  2:{ unfold e, sharp_mean_error. cbv zeta. fold h H g. fold g1.
      replace (sharp_end_factor * H) with (8 * B) by (unfold sharp_end_factor, B, q; ring). reflexivity. }
  (* both *)
  destruct (parts_moved (- j) z F1 F2) as [W1 W2]. cbv zeta in W1, W2. rewrite <- over_is in W1, W2.
  fold s in W1, W2. fold value in W1, W2. rewrite bpow_opp in W1, W2. fold s in W1, W2. fold x in W1.
  set (d := D * / s). set (b := B * / s).
  assert (Er' : (D + eta + 31 / 10 * B) * / s <= 999 / 1000 * error * / s) by (apply Rmult_le_compat_r; lra).
  assert (b0 : 0 <= b) by (apply Rmult_le_pos; lra). unfold Rdiv in *.
  assert (L1 : u * (Rabs (snd z) * / s) <= 31 / 10 * b).
  { apply Rle_trans with (u * (31 / 10 * (u * H) * / s)).
    - apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_r; [lra|exact L].
    - apply Req_le. unfold b, B, q. ring. }
  assert (Ue : u * eta <= / 1000000 * eta) by (apply Rmult_le_compat_r; lra).
  assert (Ze : 0 <= e) by lra. assert (Uz : u * e <= / 1000000000000000 * e) by (apply Rmult_le_compat_r; lra).
  apply (ends_around _ _ (Rabs (snd z) * / s + eta) e (x * / s) (d + eta * / s)); try assumption.
  - replace (x * / s - mu) with ((x - (m + a)) * / s + ((m + a) * / s - mu)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult, (Rabs_pos_eq (/ s)) by lra.
    fold D d. lra.
  - unfold d, b in *. lra.
Qed.

Theorem rstd_enclosed rho :
  Rabs (rho - s / sqrt V) <= bpow radix2 (-169) * (s / sqrt V) ->
  let value := by_scale s rh in
  let e := sharp_rstd_error s e1 (fst rh) in
  fst value + rnd (snd value - e) <= rho <= fst value + rnd (snd value + e).
Proof.
  intros HR value e. assert (Q := squares). assert (Us := u_small). assert (Up := u_pos). fold q in Q.
  assert (Pe := eta_pos). assert (Te := eta_beside_underflow). assert (Sp : 0 < s) by apply bpow_gt_0.
  destruct rh_near as (h0 & [H1 H2] & L & N). set (h := fst rh) in *.
  destruct (low_part _ _ r_pair) as (F1 & F2 & _).
  destruct root_V as [V1 V2]. assert (P451 := bpow_gt_0 radix2 (-451)). set (w := sqrt V) in *.
  set (v := / w) in *. assert (v0 : 0 < v) by (apply Rinv_0_lt_compat; lra).
  assert (Kk : 0 <= kappa * q) by (apply Rmult_le_pos; lra).
  assert (Kkq : 0 <= K * (kappa * q)) by (apply Rmult_le_pos; lra).
  set (B := ((151 / 100 * K - 60) * kappa + 58) * q) in *.
  assert (B0 : 0 <= B).
  { apply Rmult_le_pos; [|lra]. assert (0 <= (151 / 100 * K - 60) * kappa) by (apply Rmult_le_pos; lra). lra. }
  assert (C : 2 * B + 60 * q <= e1 + sharp_end_factor).
  { assert (X := e1_enough). unfold sharp_s1 in X. fold q in X. unfold B, sharp_end_factor. fold q. lra. }
  set (c := e1 + sharp_end_factor) in *.
  assert (q1 : bpow radix2 (-110) <= q) by (unfold q, u; rewrite <- bpow_plus; apply bpow_le; lia).
  assert (T169 : bpow radix2 (-169) <= / 1000000 * q).
  { apply Rle_trans with (bpow radix2 (-20) * bpow radix2 (-110)).
    - rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; try apply bpow_ge_0; [simpl; lra|exact q1]. }
  assert (P110 := bpow_gt_0 radix2 (-110)). assert (P169 := bpow_gt_0 radix2 (-169)).
  assert (c1 : bpow radix2 (-900) <= c) by (apply Rle_trans with (bpow radix2 (-110)); [apply bpow_le; lia|lra]).
  assert (R1 := rnd_nearly c c1). set (c' := rnd c) in *.
  assert (v1 : bpow radix2 (-451) <= v).
  { unfold v. replace (bpow radix2 (-451)) with (/ bpow radix2 451) by (rewrite <- bpow_opp; reflexivity).
    apply Rinv_le_contravar; lra. }
  assert (ch : 999999 / 1000000 * c * h <= c' * h) by (apply Rmult_le_compat_r; lra).
  assert (ch1 : bpow radix2 (-900) <= c' * h).
  { apply Rle_trans with (2 := ch). apply Rle_trans with (bpow radix2 (-110) * bpow radix2 (-452)).
    - rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; try apply bpow_ge_0; [lra|].
      replace (-452)%Z with (-1 + -451)%Z by reflexivity. rewrite bpow_plus. change (bpow radix2 (-1)) with (/ 2). lra. }
  assert (R2 := rnd_nearly (c' * h) ch1). set (error := rnd (c' * h)) in *.
  assert (B1 : 0 <= B * h) by (apply Rmult_le_pos; lra). assert (q2 : 0 <= q * h) by (apply Rmult_le_pos; lra).
  assert (X0 : (2 * B + 60 * q) * h <= c * h) by (apply Rmult_le_compat_r; lra).
  assert (Er : 19 / 10 * (B * h) + 59 * (q * h) <= error) by lra.
  assert (E0 : 0 <= error) by lra. assert (Es : 0 <= error * s) by (apply Rmult_le_pos; lra).
  assert (R4 := rnd_all_but (error * s) Es). assert (Z4 := rnd_ge_0 (error * s) Es).
  set (g4 := rnd (error * s)) in *. assert (Su : 0 < sharp_underflow) by apply bpow_gt_0.
  assert (R5 := rnd_all_but (g4 + sharp_underflow) ltac:(lra)). change (rnd (g4 + sharp_underflow)) with e in R5.
  destruct (parts_moved j rh F1 F2) as [W1 W2]. cbv zeta in W1, W2. fold s value in W1, W2.
  assert (Ers : (19 / 10 * (B * h) + 59 * (q * h)) * s <= error * s) by (apply Rmult_le_compat_r; lra).
  assert (L1 : u * (Rabs (snd rh) * s) <= q * h * s).
  { replace (q * h * s) with (u * (u * h * s)) by (unfold q; ring).
    apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_r; lra. }
  assert (qhs : 0 <= q * h * s) by (apply Rmult_le_pos; lra).
  assert (Bhs : 0 <= B * h * s) by (apply Rmult_le_pos; lra).
  assert (Ue : u * eta <= / 1000000 * eta) by (apply Rmult_le_compat_r; lra).
  assert (Ze : 0 <= e) by lra. assert (Uz : u * e <= / 1000000000000000 * e) by (apply Rmult_le_compat_r; lra).
  apply (ends_around _ _ (Rabs (snd rh) * s + eta) e (value_of rh * s) (11 / 10 * (B * h * s) + q * h * s));
    try assumption.
  - replace (value_of rh * s - rho) with ((value_of rh - v) * s + - (rho - s / w)) by (unfold v; field; lra).
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq s) by lra.
    assert (Y1 : Rabs (value_of rh - v) * s <= 11 / 10 * (B * h * s)).
    { apply Rle_trans with (B * v * s); [apply Rmult_le_compat_r; lra|].
      replace (11 / 10 * (B * h * s)) with (B * (11 / 10 * h) * s) by ring.
      apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; lra. }
    assert (Y2 : bpow radix2 (-169) * (s / w) <= q * h * s).
    { replace (s / w) with (v * s) by (unfold v; field; lra). rewrite <- Rmult_assoc.
      apply Rmult_le_compat_r; [lra|]. apply Rle_trans with (/ 1000000 * q * (2 * h)); [|lra].
      apply Rmult_le_compat; lra. }
    lra.
  - lra.
Qed.
End Statistics.
