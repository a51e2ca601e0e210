(* SPDX-License-Identifier: Apache-2.0 *)
(** * What overflows in a row is not certified

    Purpose.  overflow.v for the sums, moments and elements of a row: of whatever numbers, a row that
    model.v admits over binary64 with its largest number is admitted by the model of the theorems, and
    whatever of its numbers is there is the same.

    Corresponds to lib/fast/sharp_moments-inl.h and sharp-inl.h.

    Symbols: those of overflow.v, and
      M', M        the model's moments over B and over A

    Main results.
      admission_below   what is admitted with overflow is admitted without
      elements_below    t^, y^ and what the ends test adds to y^'s high part *)

From Coq Require Import ZArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.model
  sharp.overflow.
Import ListNotations.

Local Open Scope R_scope.

Section Row.
Variable fused : bool.
Variable k : nat.
Notation A := (real_arithmetic fused).
Notation B := (limited_arithmetic fused).

Ltac descend := repeat first
  [ assumption | apply below_plus | apply below_subtract | apply below_multiply | apply below_divide
  | apply below_muladd | apply below_root | apply below_negate | apply below_zero | apply below_power
  | apply below_count | apply below_literal | apply below_magnitude ].

(** ** Sums *)

Lemma below_vectors os xs : Forall2 below os xs ->
  Forall2 (Forall2 below) (vectors _ B k os) (vectors _ A k xs).
Proof.
  intros H. unfold vectors. rewrite (all_length _ _ _ H).
  apply (all_map (Forall2 below)); [|now apply all_pieces].
  intros v w V. unfold padded. rewrite (all_length _ _ _ V).
  apply Forall2_app; [exact V|]. apply all_repeat, below_zero.
Qed.

Lemma below_vector_add v v' w w' : Forall2 below v v' -> Forall2 below w w' ->
  Forall2 below (vector_add _ B v w) (vector_add _ A v' w').
Proof. apply all_pairwise. intros. now apply below_plus. Qed.

Lemma below_centre_sum os xs : Forall2 below os xs ->
  below (centre_sum _ B k os) (centre_sum _ A k xs).
Proof.
  intros H. unfold centre_sum. apply (all_fold below below); [intros; now apply below_plus| |apply below_zero].
  unfold centre_lanes, blocks. rewrite (all_length _ _ _ H).
  apply (all_fold (Forall2 below) (Forall2 below)); [|now apply all_pieces|apply all_repeat, below_zero].
  intros s s' b b' S Hb. apply (all_fold (Forall2 below) (Forall2 below)); [|now apply below_vectors|exact S].
  intros. now apply below_vector_add.
Qed.

Lemma below_step s s' e e' : pair_below s s' -> pair_below e e' ->
  pair_below (step_pair _ B s e) (step_pair _ A s' e').
Proof.
  intros [S1 S2] [E1 E2]. unfold step_pair. destruct (below_two_sum fused _ _ _ _ S1 E1).
  split; cbn [fst snd]; descend.
Qed.

Lemma below_step_square s s' e e' : pair_below s s' -> pair_below e e' ->
  pair_below (step_square_pair _ B fused s e) (step_square_pair _ A fused s' e').
Proof.
  intros S [E1 E2]. unfold step_square_pair. apply below_step; [exact S|].
  unfold square_pair. destruct (below_two_product fused fused _ _ _ _ E1 E1).
  split; cbn [fst snd]; descend.
Qed.

Section Sum.
Variable step' : option R * option R -> option R * option R -> option R * option R.
Variable step : R * R -> R * R -> R * R.
Hypothesis step_below : forall s s' e e', pair_below s s' -> pair_below e e' ->
  pair_below (step' s e) (step s' e').

Definition held_below (h : list (option R * option R) * list (option R * option R))
    (h' : list (R * R) * list (R * R)) : Prop :=
  row_below (fst h) (fst h') /\ row_below (snd h) (snd h').

Lemma below_padded v w : row_below v w -> row_below (padded_pairs _ B k v) (padded_pairs _ A k w).
Proof.
  intros V. unfold padded_pairs, pair. rewrite (all_length _ _ _ V).
  apply Forall2_app; [exact V|]. apply all_repeat, below_no_pair.
Qed.

Lemma below_round h h' v w : held_below h h' -> row_below v w ->
  held_below (take_round _ B k step' h v) (take_round _ A k step h' w).
Proof.
  intros [H1 H2] V. unfold take_round, pair. rewrite (all_length _ _ _ V). split; cbn [fst snd].
  - apply (all_pairwise pair_below pair_below); try assumption. apply below_padded. now apply all_firstn.
  - destruct (length w <=? 2 ^ k)%nat; [exact H2|].
    apply (all_pairwise pair_below pair_below); try assumption. apply below_padded. now apply all_skipn.
Qed.

Lemma below_sum_of_lanes j : forall v w, row_below v w ->
  pair_below (sum_of_lanes _ B j v) (sum_of_lanes _ A j w).
Proof.
  induction j as [|j IH]; intros v w V; cbn [sum_of_lanes].
  - destruct V; [apply below_no_pair|assumption].
  - apply IH. apply (all_pairwise pair_below pair_below).
    + intros. now apply below_plus_pair.
    + now apply all_firstn.
    + now apply all_skipn.
Qed.

Lemma below_sum os es : row_below os es -> pair_below (pair_sum B k step' os) (pair_sum A k step es).
Proof.
  intros H. unfold pair_sum, blocks, pair. rewrite (all_length _ _ _ H).
  assert (L : row_below (pair_lanes _ B k) (pair_lanes _ A k)) by (apply all_repeat, below_no_pair).
  assert (T : held_below
    (fold_left (take_block _ B k step') (pieces (length es) sharp_block os) (pair_lanes _ B k, pair_lanes _ B k))
    (fold_left (take_block _ A k step) (pieces (length es) sharp_block es) (pair_lanes _ A k, pair_lanes _ A k))).
  { apply (all_fold row_below held_below); [|now apply all_pieces|now split].
    intros h h' b b' Hh Hb. unfold take_block, pair. rewrite (all_length _ _ _ Hb).
    apply (all_fold row_below held_below); [|now apply all_pieces|exact Hh].
    intros. now apply below_round. }
  destruct T as [T1 T2]. apply below_sum_of_lanes. apply (all_pairwise pair_below pair_below).
  - intros. now apply below_plus_pair.
  - apply (all_map pair_below); [|exact T1]. intros o x [P1 P2]. now apply below_fast_two_sum.
  - apply (all_map pair_below); [|exact T2]. intros o x [P1 P2]. now apply below_fast_two_sum.
Qed.
End Sum.

(** ** Moments *)

Lemma below_inverse n : pair_below (inverse_pair _ B fused (of_count B n)) (inverse_pair _ A fused (of_count A n)).
Proof.
  unfold inverse_pair, sharp_one.
  assert (H : below (divide B (power_of_two B 0) (of_count B n)) (divide A (power_of_two A 0) (of_count A n)))
    by descend.
  destruct (below_two_product fused fused _ _ _ _ (below_count fused n) H).
  apply below_fast_two_sum; descend.
Qed.

Lemma below_rstd v v' : pair_below v v' -> pair_below (rstd_of _ B fused v) (rstd_of _ A fused v').
Proof.
  intros V. unfold rstd_of, sharp_one.
  assert (H : below (divide B (power_of_two B 0) (square_root B (fst v)))
    (divide A (power_of_two A 0) (square_root A (fst v')))) by (destruct V; descend).
  destruct (below_times fused _ _ _ _ V (below_two_product fused fused _ _ _ _ H H)).
  apply below_fast_two_sum; descend.
Qed.

Lemma below_sum_error columns : below (sum_error _ B k columns) (sum_error _ A k columns).
Proof. unfold sum_error. descend. Qed.

Lemma below_e1 K K' c c' : below K K' -> below c c' ->
  below (bound_e1_sharp _ B K c) (bound_e1_sharp _ A K' c').
Proof. intros. unfold bound_e1_sharp. descend. Qed.

Lemma below_e0 K K' c c' : below K K' -> below c c' ->
  below (bound_e0_sharp _ B K c) (bound_e0_sharp _ A K' c').
Proof. intros. unfold bound_e0_sharp. descend. Qed.

Variable op : operation.
Variables eps s : R.
Variable xs : list R.
Let M := sharp_moments_of A fused k op eps s xs.
Let M' := sharp_moments_of B fused k op (Some eps) (Some s) (map Some xs).

Lemma row_is_below : Forall2 below (map Some xs) xs.
Proof. induction xs as [|a l IH]; cbn; constructor; [apply below_some|exact IH]. Qed.

Lemma centre_below : below (sharp_centre M') (sharp_centre M).
Proof.
  unfold M, M', sharp_moments_of. cbn [sharp_centre]. rewrite map_length. destruct op; [|apply below_zero].
  apply below_divide; [|apply below_count]. apply below_centre_sum.
  apply (all_map below); [|exact row_is_below]. intros o x H. unfold scaled.
  apply below_multiply; [exact H|apply below_some].
Qed.

Lemma deviations_below :
  row_below (map (deviation_pair _ B (Some s) (sharp_centre M')) (map Some xs))
    (map (deviation_pair _ A s (sharp_centre M)) xs).
Proof.
  apply (all_map below); [|exact row_is_below]. intros o x H.
  apply below_deviation; [apply below_some|exact centre_below|exact H].
Qed.

Lemma square_below : pair_below (sharp_mean_square M') (sharp_mean_square M).
Proof.
  assert (D := deviations_below). unfold M, M', sharp_moments_of in *. cbn [sharp_mean_square sharp_centre] in *.
  rewrite map_length in *. apply below_times; [|apply below_inverse].
  apply below_sum; [exact below_step_square|exact D].
Qed.

Lemma offset_below : pair_below (sharp_offset M') (sharp_offset M).
Proof.
  assert (D := deviations_below). unfold M, M', sharp_moments_of in *. cbn [sharp_offset sharp_centre] in *.
  rewrite map_length in *. destruct op; [|apply below_no_pair]. apply below_times; [|apply below_inverse].
  apply below_sum; [exact below_step|exact D].
Qed.

Lemma variance_below : pair_below (sharp_variance M') (sharp_variance M).
Proof.
  assert (Q := square_below). assert (O := offset_below).
  change (pair_below (plus_one B (match op with
      | Layer_norm => plus_pair B (sharp_mean_square M') (opposite _ B (times B fused (sharp_offset M') (sharp_offset M')))
      | Rms_norm => sharp_mean_square M' end) (multiply B (multiply B (Some eps) (Some s)) (Some s)))
    (plus_one A (match op with
      | Layer_norm => plus_pair A (sharp_mean_square M) (opposite _ A (times A fused (sharp_offset M) (sharp_offset M)))
      | Rms_norm => sharp_mean_square M end) (multiply A (multiply A eps s) s))).
  apply below_plus_one.
  - destruct op; [|exact Q]. apply below_plus_pair; [exact Q|]. apply below_opposite. now apply below_times.
  - descend; apply below_some.
Qed.

Lemma kappa_below : below (sharp_kappa M') (sharp_kappa M).
Proof.
  assert (Q := square_below). assert (V := variance_below). destruct Q as [Q _], V as [V _].
  change (below (kappa_from _ B (sharp_mean_square M') (sharp_variance M'))
    (kappa_from _ A (sharp_mean_square M) (sharp_variance M))).
  unfold kappa_from. apply below_divide; [|exact V]. apply below_larger. descend.
Qed.

Lemma bounds_below : below (sharp_e1 M') (sharp_e1 M) /\ below (sharp_e0 M') (sharp_e0 M).
Proof.
  assert (C := kappa_below).
  assert (L : below (larger _ B (sharp_kappa M') (power_of_two B sharp_least_kappa_exponent))
    (larger _ A (sharp_kappa M) (power_of_two A sharp_least_kappa_exponent))).
  { exact (below_larger fused _ _ _ C). }
  split.
  - change (below (bound_e1_sharp _ B (sum_error _ B k (length (map Some xs)))
        (larger _ B (sharp_kappa M') (power_of_two B sharp_least_kappa_exponent)))
      (bound_e1_sharp _ A (sum_error _ A k (length xs))
        (larger _ A (sharp_kappa M) (power_of_two A sharp_least_kappa_exponent)))).
    rewrite map_length. apply below_e1; [apply below_sum_error|exact L].
  - change (below (bound_e0_sharp _ B (sum_error _ B k (length (map Some xs)))
        (square_root B (larger _ B (sharp_kappa M') (power_of_two B sharp_least_kappa_exponent))))
      (bound_e0_sharp _ A (sum_error _ A k (length xs))
        (square_root A (larger _ A (sharp_kappa M) (power_of_two A sharp_least_kappa_exponent))))).
    rewrite map_length. apply below_e0; [apply below_sum_error|now apply below_root].
Qed.

Lemma rstd_below : pair_below (sharp_rstd M') (sharp_rstd M).
Proof. exact (below_rstd _ _ variance_below). Qed.

Theorem admission_below : sharp_admitted M' = true -> sharp_admitted M = true.
Proof.
  intros H. destruct variance_below as [V _]. assert (C := kappa_below).
  change (sharp_admitted M') with (is_finite B (sharp_centre M')
    && at_most B (power_of_two B sharp_least_v_exponent) (fst (sharp_variance M'))
    && at_most B (fst (sharp_variance M')) (power_of_two B sharp_most_v_exponent)
    && at_most B (sharp_kappa M') (power_of_two B sharp_kappa_exponent)) in H.
  change (sharp_admitted M) with (true
    && at_most A (power_of_two A sharp_least_v_exponent) (fst (sharp_variance M))
    && at_most A (fst (sharp_variance M)) (power_of_two A sharp_most_v_exponent)
    && at_most A (sharp_kappa M) (power_of_two A sharp_kappa_exponent)).
  apply andb_prop in H. destruct H as [H H4]. apply andb_prop in H. destruct H as [H H3].
  apply andb_prop in H. destruct H as [_ H2].
  rewrite (below_at_most fused _ _ _ _ (below_power fused _) V H2).
  rewrite (below_at_most fused _ _ _ _ V (below_power fused _) H3).
  now rewrite (below_at_most fused _ _ _ _ C (below_power fused _) H4).
Qed.

(** ** Elements *)

Lemma t_below x : pair_below (t_hat_sharp B fused M' (Some x)) (t_hat_sharp A fused M x).
Proof.
  unfold t_hat_sharp. apply below_times; [|exact rstd_below].
  apply below_plus_pair; [|apply below_opposite; exact offset_below].
  apply below_deviation; [apply below_some|exact centre_below|apply below_some].
Qed.

Lemma y_below x g b : pair_below (y_hat_sharp B fused M' (Some x) (Some g) (Some b)) (y_hat_sharp A fused M x g b).
Proof.
  unfold y_hat_sharp. apply below_plus_one; [|apply below_some].
  apply below_times_one; [apply t_below|apply below_some].
Qed.

Theorem elements_below x g b :
  pair_below (t_hat_sharp B fused M' (Some x)) (t_hat_sharp A fused M x) /\
  pair_below (y_hat_sharp B fused M' (Some x) (Some g) (Some b)) (y_hat_sharp A fused M x g b) /\
  pair_below (y_ends_sharp B fused M' (Some x) (Some g) (Some b)) (y_ends_sharp A fused M x g b).
Proof.
  split; [apply t_below|]. split; [apply y_below|].
  assert (T := t_below x). assert (Y := y_below x g b). destruct bounds_below as [E1 E0].
  destruct T as [T _]. destruct Y as [Y1 Y2].
  assert (E : below (y_error_sharp B fused M' (Some x) (Some g) (Some b)) (y_error_sharp A fused M x g b)).
  { unfold y_error_sharp. descend. apply below_some. }
  unfold y_ends_sharp. split; cbn [fst snd]; descend.
Qed.
End Row.
