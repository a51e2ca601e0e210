(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the ends test certifies

    Purpose.  An element's own bound on |y^ - y| is evaluated in binary64, and so are the two ends
    y^ - e and y^ + e.  Here: y is between the computed ends; so if both are rounded to the same
    pattern, it is y's.  For binary32 the machine rounds them; 16 bits have cells of their own
    (cell16.v).

    Corresponds to SharpenGroup of lib/fast/normalize-inl.h and RoundEnds of
    lib/fast/rounding_test-inl.h.

    Symbols.
      end_factor, underflow   kEndFactor and kUnderflow of lib/fast/error_bounds.h
      ends_error fused e1 e0 t g y_hat   e, as it is computed
      low_end, high_end       the ends, as they are computed
      inside32 b              RoundEnds' comparison: neither zero nor the largest number or more

    Main results.
      ends_enclose      low_end <= y <= high_end
      ends32            both ends have the pattern b, and it is inside: b represents y *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.model fast.operations fast.width fast.demotion fast.windows.

Local Open Scope R_scope.

Definition end_factor : R := 4 * u.
Definition underflow : R := bpow radix2 (-200).

Section Ends.
Variable fused : bool.
Let multiply_add := muladd (real_arithmetic fused).

Definition ends_error (e1 e0 t g y_hat : R) : R :=
  let t_error := multiply_add (Rabs t) e1 e0 in
  let ends := multiply_add (Rabs y_hat) end_factor underflow in
  multiply_add (Rabs g) t_error ends.

Definition low_end (e y_hat : R) : R := rnd (y_hat - e).
Definition high_end (e y_hat : R) : R := rnd (y_hat + e).

Lemma multiply_add_most a b c :
  0 <= a -> 0 <= b -> 0 <= c ->
  999997 / 1000000 * (a * b + c) - 2 * crumb <= multiply_add a b c /\ 0 <= multiply_add a b c.
Proof.
  intros A B C. assert (P : 0 <= a * b) by now apply Rmult_le_pos. assert (K := crumb_small).
  unfold multiply_add. destruct fused; simpl.
  - assert (R := rnd_most (a * b + c) ltac:(lra)). unfold most_of_it in R.
    split; [lra|]. apply rnd_ge_0. lra.
  - assert (R := rnd_most _ P). assert (Z := rnd_ge_0 _ P). set (p := rnd (a * b)) in *.
    assert (S := rnd_most (p + c) ltac:(lra)). unfold most_of_it in *.
    split; [lra|]. apply rnd_ge_0. lra.
Qed.

(** [2^128]: what a gain is below. *)
Lemma ends_error_most h e1 e0 t g y_hat :
  0 <= h -> 99999 / 100000 * bound_e1 h <= e1 -> 99999 / 100000 * bound_e0 h <= e0 ->
  Rabs g <= bpow radix2 128 ->
  998 / 1000 * (Rabs g * (bound_e1 h * Rabs t + bound_e0 h)) + 399 / 100 * (u * Rabs y_hat)
  + 99 / 100 * underflow <= ends_error e1 e0 t g y_hat.
Proof.
  intros Hh H1 H0 HG. assert (K := crumb_small). assert (U := u_pos).
  destruct (bounds_positive h Hh) as [P1 P0].
  assert (Pt := Rabs_pos t). assert (Pg := Rabs_pos g). assert (Py := Rabs_pos y_hat).
  assert (Un : 0 < underflow) by apply bpow_gt_0.
  unfold ends_error. cbv zeta.
  destruct (multiply_add_most (Rabs t) e1 e0 Pt ltac:(lra) ltac:(lra)) as [A1 Z1].
  set (te := multiply_add (Rabs t) e1 e0) in *.
  destruct (multiply_add_most (Rabs y_hat) end_factor underflow Py
              ltac:(unfold end_factor; lra) ltac:(lra)) as [A2 Z2].
  set (ends := multiply_add (Rabs y_hat) end_factor underflow) in *.
  destruct (multiply_add_most (Rabs g) te ends Pg Z1 Z2) as [A3 _].
  apply Rle_trans with (2 := A3).
  assert (T : 99999 / 100000 * (bound_e1 h * Rabs t) <= Rabs t * e1).
  { rewrite (Rmult_comm (Rabs t)), <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  assert (Q : 0 <= bound_e1 h * Rabs t) by now apply Rmult_le_pos.
  assert (L : 9999 / 10000 * (bound_e1 h * Rabs t + bound_e0 h) - 2 * crumb <= te) by lra.
  assert (M := Rmult_le_compat_l _ _ _ Pg L).
  assert (C : Rabs g * crumb <= / 100000 * underflow).
  { apply Rle_trans with (bpow radix2 128 * crumb); [apply Rmult_le_compat_r; lra|].
    apply Rle_trans with (bpow radix2 (-20) * underflow).
    - unfold crumb, underflow. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [lra|]. simpl. lra. }
  assert (C' : crumb <= / 100000 * underflow).
  { apply Rle_trans with (bpow radix2 (-20) * underflow).
    - unfold crumb, underflow. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [lra|]. simpl. lra. }
  assert (G : 0 <= Rabs g * (bound_e1 h * Rabs t + bound_e0 h)) by (apply Rmult_le_pos; lra).
  assert (Y : 0 <= u * Rabs y_hat) by (apply Rmult_le_pos; lra).
  unfold end_factor in A2. lra.
Qed.

Lemma end_moves x a :
  Rabs x <= a -> Rabs (rnd x - x) <= / 1000 * crumb + u * a.
Proof.
  intros H. assert (R := rounded_in x). assert (E := eta_crumb). assert (K := crumb_small).
  assert (u * Rabs x <= u * a) by (apply Rmult_le_compat_l; [apply Rlt_le, u_pos|exact H]).
  lra.
Qed.

Theorem ends_enclose h e1 e0 t g y_hat y :
  0 <= h -> 99999 / 100000 * bound_e1 h <= e1 -> 99999 / 100000 * bound_e0 h <= e0 ->
  Rabs g <= bpow radix2 128 -> Rabs (y_hat - y) <= y_error h t g y_hat ->
  let e := ends_error e1 e0 t g y_hat in
  low_end e y_hat <= y <= high_end e y_hat.
Proof.
  intros Hh H1 H0 HG HE e.
  assert (E := ends_error_most h e1 e0 t g y_hat Hh H1 H0 HG). fold e in E.
  destruct (bounds_positive h Hh) as [P1 P0].
  assert (G : 0 <= Rabs g * (bound_e1 h * Rabs t + bound_e0 h)).
  { apply Rmult_le_pos; [apply Rabs_pos|].
    assert (0 <= bound_e1 h * Rabs t) by (apply Rmult_le_pos; [exact P1|apply Rabs_pos]). lra. }
  assert (Y : 0 <= u * Rabs y_hat) by (apply Rmult_le_pos; [apply Rlt_le, u_pos|apply Rabs_pos]).
  assert (Un : 0 < underflow) by apply bpow_gt_0.
  assert (Tiny : bpow radix2 (-800) <= / 1000 * underflow /\ crumb <= / 1000 * underflow).
  { assert (T : bpow radix2 (-20) * underflow <= / 1000 * underflow)
      by (apply Rmult_le_compat_r; [lra|simpl; lra]).
    split; apply Rle_trans with (2 := T); unfold crumb, underflow; rewrite <- bpow_plus;
      apply bpow_le; lia. }
  assert (E0 : 0 <= e) by lra. assert (S := u_small).
  assert (Ue : u * e <= / 1000000000000000 * e) by (apply Rmult_le_compat_r; lra).
  apply Rabs_le_inv in HE. unfold y_error in HE. unfold low_end, high_end.
  assert (A1 : Rabs (y_hat - e) <= Rabs y_hat + e).
  { apply Rle_trans with (1 := Rabs_triang y_hat (- e)). rewrite Rabs_Ropp, (Rabs_pos_eq e) by exact E0. lra. }
  assert (A2 : Rabs (y_hat + e) <= Rabs y_hat + e).
  { apply Rle_trans with (1 := Rabs_triang y_hat e). rewrite (Rabs_pos_eq e) by exact E0. lra. }
  assert (R1 := end_moves _ _ A1). assert (R2 := end_moves _ _ A2).
  apply Rabs_le_inv in R1. apply Rabs_le_inv in R2.
  rewrite Rmult_plus_distr_l in R1, R2. lra.
Qed.

End Ends.

(** ** binary32 *)

(** As the code has it: magnitude - 1, as an unsigned word, is below 7F7FFFFE. *)
Definition inside32 (b : Z) : bool := ((b mod 2 ^ 31 - 1) mod 2 ^ 32 <? 0x7F7FFFFE)%Z.

Lemma inside32_means b :
  inside32 b = true -> (0 < payload Binary32 b < infinity Binary32 false - 1)%Z.
Proof.
  unfold inside32, payload. change (sign_weight Binary32) with (2 ^ 31)%Z.
  change (infinity Binary32 false - 1)%Z with 0x7F7FFFFF%Z. rewrite Z.ltb_lt.
  assert (B := Z.mod_pos_bound b (2 ^ 31) ltac:(lia)). set (m := (b mod 2 ^ 31)%Z) in *.
  destruct (Z.eq_dec m 0) as [E|E]; [rewrite E; intros H; discriminate H|].
  rewrite Z.mod_small by lia. lia.
Qed.

Lemma inside32_represents v b :
  demotes v b -> inside32 b = true -> v <> 0 /\ represents Binary32 (Finite v) b.
Proof.
  intros D I. apply inside32_means in I.
  assert (NZ : v <> 0) by (intros Z; rewrite (demotes_zero _ _ D Z) in I; lia).
  split; [exact NZ|]. apply (demotes_number _ _ D NZ).
  destruct (Rlt_or_le (Rabs (nearest_even Binary32 v)) (bpow radix2 (emax Binary32))) as [L|L];
    [exact L|]. assert (K := demotes_overflow _ _ D L). lia.
Qed.

Theorem ends32 low high y b :
  low <= y <= high -> demotes low b -> demotes high b -> inside32 b = true ->
  represents Binary32 (Finite y) b.
Proof.
  intros H DL DH I.
  destruct (inside32_represents low b DL I) as [NL RL].
  destruct (inside32_represents high b DH I) as [NH RH].
  exact (between Binary32 low high y b H NL NH RL RH).
Qed.
