(* SPDX-License-Identifier: Apache-2.0 *)
(** * The first tier's columns and elements, over binary64 with its largest number

    Purpose.  elements_model.v over an arithmetic that has none beyond 2^1024: while the sizes that its
    operands start from are bounded, it gives the same numbers.

    Corresponds to PrepareBinary64 and Binary64ElementOf of lib/fast/binary64-inl.h.

    Symbols: limited_arithmetic, small: fast/overflow.v; and
      held n a a'     a' is a, and |a| <= 2^n
      limited_power_above   power_above for limited_arithmetic
      moments_there, scales_there   moments and scales as they are, for limited_arithmetic

    Main results.
      limited_counts  a column counts with overflow if it does without
      limited_ends    and then both ends are the same *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow binary64.model
  binary64.elements_model binary64.split binary64.scales binary64.results.

Local Open Scope R_scope.

Notation limited := (limited_arithmetic true).

Definition limited_power_above (x : option R) : option R :=
  match x with Some x => finite (real_power_above x) | None => None end.

Definition pair_there (a : R * R) : option R * option R := (Some (fst a), Some (snd a)).
Definition moments_there (m : tier_moments R) : tier_moments (option R) :=
  Tier_moments (option R) (option_map Some (tier_centre m)) (Some (largest m)) (Some (kappa_hat m))
    (pair_there (offset_pair m)) (pair_there (mean_square_pair m)) (pair_there (v_pair m))
    (pair_there (rstd_pair m)) (pair_there (shift_pair m)) (Some (row_e1 m)) (Some (row_e0 m)) (tier_admitted m).
Definition scales_there (s : tier_scales R) : tier_scales (option R) :=
  Tier_scales (option R) (Some (scale_t s)) (Some (grid_f s)) (Some (scale_e1 s)) (Some (scale_e0 s)).

(** ** One operation *)

Definition held (n : Z) (a : R) (a' : option R) : Prop := a' = Some a /\ small n a.

(** 2^m is below 2^n, which has room. *)
Definition room (m n : Z) : bool := (m <=? n)%Z && (-1000 <=? n)%Z && (n <=? 1023)%Z.

Lemma room_is m n : room m n = true -> (m <= n /\ -1000 <= n <= 1023)%Z.
Proof. unfold room. intros H. apply andb_prop in H. destruct H as [H H3]. apply andb_prop in H. lia. Qed.

Lemma held_rnd m n z : small m z -> room m n = true -> held n (rnd z) (finite (rnd z)).
Proof.
  intros S H. apply room_is in H. apply (small_le _ n) in S; [|apply H].
  split; [now apply finite_small with n|]. now apply small_rnd.
Qed.

Lemma held_le m n a a' : held m a a' -> room m n = true -> held n a a'.
Proof. intros [E S] H. split; [exact E|]. apply room_is in H. now apply small_le with (2 := S). Qed.

Lemma held_plus p n m a a' b b' : held n a a' -> held m b b' -> room (Z.max n m + 1) p = true ->
  held p (plus real a b) (plus limited a' b').
Proof.
  intros [-> A] [-> B]. apply held_rnd.
  apply small_sum; [apply small_le with (2 := A)|apply small_le with (2 := B)]; lia.
Qed.

Lemma held_minus p n m a a' b b' : held n a a' -> held m b b' -> room (Z.max n m + 1) p = true ->
  held p (subtract real a b) (subtract limited a' b').
Proof.
  intros [-> A] [-> B]. apply held_rnd.
  apply small_difference; [apply small_le with (2 := A)|apply small_le with (2 := B)]; lia.
Qed.

Lemma held_times p n m a a' b b' : held n a a' -> held m b b' -> room (n + m) p = true ->
  held p (multiply real a b) (multiply limited a' b').
Proof. intros [-> A] [-> B]. apply held_rnd. now apply small_times. Qed.

(** Of a product that is known to be small. *)
Lemma held_muladd_by p n m a a' b b' c c' : a' = Some a -> b' = Some b -> small n (a * b) -> held m c c' ->
  room (Z.max n m + 1) p = true -> held p (muladd real a b c) (muladd limited a' b' c').
Proof.
  intros -> -> P [-> C]. apply held_rnd.
  apply small_sum; [apply small_le with (2 := P)|apply small_le with (2 := C)]; lia.
Qed.

Lemma held_muladd q n m p a a' b b' c c' : held n a a' -> held m b b' -> held p c c' ->
  room (Z.max (n + m) p + 1) q = true -> held q (muladd real a b c) (muladd limited a' b' c').
Proof.
  intros [-> A] [-> B] C. apply held_muladd_by with (4 := C); try reflexivity. now apply small_times.
Qed.

Lemma held_negate n a a' : held n a a' -> held n (negate real a) (negate limited a').
Proof. intros [-> A]. split; [reflexivity|]. now apply small_opp. Qed.

Lemma held_absolute n a a' : held n a a' -> held n (absolute real a) (absolute limited a').
Proof.
  intros [-> A]. unfold absolute. cbn. destruct (Rle_bool 0 a); split; auto. now apply small_opp.
Qed.

Lemma held_literal n d : (0 < n)%nat -> (0 < d)%nat -> INR n <= 4 * INR d ->
  held 2 (literal real n d) (literal limited n d).
Proof.
  intros N D H. assert (Dp : 0 < INR d) by now apply lt_0_INR. assert (Np := pos_INR n).
  unfold literal. cbn. rewrite Req_bool_false by lra. apply held_rnd with 2%Z; [|reflexivity].
  unfold small. change (bpow radix2 2) with 4. rewrite Rabs_pos_eq.
  - apply Rmult_le_reg_r with (INR d); [exact Dp|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  - apply Rmult_le_pos; [exact Np|]. now apply Rlt_le, Rinv_0_lt_compat.
Qed.

Lemma held_power e n : (e <= n)%Z -> held n (bpow radix2 e) (power_of_two limited e).
Proof.
  intros H. split; [reflexivity|]. unfold small. rewrite Rabs_pos_eq by apply bpow_ge_0. now apply bpow_le.
Qed.

(** ** A column and an element *)

Section Element.
Variable s : tier_scales R.
Variable z : Z.
Hypothesis z_range : (-26 <= z <= -15)%Z.
Hypothesis t_is : scale_t s = bpow radix2 (26 + z).
Hypothesis f_is : grid_f s = bpow radix2 z.
Hypothesis e1_range : 0 <= scale_e1 s <= bpow radix2 (-40).
Hypothesis e0_range : 0 <= scale_e0 s <= bpow radix2 (-40).
Variables g b : R.

Let s' := scales_there s.
Let c := column_of real real_power_above s g b.
Let c' := column_of limited limited_power_above s' (Some g) (Some b).

Let held_t : held 11 (scale_t s) (Some (scale_t s)).
Proof. split; [reflexivity|]. rewrite t_is. apply held_power. lia. Qed.
Let held_f : held (-15) (grid_f s) (Some (grid_f s)).
Proof. split; [reflexivity|]. rewrite f_is. apply held_power. lia. Qed.
Let held_e x : 0 <= x <= bpow radix2 (-40) -> held (-40) x (Some x).
Proof. intros H. split; [reflexivity|]. unfold small. rewrite Rabs_pos_eq; lra. Qed.

Lemma absolute_there x : absolute limited (Some x) = Some (Rabs x).
Proof.
  unfold absolute. cbn. destruct (Rle_bool_spec 0 x); [now rewrite Rabs_pos_eq|]. cbn. now rewrite Rabs_left.
Qed.

Theorem limited_counts : column_counts limited c' = column_counts real c.
Proof.
  unfold column_counts, c', c, column_of, s', scales_there. cbn [magnitude scale_t].
  rewrite !absolute_there, !absolute_is. unfold in_range.
  cbn [at_most power_of_two muladd limited_arithmetic real_arithmetic].
  set (w := rnd (scale_t s * Rabs g + Rabs b)). unfold finite.
  destruct (Rlt_bool_spec (Rabs w) (bpow radix2 1024)) as [L|L]; [reflexivity|].
  destruct (Rle_bool_spec w (bpow radix2 most_magnitude_exponent)) as [H|H]; [|now rewrite !andb_false_r].
  exfalso. assert (P : 0 <= w).
  { apply rnd_ge_0. assert (0 <= scale_t s * Rabs g).
    { apply Rmult_le_pos; [rewrite t_is; apply bpow_ge_0|apply Rabs_pos]. }
    assert (Q := Rabs_pos b). lra. }
  rewrite Rabs_pos_eq in L by exact P.
  assert (K : bpow radix2 most_magnitude_exponent < bpow radix2 1024) by now apply bpow_lt. lra.
Qed.

Hypothesis counts : column_counts real c = true.
Variable n : Z.
Hypothesis n_range : (-799 <= n <= 801)%Z.
Hypothesis m_is : scale_m c = bpow radix2 n.
Hypothesis g_most : small 801 g.
Hypothesis b_most : small 801 b.

Let held_g : held 801 g (Some g).
Proof. now split. Qed.
Let held_b : held 801 b (Some b).
Proof. now split. Qed.

Lemma held_scale : held 801 (scale_m c) (scale_m c').
Proof.
  split; [|rewrite m_is; apply held_power; lia].
  assert (E : scale_m c = real_power_above (magnitude c)) by reflexivity.
  assert (E' : scale_m c' = limited_power_above (magnitude c')) by reflexivity.
  assert (H : magnitude c' = Some (magnitude c)).
  { assert (L := limited_counts). rewrite counts in L.
    revert L. unfold column_counts, c', c, column_of, s', scales_there. cbn [magnitude scale_t].
    rewrite !absolute_there, !absolute_is. unfold in_range.
    cbn [at_most power_of_two muladd limited_arithmetic real_arithmetic]. unfold finite.
    destruct (Rlt_bool _ _); [reflexivity|discriminate]. }
  rewrite E', H. cbn [limited_power_above]. rewrite <- E, m_is. unfold finite. rewrite Rlt_bool_true; [reflexivity|].
  rewrite Rabs_pos_eq by apply bpow_ge_0. apply bpow_lt. lia.
Qed.

Definition column_there : Prop :=
  held 840 (gain c) (gain c') /\ held 840 (gain_first c) (gain_first c') /\
  held 840 (gain_second c) (gain_second c') /\ held 840 (bias_first c) (bias_first c') /\
  held 840 (bias_second c) (bias_second c') /\ held 840 (column_e1 c) (column_e1 c') /\
  held 840 (column_e0 c) (column_e0 c').

Theorem limited_column : column_there.
Proof.
  assert (M := held_scale). unfold column_there.
  assert (Q : held 28 (divide real (one_half_more real) (grid_f s))
                (divide limited (one_half_more limited) (Some (grid_f s)))).
  { destruct (held_literal 3 2 ltac:(lia) ltac:(lia) ltac:(simpl; lra)) as [E _].
    unfold one_half_more. rewrite E. cbn [divide limited_arithmetic real_arithmetic].
    rewrite Req_bool_false by (rewrite f_is; apply Rgt_not_eq, bpow_gt_0). apply held_rnd with 28%Z; [|reflexivity].
    change (literal real 3 2) with (one_half_more real). rewrite one_half_more_is, f_is.
    unfold small, Rdiv. rewrite <- bpow_opp, Rabs_pos_eq by (assert (B := bpow_ge_0 radix2 (- z)); lra).
    apply Rle_trans with (bpow radix2 1 * bpow radix2 (- z)).
    - apply Rmult_le_compat_r; [apply bpow_ge_0|simpl; lra].
    - rewrite <- bpow_plus. apply bpow_le. lia. }
  assert (T3 : held 2 (of_count real 3) (of_count limited 3)).
  { split; [reflexivity|]. unfold small. change (bpow radix2 2) with 4. cbn. rewrite Rabs_pos_eq; lra. }
  assert (Gs := held_times 830 _ _ _ _ _ _ M Q eq_refl).
  assert (Bs := held_times 830 _ _ _ _ _ _ M T3 eq_refl).
  assert (G1 := held_minus 832 _ _ _ _ _ _ (held_plus 831 _ _ _ _ _ _ held_g Gs eq_refl) Gs eq_refl).
  assert (B1 := held_minus 832 _ _ _ _ _ _ (held_plus 831 _ _ _ _ _ _ held_b Bs eq_refl) Bs eq_refl).
  assert (G2 := held_minus 840 _ _ _ _ _ _ held_g G1 eq_refl).
  assert (B2 := held_minus 840 _ _ _ _ _ _ held_b B1 eq_refl).
  assert (E1 := held_times 840 _ _ _ _ _ _ (held_absolute _ _ _ held_g) (held_e _ e1_range) eq_refl).
  assert (L := held_literal 101 100 ltac:(lia) ltac:(lia) ltac:(simpl; lra)).
  assert (P := held_power column_error_exponent (-78) ltac:(discriminate)).
  assert (W := held_times 830 _ _ _ _ _ _ M (held_times 0 _ _ _ _ _ _ L P eq_refl) eq_refl).
  assert (E0 := held_muladd 840 _ _ _ _ _ _ _ _ _ (held_absolute _ _ _ held_g) (held_e _ e0_range) W eq_refl).
  assert (H1 := held_le _ 840 _ _ G1 eq_refl). assert (H2 := held_le _ 840 _ _ B1 eq_refl).
  repeat split; try assumption; try apply H1; try apply H2; try apply G2; try apply B2; try apply E1; try apply E0.
  now apply small_le with (2 := g_most).
Qed.

(** The row's moments, and the sizes that results.v shows of them. *)
Variable m : tier_moments R.
Variable x : R.
Let d := deviation_hat R real (tier_centre m) x.
Hypothesis d_most : small 400 d.
Hypothesis dr1_most : small 11 (d * fst (rstd_pair m)).
Hypothesis dr2_most : small 11 (d * snd (rstd_pair m)).
Hypothesis shift_most : small 11 (fst (shift_pair m)) /\ small 11 (snd (shift_pair m)).

Let e := element_of real s m c x.
Let e' := element_of limited s' (moments_there m) c' (Some x).

Theorem limited_ends : lower_end e' = Some (lower_end e) /\ upper_end e' = Some (upper_end e).
Proof.
  assert (D : deviation_hat (option R) limited (tier_centre (moments_there m)) (Some x) = Some d).
  { unfold d in *. cbn [moments_there tier_centre]. revert d_most. destruct (tier_centre m) as [a|]; [|reflexivity].
    cbn. intros S. unfold finite. rewrite Rlt_bool_true; [reflexivity|].
    apply Rle_lt_trans with (1 := S). now apply bpow_lt. }
  assert (C : held 39 (spread_t real s) (spread_t limited s')).
  { assert (L := held_literal 3 2 ltac:(lia) ltac:(lia) ltac:(simpl; lra)).
    assert (P := held_power 52 52 ltac:(lia)).
    exact (held_times 39 _ _ _ _ _ _ (held_times 54 _ _ _ _ _ _ L P eq_refl) held_f eq_refl). }
  destruct limited_column as (Cg & G1 & G2 & B1 & B2 & E1 & E0).
  destruct shift_most as [H1 H2].
  assert (Ch : held 11 (fst (shift_pair m)) (fst (shift_pair (moments_there m)))) by now split.
  assert (Cl : held 11 (snd (shift_pair m)) (snd (shift_pair (moments_there m)))) by now split.
  assert (S1 := held_minus 42 _ _ _ _ _ _ (held_plus 40 _ _ _ _ _ _ Ch C eq_refl) C eq_refl).
  assert (S2 := held_plus 44 _ _ _ _ _ _ (held_minus 43 _ _ _ _ _ _ Ch S1 eq_refl) Cl eq_refl).
  assert (Sc := held_plus 43 _ _ _ _ _ _ C S1 eq_refl).
  assert (W := held_muladd_by 44 _ _ _ _ _ _ _ _ D eq_refl dr1_most Sc eq_refl).
  assert (T1 := held_minus 45 _ _ _ _ _ _ W C eq_refl).
  assert (N := held_negate _ _ _ (held_minus 45 _ _ _ _ _ _ W Sc eq_refl)).
  assert (Rest := held_muladd_by 46 _ _ _ _ _ _ _ _ D eq_refl dr1_most N eq_refl).
  assert (X := held_muladd_by 46 _ _ _ _ _ _ _ _ D eq_refl dr2_most S2 eq_refl).
  assert (T2 := held_plus 47 _ _ _ _ _ _ Rest X eq_refl).
  assert (H := held_muladd 886 _ _ _ _ _ _ _ _ _ T1 G1 B1 eq_refl).
  assert (L0 := held_muladd 886 _ _ _ _ _ _ _ _ _ T1 G2 B2 eq_refl).
  assert (L := held_muladd 888 _ _ _ _ _ _ _ _ _ T2 Cg L0 eq_refl).
  assert (S := held_plus 889 _ _ _ _ _ _ H L eq_refl).
  assert (Low := held_minus 891 _ _ _ _ _ _ L (held_minus 890 _ _ _ _ _ _ S H eq_refl) eq_refl).
  assert (E := held_muladd 886 _ _ _ _ _ _ _ _ _ (held_absolute _ _ _ T1) E1 E0 eq_refl).
  assert (Lo := held_plus 893 _ _ _ _ _ _ S (held_minus 892 _ _ _ _ _ _ Low E eq_refl) eq_refl).
  assert (Up := held_plus 893 _ _ _ _ _ _ S (held_plus 892 _ _ _ _ _ _ Low E eq_refl) eq_refl).
  unfold e', e, element_of. cbn [moments_there rstd_pair pair_there].
  destruct (rstd_pair m) as [r1 r2]. split; [exact (proj1 Lo)|exact (proj1 Up)].
Qed.

End Element.
