(* SPDX-License-Identifier: Apache-2.0 *)
(** * The spectrum of M, with multiplicities

    Purpose.  Which numbers are eigenvalues of M = G Pi G, and how often; so that a program that
    takes 0, the repeated squares and one root in each gap has taken all, each once.

    Corresponds to lib/geometry/axes.

    Symbols.  Those of secular.v, spectral.v and multiplicity.v, and
      group g p     the indices i with g_i^2 = g_p^2
      k             the number of zero gains

    Main results, for each eigenbasis V, m of M.
      group_multiplicity    g_p not 0: g_p^2 stands (size of its group) - 1 times
      zero_multiplicity     0 stands max(k, 1) times; so there are N - max(k, 1) axes
      root_multiplicity     a root of the secular equation stands once
      spectrum              nothing else stands in m
      interlacing           strictly between neighbouring squares stands one m_j
      axes_trace            the sum of m is (1 - 1/N) |g|^2 *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.zero_gains
  geometry.pseudo_inverse geometry.spectral geometry.multiplicity geometry.secular.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Spectrum.
Variables (R : rcfType) (n : nat) (g : 'cV[R]_n.+1).
Implicit Types (v : 'cV[R]_n.+1) (a : R) (i j p q : 'I_n.+1).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).
Notation M := (shape g).
Notation t := (square g).

Definition group p : {set 'I_n.+1} := [set i | t i == t p].

Let D a : 'M[R]_n.+1 := diag_mx (\row_i t i) - a%:M.

Lemma shift_rank_one a : M - a%:M = D a - (N^-1 *: g) *m g^T.
Proof. by rewrite shape_rank_one -scalemxAl /D addrAC. Qed.

Lemma shift_sum a : (M - a%:M + g^T :=: D a + g^T)%MS.
Proof.
rewrite shift_rank_one; apply/eqmxP/andP; split; rewrite addsmx_sub addsmxSr andbT.
  by rewrite addmx_sub_adds // eqmx_opp submxMl.
rewrite -[D a in X in (X <= _)%MS](subrK ((N^-1 *: g) *m g^T)).
by rewrite addmx_sub_adds // submxMl.
Qed.

Lemma rank_shift a : (\rank (D a) = #|[set i | t i != a]|)%N.
Proof.
rewrite /D -diag_const_mx -raddfB /= rank_diag cardsE -sum1_card [RHS]big_mkcond.
by apply: eq_bigr => i _; rewrite !mxE subr_eq0; rewrite unfold_in; case: (t i != a).
Qed.

Lemma card_other a : (#|[set i | t i != a]| + #|[set i | t i == a]| = n.+1)%N.
Proof.
rewrite addnC -[RHS]card_ord -(cardsC [set i | t i == a]); congr (_ + _)%N.
by apply: eq_card => i; rewrite !inE.
Qed.

(** g is in no way a combination of what the diagonal keeps of its group. *)
Lemma outside p : g p 0 != 0 -> ~~ (g^T <= D (t p))%MS.
Proof.
move=> gp; apply/negP => /submxP [W gW]; have /matrixP /(_ 0 p) := gW.
rewrite /D -diag_const_mx -raddfB /= mul_mx_diag !mxE subrr mulr0.
by move/eqP; rewrite (negPf gp).
Qed.

Lemma rank_row_le (A : 'M[R]_n.+1) (u : 'rV[R]_n.+1) : (\rank (A + u)%MS <= (\rank A).+1)%N.
Proof.
by apply: leq_trans (mxrank_adds_leqif A u) _; rewrite -[(\rank A).+1]addn1 leq_add2l rank_leq_row.
Qed.

Lemma rank_row_lt (A : 'M[R]_n.+1) (u : 'rV[R]_n.+1) :
  ~~ (u <= A)%MS -> \rank (A + u)%MS = (\rank A).+1.
Proof.
move=> uA; apply/eqP; rewrite eqn_leq rank_row_le /=.
suff : (A < A + u)%MS by rewrite ltmxErank => /andP[].
by rewrite /ltmx addsmxSl addsmx_sub submx_refl.
Qed.

Lemma undo (x y : R) : x != 0 -> - (N / x) * (0 - N^-1 * x * y) = y.
Proof.
move=> /eqP x0; have /eqP N0 := @row_size_neq0 R n; move: N0; set s := N => N0.
by read_identity R; field.
Qed.

(** g lies in the row space of M - g_p^2 ... *)
Lemma inside p : g p 0 != 0 -> (g^T <= M - (t p)%:M)%MS.
Proof.
move=> gp; apply/submxP; exists ((- (N / g p 0)) *: delta_mx 0 p).
rewrite -scalemxAl -rowE shift_rank_one; apply/rowP => j.
by rewrite !mxE big_ord1 !mxE subrr undo.
Qed.

Lemma inverse_gains_diag : (inverse_gains g)^T *m D 0 = g^T.
Proof.
apply/rowP => j; rewrite /D raddf0 subr0 mul_mx_diag !mxE /square.
by rewrite expr2; have [->|g0] := eqVneq (g j 0) 0; rewrite ?mulr0 ?mulKf.
Qed.

Lemma shift0 : M - 0%:M = M.
Proof. by rewrite raddf0 subr0. Qed.

Lemma dot_inverse_gains : dot (inverse_gains g) g = N - #|zeros g|%:R.
Proof.
have -> : #|zeros g|%:R = \sum_i (g i 0 == 0)%:R :> R.
  by rewrite -natr_sum -sum1_card big_mkcond; congr _%:R; apply: eq_bigr => i _; rewrite inE.
rewrite -row_size_sum -sumrB; apply: eq_bigr => i _; rewrite mxE.
by have [->|g0] := eqVneq (g i 0) 0; rewrite ?mulr0 ?subrr // mulVf // subr0.
Qed.

Lemma inverse_gains_shape : (inverse_gains g)^T *m M = (#|zeros g|%:R / N) *: g^T.
Proof.
rewrite -[in LHS]shift0 shift_rank_one mulmxBr inverse_gains_diag -scalemxAl -scalemxAr mulmxA.
rewrite dot_mx mul_scalar_mx dot_inverse_gains scalerA -{1}[g^T]scale1r -scalerBl.
by rewrite mulrBr mulVf ?row_size_neq0 // opprB addrC subrK mulrC.
Qed.

(** The diagonal keeps g, and so does M if a gain is zero. *)
Lemma gains_kept : (g^T <= D 0)%MS.
Proof. by rewrite -inverse_gains_diag submxMl. Qed.

Lemma gains_kept_shape : (0 < #|zeros g|)%N -> (g^T <= M)%MS.
Proof.
move=> some; have kN : #|zeros g|%:R / N != 0 by rewrite mulf_neq0 ?invr_eq0 ?row_size_neq0 ?k_neq0.
by rewrite -(eqmx_scale _ kN) -inverse_gains_shape submxMl.
Qed.

Lemma zeros_square : [set i | t i == 0] = zeros g.
Proof. by apply/setP => i; rewrite !inE /square sqrf_eq0. Qed.

Lemma full_rank a : regular g a -> \rank (D a) = n.+1.
Proof.
move=> reg; rewrite rank_shift -[RHS](card_other a) -[LHS]addn0; congr (_ + _)%N.
by apply/esym/eqP; rewrite cards_eq0; apply/eqP/setP => i; rewrite !inE (negPf (reg i)).
Qed.

(** What is regular is simple at most. *)
Lemma rank_regular a : regular g a -> (n <= \rank (M - a%:M)%R)%N.
Proof.
move=> reg; have := rank_row_le (M - a%:M) g^T; rewrite shift_sum.
have := mxrankS (addsmxSl (D a) g^T); rewrite full_rank // => le1 le2.
exact: leq_trans le1 le2.
Qed.

Variables (V : 'M[R]_n.+1) (m : 'rV[R]_n.+1).
Hypothesis axes : eigenbasis M V m.

(** A group of equal squares gives its square once less than it has members. *)
Theorem group_multiplicity p : g p 0 != 0 -> times m (t p) = #|group p|.-1.
Proof.
move=> gp; rewrite (eigenbasis_times _ axes); have /addsmx_idPl e := inside gp.
rewrite -e shift_sum (rank_row_lt (outside gp)) rank_shift.
have rest x y z : (x + y = z -> z - x.+1 = y.-1)%N by move=> <-; rewrite -addn1 subnDl subn1.
exact: rest (card_other (t p)).
Qed.

(** Zero is there for each zero gain, and once if there is none. *)
Theorem zero_multiplicity : times m 0 = maxn #|zeros g| 1.
Proof.
rewrite (eigenbasis_times _ axes); have [none|some] := posnP #|zeros g|; last first.
  have /addsmx_idPl eM := gains_kept_shape some; have /addsmx_idPl eD := gains_kept.
  have -> : \rank (M - 0%:M) = \rank (D 0).
    by rewrite shift0 -eM -eD -[in LHS]shift0 shift_sum.
  rewrite rank_shift (maxn_idPl some) -zeros_square.
  have rest x y z : (x + y = z -> z - x = y)%N by move=> <-; rewrite addKn.
  exact: rest (card_other 0).
have g0 i : g i 0 != 0.
  apply/eqP => gi; have /card0_eq /(_ i) := none; by rewrite inE gi eqxx.
have reg : regular g 0 by move=> i; rewrite /square sqrf_eq0 g0.
have low := rank_regular reg; rewrite shift0 in low *.
have high : (\rank M < n.+1)%N.
  rewrite ltn_neqAle rank_leq_row andbT; apply/negP => full.
  have /row_free_inj inj : row_free M by [].
  have : inverse_gains g = 0.
    apply/trmx_inj; rewrite trmx0; apply: inj.
    by rewrite inverse_gains_shape none mul0r scale0r mul0mx.
  by move/eqP; rewrite -normsq_eq0 (negPf (inverse_gains_neq0 g0)).
by have -> : \rank M = n by [apply/eqP; rewrite eqn_leq low andbT -ltnS];
   rewrite subSnn none.
Qed.

(** So N - max(k, 1) axes have an extent. *)
Theorem axes_count : #|[set j | m 0 j != 0]| = (n.+1 - maxn #|zeros g| 1)%N.
Proof.
rewrite -zero_multiplicity /times -[X in (X - _)%N]card_ord.
rewrite -(cardsC [set j | m 0 j == 0]) addKn.
by apply: eq_card => j; rewrite !inE.
Qed.

(** A root of the secular equation is there once. *)
Theorem root_multiplicity a : regular g a -> secular g a = 0 -> times m a = 1%N.
Proof.
move=> reg root; have a0 := secular_root_neq0 reg root; have [j mj] : exists j, m 0 j = a.
  by apply/(eigenvalue_in_basis _ axes)/secular_eigenvalue.
have some : (0 < times m a)%N by apply/card_gt0P; exists j; rewrite inE mj.
apply/eqP; rewrite eqn_leq some andbT (eigenbasis_times a axes) leq_subLR addn1 ltnS.
exact: rank_regular.
Qed.

(** Nothing else is there. *)
Theorem spectrum j :
  [\/ m 0 j = 0, exists2 p, g p 0 != 0 & m 0 j = t p |
      regular g (m 0 j) /\ secular g (m 0 j) = 0].
Proof.
have [m0|m0] := eqVneq (m 0 j) 0; first by constructor 1.
case: (pickP (fun p => t p == m 0 j)) => [p /eqP pj|none].
  constructor 2; exists p => //; apply: contraNneq m0 => gp.
  by rewrite -pj /square gp expr0n.
have reg : regular g (m 0 j) by move=> p; rewrite none.
constructor 3; split=> //; apply/(secular_eigenvalue reg m0).
by apply/(eigenvalue_in_basis _ axes); exists j.
Qed.

(** Strictly between neighbouring squares lies one eigenvalue, once. *)
Theorem interlacing p q :
  neighbours g p q -> #|[set j | t p < m 0 j < t q]| = 1%N.
Proof.
move=> nb; have [a range root] := secular_root_exists nb.
have between := margin_strict nb range.
have reg := between_regular nb between.
apply: etrans (root_multiplicity reg root); apply: eq_card => j; rewrite !inE.
apply/idP/eqP => [inside_j|-> //].
have regj := between_regular nb inside_j.
have mj0 : m 0 j != 0.
  by case/andP: (inside_j) => pm _; rewrite gt_eqF // (le_lt_trans _ pm) // sqr_ge0.
apply: (secular_root_unique nb inside_j between) => //.
apply/(secular_eigenvalue regj mj0).
by apply/(eigenvalue_in_basis _ axes); exists j.
Qed.

(** The sum of all eigenvalues. *)
Theorem axes_trace : \sum_j m 0 j = (1 - N^-1) * normsq g.
Proof.
have [VV SV] := axes; rewrite -mxtrace_diag.
have -> : \tr (diag_mx m) = \tr M by rewrite SV mxtrace_mulC mulmxA VV mul1mx.
rewrite shape_rank_one raddfB /= mxtrace_diag linearZ /= mxtrace_mulC dot_mx.
rewrite [\tr _]big_ord1 mxE mulr1n mulrBl mul1r; congr (_ - _).
by apply: eq_bigr => i _; rewrite mxE expr2.
Qed.

End Spectrum.
