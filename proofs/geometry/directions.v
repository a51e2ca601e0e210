(* SPDX-License-Identifier: Apache-2.0 *)
(** * Directions that no root of the secular equation gives

    Purpose.  The eigenvectors of M = G Pi G for a repeated square and for zero.  With
    secular_eigenvector of secular.v, which has those of the roots, these are all.

    Corresponds to lib/geometry/axes.

    Symbols.  Those of spectrum.v, and
      contrast P l   sg(g_i) for i in P, -|P| sg(g_l) for i = l, else 0

    Main results.
      group_eigenvectors         g_p not 0: those of g_p^2 are the vectors inside of its group that
                                 are orthogonal to g
      zero_eigenvectors          k >= 1: those of 0 are the vectors on the zero gains
      zero_eigenvectors_normal   k = 0: those of 0 are the multiples of alpha
      contrast_eigenvector, contrast_orthogonal, contrast_neq0
                                 a basis for a group: the contrasts of its first member with the
                                 second, of these two with the third, and so on *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.vectors geometry.zero_gains geometry.pseudo_inverse
  geometry.secular geometry.spectrum.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Directions.
Variables (R : rcfType) (n : nat) (g : 'cV[R]_n.+1).
Implicit Types (u v : 'cV[R]_n.+1) (i l p r : 'I_n.+1) (P Q : {set 'I_n.+1}).

Notation M := (shape g).
Notation t := (square g).
Notation N_neq0 := (@row_size_neq0 R n).

(** Those of a repeated square: inside of its group, orthogonal to g. *)
Theorem group_eigenvectors p v : g p 0 != 0 ->
  M *m v = t p *: v <-> (forall i, i \notin group g p -> v i 0 = 0) /\ dot g v = 0.
Proof.
move=> gp; split=> [Mv|[off gv]].
  have each i : (t i - t p) * v i 0 = g i 0 * (dot g v / @row_size R n).
    by rewrite mulrBl -[_ * _ in RHS](subKr (t i * v i 0)) -shape_mul Mv mxE.
  have gv : dot g v = 0.
    have /esym/eqP := each p; rewrite subrr mul0r !mulf_eq0 (negPf gp) invr_eq0.
    by rewrite (negPf (@row_size_neq0 R n)) orbF => /eqP.
  split=> // i; rewrite inE => ip; have /eqP := each i.
  by rewrite gv mul0r mulr0 mulf_eq0 subr_eq0 (negPf ip) => /eqP.
apply/colP => i; rewrite shape_mul gv mul0r mulr0 subr0 mxE.
have [|/off->] := boolP (i \in group g p); last by rewrite !mulr0.
by rewrite inE => /eqP ->.
Qed.

(** Those of zero: what zero gains hide, ... *)
Theorem zero_eigenvectors v :
  (0 < #|zeros g|)%N -> M *m v = 0 <-> (forall i, i \notin zeros g -> v i 0 = 0).
Proof.
move=> some; split=> [Mv i iZ|off].
  have gv : dot g v = 0.
    have : (inverse_gains g)^T *m M *m v = 0 by rewrite -mulmxA Mv mulmx0.
    rewrite inverse_gains_shape -scalemxAl dot_mx scale_scalar_mx => /matrixP /(_ 0 0) /eqP.
    by rewrite !mxE mulr1n !mulf_eq0 invr_eq0 (negPf (@k_neq0 R _ _ some)) (negPf N_neq0) => /eqP.
  have /eqP := shape_mul g v i; rewrite Mv gv mul0r mulr0 subr0 mxE eq_sym mulf_eq0.
  by rewrite sqrf_eq0; move: iZ; rewrite inE => /negPf -> /eqP.
have gv : dot g v = 0.
  apply: big1 => i _; have [|/off->] := boolP (i \in zeros g); last by rewrite mulr0.
  by rewrite inE => /eqP ->; rewrite mul0r.
apply/colP => i; rewrite shape_mul gv mul0r mulr0 subr0 mxE.
have [|/off->] := boolP (i \in zeros g); last by rewrite mulr0.
by rewrite inE /square => /eqP ->; rewrite expr0n mul0r.
Qed.

(** ... and else the normal of the hyperplane. *)
Theorem zero_eigenvectors_normal v :
  (forall i, g i 0 != 0) -> M *m v = 0 <-> exists c, v = c *: inverse_gains g.
Proof.
move=> g0; split=> [Mv|[c ->]]; last by rewrite -scalemxAr shape_kernel // scaler0.
exists (dot g v / @row_size R n); apply/colP => i; rewrite !mxE.
apply: (mulfI (g0 i)); apply: (mulfI (g0 i)); have /eqP := shape_mul g v i.
rewrite Mv mxE eq_sym subr_eq0 /square expr2 -mulrA => /eqP ->.
by rewrite (mulrCA (g i 0) (_ / _)) mulfV // mulr1.
Qed.

(** ** Contrasts: an orthogonal basis of a group's directions *)

(** Equal sizes on the members in P, signs of g, against one more member. *)
Definition contrast P l : 'cV[R]_n.+1 :=
  \col_i (if i \in P then Num.sg (g i 0) else if i == l then - (#|P|%:R * Num.sg (g l 0)) else 0).

Lemma contrast_in P l i : i \in P -> contrast P l i 0 = Num.sg (g i 0).
Proof. by rewrite mxE => ->. Qed.

Lemma contrast_last P l : l \notin P -> contrast P l l 0 = - (#|P|%:R * Num.sg (g l 0)).
Proof. by rewrite mxE => /negPf->; rewrite eqxx. Qed.

Lemma contrast_out P l i : i \notin P -> i != l -> contrast P l i 0 = 0.
Proof. by rewrite mxE => /negPf-> /negPf->. Qed.

Lemma dot_contrast P l u :
  l \notin P ->
  dot u (contrast P l) = \sum_(i in P) u i 0 * Num.sg (g i 0) - #|P|%:R * (u l 0 * Num.sg (g l 0)).
Proof.
move=> lP; rewrite /dot (bigID (mem P)) /=; congr (_ + _).
  by apply: eq_bigr => i iP; rewrite contrast_in.
rewrite (bigD1 l) //= contrast_last // big1 => [|i /andP[iP il]].
  by rewrite addr0 mulrN mulrCA.
by rewrite contrast_out // mulr0.
Qed.

Section Contrasts.
Variable p : 'I_n.+1.
Hypothesis gp : g p 0 != 0.

Lemma group_size i : i \in group g p -> `|g i 0| = `|g p 0|.
Proof. by rewrite inE => /eqP e; rewrite -!sqrtr_sqr -!/(square _ _) e. Qed.

Lemma group_neq0 i : i \in group g p -> g i 0 != 0.
Proof. by move/group_size => e; rewrite -normr_eq0 e normr_eq0. Qed.

Theorem contrast_eigenvector P l :
  P \subset group g p -> l \in group g p -> l \notin P ->
  M *m contrast P l = t p *: contrast P l.
Proof.
move=> /subsetP PG lG lP; apply/(group_eigenvectors _ gp); split=> [i iG|].
  by rewrite contrast_out //; [apply: contra iG; exact: PG | apply: contraNneq iG => ->].
rewrite dot_contrast // (mulrC (g l 0)) -normrEsg group_size //.
rewrite (eq_bigr (fun=> `|g p 0|)) => [|i /PG iG]; last by rewrite mulrC -normrEsg group_size.
by rewrite sumr_const mulr_natl subrr.
Qed.

(** Contrasts of a growing set are orthogonal to each other. *)
Theorem contrast_orthogonal P l Q r :
  P \subset group g p -> l \in group g p -> l \notin P -> P \subset Q -> l \in Q -> r \notin Q ->
  dot (contrast P l) (contrast Q r) = 0.
Proof.
move=> /subsetP PG lG lP /subsetP PQ lQ rQ.
have sg2 i : i \in group g p -> Num.sg (g i 0) * Num.sg (g i 0) = 1.
  by move/group_neq0 => g0; rewrite -expr2 sqr_sg g0.
rewrite dotC dot_contrast // contrast_in // sg2 // mulr1.
rewrite (eq_bigr (fun=> 1)) => [|i iP]; last by rewrite contrast_in ?sg2 ?PG ?PQ.
by rewrite sumr_const subrr.
Qed.

Theorem contrast_neq0 P l : (0 < #|P|)%N -> P \subset group g p -> contrast P l != 0.
Proof.
case/card_gt0P => i iP /subsetP PG; apply/eqP => /colP /(_ i) /eqP.
by rewrite contrast_in // mxE sgr_eq0 (negPf (group_neq0 (PG i iP))).
Qed.

End Contrasts.
End Directions.
