(* SPDX-License-Identifier: Apache-2.0 *)
(** * What FinishBinary64 computes, by the sharp stage's operations

    Purpose.  a^, q^, v^, r^, c^, E1 and E0 of the model, each from those before it, by the operations that
    sharp/*.v speaks of.

    Corresponds to FinishBinary64 of lib/fast/binary64_moments-inl.h.

    Symbols.
      m        what FinishBinary64 makes of the sums
      ah, qh, vh, rh, ch   a^, q^, v^, r^, c^
      G', root, kappa      G, 1 / sqrt v and q / v as they are computed

    Main result.
      finish_is   all of them *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations binary64.model sharp.products sharp.pairs
  sharp.pair_products sharp.root sharp.means binary64.split binary64.pairs binary64.means binary64.bound.

Local Open Scope R_scope.

Lemma at_most_true x y : Rle_bool x y = true -> x <= y.
Proof. destruct (Rle_bool_spec x y); [trivial|discriminate]. Qed.

(** ** FinishBinary64 by the sharp stage's operations *)

Lemma step_constants : literal real 1 2 = 1 / 2 /\ literal real 3 8 = 3 / 8.
Proof.
  unfold literal. cbn [real real_arithmetic divide of_count].
  replace (INR 1) with 1 by (simpl; lra). replace (INR 2) with 2 by (simpl; lra).
  replace (INR 3) with 3 by (simpl; lra). replace (INR 8) with 8 by (simpl; lra).
  split; apply rnd_exact, generic_format_FLT.
  - exists (Float radix2 1 (-1)); [unfold F2R; simpl; lra|reflexivity|simpl; lia].
  - exists (Float radix2 3 (-3)); [unfold F2R; simpl; lra|reflexivity|simpl; lia].
Qed.

Lemma root_is v : divide real (power_of_two real 0) (square_root real v) = root_hat v.
Proof. reflexivity. Qed.

Lemma unit_is v root : root = root_hat (fst v) ->
  multiply_pairs real v (two_product real root root) = unit_hat true (fst v) (snd v).
Proof.
  intros E. unfold unit_hat. rewrite <- E.
  destruct pairs_are as (_ & _ & P & _ & _ & T & _). now rewrite T, P.
Qed.

Lemma step_is root defect :
  multiply real root (multiply real defect (plus real (literal real 1 2) (multiply real (literal real 3 8) defect)))
  = rnd (root * rnd (defect * muladd (real_arithmetic false) defect (3 / 8) (1 / 2))).
Proof.
  destruct step_constants as [C1 C2]. rewrite C1, C2. cbn [real real_arithmetic plus multiply muladd].
  now rewrite (Rmult_comm defect (3 / 8)), (Rplus_comm (1 / 2)).
Qed.

Lemma v_model q a eps :
  add_one real (add_pairs real q (negative real (multiply_pairs real a a))) eps = v_of q a eps.
Proof. destruct pairs_are as (_ & _ & _ & P & O & T & N). now rewrite T, N, P, O. Qed.

Lemma shift_model a r :
  negative real (multiply_pairs real a r) = opposite (times true (fst a) (snd a) (fst r) (snd r)).
Proof. destruct pairs_are as (_ & _ & _ & _ & _ & T & N). now rewrite T, N. Qed.

Section Finish.
Variable op : operation.
Variables n k : nat.
Variables most d1 d2 rest eps : R.
Variable squares : R * R.
Variable centre : option R.

Let m := finish real k real_power_above op n eps centre most d1 d2 rest squares.
Let h := height n k.
Let K := INR (tier_sum_error n k).
Let ah := offset_pair m.
Let qh := mean_square_pair m.
Let vh := v_pair m.
Let rh := rstd_step true false (fst vh) (snd vh).
Let ch := opposite (times true (fst ah) (snd ah) (fst rh) (snd rh)).
Let kappa := rnd (fst qh / fst vh).
Let root := root_hat (fst vh).
Let G' := rnd (real_power_above most * bpow radix2 (- split_bits k)).
Let e := bound_tier real h K (rnd (G' * root)) (rnd (sqrt kappa)) (Rabs (fst ch)).

Lemma offset_is : ah = offset_of op n d1 d2.
Proof. unfold ah, m. now destruct op. Qed.

Lemma mean_square_is : qh = mean_square_of n rest squares.
Proof. exact eq_refl. Qed.

Lemma v_is : vh = v_of qh ah eps.
Proof. rewrite <- v_model. exact eq_refl. Qed.

Lemma rstd_is : rstd_pair m = rh.
Proof.
  unfold rh. set (w := vh).
  set (root1 := divide real (power_of_two real 0) (square_root real (fst w))).
  set (unit1 := multiply_pairs real w (two_product real root1 root1)).
  set (defect1 := subtract real (subtract real (power_of_two real 0) (fst unit1)) (snd unit1)).
  assert (E : rstd_pair m = binary64.model.fast_two_sum real root1
    (multiply real root1 (multiply real defect1
      (plus real (literal real 1 2) (multiply real (literal real 3 8) defect1))))) by exact eq_refl.
  rewrite E, step_is. assert (U : unit1 = unit_hat true (fst w) (snd w)) by (apply unit_is, root_is).
  assert (D : defect1 = defect_hat true (fst w) (snd w)) by (unfold defect1; rewrite U; reflexivity).
  rewrite D. clear E U D defect1 unit1. unfold root1. rewrite root_is. reflexivity.
Qed.

Lemma shift_is : shift_pair m = ch.
Proof. unfold ch. rewrite <- rstd_is, <- shift_model. exact eq_refl. Qed.

Lemma bound_is : row_e1 m = fst e /\ row_e0 m = snd e.
Proof.
  set (count := of_count real (N.to_nat (sum_height (N.of_nat n) (2 ^ N.of_nat k)))).
  assert (H : count = h).
  { unfold count, h, height. cbn [real real_arithmetic of_count]. rewrite INR_IZR_INZ. f_equal. lia. }
  set (e' := bound_tier real count K (rnd (G' * root)) (rnd (sqrt kappa)) (absolute real (fst (shift_pair m)))).
  assert (E : row_e1 m = fst e' /\ row_e0 m = snd e') by (split; exact eq_refl).
  unfold e', e in *. now rewrite absolute_is, H, shift_is in E.
Qed.

Theorem finish_is :
  ah = offset_of op n d1 d2 /\ qh = mean_square_of n rest squares /\ vh = v_of qh ah eps /\
  rstd_pair m = rh /\ shift_pair m = ch /\ row_e1 m = fst e /\ row_e0 m = snd e.
Proof.
  exact (conj offset_is (conj mean_square_is (conj v_is (conj rstd_is (conj shift_is bound_is))))).
Qed.

Lemma admission_is : tier_admitted m = true -> bpow radix2 (-850) <= fst vh <= bpow radix2 850 /\ kappa <= 64.
Proof.
  intros H.
  change (in_range real least_v_exponent most_v_exponent (fst vh) && Rle_bool kappa (bpow radix2 6) = true) in H.
  apply andb_true_iff in H. destruct H as [H1 H2]. apply andb_true_iff in H1. destruct H1 as [H0 H1].
  split; [split; now apply at_most_true|]. exact (at_most_true _ _ H2).
Qed.
End Finish.
