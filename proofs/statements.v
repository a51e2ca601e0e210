(* SPDX-License-Identifier: Apache-2.0 *)
(** * What is proved about rounding, without the proofs

    Purpose.  For a reader who doubts.  Read specification.v, which says what the right answer is;
    then this file, which says what is known about it; nothing else has to be read.  Each
    statement is written out here and closed by the theorem that proves it, so that the two cannot
    drift apart.

    Symbols: those of specification.v, and
      hints           an untrusted oracle for square roots and lengths in bits
      certify h r a   the checker that exactnorm-certify runs; a is what a kernel returned for r
      reaches A B D   signs and squares: (B <= 0 or B^2 D <= A^2) for A >= 0, and so on
      answer_bits     the executable specification: integers in, bit patterns out *)

From Coq Require Import ZArith Reals List Bool Permutation.
From Flocq Require Import Core Binary Bits.
From ExactNorm Require Import specification exact.decision exact.location exact.pattern
  exact.rounding exact.cell formats.ieee754 exact.moments exact.row exact.special_values exact.laws
  reference.certificate.
Import ListNotations.

Local Open Scope Z_scope.

(** ** The specification means what it seems to *)

(** A bit pattern means what IEEE 754, as formalised by Flocq, says. *)
Theorem patterns_are_ieee f b :
  meaning f b = flocq_datum (binary_float_of_bits_aux (precision f - 1) (exponent_bits f) b).
Proof. exact (meaning_ieee f b). Qed.

(** Rounding is to the nearest number of the format's grid, the even one if two are as near. *)
Theorem rounding_is_nearest_even f z :
  Rnd_NE_pt radix2 (FLT_exp (emin f) (precision f)) z (nearest_even f z).
Proof. exact (nearest_even_is_nearest f z). Qed.

(** Every datum has one pattern that represents it, and only one. *)
Theorem one_right_pattern f d : exists b, represents f d b /\ forall c, represents f d c -> c = b.
Proof.
  destruct (represents_exists f d) as [b H]. exists b. split; [exact H|].
  intros c K. exact (represents_unique f d c b K H).
Qed.

(** ** The checker *)

(** It accepts just the rows that are well-formed with just the results that are right. *)
Theorem checker_sound_and_complete h r a :
  certify h r a = true <-> well_formed r /\ answers r a.
Proof. exact (certify_correct h r a). Qed.

(** A wrong square root from outside changes no verdict. *)
Theorem checker_needs_no_trusted_root h h' r a : certify h r a = certify h' r a.
Proof. exact (certify_hints h h' r a). Qed.

(** Every well-formed row has an answer, which the checker accepts. *)
Theorem every_row_has_an_answer h r :
  well_formed r -> exists a, answers r a /\ certify h r a = true.
Proof.
  intros W. destruct (expected_answers h r W) as (e & _ & A).
  eexists. split; [exact A|]. apply certify_correct. split; [exact W|exact A].
Qed.

(** ** The executable specification *)

Theorem computed_elements h r p k i :
  well_formed r -> decode_epsilon (epsilon r) = Some (p, k) -> (i < length (x r))%nat ->
  represents (y_format r) (element r i) (nth i (y_bits (answer_bits h r (p, k))) 0).
Proof. exact (fun W E => y_correct h r p k W E i). Qed.

Theorem computed_mean h r p k :
  well_formed r ->
  represents (statistics_format r) (mean_answer r) (mean_pattern (answer_bits h r (p, k))).
Proof. exact (mean_correct h r p k). Qed.

Theorem computed_rstd h r p k :
  well_formed r -> decode_epsilon (epsilon r) = Some (p, k) ->
  represents (statistics_format r) (rstd_answer r) (rstd_pattern (answer_bits h r (p, k))).
Proof. exact (rstd_correct h r p k). Qed.

(** Every well-formed epsilon can be decoded, so the three above speak about every row. *)
Theorem epsilon_decodes r :
  well_formed r -> exists p k, decode_epsilon (epsilon r) = Some (p, k).
Proof.
  intros (_ & _ & _ & _ & E).
  destruct (decode_epsilon (epsilon r)) as [[p k]|] eqn:D; [now exists p, k|].
  now destruct (decode_epsilon_refuses _ D).
Qed.

(** Signs and squares decide every comparison with a rounding boundary, ties included. *)
Theorem boundary_decided A b m D :
  0 < D -> reaches A (m - b) D = true <-> (IZR m <= IZR A / sqrt (IZR D) + IZR b)%R.
Proof. exact (decide_boundary A b m D). Qed.

(** A pattern stands for the numbers between the two boundaries next to it: a boundary belongs to
    the even neighbour, infinity's cell has no end.  in_cell f M a says that for a > 0. *)
Theorem patterns_have_cells f M z :
  0 <= M <= infinity f false -> z <> 0%R ->
  represents f (Finite z) (with_sign f (Rlt_bool z 0) M) <-> in_cell f M (Rabs z).
Proof. exact (cell_correct f M z). Qed.

(** Whether a given pattern is right can be decided without computing the right one. *)
Theorem cells_decided f M A D B :
  0 < D -> 0 <= M <= infinity f false ->
  let z := ((IZR A / sqrt (IZR D) + IZR B) * bpow radix2 (emin f - 1))%R in
  (0 < z)%R ->
  decide_cell f M A D B = true <-> represents f (Finite z) M.
Proof. exact (cell_decided f M A D B). Qed.

(** ** Special values, in their order of precedence *)

Theorem first_nan_or_infinity_in_the_row r b :
  In b (x r) -> (forall z, meaning (x_format r) b <> Finite z) ->
  (forall i, element r i = Not_a_number) /\
  mean_answer r = Not_a_number /\ rstd_answer r = Not_a_number.
Proof. exact (nonfinite_row r b). Qed.

Theorem second_scale_zero r xs :
  ordinary r xs -> scale r xs = 0%R ->
  (forall i, element r i = Not_a_number) /\
  mean_answer r = Finite (mean xs) /\ rstd_answer r = Infinite false.
Proof. exact (zero_scale r xs). Qed.

Theorem third_nan_parameter r xs i :
  ordinary r xs -> scale r xs <> 0%R ->
  gain r i = Not_a_number \/ bias r i = Not_a_number -> element r i = Not_a_number.
Proof. exact (nan_parameter r xs i). Qed.

Theorem fourth_infinite_gain r xs i s :
  ordinary r xs -> scale r xs <> 0%R ->
  gain r i = Infinite s -> bias r i <> Not_a_number ->
  (offset r xs i = 0%R -> element r i = Not_a_number) /\
  ((0 < offset r xs i)%R -> element r i = infinite_plus s (bias r i)) /\
  ((offset r xs i < 0)%R -> element r i = infinite_plus (negb s) (bias r i)).
Proof. exact (fun O S => infinite_gain r xs i O S s). Qed.

Theorem fifth_infinite_bias r xs i g t :
  ordinary r xs -> scale r xs <> 0%R ->
  gain r i = Finite g -> bias r i = Infinite t -> element r i = Infinite t.
Proof. exact (fun O S => infinite_bias r xs i O S g t). Qed.

Theorem sixth_else_the_formula r xs i g b :
  ordinary r xs -> scale r xs <> 0%R ->
  gain r i = Finite g -> bias r i = Finite b ->
  element r i = Finite (g * offset r xs i / sqrt (scale r xs) + b).
Proof. exact (fun O S => finite_element r xs i O S g b). Qed.

Theorem zero_is_positive f b : represents f (Finite 0) b -> b = 0.
Proof. exact (exact_zero f b). Qed.

Theorem underflow_has_the_sign f z b :
  represents f (Finite z) b -> nearest_even f z = 0%R -> z <> 0%R ->
  b = if Rlt_bool z 0 then 2 ^ (width f - 1) else 0.
Proof. exact (underflow_keeps_sign f z b). Qed.

Theorem overflow_has_the_sign f z b :
  represents f (Finite z) b -> (bpow radix2 (emax f) <= Rabs (nearest_even f z))%R ->
  b = infinity f (Rlt_bool z 0).
Proof. exact (overflow_is_infinite f z b). Qed.

Theorem constant_row_gives_beta r xs i g b :
  row_operation r = Layer_norm -> ordinary r xs -> (i < length xs)%nat ->
  (forall x y, In x xs -> In y xs -> x = y) -> (0 < eps r)%R ->
  gain r i = Finite g -> bias r i = Finite b -> element r i = Finite b.
Proof. exact (constant_row r xs i g b). Qed.

(** ** Laws *)

Theorem law_of_permutation op xs xs' e v g b :
  Permutation xs xs' -> normalized op xs e v g b = normalized op xs' e v g b.
Proof. exact (fun P => proj1 (permuted op xs xs' e v g b P)). Qed.

Theorem law_of_shift xs c e v g b :
  xs <> [] ->
  normalized Layer_norm (map (fun x => x + c)%R xs) e (v + c) g b =
  normalized Layer_norm xs e v g b.
Proof. exact (shifted xs c e v g b). Qed.

Theorem law_of_scaling op xs k e v g b :
  xs <> [] -> (0 <= e)%R -> (0 < k)%R ->
  normalized op (map (fun x => k * x)%R xs) (k * k * e) (k * v) g b = normalized op xs e v g b.
Proof. exact (scaled op xs k e v g b). Qed.

Theorem law_of_negation op xs e v g b :
  xs <> [] -> (0 <= e)%R ->
  normalized op (map Ropp xs) e (- v) g (opposite_datum b) =
  opposite_datum (normalized op xs e v g b).
Proof. exact (negated op xs e v g b). Qed.

Theorem law_of_order op xs e v w g b f :
  xs <> [] -> (0 <= e)%R -> power op xs e <> 0%R -> (0 < g)%R -> (v <= w)%R ->
  exists y z,
    normalized op xs e v (Finite g) (Finite b) = Finite y /\
    normalized op xs e w (Finite g) (Finite b) = Finite z /\
    (nearest_even f y <= nearest_even f z)%R.
Proof.
  intros N E P G V. destruct (ordered op xs e v w g b N E P G V) as (y & z & Y & Z & L).
  exists y, z. split; [exact Y|]. split; [exact Z|]. exact (ordered_delivered f y z L).
Qed.
