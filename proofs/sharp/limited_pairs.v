(* SPDX-License-Identifier: Apache-2.0 *)
(** * Pairs of moderate numbers do not overflow

    Purpose.  The operations of model.v over binary64 with its largest number (fast/overflow.v) give what
    they give over binary64 without one, as long as what goes in is well below that number; and what
    comes out is not much larger than what goes in.

    Corresponds to lib/fast/double_double-inl.h.

    Symbols.
      A, B            binary64 without and with its largest number
      is_there n o x  o is there and is x, a binary64 number of at most 2^n
      are_there n o x   both parts are

    Main results.
      fast_two_sum_there, two_product_there, times_there *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.ends
  sharp.squares sharp.pairs sharp.pair_products sharp.model.

Local Open Scope R_scope.

Definition is_there (n : Z) (o : option R) (x : R) : Prop := o = Some x /\ binary64 x /\ small n x.
Definition are_there (n : Z) (o : option R * option R) (x : R * R) : Prop :=
  is_there n (fst o) (fst x) /\ is_there n (snd o) (snd x).

Lemma is_there_le n m o x : is_there n o x -> (n <= m)%Z -> is_there m o x.
Proof. intros (E & F & S) L. split; [exact E|]. split; [exact F|]. now apply small_le with (1 := L). Qed.

Lemma are_there_le n m o x : are_there n o x -> (n <= m)%Z -> are_there m o x.
Proof. intros [A B] L. split; now apply is_there_le with n. Qed.

Section Pairs.
Variable fused : bool.
Let A := real_arithmetic fused.
Let B := limited_arithmetic fused.

(** ** Operations *)

Lemma rounded_there n z : (-1000 <= n <= 1023)%Z -> small n z -> is_there n (finite (rnd z)) (rnd z).
Proof.
  intros N S. split; [now apply (finite_small n)|]. split; [apply binary64_rnd|apply small_rnd; [lia|exact S]].
Qed.

Lemma plus_there n o x p y : is_there n o x -> is_there n p y -> (-1000 <= n <= 1022)%Z ->
  is_there (n + 1) (plus B o p) (plus A x y).
Proof.
  intros (-> & _ & X) (-> & _ & Y) N. apply (rounded_there (n + 1)); [lia|]. now apply small_sum.
Qed.

Lemma subtract_there n o x p y : is_there n o x -> is_there n p y -> (-1000 <= n <= 1022)%Z ->
  is_there (n + 1) (subtract B o p) (subtract A x y).
Proof.
  intros (-> & _ & X) (-> & _ & Y) N. apply (rounded_there (n + 1)); [lia|]. now apply small_difference.
Qed.

Lemma multiply_there n m o x p y : is_there n o x -> is_there m p y -> (-1000 <= n + m <= 1023)%Z ->
  is_there (n + m) (multiply B o p) (multiply A x y).
Proof.
  intros (-> & _ & X) (-> & _ & Y) N. apply (rounded_there (n + m)); [lia|]. now apply small_times.
Qed.

Lemma negate_there n o x : is_there n o x -> is_there n (negate B o) (negate A x).
Proof.
  intros (-> & F & X). split; [reflexivity|]. split; [now apply binary64_opp|now apply small_opp].
Qed.

Lemma muladd_there n m o x p y q z :
  is_there n o x -> is_there m p y -> is_there (n + m) q z -> (-1000 <= n + m <= 1022)%Z ->
  is_there (n + m + 1) (muladd B o p q) (muladd A x y z).
Proof.
  intros (-> & _ & X) (-> & _ & Y) (-> & _ & Z) N. assert (T := small_times _ _ _ _ X Y).
  unfold A, B. cbn [muladd limited_arithmetic real_arithmetic]. destruct fused.
  - apply (rounded_there (n + m + 1)); [lia|]. now apply small_sum.
  - cbn [of_two]. rewrite (finite_small (n + m)) by (lia || assumption).
    apply (rounded_there (n + m + 1)); [lia|]. apply small_sum; [apply small_rnd; [lia|exact T]|exact Z].
Qed.

Lemma power_there n : (-1000 <= n <= 1000)%Z -> is_there n (power_of_two B n) (power_of_two A n).
Proof.
  intros N. split; [reflexivity|]. split.
  - apply generic_format_bpow. unfold FLT_exp. lia.
  - unfold small. cbn. rewrite Rabs_pos_eq by apply bpow_ge_0. apply Rle_refl.
Qed.

(** ** Sums *)

Theorem fast_two_sum_there n o x p y : is_there n o x -> is_there n p y -> (-1000 <= n <= 1000)%Z ->
  are_there (n + 3) (fast_two_sum B o p) (fast_two_sum A x y).
Proof.
  intros X Y N. assert (S := plus_there n _ _ _ _ X Y ltac:(lia)).
  assert (D := subtract_there (n + 1) _ _ _ _ S (is_there_le _ (n + 1) _ _ X ltac:(lia)) ltac:(lia)).
  assert (E := subtract_there (n + 1 + 1) _ _ _ _ (is_there_le _ (n + 1 + 1) _ _ Y ltac:(lia)) D ltac:(lia)).
  split; [apply is_there_le with (1 := S)|apply is_there_le with (1 := E)]; lia.
Qed.

(** ** Products *)

Lemma splitter_there : is_there 28 (splitter _ B) (splitter _ A).
Proof.
  apply (plus_there 27); [apply power_there; lia| |lia].
  apply is_there_le with 0%Z; [apply power_there; lia|lia].
Qed.

Lemma splitter_is : splitter _ A = bpow radix2 27 + 1.
Proof.
  unfold splitter. change (rnd (bpow radix2 27 + 1) = bpow radix2 27 + 1). apply rnd_exact.
  apply generic_format_FLT. exists (Float radix2 134217729 0); [unfold F2R; simpl; lra| |]; simpl; lia.
Qed.

Lemma split_there n o x : is_there n o x -> (-900 <= n <= 980)%Z ->
  is_there (n + 30) (split_high _ B o) (split_high _ A x).
Proof.
  intros X N. assert (S := multiply_there _ _ _ _ _ _ X splitter_there ltac:(lia)).
  assert (D := subtract_there (n + 28) _ _ _ _ S (is_there_le _ (n + 28) _ _ X ltac:(lia)) ltac:(lia)).
  assert (E := subtract_there (n + 28 + 1) _ _ _ _ (is_there_le _ (n + 28 + 1) _ _ S ltac:(lia)) D ltac:(lia)).
  apply is_there_le with (1 := E). lia.
Qed.

Theorem two_product_there n m o x p y : is_there n o x -> is_there m p y ->
  (-900 <= n <= 950)%Z -> (-900 <= m <= 950)%Z -> (-900 <= n + m <= 900)%Z ->
  are_there (n + m + 2) (two_product B fused o p) (two_product A fused x y).
Proof.
  intros X Y N M L. assert (P := multiply_there _ _ _ _ _ _ X Y ltac:(lia)).
  assert (E : forall one, exists l, is_there l (snd (two_product B one o p)) (snd (two_product A one x y))).
  { intros one. unfold two_product. destruct one; cbn [snd]; eexists.
    - apply (muladd_there n m); [exact X|exact Y|now apply negate_there|lia].
    - assert (X1 := split_there n _ _ X ltac:(lia)). assert (Y1 := split_there m _ _ Y ltac:(lia)).
      assert (X2 := subtract_there (n + 30) _ _ _ _ (is_there_le _ (n + 30) _ _ X ltac:(lia)) X1 ltac:(lia)).
      assert (Y2 := subtract_there (m + 30) _ _ _ _ (is_there_le _ (m + 30) _ _ Y ltac:(lia)) Y1 ltac:(lia)).
      assert (P1 := multiply_there _ _ _ _ _ _ X1 Y1 ltac:(lia)).
      assert (P2 := multiply_there _ _ _ _ _ _ X1 Y2 ltac:(lia)).
      assert (P3 := multiply_there _ _ _ _ _ _ X2 Y1 ltac:(lia)).
      assert (P4 := multiply_there _ _ _ _ _ _ X2 Y2 ltac:(lia)).
      apply (is_there_le _ (n + m + 62)) in P, P1, P2, P3, P4; try lia. set (l := (n + m + 62)%Z) in *.
      assert (Hl : (-1000 <= l <= 970)%Z) by (unfold l; lia).
      assert (L1 := subtract_there l _ _ _ _ P1 P ltac:(lia)).
      assert (L2 := plus_there (l + 1) _ _ _ _ L1 (is_there_le _ (l + 1) _ _ P2 ltac:(lia)) ltac:(lia)).
      assert (L3 := plus_there (l + 1 + 1) _ _ _ _ L2 (is_there_le _ (l + 1 + 1) _ _ P3 ltac:(lia)) ltac:(lia)).
      apply (plus_there (l + 1 + 1 + 1)); [exact L3| |lia]. apply is_there_le with (1 := P4). lia. }
  split.
  { assert (F1 : forall one, fst (two_product B one o p) = multiply B o p) by now intros [].
    assert (F2 : forall one, fst (two_product A one x y) = multiply A x y) by now intros [].
    rewrite F1, F2. apply is_there_le with (1 := P). lia. }
  destruct (E fused) as (l & E1 & E2 & _). split; [exact E1|]. split; [exact E2|].
  destruct X as (_ & Fx & Sx). destruct Y as (_ & Fy & Sy). destruct P as (_ & _ & Sp).
  assert (T := two_product_near fused x y Fx Fy). assert (Sxy := small_times _ _ _ _ Sx Sy).
  assert (Eq : snd (two_product A fused x y) = two_product_error fused x y).
  { assert (S : forall z, split_high _ A z = squares.split_high z).
    { intros z. unfold split_high, squares.split_high. now rewrite splitter_is. }
    unfold two_product, two_product_error. rewrite !S. clear S. unfold A. destruct fused; reflexivity. }
  rewrite Eq. change (multiply A x y) with (rnd (x * y)) in Sp. unfold small in *.
  replace (two_product_error fused x y)
    with ((rnd (x * y) + two_product_error fused x y - x * y) + (x * y - rnd (x * y))) by ring.
  assert (T1 := Rabs_triang (rnd (x * y) + two_product_error fused x y - x * y) (x * y - rnd (x * y))).
  assert (T2 : Rabs (x * y - rnd (x * y)) <= Rabs (x * y) + Rabs (rnd (x * y))).
  { unfold Rminus. apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. apply Rle_refl. }
  assert (Te : 7 * eta <= bpow radix2 (n + m)).
  { apply Rle_trans with (8 * eta); [assert (P := eta_pos); lra|].
    unfold eta. change 8 with (bpow radix2 3). rewrite <- bpow_plus. apply bpow_le. lia. }
  rewrite (bpow_plus radix2 (n + m) 2). change (bpow radix2 2) with 4.
  assert (P := bpow_ge_0 radix2 (n + m)). lra.
Qed.

Theorem times_there n m o x p y : are_there n o x -> are_there m p y ->
  (-900 <= n <= 950)%Z -> (-900 <= m <= 950)%Z -> (-900 <= n + m <= 900)%Z ->
  are_there (n + m + 6) (times B fused o p) (times A fused x y).
Proof.
  intros [X1 X2] [Y1 Y2] N M L. destruct (two_product_there _ _ _ _ _ _ X1 Y1 N M L) as [P1 P2].
  assert (C1 := multiply_there _ _ _ _ _ _ X1 Y2 ltac:(lia)).
  assert (C2 := multiply_there _ _ _ _ _ _ X2 Y1 ltac:(lia)).
  assert (C := plus_there _ _ _ _ _ C1 C2 ltac:(lia)).
  assert (D := plus_there (n + m + 2) _ _ _ _ P2 (is_there_le _ (n + m + 2) _ _ C ltac:(lia)) ltac:(lia)).
  apply are_there_le with (n + m + 2 + 1 + 3)%Z; [|lia].
  apply (fast_two_sum_there (n + m + 2 + 1)); [|exact D|lia]. apply is_there_le with (1 := P1). lia.
Qed.
End Pairs.
