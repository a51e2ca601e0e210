(* SPDX-License-Identifier: Apache-2.0 *)
(** * LayerNorm over the reals, as vectors and matrices

    Purpose.  The definitions that every other file of this folder speaks about, and LayerNorm as a
    projection, a scaling and an affine map.  R is any real closed field, so no axiom is needed; the
    row has n + 1 elements, n any natural number.

    Corresponds to lib/geometry (all of it), and over the reals to exactnorm.h.

    Symbols.
      g b x eps        gain, bias, row (columns of n + 1 numbers), and the number under the root
      row_size             N = n + 1, as a number
      mean, variance, mean_square, layer_norm, rms_norm   as exactnorm.h defines them
      normalized       LayerNorm without gain and bias
      dot u v, normsq u   u'v and |u|^2
      projection       Pi = I - 11'/N
      gains g          G = diag(g)
      shape g          M = G Pi G, whose eigenvectors are the axes

    Main results.
      layer_norm_decomposition   LN = sqrt(N) G Pi x / sqrt(|Pi x|^2 + N eps) + b
      shape_rank_one             M = diag(g^2) - g g' / N
      projection_of              Pi x = x - mean(x) *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.
Variables (R : rcfType) (n : nat).
Implicit Types (g b x : 'cV[R]_n.+1) (eps : R).

Definition row_size : R := n.+1%:R.

Definition mean x : R := (\sum_i x i 0) / row_size.
Definition variance x : R := (\sum_i (x i 0 - mean x) ^+ 2) / row_size.
Definition mean_square x : R := (\sum_i x i 0 ^+ 2) / row_size.

Definition layer_norm g b eps x : 'cV[R]_n.+1 :=
  \col_i (g i 0 * (x i 0 - mean x) / Num.sqrt (variance x + eps) + b i 0).
Definition rms_norm g b eps x : 'cV[R]_n.+1 :=
  \col_i (g i 0 * x i 0 / Num.sqrt (mean_square x + eps) + b i 0).

Definition dot p (u v : 'cV[R]_p) : R := \sum_i u i 0 * v i 0.
Definition normsq p (u : 'cV[R]_p) : R := dot u u.

Definition projection : 'M[R]_n.+1 := 1%:M - row_size^-1 *: const_mx 1.
Definition gains g : 'M[R]_n.+1 := diag_mx g^T.
Definition shape g : 'M[R]_n.+1 := gains g *m projection *m gains g.

Definition normalized eps x : 'cV[R]_n.+1 :=
  \col_i ((x i 0 - mean x) / Num.sqrt (variance x + eps)).
Definition rms_normalized eps x : 'cV[R]_n.+1 :=
  \col_i (x i 0 / Num.sqrt (mean_square x + eps)).

End Definitions.

Arguments row_size {R n}.
Arguments projection {R n}.

Section Inner_products.
Variables (R : rcfType) (p : nat).
Implicit Types (u v w : 'cV[R]_p) (a : R).

Lemma dotC u v : dot u v = dot v u.
Proof. by apply: eq_bigr => i _; rewrite mulrC. Qed.
Lemma dotDl u v w : dot (u + v) w = dot u w + dot v w.
Proof. by rewrite -big_split; apply: eq_bigr => i _; rewrite mxE mulrDl. Qed.
Lemma dotZl a u v : dot (a *: u) v = a * dot u v.
Proof. by rewrite mulr_sumr; apply: eq_bigr => i _; rewrite mxE mulrA. Qed.
Lemma dotDr u v w : dot u (v + w) = dot u v + dot u w.
Proof. by rewrite dotC dotDl !(dotC u). Qed.
Lemma dotZr a u v : dot u (a *: v) = a * dot u v.
Proof. by rewrite dotC dotZl dotC. Qed.
Lemma dot_mx u v : u^T *m v = (dot u v)%:M.
Proof. by rewrite [LHS]mx11_scalar mxE; congr _%:M; apply: eq_bigr => i _; rewrite mxE. Qed.
Lemma dotE u v : dot u v = (u^T *m v) 0 0.
Proof. by rewrite dot_mx mxE mulr1n. Qed.

Lemma normsq_ge0 u : 0 <= normsq u.
Proof. by apply: sumr_ge0 => i _; rewrite -expr2 sqr_ge0. Qed.
Lemma normsq_eq0 u : (normsq u == 0) = (u == 0).
Proof.
apply/eqP/eqP => [/eqP|->]; last by apply: big1 => i _; rewrite !mxE mul0r.
rewrite psumr_eq0 => [/allP u0|i _]; last by rewrite -expr2 sqr_ge0.
apply/colP => i; rewrite mxE; apply/eqP; rewrite -sqrf_eq0 expr2.
by have := u0 i; rewrite mem_index_enum => /(_ isT).
Qed.
Lemma normsqZ a u : normsq (a *: u) = a ^+ 2 * normsq u.
Proof. by rewrite /normsq dotZl dotZr mulrA. Qed.

End Inner_products.

(** A matrix moves to the other side as its transpose. *)
Lemma dot_mul (R : rcfType) p q (A : 'M[R]_(p, q)) u v : dot u (A *m v) = dot (A^T *m u) v.
Proof. by rewrite !dotE trmx_mul trmxK mulmxA. Qed.

Section Facts.
Variables (R : rcfType) (n : nat).
Implicit Types (g b x : 'cV[R]_n.+1) (eps : R).

Notation N := (@row_size R n).

Lemma row_size_gt0 : 0 < N. Proof. exact: ltr0Sn. Qed.
Lemma row_size_neq0 : N != 0. Proof. by rewrite gt_eqF // row_size_gt0. Qed.
Lemma row_size_sum : \sum_(i < n.+1) 1 = N :> R.
Proof. by rewrite sumr_const card_ord. Qed.

(** ** The projection *)

Lemma ones_mul x : const_mx 1 *m x = const_mx (\sum_i x i 0) :> 'cV[R]_n.+1.
Proof. by apply/colP => i; rewrite !mxE; apply: eq_bigr => j _; rewrite mxE mul1r. Qed.

(** Pi x is the row less its mean. *)
Theorem projection_of x : projection *m x = \col_i (x i 0 - mean x).
Proof.
apply/colP => i; rewrite mulmxBl mul1mx -scalemxAl ones_mul !mxE.
by rewrite /mean mulrC.
Qed.

Lemma sum_centred x : \sum_i (projection *m x) i 0 = 0.
Proof.
rewrite projection_of; under eq_bigr do rewrite mxE.
rewrite sumrB sumr_const card_ord -mulr_natl -/(@row_size R n).
by rewrite /mean mulrC divfK ?row_size_neq0 // subrr.
Qed.

(** What sums to zero is left as it is. *)
Lemma projection_id x : \sum_i x i 0 = 0 -> projection *m x = x.
Proof.
by move=> x0; apply/colP => i; rewrite projection_of mxE /mean x0 mul0r subr0.
Qed.

Lemma projection_sym : projection^T = projection :> 'M[R]_n.+1.
Proof. by rewrite linearB linearZ /= trmx1 trmx_const. Qed.

Lemma projection_idem : projection *m projection = projection :> 'M[R]_n.+1.
Proof.
suff same j : col j (projection *m projection) = col j projection :> 'cV[R]_n.+1.
  by apply/matrixP => i j; have /colP/(_ i) := same j; rewrite !mxE.
by rewrite !colE -mulmxA projection_id // sum_centred.
Qed.

(** |Pi x|^2 is N times the variance. *)
Theorem normsq_centred x : normsq (projection *m x) = N * variance x.
Proof.
rewrite /variance mulrC divfK ?row_size_neq0 // /normsq /dot projection_of.
by apply: eq_bigr => i _; rewrite !mxE expr2.
Qed.

Lemma variance_ge0 x : 0 <= variance x.
Proof. by rewrite divr_ge0 ?ler0n // sumr_ge0 // => i _; rewrite sqr_ge0. Qed.

Lemma normsq_row x : normsq x = N * mean_square x.
Proof.
by rewrite /mean_square mulrC divfK ?row_size_neq0.
Qed.

Lemma mean_square_ge0 x : 0 <= mean_square x.
Proof. by rewrite divr_ge0 ?ler0n // sumr_ge0 // => i _; rewrite sqr_ge0. Qed.

(** ** The decomposition *)

Lemma gains_of g x : gains g *m x = \col_i (g i 0 * x i 0).
Proof. by apply/colP => i; rewrite mul_diag_mx !mxE. Qed.

Lemma gains_sym g : (gains g)^T = gains g.
Proof. by rewrite tr_diag_mx. Qed.

Lemma layer_norm_normalized g b eps x : layer_norm g b eps x = gains g *m normalized eps x + b.
Proof. by apply/colP => i; rewrite gains_of !mxE mulrA. Qed.

Lemma rms_norm_normalized g b eps x : rms_norm g b eps x = gains g *m rms_normalized eps x + b.
Proof. by apply/colP => i; rewrite gains_of !mxE mulrA. Qed.

Lemma sqrt_row_size_gt0 : 0 < Num.sqrt N.
Proof. by rewrite sqrtr_gt0 row_size_gt0. Qed.

Lemma normalized_projection eps x :
  normalized eps x =
  (Num.sqrt N / Num.sqrt (normsq (projection *m x) + N * eps)) *: (projection *m x).
Proof.
have s0 : Num.sqrt N != 0 by rewrite gt_eqF // sqrt_row_size_gt0.
apply/colP => i; rewrite normsq_centred -mulrDr (sqrtrM _ (ltW row_size_gt0)) projection_of !mxE.
by rewrite invfM mulrA divff // mul1r mulrC.
Qed.

(** A projection, a scaling of its own for each row, and an affine map. *)
Theorem layer_norm_decomposition g b eps x :
  layer_norm g b eps x =
  (Num.sqrt N / Num.sqrt (normsq (projection *m x) + N * eps)) *: (gains g *m (projection *m x))
  + b.
Proof. by rewrite layer_norm_normalized normalized_projection -scalemxAr. Qed.

(** M is a diagonal less one product, which is why its axes cost O(N^2). *)
Theorem shape_rank_one g :
  shape g = diag_mx (\row_i (g i 0 ^+ 2)) - N^-1 *: (g *m g^T).
Proof.
rewrite /shape /gains mulmxBr mulmx1 mulmxBl -scalemxAr -scalemxAl; congr (_ - _ *: _).
  by rewrite mulmx_diag; congr (diag_mx _); apply/rowP => i; rewrite !mxE expr2.
apply/matrixP => i j; rewrite mul_mx_diag mul_diag_mx !mxE big_ord1 !mxE.
by rewrite mulr1.
Qed.

Lemma shape_sym g : (shape g)^T = shape g.
Proof. by rewrite /shape !trmx_mul gains_sym projection_sym mulmxA. Qed.

(** M is the square of G Pi, so it is positive semidefinite. *)
Lemma shape_square g : shape g = gains g *m projection *m (gains g *m projection)^T.
Proof.
rewrite trmx_mul gains_sym projection_sym mulmxA -(mulmxA (gains g) projection projection).
by rewrite projection_idem.
Qed.

End Facts.
