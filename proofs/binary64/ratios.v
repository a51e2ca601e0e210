(* SPDX-License-Identifier: Apache-2.0 *)
(** * The computed ratios that E1 and E0 of a binary64 row are made of

    Purpose.  G r^, the root of q^ / v^ and |c^|, as they are computed, are near G, R and |a| over sqrt V.

    Corresponds to FinishBinary64 of lib/fast/binary64_moments-inl.h, kappa and grid.

    Symbols.
      s, rho, gam, b   sqrt V; R, G, |a| over it
      q, v, G', root   high parts of q^ and v^; G and 1 / sqrt v as they are computed

    Main results.
      root_of_kappa_near   rho <= (1 + 10^-9) fl(sqrt(fl(q / v))) + u
      grid_near            gam <= (1 + 10^-9) fl(G' root)
      offset_ratio_near    b is |c^| but for 10^-9 of it and what c^ is off
      inverse_root_range   what is 1 / sqrt V but for a thousandth, rounded, lies in [2^-426, 2^426] *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations fast.elements sharp.products sharp.pairs
  sharp.pair_products sharp.root sharp.elements binary64.budget.

Local Open Scope R_scope.

Theorem root_of_kappa_near r V q v :
  0 <= r -> 0 < V -> 0 < v -> Rabs (q - r * r) <= 4 * (u * (r * r)) -> Rabs (v - V) <= 11 * (u * V) ->
  rnd (q / v) <= 64 ->
  let k := rnd (sqrt (rnd (q / v))) in
  0 <= k <= 8 /\ r / sqrt V <= (1 + / 1000000000) * k + u.
Proof.
  intros Pr PV Pv Q D K k. assert (Us := u_small). assert (U := u_pos). assert (E := eta_pos).
  assert (Ec := eta_beside_squares). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (R2 : 0 <= r * r) by now apply Rmult_le_pos.
  assert (W := u_part _ R2). assert (WV := u_part V (Rlt_le _ _ PV)).
  apply Rabs_le_inv in Q. apply Rabs_le_inv in D.
  assert (I : 0 < / v) by now apply Rinv_0_lt_compat.
  assert (Z : 0 <= q / v) by (apply Rmult_le_pos; lra).
  assert (Z' : 0 <= rnd (q / v)) by now apply rnd_ge_0.
  set (s := sqrt V). assert (S : 0 < s) by now apply sqrt_lt_R0. assert (S2 : s * s = V) by (apply sqrt_sqrt; lra).
  split.
  - split; [apply rnd_ge_0, sqrt_pos|]. rewrite <- (rnd_exact 8).
    + apply rnd_le. rewrite <- (sqrt_square 8) by lra. apply sqrt_le_1_alt. lra.
    + change 8 with (bpow radix2 3). apply generic_format_bpow. unfold FLT_exp. lia.
  - set (rho := r / s). assert (P : 0 <= rho) by (apply Rmult_le_pos; [exact Pr|apply Rlt_le, Rinv_0_lt_compat, S]).
    assert (Pk : 0 <= k) by apply rnd_ge_0, sqrt_pos.
    destruct (Rle_or_lt rho u) as [T|T]; [lra|].
    assert (T2 : u * u < rho * rho) by (apply Rmult_le_0_lt_compat; lra).
    assert (H : (1 - / 1000000000000) * (rho * rho) <= q / v).
    { apply Rmult_le_reg_r with v; [exact Pv|]. replace (q / v * v) with q by (field; lra).
      assert (X : rho * rho * v <= rho * rho * ((1 + / 10000000000000) * V)) by (apply Rmult_le_compat_l; lra).
      replace (rho * rho * ((1 + / 10000000000000) * V)) with ((1 + / 10000000000000) * (r * r)) in X
        by (rewrite <- S2; unfold rho; field; lra).
      lra. }
    assert (In := rounded_in (q / v)). rewrite (Rabs_pos_eq (q / v)) in In by exact Z. apply Rabs_le_inv in In.
    assert (Uz := u_part _ Z). set (kappa := rnd (q / v)) in *.
    assert (H1 : (1 - / 100) * (rho * rho) <= kappa) by lra.
    assert (H2 : (1 - / 100000000000) * (rho * rho) <= kappa + eta).
    { lra. }
    (* eta is nothing beside rho^2 *)
    assert (Te : eta <= / 100000000000 * (rho * rho)).
    { apply Rle_trans with (/ 100000000000 * (u * u)); [|lra].
      apply Rle_trans with (bpow radix2 (-50) * (u * u)).
      - unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
      - apply Rmult_le_compat_r; [lra|]. simpl. lra. }
    assert (H3 : (1 - / 10000000000) * rho * ((1 - / 10000000000) * rho) <= kappa).
    { replace ((1 - / 10000000000) * rho * ((1 - / 10000000000) * rho))
        with ((1 - / 10000000000) * (1 - / 10000000000) * (rho * rho)) by ring. lra. }
    assert (H4 : (1 - / 10000000000) * rho <= sqrt kappa).
    { rewrite <- (sqrt_square ((1 - / 10000000000) * rho)) by lra. now apply sqrt_le_1_alt. }
    assert (Sk := sqrt_pos kappa). assert (J := rounded_in (sqrt kappa)).
    rewrite (Rabs_pos_eq (sqrt kappa)) in J by exact Sk. fold k in J. apply Rabs_le_inv in J.
    assert (Uk := u_part _ Sk). lra.
Qed.

Theorem grid_near s G G' root :
  0 < s -> 0 < G -> Rabs (G' - G) <= u * G -> Rabs (root * s - 1) <= 20 * u -> bpow radix2 (-1000) <= G' * root ->
  let g := rnd (G' * root) in
  G / s <= (1 + / 1000000000) * g /\ 0 <= g <= (1 + / 1000000000) * (G / s).
Proof.
  intros S P D N L g. assert (Us := u_small). assert (U := u_pos). assert (B := bpow_gt_0 radix2 (-1000)).
  assert (Pg : 0 < G / s) by (apply Rmult_lt_0_compat; [exact P|now apply Rinv_0_lt_compat]).
  assert (I : Rabs (g - G' * root) <= u * Rabs (G' * root)).
  { apply normal_in. rewrite Rabs_pos_eq by lra. apply Rle_trans with (2 := L). apply bpow_le. lia. }
  rewrite (Rabs_pos_eq (G' * root)) in I by lra. assert (Ux := u_part (G' * root) ltac:(lra)).
  set (x := G' / G). assert (X : Rabs (x - 1) <= u).
  { apply Rmult_le_reg_r with G; [exact P|]. rewrite <- (Rabs_pos_eq G) at 1 by lra. rewrite <- Rabs_mult.
    replace ((x - 1) * G) with (G' - G) by (unfold x; field; lra). exact D. }
  set (y := root * s) in *.
  assert (E : G' * root = G / s * (x * y)) by (unfold x, y; field; lra).
  assert (XY : Rabs (x * y - 1) <= 22 * u).
  { replace (x * y - 1) with ((x - 1) * y + (y - 1)) by ring. apply Rle_trans with (1 := Rabs_triang _ _).
    assert (Y : Rabs y <= 101 / 100) by (apply Rabs_le_inv in N; apply Rabs_le; lra).
    assert (Z := product_at_most _ _ _ _ X Y). lra. }
  apply Rabs_le_inv in XY. apply Rabs_le_inv in I.
  assert (L1 : G / s * (1 - / 100000000000) <= G / s * (x * y)) by (apply Rmult_le_compat_l; lra).
  assert (L2 : G / s * (x * y) <= G / s * (1 + / 100000000000)) by (apply Rmult_le_compat_l; lra).
  split; [lra|]. split; [apply rnd_ge_0; lra|lra].
Qed.

(** [o]: what c^ is off - a r^. *)
Theorem offset_ratio_near s a rh ch o :
  0 < s -> Rabs (rh * s - 1) <= 20 * u -> Rabs (value_of ch + a * rh) <= o ->
  Rabs (snd ch) <= 31 / 10 * (u * Rabs (fst ch)) ->
  Rabs a / s <= (1 + / 1000000000) * Rabs (fst ch) + (1 + / 1000) * o.
Proof.
  intros S N O L. assert (Us := u_small). assert (U := u_pos).
  assert (Uf := u_part _ (Rabs_pos (fst ch))).
  assert (H : Rabs (a * rh) <= Rabs (value_of ch) + o).
  { replace (a * rh) with ((value_of ch + a * rh) + - value_of ch) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
  assert (Hv : Rabs (value_of ch) <= (1 + / 100000000000) * Rabs (fst ch)).
  { unfold value_of. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Pa : 0 <= Rabs a / s) by (apply Rmult_le_pos; [apply Rabs_pos|apply Rlt_le, Rinv_0_lt_compat, S]).
  apply Rabs_le_inv in N.
  assert (E : Rabs (a * rh) = Rabs a / s * (rh * s)).
  { rewrite Rabs_mult, (Rabs_pos_eq rh); [field; lra|].
    destruct (Rle_or_lt 0 rh) as [Y|Y]; [exact Y|]. assert (rh * s <= 0 * s) by (apply Rmult_le_compat_r; lra). lra. }
  assert (L1 : Rabs a / s * (1 - / 100000000000) <= Rabs a / s * (rh * s)) by (apply Rmult_le_compat_l; lra).
  assert (Po : 0 <= o) by (apply Rle_trans with (2 := O); apply Rabs_pos). lra.
Qed.

(** A root's range, from what it is the root of, and its inverse's. *)
Lemma inverse_root_range s v rh1 rho :
  0 < s -> 999 / 1000 * v <= s * s <= 1001 / 1000 * v -> bpow radix2 (-850) <= v <= bpow radix2 850 ->
  Rabs (rho * s - 1) <= / 1000 -> rh1 = rnd rho -> bpow radix2 (-426) <= rh1 <= bpow radix2 426.
Proof.
  intros S [V1 V2] [L1 L2] N ->. apply Rabs_le_inv in N.
  assert (Bp := bpow_gt_0 radix2 425). assert (Bn := bpow_gt_0 radix2 (-425)).
  assert (Ep : bpow radix2 850 = bpow radix2 425 * bpow radix2 425) by (rewrite <- bpow_plus; reflexivity).
  assert (En : bpow radix2 (-850) = bpow radix2 (-425) * bpow radix2 (-425)) by (rewrite <- bpow_plus; reflexivity).
  assert (E1 : bpow radix2 425 * bpow radix2 (-425) = 1) by (rewrite <- bpow_plus; reflexivity).
  assert (Ip : bpow radix2 426 = 2 * bpow radix2 425).
  { replace 426%Z with (1 + 425)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
  assert (In : bpow radix2 (-426) = / 2 * bpow radix2 (-425)).
  { replace (-426)%Z with (-1 + -425)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
  rewrite Ep in L2. rewrite En in L1. rewrite Ip, In. clear Ep En.
  set (x := bpow radix2 425) in *. set (y := bpow radix2 (-425)) in *.
  assert (S1 : s <= 11 / 10 * x).
  { apply Rsqr_incr_0_var; [unfold Rsqr|lra]. assert (0 <= x * x) by (apply Rmult_le_pos; lra). lra. }
  assert (S2 : 9 / 10 * y <= s).
  { apply Rsqr_incr_0_var; [unfold Rsqr|lra]. assert (0 <= y * y) by (apply Rmult_le_pos; lra). lra. }
  assert (R1 : / 2 * y <= rho).
  { apply Rmult_le_reg_r with s; [exact S|]. assert (y * s <= y * (11 / 10 * x)) by (apply Rmult_le_compat_l; lra). lra. }
  assert (R2 : rho <= 2 * x).
  { apply Rmult_le_reg_r with s; [exact S|]. assert (x * (9 / 10 * y) <= x * s) by (apply Rmult_le_compat_l; lra). lra. }
  rewrite <- Ip, <- In in *.
  split; (rewrite <- (rnd_exact (bpow _ _)); [now apply rnd_le|]); apply generic_format_bpow; unfold FLT_exp; lia.
Qed.
