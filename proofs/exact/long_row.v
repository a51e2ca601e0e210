(* SPDX-License-Identifier: Apache-2.0 *)
(** * Rows of any length

    Purpose.  row.v says what is computed, with the ordinary functions on lists, whose extraction
    needs stack in proportion to N.  Here the same is computed by loops.

    Corresponds to lib/exact/row.

    Symbols.
      long_map, long_zip, finite_row, same_length   loops for map, map over three lists,
                                                    finite_integers, and equality of lengths
      long_answer_bits h r e    answer_bits h r e

    Main results.
      long_answer_bits_correct, same_length_correct *)

From Coq Require Import ZArith List Bool Lia.
From ExactNorm Require Import specification exact.pattern exact.location exact.rounding
  exact.moments exact.row.
Import ListNotations.

Local Open Scope Z_scope.

Section Loops.
Variables A B C D : Type.

Fixpoint map_onto (f : A -> B) (l : list A) (done : list B) : list B :=
  match l with [] => done | a :: l => map_onto f l (f a :: done) end.

Definition long_map (f : A -> B) (l : list A) : list B := rev_append (map_onto f l []) [].

Fixpoint zip_onto (f : A -> B -> C -> D) (l : list A) (m : list B) (n : list C) (done : list D)
    : list D :=
  match l, m, n with
  | a :: l, b :: m, c :: n => zip_onto f l m n (f a b c :: done)
  | _, _, _ => done
  end.

Definition long_zip (f : A -> B -> C -> D) (l : list A) (m : list B) (n : list C) : list D :=
  rev_append (zip_onto f l m n []) [].

Fixpoint same_length (l : list A) (m : list B) : bool :=
  match l, m with
  | [], [] => true
  | _ :: l, _ :: m => same_length l m
  | _, _ => false
  end.

Lemma long_map_correct f l : long_map f l = map f l.
Proof.
  unfold long_map. rewrite rev_append_rev, app_nil_r.
  assert (G : forall done, map_onto f l done = rev (map f l) ++ done).
  { induction l as [|a l IH]; intros done; [reflexivity|].
    cbn. rewrite IH, <- app_assoc. reflexivity. }
  now rewrite G, app_nil_r, rev_involutive.
Qed.

Lemma long_zip_correct f l m n :
  long_zip f l m n = map (fun '((a, b), c) => f a b c) (combine (combine l m) n).
Proof.
  unfold long_zip. rewrite rev_append_rev, app_nil_r.
  assert (G : forall done, zip_onto f l m n done =
    rev (map (fun '((a, b), c) => f a b c) (combine (combine l m) n)) ++ done).
  { revert m n. induction l as [|a l IH]; intros [|b m] [|c n] done; try reflexivity.
    cbn. rewrite IH, <- app_assoc. reflexivity. }
  now rewrite G, app_nil_r, rev_involutive.
Qed.

Theorem same_length_correct l m : same_length l m = true <-> length l = length m.
Proof.
  revert m. induction l as [|a l IH]; intros [|b m]; cbn; try easy.
  rewrite IH. lia.
Qed.

End Loops.

Arguments long_map {A B}.
Arguments long_zip {A B C D}.
Arguments same_length {A B}.

Fixpoint finite_onto (l : list integer_datum) (done : list Z) : option (list Z) :=
  match l with
  | [] => Some (rev_append done [])
  | Integer_finite v :: l => finite_onto l (v :: done)
  | _ => None
  end.

Definition finite_row (l : list integer_datum) : option (list Z) := finite_onto l [].

Lemma finite_row_correct l : finite_row l = finite_integers l.
Proof.
  unfold finite_row.
  assert (G : forall done, finite_onto l done =
    match finite_integers l with Some vs => Some (rev done ++ vs) | None => None end).
  { induction l as [|[| |v] l IH]; intros done; try reflexivity.
    - cbn. now rewrite rev_append_rev.
    - cbn. rewrite IH. destruct (finite_integers l); [|reflexivity].
      cbn. now rewrite <- app_assoc. }
  rewrite G. now destruct (finite_integers l).
Qed.

Definition long_parameter_integers (f : format) (absent : Z) (p : option (list Z)) (l : list Z)
    : list integer_datum :=
  match p with
  | Some bs => long_map (decode f) bs
  | None => long_map (fun _ => Integer_finite absent) l
  end.

Definition long_answer_bits (h : hints) (r : row) (epsilon : Z * Z) : bits :=
  let op := row_operation r in
  let ex := emin (x_format r) in
  let ep := emin (parameter_format r) in
  match finite_row (long_map (decode (x_format r)) (x r)) with
  | None =>
      Bits (long_map (fun _ => canonical_nan (y_format r)) (x r))
           (canonical_nan (statistics_format r)) (canonical_nan (statistics_format r))
  | Some vs =>
      let m := moments_of vs in
      let '(D, kd) := radicand op m ex epsilon in
      let one := Z.shiftl 1 (- ep) in
      Bits (long_zip (element_bits h op (y_format r) ex ep m D kd) vs
             (long_parameter_integers (parameter_format r) one (gamma r) vs)
             (long_parameter_integers (parameter_format r) 0 (beta r) vs))
           (mean_bits h (statistics_format r) ex m)
           (rstd_bits h (statistics_format r) m D kd)
  end.

Theorem long_answer_bits_correct h r e : long_answer_bits h r e = answer_bits h r e.
Proof.
  assert (P : forall f a p l, long_parameter_integers f a p l = parameter_integers f a p l).
  { intros f a [bs|] l; apply long_map_correct. }
  unfold long_answer_bits, answer_bits.
  rewrite finite_row_correct, !long_map_correct.
  destruct (finite_integers _) as [vs|]; [|reflexivity].
  destruct (radicand _ _ _ _) as [D kd]. rewrite long_zip_correct, !P. reflexivity.
Qed.
