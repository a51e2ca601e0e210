(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage's loops, lane by lane

    Purpose.  The loops of model.v go through a row in blocks, two vectors a round, and leave the last
    round's second vector out where there is none.  So each lane of each accumulator is given every
    2^(k+1)-th number: the lanes of lanes.v, in which zeros stand for what is not there.

    Corresponds to ForEachBlock, accumulate and SumOfLanes of lib/fast/sharp_moments-inl.h.

    Symbols.
      step, good   how a lane takes a number; what lanes hold, to which a zero adds nothing
      both s       the lanes of both accumulators, one after the other

    Main result.
      row_by_lanes   what both accumulators hold after a row, for any such step *)

From Coq Require Import ZArith Reals List Arith Lia.
From ExactNorm Require Import specification fast.model fast.operations.
From ExactNorm Require sharp.model.
Import ListNotations.

(** ** Pieces of pieces *)

Lemma pieces_fuel {X} n : (0 < n)%nat -> forall f g (l : list X),
  (length l <= f)%nat -> (length l <= g)%nat -> pieces f n l = pieces g n l.
Proof.
  intros N. induction f as [|f IH]; intros g l F G; destruct l as [|x l]; try (cbn [length] in F; lia).
  - now destruct g.
  - now destruct g.
  - destruct g as [|g]; [cbn [length] in G; lia|].
    change (firstn n (x :: l) :: pieces f n (skipn n (x :: l))
      = firstn n (x :: l) :: pieces g n (skipn n (x :: l))).
    f_equal. apply IH; rewrite skipn_length; cbn [length] in *; lia.
Qed.

Lemma pieces_step {X} n (l : list X) : (0 < n)%nat -> l <> [] ->
  pieces (length l) n l = firstn n l :: pieces (length (skipn n l)) n (skipn n l).
Proof.
  intros N H. destruct l as [|x l]; [easy|].
  change (pieces (length (x :: l)) n (x :: l))
    with (firstn n (x :: l) :: pieces (length l) n (skipn n (x :: l))).
  f_equal. apply pieces_fuel; [exact N| |lia]. rewrite skipn_length. cbn [length]. lia.
Qed.

Lemma pieces_app {X} n : (0 < n)%nat -> forall m (a b : list X), length a = (m * n)%nat ->
  pieces (length (a ++ b)) n (a ++ b) = pieces (length a) n a ++ pieces (length b) n b.
Proof.
  intros N. induction m as [|m IH]; intros a b L.
  - destruct a; [reflexivity|discriminate L].
  - assert (Ln : (n <= length a)%nat) by (rewrite L; cbn [Nat.mul]; lia).
    assert (A : a <> []) by (intros ->; cbn [length] in Ln; lia).
    rewrite (pieces_step n (a ++ b) N), (pieces_step n a N A) by (destruct a; easy).
    rewrite firstn_app, skipn_app. replace (n - length a)%nat with O by lia.
    cbn [firstn skipn]. rewrite app_nil_r. cbn [app]. f_equal. apply IH.
    rewrite skipn_length, L. cbn [Nat.mul]. lia.
Qed.

Lemma pieces_count {X} n (l : list X) : (0 < n)%nat ->
  length (pieces (length l) n l) = ((length l + n - 1) / n)%nat.
Proof.
  intros N. assert (G : forall f (l : list X), (length l <= f)%nat ->
    length (pieces (length l) n l) = ((length l + n - 1) / n)%nat).
  { induction f as [|f IH]; intros r H; (destruct r as [|x r]; [|]).
    1, 3: cbn [length pieces]; symmetry; apply Nat.div_small; lia.
    - cbn [length] in H. lia.
    - set (q := x :: r) in *. assert (Q : q <> []) by easy. rewrite (pieces_step n q N Q).
      assert (L : (1 <= length q)%nat) by (unfold q; cbn [length]; lia).
      cbn [length]. rewrite IH by (rewrite skipn_length; unfold q in *; cbn [length] in *; lia).
      rewrite skipn_length. destruct (le_gt_dec n (length q)) as [B|B].
      + replace (length q + n - 1)%nat with (length q - n + n - 1 + 1 * n)%nat by lia.
        rewrite Nat.div_add by lia. lia.
      + replace (length q - n + n - 1)%nat with (n - 1)%nat by lia. rewrite Nat.div_small by lia.
        replace (length q + n - 1)%nat with (length q - 1 + 1 * n)%nat by lia.
        rewrite Nat.div_add, Nat.div_small by lia. reflexivity. }
  now apply (G (length l)).
Qed.

(** The rounds of the blocks are those of the row. *)
Lemma pieces_of_pieces {X} m n (l : list X) : (0 < n)%nat -> (0 < m)%nat ->
  concat (map (fun b => pieces (length b) n b) (pieces (length l) (m * n) l)) = pieces (length l) n l.
Proof.
  intros N M. assert (P : (0 < m * n)%nat) by now apply Nat.mul_pos_pos.
  assert (G : forall f (l : list X), (length l <= f)%nat ->
    concat (map (fun b => pieces (length b) n b) (pieces (length l) (m * n) l)) = pieces (length l) n l).
  { induction f as [|f IH]; intros r H; (destruct r as [|x r]; [reflexivity|]); [cbn [length] in H; lia|].
    set (q := x :: r) in *. assert (Q : q <> []) by easy.
    rewrite (pieces_step (m * n) q P Q). cbn [map concat]. rewrite IH.
    - destruct (le_gt_dec (m * n) (length q)) as [B|B].
      + rewrite <- (pieces_app n N m); [now rewrite firstn_skipn|]. rewrite firstn_length. lia.
      + rewrite skipn_all2, firstn_all2 by lia. cbn [pieces length]. now rewrite app_nil_r.
    - rewrite skipn_length. unfold q in *. cbn [length] in *. lia. }
  now apply (G (length l)).
Qed.

Lemma pieces_of_at_most {X} n : forall f (l : list X), Forall (fun p => (length p <= n)%nat) (pieces f n l).
Proof.
  induction f as [|f IH]; intros l; [constructor|]. destruct l as [|x l]; [constructor|].
  constructor; [|apply IH]. rewrite firstn_length. lia.
Qed.

(** ** Numbers of a list by their places *)

Section Places.
Context {X : Type}.
Variable z : X.

Lemma nth_first n (l : list X) j : (j < n)%nat -> nth j (firstn n l) z = nth j l z.
Proof.
  revert l j. induction n as [|n IH]; intros l j H; [lia|]. destruct l as [|x l]; [reflexivity|].
  destruct j as [|j]; [reflexivity|]. cbn [firstn nth]. apply IH. lia.
Qed.

Lemma nth_rest n (l : list X) j : nth j (skipn n l) z = nth (n + j) l z.
Proof.
  revert l. induction n as [|n IH]; intros l; [reflexivity|]. destruct l as [|x l]; [now destruct j|].
  cbn [skipn Nat.add nth]. apply IH.
Qed.

Lemma nth_padded (l : list X) n j : nth j (l ++ repeat z n) z = nth j l z.
Proof.
  destruct (le_gt_dec (length l) j) as [H|H].
  - rewrite app_nth2, (nth_overflow l) by lia. apply nth_repeat.
  - now rewrite app_nth1.
Qed.

Lemma by_places (l : list X) : l = map (fun j => nth j l z) (seq 0 (length l)).
Proof.
  induction l as [|x l IH]; [reflexivity|]. cbn [length seq map nth]. f_equal.
  rewrite <- seq_shift, map_map. exact IH.
Qed.

Lemma pairwise_places (f : X -> X -> X) n : forall v w, length v = n -> length w = n ->
  pairwise f v w = map (fun j => f (nth j v z) (nth j w z)) (seq 0 n).
Proof.
  induction n as [|n IH]; intros v w V W; (destruct v as [|x v]; try discriminate V);
    (destruct w as [|y w]; try discriminate W); [reflexivity|].
  cbn [length] in V, W. cbn [pairwise seq map nth]. f_equal. rewrite <- seq_shift, map_map. apply IH; lia.
Qed.

Lemma seq_places n a : seq a n = map (Nat.add a) (seq 0 n).
Proof.
  revert a. induction n as [|n IH]; intros a; [reflexivity|]. cbn [seq map]. rewrite Nat.add_0_r. f_equal.
  rewrite (IH (S a)), <- seq_shift, map_map. apply map_ext. intros j. lia.
Qed.

Lemma nth_of_map {Y} (f : nat -> Y) (y : Y) n j : (j < n)%nat -> nth j (map f (seq 0 n)) y = f j.
Proof.
  intros H. rewrite (nth_indep _ y (f O)) by now rewrite map_length, seq_length.
  rewrite map_nth. f_equal. now rewrite seq_nth.
Qed.
End Places.

(** ** A row *)

Section Row.
Variable number : Type.
Variable A : arithmetic number.
Variable k : nat.
Notation pair := (model.pair number).
Let z : pair := (zero A, zero A).
Let w := (2 ^ k)%nat.

Variable step : pair -> pair -> pair.
Variable good : pair -> Prop.
Hypothesis good_zero : good z.
Hypothesis good_step : forall s e, good (step s e).
Hypothesis zero_adds_nothing : forall s, good s -> step s z = s.

Definition both (s : list pair * list pair) : list pair := fst s ++ snd s.

Let held (s : list pair * list pair) : Prop :=
  length (fst s) = w /\ length (snd s) = w /\ Forall good (fst s) /\ Forall good (snd s).

Lemma pairwise_held v r : length v = w -> length r = w -> length (pairwise step v r) = w /\ Forall good (pairwise step v r).
Proof.
  intros V L. rewrite (pairwise_places z step w v r V L). split; [now rewrite map_length, seq_length|].
  apply Forall_forall. intros x H. apply in_map_iff in H. destruct H as (j & <- & _). apply good_step.
Qed.

Lemma padded_length v : (length v <= w)%nat -> length (model.padded_pairs number A k v) = w.
Proof. intros H. unfold model.padded_pairs. rewrite app_length, repeat_length. unfold w in *. lia. Qed.

Lemma take_round_places s r : held s -> (length r <= 2 * w)%nat ->
  held (model.take_round number A k step s r) /\
  both (model.take_round number A k step s r)
  = map (fun j => step (nth j (both s) z) (nth j r z)) (seq 0 (2 * w)).
Proof.
  intros (L0 & L1 & G0 & G1) H. destruct s as [s0 s1]. cbn [fst snd] in *.
  unfold model.take_round. fold w. cbn [fst snd].
  assert (F0 : length (model.padded_pairs number A k (firstn w r)) = w)
    by (apply padded_length; rewrite firstn_length; lia).
  assert (F1 : length (model.padded_pairs number A k (skipn w r)) = w)
    by (apply padded_length; rewrite skipn_length; lia).
  set (second := if (length r <=? w)%nat then s1 else pairwise step s1 (model.padded_pairs number A k (skipn w r))).
  assert (S : length second = w /\ Forall good second /\
              second = map (fun j => step (nth j s1 z) (nth (w + j) r z)) (seq 0 w)).
  { unfold second. destruct (Nat.leb_spec (length r) w) as [B|B].
    - split; [exact L1|]. split; [exact G1|]. rewrite (by_places z s1) at 1. rewrite L1. apply map_ext_in.
      intros j J. apply in_seq in J. rewrite (nth_overflow r) by lia. symmetry. apply zero_adds_nothing.
      rewrite Forall_forall in G1. apply G1, nth_In. lia.
    - destruct (pairwise_held s1 _ L1 F1) as [P Q]. split; [exact P|]. split; [exact Q|].
      rewrite (pairwise_places z step w _ _ L1 F1). apply map_ext. intros j. f_equal.
      unfold model.padded_pairs, model.no_pair. fold z. now rewrite nth_padded, nth_rest. }
  destruct S as (S1 & S2 & S3). destruct (pairwise_held s0 _ L0 F0) as [P Q].
  split; [now repeat split|]. unfold both. cbn [fst snd].
  replace (2 * w)%nat with (w + w)%nat by lia. rewrite seq_app, map_app. f_equal.
  - rewrite (pairwise_places z step w _ _ L0 F0). apply map_ext_in. intros j J. apply in_seq in J.
    f_equal; [symmetry; apply app_nth1; lia|]. unfold model.padded_pairs, model.no_pair. fold z.
    rewrite nth_padded, nth_first by lia. reflexivity.
  - cbn [Nat.add]. rewrite S3, (seq_places w w), map_map. apply map_ext. intros j. f_equal.
    rewrite app_nth2 by lia. f_equal. lia.
Qed.

Lemma rounds_places rounds : Forall (fun r => (length r <= 2 * w)%nat) rounds -> forall s, held s ->
  held (fold_left (model.take_round number A k step) rounds s) /\
  both (fold_left (model.take_round number A k step) rounds s)
  = map (fun j => fold_left step (map (fun r => nth j r z) rounds) (nth j (both s) z)) (seq 0 (2 * w)).
Proof.
  intros F. induction F as [|r rounds H F IH]; intros s B.
  - split; [exact B|]. cbn [fold_left map]. destruct B as (L0 & L1 & _).
    rewrite (by_places z (both s)) at 1. unfold both. rewrite app_length, L0, L1.
    replace (w + w)%nat with (2 * w)%nat by lia. reflexivity.
  - destruct (take_round_places s r B H) as [B1 E]. destruct (IH _ B1) as [B2 E2].
    cbn [fold_left map]. split; [exact B2|]. rewrite E2. apply map_ext_in. intros j J. apply in_seq in J.
    rewrite E, nth_of_map by lia. reflexivity.
Qed.

Lemma blocks_are_rounds blocks s :
  fold_left (model.take_block number A k step) blocks s
  = fold_left (model.take_round number A k step)
      (concat (map (fun b => pieces (length b) (2 * 2 ^ k) b) blocks)) s.
Proof.
  revert s. induction blocks as [|b blocks IH]; intros s; [reflexivity|].
  cbn [fold_left map concat]. rewrite fold_left_app. apply IH.
Qed.

(** For up to 32 lanes; a row of one block and more. *)
Theorem row_by_lanes es : (k <= 5)%nat ->
  let s := fold_left (model.take_block number A k step) (model.blocks es)
             (model.pair_lanes number A k, model.pair_lanes number A k) in
  length (fst s) = w /\
  both s = map (fun j => fold_left step (map (fun r => nth j r z) (pieces (length es) (2 * w) es)) z)
             (seq 0 (2 * w)).
Proof.
  intros K s. unfold s. clear s. rewrite blocks_are_rounds. unfold model.blocks, model.sharp_block. fold w.
  replace 64%nat with (2 ^ (5 - k) * (2 * w))%nat.
  2:{ unfold w. rewrite Nat.mul_comm, <- Nat.mul_assoc, <- Nat.pow_add_r. replace (k + (5 - k))%nat with 5%nat by lia.
      reflexivity. }
  assert (W : (0 < w)%nat) by (apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  rewrite pieces_of_pieces by (try lia; apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  destruct (rounds_places (pieces (length es) (2 * w) es) (pieces_of_at_most _ _ _)
    (model.pair_lanes number A k, model.pair_lanes number A k)) as [B E].
  - unfold held, model.pair_lanes, model.no_pair. cbn [fst snd]. fold w z. rewrite repeat_length.
    assert (G : Forall good (repeat z w)) by (apply Forall_forall; intros x H; apply repeat_spec in H; now subst).
    now repeat split.
  - split; [apply B|]. rewrite E. apply map_ext. intros j. f_equal. unfold both, model.pair_lanes, model.no_pair.
    cbn [fst snd]. fold w z. rewrite <- repeat_app. apply nth_repeat.
Qed.
End Row.
