(* SPDX-License-Identifier: Apache-2.0 *)
(** * The first tier's mean and rstd

    Purpose.  Of a row whose moments are as near as moments_near.v says, the ends that StoreCertified rounds
    enclose the mean and 1 / sqrt(variance + eps), with every rounding.

    Corresponds to WriteBinary64Statistics of lib/fast/binary64-inl.h.

    Symbols.
      tier_mean m         the computed mean, a pair
      tier_mean_error, tier_rstd_error   what StoreCertified is given as error
      c                   m's centre, 0 if it has none
      a, V                those of moments_near.v

    Main results.
      tier_mean_enclosed   c + a lies between the ends
      tier_rstd_enclosed   so does 1 / sqrt V *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements binary64.model
  binary64.moments_near sharp.bound sharp.ends sharp.products sharp.addition sharp.pairs sharp.statistics
  binary64.split binary64.pairs binary64.finish_model.

Local Open Scope R_scope.

(** ** For any arithmetic *)

Section Model.
Variable number : Type.
Variable A : arithmetic number.
Variable m : tier_moments number.

Let factor := multiply A (of_count A 8) (power_of_two A (-106)).
Let slack := literal A 101 100.

Definition tier_centre_value : number := match tier_centre m with Some c => c | None => zero A end.
Definition tier_mean : number * number := add_one A (offset_pair m) tier_centre_value.
Definition tier_mean_error : number :=
  plus A (multiply A slack (divide A (row_e0 m) (fst (rstd_pair m))))
    (multiply A factor (absolute A (fst tier_mean))).
Definition tier_rstd_error : number :=
  multiply A (plus A (multiply A slack (row_e1 m)) factor) (fst (rstd_pair m)).
End Model.
Arguments tier_centre_value {number}.
Arguments tier_mean {number}.
Arguments tier_mean_error {number}.
Arguments tier_rstd_error {number}.

(** ** Over the reals *)

Lemma slack_range : 1009 / 1000 <= literal real 101 100 <= 1011 / 1000.
Proof.
  unfold literal. cbn [real real_arithmetic divide of_count].
  replace (INR 101) with 101 by (rewrite INR_IZR_INZ; reflexivity).
  replace (INR 100) with 100 by (rewrite INR_IZR_INZ; reflexivity).
  assert (I := rounded_in (101 / 100)). rewrite (Rabs_pos_eq (101 / 100)) in I by lra. apply Rabs_le_inv in I.
  assert (Us := u_small). assert (Ec := eta_beside_squares). assert (Uu := u_part u (Rlt_le _ _ u_pos)). lra.
Qed.

Lemma factor_is : multiply real (of_count real 8) (power_of_two real (-106)) = sharp_end_factor.
Proof.
  unfold sharp_end_factor. cbn [real real_arithmetic multiply of_count power_of_two].
  replace (INR 8) with (bpow radix2 3) by (rewrite INR_IZR_INZ; reflexivity).
  replace (8 * (u * u)) with (bpow radix2 3 * bpow radix2 (-106)).
  - rewrite <- bpow_plus. apply rnd_exact. apply generic_format_bpow. unfold FLT_exp. lia.
  - unfold u. rewrite <- !bpow_plus. change 8 with (bpow radix2 3). rewrite <- bpow_plus. reflexivity.
Qed.

Section Row.
Variable m : tier_moments R.
Variables a V : R.
Hypothesis near : tier_moments_near m a V.

Let s := sqrt V.
Let r1 := fst (rstd_pair m).
Let e1 := row_e1 m.
Let e0 := row_e0 m.

Lemma rstd_size : 0 < s /\ bpow radix2 (-426) <= r1 <= bpow radix2 426 /\ 0 <= e1 <= / 1000000000000000 /\
  Rabs (value_of (rstd_pair m) - / s) <= e1 * / s /\ / s <= (1 + / 1000000000) * r1 /\
  Rabs (snd (rstd_pair m)) <= u * r1.
Proof.
  destruct near as [VP N1 _ [E0 E1] _ D R _ _ _]. fold s in N1. fold e1 in N1, E0, E1. fold r1 in R.
  assert (S : 0 < s) by now apply sqrt_lt_R0. assert (I : 0 < / s) by now apply Rinv_0_lt_compat.
  assert (B := bpow_gt_0 radix2 (-426)). destruct (low_part _ _ D) as (_ & _ & L). fold r1 in L.
  rewrite (Rabs_pos_eq r1) in L by lra. assert (Us := u_small).
  assert (B50 : bpow radix2 (-50) = 8 * u) by (unfold u; simpl; lra).
  assert (E2 : e1 <= / 1000000000000000) by (rewrite B50, u_value in E1; lra).
  assert (X : Rabs (value_of (rstd_pair m) - / s) <= e1 * / s).
  { replace (value_of (rstd_pair m) - / s) with ((value_of (rstd_pair m) * s - 1) * / s) by (field; lra).
    rewrite Rabs_mult, (Rabs_pos_eq (/ s)) by lra. apply Rmult_le_compat_r; lra. }
  assert (Y : e1 * / s <= / 1000000000000000 * / s) by (apply Rmult_le_compat_r; lra).
  assert (Ur := u_part r1 ltac:(lra)). assert (X' := Rabs_le_inv _ _ X). assert (L' := Rabs_le_inv _ _ L).
  unfold value_of in X'. fold r1 in X'. repeat split; try assumption; lra.
Qed.

Theorem tier_rstd_enclosed :
  let x := rstd_pair m in
  let e := tier_rstd_error real m in
  fst x + rnd (snd x - e) <= / s <= fst x + rnd (snd x + e).
Proof.
  intros x e. destruct rstd_size as (S & [R0 R1] & [P1 P2] & N & H & L).
  assert (Us := u_small). assert (U := u_pos). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (Pe := eta_pos). assert (Ec := eta_beside_squares). assert (B := bpow_gt_0 radix2 (-426)).
  assert (Sl := slack_range).
  assert (Er : e = rnd (rnd (rnd (literal real 101 100 * e1) + sharp_end_factor) * r1)).
  { unfold e, tier_rstd_error. rewrite factor_is. reflexivity. }
  set (k := literal real 101 100) in *. assert (F : sharp_end_factor = 8 * (u * u)) by reflexivity.
  assert (T : eta <= / 1000000 * (u * u * r1)).
  { apply Rle_trans with (bpow radix2 (-20) * (u * u * bpow radix2 (-426))).
    - unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; [apply bpow_ge_0|apply Rmult_le_pos; lra|simpl; lra|].
      apply Rmult_le_compat_l; lra. }
  assert (K0 : 0 <= k * e1) by (apply Rmult_le_pos; lra).
  assert (K1 : 1009 / 1000 * e1 <= k * e1) by (apply Rmult_le_compat_r; lra).
  assert (A1 := rnd_all_but (k * e1) K0). assert (Z1 := rnd_ge_0 _ K0). set (y1 := rnd (k * e1)) in *.
  assert (A2 := rnd_all_but (y1 + sharp_end_factor) ltac:(lra)).
  assert (Z2 := rnd_ge_0 (y1 + sharp_end_factor) ltac:(lra)). set (y2 := rnd (y1 + sharp_end_factor)) in *.
  assert (K3 : 0 <= y2 * r1) by (apply Rmult_le_pos; lra).
  assert (A3 := rnd_all_but (y2 * r1) K3). rewrite <- Er in A3.
  assert (Y2 : 1008 / 1000 * e1 + 799 / 100 * (u * u) <= y2) by lra.
  assert (Y3 : (1008 / 1000 * e1 + 799 / 100 * (u * u)) * r1 <= y2 * r1) by (apply Rmult_le_compat_r; lra).
  assert (Q : 0 <= e1 * r1) by (apply Rmult_le_pos; lra).
  assert (Q2 : 0 <= u * u * r1) by (apply Rmult_le_pos; lra).
  assert (E : 1007 / 1000 * (e1 * r1) + 798 / 100 * (u * u * r1) <= e) by lra.
  apply (ends_around (fst x) (snd x) (u * r1) e (value_of x) (e1 * / s) (/ s)); try assumption.
  - lra.
  - unfold value_of. rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
  - assert (D : e1 * / s <= e1 * ((1 + / 1000000000) * r1)) by (apply Rmult_le_compat_l; lra).
    assert (Ue := u_part e ltac:(lra)). lra.
Qed.

Hypothesis offset_near : tier_offset_near m a.
Hypothesis centre_binary64 : binary64 (tier_centre_value real m).

Theorem tier_mean_enclosed :
  let x := tier_mean real m in
  let e := tier_mean_error real m in
  fst x + rnd (snd x - e) <= tier_centre_value real m + a <= fst x + rnd (snd x + e).
Proof.
  intros x e. destruct rstd_size as (S & [R0 R1] & _). destruct offset_near as [O (F1 & F2 & L) E0].
  fold r1 e0 in O, E0. set (ah := offset_pair m) in *. set (c := tier_centre_value real m) in *.
  assert (Us := u_small). assert (U := u_pos). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (Pe := eta_pos). assert (B := bpow_gt_0 radix2 (-426)). assert (Sl := slack_range).
  assert (Pf := Rabs_pos (fst ah)). assert (Pc := Rabs_pos c).
  assert (W : within (31 / 10 * Rabs (fst ah)) ah).
  { repeat split; try assumption; [lra|]. replace (u * (31 / 10 * Rabs (fst ah))) with (31 / 10 * (u * Rabs (fst ah))) by ring.
    exact L. }
  destruct (plus_one_near _ (Rabs c) ah c W centre_binary64 (Rle_refl _)) as (N & G1 & G2 & M).
  assert (Ex : plus_one (fst ah) (snd ah) c = x).
  { destruct pairs_are as (_ & _ & _ & _ & P & _). unfold x, tier_mean. now rewrite P. }
  rewrite Ex in N, G1, G2, M. clear Ex.
  assert (Er : e = rnd (rnd (literal real 101 100 * rnd (e0 / r1)) + rnd (sharp_end_factor * Rabs (fst x)))).
  { unfold e, tier_mean_error. rewrite factor_is, absolute_is. reflexivity. }
  set (k := literal real 101 100) in *. set (H := Rabs (fst x)) in *.
  assert (Hh : 0 <= H) by apply Rabs_pos.
  set (d := Rabs (value_of ah - a)) in *. assert (Pd : 0 <= d) by apply Rabs_pos.
  set (f := Rabs (fst ah)) in *. set (qf := u * (u * f)) in *.
  assert (Qf : 0 <= qf) by (repeat apply Rmult_le_pos; lra).
  (* what a^ is off *)
  set (g := e0 / r1) in *. assert (I : 0 < / r1) by (apply Rinv_0_lt_compat; lra).
  assert (G : d + 20 * qf <= 9995 / 10000 * g).
  { apply Rmult_le_reg_r with r1; [lra|]. replace (9995 / 10000 * g * r1) with (9995 / 10000 * e0) by (unfold g; field; lra).
    exact O. }
  assert (T : eta <= / 1000000 * g).
  { apply Rle_trans with (bpow radix2 (-20) * (u * u * bpow radix2 (-426))).
    - unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; [apply bpow_ge_0|apply Rmult_le_pos; [lra|apply bpow_ge_0]|simpl; lra|].
      unfold g, Rdiv. apply Rmult_le_compat; [lra|apply bpow_ge_0|exact E0|].
      replace (-426)%Z with (- (426))%Z by reflexivity. rewrite bpow_opp. apply Rinv_le_contravar; lra. }
  (* the sum *)
  set (w := value_of x) in *. set (D := Rabs (w - (c + a))).
  assert (X1 : Rabs w <= 1001 / 1000 * H).
  { apply Rle_trans with (1 := Rabs_triang _ _). fold H. assert (Y := u_part H Hh). lra. }
  assert (Pv : Rabs (value_of ah) <= 1001 / 1000 * f).
  { apply Rle_trans with (1 := Rabs_triang _ _). fold f. assert (Y := u_part f Pf). lra. }
  set (D1 := Rabs (w - (value_of ah + c))) in *. assert (D1p : 0 <= D1) by apply Rabs_pos.
  assert (C1 : Rabs c <= 1001 / 1000 * H + 1001 / 1000 * f + D1).
  { replace c with (w + - (w - (value_of ah + c)) + - value_of ah) at 1 by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
    assert (Y := Rabs_triang w (- (w - (value_of ah + c)))). rewrite Rabs_Ropp in Y. fold D1 in Y. lra. }
  assert (N' : u * (u * (31 / 10 * f + Rabs c)) <= u * (u * (411 / 100 * f + 1001 / 1000 * H + D1)))
    by (do 2 apply by_u; lra).
  set (qh := u * (u * H)). assert (Qh : 0 <= qh) by (repeat apply Rmult_le_pos; lra).
  assert (Y1 := u_part D1 D1p). assert (Y2 := u_part _ (proj1 Y1)).
  replace (u * (u * (411 / 100 * f + 1001 / 1000 * H + D1))) with (411 / 100 * qf + 1001 / 1000 * qh + u * (u * D1)) in N'
    by (unfold qf, qh; field).
  assert (Dd : D <= d + 17 * qf + 42 / 10 * qh).
  { unfold D. replace (w - (c + a)) with ((w - (value_of ah + c)) + (value_of ah - a)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). fold D1 d. lra. }
  (* its bound *)
  assert (Pg : 0 <= g) by lra. assert (A1 := rnd_all_but g Pg). assert (Z1 := rnd_ge_0 g Pg). set (g1 := rnd g) in *.
  assert (K0 : 1009 / 1000 * g1 <= k * g1) by (apply Rmult_le_compat_r; lra).
  assert (A2 := rnd_all_but (k * g1) ltac:(lra)). assert (Z2 := rnd_ge_0 (k * g1) ltac:(lra)).
  set (g2 := rnd (k * g1)) in *.
  assert (Q8 : sharp_end_factor * H = 8 * qh) by (unfold sharp_end_factor, qh; ring). rewrite Q8 in Er.
  assert (A3 := rnd_all_but (8 * qh) ltac:(lra)). assert (Z3 := rnd_ge_0 (8 * qh) ltac:(lra)).
  set (g3 := rnd (8 * qh)) in *.
  assert (A4 := rnd_all_but (g2 + g3) ltac:(lra)). rewrite <- Er in A4.
  assert (E : 1008 / 1000 * g + 799 / 100 * qh <= e) by lra.
  apply (ends_around (fst x) (snd x) (31 / 10 * (u * H)) e w D (c + a)); try assumption.
  - lra.
  - change (fst x + snd x) with w. rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
  - apply Rle_refl.
  - assert (Ue := u_part e ltac:(lra)). fold qh. rewrite Rmult_plus_distr_l.
    replace (u * (31 / 10 * (u * H))) with (31 / 10 * qh) by (unfold qh; field). lra.
Qed.
End Row.
