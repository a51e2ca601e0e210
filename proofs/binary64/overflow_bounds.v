(* SPDX-License-Identifier: Apache-2.0 *)
(** * E1 and E0 of an admitted binary64 row are numbers

    Purpose.  T, e1 and e0 of a group are maxima, in which a number that is none would be lost.  Over binary64
    with its largest number, E1 and E0 of a row that takes part do not overflow; so the group's
    scales are those of scales.v.

    Corresponds to FinishBinary64 of lib/fast/binary64_moments-inl.h and to Admit of binary64-inl.h.

    Symbols: those of overflow_moments.v.

    Main results.
      finish_errors_there   E1 and E0, if v^, kappa and c^ are numbers that admission allows
      group_scales          the scales of a group *)

From Coq Require Import ZArith NArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.row_data fast.overflow
  sharp.overflow binary64.model binary64.elements_model binary64.split binary64.means binary64.scales binary64.limited
  binary64.overflow_sums binary64.overflow_moments.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).
Local Notation B := (limited_arithmetic true).

Definition is_in (o : option R) (l h : R) : Prop := exists x, o = Some x /\ l <= x <= h.

Lemma held_root n o l : is_in o l (bpow radix2 (2 * n)) -> 0 <= l -> room n n = true ->
  exists x, o = Some x /\ held n (square_root A x) (square_root B o).
Proof.
  intros (x & -> & L & H) P N. exists x. split; [reflexivity|]. cbn [square_root limited_arithmetic real_arithmetic].
  rewrite Rlt_bool_false by lra. apply held_rnd with n; [|exact N]. unfold small.
  rewrite Rabs_pos_eq by apply sqrt_pos. rewrite <- (sqrt_Rsqr (bpow radix2 n)) by apply bpow_ge_0.
  apply sqrt_le_1_alt. unfold Rsqr. rewrite <- bpow_plus. now replace (n + n)%Z with (2 * n)%Z by ring.
Qed.

Lemma held_inverse_root o : is_in o (bpow radix2 (-850)) (bpow radix2 850) ->
  exists x, o = Some x /\
  held 425 (divide A (power_of_two A 0) (square_root A x)) (divide B (power_of_two B 0) (square_root B o)).
Proof.
  intros I. destruct (held_root 425 o _ I (bpow_ge_0 _ _) eq_refl) as (x & E & S & H). exists x. split; [exact E|].
  rewrite S. destruct I as (x0 & E0 & L & _). rewrite E in E0. injection E0 as ->.
  set (s := square_root A x0) in *. assert (P : bpow radix2 (-425) <= s).
  { unfold s. cbn [square_root real_arithmetic].
    rewrite <- (rnd_exact (bpow radix2 (-425))) by (apply binary64_bpow; lia).
    apply rnd_le. rewrite <- (sqrt_Rsqr (bpow radix2 (-425))) by apply bpow_ge_0. apply sqrt_le_1_alt.
    unfold Rsqr. rewrite <- bpow_plus. exact L. }
  assert (Q := bpow_gt_0 radix2 (-425)). cbn [divide power_of_two limited_arithmetic real_arithmetic].
  rewrite Req_bool_false by lra. apply held_rnd with 425%Z; [|reflexivity].
  unfold small, Rdiv. change (bpow radix2 0) with 1. rewrite Rmult_1_l, Rabs_pos_eq.
  - replace (bpow radix2 425) with (/ bpow radix2 (-425)) by now rewrite <- bpow_opp. now apply Rinv_le.
  - apply Rlt_le, Rinv_0_lt_compat. lra.
Qed.

Lemma held_count n p : INR n <= bpow radix2 p -> held p (of_count A n) (of_count B n).
Proof. intros H. split; [reflexivity|]. unfold small. cbn. now rewrite Rabs_pos_eq by apply pos_INR. Qed.

Lemma held_scale_above most : bpow radix2 (-400) <= most <= bpow radix2 400 ->
  held 401 (real_power_above most) (limited_power_above (Some most)).
Proof.
  intros [L H]. assert (P := bpow_gt_0 radix2 (-400)). cbn [limited_power_above]. unfold real_power_above.
  assert (M : (mag radix2 most <= 401)%Z).
  { apply mag_le_bpow; [lra|]. rewrite Rabs_pos_eq by lra. apply Rle_lt_trans with (1 := H). now apply bpow_lt. }
  split.
  - unfold finite. rewrite Rlt_bool_true; [reflexivity|]. rewrite Rabs_pos_eq by apply bpow_ge_0. apply bpow_lt. lia.
  - unfold small. rewrite Rabs_pos_eq by apply bpow_ge_0. now apply bpow_le.
Qed.

Section Bound.
Variables (h K : nat) (g r c : R) (g' r' c' : option R).
Hypothesis h_held : INR h <= bpow radix2 20.
Hypothesis K_held : INR K <= bpow radix2 25.
Hypothesis g_held : held 830 g g'.
Hypothesis r_held : held 3 r r'.
Hypothesis c_held : held 10 c c'.

Lemma bound_there :
  let b' := bound_tier B (of_count B h) (of_count B K) g' r' c' in
  let b := bound_tier A (of_count A h) (of_count A K) g r c in
  fst b' = Some (fst b) /\ snd b' = Some (snd b).
Proof.
  assert (H := held_count _ _ h_held). assert (Hk := held_count _ _ K_held).
  assert (L := held_literal 51 100 ltac:(lia) ltac:(lia) ltac:(simpl; lra)).
  assert (U := held_power (-53) 0 ltac:(lia)). assert (U2 := held_power (-106) 0 ltac:(lia)).
  assert (One := held_power 0 0 ltac:(lia)).
  assert (C4 := held_count 4 3 ltac:(simpl; lra)). assert (C64 := held_count 64 7 ltac:(simpl; lra)).
  assert (C2 := held_count 2 3 ltac:(simpl; lra)). assert (C32 := held_count 32 7 ltac:(simpl; lra)).
  assert (S := held_plus 40 _ _ _ _ _ _
    (held_times 30 _ _ _ _ _ _ (held_plus 22 _ _ _ _ _ _ H One eq_refl) r_held eq_refl)
    (held_times 30 _ _ _ _ _ _ H c_held eq_refl) eq_refl).
  assert (P := held_times 880 _ _ _ _ _ _
    (held_times 834 _ _ _ _ _ _ (held_times 3 _ _ _ _ _ _ L U eq_refl) g_held eq_refl) S eq_refl).
  assert (Q := fun x x' y y' (X : held 3 x x') (Y : held 7 y y') => held_times 40 _ _ _ _ _ _
    (held_plus 40 _ _ _ _ _ _ (held_times 30 _ _ _ _ _ _ X Hk eq_refl) Y eq_refl) U2 eq_refl).
  assert (R2 := held_plus 8 _ _ _ _ _ _ (held_times 6 _ _ _ _ _ _ r_held r_held eq_refl) One eq_refl).
  assert (R1 := held_plus 8 _ _ _ _ _ _ r_held One eq_refl).
  assert (P0 := held_times 880 _ _ _ _ _ _
    (held_times 30 _ _ _ _ _ _ (held_times 30 _ _ _ _ _ _ L H eq_refl) U eq_refl) g_held eq_refl).
  split.
  - exact (proj1 (held_plus 900 _ _ _ _ _ _ P (held_times 50 _ _ _ _ _ _ (Q _ _ _ _ C4 C64) R2 eq_refl) eq_refl)).
  - exact (proj1 (held_plus 900 _ _ _ _ _ _ P0 (held_times 50 _ _ _ _ _ _ (Q _ _ _ _ C2 C32) R1 eq_refl) eq_refl)).
Qed.
End Bound.

Lemma finish_errors k op n e c most d1 d2 rest sq :
  let m := finish B k limited_power_above op n e c most d1 d2 rest sq in
  (row_e1 m, row_e0 m) =
  bound_tier B (of_count B (N.to_nat (sum_height (N.of_nat n) (2 ^ N.of_nat k)))) (of_count B (tier_sum_error n k))
    (multiply B (multiply B (limited_power_above most) (power_of_two B (- split_bits k)))
      (divide B (power_of_two B 0) (square_root B (fst (v_pair m)))))
    (square_root B (kappa_hat m)) (absolute B (fst (shift_pair m))).
Proof.
  unfold finish. cbv zeta. cbn [row_e1 row_e0 v_pair kappa_hat shift_pair]. now rewrite <- surjective_pairing.
Qed.

Theorem finish_errors_there k op n e c most d1 d2 rest sq :
  (k <= 4)%nat -> 1 <= INR n <= bpow radix2 18 -> bpow radix2 (-400) <= most <= bpow radix2 400 ->
  let m := finish B k limited_power_above op n e c (Some most) d1 d2 rest sq in
  is_in (fst (v_pair m)) (bpow radix2 (-850)) (bpow radix2 850) -> is_in (kappa_hat m) 0 64 ->
  is_in (fst (shift_pair m)) (- bpow radix2 10) (bpow radix2 10) ->
  (exists x, row_e1 m = Some x) /\ exists x, row_e0 m = Some x.
Proof.
  intros K N M m V Ka C. assert (E := finish_errors k op n e c (Some most) d1 d2 rest sq). cbv zeta in E.
  fold m in E. clearbody m.
  destruct (held_inverse_root _ V) as (v & _ & R).
  destruct (held_root 3 _ 0 Ka (Rle_refl _) eq_refl) as (q & _ & Q).
  destruct C as (x & Ec & Lo & Hi).
  assert (X : held 10 (absolute A x) (absolute B (fst (shift_pair m)))).
  { rewrite Ec. apply held_absolute. split; [reflexivity|]. unfold small. apply Rabs_le. lra. }
  assert (P : (- split_bits k <= 0)%Z).
  { assert (S := split_bits_range k K). lia. }
  assert (G := held_times 830 _ _ _ _ _ _ (held_times 401 _ _ _ _ _ _ (held_scale_above most M)
    (held_power (- split_bits k) 0 P) eq_refl) R eq_refl).
  assert (H : INR (N.to_nat (sum_height (N.of_nat n) (2 ^ N.of_nat k))) <= bpow radix2 20).
  { assert (L : (Z.of_nat n <= 2 ^ 31)%Z).
    { apply le_IZR. rewrite <- INR_IZR_INZ. apply Rle_trans with (1 := proj2 N).
      change (IZR (2 ^ 31)) with (bpow radix2 31).
      apply bpow_le. lia. }
    destruct (height_bounded n k L ltac:(lia)) as [_ T]. unfold height in T.
    rewrite INR_IZR_INZ. replace (Z.of_nat (N.to_nat (sum_height (N.of_nat n) (2 ^ N.of_nat k))))
      with (Z.of_N (sum_height (N.of_nat n) (2 ^ N.of_nat k))) by lia.
    apply Rle_trans with (1 := T). change (bpow radix2 20) with 1048576. lra. }
  destruct (sum_error_parts n k K N) as (_ & _ & S). cbv zeta in S.
  assert (S' : INR (tier_sum_error n k) <= bpow radix2 25) by (change (bpow radix2 25) with 33554432; lra).
  destruct (bound_there _ _ _ _ _ _ _ _ H S' G Q X) as [E1 E0].
  rewrite <- E in E1, E0. split; eexists; [exact E1|exact E0].
Qed.

(** ** The scales of a group *)

Definition numbers_there (m' : tier_moments (option R)) (m : tier_moments R) : Prop :=
  reach B m' = Some (reach A m) /\ row_e1 m' = Some (row_e1 m) /\ row_e0 m' = Some (row_e0 m).

Section Group.
Variable ms' : list (tier_moments (option R)).
Variable ms : list (tier_moments R).
Hypothesis same : Forall2 numbers_there ms' ms.
Hypothesis together : Forall (fun m => takes_part A m = true) ms.
Hypothesis errors_small :
  Forall (fun m => 0 <= row_e1 m <= bpow radix2 (-50) /\ 0 <= row_e0 m <= bpow radix2 (-50)) ms.

Lemma map_there (f' : tier_moments (option R) -> option R) (f : tier_moments R -> R) :
  (forall m' m, numbers_there m' m -> f' m' = Some (f m)) -> map f' ms' = map Some (map f ms).
Proof.
  intros H. clear together errors_small. induction same as [|m' m l' l E L IH]; [reflexivity|].
  cbn [map]. now rewrite (H _ _ E), IH.
Qed.

Theorem group_scales : scales_of B limited_power_above ms' = scales_there (group_of ms).
Proof.
  destruct (scale_t_above ms together) as (j & Hj & T & F & _).
  assert (M1 := map_there (fun m => row_e1 m) (fun m => row_e1 m) (fun _ _ H => proj1 (proj2 H))).
  assert (M0 := map_there (fun m => row_e0 m) (fun m => row_e0 m) (fun _ _ H => proj2 (proj2 H))).
  assert (Mr := map_there (reach B) (reach A) (fun _ _ H => proj1 H)).
  assert (Top : limited_power_above (fold_left (maximum B) (map (reach B) ms') (literal B 1 2))
    = Some (scale_t (group_of ms))).
  { rewrite Mr. destruct (held_literal 1 2 ltac:(lia) ltac:(lia) ltac:(simpl; lra)) as [-> _].
    rewrite fold_some. change (scale_t (group_of ms)) with
      (real_power_above (fold_left (maximum A) (map (reach A) ms) (literal A 1 2))) in T |- *.
    cbn [limited_power_above]. rewrite T. unfold finite. rewrite Rlt_bool_true; [reflexivity|].
    rewrite Rabs_pos_eq by apply bpow_ge_0. apply bpow_lt. lia. }
  assert (Ht : held 11 (scale_t (group_of ms)) (Some (scale_t (group_of ms)))).
  { split; [reflexivity|]. rewrite T. apply held_power. lia. }
  assert (Hf : held 11 (grid_f (group_of ms))
      (multiply B (power_of_two B (- grid_bits)) (Some (scale_t (group_of ms)))))
    by exact (held_times 11 _ _ _ _ _ _ (held_power (- grid_bits) 0 ltac:(discriminate)) Ht eq_refl).
  assert (Worst : forall f : tier_moments R -> R, (forall m, In m ms -> 0 <= f m <= bpow radix2 (-50)) ->
    held 0 (fold_left (maximum A) (map f ms) 0) (Some (fold_left (maximum A) (map f ms) 0))).
  { intros f Hf'. split; [reflexivity|]. unfold small.
    destruct (largest_above (map f ms) 0) as [P _]. rewrite Rabs_pos_eq by exact P.
    apply Rle_trans with (bpow radix2 (-50)); [|apply bpow_le; lia]. apply largest_below; [apply bpow_ge_0|].
    intros y I. apply in_map_iff in I. destruct I as (m & <- & I). now apply Hf'. }
  rewrite Forall_forall in errors_small.
  assert (W1 := Worst (fun m => row_e1 m) (fun m I => proj1 (errors_small m I))).
  assert (W0 := Worst (fun m => row_e0 m) (fun m I => proj2 (errors_small m I))).
  rewrite <- fold_some, <- M1 in W1. rewrite <- fold_some, <- M0 in W0.
  assert (L1 := held_literal 101 100 ltac:(lia) ltac:(lia) ltac:(simpl; lra)).
  assert (L2 := held_literal 251 100 ltac:(lia) ltac:(lia) ltac:(simpl; lra)).
  assert (U := held_power (-53) 0 ltac:(lia)). assert (U2 := held_power (-15) 0 ltac:(lia)).
  assert (E1 := held_times 10 _ _ _ _ _ _ L1 W1 eq_refl).
  assert (E0 := held_times 30 _ _ _ _ _ _ L1 (held_plus 20 _ _ _ _ _ _ (held_plus 10 _ _ _ _ _ _ W0
    (held_times 0 _ _ _ _ _ _ U2 W1 eq_refl) eq_refl)
    (held_times 14 _ _ _ _ _ _ (held_times 3 _ _ _ _ _ _ L2 U eq_refl) Hf eq_refl) eq_refl) eq_refl).
  unfold scales_of at 1. cbv zeta. rewrite Top. unfold scales_there. f_equal.
  - exact (proj1 Hf).
  - exact (proj1 E1).
  - exact (proj1 E0).
Qed.
End Group.
