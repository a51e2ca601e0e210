(* SPDX-License-Identifier: Apache-2.0 *)
(** * The hyperplane, and how far from its centre a row lands

    Purpose.  Where LayerNorm puts a row: always on one hyperplane; inside an ellipsoid of it; and how
    far from the surface, as an identity, so that "near" is a number.

    Corresponds to lib/geometry/hyperplane.

    Symbols.  Those of vectors.v, and
      offset g b y      alpha . (y - b), where alpha_i = 1 / g_i
      radius_sq g b y   r^2 = sum of alpha_i^2 (y_i - b_i)^2
      0 < variance x + eps   the row has a LayerNorm (else it is 0/0)

    Main results.
      layer_norm_on_hyperplane   alpha . (y - b) = 0, for gains that are not zero
      layer_norm_radius          r^2 = N var / (var + eps)
      layer_norm_near_surface    1 - r^2 / N = eps / (var + eps)
      layer_norm_interior, layer_norm_on_surface   r^2 < N for eps > 0; r^2 = N for eps = 0
      rms_norm_radius, rms_norm_near_surface, rms_norm_interior, rms_norm_on_surface   likewise *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.
Variables (R : rcfType) (n : nat).
Implicit Types (g b y : 'cV[R]_n.+1).

Definition offset g b y : R := \sum_i (y i 0 - b i 0) / g i 0.
Definition radius_sq g b y : R := \sum_i ((y i 0 - b i 0) / g i 0) ^+ 2.

End Definitions.

Section Hyperplane.
Variables (R : rcfType) (n : nat).
Implicit Types (g b x y z : 'cV[R]_n.+1) (eps : R).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).

(** ** Without gain and bias *)

Lemma sum_normalized eps x : \sum_i normalized eps x i 0 = 0.
Proof.
under eq_bigr do rewrite mxE; rewrite -mulr_suml.
have := sum_centred x; rewrite projection_of; under eq_bigr do rewrite mxE.
by move=> ->; rewrite mul0r.
Qed.

Lemma normsq_over (c : R) (f : 'I_n.+1 -> R) :
  0 < c -> normsq (\col_i (f i / Num.sqrt c)) = (\sum_i f i ^+ 2) / c.
Proof.
move=> c0; rewrite /normsq /dot mulr_suml; apply: eq_bigr => i _.
by rewrite !mxE -expr2 expr_div_n sqr_sqrtr // ltW.
Qed.

Lemma normsq_normalized eps x :
  0 < variance x + eps -> normsq (normalized eps x) = N * variance x / (variance x + eps).
Proof.
move=> ve; rewrite (normsq_over (fun i => x i 0 - mean x)) //; congr (_ / _).
by rewrite /variance mulrC divfK // row_size_neq0.
Qed.

Lemma normsq_rms_normalized eps x :
  0 < mean_square x + eps ->
  normsq (rms_normalized eps x) = N * mean_square x / (mean_square x + eps).
Proof.
move=> me; rewrite (normsq_over (fun i => x i 0)) //; congr (_ / _).
by rewrite /mean_square mulrC divfK // row_size_neq0.
Qed.

(** A part of a whole: what all four statements about the radius come from. *)
Lemma near_one (v eps : R) : 0 < v + eps -> 1 - N * v / (v + eps) / N = eps / (v + eps).
Proof.
move=> ve; have /eqP s0 := @row_size_neq0 R n; have /eqP ve0 : v + eps != 0 by rewrite gt_eqF.
move: (N) s0 => s s0; read_identity R; by field.
Qed.

Lemma inside_one (v eps : R) : 0 <= v -> 0 < eps -> N * v / (v + eps) < N.
Proof.
move=> v0 e0; have ve : 0 < v + eps by rewrite ltr_paddl.
by rewrite ltr_pdivr_mulr // ltr_pmul2l ?row_size_gt0 // ltr_addl.
Qed.

(** ** With them *)

Section Gains.
Variables (g b : 'cV[R]_n.+1).
Hypothesis g_neq0 : forall i, g i 0 != 0.

Lemma offset_of z : offset g b (gains g *m z + b) = \sum_i z i 0.
Proof.
by apply: eq_bigr => i _; rewrite gains_of !mxE addrK mulrC mulKf.
Qed.

Lemma radius_sq_of z : radius_sq g b (gains g *m z + b) = normsq z.
Proof.
apply: eq_bigr => i _; rewrite gains_of !mxE addrK -expr2.
by rewrite mulrC mulKf.
Qed.

(** Every LayerNorm lies on the hyperplane through b across alpha = 1/g. *)
Theorem layer_norm_on_hyperplane eps x : offset g b (layer_norm g b eps x) = 0.
Proof. by rewrite layer_norm_normalized offset_of sum_normalized. Qed.

(** The radius, exactly. *)
Theorem layer_norm_radius eps x :
  0 < variance x + eps ->
  radius_sq g b (layer_norm g b eps x) = N * variance x / (variance x + eps).
Proof. by move=> ve; rewrite layer_norm_normalized radius_sq_of normsq_normalized. Qed.

(** So what is missing to the surface is a number. *)
Theorem layer_norm_near_surface eps x :
  0 < variance x + eps ->
  1 - radius_sq g b (layer_norm g b eps x) / N = eps / (variance x + eps).
Proof. by move=> ve; rewrite layer_norm_radius // near_one. Qed.

Theorem layer_norm_interior eps x : 0 < eps -> radius_sq g b (layer_norm g b eps x) < N.
Proof.
move=> e0; have v0 := variance_ge0 x.
by rewrite layer_norm_radius ?inside_one // ltr_paddl.
Qed.

Theorem layer_norm_on_surface x :
  variance x != 0 -> radius_sq g b (layer_norm g b 0 x) = N.
Proof.
move=> v0; rewrite layer_norm_radius addr0; last by rewrite lt0r v0 variance_ge0.
by rewrite mulfK.
Qed.

Theorem rms_norm_radius eps x :
  0 < mean_square x + eps ->
  radius_sq g b (rms_norm g b eps x) = N * mean_square x / (mean_square x + eps).
Proof. by move=> me; rewrite rms_norm_normalized radius_sq_of normsq_rms_normalized. Qed.

Theorem rms_norm_near_surface eps x :
  0 < mean_square x + eps ->
  1 - radius_sq g b (rms_norm g b eps x) / N = eps / (mean_square x + eps).
Proof. by move=> me; rewrite rms_norm_radius // near_one. Qed.

Theorem rms_norm_interior eps x : 0 < eps -> radius_sq g b (rms_norm g b eps x) < N.
Proof.
move=> e0; have m0 := mean_square_ge0 x.
by rewrite rms_norm_radius ?inside_one // ltr_paddl.
Qed.

Theorem rms_norm_on_surface x :
  mean_square x != 0 -> radius_sq g b (rms_norm g b 0 x) = N.
Proof.
move=> m0; rewrite rms_norm_radius addr0; last by rewrite lt0r m0 mean_square_ge0.
by rewrite mulfK.
Qed.

End Gains.
End Hyperplane.
