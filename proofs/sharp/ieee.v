(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage's operations and sums over IEEE 754's binary64

    Purpose.  model.v run over Flocq's binary64, with signed zeros, infinities and NaN: its operations and
    the sums of a row have the numbers that they have over binary64 of which infinities and NaNs are
    forgotten.  ieee_row.v has moments and elements.

    Corresponds to lib/fast/double_double-inl.h and to the sums of sharp_moments-inl.h.

    Symbols.
      real_value     fast/ieee.v
      pair_value x   those of both parts

    Main results.
      two_product_value, plus_pair_value, times_value, ...
      centre_value_is, pair_sum_value *)

From Coq Require Import ZArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow fast.images fast.nonfinite
  fast.ieee.
From ExactNorm Require sharp.model.
Import ListNotations.

Local Open Scope R_scope.

Section Operations.
Variable fused : bool.
Notation I := (ieee_arithmetic fused).
Notation B := (limited_arithmetic fused).

Notation ieee_pair := (model.pair ieee).
Notation value_pair := (model.pair (option R)).

Definition pair_value (x : ieee_pair) : value_pair := (real_value (fst x), real_value (snd x)).

Lemma divide_value a b y : real_value b = Some y ->
  real_value (divide I a b) = divide B (real_value a) (real_value b).
Proof. intros H. apply ieee_divide. right. intros s ->. discriminate H. Qed.

Ltac values := repeat first
  [rewrite ieee_plus | rewrite ieee_subtract | rewrite ieee_multiply | rewrite ieee_muladd | rewrite ieee_negate].

Theorem two_sum_value a b : pair_value (model.two_sum I a b) = model.two_sum B (real_value a) (real_value b).
Proof. unfold pair_value, model.two_sum. cbn [fst snd]. now values. Qed.

Theorem fast_two_sum_value a b :
  pair_value (model.fast_two_sum I a b) = model.fast_two_sum B (real_value a) (real_value b).
Proof. unfold pair_value, model.fast_two_sum. cbn [fst snd]. now values. Qed.

Lemma split_value a : real_value (model.split_high ieee I a) = model.split_high (option R) B (real_value a).
Proof.
  unfold model.split_high, model.splitter. values. now rewrite !ieee_power_of_two by lia.
Qed.

Theorem two_product_value a b :
  pair_value (model.two_product I fused a b) = model.two_product B fused (real_value a) (real_value b).
Proof.
  unfold pair_value, model.two_product. destruct fused eqn:F; cbn [fst snd]; rewrite <- F in *.
  - now values.
  - values. now rewrite !split_value.
Qed.

Lemma value_fst x : real_value (fst x) = fst (pair_value x).
Proof. reflexivity. Qed.
Lemma value_snd x : real_value (snd x) = snd (pair_value x).
Proof. reflexivity. Qed.

Theorem plus_pair_value x y :
  pair_value (model.plus_pair I x y) = model.plus_pair B (pair_value x) (pair_value y).
Proof.
  unfold model.plus_pair. rewrite fast_two_sum_value. values.
  rewrite !value_fst, !value_snd, fast_two_sum_value. values.
  now rewrite !value_fst, !value_snd, !two_sum_value.
Qed.

Theorem plus_one_value x b : pair_value (model.plus_one I x b) = model.plus_one B (pair_value x) (real_value b).
Proof.
  unfold model.plus_one. rewrite fast_two_sum_value. values. now rewrite !value_fst, !value_snd, two_sum_value.
Qed.

Theorem times_value x y :
  pair_value (model.times I fused x y) = model.times B fused (pair_value x) (pair_value y).
Proof.
  unfold model.times. rewrite fast_two_sum_value. values. now rewrite !value_fst, !value_snd, two_product_value.
Qed.

Theorem times_one_value x b :
  pair_value (model.times_one I fused x b) = model.times_one B fused (pair_value x) (real_value b).
Proof.
  unfold model.times_one. rewrite fast_two_sum_value. values. now rewrite !value_fst, !value_snd, two_product_value.
Qed.

Lemma opposite_value x : pair_value (model.opposite ieee I x) = model.opposite (option R) B (pair_value x).
Proof. unfold model.opposite, pair_value. cbn [fst snd]. now values. Qed.

Lemma literal_value n d : (Z.of_nat n < 2 ^ 53)%Z -> (Z.of_nat d < 2 ^ 53)%Z ->
  real_value (model.literal ieee I n d) = model.literal (option R) B n d.
Proof.
  intros N D. unfold model.literal. rewrite (divide_value _ _ (INR d)) by now rewrite ieee_of_count.
  now rewrite !ieee_of_count.
Qed.

(** An infinity's magnitude is one. *)
Lemma magnitude_value x :
  real_value (model.magnitude_of ieee I x) = model.magnitude_of (option R) B (real_value x).
Proof.
  unfold model.magnitude_of. destruct (real_value x) as [z|] eqn:E.
  - rewrite (ieee_at_most fused (zero I) x 0 z eq_refl E), E.
    change (real_value (zero I)) with (zero B). destruct (at_most B (zero B) (Some z)); [exact E|].
    now rewrite ieee_negate, E.
  - change (at_most B (zero B) None) with false. cbn iota. change (negate B None) with (@None R).
    destruct (at_most I (zero I) x); [exact E|]. now rewrite ieee_negate, E.
Qed.

(** Of an infinity too. *)
Lemma larger_value (x f : ieee) w : real_value f = Some w ->
  x = B754_infinity false \/ BinarySingleNaN.is_finite x = true ->
  real_value (model.larger ieee I x f) = model.larger (option R) B (real_value x) (real_value f).
Proof.
  intros E [-> |F]; unfold model.larger.
  - assert (Ff := proj1 (value_finite _ _ E)).
    replace (at_most I (B754_infinity false) f) with false by (destruct f as [r|r| |r m y K]; easy). reflexivity.
  - rewrite (ieee_at_most fused x f _ w (some_value x F) E). now destruct (at_most B _ _).
Qed.

(** ** Sums *)

Lemma step_value s e : pair_value (model.step_pair ieee I s e) = model.step_pair (option R) B (pair_value s) (pair_value e).
Proof.
  unfold model.step_pair. unfold pair_value at 1. cbn [fst snd]. values.
  now rewrite !value_fst, !value_snd, two_sum_value.
Qed.

Lemma square_value e : pair_value (model.square_pair ieee I fused e) = model.square_pair (option R) B fused (pair_value e).
Proof.
  unfold model.square_pair. unfold pair_value at 1. cbn [fst snd]. values.
  now rewrite !value_fst, !value_snd, two_product_value.
Qed.

Lemma step_square_value s e :
  pair_value (model.step_square_pair ieee I fused s e)
  = model.step_square_pair (option R) B fused (pair_value s) (pair_value e).
Proof. unfold model.step_square_pair. now rewrite step_value, square_value. Qed.

Variable k : nat.

Lemma blocks_value {X Y} (f : X -> Y) row : model.blocks (map f row) = map (map f) (model.blocks row).
Proof. unfold model.blocks. now rewrite map_length, pieces_image. Qed.

Lemma folded {S T X Y} (f : S -> T) (g : X -> Y) (step : S -> X -> S) (step' : T -> Y -> T) :
  (forall s x, f (step s x) = step' (f s) (g x)) ->
  forall l s, f (fold_left step l s) = fold_left step' (map g l) (f s).
Proof.
  intros H. induction l as [|x l IH]; intros s; [reflexivity|]. cbn [map fold_left]. now rewrite IH, H.
Qed.

Theorem centre_sum_value xs :
  real_value (model.centre_sum ieee I k xs) = model.centre_sum (option R) B k (map real_value xs).
Proof.
  assert (P : forall v w, map real_value (vector_add ieee I v w)
    = vector_add (option R) B (map real_value v) (map real_value w)).
  { intros v w. apply pairwise_image. apply ieee_plus. }
  unfold model.centre_sum, model.centre_lanes.
  rewrite (folded real_value real_value (plus I) (plus B) (ieee_plus fused)).
  rewrite blocks_value. f_equal.
  rewrite (folded (map real_value) (map real_value) _
    (fun sum block => fold_left (vector_add (option R) B) (vectors (option R) B k block) sum)).
  - f_equal. apply (zeros_image ieee (option R) I B real_value k eq_refl).
  - intros s b. rewrite (folded (map real_value) (map real_value) _ (vector_add (option R) B) P). f_equal.
    unfold vectors. rewrite map_length, pieces_image, !map_map. apply map_ext.
    apply (padded_image ieee (option R) I B real_value k eq_refl).
Qed.

Section Sum.
Variable step : ieee_pair -> ieee_pair -> ieee_pair.
Variable step' : value_pair -> value_pair -> value_pair.
Hypothesis steps : forall s e, pair_value (step s e) = step' (pair_value s) (pair_value e).

Definition both_values (s : list ieee_pair * list ieee_pair) : list value_pair * list value_pair :=
  (map pair_value (fst s), map pair_value (snd s)).

Lemma zeros_value n :
  map pair_value (repeat (model.no_pair ieee I) n) = repeat (model.no_pair (option R) B) n.
Proof. induction n as [|n IH]; [reflexivity|]. cbn [repeat map]. now rewrite IH. Qed.

Lemma padded_value v :
  map pair_value (model.padded_pairs ieee I k v) = model.padded_pairs (option R) B k (map pair_value v).
Proof.
  unfold model.padded_pairs. rewrite map_app, map_length. apply (f_equal (app _)), zeros_value.
Qed.

Lemma round_value s r : both_values (model.take_round ieee I k step s r)
  = model.take_round (option R) B k step' (both_values s) (map pair_value r).
Proof.
  unfold model.take_round, both_values. cbn [fst snd]. rewrite map_length. apply f_equal2.
  - rewrite (pairwise_image _ _ pair_value step step' steps), padded_value, firstn_map. reflexivity.
  - destruct (length r <=? 2 ^ k)%nat; [reflexivity|].
    rewrite (pairwise_image _ _ pair_value step step' steps), padded_value, skipn_map. reflexivity.
Qed.

Lemma block_value s b : both_values (model.take_block ieee I k step s b)
  = model.take_block (option R) B k step' (both_values s) (map pair_value b).
Proof.
  unfold model.take_block. rewrite map_length, pieces_image.
  apply (folded both_values (map pair_value)). exact round_value.
Qed.

Lemma lanes_value j v : pair_value (model.sum_of_lanes ieee I j v) = model.sum_of_lanes (option R) B j (map pair_value v).
Proof.
  revert v. induction j as [|j IH]; intros v; [now destruct v|]. cbn [model.sum_of_lanes].
  rewrite IH, firstn_map, skipn_map. f_equal. apply pairwise_image, plus_pair_value.
Qed.

Theorem pair_sum_value es :
  pair_value (model.pair_sum I k step es) = model.pair_sum B k step' (map pair_value es).
Proof.
  unfold model.pair_sum. rewrite lanes_value, blocks_value.
  set (s := fold_left (model.take_block ieee I k step) (model.blocks es) _).
  assert (E : both_values s = fold_left (model.take_block (option R) B k step') (map (map pair_value) (model.blocks es))
    (model.pair_lanes (option R) B k, model.pair_lanes (option R) B k)).
  { unfold s. rewrite (folded both_values (map pair_value) _ _ block_value). f_equal.
    unfold both_values, model.pair_lanes. cbn [fst snd].
    now rewrite zeros_value. }
  rewrite <- E. unfold both_values. cbn [fst snd]. f_equal.
  rewrite (pairwise_image _ _ pair_value _ (model.plus_pair B) plus_pair_value). rewrite !map_map.
  f_equal; apply map_ext; intros x; apply fast_two_sum_value.
Qed.
End Sum.
End Operations.
