(* SPDX-License-Identifier: Apache-2.0 *)
(** * From the sums to a^, q^ and v^

    Purpose.  The sharp stage divides its sums by N, through a double-double 1 / N, and forms
    v^ = q^ - a^ a^ + eps.  Here: how far these are from a, R^2 and V = R^2 - a^2 + eps.

    Corresponds to inverse, q, moments.a and v of lib/fast/sharp_moments-inl.h.

    Symbols.
      inverse_of n      1 / n
      mean_of n x       x / n
      v_sharp q a eps   v^ of LayerNorm; v_sharp_rms q eps   of RMSNorm

    Main results.
      inverse_error   |inverse n - 1| <= 6 u^2
      mean_error      of a sum that is c u^2 w off: ((1 + 10^-12) (c + 6.3 i) + 18) u^2 w / n + 12 eta
      v_sharp_rounding   v^ is q^ - a^ a^ + eps within 42 u^2 r^2 + 4.2 u^2 eps + 40 eta
      v_sharp_error   of a^ and q^ that are da u^2 r and dq u^2 r^2 off, where R <= r:
                      (2.001 da + dq + 42) u^2 r^2 + 4.2 u^2 eps + 40 eta *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements sharp.ends
  sharp.squares sharp.products sharp.addition sharp.pairs sharp.pair_products
  sharp.lanes sharp.root.

Local Open Scope R_scope.

(** ** 1 / N *)

Definition inverse_of (fused : bool) (n : R) : R * R :=
  let high := rnd (1 / n) in
  let rest := rnd (rnd (1 - rnd (n * high)) - two_product_error fused n high) in
  fast_two_sum high (rnd (rest * high)).

Lemma binary64_1 : binary64 1.
Proof. change 1 with (bpow radix2 0). apply generic_format_bpow. unfold FLT_exp. lia. Qed.

Theorem inverse_error fused n : binary64 n -> 1 <= n <= bpow radix2 53 ->
  Rabs (value_of (inverse_of fused n) * n - 1) <= 6 * (u * u) /\
  within ((1 + 5 * u) * / n) (inverse_of fused n).
Proof.
  intros F [N1 N2]. assert (U := u_pos). assert (Us := u_small). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (Uuu := u_part _ (proj1 Uu)). assert (Pe := eta_pos).
  assert (I : 0 < / n) by (apply Rinv_0_lt_compat; lra).
  assert (I53 : u <= / n).
  { unfold u. replace (-53)%Z with (- (53))%Z by reflexivity. rewrite bpow_opp.
    apply Rinv_le_contravar; lra. }
  unfold inverse_of. set (high := rnd (1 / n)).
  assert (Fh : binary64 high) by apply binary64_rnd.
  assert (H : Rabs (high - / n) <= u * / n).
  { rewrite <- (Rabs_pos_eq (/ n)) at 2 by lra. unfold high. replace (1 / n) with (/ n) by (unfold Rdiv; ring).
    apply normal_in. rewrite Rabs_pos_eq by lra. apply Rle_trans with (2 := I53). apply bpow_le. lia. }
  assert (Ui := u_part _ (Rlt_le _ _ I)). assert (Uui := u_part _ (proj1 Ui)). apply Rabs_le_inv in H.
  set (g := n * high). assert (G : Rabs (g - 1) <= u).
  { replace (g - 1) with (n * (high - / n)) by (unfold g; field; lra).
    rewrite Rabs_mult, (Rabs_pos_eq n) by lra. apply Rle_trans with (n * (u * / n)).
    - apply Rmult_le_compat_l; [lra|]. apply Rabs_le. lra.
    - apply Req_le. field. lra. }
  assert (G2 := product_at_most _ _ _ _ G G). apply Rabs_le_inv in G. apply Rabs_le_inv in G2.
  assert (One : bpow radix2 (-900) <= Rabs g).
  { rewrite Rabs_pos_eq by lra. apply Rle_trans with (bpow radix2 (-1)); [apply bpow_le; lia|].
    change (bpow radix2 (-1)) with (/ 2). lra. }
  assert (Ex : rnd g + two_product_error fused n high = g).
  { apply two_product_exact; try assumption. right. apply Rle_trans with (2 := One). apply bpow_le. lia. }
  assert (P := normal_in g (Rle_trans _ _ _ (bpow_le radix2 (-1022) (-900) ltac:(lia)) One)).
  rewrite (Rabs_pos_eq g) in P by lra.
  assert (Ug : u * g <= u * (11 / 10)) by (apply by_u; lra).
  assert (Ug' : u * g <= u * (1 + u)) by (apply by_u; lra).
  set (p := rnd g) in *. set (pl := two_product_error fused n high) in *.
  assert (Fpl : binary64 pl) by (unfold pl, two_product_error; destruct fused; apply binary64_rnd).
  apply Rabs_le_inv in P.
  assert (C := difference_in 1 p binary64_1 (binary64_rnd _)). set (c := rnd (1 - p)) in *.
  assert (B1 : Rabs (1 - p) <= 21 / 10 * u) by (apply Rabs_le; lra). assert (C1 := by_u _ _ B1).
  assert (C2 := Rabs_le_inv _ _ (Rle_trans _ _ _ C C1)).
  assert (D := difference_in c pl (binary64_rnd _) Fpl). set (rest := rnd (c - pl)) in *.
  assert (B2 : Rabs (c - pl) <= 11 / 10 * u) by (apply Rabs_le; lra). assert (D1 := by_u _ _ B2).
  assert (D2 := Rabs_le_inv _ _ (Rle_trans _ _ _ D D1)). apply Rabs_le_inv in B2.
  assert (Br : Rabs rest <= 12 / 10 * u) by (apply Rabs_le; lra).
  assert (Hp : 0 < high) by lra.
  assert (Q := product_at_most _ _ rest high Br (Rle_refl _)). rewrite (Rabs_pos_eq high) in Q by lra.
  assert (E := rounded_in (rest * high)). assert (UE := by_u _ _ Q). set (q := rnd (rest * high)) in *.
  assert (Uh := u_part _ (Rlt_le _ _ Hp)). assert (Uuh := u_part _ (proj1 Uh)).
  assert (T : eta <= / 10 * (u * (u * high))).
  { apply Rle_trans with (bpow radix2 (-10) * (u * (u * (/ 2 * u)))).
    - unfold eta, u. change (/ 2) with (bpow radix2 (-1)). rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat; try apply bpow_ge_0.
      + repeat apply Rmult_le_pos; lra.
      + simpl. lra.
      + do 2 apply by_u. lra. }
  assert (Aq := at_most_by q (rest * high)).
  destruct (fast_two_sum_exact high q Fh (binary64_rnd _)) as [V W].
  { rewrite (Rabs_pos_eq high) by lra. lra. }
  destruct (low_part _ _ W) as (F1 & F2 & L). set (z := fast_two_sum high q) in *.
  assert (Z : Rabs (fst z - (high + q)) <= u * Rabs (high + q)) by (apply sum_in; [exact Fh|apply binary64_rnd]).
  assert (Thq := Rabs_triang high q). rewrite (Rabs_pos_eq high) in Thq by lra.
  assert (Az := at_most_by (fst z) (high + q)).
  assert (Hq : Rabs (high + q) <= high + 13 / 10 * (u * high)) by lra. assert (Uhq := by_u _ _ Hq).
  assert (Ubig : u * high <= 11 / 10 * (u * / n)).
  { apply Rle_trans with (u * (11 / 10 * / n)); [apply by_u; lra|lra]. }
  assert (Hz : Rabs (fst z) <= / n + 4 * (u * / n)) by lra. assert (UZ := by_u _ _ Hz).
  split; [|split; [exact F1|split; [exact F2|split; [lra|]]]].
  - rewrite V. replace ((high + q) * n - 1)
      with ((rest - (1 - g)) * g - (g - 1) * (g - 1) + (q - rest * high) * n) by (unfold g; ring).
    assert (Er : Rabs (rest - (1 - g)) <= 33 / 10 * (u * u)) by (apply Rabs_le; lra).
    assert (Ag : Rabs g <= 101 / 100) by (apply Rabs_le; lra).
    assert (X1 := product_at_most _ _ _ _ Er Ag).
    assert (X2 : Rabs ((q - rest * high) * n) <= 131 / 100 * (u * u)).
    { rewrite Rabs_mult, (Rabs_pos_eq n) by lra.
      apply Rle_trans with (13 / 10 * (u * (u * high)) * n); [apply Rmult_le_compat_r; lra|].
      replace (13 / 10 * (u * (u * high)) * n) with (13 / 10 * (u * (u * g))) by (unfold g; ring).
      assert (Y := by_u _ _ Ug). assert (Y' := by_u _ _ Ug'). lra. }
    apply Rabs_le_inv in X1. apply Rabs_le_inv in X2. apply Rabs_le. lra.
  - replace (u * ((1 + 5 * u) * / n)) with (u * / n + 5 * (u * (u * / n))) by ring. lra.
Qed.

(** ** A mean *)

Definition mean_of (fused : bool) (n : R) (x : R * R) : R * R :=
  times fused (fst x) (snd x) (fst (inverse_of fused n)) (snd (inverse_of fused n)).

Theorem mean_error fused n c i s w x :
  binary64 n -> 1 <= n <= bpow radix2 53 -> INR i <= 10 -> 0 <= c -> Rabs s <= 1001 / 1000 * w -> held c i s w x ->
  Rabs (value_of (mean_of fused n x) - s / n)
  <= (1000000000001 / 1000000000000 * (c + 63 / 10 * INR i) + 18) * (u * (u * (w / n))) + 12 * eta /\
  within (1000002 / 1000000 * (w / n) + 30 * eta) (mean_of fused n x).
Proof.
  intros F N I C S (W & X & E). destruct (inverse_error fused n F N) as [J Y].
  assert (U := u_pos). assert (Us := u_small). assert (Uu := u_part u (Rlt_le _ _ U)).
  assert (Pi := pos_INR i). assert (Pn : 0 < / n) by (apply Rinv_0_lt_compat; lra).
  assert (Pe := eta_pos). set (inv := inverse_of fused n) in *.
  assert (M : 0 <= w / n) by (apply Rmult_le_pos; lra). set (m := w / n) in *.
  assert (V := u_part m M). assert (Z := u_part _ (proj1 V)).
  destruct (times_near fused _ _ _ _ X Y) as [T B].
  change (times fused (fst x) (snd x) (fst inv) (snd inv)) with (mean_of fused n x) in *.
  set (r := 1 + / 1000000 + INR i * / 1000000000000) in *.
  assert (R1 : 1 <= r <= 1 + 11 / 10000000) by (unfold r; lra).
  replace (r * w * ((1 + 5 * u) * / n)) with (r * (1 + 5 * u) * m) in * by (unfold m, Rdiv; ring).
  assert (R2 : r * (1 + 5 * u) <= 1 + 12 / 10000000).
  { assert (u * r <= u * 2) by (apply by_u; lra). lra. }
  assert (R3 : r * (1 + 5 * u) * m <= (1 + 12 / 10000000) * m) by (apply Rmult_le_compat_r; lra).
  assert (R4 := by_u _ _ (by_u _ _ R3)). split.
  - set (z := mean_of fused n x) in *.
    replace (value_of z - s / n) with ((value_of z - value_of x * value_of inv)
      + ((value_of x - s) * value_of inv + s * / n * (value_of inv * n - 1))) by (field; lra).
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (T1 := Rabs_triang ((value_of x - s) * value_of inv) (s * / n * (value_of inv * n - 1))).
    assert (S1 : Rabs (s * / n) <= 1001 / 1000 * m).
    { rewrite Rabs_mult, (Rabs_pos_eq (/ n)) by lra. unfold m, Rdiv. rewrite <- Rmult_assoc.
      apply Rmult_le_compat_r; lra. }
    assert (T2 := product_at_most _ _ _ _ S1 J).
    assert (Iv : Rabs (value_of inv) <= 1000000000001 / 1000000000000 * / n).
    { replace (value_of inv) with (/ n * (1 + (value_of inv * n - 1))) by (field; lra).
      rewrite Rabs_mult, (Rabs_pos_eq (/ n)), (Rmult_comm _ (/ n)) by lra. apply Rmult_le_compat_l; [lra|].
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_R1. lra. }
    assert (T3 := product_at_most _ _ _ _ E Iv).
    replace ((c + 63 / 10 * INR i) * (u * (u * w)) * (1000000000001 / 1000000000000 * / n))
      with (1000000000001 / 1000000000000 * (c + 63 / 10 * INR i) * (u * (u * m))) in T3 by (unfold m, Rdiv; ring).
    lra.
  - apply within_le with (2 := B).
    assert (u * (r * (1 + 5 * u) * m) <= u * ((1 + 12 / 10000000) * m)) by (apply by_u; lra). lra.
Qed.

(** ** v^ *)

Definition opposite (x : R * R) : R * R := (- fst x, - snd x).

Definition v_sharp (fused : bool) (q a : R * R) (eps : R) : R * R :=
  let v := plus_pair q (opposite (times fused (fst a) (snd a) (fst a) (snd a))) in
  plus_one (fst v) (snd v) eps.

Definition v_sharp_rms (q : R * R) (eps : R) : R * R := plus_one (fst q) (snd q) eps.

Lemma opposite_within A x : within A x -> within A (opposite x).
Proof.
  intros (F & G & L & M). unfold within, opposite. cbn [fst snd]. rewrite !Rabs_Ropp.
  repeat split; try assumption; now apply binary64_opp.
Qed.

Lemma opposite_value x : value_of (opposite x) = - value_of x.
Proof. unfold value_of, opposite. cbn [fst snd]. ring. Qed.

(** r is any bound on R, r2 is R^2. *)
Section Variance.
Variables r r2 a da dq eps : R.
Hypothesis r_pos : 0 <= r.
Hypothesis a_range : Rabs a <= r.
Hypothesis da_range : 0 <= da /\ da * (u * u) <= / 1000.
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.
Variable qh : R * R.
Hypothesis q_within : within (11 / 10 * (r * r)) qh.
Hypothesis q_near : Rabs (value_of qh - r2) <= dq * (u * (u * (r * r))).

Theorem v_sharp_rms_error :
  let v := v_sharp_rms qh eps in
  Rabs (value_of v - (r2 + eps)) <= (dq + 5) * (u * (u * (r * r))) + 42 / 10 * (u * (u * eps)) /\
  binary64 (fst v) /\ binary64 (snd v) /\ Rabs (snd v) <= 31 / 10 * (u * Rabs (fst v)).
Proof.
  assert (Q : 0 <= r * r) by now apply Rmult_le_pos. assert (V := u_part _ Q). assert (W := u_part _ (proj1 V)).
  assert (V' := u_part _ eps_pos). assert (W' := u_part _ (proj1 V')).
  destruct (plus_one_near _ eps qh eps q_within eps_binary64) as [N M]; [rewrite Rabs_pos_eq; lra|].
  intros v. split; [|exact M]. unfold v, v_sharp_rms.
  set (z := plus_one (fst qh) (snd qh) eps) in *.
  replace (value_of z - (r2 + eps)) with ((value_of z - (value_of qh + eps)) + (value_of qh - r2)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Variable ah : R * R.
Hypothesis a_within : within (11 / 10 * r) ah.

Theorem v_sharp_rounding fused :
  let v := v_sharp fused qh ah eps in
  Rabs (value_of v - (value_of qh - value_of ah * value_of ah + eps))
  <= 42 * (u * (u * (r * r))) + 42 / 10 * (u * (u * eps)) + 40 * eta /\
  binary64 (fst v) /\ binary64 (snd v) /\ Rabs (snd v) <= 31 / 10 * (u * Rabs (fst v)).
Proof.
  clear q_near a_range da_range.
  assert (Pe := eta_pos). assert (Ue := u_part eta ltac:(lra)). assert (Uue := u_part _ (proj1 Ue)).
  assert (Q : 0 <= r * r) by now apply Rmult_le_pos. set (R2 := r * r) in *.
  assert (V := u_part _ Q). assert (W := u_part _ (proj1 V)).
  assert (V' := u_part _ eps_pos). assert (W' := u_part _ (proj1 V')).
  destruct (times_near fused _ _ _ _ a_within a_within) as [N1 B1].
  set (sq := times fused (fst ah) (snd ah) (fst ah) (snd ah)) in *.
  replace (11 / 10 * r * (11 / 10 * r)) with (121 / 100 * R2) in * by (unfold R2; field).
  assert (B2 : within (1211 / 1000 * R2 + 30 * eta) (opposite sq)).
  { apply opposite_within. apply within_le with (2 := B1). lra. }
  destruct (plus_pair_error _ _ _ _ q_within B2) as [N2 B3]. rewrite opposite_value in N2.
  set (v1 := plus_pair qh (opposite sq)) in *.
  assert (B4 : within (232 / 100 * R2 + 31 * eta) v1).
  { apply within_le with (2 := B3). lra. }
  destruct (plus_one_near _ eps v1 eps B4 eps_binary64) as [N3 M]; [rewrite Rabs_pos_eq; lra|].
  intros v. split; [|exact M]. unfold v, v_sharp. fold sq v1.
  set (z := plus_one (fst v1) (snd v1) eps) in *.
  replace (value_of z - (value_of qh - value_of ah * value_of ah + eps))
    with ((value_of z - (value_of v1 + eps)) + (value_of v1 - (value_of qh + - value_of sq))
          + - (value_of sq - value_of ah * value_of ah)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
  assert (T1 := Rabs_triang (value_of z - (value_of v1 + eps)) (value_of v1 - (value_of qh + - value_of sq))).
  lra.
Qed.

Hypothesis a_near : Rabs (value_of ah - a) <= da * (u * (u * r)).

Theorem v_sharp_error fused :
  let v := v_sharp fused qh ah eps in
  Rabs (value_of v - (r2 - a * a + eps))
  <= (2001 / 1000 * da + dq + 42) * (u * (u * (r * r))) + 42 / 10 * (u * (u * eps)) + 40 * eta /\
  binary64 (fst v) /\ binary64 (snd v) /\ Rabs (snd v) <= 31 / 10 * (u * Rabs (fst v)).
Proof.
  intros v. destruct (v_sharp_rounding fused) as [N M]. fold v in N, M. split; [|exact M].
  set (R2 := r * r) in *.
  assert (D : Rabs (value_of ah * value_of ah - a * a) <= 2001 / 1000 * da * (u * (u * R2))).
  { set (d := value_of ah - a) in *.
    replace (value_of ah * value_of ah - a * a) with (d * (2 * a + d)) by (unfold d; ring).
    assert (Y : Rabs (2 * a + d) <= 2001 / 1000 * r).
    { apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult, (Rabs_pos_eq 2) by lra.
      assert (da * (u * u) * r <= / 1000 * r) by (apply Rmult_le_compat_r; lra). lra. }
    assert (X := product_at_most _ _ _ _ a_near Y).
    replace (2001 / 1000 * da * (u * (u * R2))) with (da * (u * (u * r)) * (2001 / 1000 * r)) by (unfold R2; ring).
    exact X. }
  replace (value_of v - (r2 - a * a + eps))
    with ((value_of v - (value_of qh - value_of ah * value_of ah + eps)) + (value_of qh - r2)
          + - (value_of ah * value_of ah - a * a)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
  assert (T1 := Rabs_triang (value_of v - (value_of qh - value_of ah * value_of ah + eps)) (value_of qh - r2)).
  lra.
Qed.
End Variance.
