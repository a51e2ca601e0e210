(* SPDX-License-Identifier: Apache-2.0 *)
(** * What one operation of binary64 can be off

    Purpose.  The step bounds that the ledger of lib/fast/error_bounds.h is made of: relative
    errors of at most u = 2^-53, against what is rounded or against what comes out, and where
    a product or a quotient may underflow eta = 2^-1075 more.

    Symbols.  rnd, binary64, u: those of model.v.

    Main results.
      sum_in, sum_out           a sum of binary64 numbers does not underflow inexactly
      rounded_in, rounded_out   any other result
      muladd_error              a b + c, fused or not
      growth_bound              (1 + u)^n <= 1 + 1.0001 n u for n u <= 2^-40 *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core Plus_error Relative.
From ExactNorm Require Import specification fast.model.

Local Open Scope R_scope.

#[global] Instance precision_positive : Prec_gt_0 53 := eq_refl.

Definition eta : R := bpow radix2 (-1075).

Lemma u_value : u = / 9007199254740992.
Proof. reflexivity. Qed.

Lemma u_pos : 0 < u.
Proof. apply bpow_gt_0. Qed.

Lemma u_small : u <= / 1000000000000000.
Proof. rewrite u_value. lra. Qed.

Lemma eta_pos : 0 < eta.
Proof. apply bpow_gt_0. Qed.

Lemma u_ro_is_u : u_ro radix2 53 = u.
Proof. unfold u_ro, u. simpl. lra. Qed.

Lemma binary64_0 : binary64 0.
Proof. apply generic_format_0. Qed.

Lemma binary64_rnd z : binary64 (rnd z).
Proof. apply (generic_format_round radix2 (FLT_exp (-1074) 53) ZnearestE). Qed.

Lemma binary64_opp z : binary64 z -> binary64 (- z).
Proof. apply generic_format_opp. Qed.

Lemma rnd_exact z : binary64 z -> rnd z = z.
Proof. intros F. now apply (round_generic radix2 (FLT_exp (-1074) 53) ZnearestE). Qed.

Lemma rnd_0 : rnd 0 = 0.
Proof. apply rnd_exact, binary64_0. Qed.

Lemma rnd_le a b : a <= b -> rnd a <= rnd b.
Proof. intros H. now apply (round_le radix2 (FLT_exp (-1074) 53) ZnearestE). Qed.

Lemma rnd_ge_0 a : 0 <= a -> 0 <= rnd a.
Proof. intros H. rewrite <- rnd_0. now apply rnd_le. Qed.

Lemma rounded_in z : Rabs (rnd z - z) <= u * Rabs z + eta.
Proof.
  destruct (error_N_FLT radix2 (-1074) 53 eq_refl (fun x => negb (Z.even x)) z)
    as (d & e & D & E & _ & Q).
  change (rnd z = z * (1 + d) + e) in Q. rewrite Q.
  replace (z * (1 + d) + e - z) with (d * z + e) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). apply Rplus_le_compat.
  - rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
    apply Rle_trans with (1 := D). rewrite <- u_ro_is_u. unfold u_ro. lra.
  - apply Rle_trans with (1 := E). unfold eta.
    replace (-1075)%Z with (-1 + -1074)%Z by reflexivity. rewrite bpow_plus. simpl (bpow radix2 (-1)). lra.
Qed.

Lemma rounded_out z : Rabs (rnd z - z) <= u * Rabs (rnd z) + eta.
Proof.
  apply Rle_trans with (/ 2 * ulp radix2 (FLT_exp (-1074) 53) (rnd z)).
  - apply (error_le_half_ulp_round radix2 (FLT_exp (-1074) 53)).
  - assert (H : ulp radix2 (FLT_exp (-1074) 53) (rnd z)
                <= Rabs (rnd z) * bpow radix2 (-52) + bpow radix2 (-1074)).
    { destruct (Rle_or_lt (bpow radix2 (-1074 + 53 - 1)) (Rabs (rnd z))) as [L|L].
      - assert (K := ulp_FLT_le radix2 (-1074) 53 (rnd z) L).
        change (1 - 53)%Z with (-52)%Z in K. assert (P := bpow_gt_0 radix2 (-1074)). lra.
      - rewrite ulp_FLT_small.
        + assert (0 <= Rabs (rnd z) * bpow radix2 (-52))
            by (apply Rmult_le_pos; [apply Rabs_pos|apply bpow_ge_0]). lra.
        + reflexivity.
        + apply Rlt_le_trans with (1 := L). apply bpow_le. lia. }
    assert (U : bpow radix2 (-52) = 2 * u).
    { unfold u. replace (-52)%Z with (1 + -53)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
    assert (T : bpow radix2 (-1074) = 2 * eta).
    { unfold eta. replace (-1074)%Z with (1 + -1075)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
    rewrite U, T in H. lra.
Qed.

Lemma sum_in a b : binary64 a -> binary64 b -> Rabs (rnd (a + b) - (a + b)) <= u * Rabs (a + b).
Proof.
  intros FA FB.
  destruct (FLT_plus_error_N_ex radix2 (-1074) 53 (fun x => negb (Z.even x)) a b FA FB)
    as (d & D & Q).
  change (rnd (a + b) = (a + b) * (1 + d)) in Q. rewrite Q.
  replace ((a + b) * (1 + d) - (a + b)) with (d * (a + b)) by ring.
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
  apply Rle_trans with (1 := D). rewrite <- u_ro_is_u.
  apply u_rod1pu_ro_le_u_ro.
Qed.

Lemma sum_out a b :
  binary64 a -> binary64 b -> Rabs (rnd (a + b) - (a + b)) <= u * Rabs (rnd (a + b)).
Proof.
  intros FA FB.
  destruct (FLT_plus_error_N_round_ex radix2 (-1074) 53 (fun x => negb (Z.even x)) a b FA FB)
    as (d & D & Q).
  change (a + b = rnd (a + b) * (1 + d)) in Q.
  replace (rnd (a + b) - (a + b)) with (- d * rnd (a + b)) by lra.
  rewrite Rabs_mult, Rabs_Ropp. apply Rmult_le_compat_r; [apply Rabs_pos|].
  now rewrite <- u_ro_is_u.
Qed.

Lemma difference_in a b :
  binary64 a -> binary64 b -> Rabs (rnd (a - b) - (a - b)) <= u * Rabs (a - b).
Proof. intros FA FB. apply (sum_in a (- b) FA). now apply binary64_opp. Qed.

Lemma difference_out a b :
  binary64 a -> binary64 b -> Rabs (rnd (a - b) - (a - b)) <= u * Rabs (rnd (a - b)).
Proof. intros FA FB. apply (sum_out a (- b) FA). now apply binary64_opp. Qed.

(** A multiply-add, fused or not. *)
Lemma muladd_error fused x y z : binary64 z ->
  let w := muladd (real_arithmetic fused) x y z in
  Rabs (w - (x * y + z)) <= u * Rabs w + u * Rabs (x * y) + eta.
Proof.
  intros F. assert (U := u_pos). assert (E := eta_pos).
  assert (M : 0 <= u * Rabs (x * y)) by (apply Rmult_le_pos; [lra|apply Rabs_pos]).
  destruct fused; simpl.
  - assert (Q := rounded_out (x * y + z)). lra.
  - assert (Q := rounded_in (x * y)). assert (S := sum_out (rnd (x * y)) z (binary64_rnd _) F).
    replace (rnd (rnd (x * y) + z) - (x * y + z))
      with ((rnd (rnd (x * y) + z) - (rnd (x * y) + z)) + (rnd (x * y) - x * y)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

(** ** How relative errors grow *)

Definition growth (n : nat) : R := (1 + u) ^ n.

Lemma growth_ge_1 n : 1 <= growth n.
Proof. apply pow_R1_Rle. assert (U := u_pos). lra. Qed.

Lemma growth_S n : growth (S n) = (1 + u) * growth n.
Proof. reflexivity. Qed.

Lemma growth_le m n : (m <= n)%nat -> growth m <= growth n.
Proof. intros H. apply Rle_pow; [assert (U := u_pos); lra|exact H]. Qed.

Lemma growth_bound n : INR n * u <= / 1000000000000 -> growth n <= 1 + 10001 / 10000 * INR n * u.
Proof.
  assert (U := u_pos). induction n as [|n IH]; intros H.
  - unfold growth. simpl. lra.
  - rewrite growth_S. rewrite S_INR in *. assert (P := pos_INR n).
    assert (L : INR n * u <= / 1000000000000) by nra.
    specialize (IH L).
    apply Rle_trans with ((1 + u) * (1 + 10001 / 10000 * INR n * u)).
    + apply Rmult_le_compat_l; lra.
    + assert (0 <= INR n * u) by now apply Rmult_le_pos; [|lra].
      assert (u * (INR n * u) <= u * / 1000000000000) by (apply Rmult_le_compat_l; lra).
      nra.
Qed.
