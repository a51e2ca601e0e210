(* SPDX-License-Identifier: Apache-2.0 *)
(** * The moments of an admitted binary64 row

    Purpose.  From the sums on: if they are as near as sums_near.v says and the row is admitted, its moments
    are as near as moments_near.v says, with E1 and E0 as they are computed.

    Corresponds to FinishBinary64 of lib/fast/binary64_moments-inl.h.

    Symbols: those of sums_near.v, and
      m            what FinishBinary64 makes of the sums
      a', V        a, or 0 for RMSNorm; R^2 - a'^2 + eps

    Main results.
      finish_near    tier_moments_near m a' V
      finish_offset  tier_offset_near m a'
      finish_sizes   eps, a^, q^, v^, kappa and c^ are bounded *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements binary64.model
  binary64.sums_near binary64.moments_near sharp.products sharp.pairs sharp.pair_products sharp.root sharp.means
  sharp.elements binary64.pairs binary64.means binary64.bound binary64.budget binary64.admitted
  binary64.ratios binary64.finish_model.

Local Open Scope R_scope.

Section Finish.
Variable op : operation.
Variables n k : nat.
Variables a r most d1 d2 rest eps : R.
Variable squares : R * R.
Variable centre : option R.

Let X := real_power_above most.
Let G := X * bpow radix2 (- split_bits k).

Hypothesis Sums : tier_sums_near n k a r X G d1 d2 rest squares.
Hypothesis Lanes : (k <= 4)%nat.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.

Let m := finish real k real_power_above op n eps centre most d1 d2 rest squares.
Hypothesis Row_admitted : tier_admitted m = true.

Let h := height n k.
Let K := INR (tier_sum_error n k).
Let a' := subtracted op a.
Let V := r * r - a' * a' + eps.
Let ah := offset_pair m.
Let qh := mean_square_pair m.
Let vh := v_pair m.
Let rh := rstd_step true false (fst vh) (snd vh).
Let ch := opposite (times true (fst ah) (snd ah) (fst rh) (snd rh)).
Let kappa := rnd (fst qh / fst vh).
Let root := root_hat (fst vh).
Let G' := rnd (X * bpow radix2 (- split_bits k)).
Let e := bound_tier real h K (rnd (G' * root)) (rnd (sqrt kappa)) (Rabs (fst ch)).

Lemma grid_least : bpow radix2 (-440) <= G.
Proof.
  destruct (near_size _ _ _ _ _ _ _ _ _ _ Sums) as [L _]. destruct (near_scale _ _ _ _ _ _ _ _ _ _ Sums) as [S _].
  assert (P : (split_bits k <= 30)%Z).
  { destruct k as [|[|[|[|[|j]]]]]; [vm_compute; discriminate ..|lia]. }
  apply Rle_trans with (bpow radix2 (-409) * bpow radix2 (- split_bits k)).
  - rewrite <- bpow_plus. apply bpow_le. lia.
  - apply Rmult_le_compat_r; [apply bpow_ge_0|lra].
Qed.

Let s := sqrt V.
Let rho := r / s.
Let gam := G / s.
Let b := Rabs a' / s.

(** What admitted.v says, of this row. *)
Lemma finish_facts :
  (0 < V /\ Rabs (fst vh - V) <= 11 * (u * V) /\ r * r <= 65 * V /\ 0 < value_of vh) /\
  Rabs (fst qh - r * r) <= 4 * (u * (r * r)) /\
  (0 < rho <= 9 /\ 0 < gam <= / 8192 * rho /\ 0 <= b <= rho) /\
  0 <= v_off h K rho gam b <= 10 * u /\
  (Rabs (value_of rh * s - 1) <= 503 / 1000 * v_off h K rho gam b + 56 * (u * u) /\
   double_double (fst rh) (snd rh)) /\
  Rabs (value_of ch + a' * value_of rh)
    <= 10001 / 10000 * offset_off h rho gam + 113 / 10 * (u * (u * rho)) + 12 * eta /\
  binary64 (fst ch) /\ binary64 (snd ch) /\
  Rabs (snd ch) <= 31 / 10 * (u * Rabs (fst ch)) /\ Rabs (fst ch) <= 10.
Proof.
  destruct (finish_is op n k most d1 d2 rest eps squares centre) as (I1 & I2 & I3 & _).
  fold m in I1, I2, I3. fold ah qh in I1, I2, I3. fold vh in I3.
  destruct (admission_is op n k most d1 d2 rest eps squares centre Row_admitted) as [Ad Kd].
  fold m in Ad, Kd. fold vh qh in Ad, Kd. fold kappa in Kd.
  assert (H1 := near_columns _ _ _ _ _ _ _ _ _ _ Sums).
  destruct (sum_error_parts n k Lanes H1) as (_ & _ & HK). fold K in HK.
  assert (Hh := near_height _ _ _ _ _ _ _ _ _ _ Sums). fold h in Hh.
  assert (Hr := proj1 (near_size _ _ _ _ _ _ _ _ _ _ Sums)).
  assert (HG := near_grid _ _ _ _ _ _ _ _ _ _ Sums).
  assert (Ha := near_mean _ _ _ _ _ _ _ _ _ _ Sums).
  assert (Pr : 0 < r) by (apply Rlt_le_trans with (2 := Hr); apply bpow_gt_0).
  assert (Ha' : Rabs a' <= r).
  { unfold a', subtracted. destruct op; [exact Ha|rewrite Rabs_R0; lra]. }
  assert (Ve : 0 <= V /\ eps <= V).
  { assert (S : a' * a' <= r * r).
    { apply Rsqr_le_abs_1. now rewrite (Rabs_pos_eq r) by lra. }
    unfold V. lra. }
  destruct Ve as [V0 Ve].
  destruct (offset_near op n k a r X G d1 d2 rest squares Sums Lanes) as (A1 & A2 & A3).
  destruct (mean_square_near n k a r X G d1 d2 rest squares Sums Lanes) as (Q1 & Q2 & Q3).
  destruct (v_near op n k a r X G d1 d2 rest eps squares Sums Lanes eps_binary64 eps_pos) as (N1 & N2 & N3 & N4).
  rewrite <- I1 in A1, A2, A3, N1, N2, N3, N4. rewrite <- I2 in Q1, Q2, Q3, N1, N2, N3, N4.
  rewrite <- I3 in N1, N2, N3, N4.
  fold a' in A1, N1. fold V in N1. fold h K in N1, Q1. unfold alpha in A1, N1. fold h in A1, N1.
  set (A := 5001 / 10000 * (h * (u * G)) + 10 * (u * (u * r))) in *.
  assert (N1' : Rabs (value_of vh - V)
    <= 10004 / 10000 * ((h + 1) * (u * (G * r))) + (107 / 100 * K - 7) * (u * (u * (r * r)))
       + A * (2 * Rabs a' + A) + 42 / 10 * (u * (u * V))).
  { apply Rle_trans with (1 := N1). apply by_u, by_u in Ve. lra. }
  clear N1. assert (N23 : binary64 (fst vh) /\ binary64 (snd vh)) by now split.
  split; [eapply v_positive; eassumption|].
  split; [eapply q_high; eassumption|].
  split; [eapply ratios_range; eassumption|].
  split; [refine (proj2 (v_off_near h K r G a' V qh vh _ _ _ _ _ _ _ _ _ _ _ _)); eassumption|].
  split; [|eapply shift_off; eassumption].
  assert (FS : Rabs (value_of rh * s - 1) <= 503 / 1000 * v_off h K rho gam b + 56 * (u * u) /\
    double_double (fst rh) (snd rh) /\ within (1001 / 1000 * / s) rh) by (eapply rstd_off; eassumption).
  split; apply FS.
Qed.

(** E1 and E0 are enough. *)
Lemma finish_bounds :
  503 / 1000 * v_off h K rho gam b + 56 * (u * u) <= row_e1 m <= bpow radix2 (-50) /\
  1001 / 1000 * offset_off h rho gam + 25 * (u * (u * rho)) + u * u <= 9995 / 10000 * row_e0 m /\
  row_e0 m <= bpow radix2 (-50) /\ binary64 (row_e1 m) /\ binary64 (row_e0 m).
Proof.
  destruct (admission_is op n k most d1 d2 rest eps squares centre Row_admitted) as [Ad Kd].
  fold m in Ad, Kd. fold vh qh in Ad, Kd. fold kappa in Kd.
  destruct (finish_is op n k most d1 d2 rest eps squares centre) as (_ & _ & _ & I3 & I4 & I5 & I6).
  fold m in I3, I4, I5, I6. fold ah qh vh in I3, I4, I5, I6. fold rh in I3, I4, I5, I6. fold ch in I4, I5, I6.
  fold kappa root in I5, I6. fold X G' h K in I5, I6. fold e in I5, I6.
  assert (H1 := near_columns _ _ _ _ _ _ _ _ _ _ Sums).
  destruct (sum_error_parts n k Lanes H1) as (_ & _ & HK). fold K in HK.
  assert (Hh := near_height _ _ _ _ _ _ _ _ _ _ Sums). fold h in Hh.
  assert (Hr := proj1 (near_size _ _ _ _ _ _ _ _ _ _ Sums)).
  assert (Pr : 0 < r) by (apply Rlt_le_trans with (2 := Hr); apply bpow_gt_0).
  destruct finish_facts as ((VP & FV & _ & _) & FQ & (R0 & G0 & B0) & (O0 & O1) & (S1 & S2) & C1 & C2 & C3 & C4 & C5).
  assert (Us := u_small). assert (U := u_pos). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (Ec := eta_beside_squares). assert (Pe := eta_pos).
  assert (Ps : 0 < s) by now apply sqrt_lt_R0. assert (Es : s * s = V) by (apply sqrt_sqrt; lra).
  assert (Pv : 0 < fst vh) by (apply Rlt_le_trans with (2 := proj1 Ad); apply bpow_gt_0).
  assert (S20 : Rabs (value_of rh * s - 1) <= 20 * u) by lra.
  (* the ratios *)
  assert (Rg : bpow radix2 (-900) <= fst vh <= bpow radix2 900).
  { split; [apply Rle_trans with (2 := proj1 Ad)|apply Rle_trans with (1 := proj2 Ad)]; apply bpow_le; lia. }
  assert (Rt : Rabs (root * s - 1) <= 20 * u).
  { assert (T := root_close (fst vh) Rg). fold root in T.
    assert (Q := root_ratio V (fst vh) (11 * u) VP Pv ltac:(lra) ltac:(lra)). fold s in Q.
    set (sv := sqrt (fst vh)) in *. assert (Sv : 0 < sv) by now apply sqrt_lt_R0. set (t := s / sv) in *.
    replace (root * s - 1) with ((root * sv - 1) * t + (t - 1)) by (unfold t; field; lra).
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (Tu : Rabs t <= 1001 / 1000) by (apply Rabs_le_inv in Q; apply Rabs_le; lra).
    assert (Y := product_at_most _ _ _ _ T Tu). lra. }
  destruct (root_of_kappa_near r V (fst qh) (fst vh) ltac:(lra) VP Pv FQ FV Kd) as [K0 Kn].
  fold kappa s in K0, Kn. fold rho in Kn. set (kh := rnd (sqrt kappa)) in *.
  assert (Gl := grid_least). assert (B440 := bpow_gt_0 radix2 (-440)).
  assert (Gn : Rabs (G' - G) <= u * G).
  { rewrite <- (Rabs_pos_eq G) at 2 by lra. apply normal_in. rewrite Rabs_pos_eq by lra.
    apply Rle_trans with (2 := Gl). apply bpow_le. lia. }
  destruct (grid_near s G G' root Ps ltac:(lra) Gn Rt) as [Gg G1].
  { assert (Rl := root_least (fst vh) Rg). fold root in Rl. apply Rabs_le_inv in Gn.
    assert (UG := u_part G ltac:(lra)).
    apply Rle_trans with (bpow radix2 (-441) * bpow radix2 (-451)); [rewrite <- bpow_plus; apply bpow_le; lia|].
    apply Rmult_le_compat; try apply bpow_ge_0; [|exact Rl].
    replace (bpow radix2 (-441)) with (/ 2 * bpow radix2 (-440)); [lra|].
    replace (-441)%Z with (-1 + -440)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
  fold gam in Gg, G1. set (g := rnd (G' * root)) in *.
  assert (Cn := offset_ratio_near s a' (value_of rh) ch _ Ps S20 C1 C4). fold b in Cn.
  set (c := Rabs (fst ch)) in *. assert (Pc : 0 <= c) by apply Rabs_pos.
  (* the bound *)
  assert (Hug : 0 <= h * (u * gam)) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]).
  assert (Ur := u_part rho ltac:(lra)). assert (Uur := u_part _ (proj1 Ur)).
  assert (Hg : 0 <= g <= / 500) by lra. assert (Hc : 0 <= c <= 10) by lra.
  assert (Rr : 0 <= rho <= 9) by lra. assert (Gr : 0 <= gam <= / 8192 * rho) by lra.
  assert (Cn' : b <= (1 + / 1000000000) * c + 51 / 100 * (h * (u * gam)) + 30 * (u * (u * rho)) + u).
  { unfold offset_off in Cn. lra. }
  assert (T1 := e1_enough h K rho gam b kh g c Hh HK Hg K0 Hc Rr Gr B0 Kn Gg Cn').
  assert (T0 := e0_enough h K rho gam kh g Hh HK Hg K0 Rr Gr Kn Gg).
  assert (M1 := e1_most h K kh g c Hh HK Hg K0 Hc). assert (M0 := e0_most h K kh g Hh HK Hg K0).
  destruct (bound_tier_near h K g kh c Hh HK Hg K0 Hc) as ((T1p & P1 & E1) & (T0p & P0 & E0) & F1 & F0).
  fold e in P1, E1, P0, E0, F1, F0.
  assert (Sl := slip_small 5 ltac:(lia)). assert (U1 := u_part _ (proj1 T1p)). assert (U0 := u_part _ (proj1 T0p)).
  apply Rabs_le_inv in E1. apply Rabs_le_inv in E0.
  assert (B51 : bpow radix2 (-51) = 4 * u) by (unfold u; simpl; lra).
  assert (B50 : bpow radix2 (-50) = 8 * u) by (unfold u; simpl; lra).
  rewrite I5, I6, B50. split; [split; lra|]. split; [lra|]. split; [lra|]. now split.
Qed.

Lemma rstd_high : 0 <= fst rh * s <= 10001 / 10000 /\ Rabs (value_of rh * s - 1) <= 20 * u.
Proof.
  destruct finish_facts as ((VP & _) & _ & _ & (O0 & O1) & (S1 & S2) & _). assert (Us := u_small).
  assert (U := u_pos). assert (Uu := u_part u (Rlt_le _ _ U)). assert (Ps : 0 < s) by now apply sqrt_lt_R0.
  assert (S20 : Rabs (value_of rh * s - 1) <= 20 * u) by lra. split; [|exact S20].
  destruct (low_part _ _ S2) as (_ & _ & L). apply Rabs_le_inv in S20.
  set (x := fst rh) in *. assert (Lx : Rabs (snd rh * s) <= u * Rabs (x * s)).
  { rewrite !Rabs_mult, (Rabs_pos_eq s) by lra. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  replace (value_of rh * s) with (x * s + snd rh * s) in S20 by (unfold value_of; fold x; ring).
  assert (Ux := u_part _ (Rabs_pos (x * s))). apply Rabs_le_inv in Lx.
  destruct (Rle_or_lt 0 (x * s)) as [P|P]; [rewrite (Rabs_pos_eq (x * s)) in * by exact P|rewrite (Rabs_left (x * s)) in * by exact P]; lra.
Qed.

Theorem finish_near : tier_moments_near m a' V.
Proof.
  destruct (admission_is op n k most d1 d2 rest eps squares centre Row_admitted) as [Ad _]. fold m in Ad. fold vh in Ad.
  destruct (finish_is op n k most d1 d2 rest eps squares centre) as (_ & _ & _ & I3 & I4 & _).
  fold m in I3, I4. fold ah vh in I3, I4. fold rh in I3, I4. fold ch in I4.
  destruct finish_bounds as ([E1 E1m] & E0 & E0m & F1 & F0). destruct rstd_high as [_ S20].
  destruct finish_facts as ((VP & FV & _ & _) & _ & (R0 & G0 & _) & (O0 & O1) & (S1 & S2) & C1 & C2 & C3 & C4 & _).
  assert (Us := u_small). assert (U := u_pos). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (Ec := eta_beside_squares). assert (Pe := eta_pos).
  assert (Ps : 0 < s) by now apply sqrt_lt_R0. assert (Es : s * s = V) by (apply sqrt_sqrt; lra).
  assert (Ur := u_part rho ltac:(lra)). assert (Uur := u_part _ (proj1 Ur)).
  assert (Ao : 0 <= offset_off h rho gam).
  { assert (Hh := near_height _ _ _ _ _ _ _ _ _ _ Sums). fold h in Hh. unfold offset_off.
    assert (0 <= h * (u * gam)) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]). lra. }
  split; rewrite ?I3, ?I4; fold s; try assumption.
  - lra.
  - lra.
  - lra.
  - lra.
  - apply (inverse_root_range s (fst vh) (fst rh) (value_of rh)); try assumption.
    + rewrite Es. apply Rabs_le_inv in FV. assert (UV := u_part V ltac:(lra)). lra.
    + lra.
    + destruct S2 as (_ & _ & N). symmetry. exact N.
  - exact (conj C2 (conj C3 C4)).
Qed.

Theorem finish_offset : tier_offset_near m a'.
Proof.
  destruct (finish_is op n k most d1 d2 rest eps squares centre) as (I1 & _ & _ & I3 & _).
  fold m in I1, I3. fold ah in I1. fold vh in I3. fold rh in I3.
  destruct finish_bounds as (_ & E0 & _). destruct rstd_high as [[H0 H1] _].
  destruct (offset_near op n k a r X G d1 d2 rest squares Sums Lanes) as (A1 & (A2 & A3 & A4 & _) & A5).
  rewrite <- I1 in A1, A2, A3, A4, A5. fold a' in A1.
  destruct finish_facts as ((VP & _) & _ & (R0 & _) & _). assert (Us := u_small). assert (U := u_pos).
  assert (Uu := u_part u (Rlt_le _ _ U)). assert (Ps : 0 < s) by now apply sqrt_lt_R0.
  assert (Ur := u_part rho ltac:(lra)). assert (Uur := u_part _ (proj1 Ur)).
  assert (Al : alpha n k r G = offset_off h rho gam * s) by (unfold alpha, offset_off, rho, gam, h; field; lra).
  assert (Er : r = rho * s) by (unfold rho; field; lra). rewrite Al in A1. rewrite Er in A4.
  assert (Hp : 0 <= fst rh).
  { apply Rmult_le_reg_r with s; [exact Ps|]. lra. }
  assert (A4' := by_u _ _ (by_u _ _ A4)).
  assert (Ao : 0 <= offset_off h rho gam * s) by (apply Rle_trans with (2 := A1); apply Rabs_pos).
  assert (Ao' : 0 <= offset_off h rho gam) by (apply Rmult_le_reg_r with s; [exact Ps|lra]).
  assert (M : (Rabs (value_of ah - a') + 20 * (u * (u * Rabs (fst ah)))) * fst rh
    <= (offset_off h rho gam + 2002 / 100 * (u * (u * rho))) * s * fst rh).
  { apply Rmult_le_compat_r; [exact Hp|]. lra. }
  assert (M' : (offset_off h rho gam + 2002 / 100 * (u * (u * rho))) * (fst rh * s)
    <= (offset_off h rho gam + 2002 / 100 * (u * (u * rho))) * (10001 / 10000)).
  { apply Rmult_le_compat_l; [lra|exact H1]. }
  split; rewrite ?I3; fold ah; [|exact (conj A2 (conj A3 A5))|lra]. lra.
Qed.

(** What is not small is bounded. *)
Theorem finish_sizes :
  eps <= bpow radix2 851 /\ within (1001 / 1000 * r) ah /\ within (102 / 100 * (r * r)) qh /\
  (binary64 (fst vh) /\ binary64 (snd vh) /\ Rabs (snd vh) <= 31 / 10 * (u * Rabs (fst vh))) /\
  bpow radix2 (-850) <= fst vh <= bpow radix2 850 /\ 0 <= kappa <= 64 /\ Rabs (fst (shift_pair m)) <= 10.
Proof.
  destruct (admission_is op n k most d1 d2 rest eps squares centre Row_admitted) as [Ad Kd].
  fold m in Ad, Kd. fold vh qh in Ad, Kd. fold kappa in Kd.
  destruct (finish_is op n k most d1 d2 rest eps squares centre) as (I1 & I2 & I3 & _ & I4 & _).
  fold m in I1, I2, I3, I4. fold ah qh in I1, I2, I3, I4. fold vh in I3, I4. fold rh in I4. fold ch in I4.
  destruct finish_facts as ((VP & FV & RV & _) & FQ & _ & _ & _ & _ & _ & _ & _ & C5). rewrite I4.
  destruct (offset_near op n k a r X G d1 d2 rest squares Sums Lanes) as (_ & A2 & _).
  destruct (mean_square_near n k a r X G d1 d2 rest squares Sums Lanes) as (_ & Q2 & _).
  destruct (v_near op n k a r X G d1 d2 rest eps squares Sums Lanes eps_binary64 eps_pos) as (_ & N2).
  rewrite <- I1 in A2, N2. rewrite <- I2 in Q2, N2. rewrite <- I3 in N2.
  assert (Us := u_small). apply Rabs_le_inv in FV. assert (UV := u_part V ltac:(lra)).
  assert (Pr : 0 < r).
  { apply Rlt_le_trans with (2 := proj1 (near_size _ _ _ _ _ _ _ _ _ _ Sums)). apply bpow_gt_0. }
  assert (Pv : 0 < fst vh) by (apply Rlt_le_trans with (2 := proj1 Ad); apply bpow_gt_0).
  split; [|split; [exact A2|split; [exact Q2|split; [exact N2|split; [exact Ad|split; [split; [|exact Kd]|exact C5]]]]]].
  - assert (S : a' * a' <= r * r).
    { apply Rsqr_le_abs_1. rewrite (Rabs_pos_eq r) by lra. unfold a', subtracted.
      destruct op; [exact (near_mean _ _ _ _ _ _ _ _ _ _ Sums)|rewrite Rabs_R0; lra]. }
    assert (Ve : eps <= V) by (unfold V; lra).
    assert (B : bpow radix2 851 = 2 * bpow radix2 850).
    { replace 851%Z with (1 + 850)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
    rewrite B. lra.
  - assert (R2 : 0 < r * r) by now apply Rmult_lt_0_compat. assert (UR := u_part (r * r) ltac:(lra)).
    apply Rabs_le_inv in FQ. apply rnd_ge_0. apply Rmult_le_pos; [lra|]. now apply Rlt_le, Rinv_0_lt_compat.
Qed.
End Finish.
