(* SPDX-License-Identifier: Apache-2.0 *)
(** * A window is as wide as the ledger asks

    Purpose.  With every rounding of the computation of width.v, y is nearer to y^ than the
    width that comes out, in units of y^'s binade, and y^ is far from overflow.

    Corresponds to the ledger's Windows in lib/fast/error_bounds.h, and to MakeWindow of
    lib/fast/windows-inl.h.

    Symbols: those of width.v, and
      G, B               |g| <= G and |b| <= B over the window's columns
      X                  any power of two from the threshold on, and any other such number

    Main results.
      width_enough       |y - y^| < width 2^-52 X for |y^| <= 2 X, X >= least
      window_enough      the integer width is enough, with what RN32 loses
      value_bounded      peak <= most: |y^| <= 1.001 most *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.width.

Local Open Scope R_scope.

(** ** From the ledger's bound to units of y^'s binade *)

Lemma product_bounded fused g t b :
  let y := muladd (real_arithmetic fused) g t b in
  Rabs (g * t) <= 1000001 / 1000000 * (Rabs y + Rabs b) + crumb.
Proof.
  assert (U := u_pos). assert (S := u_small). assert (E := eta_crumb). assert (K := crumb_small).
  assert (Small : forall x, 0 <= x -> 0 <= u * x <= / 1000000000000000 * x).
  { intros x H. split; [apply Rmult_le_pos; lra|apply Rmult_le_compat_r; lra]. }
  assert (Pb := Rabs_pos b).
  destruct fused; simpl; cbv zeta.
  - assert (R := rounded_out (g * t + b)). set (y := rnd (g * t + b)) in *.
    assert (Uy := Small (Rabs y) (Rabs_pos y)).
    replace (g * t) with (y - b - (y - (g * t + b))) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
    assert (T := Rabs_triang y (- b)). rewrite Rabs_Ropp in T.
    replace (y + - b) with (y - b) in T by ring. assert (Py := Rabs_pos y). lra.
  - assert (R := rounded_in (g * t)). set (p := rnd (g * t)) in *.
    assert (Q := rounded_out (p + b)). set (y := rnd (p + b)) in *.
    assert (Uy := Small (Rabs y) (Rabs_pos y)). assert (Ug := Small _ (Rabs_pos (g * t))).
    assert (T1 : Rabs (g * t) <= Rabs y + Rabs b + Rabs (y - (p + b)) + Rabs (p - g * t)).
    { assert (I : forall x, - Rabs x <= x <= Rabs x) by (intros x; apply Rabs_le_inv, Rle_refl).
      assert (I1 := I y). assert (I2 := I b). assert (I3 := I (y - (p + b))).
      assert (I4 := I (p - g * t)). apply Rabs_le. lra. }
    assert (Py := Rabs_pos y). lra.
Qed.

Lemma bounds_positive h : 0 <= h -> 0 <= bound_e1 h /\ 0 <= bound_e0 h.
Proof. intros H. assert (U := u_pos). split; apply Rmult_le_pos; lra. Qed.

(** The ledger's bound with columns' largest |g| and |b| instead of an element's, and |y^| for
    g t^. *)
Lemma error_bounded fused h t g b G B Y :
  0 <= h -> Rabs g <= G -> Rabs b <= B ->
  let y := muladd (real_arithmetic fused) g t b in
  Rabs y <= Y ->
  y_error h t g y <=
  99 / 100 * (bound_e1 h * (1000001 / 1000000 * (Y + B) + crumb) + bound_e0 h * G)
  + u * Y + bpow radix2 (-800).
Proof.
  intros Hh HG HB y HY. destruct (bounds_positive h Hh) as [P1 P0].
  assert (T := product_bounded fused g t b). fold y in T. cbv zeta in T. rewrite Rabs_mult in T.
  unfold y_error. assert (U := u_pos).
  assert (bound_e1 h * (Rabs g * Rabs t) <= bound_e1 h * (1000001 / 1000000 * (Y + B) + crumb))
    by (apply Rmult_le_compat_l; lra).
  assert (bound_e0 h * Rabs g <= bound_e0 h * G) by (apply Rmult_le_compat_l; lra).
  assert (u * Rabs y <= u * Y) by (apply Rmult_le_compat_l; lra). lra.
Qed.

Theorem width_enough fused h e1 e0 t g b y G B least X :
  0 <= h -> 99999 / 100000 * bound_e1 h <= e1 -> 99999 / 100000 * bound_e0 h <= e0 ->
  Rabs g <= G -> Rabs b <= B -> bpow radix2 (-126) <= least -> least <= X ->
  let y_hat := muladd (real_arithmetic fused) g t b in
  Rabs y_hat <= 2 * X -> Rabs (y_hat - y) <= y_error h t g y_hat ->
  Rabs (y_hat - y) < (computed_width e1 e0 G B least - / 10) * (2 * u * X).
Proof.
  intros Hh H1 H0 HG HB Hl HX y_hat HY HE.
  destruct (bounds_positive h Hh) as [P1 P0]. assert (U := u_pos).
  assert (PG : 0 <= G) by (apply Rle_trans with (2 := HG); apply Rabs_pos).
  assert (PB : 0 <= B) by (apply Rle_trans with (2 := HB); apply Rabs_pos).
  assert (L0 := bpow_gt_0 radix2 (-126)).
  apply Rle_lt_trans with (1 := HE).
  assert (N := error_bounded fused h t g b G B (2 * X) Hh HG HB HY). fold y_hat in N.
  apply Rle_lt_trans with (1 := N). clear N HE HY.
  assert (C := computed_width_most e1 e0 G B least ltac:(lra) ltac:(lra) PG PB Hl).
  set (w := computed_width e1 e0 G B least) in *.
  assert (PX : 0 < 2 * u * X) by (apply Rmult_lt_0_compat; lra).
  apply Rlt_le_trans with
    ((99999 / 100000 * ((e0 * G + e1 * B) * bpow radix2 52 / least + 101 / 100 * (e1 / u)) + 38 / 10)
     * (2 * u * X)).
  2:{ apply Rmult_le_compat_r; lra. }
  assert (E : ((e0 * G + e1 * B) * bpow radix2 52 / least + 101 / 100 * (e1 / u)) * (2 * u * X)
              = (e0 * G + e1 * B) * (X / least) + 202 / 100 * (e1 * X)).
  { replace ((e0 * G + e1 * B) * (X / least))
      with ((e0 * G + e1 * B) * (bpow radix2 52 * (2 * u)) * (X / least)) by (rewrite two_u; ring).
    field. lra. }
  assert (Q : 1 <= X / least).
  { apply Rmult_le_reg_r with least; [lra|]. replace (X / least * least) with X by (field; lra). lra. }
  assert (Z : 0 <= e0 * G + e1 * B).
  { assert (0 <= e0 * G) by (apply Rmult_le_pos; lra).
    assert (0 <= e1 * B) by (apply Rmult_le_pos; lra). lra. }
  assert (F : (e0 * G + e1 * B) * 1 <= (e0 * G + e1 * B) * (X / least))
    by (apply Rmult_le_compat_l; lra).
  assert (G0 : 99999 / 100000 * bound_e0 h * G <= e0 * G) by (apply Rmult_le_compat_r; lra).
  assert (G1 : 99999 / 100000 * bound_e1 h * B <= e1 * B) by (apply Rmult_le_compat_r; lra).
  assert (G2 : 99999 / 100000 * bound_e1 h * X <= e1 * X) by (apply Rmult_le_compat_r; lra).
  assert (PE0 : 0 <= bound_e0 h * G) by now apply Rmult_le_pos.
  assert (PE1 : 0 <= bound_e1 h * B) by now apply Rmult_le_pos.
  assert (PE2 : 0 <= bound_e1 h * X) by (apply Rmult_le_pos; lra).
  assert (K : bound_e1 h * crumb <= bound_e1 h * X * / 1000).
  { rewrite Rmult_assoc. apply Rmult_le_compat_l; [exact P1|].
    apply Rle_trans with (bpow radix2 (-126) * / 1000); [|apply Rmult_le_compat_r; lra].
    apply Rle_trans with (bpow radix2 (-126) * bpow radix2 (-10)).
    - unfold crumb. rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_l; [lra|]. simpl. lra. }
  assert (T : bpow radix2 (-800) <= u * X).
  { apply Rle_trans with (u * bpow radix2 (-126)); [|apply Rmult_le_compat_l; lra].
    unfold u. rewrite <- bpow_plus. apply bpow_le. lia. }
  assert (UX : 0 < u * X) by (apply Rmult_lt_0_compat; lra).
  rewrite Rmult_plus_distr_r, Rmult_assoc, E. lra.
Qed.

(** What MakeWindow keeps: an integer, of units that may be coarser, with room for what was lost
    before the test. *)
Theorem window_enough lost unit e1 e0 G B least :
  0 <= lost <= bpow radix2 28 -> 1 <= unit <= bpow radix2 29 ->
  29 / 10 <= computed_width e1 e0 G B least ->
  IZR (window_width lost unit e1 e0 G B least) * unit <= bpow radix2 43 ->
  computed_width e1 e0 G B least - / 10
  <= IZR (window_width lost unit e1 e0 G B least) * unit - lost.
Proof.
  intros Hl Hu Hw HW. unfold window_width in *. set (w := computed_width e1 e0 G B least) in *.
  assert (U := u_pos). assert (S := u_small).
  assert (C := Zceil_ub (rnd (rnd (w + lost) / unit))).
  set (W := IZR (Zceil (rnd (rnd (w + lost) / unit)))) in *.
  assert (P : bpow radix2 (-900) <= w + lost).
  { apply Rle_trans with (bpow radix2 0); [apply bpow_le; lia|]. simpl. lra. }
  assert (A := rnd_all_but_u _ P). set (a := rnd (w + lost)) in *.
  assert (I : / bpow radix2 29 <= / unit) by (apply Rinv_le; lra).
  assert (I1 : 0 < / unit) by (apply Rinv_0_lt_compat; lra).
  assert (A1 : 1 <= a).
  { assert (u * (w + lost) <= / 1000000000000000 * (w + lost)) by (apply Rmult_le_compat_r; lra). lra. }
  assert (P' : bpow radix2 (-900) <= a / unit).
  { apply Rle_trans with (1 * / bpow radix2 29).
    - rewrite Rmult_1_l, <- bpow_opp. apply bpow_le. lia.
    - apply Rmult_le_compat; try lra. rewrite <- bpow_opp. apply bpow_ge_0. }
  assert (A' := rnd_all_but_u _ P').
  assert (B' : (1 - 2 * u) * a <= W * unit).
  { replace ((1 - 2 * u) * a) with ((1 - 2 * u) * (a / unit) * unit) by (field; lra).
    apply Rmult_le_compat_r; lra. }
  assert (B2 : (1 - 2 * u) * ((1 - 2 * u) * (w + lost)) <= (1 - 2 * u) * a)
    by (apply Rmult_le_compat_l; lra).
  assert (B3 : (1 - 4 * u) * (w + lost) <= W * unit).
  { apply Rle_trans with (2 := B'). apply Rle_trans with (2 := B2).
    assert (0 <= 4 * u * u * (w + lost)).
    { apply Rmult_le_pos; [|lra]. apply Rmult_le_pos; lra. }
    lra. }
  assert (Big : bpow radix2 43 = 8796093022208) by reflexivity.
  assert (B4 : 4 * u * (w + lost) <= / 10).
  { assert (w + lost <= 10000000000000).
    { assert (u * (w + lost) <= / 1000000000000000 * (w + lost)) by (apply Rmult_le_compat_r; lra). lra. }
    assert (u * (w + lost) <= / 1000000000000000 * 10000000000000) by (apply Rmult_le_compat; lra).
    lra. }
  lra.
Qed.

(** ** No overflow *)

Theorem value_bounded fused h t g b y n G B most :
  0 <= h <= 10000 -> 1 <= n -> Rabs g <= G -> Rabs b <= B -> 1 <= most ->
  Rabs y <= G * sqrt n + B -> computed_peak n G B <= most ->
  let y_hat := muladd (real_arithmetic fused) g t b in
  Rabs (y_hat - y) <= y_error h t g y_hat ->
  Rabs y_hat <= 1001 / 1000 * most.
Proof.
  intros Hh Hn HG HB Hm HY HP y_hat HE.
  destruct (bounds_positive h ltac:(lra)) as [P1 P0]. assert (U := u_pos). assert (S := u_small).
  assert (K := crumb_small).
  assert (PG : 0 <= G) by (apply Rle_trans with (2 := HG); apply Rabs_pos).
  assert (PB : 0 <= B) by (apply Rle_trans with (2 := HB); apply Rabs_pos).
  assert (R1 : 1 <= sqrt n) by (rewrite <- sqrt_1; apply sqrt_le_1; lra).
  unfold computed_peak in HP.
  assert (A1 := rnd_most (sqrt n) ltac:(lra)). set (r := rnd (sqrt n)) in *.
  assert (Pr : r <= r * (1 + bpow radix2 (-50))).
  { assert (0 <= r * bpow radix2 (-50)).
    { apply Rmult_le_pos; [unfold most_of_it in A1; lra|apply bpow_ge_0]. } lra. }
  assert (A2 := rnd_most (r * (1 + bpow radix2 (-50))) ltac:(unfold most_of_it in A1; lra)).
  set (q := rnd (r * _)) in *.
  assert (L : 99999 / 100000 * sqrt n <= q) by (unfold most_of_it in *; lra).
  assert (M : 0 <= G * sqrt n) by (apply Rmult_le_pos; lra).
  assert (L' : 99999 / 100000 * (G * sqrt n) <= G * q).
  { replace (99999 / 100000 * (G * sqrt n)) with (G * (99999 / 100000 * sqrt n)) by ring.
    apply Rmult_le_compat_l; lra. }
  assert (A3 := rnd_most (G * q) ltac:(lra)). assert (Z3 := rnd_ge_0 (G * q) ltac:(lra)).
  set (p := rnd (G * q)) in *.
  assert (A4 := rnd_most (p + B) ltac:(lra)).
  assert (V : G * sqrt n + B <= 10001 / 10000 * most) by (unfold most_of_it in *; lra).
  assert (GV : G <= G * sqrt n).
  { rewrite <- (Rmult_1_r G) at 1. apply Rmult_le_compat_l; lra. }
  assert (N := error_bounded fused h t g b G B (Rabs y_hat) ltac:(lra) HG HB (Rle_refl _)).
  fold y_hat in N. assert (Py := Rabs_pos y_hat).
  assert (E1 : bound_e1 h <= / 1000000) by (unfold bound_e1; nra).
  assert (E0 : bound_e0 h <= / 1000000) by (unfold bound_e0; nra).
  assert (F1 : bound_e1 h * (1000001 / 1000000 * (Rabs y_hat + B) + crumb)
               <= / 1000000 * (1000001 / 1000000 * (Rabs y_hat + B) + crumb))
    by (apply Rmult_le_compat_r; lra).
  assert (F0 : bound_e0 h * G <= / 1000000 * G) by (apply Rmult_le_compat_r; lra).
  assert (F2 : u * Rabs y_hat <= / 1000000000000000 * Rabs y_hat) by (apply Rmult_le_compat_r; lra).
  assert (T : bpow radix2 (-800) <= / 1000000).
  { apply Rle_trans with (bpow radix2 (-30)); [apply bpow_le; lia|]. simpl. lra. }
  assert (W : Rabs y_hat <= Rabs y + Rabs (y_hat - y)).
  { replace y_hat with (y + (y_hat - y)) at 1 by ring. apply Rabs_triang. }
  lra.
Qed.
