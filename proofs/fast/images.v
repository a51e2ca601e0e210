(* SPDX-License-Identifier: Apache-2.0 *)
(** * One arithmetic as the image of another

    Purpose.  A map of numbers that keeps what an accumulator does keeps the sum of a row: so the
    loops may be run on pairs, one half of which is what the theorems speak about.

    Main result.
      row_sum_image   f (row_sum v) = row_sum (map f v) *)

From Coq Require Import List Arith Lia.
From ExactNorm Require Import fast.model.
Import ListNotations.

Section Image.
Variables X Y : Type.
Variable A : arithmetic X.
Variable B : arithmetic Y.
Variable f : X -> Y.
Variable k : nat.
Variable step : X -> X -> X.
Variable step' : Y -> Y -> Y.
Hypothesis f_zero : f (zero A) = zero B.
Hypothesis f_plus : forall x y, f (plus A x y) = plus B (f x) (f y).
Hypothesis f_step : forall x y, f (step x y) = step' (f x) (f y).

Lemma pairwise_image (g : X -> X -> X) (g' : Y -> Y -> Y) :
  (forall x y, f (g x y) = g' (f x) (f y)) ->
  forall v w, map f (pairwise g v w) = pairwise g' (map f v) (map f w).
Proof.
  intros H v. induction v as [|x v IH]; intros [|y w]; simpl; try reflexivity.
  now rewrite H, IH.
Qed.

Lemma vector_image v w :
  map f (vector_add X A v w) = vector_add Y B (map f v) (map f w).
Proof. apply pairwise_image, f_plus. Qed.

Lemma take_image v w : map f (take X step v w) = take Y step' (map f v) (map f w).
Proof. apply pairwise_image, f_step. Qed.

Lemma zeros_image : map f (zeros X A k) = zeros Y B k.
Proof. unfold zeros. change (lanes k) with (lanes k). induction (lanes k); simpl; congruence. Qed.

Lemma accumulate_image n : forall vs s0 s1 s2 s3, length vs <= n ->
  map f (accumulate X A step vs s0 s1 s2 s3)
  = accumulate Y B step' (map (map f) vs) (map f s0) (map f s1) (map f s2) (map f s3).
Proof.
  induction n as [|n IH]; intros vs s0 s1 s2 s3 H.
  - destruct vs; [|simpl in H; lia]. simpl. now rewrite !vector_image.
  - destruct vs as [|a [|b [|c [|d vs]]]]; try (simpl; now rewrite !vector_image, ?take_image).
    cbn [map accumulate]. rewrite <- !take_image. apply IH. simpl in H. lia.
Qed.

Lemma pieces_image {Z W} (g : Z -> W) n : forall fuel v,
  pieces fuel n (map g v) = map (map g) (pieces fuel n v).
Proof.
  induction fuel as [|fuel IH]; intros [|x v]; try reflexivity.
  change (pieces (S fuel) n (map g (x :: v)))
    with (firstn n (map g (x :: v)) :: pieces fuel n (skipn n (map g (x :: v)))).
  change (pieces (S fuel) n (x :: v)) with (firstn n (x :: v) :: pieces fuel n (skipn n (x :: v))).
  cbn [map]. change (g x :: map g v) with (map g (x :: v)).
  now rewrite skipn_map, firstn_map, IH.
Qed.

Lemma padded_image v : map f (padded X A k v) = padded Y B k (map f v).
Proof.
  unfold padded. rewrite map_app, map_length. f_equal.
  induction (lanes k - length v); simpl; congruence.
Qed.

Lemma block_image v : map f (block_sum X A k step v) = block_sum Y B k step' (map f v).
Proof.
  unfold block_sum. rewrite (accumulate_image _ _ _ _ _ _ (le_n _)), zeros_image. f_equal.
  unfold vectors. rewrite map_length, pieces_image, !map_map. apply map_ext. apply padded_image.
Qed.

Lemma counter_image levels : forall p,
  map (option_map (map f)) (counter_add X A p levels)
  = counter_add Y B (map f p) (map (option_map (map f)) levels).
Proof.
  induction levels as [|[v|] levels IH]; intros p; simpl; try reflexivity.
  now rewrite IH, vector_image.
Qed.

Lemma levels_image blocks : forall levels,
  map (option_map (map f)) (fold_left (fun l b => counter_add X A (block_sum X A k step b) l) blocks levels)
  = fold_left (fun l b => counter_add Y B (block_sum Y B k step' b) l) (map (map f) blocks)
      (map (option_map (map f)) levels).
Proof.
  induction blocks as [|b blocks IH]; intros levels; simpl; [reflexivity|].
  now rewrite IH, counter_image, block_image.
Qed.

Lemma total_image levels : forall t,
  map f (fold_left (level_add X A) levels t)
  = fold_left (level_add Y B) (map (option_map (map f)) levels) (map f t).
Proof.
  induction levels as [|[v|] levels IH]; intros t; simpl; try reflexivity; rewrite IH; [|reflexivity].
  now rewrite vector_image.
Qed.

Lemma lanes_image j : forall v, f (lanes_sum X A j v) = lanes_sum Y B j (map f v).
Proof.
  induction j as [|j IH]; intros v; simpl.
  - now destruct v.
  - rewrite IH, vector_image, firstn_map, skipn_map. reflexivity.
Qed.

Theorem row_sum_image v : f (row_sum A k step v) = row_sum B k step' (map f v).
Proof.
  unfold row_sum, counter_levels. rewrite lanes_image, total_image, levels_image, zeros_image.
  now rewrite map_length, pieces_image.
Qed.
End Image.
