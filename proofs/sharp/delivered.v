(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the sharp stage's model certifies is the answer

    Purpose.  answers.v for model.v, which is compared with the C++ bit for bit, over binary64 with its
    largest number: whatever x, gamma and beta are, what a row of bit patterns is given is the answer.

    Corresponds to SharpenRowAs of lib/fast/sharp-inl.h.

    Symbols.
      B               binary64 with its largest number; None stands for infinities and NaNs
      M'              the row's moments over B, about the centre that the stage computes
      s = 2^j         the scale, whatever it is
      z, g, b         x_i, gamma_i and beta_i

    Main results.
      delivered_element, delivered_zero, delivered_mean, delivered_rstd *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.special_values fast.model fast.operations fast.overflow
  fast.row_data sharp.ends sharp.root sharp.elements sharp.results sharp.row sharp.admission sharp.scaling
  sharp.deviations sharp.length sharp.statistics sharp.certified sharp.answers sharp.row_meaning
  sharp.overflow sharp.overflow_row sharp.statistics_model.
From ExactNorm Require sharp.model.

Local Open Scope R_scope.

Section Row.
Variables (fused : bool) (k : nat) (r : row) (xs : list R) (j : Z).
Notation A := (real_arithmetic fused).
Notation B := (limited_arithmetic fused).
Hypothesis W : well_formed r.
Hypothesis O : ordinary r xs.
Hypothesis lanes_few : (k <= 4)%nat.
Hypothesis columns_few : (Z.of_nat (length xs) <= 2 ^ 31)%Z.

Let s := bpow radix2 j.
Let op := row_operation r.
Let M' := model.sharp_moments_of B fused k op (Some (eps r)) (Some s) (map Some xs).
Hypothesis admitted : model.sharp_admitted M' = true.

Let M := model.sharp_moments_of A fused k op (eps r) s xs.
Let c := model.sharp_centre M.
Let es := deviations_of s c xs.
Let E := scaled_epsilon s (eps r).
Let q := q_hat fused k es.
Let v := variance_hat (is_centred op) fused k es E.

Lemma lanes_five : (k <= 5)%nat.
Proof. apply le_S, lanes_few. Qed.

Lemma row_is_admitted :
  (bpow radix2 (-900) <= fst v <= bpow radix2 900) /\ kappa_hat q v <= most_kappa.
Proof.
  exact (proj1 (admission_meaning fused k lanes_five op (eps r) s xs)
    (admission_below fused k op (eps r) s xs admitted)).
Qed.

Lemma is_below {o : option R} {x z : R} : below o x -> o = Some z -> z = x.
Proof. intros H E0. exact (H z E0). Qed.

Theorem delivered_element i g b hi lo low high p :
  (i < length (x r))%nat -> gain r i = Finite g -> bias r i = Finite b ->
  let z := Some (nth i xs 0) in
  model.y_hat_sharp B fused M' z (Some g) (Some b) = (Some hi, lo) ->
  model.y_ends_sharp B fused M' z (Some g) (Some b) = (Some low, Some high) ->
  element_stored (y_format r) hi low high p ->
  represents (y_format r) (element r i) p.
Proof.
  intros I G Bb z Y En S. destruct row_is_admitted as [Va Ka].
  destruct (moments_meaning fused k lanes_five op (eps r) s xs)
    as (Cz & Fc & _ & Eo & _ & Ev & _ & Er & E1 & E0).
  destruct (elements_below fused k op (eps r) s xs (nth i xs 0) g b) as (_ & [Y1 _] & [N1 N2]).
  destruct (elements_meaning fused k lanes_five op (eps r) s xs (nth i xs 0) g b) as (_ & _ & My & _ & Me).
  fold M in Y1, N1, N2, My, Me, Eo, Er, E1, E0. fold c in Cz, Fc, My, Me. fold M' in Y1, N1, N2. fold z in Y1, N1, N2.
  rewrite Y in Y1. rewrite En in N1, N2. cbn [fst snd] in Y1, N1, N2.
  rewrite My in Y1. rewrite Me in N1, N2. cbn [fst snd] in N1, N2. rewrite E1, E0 in N1, N2.
  rewrite (is_below Y1 eq_refl), (is_below N1 eq_refl), (is_below N2 eq_refl) in S.
  exact (sharp_element_answers fused k r xs j c W O lanes_few columns_few Fc Cz Va Ka i g b I G Bb p S).
Qed.

(** IsExactZero of lib/fast/numbers-inl.h. *)
Theorem delivered_zero i g :
  (i < length (x r))%nat -> gain r i = Finite g -> bias r i = Finite 0 ->
  g = 0 \/ (op = Rms_norm /\ nth i xs 0 = 0) ->
  represents (y_format r) (element r i) 0.
Proof.
  intros I G Bb Z. destruct row_is_admitted as [Va Ka].
  destruct (moments_meaning fused k lanes_five op (eps r) s xs) as (Cz & Fc & _).
  assert (P := power_positive fused k r xs j c W O lanes_few columns_few Fc Cz Va Ka).
  rewrite (nothing_added r xs i g 0 O (Rgt_not_eq _ _ P) G Bb); [apply represents_zero|].
  destruct Z as [Z|[L Z]]; [now left|right]. now apply zero_input.
Qed.

Lemma statistics_are :
  pair_below (mean_pair B M') (mean_pair A M) /\ pair_below (mean_ends B M') (mean_ends A M) /\
  pair_below (rstd_parts B M') (rstd_parts A M) /\ pair_below (rstd_ends B M') (rstd_ends A M).
Proof.
  destruct (bounds_below fused k op (eps r) s xs) as [B1 B0].
  apply statistics_below; [apply below_some|apply centre_below|apply offset_below|apply rstd_below|exact B1|exact B0].
Qed.

Theorem delivered_mean hi lo low high p :
  op = Layer_norm ->
  mean_pair B M' = (Some hi, lo) -> mean_ends B M' = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  intros L Y En S. destruct row_is_admitted as [Va Ka].
  destruct (moments_meaning fused k lanes_five op (eps r) s xs)
    as (Cz & Fc & Es & Eo & _ & Ev & _ & Er & E1 & E0).
  destruct statistics_are as ([Y1 _] & [N1 N2] & _). destruct (statistics_meaning fused M) as (Ms & Me & _).
  rewrite Y in Y1. rewrite En in N1, N2. rewrite Ms in Y1. rewrite Me in N1, N2. cbn [fst snd] in Y1, N1, N2.
  fold M in Eo, Er, E0, Es. rewrite Es, Eo, ?Er, ?E0 in *.
  rewrite (is_below Y1 eq_refl), (is_below N1 eq_refl), (is_below N2 eq_refl) in S.
  exact (sharp_mean_answers fused k r xs j c W O lanes_few columns_few Fc Va Ka p L S).
Qed.

Theorem delivered_rstd hi lo low high p :
  rstd_parts B M' = (Some hi, lo) -> rstd_ends B M' = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  intros Y En S. destruct row_is_admitted as [Va Ka].
  destruct (moments_meaning fused k lanes_five op (eps r) s xs)
    as (Cz & Fc & Es & Eo & _ & Ev & _ & Er & E1 & E0).
  destruct statistics_are as (_ & _ & [Y1 _] & [N1 N2]). destruct (statistics_meaning fused M) as (_ & _ & Ms & Me).
  rewrite Y in Y1. rewrite En in N1, N2. rewrite Ms in Y1. rewrite Me in N1, N2. cbn [fst snd] in Y1, N1, N2.
  fold M in Er, E1, Es. rewrite Es, Er, ?E1 in *.
  rewrite (is_below Y1 eq_refl), (is_below N1 eq_refl), (is_below N2 eq_refl) in S.
  exact (sharp_rstd_answers fused k r xs j c W O lanes_few columns_few Fc Cz Va Ka p S).
Qed.
End Row.
