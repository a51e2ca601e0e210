(* SPDX-License-Identifier: Apache-2.0 *)
(** * Products in double-double

    Purpose.  What the two multiplications of double-doubles can be off where nothing underflows.  The
    bounds are cruder than those of the literature that lib/fast/double_double-inl.h quotes,
    4 u^2 for 3 u^2 and 9 u^2 for 7 u^2.

    Corresponds to FastTwoSum and Multiply of lib/fast/double_double-inl.h.

    Symbols.
      double_double h l   h and l are binary64 numbers, h is h + l rounded
      fast_two_sum, times, times_one   FastTwoSum; a b and a b for a b that is a binary64

    Main results.
      fast_two_sum_exact   FastTwoSum is exact, and gives a double-double
      times_one_error      |a b - times_one| <= 4 u^2 |ah b|
      times_error          |a b - times| <= 9 u^2 |ah bh| *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core Pff2Flocq.
From ExactNorm Require Import specification fast.model fast.operations fast.certified sharp.ends
  sharp.squares.

Local Open Scope R_scope.

Definition double_double (h l : R) : Prop := binary64 h /\ binary64 l /\ rnd (h + l) = h.

Lemma low_part h l : double_double h l -> binary64 h /\ binary64 l /\ Rabs l <= u * Rabs h.
Proof.
  intros (Fh & Fl & N). split; [exact Fh|]. split; [exact Fl|].
  assert (O := sum_out h l Fh Fl). rewrite N in O. replace (h - (h + l)) with (- l) in O by ring.
  now rewrite Rabs_Ropp in O.
Qed.

Definition fast_two_sum (a b : R) : R * R :=
  let s := rnd (a + b) in (s, rnd (b - rnd (s - a))).

Definition value_of (x : R * R) : R := fst x + snd x.

Theorem fast_two_sum_exact a b :
  binary64 a -> binary64 b -> Rabs b <= Rabs a ->
  value_of (fast_two_sum a b) = a + b /\
  double_double (fst (fast_two_sum a b)) (snd (fast_two_sum a b)).
Proof.
  intros Fa Fb H. unfold value_of, fast_two_sum. cbv zeta. cbn [fst snd].
  assert (E : rnd (a + b) + rnd (b - rnd (rnd (a + b) - a)) = a + b).
  { assert (C : forall x, negb (Z.even x) = negb (negb (Z.even (- (x + 1))))).
    { intros x. rewrite Z.even_opp, Z.even_add. now destruct (Z.even x). }
    assert (F := Fast2Sum_correct (-1074) 53 (fun x => negb (Z.even x)) ltac:(lia) ltac:(lia) C a b Fa Fb H).
    change (rnd (a + b) + rnd (b + rnd (a - rnd (a + b))) = a + b) in F.
    rewrite <- F at 3. do 2 f_equal.
    replace (a - rnd (a + b)) with (- (rnd (a + b) - a)) by ring. rewrite rnd_opp. ring. }
  split; [exact E|]. split; [apply binary64_rnd|]. split; [apply binary64_rnd|].
  now rewrite E.
Qed.

(** ** A product's high part, and what is small beside it *)

(** Neither zero nor so small that the error of the product underflows. *)
Definition sizeable (x : R) : Prop := bpow radix2 (-900) <= Rabs x.

Lemma product_parts fused a b :
  binary64 a -> binary64 b -> sizeable (a * b) ->
  let p := rnd (a * b) in
  let e := two_product_error fused a b in
  p + e = a * b /\ binary64 e /\ Rabs e <= u * Rabs (a * b) + eta /\
  (1 - 2 * u) * Rabs (a * b) <= Rabs p /\ eta <= / 1000 * (u * (u * Rabs (a * b))).
Proof.
  intros Fa Fb S p e. assert (U := u_pos). assert (Us := u_small). unfold sizeable in S.
  assert (Ex : p + e = a * b).
  { apply two_product_exact; try assumption. right. apply Rle_trans with (2 := S). apply bpow_le. lia. }
  assert (I := rounded_in (a * b)). fold p in I.
  assert (B := bpow_gt_0 radix2 (-900)).
  assert (T : eta <= / 1000 * (u * (u * Rabs (a * b)))).
  { apply Rle_trans with (/ 1000 * (u * (u * bpow radix2 (-900)))).
    - apply Rle_trans with (bpow radix2 (-10) * (u * (u * bpow radix2 (-900)))).
      + unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
      + apply Rmult_le_compat_r; [repeat apply Rmult_le_pos; lra|]. simpl. lra.
    - do 3 (apply Rmult_le_compat_l; [lra|]). exact S. }
  assert (Uu : u * (u * Rabs (a * b)) <= / 1000000000000000 * (u * Rabs (a * b))).
  { apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|exact Us]. }
  split; [exact Ex|]. split; [unfold e, two_product_error; destruct fused; apply binary64_rnd|].
  split; [|split; [|exact T]].
  - replace e with (- (p - a * b)) by lra. now rewrite Rabs_Ropp.
  - assert (K : Rabs (a * b) <= Rabs p + Rabs (p - a * b)).
    { replace (a * b) with (p + - (p - a * b)) at 1 by ring.
      rewrite <- (Rabs_Ropp (p - a * b)). apply Rabs_triang. }
    assert (0 <= u * Rabs (a * b)) by (apply Rmult_le_pos; lra). lra.
Qed.

(** ** By a binary64 *)

Definition times_one (fused : bool) (ah al b : R) : R * R :=
  fast_two_sum (rnd (ah * b)) (rnd (two_product_error fused ah b + rnd (al * b))).

Theorem times_one_error fused ah al b :
  double_double ah al -> binary64 b -> sizeable (ah * b) ->
  Rabs (value_of (times_one fused ah al b) - (ah + al) * b) <= 4 * (u * (u * Rabs (ah * b))) /\
  double_double (fst (times_one fused ah al b)) (snd (times_one fused ah al b)).
Proof.
  intros A Fb S. destruct (low_part _ _ A) as (Fh & Fl & L). assert (U := u_pos). assert (Us := u_small).
  destruct (product_parts fused ah b Fh Fb S) as (Ex & Be & He & Hp & T).
  set (p := rnd (ah * b)) in *. set (e := two_product_error fused ah b) in *.
  set (P := Rabs (ah * b)) in *. assert (P0 : 0 <= P) by apply Rabs_pos.
  set (v := u * P) in *. assert (V0 : 0 <= v) by (apply Rmult_le_pos; lra).
  assert (Vp : v <= / 1000000000000000 * P) by (apply Rmult_le_compat_r; lra).
  set (w := u * v) in *. assert (W0 : 0 <= w) by (apply Rmult_le_pos; lra).
  assert (Wv : w <= / 1000000000000000 * v) by (apply Rmult_le_compat_r; lra).
  assert (Uw : u * w <= / 1000000000000000 * w) by (apply Rmult_le_compat_r; lra).
  assert (Lb : Rabs (al * b) <= v).
  { rewrite Rabs_mult. unfold v, P. rewrite Rabs_mult, <- Rmult_assoc.
    apply Rmult_le_compat_r; [apply Rabs_pos|exact L]. }
  assert (I := rounded_in (al * b)). set (x := rnd (al * b)) in *.
  assert (Ul : u * Rabs (al * b) <= w) by (apply Rmult_le_compat_l; lra).
  assert (Ax : Rabs x <= v + 2 * w).
  { replace x with (al * b + (x - al * b)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (C := sum_in e x Be (binary64_rnd _)). set (c := rnd (e + x)) in *.
  assert (Tr := Rabs_triang e x).
  assert (Uc : u * Rabs (e + x) <= u * (2 * v + 3 * w)) by (apply Rmult_le_compat_l; lra).
  assert (Uc' : u * (2 * v + 3 * w) = 2 * w + 3 * (u * w)) by (unfold w; ring).
  assert (Ac : Rabs c <= 3 * v).
  { replace c with ((e + x) + (c - (e + x))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Hp' : P - 2 * v <= Rabs p) by (unfold v; lra).
  assert (Order : Rabs c <= Rabs p) by lra.
  unfold times_one. fold p e x c.
  destruct (fast_two_sum_exact p c (binary64_rnd _) (binary64_rnd _) Order) as [V D].
  split; [|exact D]. rewrite V.
  replace (p + c - (ah + al) * b) with ((c - (e + x)) + (x - al * b)) by (rewrite Rmult_plus_distr_r, <- Ex; ring).
  apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

(** ** By a double-double *)

Definition times (fused : bool) (ah al bh bl : R) : R * R :=
  fast_two_sum (rnd (ah * bh))
    (rnd (two_product_error fused ah bh + rnd (rnd (ah * bl) + rnd (al * bh)))).

Theorem times_error fused ah al bh bl :
  double_double ah al -> double_double bh bl -> sizeable (ah * bh) ->
  Rabs (value_of (times fused ah al bh bl) - (ah + al) * (bh + bl)) <= 9 * (u * (u * Rabs (ah * bh))) /\
  double_double (fst (times fused ah al bh bl)) (snd (times fused ah al bh bl)).
Proof.
  intros A B S. destruct (low_part _ _ A) as (Fh & Fl & L). destruct (low_part _ _ B) as (Gh & Gl & M). assert (U := u_pos). assert (Us := u_small).
  destruct (product_parts fused ah bh Fh Gh S) as (Ex & Be & He & Hp & T).
  set (p := rnd (ah * bh)) in *. set (e := two_product_error fused ah bh) in *.
  set (P := Rabs (ah * bh)) in *. assert (P0 : 0 <= P) by apply Rabs_pos.
  set (v := u * P) in *. assert (V0 : 0 <= v) by (apply Rmult_le_pos; lra).
  assert (Vp : v <= / 1000000000000000 * P) by (apply Rmult_le_compat_r; lra).
  set (w := u * v) in *. assert (W0 : 0 <= w) by (apply Rmult_le_pos; lra).
  assert (Wv : w <= / 1000000000000000 * v) by (apply Rmult_le_compat_r; lra).
  assert (Uw : u * w <= / 1000000000000000 * w) by (apply Rmult_le_compat_r; lra).
  assert (Lb : Rabs (al * bh) <= v).
  { rewrite Rabs_mult. unfold v, P. rewrite Rabs_mult, <- Rmult_assoc.
    apply Rmult_le_compat_r; [apply Rabs_pos|exact L]. }
  assert (Mb : Rabs (ah * bl) <= v).
  { rewrite Rabs_mult. unfold v, P. rewrite Rabs_mult.
    replace (u * (Rabs ah * Rabs bh)) with (Rabs ah * (u * Rabs bh)) by ring.
    apply Rmult_le_compat_l; [apply Rabs_pos|exact M]. }
  assert (Ll : Rabs (al * bl) <= w).
  { rewrite Rabs_mult. unfold w, v, P. rewrite Rabs_mult.
    replace (u * (u * (Rabs ah * Rabs bh))) with (u * Rabs ah * (u * Rabs bh)) by ring.
    apply Rmult_le_compat; try apply Rabs_pos; [exact L|exact M]. }
  assert (I := rounded_in (al * bh)). set (x := rnd (al * bh)) in *.
  assert (J := rounded_in (ah * bl)). set (y := rnd (ah * bl)) in *.
  assert (Ul : u * Rabs (al * bh) <= w) by (apply Rmult_le_compat_l; lra).
  assert (Um : u * Rabs (ah * bl) <= w) by (apply Rmult_le_compat_l; lra).
  assert (Ax : Rabs x <= v + 2 * w).
  { replace x with (al * bh + (x - al * bh)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Ay : Rabs y <= v + 2 * w).
  { replace y with (ah * bl + (y - ah * bl)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (D := sum_in y x (binary64_rnd _) (binary64_rnd _)). set (d := rnd (y + x)) in *.
  assert (Td := Rabs_triang y x).
  assert (Ud : u * Rabs (y + x) <= u * (2 * v + 4 * w)) by (apply Rmult_le_compat_l; lra).
  assert (Ud' : u * (2 * v + 4 * w) = 2 * w + 4 * (u * w)) by (unfold w; ring).
  assert (Ad : Rabs d <= 2 * v + 7 * w).
  { replace d with ((y + x) + (d - (y + x))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (C := sum_in e d Be (binary64_rnd _)). set (c := rnd (e + d)) in *.
  assert (Tr := Rabs_triang e d).
  assert (Uc : u * Rabs (e + d) <= u * (3 * v + 8 * w)) by (apply Rmult_le_compat_l; lra).
  assert (Uc' : u * (3 * v + 8 * w) = 3 * w + 8 * (u * w)) by (unfold w; ring).
  assert (Ac : Rabs c <= 4 * v).
  { replace c with ((e + d) + (c - (e + d))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Hp' : P - 2 * v <= Rabs p) by (unfold v; lra).
  assert (Order : Rabs c <= Rabs p) by lra.
  unfold times. fold p e x y d c.
  destruct (fast_two_sum_exact p c (binary64_rnd _) (binary64_rnd _) Order) as [V Q].
  split; [|exact Q]. rewrite V.
  replace (p + c - (ah + al) * (bh + bl))
    with ((c - (e + d)) + (d - (y + x)) + ((x - al * bh) + (y - ah * bl)) + - (al * bl))
    by (replace ((ah + al) * (bh + bl)) with (ah * bh + al * bh + ah * bl + al * bl) by ring; rewrite <- Ex; ring).
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
  assert (T1 := Rabs_triang ((c - (e + d)) + (d - (y + x))) ((x - al * bh) + (y - ah * bl))).
  assert (T2 := Rabs_triang (c - (e + d)) (d - (y + x))).
  assert (T3 := Rabs_triang (x - al * bh) (y - ah * bl)). lra.
Qed.
