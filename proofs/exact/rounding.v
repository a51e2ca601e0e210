(* SPDX-License-Identifier: Apache-2.0 *)
(** * From a located number to the bits of its rounding

    Purpose.  |z| lies between M 2^k and (M + 1) 2^k, and l says where; 2^k is at most the
    smallest subnormal.  That determines the bits of z rounded to nearest, ties to even, in each
    format: no search for an exponent, one shift, one increment, one comparison with infinity.

    Corresponds to lib/exact/rounding.

    Symbols.
      h            the oracle for lengths and roots (checked, so irrelevant to the result)
      surplus      the number of low bits of M that the format has no room for
      round_located h f s k M l   the pattern
      deliver h f k M l           the same from floor and location of z itself, zero included

    Main results.
      round_located_correct   round_located represents z, for z <> 0
      deliver_correct         deliver represents z *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core Bracket Round.
From ExactNorm Require Import specification exact.pattern exact.location.

Local Open Scope Z_scope.

Definition surplus (h : hints) (f : format) (k M : Z) : Z :=
  Z.max (hinted_digits h M - precision f) (emin f - k).

Definition shortened (t M : Z) (l : location) : Z * location :=
  if 0 <? t
  then let m := Z.shiftr M t in
       (m, new_location (Z.shiftl 1 t) (M - Z.shiftl m t) l)
  else (M, l).

Definition round_located (h : hints) (f : format) (s : bool) (k M : Z) (l : location) : Z :=
  let t := surplus h f k M in
  let '(m, l) := shortened t M l in
  let m := cond_incr (round_N (negb (Z.even m)) l) m in
  with_sign f s (Z.min (infinity f false) (Z.shiftl (k + t - emin f) (precision f - 1) + m)).

Definition deliver (h : hints) (f : format) (k M : Z) (l : location) : Z :=
  match M, l with
  | 0, loc_Exact => 0
  | _, _ =>
      if M <? 0
      then let '(M, l) := opposite (M, l) in round_located h f true k M l
      else round_located h f false k M l
  end.

Lemma precision_positive f : 0 < precision f.
Proof. now destruct f. Qed.

Global Instance precision_gt_0 f : Prec_gt_0 (precision f) := precision_positive f.

Lemma hidden_twice f : 2 * hidden f = 2 ^ precision f.
Proof. now destruct f. Qed.

Lemma surplus_fexp h f k M :
  surplus h f k M = FLT_exp (emin f) (precision f) (Zdigits radix2 M + k) - k.
Proof. unfold surplus, FLT_exp. rewrite hinted_digits_correct. lia. Qed.

Lemma shortened_truncate h f k M l :
  truncate radix2 (FLT_exp (emin f) (precision f)) (M, k, l) =
  let t := surplus h f k M in
  let '(m, l') := shortened t M l in (m, (if 0 <? t then k + t else k), l').
Proof.
  cbv zeta. unfold truncate. rewrite <- (surplus_fexp h).
  set (t := surplus h f k M). clearbody t. unfold shortened.
  change (Zlt_bool 0 t) with (0 <? t).
  destruct (Z.ltb_spec 0 t) as [H|H]; [|reflexivity].
  unfold truncate_aux. change (Zpower radix2 t) with (2 ^ t).
  rewrite Z.shiftr_div_pow2, !Z.shiftl_mul_pow2, Z.mul_1_l by lia.
  assert (0 < 2 ^ t) by (apply Z.pow_pos_nonneg; lia).
  replace (M - M / 2 ^ t * 2 ^ t) with (M mod 2 ^ t); [reflexivity|].
  assert (D := Z.div_mod M (2 ^ t)). lia.
Qed.

(** The shortened significand fits, and is normal unless the exponent is the least one. *)
Lemma shortened_bounds h f k M l :
  k <= emin f -> 0 <= M ->
  let t := surplus h f k M in
  let m := fst (shortened t M l) in
  0 <= t /\ 0 <= k + t - emin f /\
  0 <= m < 2 ^ precision f /\ (k + t - emin f = 0 \/ hidden f <= m).
Proof.
  intros Hk HM. cbv zeta.
  assert (P := precision_positive f).
  set (t := surplus h f k M).
  assert (T : t = Z.max (Zdigits radix2 M - precision f) (emin f - k)).
  { unfold t, surplus. now rewrite hinted_digits_correct. }
  assert (m : fst (shortened t M l) = M / 2 ^ t).
  { unfold shortened. destruct (Z.ltb_spec 0 t) as [H|H]; simpl.
    - now rewrite Z.shiftr_div_pow2 by lia.
    - replace t with 0 by lia. now rewrite Z.div_1_r. }
  rewrite m. clearbody t.
  assert (D : M < 2 ^ Zdigits radix2 M).
  { assert (C := Zdigits_correct radix2 M). simpl in C. lia. }
  assert (D0 := Zdigits_ge_0 radix2 M).
  assert (0 < 2 ^ t) by (apply Z.pow_pos_nonneg; lia).
  repeat split; try lia.
  - apply Z.div_pos; lia.
  - apply Z.div_lt_upper_bound; [lia|].
    rewrite <- Z.pow_add_r by lia. apply Z.lt_le_trans with (1 := D).
    apply Z.pow_le_mono_r; lia.
  - destruct (Z.eq_dec (k + t - emin f) 0) as [E|E]; [now left|right].
    assert (T' : t = Zdigits radix2 M - precision f) by lia.
    assert (C := Zdigits_correct radix2 M).
    change (Zpower radix2) with (Z.pow 2) in C. rewrite Z.abs_eq in C by lia.
    apply Z.div_le_lower_bound; [lia|].
    unfold hidden. rewrite <- Z.pow_add_r by lia.
    replace (t + (precision f - 1)) with (Zdigits radix2 M - 1) by lia. lia.
Qed.

(** A rounding that is the number of a payload is delivered as it, or as infinity. *)
Lemma represents_payload f z p :
  0 <= p -> z <> 0%R ->
  nearest_even f z = signed (Rlt_bool z 0) (on_grid (emin f) (multiple f p)) ->
  represents f (Finite z) (with_sign f (Rlt_bool z 0) (Z.min (infinity f false) p)).
Proof.
  intros Hp Hz S. set (s := Rlt_bool z 0) in *.
  assert (G : (0 <= on_grid (emin f) (multiple f p))%R).
  { apply Rmult_le_pos; [now apply IZR_le, multiple_nonnegative|apply bpow_ge_0]. }
  assert (V : Rabs (nearest_even f z) = on_grid (emin f) (multiple f p)).
  { rewrite S. unfold signed. destruct s; rewrite ?Rabs_Ropp; now apply Rabs_pos_eq. }
  assert (I := infinity_below_sign f).
  assert (L : bpow radix2 (emax f) = on_grid (emin f) (multiple f (infinity f false))).
  { unfold on_grid. rewrite multiple_infinity, IZR_power by now destruct f.
    rewrite <- bpow_plus. f_equal. ring. }
  destruct (Z_lt_le_dec p (infinity f false)) as [H|H].
  - rewrite Z.min_r by lia.
    destruct (with_sign_fields f s p ltac:(lia)) as (W1 & W2 & _).
    apply represents_number; try assumption.
    + rewrite V, L. unfold on_grid. apply Rmult_lt_compat_r; [apply bpow_gt_0|].
      apply IZR_lt, multiple_lt_iff; lia.
    + rewrite meaning_finite by lia. now rewrite S.
  - rewrite Z.min_l by lia. unfold with_sign. rewrite <- infinity_sign.
    apply represents_overflow. rewrite V, L. unfold on_grid.
    apply Rmult_le_compat_r; [apply bpow_ge_0|].
    apply IZR_le. destruct (Z.eq_dec p (infinity f false)) as [->|N]; [lia|].
    apply Z.lt_le_incl, multiple_lt_iff; lia.
Qed.

Theorem round_located_correct h f k M l z :
  k <= emin f -> 0 <= M -> z <> 0%R ->
  inbetween_float radix2 M k (Rabs z) l ->
  represents f (Finite z) (round_located h f (Rlt_bool z 0) k M l).
Proof.
  intros Hk HM Hz HI.
  assert (B := shortened_bounds h f k M l Hk HM).
  assert (C := round_trunc_sign_NE_correct radix2 (FLT_exp (emin f) (precision f)) z M k l HI).
  assert (G : k <= FLT_exp (emin f) (precision f) (Zdigits radix2 M + k)) by (unfold FLT_exp; lia).
  specialize (C (or_introl G)). clear G.
  rewrite (shortened_truncate h) in C.
  unfold round_located. cbv zeta in B, C |- *.
  set (t := surplus h f k M) in *.
  destruct (shortened t M l) as [m l']. simpl fst in B.
  destruct B as (Ht & Hq & Hm & Hn).
  replace (if 0 <? t then k + t else k) with (k + t) in C
    by (destruct (Z.ltb_spec 0 t); lia).
  set (m' := cond_incr (round_N (negb (Z.even m)) l') m) in *.
  assert (Hm' : m <= m' <= m + 1) by (unfold m', cond_incr; destruct (round_N _ _); lia).
  clearbody m' t. set (s := Rlt_bool z 0) in *.
  rewrite shiftl_power by (assert (P := precision_positive f); lia).
  fold (hidden f). set (q := k + t - emin f) in *.
  assert (P := hidden_positive f). assert (P2 := hidden_twice f).
  assert (Q := multiple_encode f q m' Hq ltac:(lia) ltac:(lia)).
  assert (V : (Rabs (nearest_even f z) = on_grid (emin f) (multiple f (q * hidden f + m')))%R).
  { unfold nearest_even, on_grid. rewrite C, Q, mult_IZR, IZR_power by assumption.
    rewrite <- F2R_Zabs, abs_cond_Zopp, Z.abs_eq by lia.
    unfold F2R, Fnum, Fexp. replace (k + t) with (q + emin f) by (unfold q; ring).
    rewrite bpow_plus. ring. }
  assert (S : nearest_even f z = signed s (on_grid (emin f) (multiple f (q * hidden f + m')))).
  { rewrite <- V. unfold nearest_even, signed. rewrite C.
    rewrite <- F2R_Zabs, abs_cond_Zopp, Z.abs_eq by lia.
    destruct s; simpl cond_Zopp; [|reflexivity]. now rewrite F2R_Zopp. }
  apply represents_payload; [nia|assumption|assumption].
Qed.

Theorem deliver_correct h f k M l z :
  k <= emin f ->
  inbetween_int M (z * bpow radix2 (- k)) l ->
  represents f (Finite z) (deliver h f k M l).
Proof.
  intros Hk HI.
  assert (B := bpow_gt_0 radix2 k). assert (B' := bpow_gt_0 radix2 (- k)).
  assert (E : z = (z * bpow radix2 (- k) * bpow radix2 k)%R).
  { rewrite Rmult_assoc, <- bpow_plus, Z.add_opp_diag_l. simpl. ring. }
  assert (Sg : Rlt_bool z 0 = (M <? 0)).
  { rewrite <- (location_sign _ _ _ HI).
    destruct (Rlt_bool_spec z 0) as [H|H]; symmetry.
    - apply Rlt_bool_true. nra.
    - apply Rlt_bool_false. nra. }
  assert (Scale : forall M l, inbetween_int M (Rabs (z * bpow radix2 (- k))) l ->
                              inbetween_float radix2 M k (Rabs z) l).
  { intros N c H. rewrite E. rewrite Rabs_mult, (Rabs_pos_eq (bpow _ k)) by now apply Rlt_le.
    unfold inbetween_float, F2R; simpl. now apply inbetween_mult_compat. }
  destruct (Req_dec z 0) as [Z0|Z0].
  - destruct (proj1 (location_zero _ _ _ HI)) as [-> ->]; [rewrite Z0; ring|].
    simpl. rewrite Z0. constructor.
  - assert (NZ : deliver h f k M l =
      if M <? 0 then let '(M, l) := opposite (M, l) in round_located h f true k M l
      else round_located h f false k M l).
    { unfold deliver. destruct M; try reflexivity. destruct l; [|reflexivity].
      exfalso. apply Z0. rewrite E.
      rewrite (proj2 (location_zero _ _ _ HI)) by now split. ring. }
    rewrite NZ, <- Sg.
    destruct (Rlt_bool_spec z 0) as [H|H].
    + assert (O := opposite_correct _ _ _ HI).
      destruct (opposite (M, l)) as [N c].
      replace true with (Rlt_bool z 0) by now apply Rlt_bool_true.
      assert (A : (- (z * bpow radix2 (- k)) = Rabs (z * bpow radix2 (- k)))%R).
      { rewrite Rabs_left by nra. reflexivity. }
      rewrite A in O.
      apply round_located_correct; try assumption.
      * assert (K := location_sign _ _ _ O).
        rewrite Rlt_bool_false in K by apply Rabs_pos. symmetry in K.
        now apply Z.ltb_ge in K.
      * now apply Scale.
    + replace false with (Rlt_bool z 0) by now apply Rlt_bool_false.
      apply round_located_correct; try assumption.
      * symmetry in Sg. now apply Z.ltb_ge in Sg.
      * apply Scale. rewrite Rabs_pos_eq; [assumption|]. nra.
Qed.
