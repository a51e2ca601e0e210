(* SPDX-License-Identifier: Apache-2.0 *)
(** * Signs and squares

    Purpose.  Every question that correct rounding asks has the form "is A / sqrt D at least B?"
    It is decided by signs and one comparison of squares, so by integers alone, ties included.

    Corresponds to lib/exact/rounding and lib/reference/certificate.

    Symbols.
      A, B, D    integers, D >= 0 (a common power of two is already divided out)

    Main results.
      decide_ge_sqrt      reaches A B D = true iff B sqrt D <= A
      decide_quotient     the same question about A / sqrt D, for D > 0
      decide_boundary     the same question about A / sqrt D + b and a rounding boundary m *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.

Local Open Scope Z_scope.

Definition reaches (A B D : Z) : bool :=
  if 0 <=? A
  then (B <=? 0) || (B * B * D <=? A * A)
  else (B <=? 0) && (A * A <=? B * B * D).

Theorem decide_ge_sqrt A B D :
  0 <= D -> reaches A B D = true <-> (IZR B * sqrt (IZR D) <= IZR A)%R.
Proof.
  intros HD. apply IZR_le in HD.
  set (r := sqrt (IZR D)).
  assert (Hr : (0 <= r)%R) by apply sqrt_pos.
  assert (Hs : (r * r = IZR D)%R) by now apply sqrt_sqrt.
  assert (Sq : forall u v : R, (0 <= u)%R -> (0 <= v)%R -> (u <= v <-> u * u <= v * v)%R).
  { intros u v Hu Hv. split; intros H; nra. }
  assert (Sides : (IZR B * r * (IZR B * r) = IZR (B * B * D))%R).
  { rewrite !mult_IZR, <- Hs. ring. }
  unfold reaches.
  destruct (Z.leb_spec 0 A) as [HA|HA].
  - apply IZR_le in HA. rewrite orb_true_iff, !Z.leb_le.
    destruct (Z_le_gt_dec B 0) as [HB|HB].
    + split; intros _; [|now left]. apply IZR_le in HB. nra.
    + assert (0 <= IZR B)%R as HB' by (apply IZR_le; lia).
      rewrite (Sq (IZR B * r)%R (IZR A)) by (try apply Rmult_le_pos; assumption).
      rewrite Sides, <- mult_IZR.
      split; intros H.
      * destruct H as [H|H]; [lia|now apply IZR_le].
      * right. now apply le_IZR.
  - apply IZR_lt in HA. rewrite andb_true_iff, !Z.leb_le.
    destruct (Z_le_gt_dec B 0) as [HB|HB].
    + apply IZR_le in HB.
      assert (H : (IZR B * r <= IZR A <-> - IZR A <= - (IZR B * r))%R) by lra.
      rewrite H, (Sq (- IZR A)%R (- (IZR B * r))%R) by nra.
      replace (- (IZR B * r) * - (IZR B * r))%R with (IZR (B * B * D)) by (rewrite <- Sides; ring).
      replace (- IZR A * - IZR A)%R with (IZR (A * A)) by (rewrite mult_IZR; ring).
      split.
      * intros [_ K]. now apply IZR_le.
      * intros K. split; apply le_IZR; assumption.
    + split; [lia|]. intros H. exfalso.
      assert (0 <= IZR B)%R by (apply IZR_le; lia).
      assert (0 <= IZR B * r)%R by now apply Rmult_le_pos. lra.
Qed.

Theorem decide_quotient A B D :
  0 < D -> reaches A B D = true <-> (IZR B <= IZR A / sqrt (IZR D))%R.
Proof.
  intros HD. rewrite decide_ge_sqrt by lia.
  assert (0 < sqrt (IZR D))%R by now apply sqrt_lt_R0, IZR_lt.
  split; intros H'.
  - apply Rmult_le_reg_r with (sqrt (IZR D)); [assumption|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  - replace (IZR A) with (IZR A / sqrt (IZR D) * sqrt (IZR D))%R by (field; lra).
    apply Rmult_le_compat_r; lra.
Qed.

Theorem decide_boundary A b m D :
  0 < D -> reaches A (m - b) D = true <-> (IZR m <= IZR A / sqrt (IZR D) + IZR b)%R.
Proof. intros HD. rewrite decide_quotient by assumption. rewrite minus_IZR. lra. Qed.
