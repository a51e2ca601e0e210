(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sums of a row, and how often an element is rounded in them

    Purpose.  row_sum of model.v, with its blocks, accumulators, tail, counter and lanes, is a tree
    of additions no higher than SumHeight (lib/fast/error_bounds.h) says, for every row and
    every number of lanes 2^k.

    Symbols.
      near h s w x   x is a binary64 number computed for the real s: |x - s| <= ((1 + u)^h - 1) w,
                     with |s| <= w the sum of the magnitudes that went into it
      lift P s w v   P holds for each number of v, for summands of s and of w
      leaf s w d     likewise for an element of the row before it is added

    Main results.
      tree_near        any tree of additions: height h, so h roundings *)

From Coq Require Import ZArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations.
Import ListNotations.

Local Open Scope R_scope.

Definition near (h : nat) (s w x : R) : Prop :=
  binary64 x /\ Rabs s <= w /\ Rabs (x - s) <= (growth h - 1) * w.

Lemma near_0 h : near h 0 0 0.
Proof.
  repeat split; [apply binary64_0|rewrite Rabs_R0; lra|].
  rewrite Rminus_0_r, Rabs_R0. lra.
Qed.

Lemma near_exact x : binary64 x -> near 0 x (Rabs x) x.
Proof.
  intros F. repeat split; [exact F|lra|]. unfold growth. simpl.
  rewrite Rminus_diag_eq by reflexivity. rewrite Rabs_R0. lra.
Qed.

Lemma near_le h h' s w x : (h <= h')%nat -> near h s w x -> near h' s w x.
Proof.
  intros L (F & W & E). repeat split; [exact F|exact W|].
  assert (G := growth_le _ _ L). assert (P := Rabs_pos s).
  apply Rle_trans with (1 := E). apply Rmult_le_compat_r; lra.
Qed.

Lemma near_size h s w x : near h s w x -> Rabs x <= growth h * w.
Proof.
  intros (_ & W & E). replace x with (s + (x - s)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Lemma near_add h s w x s' w' x' :
  near h s w x -> near h s' w' x' -> near (S h) (s + s') (w + w') (rnd (x + x')).
Proof.
  intros N N'. assert (Z := near_size _ _ _ _ N). assert (Z' := near_size _ _ _ _ N').
  destruct N as (F & W & E), N' as (F' & W' & E').
  assert (R := sum_in x x' F F'). assert (U := u_pos).
  repeat split; [apply binary64_rnd|apply Rle_trans with (1 := Rabs_triang _ _); lra|].
  rewrite growth_S.
  replace (rnd (x + x') - (s + s')) with ((rnd (x + x') - (x + x')) + ((x - s) + (x' - s'))) by ring.
  assert (T := Rabs_triang (rnd (x + x') - (x + x')) ((x - s) + (x' - s'))).
  assert (T1 := Rabs_triang (x - s) (x' - s')). assert (T2 := Rabs_triang x x').
  assert (u * Rabs (x + x') <= u * (growth h * w + growth h * w'))
    by (apply Rmult_le_compat_l; lra).
  lra.
Qed.

(** ** Any tree *)

Inductive tree := Leaf (a : R) | Node (l r : tree).

Fixpoint tree_height (t : tree) : nat :=
  match t with Leaf _ => O | Node l r => S (Nat.max (tree_height l) (tree_height r)) end.
Fixpoint tree_leaves (t : tree) : list R :=
  match t with Leaf a => [a] | Node l r => tree_leaves l ++ tree_leaves r end.
Fixpoint tree_value (t : tree) : R :=
  match t with Leaf a => a | Node l r => rnd (tree_value l + tree_value r) end.

Lemma sum_app l r : sum (l ++ r) = sum l + sum r.
Proof. induction l as [|a l IH]; simpl; [ring|rewrite IH; ring]. Qed.

Theorem tree_near t :
  Forall binary64 (tree_leaves t) ->
  near (tree_height t) (sum (tree_leaves t)) (sum (map Rabs (tree_leaves t))) (tree_value t).
Proof.
  induction t as [a|l IHl r IHr]; simpl; intros F.
  - rewrite !Rplus_0_r. apply near_exact. now inversion F.
  - apply Forall_app in F. destruct F as [Fl Fr].
    rewrite map_app, !sum_app. apply near_add.
    + apply near_le with (2 := IHl Fl). apply Nat.le_max_l.
    + apply near_le with (2 := IHr Fr). apply Nat.le_max_r.
Qed.

(** |fl(sum a) - sum a| <= 1.0001 h u sum |a|. *)
Theorem tree_error t :
  Forall binary64 (tree_leaves t) -> INR (tree_height t) * u <= / 1000000000000 ->
  Rabs (tree_value t - sum (tree_leaves t))
  <= 10001 / 10000 * INR (tree_height t) * u * sum (map Rabs (tree_leaves t)).
Proof.
  intros F H. destruct (tree_near t F) as (_ & W & E). assert (G := growth_bound _ H).
  assert (P := Rabs_pos (sum (tree_leaves t))).
  apply Rle_trans with (1 := E). apply Rmult_le_compat_r; lra.
Qed.

(** ** Lists of numbers that stand for summands *)

Inductive lift {X} (P : R -> R -> X -> Prop) : R -> R -> list X -> Prop :=
  | lift_nil : lift P 0 0 []
  | lift_cons s w x s' w' v : P s w x -> lift P s' w' v -> lift P (s + s') (w + w') (x :: v).

Lemma lift_one {X} (P : R -> R -> X -> Prop) s w x : lift P s w [x] -> P s w x.
Proof.
  intros L. inversion L as [|a b c d e f p q A B C]. inversion q. subst. now rewrite !Rplus_0_r.
Qed.

Lemma lift_app {X} (P : R -> R -> X -> Prop) v v' : forall s w s' w',
  lift P s w v -> lift P s' w' v' -> lift P (s + s') (w + w') (v ++ v').
Proof.
  intros s w s' w' L L'. induction L; simpl; [now rewrite !Rplus_0_l|].
  rewrite !Rplus_assoc. now constructor.
Qed.

Lemma lift_split {X} (P : R -> R -> X -> Prop) n : forall v s w, lift P s w v ->
  exists s1 w1 s2 w2, lift P s1 w1 (firstn n v) /\ lift P s2 w2 (skipn n v)
    /\ s = s1 + s2 /\ w = w1 + w2.
Proof.
  induction n as [|n IH]; intros v s w L.
  - exists 0, 0, s, w. repeat split; [constructor|exact L|ring|ring].
  - inversion L as [|s0 w0 x s' w' v' p q A B C]; subst; simpl.
    + exists 0, 0, 0, 0. repeat split; try constructor; ring.
    + destruct (IH _ _ _ q) as (s1 & w1 & s2 & w2 & L1 & L2 & -> & ->).
      exists (s0 + s1), (w0 + w1), s2, w2. repeat split; [now constructor|exact L2|ring|ring].
Qed.

Lemma lift_impl {X} (P Q : R -> R -> X -> Prop) v : (forall s w x, P s w x -> Q s w x) ->
  forall s w, lift P s w v -> lift Q s w v.
Proof. intros I s w L. induction L; constructor; auto. Qed.

Lemma lift_repeat {X} (P : R -> R -> X -> Prop) x n : P 0 0 x -> lift P 0 0 (repeat x n).
Proof.
  intros H. induction n as [|n IH]; simpl; [constructor|].
  rewrite <- (Rplus_0_l 0). now constructor.
Qed.

Lemma lift_pairwise {X Y Z} (P : R -> R -> X -> Prop) (Q : R -> R -> Y -> Prop)
    (S : R -> R -> Z -> Prop) f
    (ok : forall s w x s' w' y, P s w x -> Q s' w' y -> S (s + s') (w + w') (f x y)) :
  forall v s w v' s' w', lift P s w v -> lift Q s' w' v' -> length v = length v' ->
  lift S (s + s') (w + w') (pairwise f v v').
Proof.
  intros v s w v' s' w' L. revert v' s' w'.
  induction L as [|s0 w0 x s1 w1 v p L IH]; intros v' s' w' L' E; destruct L' as [|a b y c d v' q L'];
    try discriminate E.
  - rewrite !Rplus_0_l. constructor.
  - replace (s0 + s1 + (a + c)) with ((s0 + a) + (s1 + c)) by ring.
    replace (w0 + w1 + (b + d)) with ((w0 + b) + (w1 + d)) by ring.
    simpl. constructor; [now apply ok|]. apply IH; [exact L'|]. now injection E.
Qed.

Lemma pairwise_length {X Y Z} (f : X -> Y -> Z) : forall v w, length v = length w ->
  length (pairwise f v w) = length v.
Proof.
  induction v as [|x v IH]; intros [|y w] E; try discriminate E; simpl; [reflexivity|].
  f_equal. apply IH. now injection E.
Qed.

Lemma pieces_number {X} n c : (0 < n)%nat -> forall fuel (l : list X),
  (length l <= n * c)%nat -> (length (pieces fuel n l) <= c)%nat.
Proof.
  intros P. induction c as [|c IH]; intros fuel l H; destruct fuel as [|fuel], l as [|a l];
    try (simpl; lia).
  - simpl length in H. lia.
  - change (S (length (pieces fuel n (skipn n (a :: l)))) <= S c)%nat.
    apply le_n_S, IH. rewrite skipn_length. lia.
Qed.

Lemma lift_pieces {X} (P : R -> R -> X -> Prop) n : (0 < n)%nat -> forall fuel v s w,
  (length v <= fuel)%nat -> lift P s w v ->
  lift (fun s w p => lift P s w p /\ (length p <= n)%nat) s w (pieces fuel n v).
Proof.
  intros N. induction fuel as [|fuel IH]; intros v s w H L.
  - destruct v; [|simpl in H; lia]. inversion L. constructor.
  - destruct v as [|a v]; [inversion L; constructor|].
    destruct (lift_split P n (a :: v) s w L) as (s1 & w1 & s2 & w2 & L1 & L2 & -> & ->).
    change (pieces (S fuel) n (a :: v)) with (firstn n (a :: v) :: pieces fuel n (skipn n (a :: v))).
    constructor.
    + split; [exact L1|]. rewrite firstn_length. lia.
    + apply IH; [|exact L2]. rewrite skipn_length. simpl length in *. lia.
Qed.
