(* SPDX-License-Identifier: Apache-2.0 *)
(** * The image of LayerNorm is the whole ellipsoid

    Purpose.  Not only does every row land inside the ellipsoid of the hyperplane: every point there is
    the LayerNorm of some row.  Here for gains that are not zero; zero_gains.v has the others, and
    axes.v says the same by semi-axes, for all gains.

    Corresponds to lib/geometry/ellipsoid and lib/geometry/preimage.

    Symbols.  Those of vectors.v and hyperplane.v.

    Main results.
      layer_norm_image          eps > 0: the image is alpha . (y - b) = 0 with r^2 < N, all of it
      layer_norm_image_surface  eps = 0: alpha . (y - b) = 0 with r^2 = N, all of it
      rms_norm_image, rms_norm_image_surface   the N-dimensional ellipsoid and its surface
      layer_norm_preimage, rms_norm_preimage   a row that leads to a given point: t = (y - b) / g
                                times sqrt (eps / (1 - |t|^2 / N))
      normalized_image, ...     the same without gain and bias *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.hyperplane.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Image.
Variables (R : rcfType) (n : nat).
Implicit Types (g b x y z : 'cV[R]_n.+1) (eps : R).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).

(** ** Balls: the image without gain and bias *)

Lemma mean_centred z : \sum_i z i 0 = 0 -> mean z = 0.
Proof. by move=> z0; rewrite /mean z0 mul0r. Qed.

Lemma mean_square_scaled (s : R) z : mean_square (s *: z) = s ^+ 2 * (normsq z / N).
Proof.
have /eqP s0 := @row_size_neq0 R n; have := normsq_row (s *: z); rewrite normsqZ => e.
by rewrite mulrA e mulrC mulKf // row_size_neq0.
Qed.

Lemma variance_centred z : \sum_i z i 0 = 0 -> variance z = mean_square z.
Proof.
move=> z0; congr (_ / _); apply: eq_bigr => i _.
by rewrite mean_centred // subr0.
Qed.

Lemma sum_scaled (s : R) z : \sum_i z i 0 = 0 -> \sum_i (s *: z) i 0 = 0.
Proof. by move=> z0; under eq_bigr do rewrite mxE; rewrite -mulr_sumr z0 mulr0. Qed.

Lemma normalized_centred eps z : \sum_i z i 0 = 0 -> normalized eps z = rms_normalized eps z.
Proof.
move=> z0; apply/colP => i; rewrite !mxE mean_centred // subr0.
by rewrite variance_centred.
Qed.

(** Each point of the open ball is reached, by the row in its own direction. *)
Definition reach eps z : R := Num.sqrt (eps / (1 - normsq z / N)).

Lemma rms_normalized_reaches eps z :
  0 < eps -> normsq z < N -> rms_normalized eps (reach eps z *: z) = z.
Proof.
move=> e0 zN; have v1 : normsq z / N < 1 by rewrite ltr_pdivr_mulr ?row_size_gt0 // mul1r.
rewrite /reach; set v := normsq z / N in v1 *; have d0 : 0 < 1 - v by rewrite subr_gt0.
have s0 : 0 < eps / (1 - v) by rewrite divr_gt0.
have total : mean_square (Num.sqrt (eps / (1 - v)) *: z) + eps = eps / (1 - v).
  rewrite mean_square_scaled -/v sqr_sqrtr ?ltW //.
  have /eqP d1 : 1 - v != 0 by rewrite gt_eqF.
  by read_identity R; field.
apply/colP => i; rewrite mxE total mxE mulrAC divff ?mul1r //.
by rewrite gt_eqF // sqrtr_gt0.
Qed.

Lemma rms_normalized_own z : normsq z = N -> rms_normalized 0 z = z.
Proof.
move=> zN; have m1 : mean_square z = 1.
  apply: (mulfI (@row_size_neq0 R n)); by rewrite -normsq_row zN mulr1.
by apply/colP => i; rewrite mxE m1 addr0 sqrtr1 divr1.
Qed.

Theorem rms_normalized_image eps z :
  0 < eps -> (exists x, rms_normalized eps x = z) <-> normsq z < N.
Proof.
move=> e0; split=> [[x <-]|zN]; last first.
  by exists (reach eps z *: z); exact: rms_normalized_reaches.
have m0 := mean_square_ge0 x.
by rewrite normsq_rms_normalized ?inside_one // ltr_paddl.
Qed.

Theorem normalized_image eps z :
  0 < eps -> (exists x, normalized eps x = z) <-> \sum_i z i 0 = 0 /\ normsq z < N.
Proof.
move=> e0; split=> [[x <-]|[z0 zN]]; last first.
  exists (reach eps z *: z); rewrite normalized_centred ?sum_scaled //.
  exact: rms_normalized_reaches.
have v0 := variance_ge0 x.
by rewrite sum_normalized normsq_normalized ?inside_one // ltr_paddl.
Qed.

Theorem rms_normalized_sphere z :
  (exists2 x, mean_square x != 0 & rms_normalized 0 x = z) <-> normsq z = N.
Proof.
split=> [[x m0 <-]|zN]; last first.
  exists z; last exact: rms_normalized_own.
  apply/eqP => m0; have := normsq_row z; rewrite zN m0 mulr0 => /eqP.
  by rewrite (negPf (@row_size_neq0 R n)).
by rewrite normsq_rms_normalized addr0 ?mulfK // lt0r m0 mean_square_ge0.
Qed.

Theorem normalized_sphere z :
  (exists2 x, variance x != 0 & normalized 0 x = z) <-> \sum_i z i 0 = 0 /\ normsq z = N.
Proof.
split=> [[x v0 <-]|[z0 zN]].
  by rewrite sum_normalized normsq_normalized addr0 ?mulfK // lt0r v0 variance_ge0.
exists z; last by rewrite normalized_centred // rms_normalized_own.
rewrite variance_centred //.
apply/eqP => m0; have := normsq_row z; rewrite zN m0 mulr0 => /eqP.
by rewrite (negPf (@row_size_neq0 R n)).
Qed.

(** ** Ellipsoids: with them *)

Section Gains.
Variables (g b : 'cV[R]_n.+1).
Hypothesis g_neq0 : forall i, g i 0 != 0.

(** Gain and bias have an inverse. *)
Definition undone y : 'cV[R]_n.+1 := \col_i ((y i 0 - b i 0) / g i 0).

Lemma undoneK y : gains g *m undone y + b = y.
Proof. by apply/colP => i; rewrite gains_of !mxE mulrC divfK // subrK. Qed.

Lemma gainsK z : undone (gains g *m z + b) = z.
Proof. by apply/colP => i; rewrite gains_of !mxE addrK mulrC mulKf. Qed.

Lemma offset_undone y : offset g b y = \sum_i undone y i 0.
Proof. by rewrite -(offset_of b g_neq0) undoneK. Qed.

Lemma radius_undone y : radius_sq g b y = normsq (undone y).
Proof. by rewrite -(radius_sq_of b g_neq0) undoneK. Qed.

(** For eps > 0 the image is the open ellipsoid of the hyperplane, all of it. *)
Theorem layer_norm_image eps y :
  0 < eps ->
  (exists x, layer_norm g b eps x = y) <-> offset g b y = 0 /\ radius_sq g b y < N.
Proof.
move=> e0; rewrite offset_undone radius_undone -(normalized_image _ e0).
split=> -[x xy]; exists x; first by rewrite -xy layer_norm_normalized gainsK.
by rewrite layer_norm_normalized xy undoneK.
Qed.

(** A row that leads to a given point, in closed form. *)
Theorem layer_norm_preimage eps y :
  0 < eps -> offset g b y = 0 -> radius_sq g b y < N ->
  layer_norm g b eps (reach eps (undone y) *: undone y) = y.
Proof.
rewrite offset_undone radius_undone => e0 y0 yN.
rewrite layer_norm_normalized normalized_centred ?sum_scaled // rms_normalized_reaches //.
exact: undoneK.
Qed.

Theorem rms_norm_preimage eps y :
  0 < eps -> radius_sq g b y < N ->
  rms_norm g b eps (reach eps (undone y) *: undone y) = y.
Proof.
rewrite radius_undone => e0 yN; rewrite rms_norm_normalized rms_normalized_reaches //.
exact: undoneK.
Qed.

(** For eps = 0 it is the surface, all of it. *)
Theorem layer_norm_image_surface y :
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <->
  offset g b y = 0 /\ radius_sq g b y = N.
Proof.
rewrite offset_undone radius_undone -normalized_sphere.
split=> -[x v0 xy]; exists x => //; first by rewrite -xy layer_norm_normalized gainsK.
by rewrite layer_norm_normalized xy undoneK.
Qed.

(** RMSNorm fills the N-dimensional ellipsoid. *)
Theorem rms_norm_image eps y :
  0 < eps -> (exists x, rms_norm g b eps x = y) <-> radius_sq g b y < N.
Proof.
move=> e0; rewrite radius_undone -(rms_normalized_image _ e0).
split=> -[x xy]; exists x; first by rewrite -xy rms_norm_normalized gainsK.
by rewrite rms_norm_normalized xy undoneK.
Qed.

Theorem rms_norm_image_surface y :
  (exists2 x, mean_square x != 0 & rms_norm g b 0 x = y) <-> radius_sq g b y = N.
Proof.
rewrite radius_undone -rms_normalized_sphere.
split=> -[x m0 xy]; exists x => //; first by rewrite -xy rms_norm_normalized gainsK.
by rewrite rms_norm_normalized xy undoneK.
Qed.

End Gains.
End Image.
