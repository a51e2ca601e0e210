(* SPDX-License-Identifier: Apache-2.0 *)
(** * One element, the mean and the rstd, from integers to bits

    Purpose.  With a row's moments and radicand as integers: the bits of y_i, special values included, of
    the mean and of 1 / sqrt (var + eps).

    Corresponds to lib/exact/row, with the special values of lib/include/exactnorm/exactnorm.h.

    Symbols.
      h               the oracle (checked)
      element_bits    one y_i, from the row's moments and radicand D 2^kd and one x_i, g_i, b_i

    Main results.
      element_correct, mean_bits_correct, rstd_bits_correct *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.location exact.rounding
  exact.delivery exact.moments.
Import ListNotations.

Local Open Scope Z_scope.

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

(** ** Integers and what they stand for *)

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
