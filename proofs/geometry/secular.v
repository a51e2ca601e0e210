(* SPDX-License-Identifier: Apache-2.0 *)
(** * The secular equation

    Purpose.  M is a diagonal less one product, so its eigenvalues that are not squares of gains are
    the roots of one function of one variable: one root strictly between each two neighbouring
    distinct squares, and none elsewhere.  Each is simple, and each lies at least the (N + 1)-th part
    of its gap away from both ends.

    Corresponds to lib/geometry/axes.

    Symbols.  Those of vectors.v, and
      square g i       g_i^2
      secular g m      sum of 1 / (g_i^2 - m)
      regular g m      m is no g_i^2
      direction g m    (G^2 - m)^-1 g
      neighbours g p q g_p^2 < g_q^2 with no g_i^2 strictly between

    Main results.
      secular_eigenvalue     m is an eigenvalue iff secular g m = 0    (m regular, m not 0)
      secular_eigenvector    the eigenvectors are the multiples of direction g m
      secular_root_exists, secular_root_unique   one root between neighbours; where it lies
      secular_root_between   no root elsewhere
      secular_increasing     between neighbours the function increases strictly *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.multiplicity.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.
Variables (R : rcfType) (n : nat).
Implicit Types (g v : 'cV[R]_n.+1) (m : R) (i p q : 'I_n.+1).

Definition square g i : R := g i 0 ^+ 2.
Definition secular g m : R := \sum_i (square g i - m)^-1.
Definition regular g m : Prop := forall i, square g i != m.
Definition direction g m : 'cV[R]_n.+1 := \col_i (g i 0 / (square g i - m)).
Definition neighbours g p q : Prop :=
  square g p < square g q /\ forall i, square g i <= square g p \/ square g q <= square g i.

End Definitions.

Section Secular.
Variables (R : rcfType) (n : nat) (g : 'cV[R]_n.+1).
Implicit Types (v : 'cV[R]_n.+1) (m : R) (i p q : 'I_n.+1).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).
Notation M := (shape g).
Notation t := (square g).

(** ** Eigenvalues are roots *)

Lemma shape_mul v i : (M *m v) i 0 = t i * v i 0 - g i 0 * (dot g v / N).
Proof.
rewrite shape_rank_one mulmxBl mul_diag_mx -scalemxAl -mulmxA dot_mx mul_mx_scalar !mxE.
by congr (_ - _); rewrite mulrA mulrC (mulrC N^-1).
Qed.

Lemma regular_neq0 m i : regular g m -> t i - m != 0.
Proof. by move=> /(_ i); rewrite subr_eq0. Qed.

(** g' (G^2 - m)^-1 g = N + m secular: where the equation comes from. *)
Lemma dot_direction m : regular g m -> dot g (direction g m) = N + m * secular g m.
Proof.
move=> reg; rewrite -row_size_sum mulr_sumr -big_split; apply: eq_bigr => i _ /=.
have /eqP d0 := regular_neq0 i reg; rewrite mxE mulrA -expr2 -/(t i).
by move: d0; set ti := t i => d0; read_identity R; field.
Qed.

Lemma direction_neq0 m : regular g m -> m != 0 -> secular g m = 0 -> direction g m != 0.
Proof.
move=> reg m0 root; apply/eqP => d0; have := dot_direction reg.
rewrite d0 root mulr0 addr0 /dot big1 => [|i _]; last by rewrite mxE mulr0.
by move/esym/eqP; rewrite (negPf (@row_size_neq0 R n)).
Qed.

Lemma shape_direction m : regular g m ->
  M *m direction g m = m *: direction g m - (m * secular g m / N) *: g.
Proof.
move=> reg; apply/colP => i; rewrite shape_mul dot_direction // !mxE.
have /eqP d0 := regular_neq0 i reg; have /eqP N0 := @row_size_neq0 R n.
move: d0 N0; set ti := t i; set s := N; set c := secular g m => d0 N0.
by set x := g i 0; read_identity R; field.
Qed.

(** All eigenvectors of a regular eigenvalue have one direction: it is simple. *)
Theorem secular_eigenvector m v :
  regular g m -> M *m v = m *: v -> v = (dot g v / N) *: direction g m.
Proof.
move=> reg Mv; apply/colP => i; have := shape_mul v i; rewrite Mv !mxE => e.
have d0 := regular_neq0 i reg; apply: (mulfI d0).
rewrite mulrCA (mulrCA (t i - m)) mulfV // mulr1 mulrBl e opprB addrCA subrr addr0.
by rewrite mulrC.
Qed.

(** The secular equation. *)
Theorem secular_eigenvalue m :
  regular g m -> m != 0 -> (exists v, eigenvector M m v) <-> secular g m = 0.
Proof.
move=> reg m0; split=> [[v [v0 Mv]]|root]; last first.
  exists (direction g m); split; first exact: direction_neq0.
  by rewrite shape_direction // root mulr0 mul0r scale0r subr0.
have vd := secular_eigenvector reg Mv; set c := dot g v / N in vd.
have c0 : c != 0 by apply: contraNneq v0 => c0; rewrite vd c0 scale0r.
have : dot g v = c * (N + m * secular g m) by rewrite {1}vd dotZr dot_direction.
have -> : dot g v = c * N by rewrite /c divfK // row_size_neq0.
move/(mulfI c0)/eqP; rewrite -subr_eq0 opprD addrA subrr sub0r oppr_eq0 mulf_eq0.
by rewrite (negPf m0) => /eqP.
Qed.

Theorem secular_is_eigenvector m :
  regular g m -> m != 0 -> secular g m = 0 -> eigenvector M m (direction g m).
Proof.
move=> reg m0 root; split; first exact: direction_neq0.
by rewrite shape_direction // root mulr0 mul0r scale0r subr0.
Qed.

(** ** Roots and gaps *)

Lemma between_regular p q m : neighbours g p q -> t p < m < t q -> regular g m.
Proof.
move=> [_ nb] /andP[pm mq] i; apply/eqP => im; have := nb i; rewrite im.
by case; [rewrite leNgt pm | rewrite leNgt mq].
Qed.

(** Between neighbours the function increases strictly. *)
Theorem secular_increasing p q m m' :
  neighbours g p q -> t p < m -> m < m' -> m' < t q -> secular g m < secular g m'.
Proof.
move=> nb pm mm' mq; have [_ out] := nb.
have rise i : (t i - m)^-1 < (t i - m')^-1.
  case: (out i) => [ip|qi].
    have m0 : t i - m < 0 by rewrite subr_lt0 (le_lt_trans ip).
    have m0' : t i - m' < 0 by rewrite subr_lt0 (le_lt_trans ip) // (lt_trans pm).
    by rewrite ltf_ninv // ltr_add2l ltr_opp2.
  have m0 : 0 < t i - m by rewrite subr_gt0 (lt_le_trans _ qi) // (lt_trans mm').
  have m0' : 0 < t i - m' by rewrite subr_gt0 (lt_le_trans _ qi).
  by rewrite ltf_pinv // ltr_add2l ltr_opp2.
rewrite /secular (bigD1 p) //= [ltRHS](bigD1 p) //= ltr_le_add //.
by apply: ler_sum => i _; exact: ltW.
Qed.

Theorem secular_root_unique p q m m' :
  neighbours g p q -> t p < m < t q -> t p < m' < t q ->
  secular g m = 0 -> secular g m' = 0 -> m = m'.
Proof.
move=> nb /andP[pm mq] /andP[pm' mq'] root root'.
case: (ltgtP m m') => // lt.
  by have := secular_increasing nb pm lt mq'; rewrite root root' ltxx.
by have := secular_increasing nb pm' lt mq; rewrite root root' ltxx.
Qed.

(** The numerator over a common denominator that is a square, so that signs are kept. *)
Definition secular_poly : {poly R} :=
  \sum_i ((t i)%:P - 'X) * \prod_(j | j != i) ((t j)%:P - 'X) ^+ 2.

Lemma secular_poly_value m : regular g m ->
  secular_poly.[m] = secular g m * \prod_i (t i - m) ^+ 2.
Proof.
move=> reg; rewrite /secular_poly horner_sum /secular mulr_suml; apply: eq_bigr => i _.
rewrite [in RHS](bigD1 i) //= expr2 -mulrA mulKf ?regular_neq0 // !hornerE horner_prod.
by congr (_ * _); apply: eq_bigr => j _; rewrite !hornerE.
Qed.

Lemma common_gt0 m : regular g m -> 0 < \prod_i (t i - m) ^+ 2.
Proof.
by move=> reg; apply: prodr_gt0 => i _; rewrite exprn_even_gt0 //= regular_neq0.
Qed.

(** The share of the gap that stays free of the root at both ends. *)
Definition margin p q : R := (t q - t p) / (N + 1).

Lemma margin_gt0 p q : t p < t q -> 0 < margin p q.
Proof. by move=> pq; rewrite divr_gt0 ?subr_gt0 // addr_gt0 ?ltr01 ?row_size_gt0. Qed.

Lemma margin_rest p q : t q - t p - margin p q = N * margin p q.
Proof.
have /eqP N1 : N + 1 != 0 by rewrite gt_eqF // addr_gt0 ?ltr01 ?row_size_gt0.
by rewrite /margin; move: N1; set s := N => N1; read_identity R; field.
Qed.

Lemma margin_inside p q : t p < t q -> t p + margin p q <= t q - margin p q.
Proof.
move=> pq; rewrite -subr_ge0.
have -> : t q - margin p q - (t p + margin p q) = t q - t p - margin p q - margin p q.
  by read_identity R; ring.
rewrite margin_rest -{2}[margin p q]mul1r -mulrBl mulr_ge0 ?(ltW (margin_gt0 pq)) //.
by rewrite subr_ge0 /row_size ler1n.
Qed.

Lemma secular_low p q : neighbours g p q -> secular g (t p + margin p q) <= 0.
Proof.
move=> [pq out]; set d := margin p q; have d0 : 0 < d by apply: margin_gt0.
have N0 := row_size_gt0 R n; have Nd : 0 < N * d by rewrite mulr_gt0.
pose rest : R := \sum_(i | i != p) (t i - (t p + d))^-1.
have term i : (t i - (t p + d))^-1 <= (N * d)^-1.
  case: (out i) => [ip|qi].
    have neg : t i - (t p + d) < 0 by rewrite subr_lt0 (le_lt_trans ip) // ltr_addl.
    by rewrite (@le_trans _ _ 0) ?invr_ge0 ?(ltW Nd) // invr_le0 ltW.
  have far : N * d <= t i - (t p + d).
    by rewrite -margin_rest -/d opprD addrA ler_add2r ler_add2r.
  by rewrite lef_pinv // posrE (lt_le_trans Nd).
rewrite /secular (bigD1 p) //= -/rest opprD addrA subrr sub0r invrN addrC subr_le0.
apply: (@le_trans _ _ (\sum_(i | i != p) (N * d)^-1)); first by apply: ler_sum => i _; exact: term.
rewrite sumr_const.
rewrite -(mulr_natl (N * d)^-1) invfM mulrA.
rewrite -[leRHS]mul1r ler_pmul2r ?invr_gt0 // ler_pdivr_mulr // mul1r /row_size ler_nat.
by rewrite (leq_trans (max_card _)) // card_ord.
Qed.

Lemma secular_high p q : neighbours g p q -> 0 <= secular g (t q - margin p q).
Proof.
move=> [pq out]; set d := margin p q; have d0 : 0 < d by apply: margin_gt0.
have N0 := row_size_gt0 R n; have Nd : 0 < N * d by rewrite mulr_gt0.
pose rest : R := \sum_(i | i != q) (t i - (t q - d))^-1.
have term i : - (N * d)^-1 <= (t i - (t q - d))^-1.
  case: (out i) => [ip|qi]; last first.
    have pos : 0 < t i - (t q - d) by rewrite subr_gt0 (lt_le_trans _ qi) // ltr_subl_addr ltr_addl.
    by rewrite (@le_trans _ _ 0) ?invr_ge0 ?(ltW pos) // oppr_le0 invr_ge0 ltW.
  have far : N * d <= (t q - d) - t i.
    by rewrite -margin_rest -/d addrAC ler_add2l ler_opp2.
  by rewrite -[t i - _]opprB invrN ler_opp2 lef_pinv // posrE (lt_le_trans Nd).
rewrite /secular (bigD1 q) //= -/rest opprB addrCA subrr addr0 -ler_subl_addl sub0r.
apply: (@le_trans _ _ (\sum_(i | i != q) - (N * d)^-1)); last by apply: ler_sum => i _; exact: term.
rewrite sumr_const.
rewrite mulNrn ler_opp2 -(mulr_natl (N * d)^-1) invfM mulrA.
rewrite -[leRHS]mul1r ler_pmul2r ?invr_gt0 // ler_pdivr_mulr // mul1r /row_size ler_nat.
by rewrite (leq_trans (max_card _)) // card_ord.
Qed.

Lemma margin_strict p q m :
  neighbours g p q -> t p + margin p q <= m <= t q - margin p q -> t p < m < t q.
Proof.
move=> [/margin_gt0 d0 _] /andP[lo hi]; rewrite (lt_le_trans _ lo) ?ltr_addl //=.
by rewrite (le_lt_trans hi) // ltr_subl_addr ltr_addl.
Qed.

(** One root between neighbours, at a known distance from both. *)
Theorem secular_root_exists p q :
  neighbours g p q ->
  exists2 m, t p + margin p q <= m <= t q - margin p q & secular g m = 0.
Proof.
move=> nb; have [pq _] := nb; have inside := margin_inside pq.
have reg m : t p + margin p q <= m <= t q - margin p q -> regular g m.
  by move/(margin_strict nb); exact: between_regular.
have reg_lo : regular g (t p + margin p q) by apply: reg; rewrite lexx.
have reg_hi : regular g (t q - margin p q) by apply: reg; rewrite lexx inside.
have ends : secular_poly.[t p + margin p q] <= 0 <= secular_poly.[t q - margin p q].
  rewrite !secular_poly_value // pmulr_lle0 ?common_gt0 // secular_low //=.
  by rewrite pmulr_lge0 ?common_gt0 // secular_high.
have [m mb /rootP m0] := poly_ivt inside ends; exists m => //.
move/eqP: m0; rewrite (secular_poly_value (reg _ mb)) mulf_eq0.
by rewrite (gt_eqF (common_gt0 (reg _ mb))) orbF => /eqP.
Qed.

(** There is no root elsewhere. *)
Theorem secular_root_between m :
  regular g m -> secular g m = 0 -> exists p q, neighbours g p q /\ t p < m < t q.
Proof.
move=> reg root.
have side i : (t i < m) || (m < t i) by rewrite -neq_lt reg.
have [p0 p0m] : exists i, t i < m.
  case: (pickP (fun i => t i < m)) => [i|none]; first by exists i.
  have pos i : 0 < t i - m by rewrite subr_gt0; have := side i; rewrite none.
  suff : 0 < secular g m by rewrite root ltxx.
  rewrite /secular (bigD1 0) //= ltr_paddr ?invr_gt0 //.
  by apply: sumr_ge0 => i _; rewrite invr_ge0 ltW.
have [q0 mq0] : exists i, m < t i.
  case: (pickP (fun i => m < t i)) => [i|none]; first by exists i.
  have neg i : t i - m < 0 by rewrite subr_lt0; have := side i; rewrite none orbF.
  suff : secular g m < 0 by rewrite root ltxx.
  rewrite /secular (bigD1 0) //= ltr_naddr ?invr_lt0 //.
  by rewrite -oppr_ge0 -sumrN sumr_ge0 // => i _; rewrite oppr_ge0 invr_le0 ltW.
have [p pm pmax] := @arg_maxP _ _ _ p0 (fun i => t i < m) t p0m.
have [q mq qmin] := @arg_minP _ _ _ q0 (fun i => m < t i) t mq0.
exists p, q; split; last by rewrite pm mq.
split=> [|i]; first exact: lt_trans mq.
by case/orP: (side i) => [/pmax|/qmin]; [left | right].
Qed.

Lemma secular_root_neq0 m : regular g m -> secular g m = 0 -> m != 0.
Proof.
move=> reg root; have [p [q [_ /andP[pm _]]]] := secular_root_between reg root.
by rewrite gt_eqF // (le_lt_trans _ pm) // sqr_ge0.
Qed.

End Secular.
