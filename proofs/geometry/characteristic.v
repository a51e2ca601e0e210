(* SPDX-License-Identifier: Apache-2.0 *)
(** * The characteristic polynomial of M

    Purpose.  All multiplicities at once: M = G Pi G has the characteristic polynomial X p' / N, where
    p is the product of all X - g_i^2.  And from it the product of the semi-axes.

    Corresponds to lib/geometry/axes.

    Symbols.  Those of secular.v, and
      gain_poly g     p

    Main results.
      characteristic   det (X - M) = X p' / N
      det_rank_one     det (D + u v') = det D (1 + v' D^-1 u) for a diagonal D without zeros
      axes_product     the product of all X - m_j is X p' / N, for each eigenbasis V, m of M
      axes_volume      k = 0: the product of the m_j that are not 0 is the sum over i of the
                       products of g_j^2 over j other than i, divided by N
      axes_volume_zeros   k >= 1: it is k / N times the product of the g_i^2 that are not 0 *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.vectors geometry.zero_gains geometry.spectral
  geometry.multiplicity geometry.secular geometry.spectrum.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Determinants.
Variable (R : rcfType).

Lemma det_rank_one n (d : 'rV[R]_n) (u v : 'cV[R]_n) :
  (forall i, d 0 i != 0) ->
  \det (diag_mx d + u *m v^T) = (\prod_i d 0 i) * (1 + \sum_i v i 0 * u i 0 / d 0 i).
Proof.
move=> d0; pose E := diag_mx (\row_i (d 0 i)^-1).
have DE : diag_mx d *m E = 1%:M.
  by rewrite mulmx_diag -diag_const_mx; congr (diag_mx _); apply/rowP => i; rewrite !mxE mulfV.
pose A := block_mx (1%:M : 'M[R]_1) (- v^T) u (diag_mx d).
have by_columns : A = block_mx (1%:M : 'M_1) 0 u 1%:M *m
                      block_mx 1%:M (- v^T) 0 (diag_mx d + u *m v^T).
  by rewrite mulmx_block !mul0mx !mulmx0 !mul1mx !mulmx1 !addr0 ?add0r mulmxN addrCA addNr addr0.
have by_rows : A = block_mx (1%:M + v^T *m (E *m u)) (- v^T) 0 (diag_mx d) *m
                   block_mx (1%:M : 'M_1) 0 (E *m u) 1%:M.
  rewrite mulmx_block !mul0mx !mulmx0 !mulmx1 !add0r (mulmxA (diag_mx d)) DE mul1mx.
  by rewrite mulNmx addrK.
have := congr1 determinant by_columns; rewrite {1}by_rows !det_mulmx !det_lblock !det_ublock.
rewrite !det1 !mulr1 !mul1r det_diag => <-; rewrite mulrC; congr (_ * _).
rewrite det_mx11 !mxE eqxx; congr (_ + _); apply: eq_bigr => i _.
by rewrite mul_diag_mx !mxE mulrA mulrAC.
Qed.

Lemma char_poly_value n (A : 'M[R]_n) a : (char_poly A).[a] = \det (a%:M - A).
Proof.
rewrite /char_poly -horner_evalE -det_map_mx map_mxB map_scalar_mx /= horner_evalE hornerX.
by congr (\det (_ - _)); apply/matrixP => i j; rewrite !mxE /= horner_evalE hornerC.
Qed.

(** Polynomials that agree beyond a number are equal. *)
Lemma poly_eq_above (p q : {poly R}) (c : R) : (forall a, c < a -> p.[a] = q.[a]) -> p = q.
Proof.
move=> pq; apply/eqP; rewrite -subr_eq0; apply/eqP.
pose points := [seq c + k.+1%:R | k <- iota 0 (size (p - q))].
apply: (@roots_geq_poly_eq0 _ _ points); last by rewrite size_map size_iota.
  apply/allP => a /mapP [k _ ->]; apply/rootP; rewrite hornerD hornerN pq ?subrr //.
  by rewrite ltr_addl ltr0Sn.
rewrite map_inj_uniq ?iota_uniq // => k l /addrI /eqP.
by rewrite eqr_nat eqSS => /eqP.
Qed.

Lemma deriv_product n (F : 'I_n -> {poly R}) :
  (\prod_i F i)^`() = \sum_i (F i)^`() * \prod_(j | j != i) F j.
Proof.
elim: n F => [|n IH] F; first by rewrite !big_ord0 derivC.
have others : \prod_(j | j != ord0) F j = \prod_j F (lift ord0 j).
  by rewrite big_mkcond big_ord_recl /= mul1r.
rewrite !big_ord_recl derivM IH others mulr_sumr; congr (_ + _).
apply: eq_bigr => i _; rewrite mulrCA; congr (_ * _).
rewrite [RHS]big_mkcond big_ord_recl /= [in RHS]big_mkcond; congr (_ * _).
by rewrite [LHS]big_mkcond; apply: eq_bigr => j _; rewrite (inj_eq lift_inj).
Qed.

End Determinants.

Section Characteristic.
Variables (R : rcfType) (n : nat) (g : 'cV[R]_n.+1).

Notation N := (@row_size R n).
Notation M := (shape g).
Notation t := (square g).

Definition gain_poly : {poly R} := \prod_i ('X - (t i)%:P).

Lemma gain_poly_deriv a :
  gain_poly^`().[a] = \sum_i \prod_(j | j != i) (a - t j).
Proof.
rewrite deriv_product horner_sum; apply: eq_bigr => i _.
rewrite derivXsubC mul1r horner_prod; apply: eq_bigr => j _.
by rewrite !hornerE.
Qed.

Lemma char_value a : regular g a ->
  (char_poly M).[a] = a / N * \sum_i \prod_(j | j != i) (a - t j).
Proof.
move=> reg; have d0 i : a - t i != 0 by rewrite subr_eq0 eq_sym reg.
have N0 := @row_size_neq0 R n.
have e : diag_mx (\row_i (a - t i)) = a%:M - diag_mx (\row_i g i 0 ^+ 2).
  by rewrite -diag_const_mx -raddfB; congr (diag_mx _); apply/rowP => i; rewrite !mxE.
have -> : (char_poly M).[a] = \det (diag_mx (\row_i (a - t i)) + (N^-1 *: g) *m g^T).
  by rewrite char_poly_value shape_rank_one opprB e addrCA addrC scalemxAl.
rewrite det_rank_one => [|i]; last by rewrite mxE.
under eq_bigr do rewrite mxE.
have -> : 1 + \sum_i g i 0 * (N^-1 *: g) i 0 / (\row_i (a - t i)) 0 i =
          a / N * \sum_i (a - t i)^-1.
  have -> : 1 = N^-1 * \sum_(i < n.+1) 1 :> R by rewrite row_size_sum mulVf.
  rewrite !mulr_sumr -big_split; apply: eq_bigr => i _ /=.
  rewrite !mxE mulr1; apply: (mulIf (d0 i)); rewrite mulrDl divfK // mulfVK //.
  by rewrite mulrCA -mulrDr mulrC /square expr2 subrK mulrC.
rewrite mulrCA; congr (_ * _); rewrite mulr_sumr; apply: eq_bigr => i _.
by rewrite (bigD1 i) //= mulrAC mulfV // mul1r.
Qed.

(** det (X - M) = X p' / N. *)
Theorem characteristic : char_poly M = N^-1 *: ('X * gain_poly^`()).
Proof.
apply: (@poly_eq_above _ _ _ (\sum_i t i)) => a above.
have reg : regular g a.
  move=> i; rewrite lt_eqF // (le_lt_trans _ above) // (bigD1 i) //= ler_addl.
  by apply: sumr_ge0 => j _; rewrite sqr_ge0.
by rewrite char_value // hornerZ hornerM hornerX gain_poly_deriv mulrA (mulrC a).
Qed.

(** The eigenvalues, each as often as it counts. *)
Theorem axes_product V m :
  eigenbasis M V m -> \prod_j ('X - (m 0 j)%:P) = N^-1 *: ('X * gain_poly^`()).
Proof.
move=> axes; rewrite -characteristic; apply: (@poly_eq_above _ _ _ 0) => a _.
have [VV _] := axes; rewrite char_poly_value -[a%:M - M]opprB (eigenbasis_shift a axes).
rewrite -mulNmx -mulmxN opprB !det_mulmx mulrAC -det_mulmx (mulmx1C VV) det1 mul1r.
rewrite -diag_const_mx -raddfB det_diag horner_prod; apply: eq_bigr => j _.
by rewrite !hornerE !mxE.
Qed.

(** ** The product of the semi-axes *)

(** Zeros come out as a power of X; what is left at 0 is the product of the rest up to sign. *)
Lemma zeros_out (d : 'rV[R]_n.+1) :
  \prod_j ('X - (d 0 j)%:P) = 'X ^+ times d 0 * \prod_(j | d 0 j != 0) ('X - (d 0 j)%:P).
Proof.
rewrite (bigID (fun j => d 0 j == 0)) /=; congr (_ * _).
rewrite (eq_bigr (fun=> 'X)) => [|j /eqP ->]; last by rewrite subr0.
by rewrite prodr_const /times cardsE.
Qed.

Lemma rest_at_0 (d : 'rV[R]_n.+1) (P : pred 'I_n.+1) :
  (\prod_(j | P j) ('X - (d 0 j)%:P)).[0] = (-1) ^+ #|P| * \prod_(j | P j) d 0 j.
Proof.
rewrite horner_prod -prodr_const -big_split /=; apply: eq_bigr => j _.
by rewrite !hornerE mulN1r.
Qed.

Lemma rest_neq0 (d : 'rV[R]_n.+1) : #|[pred j | d 0 j != 0]| = (n.+1 - times d 0)%N.
Proof.
have rest x y z : (x + y = z -> y = z - x)%N by move=> <-; rewrite addKn.
rewrite -[X in (X - _)%N]card_ord; apply: rest.
rewrite -(cardsC [set j | d 0 j == 0]); congr (_ + _)%N.
by apply: eq_card => j; rewrite !inE.
Qed.

Lemma X_neq0 : 'X != 0 :> {poly R}. Proof. by rewrite polyX_eq0. Qed.

Variables (V : 'M[R]_n.+1) (m : 'rV[R]_n.+1).
Hypothesis axes : eigenbasis M V m.

Theorem axes_volume :
  (forall i, g i 0 != 0) ->
  \prod_(j | m 0 j != 0) m 0 j = (\sum_i \prod_(j | j != i) t j) / N.
Proof.
move=> g0; have one : times m 0 = 1%N.
  rewrite (zero_multiplicity axes); suff -> : #|zeros g| = 0%N by [].
  by apply: eq_card0 => i; rewrite inE (negPf (g0 i)).
have := axes_product axes; rewrite zeros_out one expr1 scalerAr => /(mulfI X_neq0).
move/(congr1 (horner^~ 0)); rewrite hornerZ gain_poly_deriv rest_at_0 rest_neq0 one subn1 /=.
have sign : (-1) ^+ n != 0 :> R by rewrite signr_eq0.
move=> e; apply: (mulfI sign); rewrite e mulrC mulrA; congr (_ / _).
rewrite mulr_sumr; apply: eq_bigr => i _.
have -> : (-1) ^+ n = \prod_(j | j != i) (-1) :> R.
  by rewrite (prodr_const (predC1 i)) cardC1 card_ord.
rewrite -big_split; apply: eq_bigr => j _ /=.
by rewrite sub0r mulN1r.
Qed.

Theorem axes_volume_zeros :
  (0 < #|zeros g|)%N ->
  \prod_(j | m 0 j != 0) m 0 j = #|zeros g|%:R / N * \prod_(i | g i 0 != 0) t i.
Proof.
move=> some; set k := #|zeros g|; pose s : 'rV[R]_n.+1 := \row_i t i.
have mk : times m 0 = k by rewrite (zero_multiplicity axes) (maxn_idPl some).
have sk : times s 0 = k.
  by rewrite /k -zeros_square; apply: eq_card => i; rewrite !inE mxE.
pose P := \prod_(i | s 0 i != 0) ('X - (s 0 i)%:P).
have gP : gain_poly = 'X ^+ k * P.
  rewrite -sk -zeros_out; apply: eq_bigr => i _; by rewrite mxE.
have := axes_product axes; rewrite zeros_out mk gP derivM derivXn.
have -> : 'X * ('X ^+ k.-1 *+ k * P + 'X ^+ k * P^`()) = 'X ^+ k * (P *+ k + 'X * P^`()).
  rewrite !mulrDr mulrnAl mulrnAr mulrnAr mulrA -exprS prednK //; congr (_ + _).
  by rewrite mulrCA.
rewrite scalerAr => /(mulfI (expf_neq0 k X_neq0)).
move/(congr1 (horner^~ 0)).
rewrite hornerZ !hornerE hornerMn !rest_at_0 !rest_neq0 mk sk.
have sign : (-1) ^+ (n.+1 - k) != 0 :> R by rewrite signr_eq0.
move=> e; apply: (mulfI sign); rewrite e -mulr_natr -!mulrA mulrCA; congr (_ * _).
rewrite [RHS]mulrCA (mulrC _ k%:R); congr (_ * (_ * _)).
apply: eq_big => [i|i _]; last by rewrite mxE.
by rewrite mxE /square sqrf_eq0.
Qed.

End Characteristic.
