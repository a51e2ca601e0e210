(* SPDX-License-Identifier: Apache-2.0 *)
(** * What overflows in the sums of a binary64 row stays so

    Purpose.  sharp/overflow.v for the sums of model.v: over binary64 with its largest number, of whatever
    numbers, each of them is what it is without, or none.

    Corresponds to AddBinary64 of lib/fast/binary64_moments-inl.h and to CounterSum.

    Symbols: below and pair_below of sharp/overflow.v.

    Main results.
      below_row_sum   of any loop of fast/model.v whose step keeps this
      below_sums      the four sums of a row *)

From Coq Require Import ZArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.overflow sharp.overflow binary64.model.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).
Local Notation B := (limited_arithmetic true).
Local Notation row := (Forall2 below).

Ltac descend_below := repeat first
  [ assumption | apply below_plus | apply below_subtract | apply below_multiply | apply below_divide
  | apply below_muladd | apply below_root | apply below_negate | apply below_zero | apply below_power
  | apply below_count | apply below_some ].

Section Sums.
Variable k : nat.

Lemma below_vectors os xs : row os xs -> Forall2 row (vectors _ B k os) (vectors _ A k xs).
Proof.
  intros H. unfold vectors. rewrite (all_length _ _ _ H). apply (all_map row); [|now apply all_pieces].
  intros v w V. unfold padded. rewrite (all_length _ _ _ V).
  apply Forall2_app; [exact V|]. apply all_repeat, below_zero.
Qed.

Lemma below_vector_add v v' w w' : row v v' -> row w w' -> row (vector_add _ B v w) (vector_add _ A v' w').
Proof. apply all_pairwise. intros. now apply below_plus. Qed.

Lemma below_lanes_sum j : forall v w, row v w -> below (lanes_sum _ B j v) (lanes_sum _ A j w).
Proof.
  induction j as [|j IH]; intros v w V; cbn [lanes_sum].
  - destruct V; [apply below_zero|assumption].
  - apply IH. apply below_vector_add; [now apply all_firstn|now apply all_skipn].
Qed.

Section Step.
Variable step' : option R -> option R -> option R.
Variable step : R -> R -> R.
Hypothesis step_below : forall s s' e e', below s s' -> below e e' -> below (step' s e) (step s' e').

Let take_below v v' w w' : row v v' -> row w w' -> row (take _ step' v w) (take _ step v' w').
Proof. now apply all_pairwise. Qed.

Lemma below_accumulate n : forall vs ws, (length vs <= n)%nat -> Forall2 row vs ws ->
  forall s0 t0 s1 t1 s2 t2 s3 t3, row s0 t0 -> row s1 t1 -> row s2 t2 -> row s3 t3 ->
  row (accumulate _ B step' vs s0 s1 s2 s3) (accumulate _ A step ws t0 t1 t2 t3).
Proof.
  induction n as [|n IH]; intros vs ws L V s0 t0 s1 t1 s2 t2 s3 t3 S0 S1 S2 S3.
  - destruct V; [|cbn in L; lia]. cbn [accumulate]. repeat apply below_vector_add; assumption.
  - destruct V as [|a a' vs ws Va V]; [cbn [accumulate]; repeat apply below_vector_add; assumption|].
    destruct V as [|b b' vs ws Vb V].
    { cbn [accumulate]. repeat apply below_vector_add; try assumption. now apply take_below. }
    destruct V as [|c c' vs ws Vc V].
    { cbn [accumulate]. repeat apply below_vector_add; try assumption; now apply take_below. }
    destruct V as [|d d' vs ws Vd V].
    { cbn [accumulate]. repeat apply below_vector_add; try assumption; now apply take_below. }
    cbn [accumulate]. apply IH; try (now apply take_below); [cbn in L; lia|exact V].
Qed.

Lemma below_block os xs : row os xs -> row (block_sum _ B k step' os) (block_sum _ A k step xs).
Proof.
  intros H. assert (Z : row (zeros _ B k) (zeros _ A k)) by apply all_repeat, below_zero.
  unfold block_sum. apply (below_accumulate (length (vectors _ B k os))); try assumption; [lia|].
  now apply below_vectors.
Qed.

Definition level_below (o : option (list (option R))) (x : option (list R)) : Prop :=
  match o, x with Some v, Some w => row v w | None, None => True | _, _ => False end.

Lemma below_counter_add levels levels' : Forall2 level_below levels levels' -> forall p q, row p q ->
  Forall2 level_below (counter_add _ B p levels) (counter_add _ A q levels').
Proof.
  intros H. induction H as [|o x levels levels' E H IH]; intros p q P; [constructor; [exact P|constructor]|].
  destruct o as [v|], x as [w|]; try contradiction; cbn [counter_add].
  - constructor; [exact I|]. apply IH. now apply below_vector_add.
  - constructor; assumption.
Qed.

Theorem below_row_sum os xs : row os xs -> below (row_sum B k step' os) (row_sum A k step xs).
Proof.
  intros H. unfold row_sum, counter_levels. rewrite (all_length _ _ _ H). apply below_lanes_sum.
  apply (all_fold level_below row).
  - intros s s' o x S E. destruct o as [v|], x as [w|]; try contradiction; [|exact S].
    now apply below_vector_add.
  - apply (all_fold row (Forall2 level_below)); [|now apply all_pieces|constructor].
    intros l l' b b' L Hb. apply below_counter_add; [exact L|]. now apply below_block.
  - apply all_repeat, below_zero.
Qed.
End Step.

(** ** The sums of a binary64 row *)

Variables (spread' : option R) (spread : R).
Hypothesis spread_below : below spread' spread.

Lemma below_first o x : below o x -> below (first B spread' o) (first A spread x).
Proof. intros H. unfold first. descend_below. Qed.

Lemma below_second o x : below o x -> below (second B spread' o) (second A spread x).
Proof. intros H. unfold second. apply below_subtract; [exact H|now apply below_first]. Qed.

Lemma below_alternate n : forall vs ws, (length vs <= n)%nat -> Forall2 row vs ws ->
  forall s0 t0 s1 t1, row s0 t0 -> row s1 t1 ->
  row (alternate _ B spread' vs s0 s1) (alternate _ A spread ws t0 t1).
Proof.
  assert (T : forall v v' w w', row v v' -> row w w' ->
    row (pairwise (step_first _ B spread') v w) (pairwise (step_first _ A spread) v' w')).
  { apply all_pairwise. intros. unfold step_first. apply below_plus; [assumption|now apply below_first]. }
  assert (P : forall v v' w w', row v v' -> row w w' -> row (pairwise (plus B) v w) (pairwise (plus A) v' w')).
  { apply all_pairwise. intros. now apply below_plus. }
  induction n as [|n IH]; intros vs ws L V s0 t0 s1 t1 S0 S1.
  - destruct V; [|cbn in L; lia]. now apply P.
  - destruct V as [|a a' vs ws Va V]; [now apply P|].
    destruct V as [|b b' vs ws Vb V]; [cbn [alternate]; apply P; auto|].
    cbn [alternate]. apply IH; auto. cbn in L. lia.
Qed.

Let zero_below : row (zero_lanes _ B k) (zero_lanes _ A k).
Proof. apply all_repeat, below_zero. Qed.

Lemma below_four n : forall vs ws, (length vs <= n)%nat -> Forall2 row vs ws ->
  forall s0 t0 s1 t1 s2 t2 s3 t3, row s0 t0 -> row s1 t1 -> row s2 t2 -> row s3 t3 ->
  Forall2 row (four_squares _ B spread' vs s0 s1 s2 s3) (four_squares _ A spread ws t0 t1 t2 t3).
Proof.
  assert (T : forall v v' w w', row v v' -> row w w' ->
    row (pairwise (step_first_square _ B spread') v w) (pairwise (step_first_square _ A spread) v' w')).
  { apply all_pairwise. intros. unfold step_first_square. apply below_muladd; try assumption; now apply below_first. }
  induction n as [|n IH]; intros vs ws L V s0 t0 s1 t1 s2 t2 s3 t3 S0 S1 S2 S3.
  - destruct V; [|cbn in L; lia]. cbn [four_squares]. repeat constructor; assumption.
  - destruct V as [|a a' vs ws Va V]; [cbn [four_squares]; repeat constructor; assumption|].
    destruct V as [|b b' vs ws Vb V]; [cbn [four_squares]; repeat constructor; auto|].
    destruct V as [|c c' vs ws Vc V]; [cbn [four_squares]; repeat constructor; auto|].
    destruct V as [|d d' vs ws Vd V]; [cbn [four_squares]; repeat constructor; auto|].
    cbn [four_squares]. apply IH; auto. cbn in L. lia.
Qed.

Lemma below_two_sum o x p y : below o x -> below p y -> pair_below (two_sum B o p) (two_sum A x y).
Proof. intros H K. unfold two_sum. split; cbn [fst snd]; descend_below. Qed.

Lemma below_squares os xs : row os xs -> pair_below (squares_first B k spread' os) (squares_first A k spread xs).
Proof.
  intros H. unfold squares_first.
  assert (L : Forall2 pair_below (squares_by_lane _ B k spread' os) (squares_by_lane _ A k spread xs)).
  { unfold squares_by_lane. rewrite (all_length _ _ _ H).
    apply (all_fold row (Forall2 pair_below)); [|now apply all_pieces|].
    2:{ apply all_repeat. split; apply below_zero. }
    intros h h' b b' Hh Hb. unfold join_block. apply (all_fold row (Forall2 pair_below)); [| |exact Hh].
    - intros g g' q q' Hg Hq. unfold join. apply (all_pairwise pair_below below); try assumption.
      intros a a' c c' [A1 A2] C. unfold join_lane. destruct (below_two_sum _ _ _ _ A1 C).
      split; cbn [fst snd]; descend_below.
    - apply (below_four (length (vectors _ B k b))); try assumption; [lia|now apply below_vectors]. }
  destruct L as [|l l' ls ls' Hl L]; [split; apply below_zero|].
  apply (all_fold pair_below pair_below); [|exact L|exact Hl].
  intros h h' a a' [H1 H2] [A1 A2]. unfold add_lane. destruct (below_two_sum _ _ _ _ H1 A1).
  split; cbn [fst snd]; descend_below.
Qed.

Theorem below_sums os xs : row os xs ->
  below (sum_first B k spread' os) (sum_first A k spread xs) /\
  below (sum_second B k spread' os) (sum_second A k spread xs) /\
  below (sum_rest B k spread' os) (sum_rest A k spread xs) /\
  pair_below (squares_first B k spread' os) (squares_first A k spread xs).
Proof.
  intros H. split; [|split; [|split; [|now apply below_squares]]].
  - unfold sum_first. apply below_lanes_sum.
    apply (below_alternate (length (vectors _ B k os))); try assumption; [lia|now apply below_vectors].
  - apply below_row_sum; [|exact H]. intros. unfold step_second.
    apply below_plus; [assumption|now apply below_second].
  - apply below_row_sum; [|exact H]. intros s s' e e' S E. unfold step_rest.
    apply below_muladd; [now apply below_second| |exact S]. apply below_plus; [exact E|now apply below_first].
Qed.
End Sums.
