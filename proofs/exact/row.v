(* SPDX-License-Identifier: Apache-2.0 *)
(** * A row, from bits to bits

    Purpose.  The executable specification: integers only, and for every well-formed row equal
    to the answer that specification.v defines over the reals.

    Corresponds to lib/exact/row, with the special values of lib/include/exactnorm/exactnorm.h.

    Symbols: those of element.v, and
      bits            what answer_bits gives: all y, the mean, the rstd
      answer_bits h r p   the answer for the row r whose epsilon is p (significand, exponent)

    Main results.
      y_correct, mean_correct, rstd_correct   answer_bits represents the answer *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.location exact.rounding
  exact.moments.
From ExactNorm Require Export exact.element.
Import ListNotations.

Local Open Scope Z_scope.

Fixpoint finite_integers (l : list integer_datum) : option (list Z) :=
  match l with
  | [] => Some []
  | Integer_finite v :: l =>
      match finite_integers l with Some vs => Some (v :: vs) | None => None end
  | _ => None
  end.

Definition parameter_integers (f : format) (absent : Z) (p : option (list Z)) (l : list Z)
    : list integer_datum :=
  match p with
  | Some bs => map (decode f) bs
  | None => map (fun _ => Integer_finite absent) l
  end.

Record bits := Bits { y_bits : list Z; mean_pattern : Z; rstd_pattern : Z }.

Definition answer_bits (h : hints) (r : row) (epsilon : Z * Z) : bits :=
  let op := row_operation r in
  let ex := emin (x_format r) in
  let ep := emin (parameter_format r) in
  match finite_integers (map (decode (x_format r)) (x r)) with
  | None =>
      Bits (map (fun _ => canonical_nan (y_format r)) (x r))
           (canonical_nan (statistics_format r)) (canonical_nan (statistics_format r))
  | Some vs =>
      let m := moments_of vs in
      let '(D, kd) := radicand op m ex epsilon in
      let gains := parameter_integers (parameter_format r) (Z.shiftl 1 (- ep)) (gamma r) vs in
      let biases := parameter_integers (parameter_format r) 0 (beta r) vs in
      Bits (map (fun '((v, g), b) => element_bits h op (y_format r) ex ep m D kd v g b)
                (combine (combine vs gains) biases))
           (mean_bits h (statistics_format r) ex m)
           (rstd_bits h (statistics_format r) m D kd)
  end.

(** ** Integers and what they stand for *)

Lemma finite_integers_correct f l :
  finite_numbers (map (meaning f) l) =
  match finite_integers (map (decode f) l) with
  | Some vs => Some (map (on_grid (emin f)) vs)
  | None => None
  end.
Proof.
  induction l as [|b l IH]; [reflexivity|]. cbn [map finite_numbers finite_integers].
  rewrite decode_correct. destruct (decode f b) as [| |v]; try reflexivity.
  cbn [datum_of]. rewrite IH. now destruct (finite_integers _).
Qed.

Lemma finite_integers_length l vs : finite_integers l = Some vs -> length vs = length l.
Proof.
  revert vs. induction l as [|[| |v] l IH]; intros vs H; try easy.
  - now injection H as <-.
  - cbn in H. destruct (finite_integers l) as [ws|]; [|easy].
    injection H as <-. cbn. now rewrite (IH ws).
Qed.

(** ** The whole row *)

Lemma nth_map_combine (F : Z * integer_datum * integer_datum -> Z) vs gs bs i :
  length gs = length vs -> length bs = length vs -> (i < length vs)%nat ->
  nth i (map F (combine (combine vs gs) bs)) 0 =
  F (nth i vs 0, nth i gs Integer_nan, nth i bs Integer_nan).
Proof.
  intros Hg Hb Hi.
  rewrite nth_indep with (d' := F (0, Integer_nan, Integer_nan)).
  - rewrite map_nth. now rewrite !combine_nth by (rewrite ?combine_length; lia).
  - rewrite map_length, !combine_length. lia.
Qed.

Lemma parameter_correct r absent p vs i :
  (forall l, p = Some l -> length l = length vs) -> (i < length vs)%nat ->
  parameter r (on_grid (emin (parameter_format r)) absent) p i =
  datum_of (emin (parameter_format r))
    (nth i (parameter_integers (parameter_format r) absent p vs) Integer_nan).
Proof.
  intros Hl Hi. unfold parameter, parameter_integers. destruct p as [l|].
  - specialize (Hl l eq_refl). rewrite decode_correct.
    rewrite (nth_indep _ Integer_nan (decode (parameter_format r) 0)), map_nth.
    + reflexivity.
    + rewrite map_length. lia.
  - rewrite nth_indep with (d' := (fun _ : Z => Integer_finite absent) 0).
    + now rewrite (map_nth (fun _ : Z => Integer_finite absent) vs 0).
    + now rewrite map_length.
Qed.

Lemma parameter_integers_length f absent p vs :
  (forall l, p = Some l -> length l = length vs) ->
  length (parameter_integers f absent p vs) = length vs.
Proof.
  intros H. destruct p as [l|]; cbn [parameter_integers]; rewrite map_length; [|reflexivity].
  now apply H.
Qed.

Section Row.
Variables (h : hints) (r : row) (p k : Z).
Hypothesis fine : well_formed r.
Hypothesis epsilon_decoded : decode_epsilon (epsilon r) = Some (p, k).

Lemma eps_value : eps r = on_grid k p /\ (0 <= on_grid k p)%R.
Proof.
  destruct (decode_epsilon_correct _ _ _ epsilon_decoded) as (_ & E & H).
  unfold eps. rewrite E. now split.
Qed.

Lemma decoded_row vs :
  finite_integers (map (decode (x_format r)) (x r)) = Some vs ->
  vs <> [] /\ length vs = length (x r) /\
  (forall l, gamma r = Some l -> length l = length vs) /\
  (forall l, beta r = Some l -> length l = length vs).
Proof.
  intros H. apply finite_integers_length in H. rewrite map_length in H.
  destruct fine as (N & _ & G & B & _). repeat split.
  - intros ->. now destruct (x r).
  - assumption.
  - intros l E. rewrite H. now apply G.
  - intros l E. rewrite H. now apply B.
Qed.

Theorem y_length : length (y_bits (answer_bits h r (p, k))) = length (x r).
Proof.
  unfold answer_bits.
  destruct (finite_integers _) as [vs|] eqn:V; [|apply map_length].
  destruct (decoded_row vs V) as (_ & L & G & B).
  destruct (radicand _ _ _ _) as [D kd]. cbn [y_bits].
  rewrite map_length, !combine_length, !parameter_integers_length by assumption. lia.
Qed.

Theorem y_correct i :
  (i < length (x r))%nat ->
  represents (y_format r) (element r i) (nth i (y_bits (answer_bits h r (p, k))) 0).
Proof.
  intros Hi. unfold element, numbers, answer_bits. rewrite finite_integers_correct.
  destruct (finite_integers _) as [vs|] eqn:V.
  - destruct (decoded_row vs V) as (NE & L & G & B).
    destruct eps_value as [E Hp]. rewrite E.
    assert (C := fun v g b => element_correct h (row_operation r) (y_format r)
      (emin (x_format r)) (emin (parameter_format r)) vs p k NE Hp v g b).
    destruct (radicand _ _ _ _) as [D kd]. cbn [y_bits].
    rewrite nth_map_combine by (try apply parameter_integers_length; try assumption; lia).
    rewrite <- (on_grid_one (parameter_format r)) at 1.
    rewrite <- (on_grid_zero (emin (parameter_format r))) at 2.
    rewrite !parameter_correct with (vs := vs) by (try assumption; lia).
    rewrite (nth_indep _ 0%R (on_grid (emin (x_format r)) 0)) by (rewrite map_length; lia).
    rewrite map_nth. apply C.
  - cbn [y_bits].
    rewrite nth_indep with (d' := (fun _ : Z => canonical_nan (y_format r)) 0)
      by now rewrite map_length.
    rewrite (map_nth (fun _ : Z => canonical_nan (y_format r)) (x r) 0). apply represents_nan.
Qed.

Theorem mean_correct :
  represents (statistics_format r) (mean_answer r) (mean_pattern (answer_bits h r (p, k))).
Proof.
  unfold mean_answer, numbers, answer_bits. rewrite finite_integers_correct.
  destruct (finite_integers _) as [vs|] eqn:V; [|apply represents_nan].
  destruct (decoded_row vs V) as (NE & _).
  destruct (radicand _ _ _ _) as [D kd]. now apply mean_bits_correct.
Qed.

Theorem rstd_correct :
  represents (statistics_format r) (rstd_answer r) (rstd_pattern (answer_bits h r (p, k))).
Proof.
  unfold rstd_answer, numbers, answer_bits. rewrite finite_integers_correct.
  destruct (finite_integers _) as [vs|] eqn:V; [|apply represents_nan].
  destruct (decoded_row vs V) as (NE & _).
  destruct eps_value as [-> Hp].
  assert (C := rstd_bits_correct h (row_operation r) (statistics_format r)
    (emin (x_format r)) vs p k NE Hp).
  destruct (radicand _ _ _ _) as [D kd]. exact C.
Qed.

End Row.
