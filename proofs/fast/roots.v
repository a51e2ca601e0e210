(* SPDX-License-Identifier: Apache-2.0 *)
(** * From the variance to t^

    Purpose.  The paragraphs r^ and "Normalise" of the ledger in lib/fast/error_bounds.h, over real
    numbers: what is said of a^ and v^ is supposed here, and follows in variance.v.

    Symbols.  As in the ledger; ah, rh, th are a^, r^, t^; R is the root of R^2, V the variance plus
    eps, D = e - a the exact deviation from the mean.

    Main results.
      rstd_error         |r^ - 1 / sqrt V| <= (1.22 h + 9) u r^
      t_error            |t^ - t| <= (1.2 h + 11.7) u |t^| + (1.12 h + 6.73) u + 2^-1000 *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements fast.variance.

Local Open Scope R_scope.

Lemma eta_tiny : eta <= u * / 1000000 * bpow radix2 (-1000).
Proof.
  apply Rle_trans with (bpow radix2 (-53) * bpow radix2 (-20) * bpow radix2 (-1000)).
  - unfold eta. rewrite <- !bpow_plus. apply bpow_le. lia.
  - apply Rmult_le_compat_r; [apply bpow_ge_0|]. apply Rmult_le_compat_l; [apply bpow_ge_0|].
    simpl. lra.
Qed.

Section Roots.
Variables h R a ah v V e d th : R.
Let s := sqrt v.
Let sd := rnd s.
Let rh := rnd (bpow radix2 0 / sd).
Let rho := 238 / 100 * h + 133 / 10.
Let theta := 1193 / 1000 * h + 867 / 100.

Hypothesis Hh : 0 <= h <= 1100.
Hypothesis HR : 0 <= R.
Hypothesis Ha : Rabs a <= R.
Hypothesis Na : Rabs (ah - a) <= 10002 / 10000 * (h + 3) * u * R.
Hypothesis Hv : bpow radix2 (-502) <= v <= bpow radix2 1030.
Hypothesis Rv : R <= 11182 / 10000 * s.
Hypothesis EV : Rabs (v - V) <= rho * u * v.

Lemma hu_range : 0 <= h * u <= / 1000000000000.
Proof. exact (hu_small h Hh). Qed.

Lemma v_positive : 0 < v.
Proof. apply Rlt_le_trans with (2 := proj1 Hv). apply bpow_gt_0. Qed.

Lemma s_range : bpow radix2 (-251) <= s <= bpow radix2 515.
Proof.
  assert (E : forall n : Z, sqrt (bpow radix2 (n + n)) = bpow radix2 n).
  { intros n. rewrite bpow_plus. apply sqrt_Rsqr, bpow_ge_0. }
  split.
  - rewrite <- (E (-251)%Z). apply sqrt_le_1_alt, Hv.
  - rewrite <- (E 515%Z). apply sqrt_le_1_alt, Hv.
Qed.

Lemma s_positive : 0 < s.
Proof. apply Rlt_le_trans with (2 := proj1 s_range). apply bpow_gt_0. Qed.

Lemma sd_near : Rabs (sd - s) <= u * s.
Proof.
  rewrite <- (Rabs_pos_eq s) at 2 by apply Rlt_le, s_positive. apply normal_in.
  rewrite Rabs_pos_eq by apply Rlt_le, s_positive.
  apply Rle_trans with (2 := proj1 s_range). apply bpow_le. lia.
Qed.

Lemma sd_positive : 0 < sd.
Proof.
  assert (E := Rabs_le_inv _ _ sd_near). assert (S := s_positive). assert (U := u_small).
  assert (u * s <= / 1000000000000000 * s) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma rh_near : Rabs (rh * sd - 1) <= u.
Proof.
  assert (P := sd_positive). assert (E := Rabs_le_inv _ _ sd_near). assert (S := s_positive).
  assert (U := u_small). assert (UP := u_pos).
  assert (US : u * s <= / 1000000000000000 * s) by (apply Rmult_le_compat_r; lra).
  assert (I : 0 < / sd) by (now apply Rinv_0_lt_compat).
  assert (B : bpow radix2 0 / sd = / sd) by (simpl; lra).
  assert (N : Rabs (rh - / sd) <= u * / sd).
  { unfold rh. rewrite B. rewrite <- (Rabs_pos_eq (/ sd)) at 3 by lra. apply normal_in.
    rewrite Rabs_pos_eq by lra.
    apply Rle_trans with (/ bpow radix2 516).
    - rewrite <- bpow_opp. apply bpow_le. lia.
    - apply Rinv_le; [exact P|]. assert (M := proj2 s_range).
      replace 516%Z with (1 + 515)%Z by reflexivity. rewrite bpow_plus. simpl (bpow radix2 1). lra. }
  replace (rh * sd - 1) with ((rh - / sd) * sd) by (field; lra).
  rewrite Rabs_mult, (Rabs_pos_eq sd) by lra.
  apply Rle_trans with (u * / sd * sd); [apply Rmult_le_compat_r; lra|].
  right. field. lra.
Qed.

(** r^ sqrt v^ is 1, but for two roundings. *)
Lemma rs_near : Rabs (rh * s - 1) <= 20001 / 10000 * u.
Proof.
  assert (S := s_positive). assert (P := sd_positive). assert (U := u_small). assert (UP := u_pos).
  assert (N := Rabs_le_inv _ _ rh_near). assert (E := Rabs_le_inv _ _ sd_near).
  set (x := rh * sd) in *. set (y := sd / s).
  assert (Y : sd = y * s) by (unfold y; field; lra).
  assert (Y1 : - u <= y - 1 <= u).
  { split; apply Rmult_le_reg_r with s; try exact S; rewrite Rmult_minus_distr_r, <- Y; lra. }
  assert (Q : rh * s = x / y) by (unfold x; rewrite Y; field; lra).
  rewrite Q. replace (x / y - 1) with ((x - y) * / y) by (field; lra).
  rewrite Rabs_mult. assert (I : 0 < / y) by (apply Rinv_0_lt_compat; lra).
  rewrite (Rabs_pos_eq (/ y)) by lra.
  assert (J : / y <= 1000001 / 1000000).
  { apply Rmult_le_reg_r with y; [lra|]. rewrite Rinv_l by lra. lra. }
  apply Rle_trans with (2 * u * (1000001 / 1000000)); [|lra].
  apply Rmult_le_compat; try apply Rabs_pos; try lra. apply Rabs_le. lra.
Qed.

Lemma rh_positive : 0 < rh.
Proof.
  assert (N := Rabs_le_inv _ _ rs_near). assert (S := s_positive). assert (U := u_small).
  apply Rmult_lt_reg_r with s; [exact S|]. lra.
Qed.

Lemma V_positive : 0 < V.
Proof.
  assert (E := Rabs_le_inv _ _ EV). assert (P := v_positive). assert (X := hu_range).
  assert (U := u_small).
  assert (rho * u * v <= / 100000000000 * v) by (apply Rmult_le_compat_r; unfold rho; lra). lra.
Qed.

(** sqrt V over sqrt v^. *)
Lemma root_ratio : Rabs (sqrt V - s) <= 50025 / 100000 * rho * u * s.
Proof.
  assert (P := v_positive). assert (Q := V_positive). assert (S := s_positive).
  assert (X := hu_range). assert (U := u_small). assert (UP := u_pos).
  set (w := sqrt V). assert (W : 0 < w) by (apply sqrt_lt_R0; exact Q).
  assert (SS : s * s = v) by (apply sqrt_sqrt; lra).
  assert (WW : w * w = V) by (apply sqrt_sqrt; lra).
  assert (K : rho * u <= / 100000000000) by (unfold rho; lra).
  assert (K0 : 0 <= rho * u) by (unfold rho; apply Rmult_le_pos; lra).
  assert (E := EV). rewrite <- SS, <- WW in E.
  assert (L : 9999 / 10000 * s <= w).
  { apply Rsqr_incr_0_var; [|lra]. unfold Rsqr. assert (A := Rabs_le_inv _ _ E).
    assert (rho * u * (s * s) <= / 100000000000 * (s * s)) by (apply Rmult_le_compat_r; nra).
    assert (0 < s * s) by nra. lra. }
  replace (s * s - w * w) with ((s - w) * (s + w)) in E by ring.
  rewrite Rabs_mult, (Rabs_pos_eq (s + w)) in E by lra.
  rewrite Rabs_minus_sym in E.
  assert (A := Rabs_pos (w - s)).
  apply Rmult_le_reg_r with (19999 / 10000 * s); [lra|].
  apply Rle_trans with (Rabs (w - s) * (s + w)); [apply Rmult_le_compat_l; lra|].
  apply Rle_trans with (1 := E).
  replace (50025 / 100000 * rho * u * s * (19999 / 10000 * s))
    with (50025 / 100000 * (19999 / 10000) * (rho * u * (s * s))) by ring.
  assert (0 <= rho * u * (s * s)) by (apply Rmult_le_pos; [exact K0|nra]). lra.
Qed.

(** r^ sqrt V is 1 up to theta u. *)
Theorem root_error : Rabs (rh * sqrt V - 1) <= theta * u.
Proof.
  assert (N := rs_near). assert (W := root_ratio). assert (S := s_positive). assert (P := rh_positive).
  assert (X := hu_range). assert (U := u_small). assert (UP := u_pos).
  assert (NI := Rabs_le_inv _ _ N).
  replace (rh * sqrt V - 1) with ((rh * s - 1) + rh * (sqrt V - s)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (Z : Rabs (rh * (sqrt V - s)) <= 50025 / 100000 * rho * u * (1000001 / 1000000)).
  { rewrite Rabs_mult, (Rabs_pos_eq rh) by lra.
    apply Rle_trans with (rh * (50025 / 100000 * rho * u * s)); [apply Rmult_le_compat_l; lra|].
    replace (rh * (50025 / 100000 * rho * u * s)) with (50025 / 100000 * rho * u * (rh * s)) by ring.
    apply Rmult_le_compat_l; [|lra]. unfold rho. repeat apply Rmult_le_pos; lra. }
  unfold rho, theta in *. lra.
Qed.

Lemma theta_small : 0 <= theta * u <= / 100000000000.
Proof. assert (X := hu_range). assert (U := u_small). assert (UP := u_pos). unfold theta. lra. Qed.

Theorem rstd_error : Rabs (rh - 1 / sqrt V) <= (122 / 100 * h + 9) * u * rh.
Proof.
  assert (E := root_error). assert (T := theta_small). assert (P := rh_positive).
  assert (W : 0 < sqrt V) by (apply sqrt_lt_R0, V_positive).
  assert (X := hu_range). assert (UP := u_pos).
  set (z := rh * sqrt V) in *. assert (ZI := Rabs_le_inv _ _ E).
  replace (rh - 1 / sqrt V) with (rh * ((z - 1) * / z)) by (unfold z; field; split; lra).
  rewrite Rabs_mult, (Rabs_pos_eq rh), Rabs_mult by lra.
  assert (I : 0 < / z) by (apply Rinv_0_lt_compat; lra). rewrite (Rabs_pos_eq (/ z)) by lra.
  rewrite (Rmult_comm _ rh). apply Rmult_le_compat_l; [lra|].
  assert (J : / z <= 1000001 / 1000000).
  { apply Rmult_le_reg_r with z; [lra|]. rewrite Rinv_l by lra. lra. }
  apply Rle_trans with (theta * u * (1000001 / 1000000)).
  - apply Rmult_le_compat; try apply Rabs_pos; lra.
  - unfold theta in *. lra.
Qed.

(** ** One element *)

Variable fused : bool.
Let c := - rnd (ah * rh).
Hypothesis Nd : Rabs (d - e) <= u * Rabs e.
Hypothesis Fd : binary64 d.
Hypothesis Dth : th = muladd (real_arithmetic fused) d rh c.

Let tau := rh * (e - a).

Lemma tau_error :
  Rabs (th - tau) <= u * Rabs th + 20002 / 10000 * u * Rabs tau
                     + (11186 / 10000 * h + 672 / 100) * u + 2 * eta.
Proof.
  assert (P := rh_positive). assert (S := s_positive). assert (N := Rabs_le_inv _ _ rs_near).
  assert (X := hu_range). assert (U := u_small). assert (UP := u_pos).
  assert (C : Rabs (c + ah * rh) <= u * Rabs (ah * rh) + eta).
  { unfold c. replace (- rnd (ah * rh) + ah * rh) with (- (rnd (ah * rh) - ah * rh)) by ring.
    rewrite Rabs_Ropp. apply rounded_in. }
  assert (T := muladd_error fused d rh c (binary64_opp _ (binary64_rnd _))). cbv zeta in T.
  rewrite <- Dth in T. fold tau.
  (* everything over r^ *)
  assert (RS : rh * R <= 111825 / 100000).
  { apply Rle_trans with (rh * (11182 / 10000 * s)); [apply Rmult_le_compat_l; lra|].
    replace (rh * (11182 / 10000 * s)) with (11182 / 10000 * (rh * s)) by ring. lra. }
  assert (De : Rabs e <= Rabs (e - a) + R).
  { replace e with ((e - a) + a) at 1 by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Dd : Rabs d <= Rabs e + u * Rabs e).
  { replace d with (e + (d - e)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (NR : 10002 / 10000 * (h + 3) * u * R <= / 1000000 * R) by (apply Rmult_le_compat_r; lra).
  assert (Dah : Rabs ah <= R + / 1000000 * R).
  { replace ah with (a + (ah - a)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Tau : Rabs tau = rh * Rabs (e - a)) by (unfold tau; rewrite Rabs_mult, Rabs_pos_eq; lra).
  (* the four parts *)
  assert (Ue : u * Rabs e <= u * (Rabs (e - a) + R)) by (apply Rmult_le_compat_l; lra).
  assert (A0 := Rabs_pos (e - a)). assert (A1 := Rabs_pos e).
  assert (Uu : u * (u * Rabs e) <= / 1000000 * (u * Rabs e)).
  { apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|lra]. }
  assert (Ud : u * Rabs d <= u * (Rabs e + u * Rabs e)) by (apply Rmult_le_compat_l; lra).
  assert (Ua : u * Rabs ah <= u * (R + / 1000000 * R)) by (apply Rmult_le_compat_l; lra).
  assert (All : Rabs (d - e) + u * Rabs d + u * Rabs ah + Rabs (ah - a)
                <= 20001 / 10000 * u * Rabs (e - a) + 10002 / 10000 * (h + 6) * u * R).
  { assert (0 <= u * R) by (apply Rmult_le_pos; lra).
    assert (0 <= u * Rabs (e - a)) by (apply Rmult_le_pos; lra). lra. }
  assert (Sum : rh * (Rabs (d - e) + u * Rabs d + u * Rabs ah + Rabs (ah - a))
                <= 20001 / 10000 * u * Rabs tau + (11185 / 10000 * h + 6712 / 1000) * u).
  { apply Rle_trans with (rh * (20001 / 10000 * u * Rabs (e - a) + 10002 / 10000 * (h + 6) * u * R)).
    - apply Rmult_le_compat_l; lra.
    - rewrite Tau.
      assert (10002 / 10000 * (h + 6) * u * (rh * R) <= 10002 / 10000 * (h + 6) * u * (111825 / 100000))
        by (apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|exact RS]). lra. }
  replace (th - tau) with ((th - (d * rh + c)) + ((c + ah * rh) + (rh * (d - e) + - (rh * (ah - a)))))
    by (unfold tau; ring).
  assert (T1 := Rabs_triang (th - (d * rh + c)) ((c + ah * rh) + (rh * (d - e) + - (rh * (ah - a))))).
  assert (T2 := Rabs_triang (c + ah * rh) (rh * (d - e) + - (rh * (ah - a)))).
  assert (T3 := Rabs_triang (rh * (d - e)) (- (rh * (ah - a)))).
  rewrite Rabs_Ropp in T3.
  rewrite (Rabs_mult rh (d - e)), (Rabs_mult rh (ah - a)), (Rabs_pos_eq rh) in T3 by lra.
  rewrite (Rabs_mult d rh), (Rabs_pos_eq rh) in T by lra.
  rewrite (Rabs_mult ah rh), (Rabs_pos_eq rh) in C by lra.
  assert (0 <= u * Rabs tau) by (apply Rmult_le_pos; [lra|apply Rabs_pos]). lra.
Qed.

Let t := (e - a) / sqrt V.

Theorem t_error :
  Rabs (th - t) <= (12 / 10 * h + 117 / 10) * u * Rabs th + (112 / 100 * h + 673 / 100) * u
                   + bpow radix2 (-1000).
Proof.
  assert (E := tau_error). assert (T := root_error). assert (TS := theta_small).
  assert (P := rh_positive). assert (W : 0 < sqrt V) by (apply sqrt_lt_R0, V_positive).
  assert (X := hu_range). assert (U := u_small). assert (UP := u_pos). assert (EP := eta_pos).
  assert (ET := eta_tiny). assert (B := bpow_gt_0 radix2 (-1000)).
  set (z := rh * sqrt V) in *. assert (Z := Rabs_le_inv _ _ T).
  assert (I : 0 < / z) by (apply Rinv_0_lt_compat; lra).
  assert (J : / z <= 1000001 / 1000000).
  { apply Rmult_le_reg_r with z; [lra|]. rewrite Rinv_l by lra. lra. }
  set (x := Rabs th) in *. set (y := Rabs tau) in *.
  assert (X0 : 0 <= x) by apply Rabs_pos. assert (Y0 : 0 <= y) by apply Rabs_pos.
  set (f := (11186 / 10000 * h + 672 / 100) * u) in *.
  assert (F : 0 <= f) by (unfold f; lra).
  (* the size of tau *)
  assert (Y : y <= 1000001 / 1000000 * x + 2 * f + 4 * eta).
  { assert (K : y <= x + Rabs (th - tau)).
    { unfold y, x. replace tau with (th + - (th - tau)) at 1 by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
    assert (u * x <= / 1000000000 * x) by (apply Rmult_le_compat_r; lra).
    assert (u * y <= / 1000000000 * y) by (apply Rmult_le_compat_r; lra). lra. }
  assert (D : Rabs (tau - t) <= y * (1000001 / 1000000 * (theta * u))).
  { replace (tau - t) with (tau * ((z - 1) * / z)) by (unfold t, z, tau; field; split; lra).
    rewrite Rabs_mult. fold y. apply Rmult_le_compat_l; [exact Y0|].
    rewrite Rabs_mult, (Rabs_pos_eq (/ z)) by lra. rewrite Rmult_comm.
    apply Rmult_le_compat; try apply Rabs_pos; lra. }
  set (K := 20002 / 10000 * u + 1000001 / 1000000 * (theta * u)) in *.
  assert (K0 : 0 <= K <= / 1000000000) by (unfold K; lra).
  assert (KY : K * y <= K * (1000001 / 1000000 * x) + / 1000000000 * (2 * f + 4 * eta)).
  { apply Rle_trans with (K * (1000001 / 1000000 * x + 2 * f + 4 * eta)).
    - apply Rmult_le_compat_l; lra.
    - assert (K * (2 * f + 4 * eta) <= / 1000000000 * (2 * f + 4 * eta))
        by (apply Rmult_le_compat_r; lra). lra. }
  assert (KX : u * x + K * (1000001 / 1000000 * x) <= (12 / 10 * h + 117 / 10) * u * x).
  { replace (u * x + K * (1000001 / 1000000 * x)) with ((u + K * (1000001 / 1000000)) * x) by ring.
    apply Rmult_le_compat_r; [exact X0|]. unfold K, theta. lra. }
  replace (th - t) with ((th - tau) + (tau - t)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (S : u * / 1000000 * bpow radix2 (-1000) <= / 1000000 * bpow radix2 (-1000))
    by (apply Rmult_le_compat_r; lra).
  assert (YK : 20002 / 10000 * u * y + y * (1000001 / 1000000 * (theta * u)) = K * y) by (unfold K; ring).
  unfold f in *. lra.
Qed.
End Roots.
