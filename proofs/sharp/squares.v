(* SPDX-License-Identifier: Apache-2.0 *)
(** * A sum of squares in double-double along a lane

    Purpose.  The squares of e = d + d' are added up as a product, exact by TwoProduct, and what is left
    of the square, but for d'^2.  Here: the lane's sum is off by at most
    (1 + 10^-12) ((L + 5)^2 + 7) u^2 sum e^2, which is below the ledger's (L + 5)^2 + 20.

    Corresponds to TwoProduct of lib/fast/double_double-inl.h and accumulate of
    lib/fast/sharp_moments-inl.h.

    Symbols: those of sums.v, and
      square fused e   the two parts that the lane is given for e
      deviation_parts  e's parts, zero or at least 2^-480

    Main results.
      two_product_exact    TwoProduct is exact, with an FMA and by Dekker's split
      lane_squares_error   the bound *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core Mult_error Pff2Flocq.
From ExactNorm Require Import specification fast.model fast.operations fast.certified sharp.ends
  sharp.sums.
Import ListNotations.

Local Open Scope R_scope.

(** ** Products, exactly *)

(** TwoProduct, with an FMA or by Dekker's split. *)
Definition split_high (a : R) : R :=
  let scaled := rnd (a * (bpow radix2 27 + 1)) in rnd (scaled - rnd (scaled - a)).
Definition two_product_error (fused : bool) (a b : R) : R :=
  let p := rnd (a * b) in
  if fused then rnd (a * b - p)
  else
    let a1 := split_high a in let b1 := split_high b in
    let a2 := rnd (a - a1) in let b2 := rnd (b - b1) in
    rnd (rnd (rnd (rnd (rnd (a1 * b1) - p) + rnd (a1 * b2)) + rnd (a2 * b1)) + rnd (a2 * b2)).

Lemma rnd_opp z : rnd (- z) = - rnd z.
Proof. apply nearest_even_opp. Qed.

Theorem two_product_exact fused a b :
  binary64 a -> binary64 b -> a * b = 0 \/ bpow radix2 (-969) <= Rabs (a * b) ->
  rnd (a * b) + two_product_error fused a b = a * b.
Proof.
  intros Fa Fb H. unfold two_product_error. destruct fused.
  - assert (F : binary64 (a * b - rnd (a * b))).
    { replace (a * b - rnd (a * b)) with (- (rnd (a * b) - a * b)) by ring. apply binary64_opp.
      apply (mult_error_FLT radix2 (-1074) 53 ZnearestE a b Fa Fb). intros NZ.
      destruct H as [H|H]; [easy|]. exact H. }
    rewrite (rnd_exact _ F). ring.
  - set (high x := rnd (rnd (x - rnd (x * (bpow radix2 27 + 1))) + rnd (x * (bpow radix2 27 + 1)))).
    assert (S : forall x, split_high x = high x).
    { intros x. unfold split_high, high. f_equal.
      replace (rnd (x * (bpow radix2 27 + 1)) - x) with (- (x - rnd (x * (bpow radix2 27 + 1)))) by ring.
      rewrite rnd_opp. ring. }
    assert (D : a * b = rnd (a * b) +
      rnd (rnd (rnd (rnd (- rnd (a * b) + rnd (high a * high b)) + rnd (high a * rnd (b - high b)))
                + rnd (rnd (a - high a) * high b)) + rnd (rnd (a - high a) * rnd (b - high b)))).
    { exact (proj1 (Dekker radix2 (-1074) 53 (fun x => negb (Z.even x)) ltac:(lia) ltac:(lia) a b
                      Fa Fb (or_introl eq_refl)) H). }
    cbv zeta. rewrite !S. symmetry. etransitivity; [exact D|].
    now rewrite (Rplus_comm (- rnd (a * b))).
Qed.

(** ** Squares *)

(** What the squares' sum is given for e = d + d', as accumulate computes it. *)
Definition square (fused : bool) (e : R * R) : R * R :=
  let '(d, rest) := e in
  (rnd (d * d), rnd (two_product_error fused d d + rnd (rnd (d + d) * rest))).

(** A deviation: zero, or large enough for its square to be split. *)
Definition deviation_parts (e : R * R) : Prop :=
  binary64 (fst e) /\ binary64 (snd e) /\ Rabs (snd e) <= u * Rabs (fst e) /\
  (fst e = 0 \/ bpow radix2 (-480) <= Rabs (fst e)).

Lemma double_exact d : binary64 d -> rnd (d + d) = d + d.
Proof.
  intros F. apply rnd_exact. unfold binary64 in *.
  destruct (FLT_format_generic radix2 (-1074) 53 d F) as [f E M L].
  apply generic_format_FLT. exists (Float radix2 (Fnum f) (Fexp f + 1)).
  - rewrite E. unfold F2R. cbn [Fnum Fexp]. rewrite bpow_plus. change (bpow radix2 1) with 2. ring.
  - exact M.
  - cbn [Fexp]. lia.
Qed.

Lemma square_near fused e :
  deviation_parts e ->
  summand 4 (square fused e) /\
  Rabs (fst (square fused e) + snd (square fused e) - (fst e + snd e) * (fst e + snd e))
  <= 7 * (u * u) * fst (square fused e) /\
  0 <= fst (square fused e) <= 1000000000001 / 1000000000000 * ((fst e + snd e) * (fst e + snd e)).
Proof.
  destruct e as [d rest]. intros (Fd & Fr & Hr & Hd). cbn [fst snd] in *. unfold square. cbn [fst snd].
  assert (U := u_pos). assert (S := u_small). rewrite (double_exact d Fd).
  set (p := rnd (d * d)). set (p' := two_product_error fused d d).
  assert (Ex : p + p' = d * d).
  { apply two_product_exact; try assumption. destruct Hd as [->|Hd]; [left; ring|right].
    rewrite Rabs_mult. apply Rle_trans with (bpow radix2 (-480) * bpow radix2 (-480)).
    - rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; try apply bpow_ge_0; exact Hd. }
  assert (Bp' : binary64 p') by (unfold p', two_product_error; destruct fused; apply binary64_rnd).
  set (x := rnd ((d + d) * rest)). set (c := rnd (p' + x)).
  assert (Bx : binary64 x) by apply binary64_rnd.
  assert (Sq : 0 <= d * d) by nra.
  assert (Pp : 0 <= p) by now apply rnd_ge_0.
  assert (Rp := rounded_out (d * d)). fold p in Rp. rewrite (Rabs_pos_eq p) in Rp by exact Pp.
  assert (Rx := rounded_in ((d + d) * rest)). fold x in Rx.
  assert (Rc := sum_in p' x Bp' Bx). fold c in Rc.
  (* eta is nothing beside u^2 d^2 *)
  assert (Tiny : eta <= / 100 * (u * (u * p)) \/ d = 0).
  { destruct Hd as [->|Hd]; [now right|left].
    assert (Low : bpow radix2 (-960) <= p).
    { rewrite <- (rnd_exact (bpow radix2 (-960))).
      - apply rnd_le. replace (d * d) with (Rabs d * Rabs d) by (rewrite <- Rabs_mult; now apply Rabs_pos_eq).
        replace (-960)%Z with (-480 + -480)%Z by reflexivity. rewrite bpow_plus.
        apply Rmult_le_compat; try apply bpow_ge_0; exact Hd.
      - apply generic_format_bpow. unfold FLT_exp. lia. }
    apply Rle_trans with (/ 100 * (u * (u * bpow radix2 (-960)))).
    - apply Rle_trans with (bpow radix2 (-9) * (u * (u * bpow radix2 (-960)))).
      + unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
      + apply Rmult_le_compat_r; [repeat apply Rmult_le_pos; try lra; apply bpow_ge_0|]. simpl. lra.
    - do 3 (apply Rmult_le_compat_l; [lra|]). exact Low. }
  destruct Tiny as [Tiny|Z].
  2:{ (* a zero stays one *)
    assert (R0 : rest = 0).
    { rewrite Z, Rabs_R0, Rmult_0_r in Hr. apply Rabs_le_inv in Hr. lra. }
    assert (P0 : p = 0) by (unfold p; rewrite Z, Rmult_0_l; apply rnd_0).
    assert (P1 : p' = 0) by (rewrite Z, P0 in Ex; lra).
    assert (X0 : x = 0) by (unfold x; rewrite R0, Rmult_0_r; apply rnd_0).
    assert (C0 : c = 0) by (unfold c; rewrite P1, X0, Rplus_0_r; apply rnd_0).
    rewrite P0, C0, Z, R0. split; [|split].
    - unfold summand. cbn [fst snd]. rewrite Rabs_R0. split; [apply binary64_0|]. split; [apply binary64_0|lra].
    - replace (0 + 0 - (0 + 0) * (0 + 0)) with 0 by ring. rewrite Rabs_R0. lra.
    - lra. }
  set (up := u * p) in *. assert (Pup : 0 <= up) by (apply Rmult_le_pos; lra).
  assert (Puup : 0 <= u * up) by (apply Rmult_le_pos; lra).
  assert (Usm : u * up <= / 1000000000000000 * up) by (apply Rmult_le_compat_r; lra).
  assert (Hp' : Rabs p' <= up + / 100 * (u * up)).
  { replace p' with (- (p - d * d)) by lra. rewrite Rabs_Ropp. lra. }
  assert (Dd : d * d <= p + Rabs p').
  { assert (K := Rle_abs p'). lra. }
  assert (Ay : Rabs ((d + d) * rest) <= 2 * (u * (d * d))).
  { rewrite Rabs_mult. apply Rle_trans with (Rabs (d + d) * (u * Rabs d)).
    - apply Rmult_le_compat_l; [apply Rabs_pos|exact Hr].
    - replace (d + d) with (2 * d) by ring. rewrite Rabs_mult, (Rabs_pos_eq 2) by lra.
      apply Req_le. replace (d * d) with (Rabs d * Rabs d); [ring|].
      rewrite <- Rabs_mult. now apply Rabs_pos_eq. }
  assert (Udd : u * (d * d) <= up + u * Rabs p').
  { apply Rle_trans with (u * (p + Rabs p')); [apply Rmult_le_compat_l; lra|unfold up; lra]. }
  assert (Up' : u * Rabs p' <= u * (up + / 100 * (u * up))) by (apply Rmult_le_compat_l; lra).
  assert (Uuu : u * (u * up) <= / 1000000000000000 * (u * up)) by (apply Rmult_le_compat_r; lra).
  assert (Y2 : 2 * (u * (d * d)) <= 2 * up + 3 * (u * up)) by lra.
  set (yy := (d + d) * rest) in *.
  assert (Uy : u * Rabs yy <= u * (2 * up + 3 * (u * up))) by (apply Rmult_le_compat_l; lra).
  assert (Ex2 : Rabs (x - yy) <= 21 / 10 * (u * up)) by lra.
  assert (Ax : Rabs x <= 2 * up + 6 * (u * up)).
  { replace x with (yy + (x - yy)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Apx := Rabs_triang p' x).
  assert (Usum : u * Rabs (p' + x) <= u * (3 * up + 7 * (u * up))) by (apply Rmult_le_compat_l; lra).
  assert (Ec : Rabs (c - (p' + x)) <= 301 / 100 * (u * up)) by lra.
  assert (Ac : Rabs c <= 4 * up).
  { replace c with ((p' + x) + (c - (p' + x))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (R2 : rest * rest <= u * (up + u * Rabs p')).
  { apply Rle_trans with (u * (u * (d * d))); [|apply Rmult_le_compat_l; lra].
    replace (rest * rest) with (Rabs rest * Rabs rest).
    2:{ rewrite <- Rabs_mult. apply Rabs_pos_eq. nra. }
    apply Rle_trans with (u * Rabs d * (u * Rabs d)).
    - apply Rmult_le_compat; try apply Rabs_pos; exact Hr.
    - apply Req_le. replace (d * d) with (Rabs d * Rabs d); [ring|].
      rewrite <- Rabs_mult. now apply Rabs_pos_eq. }
  assert (R2' : rest * rest <= 11 / 10 * (u * up)).
  { assert (u * (u * Rabs p') <= u * (u * (up + / 100 * (u * up)))) by (do 2 (apply Rmult_le_compat_l; [lra|]); exact Hp').
    assert (u * (u * (u * up)) <= / 1000000000000000 * (u * up)) by (rewrite <- Rmult_assoc; nra || lra). lra. }
  assert (P2 : 0 <= rest * rest) by nra.
  split; [|split].
  - unfold summand. cbn [fst snd]. split; [apply binary64_rnd|]. split; [apply binary64_rnd|].
    rewrite (Rabs_pos_eq p) by exact Pp. apply Rle_trans with (1 := Ac). unfold up. lra.
  - replace (p + c - (d + rest) * (d + rest))
      with ((c - (p' + x)) + (x - yy) + - (rest * rest)) by (unfold yy; lra).
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp, (Rabs_pos_eq (rest * rest)) by exact P2.
    assert (T := Rabs_triang (c - (p' + x)) (x - yy)).
    replace (7 * (u * u) * p) with (7 * (u * up)) by (unfold up; ring). lra.
  - split; [exact Pp|]. apply Rabs_le_inv in Hp'.
    assert (Y := proj1 (Rabs_le_inv _ _ (Rle_refl (Rabs yy)))).
    replace ((d + rest) * (d + rest)) with (d * d + yy + rest * rest) by (unfold yy; ring).
    assert (up <= / 1000000000000000 * p) by (unfold up; apply Rmult_le_compat_r; lra). lra.
Qed.

(** The sum of the squares along a lane. *)
Definition squares_total (l : list (R * R)) : R := sum (map (fun e => (fst e + snd e) * (fst e + snd e)) l).

Lemma squares_near fused l : Forall deviation_parts l ->
  Forall (summand 4) (map (square fused) l) /\
  Rabs (total (map (square fused) l) - squares_total l) <= 7 * (u * u) * magnitude (map (square fused) l) /\
  0 <= magnitude (map (square fused) l) <= 1000000000001 / 1000000000000 * squares_total l.
Proof.
  intros F. assert (U := u_pos).
  induction l as [|e l IH].
  - unfold total, magnitude, squares_total. cbn. rewrite Rminus_0_r, Rabs_R0. split; [constructor|]. lra.
  - inversion F as [|y t De Dl E]. subst. specialize (IH Dl). destruct IH as (I1 & I2 & I3).
    destruct (square_near fused e De) as (Q1 & Q2 & Q3).
    split; [now constructor|]. unfold total, magnitude, squares_total in *. unfold sum in *.
    cbn [map fold_right]. rewrite (Rabs_pos_eq (fst (square fused e))) by apply Q3. split; [|lra].
    set (A := fold_right Rplus 0 (map (fun x => fst x + snd x) (map (square fused) l))) in *.
    set (B := fold_right Rplus 0 (map (fun e => (fst e + snd e) * (fst e + snd e)) l)) in *.
    set (a := fst (square fused e) + snd (square fused e)) in *.
    set (b := (fst e + snd e) * (fst e + snd e)) in *.
    replace (a + A - (b + B)) with ((a - b) + (A - B)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Theorem lane_squares_error fused l :
  Forall deviation_parts l -> INR (length l) * u <= / 10000 ->
  let s := lane (map (square fused) l) in
  Rabs (fst s + snd s - squares_total l)
  <= 1000000000001 / 1000000000000 * ((INR (length l) + 5) * (INR (length l) + 5) + 7) * (u * u) * squares_total l.
Proof.
  intros F N s. assert (U := u_pos).
  assert (G := squares_near fused l F).
  destruct G as (G1 & G2 & G3).
  assert (L := lane_error 4 ltac:(lra) _ G1). rewrite map_length in L. specialize (L N). fold s in L.
  set (n := INR (length l)) in *. set (mg := magnitude (map (square fused) l)) in *.
  replace (fst s + snd s - squares_total l)
    with ((fst s + snd s - total (map (square fused) l)) + (total (map (square fused) l) - squares_total l)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _).
  apply Rle_trans with (((n + 5) * (n + 5) + 7) * (u * u) * mg).
  - replace (((n + 5) * (n + 5) + 7) * (u * u) * mg)
      with ((n + 4 + 1) * (n + 4 + 1) * (u * (u * mg)) + 7 * (u * u) * mg) by ring. lra.
  - replace (1000000000001 / 1000000000000 * ((n + 5) * (n + 5) + 7) * (u * u) * squares_total l)
      with (((n + 5) * (n + 5) + 7) * (u * u) * (1000000000001 / 1000000000000 * squares_total l)) by ring.
    apply Rmult_le_compat_l; [|apply G3]. assert (P := Rle_0_sqr (n + 5)). unfold Rsqr in P.
    apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; lra.
Qed.
