(* SPDX-License-Identifier: Apache-2.0 *)
(** * The definitions on concrete rows

    Purpose.  Shows that the definitions of this folder mean what they should, where it can be checked
    by hand: the row (3, 1) has mean 2 and variance 1, so eps = 3 divides by 2.

    Corresponds to tests/geometry.

    Symbols.  pair a b is the column of a and b.

    Main results.
      layer_norm_example   LN of (3, 1), eps = 3, gain (g, h), bias (c, d): (g/2 + c, -h/2 + d)
      rms_norm_example     RMSNorm of (1, 1), eps = 3: (g/2 + c, h/2 + d)
      shape_example        M of the gain (2, 2) takes (1, 1) to 0 and stretches (1, -1) by 4; so the
                           semi-axis is sqrt (2 * 4), the length of (2, -2) *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.hyperplane.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Examples.
Variable R : rcfType.
Implicit Types (g h c d : R).
Add Field R_field : (field_laws R).

Definition pair g h : 'cV[R]_2 := \col_i (if i == 0 then g else h).

Lemma pairP (u v : 'cV[R]_2) : u 0 0 = v 0 0 -> u 1 0 = v 1 0 -> u = v.
Proof.
move=> e0 e1; apply/colP => i; case: (unliftP 0 i) => [j ->|-> //].
by rewrite ord1 (_ : lift 0 0 = 1) //; apply/val_inj.
Qed.

Lemma sum_pair (f : 'I_2 -> R) : \sum_i f i = f 0 + f 1.
Proof. by rewrite !big_ord_recl big_ord0 addr0; congr (_ + f _); apply/val_inj. Qed.

Lemma two_neq0 : (1 + 1 : R) <> 0.
Proof. by apply/eqP; rewrite -[1 + 1]/(2%:R) pnatr_eq0. Qed.

Lemma two : @row_size R 1 = 1 + 1. Proof. by []. Qed.

Lemma sqrt4 : Num.sqrt (1 + (1 + 1 + 1)) = 1 + 1 :> R.
Proof.
have -> : 1 + (1 + 1 + 1) = (1 + 1) ^+ 2 :> R by read_identity R; ring.
by rewrite sqrtr_sqr ger0_norm // addr_ge0 ?ler01.
Qed.

Lemma mean_example : mean (pair (1 + 1 + 1) 1) = 1 + 1.
Proof.
rewrite /mean sum_pair !mxE /= two; have two0 := two_neq0.
by read_identity R; field.
Qed.

Lemma variance_example : variance (pair (1 + 1 + 1) 1) = 1.
Proof.
rewrite /variance sum_pair mean_example !mxE /= two.
have two0 := two_neq0.
by read_identity R; field.
Qed.

Theorem layer_norm_example g h c d :
  layer_norm (pair g h) (pair c d) (1 + 1 + 1) (pair (1 + 1 + 1) 1) =
  pair (g / (1 + 1) + c) (- h / (1 + 1) + d).
Proof.
have two0 := two_neq0.
by apply: pairP; rewrite !mxE variance_example mean_example sqrt4 /=;
   read_identity R; field.
Qed.

Theorem rms_norm_example g h c d :
  rms_norm (pair g h) (pair c d) (1 + 1 + 1) (pair 1 1) = pair (g / (1 + 1) + c) (h / (1 + 1) + d).
Proof.
have two0 := two_neq0; have ms : mean_square (pair 1 1) = 1.
  rewrite /mean_square sum_pair !mxE /= two.
  by read_identity R; field.
by apply: pairP; rewrite !mxE ms sqrt4 /=; read_identity R; field.
Qed.

(** The gain (2, 2): M stretches (1, -1) by 4 and forgets (1, 1). *)
Theorem shape_example :
  shape (pair (1 + 1) (1 + 1)) *m pair 1 1 = 0 /\
  shape (pair (1 + 1) (1 + 1)) *m pair 1 (- 1) = (1 + (1 + 1 + 1)) *: pair 1 (- 1).
Proof.
have two0 := two_neq0.
have M (v : 'cV[R]_2) i : (shape (pair (1 + 1) (1 + 1)) *m v) i 0 =
             (1 + 1) ^+ 2 * v i 0 - (1 + 1) * (v 0 0 + v 1 0) :> R.
  rewrite shape_rank_one mulmxBl mul_diag_mx -scalemxAl -mulmxA dot_mx mul_mx_scalar !mxE /dot.
  rewrite sum_pair !mxE /= two; case: (i == 0).
    by set a := v i 0; set b := v 0 0; set c := v 1 0; read_identity R; field.
  by set a := v i 0; set b := v 0 0; set c := v 1 0; read_identity R; field.
split; apply: pairP; rewrite M !mxE /=; by read_identity R; ring.
Qed.

End Examples.
