(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sum of a row as the loops form it

    Purpose.  row_sum of model.v, with its blocks, accumulators, tail, counter and lanes, rounds no
    element more often than SumHeight (lib/fast/error_bounds.h) says, for every row and every
    number of lanes 2^k.

    Symbols.  near, lift: sums.v; in the section, near is any relation with the properties of that.
      leaf s w d     the element d stands for the summand s, of magnitude w, before it is added
      step, base     how it is added, and how many roundings it has had

    Main results.
      row_sum_near        the sum has had base + sum_height roundings, in any arithmetic
      real_row_sum_near   in that of the theorems *)

From Coq Require Import ZArith NArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums.
From ExactNorm Require Export fast.heights.
Import ListNotations.

Local Open Scope R_scope.


(** ** The loops *)

Section Loops.
Variable number : Type.
Variable A : arithmetic number.
Variable k : nat.
Let lanes := (2 ^ k)%nat.
Let plus := vector_add number A.

(** near, for numbers of any arithmetic: what the loops need of it. *)
Variable near : nat -> R -> R -> number -> Prop.
Hypothesis near_0 : forall h, near h 0 0 (zero A).
Hypothesis near_le : forall h h' s w x, (h <= h')%nat -> near h s w x -> near h' s w x.
Hypothesis near_add : forall h s w x s' w' x',
  near h s w x -> near h s' w' x' -> near (S h) (s + s') (w + w') (model.plus A x x').

Variable leaf : R -> R -> number -> Prop.
Variable step : number -> number -> number.
Variable base : nat.
Hypothesis leaf_0 : leaf 0 0 (zero A).
Hypothesis step_near : forall h s w x s' w' d,
  (base <= h)%nat -> near h s w x -> leaf s' w' d -> near (S h) (s + s') (w + w') (step x d).

(** A vector of sums, and one of elements. *)
Definition sums_near (h : nat) (s w : R) (v : list number) : Prop :=
  lift (near h) s w v /\ length v = lanes.
Definition elements_near (s w : R) (v : list number) : Prop := lift leaf s w v /\ length v = lanes.

Lemma sums_le h h' s w v : (h <= h')%nat -> sums_near h s w v -> sums_near h' s w v.
Proof.
  intros L (N & E). split; [|exact E]. revert N. apply lift_impl. intros *. now apply near_le.
Qed.

Lemma zeros_near h : sums_near h 0 0 (zeros number A k).
Proof. split; [apply lift_repeat, near_0|apply repeat_length]. Qed.

Lemma plus_near h s w v s' w' v' :
  sums_near h s w v -> sums_near h s' w' v' -> sums_near (S h) (s + s') (w + w') (plus v v').
Proof.
  intros (N & E) (N' & E'). split.
  - refine (lift_pairwise (near h) (near h) (near (S h)) _ _ _ _ _ _ _ _ N N' _).
    + intros *. apply near_add.
    + now rewrite E, E'.
  - unfold plus, vector_add. now rewrite pairwise_length; rewrite E.
Qed.

Lemma take_near h s w v s' w' v' : (base <= h)%nat ->
  sums_near h s w v -> elements_near s' w' v' ->
  sums_near (S h) (s + s') (w + w') (take number step v v').
Proof.
  intros B (N & E) (N' & E'). split.
  - refine (lift_pairwise (near h) leaf (near (S h)) _ _ _ _ _ _ _ _ N N' _).
    + intros *. now apply step_near.
    + now rewrite E, E'.
  - unfold take. now rewrite pairwise_length; rewrite E.
Qed.

Ltac sums := repeat first
  [ eassumption | apply plus_near | apply take_near; [lia| |]
  | eapply sums_le; [|eassumption]; lia ].

Lemma accumulate_near c : forall vs h s w s0 w0 v0 s1 w1 v1 s2 w2 v2 s3 w3 v3,
  (length vs <= 4 * c)%nat -> (base <= h)%nat -> lift elements_near s w vs ->
  sums_near h s0 w0 v0 -> sums_near h s1 w1 v1 -> sums_near h s2 w2 v2 -> sums_near h s3 w3 v3 ->
  sums_near (h + c + 2) (((s0 + s1) + (s2 + s3)) + s) (((w0 + w1) + (w2 + w3)) + w)
    (accumulate number A step vs v0 v1 v2 v3).
Proof.
  induction c as [|c IH]; intros vs h s w s0 w0 v0 s1 w1 v1 s2 w2 v2 s3 w3 v3 H B L N0 N1 N2 N3.
  - destruct vs; [|simpl in H; lia]. inversion L. subst. rewrite !Rplus_0_r.
    apply sums_le with (S (S h)); [lia|]. simpl. sums.
  - replace (h + S c + 2)%nat with (S h + c + 2)%nat by lia.
    destruct L as [|sa wa a ? ? ? pa L].
    { rewrite !Rplus_0_r. apply sums_le with (S (S h)); [lia|]. simpl. sums. }
    destruct L as [|sb wb b ? ? ? pb L].
    { rewrite !Rplus_0_r. apply sums_le with (S (S (S h))); [lia|]. simpl.
      replace (s0 + s1 + (s2 + s3) + sa) with ((s0 + sa) + s1 + (s2 + s3)) by ring.
      replace (w0 + w1 + (w2 + w3) + wa) with ((w0 + wa) + w1 + (w2 + w3)) by ring. sums. }
    destruct L as [|sc wc d ? ? ? pc L].
    { rewrite !Rplus_0_r. apply sums_le with (S (S (S h))); [lia|]. simpl.
      replace (s0 + s1 + (s2 + s3) + (sa + sb)) with ((s0 + sa) + (s1 + sb) + (s2 + s3)) by ring.
      replace (w0 + w1 + (w2 + w3) + (wa + wb)) with ((w0 + wa) + (w1 + wb) + (w2 + w3)) by ring.
      sums. }
    destruct L as [|sd wd e ? ? ? pd L].
    { rewrite !Rplus_0_r. apply sums_le with (S (S (S h))); [lia|]. simpl.
      replace (s0 + s1 + (s2 + s3) + (sa + (sb + sc)))
        with ((s0 + sa) + (s1 + sb) + ((s2 + sc) + s3)) by ring.
      replace (w0 + w1 + (w2 + w3) + (wa + (wb + wc)))
        with ((w0 + wa) + (w1 + wb) + ((w2 + wc) + w3)) by ring. sums. }
    match goal with |- sums_near _ (_ + (sa + (sb + (sc + (sd + ?r))))) _ _ =>
      replace (s0 + s1 + (s2 + s3) + (sa + (sb + (sc + (sd + r)))))
        with ((s0 + sa) + (s1 + sb) + ((s2 + sc) + (s3 + sd)) + r) by ring end.
    match goal with |- sums_near _ _ (_ + (wa + (wb + (wc + (wd + ?r))))) _ =>
      replace (w0 + w1 + (w2 + w3) + (wa + (wb + (wc + (wd + r)))))
        with ((w0 + wa) + (w1 + wb) + ((w2 + wc) + (w3 + wd)) + r) by ring end.
    change (accumulate number A step (a :: b :: d :: e :: v) v0 v1 v2 v3)
      with (accumulate number A step v (take number step v0 a) (take number step v1 b)
              (take number step v2 d) (take number step v3 e)).
    apply IH; [simpl in H; lia|lia|exact L|sums..].
Qed.

Lemma block_near s w block : (length block <= sum_block)%nat -> lift leaf s w block ->
  sums_near (base + chain k + 2) s w (block_sum number A k step block).
Proof.
  intros H L. assert (P : (0 < lanes)%nat) by (apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  assert (V : lift elements_near s w (vectors number A k block)).
  { assert (Q := lift_pieces leaf lanes P (length block) block s w (le_n _) L).
    unfold vectors. change (model.lanes k) with lanes. clear L. induction Q as [|? ? p ? ? ? (Lp & Hp) Q IH];
      [constructor|]. simpl. constructor; [|exact IH]. split.
    - unfold padded. rewrite <- (Rplus_0_r s), <- (Rplus_0_r w).
      apply lift_app; [exact Lp|]. now apply lift_repeat.
    - unfold padded. rewrite app_length, repeat_length. change (model.lanes k) with lanes. lia. }
  assert (C : (length (vectors number A k block) <= 4 * chain k)%nat).
  { unfold vectors. rewrite map_length. apply pieces_number; [exact P|].
    apply Nat.le_trans with (1 := H), chain_covers. }
  assert (Z := zeros_near base).
  assert (N := accumulate_near (chain k) _ base s w _ _ _ _ _ _ _ _ _ _ _ _ C (le_n _) V Z Z Z Z).
  now rewrite !Rplus_0_l in N.
Qed.

(** ** The counter *)

Inductive counter : nat -> R -> R -> list (option (list number)) -> Prop :=
  | counter_nil h : counter h 0 0 []
  | counter_none h s w r : counter (S h) s w r -> counter h s w (None :: r)
  | counter_some h s w v s' w' r :
      sums_near h s w v -> counter (S h) s' w' r -> counter h (s + s') (w + w') (Some v :: r).

Lemma counter_add_near levels : forall h s w s' w' p,
  counter h s w levels -> sums_near h s' w' p ->
  counter h (s + s') (w + w') (counter_add number A p levels).
Proof.
  induction levels as [|[held|] levels IH]; intros h s w s' w' p C N; simpl.
  - inversion C. subst. rewrite !(Rplus_comm 0). constructor; [exact N|constructor].
  - inversion C as [| |h' s0 w0 v s1 w1 r N0 C1 Eh Es Ew Ev]. subst.
    replace (s0 + s1 + s') with (s1 + (s0 + s')) by ring.
    replace (w0 + w1 + w') with (w1 + (w0 + w')) by ring.
    constructor. apply IH; [exact C1|]. now apply plus_near.
  - inversion C. subst. rewrite (Rplus_comm s), (Rplus_comm w). now constructor.
Qed.

(** How many partial sums a counter holds, and that its highest level is occupied. *)
Fixpoint held_sums (levels : list (option (list number))) : nat :=
  match levels with
  | [] => 0
  | None :: r => 2 * held_sums r
  | Some _ :: r => S (2 * held_sums r)
  end.
Fixpoint topped (levels : list (option (list number))) : Prop :=
  match levels with [] => True | [None] => False | _ :: r => topped r end.

Lemma counter_add_held levels : forall p,
  held_sums (counter_add number A p levels) = S (held_sums levels).
Proof. induction levels as [|[v|] levels IH]; intros p; simpl; rewrite ?IH; lia. Qed.

Lemma counter_add_nonempty levels p : counter_add number A p levels <> [].
Proof. destruct levels as [|[v|] levels]; discriminate. Qed.

Lemma counter_add_topped levels : forall p, topped levels -> topped (counter_add number A p levels).
Proof.
  induction levels as [|[v|] levels IH]; intros p T; simpl; [exact I| |].
  - assert (T' : topped (counter_add number A (vector_add number A v p) levels))
      by (apply IH; now destruct levels).
    assert (E := counter_add_nonempty levels (vector_add number A v p)).
    now destruct (counter_add number A (vector_add number A v p) levels).
  - now destruct levels.
Qed.

Lemma topped_length levels : topped levels -> levels <> [] ->
  (2 ^ length levels <= 2 * held_sums levels)%nat.
Proof.
  induction levels as [|l levels IH]; intros T E; [easy|].
  destruct levels as [|l' levels].
  - destruct l; [simpl; lia|easy].
  - assert (T' : topped (l' :: levels)) by (destruct l; exact T).
    specialize (IH T'). assert (IH' := IH ltac:(discriminate)).
    change (2 ^ length (l :: l' :: levels))%nat with (2 * 2 ^ length (l' :: levels))%nat.
    set (n := held_sums (l' :: levels)) in *.
    destruct l; [change (held_sums (Some l :: l' :: levels)) with (S (2 * n))
                |change (held_sums (None :: l' :: levels)) with (2 * n)%nat]; lia.
Qed.

Lemma counter_length n levels : topped levels -> (held_sums levels <= n)%nat ->
  (length levels <= N.to_nat (N.size (N.of_nat n)))%nat.
Proof.
  intros T H. destruct levels as [|l levels]; [simpl; lia|].
  assert (P := topped_length (l :: levels) T ltac:(discriminate)).
  assert (G := N.size_gt (N.of_nat n)).
  set (z := N.size (N.of_nat n)) in *.
  assert (G' : (n < 2 ^ N.to_nat z)%nat).
  { assert (K : (N.of_nat n < N.of_nat (2 ^ N.to_nat z))%N)
      by (rewrite Nat2N.inj_pow, N2Nat.id; exact G). lia. }
  assert (L : (2 ^ length (l :: levels) < 2 ^ S (N.to_nat z))%nat)
    by (rewrite Nat.pow_succ_r'; lia).
  apply Nat.pow_lt_mono_r_iff in L; lia.
Qed.

Lemma counter_levels_near h : forall blocks s w levels s' w',
  lift (fun s w block => sums_near h s w (block_sum number A k step block)) s w blocks ->
  counter h s' w' levels -> topped levels ->
  let after := fold_left (fun l b => counter_add number A (block_sum number A k step b) l) blocks levels in
  counter h (s' + s) (w' + w) after /\ topped after
  /\ held_sums after = (held_sums levels + length blocks)%nat.
Proof.
  induction blocks as [|b blocks IH]; intros s w levels s' w' L C T; inversion L; subst; simpl.
  - rewrite !Rplus_0_r, Nat.add_0_r. auto.
  - match goal with |- counter _ (_ + (?a + ?b)) (_ + (?c + ?d)) _ /\ _ =>
      replace (s' + (a + b)) with ((s' + a) + b) by ring;
      replace (w' + (c + d)) with ((w' + c) + d) by ring end.
    edestruct IH as (C' & T' & H'); [eassumption| | |].
    + eapply counter_add_near; eassumption.
    + now apply counter_add_topped.
    + split; [exact C'|]. split; [exact T'|]. rewrite H', counter_add_held. lia.
Qed.

Lemma levels_near levels : forall h s w s' w' total,
  counter h s w levels -> sums_near h s' w' total ->
  sums_near (h + length levels) (s' + s) (w' + w) (fold_left (level_add number A) levels total).
Proof.
  induction levels as [|l levels IH]; intros h s w s' w' t C N; simpl.
  - inversion C. subst. rewrite !Rplus_0_r, Nat.add_0_r. exact N.
  - replace (h + S (length levels))%nat with (S h + length levels)%nat by lia.
    inversion C; subst; cbn [fold_left level_add].
    + apply IH; [assumption|]. now apply sums_le with (2 := N), Nat.le_succ_diag_r.
    + rewrite <- !Rplus_assoc. apply IH; [assumption|]. now apply plus_near.
Qed.

Lemma lanes_near j : forall h s w v, lift (near h) s w v -> length v = (2 ^ j)%nat ->
  near (h + j) s w (lanes_sum number A j v).
Proof.
  induction j as [|j IH]; intros h s w v L E.
  - destruct v as [|x [|y v]]; try discriminate E. rewrite Nat.add_0_r. now apply lift_one.
  - change (2 ^ S j)%nat with (2 * 2 ^ j)%nat in E.
    destruct (lift_split (near h) (2 ^ j) v s w L) as (s1 & w1 & s2 & w2 & L1 & L2 & -> & ->).
    assert (E1 : length (firstn (2 ^ j) v) = (2 ^ j)%nat) by (rewrite firstn_length; lia).
    assert (E2 : length (skipn (2 ^ j) v) = (2 ^ j)%nat) by (rewrite skipn_length; lia).
    replace (h + S j)%nat with (S h + j)%nat by lia.
    cbn [lanes_sum]. apply IH.
    + refine (lift_pairwise (near h) (near h) (near (S h)) _ _ _ _ _ _ _ _ L1 L2 _).
      * intros *. apply near_add.
      * now rewrite E1, E2.
    + unfold vector_add. rewrite pairwise_length; rewrite E1; [reflexivity|now rewrite E2].
Qed.

Theorem row_sum_near s w elements : lift leaf s w elements ->
  near (base + rounds (length elements) k) s w (row_sum A k step elements).
Proof.
  intros L. unfold row_sum. set (blocks := pieces (length elements) sum_block elements).
  assert (B : lift (fun s w b => sums_near (base + chain k + 2) s w (block_sum number A k step b))
                s w blocks).
  { assert (P : (0 < sum_block)%nat) by (unfold sum_block; lia).
    assert (Q := lift_pieces leaf sum_block P (length elements) elements s w (le_n _) L).
    revert Q. apply lift_impl. intros s' w' p (Lp & Hp). now apply block_near. }
  assert (N : (length blocks <= (length elements + 255) / 256)%nat)
    by (apply pieces_number; [unfold sum_block; lia|apply blocks_cover]).
  destruct (counter_levels_near _ blocks s w [] 0 0 B (counter_nil _) I) as (C & T & H).
  rewrite !Rplus_0_l in C. simpl in H. fold (counter_levels number A k step blocks) in C, T, H.
  assert (Z := levels_near _ _ _ _ _ _ _ C (zeros_near _)). rewrite !Rplus_0_l in Z.
  destruct Z as (Z & E).
  assert (F := lanes_near k _ _ _ _ Z E).
  apply near_le with (2 := F). unfold rounds, counted.
  assert (len := counter_length _ _ T (Nat.le_trans _ _ _ (Nat.eq_le_incl _ _ H) N)). lia.
Qed.

End Loops.

(** Over the reals. *)
Theorem real_row_sum_near fused k (leaf : R -> R -> R -> Prop) step base :
  leaf 0 0 0 ->
  (forall h s w x s' w' d, (base <= h)%nat -> near h s w x -> leaf s' w' d ->
     near (S h) (s + s') (w + w') (step x d)) ->
  forall s w elements, lift leaf s w elements ->
  near (base + rounds (length elements) k) s w (row_sum (real_arithmetic fused) k step elements).
Proof.
  exact (row_sum_near R (real_arithmetic fused) k near near_0 near_le near_add leaf step base).
Qed.
