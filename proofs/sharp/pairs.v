(* SPDX-License-Identifier: Apache-2.0 *)
(** * Sums in double-double against magnitudes

    Purpose.  What Add can be off where the high parts may cancel: against a bound on the magnitude of
    the operands instead of the result.  FastTwoSum is taken for any two numbers, in whatever
    order: where it is not exact, little is lost.

    Corresponds to FastTwoSum and Add of lib/fast/double_double-inl.h.

    Symbols.
      within A x       x is a pair of binary64 numbers, at most A and u A
      plus_pair x y    Add of two double-doubles; plus_one is that of addition.v

    Main results, for x within A, y within B and |b| <= B.
      fast_two_sum_near   in whatever order: off by 1.01 u |b|; the low part is at most 3.1 u of the high one
      plus_pair_error     6.2 u^2 (A + B)
      plus_one_near       4.1 u^2 (A + B) *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.certified sharp.ends
  sharp.squares sharp.products sharp.addition.

Local Open Scope R_scope.

Lemma by_u a b : a <= b -> u * a <= u * b.
Proof. intros H. apply Rmult_le_compat_l; [apply Rlt_le, u_pos|exact H]. Qed.

Lemma u_part a : 0 <= a -> 0 <= u * a <= / 1000000000000000 * a.
Proof.
  intros H. split; [apply Rmult_le_pos; [apply Rlt_le, u_pos|exact H]|].
  apply Rmult_le_compat_r; [exact H|exact u_small].
Qed.

(** |x| <= |y| + |x - y|. *)
Lemma at_most_by x y : Rabs x <= Rabs y + Rabs (x - y).
Proof. replace x with (y + (x - y)) at 1 by ring. apply Rabs_triang. Qed.

Lemma eta_beside_squares : eta <= / 1000 * (u * u).
Proof.
  apply Rle_trans with (bpow radix2 (-10) * (u * u)).
  - unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
  - apply Rmult_le_compat_r; [|simpl; lra]. unfold u. rewrite <- bpow_plus. apply bpow_ge_0.
Qed.

Lemma two_sum_low a b : binary64 a -> binary64 b ->
  Rabs (two_sum_error a b) = Rabs (rnd (a + b) - (a + b)).
Proof.
  intros Fa Fb. assert (E := two_sum_exact a b Fa Fb). rewrite <- Rabs_Ropp. f_equal. lra.
Qed.

(** ** FastTwoSum in whatever order *)

Theorem fast_two_sum_near a b : binary64 a -> binary64 b ->
  let z := fast_two_sum a b in
  binary64 (fst z) /\ binary64 (snd z) /\
  Rabs (value_of z - (a + b)) <= 101 / 100 * (u * Rabs b) /\
  Rabs (snd z) <= 31 / 10 * (u * Rabs (fst z)) /\
  Rabs (snd z) <= u * Rabs (fst z) + 101 / 100 * (u * Rabs b).
Proof.
  intros Fa Fb z. split; [apply binary64_rnd|]. split; [apply binary64_rnd|].
  assert (Pb := Rabs_pos b). assert (Ub := u_part _ Pb).
  assert (Uz := u_part _ (Rabs_pos (fst z))).
  destruct (Rle_or_lt (Rabs b) (Rabs a)) as [Order|Order].
  - destruct (fast_two_sum_exact a b Fa Fb Order) as [V D]. fold z in V, D.
    destruct (low_part _ _ D) as (_ & _ & L). rewrite V, Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
  - unfold z, fast_two_sum, value_of in *. cbn [fst snd] in *.
    destruct (Rlt_or_le (Rabs (a + b)) (/ 2 * Rabs b)) as [Near|Far].
    + assert (Es : rnd (a + b) = a + b).
      { rewrite Rplus_comm. apply exact_cancellation; try assumption. now rewrite Rplus_comm. }
      rewrite Es in *. replace (a + b - a) with b by ring. rewrite (rnd_exact b Fb).
      rewrite (Rminus_diag_eq b b eq_refl), rnd_0, Rplus_0_r, Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
    + set (s := rnd (a + b)) in *. assert (Bs : binary64 s) by apply binary64_rnd.
      assert (Out := sum_out a b Fa Fb). assert (In := sum_in a b Fa Fb). fold s in Out, In.
      assert (D := difference_in s a Bs Fa). set (w := rnd (s - a)) in *.
      assert (L := difference_in b w Fb (binary64_rnd _)). set (l := rnd (b - w)) in *.
      assert (T := Rabs_triang a b). assert (Ps := Rabs_pos s).
      assert (U2 : u * Rabs (a + b) <= u * (2 * Rabs b)) by (apply by_u; lra).
      assert (Ba : Rabs (s - a) <= Rabs b + Rabs (s - (a + b))).
      { replace (s - a) with (b + (s - (a + b))) by ring. apply Rabs_triang. }
      assert (U3 : u * Rabs (s - a) <= u * (11 / 10 * Rabs b)) by (apply by_u; lra).
      assert (U3' : u * Rabs (s - a) <= u * (Rabs b + 2 * (u * Rabs b))) by (apply by_u; lra).
      assert (Uub := u_part _ (proj1 Ub)).
      assert (Bw : Rabs (b - w) <= Rabs (s - (a + b)) + Rabs (w - (s - a))).
      { replace (b - w) with (- (s - (a + b)) + - (w - (s - a))) by ring.
        apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_Ropp. lra. }
      assert (U4 : u * Rabs (b - w) <= u * (4 * (u * Rabs b))) by (apply by_u; lra).
      assert (Sb : Rabs b <= 2001 / 1000 * Rabs s).
      { assert (K := at_most_by (a + b) s). rewrite <- (Rabs_Ropp (a + b - s)) in K.
        replace (- (a + b - s)) with (s - (a + b)) in K by ring. lra. }
      assert (Usb : u * Rabs b <= u * (2001 / 1000 * Rabs s)) by now apply by_u.
      assert (Al := at_most_by l (b - w)).
      split; [|split; lra].
      replace (s + l - (a + b)) with ((l - (b - w)) + - (w - (s - a))) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra.
Qed.

(** ** Sums *)

Definition within (A : R) (x : R * R) : Prop :=
  binary64 (fst x) /\ binary64 (snd x) /\ Rabs (fst x) <= A /\ Rabs (snd x) <= u * A.

Lemma within_le A B x : A <= B -> within A x -> within B x.
Proof. intros H (F & G & L & M). assert (K := by_u _ _ H). repeat split; try assumption; lra. Qed.

Lemma within_pos A x : within A x -> 0 <= A.
Proof. intros (_ & _ & L & _). assert (P := Rabs_pos (fst x)). lra. Qed.

Definition plus_pair (x y : R * R) : R * R :=
  let v := fast_two_sum (rnd (fst x + fst y)) (rnd (two_sum_error (fst x) (fst y) + rnd (snd x + snd y))) in
  fast_two_sum (fst v) (rnd (two_sum_error (snd x) (snd y) + snd v)).

Theorem plus_pair_error A B x y : within A x -> within B y ->
  Rabs (value_of (plus_pair x y) - (value_of x + value_of y)) <= 62 / 10 * (u * (u * (A + B))) /\
  within ((1 + 10 * u) * (A + B)) (plus_pair x y).
Proof.
  destruct x as [ah al], y as [bh bl]. intros (Fah & Fal & Ah & Al) (Fbh & Fbl & Bh & Bl).
  cbn [fst snd] in *. unfold plus_pair. cbn [fst snd].
  assert (PA := Rabs_pos ah). assert (PB := Rabs_pos bh).
  set (C := A + B). assert (C0 : 0 <= C) by (unfold C; lra).
  set (v := u * C). assert (V := u_part C C0). fold v in V.
  assert (W := u_part v (proj1 V)). set (w := u * v) in *.
  assert (W3 := u_part w (proj1 W)). set (w3 := u * w) in *.
  assert (Low : Rabs al + Rabs bl <= v) by (unfold v, C; lra).
  assert (In := sum_in ah bh Fah Fbh). assert (Es := two_sum_exact ah bh Fah Fbh).
  assert (Ls := two_sum_low ah bh Fah Fbh).
  set (s := rnd (ah + bh)) in *. set (e := two_sum_error ah bh) in *.
  assert (Ts := Rabs_triang ah bh). assert (HC : Rabs ah + Rabs bh <= C) by (unfold C; lra).
  assert (U1 : u * Rabs (ah + bh) <= v) by (apply by_u; unfold C; lra).
  assert (Int := sum_in al bl Fal Fbl). assert (Et := two_sum_exact al bl Fal Fbl).
  assert (Lt := two_sum_low al bl Fal Fbl).
  set (t := rnd (al + bl)) in *. set (f := two_sum_error al bl) in *.
  assert (Tt := Rabs_triang al bl).
  assert (U2 : u * Rabs (al + bl) <= w) by (apply by_u; lra).
  assert (As := at_most_by s (ah + bh)). assert (At := at_most_by t (al + bl)).
  assert (Fe : binary64 e) by apply binary64_rnd. assert (Ft : binary64 t) by apply binary64_rnd.
  assert (Inc := sum_in e t Fe Ft). set (c := rnd (e + t)) in *.
  assert (Tc := Rabs_triang e t).
  assert (U3 : u * Rabs (e + t) <= u * (2 * v + w)) by (apply by_u; lra).
  replace (u * (2 * v + w)) with (2 * w + w3) in U3 by (unfold w3, w; ring).
  assert (Ac := at_most_by c (e + t)).
  assert (Fs : binary64 s) by apply binary64_rnd. assert (Fc : binary64 c) by apply binary64_rnd.
  destruct (fast_two_sum_near s c Fs Fc) as (F1 & F2 & N1 & _ & N3).
  set (z := fast_two_sum s c) in *.
  assert (Z1 : fst z = rnd (s + c)) by reflexivity.
  assert (In1 := sum_in s c Fs Fc). rewrite <- Z1 in In1.
  assert (T1 := Rabs_triang s c). assert (A1 := at_most_by (fst z) (s + c)).
  assert (U4 : u * Rabs c <= u * (2 * v + 4 * w)) by (apply by_u; lra).
  replace (u * (2 * v + 4 * w)) with (2 * w + 4 * w3) in U4 by (unfold w3, w; ring).
  assert (U5 : u * Rabs (s + c) <= u * (C + 4 * v)) by (apply by_u; lra).
  replace (u * (C + 4 * v)) with (v + 4 * w) in U5 by (unfold w, v; ring).
  assert (U6 : u * Rabs (fst z) <= u * (C + 5 * v)) by (apply by_u; lra).
  replace (u * (C + 5 * v)) with (v + 5 * w) in U6 by (unfold w, v; ring).
  assert (Ff : binary64 f) by apply binary64_rnd.
  assert (Inq := sum_in f (snd z) Ff F2). set (q := rnd (f + snd z)) in *.
  assert (Tq := Rabs_triang f (snd z)). assert (Aq := at_most_by q (f + snd z)).
  assert (U7 : u * Rabs (f + snd z) <= u * (v + 9 * w)) by (apply by_u; lra).
  replace (u * (v + 9 * w)) with (w + 9 * w3) in U7 by (unfold w3, w; ring).
  assert (Fq : binary64 q) by apply binary64_rnd.
  destruct (fast_two_sum_near (fst z) q F1 Fq) as (G1 & G2 & M1 & _ & M3).
  set (r := fast_two_sum (fst z) q) in *.
  assert (Z2 : fst r = rnd (fst z + q)) by reflexivity.
  assert (In2 := sum_in (fst z) q F1 Fq). rewrite <- Z2 in In2.
  assert (T2 := Rabs_triang (fst z) q). assert (A2 := at_most_by (fst r) (fst z + q)).
  assert (U8 : u * Rabs q <= u * (v + 11 * w)) by (apply by_u; lra).
  replace (u * (v + 11 * w)) with (w + 11 * w3) in U8 by (unfold w3, w; ring).
  assert (U9 : u * Rabs (fst z + q) <= u * (C + 7 * v)) by (apply by_u; lra).
  replace (u * (C + 7 * v)) with (v + 7 * w) in U9 by (unfold w, v; ring).
  assert (Hr : Rabs (fst r) <= C + 8 * v) by lra.
  assert (U10 := by_u _ _ Hr).
  replace (u * (C + 8 * v)) with (v + 8 * w) in U10 by (unfold w, v; ring).
  split; [|split; [exact G1|split; [exact G2|]]].
  - replace (value_of r - (value_of (ah, al) + value_of (bh, bl)))
      with ((value_of r - (fst z + q)) + (q - (f + snd z)) + (value_of z - (s + c)) + (c - (e + t)))
      by (unfold value_of; cbn [fst snd]; lra).
    apply Rle_trans with (1 := Rabs_triang _ _). fold v w.
    assert (X1 := Rabs_triang ((value_of r - (fst z + q)) + (q - (f + snd z))) (value_of z - (s + c))).
    assert (X2 := Rabs_triang (value_of r - (fst z + q)) (q - (f + snd z))). lra.
  - replace ((1 + 10 * u) * C) with (C + 10 * v) by (unfold v; ring).
    replace (u * (C + 10 * v)) with (v + 10 * w) by (unfold w, v; ring). lra.
Qed.

Theorem plus_one_near A B x b : within A x -> binary64 b -> Rabs b <= B ->
  let z := plus_one (fst x) (snd x) b in
  Rabs (value_of z - (value_of x + b)) <= 41 / 10 * (u * (u * (A + B))) /\
  binary64 (fst z) /\ binary64 (snd z) /\
  Rabs (snd z) <= 31 / 10 * (u * Rabs (fst z)).
Proof.
  destruct x as [ah al]. intros (Fah & Fal & Ah & Al) Fb Bb. cbn [fst snd] in *.
  unfold plus_one. assert (PA := Rabs_pos ah). assert (PB := Rabs_pos b).
  set (C := A + B). assert (C0 : 0 <= C) by (unfold C; lra).
  set (v := u * C). assert (V := u_part C C0). fold v in V.
  assert (W := u_part v (proj1 V)). set (w := u * v) in *.
  assert (W3 := u_part w (proj1 W)). set (w3 := u * w) in *.
  assert (Low : Rabs al <= v).
  { apply Rle_trans with (1 := Al). apply by_u. unfold C. lra. }
  assert (In := sum_in ah b Fah Fb). assert (Es := two_sum_exact ah b Fah Fb).
  assert (Ls := two_sum_low ah b Fah Fb).
  set (s := rnd (ah + b)) in *. set (e := two_sum_error ah b) in *.
  assert (Ts := Rabs_triang ah b). assert (HC : Rabs ah + Rabs b <= C) by (unfold C; lra).
  assert (U1 : u * Rabs (ah + b) <= v) by (apply by_u; unfold C; lra).
  assert (Fe : binary64 e) by apply binary64_rnd. assert (Fs : binary64 s) by apply binary64_rnd.
  assert (Inc := sum_in al e Fal Fe). set (c := rnd (al + e)) in *.
  assert (Tc := Rabs_triang al e).
  assert (U3 : u * Rabs (al + e) <= u * (2 * v)) by (apply by_u; lra).
  replace (u * (2 * v)) with (2 * w) in U3 by (unfold w; ring).
  assert (Ac := at_most_by c (al + e)). assert (Fc : binary64 c) by apply binary64_rnd.
  destruct (fast_two_sum_near s c Fs Fc) as (F1 & F2 & N1 & N2 & N3).
  set (z := fast_two_sum s c) in *.
  assert (U4 : u * Rabs c <= u * (2 * v + 2 * w)) by (apply by_u; lra).
  replace (u * (2 * v + 2 * w)) with (2 * w + 2 * w3) in U4 by (unfold w3, w; ring).
  split; [|now repeat split].
  replace (value_of z - (value_of (ah, al) + b)) with ((value_of z - (s + c)) + (c - (al + e)))
    by (unfold value_of; cbn [fst snd]; lra).
  apply Rle_trans with (1 := Rabs_triang _ _). fold v w. lra.
Qed.
