(* SPDX-License-Identifier: Apache-2.0 *)
(** * Multiples of a power of two

    Purpose.  What is exact in the first tier of binary64 rows is so since its terms are multiples of one
    power of two, a grid, and small beside it.

    Corresponds to the second paragraph of lib/fast/binary64_error_bounds.h.

    Symbols.
      multiple z v    v is an integer times G = 2^z
      spread z        C = 1.5 x 2^52 G

    Main results.
      multiple_binary64   multiples of magnitude 2^53 G at most are binary64
      spread_near         for |v| <= 2^51 G: fl(v + C) - C is a multiple of G, exact, and within G / 2 of v
      spread_within       and no larger than a multiple of G that |v| does not exceed
      spread_rest         for a binary64 v what is left of it is a binary64, too *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core Plus_error.
From ExactNorm Require Import specification fast.model fast.operations.

Local Open Scope R_scope.

Definition multiple (z : Z) (v : R) : Prop := exists n : Z, v = IZR n * bpow radix2 z.

Lemma multiple_0 z : multiple z 0.
Proof. exists 0%Z. ring. Qed.

Lemma multiple_power z e : (z <= e)%Z -> multiple z (bpow radix2 e).
Proof.
  intros H. exists (2 ^ (e - z))%Z. rewrite (IZR_Zpower radix2) by lia. rewrite <- bpow_plus. f_equal. lia.
Qed.

Lemma multiple_opp z v : multiple z v -> multiple z (- v).
Proof. intros (n & ->). exists (- n)%Z. rewrite opp_IZR. ring. Qed.

Lemma multiple_plus z v w : multiple z v -> multiple z w -> multiple z (v + w).
Proof. intros (n & ->) (m & ->). exists (n + m)%Z. rewrite plus_IZR. ring. Qed.

Lemma multiple_minus z v w : multiple z v -> multiple z w -> multiple z (v - w).
Proof. intros (n & ->) (m & ->). exists (n - m)%Z. rewrite minus_IZR. ring. Qed.

Lemma multiple_times z z' v w : multiple z v -> multiple z' w -> multiple (z + z') (v * w).
Proof. intros (n & ->) (m & ->). exists (n * m)%Z. rewrite mult_IZR, bpow_plus. ring. Qed.

Lemma multiple_count z n v : multiple z v -> multiple z (IZR n * v).
Proof. intros (m & ->). exists (n * m)%Z. rewrite mult_IZR. ring. Qed.

Lemma multiple_finer z z' v : (z <= z')%Z -> multiple z' v -> multiple z v.
Proof.
  intros H (n & ->). destruct (multiple_power z z' H) as (m & ->). exists (n * m)%Z. rewrite mult_IZR. ring.
Qed.

(** ** Which of them are binary64 *)

Theorem multiple_binary64 z v :
  (-1074 <= z)%Z -> multiple z v -> Rabs v <= bpow radix2 (53 + z) -> binary64 v.
Proof.
  intros Z (n & V) H.
  assert (N : (Z.abs n <= 2 ^ 53)%Z).
  { apply le_IZR. rewrite abs_IZR. apply Rmult_le_reg_r with (bpow radix2 z); [apply bpow_gt_0|].
    change (IZR (2 ^ 53)) with (bpow radix2 53). rewrite <- bpow_plus.
    rewrite <- (Rabs_pos_eq (bpow radix2 z)) at 1 by apply bpow_ge_0. now rewrite <- Rabs_mult, <- V. }
  destruct (Z.eq_dec (Z.abs n) (2 ^ 53)) as [E|E].
  - assert (B : binary64 (bpow radix2 (53 + z))) by (apply generic_format_bpow; unfold FLT_exp; lia).
    rewrite bpow_plus in B. change (bpow radix2 53) with (IZR (2 ^ 53)) in B.
    destruct (Z.abs_eq_or_opp n) as [A|A].
    + now rewrite V, <- A, E.
    + rewrite V. replace n with (- 2 ^ 53)%Z by lia. rewrite opp_IZR.
      replace (- IZR (2 ^ 53) * bpow radix2 z) with (- (IZR (2 ^ 53) * bpow radix2 z)) by ring.
      now apply binary64_opp.
  - apply generic_format_FLT. exists (Float radix2 n z).
    + exact V.
    + cbn [Fnum]. change (radix2 ^ 53)%Z with (2 ^ 53)%Z. lia.
    + exact Z.
Qed.

Lemma multiple_sum z v w :
  (-1074 <= z)%Z -> multiple z v -> multiple z w -> Rabs (v + w) <= bpow radix2 (53 + z) -> rnd (v + w) = v + w.
Proof. intros Z V W H. apply rnd_exact, (multiple_binary64 z); try assumption. now apply multiple_plus. Qed.

Lemma multiple_difference z v w :
  (-1074 <= z)%Z -> multiple z v -> multiple z w -> Rabs (v - w) <= bpow radix2 (53 + z) -> rnd (v - w) = v - w.
Proof. intros Z V W H. apply rnd_exact, (multiple_binary64 z); try assumption. now apply multiple_minus. Qed.

(** A binary64 of magnitude 2^52 G or more. *)
Lemma large_multiple z v : binary64 v -> bpow radix2 (52 + z) <= Rabs v -> multiple z v.
Proof.
  intros F H. apply multiple_finer with (cexp radix2 (FLT_exp (-1074) 53) v).
  - assert (M := mag_ge_bpow radix2 v (53 + z)). unfold cexp, FLT_exp.
    replace (53 + z - 1)%Z with (52 + z)%Z in M by ring. specialize (M H). lia.
  - exists (Ztrunc (scaled_mantissa radix2 (FLT_exp (-1074) 53) v)). exact F.
Qed.

(** ** Rounding to a grid by adding and subtracting *)

Definition spread (z : Z) : R := 3 / 2 * bpow radix2 (52 + z).

Lemma spread_value z : spread z = 3 * bpow radix2 (51 + z).
Proof.
  unfold spread. replace (52 + z)%Z with (1 + (51 + z))%Z by ring. rewrite (bpow_plus radix2 1).
  change (bpow radix2 1) with 2. lra.
Qed.

Lemma spread_multiple z : multiple (51 + z) (spread z).
Proof. exists 3%Z. apply spread_value. Qed.

Lemma spread_binary64 z : (-1074 <= z)%Z -> binary64 (spread z).
Proof.
  intros Z. apply (multiple_binary64 (51 + z)); [lia|apply spread_multiple|].
  rewrite spread_value, Rabs_pos_eq by (assert (B := bpow_ge_0 radix2 (51 + z)); lra).
  assert (B := bpow_ge_0 radix2 (51 + z)). rewrite (bpow_plus radix2 53 (51 + z)). apply Rmult_le_compat_r; [exact B|].
  apply Rle_trans with (bpow radix2 2); [simpl; lra|apply bpow_le; lia].
Qed.

Section Spread.
Variable z : Z.
Hypothesis z_least : (-1074 <= z)%Z.
Variable v : R.
Hypothesis v_range : Rabs v <= bpow radix2 (51 + z).

Let C := spread z.
Let B := bpow radix2 (51 + z).

Let range : 2 * B <= v + C <= 4 * B.
Proof. unfold C. rewrite spread_value. assert (H := Rabs_le_inv _ _ v_range). unfold B. lra. Qed.

Let centre : C = 3 * B.
Proof. apply spread_value. Qed.

Let two : bpow radix2 (52 + z) = 2 * B.
Proof. unfold B. replace (52 + z)%Z with (1 + (51 + z))%Z by ring. now rewrite (bpow_plus radix2 1). Qed.

Let four : bpow radix2 (53 + z) = 4 * B.
Proof.
  unfold B. replace (53 + z)%Z with (2 + (51 + z))%Z by ring. rewrite (bpow_plus radix2 2).
  change (bpow radix2 2) with 4. reflexivity.
Qed.

Let positive : 0 < B.
Proof. apply bpow_gt_0. Qed.

(** A number of the grid that v does not exceed, or the other way round. *)
Lemma spread_most X : multiple z X -> v <= X -> X <= B -> rnd (v + C) - C <= X.
Proof.
  intros M H L. assert (F : binary64 (X + C)).
  { apply (multiple_binary64 z); [exact z_least| |].
    - apply multiple_plus; [exact M|]. apply multiple_finer with (2 := spread_multiple z). lia.
    - rewrite four. rewrite centre, Rabs_pos_eq; lra. }
  assert (Q := rnd_le (v + C) (X + C) ltac:(lra)). rewrite (rnd_exact _ F) in Q. lra.
Qed.

Lemma spread_least X : multiple z X -> X <= v -> - B <= X -> X <= rnd (v + C) - C.
Proof.
  intros M H L. assert (F : binary64 (X + C)).
  { apply (multiple_binary64 z); [exact z_least| |].
    - apply multiple_plus; [exact M|]. apply multiple_finer with (2 := spread_multiple z). lia.
    - rewrite four. rewrite centre, Rabs_pos_eq; lra. }
  assert (Q := rnd_le (X + C) (v + C) ltac:(lra)). rewrite (rnd_exact _ F) in Q. lra.
Qed.

Theorem spread_within X : multiple z X -> Rabs v <= X -> X <= B -> Rabs (rnd (v + C) - C) <= X.
Proof.
  intros M H L. apply Rabs_le_inv in H. apply Rabs_le. split.
  - apply spread_least; [now apply multiple_opp|lra|lra].
  - apply spread_most; [exact M|lra|exact L].
Qed.

Theorem spread_near :
  rnd (rnd (v + C) - C) = rnd (v + C) - C /\
  multiple z (rnd (v + C) - C) /\
  Rabs (v - (rnd (v + C) - C)) <= / 2 * bpow radix2 z /\
  Rabs (rnd (v + C) - C) <= B.
Proof.
  assert (MB : multiple z B) by (apply multiple_power; lia).
  assert (W := spread_within B MB v_range (Rle_refl _)).
  assert (M : multiple z (rnd (v + C) - C)).
  { apply multiple_minus; [|apply multiple_finer with (2 := spread_multiple z); lia].
    apply large_multiple; [apply binary64_rnd|]. rewrite two. apply Rabs_le_inv in W.
    rewrite Rabs_pos_eq; lra. }
  split; [|split; [exact M|split; [|exact W]]].
  - apply rnd_exact, (multiple_binary64 z); [exact z_least|exact M|]. rewrite four. lra.
  - replace (v - (rnd (v + C) - C)) with (- (rnd (v + C) - (v + C))) by ring. rewrite Rabs_Ropp.
    destruct (Rle_lt_or_eq_dec _ _ (proj2 range)) as [L|E].
    + assert (U : ulp radix2 (FLT_exp (-1074) 53) (v + C) = bpow radix2 z).
      { rewrite ulp_neq_0 by lra. f_equal. unfold cexp, FLT_exp.
        rewrite (mag_unique radix2 (v + C) (53 + z)).
        - lia.
        - replace (53 + z - 1)%Z with (52 + z)%Z by ring. rewrite two, four, Rabs_pos_eq; lra. }
      assert (H := error_le_half_ulp radix2 (FLT_exp (-1074) 53) (fun x => negb (Z.even x)) (v + C)).
      rewrite U in H. exact H.
    + assert (F : binary64 (v + C)).
      { rewrite E, <- four. apply generic_format_bpow. unfold FLT_exp. lia. }
      rewrite (rnd_exact _ F), Rminus_diag_eq, Rabs_R0 by reflexivity. assert (P := bpow_ge_0 radix2 z). lra.
Qed.

Theorem spread_rest : binary64 v -> binary64 (v - (rnd (v + C) - C)).
Proof.
  intros F. replace (v - (rnd (v + C) - C)) with (- (rnd (v + C) - (v + C))) by ring. apply binary64_opp.
  apply (plus_error radix2 (FLT_exp (-1074) 53) (fun x => negb (Z.even x)) v C F).
  now apply spread_binary64.
Qed.

End Spread.
