(* SPDX-License-Identifier: Apache-2.0 *)
(** * The squares of the first parts, lane by lane

    Purpose.  Along an accumulator of a block the squares of the first parts add up exactly, as p is chosen for it.
    What a lane holds of all blocks is a sum of such sums by two-sums, whose errors are added up.

    Corresponds to q0, ..., q3 and join of AddBinary64 in lib/fast/binary64_moments-inl.h.

    Symbols.
      z, e             G = 2^z, X = 2^e
      squared c s w q  q is the multiple s of G^2, a sum of c squares at most, if c X^2 is small enough
      held n s w x     the pair x is what n numbers of sum s have been joined to

    Main result.
      squares_by_lane_held   a lane holds four sums of each block *)

From Coq Require Import ZArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  sharp.ends sharp.sums binary64.model binary64.grid binary64.split binary64.sums.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).

Section Grid.
Variables z e : Z.
Hypothesis z_least : (-424 <= z)%Z.
Hypothesis scale_range : (z + 23 <= e <= z + 25)%Z.
Variable k : nat.
Hypothesis chain_range : INR (chain k) * bpow radix2 (2 * (e - z)) <= bpow radix2 53.

Let C := spread z.
Let X2 := bpow radix2 (e + e).

(** ** Accumulators *)

Definition squared (c : nat) (s w q : R) : Prop :=
  w = s /\ 0 <= s <= INR c * X2 /\ multiple (z + z) s /\ (INR c * X2 <= bpow radix2 (53 + (z + z)) -> q = s).

Definition leaf_squared (s w d : R) : Prop :=
  bounded e d /\ s = first_part z d * first_part z d /\ w = s.

Lemma squared_0 c : squared c 0 0 0.
Proof.
  split; [reflexivity|]. split; [|split; [apply multiple_0|reflexivity]]. split; [lra|].
  apply Rmult_le_pos; [apply pos_INR|apply bpow_ge_0].
Qed.

Lemma squared_le c c' s w q : (c <= c')%nat -> squared c s w q -> squared c' s w q.
Proof.
  intros L (W & S & M & E). assert (H : INR c * X2 <= INR c' * X2).
  { apply Rmult_le_compat_r; [apply bpow_ge_0|]. now apply le_INR. }
  split; [exact W|]. split; [lra|]. split; [exact M|]. intros K. apply E. lra.
Qed.

Lemma squared_step c s w q s' w' d : squared c s w q -> leaf_squared s' w' d ->
  squared (S c) (s + s') (w + w') (step_first_square R A C q d).
Proof.
  intros (-> & S1 & M & E) (B & -> & ->).
  destruct (bounded_split z e z_least scale_range d B) as (_ & Mf & Hf & _ & _ & _).
  unfold step_first_square. change (first A C d) with (first_part z d). set (f := first_part z d) in *.
  assert (F2 : 0 <= f * f) by apply Rle_0_sqr.
  assert (H : f * f <= X2).
  { replace (f * f) with (Rabs f * Rabs f) by (rewrite <- Rabs_mult; now apply Rabs_pos_eq).
    unfold X2. rewrite bpow_plus. apply Rmult_le_compat; try apply Rabs_pos; exact Hf. }
  assert (Mq := multiple_times z z f f Mf Mf).
  split; [reflexivity|]. rewrite S_INR. split; [lra|]. split; [now apply multiple_plus|].
  intros K. rewrite E by lra. cbn [muladd real_arithmetic]. rewrite (Rplus_comm (f * f)).
  apply (multiple_sum (z + z)); try assumption; [lia|]. rewrite Rabs_pos_eq; lra.
Qed.

Let vector (c : nat) (s w : R) (v : list R) : Prop := lift (squared c) s w v /\ length v = (2 ^ k)%nat.

Lemma vector_le c c' s w v : (c <= c')%nat -> vector c s w v -> vector c' s w v.
Proof.
  intros L (N & E). split; [|exact E]. revert N. apply lift_impl. intros *. now apply squared_le.
Qed.

Lemma vector_step c s w v s' w' v' : vector c s w v -> elements_near R k leaf_squared s' w' v' ->
  vector (S c) (s + s') (w + w') (pairwise (step_first_square R A C) v v').
Proof.
  intros (N & E) (N' & E'). split.
  - refine (lift_pairwise (squared c) leaf_squared (squared (S c)) _ _ _ _ _ _ _ _ N N' _).
    + intros *. apply squared_step.
    + now rewrite E, E'.
  - rewrite pairwise_length; [exact E|]. now rewrite E, E'.
Qed.

Lemma vector_zero c : vector c 0 0 (zero_lanes R A k).
Proof. split; [apply lift_repeat, squared_0|apply repeat_length]. Qed.

Lemma four_vectors c s w s0 w0 v0 s1 w1 v1 s2 w2 v2 s3 w3 v3 :
  vector c s0 w0 v0 -> vector c s1 w1 v1 -> vector c s2 w2 v2 -> vector c s3 w3 v3 ->
  s = s0 + s1 + s2 + s3 -> w = w0 + w1 + w2 + w3 -> lift (vector c) s w [v0; v1; v2; v3].
Proof.
  intros N0 N1 N2 N3 -> ->.
  replace (s0 + s1 + s2 + s3) with (s0 + (s1 + (s2 + (s3 + 0)))) by ring.
  replace (w0 + w1 + w2 + w3) with (w0 + (w1 + (w2 + (w3 + 0)))) by ring.
  repeat (constructor; [assumption|]). constructor.
Qed.

Ltac four := repeat first
  [ ring | eassumption | (eapply vector_step; [|eassumption])
  | (eapply vector_le; [|eassumption]; lia) ].

Lemma four_squares_near n : forall vs c s w s0 w0 v0 s1 w1 v1 s2 w2 v2 s3 w3 v3,
  (length vs <= 4 * n)%nat -> lift (elements_near R k leaf_squared) s w vs ->
  vector c s0 w0 v0 -> vector c s1 w1 v1 -> vector c s2 w2 v2 -> vector c s3 w3 v3 ->
  lift (vector (c + n)) (s0 + s1 + s2 + s3 + s) (w0 + w1 + w2 + w3 + w) (four_squares R A C vs v0 v1 v2 v3) /\
  length (four_squares R A C vs v0 v1 v2 v3) = 4%nat.
Proof.
  induction n as [|n IH]; intros vs c s w s0 w0 v0 s1 w1 v1 s2 w2 v2 s3 w3 v3 H L N0 N1 N2 N3.
  - destruct vs; [|simpl in H; lia]. inversion L. subst. rewrite Nat.add_0_r. split; [|reflexivity].
    cbn [four_squares]. eapply four_vectors; four.
  - assert (L' : forall s w v, vector (S c) s w v -> vector (c + S n) s w v) by (intros *; apply vector_le; lia).
    assert (M0 := vector_le c (S c) _ _ _ (Nat.le_succ_diag_r c) N0).
    assert (M1 := vector_le c (S c) _ _ _ (Nat.le_succ_diag_r c) N1).
    assert (M2 := vector_le c (S c) _ _ _ (Nat.le_succ_diag_r c) N2).
    assert (M3 := vector_le c (S c) _ _ _ (Nat.le_succ_diag_r c) N3).
    destruct L as [|sa wa a ? ? ? pa L].
    { split; [|reflexivity]. cbn [four_squares]. eapply four_vectors; try (apply L'; eassumption); ring. }
    assert (Na := vector_step _ _ _ _ _ _ _ N0 pa).
    destruct L as [|sb wb b ? ? ? pb L].
    { split; [|reflexivity]. cbn [four_squares]. eapply four_vectors; try (apply L'; eassumption); ring. }
    assert (Nb := vector_step _ _ _ _ _ _ _ N1 pb).
    destruct L as [|sc wc d ? ? ? pc L].
    { split; [|reflexivity]. cbn [four_squares]. eapply four_vectors; try (apply L'; eassumption); ring. }
    assert (Nc := vector_step _ _ _ _ _ _ _ N2 pc).
    destruct L as [|sd wd f sr wr vs pd L].
    { split; [|reflexivity]. cbn [four_squares]. eapply four_vectors; try (apply L'; eassumption); ring. }
    assert (Nd := vector_step _ _ _ _ _ _ _ N3 pd).
    cbn [four_squares]. replace (c + S n)%nat with (S c + n)%nat by lia.
    replace (s0 + s1 + s2 + s3 + (sa + (sb + (sc + (sd + sr)))))
      with (s0 + sa + (s1 + sb) + (s2 + sc) + (s3 + sd) + sr) by ring.
    replace (w0 + w1 + w2 + w3 + (wa + (wb + (wc + (wd + wr)))))
      with (w0 + wa + (w1 + wb) + (w2 + wc) + (w3 + wd) + wr) by ring.
    apply IH; try assumption. simpl in H. lia.
Qed.

(** A sum that an accumulator has at the end of a block. *)
Definition whole (s w q : R) : Prop := q = s /\ w = s /\ 0 <= s /\ binary64 q.

Lemma chain_enough : INR (chain k) * X2 <= bpow radix2 (53 + (z + z)).
Proof.
  unfold X2. replace (e + e)%Z with (2 * (e - z) + (z + z))%Z by ring.
  rewrite (bpow_plus radix2 (2 * (e - z))), (bpow_plus radix2 53), <- Rmult_assoc.
  apply Rmult_le_compat_r; [apply bpow_ge_0|exact chain_range].
Qed.

Let wholes (s w : R) (v : list R) : Prop := lift whole s w v /\ length v = (2 ^ k)%nat.

Lemma block_squares block s w : (length block <= sum_block)%nat -> lift leaf_squared s w block ->
  let z := zero_lanes R A k in
  lift wholes s w (four_squares R A C (vectors R A k block) z z z z) /\
  length (four_squares R A C (vectors R A k block) z z z z) = 4%nat.
Proof.
  intros H L.
  assert (Z : leaf_squared 0 0 0).
  { split; [apply bounded_0|]. rewrite (proj1 (split_0 z ltac:(lia))). split; [ring|reflexivity]. }
  assert (V := vectors_near k leaf_squared s w block Z L).
  assert (N : (length (vectors R A k block) <= 4 * chain k)%nat).
  { unfold vectors. rewrite map_length. apply pieces_number.
    - apply Nat.neq_0_lt_0, Nat.pow_nonzero. lia.
    - apply Nat.le_trans with (1 := H), chain_covers. }
  assert (O := vector_zero 0).
  assert (F := four_squares_near (chain k) _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ N V O O O O).
  rewrite !Rplus_0_l in F. destruct F as [F1 F2]. split; [|exact F2].
  revert F1. apply lift_impl. intros s' w' v (Fv & E). split; [|exact E].
  revert Fv. apply lift_impl. intros t y q (-> & [T1 T2] & M & Q). assert (K := chain_enough).
  simpl in Q, T2. specialize (Q K). split; [exact Q|]. split; [reflexivity|]. split; [exact T1|].
  rewrite Q. apply (multiple_binary64 (z + z)); [lia|exact M|]. rewrite Rabs_pos_eq by exact T1. lra.
Qed.

(** ** Lanes *)

Definition held (n : nat) (s w : R) (x : R * R) : Prop :=
  exists l, length l = n /\ x = lane (map (fun q => (q, 0)) l) /\ Forall (fun q => binary64 q /\ 0 <= q) l /\
    sum l = s /\ w = s.

Lemma held_0 : held 0 0 0 (0, 0).
Proof. exists []. repeat split. constructor. Qed.

Lemma held_join n s w x s' w' q : held n s w x -> whole s' w' q -> held (S n) (s + s') (w + w') (join_lane R A x q).
Proof.
  intros (l & L & -> & F & <- & ->) (-> & -> & P & B). exists (l ++ [s']).
  split; [rewrite app_length; simpl; lia|]. split; [|split; [|split; [|reflexivity]]].
  - rewrite map_app. cbn [map]. rewrite lane_snoc. set (x := lane (map (fun q => (q, 0)) l)).
    destruct x as [high low]. cbn [step fst snd]. rewrite Rplus_0_r.
    rewrite (rnd_exact (two_sum_error high s')) by apply binary64_rnd. reflexivity.
  - apply Forall_app. split; [exact F|]. constructor; [now split|constructor].
  - rewrite sum_app. simpl. ring.
Qed.

Let lanes_held (n : nat) (s w : R) (v : list (R * R)) : Prop := lift (held n) s w v /\ length v = (2 ^ k)%nat.

Lemma join_held n s w v s' w' q : lanes_held n s w v -> wholes s' w' q ->
  lanes_held (S n) (s + s') (w + w') (join R A v q).
Proof.
  intros (N & E) (N' & E'). split.
  - refine (lift_pairwise (held n) whole (held (S n)) _ _ _ _ _ _ _ _ N N' _).
    + intros *. apply held_join.
    + now rewrite E, E'.
  - unfold join. rewrite pairwise_length; [exact E|]. exact (eq_trans E (eq_sym E')).
Qed.

Lemma joins_held qs : forall n s w v s' w', lanes_held n s w v -> lift wholes s' w' qs ->
  lanes_held (n + length qs) (s + s') (w + w') (fold_left (join R A) qs v).
Proof.
  induction qs as [|q qs IH]; intros n s w v s' w' N L.
  - inversion L. subst. rewrite !Rplus_0_r, Nat.add_0_r. exact N.
  - inversion L as [|a b c d f g p r x y t]. subst. cbn [length fold_left].
    replace (n + S (length qs))%nat with (S n + length qs)%nat by lia. rewrite <- !Rplus_assoc.
    apply IH; [|assumption]. now apply join_held.
Qed.

Lemma blocks_held bs : forall n s w v s' w',
  lanes_held n s w v -> lift (fun s w b => lift leaf_squared s w b /\ (length b <= sum_block)%nat) s' w' bs ->
  lanes_held (n + 4 * length bs) (s + s') (w + w') (fold_left (join_block R A k C) bs v).
Proof.
  induction bs as [|b bs IH]; intros n s w v s' w' N L.
  - inversion L. subst. rewrite !Rplus_0_r. replace (n + 4 * length (@nil (list R)))%nat with n by (simpl; lia). exact N.
  - inversion L as [|sa wa x sb wb t [p1 p2] r x1 y1 t1]. subst. cbn [fold_left].
    replace (n + 4 * length (b :: bs))%nat with (n + 4 + 4 * length bs)%nat by (simpl; lia). rewrite <- !Rplus_assoc.
    apply IH; [|exact r]. destruct (block_squares b _ _ p2 p1) as [F1 F2]. unfold join_block.
    assert (J := joins_held _ _ _ _ _ _ _ N F1). rewrite F2 in J. exact J.
Qed.

Definition first_squares (ds : list R) : R := sum (map (fun d => first_part z d * first_part z d) ds).

Theorem squares_by_lane_held ds : Forall (bounded e) ds ->
  exists b, (b <= (length ds + 255) / 256)%nat /\
    lift (held (4 * b)) (first_squares ds) (first_squares ds) (squares_by_lane R A k C ds) /\
    length (squares_by_lane R A k C ds) = (2 ^ k)%nat.
Proof.
  intros F. set (bs := pieces (length ds) sum_block ds). exists (length bs). split.
  - apply pieces_number; [unfold sum_block; lia|apply blocks_cover].
  - assert (L : lift leaf_squared (first_squares ds) (first_squares ds) ds).
    { apply lift_elements. apply Forall_impl with (2 := F). intros d B. split; [exact B|]. now split. }
    assert (P : (0 < sum_block)%nat) by (unfold sum_block; lia).
    assert (Q := lift_pieces leaf_squared sum_block P (length ds) ds _ _ (le_n _) L).
    assert (Z : lanes_held 0 0 0 (repeat (zero A, zero A) (2 ^ k))).
    { split; [apply lift_repeat, held_0|apply repeat_length]. }
    assert (J := blocks_held _ _ _ _ _ _ _ Z Q). rewrite !Rplus_0_l in J. exact J.
Qed.

End Grid.
