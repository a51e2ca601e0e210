(* SPDX-License-Identifier: Apache-2.0 *)
(** * Cells of 16-bit numbers, from binary64

    Purpose.  The pattern of a bfloat16 or binary16 result, found from binary64 in integers; binary16's
    subnormal numbers by an addition that rounds to their grid.  Where it gives a pattern, that
    is the right one; so if both ends of an interval have it, so has all between them.

    Corresponds to Cell16 of lib/fast/rounding_test-inl.h.

    Symbols.
      E               the pattern of the number in binary64
      S               the pattern of the sum of its magnitude and the anchor, as the machine adds
      is_boundary     what the code finds a small number to be; whatever it finds, it only refuses
      cell16 f E S is_boundary   the pattern, if any

    Main results.
      cell16_correct  cell16 f E ... = Some c: c represents the number
      ends16          and if both ends have c, all between does *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.model fast.tails fast.demotion fast.certified.

Local Open Scope Z_scope.

(** The constants, from the format. *)
Definition explicit_bits (f : format) : Z := precision f - 1.
Definition exponent_bias (f : format) : Z := emax f - 1.
Definition tail_bits (f : format) : Z := 52 - explicit_bits f.
Definition half (f : format) : Z := 2 ^ (tail_bits f - 1).
Definition rebias_constant (f : format) : Z := (1023 - exponent_bias f) * 2 ^ explicit_bits f.
Definition least_normal (f : format) : Z := (1023 - exponent_bias f + 1) * 2 ^ 52.
Definition largest (f : format) : Z := ((1023 + exponent_bias f + 1) * 2 ^ explicit_bits f - 1) * 2 ^ tail_bits f.
Definition anchor_pattern (f : format) : Z := (1023 - exponent_bias f + 1 - explicit_bits f + 52) * 2 ^ 52.
Definition anchor (f : format) : R := number Binary64 (anchor_pattern f).

(** Only binary16's subnormal numbers are found. *)
Definition finds_subnormals (f : format) : bool := match f with Binary16 => true | _ => false end.

Definition cell16 (f : format) (E S : Z) (is_boundary : bool) : option Z :=
  let magnitude := E mod 2 ^ 63 in
  let sign := E / 2 ^ 63 * 2 ^ 15 in
  if magnitude <? least_normal f then
    if negb (finds_subnormals f) || is_boundary || (magnitude =? 0) then None
    else Some (S - anchor_pattern f + sign)
  else
    if (largest f <? magnitude) || (magnitude mod (2 * half f) =? half f) then None
    else Some ((magnitude + half f) / 2 ^ tail_bits f - rebias_constant f + sign).

Definition is_sum (f : format) (E S : Z) : Prop :=
  is_pattern Binary64 S /\
  meaning Binary64 S = Finite (rnd (number Binary64 (E mod 2 ^ 63) + anchor f)).

(** ** Normal numbers *)

Lemma normal_cell f s M :
  f = Bfloat16 \/ f = Binary16 ->
  least_normal f <= M <= largest f -> M mod (2 * half f) <> half f ->
  represents f (Finite (signed s (number Binary64 M)))
    (with_sign f s ((M + half f) / 2 ^ tail_bits f - rebias_constant f)).
Proof.
  intros F HM NH.
  assert (C : cuttable Binary64 f = true) by (destruct F as [-> | ->]; reflexivity).
  assert (Lp : 0 < least_normal f) by (destruct F as [-> | ->]; reflexivity).
  assert (T : tail_bits f = dropped Binary64 f) by (destruct F as [-> | ->]; reflexivity).
  assert (W : 2 * half f = 2 ^ dropped Binary64 f) by (destruct F as [-> | ->]; reflexivity).
  assert (Hc : (M + half f) / 2 ^ tail_bits f - rebias_constant f = cut Binary64 f M).
  { unfold cut, half. rewrite T. destruct F as [-> | ->]; reflexivity. }
  assert (He : rebias Binary64 f + 1 <= M / hidden Binary64).
  { apply Z.div_le_lower_bound; [reflexivity|]. apply Z.le_trans with (2 := proj1 HM).
    destruct F as [-> | ->]; discriminate. }
  assert (R0 : 0 <= rebias Binary64 f) by (destruct F as [-> | ->]; discriminate).
  rewrite Hc. rewrite W in NH. unfold half in NH. rewrite T in NH.
  assert (Cell := cut_exact Binary64 f M C ltac:(lia) He ltac:(lia) NH).
  assert (Pos : (0 < number Binary64 M)%R) by (apply number_pos; lia).
  set (z := signed s (number Binary64 M)).
  assert (Az : Rabs z = number Binary64 M) by (apply signed_abs; lra).
  assert (Sz : Rlt_bool z 0 = s).
  { unfold z. destruct s; cbn [signed]; [apply Rlt_bool_true; lra|apply Rlt_bool_false; lra]. }
  rewrite <- Sz. apply cell_sufficient.
  - split.
    + assert (K := cut_monotone _ _ (least_normal f) M C).
      assert (0 <= cut Binary64 f (least_normal f)) by (destruct F as [-> | ->]; discriminate). lia.
    + assert (K := cut_monotone _ _ M (largest f) C).
      assert (cut Binary64 f (largest f) <= infinity f false) by (destruct F as [-> | ->]; discriminate). lia.
  - intros Z. rewrite Z, Rabs_R0 in Az. lra.
  - rewrite Az. exact Cell.
Qed.

(** ** Subnormal numbers of binary16 *)

Lemma nearest_even_shift z n :
  Z.even n = true -> ZnearestE (z + IZR n) = ZnearestE z + n.
Proof.
  intros Ev.
  assert (Fl : Zfloor (z + IZR n) = Zfloor z + n).
  { apply Zfloor_imp. rewrite !plus_IZR. assert (L := Zfloor_lb z). assert (U := Zfloor_ub z). lra. }
  assert (Ce : Zceil (z + IZR n) = Zceil z + n).
  { unfold Zceil. replace (- (z + IZR n))%R with (- z + IZR (- n))%R by (rewrite opp_IZR; ring).
    assert (F : Zfloor (- z + IZR (- n)) = Zfloor (- z) + - n).
    { assert (L := Zfloor_lb (- z)). assert (U := Zfloor_ub (- z)).
      set (m := Zfloor (- z)) in *. apply Zfloor_imp. rewrite !plus_IZR.
      generalize (IZR (- n)). intros. lra. }
    rewrite F. ring. }
  unfold Znearest. rewrite Fl, Ce, plus_IZR.
  replace (z + IZR n - (IZR (Zfloor z) + IZR n))%R with (z - IZR (Zfloor z))%R by ring.
  assert (P : Z.even (Zfloor z + n) = Z.even (Zfloor z)).
  { rewrite Z.even_add, Ev. now destruct (Z.even (Zfloor z)). }
  rewrite P. destruct (Rcompare _ _); try reflexivity. now destruct (negb _).
Qed.

Lemma small_cell s M S :
  0 < M < least_normal Binary16 -> is_pattern Binary64 S ->
  meaning Binary64 S = Finite (rnd (number Binary64 M + anchor Binary16)) ->
  represents Binary16 (Finite (signed s (number Binary64 M)))
    (with_sign Binary16 s (S - anchor_pattern Binary16)).
Proof.
  intros HM HS MS. set (v := number Binary64 M) in *.
  assert (Pv : (0 < v)%R) by (apply number_pos; lia).
  assert (Lv : (v < bpow radix2 (-14))%R).
  { replace (bpow radix2 (-14)) with (number Binary64 (least_normal Binary16)).
    - apply number_increasing. lia.
    - unfold number, on_grid.
      replace (multiple Binary64 (least_normal Binary16)) with (2 ^ 1060) by reflexivity.
      rewrite IZR_power, <- bpow_plus by lia. reflexivity. }
  set (z := (v * bpow radix2 24)%R).
  assert (B24 := bpow_gt_0 radix2 24).
  assert (Pz : (0 < z)%R) by now apply Rmult_lt_0_compat.
  assert (Lz : (z < IZR (2 ^ 10))%R).
  { rewrite IZR_power by lia. replace (bpow radix2 10) with (bpow radix2 (-14) * bpow radix2 24)%R
      by (rewrite <- bpow_plus; reflexivity).
    now apply Rmult_lt_compat_r. }
  set (k := ZnearestE z).
  assert (Hk : 0 <= k <= 2 ^ 10).
  { assert (VR : Valid_rnd ZnearestE) by apply valid_rnd_N. split.
    - assert (K := @Zrnd_le _ VR (IZR 0) z (Rlt_le _ _ Pz)). rewrite (@Zrnd_IZR _ VR) in K. exact K.
    - assert (K := @Zrnd_le _ VR z (IZR (2 ^ 10)) (Rlt_le _ _ Lz)).
      rewrite (@Zrnd_IZR _ VR) in K. exact K. }
  assert (A : anchor Binary16 = bpow radix2 28).
  { unfold anchor, number, on_grid.
    replace (multiple Binary64 (anchor_pattern Binary16)) with (2 ^ 1102) by reflexivity.
    rewrite IZR_power, <- bpow_plus by lia. reflexivity. }
  assert (Z52 : (v + bpow radix2 28 = (z + IZR (2 ^ 52)) * bpow radix2 (-24))%R).
  { rewrite IZR_power by lia. unfold z.
    rewrite Rmult_plus_distr_r, Rmult_assoc, <- !bpow_plus. simpl (24 + -24). simpl (52 + -24).
    change (bpow radix2 0) with 1%R. ring. }
  (* the sum on the grid of 2^-24 *)
  assert (Sum : rnd (v + anchor Binary16) = number Binary64 (anchor_pattern Binary16 + k)).
  { rewrite A. unfold rnd, nearest_even, round, scaled_mantissa, cexp.
    rewrite (mag_unique radix2 (v + bpow radix2 28) 29).
    2:{ rewrite Rabs_pos_eq by (assert (G := bpow_gt_0 radix2 28); lra).
        simpl (29 - 1). split; [lra|].
        replace (bpow radix2 29) with (bpow radix2 28 + bpow radix2 28)%R.
        - apply Rplus_lt_compat_r. apply Rlt_le_trans with (1 := Lv). apply bpow_le. lia.
        - replace 29 with (1 + 28) by reflexivity. rewrite bpow_plus. change (bpow radix2 1) with 2%R. ring. }
    change (FLT_exp (emin Binary64) (precision Binary64) 29) with (-24).
    rewrite Z52, Rmult_assoc, <- bpow_plus. simpl (-24 + - -24). change (bpow radix2 0) with 1%R.
    rewrite Rmult_1_r, nearest_even_shift by reflexivity. fold k.
    unfold number, on_grid, F2R. cbn [Fnum Fexp].
    replace (anchor_pattern Binary16 + k) with (1050 * hidden Binary64 + (2 ^ 52 + k))
      by (change (anchor_pattern Binary16) with (1051 * 2 ^ 52);
          change (hidden Binary64) with (2 ^ 52); ring).
    rewrite multiple_encode by (change (hidden Binary64) with (2 ^ 52); lia).
    rewrite (mult_IZR (2 ^ 52 + k)), IZR_power, Rmult_assoc, <- bpow_plus by lia.
    simpl (1050 + emin Binary64). now rewrite (Z.add_comm k). }
  rewrite Sum in MS.
  assert (ES : S = anchor_pattern Binary16 + k).
  { destruct (pattern_number _ _ _ HS MS) as (P & HP & EP & _ & V).
    assert (HA : 0 < anchor_pattern Binary16 + k) by (change (anchor_pattern Binary16) with (1051 * 2 ^ 52); lia).
    assert (Pa := number_pos Binary64 _ HA). assert (Pp := number_nonnegative Binary64 P ltac:(lia)).
    destruct (sign_field Binary64 S); cbn [signed] in V; [lra|].
    rewrite EP. unfold with_sign. rewrite Z.add_0_r.
    apply (multiple_injective Binary64); [lia|lia|].
    apply eq_IZR, Rmult_eq_reg_r with (bpow radix2 (emin Binary64)).
    - symmetry. exact V.
    - apply Rgt_not_eq, bpow_gt_0. }
  rewrite ES. replace (anchor_pattern Binary16 + k - anchor_pattern Binary16) with k by ring.
  (* and the rounding of the number itself *)
  assert (N : nearest_even Binary16 v = number Binary16 k).
  { unfold nearest_even, round, scaled_mantissa, cexp.
    assert (Mg : (mag radix2 v <= -14)%Z).
    { apply mag_le_bpow; [lra|]. now rewrite Rabs_pos_eq by lra. }
    replace (FLT_exp (emin Binary16) (precision Binary16) (mag radix2 v)) with (-24)
      by (unfold FLT_exp; simpl emin; simpl precision; lia).
    fold z. simpl (- -24). fold z k. unfold F2R, number, on_grid. cbn [Fnum Fexp].
    replace k with (0 * hidden Binary16 + k) at 2 by ring.
    rewrite multiple_encode by (change (hidden Binary16) with (2 ^ 10); lia).
    now rewrite Z.mul_1_r. }
  set (w := signed s v).
  assert (Sw : Rlt_bool w 0 = s).
  { unfold w. destruct s; cbn [signed]; [apply Rlt_bool_true; lra|apply Rlt_bool_false; lra]. }
  rewrite <- Sw.
  replace k with (Z.min (infinity Binary16 false) k)
    by (change (infinity Binary16 false) with 31744; lia).
  apply represents_payload; [lia| |].
  - unfold w. destruct s; cbn [signed]; lra.
  - rewrite Sw. unfold w. destruct s; cbn [signed]; [rewrite nearest_even_opp|]; now rewrite N.
Qed.

(** ** Both *)

Theorem cell16_correct f E S is_boundary v c :
  f = Bfloat16 \/ f = Binary16 ->
  is_pattern Binary64 E -> meaning Binary64 E = Finite v -> is_sum f E S ->
  cell16 f E S is_boundary = Some c ->
  v <> 0%R /\ represents f (Finite v) c.
Proof.
  intros F HE ME [HS MS].
  destruct (pattern_number _ _ _ HE ME) as (M & HM & EM & PM & V).
  change (payload Binary64 E) with (E mod 2 ^ 63) in PM. rewrite PM in MS.
  unfold cell16. rewrite PM. set (s := sign_field Binary64 E) in *.
  assert (Sg : E / 2 ^ 63 * 2 ^ 15 = if s then sign_weight f else 0).
  { assert (I := infinity_below_sign Binary64). change (sign_weight Binary64) with (2 ^ 63) in I.
    replace (sign_weight f) with (2 ^ 15) by (destruct F as [-> | ->]; reflexivity).
    rewrite EM. unfold with_sign. change (sign_weight Binary64) with (2 ^ 63).
    destruct s.
    - replace ((M + 2 ^ 63) / 2 ^ 63) with 1; [reflexivity|].
      apply Z.div_unique with M; lia.
    - rewrite Z.add_0_r, Z.div_small by lia. reflexivity. }
  rewrite Sg. clear Sg.
  assert (Lp : 0 < least_normal f) by (destruct F as [-> | ->]; reflexivity).
  assert (NZ : M <> 0 -> v <> 0%R).
  { intros H. assert (K := number_pos Binary64 M ltac:(lia)). rewrite V. destruct s; cbn [signed]; lra. }
  destruct (Z.ltb_spec M (least_normal f)) as [L|L].
  - destruct (finds_subnormals f) eqn:Fs; [|discriminate]. cbn [negb orb].
    destruct is_boundary; [discriminate|]. cbn [orb].
    destruct (Z.eqb_spec M 0) as [Z0|Z0]; [discriminate|]. intros H. injection H as <-.
    split; [now apply NZ|]. rewrite V.
    assert (F16 : f = Binary16) by (destruct F as [-> | ->]; [discriminate Fs|reflexivity]).
    subst f. apply small_cell; [lia|exact HS|exact MS].
  - destruct (Z.ltb_spec (largest f) M) as [U|U]; [discriminate|]. cbn [orb].
    destruct (Z.eqb_spec (M mod (2 * half f)) (half f)) as [Q|Q]; [discriminate|].
    intros H. injection H as <-. split; [apply NZ; lia|]. rewrite V.
    apply normal_cell; [exact F|lia|exact Q].
Qed.

Theorem ends16 f low high El Eh Sl Sh bl bh y c :
  f = Bfloat16 \/ f = Binary16 -> (low <= y <= high)%R ->
  is_pattern Binary64 El -> meaning Binary64 El = Finite low -> is_sum f El Sl ->
  is_pattern Binary64 Eh -> meaning Binary64 Eh = Finite high -> is_sum f Eh Sh ->
  cell16 f El Sl bl = Some c -> cell16 f Eh Sh bh = Some c ->
  represents f (Finite y) c.
Proof.
  intros F H PL ML SL PH MH SH CL CH.
  destruct (cell16_correct f El Sl bl low c F PL ML SL CL) as [NL RL].
  destruct (cell16_correct f Eh Sh bh high c F PH MH SH CH) as [NH RH].
  exact (between f low high y c H NL NH RL RH).
Qed.
