(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the window test certifies

    Purpose.  If the test passes on y^'s pattern, and y is nearer to y^ than the window's width in
    units of y^'s binade, then the bits that are stored are those of y rounded.

    Corresponds to Take of lib/fast/rounding_test-inl.h.

    Symbols.
      B               the pattern of y^ in binary64
      b               the pattern of RN32(y^), as the machine delivers it
      field, w        the window's
      within field k y_hat y c   |y^ - y| < c 2^-52 X for every binade X from the threshold's on in
                      which y^ may lie, 2^(field - k) being the threshold

    Main results.
      certified32     binary32 results: b represents y
      certified16     bfloat16 and binary16 results: what b is cut to represents y, and RN32(y^) *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.model fast.window_test fast.tails fast.demotion.
From ExactNorm Require Export fast.binades.

Local Open Scope Z_scope.

Definition within (field k : Z) (y_hat y c : R) : Prop :=
  forall X : R, (bpow radix2 (field - k) <= X)%R -> (Rabs y_hat <= 2 * X)%R ->
  (Rabs (y_hat - y) < c * (2 * u * X))%R.


Theorem certified32 B b field w y_hat y :
  is_pattern Binary64 B -> meaning Binary64 B = Finite y_hat -> demotes y_hat b ->
  (Rabs y_hat <= limit Binary32)%R ->
  897 <= field <= 1023 -> 0 < w <= 2 ^ 27 -> halves_passes field w B = true ->
  within field 1023 y_hat y (IZR w) ->
  represents Binary32 (Finite y) b.
Proof.
  intros HB MB D L Hf Hw P W.
  destruct (pattern_number _ _ _ HB MB) as (M & HM & EB & _ & V).
  set (s := sign_field Binary64 B) in *.
  assert (I := infinity_below_sign Binary64).
  apply halves_decide in P; [|lia|lia|exact HB]. destruct P as [O E].
  assert (X : (B / 2 ^ 52) mod 2 ^ 11 = M / hidden Binary64).
  { destruct (with_sign_fields Binary64 s M ltac:(lia)) as (_ & _ & X & _).
    rewrite EB. exact X. }
  rewrite X in E. set (e := M / hidden Binary64) in *.
  assert (He : 1 <= e) by lia.
  assert (Av : Rabs y_hat = number Binary64 M).
  { rewrite V. apply signed_abs, number_nonnegative. lia. }
  assert (NB := number_binade Binary64 M ltac:(lia) He). rewrite <- Av in NB.
  set (A := bpow radix2 (e - 1023)).
  assert (U : unit_of Binary64 M = (2 * u * A)%R).
  { rewrite (unit_binade Binary64 M (e - 1023) 52) by (fold e; simpl emin; ring).
    unfold A, u. change 2%R with (bpow radix2 1). rewrite <- !bpow_plus. f_equal. ring. }
  assert (HU : (IZR (hidden Binary64) * unit_of Binary64 M = A)%R).
  { rewrite U. unfold A, u. change (IZR (hidden Binary64)) with (bpow radix2 52).
    change 2%R with (bpow radix2 1). rewrite <- !bpow_plus. f_equal. ring. }
  rewrite Rmult_assoc, HU in NB.
  assert (Dist : (Rabs (y_hat - y) < IZR w * unit_of Binary64 M)%R).
  { rewrite U. apply W; [apply bpow_le; lia|lra]. }
  assert (Up : (0 < unit_of Binary64 M)%R) by apply bpow_gt_0.
  assert (Ww : (IZR w * unit_of Binary64 M <= Rabs y_hat)%R).
  { apply Rle_trans with (2 := proj1 NB). rewrite <- HU. apply Rmult_le_compat_r; [lra|].
    apply IZR_le. change (hidden Binary64) with (2 ^ 52). lia. }
  destruct (near_sign _ _ _ Dist Ww) as (NZ & NY & Sg & T).
  assert (C : cuttable Binary64 Binary32 = true) by reflexivity.
  assert (Hr : rebias Binary64 Binary32 + 1 <= e) by (change (rebias _ _) with 896; lia).
  assert (O' : outside (dropped Binary64 Binary32) w M).
  { apply (outside_payload 29 w Binary64 s M); [lia|now exists (2 ^ 34)|]. now rewrite <- EB. }
  assert (Zero : (Rabs (Rabs y_hat - number Binary64 M) < IZR w * unit_of Binary64 M)%R).
  { rewrite Av, Rminus_diag_eq, Rabs_R0 by reflexivity.
    apply Rmult_lt_0_compat; [apply IZR_lt; lia|exact Up]. }
  assert (Near : (Rabs (Rabs y - number Binary64 M) < IZR w * unit_of Binary64 M)%R).
  { rewrite <- Av. lra. }
  assert (H2 : 2 * w <= 2 ^ (dropped Binary64 Binary32 - 1)).
  { change (2 ^ (dropped Binary64 Binary32 - 1)) with (2 * 2 ^ 27). lia. }
  assert (Cv := cut_within _ _ M w _ C ltac:(lia) Hr He ltac:(lia) H2 O' Zero).
  assert (Cy := cut_within _ _ M w _ C ltac:(lia) Hr He ltac:(lia) H2 O' Near).
  apply (same_cell Binary32 (cut Binary64 Binary32 M) y_hat y b); try assumption.
  - assert (Top : M <= 1151 * 2 ^ 52 - 1).
    { apply (payload_le Binary64); [lia|lia|]. rewrite <- Av. apply Rle_trans with (1 := L).
      replace (limit Binary32) with (number Binary64 (1150 * 2 ^ 52 + 2 ^ 51)).
      - apply Rlt_le, number_increasing. lia.
      - unfold limit, number, on_grid.
        replace (multiple Binary64 (1150 * 2 ^ 52 + 2 ^ 51))
          with (multiple Binary32 (limit_payload Binary32) * 2 ^ 925) by reflexivity.
        rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by lia. reflexivity. }
    split.
    + assert (K := cut_monotone _ _ (897 * 2 ^ 52) M C). change (cut _ _ (897 * 2 ^ 52)) with (2 ^ 23) in K.
      assert (897 * 2 ^ 52 <= M); [|lia].
      assert (DM := Z.div_mod M (hidden Binary64)). fold e in DM.
      assert (BM := Z.mod_pos_bound M (hidden Binary64) (hidden_positive _)).
      change (hidden Binary64) with (2 ^ 52) in *. lia.
    + exact (cut_monotone _ _ _ _ C Top).
  - now apply (demoted Binary32).
Qed.

(** ** 16-bit results *)

(** How far binary32's rounding moves a number. *)
Lemma rounding_moves z e :
  (bpow radix2 e <= Rabs (nearest_even Binary32 z) < bpow radix2 (e + 1))%R -> -126 <= e ->
  (Rabs (nearest_even Binary32 z - z) <= bpow radix2 (e - 24))%R /\ (Rabs z <= 2 * bpow radix2 e)%R.
Proof.
  intros [Lo Hi] He.
  assert (VE : Valid_exp (FLT_exp (-149) 24)) by exact (FLT_exp_valid (emin Binary32) (precision Binary32)).
  split.
  - apply Rle_trans with (/ 2 * ulp radix2 (FLT_exp (-149) 24) (nearest_even Binary32 z))%R.
    + apply (error_le_half_ulp_round radix2 (FLT_exp (-149) 24)).
    + rewrite ulp_neq_0.
      2:{ intros Z. rewrite Z, Rabs_R0 in Lo. assert (K := bpow_gt_0 radix2 e). lra. }
      unfold cexp. rewrite (mag_unique radix2 _ (e + 1)).
      2:{ replace (e + 1 - 1) with e by ring. now split. }
      unfold FLT_exp. replace (Z.max (e + 1 - 24) (-149)) with (1 + (e - 24)) by lia.
      rewrite bpow_plus. change (bpow radix2 1) with 2%R. lra.
  - destruct (Rle_or_lt (Rabs z) (2 * bpow radix2 e)) as [K|K]; [exact K|exfalso].
    rewrite nearest_even_abs in Hi. apply (Rlt_not_le _ _ Hi).
    replace (2 * bpow radix2 e)%R with (bpow radix2 (e + 1)) in K.
    2:{ rewrite bpow_plus. change (bpow radix2 1) with 2%R. ring. }
    rewrite <- (round_generic radix2 (FLT_exp (-149) 24) ZnearestE (bpow radix2 (e + 1))).
    + apply (nearest_even_le Binary32). now apply Rlt_le.
    + apply generic_format_bpow. unfold FLT_exp. lia.
Qed.

Theorem certified16 f b field w y_hat y :
  f = Bfloat16 \/ f = Binary16 ->
  demotes y_hat b -> (Rabs y_hat <= limit f)%R ->
  rebias Binary32 f + 1 <= field <= 127 ->
  0 < w -> 2 * w <= 2 ^ (dropped Binary32 f - 1) ->
  word_passes (dropped Binary32 f) field w b = true ->
  within field 127 y_hat y (IZR w * bpow radix2 29 - bpow radix2 28) ->
  represents f (Finite y) (stored f b) /\
  represents f (Finite (nearest_even Binary32 y_hat)) (stored f b).
Proof.
  intros F D L Hf Hw H2 P W.
  assert (C : cuttable Binary32 f = true) by (destruct F as [-> | ->]; reflexivity).
  assert (R0 : 0 <= rebias Binary32 f) by (destruct F as [-> | ->]; discriminate).
  destruct (hidden_cut _ _ C) as [Hh Hn]. set (n := dropped Binary32 f) in *.
  assert (Hn' : n <= 23) by (destruct F as [-> | ->]; discriminate).
  assert (HB := demotes_pattern _ _ D).
  apply word_sound in P; [|lia|lia|exact Hw|exact H2|exact HB]. destruct P as [O E].
  destruct (payload_split _ _ HB) as [EB HM]. set (s := sign_field Binary32 b) in *.
  set (M := payload Binary32 b) in *.
  assert (X : (b / 2 ^ 23) mod 2 ^ 8 = M / hidden Binary32).
  { destruct (with_sign_fields Binary32 s M HM) as (_ & _ & X & _). rewrite EB. exact X. }
  rewrite X in E. set (e := M / hidden Binary32) in *. destruct E as [E _]. assert (He : 1 <= e) by lia.
  assert (NZ : y_hat <> 0%R).
  { intros Z. assert (K := demotes_zero _ _ D Z). fold M in K.
    unfold e in He. rewrite K in He. now apply He. }
  destruct (demoted f _ _ D L NZ) as (N & RB & _ & MB).
  assert (Sb := sign_of_number _ _ _ NZ RB). fold s in Sb.
  destruct (pattern_number _ _ _ HB MB) as (M' & HM' & _ & PM & V). fold M in PM. subst M'.
  fold s in V. set (v := nearest_even Binary32 y_hat) in *.
  assert (Av : Rabs v = number Binary32 M) by (rewrite V; apply signed_abs, number_nonnegative; lia).
  assert (NB := number_binade Binary32 M ltac:(lia) He). rewrite <- Av in NB.
  set (A := bpow radix2 (e - 127)).
  assert (U : unit_of Binary32 M = (bpow radix2 29 * (2 * u * A))%R).
  { rewrite (unit_binade Binary32 M (e - 127) 23) by (fold e; simpl emin; ring).
    unfold A, u. change 2%R with (bpow radix2 1). rewrite <- !bpow_plus. f_equal. ring. }
  assert (HU : (IZR (hidden Binary32) * unit_of Binary32 M = A)%R).
  { rewrite U. unfold A, u. change (IZR (hidden Binary32)) with (bpow radix2 23).
    change 2%R with (bpow radix2 1). rewrite <- !bpow_plus. f_equal. ring. }
  rewrite Rmult_assoc, HU in NB.
  destruct (rounding_moves y_hat (e - 127)) as [Mv Sm]; [|lia|].
  { fold v A. rewrite bpow_plus. fold A. change (bpow radix2 1) with 2%R. lra. }
  fold v A in Mv, Sm.
  assert (W' := W A ltac:(apply bpow_le; lia) Sm).
  assert (Half : bpow radix2 (e - 127 - 24) = (bpow radix2 28 * (2 * u * A))%R).
  { unfold A, u. change 2%R with (bpow radix2 1). rewrite <- !bpow_plus. f_equal. ring. }
  rewrite Half in Mv.
  assert (Dist : (Rabs (v - y) < IZR w * unit_of Binary32 M)%R).
  { replace (v - y)%R with ((v - y_hat) + (y_hat - y))%R by ring.
    apply Rle_lt_trans with (1 := Rabs_triang _ _). rewrite U. lra. }
  assert (Up : (0 < unit_of Binary32 M)%R) by apply bpow_gt_0.
  assert (Ww : (IZR w * unit_of Binary32 M <= Rabs v)%R).
  { apply Rle_trans with (2 := proj1 NB). rewrite <- HU. apply Rmult_le_compat_r; [lra|].
    apply IZR_le. change (hidden Binary32) with (2 ^ 23).
    assert (2 ^ (n - 1) <= 2 ^ 22) by (apply Z.pow_le_mono_r; lia). lia. }
  destruct (near_sign _ _ _ Dist Ww) as (NV & NY & Sg & T).
  assert (O' : outside n w M).
  { apply (outside_payload n w Binary32 s M); [lia| |now rewrite <- EB].
    exists (2 ^ (31 - n)). change (sign_weight Binary32) with (2 ^ 31).
    rewrite <- Z.pow_add_r by lia. f_equal. lia. }
  assert (Near : (Rabs (Rabs y - number Binary32 M) < IZR w * unit_of Binary32 M)%R).
  { rewrite <- Av. lra. }
  assert (Cy := cut_within _ _ M w _ C ltac:(lia) ltac:(fold e; lia) He Hw H2 O' Near).
  assert (Range : 0 <= cut Binary32 f M <= infinity f false).
  { split.
    - assert (K := cut_monotone _ _ ((rebias Binary32 f + 1) * 2 ^ 23) M C).
      assert (Z0 : 0 <= cut Binary32 f ((rebias Binary32 f + 1) * 2 ^ 23))
        by (destruct F as [-> | ->]; discriminate).
      assert ((rebias Binary32 f + 1) * 2 ^ 23 <= M); [|lia].
      assert (DM := Z.div_mod M (hidden Binary32)). fold e in DM.
      assert (BM := Z.mod_pos_bound M (hidden Binary32) (hidden_positive _)).
      change (hidden Binary32) with (2 ^ 23) in *. lia.
    - assert (K := cut_monotone _ _ M (limit_payload f) C).
      assert (Z0 : cut Binary32 f (limit_payload f) <= infinity f false)
        by (destruct F as [-> | ->]; discriminate).
      assert (M <= limit_payload f); [|lia].
      apply (payload_le Binary32); [lia|now destruct f|]. rewrite <- Av. exact N. }
  assert (I := infinity_below_sign f).
  assert (NM : (0 < number Binary32 M)%R) by (rewrite <- Av; now apply Rabs_pos_lt).
  assert (Sv : Rlt_bool v 0 = s).
  { rewrite V. destruct s; simpl; [apply Rlt_bool_true; lra|apply Rlt_bool_false; lra]. }
  assert (St : stored f b = with_sign f s (cut Binary32 f M)).
  { rewrite EB. apply (stored_cut f s M F HM). lia. }
  assert (Zero : (Rabs (Rabs v - number Binary32 M) < IZR w * unit_of Binary32 M)%R).
  { rewrite Av, Rminus_diag_eq, Rabs_R0 by reflexivity.
    apply Rmult_lt_0_compat; [apply IZR_lt; lia|exact Up]. }
  assert (Cv := cut_within _ _ M w _ C ltac:(lia) ltac:(fold e; lia) He Hw H2 O' Zero).
  rewrite St. split.
  - rewrite <- Sv, <- Sg. now apply cell_sufficient.
  - rewrite <- Sv. now apply cell_sufficient.
Qed.
