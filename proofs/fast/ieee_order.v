(* SPDX-License-Identifier: Apache-2.0 *)
(** * Infinities in comparisons

    Purpose.  What is between two numbers is a number; products and quotients that are not very negative do not
    become a negative infinity, which would be at most anything.

    Symbols.  ieee: nonfinite.v; ieee_arithmetic: ieee.v.
      minus x   x has a minus sign

    Main results.
      between_finite, at_most_finite
      product_not_minus, quotient_not_minus *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow fast.nonfinite fast.ieee.

Local Open Scope R_scope.

Theorem between_finite (x a b : ieee) : BinarySingleNaN.is_finite a = true -> BinarySingleNaN.is_finite b = true ->
  Bleb a x = true -> Bleb x b = true -> BinarySingleNaN.is_finite x = true.
Proof.
  intros Fa Fb L H. destruct x as [r|[|]| |r m y K]; try reflexivity; exfalso.
  - destruct a as [q|q| |q m y K]; try easy; now destruct q.
  - destruct b as [q|q| |q m y K]; try easy; now destruct q.
  - destruct a as [q|q| |q m y K]; easy.
Qed.
Theorem at_most_finite (x b : ieee) : BinarySingleNaN.is_finite b = true -> Bleb x b = true ->
  x <> B754_infinity true -> BinarySingleNaN.is_finite x = true.
Proof.
  intros F L N. destruct x as [r|[|]| |r m y K]; try reflexivity; try easy; exfalso.
  destruct b as [q|q| |q m y K]; try easy; now destruct q.
Qed.

Section Signs.
Variable fused : bool.
Notation I := (ieee_arithmetic fused).

Definition minus (x : ieee) : bool := Bsign x.

Lemma minus_is (x : ieee) : BinarySingleNaN.is_finite x = true -> if minus x then B2R x <= 0 else 0 <= B2R x.
Proof.
  destruct x as [r|r| |r m y K]; try easy; intros _; unfold minus; cbn [Bsign B2R]; destruct r; try lra.
  - apply F2R_le_0. easy.
  - apply F2R_ge_0. easy.
Qed.

Lemma not_minus_infinity (x a b : ieee) t (c : Prop) :
  (xorb (minus a) (minus b) = true -> t <= 0) -> - bpow radix2 1000 <= t ->
  (if Rlt_bool (Rabs (rnd t)) (bpow radix2 1024)
   then B2R x = rnd t /\ BinarySingleNaN.is_finite x = true /\ c
   else B2SF x = binary_overflow 53 1024 mode_NE (xorb (minus a) (minus b))) ->
  x <> B754_infinity true.
Proof.
  intros S L C E. rewrite E in C. destruct (Rlt_bool_spec (Rabs (rnd t)) (bpow radix2 1024)) as [H|H].
  - destruct C as (_ & C & _). discriminate C.
  - destruct (xorb (minus a) (minus b)); [|discriminate C]. specialize (S eq_refl).
    assert (R : small 1000 (rnd t)).
    { apply small_rnd; [lia|]. unfold small. assert (P := bpow_ge_0 radix2 1000). apply Rabs_le. lra. }
    assert (Q : bpow radix2 1000 < bpow radix2 1024) by (apply bpow_lt; lia). unfold small in R. lra.
Qed.

Theorem product_not_minus (a b : ieee) : BinarySingleNaN.is_finite a = true -> BinarySingleNaN.is_finite b = true ->
  - bpow radix2 1000 <= B2R a * B2R b ->
  multiply I a b = B754_infinity false \/
  BinarySingleNaN.is_finite (multiply I a b) = true /\ B2R (multiply I a b) = rnd (B2R a * B2R b).
Proof.
  intros Fa Fb L. assert (Sa := minus_is a Fa). assert (Sb := minus_is b Fb).
  assert (C := Bmult_correct 53 1024 precision_positive precision_small mode_NE a b). rewrite Fa, Fb in C.
  assert (N : multiply I a b <> B754_infinity true).
  { apply (not_minus_infinity _ a b (B2R a * B2R b) _) with (2 := L) (3 := C).
    destruct (minus a), (minus b); intros X; try discriminate X; nra. }
  destruct (Rlt_bool _ _); [right; now split|left].
  change (Bmult mode_NE a b) with (multiply I a b) in C. destruct (multiply I a b) as [r|r| |r m y K]; try discriminate C.
  now destruct r.
Qed.

Theorem quotient_not_minus (a b : ieee) : a = B754_infinity false \/ BinarySingleNaN.is_finite a = true ->
  BinarySingleNaN.is_finite b = true -> 0 < B2R b ->
  (BinarySingleNaN.is_finite a = true -> - bpow radix2 1000 <= B2R a / B2R b) ->
  divide I a b <> B754_infinity true.
Proof.
  intros Fa Fb P L. assert (Sb := minus_is b Fb). destruct Fa as [-> |Fa].
  - destruct b as [r|r| |r m y K]; try easy; [cbn in P; lra|].
    destruct r; unfold minus in Sb; cbn [Bsign] in Sb; [lra|easy].
  - assert (Sa := minus_is a Fa).
    assert (C := Bdiv_correct 53 1024 precision_positive precision_small mode_NE a b ltac:(lra)).
    rewrite Fa in C. apply (not_minus_infinity _ a b (B2R a / B2R b) _) with (2 := L Fa) (3 := C).
    assert (J : 0 < / B2R b) by now apply Rinv_0_lt_compat. unfold Rdiv.
    destruct (minus a), (minus b); intros X; try discriminate X; nra.
Qed.
End Signs.
