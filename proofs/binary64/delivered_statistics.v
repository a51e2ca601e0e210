(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the first tier's model delivers as mean and rstd is the answer

    Purpose.  statistics_answers.v for the model that is compared with the C++, over binary64 with its largest
    number: nothing is supposed of the sizes of x.

    Corresponds to WriteBinary64Statistics of lib/fast/binary64-inl.h.

    Symbols: those of delivered.v and statistics.v, and
      tier_mean_ends, tier_rstd_ends   the low part - error and + error

    Main results.
      statistics_below   over B mean, rstd and their ends are those over the reals, or no numbers
      delivered_mean, delivered_rstd   what StoreCertified lets pass is the answer *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations fast.overflow fast.row_data sharp.certified sharp.overflow
  binary64.model binary64.elements_model binary64.row binary64.overflow_sums binary64.overflow_moments
  binary64.delivered binary64.statistics binary64.statistics_answers specification exact.special_values.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).
Local Notation B := (limited_arithmetic true).

Section Ends.
Variable number : Type.
Variable arithmetic : arithmetic number.
Variable m : tier_moments number.

Definition ends_about (low error : number) : number * number :=
  (subtract arithmetic low error, plus arithmetic low error).
Definition tier_mean_ends : number * number :=
  ends_about (snd (tier_mean arithmetic m)) (tier_mean_error arithmetic m).
Definition tier_rstd_ends : number * number :=
  ends_about (snd (rstd_pair m)) (tier_rstd_error arithmetic m).
End Ends.
Arguments tier_mean_ends {number}.
Arguments tier_rstd_ends {number}.

Theorem statistics_below m' m : moments_below m' m ->
  pair_below (tier_mean B m') (tier_mean A m) /\ pair_below (tier_mean_ends B m') (tier_mean_ends A m) /\
  pair_below (rstd_pair m') (rstd_pair m) /\ pair_below (tier_rstd_ends B m') (tier_rstd_ends A m).
Proof.
  intros M. assert (R := rstd_below _ _ M). destruct R as [R1 R2].
  assert (C : below (tier_centre_value B m') (tier_centre_value A m)).
  { unfold tier_centre_value. rewrite (centre_there _ _ M).
    destruct (tier_centre m); [apply below_some|apply below_zero]. }
  assert (S := below_literal 101 100).
  assert (F := below_multiply true _ _ _ _ (below_count true 8) (below_power true (-106))).
  assert (T := below_add_one _ _ _ _ (offset_below _ _ M) C).
  change (pair_below (tier_mean B m') (tier_mean A m)) in T. destruct T as [T1 T2].
  assert (Em : below (tier_mean_error B m') (tier_mean_error A m)).
  { apply below_plus.
    - apply below_multiply; [exact S|]. apply below_divide; [exact (e0_below _ _ M)|exact R1].
    - apply below_multiply; [exact F|]. now apply below_absolute. }
  assert (Er : below (tier_rstd_error B m') (tier_rstd_error A m)).
  { apply below_multiply; [|exact R1]. apply below_plus; [|exact F].
    apply below_multiply; [exact S|exact (e1_below _ _ M)]. }
  split; [now split|]. split; [split; [now apply below_subtract|now apply below_plus]|].
  split; [now split|]. split; [now apply below_subtract|now apply below_plus].
Qed.

Section Row.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable r : row.
Hypothesis W : well_formed r.
Variable xs : list R.
Hypothesis O : ordinary r xs.

Let op := row_operation r.
Let e := eps r.
Hypothesis fits : row_fits k op e xs.
Let m' := limited_moments k op e xs.

Lemma moments_stand : exists m, of_row k op e xs m /\ moments_below m' m.
Proof.
  destruct (row_epsilon r W) as [Eb [Ep _]].
  destruct (row_stands k lanes_range op e Eb Ep xs fits) as (m & Row & M & _). now exists m.
Qed.

Theorem delivered_mean hi lo low high p :
  op = Layer_norm ->
  tier_mean B m' = (Some hi, lo) -> tier_mean_ends B m' = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  intros L T E S. destruct moments_stand as (m & Row & M).
  destruct (statistics_below _ _ M) as ([T1 _] & [E1 E2] & _). rewrite T in T1. rewrite E in E1, E2.
  cbn [fst snd] in T1, E1, E2. apply (tier_mean_answers k lanes_range r W xs O m Row p L).
  assert (H := T1 hi eq_refl). assert (H1 := E1 low eq_refl). assert (H2 := E2 high eq_refl).
  rewrite H, H1, H2 in S. exact S.
Qed.

Theorem delivered_rstd hi lo low high p :
  rstd_pair m' = (Some hi, lo) -> tier_rstd_ends B m' = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  intros T E S. destruct moments_stand as (m & Row & M).
  destruct (statistics_below _ _ M) as (_ & _ & [T1 _] & [E1 E2]). rewrite T in T1. rewrite E in E1, E2.
  cbn [fst snd] in T1, E1, E2. apply (tier_rstd_answers k lanes_range r W xs O m Row p).
  assert (H := T1 hi eq_refl). assert (H1 := E1 low eq_refl). assert (H2 := E2 high eq_refl).
  rewrite H, H1, H2 in S. exact S.
Qed.
End Row.
