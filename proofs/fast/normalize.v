(* SPDX-License-Identifier: Apache-2.0 *)
(** * The error ledger of the fast stage

    Purpose.  For every row that the loops of lib/fast admit, about whatever centre, with FMA and
    without, in vectors of any power of two: t^, y^, the mean and 1 / standard deviation are
    as near to the exact ones as lib/fast/error_bounds.h says.

    Symbols.  Those of model.v and specification.v.
      M, h    the computed moments of the row about the centre; SumHeight

    Main results.
      t_hat_bound    |t^ - t| <= (1.2 h + 11.7) u |t^| + (1.12 h + 6.73) u + 2^-1000
      y_hat_bound    |y^ - y| <= 0.99 |g| (E1 |t^| + E0) + u |y^| + 2^-800 for |g| < 2^128
      mean_hat_bound, rstd_bound, spread_bound   what WriteStatistics relies on
      variance_bound |v^ - V| <= (2.38 h + 13.3) u v^
      moments_about_some   the row's moments are those about some centre *)

From Coq Require Import ZArith NArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.elements fast.row_moments fast.variance fast.roots.
From ExactNorm Require Export fast.centres.
Import ListNotations.

Local Open Scope R_scope.

(** g t + b, fused or not. *)
Theorem y_within fused h g b t th :
  0 <= h <= 1100 -> binary64 b -> Rabs g < bpow radix2 128 ->
  Rabs (th - t) <= (12 / 10 * h + 117 / 10) * u * Rabs th + (112 / 100 * h + 673 / 100) * u
                   + bpow radix2 (-1000) ->
  let y := muladd (real_arithmetic fused) g th b in
  Rabs (y - (g * t + b)) <= y_error h th g y.
Proof.
  intros Hh Fb G T y. assert (U := u_pos). assert (GP := Rabs_pos g). assert (TP := Rabs_pos th).
  assert (M := muladd_error fused g th b Fb). cbv zeta in M. fold y in M.
  rewrite Rabs_mult in M.
  assert (Q : Rabs (g * (th - t)) <= Rabs g * ((12 / 10 * h + 117 / 10) * u * Rabs th
                + (112 / 100 * h + 673 / 100) * u + bpow radix2 (-1000))).
  { rewrite Rabs_mult. apply Rmult_le_compat_l; [exact GP|exact T]. }
  assert (Small : Rabs g * bpow radix2 (-1000) + eta <= bpow radix2 (-800)).
  { apply Rle_trans with (bpow radix2 128 * bpow radix2 (-1000) + bpow radix2 (-801)).
    - apply Rplus_le_compat.
      + apply Rmult_le_compat_r; [apply bpow_ge_0|lra].
      + apply bpow_le. lia.
    - rewrite <- bpow_plus. apply Rle_trans with (bpow radix2 (-801) + bpow radix2 (-801)).
      + apply Rplus_le_compat_r, bpow_le. lia.
      + replace (-800)%Z with (1 + -801)%Z by reflexivity. rewrite bpow_plus. simpl (bpow radix2 1). lra. }
  replace (y - (g * t + b)) with ((y - (g * th + b)) + g * (th - t)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). unfold y_error, bound_e1, bound_e0.
  assert (A : 0 <= Rabs g * (u * Rabs th)) by (repeat apply Rmult_le_pos; lra).
  assert (B : 0 <= Rabs g * u) by (apply Rmult_le_pos; lra).
  assert (HA : 0 <= h * (Rabs g * (u * Rabs th))) by (apply Rmult_le_pos; lra).
  assert (HB : 0 <= h * (Rabs g * u)) by (apply Rmult_le_pos; lra).
  lra.
Qed.

Section Ledger.
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Variable c : option R.
Hypothesis Sup : supposed k op eps xs c.

Let A := real_arithmetic fused.
Let M := moments_about A k op eps xs c.
Let h := height (length xs) k.
Hypothesis Adm : admitted M = true.

Let a := mean_dev op c xs.
Let R2 := mean_sq c xs.
Let q := mean_square_hat M.
Let ah := offset M.
Let p := rnd (ah * ah).
Let v := rnd (rnd (q - p) + eps).

Lemma h_range : 0 <= h <= 1100.
Proof.
  unfold h. rewrite height_is_rounds. split; [apply pos_INR|]. exact (rounds_small fused k op eps xs c Sup).
Qed.

Lemma true_le x y : Rle_bool x y = true -> x <= y.
Proof. intros E. destruct (Rle_bool_spec x y) as [L|L]; [exact L|discriminate E]. Qed.

Lemma admission : p <= rnd (bpow radix2 (-2) * v) /\ q_least <= q /\ q <= bpow radix2 300.
Proof.
  assert (B := Adm). unfold M, moments_about in B. cbn [admitted] in B.
  apply andb_prop in B as [B C]. apply andb_prop in B as [B D].
  exact (conj (true_le _ _ B) (conj (true_le _ _ D) (true_le _ _ C))).
Qed.

Lemma growth_linear n : (n <= 5)%nat ->
  growth (rounds (length xs) k + n) - 1 <= 10001 / 10000 * (h + INR n) * u.
Proof.
  intros N. assert (E : h = INR (rounds (length xs) k)) by apply height_is_rounds.
  assert (P := proj2 h_range). rewrite E in *. set (r := rounds (length xs) k) in *.
  assert (L : INR n <= 5) by (replace 5 with (INR 5) by (simpl; lra); now apply le_INR).
  assert (U := u_pos). assert (Q := pos_INR r). assert (W := pos_INR n).
  assert (G := growth_bound (r + n)). rewrite plus_INR in G.
  assert (K : (INR r + INR n) * u <= 1105 * u) by (apply Rmult_le_compat_r; lra).
  assert (K' : 1105 * u <= / 1000000000000) by (rewrite u_value; lra).
  specialize (G (Rle_trans _ _ _ K K')). lra.
Qed.

Lemma offset_linear : Rabs (ah - a) <= 10001 / 10000 * (h + 3) * u * sqrt R2 + eta.
Proof.
  apply Rle_trans with (1 := offset_error fused k op eps xs c Sup).
  apply Rplus_le_compat_r, Rmult_le_compat_r; [apply sqrt_pos|].
  replace 3 with (INR 3) by (simpl; lra). apply growth_linear. lia.
Qed.

Lemma square_linear : Rabs (q - R2) <= 10001 / 10000 * (h + 5) * u * (R2 + least) + eta.
Proof.
  apply Rle_trans with (1 := mean_square_error fused k op eps xs c Sup).
  apply Rplus_le_compat_r, Rmult_le_compat_r.
  - assert (L := least_pos). assert (P := mean_sq_pos fused k op eps xs c Sup). fold R2 in P. lra.
  - replace 5 with (INR 5) by (simpl; lra). apply growth_linear. lia.
Qed.

Lemma v_is : variance_eps M = v.
Proof. reflexivity. Qed.

Lemma power_is : power op xs eps = R2 - a * a + eps.
Proof.
  unfold power, a, R2, mean_dev. destruct Sup as [_ N _ _ _ _ C]. revert C. case op; intros C.
  - now rewrite (variance_shifted c xs N).
  - destruct c; [easy|]. unfold mean_sq, deviations. simpl.
    replace (map (fun x => x - 0) xs) with xs; [ring|].
    clear. induction xs as [|b l IH]; simpl; [reflexivity|]. rewrite <- IH. f_equal. ring.
Qed.

Lemma deviation_is x : deviation op xs x = (x - centre_value c) - a.
Proof.
  unfold deviation, a, mean_dev. destruct Sup as [_ N _ _ _ _ C]. revert C. case op; intros C.
  - rewrite (mean_shifted c xs N). ring.
  - destruct c; [easy|]. simpl. ring.
Qed.

(** What variance.v asks for. *)
Lemma given :
  (0 <= h <= 1100) /\ 0 <= R2 /\ Rabs a <= sqrt R2 /\ binary64 q /\ binary64 eps /\ 0 <= eps.
Proof.
  repeat split; try apply h_range.
  - exact (mean_sq_pos fused k op eps xs c Sup).
  - exact (mean_dev_le fused k op eps xs c Sup).
  - apply binary64_rnd.
  - exact (supposed_epsilon _ _ _ _ _ Sup).
  - apply (supposed_epsilon_range _ _ _ _ _ Sup).
Qed.

Theorem variance_bound :
  0 < variance_eps M /\
  Rabs (variance_eps M - power op xs eps) <= (238 / 100 * h + 133 / 10) * u * variance_eps M.
Proof.
  destruct given as (G1 & G2 & G3 & G4 & G5 & G6). destruct admission as (A1 & A2 & A3).
  rewrite power_is, v_is. split; [now apply v_pos|].
  apply variance_error; try assumption; [exact offset_linear|exact square_linear].
Qed.

(** R, the root mean square of the deviations, which bounds the standard deviation, too. *)
Theorem spread_bound : sqrt (mean_sq c xs) <= sqrt (12503 / 10000 * variance_eps M).
Proof.
  destruct given as (G1 & G2 & G3 & G4 & G5 & G6). destruct admission as (A1 & A2 & A3).
  apply sqrt_le_1_alt. rewrite v_is. fold R2.
  assert (B : R2 <= 12502 / 10000 * v)
    by (apply (square_bound h R2 q ah eps); try assumption; exact square_linear).
  assert (P : 0 < v) by now apply v_pos. lra.
Qed.

(** What roots.v asks for. *)
Lemma given_roots :
  bpow radix2 (-502) <= v <= bpow radix2 1030 /\ sqrt R2 <= 11182 / 10000 * sqrt v
  /\ Rabs (ah - a) <= 10002 / 10000 * (h + 3) * u * sqrt R2
  /\ Rabs (v - power op xs eps) <= (238 / 100 * h + 133 / 10) * u * v.
Proof.
  destruct given as (G1 & G2 & G3 & G4 & G5 & G6). destruct admission as (A1 & A2 & A3).
  assert (P := parts q ah eps G4 G5 G6 A2 A1).
  destruct P as (P1 & P2 & P3 & P4 & P5 & P6 & P7). fold p v in P1, P2, P3, P4, P5, P6, P7.
  assert (V : 0 < v) by now apply v_pos.
  split; [split|split; [|split]].
  - apply Rle_trans with (q_least / 2); [|unfold q_least in *; lra].
    unfold q_least. replace (-502)%Z with (-500 + -1 + -1)%Z by reflexivity. rewrite !bpow_plus.
    assert (B := bpow_gt_0 radix2 (-500)). simpl (bpow radix2 (-1)). lra.
  - assert (E := proj2 (supposed_epsilon_range _ _ _ _ _ Sup)).
    assert (Q5 := Rabs_le_inv _ _ P5). assert (Q6 := Rabs_le_inv _ _ P6).
    assert (Pp : 0 <= p) by (apply rnd_ge_0, Rle_0_sqr).
    assert (U := u_small).
    assert (UV : u * v <= / 1000000000000000 * v) by (apply Rmult_le_compat_r; lra).
    assert (B : bpow radix2 300 <= bpow radix2 1024) by (apply bpow_le; lia).
    assert (C : bpow radix2 1030 = 64 * bpow radix2 1024).
    { replace 1030%Z with (6 + 1024)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
    rewrite C. lra.
  - apply (root_bound h R2 q ah eps); try assumption. exact square_linear.
  - apply (offset_near h R2 a q ah); try assumption; [exact offset_linear|exact square_linear].
  - exact (proj2 variance_bound).
Qed.

Ltac roots := destruct given as (G1 & G2 & G3 & G4 & G5 & G6);
  destruct given_roots as (B1 & B2 & B3 & B4); assert (RP := sqrt_pos R2).

Theorem power_positive : 0 < power op xs eps.
Proof. roots. apply (V_positive h v); assumption. Qed.

Theorem rstd_bound :
  0 < rstd M /\ Rabs (rstd M - 1 / sqrt (power op xs eps)) <= bound_rstd h * rstd M.
Proof.
  roots. split; [apply (rh_positive v); assumption|].
  unfold bound_rstd. apply (rstd_error h v); assumption.
Qed.

(** A hundredth is left for the evaluation of the bound (statistics.v). *)
Theorem mean_hat_near : op = Layer_norm ->
  Rabs (mean_hat A M - mean xs)
  <= 99 / 100 * (bound_mean h * sqrt (mean_sq c xs)) + u * Rabs (mean_hat A M).
Proof.
  intros L. roots. fold R2.
  assert (E : mean xs = centre_value c + a).
  { unfold a, mean_dev. rewrite L. rewrite (mean_shifted c xs (supposed_row _ _ _ _ _ Sup)). ring. }
  assert (F : binary64 (centre_value c)).
  { assert (C := centre_binary64 fused k op eps xs c Sup). destruct c; [exact C|apply binary64_0]. }
  assert (O := sum_out (centre_value c) ah F (offset_binary64 fused k op eps xs c)).
  change (rnd (centre_value c + ah)) with (mean_hat A M) in O.
  rewrite E. replace (mean_hat A M - (centre_value c + a))
    with ((mean_hat A M - (centre_value c + ah)) + (ah - a)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (K : 10002 / 10000 * (h + 3) * u * sqrt R2 <= 99 / 100 * (bound_mean h * sqrt R2)).
  { rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [exact RP|]. unfold bound_mean. assert (U := u_pos).
    assert (0 <= h * u) by (apply Rmult_le_pos; lra). lra. }
  lra.
Qed.

Theorem mean_hat_bound : op = Layer_norm ->
  Rabs (mean_hat A M - mean xs)
  <= bound_mean h * sqrt (mean_sq c xs) + u * Rabs (mean_hat A M).
Proof.
  intros L. assert (N := mean_hat_near L). assert (U := u_pos). destruct h_range as [H _].
  assert (0 <= bound_mean h * sqrt (mean_sq c xs)).
  { apply Rmult_le_pos; [|apply sqrt_pos]. unfold bound_mean. apply Rmult_le_pos; lra. }
  lra.
Qed.

Variable x : R.
Hypothesis Hx : In x xs.

Theorem t_hat_bound :
  Rabs (t_hat A M x - t_exact op xs eps x)
  <= (12 / 10 * h + 117 / 10) * u * Rabs (t_hat A M x) + (112 / 100 * h + 673 / 100) * u
     + bpow radix2 (-1000).
Proof.
  roots. unfold t_exact. rewrite deviation_is.
  assert (Fx : binary64 x).
  { assert (F := supposed_numbers _ _ _ _ _ Sup). rewrite Forall_forall in F. now apply F. }
  destruct (deviation_hat_near fused c x Fx (centre_binary64 fused k op eps xs c Sup)) as [D1 D2].
  apply (t_error h (sqrt R2) a ah v (power op xs eps) (x - centre_value c)
           (deviation_hat R (real_arithmetic fused) c x) (t_hat A M x)) with (fused := fused);
    try assumption. reflexivity.
Qed.

Theorem y_hat_bound g b : binary64 b -> Rabs g < bpow radix2 128 ->
  Rabs (y_hat A M x g b - y_exact op xs eps x g b) <= y_error h (t_hat A M x) g (y_hat A M x g b).
Proof.
  intros Fb G. unfold y_exact.
  replace (g * deviation op xs x / sqrt (power op xs eps)) with (g * t_exact op xs eps x)
    by (unfold t_exact, Rdiv; ring).
  apply (y_within fused h g b (t_exact op xs eps x) (t_hat A M x)); try assumption.
  - exact h_range.
  - exact t_hat_bound.
Qed.
End Ledger.

(** The moments that a row goes on with are those about some centre. *)
Theorem moments_about_some fused k op eps xs : supposed k op eps xs None ->
  exists c, supposed k op eps xs c /\
    moments (real_arithmetic fused) k op eps xs = moments_about (real_arithmetic fused) k op eps xs c.
Proof.
  intros S. unfold moments.
  assert (B := offset_binary64 fused k op eps xs None).
  set (m := moments_about (real_arithmetic fused) k op eps xs None) in *.
  destruct op.
  - destruct (negb (admitted m) && is_finite (real_arithmetic fused) (offset m)).
    + exists (Some (offset m)). split; [|reflexivity]. destruct S. now constructor.
    + now exists None.
  - now exists None.
Qed.

(** A row as it is, summed by the loops. *)
Theorem row_sum_plain fused k xs : Forall binary64 xs ->
  near (N.to_nat (sum_height (N.of_nat (length xs)) (2 ^ N.of_nat k)))
    (sum xs) (sum (map Rabs xs))
    (row_sum (real_arithmetic fused) k (step_sum R (real_arithmetic fused)) xs).
Proof.
  intros F. rewrite sum_height_is_rounds.
  apply (real_row_sum_near fused k (near 0) (step_sum R (real_arithmetic fused)) 0 (near_0 0)).
  - intros h s w x s' w' d H N L. exact (near_add h s w x s' w' d N (near_le 0 h _ _ _ H L)).
  - induction F as [|x l X F IH]; simpl; constructor; [now apply near_exact|exact IH].
Qed.
