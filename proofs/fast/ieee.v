(* SPDX-License-Identifier: Apache-2.0 *)
(** * IEEE 754's binary64, and binary64 of which infinities and NaNs are forgotten

    Purpose.  The models run over Flocq's binary64 too, with signed zeros, infinities and NaN: what they
    compute there is what they compute in limited_arithmetic (overflow.v), operation by operation.  Two
    things are different and named here: a finite number divided by an infinity is 0, and infinities
    compare.

    Symbols.
      ieee, add, ...   nonfinite.v
      ieee_arithmetic  the operations of model.v, to nearest, ties to even
      real_value x     x's number, None if it has none

    Main results.
      ieee_plus, ieee_subtract, ieee_multiply, ieee_muladd, ieee_square_root, ieee_negate
                       the operation on the numbers; None of None
      ieee_divide      unless a finite number is divided by an infinity
      ieee_at_most     of two numbers
      ieee_power_of_two, ieee_of_count   of exponents -1074 to 1023, and up to 2^53 *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow fast.nonfinite.

Local Open Scope R_scope.

#[local] Existing Instance precision_positive.
#[local] Existing Instance precision_small.

Definition ieee_zero : ieee := B754_zero false.
Definition ieee_integer (n e : Z) : ieee :=
  binary_normalize 53 1024 precision_positive precision_small mode_NE n e false.

Definition ieee_arithmetic (fused : bool) : arithmetic ieee := {|
  zero := ieee_zero;
  plus := add;
  subtract := fun a b => Bminus mode_NE a b;
  multiply := fun a b => Bmult mode_NE a b;
  divide := fun a b => Bdiv mode_NE a b;
  muladd := affine fused;
  square_root := fun a => Bsqrt mode_NE a;
  negate := Bopp;
  at_most := Bleb;
  is_finite := BinarySingleNaN.is_finite;
  power_of_two := ieee_integer 1;
  of_count := fun n => ieee_integer (Z.of_nat n) 0
|}.

Definition real_value (x : ieee) : option R :=
  if BinarySingleNaN.is_finite x then Some (B2R x) else None.

Section Operations.
Variable fused : bool.
Notation I := (ieee_arithmetic fused).
Notation B := (limited_arithmetic fused).

Lemma value_binary64 (x : ieee) : binary64 (B2R x) /\ Rabs (B2R x) < bpow radix2 1024.
Proof. split; [exact (generic_format_B2R 53 1024 x)|exact (abs_B2R_lt_emax 53 1024 x)]. Qed.

Lemma value_finite x z : real_value x = Some z -> BinarySingleNaN.is_finite x = true /\ B2R x = z.
Proof. unfold real_value. destruct (BinarySingleNaN.is_finite x); [|easy]. intros H. injection H. now split. Qed.

Lemma overflown (x : ieee) s : B2SF x = binary_overflow 53 1024 mode_NE s -> BinarySingleNaN.is_finite x = false.
Proof. intros H. rewrite <- is_finite_SF_B2SF, H. reflexivity. Qed.

(** What Flocq says of an operation on numbers: its rounding, if that is below 2^1024. *)
Lemma rounded_value (x : ieee) r s (b c : Prop) :
  (if Rlt_bool (Rabs (rnd r)) (bpow radix2 1024)
   then B2R x = rnd r /\ BinarySingleNaN.is_finite x = true /\ b
   else B2SF x = binary_overflow 53 1024 mode_NE s /\ c) ->
  real_value x = finite (rnd r).
Proof.
  unfold finite, real_value. destruct (Rlt_bool (Rabs (rnd r)) (bpow radix2 1024)).
  - intros (E & F & _). now rewrite F, E.
  - intros [H _]. now rewrite (overflown x s H).
Qed.

Lemma none_value (x : ieee) : BinarySingleNaN.is_finite x = false -> real_value x = None.
Proof. intros H. unfold real_value. now rewrite H. Qed.

Lemma some_value (x : ieee) : BinarySingleNaN.is_finite x = true -> real_value x = Some (B2R x).
Proof. intros H. unfold real_value. now rewrite H. Qed.

(** An operation of two numbers that is finite of numbers only. *)
Lemma two_values (op : ieee -> ieee -> ieee) (f : R -> R -> R) a b :
  (BinarySingleNaN.is_finite (op a b) = true ->
   BinarySingleNaN.is_finite a = true /\ BinarySingleNaN.is_finite b = true) ->
  (BinarySingleNaN.is_finite a = true -> BinarySingleNaN.is_finite b = true ->
   real_value (op a b) = finite (rnd (f (B2R a) (B2R b)))) ->
  real_value (op a b) = of_two f (real_value a) (real_value b).
Proof.
  intros S E. destruct (BinarySingleNaN.is_finite a) eqn:Fa; [destruct (BinarySingleNaN.is_finite b) eqn:Fb|].
  - rewrite (some_value a Fa), (some_value b Fb). now apply E.
  - rewrite (none_value b Fb). replace (of_two f (real_value a) None) with (@None R) by now destruct (real_value a).
    apply none_value. apply not_true_is_false. intros H. apply S in H. now destruct H.
  - rewrite (none_value a Fa). apply none_value. apply not_true_is_false. intros H. apply S in H. now destruct H.
Qed.

Theorem ieee_plus a b : real_value (plus I a b) = plus B (real_value a) (real_value b).
Proof.
  apply (two_values add Rplus); [apply add_finite|]. intros Fa Fb.
  eapply rounded_value. exact (Bplus_correct 53 1024 precision_positive precision_small mode_NE a b Fa Fb).
Qed.

Theorem ieee_subtract a b : real_value (subtract I a b) = subtract B (real_value a) (real_value b).
Proof.
  apply (two_values (fun a b => Bminus mode_NE a b) Rminus).
  - destruct a as [s|s| |s m x H], b as [r|r| |r n y K]; try easy; cbn; now destruct (eqb _ _).
  - intros Fa Fb. eapply rounded_value.
    exact (Bminus_correct 53 1024 precision_positive precision_small mode_NE a b Fa Fb).
Qed.

Theorem ieee_multiply a b : real_value (multiply I a b) = multiply B (real_value a) (real_value b).
Proof.
  apply (two_values (fun a b => Bmult mode_NE a b) Rmult); [apply times_finite|]. intros Fa Fb.
  assert (C := Bmult_correct 53 1024 precision_positive precision_small mode_NE a b). rewrite Fa, Fb in C.
  eapply (rounded_value _ _ _ _ True). cbn [andb] in C.
  change (rnd (B2R a * B2R b)) with (round radix2 (SpecFloat.fexp 53 1024) (round_mode mode_NE) (B2R a * B2R b)).
  destruct (Rlt_bool _ _); [exact C|]. split; [exact C|exact Logic.I].
Qed.
Theorem ieee_muladd a b c :
  real_value (muladd I a b c) = muladd B (real_value a) (real_value b) (real_value c).
Proof.
  cbn [muladd ieee_arithmetic limited_arithmetic]. destruct fused eqn:Fu.
  - destruct (BinarySingleNaN.is_finite a) eqn:Fa; [destruct (BinarySingleNaN.is_finite b) eqn:Fb;
      [destruct (BinarySingleNaN.is_finite c) eqn:Fc|]|].
    + rewrite (some_value a Fa), (some_value b Fb), (some_value c Fc). eapply (rounded_value _ _ _ _ True).
      assert (C := Bfma_correct 53 1024 precision_positive precision_small mode_NE a b c Fa Fb Fc). cbv zeta in C.
      change (rnd (B2R a * B2R b + B2R c))
        with (round radix2 (SpecFloat.fexp 53 1024) (round_mode mode_NE) (B2R a * B2R b + B2R c)).
      destruct (Rlt_bool _ _); [exact C|]. split; [exact C|exact Logic.I].
    + rewrite (none_value c Fc). replace (match real_value a with Some x => _ | None => None end) with (@None R)
        by (destruct (real_value a), (real_value b); reflexivity).
      apply none_value, not_true_is_false. intros H. apply affine_finite in H.
      destruct H as (_ & _ & H). now rewrite H in Fc.
    + rewrite (none_value b Fb). replace (match real_value a with Some x => _ | None => None end) with (@None R)
        by now destruct (real_value a).
      apply none_value, not_true_is_false. intros H. apply affine_finite in H.
      destruct H as (_ & H & _). now rewrite H in Fb.
    + rewrite (none_value a Fa).
      apply none_value, not_true_is_false. intros H. apply affine_finite in H.
      destruct H as (H & _ & _). now rewrite H in Fa.
  - assert (P := ieee_plus (Bmult mode_NE a b) c). cbn [plus ieee_arithmetic limited_arithmetic] in P.
    etransitivity; [exact P|]. f_equal. exact (ieee_multiply a b).
Qed.

Theorem ieee_divide a b :
  (BinarySingleNaN.is_finite a = false \/ forall s, b <> B754_infinity s) ->
  real_value (divide I a b) = divide B (real_value a) (real_value b).
Proof.
  intros H. cbn [divide ieee_arithmetic limited_arithmetic].
  destruct (BinarySingleNaN.is_finite b) eqn:Fb.
  2:{ rewrite (none_value b Fb). apply none_value. destruct b as [s|s| |s m x K]; try easy.
      - destruct H as [H|H]; [|now elim (H s)]. destruct a; easy.
      - destruct a; easy. }
  rewrite (some_value b Fb). destruct (Req_bool_spec (B2R b) 0) as [Z|Z].
  { apply none_value. destruct b as [s|s| |s m x K]; try easy.
    - destruct a; easy.
    - exfalso. unfold B2R in Z. apply eq_0_F2R in Z. now destruct s. }
  assert (C := Bdiv_correct 53 1024 precision_positive precision_small mode_NE a b Z).
  destruct (BinarySingleNaN.is_finite a) eqn:Fa.
  - rewrite (some_value a Fa). cbn [of_two]. eapply (rounded_value _ _ _ _ True).
    change (rnd (B2R a / B2R b)) with (round radix2 (SpecFloat.fexp 53 1024) (round_mode mode_NE) (B2R a / B2R b)).
    destruct (Rlt_bool _ _); [exact C|]. split; [exact C|exact Logic.I].
  - rewrite (none_value a Fa). cbn [of_two]. apply none_value.
    destruct a as [s|s| |s m x K]; try easy; destruct b as [r|r| |r n y L]; easy.
Qed.

Theorem ieee_square_root a : real_value (square_root I a) = square_root B (real_value a).
Proof.
  cbn [square_root ieee_arithmetic limited_arithmetic].
  destruct (Bsqrt_correct 53 1024 precision_positive precision_small mode_NE a) as (E & F & _).
  destruct a as [s|s| |s m x K].
  - rewrite (some_value _ F), (some_value (B754_zero s) eq_refl), E. cbn [B2R].
    rewrite Rlt_bool_false by lra. unfold finite. rewrite sqrt_0.
    change (round radix2 (SpecFloat.fexp 53 1024) (round_mode mode_NE) 0) with (rnd 0).
    rewrite rnd_0, Rabs_R0, Rlt_bool_true; [reflexivity|apply bpow_gt_0].
  - now rewrite (none_value _ F).
  - now rewrite (none_value _ F).
  - rewrite (some_value (B754_finite s m x K) eq_refl). destruct s.
    + rewrite (none_value _ F), Rlt_bool_true; [reflexivity|]. now apply F2R_lt_0.
    + rewrite (some_value _ F), Rlt_bool_false by now apply F2R_ge_0.
      assert (L := proj2 (value_binary64 (Bsqrt mode_NE (B754_finite false m x K)))). unfold finite.
      change (rnd (sqrt (B2R (B754_finite false m x K))))
        with (round radix2 (SpecFloat.fexp 53 1024) (round_mode mode_NE) (sqrt (B2R (B754_finite false m x K)))).
      rewrite <- E, Rlt_bool_true; [reflexivity|exact L].
Qed.

Theorem ieee_negate a : real_value (negate I a) = negate B (real_value a).
Proof.
  cbn [negate ieee_arithmetic limited_arithmetic]. unfold real_value. rewrite is_finite_Bopp, B2R_Bopp.
  now destruct (BinarySingleNaN.is_finite a).
Qed.

Theorem ieee_at_most a b x y : real_value a = Some x -> real_value b = Some y ->
  at_most I a b = at_most B (real_value a) (real_value b).
Proof.
  intros Ea Eb. rewrite Ea, Eb. apply value_finite in Ea, Eb. destruct Ea as [Fa <-], Eb as [Fb <-].
  exact (Bleb_correct 53 1024 a b Fa Fb).
Qed.

Lemma integer_value n e : binary64 (IZR n * bpow radix2 e) -> Rabs (IZR n * bpow radix2 e) < bpow radix2 1024 ->
  real_value (ieee_integer n e) = Some (IZR n * bpow radix2 e).
Proof.
  intros F L. assert (C := binary_normalize_correct 53 1024 precision_positive precision_small mode_NE n e false).
  cbv zeta in C. fold (ieee_integer n e) in C.
  change (round radix2 (SpecFloat.fexp 53 1024) (round_mode mode_NE) (F2R (Float radix2 n e)))
    with (rnd (IZR n * bpow radix2 e)) in C.
  rewrite (rnd_exact _ F), Rlt_bool_true in C by exact L. destruct C as (V & Fin & _).
  now rewrite (some_value _ Fin), V.
Qed.

Theorem ieee_power_of_two n : (-1074 <= n <= 1023)%Z ->
  real_value (power_of_two I n) = power_of_two B n.
Proof.
  intros H. cbn [power_of_two ieee_arithmetic limited_arithmetic].
  rewrite integer_value; rewrite Rmult_1_l; [reflexivity| |].
  - apply generic_format_bpow. unfold FLT_exp. lia.
  - rewrite Rabs_pos_eq by apply bpow_ge_0. apply bpow_lt. lia.
Qed.

Theorem ieee_of_count n : (Z.of_nat n < 2 ^ 53)%Z -> real_value (of_count I n) = of_count B n.
Proof.
  intros H. cbn [of_count ieee_arithmetic limited_arithmetic]. rewrite INR_IZR_INZ.
  rewrite integer_value; change (bpow radix2 0) with 1; rewrite Rmult_1_r; [reflexivity| |].
  - apply generic_format_FLT. exists (Float radix2 (Z.of_nat n) 0); [unfold F2R; cbn; ring| |cbn; lia].
    cbn [Fnum]. rewrite Z.abs_eq by lia. exact H.
  - rewrite Rabs_pos_eq by (apply IZR_le; lia). apply Rlt_trans with (bpow radix2 53).
    + change (bpow radix2 53) with (IZR (2 ^ 53)). now apply IZR_lt.
    + apply bpow_lt. lia.
Qed.
End Operations.
