(* SPDX-License-Identifier: Apache-2.0 *)
(** * Products in double-double against magnitudes

    Purpose.  What Multiply can be off, underflow included, against a bound on the magnitude of the
    operands.

    Corresponds to TwoProduct and Multiply of lib/fast/double_double-inl.h.

    Symbols: within of pairs.v; times, times_one of products.v; eta = 2^-1075.

    Main results, for x within A, y within B and |b| <= B.
      times_near         11.2 u^2 A B + 12 eta
      times_one_near     6.2 u^2 A B + 12 eta *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.certified sharp.ends
  sharp.squares sharp.products sharp.pairs.

Local Open Scope R_scope.

(** The high product and its error, with the rest r of the product added to the low part. *)
Lemma product_near fused P ah bh r :
  binary64 ah -> binary64 bh -> binary64 r -> Rabs (ah * bh) <= P ->
  Rabs r <= 2001 / 1000 * (u * P) + 4 * eta ->
  let z := fast_two_sum (rnd (ah * bh)) (rnd (two_product_error fused ah bh + r)) in
  Rabs (value_of z - (ah * bh + r)) <= u * Rabs r + 41 / 10 * (u * (u * P)) + 8 * eta /\
  within ((1 + 10 * u) * P + 30 * eta) z.
Proof.
  intros Fa Fb Fr HP Hr z. assert (E := eta_pos). assert (Ue := u_part eta ltac:(lra)).
  assert (Pp := Rabs_pos (ah * bh)). assert (P0 : 0 <= P) by lra.
  assert (V := u_part P P0). set (v := u * P) in *.
  assert (W := u_part v (proj1 V)). set (w := u * v) in *.
  assert (W3 := u_part w (proj1 W)). set (w3 := u * w) in *.
  assert (Ex := two_product_near fused ah bh Fa Fb).
  assert (I := rounded_in (ah * bh)). assert (U1 := by_u _ _ HP). fold v in U1.
  set (p := rnd (ah * bh)) in *. set (e := two_product_error fused ah bh) in *.
  assert (Fe : binary64 e) by (unfold e, two_product_error; destruct fused; apply binary64_rnd).
  assert (Fp : binary64 p) by apply binary64_rnd.
  assert (Ae : Rabs e <= v + 8 * eta).
  { replace e with ((p + e - ah * bh) + - (p - ah * bh)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
  assert (Ap := at_most_by p (ah * bh)).
  assert (In := sum_in e r Fe Fr). set (c := rnd (e + r)) in *.
  assert (T := Rabs_triang e r). assert (Ac := at_most_by c (e + r)).
  assert (Ur := u_part _ (Rabs_pos r)).
  assert (U2 : u * Rabs (e + r) <= u * (v + 8 * eta + Rabs r)) by (apply by_u; lra).
  replace (u * (v + 8 * eta + Rabs r)) with (w + 8 * (u * eta) + u * Rabs r) in U2 by (unfold w; ring).
  assert (U3 := by_u _ _ Hr).
  replace (u * (2001 / 1000 * v + 4 * eta)) with (2001 / 1000 * w + 4 * (u * eta)) in U3 by (unfold w; ring).
  assert (Fc : binary64 c) by apply binary64_rnd.
  destruct (fast_two_sum_near p c Fp Fc) as (F1 & F2 & N1 & N2 & N3). fold z in F1, F2, N1, N2, N3.
  assert (Hc : Rabs c <= 31 / 10 * v + 13 * eta) by lra.
  assert (Hc' : Rabs c <= 3002 / 1000 * v + 13 * eta) by lra.
  assert (U4 := by_u _ _ Hc').
  replace (u * (3002 / 1000 * v + 13 * eta)) with (3002 / 1000 * w + 13 * (u * eta)) in U4 by (unfold w; ring).
  assert (Z1 : fst z = rnd (p + c)) by reflexivity.
  assert (In1 := sum_in p c Fp Fc). rewrite <- Z1 in In1.
  assert (T1 := Rabs_triang p c). assert (A1 := at_most_by (fst z) (p + c)).
  assert (U5 : u * Rabs (p + c) <= u * (P + 5 * v + 15 * eta)) by (apply by_u; lra).
  replace (u * (P + 5 * v + 15 * eta)) with (v + 5 * w + 15 * (u * eta)) in U5 by (unfold w, v; ring).
  assert (Hz : Rabs (fst z) <= P + 6 * v + 16 * eta) by lra.
  assert (U6 := by_u _ _ Hz).
  replace (u * (P + 6 * v + 16 * eta)) with (v + 6 * w + 16 * (u * eta)) in U6 by (unfold w, v; ring).
  split; [|split; [exact F1|split; [exact F2|]]].
  - replace (value_of z - (ah * bh + r))
      with ((value_of z - (p + c)) + (c - (e + r)) + (p + e - ah * bh)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (X := Rabs_triang (value_of z - (p + c)) (c - (e + r))). lra.
  - replace ((1 + 10 * u) * P + 30 * eta) with (P + 10 * v + 30 * eta) by (unfold v; ring).
    replace (u * (P + 10 * v + 30 * eta)) with (v + 10 * w + 30 * (u * eta)) by (unfold w, v; ring). lra.
Qed.

Lemma product_at_most A B a b : Rabs a <= A -> Rabs b <= B -> Rabs (a * b) <= A * B.
Proof. intros. rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; assumption. Qed.

Theorem times_one_near fused A B x b : within A x -> binary64 b -> Rabs b <= B ->
  let z := times_one fused (fst x) (snd x) b in
  Rabs (value_of z - value_of x * b) <= 62 / 10 * (u * (u * (A * B))) + 12 * eta /\
  within ((1 + 10 * u) * (A * B) + 30 * eta) z.
Proof.
  destruct x as [ah al]. intros (Fah & Fal & Ah & Al) Fb Bb. cbn [fst snd] in *. cbv zeta.
  assert (PA := Rabs_pos ah). assert (PB := Rabs_pos b). assert (E := eta_pos).
  assert (Ue := u_part eta ltac:(lra)).
  set (P := A * B). assert (P0 : 0 <= P) by (apply Rmult_le_pos; lra).
  assert (V := u_part P P0). assert (W := u_part _ (proj1 V)).
  assert (HP := product_at_most A B ah b Ah Bb). fold P in HP.
  assert (L := product_at_most _ _ al b Al Bb).
  replace (u * A * B) with (u * P) in L by (unfold P; ring).
  assert (J := rounded_in (al * b)). assert (U1 := by_u _ _ L).
  assert (K := at_most_by (rnd (al * b)) (al * b)).
  assert (W3 := u_part _ (proj1 W)).
  destruct (product_near fused P ah b (rnd (al * b)) Fah Fb (binary64_rnd _) HP) as [N1 N2]; [lra|].
  unfold times_one. split; [|exact N2].
  set (z := fast_two_sum _ _) in *. set (r := rnd (al * b)) in *.
  assert (Ur : u * Rabs r <= u * (u * P + u * (u * P) + eta)) by (apply by_u; lra).
  rewrite !Rmult_plus_distr_l in Ur.
  replace (value_of z - value_of (ah, al) * b) with ((value_of z - (ah * b + r)) + (r - al * b))
    by (unfold value_of; cbn [fst snd]; ring).
  apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Theorem times_near fused A B x y : within A x -> within B y ->
  let z := times fused (fst x) (snd x) (fst y) (snd y) in
  Rabs (value_of z - value_of x * value_of y) <= 112 / 10 * (u * (u * (A * B))) + 12 * eta /\
  within ((1 + 10 * u) * (A * B) + 30 * eta) z.
Proof.
  destruct x as [ah al], y as [bh bl]. intros (Fah & Fal & Ah & Al) (Fbh & Fbl & Bh & Bl).
  cbn [fst snd] in *. cbv zeta.
  assert (PA := Rabs_pos ah). assert (PB := Rabs_pos bh). assert (E := eta_pos).
  assert (Ue := u_part eta ltac:(lra)).
  set (P := A * B). assert (P0 : 0 <= P) by (apply Rmult_le_pos; lra).
  assert (V := u_part P P0). set (v := u * P) in *.
  assert (W := u_part v (proj1 V)). set (w := u * v) in *.
  assert (W3 := u_part w (proj1 W)). set (w3 := u * w) in *.
  assert (HP := product_at_most A B ah bh Ah Bh). fold P in HP.
  assert (L := product_at_most _ _ al bh Al Bh). assert (M := product_at_most _ _ ah bl Ah Bl).
  assert (Q := product_at_most _ _ al bl Al Bl).
  replace (u * A * B) with v in L by (unfold v, P; ring).
  replace (A * (u * B)) with v in M by (unfold v, P; ring).
  replace (u * A * (u * B)) with w in Q by (unfold w, v, P; ring).
  assert (JL := rounded_in (al * bh)). assert (UL := by_u _ _ L). fold w in UL.
  assert (JM := rounded_in (ah * bl)). assert (UM := by_u _ _ M). fold w in UM.
  set (xl := rnd (al * bh)) in *. set (xm := rnd (ah * bl)) in *.
  assert (KL := at_most_by xl (al * bh)). assert (KM := at_most_by xm (ah * bl)).
  assert (D := sum_in xm xl (binary64_rnd _) (binary64_rnd _)). set (r := rnd (xm + xl)) in *.
  assert (T := Rabs_triang xm xl). assert (KR := at_most_by r (xm + xl)).
  assert (UD : u * Rabs (xm + xl) <= u * (2 * v + 2 * w + 2 * eta)) by (apply by_u; lra).
  replace (u * (2 * v + 2 * w + 2 * eta)) with (2 * w + 2 * w3 + 2 * (u * eta)) in UD by (unfold w3, w; ring).
  destruct (product_near fused P ah bh r Fah Fbh (binary64_rnd _) HP) as [N1 N2]; [fold v; lra|].
  unfold times. fold xm xl r. split; [|exact N2]. fold v w in N1.
  set (z := fast_two_sum _ _) in *.
  assert (Ur : u * Rabs r <= u * (2 * v + 5 * w + 3 * eta)) by (apply by_u; lra).
  replace (u * (2 * v + 5 * w + 3 * eta)) with (2 * w + 5 * w3 + 3 * (u * eta)) in Ur by (unfold w3, w; ring).
  replace (value_of z - value_of (ah, al) * value_of (bh, bl))
    with ((value_of z - (ah * bh + r)) + (r - (xm + xl)) + ((xl - al * bh) + (xm - ah * bl)) + - (al * bl))
    by (unfold value_of; cbn [fst snd]; ring).
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
  assert (X1 := Rabs_triang ((value_of z - (ah * bh + r)) + (r - (xm + xl))) ((xl - al * bh) + (xm - ah * bl))).
  assert (X2 := Rabs_triang (value_of z - (ah * bh + r)) (r - (xm + xl))).
  assert (X3 := Rabs_triang (xl - al * bh) (xm - ah * bl)). lra.
Qed.
