(* SPDX-License-Identifier: Apache-2.0 *)
(** * How often an eigenvalue stands in an eigenbasis

    Purpose.  Multiplicity, counted by rank, for any symmetric matrix.

    Corresponds to lib/geometry/axes, through spectrum.v.

    Symbols.  Those of spectral.v, and
      times m a     how often a stands in m
      eigenvector S a v   v is not 0 and S v = a v

    Main results.
      eigenbasis_times      a stands in m as often as its eigenspace has dimensions
      eigenvalue_in_basis   a is an eigenvalue iff it stands in m *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.vectors geometry.spectral.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition eigenvector (R : rcfType) n (S : 'M[R]_n) (a : R) (v : 'cV[R]_n) : Prop :=
  v != 0 /\ S *m v = a *: v.
Definition times (R : rcfType) n (m : 'rV[R]_n) (a : R) : nat := #|[set j | m 0 j == a]|.

Section Counting.
Variable (R : rcfType).

Lemma rank_diag_cons n (x : 'M[R]_1) (l : 'rV[R]_n) :
  \rank (diag_mx (row_mx x l)) = ((x 0%R 0%R != 0%R) + \rank (diag_mx l))%N.
Proof.
rewrite diag_mx_row rank_diag_block_mx; congr (_ + _)%N.
have -> : diag_mx x = x by apply/matrixP => i j; rewrite !ord1 !mxE.
rewrite rank_rV; congr (nat_of_bool (~~ _)); apply/eqP/eqP => [->|x0]; first by rewrite mxE.
by rewrite [x]mx11_scalar x0; apply/matrixP => i j; rewrite !mxE mul0rn.
Qed.

Lemma rank_diag n (d : 'rV[R]_n) : \rank (diag_mx d) = (\sum_j (d 0%R j != 0%R))%N.
Proof.
elim: n d => [|n IH] d; first by rewrite big_ord0 [diag_mx _]flatmx0 mxrank0.
pose e : 'rV[R]_(1 + n) := d; have := rank_diag_cons (lsubmx e) (rsubmx e).
rewrite hsubmxK IH big_ord_recl => H; apply: etrans H _; rewrite !mxE.
congr (_ + _)%N; first by congr (nat_of_bool (d _ _ != _)); apply/val_inj.
by apply: eq_bigr => j _; rewrite mxE; congr (nat_of_bool (d _ _ != _)); apply/val_inj.
Qed.

Lemma times_sum n (d : 'rV[R]_n) a : times d a = (\sum_j (d 0%R j == a))%N.
Proof. by rewrite /times cardsE -sum1_card big_mkcond. Qed.

Lemma count_diag n (d : 'rV[R]_n) a : times d a = (n - \rank (diag_mx d - a%:M)%R)%N.
Proof.
have one : n = (\sum_(j < n) 1)%N by rewrite sum1_card card_ord.
rewrite -diag_const_mx -raddfB /= rank_diag times_sum [X in (X - _)%N]one.
rewrite -sumnB => [|j _]; last by case: (_ != _).
by apply: eq_bigr => j _; rewrite !mxE subr_eq0; case: eqP.
Qed.

Lemma eigenbasis_shift n (S V : 'M[R]_n) m a :
  eigenbasis S V m -> S - a%:M = V *m (diag_mx m - a%:M) *m V^T.
Proof.
case=> VV ->; rewrite mulmxBr mulmxBl; congr (_ - _).
by rewrite mul_mx_scalar -scalemxAl (mulmx1C VV) scalemx1.
Qed.

(** Multiplicity is the dimension of the eigenspace. *)
Theorem eigenbasis_times n (S V : 'M[R]_n) m a :
  eigenbasis S V m -> times m a = (n - \rank (S - a%:M)%R)%N.
Proof.
move=> axes; rewrite count_diag (eigenbasis_shift a axes); have [VV _] := axes.
have /mulmx1_unit [Vt Vu] := VV.
by rewrite mxrankMfree ?row_free_unit // eqmxMfull // row_full_unit.
Qed.

(** An eigenbasis holds all eigenvalues. *)
Theorem eigenvalue_in_basis n (S V : 'M[R]_n.+1) m a :
  eigenbasis S V m -> (exists v, eigenvector S a v) <-> exists j, m 0 j = a.
Proof.
move=> axes; have [VV SV] := axes; split=> [[v [v0 Sv]]|[j mj]]; last first.
  exists (col j V); split; last by rewrite (eigenbasis_column j axes) mj.
  apply/eqP => v0; have /matrixP /(_ j j) := VV.
  rewrite !mxE eqxx mulr1n big1 => [/eqP|i _]; first by rewrite eq_sym oner_eq0.
  by have /colP /(_ i) := v0; rewrite !mxE => ->; rewrite mulr0.
pose w := V^T *m v.
have w0 : w != 0.
  by apply: contraNneq v0 => w0; rewrite -[v]mul1mx -(mulmx1C VV) -mulmxA -/w w0 mulmx0.
have Dw : diag_mx m *m w = a *: w.
  by rewrite /w scalemxAr -Sv SV -!mulmxA (mulmxA V^T V) VV mul1mx.
have [j wj] : exists j, w j 0 != 0.
  case: (pickP (fun j => w j 0 != 0)) => [j|none]; first by exists j.
  by case/eqP: w0; apply/colP => j; have /negbFE/eqP-> := none j; rewrite mxE.
exists j; apply: (mulIf wj); have /colP /(_ j) := Dw.
by rewrite mul_diag_mx !mxE.
Qed.

End Counting.
