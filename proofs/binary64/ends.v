(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the first tier of binary64 rows certifies

    Purpose.  y^ = s + l, an exact sum, and the bound on its error evaluated in binary64.  If y^ is as
    near to y as the ledger of lib/fast/binary64_error_bounds.h says, then what rounds alike at
    both ends is y's rounding.  That sentence of the ledger is a hypothesis here.

    Corresponds to the end of NormalizeBinary64Vector and to PrepareBinary64 in
    lib/fast/binary64-inl.h.

    Symbols.
      g, M, t         gamma_i; the column's power of two; |T1|
      e1, e0          what BoundBinary64Normalized returns
      column_factor   kBinary64ColumnError as the code has it
      tier_error      e, as it is computed

    Main results.
      tier_enclose    s + fl(l - e) <= y <= s + fl(l + e)
      tier_certified  both sums round to the same binary64, not 0: it represents y *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.cell fast.model fast.operations
  fast.width fast.demotion sharp.ends.

Local Open Scope R_scope.

Definition column_factor : R := rnd (rnd (101 / 100) * bpow radix2 (-78)).

Definition tier_error (e1 e0 t g M : R) : R :=
  rnd (t * rnd (Rabs g * e1) + rnd (Rabs g * e0 + rnd (M * column_factor))).

(** The last sentence of the ledger. *)
Definition tier_near (e1 e0 t g M s l y : R) : Prop :=
  Rabs (s + l - y) <=
  Rabs g * (e1 * t + e0) + 1001 / 1000 * (bpow radix2 (-78) * M) + bpow radix2 (-1060).

Lemma column_factor_most :
  1009 / 1000 * bpow radix2 (-78) <= column_factor <= 1011 / 1000 * bpow radix2 (-78).
Proof.
  assert (B := bpow_gt_0 radix2 (-78)). assert (K := crumb_small).
  assert (I := rounded_in (101 / 100)). rewrite (Rabs_pos_eq (101 / 100)) in I by lra. apply Rabs_le_inv in I.
  assert (U := u_small). assert (Up := u_pos). assert (E := eta_crumb). assert (Ep := eta_pos).
  set (c := rnd (101 / 100)) in *.
  assert (C : 10099 / 10000 <= c <= 10101 / 10000) by lra.
  assert (J := rounded_in (c * bpow radix2 (-78))).
  rewrite (Rabs_pos_eq (c * _)) in J by (apply Rmult_le_pos; lra). apply Rabs_le_inv in J.
  unfold column_factor. fold c.
  assert (L1 : 10099 / 10000 * bpow radix2 (-78) <= c * bpow radix2 (-78)) by (apply Rmult_le_compat_r; lra).
  assert (L2 : c * bpow radix2 (-78) <= 10101 / 10000 * bpow radix2 (-78)) by (apply Rmult_le_compat_r; lra).
  assert (T : eta <= / 100000 * bpow radix2 (-78)).
  { apply Rle_trans with (bpow radix2 (-20) * bpow radix2 (-78)).
    - unfold eta. rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [lra|]. simpl. lra. }
  assert (V : u * (c * bpow radix2 (-78)) <= / 1000000000000000 * (c * bpow radix2 (-78))).
  { apply Rmult_le_compat_r; [|exact U]. apply Rmult_le_pos; lra. }
  lra.
Qed.

(** What the ledger's bounds leave as magnitudes: |g| and |g| T1 stay below M, e1 and e0 far below 1. *)
Theorem tier_enclose e1 e0 t g M s l y :
  0 <= e1 <= bpow radix2 (-40) -> 0 <= e0 <= bpow radix2 (-40) -> 0 <= t <= bpow radix2 11 ->
  bpow radix2 (-799) <= M -> Rabs g <= 2 * M -> Rabs g * t <= 2 * M ->
  Rabs s <= 2 * M -> Rabs l <= u * Rabs s ->
  tier_near e1 e0 t g M s l y ->
  let e := tier_error e1 e0 t g M in
  s + rnd (l - e) <= y <= s + rnd (l + e) /\ bpow radix2 (-900) <= rnd (l + e) - rnd (l - e).
Proof.
  intros [P1 L1] [P0 L0] [Pt Lt] HM Hg Hgt Hs Hl N e.
  assert (U := u_small). assert (Up := u_pos). assert (Ep := eta_pos). assert (Pg := Rabs_pos g).
  assert (BM := bpow_gt_0 radix2 (-799)). assert (B78 := bpow_gt_0 radix2 (-78)).
  set (w := bpow radix2 (-78) * M) in *.
  assert (Pw : 0 < w) by (apply Rmult_lt_0_compat; lra).
  assert (Small : bpow radix2 (-900) <= w).
  { apply Rle_trans with (bpow radix2 (-78) * bpow radix2 (-799)).
    - rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_l; lra. }
  assert (Tiny : bpow radix2 (-1060) <= / 100000 * w /\ bpow radix2 11 * eta <= / 100000 * w /\
                 eta <= / 100000 * w).
  { assert (P : bpow radix2 (-20) * bpow radix2 (-900) <= / 100000 * w).
    { apply Rmult_le_compat; try apply bpow_ge_0; [simpl; lra|exact Small]. }
    repeat split; apply Rle_trans with (2 := P); unfold eta; rewrite <- ?bpow_plus; apply bpow_le; lia. }
  destruct Tiny as (T1 & T2 & T3).
  (* what the roundings of e lose *)
  assert (Loss : forall x, 0 <= x <= 2 * M * bpow radix2 (-40) -> 0 <= u * x <= / 10000 * w).
  { intros x [X0 X1]. split; [apply Rmult_le_pos; lra|].
    apply Rle_trans with (u * (2 * M * bpow radix2 (-40))); [apply Rmult_le_compat_l; lra|].
    replace (u * (2 * M * bpow radix2 (-40))) with (bpow radix2 (-92) * M).
    2:{ replace (-92)%Z with (1 + (-53 + -40))%Z by reflexivity. rewrite !bpow_plus.
        change (bpow radix2 1) with 2. unfold u. ring. }
    apply Rle_trans with (bpow radix2 (-14) * w).
    - unfold w. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [lra|].
      rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [lra|]. simpl. lra. }
  assert (F40 := bpow_ge_0 radix2 (-40)).
  set (a := Rabs g * e1). assert (Pa : 0 <= a <= 2 * M * bpow radix2 (-40)).
  { split; [now apply Rmult_le_pos|]. now apply Rmult_le_compat. }
  set (z := Rabs g * e0). assert (Pz : 0 <= z <= 2 * M * bpow radix2 (-40)).
  { split; [now apply Rmult_le_pos|]. now apply Rmult_le_compat. }
  assert (Pta : 0 <= t * a <= 2 * M * bpow radix2 (-40)).
  { split; [apply Rmult_le_pos; lra|]. unfold a.
    replace (t * (Rabs g * e1)) with (Rabs g * t * e1) by ring.
    apply Rmult_le_compat; try assumption. now apply Rmult_le_pos. }
  assert (Za := Loss _ Pa). assert (Zz := Loss _ Pz). assert (Zta := Loss _ Pta).
  assert (Uw : u * w <= / 1000000000000000 * w) by (apply Rmult_le_compat_r; lra).
  destruct column_factor_most as [C1 C2].
  assert (D1 : 1009 / 1000 * w <= M * column_factor).
  { unfold w. replace (1009 / 1000 * (bpow radix2 (-78) * M)) with (M * (1009 / 1000 * bpow radix2 (-78))) by ring.
    apply Rmult_le_compat_l; lra. }
  assert (D2 : M * column_factor <= 1011 / 1000 * w).
  { unfold w. replace (1011 / 1000 * (bpow radix2 (-78) * M)) with (M * (1011 / 1000 * bpow radix2 (-78))) by ring.
    apply Rmult_le_compat_l; lra. }
  assert (I1 := rounded_in (M * column_factor)). rewrite (Rabs_pos_eq (M * _)) in I1 by lra.
  set (c := rnd (M * column_factor)) in *. apply Rabs_le_inv in I1.
  assert (V1 : u * (M * column_factor) <= / 1000000000000000 * (M * column_factor))
    by (apply Rmult_le_compat_r; lra).
  assert (Hc : 1008 / 1000 * w <= c <= 1012 / 1000 * w) by lra.
  assert (I2 := rounded_in a). rewrite (Rabs_pos_eq a) in I2 by lra. set (a' := rnd a) in *.
  apply Rabs_le_inv in I2.
  assert (Ha' : 0 <= a') by (apply rnd_ge_0; lra).
  assert (I3 := rounded_in (z + c)). rewrite (Rabs_pos_eq (z + c)) in I3 by lra.
  set (b := rnd (z + c)) in *. apply Rabs_le_inv in I3.
  assert (V3 : u * c <= / 1000000000000000 * c) by (apply Rmult_le_compat_r; lra).
  assert (Hb : z + 10078 / 10000 * w <= b <= z + 1014 / 1000 * w) by lra.
  assert (Ta : t * a - / 10000 * w - / 100000 * w <= t * a' <= t * a + / 10000 * w + / 100000 * w).
  { assert (Te : t * eta <= / 100000 * w).
    { apply Rle_trans with (2 := T2). apply Rmult_le_compat_r; lra. }
    assert (Tu : t * (u * a) = u * (t * a)) by ring.
    split.
    - apply Rle_trans with (t * (a - (u * a + eta))); [lra|]. apply Rmult_le_compat_l; lra.
    - apply Rle_trans with (t * (a + (u * a + eta))); [apply Rmult_le_compat_l; lra|]. lra. }
  assert (Hx0 : 0 <= t * a') by now apply Rmult_le_pos.
  assert (I4 := rounded_in (t * a' + b)). rewrite (Rabs_pos_eq (t * a' + b)) in I4 by lra.
  apply Rabs_le_inv in I4.
  assert (Us : u * (t * a' + b) <= 3 / 10000 * w).
  { apply Rle_trans with (u * (t * a + z + 2 * w)); [apply Rmult_le_compat_l; lra|].
    replace (u * (t * a + z + 2 * w)) with (u * (t * a) + u * z + 2 * (u * w)) by ring. lra. }
  assert (He : t * a + z + 1007 / 1000 * w <= e <= t * a + z + 2 * w).
  { unfold e, tier_error. fold a z c a' b. lra. }
  (* the ends *)
  unfold tier_near in N. fold w in N.
  replace (Rabs g * (e1 * t + e0)) with (t * a + z) in N by (unfold a, z; ring).
  assert (Ue : u * e <= 3 / 10000 * w).
  { apply Rle_trans with (u * (t * a + z + 2 * w)); [apply Rmult_le_compat_l; lra|].
    replace (u * (t * a + z + 2 * w)) with (u * (t * a) + u * z + 2 * (u * w)) by ring. lra. }
  assert (Ul : u * Rabs l <= / 10000 * w).
  { apply Rle_trans with (u * (u * (2 * M))).
    - apply Rmult_le_compat_l; [lra|]. apply Rle_trans with (1 := Hl). apply Rmult_le_compat_l; lra.
    - replace (u * (u * (2 * M))) with (bpow radix2 (-105) * M).
      2:{ replace (-105)%Z with (1 + (-53 + -53))%Z by reflexivity. rewrite !bpow_plus.
          change (bpow radix2 1) with 2. unfold u. ring. }
      apply Rle_trans with (bpow radix2 (-27) * w).
      + unfold w. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [lra|].
        rewrite <- bpow_plus. apply bpow_le. lia.
      + apply Rmult_le_compat_r; [lra|]. simpl. lra. }
  assert (Move : forall x, Rabs x <= Rabs l + e -> Rabs (rnd x - x) <= / 1000 * w).
  { intros x Hx. apply Rle_trans with (1 := rounded_in x).
    assert (u * Rabs x <= u * (Rabs l + e)) by (apply Rmult_le_compat_l; lra). lra. }
  assert (A1 : Rabs (l - e) <= Rabs l + e).
  { apply Rle_trans with (1 := Rabs_triang l (- e)). rewrite Rabs_Ropp, (Rabs_pos_eq e) by lra. lra. }
  assert (A2 : Rabs (l + e) <= Rabs l + e).
  { apply Rle_trans with (1 := Rabs_triang l e). rewrite (Rabs_pos_eq e) by lra. lra. }
  assert (M1 := Move _ A1). assert (M2 := Move _ A2).
  apply Rabs_le_inv in M1. apply Rabs_le_inv in M2. apply Rabs_le_inv in N. lra.
Qed.

(** p is the pattern of the first sum.  Since the ends are apart, they do not round to zero. *)
Theorem tier_certified s l e y p :
  s + rnd (l - e) <= y <= s + rnd (l + e) -> bpow radix2 (-900) <= rnd (l + e) - rnd (l - e) ->
  is_pattern Binary64 p -> meaning Binary64 p = Finite (rnd (s + rnd (l - e))) ->
  rnd (s + rnd (l - e)) = rnd (s + rnd (l + e)) ->
  Rabs (rnd (s + rnd (l - e))) < bpow radix2 1024 ->
  represents Binary64 (Finite y) p.
Proof.
  intros HY HA HP MP E R. apply (sums_binary64 s _ _ y p HY HP MP E); [|exact R].
  intros Z. assert (A := rounded_out (s + rnd (l - e))). assert (B := rounded_out (s + rnd (l + e))).
  rewrite <- E in B. rewrite Z, Rabs_R0, Rmult_0_r in A, B.
  apply Rabs_le_inv in A. apply Rabs_le_inv in B.
  assert (T : 2 * eta < bpow radix2 (-900)).
  { unfold eta. change 2 with (bpow radix2 1). rewrite <- bpow_plus. apply bpow_lt. lia. }
  lra.
Qed.
