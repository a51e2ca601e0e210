(* SPDX-License-Identifier: Apache-2.0 *)
(** * The fast stage's mean and rstd

    Purpose.  What WriteStatistics stores is the answer: the bounds on the computed mean and 1 / sqrt,
    evaluated in binary64, and both ends rounded to the same pattern.

    Corresponds to WriteStatistics of lib/fast/rows-inl.h and StoreCertified of
    lib/fast/statistics.cc, which rounds in integers.

    Symbols.
      mean_error h v m, rstd_error_of h r   the bounds as they are computed, for v^, the computed
                      mean m and r^
      rounds f v p    p is the pattern that the number v rounds to; nothing is said of zero's sign

    Main results.
      mean_answers, rstd_answers   both ends have a pattern that is not zero's: it is the answer *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.special_values
  fast.model fast.operations fast.row_moments fast.width fast.windows fast.demotion fast.ends
  fast.row_data fast.normalize.
Import ListNotations.

Local Open Scope R_scope.

Definition computed_mean_bound (h : R) : R := rnd (rnd (rnd (rnd (105 / 100) * h) + 4) * u).
Definition computed_rstd_bound (h : R) : R := rnd (rnd (rnd (rnd (122 / 100) * h) + 9) * u).

Definition mean_error (h v m : R) : R :=
  let error := rnd (computed_mean_bound h * rnd (sqrt (rnd (rnd (12503 / 10000) * v)))) in
  rnd (rnd (error + rnd (end_factor * Rabs m)) + underflow).

Definition rstd_error_of (h r : R) : R :=
  rnd (rnd (rnd (computed_rstd_bound h + end_factor) * r) + underflow).

Definition rounds (f : format) (v : R) (p : Z) : Prop :=
  (v = 0 -> payload f p = 0%Z) /\ (v <> 0 -> represents f (Finite v) p).

Lemma rounded_between f low high v p :
  low <= v <= high -> rounds f low p -> rounds f high p -> payload f p <> 0%Z ->
  represents f (Finite v) p.
Proof.
  intros H [L0 L] [H0 Hh] N.
  assert (NL : low <> 0) by (intros Z; now apply N, L0).
  assert (NH : high <> 0) by (intros Z; now apply N, H0).
  exact (between f low high v p H NL NH (L NL) (Hh NH)).
Qed.

Lemma enclosed e v_hat v d :
  0 <= e -> Rabs (v_hat - v) <= d -> d + u * (Rabs v_hat + e) + crumb <= e ->
  low_end e v_hat <= v <= high_end e v_hat.
Proof.
  intros E D S. assert (K := crumb_small). apply Rabs_le_inv in D. unfold low_end, high_end.
  assert (A1 : Rabs (v_hat - e) <= Rabs v_hat + e).
  { apply Rle_trans with (1 := Rabs_triang v_hat (- e)). rewrite Rabs_Ropp, (Rabs_pos_eq e) by exact E. lra. }
  assert (A2 : Rabs (v_hat + e) <= Rabs v_hat + e).
  { apply Rle_trans with (1 := Rabs_triang v_hat e). rewrite (Rabs_pos_eq e) by exact E. lra. }
  assert (R1 := end_moves _ _ A1). assert (R2 := end_moves _ _ A2).
  apply Rabs_le_inv in R1. apply Rabs_le_inv in R2. lra.
Qed.

Lemma small_allowance : crumb <= / 1000 * underflow /\ crumb <= / 1000 * u.
Proof.
  assert (P : bpow radix2 (-20) <= / 1000) by (simpl; lra).
  split; (apply Rle_trans with (bpow radix2 (-20) * bpow radix2 (-200));
    [unfold crumb; rewrite <- bpow_plus; apply bpow_le; lia|]).
  - apply Rmult_le_compat_r; [apply bpow_ge_0|exact P].
  - apply Rmult_le_compat; try apply bpow_ge_0; [exact P|apply bpow_le; lia].
Qed.

Lemma underflow_small : 0 < underflow <= / 1000000.
Proof.
  split; [apply bpow_gt_0|]. apply Rle_trans with (bpow radix2 (-30)); [apply bpow_le; lia|].
  simpl. lra.
Qed.

(** The bound on the root, relative for all but the smallest v^. *)
Lemma spread_most v :
  bpow radix2 (-800) <= v ->
  999998 / 1000000 * sqrt (12503 / 10000 * v) <= rnd (sqrt (rnd (rnd (12503 / 10000) * v))).
Proof.
  intros V. assert (U := u_pos). assert (S := u_small). assert (B := bpow_gt_0 radix2 (-800)).
  assert (C : bpow radix2 (-900) <= 12503 / 10000).
  { apply Rle_trans with (bpow radix2 0); [apply bpow_le; lia|simpl; lra]. }
  assert (A1 := rnd_all_but_u _ C). set (c := rnd (12503 / 10000)) in *.
  assert (P : 1 * v <= c * v) by (apply Rmult_le_compat_r; lra).
  assert (V9 : bpow radix2 (-900) <= bpow radix2 (-800)) by (apply bpow_le; lia).
  assert (A2 := rnd_all_but_u (c * v) ltac:(lra)). set (d := rnd (c * v)) in *.
  assert (L : (1 - 2 * u) * (1 - 2 * u) * (12503 / 10000 * v) <= d).
  { apply Rle_trans with (2 := A2). rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|].
    rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  assert (R : (1 - 2 * u) * sqrt (12503 / 10000 * v) <= sqrt d).
  { rewrite <- (sqrt_square (1 - 2 * u)) by lra.
    rewrite <- sqrt_mult; [now apply sqrt_le_1_alt|nra|lra]. }
  assert (Q : bpow radix2 (-400) <= sqrt (12503 / 10000 * v)).
  { rewrite <- (sqrt_square (bpow radix2 (-400))) by apply bpow_ge_0. apply sqrt_le_1_alt.
    rewrite <- bpow_plus. simpl (-400 + -400)%Z. lra. }
  assert (Q4 : 2 * bpow radix2 (-900) <= bpow radix2 (-400)).
  { change 2 with (bpow radix2 1). rewrite <- bpow_plus. apply bpow_le. lia. }
  assert (A3 := rnd_all_but_u (sqrt d)). set (s := sqrt (12503 / 10000 * v)) in *.
  assert (Us : u * s <= / 1000000000000000 * s).
  { apply Rmult_le_compat_r; [|exact S]. assert (W := bpow_gt_0 radix2 (-400)). lra. }
  assert (Ps := bpow_gt_0 radix2 (-400)).
  apply Rle_trans with (2 := A3 ltac:(lra)).
  apply Rle_trans with ((1 - 2 * u) * ((1 - 2 * u) * s)).
  - assert (0 <= u * (u * s)) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]). lra.
  - apply Rmult_le_compat_l; lra.
Qed.

Lemma mean_error_most h v m :
  0 <= h <= 10000 -> 0 <= v ->
  999 / 1000 * (bound_mean h * sqrt (12503 / 10000 * v)) + 399 / 100 * (u * Rabs m)
  + 9 / 10 * underflow <= mean_error h v m.
Proof.
  intros Hh V. assert (U := u_pos). assert (S := u_small). assert (K := small_allowance).
  assert (Kp := crumb_small). assert (Un := underflow_small).
  assert (B := computed_most (105 / 100) 4 h ltac:(lra) ltac:(lra) ltac:(lra)).
  fold (bound_mean h) (computed_mean_bound h) in B. unfold mean_error. cbv zeta.
  assert (P : 0 <= bound_mean h) by (unfold bound_mean; apply Rmult_le_pos; lra).
  assert (PS := sqrt_pos (12503 / 10000 * v)).
  set (s_hat := rnd (sqrt (rnd (rnd (12503 / 10000) * v)))).
  assert (Zs : 0 <= s_hat) by apply rnd_ge_0, sqrt_pos.
  assert (X : 999 / 1000 * (bound_mean h * sqrt (12503 / 10000 * v)) - / 100 * underflow
              <= 9999 / 10000 * (computed_mean_bound h * s_hat)).
  { destruct (Rle_or_lt (bpow radix2 (-800)) v) as [L|L].
    - assert (M := spread_most v L). fold s_hat in M.
      assert (99999 / 100000 * bound_mean h * (999998 / 1000000 * sqrt (12503 / 10000 * v))
              <= computed_mean_bound h * s_hat).
      { apply Rmult_le_compat; try lra. }
      assert (0 <= bound_mean h * sqrt (12503 / 10000 * v)) by now apply Rmult_le_pos. lra.
    - assert (T : bound_mean h * sqrt (12503 / 10000 * v) <= / 100 * underflow).
      { apply Rle_trans with (1 * bpow radix2 (-399)).
        - apply Rmult_le_compat; try assumption.
          + unfold bound_mean. nra.
          + rewrite <- (sqrt_square (bpow radix2 (-399))) by apply bpow_ge_0.
            apply sqrt_le_1_alt. rewrite <- bpow_plus. simpl (-399 + -399)%Z.
            replace (-798)%Z with (2 + -800)%Z by reflexivity. rewrite bpow_plus.
            simpl (bpow radix2 2). lra.
        - apply Rle_trans with (bpow radix2 (-20) * bpow radix2 (-200)).
          + rewrite Rmult_1_l, <- bpow_plus. apply bpow_le. lia.
          + apply Rmult_le_compat_r; [apply bpow_ge_0|]. simpl. lra. }
      assert (0 <= computed_mean_bound h * s_hat) by (apply Rmult_le_pos; lra).
      assert (0 <= bound_mean h * sqrt (12503 / 10000 * v)) by now apply Rmult_le_pos. lra. }
  assert (Y0 : 0 <= computed_mean_bound h * s_hat) by (apply Rmult_le_pos; lra).
  assert (A1 := rnd_most _ Y0). assert (Z1 := rnd_ge_0 _ Y0). set (e1 := rnd (_ * s_hat)) in *.
  assert (Y2 : 0 <= end_factor * Rabs m).
  { apply Rmult_le_pos; [unfold end_factor; lra|apply Rabs_pos]. }
  assert (A2 := rnd_most _ Y2). assert (Z2 := rnd_ge_0 _ Y2). set (e2 := rnd (end_factor * Rabs m)) in *.
  assert (A3 := rnd_most (e1 + e2) ltac:(lra)). assert (Z3 := rnd_ge_0 (e1 + e2) ltac:(lra)).
  set (e3 := rnd (e1 + e2)) in *.
  assert (A4 := rnd_most (e3 + underflow) ltac:(lra)). unfold most_of_it in *.
  replace (end_factor * Rabs m) with (4 * (u * Rabs m)) in * by (unfold end_factor; ring). lra.
Qed.

Lemma rstd_error_most h r :
  0 <= h <= 10000 -> 0 < r ->
  bound_rstd h * r + 35 / 10 * (u * r) + 9 / 10 * underflow <= rstd_error_of h r.
Proof.
  intros Hh P. assert (U := u_pos). assert (S := u_small). assert (K := small_allowance).
  assert (Kp := crumb_small). assert (Un := underflow_small).
  assert (B := computed_most (122 / 100) 9 h ltac:(lra) ltac:(lra) ltac:(lra)).
  fold (bound_rstd h) (computed_rstd_bound h) in B. unfold rstd_error_of, end_factor.
  assert (Pb : 0 <= bound_rstd h) by (unfold bound_rstd; apply Rmult_le_pos; lra).
  assert (Big : / 50000 * bound_rstd h <= / 4 * u).
  { unfold bound_rstd. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  assert (A1 := rnd_most (computed_rstd_bound h + 4 * u) ltac:(lra)). unfold most_of_it in A1.
  set (x := rnd (computed_rstd_bound h + 4 * u)) in *.
  assert (L : bound_rstd h + 36 / 10 * u <= x) by lra.
  assert (M : (bound_rstd h + 36 / 10 * u) * r <= x * r) by (apply Rmult_le_compat_r; lra).
  assert (Y : 0 <= x * r) by (apply Rmult_le_pos; lra).
  assert (Pu : 0 < u * r) by now apply Rmult_lt_0_compat.
  assert (Pr : 0 <= bound_rstd h * r) by (apply Rmult_le_pos; lra).
  assert (Bg : / 50000 * bound_rstd h * r <= / 4 * u * r) by (apply Rmult_le_compat_r; lra).
  assert (A2 := rnd_most _ Y). assert (Z2 := rnd_ge_0 _ Y). unfold most_of_it in A2.
  set (e := rnd (x * r)) in *.
  assert (A3 := rnd_most (e + underflow) ltac:(lra)). unfold most_of_it in A3.
  lra.
Qed.

(** ** A row *)

Section Row.
Variables (fused : bool) (k : nat) (r : row) (xs : list R) (c : option R).
Hypothesis W : well_formed r.
Hypothesis O : ordinary r xs.
Hypothesis lanes_few : (k <= 1000)%nat.
Hypothesis columns_few : (Z.of_nat (length xs) <= 2 ^ 31)%Z.
Hypothesis centre_fits :
  match row_operation r, c with
  | _, None => True
  | Layer_norm, Some m => binary64 m
  | Rms_norm, Some _ => False
  end.

Let A := real_arithmetic fused.
Let M := moments_about A k (row_operation r) (eps r) xs c.
Hypothesis row_admitted : admitted M = true.
Let h := height (length xs) k.

Lemma fits : supposed k (row_operation r) (eps r) xs c.
Proof. now apply row_supposed. Qed.

Theorem mean_answers p :
  row_operation r = Layer_norm ->
  let m := mean_hat A M in
  let e := mean_error h (variance_eps M) m in
  rounds (statistics_format r) (low_end e m) p -> rounds (statistics_format r) (high_end e m) p ->
  payload (statistics_format r) p <> 0%Z ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  intros L m e RL RH N. unfold mean_answer. unfold ordinary in O. rewrite O.
  refine (rounded_between _ _ _ _ p _ RL RH N).
  assert (Hh : 0 <= h <= 10000) by now apply height_bounded.
  destruct (variance_bound fused k _ _ _ _ fits row_admitted) as [V _]. fold A M in V.
  assert (E := mean_error_most h (variance_eps M) m Hh (Rlt_le _ _ V)). fold e in E.
  assert (D := mean_hat_near fused k _ _ _ _ fits row_admitted L). fold A M m in D. fold h in D.
  assert (Sp := spread_bound fused k _ _ _ _ fits row_admitted). fold A M in Sp.
  assert (U := u_pos). assert (S := u_small). assert (K := small_allowance).
  assert (Un := underflow_small). assert (Pm := Rabs_pos m).
  assert (Pb : 0 <= bound_mean h) by (unfold bound_mean; apply Rmult_le_pos; lra).
  assert (Mn : bound_mean h * sqrt (mean_sq c xs) <= bound_mean h * sqrt (12503 / 10000 * variance_eps M))
    by now apply Rmult_le_compat_l.
  assert (P0 : 0 <= bound_mean h * sqrt (mean_sq c xs)) by (apply Rmult_le_pos; [exact Pb|apply sqrt_pos]).
  assert (Um : 0 <= u * Rabs m) by (apply Rmult_le_pos; lra).
  assert (E0 : 0 <= e) by lra.
  assert (Ue : u * e <= / 1000000000000000 * e) by (apply Rmult_le_compat_r; lra).
  apply (enclosed e m (mean xs) _ E0 D). lra.
Qed.

Theorem rstd_answers p :
  let e := rstd_error_of h (rstd M) in
  rounds (statistics_format r) (low_end e (rstd M)) p ->
  rounds (statistics_format r) (high_end e (rstd M)) p ->
  payload (statistics_format r) p <> 0%Z ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  intros e RL RH N. unfold rstd_answer. unfold ordinary in O. rewrite O. unfold reciprocal_deviation.
  assert (V := power_positive fused k _ _ _ _ fits row_admitted).
  rewrite Req_bool_false by now apply Rgt_not_eq.
  refine (rounded_between _ _ _ _ p _ RL RH N).
  assert (Hh : 0 <= h <= 10000) by now apply height_bounded.
  destruct (rstd_bound fused k _ _ _ _ fits row_admitted) as [P D]. fold A M in P, D. fold h in D.
  assert (E := rstd_error_most h (rstd M) Hh P). fold e in E.
  assert (U := u_pos). assert (S := u_small). assert (K := small_allowance).
  assert (Un := underflow_small).
  assert (Pb : 0 <= bound_rstd h * rstd M).
  { apply Rmult_le_pos; [unfold bound_rstd; apply Rmult_le_pos; lra|lra]. }
  assert (Pu : 0 <= u * rstd M) by (apply Rmult_le_pos; lra).
  assert (Big : bound_rstd h * rstd M <= 20000 * (u * rstd M)).
  { rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [lra|]. unfold bound_rstd.
    apply Rmult_le_compat_r; lra. }
  assert (E0 : 0 <= e) by lra.
  assert (Ue : u * e <= / 1000000000000000 * e) by (apply Rmult_le_compat_r; lra).
  apply (enclosed e (rstd M) _ _ E0 D). rewrite (Rabs_pos_eq (rstd M)) by lra. lra.
Qed.

End Row.
