(* SPDX-License-Identifier: Apache-2.0 *)
(** * Identities of a real closed field

    Purpose.  Lets Coq's ring and field decide identities over R : rcfType.  Their reading of a goal
    is syntactic, while mathcomp's + and * carry the structure they were found in; so each operation
    is first given one name, which is the same by definition.

    Symbols.
      read_identity R   the tactic that does so, for a goal that is an equation in R
      field_laws        the laws, for `Add Field` in a section over R

    Main results.  None about LayerNorm. *)

From Coq Require Export Field.
From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Operations.
Variable R : rcfType.

Definition field_add (x y : R) : R := x + y.
Definition field_mul (x y : R) : R := x * y.
Definition field_opp (x : R) : R := - x.
Definition field_sub (x y : R) : R := x - y.
Definition field_inv (x : R) : R := x^-1.
Definition field_div (x y : R) : R := x / y.
Definition field_zero : R := 0.
Definition field_one : R := 1.

Lemma field_laws :
  field_theory field_zero field_one field_add field_mul field_sub field_opp field_div field_inv eq.
Proof.
constructor; last by move=> p /eqP; apply: mulVf.
- constructor; rewrite /field_add /field_mul /field_sub /field_opp /field_zero /field_one //=.
  + exact: add0r.
  + exact: addrC.
  + exact: addrA.
  + exact: mul1r.
  + exact: mulrC.
  + exact: mulrA.
  + exact: mulrDl.
  + exact: subrr.
- by move/eqP; rewrite oner_eq0.
- by [].
Qed.

End Operations.

Ltac read_identity R :=
  rewrite ?exprS ?expr0 ?mulr2n;
  match goal with |- @eq _ ?x ?y => change (@eq (Num.RealClosedField.sort R) x y) end;
  repeat match goal with
  | |- context [@GRing.add ?V ?x ?y] => change (@GRing.add V x y) with (@field_add R x y)
  | |- context [@GRing.opp ?V ?x] => change (@GRing.opp V x) with (@field_opp R x)
  | |- context [@GRing.mul ?V ?x ?y] => change (@GRing.mul V x y) with (@field_mul R x y)
  | |- context [@GRing.inv ?V ?x] => change (@GRing.inv V x) with (@field_inv R x)
  | |- context [GRing.zero ?V] => change (GRing.zero V) with (field_zero R)
  | |- context [GRing.one ?V] => change (GRing.one V) with (field_one R)
  end.
