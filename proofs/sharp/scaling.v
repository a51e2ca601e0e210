(* SPDX-License-Identifier: Apache-2.0 *)
(** * Scaling by a power of two

    Purpose.  The sharp stage multiplies x by a power of two s and eps by s^2, which is exact but for
    underflow.  Here: how little underflow moves the deviations and var + eps.  scaled_row.v has
    what that does to the answers.

    Corresponds to FindScale and ForEachBlock of lib/fast/sharp_moments-inl.h.

    Symbols.
      scaled s x, scaled_epsilon s eps   x s and eps s^2 as they are computed
      Xs, E                 the scaled row and its epsilon
      P, Q                  var + eps of the row and of the scaled one (RMSNorm: the mean square)

    Main results.
      scaled_mean           the mean is that of the scaled row over s within 2^-1075 / s
      deviation_near        deviations times s are the scaled row's within 2^-1074
      power_near            |s^2 P - Q| <= 2^-1074 (2 Q + 4) *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core Mult_error.
From ExactNorm Require Import specification exact.moments fast.model fast.operations fast.row_data.
Import ListNotations.

Local Open Scope R_scope.

Definition scaled (s x : R) : R := rnd (x * s).
Definition scaled_epsilon (s e : R) : R := rnd (rnd (e * s) * s).

(** ** One number *)

Lemma scaled_up j x : (0 <= j)%Z -> binary64 x -> binary64 (x * bpow radix2 j).
Proof. intros J F. now apply (mult_bpow_pos_exact_FLT radix2 (-1074) 53). Qed.

Lemma scaled_one x : binary64 x -> scaled 1 x = x.
Proof. intros F. unfold scaled. now rewrite Rmult_1_r, rnd_exact. Qed.

Lemma power_product x j : binary64 x -> Rabs (rnd (x * bpow radix2 j) - x * bpow radix2 j) <= eta.
Proof.
  intros F. assert (E := eta_pos).
  destruct (Rle_or_lt (bpow radix2 (-1021)) (Rabs (x * bpow radix2 j))) as [L|L].
  - assert (N : x <> 0).
    { intros ->. rewrite Rmult_0_l, Rabs_R0 in L. assert (B := bpow_gt_0 radix2 (-1021)). lra. }
    assert (M := mag_ge_bpow radix2 _ (-1020) L). rewrite mag_mult_bpow in M by exact N.
    rewrite rnd_exact; [rewrite Rminus_diag_eq, Rabs_R0 by reflexivity; lra|].
    apply (mult_bpow_exact_FLT radix2 (-1074) 53); [exact F|lia].
  - apply Rle_trans with (/ 2 * ulp radix2 (FLT_exp (-1074) 53) (x * bpow radix2 j)).
    + apply (error_le_half_ulp radix2 (FLT_exp (-1074) 53)).
    + rewrite ulp_FLT_small; [|reflexivity|exact L].
      unfold eta. replace (-1075)%Z with (-1 + -1074)%Z by reflexivity. rewrite bpow_plus.
      apply Rle_refl.
Qed.

Lemma scaled_epsilon_near j e : binary64 e ->
  let s := bpow radix2 j in Rabs (scaled_epsilon s e - s * s * e) <= 2 * eta.
Proof.
  intros F s. assert (P := eta_pos). unfold scaled_epsilon.
  assert (A := power_product (rnd (e * s)) j (binary64_rnd _)). fold s in A.
  destruct (Z_le_gt_dec 0 j) as [J|J].
  - rewrite (rnd_exact (e * s)) in * by now apply scaled_up.
    replace (s * s * e) with (e * s * s) by ring. lra.
  - assert (B := power_product e j F). fold s in B.
    assert (S : 0 <= s <= 1) by (split; [apply bpow_ge_0|apply (bpow_le radix2 j 0); lia]).
    replace (rnd (rnd (e * s) * s) - s * s * e)
      with ((rnd (rnd (e * s) * s) - rnd (e * s) * s) + s * (rnd (e * s) - e * s)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult, (Rabs_pos_eq s) by lra.
    assert (s * Rabs (rnd (e * s) - e * s) <= 1 * eta) by (apply Rmult_le_compat; try apply Rabs_pos; lra).
    lra.
Qed.

Lemma scaled_epsilon_binary64 s e : 0 <= e -> 0 <= s ->
  binary64 (scaled_epsilon s e) /\ 0 <= scaled_epsilon s e.
Proof.
  intros E S. split; [apply binary64_rnd|]. apply rnd_ge_0, Rmult_le_pos; [|exact S].
  apply rnd_ge_0. now apply Rmult_le_pos.
Qed.

(** ** Means over a row *)

Lemma sum_near (f g : R -> R) d (l : list R) :
  (forall x, In x l -> Rabs (f x - g x) <= d x) ->
  Rabs (sum (map f l) - sum (map g l)) <= sum (map d l).
Proof.
  induction l as [|a l IH]; intros H; unfold sum in *; cbn [map fold_right].
  - rewrite Rminus_0_r, Rabs_R0. lra.
  - assert (A := H a (or_introl eq_refl)). specialize (IH (fun x I => H x (or_intror I))).
    replace (f a + fold_right Rplus 0 (map f l) - (g a + fold_right Rplus 0 (map g l)))
      with ((f a - g a) + (fold_right Rplus 0 (map f l) - fold_right Rplus 0 (map g l))) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Lemma sum_times c (f : R -> R) (l : list R) : sum (map (fun x => c * f x) l) = c * sum (map f l).
Proof. induction l as [|a l IH]; unfold sum in *; cbn [map fold_right]; [ring|rewrite IH; ring]. Qed.

Lemma sum_affine c d (f : R -> R) (l : list R) :
  sum (map (fun x => c * f x + d) l) = c * sum (map f l) + INR (length l) * d.
Proof.
  induction l as [|a l IH]; unfold sum in *; [cbn; ring|].
  change (length (a :: l)) with (S (length l)). rewrite S_INR. cbn [map fold_right]. rewrite IH. ring.
Qed.

Section Row.
Variable op : operation.
Variable xs : list R.
Variable eps : R.
Variable j : Z.
Let s := bpow radix2 j.
Let Xs := map (scaled s) xs.
Let E := scaled_epsilon s eps.
Let N := count xs.
Let P := power op xs eps.
Let Q := power op Xs E.

Hypothesis not_empty : xs <> [].
Hypothesis row_binary64 : Forall binary64 xs.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.

Lemma s_pos : 0 < s.
Proof. apply bpow_gt_0. Qed.

Lemma N_pos : 0 < N.
Proof. now apply count_positive. Qed.

Lemma scaled_count : count Xs = N.
Proof. unfold count, Xs. now rewrite map_length. Qed.

Lemma scaled_near x : In x xs -> Rabs (scaled s x - s * x) <= eta.
Proof.
  intros I. assert (F := row_binary64). rewrite Forall_forall in F.
  rewrite (Rmult_comm s). now apply power_product, F.
Qed.

Lemma scaled_mean_near : Rabs (mean Xs - s * mean xs) <= eta.
Proof.
  assert (S := sum_near (scaled s) (fun x => s * x) (fun _ => eta) xs scaled_near).
  rewrite (sum_times s (fun x => x)), map_id in S.
  replace (sum (map (fun _ => eta) xs)) with (N * eta) in S.
  2:{ assert (A := sum_affine 0 eta (fun x => x) xs). rewrite Rmult_0_l, Rplus_0_l in A.
      unfold N, count. rewrite <- A. f_equal. apply map_ext. intros x. ring. }
  assert (Np := N_pos). unfold mean. rewrite scaled_count. fold N. fold Xs in S.
  replace (sum Xs / N - s * (sum xs / N)) with ((sum Xs - s * sum xs) * / N) by (field; lra).
  assert (I : 0 < / N) by now apply Rinv_0_lt_compat.
  rewrite Rabs_mult, (Rabs_pos_eq (/ N)) by lra.
  replace eta with (N * eta * / N) by (field; lra). apply Rmult_le_compat_r; lra.
Qed.

(** The mean, after division by s. *)
Theorem scaled_mean : Rabs (mean Xs / s - mean xs) <= eta / s.
Proof.
  assert (S := s_pos). assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  replace (mean Xs / s - mean xs) with ((mean Xs - s * mean xs) * / s) by (field; lra).
  rewrite Rabs_mult, (Rabs_pos_eq (/ s)) by lra. apply Rmult_le_compat_r; [lra|exact scaled_mean_near].
Qed.

Theorem deviation_near x : In x xs ->
  Rabs (deviation op Xs (scaled s x) - s * deviation op xs x) <= 2 * eta.
Proof.
  intros I. assert (A := scaled_near x I). assert (B := scaled_mean_near). assert (P0 := eta_pos).
  destruct op; cbn [deviation]; [|lra].
  replace (scaled s x - mean Xs - s * (x - mean xs))
    with ((scaled s x - s * x) + - (mean Xs - s * mean xs)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra.
Qed.

Lemma power_by_deviations l e :
  power op l e = sum (map (fun x => deviation op l x * deviation op l x) l) / count l + e.
Proof. now destruct op. Qed.

Theorem power_near : Rabs (s * s * P - Q) <= 2 * eta * (2 * Q + 4).
Proof.
  assert (Np := N_pos). assert (I : 0 < / N) by now apply Rinv_0_lt_compat. assert (P0 := eta_pos).
  assert (En := scaled_epsilon_near j eps eps_binary64). cbv zeta in En. fold s E in En.
  assert (E0 := proj2 (scaled_epsilon_binary64 s eps eps_pos (Rlt_le _ _ s_pos))). fold E in E0.
  unfold P, Q. rewrite !power_by_deviations, scaled_count. fold N.
  set (D := fun x => deviation op Xs (scaled s x)). set (d := fun x => s * deviation op xs x).
  assert (T := sum_near (fun x => D x * D x) (fun x => d x * d x)
    (fun x => 2 * eta * (D x * D x) + 4 * eta) xs).
  assert (H : forall x, In x xs -> Rabs (D x * D x - d x * d x) <= 2 * eta * (D x * D x) + 4 * eta).
  { intros x Ix. assert (G := deviation_near x Ix). fold (D x) (d x) in G.
    replace (D x * D x - d x * d x) with ((D x - d x) * (2 * D x - (D x - d x))) by ring.
    rewrite Rabs_mult. set (z := D x - d x) in *.
    assert (Z : Rabs (2 * D x - z) <= 2 * Rabs (D x) + 2 * eta).
    { apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq 2) by lra. lra. }
    assert (Small : eta <= / 2).
    { apply Rle_trans with (bpow radix2 (-1)); [apply bpow_le; lia|simpl; lra]. }
    assert (Sq : 2 * Rabs (D x) <= D x * D x + 1).
    { assert (K := Rle_0_sqr (Rabs (D x) - 1)). unfold Rsqr in K.
      assert (Y : Rabs (D x) * Rabs (D x) = D x * D x) by (rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
      lra. }
    apply Rle_trans with (2 * eta * (D x * D x + 2)); [|lra].
    apply Rmult_le_compat; try apply Rabs_pos; lra. }
  specialize (T H). rewrite (sum_affine (2 * eta)) in T. fold (count xs) N in T.
  replace (map (fun x => deviation op Xs x * deviation op Xs x) Xs) with (map (fun x => D x * D x) xs)
    by (unfold Xs at 3; now rewrite map_map).
  set (B := sum (map (fun x => D x * D x) xs)) in *.
  set (b := sum (map (fun x => deviation op xs x * deviation op xs x) xs)).
  replace (sum (map (fun x => d x * d x) xs)) with (s * s * b) in T.
  2:{ unfold b. rewrite <- (sum_times (s * s)). f_equal. apply map_ext. intros x. unfold d. ring. }
  replace (s * s * (b / N + eps) - (B / N + E))
    with (- ((B - s * s * b) * / N) + - (E - s * s * eps)) by (unfold Rdiv; ring).
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_Ropp.
  rewrite Rabs_mult, (Rabs_pos_eq (/ N)) by lra.
  assert (T' : Rabs (B - s * s * b) * / N <= 2 * eta * (B / N) + 4 * eta).
  { replace (2 * eta * (B / N) + 4 * eta) with ((2 * eta * B + N * (4 * eta)) * / N) by (field; lra).
    apply Rmult_le_compat_r; lra. }
  assert (B0 : 0 <= B / N) by (apply Rmult_le_pos; [apply sum_of_squares_nonnegative|lra]).
  assert (0 <= eta * (B / N)) by (apply Rmult_le_pos; lra).
  assert (0 <= eta * E) by (apply Rmult_le_pos; lra). lra.
Qed.
End Row.
