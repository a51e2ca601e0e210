(* SPDX-License-Identifier: Apache-2.0 *)
(** * A gamma or beta that is not finite

    Purpose.  Where gamma or beta is an infinity or a NaN, so is y^, and neither the window test nor the
    ends test of a narrow format lets it pass: of patterns that are no numbers, and of the largest
    binary64 too, to which rounding to odd can bring an infinity.

    Corresponds to Affine of lib/fast/normalize-inl.h, ElementOf and RoundToOdd of sharp-inl.h and to
    lib/fast/rounding_test-inl.h.

    Symbols.
      ieee          Flocq's binary64, with infinities and NaN
      affine        y^ from g, t and b, with an FMA or without

    Main results.
      affine_finite      if y^ is finite, so are g, t and b
      ends_finite        and if y^ - e or y^ + e is, so is y^
      sharp_finite       the same of the sharp stage, up to what is rounded to odd
      window_refuses, ends_refuse *)

From Coq Require Import ZArith Reals Bool Lia.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification exact.pattern fast.window_test fast.ends fast.cell16
  fast.tails fast.demotion fast.result_tests.

Local Open Scope Z_scope.

(** ** Arithmetic *)

Definition ieee : Set := binary_float 53 1024.

#[local] Instance precision_positive : Prec_gt_0 53 := eq_refl.
#[local] Instance precision_small : Prec_lt_emax 53 1024 := eq_refl.

Definition add (a b : ieee) : ieee := Bplus mode_NE a b.
Definition affine (fused : bool) (g t b : ieee) : ieee :=
  if fused then Bfma mode_NE g t b else add (Bmult mode_NE g t) b.

Lemma add_finite a b : is_finite (add a b) = true -> is_finite a = true /\ is_finite b = true.
Proof.
  unfold add. destruct a as [s|s| |s m e H], b as [s'|s'| |s' m' e' H']; try easy; cbn; now destruct (eqb _ _).
Qed.

Lemma times_finite a b : is_finite (Bmult mode_NE a b : ieee) = true -> is_finite a = true /\ is_finite b = true.
Proof. destruct a, b; easy. Qed.

Theorem affine_finite fused g t b :
  is_finite (affine fused g t b) = true ->
  is_finite g = true /\ is_finite t = true /\ is_finite b = true.
Proof.
  unfold affine. destruct fused.
  - destruct g as [s|s| |s m e H], t as [s'|s'| |s' m' e' H'], b as [r|r| |r m2 e2 H2]; try easy; cbn;
      now destruct (eqb _ _).
  - intros H. apply add_finite in H. destruct H as [H B]. apply times_finite in H. tauto.
Qed.

(** Either end, y^ - e or y^ + e, and what it is rounded to. *)
Theorem ends_finite y e :
  is_finite (Bminus mode_NE y e : ieee) = true \/ is_finite (add y e) = true -> is_finite y = true.
Proof.
  intros [H|H]; [|now apply add_finite in H].
  destruct y as [s|s| |s m x B], e as [r|r| |r n z C]; try easy; cbn in H; now destruct (eqb _ _).
Qed.

(** The high part of the sharp stage's y^, whatever is added to the product and to the sum, and what RoundToOdd
    rounds. *)
Theorem sharp_finite t g b c d low :
  is_finite (add (add (add (add (Bmult mode_NE t g) c) b) d) low) = true ->
  is_finite t = true /\ is_finite g = true /\ is_finite b = true.
Proof.
  intros H. do 2 apply add_finite, proj1 in H. apply add_finite in H. destruct H as [H B].
  apply add_finite, proj1, times_finite in H. tauto.
Qed.

(** ** Patterns *)

Definition not_finite (f : format) (b : Z) : Prop := forall z, meaning f b <> Finite z.

Lemma not_finite_field f b : not_finite f b -> exponent_field f b = 2 ^ exponent_bits f - 1.
Proof.
  intros N. destruct (Z.eqb_spec (exponent_field f b) (2 ^ exponent_bits f - 1)) as [E|E]; [exact E|].
  exfalso. apply Z.eqb_neq in E. eapply N. unfold meaning. rewrite E. reflexivity.
Qed.

Lemma not_finite_payload f b : is_pattern f b -> not_finite f b ->
  (2 ^ exponent_bits f - 1) * 2 ^ (precision f - 1) <= b mod 2 ^ (width f - 1).
Proof.
  intros P N. apply not_finite_field in N. unfold exponent_field in N.
  replace (2 ^ (width f - 1)) with (2 ^ (precision f - 1) * 2 ^ exponent_bits f)
    by (destruct f; reflexivity).
  rewrite Z.rem_mul_r by (destruct f; easy). rewrite N.
  assert (B := Z.mod_pos_bound b (2 ^ (precision f - 1)) ltac:(destruct f; easy)). lia.
Qed.

(** E is y^'s pattern, b that of RN32(y^). *)
Theorem window_refuses f field w E b :
  least_field f <= field <= 1022 -> 0 < w -> 4 * w <= 2 ^ tail f ->
  is_pattern Binary64 E -> not_finite Binary64 E -> is_pattern Binary32 b -> not_finite Binary32 b ->
  passes f field w E b = false.
Proof.
  intros F W R PE NE PB NB. apply not_true_is_false. intros H.
  apply not_finite_field in NE. apply not_finite_field in NB.
  unfold exponent_field in NE, NB. cbn in NE, NB.
  destruct f; cbn [passes least_field] in F, H; try easy.
  - change (2 ^ tail Binary32) with 536870912 in R. apply halves_decide in H; try lia; [|exact PE].
    change (2 ^ 52) with 4503599627370496 in H. change (2 ^ 11) with 2048 in H. lia.
  - change (2 ^ tail Binary16) with 8192 in R. change (tail Binary16) with 13 in H.
    apply word_sound in H; try lia; [|exact PB].
    change (2 ^ 23) with 8388608 in H. change (2 ^ 8) with 256 in H. lia.
  - change (2 ^ tail Bfloat16) with 65536 in R. change (tail Bfloat16) with 16 in H.
    apply word_sound in H; try lia; [|exact PB].
    change (2 ^ 23) with 8388608 in H. change (2 ^ 8) with 256 in H. lia.
Qed.

(** The end that is rounded: its binary32 for results of that format, else its binary64, which may have come from
    an infinity by one step. *)
Theorem ends_refuse :
  (forall p, is_pattern Binary32 p -> not_finite Binary32 p -> inside32 p = false) /\
  (forall f E S is_boundary, f = Bfloat16 \/ f = Binary16 ->
     infinity Binary64 false - 1 <= E mod 2 ^ 63 -> cell16 f E S is_boundary = None).
Proof.
  split.
  - intros p P N. apply not_finite_payload in N; [|exact P]. unfold inside32. apply Z.ltb_ge.
    change (2 ^ (width Binary32 - 1)) with (2 ^ 31) in N.
    change ((2 ^ exponent_bits Binary32 - 1) * 2 ^ (precision Binary32 - 1)) with 0x7F800000 in N.
    assert (B := Z.mod_pos_bound p (2 ^ 31) ltac:(easy)). rewrite Z.mod_small; lia.
  - intros f E S bd F H. change (infinity Binary64 false - 1) with 0x7FEFFFFFFFFFFFFF in H. unfold cell16.
    set (m := E mod 2 ^ 63) in *.
    assert (K : least_normal f <= 0x7FEFFFFFFFFFFFFF /\ largest f < 0x7FEFFFFFFFFFFFFF)
      by (destruct F as [-> | ->]; now split).
    replace (m <? least_normal f) with false by (symmetry; apply Z.ltb_ge; lia).
    now replace (largest f <? m) with true by (symmetry; apply Z.ltb_lt; lia).
Qed.
