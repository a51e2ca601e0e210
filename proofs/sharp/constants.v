(* SPDX-License-Identifier: Apache-2.0 *)
(** * The constants of the sharp ledger, as numbers

    Purpose.  What fast/constants.v is for the fast stage: what the theorems of this folder speak about, in
    integers, to be printed and compared with the constants that the C++ compiles
    (tests/proofs/constants_test).

    Corresponds to lib/fast/sharp_error_bounds.h.

    Symbols.
      sharp_table   all of them, by name; K as (columns, lanes, number)

    Main results.  One theorem for each definition. *)

From Coq Require Import ZArith NArith Reals List String Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.constants sharp.bound
  sharp.ends sharp.length sharp.admission.
Import ListNotations.

Local Open Scope R_scope.

Definition sharp_unit : constant := (1, 1, -106)%Z.
Definition sharp_end_units : constant := (8, 1, -106)%Z.
Definition sharp_underflow_allowance : constant := (1, 1, -1050)%Z.
Definition sharp_doubling : constant := (2, 1, 0)%Z.
Definition sharp_sum_slope : constant := (16, 10, 0)%Z.
Definition sharp_sum_offset : constant := (11, 1, 0)%Z.
Definition sharp_offset : constant := (94, 1, 0)%Z.
Definition sharp_absolute : constant := (21, 10, 0)%Z.
Definition sharp_accumulators : N := 2.
Definition sharp_most_kappa : constant := (1, 1, 36)%Z.
Definition sharp_least_of_kappa : constant := (1, 1, -900)%Z.
Definition sharp_least_square : constant := (1, 1, -930)%Z.
Definition sharp_kappa_margin : constant := (101, 100, 0)%Z.
Definition sharp_least_v : constant := (1, 1, -900)%Z.

Lemma sharp_unit_is : u * u = value sharp_unit.
Proof. unfold value, sharp_unit, u. rewrite <- bpow_plus. simpl (-53 + -53)%Z. lra. Qed.

Theorem sharp_ends_are :
  sharp_end_factor = value sharp_end_units /\ sharp_underflow = value sharp_underflow_allowance.
Proof.
  unfold sharp_end_factor, sharp_underflow. rewrite sharp_unit_is.
  unfold value, sharp_unit, sharp_end_units, sharp_underflow_allowance. split; lra.
Qed.

Theorem computed_sharp_e1_is K kappa :
  computed_sharp_e1 K kappa =
  rnd (rnd (value sharp_doubling
            * rnd (rnd (rnd (rnd (rnd (value sharp_sum_slope) * K) + value sharp_sum_offset) * kappa)
                   + value sharp_offset))
       * value sharp_unit).
Proof.
  unfold computed_sharp_e1. rewrite <- sharp_unit_is.
  replace (value sharp_doubling) with 2 by (unfold value, sharp_doubling; simpl (bpow radix2 0); lra).
  replace (value sharp_sum_slope) with (16 / 10)
    by (unfold value, sharp_sum_slope; simpl (bpow radix2 0); lra).
  replace (value sharp_sum_offset) with 11
    by (unfold value, sharp_sum_offset; simpl (bpow radix2 0); lra).
  now replace (value sharp_offset) with 94 by (unfold value, sharp_offset; simpl (bpow radix2 0); lra).
Qed.

Theorem computed_sharp_e0_is K root :
  computed_sharp_e0 K root =
  rnd (rnd (rnd (rnd (value sharp_absolute) * K) * root) * value sharp_unit).
Proof.
  unfold computed_sharp_e0. rewrite <- sharp_unit_is.
  now replace (value sharp_absolute) with (21 / 10)
    by (unfold value, sharp_absolute; simpl (bpow radix2 0); lra).
Qed.

Theorem sharp_sum_is columns lanes :
  sharp_sum_error columns lanes =
  let n := (sharp_accumulators * lanes)%N in
  let additions := ((columns + (n - 1)) / n + 1)%N in
  ((additions + 8) * (additions + 8) + 32)%N.
Proof. reflexivity. Qed.

Theorem sharp_admission_is : most_kappa = value sharp_most_kappa /\
  least_v = value sharp_least_v /\ most_v = 1 / value sharp_least_v.
Proof.
  assert (P := bpow_gt_0 radix2 (-900)).
  assert (M : most_v = / least_v) by (unfold least_v, most_v; now rewrite <- bpow_opp).
  assert (L : least_v = value sharp_least_v) by (unfold least_v, value, sharp_least_v; lra).
  split; [unfold most_kappa, value, sharp_most_kappa; lra|]. split; [exact L|].
  rewrite <- L, M. unfold Rdiv. ring.
Qed.

Theorem kappa_is q v :
  kappa_hat q v = rnd (Rmax (rnd (rnd (value sharp_kappa_margin) * fst q)) (value sharp_least_square) / fst v) /\
  kappa_of q v = Rmax (kappa_hat q v) (value sharp_least_of_kappa).
Proof.
  replace (value sharp_least_square) with least_square by (unfold value, sharp_least_square, least_square; lra).
  replace (value sharp_least_of_kappa) with least_kappa by (unfold value, sharp_least_of_kappa, least_kappa; lra).
  split; [|reflexivity]. unfold kappa_hat. now replace (value sharp_kappa_margin) with (101 / 100)
    by (unfold value, sharp_kappa_margin; simpl (bpow radix2 0); lra).
Qed.

(** ** All of them *)

Local Open Scope string_scope.

Definition sharp_sums : list (string * constant) :=
  flat_map (fun columns => map (fun lanes =>
    ("sharp_sum", (Z.of_N columns, Z.of_N lanes, Z.of_N (sharp_sum_error columns lanes))))
    [1; 2; 4; 8; 32]%N)
  [1; 2; 3; 63; 64; 65; 768; 1000; 4096; 65537; 1048576]%N.

Definition sharp_table : list (string * constant) :=
  [ ("sharp_unit", sharp_unit); ("sharp_end_factor", sharp_end_units);
    ("sharp_underflow", sharp_underflow_allowance); ("sharp_doubling", sharp_doubling);
    ("sharp_sum_slope", sharp_sum_slope); ("sharp_sum_offset", sharp_sum_offset);
    ("sharp_offset", sharp_offset); ("sharp_absolute", sharp_absolute);
    ("sharp_accumulators", (Z.of_N sharp_accumulators, 1, 0)%Z);
    ("sharp_kappa", sharp_most_kappa); ("sharp_kappa_margin", sharp_kappa_margin);
    ("sharp_least_v", sharp_least_v); ("sharp_least_kappa", sharp_least_of_kappa);
    ("sharp_least_square", sharp_least_square) ]
  ++ sharp_sums.
