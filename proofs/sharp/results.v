(* SPDX-License-Identifier: Apache-2.0 *)
(** * y^ of the sharp stage

    Purpose.  The last sentence of the ledger in lib/fast/sharp_error_bounds.h, which the ends test
    (ends.v) supposes: it follows from what elements.v says of t^.

    Corresponds to ElementOf of lib/fast/sharp-inl.h.

    Symbols: those of elements.v, and
      y_sharp th g b   y^

    Main result.
      y_sharp_near   |y^ - y| <= |g| (S1 |t^| + S0) + 4.5 u^2 |y^| + 2^-1060
                     and |t| <= 1.003 (|t^| + S0) *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.bound sharp.ends
  sharp.products sharp.addition sharp.pairs sharp.pair_products sharp.root
  sharp.means sharp.elements.

Local Open Scope R_scope.

Definition y_sharp (fused : bool) (th : R * R) (g b : R) : R * R :=
  let z := times_one fused (fst th) (snd th) g in plus_one (fst z) (snd z) b.

Lemma t_sharp_low fused e a rh :
  let z := t_sharp fused e a rh in Rabs (snd z) <= 31 / 10 * (u * Rabs (fst z)).
Proof.
  unfold t_sharp, times. cbv zeta. apply fast_two_sum_near; apply binary64_rnd.
Qed.

Section Result.
Variable fused : bool.
Variables K kappa root t g b : R.
Variable th : R * R.

Hypothesis K_least : 132 <= K.
Hypothesis kappa_pos : 0 <= kappa.
Hypothesis root_enough : least_root <= root.
Hypothesis Small : K * kappa * (u * u) <= / 1000.
Hypothesis t_near : Rabs (value_of th - t)
  <= ((151 / 100 * K - 60) * kappa + 76) * (u * u * Rabs t) + (1002 / 1000 * K - 32) * (u * u * root) + 12 * eta.
Hypothesis t_within : within (1004 / 1000 * (Rabs t + 2002 / 1000 * root) + 30 * eta) th.
Hypothesis t_low : Rabs (snd th) <= 31 / 10 * (u * Rabs (fst th)).
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Lemma eta_beside_root : eta <= / 1000000 * (u * u * root).
Proof.
  apply Rle_trans with (/ 1000000 * (u * u * bpow radix2 (-450))).
  - apply Rle_trans with (bpow radix2 (-20) * (u * u * bpow radix2 (-450))).
    + unfold u, eta. rewrite <- !bpow_plus. apply bpow_le. lia.
    + apply Rmult_le_compat_r; [unfold u; rewrite <- !bpow_plus; apply bpow_ge_0|simpl; lra].
  - apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; [apply Rlt_le, squares|exact root_enough].
Qed.

Theorem y_sharp_near :
  let z := y_sharp fused th g b in
  sharp_near (sharp_s1 K kappa) (sharp_s0 K root) (fst th) g (fst z) (snd z) (g * t + b) /\
  binary64 (fst z) /\ binary64 (snd z) /\ Rabs (snd z) <= 32 / 10 * u * Rabs (fst z) /\
  Rabs t <= 1003 / 1000 * (Rabs (fst th) + sharp_s0 K root).
Proof.
  assert (Q := squares). assert (Us := u_small). assert (Up := u_pos). assert (Pe := eta_pos).
  assert (Te := eta_beside_root). assert (Pr := bpow_gt_0 radix2 (-450)). unfold least_root in root_enough.
  assert (Pg := Rabs_pos g). assert (Pt := Rabs_pos t).
  set (At := 1004 / 1000 * (Rabs t + 2002 / 1000 * root) + 30 * eta) in *.
  assert (At0 : 0 <= At) by (unfold At; lra).
  destruct (times_one_near fused _ _ _ g t_within g_binary64 (Rle_refl _)) as [N1 B1].
  intros y. unfold y, y_sharp in *. set (z := times_one fused (fst th) (snd th) g) in *.
  set (Az := (1 + 10 * u) * (At * Rabs g) + 30 * eta) in *.
  destruct (plus_one_near _ (Rabs b) z b B1 b_binary64 (Rle_refl _)) as (N2 & F1 & F2 & L).
  clear y. set (y := plus_one (fst z) (snd z) b) in *. set (q := u * u) in *.
  enough (N : sharp_near (sharp_s1 K kappa) (sharp_s0 K root) (fst th) g (fst y) (snd y) (g * t + b) /\
    Rabs t <= 1003 / 1000 * (Rabs (fst th) + sharp_s0 K root)).
  { destruct N as [N N']. assert (P := u_part _ (Rabs_pos (fst y))).
    split; [exact N|]. split; [exact F1|]. split; [exact F2|]. split; [|exact N']. fold q in L. lra. }
  assert (AG : 0 <= At * Rabs g) by now apply Rmult_le_pos.
  assert (UAG := u_part _ AG).
  assert (HA : Az <= 10001 / 10000 * (At * Rabs g) + 30 * eta) by (unfold Az; lra).
  assert (Az0 : 0 <= Az) by (unfold Az; lra).
  assert (Vz : Rabs (value_of z) <= 10001 / 10000 * Az).
  { destruct B1 as (_ & _ & H1 & H2). assert (X := u_part _ Az0).
    apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  (* the last addition, against y^ *)
  set (err := Rabs (value_of y - (value_of z + b))) in *.
  assert (Hb : Rabs b <= Rabs (value_of y) + err + Rabs (value_of z)).
  { replace b with (value_of y + - (value_of y - (value_of z + b)) + - value_of z) at 1 by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. apply Rplus_le_compat_r.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. apply Rle_refl. }
  assert (Py := Rabs_pos (value_of y)). assert (Per : 0 <= err) by apply Rabs_pos.
  assert (Q1 : q * (Az + Rabs b) <= q * (20001 / 10000 * Az + Rabs (value_of y) + err))
    by (apply Rmult_le_compat_l; lra).
  assert (Qe : q * err <= / 1000000 * err) by (apply Rmult_le_compat_r; lra).
  replace (u * (u * (Az + Rabs b))) with (q * (Az + Rabs b)) in N2 by (unfold q; ring).
  assert (Qy : 0 <= q * Rabs (value_of y)) by (apply Rmult_le_pos; lra).
  assert (Qz : 0 <= q * Az) by (apply Rmult_le_pos; lra).
  assert (E1 : err <= 411 / 100 * (q * Rabs (value_of y)) + 823 / 100 * (q * Az)) by lra.
  assert (Q2 : q * Az <= q * (10001 / 10000 * (At * Rabs g) + 30 * eta)) by (apply Rmult_le_compat_l; lra).
  assert (Qeta : q * eta <= / 1000000 * eta) by (apply Rmult_le_compat_r; lra).
  replace (u * (u * (At * Rabs g))) with (q * (At * Rabs g)) in N1 by (unfold q; ring).
  assert (E2 : Rabs (value_of y - (g * t + b))
    <= Rabs g * (1444 / 100 * (q * At) + Rabs (value_of th - t)) + 411 / 100 * (q * Rabs (value_of y)) + 13 * eta).
  { replace (value_of y - (g * t + b)) with ((value_of y - (value_of z + b)) + (value_of z - value_of th * g)
      + g * (value_of th - t)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult.
    assert (T := Rabs_triang (value_of y - (value_of z + b)) (value_of z - value_of th * g)). fold err in T.
    assert (0 <= q * (At * Rabs g)) by (apply Rmult_le_pos; lra). lra. }
  (* what multiplies |g| *)
  set (s := ((151 / 100 * K - 60) * kappa + 91) * q). set (s0 := (1002 / 1000 * K - 2) * (q * root)).
  assert (Kq : 0 <= kappa * q) by (apply Rmult_le_pos; lra).
  assert (Kkq : 0 <= K * (kappa * q)) by (apply Rmult_le_pos; lra).
  assert (Sr : 0 <= s <= 16 / 10000).
  { unfold s. split; [|lra]. apply Rmult_le_pos; [|lra].
    assert (0 <= (151 / 100 * K - 60) * kappa) by (apply Rmult_le_pos; lra). lra. }
  fold q in Te. assert (Qr : 0 <= q * root) by (apply Rmult_le_pos; lra).
  assert (S0 : 0 <= s0) by (unfold s0; apply Rmult_le_pos; lra).
  assert (Qt : 0 <= q * Rabs t) by (apply Rmult_le_pos; lra).
  assert (E3 : 1444 / 100 * (q * At) + Rabs (value_of th - t) <= s * Rabs t + s0) by (unfold s, s0, At; lra).
  assert (QA : 0 <= q * At) by (apply Rmult_le_pos; lra).
  assert (Tt : Rabs t <= Rabs (value_of th) + Rabs (value_of th - t)).
  { rewrite (Rabs_minus_sym (value_of th)). apply at_most_by. }
  assert (St : s * Rabs t <= 16 / 10000 * Rabs t) by (apply Rmult_le_compat_r; lra).
  assert (T2 : Rabs t <= 1002 / 1000 * (Rabs (value_of th) + s0)) by lra.
  assert (Vt : Rabs (value_of th) <= 10001 / 10000 * Rabs (fst th)).
  { apply Rle_trans with (1 := Rabs_triang _ _). assert (X := u_part _ (Rabs_pos (fst th))). lra. }
  assert (T3 : s * Rabs t <= s * (1002 / 1000 * (10001 / 10000 * Rabs (fst th) + s0)))
    by (apply Rmult_le_compat_l; lra).
  assert (T4 : s * s0 <= 16 / 10000 * s0) by (apply Rmult_le_compat_r; lra).
  set (f := Rabs (fst th)) in *. assert (Pf : 0 <= f) by apply Rabs_pos.
  assert (E4 : s * Rabs t + s0 <= sharp_s1 K kappa * ((1 + 2 * u) * f) + sharp_s0 K root).
  { assert (X0 : 0 <= q * f) by (apply Rmult_le_pos; lra).
    assert (X1 : 0 <= kappa * (q * f)) by now apply Rmult_le_pos.
    assert (X2 : 0 <= K * (kappa * (q * f))) by (apply Rmult_le_pos; lra).
    assert (Y : sharp_s1 K kappa * f <= sharp_s1 K kappa * ((1 + 2 * u) * f)).
    { apply Rmult_le_compat_l; [unfold sharp_s1; fold q; apply Rmult_le_pos; [|lra];
        assert (0 <= (16 / 10 * K + 11) * kappa) by (apply Rmult_le_pos; lra); lra|].
      assert (0 <= u * f) by (apply Rmult_le_pos; lra). lra. }
    apply Rle_trans with (sharp_s1 K kappa * f + sharp_s0 K root); [|lra].
    unfold sharp_s1, sharp_s0. fold q.
    assert (Z1 : s * f <= ((151 / 100 * K - 60) * kappa + 91) * (q * f)) by (unfold s; lra).
    assert (Z2 : 0 <= K * (q * root)) by (apply Rmult_le_pos; lra).
    assert (Z3 : s0 <= 1002 / 1000 * (K * (q * root))) by (unfold s0; lra). lra. }
  assert (E5 := Rmult_le_compat_l _ _ _ Pg (Rle_trans _ _ _ E3 E4)).
  assert (Tiny : 13 * eta <= bpow radix2 (-1060)).
  { replace (-1060)%Z with (15 + -1075)%Z by reflexivity. rewrite bpow_plus. fold eta.
    apply Rmult_le_compat_r; [lra|]. simpl. lra. }
  split; [unfold sharp_near; fold (value_of y); fold q f; lra|].
  assert (K0 : 0 <= K * (q * root)) by (apply Rmult_le_pos; lra).
  unfold s0 in T2. unfold sharp_s0. fold q. lra.
Qed.
End Result.
