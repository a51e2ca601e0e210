(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the sharp stage's model means over the reals: operations and sums

    Purpose.  With rounded real numbers model.v, which is extracted and compared with the C++, gives the
    numbers that the theorems of this folder speak about.  Here: its operations and the sums of a row,
    for up to 32 lanes and every length; row_meaning.v has what is computed from them.

    Corresponds to lib/fast/double_double-inl.h and accumulate of sharp_moments-inl.h.

    Symbols.
      A   the arithmetic of rounded real numbers, with an FMA or without

    Main results.
      pair_operations   TwoSum, FastTwoSum, TwoProduct, Add and Multiply
      row_sums          both sums of a row are the sharp_total of lanes.v *)

From Coq Require Import ZArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.ends sharp.sums
  sharp.squares sharp.products sharp.addition sharp.pairs sharp.lanes sharp.rounds.
From ExactNorm Require sharp.model.
Import ListNotations.

Local Open Scope R_scope.

Section Meaning.
Variable fused : bool.
Notation A := (real_arithmetic fused).

(** ** Operations *)

Lemma splitter_is : model.splitter R A = bpow radix2 27 + 1.
Proof.
  unfold model.splitter, real_arithmetic. cbn [plus power_of_two]. change (bpow radix2 0) with 1.
  apply rnd_exact. apply generic_format_FLT. exists (Float radix2 (2 ^ 27 + 1) 0).
  - unfold F2R. cbn [Fnum Fexp]. rewrite plus_IZR. change (IZR (2 ^ 27)) with (bpow radix2 27). simpl (bpow radix2 0). ring.
  - reflexivity.
  - cbn [Fexp]. lia.
Qed.

Lemma two_product_is a b : model.two_product A fused a b = (rnd (a * b), two_product_error fused a b).
Proof.
  unfold model.two_product, two_product_error, model.split_high, split_high. rewrite splitter_is.
  now destruct fused.
Qed.

Lemma plus_pair_is x y : model.plus_pair A x y = plus_pair x y.
Proof. reflexivity. Qed.

Lemma plus_one_is x b : model.plus_one A x b = plus_one (fst x) (snd x) b.
Proof. reflexivity. Qed.

Lemma times_is x y : model.times A fused x y = times fused (fst x) (snd x) (fst y) (snd y).
Proof. unfold model.times. now rewrite two_product_is. Qed.

Lemma times_one_is x b : model.times_one A fused x b = times_one fused (fst x) (snd x) b.
Proof. unfold model.times_one. now rewrite two_product_is. Qed.

Theorem pair_operations a b x y :
  model.two_sum A a b = (rnd (a + b), two_sum_error a b) /\
  model.fast_two_sum A a b = fast_two_sum a b /\
  model.two_product A fused a b = (rnd (a * b), two_product_error fused a b) /\
  model.plus_pair A x y = plus_pair x y /\
  model.plus_one A x b = plus_one (fst x) (snd x) b /\
  model.times A fused x y = times fused (fst x) (snd x) (fst y) (snd y) /\
  model.times_one A fused x b = times_one fused (fst x) (snd x) b.
Proof.
  split; [reflexivity|]. split; [reflexivity|]. split; [apply two_product_is|].
  split; [apply plus_pair_is|]. split; [apply plus_one_is|]. split; [apply times_is|apply times_one_is].
Qed.

(** ** Sums *)

Definition both_binary64 (s : R * R) : Prop := binary64 (fst s) /\ binary64 (snd s).

Lemma step_is s e : model.step_pair R A s e = step s e.
Proof. now destruct s, e. Qed.

Lemma square_is e : model.square_pair R A fused e = square fused e.
Proof. unfold model.square_pair. rewrite two_product_is. now destruct e. Qed.

Lemma step_binary64 s e : both_binary64 (step s e).
Proof. destruct s, e. split; apply binary64_rnd. Qed.

Lemma step_zero s : both_binary64 s -> step s (0, 0) = s.
Proof.
  destruct s as [high low]. intros [H L]. cbn [fst snd] in *. unfold step.
  assert (T := two_sum_exact high 0 H binary64_0). rewrite Rplus_0_r, (rnd_exact high H) in T.
  replace (two_sum_error high 0) with 0 by lra.
  now rewrite !Rplus_0_r, rnd_0, Rplus_0_r, (rnd_exact high H), (rnd_exact low L).
Qed.

Lemma square_zero : square fused (0, 0) = (0, 0).
Proof.
  assert (E := two_product_exact fused 0 0 binary64_0 binary64_0 (or_introl (Rmult_0_l 0))).
  rewrite Rmult_0_l, rnd_0, Rplus_0_l in E. unfold square.
  now rewrite E, !Rmult_0_r, !rnd_0, Rplus_0_r, rnd_0.
Qed.

Lemma squares_along l s :
  fold_left (model.step_square_pair R A fused) l s = fold_left step (map (square fused) l) s.
Proof.
  revert s. induction l as [|e l IH]; intros s; [reflexivity|]. cbn [map fold_left]. rewrite IH.
  unfold model.step_square_pair. now rewrite step_is, square_is.
Qed.

Lemma lanes_sum_is j v : model.sum_of_lanes R A j v = pairs_sum j v.
Proof.
  revert v. induction j as [|j IH]; intros v; [reflexivity|]. cbn [model.sum_of_lanes pairs_sum].
  rewrite IH. reflexivity.
Qed.

Variable k : nat.
Hypothesis lanes_few : (k <= 5)%nat.

Lemma halves (v w : list (R * R)) : length v = (2 ^ k)%nat ->
  pairs_sum (S k) (map normalized (v ++ w))
  = pairs_sum k (pairwise plus_pair (map normalized v) (map normalized w)).
Proof.
  intros L. rewrite map_app. cbn [pairs_sum].
  assert (L' : length (map normalized v) = (2 ^ k)%nat) by now rewrite map_length.
  rewrite firstn_app, skipn_app, L', Nat.sub_diag. cbn [firstn skipn].
  now rewrite app_nil_r, firstn_all2, skipn_all2 by lia.
Qed.

(** Along its lanes a row is summed as by lane of sums.v. *)
Lemma sum_is step' (f : list (R * R) -> R * R) es :
  (forall s e, both_binary64 (step' s e)) ->
  (forall s, both_binary64 s -> step' s (0, 0) = s) ->
  (forall l, fold_left step' l (0, 0) = f l) ->
  model.pair_sum A k step' es = sharp_total k f es.
Proof.
  intros G Z F. assert (G0 : both_binary64 (0, 0)) by (split; apply binary64_0).
  destruct (row_by_lanes R A k step' both_binary64 G0 G Z es lanes_few) as [L B].
  unfold model.pair_sum, sharp_total. rewrite lanes_sum_is.
  set (s := fold_left (model.take_block R A k step') (model.blocks es)
              (model.pair_lanes R A k, model.pair_lanes R A k)) in *.
  replace (map (fun l => normalized (f l)) (strided (2 ^ S k) es)) with (map normalized (both R s)).
  2:{ rewrite B. unfold strided. rewrite !map_map. change (2 ^ S k)%nat with (2 * 2 ^ k)%nat.
      apply map_ext. intros j. now rewrite <- F. }
  symmetry. exact (halves _ _ L).
Qed.

Theorem row_sums es :
  model.pair_sum A k (model.step_pair R A) es = sharp_total k lane es /\
  model.pair_sum A k (model.step_square_pair R A fused) es
  = sharp_total k (fun l => lane (map (square fused) l)) es.
Proof.
  split; apply sum_is; try (intros; unfold model.step_square_pair; rewrite ?step_is; apply step_binary64).
  - intros s H. rewrite step_is. now apply step_zero.
  - intros l. unfold lane. generalize (0, 0). induction l as [|e l IH]; intros s; [reflexivity|].
    cbn [fold_left]. now rewrite step_is.
  - intros s H. unfold model.step_square_pair. rewrite step_is, square_is, square_zero. now apply step_zero.
  - intros l. apply squares_along.
Qed.
End Meaning.
