(* SPDX-License-Identifier: Apache-2.0 *)
(** * The normalised rows that gain and bias take to one point

    Purpose.  A zero gain hides an element of the normalised row.  Which rows lie over a point, and how
    long they are: the lemmas that zero_gains.v needs.

    Corresponds to lib/geometry/ellipsoid and lib/geometry/preimage.

    Symbols.  Those of vectors.v and hyperplane.v, and
      zeros g       the indices i with g_i = 0; k of them
      on_support g b y   y_i = b_i wherever g_i = 0
      form g b y    sum of alpha_i^2 w_i^2 + (alpha . w)^2 / k, w = y - b, over the gains that are not
                    zero (in a field with 1/0 = 0 they are just those that count)
      lifted g b y f     the row over y that is f on the zeros

    Main results, for k >= 1.
      form_part     the form is |z|^2 less the spread of z over the zeros
      shortest      over each point lies a row without sum, as short as its form says
      longer        for k >= 2 also one of each greater length *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.hyperplane.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.
Variables (R : rcfType) (n : nat).
Implicit Types (g b y : 'cV[R]_n.+1).

Definition zeros g : {set 'I_n.+1} := [set i | g i 0 == 0].
Definition on_support g b y : Prop := forall i, g i 0 = 0 -> y i 0 = b i 0.
Definition form g b y : R := radius_sq g b y + offset g b y ^+ 2 / #|zeros g|%:R.

End Definitions.

(** What every image here says: the preimages of a point are those of its part off the zeros. *)
Section Lifting.
Variables (R : rcfType) (n : nat) (g b : 'cV[R]_n.+1).
Implicit Types (x y z : 'cV[R]_n.+1) (eps : R) (f : 'I_n.+1 -> R).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).
Notation Z := (zeros g).
Notation k := (#|Z|%:R : R).

Lemma sum_split f : \sum_i f i = \sum_(i in Z) f i + \sum_(i | i \notin Z) f i.
Proof. exact: bigID. Qed.

Lemma term_of z i : i \notin Z -> ((gains g *m z + b) i 0 - b i 0) / g i 0 = z i 0.
Proof. by rewrite inE => g0; rewrite gains_of !mxE addrK mulrC mulKf. Qed.

Lemma term_zero y i : i \in Z -> (y i 0 - b i 0) / g i 0 = 0.
Proof. by rewrite inE => /eqP ->; rewrite invr0 mulr0. Qed.

Lemma offset_seen y : offset g b y = \sum_(i | i \notin Z) (y i 0 - b i 0) / g i 0.
Proof. by rewrite /offset sum_split big1 ?add0r // => i /term_zero. Qed.

Lemma radius_seen y : radius_sq g b y = \sum_(i | i \notin Z) ((y i 0 - b i 0) / g i 0) ^+ 2.
Proof.
by rewrite /radius_sq sum_split big1 ?add0r // => i /term_zero ->; rewrite expr0n.
Qed.

Lemma offset_part z : offset g b (gains g *m z + b) = \sum_(i | i \notin Z) z i 0.
Proof. by rewrite offset_seen; apply: eq_bigr => i /term_of. Qed.

Lemma radius_part z :
  radius_sq g b (gains g *m z + b) = normsq z - \sum_(i in Z) z i 0 ^+ 2.
Proof.
rewrite radius_seen /normsq /dot sum_split addrAC -sumrB [X in _ = X + _]big1 => [|i _].
  by rewrite add0r; apply: eq_bigr => i iZ; rewrite term_of.
by rewrite -expr2 subrr.
Qed.

Lemma support_part z : on_support g b (gains g *m z + b).
Proof. by move=> i g0; rewrite gains_of !mxE g0 mul0r add0r. Qed.

(** A vector of any values f on the zeros over a point of the support. *)
Definition lifted y f : 'cV[R]_n.+1 :=
  \col_i (if i \in Z then f i else (y i 0 - b i 0) / g i 0).

Lemma liftedK y f : on_support g b y -> gains g *m lifted y f + b = y.
Proof.
move=> yb; apply/colP => i; rewrite gains_of !mxE inE.
case: eqP => [g0|/eqP g0]; first by rewrite yb // g0 mul0r add0r.
by rewrite mulrC divfK // subrK.
Qed.

Lemma sum_lifted y f : \sum_i lifted y f i 0 = \sum_(i in Z) f i + offset g b y.
Proof.
by rewrite sum_split offset_seen; congr (_ + _); apply: eq_bigr => i iZ;
   rewrite mxE ?iZ ?(negPf iZ).
Qed.

Lemma normsq_lifted y f :
  normsq (lifted y f) = \sum_(i in Z) f i ^+ 2 + radius_sq g b y.
Proof.
by rewrite /normsq /dot sum_split radius_seen; congr (_ + _); apply: eq_bigr => i iZ;
   rewrite mxE ?iZ ?(negPf iZ) expr2.
Qed.

Section Some.
Hypothesis some : (0 < #|Z|)%N.

Lemma k_neq0 : k != 0. Proof. by rewrite pnatr_eq0 -lt0n. Qed.
Lemma k_gt0 : 0 < k. Proof. by rewrite ltr0n. Qed.

Lemma sum_zeros (c : R) : \sum_(i in Z) c = c * k.
Proof. by rewrite sumr_const mulr_natr. Qed.

(** The spread of f over the zeros. *)
Lemma spread f :
  \sum_(i in Z) (f i - (\sum_(i in Z) f i) / k) ^+ 2 =
  \sum_(i in Z) f i ^+ 2 - (\sum_(i in Z) f i) ^+ 2 / k.
Proof.
set s := \sum_(i in Z) f i; set c := s / k.
have each i : (f i - c) ^+ 2 = f i ^+ 2 + (- (2%:R * c) * f i + c ^+ 2).
  by read_identity R; ring.
under eq_bigr do rewrite each; rewrite !big_split /= -mulr_sumr -/s sum_zeros /c.
have /eqP k0 := k_neq0; move: k0; set K := k; set q := \sum_(i in Z) _.
by move=> k0; read_identity R; field.
Qed.

Lemma form_part z : \sum_i z i 0 = 0 ->
  form g b (gains g *m z + b) =
  normsq z - \sum_(i in Z) (z i 0 - (\sum_(i in Z) z i 0) / k) ^+ 2.
Proof.
move=> z0; rewrite /form radius_part offset_part spread.
have -> : \sum_(i | i \notin Z) z i 0 = - \sum_(i in Z) z i 0.
  by apply/eqP; rewrite -addr_eq0 addrC -sum_split z0.
by rewrite sqrrN opprB addrA addrAC.
Qed.

Lemma form_part_le z : \sum_i z i 0 = 0 -> form g b (gains g *m z + b) <= normsq z.
Proof.
move=> z0; rewrite form_part // ler_subl_addr ler_addl.
by apply: sumr_ge0 => i _; rewrite sqr_ge0.
Qed.

Lemma form_part_one z :
  #|Z| = 1%N -> \sum_i z i 0 = 0 -> form g b (gains g *m z + b) = normsq z.
Proof.
move=> k1 z0; rewrite form_part // k1 divr1.
have /cards1P [p Zp] : #|Z| == 1%N by rewrite k1.
by rewrite Zp !big_set1 subrr expr0n subr0.
Qed.

(** Over each point of the support lies a vector without sum, as short as the form says ... *)
Theorem shortest y : on_support g b y ->
  exists z, [/\ gains g *m z + b = y, \sum_i z i 0 = 0 & normsq z = form g b y].
Proof.
move=> yb; exists (lifted y (fun _ => - (offset g b y / k))); rewrite liftedK //.
split=> //; rewrite ?sum_lifted ?normsq_lifted sum_zeros.
  by rewrite mulNr divfK ?k_neq0 // addNr.
rewrite /form addrC; congr (_ + _); have /eqP k0 := k_neq0; move: k0; set K := k.
by move=> k0; read_identity R; field.
Qed.

(** ... and for k >= 2 one of every greater length. *)
Theorem longer y r : (1 < #|Z|)%N -> on_support g b y -> form g b y <= r ->
  exists z, [/\ gains g *m z + b = y, \sum_i z i 0 = 0 & normsq z = r].
Proof.
case/card_gt1P => p [q [pZ qZ pq]] yb yr.
pose t := Num.sqrt ((r - form g b y) / 2%:R).
have t2 : t ^+ 2 *+ 2 = r - form g b y.
  rewrite sqr_sqrtr; last by rewrite divr_ge0 ?subr_ge0 ?ler0n.
  by rewrite -mulr_natr divfK // pnatr_eq0.
pose d i : R := (i == p)%:R - (i == q)%:R.
have one (j : 'I_n.+1) : j \in Z -> \sum_(i in Z) ((i == j)%:R : R) = 1.
  by move=> jZ; rewrite (bigD1 j) //= eqxx big1 ?addr0 // => i /andP[_ /negPf->].
have d0 : \sum_(i in Z) d i = 0 by rewrite sumrB !one // subrr.
have d2 : \sum_(i in Z) d i ^+ 2 = 2%:R.
  rewrite (bigD1 p) //= (bigD1 q) /=; last by rewrite qZ eq_sym pq.
  rewrite /d eqxx (negPf pq) eqxx eq_sym (negPf pq) big1 => [|i /andP[/andP[_ /negPf->] /negPf->]].
    by rewrite subr0 sub0r sqrrN expr1n addr0.
  by rewrite subrr expr0n.
pose c := offset g b y / k.
exists (lifted y (fun i => t * d i - c)); rewrite liftedK //.
split=> //; rewrite ?sum_lifted ?normsq_lifted.
  by rewrite sumrB -mulr_sumr d0 mulr0 sum_zeros sub0r divfK ?k_neq0 // addNr.
have -> : \sum_(i in Z) (t * d i - c) ^+ 2 = t ^+ 2 *+ 2 + offset g b y ^+ 2 / k.
  have each i : (t * d i - c) ^+ 2 = t ^+ 2 * d i ^+ 2 + (- (2%:R * c * t) * d i + c ^+ 2).
    by read_identity R; ring.
  under eq_bigr do rewrite each.
  rewrite !big_split /= -!mulr_sumr d0 d2 sum_zeros mulr0 add0r mulr_natr /c; congr (_ + _).
  have /eqP k0 := k_neq0; move: k0; set K := k.
  by move=> k0; read_identity R; field.
by rewrite t2 /form addrAC -addrA (addrC (radius_sq _ _ _)) subrK.
Qed.

End Some.
End Lifting.
