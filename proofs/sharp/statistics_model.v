(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage's mean and rstd, operation by operation

    Purpose.  What model.v does not have: the numbers that StoreCertified is given, for any arithmetic; over the
    reals they are those of statistics.v, and what overflows is not a number for good.

    Corresponds to WriteSharpStatistics of lib/fast/sharp-inl.h.

    Symbols.
      mean_pair, rstd_parts      value and low
      mean_ends, rstd_ends       low - error and low + error
      M                          a row's moments

    Main results.
      statistics_meaning   over the reals
      statistics_below     with overflow: what is there is the same *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.bound
  sharp.ends sharp.statistics sharp.row_meaning sharp.overflow sharp.overflow_row.
From ExactNorm Require sharp.model.

Local Open Scope R_scope.

Section Model.
Variable number : Type.
Variable A : arithmetic number.
Variable M : model.sharp_moments number.

Let s := model.sharp_scale M.
Let r := fst (model.sharp_rstd M).
Let factor := multiply A (of_count A 8) (power_of_two A model.sharp_unit_exponent).
Let underflow := power_of_two A model.sharp_underflow_exponent.

Definition scaled_mean_pair : number * number := model.plus_one A (model.sharp_offset M) (model.sharp_centre M).
Definition mean_pair : number * number := (divide A (fst scaled_mean_pair) s, divide A (snd scaled_mean_pair) s).
Definition mean_error : number :=
  let error := plus A (divide A (model.sharp_e0 M) r)
    (multiply A factor (model.magnitude_of number A (fst scaled_mean_pair))) in
  plus A (divide A error s) underflow.
Definition mean_ends : number * number :=
  (subtract A (snd mean_pair) mean_error, plus A (snd mean_pair) mean_error).

Definition rstd_parts : number * number := (multiply A r s, multiply A (snd (model.sharp_rstd M)) s).
Definition rstd_error : number :=
  let error := multiply A (plus A (model.sharp_e1 M) factor) r in plus A (multiply A error s) underflow.
Definition rstd_ends : number * number :=
  (subtract A (snd rstd_parts) rstd_error, plus A (snd rstd_parts) rstd_error).
End Model.
Arguments mean_pair {number}.
Arguments mean_ends {number}.
Arguments rstd_parts {number}.
Arguments rstd_ends {number}.

Section Meaning.
Variable fused : bool.
Notation A := (real_arithmetic fused).
Notation B := (limited_arithmetic fused).

Lemma factor_is : multiply A (of_count A 8) (power_of_two A model.sharp_unit_exponent) = sharp_end_factor.
Proof.
  cbn [multiply of_count power_of_two real_arithmetic]. rewrite count_is. simpl Z.of_nat.
  unfold model.sharp_unit_exponent, sharp_end_factor. rewrite <- unit_is. apply rnd_exact, binary64_small; lia.
Qed.

Theorem statistics_meaning (M : model.sharp_moments R) :
  let s := model.sharp_scale M in
  let r := fst (model.sharp_rstd M) in
  let mean := mean_sharp (model.sharp_offset M) (model.sharp_centre M) in
  let em := sharp_mean_error s (model.sharp_e0 M) r (fst mean) in
  let er := sharp_rstd_error s (model.sharp_e1 M) r in
  mean_pair A M = over s mean /\
  mean_ends A M = (rnd (snd (over s mean) - em), rnd (snd (over s mean) + em)) /\
  rstd_parts A M = by_scale s (model.sharp_rstd M) /\
  rstd_ends A M = (rnd (snd (by_scale s (model.sharp_rstd M)) - er), rnd (snd (by_scale s (model.sharp_rstd M)) + er)).
Proof.
  intros s r mean em er.
  assert (P : scaled_mean_pair R A M = mean) by reflexivity.
  assert (Em : mean_error R A M = em).
  { unfold mean_error. rewrite P, magnitude_is, factor_is. reflexivity. }
  assert (Er : rstd_error R A M = er).
  { unfold rstd_error. rewrite factor_is. reflexivity. }
  unfold mean_ends, rstd_ends, mean_pair. rewrite P, Em, Er. repeat split.
Qed.

Ltac descend := repeat first
  [ assumption | apply below_plus | apply below_subtract | apply below_multiply | apply below_divide
  | apply below_power | apply below_count | apply below_magnitude ].

Theorem statistics_below (M' : model.sharp_moments (option R)) (M : model.sharp_moments R) :
  below (model.sharp_scale M') (model.sharp_scale M) ->
  below (model.sharp_centre M') (model.sharp_centre M) ->
  pair_below (model.sharp_offset M') (model.sharp_offset M) ->
  pair_below (model.sharp_rstd M') (model.sharp_rstd M) ->
  below (model.sharp_e1 M') (model.sharp_e1 M) ->
  below (model.sharp_e0 M') (model.sharp_e0 M) ->
  pair_below (mean_pair B M') (mean_pair A M) /\ pair_below (mean_ends B M') (mean_ends A M) /\
  pair_below (rstd_parts B M') (rstd_parts A M) /\ pair_below (rstd_ends B M') (rstd_ends A M).
Proof.
  intros S C O [R1 R2] E1 E0.
  assert (P : pair_below (scaled_mean_pair _ B M') (scaled_mean_pair _ A M)) by now apply below_plus_one.
  destruct P as [P1 P2].
  assert (Em : below (mean_error _ B M') (mean_error _ A M)) by (unfold mean_error; descend).
  assert (Er : below (rstd_error _ B M') (rstd_error _ A M)) by (unfold rstd_error; descend).
  unfold mean_ends, rstd_ends, mean_pair, rstd_parts.
  repeat split; cbn [fst snd]; descend.
Qed.
End Meaning.
