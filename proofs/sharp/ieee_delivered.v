(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the sharp stage certifies over IEEE 754's binary64 is the answer

    Purpose.  delivered.v for model.v run over Flocq's binary64, with signed zeros, infinities and NaN: what
    a row that it admits is given for a finite gamma and beta, and its mean and rstd, are the answers.

    Corresponds to SharpenRowAs of lib/fast/sharp-inl.h.

    Symbols: those of delivered.v and ieee_row.v.

    Main results.
      elements_values, statistics_values   the numbers are those over binary64 without infinities
      ieee_element, ieee_mean, ieee_rstd   so what is certified is the answer *)

From Coq Require Import ZArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification exact.special_values fast.model fast.operations fast.elements
  fast.overflow fast.row_data fast.nonfinite fast.ieee sharp.certified sharp.limited_root
  sharp.statistics_model sharp.delivered sharp.ieee sharp.ieee_row sharp.ieee_admission.
From ExactNorm Require sharp.model.
Import ListNotations.

Local Open Scope R_scope.

Section Elements.
Variable fused : bool.
Notation I := (ieee_arithmetic fused).
Notation B := (limited_arithmetic fused).
Variable m'' : model.sharp_moments ieee.
Variable m' : model.sharp_moments (option R).
Variables s rh : R.
Hypothesis scales : real_value (model.sharp_scale m'') = model.sharp_scale m'.
Hypothesis centres : real_value (model.sharp_centre m'') = model.sharp_centre m'.
Hypothesis offsets : pair_value (model.sharp_offset m'') = model.sharp_offset m'.
Hypothesis roots : pair_value (model.sharp_rstd m'') = model.sharp_rstd m'.
Hypothesis e1s : real_value (model.sharp_e1 m'') = model.sharp_e1 m'.
Hypothesis e0s : real_value (model.sharp_e0 m'') = model.sharp_e0 m'.
Hypothesis scale_is : model.sharp_scale m' = Some s.
Hypothesis root_is : fst (model.sharp_rstd m') = Some rh.

Lemma power_value n : (-1074 <= n <= 1023)%Z -> real_value (power_of_two I n) = power_of_two B n.
Proof. apply ieee_power_of_two. Qed.

Lemma t_value x : pair_value (model.t_hat_sharp I fused m'' x) = model.t_hat_sharp B fused m' (real_value x).
Proof.
  unfold model.t_hat_sharp, model.deviation_pair, model.scaled.
  now rewrite times_value, plus_pair_value, opposite_value, two_sum_value, ieee_multiply, ieee_negate, scales,
    centres, offsets, roots.
Qed.

Lemma y_value x g b : pair_value (model.y_hat_sharp I fused m'' x g b)
  = model.y_hat_sharp B fused m' (real_value x) (real_value g) (real_value b).
Proof. unfold model.y_hat_sharp. now rewrite plus_one_value, times_one_value, t_value. Qed.

Lemma error_value x g b : real_value (model.y_error_sharp I fused m'' x g b)
  = model.y_error_sharp B fused m' (real_value x) (real_value g) (real_value b).
Proof.
  unfold model.y_error_sharp. rewrite !ieee_muladd, !magnitude_value, !value_fst, t_value, y_value, e1s, e0s.
  rewrite ieee_multiply, !power_value, ieee_of_count; [reflexivity|reflexivity| |];
    unfold model.sharp_unit_exponent, model.sharp_underflow_exponent; lia.
Qed.

Theorem elements_values x g b :
  pair_value (model.y_hat_sharp I fused m'' x g b)
  = model.y_hat_sharp B fused m' (real_value x) (real_value g) (real_value b) /\
  pair_value (model.y_ends_sharp I fused m'' x g b)
  = model.y_ends_sharp B fused m' (real_value x) (real_value g) (real_value b).
Proof.
  split; [apply y_value|]. unfold model.y_ends_sharp. unfold pair_value at 1. cbn [fst snd].
  now rewrite ieee_subtract, ieee_plus, value_snd, y_value, error_value.
Qed.

Theorem statistics_values :
  pair_value (mean_pair I m'') = mean_pair B m' /\ pair_value (mean_ends I m'') = mean_ends B m' /\
  pair_value (rstd_parts I m'') = rstd_parts B m' /\ pair_value (rstd_ends I m'') = rstd_ends B m'.
Proof.
  assert (U : real_value (power_of_two I model.sharp_unit_exponent) = power_of_two B model.sharp_unit_exponent)
    by (apply power_value; unfold model.sharp_unit_exponent; lia).
  assert (W : real_value (power_of_two I model.sharp_underflow_exponent)
    = power_of_two B model.sharp_underflow_exponent)
    by (apply power_value; unfold model.sharp_underflow_exponent; lia).
  assert (D : forall a, real_value (divide I a (model.sharp_scale m''))
    = divide B (real_value a) (model.sharp_scale m')).
  { intros a. rewrite (divide_value fused _ _ s) by now rewrite scales. now rewrite scales. }
  assert (Rh : real_value (fst (model.sharp_rstd m'')) = fst (model.sharp_rstd m')) by now rewrite value_fst, roots.
  assert (M : pair_value (scaled_mean_pair ieee I m'') = scaled_mean_pair (option R) B m').
  { unfold scaled_mean_pair. now rewrite plus_one_value, offsets, centres. }
  assert (P : pair_value (mean_pair I m'') = mean_pair B m').
  { unfold mean_pair. unfold pair_value at 1. cbn [fst snd]. now rewrite !D, value_fst, value_snd, M. }
  assert (Em : real_value (mean_error ieee I m'') = mean_error (option R) B m').
  { unfold mean_error. rewrite ieee_plus, D, W, ieee_plus, !ieee_multiply, ieee_of_count by reflexivity.
    rewrite (divide_value fused _ _ rh) by now rewrite Rh.
    now rewrite U, Rh, e0s, magnitude_value, value_fst, M. }
  assert (Q : pair_value (rstd_parts I m'') = rstd_parts B m').
  { unfold rstd_parts. unfold pair_value at 1. cbn [fst snd]. now rewrite !ieee_multiply, value_snd, Rh, roots, scales. }
  assert (Er : real_value (rstd_error ieee I m'') = rstd_error (option R) B m').
  { unfold rstd_error. rewrite ieee_plus, W, !ieee_multiply, ieee_plus, !ieee_multiply.
    rewrite ieee_of_count by reflexivity. now rewrite U, Rh, e1s, scales. }
  split; [exact P|]. split; [|split; [exact Q|]].
  - unfold mean_ends. unfold pair_value at 1. cbn [fst snd]. now rewrite ieee_subtract, ieee_plus, value_snd, P, Em.
  - unfold rstd_ends. unfold pair_value at 1. cbn [fst snd]. now rewrite ieee_subtract, ieee_plus, value_snd, Q, Er.
Qed.
End Elements.

(** ** A row *)

Section Row.
Variables (fused : bool) (k : nat) (r : row) (xs : list R) (j : Z).
Variables (e z : ieee) (zs : list ieee).
Notation I := (ieee_arithmetic fused).
Notation B := (limited_arithmetic fused).
Hypothesis W : well_formed r.
Hypothesis O : ordinary r xs.
Hypothesis lanes_few : (k <= 4)%nat.
Hypothesis columns : at_most_2_31 (length xs).

Let s := bpow radix2 j.
Let op := row_operation r.
Hypothesis e_is : real_value e = Some (eps r).
Hypothesis z_is : real_value z = Some s.
Hypothesis zs_are : map real_value zs = map Some xs.

Let M'' := model.sharp_moments_of I fused k op e z zs.
Let M' := model.sharp_moments_of B fused k op (Some (eps r)) (Some s) (map Some xs).
Hypothesis admitted : model.sharp_admitted M'' = true.

Let there : model.sharp_admitted M' = true :=
  admission_value fused k op (eps r) s xs e z zs e_is z_is zs_are columns lanes_few admitted.

Lemma moments_agree :
  real_value (model.sharp_scale M'') = model.sharp_scale M' /\
  real_value (model.sharp_centre M'') = model.sharp_centre M' /\
  pair_value (model.sharp_offset M'') = model.sharp_offset M' /\
  pair_value (model.sharp_rstd M'') = model.sharp_rstd M' /\
  real_value (model.sharp_e1 M'') = model.sharp_e1 M' /\ real_value (model.sharp_e0 M'') = model.sharp_e0 M'.
Proof.
  destruct (moments_values fused k op (eps r) s xs e z zs e_is z_is zs_are columns) as (C & A & _).
  split; [exact z_is|]. split; [exact C|]. split; [exact A|].
  exact (admitted_values fused k op (eps r) s xs e z zs e_is z_is zs_are columns lanes_few admitted).
Qed.

Theorem ieee_element i x g b g' b' hi low high p :
  (i < length (specification.x r))%nat -> gain r i = Finite g -> bias r i = Finite b ->
  real_value x = Some (nth i xs 0) -> real_value g' = Some g -> real_value b' = Some b ->
  real_value (fst (model.y_hat_sharp I fused M'' x g' b')) = Some hi ->
  pair_value (model.y_ends_sharp I fused M'' x g' b') = (Some low, Some high) ->
  element_stored (y_format r) hi low high p ->
  represents (y_format r) (element r i) p.
Proof.
  intros Hi G Bb X G' B' Y En S. destruct moments_agree as (A1 & A2 & A3 & A4 & A5 & A6).
  destruct (elements_values fused M'' M' A1 A2 A3 A4 A5 A6 x g' b') as [V N].
  rewrite X, G', B' in V, N. rewrite value_fst, V in Y. rewrite N in En.
  apply (delivered_element fused k r xs j W O lanes_few (proj2 columns) there i g b hi
    (snd (model.y_hat_sharp B fused M' (Some (nth i xs 0)) (Some g) (Some b))) low high p Hi G Bb); [|exact En|exact S].
  rewrite <- Y. apply surjective_pairing.
Qed.

Lemma statistics_agree :
  pair_value (mean_pair I M'') = mean_pair B M' /\ pair_value (mean_ends I M'') = mean_ends B M' /\
  pair_value (rstd_parts I M'') = rstd_parts B M' /\ pair_value (rstd_ends I M'') = rstd_ends B M'.
Proof.
  destruct moments_agree as (A1 & A2 & A3 & A4 & A5 & A6).
  destruct (rstd_there fused k op (Some (eps r)) (Some s) (map Some xs) there) as (rh & rl & R).
  apply (statistics_values fused M'' M' s rh); try assumption; [reflexivity|].
  fold M' in R. now rewrite R.
Qed.

Theorem ieee_mean hi low high p :
  op = Layer_norm ->
  real_value (fst (mean_pair I M'')) = Some hi -> pair_value (mean_ends I M'') = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  intros L Y En S. destruct statistics_agree as (P & N & _). rewrite value_fst, P in Y. rewrite N in En.
  apply (delivered_mean fused k r xs j W O lanes_few (proj2 columns) there hi (snd (mean_pair B M')) low high p L);
    [|exact En|exact S]. rewrite <- Y. apply surjective_pairing.
Qed.

Theorem ieee_rstd hi low high p :
  real_value (fst (rstd_parts I M'')) = Some hi -> pair_value (rstd_ends I M'') = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  intros Y En S. destruct statistics_agree as (_ & _ & P & N). rewrite value_fst, P in Y. rewrite N in En.
  apply (delivered_rstd fused k r xs j W O lanes_few (proj2 columns) there hi (snd (rstd_parts B M')) low high p);
    [|exact En|exact S]. rewrite <- Y. apply surjective_pairing.
Qed.
End Row.
