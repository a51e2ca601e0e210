(* SPDX-License-Identifier: Apache-2.0 *)
(** * Every symmetric matrix has an orthonormal basis of eigenvectors

    Purpose.  The axes exist.  Proved over any real closed field by induction on the size: bring all
    but the first row and column to a diagonal; what is then left, an arrow, has an eigenvector below
    its least pole, by the intermediate value theorem of polynomials; a reflection moves that vector to
    the first coordinate, and the rest is one smaller.

    Corresponds to what lib/geometry/axes relies on: there are n + 1 axes to be found, no more.

    Symbols.
      a, c, d            the arrow [[a, c'], [c, diag d]]
      orthonormal V      V'V = I: the columns of V are orthonormal
      eigenbasis S V m   S = V diag(m) V' with orthonormal V

    Main results.
      spectral           every symmetric matrix has an eigenbasis
      eigenbasis_column  S v_j = m_j v_j
      reflection_exists  every unit vector is the first column of an orthogonal symmetric matrix *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.vectors.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition orthonormal (R : rcfType) n (V : 'M[R]_n) : Prop := V^T *m V = 1%:M.
Definition eigenbasis (R : rcfType) n (S V : 'M[R]_n) (m : 'rV[R]_n) : Prop :=
  orthonormal V /\ S = V *m diag_mx m *m V^T.

(** ** An arrow has an eigenvector *)

Section Arrow.
Variables (R : rcfType) (n : nat) (a : R) (c d : 'cV[R]_n).

(** The characteristic polynomial of the arrow, up to sign. *)
Definition arrow_poly : {poly R} :=
  \sum_i (c i 0 ^+ 2)%:P * (\prod_(j | j != i) ((d j 0)%:P - 'X))
  - (a%:P - 'X) * \prod_i ((d i 0)%:P - 'X).

Lemma arrow_value m :
  arrow_poly.[m] = \sum_i c i 0 ^+ 2 * (\prod_(j | j != i) (d j 0 - m))
                   - (a - m) * \prod_i (d i 0 - m).
Proof.
rewrite /arrow_poly !hornerE horner_sum horner_prod; congr (_ - _ * _).
  by apply: eq_bigr => i _; rewrite !hornerE horner_prod; congr (_ * _);
     apply: eq_bigr => j _; rewrite !hornerE.
by apply: eq_bigr => i _; rewrite !hornerE.
Qed.

Lemma arrow_secular m : (forall i, d i 0 - m != 0) ->
  arrow_poly.[m] = (\prod_i (d i 0 - m)) * (\sum_i c i 0 ^+ 2 / (d i 0 - m) - (a - m)).
Proof.
move=> dm; rewrite arrow_value mulrBr (mulrC (a - m)) mulr_sumr; congr (_ - _).
apply: eq_bigr => i _; rewrite [X in _ = X * _](bigD1 i) //= (mulrC (d i 0 - m)).
by rewrite -[RHS]mulrA (mulrCA (d i 0 - m)) mulfV // mulr1 mulrC.
Qed.

Definition arrow_vector m x (y : 'cV[R]_n) : Prop :=
  a * x + dot c y = m * x /\ forall i, c i 0 * x + d i 0 * y i 0 = m * y i 0.

Lemma dot_delta p (u : 'cV[R]_p) i : dot u (delta_mx i 0) = u i 0.
Proof.
rewrite /dot (bigD1 i) //= mxE !eqxx mulr1 big1 ?addr0 // => j /negPf ji.
by rewrite mxE ji mulr0.
Qed.

Lemma arrow_eigenvector : exists m x y, arrow_vector m x y /\ (x != 0 \/ y != 0).
Proof.
case: (pickP (fun i => c i 0 == 0)) => [i /eqP ci|c0].
  exists (d i 0), 0, (delta_mx i 0); split; last first.
    by right; apply/eqP => /colP /(_ i) /eqP; rewrite !mxE !eqxx oner_eq0.
  split=> [|j]; first by rewrite !mulr0 dot_delta ci addr0.
  by rewrite mulr0 add0r !mxE eqxx andbT; case: eqP => [->|]; rewrite ?mulr0.
case: (pickP (@predT 'I_n)) => [i0 _|none]; last first.
  exists a, 1, 0; split; last by left; exact: oner_neq0.
  split=> [|i]; last by have := none i.
  by rewrite /dot big1 ?addr0 // => i; have := none i.
have [k _ kmin] := @arg_minP _ _ _ i0 predT (fun i => d i 0) isT.
have ck : c k 0 != 0 by rewrite c0.
case: (pickP (fun j => (j != k) && (d j 0 == d k 0))) => [j /andP[jk /eqP jd]|alone].
  exists (d k 0), 0, (c k 0 *: delta_mx j 0 - c j 0 *: delta_mx k 0); split; last first.
    right; apply/eqP => /colP /(_ j) /eqP.
    by rewrite !mxE !eqxx (negPf jk) mulr0 subr0 mulr1 (negPf ck).
  split=> [|i].
    by rewrite -scaleNr dotDr !dotZr !dot_delta !mulr0 add0r mulNr mulrC subrr.
  rewrite mulr0 add0r !mxE !eqxx !andbT; case: (eqVneq i j) => [->|ij]; first by rewrite jd.
  by case: (eqVneq i k) => [->|ik]; rewrite // !mulr0 subr0 !mulr0.
have far j : j != k -> 0 < d j 0 - d k 0.
  move=> jk; rewrite subr_gt0 lt_neqAle kmin // andbT.
  by have := alone j; rewrite jk /= eq_sym => ->.
have above : 0 < arrow_poly.[d k 0].
  rewrite arrow_value [X in _ - _ * X](bigD1 k) //= subrr mul0r mulr0 subr0.
  rewrite (bigD1 k) //= [X in _ + X]big1 => [|i ik].
    by rewrite addr0 mulr_gt0 ?exprn_even_gt0 // prodr_gt0 // => j; exact: far.
  by rewrite (bigD1 k) 1?eq_sym //= subrr mul0r mulr0.
pose total := \sum_i c i 0 ^+ 2.
pose low := Num.min (d k 0 - 1) (a - total).
have below : arrow_poly.[low] <= 0.
  have low_k : low <= d k 0 - 1 by rewrite le_minl lexx.
  have low_a : total <= a - low by rewrite ler_subr_addl -ler_subr_addr le_minl lexx orbT.
  have gap i : 1 <= d i 0 - low.
    by rewrite ler_subr_addr -ler_subr_addl (le_trans low_k) // ler_add2r kmin.
  rewrite arrow_secular => [|i]; last by rewrite gt_eqF // (lt_le_trans ltr01).
  rewrite pmulr_rle0; last by rewrite prodr_gt0 // => i _; rewrite (lt_le_trans ltr01).
  rewrite subr_le0 (le_trans _ low_a) // ler_sum // => i _.
  by rewrite ler_pimulr ?sqr_ge0 // invf_le1 // (lt_le_trans ltr01).
have low_k : low <= d k 0 by rewrite le_minl ler_subl_addr ler_addl ler01.
have ends : arrow_poly.[low] <= 0 <= arrow_poly.[d k 0] by rewrite below ltW.
have [m /andP[_ mk] /rootP m0] := poly_ivt low_k ends.
have {}mk : m < d k 0.
  by rewrite lt_neqAle mk andbT; apply: contraTneq above => <-; rewrite m0 ltxx.
have dm i : d i 0 - m != 0 by rewrite gt_eqF // subr_gt0 (lt_le_trans mk) // kmin.
move/eqP: m0; rewrite arrow_secular // mulf_eq0 => /orP[/eqP|/eqP/subr0_eq e].
  by move/eqP; rewrite prodf_seq_eq0 => /hasP[i _]; rewrite /= (negPf (dm i)).
pose y : 'cV[R]_n := \col_i (- c i 0 / (d i 0 - m)).
exists m, 1, y; split; last by left; exact: oner_neq0.
split=> [|i]; rewrite ?mulr1.
  suff -> : dot c y = - (a - m) by rewrite opprB addrC subrK.
  rewrite -e -sumrN /dot; apply: eq_bigr => i _.
  by rewrite mxE mulrA mulrN expr2 mulNr.
have -> : c i 0 = - (d i 0 - m) * y i 0.
  by rewrite mxE mulNr mulrCA mulfV // mulr1 opprK.
by rewrite -mulrDl opprB subrK.
Qed.

End Arrow.

(** ** A symmetric matrix has an eigenvector if its lower right block is diagonalised *)

Section Border.
Variables (R : rcfType) (n : nat) (S : 'M[R]_(1 + n)).
Hypothesis S_sym : S^T = S.

Lemma border_eigenvector (Q : 'M[R]_n) (d : 'rV[R]_n) :
  eigenbasis (drsubmx S) Q d -> exists m, exists2 v : 'cV[R]_(1 + n), v != 0 & S *m v = m *: v.
Proof.
case=> QQ SQ; have QQ' : Q *m Q^T = 1%:M := mulmx1C QQ.
pose b : 'cV[R]_n := dlsubmx S; pose c := Q^T *m b.
have [m [x [y [[top low] xy]]]] := arrow_eigenvector (ulsubmx S 0 0) c d^T.
have Qinj (z : 'cV[R]_n) : Q *m z = 0 -> z = 0.
  by move=> Qz; rewrite -[z]mul1mx -QQ -mulmxA Qz mulmx0.
exists m, (col_mx (x%:M : 'M_1) (Q *m y)).
  rewrite col_mx_eq0; apply/negP => /andP[/eqP x0 /eqP /Qinj y0].
  have /matrixP /(_ 0 0) := x0; rewrite !mxE eqxx mulr1n => x0'.
  by case: xy => /eqP; rewrite ?x0' ?y0; apply.
rewrite -{1}[S]submxK mul_block_col scale_col_mx; congr col_mx.
  have -> : ursubmx S = b^T by rewrite /b trmx_dlsub S_sym.
  have -> : b^T *m (Q *m y) = (dot c y)%:M by rewrite -dot_mx /c trmx_mul trmxK mulmxA.
  rewrite [ulsubmx S]mx11_scalar -scalar_mxM -raddfD /= top.
  by rewrite scale_scalar_mx.
rewrite -/b SQ mulmxA -(mulmxA _ _ Q) QQ mulmx1 -(mulmxA Q) mul_mx_scalar.
have -> : b = Q *m c by rewrite /c mulmxA QQ' mul1mx.
rewrite scalemxAr -mulmxDr [RHS]scalemxAr; congr (_ *m _); apply/colP => i.
by rewrite mul_diag_mx !mxE mulrC -(low i) !mxE.
Qed.

End Border.

(** ** A reflection that takes the first coordinate to a given unit vector *)

Section Reflection.
Variables (R : rcfType) (n : nat) (v : 'cV[R]_n.+1).
Hypothesis v1 : normsq v = 1.

Let e : 'cV[R]_n.+1 := delta_mx 0 0.

Theorem reflection_exists :
  exists H : 'M[R]_n.+1, [/\ H^T = H, H *m H = 1%:M & H *m delta_mx 0 0 = v].
Proof.
have [ve|ve] := eqVneq v e.
  by exists 1%:M; rewrite trmx1 mulmx1 mul1mx ve.
pose u := v - e; have s0 : normsq u != 0 by rewrite normsq_eq0 subr_eq0.
have ue : dot u e *+ 2 = - normsq u.
  have uv : dot u v = - dot u e.
    rewrite /u -scaleN1r !dotDl !dotZl !mulN1r -/(normsq v) v1 (dotC e).
    have -> : dot e e = 1 by rewrite /e dot_delta mxE !eqxx.
    by rewrite opprB addrC.
  have -> : normsq u = dot u v - dot u e.
    by rewrite /normsq -{2}[u]/(v - e) -scaleN1r dotDr dotZr mulN1r.
  by rewrite uv -opprD opprK.
exists (1%:M - (2%:R / normsq u) *: (u *m u^T)); split.
- by rewrite linearB linearZ /= trmx1 trmx_mul trmxK.
- set t := 2%:R / normsq u; set P := u *m u^T.
  have PP : P *m P = normsq u *: P.
    by rewrite /P mulmxA -(mulmxA u) dot_mx mul_mx_scalar scalemxAl.
  rewrite mulmxBl mul1mx mulmxBr mulmx1 -scalemxAl -scalemxAr PP !scalerA.
  by rewrite -mulrA divfK // mulr_natr mulr2n scalerDl opprB addrK subrK.
- rewrite mulmxBl mul1mx -scalemxAl -mulmxA dot_mx mul_mx_scalar scalerA.
  by rewrite mulrAC mulr_natl ue mulNr divff // scaleN1r opprK /u addrC subrK.
Qed.

End Reflection.

(** ** The theorem *)

Section Spectral.
Variable (R : rcfType).

(** S v_j = m_j v_j. *)
Theorem eigenbasis_column n (S V : 'M[R]_n) m j :
  eigenbasis S V m -> S *m col j V = m 0 j *: col j V.
Proof.
case=> VV ->; rewrite colE -!mulmxA (mulmxA V^T) VV mul1mx [RHS]scalemxAr; congr (V *m _).
by apply/colP => i; rewrite mul_diag_mx !mxE; case: eqP => [->|]; rewrite ?mulr0.
Qed.

Lemma eigenvector_first n (S : 'M[R]_n.+1) m (v : 'cV[R]_n.+1) :
  S^T = S -> v != 0 -> S *m v = m *: v ->
  exists H : 'M[R]_(1 + n), exists T : 'M[R]_n,
    [/\ H^T = H, H *m H = 1%:M, T^T = T & S = H *m block_mx m%:M 0 0 T *m H].
Proof.
move=> S_sym v0 Sv; pose u := (Num.sqrt (normsq v))^-1 *: v.
have s0 : 0 < normsq v by rewrite lt0r normsq_eq0 v0 normsq_ge0.
have u1 : normsq u = 1.
  by rewrite normsqZ exprVn sqr_sqrtr ?ltW // mulVf // gt_eqF.
have Su : S *m u = m *: u by rewrite -scalemxAr Sv !scalerA mulrC.
have [H [H_sym HH He]] := reflection_exists u1.
have [T [T_sym Te ST]] : exists T : 'M[R]_(1 + n),
    [/\ T^T = T, T *m delta_mx 0 0 = m *: delta_mx 0 0 :> 'cV_(1 + n) & S = H *m T *m H].
  exists (H *m S *m H); split; first by rewrite !trmx_mul H_sym S_sym mulmxA.
    by rewrite -!mulmxA He Su -scalemxAr -He mulmxA HH mul1mx.
  by rewrite !mulmxA HH mul1mx -mulmxA HH mulmx1.
have Ti i : T i 0 = m * (i == 0)%:R.
  by have /matrixP /(_ i 0) := Te; rewrite -colE !mxE eqxx andbT.
have first_index : lshift n (0 : 'I_1) = 0 :> 'I_(1 + n) by apply/val_inj.
have down : dlsubmx T = 0.
  by apply/colP => i; rewrite !mxE first_index Ti -val_eqE /= mulr0.
exists H, (drsubmx T); split=> //; first by rewrite trmx_drsub T_sym.
have right : ursubmx T = 0 by rewrite -[LHS]trmxK trmx_ursub T_sym down trmx0.
suff corner : ulsubmx T = m%:M by rewrite ST -{1}[T]submxK down right corner.
by apply/matrixP => i j; rewrite !ord1 !mxE first_index Ti eqxx mulr1.
Qed.

(** Every symmetric matrix has an orthonormal basis of eigenvectors. *)
Theorem spectral n (S : 'M[R]_n) : S^T = S -> exists V m, eigenbasis S V m.
Proof.
elim: n S => [|n IH] S S_sym.
  by exists 1%:M, 0; split; rewrite ?/orthonormal [LHS]flatmx0 [RHS]flatmx0.
pose B : 'M[R]_(1 + n) := S.
have [|Q [d Qd]] := IH (drsubmx B); first by rewrite trmx_drsub; congr drsubmx.
have [m [v v0 Sv]] := @border_eigenvector R n B S_sym Q d Qd.
have [H [T [H_sym HH T_sym ST]]] := eigenvector_first S_sym v0 Sv.
have [P [l [PP TP]]] := IH T T_sym.
pose W : 'M[R]_(1 + n) := block_mx 1%:M 0 0 P.
have WW : W^T *m W = 1%:M.
  rewrite /W tr_block_mx mulmx_block !trmx0 !mulmx0 !mul0mx trmx1 mul1mx PP !addr0 add0r.
  by rewrite -scalar_mx_block.
have TW : block_mx m%:M 0 0 T = W *m diag_mx (row_mx (m%:M : 'M_1) l) *m W^T.
  rewrite diag_mx_row /W tr_block_mx !mulmx_block !trmx0 trmx1.
  rewrite !mulmx0 !mul0mx !mulmx1 !mul1mx !addr0 !add0r -TP.
  suff -> : diag_mx (m%:M : 'M_1) = m%:M by rewrite mul0mx.
  by apply/matrixP => i j; rewrite !ord1 !mxE.
exists (H *m W), (row_mx (m%:M : 'M_1) l); split.
  by rewrite /orthonormal trmx_mul H_sym mulmxA -(mulmxA _ H H) HH mulmx1.
by rewrite ST TW trmx_mul H_sym !mulmxA.
Qed.

End Spectral.
