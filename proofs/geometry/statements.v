(* SPDX-License-Identifier: Apache-2.0 *)
(** * What is proved about the geometry, without the proofs

    Purpose.  For a reader who doubts.  Read the definitions of vectors.v and hyperplane.v, which are
    short; then this file; nothing else has to be read.  Each statement is written out here and
    closed by the theorem that proves it, so that the two cannot drift apart.

    Corresponds to lib/geometry.

    Symbols.  R is any real closed field (the real numbers are one), N = n + 1 the length of a row
    (row_size), g, b, x gain, bias and row; and
      offset g b y     alpha . (y - b)                       alpha_i = 1 / g_i
      radius_sq g b y  sum of alpha_i^2 (y_i - b_i)^2        1 / 0 = 0 in mathcomp
      form g b y       radius_sq + offset^2 / k              k zero gains
      shape g          M = G Pi G
      eigenbasis S V m S = V diag(m) V' and V'V = I
      on_axes V m c    sum of c_j sqrt(N m_j) v_j
      secular g m      sum of 1 / (g_i^2 - m);  slope g m  of 1 / (g_i^2 - m)^2;
                       terms g m  of 1 / |g_i^2 - m|
      candidate g b B z   z_i = b_i where g_i = 0, and each (z_i - b_i) / g_i lies in an interval of
                       the box B, whose ends belong to it or not (closed B i)
      nearest B, furthest B   the points of the closed box with the least and the largest length *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.vectors geometry.hyperplane geometry.ellipsoid
  geometry.zero_gains geometry.pseudo_inverse geometry.spectral geometry.multiplicity geometry.axes
  geometry.secular geometry.spectrum geometry.directions geometry.characteristic geometry.cells
  geometry.lengths geometry.claims geometry.conditioning.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Statements.
Variables (R : rcfType) (n : nat).
Implicit Types (g b c v x y : 'cV[R]_n.+1) (eps : R) (i j p q : 'I_n.+1).

Notation N := (@row_size R n).
Notation all_gains g := (forall i, g i 0 != 0).
Notation k g := #|zeros g|.

(** ** The paper's claims *)

(** LayerNorm is a projection, a scaling, and an affine map. *)
Theorem decomposition g b eps x :
  layer_norm g b eps x =
  (Num.sqrt N / Num.sqrt (normsq (projection *m x) + N * eps)) *: (gains g *m (projection *m x))
  + b.
Proof. exact: layer_norm_decomposition. Qed.

(** Its outputs lie on one hyperplane, ... *)
Theorem on_hyperplane g b eps x : all_gains g -> offset g b (layer_norm g b eps x) = 0.
Proof. by move=> g0; exact: layer_norm_on_hyperplane. Qed.

(** ... strictly inside an ellipsoid, ... *)
Theorem interior g b eps x : all_gains g -> 0 < eps -> radius_sq g b (layer_norm g b eps x) < N.
Proof. by move=> g0; exact: layer_norm_interior. Qed.

(** ... and near its surface, by this much. *)
Theorem near_surface g b eps x :
  all_gains g -> 0 < variance x + eps ->
  1 - radius_sq g b (layer_norm g b eps x) / N = eps / (variance x + eps).
Proof. by move=> g0; exact: layer_norm_near_surface. Qed.

(** They fill it: for eps > 0 its inside, for eps = 0 its surface. *)
Theorem image g b eps y :
  all_gains g -> 0 < eps ->
  (exists x, layer_norm g b eps x = y) <-> offset g b y = 0 /\ radius_sq g b y < N.
Proof. by move=> g0; exact: layer_norm_image. Qed.

Theorem image_surface g b y :
  all_gains g ->
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <->
  offset g b y = 0 /\ radius_sq g b y = N.
Proof. by move=> g0; exact: layer_norm_image_surface. Qed.

(** Its axes are eigenvectors of M, with semi-axes sqrt(N m): for all gains, zero or not. *)
Theorem image_by_axes g b eps :
  0 < eps ->
  exists V m, [/\ eigenbasis (shape g) V m, forall j, 0 <= m 0 j &
    forall y, (exists x, layer_norm g b eps x = y) <->
              (exists2 c, normsq c < 1 & y = on_axes V m c + b)].
Proof. exact: layer_norm_image_by_axes. Qed.

(** The paper's matrix Pi2 G^-2 Pi2 is the Moore-Penrose inverse of M, and no other matrix is. *)
Theorem papers_matrix g (A : 'M[R]_n.+1) :
  all_gains g ->
  [/\ shape g *m A *m shape g = shape g, A *m shape g *m A = A,
      (shape g *m A)^T = shape g *m A & (A *m shape g)^T = A *m shape g] <-> A = paper_shape g.
Proof.
move=> g0; split=> [[p1 p2 p3 p4]|->]; first exact: paper_shape_unique.
by split; [exact: penrose_1 | exact: penrose_2 | exact: penrose_3 | exact: penrose_4].
Qed.

(** ** RMSNorm *)

Theorem rms_image g b eps y :
  all_gains g -> 0 < eps -> (exists x, rms_norm g b eps x = y) <-> radius_sq g b y < N.
Proof. by move=> g0; exact: rms_norm_image. Qed.

Theorem rms_near_surface g b eps x :
  all_gains g -> 0 < mean_square x + eps ->
  1 - radius_sq g b (rms_norm g b eps x) / N = eps / (mean_square x + eps).
Proof. by move=> g0; exact: rms_norm_near_surface. Qed.

(** ** Zero gains *)

Theorem image_with_zero_gains g b eps y :
  (0 < k g)%N -> 0 < eps ->
  (exists x, layer_norm g b eps x = y) <-> on_support g b y /\ form g b y < N.
Proof. by move=> some; exact: zero_gains_image. Qed.

Theorem image_with_one_zero_gain g b y :
  k g = 1%N ->
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <-> on_support g b y /\ form g b y = N.
Proof. by move=> k1; apply: zero_gains_image_surface => //; rewrite k1. Qed.

Theorem image_with_more_zero_gains g b y :
  (1 < k g)%N ->
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <-> on_support g b y /\ form g b y <= N.
Proof. exact: zero_gains_image_filled. Qed.

(** ** What a program has to find, to have found all axes *)

(** Strictly between neighbouring squares there is just one root of the secular equation, ... *)
Theorem one_root g p q :
  neighbours g p q ->
  exists2 m, square g p < m < square g q /\ secular g m = 0 &
    forall m', square g p < m' < square g q -> secular g m' = 0 -> m' = m.
Proof.
move=> nb; have [m /(margin_strict nb) range root] := secular_root_exists nb.
by exists m => // m' range' root'; exact: (secular_root_unique nb).
Qed.

(** ... which is an eigenvalue with this eigenvector, and no other but for a factor; ... *)
Theorem root_direction g m :
  regular g m -> secular g m = 0 ->
  eigenvector (shape g) m (direction g m) /\
  forall v, shape g *m v = m *: v -> exists s, v = s *: direction g m.
Proof.
move=> reg root; split; first exact: secular_is_eigenvector (secular_root_neq0 reg root) root.
by move=> v Mv; exists (dot g v / N); exact: secular_eigenvector.
Qed.

(** ... and these with 0 and the repeated squares are all, as often as they count. *)
Theorem all_eigenvalues g V m :
  eigenbasis (shape g) V m ->
  [/\ times m 0 = maxn (k g) 1,
      forall p, g p 0 != 0 -> times m (square g p) = #|group g p|.-1,
      forall a, regular g a -> secular g a = 0 -> times m a = 1%N &
      forall j, [\/ m 0 j = 0, exists2 p, g p 0 != 0 & m 0 j = square g p |
                    regular g (m 0 j) /\ secular g (m 0 j) = 0]].
Proof.
move=> axes; split.
- exact: zero_multiplicity axes.
- by move=> p; exact: group_multiplicity axes p.
- by move=> a; exact: root_multiplicity axes a.
- exact: spectrum axes.
Qed.

(** In one equation: det (X - M) = X p' / N, where p is the product of all X - g_i^2. *)
Theorem characteristic_polynomial g :
  char_poly (shape g) = N^-1 *: ('X * (gain_poly g)^`()).
Proof. exact: characteristic. Qed.

(** ** Rounded outputs *)

(** Whether numbers that round to the outputs fulfil a claim is decided by corners of their box. *)
Theorem plane_is_decided g b (B : box R n.+1) :
  cells_of g B ->
  (exists2 z, candidate g b B z & offset g b z = 0) <->
  (total (low B) < 0 \/ total (low B) = 0 /\ forall i, closed B i) /\
  (0 < total (high B) \/ total (high B) = 0 /\ forall i, closed B i).
Proof. exact: plane_decided. Qed.

Theorem interior_is_decided g b (B : box R n.+1) r :
  cells_of g B ->
  (exists2 z, candidate g b B z & radius_sq g b z < r) <-> normsq (nearest B) < r.
Proof. by move=> cells; exact: interior_decided. Qed.

Theorem surface_is_decided g b (B : box R n.+1) r :
  cells_of g B ->
  (exists2 z, candidate g b B z & radius_sq g b z = r) <->
  (normsq (nearest B) < r \/ normsq (nearest B) = r /\ in_box B (nearest B)) /\
  (r < normsq (furthest B) \/ normsq (furthest B) = r /\ forall i, closed B i).
Proof. by move=> cells; exact: surface_decided. Qed.

(** A right output is never refused: LN(x) itself is a candidate, and fulfils each claim. *)
Theorem right_is_never_refused g b (B : box R n.+1) eps x :
  cells_of g B -> 0 < eps -> in_box B (undone g b (layer_norm g b eps x)) ->
  [/\ all_gains g -> exists2 z, candidate g b B z & offset g b z = 0,
      exists2 z, candidate g b B z & radius_sq g b z < N &
      exists2 z, candidate g b B z & radius_sq g b z = spread g eps x].
Proof.
move=> cells e0 right; have v0 := variance_ge0 x; split=> [g0||].
- by apply/plane_decided => //; exact: plane_never_refused right g0.
- by apply/interior_decided => //; exact: interior_never_refused right e0.
- by apply/surface_decided => //; apply: surface_never_refused right _; rewrite // ltr_paddl.
Qed.

(** ** Computed roots *)

(** A number near a root with a small residual is as near as this. *)
Theorem small_residual_is_near g m m' theta delta i :
  regular g m -> secular g m = 0 -> 0 <= theta < 1 ->
  (forall j, `|m' - m| <= theta * `|square g j - m|) ->
  0 <= delta -> `|secular g m'| <= delta * terms g m' ->
  `|m' - m| <= (1 + theta) / (1 - theta) * delta * (Num.sqrt N * `|square g i - m|).
Proof. by move=> reg root th near d0; exact: root_accuracy. Qed.

End Statements.
