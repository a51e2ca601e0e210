(* SPDX-License-Identifier: Apache-2.0 *)
(** * How a window's width is computed

    Purpose.  Bounds, widths and the test against overflow are themselves computed in binary64.
    Here: what comes out is not less than the exact value, but for parts in 100,000.

    Corresponds to BoundNormalized and BoundWidth of lib/fast/error_bounds.h, and to MakeWindow of
    lib/fast/windows-inl.h.

    Symbols.
      computed_e1, computed_e0   E1 and E0 as the code evaluates them from h
      computed_width e1 e0 G B least   BoundWidth: |g| <= G, |b| <= B, |y^| >= least
      window_width lost unit ...  MakeWindow's width, an integer
      computed_peak n G B        gamma * root_of_columns + beta

    Main results.
      rnd_most               a rounding of x >= 0 is at least 0.999999 x - 2^-1000
      computed_e1_most, computed_e0_most   0.99999 of the ledger's E1 and E0, and more
      computed_width_most    BoundWidth likewise, but for a tenth *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations.

Local Open Scope R_scope.

(** ** What is computed *)

Definition computed_e1 (h : R) : R := rnd (rnd (rnd (rnd (123 / 100) * h) + 13) * u).
Definition computed_e0 (h : R) : R := rnd (rnd (rnd (rnd (115 / 100) * h) + 7) * u).

Definition computed_width (e1 e0 G B least : R) : R :=
  let absolute := rnd (rnd (rnd (rnd (e0 * G) + rnd (e1 * B)) * (1 + bpow radix2 (-19)))
                       * bpow radix2 52) in
  rnd (rnd (rnd (absolute / least) + rnd (rnd (101 / 100) * rnd (e1 / u))) + 4).

(** [lost] and [unit]: kLost and kUnit of the output format. *)
Definition window_width (lost unit e1 e0 G B least : R) : Z :=
  Zceil (rnd (rnd (computed_width e1 e0 G B least + lost) / unit)).

Definition computed_peak (n G B : R) : R :=
  rnd (rnd (G * rnd (rnd (sqrt n) * (1 + bpow radix2 (-50)))) + B).

(** ** One rounding, crudely *)

Definition most_of_it : R := 999999 / 1000000.
Definition crumb : R := bpow radix2 (-1000).

Lemma eta_crumb : eta <= / 1000000000 * crumb.
Proof.
  unfold eta, crumb. replace (-1075)%Z with (-75 + -1000)%Z by reflexivity. rewrite bpow_plus.
  apply Rmult_le_compat_r; [apply bpow_ge_0|]. simpl. lra.
Qed.

Lemma rnd_most x : 0 <= x -> most_of_it * x - crumb <= rnd x.
Proof.
  intros H. assert (R := rounded_in x). apply Rabs_le_inv in R. rewrite Rabs_pos_eq in R by exact H.
  assert (U := u_small). assert (E := eta_crumb). assert (P := bpow_gt_0 radix2 (-1000)).
  fold crumb in P. unfold most_of_it.
  assert (u * x <= / 1000000000000000 * x) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma rnd_all_but_u x : bpow radix2 (-900) <= x -> (1 - 2 * u) * x <= rnd x.
Proof.
  intros H. assert (P := bpow_gt_0 radix2 (-900)).
  assert (R := rounded_in x). apply Rabs_le_inv in R. rewrite Rabs_pos_eq in R by lra.
  assert (E : eta <= u * bpow radix2 (-900)).
  { unfold eta, u. rewrite <- bpow_plus. apply bpow_le. lia. }
  assert (u * bpow radix2 (-900) <= u * x) by (apply Rmult_le_compat_l; [apply Rlt_le, u_pos|lra]).
  lra.
Qed.

Lemma crumb_small : 0 < crumb <= / 1000000000000000000.
Proof.
  split; [apply bpow_gt_0|]. apply Rle_trans with (bpow radix2 (-60)); [apply bpow_le; lia|].
  simpl. lra.
Qed.

(** A product of a constant and a rounding of it. *)
Lemma constant_most c x : / 10 <= c -> 0 <= x -> most_of_it * c - crumb <= rnd c.
Proof. intros H _. apply rnd_most. lra. Qed.

Lemma computed_most c d h :
  1 <= c <= 2 -> 1 <= d <= 100 -> 0 <= h ->
  99999 / 100000 * ((c * h + d) * u) <= rnd (rnd (rnd (rnd c * h) + d) * u).
Proof.
  intros Hc Hd Hh. assert (K := crumb_small). assert (U := u_pos).
  assert (A1 := rnd_most c ltac:(lra)). set (c' := rnd c) in *.
  assert (P1 : 0 <= (c' - (most_of_it * c - crumb)) * h) by (apply Rmult_le_pos; lra).
  assert (P2 : 0 <= c' * h). { apply Rmult_le_pos; [|lra]. unfold most_of_it in A1. lra. }
  assert (A2 := rnd_most (c' * h) P2). set (x2 := rnd (c' * h)) in *.
  assert (Z2 : 0 <= x2) by now apply rnd_ge_0.
  assert (A3 := rnd_most (x2 + d) ltac:(lra)). set (x3 := rnd (x2 + d)) in *.
  assert (L3 : 999995 / 1000000 * (c * h + d) <= x3).
  { unfold most_of_it in *.
    assert (H1 : 0 <= c * h) by (apply Rmult_le_pos; lra).
    assert (H2 : crumb * h <= / 1000000000000000000 * (c * h)).
    { assert (crumb * h <= / 1000000000000000000 * h) by (apply Rmult_le_compat_r; lra).
      assert (0 <= (c - 1) * h) by (apply Rmult_le_pos; lra). lra. }
    lra. }
  assert (Q : bpow radix2 (-900) <= x3 * u).
  { apply Rle_trans with (/ 2 * u).
    - unfold u. replace (/ 2) with (bpow radix2 (-1)) by reflexivity. rewrite <- bpow_plus.
      apply bpow_le. lia.
    - apply Rmult_le_compat_r; [lra|].
      assert (0 <= c * h) by (apply Rmult_le_pos; lra). lra. }
  assert (A4 := rnd_all_but_u (x3 * u) Q). apply Rle_trans with (2 := A4).
  assert (S := u_small). rewrite <- !Rmult_assoc. apply Rmult_le_compat_r; [lra|].
  assert (0 <= (x3 - 999995 / 1000000 * (c * h + d)) * (1 - 2 * u)) by (apply Rmult_le_pos; lra).
  assert (0 <= (/ 1000000000000000 - u) * (c * h + d)).
  { apply Rmult_le_pos; [lra|]. assert (0 <= c * h) by (apply Rmult_le_pos; lra). lra. }
  assert (0 <= c * h) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma computed_e1_most h : 0 <= h -> 99999 / 100000 * bound_e1 h <= computed_e1 h.
Proof. intros H. apply computed_most; lra. Qed.
Lemma computed_e0_most h : 0 <= h -> 99999 / 100000 * bound_e0 h <= computed_e0 h.
Proof. intros H. apply computed_most; lra. Qed.

(** ** The width *)

Lemma two_u : bpow radix2 52 * (2 * u) = 1.
Proof.
  change (bpow radix2 52 * (bpow radix2 1 * bpow radix2 (-53)) = 1).
  rewrite <- !bpow_plus. reflexivity.
Qed.

(** [x52 (2 u) = 1]: the computed width is at least its exact value, nearly. *)
Lemma computed_width_most e1 e0 G B least :
  0 <= e1 -> 0 <= e0 -> 0 <= G -> 0 <= B -> bpow radix2 (-126) <= least ->
  99999 / 100000 * ((e0 * G + e1 * B) * bpow radix2 52 / least + 101 / 100 * (e1 / u)) + 39 / 10
  <= computed_width e1 e0 G B least.
Proof.
  intros H1 H0 HG HB Hl. assert (K := crumb_small). assert (U := u_pos).
  assert (L0 := bpow_gt_0 radix2 (-126)). assert (X52 := bpow_gt_0 radix2 52).
  unfold computed_width. cbv zeta.
  assert (P1 : 0 <= e0 * G) by now apply Rmult_le_pos.
  assert (P2 : 0 <= e1 * B) by now apply Rmult_le_pos.
  assert (A1 := rnd_most _ P1). assert (A2 := rnd_most _ P2).
  assert (Z1 := rnd_ge_0 _ P1). assert (Z2 := rnd_ge_0 _ P2).
  set (a1 := rnd (e0 * G)) in *. set (a2 := rnd (e1 * B)) in *.
  assert (A3 := rnd_most (a1 + a2) ltac:(lra)). assert (Z3 := rnd_ge_0 (a1 + a2) ltac:(lra)).
  set (a3 := rnd (a1 + a2)) in *.
  assert (P4 : a3 <= a3 * (1 + bpow radix2 (-19))).
  { assert (0 <= a3 * bpow radix2 (-19)) by (apply Rmult_le_pos; [lra|apply bpow_ge_0]). lra. }
  assert (A4 := rnd_most _ (Rle_trans _ _ _ Z3 P4)). assert (Z4 := rnd_ge_0 _ (Rle_trans _ _ _ Z3 P4)).
  set (a4 := rnd (a3 * _)) in *.
  assert (P5 : 0 <= a4 * bpow radix2 52) by (apply Rmult_le_pos; lra).
  assert (A5 := rnd_most _ P5). assert (Z5 := rnd_ge_0 _ P5). set (a5 := rnd (a4 * _)) in *.
  assert (I : 0 < / least <= bpow radix2 126).
  { split; [apply Rinv_0_lt_compat; lra|].
    replace (bpow radix2 126) with (/ bpow radix2 (-126)) by (now rewrite <- bpow_opp).
    apply Rinv_le; assumption. }
  assert (P6 : 0 <= a5 / least) by (apply Rmult_le_pos; lra).
  assert (A6 := rnd_most _ P6). assert (Z6 := rnd_ge_0 _ P6). set (a6 := rnd (a5 / least)) in *.
  assert (P7 : 0 <= e1 / u) by (apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat, U]).
  assert (A7 := rnd_most _ P7). assert (Z7 := rnd_ge_0 _ P7). set (a7 := rnd (e1 / u)) in *.
  assert (A8 := rnd_most (101 / 100) ltac:(lra)). set (a8 := rnd (101 / 100)) in *.
  assert (P9 : 0 <= a8 * a7). { apply Rmult_le_pos; [|lra]. unfold most_of_it in A8. lra. }
  assert (A9 := rnd_most _ P9). assert (Z9 := rnd_ge_0 _ P9). set (a9 := rnd (a8 * a7)) in *.
  assert (A10 := rnd_most (a6 + a9) ltac:(lra)). assert (Z10 := rnd_ge_0 (a6 + a9) ltac:(lra)).
  set (a10 := rnd (a6 + a9)) in *.
  assert (A11 := rnd_most (a10 + 4) ltac:(lra)). set (a11 := rnd (a10 + 4)) in *.
  unfold most_of_it in *.
  (* the absolute part, times 2^52 / least *)
  set (v := bpow radix2 52 / least).
  assert (V : 0 < v) by (apply Rmult_lt_0_compat; lra).
  assert (KV : crumb * v <= / 1000 /\ crumb * / least <= / 1000).
  { assert (S : bpow radix2 (-822) <= / 1000).
    { apply Rle_trans with (bpow radix2 (-10)); [apply bpow_le; lia|]. simpl. lra. }
    split; apply Rle_trans with (2 := S).
    - apply Rle_trans with (crumb * (bpow radix2 52 * bpow radix2 126)).
      + apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; lra.
      + unfold crumb. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rle_trans with (crumb * bpow radix2 126).
      + apply Rmult_le_compat_l; lra.
      + unfold crumb. rewrite <- !bpow_plus. apply bpow_le. lia. }
  assert (B4 : 999995 / 1000000 * (e0 * G + e1 * B) - 4 * crumb <= a4) by lra.
  assert (B5 : (999995 / 1000000 * (e0 * G + e1 * B) - 4 * crumb) * v <= a4 * v)
    by (apply Rmult_le_compat_r; lra).
  assert (B6 : (999999 / 1000000 * (a4 * bpow radix2 52) - crumb) * / least <= a5 / least)
    by (apply Rmult_le_compat_r; lra).
  assert (E6 : a4 * bpow radix2 52 * / least = a4 * v) by (unfold v, Rdiv; ring).
  assert (E7 : (e0 * G + e1 * B) * bpow radix2 52 / least = (e0 * G + e1 * B) * v)
    by (unfold v, Rdiv; ring).
  assert (Y : 0 <= (e0 * G + e1 * B) * v) by (apply Rmult_le_pos; lra).
  assert (C6 : 999992 / 1000000 * ((e0 * G + e1 * B) * v) - / 100 <= a6) by lra.
  (* the part with e1 / u *)
  assert (C9 : (999999 / 1000000 * (101 / 100) - crumb) * a7 <= a8 * a7)
    by (apply Rmult_le_compat_r; lra).
  assert (C9' : crumb * a7 <= / 1000000000000000000 * a7) by (apply Rmult_le_compat_r; lra).
  rewrite E7. lra.
Qed.
