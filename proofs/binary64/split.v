(* SPDX-License-Identifier: Apache-2.0 *)
(** * A deviation in two parts

    Purpose.  With X the power of two above max|d| and G = 2^-p X, a deviation d of a row is split into a
    multiple of G of magnitude X at most and a rest of G / 2 at most.

    Corresponds to LargestDeviation, Binary64Scale and the first lines of accumulate in
    lib/fast/binary64_moments-inl.h.

    Symbols.
      A             the reals with rounding to binary64, and FMA
      p k           split_bits k, for 2^k lanes
      grid_exponent k most, scale_exponent most   of G and of X
      first_part z d, second_part z d   the parts of d on the grid 2^z

    Main results.
      split_exact   what the parts are
      spread_is     spread_of is 1.5 x 2^52 G, exactly
      largest_is    max|d| is what LargestDeviation finds *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.row_sums binary64.model binary64.grid.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).

(** ** The parts of a deviation *)

Definition first_part (z : Z) (d : R) : R := first A (spread z) d.
Definition second_part (z : Z) (d : R) : R := second A (spread z) d.

Theorem split_exact z e d :
  (-1074 <= z)%Z -> (z <= e <= 51 + z)%Z -> binary64 d -> Rabs d <= bpow radix2 e ->
  d = first_part z d + second_part z d /\
  multiple z (first_part z d) /\ Rabs (first_part z d) <= bpow radix2 e /\ binary64 (first_part z d) /\
  Rabs (second_part z d) <= / 2 * bpow radix2 z /\ binary64 (second_part z d).
Proof.
  intros Z E F H. assert (H' : Rabs d <= bpow radix2 (51 + z)).
  { apply Rle_trans with (1 := H), bpow_le. lia. }
  destruct (spread_near z Z d H') as (S1 & S2 & S3 & _).
  assert (S4 := spread_within z Z d H' (bpow radix2 e) (multiple_power z e (proj1 E)) H
                  (bpow_le _ _ _ (proj2 E))).
  assert (S5 := spread_rest z Z d F).
  assert (P : first_part z d = rnd (d + spread z) - spread z) by exact S1.
  assert (Q : second_part z d = d - first_part z d).
  { unfold second_part, second. fold (first_part z d). cbn [subtract real_arithmetic]. rewrite P.
    now apply rnd_exact. }
  assert (B : binary64 (first_part z d)) by (unfold first_part, first; apply binary64_rnd).
  rewrite Q, P in *. repeat split; try assumption. ring.
Qed.

Lemma split_0 z : (-1074 <= z)%Z -> first_part z 0 = 0 /\ second_part z 0 = 0.
Proof.
  intros Z. assert (F : first_part z 0 = 0).
  { unfold first_part, first. cbn. rewrite Rplus_0_l, (rnd_exact (spread z)) by now apply spread_binary64.
    rewrite Rminus_diag_eq by reflexivity. apply rnd_0. }
  split; [exact F|]. unfold second_part, second. fold (first_part z 0). rewrite F. cbn.
  rewrite Rminus_0_r. apply rnd_0.
Qed.

(** ** X, G and C *)

Lemma split_bits_range k : (k <= 4)%nat -> (23 <= split_bits k <= 25)%Z.
Proof. intros K. do 5 (destruct k as [|k]; [vm_compute; split; discriminate|]). lia. Qed.

(** An accumulator of a block squares as many deviations as p admits. *)
Lemma split_bits_chain k : (k <= 4)%nat ->
  INR (chain k) * bpow radix2 (2 * split_bits k) <= bpow radix2 53.
Proof.
  intros K. rewrite INR_IZR_INZ.
  assert (E : forall c m, (0 <= m)%Z -> (c * 2 ^ m <= 2 ^ 53)%Z -> IZR c * bpow radix2 m <= bpow radix2 53).
  { intros c m M H. rewrite <- (IZR_Zpower radix2 m), <- mult_IZR by exact M.
    change (bpow radix2 53) with (IZR (2 ^ 53)). now apply IZR_le. }
  assert (B := split_bits_range k K). apply E; [lia|].
  do 5 (destruct k as [|k]; [vm_compute; discriminate|]). lia.
Qed.

Definition scale_exponent (most : R) : Z := mag radix2 most.
Definition grid_exponent (k : nat) (most : R) : Z := (scale_exponent most - split_bits k)%Z.

Section Scale.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable most : R.
Hypothesis most_range : bpow radix2 (-400) <= most <= bpow radix2 400.

Let e := scale_exponent most.
Let z := grid_exponent k most.

Lemma most_positive : 0 < most.
Proof. assert (B := bpow_gt_0 radix2 (-400)). lra. Qed.

Lemma scale_range : (-399 <= e <= 401)%Z.
Proof.
  assert (P := most_positive). unfold e, scale_exponent. split.
  - assert (M := mag_ge_bpow radix2 most (-399)). apply M. rewrite Rabs_pos_eq by lra. apply most_range.
  - apply mag_le_bpow; [lra|]. rewrite Rabs_pos_eq by lra. apply Rle_lt_trans with (1 := proj2 most_range).
    now apply bpow_lt.
Qed.

Lemma scale_of_most : / 2 * bpow radix2 e <= most < bpow radix2 e.
Proof.
  assert (P := most_positive). unfold e, scale_exponent. destruct (mag radix2 most) as (m & M). cbn [mag_val].
  specialize (M ltac:(lra)). rewrite Rabs_pos_eq in M by lra. replace m with (1 + (m - 1))%Z at 1 by ring.
  rewrite bpow_plus. change (bpow radix2 1) with 2. lra.
Qed.

Lemma grid_range : (-424 <= z)%Z /\ (z + 23 <= e <= z + 25)%Z.
Proof.
  assert (B := split_bits_range k lanes_range). assert (S := scale_range). unfold z, grid_exponent. fold e. lia.
Qed.

Theorem spread_is : spread_of A k real_power_above most = spread z.
Proof.
  assert (B := split_bits_range k lanes_range). destruct grid_range as [Z E].
  unfold spread_of, one_half_more, literal. cbn [multiply divide of_count real_arithmetic power_of_two].
  replace (INR 3 / INR 2) with (3 / 2) by (simpl; lra).
  assert (H : binary64 (3 / 2)).
  { apply (multiple_binary64 (-1)); [lia| |].
    - exists 3%Z. change (bpow radix2 (-1)) with (/ 2). lra.
    - rewrite Rabs_pos_eq by lra. apply Rle_trans with (bpow radix2 1); [simpl; lra|apply bpow_le; lia]. }
  rewrite (rnd_exact _ H). unfold real_power_above. rewrite <- bpow_plus.
  replace (mag radix2 most + (52 - split_bits k))%Z with (52 + z)%Z
    by (unfold z, grid_exponent, scale_exponent; ring).
  rewrite (rnd_exact (bpow _ _)) by (apply generic_format_bpow; unfold FLT_exp; lia).
  rewrite Rmult_comm. apply rnd_exact. change (3 / 2 * bpow radix2 (52 + z)) with (spread z).
  apply spread_binary64. lia.
Qed.

End Scale.

(** ** The largest deviation *)

Lemma absolute_is x : absolute A x = Rabs x.
Proof.
  unfold absolute. cbn. destruct (Rle_bool_spec 0 x) as [H|H].
  - now rewrite Rabs_pos_eq.
  - now rewrite Rabs_left.
Qed.

Lemma maximum_is x y : maximum A x y = Rmax x y.
Proof.
  unfold maximum. cbn. destruct (Rle_bool_spec x y) as [H|H].
  - now rewrite Rmax_right.
  - rewrite Rmax_left; lra.
Qed.

Lemma largest_from ds : forall m,
  let t := fold_left (maximum A) (map (absolute A) ds) m in
  m <= t /\ Forall (fun d => Rabs d <= t) ds /\ (t = m \/ exists d, In d ds /\ t = Rabs d).
Proof.
  induction ds as [|d ds IH]; intros m; cbn [map fold_left].
  - split; [apply Rle_refl|]. split; [constructor|now left].
  - rewrite absolute_is, maximum_is. destruct (IH (Rmax m (Rabs d))) as (I1 & I2 & I3).
    set (t := fold_left (maximum A) (map (absolute A) ds) (Rmax m (Rabs d))) in *.
    assert (L := Rmax_l m (Rabs d)). assert (M := Rmax_r m (Rabs d)).
    split; [lra|]. split; [constructor; [lra|exact I2]|].
    destruct I3 as [I3|(x & I3 & E)]; [|right; exists x; split; [now right|exact E]].
    destruct (Rle_or_lt m (Rabs d)) as [H|H].
    + right. exists d. split; [now left|]. rewrite I3. now apply Rmax_right.
    + left. rewrite I3. apply Rmax_left. lra.
Qed.

Theorem largest_is ds :
  Forall (fun d => Rabs d <= largest_deviation A ds) ds /\
  (0 < largest_deviation A ds -> exists d, In d ds /\ largest_deviation A ds = Rabs d).
Proof.
  destruct (largest_from ds 0) as (_ & I2 & I3). split; [exact I2|]. intros P.
  destruct I3 as [I3|I3]; [|exact I3]. exfalso. unfold largest_deviation in P. cbn [zero real_arithmetic] in P. lra.
Qed.
