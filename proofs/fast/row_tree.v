(* SPDX-License-Identifier: Apache-2.0 *)
(** * The tree along which a row is summed

    Purpose.  The loops, run on trees instead of numbers, write down the additions that they do:
    their tree is no higher than SumHeight (lib/fast/error_bounds.h), and its leaves have the row's
    sum and sum of magnitudes.

    Symbols.  tree: sums.v.  growing: an arithmetic of trees, of which the sums use the addition.

    Main result.
      row_sum_tree   the sum of a row is the value of such a tree *)

From Coq Require Import ZArith NArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.images.
Import ListNotations.

Local Open Scope R_scope.

(** Addition is all that a sum does; the other operations are those of the tree's value. *)
Definition growing (fused : bool) : arithmetic tree :=
  let A := real_arithmetic fused in
  let of f := fun a b => Leaf (f (tree_value a) (tree_value b)) in {|
  zero := Leaf 0;
  plus := Node;
  subtract := of (subtract A);
  multiply := of (multiply A);
  divide := of (divide A);
  muladd := fun a b c => Leaf (muladd A (tree_value a) (tree_value b) (tree_value c));
  square_root := fun a => Leaf (square_root A (tree_value a));
  negate := fun a => Leaf (negate A (tree_value a));
  at_most := fun a b => at_most A (tree_value a) (tree_value b);
  is_finite := fun a => is_finite A (tree_value a);
  power_of_two := fun n => Leaf (power_of_two A n);
  of_count := fun n => Leaf (of_count A n)
|}.

(** Of a tree: its height, the sum of its leaves, that of their magnitudes. *)
Definition grown (h : nat) (s w : R) (t : tree) : Prop :=
  (tree_height t <= h)%nat /\ sum (tree_leaves t) = s /\ sum (map Rabs (tree_leaves t)) = w /\
  Forall binary64 (tree_leaves t).

Lemma grown_0 h : grown h 0 0 (Leaf 0).
Proof.
  split; [apply Nat.le_0_l|]. simpl. rewrite Rabs_R0. split; [ring|]. split; [ring|].
  constructor; [apply binary64_0|constructor].
Qed.

Lemma grown_le h h' s w t : (h <= h')%nat -> grown h s w t -> grown h' s w t.
Proof. intros L (H & G). split; [lia|exact G]. Qed.

Lemma grown_add h s w t s' w' t' :
  grown h s w t -> grown h s' w' t' -> grown (S h) (s + s') (w + w') (Node t t').
Proof.
  intros (H & S & W & F) (H' & S' & W' & F'). split; [simpl; lia|]. simpl tree_leaves.
  rewrite map_app, !sum_app, S, S', W, W'. repeat split. now apply Forall_app.
Qed.

Theorem row_sum_tree fused k xs : Forall binary64 xs ->
  exists t,
    row_sum (real_arithmetic fused) k (step_sum R (real_arithmetic fused)) xs = tree_value t /\
    (tree_height t <= N.to_nat (sum_height (N.of_nat (length xs)) (2 ^ N.of_nat k)))%nat /\
    sum (tree_leaves t) = sum xs /\ sum (map Rabs (tree_leaves t)) = sum (map Rabs xs) /\
    Forall binary64 (tree_leaves t).
Proof.
  intros F. exists (row_sum (growing fused) k (step_sum tree (growing fused)) (map Leaf xs)).
  split.
  - rewrite (row_sum_image tree R (growing fused) (real_arithmetic fused) tree_value k
               (step_sum tree (growing fused)) (step_sum R (real_arithmetic fused)) eq_refl
               (fun _ _ => eq_refl) (fun _ _ => eq_refl)).
    now rewrite map_map, map_id.
  - rewrite sum_height_is_rounds, <- (map_length Leaf xs).
    apply (row_sum_near tree (growing fused) k grown grown_0 grown_le grown_add (grown 0)
             (step_sum tree (growing fused)) 0 (grown_0 0)).
    + intros h s w t s' w' d H G L. exact (grown_add h s w t s' w' d G (grown_le 0 h _ _ _ H L)).
    + clear k. induction F as [|x l X F IH]; simpl; constructor; [|exact IH].
      split; [apply le_n|]. simpl. rewrite !Rplus_0_r. repeat split. now constructor.
Qed.
