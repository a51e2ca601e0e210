(* SPDX-License-Identifier: Apache-2.0 *)
(** * The length of a lane, K, and the constants of admission

    Purpose.  How many numbers a lane of a row is given, and that K of SharpSumError, as the code
    computes it in binary64, has room for what lanes.v and means.v say of so many; and that it is small
    enough beside the largest kappa that is admitted.

    Corresponds to SharpSumError, kSharpKappa and kSharpLeastV of lib/fast/sharp_error_bounds.h.

    Symbols.
      k, columns   vectors of 2^k lanes, 16 at most; a row of 2^31 columns at most
      ledger_k     K
      most_kappa   kSharpKappa
      least_v, most_v   kSharpLeastV and its inverse

    Main results.
      lane_length_is   columns / (2 lanes), rounded up
      k_room           (n + 9)^2 + 33 - n <= K and 132 <= K, n being that length
      k_small          K kSharpKappa u^2 <= 1 / 1000 *)

From Coq Require Import ZArith NArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.elements
  sharp.bound sharp.lanes.

Local Open Scope R_scope.

Definition most_kappa : R := bpow radix2 36.
Definition least_v : R := bpow radix2 (-900).
Definition most_v : R := bpow radix2 900.

Definition ledger_k (k columns : nat) : R :=
  computed_sharp_sum_error (N.of_nat columns) (2 ^ N.of_nat k).

Lemma pieces_cover {X} n : (0 < n)%nat -> forall fuel (l : list X), (length l <= fuel)%nat ->
  (length l <= n * length (pieces fuel n l))%nat.
Proof.
  intros P. induction fuel as [|fuel IH]; intros l H.
  - destruct l; simpl in *; lia.
  - destruct l as [|a l]; [simpl; lia|].
    change (pieces (S fuel) n (a :: l)) with (firstn n (a :: l) :: pieces fuel n (skipn n (a :: l))).
    change (length (firstn n (a :: l) :: pieces fuel n (skipn n (a :: l))))
      with (S (length (pieces fuel n (skipn n (a :: l))))).
    assert (L : (length (skipn n (a :: l)) <= fuel)%nat)
      by (rewrite skipn_length; cbn [length] in *; lia).
    assert (C := IH _ L). rewrite skipn_length in C. rewrite Nat.mul_succ_r.
    set (q := length (pieces fuel n (skipn n (a :: l)))) in *. lia.
Qed.

Theorem lane_length_is w es : (0 < w)%nat -> lane_length w es = ((length es + (w - 1)) / w)%nat.
Proof.
  intros W. unfold lane_length. set (c := length es). set (q := ((c + (w - 1)) / w)%nat).
  assert (D := Nat.div_mod (c + (w - 1)) w ltac:(lia)). fold q in D.
  assert (M := Nat.mod_upper_bound (c + (w - 1)) w ltac:(lia)).
  assert (A := pieces_number w q W c es ltac:(unfold c in *; lia)).
  assert (B := pieces_cover w W c es (le_n _)). fold c in B. fold c in A.
  set (p := length (pieces c w es)) in *. nia.
Qed.

Lemma binary64_whole z : (Z.abs z <= 2 ^ 53)%Z -> binary64 (IZR z).
Proof.
  intros H. destruct (Z.eq_dec (Z.abs z) (2 ^ 53)) as [E|E].
  - destruct (Z.abs_eq_cases z (2 ^ 53)) as [-> | ->]; [rewrite E; reflexivity| |];
      [|change (- 2 ^ 53)%Z with (- (2 ^ 53))%Z; rewrite opp_IZR; apply binary64_opp];
      change (IZR (2 ^ 53)) with (bpow radix2 53); apply generic_format_bpow; unfold FLT_exp; lia.
  - apply generic_format_FLT. exists (Float radix2 z 0).
    + unfold F2R. cbn. ring.
    + cbn. change (2 ^ 53)%Z with (Z.pow_pos 2 53) in *. lia.
    + cbn. lia.
Qed.

Lemma columns_binary64 c : at_most_2_31 c -> binary64 (INR c) /\ 1 <= INR c <= bpow radix2 53.
Proof.
  intros [C0 C1]. rewrite INR_IZR_INZ. split.
  - apply binary64_whole. rewrite Z.abs_eq by lia. apply Z.le_trans with (1 := C1). now apply Z.pow_le_mono_r.
  - split; [apply IZR_le; lia|]. change (bpow radix2 53) with (IZR (2 ^ 53)). apply IZR_le.
    apply Z.le_trans with (1 := C1). now apply Z.pow_le_mono_r.
Qed.

Section Length.
Variable k : nat.
Variable es : list (R * R).
Let c := length es.
Let n := INR (lane_length (2 ^ S k) es).

Hypothesis lanes : (k <= 4)%nat.
Hypothesis columns : at_most_2_31 (length es).

Lemma additions_are : IZR (Z.of_N (sharp_additions (N.of_nat c) (2 ^ N.of_nat k))) = n + 1.
Proof.
  assert (W : (0 < 2 ^ S k)%nat) by (apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  unfold n. rewrite lane_length_is by exact W. fold c. unfold sharp_additions.
  assert (E : (2 * 2 ^ N.of_nat k)%N = N.of_nat (2 ^ S k)).
  { rewrite <- N.pow_succ_r', <- Nnat.Nat2N.inj_succ. now rewrite Nnat.Nat2N.inj_pow. }
  rewrite E, <- S_INR, INR_IZR_INZ. f_equal.
  rewrite N2Z.inj_add, N2Z.inj_div, N2Z.inj_add, N2Z.inj_sub by lia.
  rewrite !nat_N_Z, Nat2Z.inj_succ, Nat2Z.inj_div, Nat2Z.inj_add, Nat2Z.inj_sub by lia.
  reflexivity.
Qed.

Lemma n_range : 1 <= n <= 1073741824.
Proof.
  assert (W : (0 < 2 ^ S k)%nat) by (apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  destruct columns as [C0 C1]. unfold n. rewrite lane_length_is by exact W. fold c in C0, C1 |- *.
  assert (W2 : (2 <= 2 ^ S k)%nat).
  { cbn [Nat.pow]. assert (2 ^ k <> 0)%nat by (apply Nat.pow_nonzero; lia). lia. }
  set (w := (2 ^ S k)%nat) in *. split.
  - change 1 with (INR 1). apply le_INR. apply Nat.div_le_lower_bound; lia.
  - replace 1073741824 with (IZR 1073741824) by reflexivity. rewrite INR_IZR_INZ. apply IZR_le.
    rewrite Nat2Z.inj_div. apply Z.le_trans with ((Z.of_nat c + 1) / 2)%Z.
    + apply Z.div_le_lower_bound; [lia|].
      assert (D := Z.div_mod (Z.of_nat (c + (w - 1))) (Z.of_nat w) ltac:(lia)).
      assert (M := Z.mod_pos_bound (Z.of_nat (c + (w - 1))) (Z.of_nat w) ltac:(lia)).
      set (q := (Z.of_nat (c + (w - 1)) / Z.of_nat w)%Z) in *.
      destruct (Z.le_gt_cases q 0) as [Q|Q]; [lia|].
      assert (P : (0 <= (Z.of_nat w - 2) * (q - 1))%Z) by (apply Z.mul_nonneg_nonneg; lia). lia.
    + apply Z.lt_succ_r, Z.div_lt_upper_bound; lia.
Qed.

Lemma n_few : n * u <= / 5000000.
Proof. destruct n_range as [_ H]. rewrite u_value. lra. Qed.

(** K, and its two roundings. *)
Lemma k_near : 132 <= ledger_k k (length es) /\
  Rabs (ledger_k k (length es) - ((n + 9) * (n + 9) + 32)) <= 3 * u * ((n + 9) * (n + 9)).
Proof.
  destruct n_range as [N0 N1]. unfold ledger_k, computed_sharp_sum_error. fold c. rewrite additions_are.
  assert (Us := u_small). assert (Up := u_pos).
  assert (E : rnd (n + 1 + 8) = n + 9).
  { replace (n + 1 + 8) with (n + 9) by ring. apply rnd_exact. unfold n in *. rewrite INR_IZR_INZ in *.
    rewrite <- plus_IZR. apply binary64_whole. change 1 with (IZR 1) in N0.
    apply le_IZR in N0. apply le_IZR in N1. rewrite Z.abs_eq by lia. change (2 ^ 53)%Z with 9007199254740992%Z. lia. }
  rewrite E. set (m := n + 9). assert (M : 100 <= m * m) by (replace 100 with (10 * 10) by ring; apply Rmult_le_compat; unfold m; lra).
  assert (B32 : binary64 32) by now apply (binary64_whole 32).
  assert (A : Rabs (rnd (m * m) - m * m) <= u * (m * m)).
  { rewrite <- (Rabs_pos_eq (m * m)) at 3 by lra. apply normal_in. rewrite Rabs_pos_eq by lra.
    apply Rle_trans with (2 := M). apply Rle_trans with (bpow radix2 0); [apply bpow_le; lia|simpl; lra]. }
  assert (L : 100 <= rnd (m * m)).
  { rewrite <- (rnd_exact 100) by now apply (binary64_whole 100). now apply rnd_le. }
  split.
  - rewrite <- (rnd_exact 132) by now apply (binary64_whole 132). apply rnd_le. lra.
  - set (s := rnd (m * m)) in *. assert (S := sum_in s 32 (binary64_rnd _) B32).
    assert (Um : u * (m * m) <= / 1000000000000000 * (m * m)) by (apply Rmult_le_compat_r; lra).
    apply Rabs_le_inv in A.
    assert (T : u * Rabs (s + 32) <= u * (15 / 10 * (m * m))) by (apply Rmult_le_compat_l; [lra|]; rewrite Rabs_pos_eq; lra).
    apply Rabs_le_inv in S. apply Rabs_le. lra.
Qed.

Theorem k_room : 132 <= ledger_k k (length es) /\ (n + 9) * (n + 9) + 33 - n <= ledger_k k (length es).
Proof.
  destruct k_near as [L H]. split; [exact L|]. destruct n_range as [N0 N1].
  set (K := ledger_k k (length es)) in *.
  destruct (Rle_or_lt 2 n) as [N2|N2].
  - apply Rabs_le_inv in H.
    assert (Q : (n + 9) * (n + 9) <= 1073741833 * (n + 9)) by (apply Rmult_le_compat_r; lra).
    assert (P : 3 * u * ((n + 9) * (n + 9)) <= 3 * u * (1073741833 * (n + 9))).
    { apply Rmult_le_compat_l; [assert (U := u_pos); lra|exact Q]. }
    rewrite u_value in *. lra.
  - assert (E : n = 1).
    { unfold n in *. change 2 with (INR 2) in N2. change 1 with (INR 1) in *. apply INR_lt in N2. apply INR_le in N0.
      f_equal. lia. }
    rewrite E. lra.
Qed.

Theorem k_small : ledger_k k (length es) * most_kappa * (u * u) <= / 1000.
Proof.
  destruct k_near as [_ H]. destruct n_range as [N0 N1]. apply Rabs_le_inv in H.
  assert (Us := u_small). assert (Up := u_pos). set (K := ledger_k k (length es)) in *.
  assert (Q : (n + 9) * (n + 9) <= 1073741833 * 1073741833) by (apply Rmult_le_compat; lra).
  assert (Q0 : 0 <= (n + 9) * (n + 9)) by (apply Rmult_le_pos; lra).
  assert (P : 3 * u * ((n + 9) * (n + 9)) <= / 1000000000 * ((n + 9) * (n + 9)))
    by (apply Rmult_le_compat_r; lra).
  assert (KQ : K <= 1152921530000000000) by lra.
  apply Rle_trans with (1152921530000000000 * (most_kappa * (u * u))).
  - rewrite Rmult_assoc. apply Rmult_le_compat_r; [|exact KQ].
    unfold most_kappa, u. rewrite <- !bpow_plus. apply bpow_ge_0.
  - unfold most_kappa, u. rewrite <- !bpow_plus. simpl (36 + (-53 + -53))%Z.
    simpl bpow. lra.
Qed.

End Length.
