(* SPDX-License-Identifier: Apache-2.0 *)
(** * One over a root in double-double

    Purpose.  The sharp stage's r^ for its v^: one step from the binary64 1 / sqrt v is off by at most
    55 u^2, relatively.

    Corresponds to root, unit, h, step and moments.r of lib/fast/sharp_moments-inl.h.

    Symbols.
      V           v^, that is vh + vl
      root_hat    1 / sqrt vh in binary64
      rstd_sharp  r^
      rstd_step   the same, but that the step's sum is fused or not by itself

    Main result.
      rstd_step_error   |r^ sqrt V - 1| <= 55 u^2, and r^ is a double-double *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.variance fast.elements
  sharp.ends sharp.squares sharp.products sharp.pairs sharp.pair_products.

Local Open Scope R_scope.

Section Root.
Variables fused step_fused : bool.
Variables vh vl : R.

Definition root_hat : R := rnd (1 / rnd (sqrt vh)).
Definition unit_hat : R * R :=
  times fused vh vl (rnd (root_hat * root_hat)) (two_product_error fused root_hat root_hat).
Definition defect_hat : R := rnd (rnd (1 - fst unit_hat) - snd unit_hat).
Definition step_hat : R :=
  rnd (defect_hat * muladd (real_arithmetic step_fused) defect_hat (3 / 8) (1 / 2)).
Definition rstd_step : R * R := fast_two_sum root_hat (rnd (root_hat * step_hat)).

Hypothesis Fh : binary64 vh.
Hypothesis Fl : binary64 vl.
Hypothesis Range : bpow radix2 (-900) <= vh <= bpow radix2 900.
Hypothesis Low : Rabs vl <= 31 / 10 * (u * vh).

Let V := vh + vl.
Let s := sqrt vh.
Let sd := rnd s.

Lemma vh_pos : 0 < vh.
Proof. apply Rlt_le_trans with (2 := proj1 Range). apply bpow_gt_0. Qed.

Lemma root_range : bpow radix2 (-450) <= s <= bpow radix2 450.
Proof.
  assert (E : forall n : Z, sqrt (bpow radix2 (n + n)) = bpow radix2 n).
  { intros n. rewrite bpow_plus. apply sqrt_Rsqr, bpow_ge_0. }
  split; [rewrite <- (E (-450)%Z)|rewrite <- (E 450%Z)]; apply sqrt_le_1_alt, Range.
Qed.

Lemma s_pos : 0 < s.
Proof. apply Rlt_le_trans with (2 := proj1 root_range). apply bpow_gt_0. Qed.

Lemma sd_close : Rabs (sd - s) <= u * s.
Proof.
  assert (S := s_pos). rewrite <- (Rabs_pos_eq s) at 2 by lra. apply normal_in.
  rewrite Rabs_pos_eq by lra. apply Rle_trans with (2 := proj1 root_range). apply bpow_le. lia.
Qed.

(** root s is 1 within 3 u. *)
Lemma root_close : Rabs (root_hat * s - 1) <= 3 * u.
Proof.
  assert (S := s_pos). assert (C := Rabs_le_inv _ _ sd_close). assert (U := u_pos). assert (Us := u_small).
  assert (Us' := u_part s (Rlt_le _ _ S)).
  assert (D : 0 < sd) by lra. assert (I : 0 < / sd) by now apply Rinv_0_lt_compat.
  assert (N : Rabs (root_hat - / sd) <= u * / sd).
  { rewrite <- (Rabs_pos_eq (/ sd)) at 2 by lra. unfold root_hat. fold s. fold sd.
    replace (1 / sd) with (/ sd) by (unfold Rdiv; ring). apply normal_in. rewrite Rabs_pos_eq by lra.
    apply Rle_trans with (/ bpow radix2 451); [rewrite <- bpow_opp; apply bpow_le; lia|].
    apply Rinv_le_contravar; [exact D|]. replace 451%Z with (1 + 450)%Z by reflexivity.
    rewrite bpow_plus. destruct root_range as [_ H]. change (bpow radix2 1) with 2. lra. }
  assert (A : Rabs (root_hat * sd - 1) <= u).
  { replace (root_hat * sd - 1) with ((root_hat - / sd) * sd) by (field; lra).
    rewrite Rabs_mult, (Rabs_pos_eq sd) by lra. apply Rle_trans with (u * / sd * sd).
    - apply Rmult_le_compat_r; lra.
    - apply Req_le. field. lra. }
  apply Rabs_le_inv in N. assert (P : 0 < root_hat).
  { assert (u * / sd <= / 1000000000000000 * / sd) by (apply Rmult_le_compat_r; lra). lra. }
  assert (B : Rabs (root_hat * (sd - s)) <= u * (root_hat * s)).
  { rewrite Rabs_mult, (Rabs_pos_eq root_hat) by lra.
    replace (u * (root_hat * s)) with (root_hat * (u * s)) by ring.
    apply Rmult_le_compat_l; [lra|exact sd_close]. }
  set (g := root_hat * s) in *. assert (G : 0 < g) by now apply Rmult_lt_0_compat.
  replace (root_hat * (sd - s)) with (root_hat * sd - g) in B by (unfold g; ring).
  apply Rabs_le_inv in A. apply Rabs_le_inv in B. assert (Ug := u_part g (Rlt_le _ _ G)).
  assert (u * g <= u * (11 / 10)) by (apply by_u; lra).
  apply Rabs_le. lra.
Qed.

Lemma root_pos : 0 < root_hat.
Proof.
  assert (C := Rabs_le_inv _ _ root_close). assert (S := s_pos). assert (Us := u_small).
  destruct (Rle_or_lt root_hat 0) as [H|H]; [|exact H].
  assert (root_hat * s <= 0 * s) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma root_least : bpow radix2 (-451) <= root_hat.
Proof.
  assert (C := Rabs_le_inv _ _ root_close). assert (S := s_pos). assert (Us := u_small).
  assert (P := root_pos). destruct root_range as [_ H].
  apply Rmult_le_reg_r with (bpow radix2 450); [apply bpow_gt_0|]. rewrite <- bpow_plus.
  apply Rle_trans with (root_hat * s); [change (bpow radix2 (-451 + 450)) with (/ 2); lra|].
  apply Rmult_le_compat_l; lra.
Qed.

(** root^2 vh is 1 within 7 u, root^2 V within 11 u. *)
Lemma square_close :
  Rabs (root_hat * root_hat * vh - 1) <= 7 * u /\ Rabs (root_hat * root_hat * V - 1) <= 11 * u.
Proof.
  assert (C := root_close). assert (S := s_pos). assert (Us := u_small). assert (U := u_pos).
  assert (P := vh_pos). assert (Q := root_pos).
  assert (E : s * s = vh) by (apply sqrt_sqrt; lra).
  set (d := root_hat * s - 1) in *.
  assert (K : root_hat * root_hat * vh = 1 + (2 * d + d * d)).
  { rewrite <- E. unfold d. ring. }
  assert (D2 := product_at_most _ _ d d C C). apply Rabs_le_inv in C. apply Rabs_le_inv in D2.
  assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (A : Rabs (root_hat * root_hat * vh - 1) <= 7 * u) by (apply Rabs_le; lra).
  split; [exact A|].
  assert (R2 : 0 <= root_hat * root_hat) by (apply Rmult_le_pos; lra).
  assert (L : Rabs (root_hat * root_hat * vl) <= 31 / 10 * (u * (root_hat * root_hat * vh))).
  { rewrite Rabs_mult, (Rabs_pos_eq (root_hat * root_hat)) by exact R2.
    replace (31 / 10 * (u * (root_hat * root_hat * vh))) with (root_hat * root_hat * (31 / 10 * (u * vh))) by ring.
    now apply Rmult_le_compat_l. }
  unfold V. rewrite Rmult_plus_distr_l. apply Rabs_le_inv in A.
  set (x := root_hat * root_hat * vh) in *. assert (u * x <= u * (11 / 10)) by (apply by_u; lra).
  apply Rabs_le_inv in L. apply Rabs_le. lra.
Qed.

(** h is 1 - root^2 V within 61 u^2. *)
Lemma defect_close :
  Rabs (defect_hat - (1 - root_hat * root_hat * V)) <= 61 * (u * u) /\ Rabs defect_hat <= 12 * u.
Proof.
  destruct square_close as [A B]. assert (Us := u_small). assert (U := u_pos). assert (E := eta_pos).
  assert (P := vh_pos). assert (Q := root_pos). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (Uuu := u_part _ (proj1 Uu)).
  assert (Tiny := eta_beside_squares).
  set (q := root_hat * root_hat) in *. assert (Q2 : 0 < q) by now apply Rmult_lt_0_compat.
  assert (Fr : binary64 root_hat) by apply binary64_rnd.
  assert (Least : bpow radix2 (-902) <= q).
  { unfold q. replace (-902)%Z with (-451 + -451)%Z by reflexivity. rewrite bpow_plus.
    assert (B0 := bpow_ge_0 radix2 (-451)). assert (L := root_least). apply Rmult_le_compat; lra. }
  assert (Ex : rnd q + two_product_error fused root_hat root_hat = q).
  { apply two_product_exact; try assumption. right. fold q. rewrite Rabs_pos_eq by lra.
    apply Rle_trans with (2 := Least). apply bpow_le. lia. }
  assert (In : Rabs (rnd q - q) <= u * q).
  { rewrite <- (Rabs_pos_eq q) at 3 by lra. apply normal_in. rewrite Rabs_pos_eq by lra.
    apply Rle_trans with (2 := Least). apply bpow_le. lia. }
  assert (Uq := u_part q (Rlt_le _ _ Q2)).
  assert (W2 : within (1001 / 1000 * q) (rnd q, two_product_error fused root_hat root_hat)).
  { split; [apply binary64_rnd|]. split; [cbn [snd]; unfold two_product_error; destruct fused; apply binary64_rnd|].
    cbn [fst snd]. apply Rabs_le_inv in In. split.
    - apply Rabs_le. lra.
    - replace (two_product_error fused root_hat root_hat) with (- (rnd q - q)) by lra.
      apply Rabs_le. lra. }
  assert (W1 : within (31 / 10 * vh) (vh, vl)).
  { split; [exact Fh|]. split; [exact Fl|]. cbn [fst snd]. split; [rewrite Rabs_pos_eq by lra|]; lra. }
  destruct (times_near fused _ _ _ _ W1 W2) as [N (F1 & F2 & _ & L2)]. cbn [fst snd] in N, F1, F2, L2.
  unfold value_of at 2 3 in N. cbn [fst snd] in N. rewrite Ex in N. fold V in N.
  fold q in L2, F1, F2, N. change (times fused vh vl (rnd q) (two_product_error fused root_hat root_hat))
    with unit_hat in *.
  set (m := 31 / 10 * vh * (1001 / 1000 * q)) in *.
  apply Rabs_le_inv in A.
  assert (M : m <= 311 / 100) by (unfold m; lra).
  assert (M2 : u * (u * m) <= u * (u * (311 / 100))) by (do 2 apply by_u; exact M).
  assert (M3 : (1 + 10 * u) * m <= (1 + 10 * u) * (311 / 100)) by (apply Rmult_le_compat_l; lra).
  assert (L3 : u * ((1 + 10 * u) * m + 30 * eta) <= u * (312 / 100)) by (apply by_u; lra).
  set (a := fst unit_hat) in *. set (b := snd unit_hat) in *. unfold value_of in N. fold a b in N.
  replace (V * q) with (q * V) in N by ring. apply Rabs_le_inv in B. apply Rabs_le_inv in N.
  apply Rabs_le_inv in L2.
  assert (D1 := difference_in 1 a ltac:(apply generic_format_FLT; exists (Float radix2 1 0); [unfold F2R; simpl; ring|reflexivity|simpl; lia]) F1).
  set (c := rnd (1 - a)) in *.
  assert (X1 : Rabs (1 - a) <= 143 / 10 * u) by (apply Rabs_le; lra).
  assert (Y1 := by_u _ _ X1).
  assert (D2 := difference_in c b (binary64_rnd _) F2). fold defect_hat in D2.
  change (rnd (c - b)) with defect_hat in D2.
  assert (X2 : Rabs (c - b) <= 112 / 10 * u).
  { assert (K := Rabs_le_inv _ _ (Rle_trans _ _ _ D1 Y1)). apply Rabs_le. lra. }
  assert (Y2 := by_u _ _ X2). assert (K1 := Rabs_le_inv _ _ (Rle_trans _ _ _ D1 Y1)).
  assert (K2 := Rabs_le_inv _ _ (Rle_trans _ _ _ D2 Y2)). apply Rabs_le_inv in X2.
  split; apply Rabs_le; lra.
Qed.

(** The step is half of h and three eighths of its square, within 45 u^2. *)
Lemma step_close :
  let e := 1 - root_hat * root_hat * V in
  Rabs (step_hat - (e / 2 + 3 / 8 * (e * e))) <= 45 * (u * u) /\ Rabs step_hat <= 7 * u.
Proof.
  intros e. destruct defect_close as [H1 H2]. destruct square_close as [_ B]. fold e in H1.
  assert (Us := u_small). assert (U := u_pos). assert (Pe := eta_pos).
  assert (Uu := u_part u (Rlt_le _ _ U)). assert (Uuu := u_part _ (proj1 Uu)).
  assert (Tiny := eta_beside_squares).
  assert (Be : Rabs e <= 11 * u).
  { unfold e. rewrite <- Rabs_Ropp. replace (- (1 - root_hat * root_hat * V)) with (root_hat * root_hat * V - 1) by ring. exact B. }
  set (h := defect_hat) in *.
  assert (F : binary64 (1 / 2)).
  { replace (1 / 2) with (bpow radix2 (-1)) by (simpl; lra). apply generic_format_bpow. unfold FLT_exp. lia. }
  assert (K := muladd_error step_fused h (3 / 8) (1 / 2) F). cbv zeta in K.
  set (k := muladd (real_arithmetic step_fused) h (3 / 8) (1 / 2)) in *.
  assert (H38 : Rabs (h * (3 / 8)) <= 45 / 10 * u).
  { rewrite Rabs_mult, (Rabs_pos_eq (3 / 8)) by lra. lra. }
  assert (K1 := by_u _ _ H38). assert (Ak := at_most_by k (h * (3 / 8) + 1 / 2)).
  assert (Tk := Rabs_triang (h * (3 / 8)) (1 / 2)). rewrite (Rabs_pos_eq (1 / 2)) in Tk by lra.
  assert (Ukk := u_part _ (Rabs_pos k)).
  assert (Bk : Rabs k <= 501 / 1000) by lra. assert (Uk := by_u _ _ Bk).
  assert (Ek : Rabs (k - (h * (3 / 8) + 1 / 2)) <= 502 / 1000 * u) by lra.
  assert (Hk := product_at_most _ _ h k H2 Bk). assert (He := product_at_most _ _ _ _ H2 Ek).
  assert (S := rounded_in (h * k)). assert (Us1 := by_u _ _ Hk).
  change (rnd (h * k)) with step_hat in S.
  assert (As := at_most_by step_hat (h * k)).
  assert (Hs : Rabs (h + e) <= 23 * u).
  { apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Sq := product_at_most _ _ _ _ H1 Hs).
  replace (61 * (u * u) * (23 * u)) with (1403 * (u * (u * u))) in Sq by ring.
  split; [|lra].
  replace (step_hat - (e / 2 + 3 / 8 * (e * e)))
    with ((step_hat - h * k) + h * (k - (h * (3 / 8) + 1 / 2)) + / 2 * (h - e) + 3 / 8 * ((h - e) * (h + e))) by field.
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (X1 := Rabs_triang ((step_hat - h * k) + h * (k - (h * (3 / 8) + 1 / 2))) (/ 2 * (h - e))).
  assert (X2 := Rabs_triang (step_hat - h * k) (h * (k - (h * (3 / 8) + 1 / 2)))).
  rewrite (Rabs_mult (/ 2)), (Rabs_pos_eq (/ 2)) in X1 by lra.
  rewrite (Rabs_mult (3 / 8)), (Rabs_pos_eq (3 / 8)) by lra. lra.
Qed.

Theorem rstd_step_error :
  0 < V /\ Rabs (value_of rstd_step * sqrt V - 1) <= 55 * (u * u) /\
  double_double (fst rstd_step) (snd rstd_step).
Proof.
  destruct step_close as [S1 S2]. destruct square_close as [_ B].
  assert (Us := u_small). assert (U := u_pos). assert (Pe := eta_pos).
  assert (Uu := u_part u (Rlt_le _ _ U)). assert (Uuu := u_part _ (proj1 Uu)).
  assert (P := root_pos). assert (Pv := vh_pos).
  assert (Vp : 0 < V).
  { apply Rabs_le_inv in Low. assert (X := u_part vh (Rlt_le _ _ Pv)). unfold V. lra. }
  split; [exact Vp|].
  set (root := root_hat) in *. set (st := step_hat) in *.
  assert (Rs : Rabs (root * st) <= 7 * u * root).
  { rewrite Rabs_mult, (Rabs_pos_eq root) by lra. rewrite Rmult_comm. apply Rmult_le_compat_r; lra. }
  assert (I := rounded_in (root * st)). assert (UI := by_u _ _ Rs).
  assert (Tiny : eta <= / 1000 * (u * u) * root).
  { apply Rle_trans with (bpow radix2 (-10) * (u * u) * bpow radix2 (-451)).
    - unfold eta, u. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; try apply bpow_ge_0.
      + apply Rmult_le_pos; [apply bpow_ge_0|lra].
      + apply Rmult_le_compat_r; [lra|]. simpl. lra.
      + exact root_least. }
  set (c := rnd (root * st)) in *.
  assert (Ec : Rabs (c - root * st) <= 8 * (u * u) * root) by lra.
  assert (Ac := at_most_by c (root * st)).
  assert (Ur : 0 <= u * root) by (apply Rmult_le_pos; lra). assert (Ur' := u_part _ (Rlt_le _ _ P)).
  assert (Uur := u_part _ Ur).
  destruct (fast_two_sum_exact root c (binary64_rnd _) (binary64_rnd _)) as [W D].
  { rewrite (Rabs_pos_eq root) by lra. lra. }
  change (fast_two_sum root c) with rstd_step in W, D. split; [|exact D]. rewrite W.
  set (r := sqrt V) in *. assert (R : r * r = V) by (apply sqrt_sqrt; lra).
  assert (R0 : 0 <= r) by apply sqrt_pos.
  set (d := root * r - 1).
  assert (Q : root * root * V - 1 = d * (d + 2)) by (rewrite <- R; unfold d; ring).
  assert (G : 0 <= root * r) by (apply Rmult_le_pos; lra).
  assert (Bd : Rabs d <= 11 * u).
  { apply Rle_trans with (2 := B). rewrite Q, Rabs_mult.
    rewrite <- (Rmult_1_r (Rabs d)) at 1. apply Rmult_le_compat_l; [apply Rabs_pos|].
    apply Rle_trans with (2 := Rle_abs _). unfold d. lra. }
  assert (D2 := product_at_most _ _ d d Bd Bd). assert (D3 := product_at_most _ _ d (d * d) Bd D2).
  replace (11 * u * (11 * u * (11 * u))) with (1331 * (u * (u * u))) in D3 by ring.
  set (e := 1 - root * root * V) in *. assert (Ee : e = - (d * (d + 2))) by (unfold e; lra).
  assert (Gm : Rabs (root * r) <= 101 / 100).
  { replace (root * r) with (1 + d) by (unfold d; ring). apply Rle_trans with (1 := Rabs_triang _ _).
    rewrite Rabs_R1. lra. }
  replace ((root + c) * r - 1)
    with ((c - root * st) * r + root * r * (st - (e / 2 + 3 / 8 * (e * e)))
          + d * (d * d) * (5 / 2 + 15 / 8 * d + 3 / 8 * (d * d))).
  2:{ rewrite Ee. replace (root * r) with (1 + d) by (unfold d; ring).
      replace ((c - root * st) * r) with (c * r - (1 + d) * st) by (unfold d; ring).
      replace ((root + c) * r - 1) with (c * r + d) by (unfold d; ring). field. }
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (X1 := Rabs_triang ((c - root * st) * r) (root * r * (st - (e / 2 + 3 / 8 * (e * e))))).
  assert (Y1 : Rabs ((c - root * st) * r) <= 8 * (u * u) * (101 / 100)).
  { rewrite Rabs_mult, (Rabs_pos_eq r) by exact R0. rewrite (Rabs_pos_eq (root * r)) in Gm by exact G.
    apply Rle_trans with (8 * (u * u) * root * r); [now apply Rmult_le_compat_r|].
    rewrite Rmult_assoc. apply Rmult_le_compat_l; lra. }
  assert (Y2 := product_at_most _ _ _ _ Gm S1).
  assert (Y3 : Rabs (5 / 2 + 15 / 8 * d + 3 / 8 * (d * d)) <= 3).
  { apply Rabs_le_inv in Bd. apply Rabs_le_inv in D2. apply Rabs_le. lra. }
  assert (Y4 := product_at_most _ _ _ _ D3 Y3). lra.
Qed.
End Root.

Definition rstd_sharp (fused : bool) : R -> R -> R * R := rstd_step fused fused.
