(* SPDX-License-Identifier: Apache-2.0 *)
(** * The pairs of binary64 rows are double-doubles

    Purpose.  The operations on pairs of the binary64 rows' first tier are those of the sharp stage on a
    machine with an FMA, so what sharp/*.v proves of them holds.  Division by a binary64 is new.

    Corresponds to TwoSum, ..., Negative of lib/fast/binary64_moments-inl.h.

    Symbols: those of model.v, and of sharp/pairs.v, sharp/products.v: within A x, times, ...
      real        binary64 over R with an FMA

    Main results.
      pairs_are     two_sum, ..., multiply_pairs are those of sharp/*.v
      divide_near   x / n of x within A and 1 <= n: off by 9.1 u^2 A / n + 9 eta *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations binary64.model sharp.ends sharp.squares
  sharp.products sharp.addition sharp.pairs sharp.pair_products sharp.root sharp.means.

Local Open Scope R_scope.

Definition real : arithmetic R := real_arithmetic true.

Theorem pairs_are :
  (forall a b, two_sum real a b = (rnd (a + b), two_sum_error a b)) /\
  (forall a b, binary64.model.fast_two_sum real a b = fast_two_sum a b) /\
  (forall a b, two_product real a b = (rnd (a * b), two_product_error true a b)) /\
  (forall x y, add_pairs real x y = plus_pair x y) /\
  (forall x b, add_one real x b = plus_one (fst x) (snd x) b) /\
  (forall x y, multiply_pairs real x y = times true (fst x) (snd x) (fst y) (snd y)) /\
  (forall x, negative real x = opposite x).
Proof. repeat split. Qed.

(** A sum of two numbers, exactly. *)
Lemma two_sum_pair a b : binary64 a -> binary64 b ->
  value_of (two_sum real a b) = a + b /\ within (Rabs (rnd (a + b))) (two_sum real a b).
Proof.
  intros Fa Fb. assert (E := two_sum_exact a b Fa Fb).
  change (two_sum real a b) with (rnd (a + b), two_sum_error a b). split; [exact E|].
  unfold within. cbn [fst snd]. split; [apply binary64_rnd|]. split; [apply binary64_rnd|].
  split; [apply Rle_refl|]. rewrite two_sum_low by assumption. now apply sum_out.
Qed.

Theorem divide_near A x n : within A x -> binary64 n -> 1 <= n ->
  let z := divide_by real x n in
  Rabs (value_of z - value_of x / n) <= 91 / 10 * (u * (u * (A / n))) + 9 * eta /\
  within ((1 + 10 * u) * (A / n) + 40 * eta) z /\ Rabs (snd z) <= 31 / 10 * (u * Rabs (fst z)).
Proof.
  destruct x as [ah al]. intros (Fh & Fl & Ah & Al) Fn Hn. cbn [fst snd] in *.
  assert (A0 := Rabs_pos ah). assert (E := eta_pos). assert (Ue := u_part eta ltac:(lra)).
  assert (Uue := u_part _ (proj1 Ue)).
  assert (Pi : 0 < / n <= 1).
  { split; [apply Rinv_0_lt_compat; lra|]. rewrite <- Rinv_1. apply Rinv_le_contravar; lra. }
  unfold Rdiv. set (i := / n) in *. assert (Ni : n * i = 1) by (unfold i; field; lra).
  assert (M : 0 <= A * i) by (apply Rmult_le_pos; lra).
  assert (V := u_part _ M). assert (W := u_part _ (proj1 V)). assert (W3 := u_part _ (proj1 W)).
  set (m := A * i) in *.
  (* the quotient *)
  set (q := rnd (ah * i)).
  assert (Hq : Rabs (ah * i) <= m).
  { unfold m. rewrite Rabs_mult, (Rabs_pos_eq i) by lra. apply Rmult_le_compat_r; lra. }
  assert (Iq := rounded_in (ah * i)). fold q in Iq. assert (U1 := by_u _ _ Hq).
  assert (Bq := at_most_by q (ah * i)).
  (* everything is divided by n: e_ stands for an error, times i *)
  assert (Over : forall y z b, Rabs (y - z) <= b -> Rabs (y * i - z * i) <= b * i).
  { intros y z b H. replace (y * i - z * i) with ((y - z) * i) by ring.
    rewrite Rabs_mult, (Rabs_pos_eq i) by lra. apply Rmult_le_compat_r; lra. }
  assert (Ui : 0 <= eta * i <= eta) by (split; [apply Rmult_le_pos; lra|]; rewrite <- Rmult_1_r; apply Rmult_le_compat_l; lra).
  assert (Uei : u * (eta * i) <= / 1000000000000000 * eta).
  { assert (X := u_part _ (proj1 Ui)). lra. }
  assert (Fq : binary64 q) by apply binary64_rnd.
  assert (Ex := two_product_near true q n Fq Fn). assert (Ip := rounded_in (q * n)).
  set (ph := rnd (q * n)) in *. set (pl := two_product_error true q n) in *.
  assert (Fp : binary64 ph) by apply binary64_rnd. assert (Fpl : binary64 pl) by apply binary64_rnd.
  assert (Ex' := Over _ _ _ Ex). assert (Ip' := Over _ _ _ Ip).
  replace (q * n * i) with q in Ex', Ip' by (rewrite Rmult_assoc, Ni; ring).
  replace ((u * Rabs (q * n) + eta) * i) with (u * Rabs q + eta * i) in Ip'.
  2:{ rewrite Rabs_mult, (Rabs_pos_eq n) by lra. replace ((u * (Rabs q * n) + eta) * i)
        with (u * Rabs q * (n * i) + eta * i) by ring. rewrite Ni. ring. }
  replace ((ph + pl) * i) with (ph * i + pl * i) in Ex' by ring.
  replace (7 * eta * i) with (7 * (eta * i)) in Ex' by ring.
  assert (U2 : u * Rabs q <= u * (m + u * m + eta)) by (apply by_u; lra).
  rewrite !Rmult_plus_distr_l in U2.
  set (Q := ph * i) in *. set (P := pl * i) in *. set (a := ah * i) in *.
  (* the remainder *)
  assert (Round : forall y z, binary64 y -> binary64 z ->
            Rabs (rnd (y + z) * i - (y * i + z * i)) <= u * Rabs (y * i + z * i)).
  { intros y z Fy Fz. assert (X := Over _ _ _ (sum_in y z Fy Fz)).
    replace ((y + z) * i) with (y * i + z * i) in X by ring.
    replace (u * Rabs (y + z) * i) with (u * Rabs (y * i + z * i)) in X; [exact X|].
    replace (y * i + z * i) with ((y + z) * i) by ring.
    rewrite Rabs_mult, (Rabs_pos_eq i) by lra. ring. }
  assert (R1 := Round ah (- ph) Fh (binary64_opp _ Fp)).
  change (rnd (ah + - ph)) with (rnd (ah - ph)) in R1. fold a in R1.
  replace (- ph * i) with (- Q) in R1 by (unfold Q; ring). fold (a - Q) in R1.
  set (c1 := rnd (ah - ph)) in *. assert (F1 : binary64 c1) by apply binary64_rnd.
  assert (B1 : Rabs (a - Q) <= 2 * (u * m) + 2 * (u * (u * m)) + 3 * eta).
  { replace (a - Q) with (- (q - a) + - (Q - q)) by ring. apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite !Rabs_Ropp. lra. }
  assert (U3 := by_u _ _ B1). rewrite !Rmult_plus_distr_l in U3.
  assert (R2 := Round c1 (- pl) F1 (binary64_opp _ Fpl)).
  change (rnd (c1 + - pl)) with (rnd (c1 - pl)) in R2.
  replace (- pl * i) with (- P) in R2 by (unfold P; ring).
  set (c2 := rnd (c1 - pl)) in *. assert (F2 : binary64 c2) by apply binary64_rnd.
  set (k1 := c1 * i) in *.
  assert (B2 : Rabs (k1 + - P) <= u * m + 3 * (u * (u * m)) + 10 * eta).
  { replace (k1 + - P) with ((k1 - (a - Q)) + - (q - a) + - (Q + P - q)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (T := Rabs_triang (k1 - (a - Q)) (- (q - a))). rewrite !Rabs_Ropp in *.
    replace (k1 - (a + - Q)) with (k1 - (a - Q)) in R1 by ring. lra. }
  assert (U4 := by_u _ _ B2). rewrite !Rmult_plus_distr_l in U4.
  assert (R3 := Round c2 al F2 Fl). set (rest := rnd (c2 + al)) in *. set (k2 := c2 * i) in *.
  assert (Bl : Rabs (al * i) <= u * m).
  { rewrite Rabs_mult, (Rabs_pos_eq i) by lra. unfold m. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  set (l := al * i) in *.
  assert (A2 := at_most_by k2 (k1 + - P)). assert (T3 := Rabs_triang k2 l).
  assert (B3 : Rabs (k2 + l) <= 2 * (u * m) + 5 * (u * (u * m)) + 11 * eta) by lra.
  assert (U5 := by_u _ _ B3). rewrite !Rmult_plus_distr_l in U5.
  set (k3 := rest * i) in *. assert (A3 := at_most_by k3 (k2 + l)).
  assert (B4 : Rabs k3 <= 2 * (u * m) + 8 * (u * (u * m)) + 12 * eta) by lra.
  assert (U6 := by_u _ _ B4). rewrite !Rmult_plus_distr_l in U6.
  assert (Iw := rounded_in k3). set (w := rnd k3) in *. assert (A4 := at_most_by w k3).
  assert (B5 : Rabs w <= 2 * (u * m) + 11 * (u * (u * m)) + 14 * eta) by lra.
  assert (U7 := by_u _ _ B5). rewrite !Rmult_plus_distr_l in U7.
  (* the pair *)
  assert (Fw : binary64 w) by apply binary64_rnd.
  destruct (fast_two_sum_near q w Fq Fw) as (G1 & G2 & N1 & N2 & N3).
  change (divide_by real (ah, al) n) with (fast_two_sum q w).
  set (z := fast_two_sum q w) in *. cbv zeta. split; [|split; [|exact N2]].
  - change (value_of (ah, al) * i) with ((ah + al) * i).
    replace (value_of z - (ah + al) * i) with ((value_of z - (q + w)) + (w - k3) + (k3 - (k2 + l))
      + (k2 - (k1 + - P)) + (k1 - (a - Q)) + - (Q + P - q)) by (unfold a, l; ring).
    replace (k1 - (a + - Q)) with (k1 - (a - Q)) in R1 by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
    assert (X1 := Rabs_triang ((value_of z - (q + w)) + (w - k3) + (k3 - (k2 + l)) + (k2 - (k1 + - P))) (k1 - (a - Q))).
    assert (X2 := Rabs_triang ((value_of z - (q + w)) + (w - k3) + (k3 - (k2 + l))) (k2 - (k1 + - P))).
    assert (X3 := Rabs_triang ((value_of z - (q + w)) + (w - k3)) (k3 - (k2 + l))).
    assert (X4 := Rabs_triang (value_of z - (q + w)) (w - k3)). lra.
  - assert (Z : Rabs (fst z - (q + w)) <= u * Rabs (q + w)) by (apply sum_in; assumption).
    assert (Tz := Rabs_triang q w). assert (Az := at_most_by (fst z) (q + w)).
    assert (B6 : Rabs (q + w) <= m + 4 * (u * m) + 16 * eta) by lra.
    assert (U8 := by_u _ _ B6). rewrite !Rmult_plus_distr_l in U8.
    assert (B7 : Rabs (fst z) <= m + 6 * (u * m) + 17 * eta) by lra.
    assert (U9 := by_u _ _ B7). rewrite !Rmult_plus_distr_l in U9.
    split; [exact G1|]. split; [exact G2|].
    replace ((1 + 10 * u) * m + 40 * eta) with (m + 10 * (u * m) + 40 * eta) by ring.
    rewrite !Rmult_plus_distr_l. split; lra.
Qed.
