(* SPDX-License-Identifier: Apache-2.0 *)
(** * The fast stage over IEEE 754's binary64

    Purpose.  model.v run over Flocq's binary64, with signed zeros, infinities and NaN, computes for a row
    of numbers below 2^128 what the theorems say: the same rows are admitted, with the same moments,
    t^ and y^.

    Symbols.
      zs, e       the row and eps as they are; xs, eps: their numbers
      values m    the moments' numbers; there m: those of limited_moments.v

    Main results.
      ieee_admission, ieee_moments, ieee_elements *)

From Coq Require Import ZArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification fast.model fast.operations fast.elements fast.row_moments
  fast.overflow fast.images fast.limited_moments fast.no_overflow fast.nonfinite fast.ieee.
Import ListNotations.

Local Open Scope R_scope.

Definition values (m : moments_hat ieee) : moments_hat (option R) :=
  Moments (option R) (option_map real_value (centre m)) (real_value (total m)) (real_value (total_square m))
    (real_value (offset m)) (real_value (mean_square_hat m)) (real_value (variance_eps m)) (real_value (rstd m))
    (real_value (shift m)) (admitted m).

Section Row.
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Variable e : ieee.
Variable zs : list ieee.
Notation I := (ieee_arithmetic fused).
Notation A := (real_arithmetic fused).
Notation B := (limited_arithmetic fused).
Hypothesis Small : Forall (fun x => Rabs x < bpow radix2 128) xs.
Hypothesis e_is : real_value e = Some eps.
Hypothesis zs_are : map real_value zs = map Some xs.

Lemma divide_by_number a b y : real_value b = Some y ->
  real_value (divide I a b) = divide B (real_value a) (real_value b).
Proof.
  intros H. apply ieee_divide. right. intros s ->. discriminate H.
Qed.

Lemma zs_length : length zs = length xs.
Proof. rewrite <- (map_length real_value zs), zs_are. apply map_length. Qed.

Section Centre.
Variable c : option R.
Variable c' : option ieee.
Hypothesis c_is : option_map real_value c' = option_map Some c.
Hypothesis Sup : supposed k op eps xs c.
Hypothesis Centre : small 130 (centre_value c).

Let M := moments_about A k op eps xs c.
Let M' := moments_about B k op (Some eps) (map Some xs) (option_map Some c).
Let M'' := moments_about I k op e zs c'.

Lemma deviation_value z :
  real_value (deviation_hat _ I c' z) = deviation_hat _ B (option_map Some c) (real_value z).
Proof. rewrite <- c_is. destruct c' as [m|]; [apply ieee_subtract|reflexivity]. Qed.

Lemma deviation_values :
  map real_value (map (deviation_hat _ I c') zs) = map (deviation_hat _ B (option_map Some c)) (map Some xs).
Proof.
  rewrite <- zs_are, !map_map. apply map_ext. intros z. apply deviation_value.
Qed.

Lemma sum_value step step' v : (forall x y, real_value (step x y) = step' (real_value x) (real_value y)) ->
  real_value (row_sum I k step v) = row_sum B k step' (map real_value v).
Proof.
  intros H. apply (row_sum_image ieee (option R) I B real_value k step step'); [reflexivity|apply ieee_plus|exact H].
Qed.

Lemma total_value : real_value (total M'') = total M'.
Proof.
  unfold M'', M', moments_about. cbn [total]. rewrite <- deviation_values. destruct op; [|reflexivity].
  apply sum_value. apply ieee_plus.
Qed.

Lemma square_value : real_value (total_square M'') = total_square M'.
Proof.
  unfold M'', M', moments_about. cbn [total_square]. rewrite <- deviation_values. apply sum_value.
  intros x y. apply ieee_muladd.
Qed.

Let i'' := divide I (power_of_two I 0) (of_count I (length zs)).
Let i' := divide B (power_of_two B 0) (of_count B (length (map (@Some R) xs))).

Lemma inverse_value : real_value i'' = i'.
Proof.
  assert (L := supposed_length _ _ _ _ _ Sup).
  assert (C : real_value (of_count I (length zs)) = of_count B (length (map (@Some R) xs))).
  { rewrite map_length, zs_length. apply ieee_of_count. apply Z.le_lt_trans with (1 := L). reflexivity. }
  unfold i'', i'. rewrite (divide_by_number _ _ (INR (length (map (@Some R) xs)))); [|exact C].
  rewrite C, ieee_power_of_two by lia. reflexivity.
Qed.

Lemma offset_value : real_value (offset M'') = offset M'.
Proof.
  change (offset M'') with (multiply I (total M'') i''). change (offset M') with (multiply B (total M') i').
  now rewrite ieee_multiply, total_value, inverse_value.
Qed.

Lemma mean_square_value : real_value (mean_square_hat M'') = mean_square_hat M'.
Proof.
  change (mean_square_hat M'') with (multiply I (total_square M'') i'').
  change (mean_square_hat M') with (multiply B (total_square M') i').
  now rewrite ieee_multiply, square_value, inverse_value.
Qed.

Lemma variance_value : real_value (variance_eps M'') = variance_eps M'.
Proof.
  change (variance_eps M'')
    with (plus I (subtract I (mean_square_hat M'') (multiply I (offset M'') (offset M''))) e).
  change (variance_eps M')
    with (plus B (subtract B (mean_square_hat M') (multiply B (offset M') (offset M'))) (Some eps)).
  now rewrite ieee_plus, ieee_subtract, ieee_multiply, mean_square_value, offset_value, e_is.
Qed.

Lemma numbers_there :
  offset M' = Some (offset M) /\ mean_square_hat M' = Some (mean_square_hat M) /\
  variance_eps M' = Some (variance_eps M).
Proof.
  split; [exact (proj1 (offset_there fused k op eps xs Small c Sup Centre))|].
  split; [exact (proj1 (mean_square_there fused k op eps xs Small c Sup Centre))|].
  exact (proj1 (variance_there fused k op eps xs Small c Sup Centre)).
Qed.

Ltac exponents := unfold admission_exponent, least_square_exponent, most_square_exponent; lia.

Lemma admitted_value : admitted M'' = admitted M.
Proof.
  transitivity (admitted M'); [|exact (admitted_there fused k op eps xs Small c Sup Centre)].
  change (admitted M'') with (at_most I (multiply I (offset M'') (offset M''))
      (multiply I (power_of_two I admission_exponent) (variance_eps M''))
    && at_most I (power_of_two I least_square_exponent) (mean_square_hat M'')
    && at_most I (mean_square_hat M'') (power_of_two I most_square_exponent)).
  change (admitted M') with (at_most B (multiply B (offset M') (offset M'))
      (multiply B (power_of_two B admission_exponent) (variance_eps M'))
    && at_most B (power_of_two B least_square_exponent) (mean_square_hat M')
    && at_most B (mean_square_hat M') (power_of_two B most_square_exponent)).
  assert (O2 : small 302 (offset M)) by exact (proj2 (offset_there fused k op eps xs Small c Sup Centre)).
  assert (V2 : small 1024 (variance_eps M)) by exact (proj2 (variance_there fused k op eps xs Small c Sup Centre)).
  destruct numbers_there as (O & Q & V).
  destruct (product_there fused 302 302 (offset M) (offset M) ltac:(lia) O2 O2) as [P1 _].
  destruct (product_there fused (-2) 1024 (bpow radix2 admission_exponent) (variance_eps M)) as [P2 _];
    [lia| |exact V2|].
  { unfold small. rewrite Rabs_pos_eq by apply bpow_ge_0. apply Rle_refl. }
  assert (W : forall n, (-1074 <= n <= 1023)%Z -> real_value (power_of_two I n) = Some (bpow radix2 n))
    by exact (ieee_power_of_two fused).
  assert (E1 : real_value (multiply I (offset M'') (offset M'')) = Some (rnd (offset M * offset M)))
    by (rewrite ieee_multiply, offset_value, O; exact P1).
  assert (E2 : real_value (multiply I (power_of_two I admission_exponent) (variance_eps M''))
    = Some (rnd (bpow radix2 admission_exponent * variance_eps M)))
    by (rewrite ieee_multiply, variance_value, V, W by exponents; exact P2).
  assert (E3 : real_value (mean_square_hat M'') = Some (mean_square_hat M)) by (rewrite mean_square_value; exact Q).
  rewrite (ieee_at_most fused _ _ _ _ E1 E2), E1, E2, O, V, P1, Q.
  rewrite (ieee_at_most fused _ _ _ _ (W least_square_exponent ltac:(exponents)) E3), E3, W by exponents.
  rewrite (ieee_at_most fused _ _ _ _ E3 (W most_square_exponent ltac:(exponents))), E3, W by exponents.
  change (power_of_two B admission_exponent) with (Some (bpow radix2 admission_exponent)). now rewrite P2.
Qed.

(** Of an admitted row. *)
Lemma moments_value : admitted M = true -> values M'' = there M.
Proof.
  intros Adm. transitivity M'; [|exact (moments_there fused k op eps xs Small c Sup Centre Adm)].
  assert (R : real_value (rstd M'') = rstd M').
  { change (rstd M'') with (divide I (power_of_two I 0) (square_root I (variance_eps M''))).
    change (rstd M') with (divide B (power_of_two B 0) (square_root B (variance_eps M'))).
    destruct (root_there fused k op eps xs Small c Sup Centre Adm) as [Root _]. fold M' in Root.
    assert (E : real_value (square_root I (variance_eps M'')) = square_root B (variance_eps M'))
      by now rewrite ieee_square_root, variance_value.
    rewrite (divide_by_number _ _ (rnd (sqrt (variance_eps M)))) by (rewrite E; exact Root).
    now rewrite E, ieee_power_of_two by lia. }
  assert (S : real_value (shift M'') = shift M').
  { change (shift M'') with (negate I (multiply I (offset M'') (rstd M''))).
    change (shift M') with (negate B (multiply B (offset M') (rstd M'))).
    now rewrite ieee_negate, ieee_multiply, offset_value, R. }
  assert (D : admitted M'' = admitted M').
  { rewrite admitted_value. symmetry. exact (admitted_there fused k op eps xs Small c Sup Centre). }
  unfold values. rewrite total_value, square_value, offset_value, mean_square_value, variance_value, R, S, D.
  change (centre M'') with c'. rewrite c_is. change (option_map Some c) with (centre M'). now destruct M'.
Qed.
End Centre.

(** ** The row as it goes on *)

Hypothesis Sup : supposed k op eps xs None.
Let M := moments A k op eps xs.
Let M'' := moments I k op e zs.

Lemma goes_on : exists c c', supposed k op eps xs c /\ small 130 (centre_value c) /\
  option_map real_value c' = option_map Some c /\
  M = moments_about A k op eps xs c /\ M'' = moments_about I k op e zs c'.
Proof.
  assert (N : small 130 (centre_value None)) by apply no_centre.
  assert (E1 := admitted_value None None eq_refl Sup N). assert (E2 := offset_value None None eq_refl Sup).
  rewrite (proj1 (numbers_there None Sup N)) in E2. cbn zeta in E2.
  assert (S := first_offset_small fused k op eps xs Small Sup). assert (F := offset_binary64 fused k op eps xs None).
  assert (P := Sup). unfold M, M'', moments. cbv zeta. rewrite E1.
  set (o'' := offset (moments_about I k op e zs None)) in *.
  set (o := offset (moments_about A k op eps xs None)) in *.
  replace (is_finite I o'') with true
    by (symmetry; exact (proj1 (value_finite _ _ E2))).
  change (is_finite A o) with true. rewrite !andb_true_r.
  set (again := match op with Layer_norm => negb _ | Rms_norm => false end). destruct again eqn:Again.
  - exists (Some o), (Some o'').
    split; [|split; [exact S|split; [cbn [option_map]; now rewrite E2|split; reflexivity]]].
    unfold again in Again. clear again. destruct P. constructor; try assumption.
    revert Again. case op; [intros _; exact F|discriminate].
  - exists None, None. split; [exact Sup|]. split; [exact N|]. repeat split.
Qed.

Theorem ieee_admission : admitted M'' = admitted M.
Proof. destruct goes_on as (c & c' & S & C & Ce & -> & ->). now apply admitted_value. Qed.

Theorem ieee_moments : admitted M = true -> values M'' = there M.
Proof. destruct goes_on as (c & c' & S & C & Ce & -> & ->). now apply moments_value. Qed.

Lemma t_hat_value z : real_value (t_hat I M'' z) = t_hat B (values M'') (real_value z).
Proof.
  unfold t_hat. rewrite ieee_muladd. f_equal. cbn [values centre].
  destruct (centre M''); [apply ieee_subtract|reflexivity].
Qed.

Theorem ieee_elements z g b x y w : admitted M = true -> In x xs -> Rabs y < bpow radix2 128 ->
  Rabs w < bpow radix2 128 -> real_value z = Some x -> real_value g = Some y -> real_value b = Some w ->
  real_value (t_hat I M'' z) = Some (t_hat A M x) /\
  real_value (y_hat I M'' z g b) = Some (y_hat A M x y w).
Proof.
  intros Adm J Y W Ez Eg Eb.
  destruct (limited_elements fused k op eps xs Small Sup x y w Adm J Y W) as [T V].
  rewrite (limited_moments fused k op eps xs Small Sup Adm) in T, V. fold M in T, V.
  rewrite <- (ieee_moments Adm) in T, V.
  assert (T' : real_value (t_hat I M'' z) = Some (t_hat A M x)) by (rewrite t_hat_value, Ez; exact T).
  split; [exact T'|]. unfold y_hat in *. rewrite ieee_muladd, t_hat_value, Ez, Eg, Eb. exact V.
Qed.
End Row.
