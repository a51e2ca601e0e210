(* SPDX-License-Identifier: Apache-2.0 *)
(** * A row, from bits to bits

    Purpose.  The executable specification: integers only, and for every well-formed row equal
    to the answer that specification.v defines over the reals.

    Corresponds to lib/exact/row, with the special values of lib/include/exactnorm/exactnorm.h.

    Symbols.
      h               the oracle (checked)
      element_bits    one y_i, from the row's moments and radicand D 2^kd and one x_i, g_i, b_i
      bits            what answer_bits gives: all y, the mean, the rstd
      answer_bits h r p   the answer for the row r whose epsilon is p (significand, exponent)

    Main results.
      y_correct, mean_correct, rstd_correct   answer_bits represents the answer *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.location exact.rounding
  exact.moments.
Import ListNotations.

Local Open Scope Z_scope.

Fixpoint finite_integers (l : list integer_datum) : option (list Z) :=
  match l with
  | [] => Some []
  | Integer_finite v :: l =>
      match finite_integers l with Some vs => Some (v :: vs) | None => None end
  | _ => None
  end.

(** An infinity plus a bias, in format f. *)
Definition infinite_plus_bits (f : format) (s : bool) (b : integer_datum) : Z :=
  match b with
  | Integer_infinite t => if Bool.eqb s t then infinity f s else canonical_nan f
  | _ => infinity f s
  end.

(** The row's elements on the grid 2^ex, gains and biases on the grid 2^ep. *)
Definition element_bits (h : hints) (op : operation) (f : format) (ex ep : Z) (m : moments)
    (D kd : Z) (v : Z) (gain bias : integer_datum) : Z :=
  if D =? 0 then canonical_nan f
  else match gain, bias with
  | Integer_nan, _ => canonical_nan f
  | _, Integer_nan => canonical_nan f
  | Integer_infinite s, _ =>
      let a := centred op m v in
      if a =? 0 then canonical_nan f else infinite_plus_bits f (xorb s (a <? 0)) bias
  | Integer_finite _, Integer_infinite t => infinity f t
  | Integer_finite g, Integer_finite b =>
      deliver_root h f (g * centred op m v) (ep + ex) D kd b ep
  end.

Definition mean_bits (h : hints) (f : format) (ex : Z) (m : moments) : Z :=
  deliver_fraction h f (total m) ex (members m).

Definition rstd_bits (h : hints) (f : format) (m : moments) (D kd : Z) : Z :=
  if D =? 0 then infinity f false
  else deliver_root h f (members m) 0 D kd 0 (emin f).

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

Lemma on_grid_one f : on_grid (emin f) (Z.shiftl 1 (- emin f)) = 1%R.
Proof.
  unfold on_grid. rewrite shiftl_power, Z.mul_1_l, IZR_power by now destruct f.
  rewrite <- bpow_plus, Z.add_opp_diag_l. reflexivity.
Qed.

Lemma on_grid_zero e : on_grid e 0 = 0%R.
Proof. unfold on_grid. ring. Qed.

Lemma on_grid_sign e v : Rlt_bool (on_grid e v) 0 = (v <? 0).
Proof.
  assert (B := bpow_gt_0 radix2 e). unfold on_grid.
  destruct (Z.ltb_spec v 0) as [H|H].
  - apply IZR_lt in H. apply Rlt_bool_true. nra.
  - apply IZR_le in H. apply Rlt_bool_false. nra.
Qed.

Lemma on_grid_null e v : on_grid e v = 0%R <-> v = 0.
Proof.
  assert (B := bpow_gt_0 radix2 e). unfold on_grid. split; intros H.
  - apply eq_IZR. apply Rmult_integral in H. destruct H; [assumption|lra].
  - subst. ring.
Qed.

(** ** One element *)

Section Element.
Variables (h : hints) (op : operation) (f : format) (ex ep : Z) (l : list Z) (p k : Z).
Hypothesis nonempty : l <> [].
Hypothesis epsilon_nonnegative : (0 <= on_grid k p)%R.

Let xs := map (on_grid ex) l.
Let m := moments_of l.
Let D := fst (radicand op m ex (p, k)).
Let kd := snd (radicand op m ex (p, k)).

Lemma D_power : (on_grid kd D = count xs * count xs * power op xs (on_grid k p))%R.
Proof.
  assert (R := radicand_correct op ex l nonempty p k). unfold D, kd. fold m xs in R.
  now destruct (radicand op m ex (p, k)).
Qed.

Lemma count_above : (0 < count xs)%R.
Proof. apply count_positive. unfold xs. now destruct l. Qed.

Lemma power_at_least : (0 <= power op xs (on_grid k p))%R.
Proof. apply power_nonnegative; [|assumption]. unfold xs. now destruct l. Qed.

Lemma D_null : (D =? 0) = Req_bool (power op xs (on_grid k p)) 0.
Proof.
  assert (N := count_above). assert (E := D_power).
  destruct (Z.eqb_spec D 0) as [H|H].
  - rewrite H, on_grid_zero in E. symmetry. apply Req_bool_true.
    symmetry in E. apply Rmult_integral in E. nra.
  - symmetry. apply Req_bool_false. intros P. apply H. rewrite P, Rmult_0_r in E.
    now apply on_grid_null in E.
Qed.

Lemma D_positive : D <> 0 -> 0 < D.
Proof.
  intros H. assert (E := D_power). assert (N := count_above). assert (P := power_at_least).
  assert (B := bpow_gt_0 radix2 kd).
  assert (0 <= on_grid kd D)%R by (rewrite E; apply Rmult_le_pos; nra).
  assert (0 <= IZR D)%R.
  { unfold on_grid in *. apply Rmult_le_reg_r with (bpow radix2 kd); lra. }
  assert (0 <= D) by now apply le_IZR. lia.
Qed.

Lemma sqrt_D : sqrt (on_grid kd D) = (count xs * sqrt (power op xs (on_grid k p)))%R.
Proof.
  assert (N := count_above). assert (P := power_at_least).
  rewrite D_power, sqrt_mult by nra. f_equal. apply sqrt_square. lra.
Qed.

Lemma deviation_sign v :
  Rlt_bool (deviation op xs (on_grid ex v)) 0 = (centred op m v <? 0) /\
  Req_bool (deviation op xs (on_grid ex v)) 0 = (centred op m v =? 0).
Proof.
  assert (N := count_above). assert (C := centred_correct op ex l nonempty v).
  fold xs m in C. rewrite <- (on_grid_sign ex). split.
  - rewrite C. destruct (Rlt_bool_spec (deviation op xs (on_grid ex v)) 0);
      symmetry; [apply Rlt_bool_true|apply Rlt_bool_false]; nra.
  - destruct (Z.eqb_spec (centred op m v) 0) as [H|H].
    + apply Req_bool_true. rewrite H, on_grid_zero in C.
      symmetry in C. apply Rmult_integral in C. destruct C; lra.
    + apply Req_bool_false. intros E. apply H. rewrite E, Rmult_0_r in C.
      now apply on_grid_null in C.
Qed.

Lemma infinite_plus_correct s e b :
  b <> Integer_nan ->
  represents f (infinite_plus s (datum_of e b)) (infinite_plus_bits f s b).
Proof.
  intros H. destruct b as [|t|v]; [easy| |apply represents_infinity].
  cbn. destruct (Bool.eqb s t); [apply represents_infinity|apply represents_nan].
Qed.

Theorem element_correct v gain bias :
  represents f
    (normalized op xs (on_grid k p) (on_grid ex v) (datum_of ep gain) (datum_of ep bias))
    (element_bits h op f ex ep m D kd v gain bias).
Proof.
  unfold normalized, element_bits. rewrite <- D_null.
  destruct (Z.eqb_spec D 0) as [|ND]; [apply represents_nan|].
  destruct (deviation_sign v) as [S E].
  destruct gain as [|s|g]; cbn [datum_of].
  - apply represents_nan.
  - cbv zeta. rewrite S, E.
    destruct bias as [|t|b]; cbn [datum_of]; [apply represents_nan| |];
      (destruct (_ =? _); [apply represents_nan|]).
    + now apply (infinite_plus_correct _ ep (Integer_infinite t)).
    + now apply (infinite_plus_correct _ ep (Integer_finite b)).
  - destruct bias as [|t|b]; cbn [datum_of]; [apply represents_nan|apply represents_infinity|].
    assert (N := count_above). assert (C := centred_correct op ex l nonempty v).
    fold xs m in C.
    assert (P : (0 < sqrt (power op xs (on_grid k p)))%R).
    { apply sqrt_lt_R0. destruct (power_at_least) as [H|H]; [assumption|]. exfalso.
      apply ND, Z.eqb_eq. rewrite D_null. now apply Req_bool_true. }
    replace (on_grid ep g * deviation op xs (on_grid ex v)
             / sqrt (power op xs (on_grid k p)))%R
      with (on_grid (ep + ex) (g * centred op m v) / sqrt (on_grid kd D))%R.
    + now apply deliver_root_correct, D_positive.
    + rewrite sqrt_D.
      replace (on_grid (ep + ex) (g * centred op m v))
        with (on_grid ep g * on_grid ex (centred op m v))%R
        by (unfold on_grid; rewrite bpow_plus, mult_IZR; ring).
      rewrite C. field. lra.
Qed.

Theorem rstd_bits_correct :
  represents f (reciprocal_deviation op xs (on_grid k p)) (rstd_bits h f m D kd).
Proof.
  unfold reciprocal_deviation, rstd_bits. rewrite <- D_null.
  destruct (Z.eqb_spec D 0) as [|ND]; [apply represents_infinity|].
  assert (N := count_above).
  assert (P : (0 < sqrt (power op xs (on_grid k p)))%R).
  { apply sqrt_lt_R0. destruct (power_at_least) as [H|H]; [assumption|]. exfalso.
    apply ND, Z.eqb_eq. rewrite D_null. now apply Req_bool_true. }
  replace (1 / sqrt (power op xs (on_grid k p)))%R
    with (on_grid 0 (members m) / sqrt (on_grid kd D) + on_grid (emin f) 0)%R.
  - now apply deliver_root_correct, D_positive.
  - rewrite sqrt_D, on_grid_zero.
    replace (on_grid 0 (members m)) with (count xs)
      by (unfold on_grid, m, xs; rewrite (members_correct ex); simpl; ring).
    field. lra.
Qed.

Theorem mean_bits_correct : represents f (Finite (mean xs)) (mean_bits h f ex m).
Proof.
  unfold mean_bits, mean. unfold xs. rewrite <- members_correct, total_correct.
  apply deliver_fraction_correct. now apply members_positive.
Qed.

End Element.

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
