(* SPDX-License-Identifier: Apache-2.0 *)
(** * Bit patterns as integers

    Purpose.  A finite pattern of format f is an integer multiple of 2^emin f.  This file reads
    that integer off the pattern and shows that a datum has exactly one pattern that represents it.

    Corresponds to lib/formats and to the encoding at the end of lib/exact/rounding.

    Symbols: those of payload.v, and
      integer_datum, decode f b   a pattern's meaning with an integer instead of a real

    Main results.
      decode_correct       decode finds what the specification says a pattern means
      represents_unique    at most one pattern represents a datum *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification.
From ExactNorm Require Export exact.payload.

Local Open Scope Z_scope.

(** ** Reading a pattern *)

Inductive integer_datum :=
  | Integer_nan
  | Integer_infinite (negative : bool)
  | Integer_finite (v : Z).

(** With shifts instead of powers, for speed once extracted. *)
Definition decode (f : format) (b : Z) : integer_datum :=
  let h := Z.shiftl 1 (precision f - 1) in
  let exponent := Z.modulo (Z.shiftr b (precision f - 1)) (Z.shiftl 1 (exponent_bits f)) in
  let fraction := Z.modulo b h in
  let negative := Z.shiftl 1 (width f - 1) <=? b in
  if exponent =? Z.shiftl 1 (exponent_bits f) - 1
  then if fraction =? 0 then Integer_infinite negative else Integer_nan
  else
    let v := if exponent =? 0 then fraction else Z.shiftl (h + fraction) (exponent - 1) in
    Integer_finite (if negative then - v else v).

Definition on_grid (e : Z) (v : Z) : R := (IZR v * bpow radix2 e)%R.

Definition datum_of (e : Z) (d : integer_datum) : datum :=
  match d with
  | Integer_nan => Not_a_number
  | Integer_infinite s => Infinite s
  | Integer_finite v => Finite (on_grid e v)
  end.

Lemma shiftl_power n v : 0 <= n -> Z.shiftl v n = v * 2 ^ n.
Proof. intros H. now apply Z.shiftl_mul_pow2. Qed.

Lemma IZR_power n : 0 <= n -> IZR (2 ^ n) = bpow radix2 n.
Proof. intros H. now rewrite <- IZR_Zpower. Qed.

Lemma on_finer_grid e k v : k <= e -> IZR (Z.shiftl v (e - k)) = (on_grid e v * bpow radix2 (- k))%R.
Proof.
  intros H. unfold on_grid.
  rewrite shiftl_power, mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by lia.
  reflexivity.
Qed.

Lemma exponent_field_bounds f b : 0 <= exponent_field f b < 2 ^ exponent_bits f.
Proof. unfold exponent_field. apply Z.mod_pos_bound. now destruct f. Qed.

Theorem decode_correct f b : meaning f b = datum_of (emin f) (decode f b).
Proof.
  unfold meaning, decode.
  assert (E := exponent_field_bounds f b).
  assert (0 <= precision f - 1 /\ 0 <= width f - 1 /\ 0 <= exponent_bits f) as (A & B & C)
    by now destruct f.
  rewrite (shiftl_power (precision f - 1)), (shiftl_power (width f - 1)) by assumption.
  rewrite (shiftl_power (exponent_bits f)) by assumption.
  rewrite Z.shiftr_div_pow2, !Z.mul_1_l by assumption.
  fold (exponent_field f b) (fraction_field f b) (sign_field f b).
  destruct (exponent_field f b =? 2 ^ exponent_bits f - 1).
  - now destruct (fraction_field f b =? 0).
  - unfold magnitude, datum_of, on_grid.
    destruct (Z.eqb_spec (exponent_field f b) 0) as [Z0|Z0].
    + destruct (sign_field f b); f_equal. rewrite opp_IZR. ring.
    + rewrite shiftl_power by lia.
      replace (emin f + exponent_field f b - 1) with ((exponent_field f b - 1) + emin f) by ring.
      rewrite bpow_plus, <- IZR_power by lia.
      destruct (sign_field f b); f_equal; rewrite ?opp_IZR, mult_IZR; ring.
Qed.

Lemma magnitude_multiple f s M :
  0 <= M < sign_weight f ->
  magnitude f (with_sign f s M) = on_grid (emin f) (multiple f M).
Proof.
  intros HM. destruct (with_sign_fields f s M HM) as (_ & _ & E & F).
  unfold magnitude, multiple, on_grid. rewrite E, F. fold (hidden f).
  destruct (Z.eqb_spec (M / hidden f) 0) as [Z0|Z0]; [reflexivity|].
  assert (0 <= M / hidden f) by (apply Z.div_pos; [lia|apply hidden_positive]).
  replace (emin f + M / hidden f - 1) with ((M / hidden f - 1) + emin f) by ring.
  rewrite bpow_plus, <- IZR_power, mult_IZR by lia. ring.
Qed.

Definition signed (s : bool) (z : R) : R := if s then (- z)%R else z.

Lemma meaning_finite f s M :
  0 <= M < infinity f false ->
  meaning f (with_sign f s M) = Finite (signed s (on_grid (emin f) (multiple f M))).
Proof.
  intros HM. assert (I := infinity_below_sign f).
  assert (HW : 0 <= M < sign_weight f) by lia.
  destruct (with_sign_fields f s M HW) as (_ & S & E & _).
  unfold meaning. rewrite E, S, magnitude_multiple by exact HW.
  destruct (Z.eqb_spec (M / hidden f) (2 ^ exponent_bits f - 1)) as [H|H].
  - exfalso. rewrite infinity_positive_split in HM.
    assert (P := hidden_positive f).
    assert (M / hidden f < 2 ^ exponent_bits f - 1) by (apply Z.div_lt_upper_bound; lia).
    lia.
  - now destruct s.
Qed.

(** The canonical NaN and the infinities mean what their names say. *)
Lemma meaning_canonical_nan f : meaning f (canonical_nan f) = Not_a_number.
Proof. now destruct f. Qed.

Lemma meaning_infinity f s : meaning f (infinity f s) = Infinite s.
Proof. now destruct f, s. Qed.

(** ** One pattern per datum *)

Lemma meaning_injective f b c z :
  is_pattern f b -> is_pattern f c -> sign_field f b = sign_field f c ->
  meaning f b = Finite z -> meaning f c = Finite z -> b = c.
Proof.
  intros Hb Hc S Mb Mc.
  destruct (pattern_split f b Hb) as (M & HM & Eb).
  destruct (pattern_split f c Hc) as (N & HN & Ec).
  rewrite <- S in Ec. set (s := sign_field f b) in *.
  assert (forall d M, 0 <= M < sign_weight f -> d = with_sign f s M -> meaning f d = Finite z ->
          z = signed s (on_grid (emin f) (multiple f M))) as K.
  { intros d L HL Ed Md. destruct (with_sign_fields f s L HL) as (_ & G & _ & _).
    unfold meaning in Md. rewrite Ed, G, magnitude_multiple in Md by exact HL.
    destruct (_ =? _) in Md; [now destruct (_ =? _) in Md|].
    injection Md as <-. now destruct s. }
  assert (A := K b M HM Eb Mb). rewrite (K c N HN Ec Mc) in A.
  assert (multiple f M = multiple f N) as V.
  { apply eq_IZR. unfold signed, on_grid in A.
    apply Rmult_eq_reg_r with (bpow radix2 (emin f)).
    - destruct s; lra.
    - apply Rgt_not_eq, bpow_gt_0. }
  apply multiple_injective in V; [|lia|lia]. now rewrite Eb, Ec, V.
Qed.

Lemma nearest_even_zero f : nearest_even f 0 = 0%R.
Proof. apply round_0. apply valid_rnd_N. Qed.

Theorem represents_unique f d b c : represents f d b -> represents f d c -> b = c.
Proof.
  assert (O : ~ (bpow radix2 (emax f) <= Rabs (nearest_even f 0))%R).
  { rewrite nearest_even_zero, Rabs_R0. apply Rlt_not_le, bpow_gt_0. }
  intros Hb Hc. destruct d as [|s|z].
  - inversion Hb; inversion Hc; now subst.
  - inversion Hb; inversion Hc; now subst.
  - destruct (Req_dec z 0) as [Z0|Z0].
    + inversion Hb as [| |e|v p A|v p]; subst; try easy; inversion Hc; subst; easy.
    + inversion Hb as [| |e|v p A B C D E|v A]; subst; try easy;
      inversion Hc as [| |e'|v' p' A' B' C' D' E'|v' A']; subst; try easy.
      * apply (meaning_injective f) with (nearest_even f z); congruence.
      * now destruct (Rlt_not_le _ _ B).
      * now destruct (Rlt_not_le _ _ B').
Qed.
