(* SPDX-License-Identifier: Apache-2.0 *)
(** * A sum of squares in double-double along a lane

    Purpose.  The squares of e = d + d' are added up as a product, exact by TwoProduct unless it
    underflows, and what is left of the square, but for d'^2.  Here: the lane's sum is off by at most
    (1 + 10^-12) ((L + 5)^2 + 7) u^2 sum (e^2 + 2^-960), e not 0, which is below the ledger's
    (L + 5)^2 + 20.  Deviations of any size: 2^-960 pays for what underflows.

    Corresponds to TwoProduct of lib/fast/double_double-inl.h and accumulate of
    lib/fast/sharp_moments-inl.h.

    Symbols: those of sums.v, and
      square fused e   the two parts that the lane is given for e
      deviation_parts  e's parts
      size e, sizes l  e^2 + 2^-960, or 0 for e = 0; their sum

    Main results.
      two_product_exact    TwoProduct is exact, with an FMA and by Dekker's split
      two_product_near     and off by 7 eta at most where it underflows
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

(** Where it underflows, it is nearly exact. *)
Lemma two_product_near fused a b : binary64 a -> binary64 b ->
  Rabs (rnd (a * b) + two_product_error fused a b - a * b) <= 7 * eta.
Proof.
  intros Fa Fb. assert (E := eta_pos). assert (U := u_pos).
  destruct (Rle_or_lt (bpow radix2 (-969)) (Rabs (a * b))) as [H|H].
  - rewrite two_product_exact by (try assumption; now right).
    rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
  - assert (T : eta = bpow radix2 (-1075)) by reflexivity.
    unfold two_product_error. destruct fused.
    + assert (I := rounded_in (a * b)). assert (J := rounded_in (a * b - rnd (a * b))).
      set (p := rnd (a * b)) in *. set (q := rnd (a * b - p)) in *.
      replace (p + q - a * b) with (q - (a * b - p)) by ring.
      assert (K : Rabs (a * b - p) <= u * bpow radix2 (-969) + eta).
      { rewrite <- Rabs_Ropp. replace (- (a * b - p)) with (p - a * b) by ring.
        apply Rlt_le in H. assert (B := Rmult_le_compat_l _ _ _ (Rlt_le _ _ U) H). lra. }
      apply (Rmult_le_compat_l u) in K; [|lra]. rewrite Rmult_plus_distr_l in K.
      replace (u * (u * bpow radix2 (-969))) with eta in K
        by (unfold u, eta; rewrite <- !bpow_plus; reflexivity).
      assert (S := u_small). assert (u * eta <= / 1000000000000000 * eta) by (apply Rmult_le_compat_r; lra). lra.
    + set (high x := rnd (rnd (x - rnd (x * (bpow radix2 27 + 1))) + rnd (x * (bpow radix2 27 + 1)))).
      assert (S : forall x, split_high x = high x).
      { intros x. unfold split_high, high. f_equal.
        replace (rnd (x * (bpow radix2 27 + 1)) - x) with (- (x - rnd (x * (bpow radix2 27 + 1)))) by ring.
        rewrite rnd_opp. ring. }
      assert (D : Rabs (a * b - (rnd (a * b) +
        rnd (rnd (rnd (rnd (- rnd (a * b) + rnd (high a * high b)) + rnd (high a * rnd (b - high b)))
                  + rnd (rnd (a - high a) * high b)) + rnd (rnd (a - high a) * rnd (b - high b)))))
        <= 7 / 2 * bpow radix2 (-1074)).
      { exact (proj2 (Dekker radix2 (-1074) 53 (fun x => negb (Z.even x)) ltac:(lia) ltac:(lia) a b
                        Fa Fb (or_introl eq_refl))). }
      cbv zeta. rewrite !S. rewrite (Rplus_comm (- rnd (a * b))) in D. rewrite Rabs_minus_sym.
      apply Rle_trans with (1 := D). rewrite T.
      replace (-1074)%Z with (1 + -1075)%Z by reflexivity. rewrite bpow_plus.
      change (bpow radix2 1) with 2. lra.
Qed.

(** ** Squares *)

(** What the squares' sum is given for e = d + d', as accumulate computes it. *)
Definition square (fused : bool) (e : R * R) : R * R :=
  let '(d, rest) := e in
  (rnd (d * d), rnd (two_product_error fused d d + rnd (rnd (d + d) * rest))).

(** A deviation: what TwoSum returns. *)
Definition deviation_parts (e : R * R) : Prop :=
  binary64 (fst e) /\ binary64 (snd e) /\ Rabs (snd e) <= u * Rabs (fst e).

Lemma no_deviation : deviation_parts (0, 0).
Proof.
  split; [apply binary64_0|]. split; [apply binary64_0|]. cbn [fst snd]. rewrite Rabs_R0. lra.
Qed.

(** The square, and 2^-960 beside which all that underflows is nothing. *)
Definition size_floor : R := bpow radix2 (-960).
Definition size (e : R * R) : R :=
  if Req_bool (fst e) 0 then 0 else (fst e + snd e) * (fst e + snd e) + size_floor.
Definition sizes (l : list (R * R)) : R := sum (map size l).

Lemma eta_beside_floor : 0 < size_floor /\ eta <= / 500 * (u * (u * size_floor)).
Proof.
  assert (U := u_pos). assert (F : 0 < size_floor) by apply bpow_gt_0. split; [exact F|].
  apply Rle_trans with (bpow radix2 (-9) * (u * (u * size_floor))).
  - unfold size_floor, eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
  - apply Rmult_le_compat_r; [repeat apply Rmult_le_pos; lra|]. simpl. lra.
Qed.

Lemma double_exact d : binary64 d -> rnd (d + d) = d + d.
Proof.
  intros F. apply rnd_exact. unfold binary64 in *.
  destruct (FLT_format_generic radix2 (-1074) 53 d F) as [f E M L].
  apply generic_format_FLT. exists (Float radix2 (Fnum f) (Fexp f + 1)).
  - rewrite E. unfold F2R. cbn [Fnum Fexp]. rewrite bpow_plus. change (bpow radix2 1) with 2. ring.
  - exact M.
  - cbn [Fexp]. lia.
Qed.

Notation bit_more := (1000000000001 / 1000000000000).

Lemma square_near fused e :
  deviation_parts e ->
  summand (square fused) (fun e => bit_more * size e) 4 e /\
  Rabs (fst (square fused e) + snd (square fused e) - (fst e + snd e) * (fst e + snd e))
  <= 7 * (u * u) * size e /\
  0 <= (fst e + snd e) * (fst e + snd e) <= size e.
Proof.
  destruct e as [d rest]. intros (Fd & Fr & Hr). unfold summand, size, square. cbn [fst snd] in *.
  assert (U := u_pos). assert (S := u_small). rewrite (double_exact d Fd).
  set (p := rnd (d * d)). set (p' := two_product_error fused d d).
  assert (Bp' : binary64 p') by (unfold p', two_product_error; destruct fused; apply binary64_rnd).
  set (x := rnd ((d + d) * rest)). set (c := rnd (p' + x)).
  assert (Bx : binary64 x) by apply binary64_rnd.
  destruct (Req_bool_spec d 0) as [Z|Z].
  { (* a zero stays one *)
    assert (R0 : rest = 0).
    { rewrite Z, Rabs_R0, Rmult_0_r in Hr. apply Rabs_le_inv in Hr. lra. }
    assert (P0 : p = 0) by (unfold p; rewrite Z, Rmult_0_l; apply rnd_0).
    assert (Ex : p + p' = d * d) by (apply two_product_exact; try assumption; left; rewrite Z; ring).
    assert (P1 : p' = 0) by (rewrite Z, P0 in Ex; lra).
    assert (X0 : x = 0) by (unfold x; rewrite R0, Rmult_0_r; apply rnd_0).
    assert (C0 : c = 0) by (unfold c; rewrite P1, X0, Rplus_0_r; apply rnd_0).
    rewrite P0, C0, Z, R0. replace (0 + 0 - (0 + 0) * (0 + 0)) with 0 by ring. rewrite Rabs_R0.
    repeat split; try apply binary64_0; lra. }
  destruct eta_beside_floor as [F Tiny]. set (f := size_floor) in *. assert (Pe := eta_pos).
  set (D := d * d). assert (D0 : 0 <= D) by (unfold D; apply Rle_0_sqr).
  assert (Sq : Rabs d * Rabs d = D) by (rewrite <- Rabs_mult; now apply Rabs_pos_eq).
  assert (I : forall a, 0 <= a -> 0 <= u * a <= / 1000000000000000 * a).
  { intros a H. split; [apply Rmult_le_pos; lra|apply Rmult_le_compat_r; lra]. }
  assert (UD := I D D0). set (v := u * D) in *. assert (UV := I v (proj1 UD)). set (w := u * v) in *.
  assert (UW := I w (proj1 UV)). assert (UE := I eta ltac:(lra)). assert (UF := I f ltac:(lra)).
  assert (UUF := I _ (proj1 UF)).
  assert (By : forall a b, a <= b -> u * a <= u * b) by (intros; apply Rmult_le_compat_l; lra).
  assert (Rp := rounded_in D). change (rnd D) with p in Rp. rewrite (Rabs_pos_eq D) in Rp by exact D0. fold v in Rp.
  assert (Ex := two_product_near fused d d Fd Fd). fold p p' in Ex. change (d * d) with D in Ex.
  assert (Hp' : Rabs p' <= v + 8 * eta).
  { replace p' with ((p + p' - D) + - (p - D)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
  set (yy := (d + d) * rest) in *.
  assert (Ay : Rabs yy <= 2 * v).
  { unfold yy. rewrite Rabs_mult. replace (d + d) with (2 * d) by ring. rewrite Rabs_mult, (Rabs_pos_eq 2) by lra.
    apply Rle_trans with (2 * Rabs d * (u * Rabs d)).
    - apply Rmult_le_compat_l; [assert (Q := Rabs_pos d); lra|exact Hr].
    - apply Req_le. unfold v. rewrite <- Sq. ring. }
  assert (Rx := rounded_in yy). fold x in Rx. assert (Uy := By _ _ Ay).
  replace (u * (2 * v)) with (2 * w) in Uy by (unfold w; ring).
  assert (Ax : Rabs x <= 2 * v + 2 * w + eta).
  { replace x with (yy + (x - yy)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Rc := sum_in p' x Bp' Bx). fold c in Rc. assert (Apx := Rabs_triang p' x).
  assert (Usum : u * Rabs (p' + x) <= u * (3 * v + 2 * w + 9 * eta)) by (apply By; lra).
  replace (u * (3 * v + 2 * w + 9 * eta)) with (3 * w + 2 * (u * w) + 9 * (u * eta)) in Usum by (unfold w; ring).
  assert (Ac : Rabs c <= 3 * v + 6 * w + 11 * eta).
  { replace c with ((p' + x) + (c - (p' + x))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (R2 : 0 <= rest * rest <= w).
  { split; [apply Rle_0_sqr|]. replace (rest * rest) with (Rabs rest * Rabs rest).
    2:{ rewrite <- Rabs_mult. apply Rabs_pos_eq, Rle_0_sqr. }
    apply Rle_trans with (u * Rabs d * (u * Rabs d)).
    - apply Rmult_le_compat; try apply Rabs_pos; exact Hr.
    - apply Req_le. unfold w, v. rewrite <- Sq. ring. }
  assert (Es : (d + rest) * (d + rest) = D + yy + rest * rest) by (unfold D, yy; ring).
  assert (Ep : 0 <= (d + rest) * (d + rest)) by apply Rle_0_sqr.
  set (e2 := (d + rest) * (d + rest)) in *. assert (Y := Rabs_le_inv _ _ Ay). assert (P := Rabs_le_inv _ _ Rp).
  assert (Pp : 0 <= p) by now apply rnd_ge_0.
  assert (De : D <= e2 + 3 * v) by lra. assert (Dv := By _ _ De). fold v in Dv.
  replace (u * (e2 + 3 * v)) with (u * e2 + 3 * w) in Dv by (unfold w; ring).
  assert (Dw := By _ _ Dv). fold w in Dw. rewrite Rmult_plus_distr_l in Dw.
  replace (u * (3 * w)) with (3 * (u * w)) in Dw by ring.
  assert (UE2 := I e2 Ep). assert (UUE2 := I _ (proj1 UE2)).
  split; [|split; [|lra]].
  - split; [apply binary64_rnd|]. split; [apply binary64_rnd|]. rewrite (Rabs_pos_eq p) by exact Pp.
    split; [lra|]. apply Rle_trans with (1 := Ac).
    replace (4 * u * (bit_more * (e2 + f))) with (4 * bit_more * (u * e2 + u * f)) by field. lra.
  - replace (p + c - e2) with ((c - (p' + x)) + (x - yy) + (p + p' - D) + - (rest * rest)) by lra.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp, (Rabs_pos_eq (rest * rest)) by apply R2.
    assert (T1 := Rabs_triang ((c - (p' + x)) + (x - yy)) (p + p' - D)).
    assert (T2 := Rabs_triang (c - (p' + x)) (x - yy)).
    replace (7 * (u * u) * (e2 + f)) with (7 * (u * (u * e2)) + 7 * (u * (u * f))) by ring. lra.
Qed.

(** The sum of the squares along a lane. *)
Definition squares_total (l : list (R * R)) : R := sum (map (fun e => (fst e + snd e) * (fst e + snd e)) l).

Lemma squares_near fused l : Forall deviation_parts l ->
  Forall (summand (square fused) (fun e => bit_more * size e) 4) l /\
  Rabs (total (map (square fused) l) - squares_total l) <= 7 * (u * u) * sizes l /\
  0 <= squares_total l <= sizes l /\ sizes l <= squares_total l + INR (length l) * size_floor.
Proof.
  intros F. assert (U := u_pos). destruct eta_beside_floor as [Pf _].
  induction l as [|e l IH].
  - unfold total, sizes, squares_total. cbn. rewrite Rminus_0_r, Rabs_R0. split; [constructor|]. lra.
  - inversion F as [|y t De Dl E]. subst. specialize (IH Dl). destruct IH as (I1 & I2 & I3).
    destruct (square_near fused e De) as (Q1 & Q2 & Q3).
    assert (Q4 : size e <= (fst e + snd e) * (fst e + snd e) + size_floor).
    { unfold size in *. destruct (Req_bool (fst e) 0); lra. }
    split; [now constructor|]. unfold total, sizes, squares_total in *. unfold sum in *.
    cbn [map fold_right length]. rewrite S_INR. split; [|lra].
    set (A := fold_right Rplus 0 (map (fun x => fst x + snd x) (map (square fused) l))) in *.
    set (B := fold_right Rplus 0 (map (fun e => (fst e + snd e) * (fst e + snd e)) l)) in *.
    set (a := fst (square fused e) + snd (square fused e)) in *.
    set (b := (fst e + snd e) * (fst e + snd e)) in *.
    replace (a + A - (b + B)) with ((a - b) + (A - B)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Lemma scaled_weights l : weights (fun e => bit_more * size e) l = bit_more * sizes l.
Proof.
  unfold weights, sizes, sum. induction l as [|e l IH]; cbn [map fold_right]; [ring|]. rewrite IH. ring.
Qed.

Theorem lane_squares_error fused l :
  Forall deviation_parts l -> INR (length l) * u <= / 10000 ->
  let s := lane (map (square fused) l) in
  Rabs (fst s + snd s - squares_total l)
  <= bit_more * ((INR (length l) + 5) * (INR (length l) + 5) + 7) * (u * u) * sizes l.
Proof.
  intros F N s. assert (U := u_pos). destruct (squares_near fused l F) as (G1 & G2 & G3).
  assert (L := lane_error (square fused) (fun e => bit_more * size e) 4 ltac:(lra) l G1 N).
  rewrite scaled_weights in L. cbv zeta in L. fold s in L. set (n := INR (length l)) in *.
  replace (fst s + snd s - squares_total l)
    with ((fst s + snd s - total (map (square fused) l)) + (total (map (square fused) l) - squares_total l)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _).
  replace (n + 4 + 1) with (n + 5) in L by ring.
  assert (0 <= u * u * sizes l) by (repeat apply Rmult_le_pos; lra). lra.
Qed.
