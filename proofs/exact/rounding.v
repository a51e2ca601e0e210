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

(** ** The two kinds of number that a row asks for *)

(** A 2^ka / sqrt (D 2^kd) + B 2^kb, for D > 0. *)
Definition deliver_root (h : hints) (f : format) (A ka D kd B kb : Z) : Z :=
  let k := Z.min (emin f) kb in
  let t := 2 * (ka - k) - kd in
  let '(m, l) :=
    if 0 <=? t then root_of_fraction h (Z.shiftl (A * A) t) D
    else root_of_fraction h (A * A) (Z.shiftl D (- t)) in
  let '(m, l) := if A <? 0 then opposite (m, l) else (m, l) in
  deliver h f k (m + Z.shiftl B (kb - k)) l.

(** S 2^ks / N, for N > 0. *)
Definition deliver_fraction (h : hints) (f : format) (S ks N : Z) : Z :=
  let k := Z.min (emin f) ks in
  let '(m, l) := fraction (Z.shiftl S (ks - k)) N in
  deliver h f k m l.

Lemma on_finer_grid e k v : k <= e -> IZR (Z.shiftl v (e - k)) = (on_grid e v * bpow radix2 (- k))%R.
Proof.
  intros H. unfold on_grid.
  rewrite shiftl_power, mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by lia.
  reflexivity.
Qed.

Lemma scaled_root A ka D kd k n d :
  0 < D -> 0 < d ->
  (IZR n / IZR d = IZR (A * A) / IZR D * bpow radix2 (2 * (ka - k) - kd))%R ->
  (sqrt (IZR n / IZR d) = Rabs (on_grid ka A / sqrt (on_grid kd D) * bpow radix2 (- k)))%R.
Proof.
  intros HD Hd E. apply IZR_lt in HD.
  assert (P : (0 < on_grid kd D)%R) by (apply Rmult_lt_0_compat; [assumption|apply bpow_gt_0]).
  assert (Q := sqrt_lt_R0 _ P). assert (R := sqrt_sqrt _ (Rlt_le _ _ P)).
  set (v := (on_grid ka A / sqrt (on_grid kd D) * bpow radix2 (- k))%R).
  rewrite <- (sqrt_Rsqr_abs v). f_equal. rewrite E. unfold Rsqr, v.
  replace (_ * _ * (_ * _))%R
    with (on_grid ka A * on_grid ka A * (bpow radix2 (- k) * bpow radix2 (- k))
          / (sqrt (on_grid kd D) * sqrt (on_grid kd D)))%R by (field; lra).
  rewrite R. unfold on_grid.
  replace (2 * (ka - k) - kd) with (ka + ka + (- k + - k) + - kd) by ring.
  rewrite !bpow_plus, (bpow_opp _ kd), mult_IZR.
  assert (Z := bpow_gt_0 radix2 kd). field. split; lra.
Qed.

Theorem deliver_root_correct h f A ka D kd B kb :
  0 < D ->
  represents f (Finite (on_grid ka A / sqrt (on_grid kd D) + on_grid kb B))
             (deliver_root h f A ka D kd B kb).
Proof.
  intros HD. unfold deliver_root.
  set (k := Z.min (emin f) kb). set (t := 2 * (ka - k) - kd).
  set (v := (on_grid ka A / sqrt (on_grid kd D) * bpow radix2 (- k))%R).
  assert (HD' : (0 < IZR D)%R) by now apply IZR_lt.
  assert (L : let '(m, l) :=
      if 0 <=? t then root_of_fraction h (Z.shiftl (A * A) t) D
      else root_of_fraction h (A * A) (Z.shiftl D (- t)) in inbetween_int m (Rabs v) l).
  { destruct (Z.leb_spec 0 t) as [Ht|Ht].
    - assert (E : (IZR (Z.shiftl (A * A) t) / IZR D = IZR (A * A) / IZR D * bpow radix2 t)%R).
      { rewrite shiftl_power, mult_IZR, IZR_power by assumption. field. lra. }
      assert (C := root_of_fraction_correct h (Z.shiftl (A * A) t) D).
      unfold v. rewrite <- (scaled_root A ka D kd k (Z.shiftl (A * A) t) D) by assumption.
      destruct (root_of_fraction h (Z.shiftl (A * A) t) D) as [m l].
      apply C; [|assumption]. apply Z.shiftl_nonneg. nia.
    - assert (0 < Z.shiftl D (- t)).
      { rewrite shiftl_power by lia. apply Z.mul_pos_pos; [assumption|].
        apply Z.pow_pos_nonneg; lia. }
      assert (E : (IZR (A * A) / IZR (Z.shiftl D (- t)) = IZR (A * A) / IZR D * bpow radix2 t)%R).
      { rewrite shiftl_power, (mult_IZR D), IZR_power, bpow_opp by lia.
        assert (Z := bpow_gt_0 radix2 t). field. split; lra. }
      assert (C := root_of_fraction_correct h (A * A) (Z.shiftl D (- t))).
      unfold v. rewrite <- (scaled_root A ka D kd k (A * A) (Z.shiftl D (- t))) by assumption.
      destruct (root_of_fraction h (A * A) (Z.shiftl D (- t))) as [m l].
      apply C; [nia|assumption]. }
  assert (Sv : if A <? 0 then (v <= 0)%R else (0 <= v)%R).
  { assert (P : (0 < on_grid kd D)%R) by (apply Rmult_lt_0_compat; [assumption|apply bpow_gt_0]).
    assert (Q := Rinv_0_lt_compat _ (sqrt_lt_R0 _ P)).
    assert (W : (0 < bpow radix2 ka * / sqrt (on_grid kd D) * bpow radix2 (- k))%R).
    { repeat apply Rmult_lt_0_compat; try assumption; apply bpow_gt_0. }
    assert (V : v = (IZR A * (bpow radix2 ka * / sqrt (on_grid kd D) * bpow radix2 (- k)))%R).
    { unfold v, Rdiv. unfold on_grid at 1. ring. }
    rewrite V. destruct (Z.ltb_spec A 0) as [H|H].
    - apply IZR_lt in H. nra.
    - apply IZR_le in H. nra. }
  assert (Finish : forall m l, inbetween_int m v l ->
    represents f (Finite (on_grid ka A / sqrt (on_grid kd D) + on_grid kb B))
               (deliver h f k (m + Z.shiftl B (kb - k)) l)).
  { intros m l H. apply deliver_correct; [lia|].
    rewrite Rmult_plus_distr_r. fold v.
    rewrite <- on_finer_grid by lia. now apply shifted_correct. }
  destruct (if 0 <=? t then _ else _) as [m l].
  destruct (A <? 0).
  - assert (O := opposite_correct _ _ _ L). destruct (opposite (m, l)) as [m' l'].
    apply Finish. replace v with (- Rabs v)%R; [assumption|].
    rewrite Rabs_left1 by assumption. ring.
  - apply Finish. now rewrite Rabs_pos_eq in L.
Qed.

Theorem deliver_fraction_correct h f S ks N :
  0 < N -> represents f (Finite (on_grid ks S / IZR N)) (deliver_fraction h f S ks N).
Proof.
  intros HN. unfold deliver_fraction. set (k := Z.min (emin f) ks).
  assert (C := fraction_correct (Z.shiftl S (ks - k)) N HN).
  destruct (fraction _ N) as [m l]. apply deliver_correct; [lia|].
  rewrite on_finer_grid in C by lia.
  replace (on_grid ks S / IZR N * bpow radix2 (- k))%R
    with (on_grid ks S * bpow radix2 (- k) / IZR N)%R by (unfold Rdiv; ring).
  exact C.
Qed.
