(* SPDX-License-Identifier: Apache-2.0 *)
(** * The image of LayerNorm by its axes

    Purpose.  With the eigenvectors v_j and eigenvalues m_j of M = G Pi G, the image of LayerNorm is
    the ellipsoid about b with axes v_j and semi-axes sqrt(N m_j).  For every gain, zero or not.

    Corresponds to lib/geometry/axes.

    Symbols.  Those of vectors.v and spectral.v, and
      on_axes V m c     the sum of c_j sqrt(N m_j) v_j
      k                 the number of zero gains (zero_gains.v)

    Main results.
      axes_exist           M has an orthonormal basis of eigenvectors, with eigenvalues >= 0
      layer_norm_axes      eps > 0: the image is {on_axes V m c + b : |c| < 1}
      layer_norm_axes_surface   eps = 0, k <= 1: the same with |c| = 1, c on the axes with m_j > 0
      layer_norm_axes_filled    eps = 0, k >= 2: the same with |c| <= 1
      layer_norm_image_by_axes  existence and image in one statement, without a hypothesis on g
      rms_norm_axes        RMSNorm: the coordinate axes, with semi-axes sqrt(N) |g_i| *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.hyperplane
  geometry.ellipsoid geometry.zero_gains geometry.spectral.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition on_axes (R : rcfType) n (V : 'M[R]_n.+1) (m : 'rV[R]_n.+1) (c : 'cV[R]_n.+1) :=
  \sum_j (c j 0 * Num.sqrt (@row_size R n * m 0 j)) *: col j V.

Section Axes.
Variables (R : rcfType) (n : nat) (g b : 'cV[R]_n.+1).
Variables (V : 'M[R]_n.+1) (m : 'rV[R]_n.+1).
Hypothesis axes : eigenbasis (shape g) V m.
Implicit Types (x y z c : 'cV[R]_n.+1) (eps : R).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).
Notation Pi := (@projection R n).
Notation A := (gains g *m Pi).

(** Eigenvalues are squared lengths. *)
Theorem axes_ge0 j : 0 <= m 0 j.
Proof.
have [VV _] := axes; pose v := col j V.
have v1 : normsq v = 1.
  have /matrixP /(_ j j) := VV; rewrite !mxE eqxx mulr1n => <-.
  by apply: eq_bigr => i _; rewrite !mxE.
have <- : normsq (A^T *m v) = m 0 j; last exact: normsq_ge0.
rewrite /normsq -dot_mul mulmxA -shape_square (eigenbasis_column j axes) dotZr.
by rewrite -/(normsq v) v1 mulr1.
Qed.

(** Singular values s of G Pi, their inverses r, and its right singular vectors B. *)
Let s : 'rV[R]_n.+1 := \row_j Num.sqrt (m 0 j).
Let r : 'rV[R]_n.+1 := \row_j (Num.sqrt (m 0 j))^-1.
Let B : 'M[R]_n.+1 := A^T *m V *m diag_mx r.

Lemma root_sq j : Num.sqrt (m 0 j) * Num.sqrt (m 0 j) = m 0 j.
Proof. by rewrite -expr2 sqr_sqrtr // axes_ge0. Qed.

Lemma singular_tr : B^T = diag_mx r *m (V^T *m A).
Proof. by rewrite /B !trmx_mul tr_diag_mx !trmxK !mulmxA. Qed.

Lemma singular_left : A *m B = V *m diag_mx s.
Proof.
have [VV SV] := axes.
rewrite /B !mulmxA -shape_square SV -!mulmxA (mulmxA V^T) VV mul1mx mulmx_diag.
congr (V *m diag_mx _); apply/rowP => j; rewrite !mxE -{1}root_sq.
have [->|s0] := eqVneq (Num.sqrt (m 0 j)) 0.
  by rewrite !mul0r.
by rewrite mulfK.
Qed.

Lemma singular_right : B^T *m B = diag_mx (\row_j (m 0 j != 0)%:R).
Proof.
have [VV _] := axes.
rewrite singular_tr -!mulmxA (mulmxA (gains g)) singular_left (mulmxA V^T) VV mul1mx mulmx_diag.
congr (diag_mx _); apply/rowP => j; rewrite !mxE.
have [m0|m0] := eqVneq (m 0 j) 0; first by rewrite m0 sqrtr0 mulr0.
by rewrite mulVf // sqrtr_eq0 -ltNge lt0r m0 axes_ge0.
Qed.

Lemma singular_project : Pi *m B = B.
Proof. by rewrite /B trmx_mul projection_sym !mulmxA projection_idem. Qed.

Lemma singular_values : A = V *m diag_mx s *m B^T.
Proof.
have [VV _] := axes; have VV' : V *m V^T = 1%:M := mulmx1C VV.
suff e : diag_mx s *m B^T = V^T *m A by rewrite -mulmxA e mulmxA VV' mul1mx.
rewrite singular_tr mulmxA mulmx_diag.
apply/row_matrixP => j; rewrite [LHS]row_mul row_diag_mx -scalemxAl !mxE -rowE.
have [m0|m0] := eqVneq (m 0 j) 0; last first.
  by rewrite mulfV ?scale1r // sqrtr_eq0 -ltNge lt0r m0 axes_ge0.
rewrite m0 sqrtr0 mul0r scale0r; apply/esym/trmx_inj/eqP; rewrite trmx0 -normsq_eq0.
rewrite row_mul trmx_mul tr_row trmxK /normsq -dot_mul mulmxA -shape_square.
by rewrite (eigenbasis_column j axes) m0 dotZr mul0r.
Qed.

(** From a vector without sum to its coordinates, and back. *)
Lemma gains_project z : \sum_i z i 0 = 0 -> gains g *m z = A *m z.
Proof. by move=> z0; rewrite -mulmxA projection_id. Qed.

Lemma sum_back c : \sum_i (B *m c) i 0 = 0.
Proof. by rewrite -singular_project -mulmxA sum_centred. Qed.

Lemma gains_back c : gains g *m (B *m c) = V *m diag_mx s *m c.
Proof. by rewrite gains_project ?sum_back // mulmxA singular_left. Qed.

Lemma normsq_back c : normsq (B *m c) = \sum_j (m 0 j != 0)%:R * c j 0 ^+ 2.
Proof.
rewrite /normsq dot_mul mulmxA singular_right; apply: eq_bigr => j _.
by rewrite mul_diag_mx !mxE -mulrA expr2.
Qed.

Lemma normsq_back_le c : normsq (B *m c) <= normsq c.
Proof.
rewrite normsq_back; apply: ler_sum => j _; rewrite -expr2.
by case: eqP; rewrite ?mul1r ?mul0r ?sqr_ge0.
Qed.

Lemma gains_coordinates z :
  \sum_i z i 0 = 0 -> gains g *m z = V *m diag_mx s *m (B^T *m z).
Proof. by move=> z0; rewrite gains_project // mulmxA -singular_values. Qed.

Lemma coordinates_dead z j : m 0 j = 0 -> (B^T *m z) j 0 = 0.
Proof.
by move=> m0; rewrite singular_tr -mulmxA mul_diag_mx !mxE m0 sqrtr0 invr0 mul0r.
Qed.

(** Coordinates lose length only to what G does not see. *)
Lemma bessel z :
  normsq (z - B *m (B^T *m z)) = normsq z - normsq (B^T *m z).
Proof.
set c := B^T *m z.
have zc : dot z (B *m c) = normsq c by rewrite dot_mul.
have cc : normsq (B *m c) = normsq c.
  rewrite normsq_back; apply: eq_bigr => j _.
  by have [m0|_] := eqVneq (m 0 j) 0; rewrite ?mul1r // /c coordinates_dead // !mul0r.
rewrite {1}/normsq -scaleN1r !dotDl !dotDr !dotZl !dotZr (dotC (B *m c)) zc.
by rewrite -!/(normsq _) cc; read_identity R; ring.
Qed.

Lemma coordinates_le z : normsq (B^T *m z) <= normsq z.
Proof. by rewrite -subr_ge0 -bessel normsq_ge0. Qed.

(** With one zero gain at most, G sees all that has no sum. *)
Lemma gains_see (u : 'cV[R]_n.+1) :
  (#|zeros g| <= 1)%N -> \sum_i u i 0 = 0 -> gains g *m u = 0 -> u = 0.
Proof.
move=> k1 u0 /colP Gu.
have off i : i \notin zeros g -> u i 0 = 0.
  rewrite inE => g0; have /eqP := Gu i; rewrite gains_of !mxE mulf_eq0.
  by rewrite (negPf g0) => /eqP.
apply/colP => i; rewrite mxE; have [iZ|] := boolP (i \in zeros g); last exact: off.
rewrite -u0 (bigD1 i) //= big1 ?addr0 // => j ji; apply: off.
by apply: contra ji => jZ; apply/eqP/(card_le1_eqP k1).
Qed.

Lemma coordinates_eq z :
  (#|zeros g| <= 1)%N -> \sum_i z i 0 = 0 -> normsq (B^T *m z) = normsq z.
Proof.
move=> k1 z0; apply/esym/eqP; rewrite -subr_eq0 -bessel normsq_eq0; apply/eqP/gains_see => //.
  rewrite (eq_bigr (fun i => z i 0 - (B *m (B^T *m z)) i 0)); last by move=> i _; rewrite !mxE.
  by rewrite sumrB z0 sum_back subrr.
by rewrite mulmxBr gains_coordinates // gains_back subrr.
Qed.

Lemma on_axes_of c : on_axes V m c = V *m diag_mx s *m (Num.sqrt N *: c).
Proof.
apply/colP => i; rewrite -mulmxA summxE mxE; apply: eq_bigr => j _.
rewrite mul_diag_mx !mxE (sqrtrM _ (ltW (row_size_gt0 R n))) mulrC; congr (_ * _).
by rewrite mulrCA mulrA [RHS]mulrA mulrC mulrA.
Qed.

(** The image for eps > 0, whatever the gains. *)
Theorem layer_norm_axes eps y :
  0 < eps ->
  (exists x, layer_norm g b eps x = y) <->
  (exists2 c, normsq c < 1 & y = on_axes V m c + b).
Proof.
have S0 := row_size_gt0 R n; have sN := sqrt_row_size_gt0 R n.
move=> e0; split=> [[x <-]|[c c1 ->]].
  have [z0 zN] : \sum_i normalized eps x i 0 = 0 /\ normsq (normalized eps x) < N.
    by apply/(normalized_image _ e0); exists x.
  exists ((Num.sqrt N)^-1 *: (B^T *m normalized eps x)).
    rewrite normsqZ exprVn sqr_sqrtr ?(ltW S0) // mulrC ltr_pdivr_mulr // mul1r.
    exact: le_lt_trans (coordinates_le _) zN.
  by rewrite on_axes_of scalerA mulfV ?gt_eqF // scale1r layer_norm_normalized gains_coordinates.
pose z := B *m (Num.sqrt N *: c).
have /(normalized_image _ e0) [x xz] : \sum_i z i 0 = 0 /\ normsq z < N.
  split; first exact: sum_back.
  rewrite (le_lt_trans (normsq_back_le _)) // normsqZ sqr_sqrtr ?(ltW S0) //.
  by rewrite -[ltRHS]mulr1 ltr_pmul2l.
by exists x; rewrite layer_norm_normalized xz gains_back on_axes_of.
Qed.

(** For eps = 0: the surface, if one gain at most is zero, ... *)
Theorem layer_norm_axes_surface y :
  (#|zeros g| <= 1)%N ->
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <->
  (exists c, [/\ normsq c = 1, forall j, m 0 j = 0 -> c j 0 = 0 & y = on_axes V m c + b]).
Proof.
have S0 := row_size_gt0 R n; have sN := sqrt_row_size_gt0 R n.
move=> k1; split=> [[x v0 <-]|[c [c1 dead ->]]].
  have [z0 zN] : \sum_i normalized 0 x i 0 = 0 /\ normsq (normalized 0 x) = N.
    by apply/normalized_sphere; exists x.
  exists ((Num.sqrt N)^-1 *: (B^T *m normalized 0 x)); split.
  - rewrite normsqZ exprVn sqr_sqrtr ?(ltW S0) // coordinates_eq // zN mulVf //.
    by rewrite gt_eqF.
  - by move=> j m0; rewrite mxE coordinates_dead // mulr0.
  - by rewrite on_axes_of scalerA mulfV ?gt_eqF // scale1r layer_norm_normalized gains_coordinates.
pose z := B *m (Num.sqrt N *: c).
have /normalized_sphere [x v0 xz] : \sum_i z i 0 = 0 /\ normsq z = N.
  split; first exact: sum_back.
  suff -> : normsq z = N * normsq c by rewrite c1 mulr1.
  rewrite normsq_back mulr_sumr; apply: eq_bigr => j _.
  rewrite mxE exprMn sqr_sqrtr ?(ltW S0) // expr2.
  by have [/dead->|_] := eqVneq (m 0 j) 0; rewrite ?mul1r // !mul0r mulr0.
by exists x => //; rewrite layer_norm_normalized xz gains_back on_axes_of.
Qed.

(** ... and filled, if more are. *)
Theorem layer_norm_axes_filled y :
  (1 < #|zeros g|)%N ->
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <->
  (exists2 c, normsq c <= 1 & y = on_axes V m c + b).
Proof.
have S0 := row_size_gt0 R n; have sN := sqrt_row_size_gt0 R n.
move=> k2; split=> [[x v0 <-]|[c c1 ->]].
  have [z0 zN] : \sum_i normalized 0 x i 0 = 0 /\ normsq (normalized 0 x) = N.
    by apply/normalized_sphere; exists x.
  exists ((Num.sqrt N)^-1 *: (B^T *m normalized 0 x)).
    rewrite normsqZ exprVn sqr_sqrtr ?(ltW S0) // mulrC ler_pdivr_mulr // mul1r -[leRHS]zN.
    exact: coordinates_le.
  by rewrite on_axes_of scalerA mulfV ?gt_eqF // scale1r layer_norm_normalized gains_coordinates.
have some : (0 < #|zeros g|)%N by apply: leq_trans k2.
apply/zero_gains_image_filled => //; rewrite on_axes_of -gains_back.
split; first exact: support_part.
rewrite (le_trans (form_part_le _ _ _)) ?sum_back // (le_trans (normsq_back_le _)) //.
by rewrite normsqZ sqr_sqrtr ?(ltW S0) // -[leRHS]mulr1 ler_pmul2l.
Qed.

End Axes.

Section Existence.
Variables (R : rcfType) (n : nat).
Implicit Types (g b c x y : 'cV[R]_n.+1) (eps : R).

(** The axes exist, for every gain. *)
Theorem axes_exist g :
  exists V, exists2 m, eigenbasis (shape g) V m & forall j, 0 <= m 0 j.
Proof.
have [V [m axes]] := spectral (shape_sym g).
by exists V, m => // j; exact: axes_ge0 axes j.
Qed.

(** So the image is an ellipsoid, without a hypothesis on gain or bias. *)
Theorem layer_norm_image_by_axes g b eps :
  0 < eps ->
  exists V m, [/\ eigenbasis (shape g) V m, forall j, 0 <= m 0 j &
    forall y, (exists x, layer_norm g b eps x = y) <->
              (exists2 c, normsq c < 1 & y = on_axes V m c + b)].
Proof.
move=> e0; have [V [m axes m0]] := axes_exist g.
by exists V, m; split=> // y; exact: layer_norm_axes axes _ _ e0.
Qed.

(** RMSNorm: an ellipsoid along the coordinate axes. *)
Theorem rms_norm_axes g b eps y :
  0 < eps ->
  (exists x, rms_norm g b eps x = y) <->
  (exists2 c, normsq c < 1 &
     y = \sum_i (c i 0 * (Num.sqrt (@row_size R n) * `|g i 0|)) *: delta_mx i 0 + b).
Proof.
have S0 := row_size_gt0 R n; have sN := sqrt_row_size_gt0 R n.
pose flip c : 'cV[R]_n.+1 := \col_i ((-1) ^+ (g i 0 < 0)%R * c i 0).
have flip_norm c : normsq (flip c) = normsq c.
  by apply: eq_bigr => i _; rewrite !mxE mulrACA -expr2 sqrr_sign mul1r.
have sum_of c : \sum_i (c i 0 * (Num.sqrt (@row_size R n) * `|g i 0|)) *: delta_mx i 0 =
                gains g *m (Num.sqrt (@row_size R n) *: flip c).
  apply/colP => i; rewrite summxE gains_of !mxE (bigD1 i) //= !mxE !eqxx mulr1 big1.
    rewrite addr0 normrEsign mulrCA [RHS]mulrCA; congr (_ * _).
    by rewrite mulrC -mulrA mulrCA.
  by move=> j /negPf ji; rewrite !mxE eq_sym ji mulr0.
move=> e0; split=> [[x <-]|[c c1 ->]].
  have zN : normsq (rms_normalized eps x) < @row_size R n.
    by apply/(rms_normalized_image _ e0); exists x.
  exists ((Num.sqrt (@row_size R n))^-1 *: flip (rms_normalized eps x)).
    by rewrite normsqZ exprVn sqr_sqrtr ?(ltW S0) // flip_norm mulrC ltr_pdivr_mulr // mul1r.
  rewrite sum_of rms_norm_normalized; congr (_ *m _ + _); apply/colP => i; rewrite !mxE.
  by rewrite (mulrCA ((-1) ^+ _)) mulVKf ?gt_eqF // signrMK.
pose z : 'cV[R]_n.+1 := Num.sqrt (@row_size R n) *: flip c.
have /(rms_normalized_image _ e0) [x xz] : normsq z < @row_size R n.
  by rewrite normsqZ flip_norm sqr_sqrtr ?(ltW S0) // -[ltRHS]mulr1 ltr_pmul2l.
by exists x; rewrite rms_norm_normalized xz sum_of.
Qed.

End Existence.
