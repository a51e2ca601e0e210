(* SPDX-License-Identifier: Apache-2.0 *)
(** * What overflows is not certified

    Purpose.  Over binary64 with its largest number (fast/overflow.v), what is not a finite number is none
    for good.  Here, of the operations of model.v, whatever their operands: what is a number there is
    the number that the model of the theorems has.  overflow_row.v has the same of a row, so that nothing
    has to be supposed about the sizes of x, gamma and beta.

    Corresponds to lib/fast/double_double-inl.h.  In IEEE's arithmetic an infinity or a NaN becomes finite
    again by nothing but a division by an infinity.  The stage divides by N and s, by v^ and its root, which
    admission finds in range, and by r^, which limited_root.v shows to be a number.

    Symbols.
      A, B         binary64 without and with its largest number
      below o x    if o is a number, it is x
      pair_below, row_below   the same of pairs, and of rows of pairs

    Main results.
      all_fold, all_pairwise   loops over lists keep what their steps keep
      below_plus_pair, below_plus_one, below_times, below_times_one *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.model.
Import ListNotations.

Local Open Scope R_scope.

(** ** Lists, element by element *)

Section Lists.
Context {X X' Y Y' Z Z' : Type}.

Lemma all_pairwise (P : X -> X' -> Prop) (Q : Y -> Y' -> Prop) (S : Z -> Z' -> Prop) f f' :
  (forall x x' y y', P x x' -> Q y y' -> S (f x y) (f' x' y')) ->
  forall v v' w w', Forall2 P v v' -> Forall2 Q w w' -> Forall2 S (pairwise f v w) (pairwise f' v' w').
Proof.
  intros H v v' w w' V. revert w w'. induction V as [|x x' v v' E V IH]; intros w w' W; [constructor|].
  destruct W as [|y y' w w' F W]; cbn [pairwise]; constructor; auto.
Qed.

Lemma all_map (P : X -> X' -> Prop) (Q : Y -> Y' -> Prop) f f' :
  (forall x x', P x x' -> Q (f x) (f' x')) ->
  forall v v', Forall2 P v v' -> Forall2 Q (map f v) (map f' v').
Proof. intros H v v' V. induction V; cbn; constructor; auto. Qed.

Lemma all_fold (P : X -> X' -> Prop) (Q : Y -> Y' -> Prop) f f' :
  (forall s s' x x', Q s s' -> P x x' -> Q (f s x) (f' s' x')) ->
  forall v v', Forall2 P v v' -> forall s s', Q s s' -> Q (fold_left f v s) (fold_left f' v' s').
Proof. intros H v v' V. induction V; intros s s' S; cbn; auto. Qed.

Variable P : X -> X' -> Prop.

Lemma all_firstn n v v' : Forall2 P v v' -> Forall2 P (firstn n v) (firstn n v').
Proof. intros V. revert n. induction V; intros [|n]; cbn; constructor; auto. Qed.

Lemma all_skipn n v v' : Forall2 P v v' -> Forall2 P (skipn n v) (skipn n v').
Proof. intros V. revert n. induction V; intros [|n]; cbn; auto. Qed.

Lemma all_repeat x x' n : P x x' -> Forall2 P (repeat x n) (repeat x' n).
Proof. intros H. induction n; cbn; constructor; auto. Qed.

Lemma all_length v v' : Forall2 P v v' -> length v = length v'.
Proof. intros V. induction V; cbn; congruence. Qed.

Lemma all_pieces n : forall fuel v v', Forall2 P v v' -> Forall2 (Forall2 P) (pieces fuel n v) (pieces fuel n v').
Proof.
  induction fuel as [|fuel IH]; intros v v' V; [destruct V; constructor|].
  destruct V as [|x x' v v' E V]; [constructor|].
  change (Forall2 (Forall2 P) (firstn n (x :: v) :: pieces fuel n (skipn n (x :: v)))
    (firstn n (x' :: v') :: pieces fuel n (skipn n (x' :: v')))).
  assert (W : Forall2 P (x :: v) (x' :: v')) by now constructor.
  constructor; [now apply all_firstn|]. apply IH. now apply all_skipn.
Qed.
End Lists.

(** ** Numbers *)

Definition below (o : option R) (x : R) : Prop := forall z, o = Some z -> z = x.
Definition pair_below (o : option R * option R) (x : R * R) : Prop :=
  below (fst o) (fst x) /\ below (snd o) (snd x).
Definition row_below : list (option R * option R) -> list (R * R) -> Prop := Forall2 pair_below.

Lemma below_some x : below (Some x) x.
Proof. intros z H. now injection H. Qed.

Lemma below_none x : below None x.
Proof. intros z H. discriminate H. Qed.

Lemma below_finite x : below (finite x) x.
Proof. unfold finite. destruct Rlt_bool; [apply below_some|apply below_none]. Qed.

Lemma below_two f o x p y : below o x -> below p y -> below (of_two f o p) (rnd (f x y)).
Proof.
  destruct o as [a|], p as [b|]; intros H K; cbn; try apply below_none.
  rewrite (H a eq_refl), (K b eq_refl). apply below_finite.
Qed.

Section Model.
Variable fused : bool.
Variable k : nat.
Notation A := (real_arithmetic fused).
Notation B := (limited_arithmetic fused).

Lemma below_plus o x p y : below o x -> below p y -> below (plus B o p) (plus A x y).
Proof. apply below_two. Qed.

Lemma below_subtract o x p y : below o x -> below p y -> below (subtract B o p) (subtract A x y).
Proof. apply below_two. Qed.

Lemma below_multiply o x p y : below o x -> below p y -> below (multiply B o p) (multiply A x y).
Proof. apply below_two. Qed.

Lemma below_divide o x p y : below o x -> below p y -> below (divide B o p) (divide A x y).
Proof.
  intros H K. unfold limited_arithmetic. cbn [divide]. destruct p as [b|]; [|apply below_none].
  destruct Req_bool; [apply below_none|]. now apply below_two.
Qed.

Lemma below_muladd o x p y q z : below o x -> below p y -> below q z -> below (muladd B o p q) (muladd A x y z).
Proof.
  intros H K L. unfold limited_arithmetic, real_arithmetic. cbn [muladd]. destruct fused.
  - destruct o as [a|], p as [b|], q as [c|]; try apply below_none.
    rewrite (H a eq_refl), (K b eq_refl), (L c eq_refl). apply below_finite.
  - apply below_two; [now apply below_two|exact L].
Qed.

Lemma below_root o x : below o x -> below (square_root B o) (square_root A x).
Proof.
  intros H. unfold limited_arithmetic. cbn [square_root]. destruct o as [a|]; [|apply below_none].
  destruct Rlt_bool; [apply below_none|]. rewrite (H a eq_refl). apply below_finite.
Qed.

Lemma below_negate o x : below o x -> below (negate B o) (negate A x).
Proof. intros H z. destruct o as [a|]; [|discriminate]. cbn. rewrite (H a eq_refl). congruence. Qed.

Lemma below_at_most o x p y : below o x -> below p y -> at_most B o p = true -> at_most A x y = true.
Proof.
  destruct o as [a|], p as [b|]; try discriminate. intros H K. now rewrite <- (H a eq_refl), <- (K b eq_refl).
Qed.

(** A choice whose condition is about a number that is chosen else. *)
Lemma below_choice (o : option R) x (c c' : bool) p y q z : below o x ->
  (o = Some x -> c = c') -> (o = None -> c = false /\ q = None) -> below p y -> below q z ->
  below (if c then p else q) (if c' then y else z).
Proof.
  intros H S N P Q. destruct o as [a|].
  - rewrite (H a eq_refl) in S. rewrite (S eq_refl). now destruct c'.
  - destruct (N eq_refl) as [-> ->]. apply below_none.
Qed.

Lemma below_larger o x z : below o x -> below (larger _ B o (Some z)) (larger _ A x z).
Proof.
  intros H. unfold larger. apply (below_choice o x); try assumption; [now intros ->|now intros ->|apply below_some].
Qed.

Lemma below_zero : below (zero B) (zero A).
Proof. apply below_some. Qed.
Lemma below_power n : below (power_of_two B n) (power_of_two A n).
Proof. apply below_some. Qed.
Lemma below_count n : below (of_count B n) (of_count A n).
Proof. apply below_some. Qed.

Ltac descend := repeat first
  [ assumption | apply below_plus | apply below_subtract | apply below_multiply | apply below_divide
  | apply below_muladd | apply below_root | apply below_negate | apply below_zero | apply below_power
  | apply below_count ].

Lemma below_literal n d : below (literal _ B n d) (literal _ A n d).
Proof. unfold literal. descend. Qed.

Lemma below_magnitude o x : below o x -> below (magnitude_of _ B o) (magnitude_of _ A x).
Proof.
  intros H. unfold magnitude_of. apply (below_choice o x); try assumption; [now intros ->| |now apply below_negate].
  now intros ->.
Qed.

(** ** Pairs *)

Lemma below_two_sum o x p y : below o x -> below p y -> pair_below (two_sum B o p) (two_sum A x y).
Proof. intros H K. unfold two_sum. split; cbn [fst snd]; descend. Qed.

Lemma below_fast_two_sum o x p y : below o x -> below p y -> pair_below (fast_two_sum B o p) (fast_two_sum A x y).
Proof. intros H K. unfold fast_two_sum. split; cbn [fst snd]; descend. Qed.

Lemma below_two_product c o x p y : below o x -> below p y ->
  pair_below (two_product B c o p) (two_product A c x y).
Proof.
  intros H K. unfold two_product, split_high, splitter. destruct c; split; cbn [fst snd]; descend.
Qed.

Theorem below_plus_pair o x p y : pair_below o x -> pair_below p y -> pair_below (plus_pair B o p) (plus_pair A x y).
Proof.
  intros [H1 H2] [K1 K2]. unfold plus_pair.
  destruct (below_two_sum _ _ _ _ H1 K1), (below_two_sum _ _ _ _ H2 K2).
  assert (V : pair_below (fast_two_sum B (fst (two_sum B (fst o) (fst p)))
      (plus B (snd (two_sum B (fst o) (fst p))) (fst (two_sum B (snd o) (snd p)))))
    (fast_two_sum A (fst (two_sum A (fst x) (fst y)))
      (plus A (snd (two_sum A (fst x) (fst y))) (fst (two_sum A (snd x) (snd y)))))).
  { apply below_fast_two_sum; descend. }
  destruct V. apply below_fast_two_sum; descend.
Qed.

Theorem below_plus_one o x p y : pair_below o x -> below p y -> pair_below (plus_one B o p) (plus_one A x y).
Proof.
  intros [H1 H2] K. unfold plus_one. destruct (below_two_sum _ _ _ _ H1 K). apply below_fast_two_sum; descend.
Qed.

Theorem below_times o x p y : pair_below o x -> pair_below p y ->
  pair_below (times B fused o p) (times A fused x y).
Proof.
  intros [H1 H2] [K1 K2]. unfold times. destruct (below_two_product fused _ _ _ _ H1 K1).
  apply below_fast_two_sum; descend.
Qed.

Theorem below_times_one o x p y : pair_below o x -> below p y ->
  pair_below (times_one B fused o p) (times_one A fused x y).
Proof.
  intros [H1 H2] K. unfold times_one. destruct (below_two_product fused _ _ _ _ H1 K).
  apply below_fast_two_sum; descend.
Qed.

Lemma below_opposite o x : pair_below o x -> pair_below (opposite _ B o) (opposite _ A x).
Proof. intros [H1 H2]. split; cbn [opposite fst snd]; descend. Qed.

Lemma below_no_pair : pair_below (no_pair _ B) (no_pair _ A).
Proof. split; apply below_zero. Qed.

Lemma below_deviation s s' m m' o x : below s s' -> below m m' -> below o x ->
  pair_below (deviation_pair _ B s m o) (deviation_pair _ A s' m' x).
Proof. intros S M H. unfold deviation_pair, scaled. apply below_two_sum; descend. Qed.
End Model.
