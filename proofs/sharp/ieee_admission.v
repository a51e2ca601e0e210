(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage over IEEE 754's binary64: admission and elements

    Purpose.  Rows that model.v admits over Flocq's binary64 are admitted over that without infinities and
    NaNs, with the same numbers, so what delivered.v says of these is said of the machine's.

    Corresponds to ComputeSharpMoments, ElementOf, ErrorOf and EndsOf of lib/fast.

    Symbols: those of ieee_row.v, and
      v'', q'', k''   the high parts of v^ and q^, and kappa

    Main results.
      admitted_values  admission, kappa, r^, e1 and e0
      elements_values  t^, y^, the bound on its error and the ends *)

From Coq Require Import ZArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification fast.model fast.operations fast.elements fast.overflow
  fast.nonfinite fast.ieee fast.ieee_order sharp.squares sharp.products sharp.pairs sharp.length sharp.row
  sharp.deviations sharp.row_meaning sharp.overflow sharp.overflow_row sharp.limited_root sharp.ieee
  sharp.ieee_row.
From ExactNorm Require sharp.model.
Import ListNotations.

Local Open Scope R_scope.

(** v^ is q^ and what is added to it. *)
Lemma variance_first number (A : arithmetic number) fused k op e z zs :
  let M := model.sharp_moments_of A fused k op e z zs in
  let q := fst (model.sharp_mean_square M) in
  exists b1 b2 b3 b4 b5, fst (model.sharp_variance M) = plus A (plus A (match op with
    | Layer_norm => plus A (plus A (plus A q b1) b2) b3
    | Rms_norm => q end) b4) b5.
Proof.
  unfold model.sharp_moments_of. destruct op; cbn zeta.
  - do 5 eexists. reflexivity.
  - do 3 exists (zero A). do 2 eexists. reflexivity.
Qed.

Lemma sum_finite fused (a b : ieee) : BinarySingleNaN.is_finite (plus (ieee_arithmetic fused) a b) = true ->
  BinarySingleNaN.is_finite a = true /\ BinarySingleNaN.is_finite b = true.
Proof. apply add_finite. Qed.

Section Row.
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variables eps s : R.
Variable xs : list R.
Variables e z : ieee.
Variable zs : list ieee.
Notation I := (ieee_arithmetic fused).
Notation B := (limited_arithmetic fused).
Hypothesis e_is : real_value e = Some eps.
Hypothesis z_is : real_value z = Some s.
Hypothesis zs_are : map real_value zs = map Some xs.
Hypothesis columns : at_most_2_31 (length xs).

Let M'' := model.sharp_moments_of I fused k op e z zs.
Let M' := model.sharp_moments_of B fused k op (Some eps) (Some s) (map Some xs).

Lemma values_are :
  real_value (model.sharp_centre M'') = model.sharp_centre M' /\
  pair_value (model.sharp_offset M'') = model.sharp_offset M' /\
  pair_value (model.sharp_mean_square M'') = model.sharp_mean_square M' /\
  pair_value (model.sharp_variance M'') = model.sharp_variance M'.
Proof. exact (moments_values fused k op eps s xs e z zs e_is z_is zs_are columns). Qed.

(** ** Admission *)

(** q^ over the reals, about whatever centre. *)
Lemma q_least es : (k <= 4)%nat -> at_most_2_31 (length es) -> Forall deviation_parts es ->
  -1 <= fst (q_hat fused k es).
Proof.
  intros K C P. destruct (square_close fused k es K C P) as [Q (_ & _ & _ & W)]. assert (S := k_small k es K C).
  assert (M : 0 <= mean_square es).
  { unfold mean_square. apply Rmult_le_pos.
    { unfold squares_total. clear. induction es as [|a l IH]; cbn [map sum fold_right]; [apply Rle_refl|].
      apply Rplus_le_le_0_compat; [apply Rle_0_sqr|exact IH]. }
    apply Rlt_le, Rinv_0_lt_compat. change 0 with (INR 0). apply lt_INR, C. }
  assert (F : 0 < size_floor <= / 1000).
  { split; [apply bpow_gt_0|]. apply Rle_trans with (bpow radix2 (-10)); [apply bpow_le; lia|simpl; lra]. }
  assert (R : spread_of es * spread_of es = mean_square es + size_floor) by (apply sqrt_sqrt; lra).
  rewrite R in Q, W. set (r := mean_square es + size_floor) in *. assert (R0 : 0 < r) by (unfold r; lra).
  assert (U := u_part r (Rlt_le _ _ R0)). assert (Uu := u_part _ (proj1 U)).
  assert (E1 : ledger_k k (length es) * (u * (u * r)) <= / 1000 * r).
  { replace (ledger_k k (length es) * (u * (u * r))) with (ledger_k k (length es) * (u * u) * r) by ring.
    apply Rmult_le_compat_r; [lra|]. apply Rle_trans with (2 := S).
    assert (1 <= most_kappa) by (change 1 with (bpow radix2 0); apply bpow_le; lia).
    destruct (k_room k es K C) as [L _].
    assert (0 <= ledger_k k (length es) * (u * u)) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; apply Rlt_le, u_pos]).
    replace (ledger_k k (length es) * most_kappa * (u * u)) with (ledger_k k (length es) * (u * u) * most_kappa) by ring.
    rewrite <- (Rmult_1_r (ledger_k k (length es) * (u * u))) at 1. now apply Rmult_le_compat_l. }
  apply Rabs_le_inv in Q. apply Rabs_le_inv in W. unfold value_of in Q. unfold r in *. lra.
Qed.
Hypothesis lanes : (k <= 4)%nat.
Hypothesis admitted : model.sharp_admitted M'' = true.

Let v'' := fst (model.sharp_variance M'').
Let q'' := fst (model.sharp_mean_square M'').
Let k'' := model.sharp_kappa M''.

Lemma parts_admitted :
  is_finite I (model.sharp_centre M'') = true /\
  at_most I (power_of_two I model.sharp_least_v_exponent) v'' = true /\
  at_most I v'' (power_of_two I model.sharp_most_v_exponent) = true /\
  at_most I k'' (power_of_two I model.sharp_kappa_exponent) = true.
Proof.
  assert (H := admitted). change (model.sharp_admitted M'') with
    (is_finite I (model.sharp_centre M'')
     && at_most I (power_of_two I model.sharp_least_v_exponent) v''
     && at_most I v'' (power_of_two I model.sharp_most_v_exponent)
     && at_most I k'' (power_of_two I model.sharp_kappa_exponent))%bool in H.
  apply andb_prop in H. destruct H as [H H4]. apply andb_prop in H. destruct H as [H H3].
  apply andb_prop in H. destruct H as [H1 H2]. now repeat split.
Qed.

Lemma power_finite n : (-1074 <= n <= 1023)%Z ->
  BinarySingleNaN.is_finite (power_of_two I n) = true /\ B2R (power_of_two I n) = bpow radix2 n.
Proof. intros H. apply value_finite. exact (ieee_power_of_two fused n H). Qed.

Lemma v_number : BinarySingleNaN.is_finite v'' = true /\ bpow radix2 (-900) <= B2R v'' <= bpow radix2 900.
Proof.
  destruct parts_admitted as (_ & H2 & H3 & _).
  destruct (power_finite model.sharp_least_v_exponent ltac:(unfold model.sharp_least_v_exponent; lia)) as [F1 E1].
  destruct (power_finite model.sharp_most_v_exponent ltac:(unfold model.sharp_most_v_exponent; lia)) as [F2 E2].
  revert H2 H3 F1 E1 F2 E2. generalize (power_of_two I model.sharp_least_v_exponent).
  generalize (power_of_two I model.sharp_most_v_exponent). intros m l H2 H3 F1 E1 F2 E2.
  assert (F := between_finite v'' l m F1 F2 H2 H3). split; [exact F|].
  change (Bleb l v'' = true) in H2. change (Bleb v'' m = true) in H3.
  rewrite (Bleb_correct 53 1024 l v'' F1 F), E1 in H2. rewrite (Bleb_correct 53 1024 v'' m F F2), E2 in H3.
  unfold model.sharp_least_v_exponent in H2. unfold model.sharp_most_v_exponent in H3.
  destruct (Rle_bool_spec (bpow radix2 (-900)) (B2R v'')); [|discriminate H2].
  destruct (Rle_bool_spec (B2R v'') (bpow radix2 900)); [|discriminate H3]. now split.
Qed.

Lemma q_number : BinarySingleNaN.is_finite q'' = true.
Proof.
  destruct v_number as [F _].
  destruct (variance_first ieee I fused k op e z zs) as (b1 & b2 & b3 & b4 & b5 & E).
  fold M'' in E. fold v'' q'' in E. rewrite E in F. clear E.
  apply sum_finite, proj1, sum_finite, proj1 in F. revert F. case op; [|easy]. intros F.
  apply sum_finite, proj1, sum_finite, proj1, sum_finite, proj1 in F. exact F.
Qed.

Lemma q_real : -1 <= B2R q''.
Proof.
  assert (Q := proj1 (proj2 (proj2 values_are))).
  assert (E : fst (model.sharp_mean_square M') = Some (B2R q'')).
  { rewrite <- Q. exact (some_value q'' q_number). }
  destruct (square_below fused k op eps s xs) as [S _]. fold M' in S. specialize (S _ E).
  destruct (moments_meaning fused k ltac:(lia) op eps s xs) as (_ & Fc & _ & _ & Eq & _).
  rewrite Eq in S. rewrite S.
  apply q_least; [exact lanes| |].
  - unfold deviations_of. rewrite map_length. exact columns.
  - unfold deviations_of. apply Forall_forall. intros d H. apply in_map_iff in H. destruct H as (x & <- & _).
    destruct (deviation_exact s _ x Fc) as (D1 & D2 & D3 & _). now repeat split.
Qed.

Let literal'' := model.literal ieee I 101 100.
Let literal' := rnd (INR 101 / INR 100).

Lemma margin : real_value literal'' = Some literal' /\ 1 <= literal' <= 2.
Proof.
  assert (E1 : INR 101 = 101) by (rewrite INR_IZR_INZ; reflexivity).
  assert (E2 : INR 100 = 100) by (rewrite INR_IZR_INZ; reflexivity).
  assert (L : 1 <= literal' <= 2).
  { unfold literal'. rewrite E1, E2. rewrite <- (rnd_exact 1), <- (rnd_exact 2).
    - split; apply rnd_le; lra.
    - change 2 with (bpow radix2 1). apply generic_format_bpow. unfold FLT_exp. lia.
    - change 1 with (bpow radix2 0). apply generic_format_bpow. unfold FLT_exp. lia. }
  split; [|exact L]. unfold literal''. rewrite literal_value by reflexivity. unfold model.literal.
  cbn [divide limited_arithmetic of_count]. rewrite Req_bool_false by lra. cbn [of_two]. fold literal'.
  unfold finite. rewrite Rlt_bool_true; [reflexivity|]. rewrite Rabs_pos_eq by lra.
  apply Rle_lt_trans with (bpow radix2 1); [simpl; lra|apply bpow_lt; lia].
Qed.

Let x'' := multiply I literal'' q''.
Let floor'' := power_of_two I model.sharp_least_square_exponent.

Lemma x_number : x'' = B754_infinity false \/ BinarySingleNaN.is_finite x'' = true /\ -2 <= B2R x''.
Proof.
  destruct margin as [Lv L]. apply value_finite in Lv. destruct Lv as [Fl El].
  assert (Fq := q_number). assert (Q := q_real).
  assert (T : 2 <= bpow radix2 1000) by (apply Rle_trans with (bpow radix2 1); [simpl; lra|apply bpow_le; lia]).
  assert (P : - 2 <= B2R literal'' * B2R q'').
  { rewrite El. destruct (Rle_or_lt 0 (B2R q'')); nra. }
  destruct (product_not_minus fused literal'' q'' Fl Fq ltac:(lra)) as [E|[Fx Ex]]; [now left|right].
  split; [exact Fx|]. unfold x''. rewrite Ex.
  rewrite <- (rnd_exact (-2)); [now apply rnd_le|]. replace (-2) with (- bpow radix2 1) by (simpl; lra).
  apply binary64_opp, generic_format_bpow. unfold FLT_exp. lia.
Qed.

Lemma kappa_number : BinarySingleNaN.is_finite k'' = true.
Proof.
  destruct v_number as [Fv V]. destruct parts_admitted as (_ & _ & _ & H).
  destruct (power_finite model.sharp_kappa_exponent ltac:(unfold model.sharp_kappa_exponent; lia)) as [Fk _].
  destruct (power_finite model.sharp_least_square_exponent ltac:(unfold model.sharp_least_square_exponent; lia))
    as [Ff Ef]. fold floor'' in Ff, Ef.
  assert (B1 := bpow_gt_0 radix2 (-900)). assert (B2 := bpow_gt_0 radix2 model.sharp_least_square_exponent).
  apply (at_most_finite k'' _ Fk H). change k'' with (divide I (model.larger ieee I x'' floor'') v'').
  assert (N : model.larger ieee I x'' floor'' = B754_infinity false \/
    BinarySingleNaN.is_finite (model.larger ieee I x'' floor'') = true /\ -2 <= B2R (model.larger ieee I x'' floor'')).
  { unfold model.larger. destruct (at_most I x'' floor''); [right; split; [exact Ff|lra]|exact x_number]. }
  destruct N as [E|[Fx Lx]].
  - rewrite E. apply quotient_not_minus; try assumption; [now left|lra|discriminate].
  - apply quotient_not_minus; try assumption; [now right|lra|]. intros _.
    assert (J : / B2R v'' <= bpow radix2 900).
    { change 900%Z with (- -900)%Z. rewrite bpow_opp. apply Rinv_le_contravar; lra. }
    assert (J0 : 0 < / B2R v'') by (apply Rinv_0_lt_compat; lra).
    assert (N : bpow radix2 1000 = bpow radix2 100 * bpow radix2 900) by (rewrite <- bpow_plus; reflexivity).
    assert (T2 : 2 <= bpow radix2 100) by (apply Rle_trans with (bpow radix2 1); [simpl; lra|apply bpow_le; lia]).
    assert (B9 := bpow_gt_0 radix2 900). unfold Rdiv.
    apply Rle_trans with (-2 * / B2R v''); [|apply Rmult_le_compat_r; lra].
    assert (2 * / B2R v'' <= bpow radix2 100 * bpow radix2 900) by (apply Rmult_le_compat; lra). lra.
Qed.

Lemma v_value : fst (model.sharp_variance M') = Some (B2R v'').
Proof.
  rewrite <- (proj2 (proj2 (proj2 values_are))). exact (some_value v'' (proj1 v_number)).
Qed.

Lemma kappa_value : real_value k'' = model.sharp_kappa M'.
Proof.
  change k'' with (divide I (model.larger ieee I x'' floor'') v'').
  change (model.sharp_kappa M') with (divide B (model.larger (option R) B (multiply B
    (model.literal (option R) B 101 100) (fst (model.sharp_mean_square M')))
    (power_of_two B model.sharp_least_square_exponent)) (fst (model.sharp_variance M'))).
  assert (F : real_value floor'' = power_of_two B model.sharp_least_square_exponent)
    by (apply ieee_power_of_two; unfold model.sharp_least_square_exponent; lia).
  rewrite (divide_value fused _ _ (B2R v'')) by exact (some_value v'' (proj1 v_number)).
  rewrite v_value, (some_value v'' (proj1 v_number)).
  rewrite (larger_value fused x'' floor'' _ F) by (destruct x_number as [N|[N _]]; [now left|now right]).
  rewrite F. unfold x'', literal''. rewrite ieee_multiply, literal_value by reflexivity.
  rewrite <- (proj1 (proj2 (proj2 values_are))). reflexivity.
Qed.

Theorem admission_value : model.sharp_admitted M' = true.
Proof.
  destruct parts_admitted as (H1 & H2 & H3 & H4).
  change (model.sharp_admitted M') with (is_finite B (model.sharp_centre M')
    && at_most B (power_of_two B model.sharp_least_v_exponent) (fst (model.sharp_variance M'))
    && at_most B (fst (model.sharp_variance M')) (power_of_two B model.sharp_most_v_exponent)
    && at_most B (model.sharp_kappa M') (power_of_two B model.sharp_kappa_exponent))%bool.
  assert (E : forall n, (-1074 <= n <= 1023)%Z -> real_value (power_of_two I n) = Some (bpow radix2 n))
    by exact (ieee_power_of_two fused).
  assert (V := some_value v'' (proj1 v_number)). assert (K := some_value k'' kappa_number).
  assert (E1 := E model.sharp_least_v_exponent ltac:(unfold model.sharp_least_v_exponent; lia)).
  assert (E2 := E model.sharp_most_v_exponent ltac:(unfold model.sharp_most_v_exponent; lia)).
  assert (E3 := E model.sharp_kappa_exponent ltac:(unfold model.sharp_kappa_exponent; lia)).
  rewrite (ieee_at_most fused _ _ _ _ E1 V), V, E1 in H2.
  rewrite (ieee_at_most fused _ _ _ _ V E2), V, E2 in H3.
  rewrite (ieee_at_most fused _ _ _ _ K E3), kappa_value, E3 in H4. rewrite v_value.
  assert (C : is_finite B (model.sharp_centre M') = true).
  { rewrite <- (proj1 values_are). rewrite (some_value _ H1). reflexivity. }
  rewrite C. change (power_of_two B) with (fun n => Some (bpow radix2 n)). cbv beta. now rewrite H2, H3, H4.
Qed.

Theorem admitted_values :
  pair_value (model.sharp_rstd M'') = model.sharp_rstd M' /\
  real_value (model.sharp_e1 M'') = model.sharp_e1 M' /\ real_value (model.sharp_e0 M'') = model.sharp_e0 M'.
Proof.
  assert (One : real_value (power_of_two I 0) = power_of_two B 0) by (apply ieee_power_of_two; lia).
  assert (K : real_value (model.sum_error ieee I k (length zs))
    = model.sum_error (option R) B k (length (map (@Some R) xs))).
  { assert (L : length zs = length (map (@Some R) xs)) by (rewrite <- zs_are; symmetry; apply map_length).
    unfold model.sum_error. rewrite <- L. rewrite ieee_plus, ieee_multiply, ieee_plus.
    rewrite !ieee_of_count; try reflexivity.
    assert (W : (1 <= 2 ^ k * 2)%nat).
    { assert (2 ^ k <> 0)%nat by (apply Nat.pow_nonzero; lia). lia. }
    assert (C := columns). rewrite <- (map_length (@Some R)), <- L in C. destruct C as [C1 C2].
    assert (D : ((length zs + 2 ^ k * 2 - 1) / (2 ^ k * 2) <= length zs)%nat).
    { apply Nat.div_le_upper_bound; [lia|]. nia. }
    apply Z.le_lt_trans with (Z.of_nat (length zs) + 1)%Z; [lia|]. apply Z.le_lt_trans with (2 ^ 31 + 1)%Z; [lia|].
    reflexivity. }
  set (larger'' := model.larger ieee I k'' (power_of_two I model.sharp_least_kappa_exponent)).
  set (larger' := model.larger (option R) B (model.sharp_kappa M') (power_of_two B model.sharp_least_kappa_exponent)).
  assert (G : real_value larger'' = larger').
  { assert (F : real_value (power_of_two I model.sharp_least_kappa_exponent)
      = power_of_two B model.sharp_least_kappa_exponent)
      by (apply ieee_power_of_two; unfold model.sharp_least_kappa_exponent; lia).
    unfold larger'', larger'. rewrite (larger_value fused _ _ _ F (or_intror kappa_number)), F, kappa_value. reflexivity. }
  assert (U : real_value (power_of_two I model.sharp_unit_exponent) = power_of_two B model.sharp_unit_exponent)
    by (apply ieee_power_of_two; unfold model.sharp_unit_exponent; lia).
  split; [|split].
  - change (model.sharp_rstd M'') with (model.rstd_of ieee I fused (model.sharp_variance M'')).
    change (model.sharp_rstd M') with (model.rstd_of (option R) B fused (model.sharp_variance M')).
    rewrite <- (proj2 (proj2 (proj2 values_are))). unfold model.rstd_of, model.sharp_one.
    assert (S : real_value (square_root I v'') = Some (rnd (sqrt (B2R v'')))).
    { rewrite ieee_square_root, (some_value v'' (proj1 v_number)). cbn [square_root limited_arithmetic].
      destruct v_number as [_ V]. assert (B1 := bpow_gt_0 radix2 (-900)).
      rewrite Rlt_bool_false by lra. apply (finite_small 500); [lia|]. unfold small.
      rewrite Rabs_pos_eq by apply sqrt_pos. rewrite <- (sqrt_Rsqr (bpow radix2 500)) by apply bpow_ge_0.
      apply sqrt_le_1_alt. unfold Rsqr. rewrite <- bpow_plus. apply Rle_trans with (1 := proj2 V).
      apply bpow_le. lia. }
    assert (R : real_value (divide I (power_of_two I 0) (square_root I v''))
      = divide B (power_of_two B 0) (square_root B (real_value v''))).
    { rewrite (divide_value fused _ _ _ S), One, ieee_square_root. reflexivity. }
    fold v''. rewrite fast_two_sum_value, !ieee_multiply, ieee_muladd, !ieee_subtract, !value_fst, !value_snd.
    rewrite times_value, two_product_value, R, One, !literal_value by reflexivity. reflexivity.
  - change (model.sharp_e1 M'') with (model.bound_e1_sharp ieee I (model.sum_error ieee I k (length zs)) larger'').
    change (model.sharp_e1 M') with (model.bound_e1_sharp (option R) B
      (model.sum_error (option R) B k (length (map (@Some R) xs))) larger').
    unfold model.bound_e1_sharp. rewrite !ieee_multiply, !ieee_plus, !ieee_multiply, ieee_plus, ieee_multiply.
    rewrite U, G, K, literal_value by reflexivity. now rewrite !ieee_of_count by reflexivity.
  - change (model.sharp_e0 M'') with (model.bound_e0_sharp ieee I (model.sum_error ieee I k (length zs))
      (square_root I larger'')).
    change (model.sharp_e0 M') with (model.bound_e0_sharp (option R) B
      (model.sum_error (option R) B k (length (map (@Some R) xs))) (square_root B larger')).
    unfold model.bound_e0_sharp. rewrite !ieee_multiply, ieee_square_root, U, G, K.
    now rewrite literal_value by reflexivity.
Qed.
End Row.
