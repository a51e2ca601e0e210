(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage's bound, as it is evaluated

    Purpose.  BoundSharp doubles the ledger's S1 and S0, and is itself computed in binary64.  Here: with
    every rounding, what it returns is 1.9995 S1 and 2 S0 at least.

    Corresponds to SharpSumError and BoundSharp of lib/fast/sharp_error_bounds.h.

    Symbols.
      sharp_sum_error, sharp_s1, sharp_s0   K, S1 and S0 of the ledger
      computed_sharp_sum_error              K as SharpSumError computes it
      computed_sharp_e1, computed_sharp_e0  what BoundSharp returns
      least_kappa, least_root               kSharpLeastKappa and its root

    Main results.
      computed_sharp_e1_most, computed_sharp_e0_most *)

From Coq Require Import ZArith NArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.width.

Local Open Scope R_scope.

(** ** The bound, as it is evaluated *)

Definition sharp_additions (columns lanes : N) : N :=
  ((columns + (2 * lanes - 1)) / (2 * lanes) + 1)%N.
Definition sharp_sum_error (columns lanes : N) : N :=
  let additions := sharp_additions columns lanes in ((additions + 8) * (additions + 8) + 32)%N.

(** The number of additions is a binary64; beyond 2^53 its square is rounded. *)
Definition computed_sharp_sum_error (columns lanes : N) : R :=
  let additions := rnd (IZR (Z.of_N (sharp_additions columns lanes)) + 8) in
  rnd (rnd (additions * additions) + 32).

Definition sharp_s1 (K kappa : R) : R := ((16 / 10 * K + 11) * kappa + 94) * (u * u).
Definition sharp_s0 (K root_of_kappa : R) : R := 101 / 100 * K * root_of_kappa * (u * u).

Definition least_kappa : R := bpow radix2 (-900).
Definition least_root : R := bpow radix2 (-450).

Definition computed_sharp_e1 (K kappa : R) : R :=
  rnd (rnd (2 * rnd (rnd (rnd (rnd (rnd (16 / 10) * K) + 11) * kappa) + 94)) * (u * u)).
Definition computed_sharp_e0 (K root_of_kappa : R) : R :=
  rnd (rnd (rnd (rnd (21 / 10) * K) * root_of_kappa) * (u * u)).

Lemma rnd_nearly x : bpow radix2 (-900) <= x -> 999999 / 1000000 * x <= rnd x.
Proof.
  intros H. assert (A := rnd_all_but_u x H). assert (S := u_small).
  assert (P := bpow_gt_0 radix2 (-900)).
  assert (u * x <= / 1000000000000000 * x) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma ordinary_size x : / 1000000 <= x -> bpow radix2 (-900) <= x.
Proof.
  intros H. apply Rle_trans with (2 := H). apply Rle_trans with (bpow radix2 (-30)).
  - apply bpow_le. lia.
  - simpl. lra.
Qed.

Lemma rnd_ordinary x : / 1000000 <= x -> 999999 / 1000000 * x <= rnd x.
Proof. intros H. now apply rnd_nearly, ordinary_size. Qed.

Lemma squared_size x : / 1000000 <= x -> bpow radix2 (-900) <= x * (u * u).
Proof.
  intros H. apply Rle_trans with (bpow radix2 (-30) * (u * u)).
  - unfold u. rewrite <- !bpow_plus. apply bpow_le. lia.
  - apply Rmult_le_compat_r; [unfold u; rewrite <- bpow_plus; apply bpow_ge_0|].
    apply Rle_trans with (2 := H). simpl. lra.
Qed.

Lemma computed_sharp_e1_most K kappa :
  1 <= K -> least_kappa <= kappa -> 19995 / 10000 * sharp_s1 K kappa <= computed_sharp_e1 K kappa.
Proof.
  intros HK Hk. unfold computed_sharp_e1, sharp_s1. unfold least_kappa in Hk.
  assert (Pk := bpow_gt_0 radix2 (-900)).
  assert (A1 := rnd_ordinary (16 / 10) ltac:(lra)). set (a1 := rnd (16 / 10)) in *.
  assert (B2 : 999999 / 1000000 * (16 / 10) * K <= a1 * K) by (apply Rmult_le_compat_r; lra).
  assert (A2 := rnd_ordinary (a1 * K) ltac:(lra)). set (a2 := rnd (a1 * K)) in *.
  assert (A3 := rnd_ordinary (a2 + 11) ltac:(lra)). set (a3 := rnd (a2 + 11)) in *.
  assert (B4 : 999990 / 1000000 * (16 / 10 * K + 11) * kappa <= a3 * kappa)
    by (apply Rmult_le_compat_r; lra).
  assert (C4 : 1 * bpow radix2 (-900) <= a3 * kappa) by (apply Rmult_le_compat; lra).
  assert (A4 := rnd_nearly (a3 * kappa) ltac:(lra)).
  set (a4 := rnd (a3 * kappa)) in *.
  assert (A5 := rnd_ordinary (a4 + 94) ltac:(lra)). set (a5 := rnd (a4 + 94)) in *.
  assert (A6 := rnd_ordinary (2 * a5) ltac:(lra)). set (a6 := rnd (2 * a5)) in *.
  assert (A7 := rnd_nearly (a6 * (u * u)) (squared_size a6 ltac:(lra))).
  apply Rle_trans with (2 := A7). rewrite <- !Rmult_assoc. rewrite !Rmult_assoc.
  rewrite <- (Rmult_assoc (19995 / 10000)), <- (Rmult_assoc (999999 / 1000000)).
  apply Rmult_le_compat_r; [|lra].
  unfold u. rewrite <- bpow_plus. apply bpow_ge_0.
Qed.

Lemma computed_sharp_e0_most K root_of_kappa :
  1 <= K -> least_root <= root_of_kappa ->
  2 * sharp_s0 K root_of_kappa <= computed_sharp_e0 K root_of_kappa /\
  bpow radix2 (-600) <= computed_sharp_e0 K root_of_kappa.
Proof.
  intros HK Hk. unfold computed_sharp_e0, sharp_s0. unfold least_root in Hk.
  assert (Pk := bpow_gt_0 radix2 (-450)).
  assert (Q : 0 <= u * u) by (unfold u; rewrite <- bpow_plus; apply bpow_ge_0).
  assert (A1 := rnd_ordinary (21 / 10) ltac:(lra)). set (a1 := rnd (21 / 10)) in *.
  assert (B2 : 999999 / 1000000 * (21 / 10) * K <= a1 * K) by (apply Rmult_le_compat_r; lra).
  assert (A2 := rnd_ordinary (a1 * K) ltac:(lra)). set (a2 := rnd (a1 * K)) in *.
  assert (B3 : 209 / 100 * K * root_of_kappa <= a2 * root_of_kappa) by (apply Rmult_le_compat_r; lra).
  assert (C3 : 1 * bpow radix2 (-450) <= K * root_of_kappa) by (apply Rmult_le_compat; lra).
  assert (A3 := rnd_nearly (a2 * root_of_kappa)
    ltac:(assert (bpow radix2 (-900) <= bpow radix2 (-450)) by (apply bpow_le; lia); lra)).
  set (a3 := rnd (a2 * root_of_kappa)) in *.
  assert (C4 : bpow radix2 (-450) * (u * u) <= a3 * (u * u)) by (apply Rmult_le_compat_r; lra).
  assert (C5 : bpow radix2 (-450) * (u * u) = bpow radix2 (-556)).
  { unfold u. rewrite <- !bpow_plus. reflexivity. }
  assert (C6 : bpow radix2 (-900) <= bpow radix2 (-556)) by (apply bpow_le; lia).
  assert (A4 := rnd_nearly (a3 * (u * u)) ltac:(lra)).
  split; apply Rle_trans with (2 := A4).
  - rewrite <- (Rmult_assoc 2), <- (Rmult_assoc (999999 / 1000000)).
    apply Rmult_le_compat_r; [exact Q|]. lra.
  - assert (C7 : bpow radix2 (-600) <= / 2 * bpow radix2 (-556)).
    { apply Rle_trans with (bpow radix2 (-1) * bpow radix2 (-556)); [|simpl (bpow radix2 (-1)); lra].
      rewrite <- bpow_plus. apply bpow_le. lia. }
    assert (C8 := bpow_gt_0 radix2 (-556)). lra.
Qed.
