(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the first tier of binary64 rows certifies is the answer

    Purpose.  Everything together: for a row of bit patterns that takes part, in a group of any others that
    do, an element with equal ends is stored as specification.v says.

    Corresponds to lib/fast/binary64-inl.h and binary64_moments-inl.h.

    Symbols.
      k               vectors have 2^k lanes
      ms              moments of the rows that are done together
      together        each of them is of a row (row.v) that takes part
      xs, z, g, b     the row's numbers; x_i, gamma_i and beta_i

    Main results.
      tier_answers    equal ends: what is stored is the answer
      moments_answer  the same of the moments that the rows go on with *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations fast.row_data binary64.model
  binary64.elements_model binary64.moments_near binary64.scales binary64.results binary64.centre
  binary64.row specification exact.special_values.
Import ListNotations.

Local Open Scope R_scope.

(** Absent ones are 1 and 0. *)
Lemma parameter_binary64 r i z absent p :
  well_formed_parameter r p -> (i < length (x r))%nat -> absent = 0 \/ absent = 1 ->
  parameter r absent p i = Finite z -> binary64 z.
Proof.
  intros W I A. unfold parameter. destruct p as [l|].
  - intros M. destruct (W l eq_refl) as [L F].
    assert (P : is_pattern (parameter_format r) (nth i l 0%Z)).
    { rewrite Forall_forall in F. apply F, nth_In. now rewrite L. }
    exact (proj1 (meaning_binary64 _ _ _ P M)).
  - intros M. injection M as <-. destruct A as [-> | ->]; [apply binary64_0|apply binary64_1].
Qed.

Definition together (k : nat) (op : operation) (e : R) (ms : list (tier_moments R)) : Prop :=
  Forall (fun m => takes_part real m = true /\ exists xs, xs <> [] /\ of_row k op e xs m) ms.

Section Group.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable r : row.
Hypothesis W : well_formed r.

Let op := row_operation r.
Let e := eps r.

Variable ms : list (tier_moments R).
Hypothesis group : together k op e ms.

Lemma epsilon_fits : binary64 e /\ 0 <= e.
Proof. destruct (row_epsilon r W) as [B [P _]]. now split. Qed.

Lemma all_take_part : Forall (fun m => takes_part real m = true) ms.
Proof. apply Forall_impl with (2 := group). now intros m [T _]. Qed.

Lemma all_small :
  Forall (fun m => 0 <= row_e1 m <= bpow radix2 (-50) /\ 0 <= row_e0 m <= bpow radix2 (-50)) ms.
Proof.
  apply Forall_impl with (2 := group). intros m (_ & xs & N & M). destruct epsilon_fits as [B P].
  destruct xs as [|z xs]; [easy|].
  destruct (row_near k lanes_range op e B P _ m M z (or_introl eq_refl)) as [H _].
  split; [exact (near_e1 _ _ _ H)|exact (near_e0 _ _ _ H)].
Qed.

Variable xs : list R.
Hypothesis O : ordinary r xs.
Variable m : tier_moments R.
Hypothesis in_group : In m ms.
Hypothesis of_this : of_row k op e xs m.

Variables (i : nat) (g b : R).
Hypothesis in_row : (i < length (x r))%nat.
Hypothesis gain_is : gain r i = Finite g.
Hypothesis bias_is : bias r i = Finite b.

Let z := nth i xs 0.
Let s := group_of ms.
Let c := column_of real real_power_above s g b.
Hypothesis counts : column_counts real c = true.
Let y := element_of real s m c z.

Lemma parameters_fit : binary64 g /\ binary64 b.
Proof.
  destruct W as (_ & _ & Wg & Wb & _). split.
  - exact (parameter_binary64 r i g 1 _ Wg in_row (or_intror eq_refl) gain_is).
  - exact (parameter_binary64 r i b 0 _ Wb in_row (or_introl eq_refl) bias_is).
Qed.

Lemma in_numbers : In z xs.
Proof. destruct (row_numbers r xs W O) as (_ & L & _). apply nth_In. now rewrite L. Qed.

Theorem tier_answers p :
  is_pattern Binary64 p -> meaning Binary64 p = Finite (lower_end y) -> lower_end y = upper_end y ->
  represents Binary64 (element r i) p.
Proof.
  destruct epsilon_fits as [Eb Ep]. destruct parameters_fit as [Gb Bb].
  destruct (row_near k lanes_range op e Eb Ep xs m of_this z in_numbers) as [N D].
  destruct (row_sizes k op e xs m of_this) as [_ Most].
  assert (V := near_v _ _ _ N). intros Hp M E.
  rewrite (finite_element r xs i O) with (g := g) (b := b); try assumption.
  2:{ change (scale r xs) with (power op xs e). lra. }
  change (scale r xs) with (power op xs e). change (offset r xs i) with (deviation op xs z).
  assert (R := element_certified ms all_take_part all_small m in_group _ _ N z g b Gb Bb
    (Most _ in_numbers) counts p Hp M E).
  rewrite D in R.
  replace (g * deviation op xs z / sqrt (power op xs e) + b)
    with (g * (deviation op xs z / sqrt (power op xs e)) + b); [exact R|].
  unfold Rdiv. ring.
Qed.
End Group.

(** ** The moments that the rows go on with *)

Definition moments_of (k : nat) (op : operation) (e : R) (xs : list R) : tier_moments R :=
  tier_moments_of real k real_power_above op e xs.

(** Binary64 numbers, 2^18 at most, of a row that takes part. *)
Definition fits (k : nat) (op : operation) (e : R) (xs : list R) : Prop :=
  xs <> [] /\ Forall binary64 xs /\ (Z.of_nat (length xs) <= 2 ^ 18)%Z /\
  takes_part real (moments_of k op e xs) = true.

Lemma fits_row k op e xs : fits k op e xs -> of_row k op e xs (moments_of k op e xs).
Proof.
  intros (N & F & L & T). apply moments_of_row; try assumption. unfold takes_part in T.
  now apply andb_prop in T.
Qed.

Theorem moments_answer k r rows xs i g b p :
  (k <= 4)%nat -> well_formed r -> ordinary r xs ->
  let op := row_operation r in let e := eps r in
  Forall (fits k op e) rows -> In xs rows ->
  (i < length (x r))%nat -> gain r i = Finite g -> bias r i = Finite b ->
  let s := group_of (map (moments_of k op e) rows) in
  let c := column_of real real_power_above s g b in
  column_counts real c = true ->
  let y := element_of real s (moments_of k op e xs) c (nth i xs 0) in
  is_pattern Binary64 p -> meaning Binary64 p = Finite (lower_end y) -> lower_end y = upper_end y ->
  represents Binary64 (element r i) p.
Proof.
  intros K W O op e F I Hi Gi Bi s c C y.
  apply (tier_answers k K r W (map (moments_of k op e) rows)) with (xs := xs) (g := g) (b := b); try assumption.
  - apply Forall_map. apply Forall_impl with (2 := F). intros ys Y.
    split; [apply Y|]. exists ys. split; [apply Y|]. now apply fits_row.
  - now apply in_map.
  - apply fits_row. rewrite Forall_forall in F. now apply F.
Qed.
