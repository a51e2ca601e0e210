(* SPDX-License-Identifier: Apache-2.0 *)
(** * The two kinds of number that a row asks for

    Purpose.  A 2^ka / sqrt (D 2^kd) + B 2^kb and S 2^ks / N, delivered as the bits of their rounding: floor
    and location on a fine enough grid, then rounding.v.

    Corresponds to lib/exact/rounding.

    Main results.
      deliver_root_correct, deliver_fraction_correct *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core Bracket Round.
From ExactNorm Require Import specification exact.pattern exact.location exact.rounding.

Local Open Scope Z_scope.

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
