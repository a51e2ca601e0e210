(* SPDX-License-Identifier: Apache-2.0 *)
(** * The formats are IEEE 754's

    Purpose.  specification.v says in three lines what a bit pattern means.  Here that reading is
    shown to be the one of Flocq's formalisation of IEEE 754, for all four formats (bfloat16 being
    the same layout with 8 exponent and 7 fraction bits), and the parameters to be IEEE's.

    Corresponds to lib/formats.

    Symbols.
      flocq_datum   the datum of one of Flocq's floating-point numbers

    Main results.
      meaning_ieee      meaning f b is Flocq's reading of the pattern b
      parameters_ieee   emax = 2^(exponent bits - 1), emin = 3 - emax - precision
      nearest_even_is_nearest   no number of the format's grid is nearer than nearest_even z
      represents_exists         every datum can be delivered *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core Bracket BinarySingleNaN Binary Bits.
From ExactNorm Require Import specification exact.pattern exact.location exact.rounding.

Local Open Scope Z_scope.

Theorem parameters_ieee f :
  emax f = 2 ^ (exponent_bits f - 1) /\ emin f = 3 - emax f - precision f /\
  width f = 1 + exponent_bits f + (precision f - 1).
Proof. now destruct f. Qed.

Definition flocq_datum (a : full_float) : datum :=
  match a with
  | F754_zero _ => Finite 0
  | F754_infinity s => Infinite s
  | F754_nan _ _ => Not_a_number
  | F754_finite s m e => Finite (F2R (Float radix2 (cond_Zopp s (Zpos m)) e))
  end.

Lemma Zeq_bool_eqb a b : Zeq_bool a b = (a =? b).
Proof.
  destruct (Z.eqb_spec a b) as [E|E].
  - now apply Zeq_is_eq_bool.
  - destruct (Zeq_bool a b) eqn:H; [|reflexivity]. now apply Zeq_bool_eq in H.
Qed.

Lemma signed_F2R s m e : signed s (IZR m * bpow radix2 e)%R = F2R (Float radix2 (cond_Zopp s m) e).
Proof.
  unfold F2R, signed. cbn [Fnum Fexp]. destruct s; cbn [cond_Zopp]; [|reflexivity].
  rewrite opp_IZR. ring.
Qed.

Theorem meaning_ieee f b :
  meaning f b = flocq_datum (binary_float_of_bits_aux (precision f - 1) (exponent_bits f) b).
Proof.
  destruct (parameters_ieee f) as (E & L & _).
  assert (W := sign_weight_split f). assert (P := hidden_positive f).
  assert (F := Z.mod_pos_bound b (hidden f) P).
  assert (T : emin f = SpecFloat.emin (precision f - 1 + 1) (2 ^ (exponent_bits f - 1))).
  { unfold SpecFloat.emin. rewrite L, E. ring. }
  unfold binary_float_of_bits_aux, split_bits. rewrite <- T.
  unfold meaning, magnitude.
  fold (sign_field f b) (exponent_field f b) (fraction_field f b) (hidden f) in *.
  assert (S : Zle_bool (hidden f * 2 ^ exponent_bits f) b = sign_field f b) by now rewrite <- W.
  rewrite S, !Zeq_bool_eqb.
  change (b mod hidden f) with (fraction_field f b) in F.
  assert (X : 2 <= 2 ^ exponent_bits f) by now destruct f.
  destruct (Z.eqb_spec (exponent_field f b) 0) as [Z0|Z0].
  - rewrite Z0. destruct (Z.eqb_spec 0 (2 ^ exponent_bits f - 1)); [lia|].
    destruct (fraction_field f b) as [|m|m] eqn:M; cbn [flocq_datum].
    + f_equal. destruct (sign_field f b); ring.
    + f_equal. rewrite <- signed_F2R. now destruct (sign_field f b).
    + lia.
  - destruct (exponent_field f b =? 2 ^ exponent_bits f - 1).
    + destruct (fraction_field f b) as [|m|m] eqn:M; try reflexivity; lia.
    + rewrite (Z.add_comm (hidden f)).
      destruct (fraction_field f b + hidden f) as [|m|m] eqn:M; try lia.
      cbn [flocq_datum]. f_equal.
      replace (emin f + exponent_field f b - 1) with (exponent_field f b + emin f - 1) by ring.
      rewrite <- signed_F2R. now destruct (sign_field f b).
Qed.

(** Nearest, and the even one of two that are equally near. *)
Theorem nearest_even_is_nearest f z :
  Rnd_NE_pt radix2 (FLT_exp (emin f) (precision f)) z (nearest_even f z).
Proof.
  apply round_NE_pt.
  - apply FLT_exp_valid, precision_gt_0.
  - apply exists_NE_FLT. right. now destruct f.
Qed.

Theorem represents_exists f d : exists b, represents f d b.
Proof.
  destruct d as [|s|z].
  - exists (canonical_nan f). constructor.
  - exists (infinity f s). constructor.
  - set (h := Hints (fun n => n) (fun n => n)).
    set (v := (z * bpow radix2 (- emin f))%R).
    assert (V : (IZR (Zfloor v) <= v < IZR (Zfloor v + 1))%R).
    { split; [apply Zfloor_lb|]. rewrite plus_IZR. apply Zfloor_ub. }
    exists (deliver h f (emin f) (Zfloor v) (inbetween_loc (IZR (Zfloor v)) (IZR (Zfloor v + 1)) v)).
    apply deliver_correct; [lia|]. now apply inbetween_spec.
Qed.
