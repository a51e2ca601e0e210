(* SPDX-License-Identifier: Apache-2.0 *)
(** * The paper's matrix and ours

    Purpose.  The paper takes the axes from Pi2 G^-2 Pi2, where Pi2 projects onto the hyperplane's
    directions; we take them from M = G Pi G, without dividing by a gain.  The two are each other's
    pseudo-inverse, so they have the same eigenvectors there, with inverse eigenvalues.

    Corresponds to lib/geometry/axes.

    Symbols.  Those of vectors.v, and
      inverse_gains g       alpha, the column of 1 / g_i
      plane_projection g    Pi2 = I - alpha alpha' / |alpha|^2
      paper_shape g         Pi2 G^-2 Pi2

    Main results, for gains that are not zero.
      penrose_1 ... penrose_4   A = paper_shape is the Moore-Penrose inverse of M
      paper_shape_unique        and the only matrix that is
      shape_kernel              M alpha = 0
      paper_axes                for v orthogonal to alpha and m not 0:
                                M v = m v  iff  Pi2 G^-2 Pi2 v = (1/m) v *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.vectors.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.
Variables (R : rcfType) (n : nat).
Implicit Types (g : 'cV[R]_n.+1).

Definition inverse_gains g : 'cV[R]_n.+1 := \col_i (g i 0)^-1.
Definition plane_projection g : 'M[R]_n.+1 :=
  1%:M - (normsq (inverse_gains g))^-1 *: (inverse_gains g *m (inverse_gains g)^T).
Definition paper_shape g : 'M[R]_n.+1 :=
  plane_projection g *m diag_mx (\row_i (g i 0 ^+ 2)^-1) *m plane_projection g.

End Definitions.

Section Pseudo_inverse.
Variables (R : rcfType) (n : nat) (g : 'cV[R]_n.+1).
Hypothesis g_neq0 : forall i, g i 0 != 0.
Implicit Types (u v : 'cV[R]_n.+1).

Notation a := (inverse_gains g).
Notation M := (shape g).
Notation A := (paper_shape g).
Notation Pi2 := (plane_projection g).
Notation N := (@row_size R n).

Lemma inverse_gains_neq0 : normsq a != 0.
Proof.
rewrite normsq_eq0; apply/eqP => /colP /(_ 0); rewrite !mxE => /eqP.
by rewrite invr_eq0 (negPf (g_neq0 0)).
Qed.

Lemma plane_sym : Pi2^T = Pi2.
Proof. by rewrite linearB linearZ /= trmx1 trmx_mul trmxK. Qed.

Lemma plane_kernel : Pi2 *m a = 0.
Proof.
rewrite mulmxBl mul1mx -scalemxAl -mulmxA dot_mx mul_mx_scalar scalerA.
by rewrite mulVf ?inverse_gains_neq0 // scale1r subrr.
Qed.

(** Pi2 leaves the hyperplane's directions alone. *)
Lemma plane_id v : dot a v = 0 -> Pi2 *m v = v.
Proof.
move=> av; rewrite mulmxBl mul1mx -scalemxAl -mulmxA dot_mx av mul_mx_scalar scale0r.
by rewrite scaler0 subr0.
Qed.

Lemma dot_gains : dot g a = N.
Proof.
by rewrite -row_size_sum; apply: eq_bigr => i _; rewrite mxE divff.
Qed.

(** The normal of the hyperplane is the direction without extent. *)
Theorem shape_kernel : M *m a = 0.
Proof.
rewrite shape_rank_one mulmxBl -scalemxAl -mulmxA dot_mx dot_gains mul_mx_scalar scalerA.
rewrite mulVf ?row_size_neq0 // scale1r; apply/colP => i.
by rewrite mul_diag_mx !mxE expr2 mulfK // subrr.
Qed.

Lemma shape_plane : M *m Pi2 = M.
Proof.
by rewrite mulmxBr mulmx1 -scalemxAr mulmxA shape_kernel mul0mx scaler0 subr0.
Qed.

Lemma plane_shape : Pi2 *m M = M.
Proof. by rewrite -[LHS]trmxK trmx_mul shape_sym plane_sym shape_plane shape_sym. Qed.

Lemma plane_idem : Pi2 *m Pi2 = Pi2.
Proof.
by rewrite {2}/plane_projection mulmxBr mulmx1 -scalemxAr mulmxA plane_kernel mul0mx scaler0 subr0.
Qed.

Lemma paper_sym : A^T = A.
Proof. by rewrite /paper_shape !trmx_mul plane_sym tr_diag_mx mulmxA. Qed.

Lemma paper_mul : A *m M = Pi2.
Proof.
rewrite /paper_shape -mulmxA plane_shape shape_rank_one -mulmxA mulmxBr.
have -> : diag_mx (\row_i (g i 0 ^+ 2)^-1) *m diag_mx (\row_i (g i 0 ^+ 2)) = 1%:M.
  rewrite mulmx_diag -diag_const_mx; congr (diag_mx _); apply/rowP => i.
  by rewrite !mxE mulVf // expf_neq0.
rewrite -scalemxAr mulmxA.
have -> : diag_mx (\row_i (g i 0 ^+ 2)^-1) *m g = a.
  by apply/colP => i; rewrite mul_diag_mx !mxE expr2 invfM mulfVK.
by rewrite mulmxBr mulmx1 -scalemxAr mulmxA plane_kernel mul0mx scaler0 subr0.
Qed.

Lemma mul_paper : M *m A = Pi2.
Proof. by rewrite -[LHS]trmxK trmx_mul shape_sym paper_sym paper_mul plane_sym. Qed.

Theorem penrose_1 : M *m A *m M = M.
Proof. by rewrite mul_paper plane_shape. Qed.
Theorem penrose_2 : A *m M *m A = A.
Proof. by rewrite paper_mul /paper_shape !mulmxA plane_idem. Qed.
Theorem penrose_3 : (M *m A)^T = M *m A.
Proof. by rewrite mul_paper plane_sym. Qed.
Theorem penrose_4 : (A *m M)^T = A *m M.
Proof. by rewrite paper_mul plane_sym. Qed.

(** The four equations have no other solution. *)
Theorem paper_shape_unique (B : 'M[R]_n.+1) :
  M *m B *m M = M -> B *m M *m B = B -> (M *m B)^T = M *m B -> (B *m M)^T = B *m M -> B = A.
Proof.
move=> p1 p2 p3 p4.
have MB : M *m B = Pi2.
  have e : M *m B *m Pi2 = Pi2 by rewrite -{1}mul_paper mulmxA p1 mul_paper.
  by rewrite -[RHS]plane_sym -e trmx_mul p3 plane_sym mulmxA plane_shape.
have BM : B *m M = Pi2.
  have e : Pi2 *m (B *m M) = Pi2 by rewrite -{1}paper_mul -mulmxA (mulmxA M) p1 paper_mul.
  by rewrite -[RHS]plane_sym -e trmx_mul p4 plane_sym -mulmxA shape_plane.
by rewrite -p2 BM -paper_mul -mulmxA MB -mul_paper mulmxA penrose_2.
Qed.

(** The same axes, with inverse eigenvalues. *)
Theorem paper_axes (m : R) v :
  m != 0 -> dot a v = 0 -> M *m v = m *: v <-> A *m v = m^-1 *: v.
Proof.
move=> m0 av; split=> e.
  have: A *m (M *m v) = m *: (A *m v) by rewrite e scalemxAr.
  rewrite mulmxA paper_mul plane_id // => {2}->.
  by rewrite scalerA mulVf // scale1r.
have: M *m (A *m v) = m^-1 *: (M *m v) by rewrite e scalemxAr.
rewrite mulmxA mul_paper plane_id // => {2}->.
by rewrite scalerA mulfV // scale1r.
Qed.

End Pseudo_inverse.
