(* SPDX-License-Identifier: Apache-2.0 *)
(** * Directions that no root of the secular equation gives

    Purpose.  The eigenvectors of M = G Pi G for a repeated square and for zero.  With
    secular_eigenvector of secular.v, which has those of the roots, these are all.

    Corresponds to lib/geometry/axes.

    Symbols.  Those of spectrum.v.

    Main results.
      group_eigenvectors         g_p not 0: those of g_p^2 are the vectors inside of its group that
                                 are orthogonal to g
      zero_eigenvectors          k >= 1: those of 0 are the vectors on the zero gains
      zero_eigenvectors_normal   k = 0: those of 0 are the multiples of alpha *)

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
Implicit Types (v : 'cV[R]_n.+1) (p : 'I_n.+1).

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

End Directions.
