(* SPDX-License-Identifier: Apache-2.0 *)
(** * Where a number lies between two integers

    Purpose.  The integer part of a square root of a fraction, or of a fraction, together with the
    side of the middle on which the rest lies: all that rounding needs to know.  Square roots and
    lengths come from an oracle that is not trusted: its answer is checked.

    Corresponds to lib/exact/rounding.

    Symbols.
      location           Flocq's: exact, or below, on, above the middle of the unit interval
      inbetween_int m x l   Flocq's: m <= x < m + 1 and l says where
      hints              the oracle: a square root and a length in bits
      hinted_sqrt, hinted_digits   what the oracle says if it is right, else Coq's own

    Main results.
      hinted_sqrt_correct, hinted_digits_correct   the oracle changes nothing
      root_of_fraction_correct    floor and location of sqrt (n / d)
      fraction_correct            floor and location of n / d
      opposite_correct            floor and location of - x from those of x *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core Bracket.

Local Open Scope Z_scope.

(** ** The oracle *)

Record hints := Hints { sqrt_hint : Z -> Z; digits_hint : Z -> Z }.

Definition hinted_sqrt (h : hints) (n : Z) : Z :=
  let s := sqrt_hint h n in
  if (0 <=? s) && (s * s <=? n) && (n <? (s + 1) * (s + 1)) then s else Z.sqrt n.

Theorem hinted_sqrt_correct h n : hinted_sqrt h n = Z.sqrt n.
Proof.
  unfold hinted_sqrt. set (s := sqrt_hint h n).
  destruct (0 <=? s) eqn:A; [|reflexivity].
  destruct (s * s <=? n) eqn:B; [|reflexivity].
  destruct (n <? (s + 1) * (s + 1)) eqn:C; [|reflexivity].
  apply Z.leb_le in A, B. apply Z.ltb_lt in C.
  symmetry. apply Z.sqrt_unique. now split.
Qed.

Definition hinted_digits (h : hints) (n : Z) : Z :=
  let d := digits_hint h n in
  if (0 <? d) && (Z.shiftl 1 (d - 1) <=? n) && (n <? Z.shiftl 1 d) then d else Zdigits radix2 n.

Theorem hinted_digits_correct h n : hinted_digits h n = Zdigits radix2 n.
Proof.
  unfold hinted_digits. set (d := digits_hint h n).
  destruct (0 <? d) eqn:A; [|reflexivity].
  destruct (_ <=? n) eqn:B; [|reflexivity].
  destruct (n <? Z.shiftl 1 d) eqn:C; [|reflexivity].
  apply Z.leb_le in B. apply Z.ltb_lt in A, C.
  rewrite Z.shiftl_1_l in B, C.
  assert (0 < 2 ^ (d - 1)) by (apply Z.pow_pos_nonneg; lia).
  symmetry. apply Zdigits_unique. rewrite Z.abs_eq by lia. simpl. split; assumption.
Qed.

(** ** Locations *)

Lemma half x : ((x + (x + 1)) / 2 = (2 * x + 1) / 2)%R.
Proof. f_equal. ring. Qed.

(** sqrt (n / d), for n >= 0 and d > 0. *)
Definition root_of_fraction (h : hints) (n d : Z) : Z * location :=
  let m := hinted_sqrt h (n / d) in
  (m, if m * m * d =? n then loc_Exact
      else loc_Inexact (Z.compare (4 * n) ((2 * m + 1) * (2 * m + 1) * d))).

Theorem root_of_fraction_correct h n d :
  0 <= n -> 0 < d ->
  let '(m, l) := root_of_fraction h n d in
  0 <= m /\ inbetween_int m (sqrt (IZR n / IZR d)) l.
Proof.
  intros Hn Hd. unfold root_of_fraction. rewrite hinted_sqrt_correct.
  set (m := Z.sqrt (n / d)).
  assert (Hq : 0 <= n / d) by now apply Z.div_pos.
  assert (Hm : 0 <= m) by apply Z.sqrt_nonneg.
  assert (S := Z.sqrt_spec _ Hq). fold m in S. unfold Z.succ in S.
  assert (L : m * m * d <= n).
  { assert (F := Z.mul_div_le n d Hd). nia. }
  assert (U : n < (m + 1) * (m + 1) * d).
  { assert (F := Z.mul_succ_div_gt n d Hd). unfold Z.succ in F. nia. }
  split; [exact Hm|].
  assert (Hd' : (0 < IZR d)%R) by now apply IZR_lt.
  assert (Hn' : (0 <= IZR n)%R) by now apply IZR_le.
  assert (Hm' : (0 <= IZR m)%R) by now apply IZR_le.
  assert (Q : (0 <= IZR n / IZR d)%R).
  { apply Rmult_le_pos; [assumption|]. now apply Rlt_le, Rinv_0_lt_compat. }
  set (r := sqrt (IZR n / IZR d)).
  assert (Hr : (0 <= r)%R) by apply sqrt_pos.
  assert (R : (r * r * IZR d = IZR n)%R).
  { unfold r. rewrite sqrt_sqrt by assumption. field. lra. }
  (* comparing r with v >= 0 is comparing n with v^2 d *)
  assert (Cmp : forall v, (0 <= v)%R -> Rcompare r v = Rcompare (IZR n) (v * v * IZR d)).
  { intros v Hv. rewrite <- R, Rcompare_mult_r by assumption.
    rewrite Rcompare_sqr, !Rabs_pos_eq by assumption. reflexivity. }
  destruct (Z.eqb_spec (m * m * d) n) as [E|E].
  - constructor. apply Rcompare_Eq_inv. rewrite Cmp by assumption.
    rewrite <- !mult_IZR, E. now apply Rcompare_Eq.
  - constructor.
    + split.
      * apply Rcompare_Gt_inv. rewrite Cmp by assumption.
        rewrite <- !mult_IZR. apply Rcompare_Gt, IZR_lt. lia.
      * apply Rcompare_Lt_inv. rewrite plus_IZR. rewrite Cmp by lra.
        rewrite <- plus_IZR, <- !mult_IZR. now apply Rcompare_Lt, IZR_lt.
    + rewrite plus_IZR, half, Cmp by lra.
      rewrite <- Rcompare_IZR. rewrite !mult_IZR, plus_IZR, mult_IZR.
      rewrite <- (Rcompare_mult_l 4 (IZR n)) by lra. f_equal. field.
Qed.

(** n / d, for d > 0 and any n. *)
Definition fraction (n d : Z) : Z * location :=
  let m := n / d in
  let r := n - m * d in
  (m, if r =? 0 then loc_Exact else loc_Inexact (Z.compare (2 * r) d)).

Theorem fraction_correct n d :
  0 < d -> let '(m, l) := fraction n d in inbetween_int m (IZR n / IZR d) l.
Proof.
  intros Hd. unfold fraction.
  assert (F := Z.div_mod n d ltac:(lia)). assert (B := Z.mod_pos_bound n d Hd).
  set (m := n / d) in *. set (r := n - m * d).
  assert (Hr : 0 <= r < d) by (unfold r; lia).
  assert (Hd' : (0 < IZR d)%R) by now apply IZR_lt.
  assert (E : (IZR n / IZR d = IZR m + IZR r / IZR d)%R).
  { replace n with (m * d + r) by (unfold r; ring). rewrite plus_IZR, mult_IZR. field. lra. }
  rewrite E. clearbody r m. clear - Hr Hd'.
  destruct (Z.eqb_spec r 0) as [Z0|Z0].
  - constructor. subst. unfold Rdiv. ring.
  - assert (0 < IZR r)%R by (apply IZR_lt; lia).
    assert (IZR r < IZR d)%R by (apply IZR_lt; lia).
    assert (T : forall v, Rcompare (IZR m + IZR r / IZR d) (IZR m + v)
                          = Rcompare (IZR r) (v * IZR d)).
    { intros v. rewrite Rcompare_plus_l.
      rewrite <- (Rcompare_mult_r (IZR d)) by assumption. f_equal. field. lra. }
    constructor.
    + split.
      * apply Rcompare_Gt_inv. rewrite <- (Rplus_0_r (IZR m)) at 2. rewrite T.
        apply Rcompare_Gt. lra.
      * apply Rcompare_Lt_inv. rewrite plus_IZR, T. apply Rcompare_Lt. lra.
    + replace ((IZR m + IZR (m + 1)) / 2)%R with (IZR m + 1 / 2)%R
        by (rewrite plus_IZR; field).
      rewrite T. rewrite <- Rcompare_IZR, mult_IZR.
      rewrite <- (Rcompare_mult_l 2 (IZR r)) by lra. f_equal. field.
Qed.

Definition opposite_location (l : location) : location :=
  match l with loc_Exact => loc_Exact | loc_Inexact c => loc_Inexact (CompOpp c) end.

Definition opposite (p : Z * location) : Z * location :=
  match snd p with
  | loc_Exact => (- fst p, loc_Exact)
  | loc_Inexact c => (- fst p - 1, loc_Inexact (CompOpp c))
  end.

Theorem opposite_correct m l x :
  inbetween_int m x l -> let '(m', l') := opposite (m, l) in inbetween_int m' (- x) l'.
Proof.
  intros H. destruct H as [E|c [A B] C]; simpl.
  - constructor. rewrite E, opp_IZR. ring.
  - rewrite plus_IZR in B, C.
    constructor; replace (- m - 1 + 1) with (- m) by ring; rewrite minus_IZR, opp_IZR.
    + lra.
    + rewrite <- C, <- Rcompare_opp, <- Rcompare_sym. f_equal.
      * lra.
      * lra.
Qed.

Lemma shifted_correct m l x c :
  inbetween_int m x l -> inbetween_int (m + c) (x + IZR c) l.
Proof.
  intros H. unfold inbetween_int.
  replace (m + c + 1) with (m + 1 + c) by ring. rewrite !plus_IZR.
  rewrite <- (plus_IZR m 1). now apply inbetween_plus_compat.
Qed.

(** Floor and location tell the sign, and zero. *)
Lemma location_sign m l x : inbetween_int m x l -> Rlt_bool x 0 = (m <? 0).
Proof.
  intros H.
  assert (IZR m <= x < IZR (m + 1))%R as [A B].
  { destruct H as [->|c [A B] _]; [|lra]. split; [lra|]. apply IZR_lt. lia. }
  destruct (Z.ltb_spec m 0) as [L|L].
  - apply Rlt_bool_true. apply Rlt_le_trans with (1 := B). apply IZR_le. lia.
  - apply Rlt_bool_false. apply Rle_trans with (2 := A). now apply IZR_le.
Qed.

Lemma location_zero m l x : inbetween_int m x l -> (x = 0%R <-> m = 0 /\ l = loc_Exact).
Proof.
  intros [E|c [A B] _].
  - rewrite E. split.
    + intros H. now apply eq_IZR in H.
    + intros [-> _]. reflexivity.
  - split; [|now intros [_ H]]. intros ->. exfalso.
    apply lt_IZR in A. apply lt_IZR in B. lia.
Qed.
