(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage over IEEE 754's binary64: a row

    Purpose.  model.v run over Flocq's binary64, with signed zeros, infinities and NaN: its moments, up to
    v^, are those over binary64 of which infinities and NaNs are forgotten.

    Corresponds to ComputeSharpMoments of lib/fast/sharp_moments-inl.h.

    Symbols.
      zs, e, z         the row, eps and the scale as they are; xs, eps, s: their numbers
      M'', M'          the row's moments over Flocq's binary64 and over that without infinities

    Main results.
      moments_values   centre, a^, q^ and v^ *)

From Coq Require Import ZArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core BinarySingleNaN.
From ExactNorm Require Import specification fast.model fast.operations fast.elements fast.overflow
  fast.nonfinite fast.ieee sharp.ieee.
From ExactNorm Require sharp.model.
Import ListNotations.

Local Open Scope R_scope.

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

Lemma lengths : length zs = length xs /\ length (map (@Some R) xs) = length xs.
Proof. split; [rewrite <- (map_length real_value zs), zs_are|]; apply map_length. Qed.

Let n'' := of_count I (length zs).
Let n' := of_count B (length (map (@Some R) xs)).

Lemma count_value : real_value n'' = n' /\ n' = Some (INR (length xs)).
Proof.
  unfold n'', n'. destruct lengths as [-> ->]. split; [|reflexivity]. apply ieee_of_count.
  apply Z.le_lt_trans with (1 := proj2 columns). reflexivity.
Qed.

Lemma scaled_values : map real_value (map (model.scaled ieee I z) zs)
  = map (model.scaled (option R) B (Some s)) (map Some xs).
Proof.
  rewrite <- zs_are, !map_map. apply map_ext. intros x. unfold model.scaled. now rewrite ieee_multiply, z_is.
Qed.

Lemma centre_value_is : real_value (model.sharp_centre M'') = model.sharp_centre M'.
Proof.
  unfold M'', M', model.sharp_moments_of. cbn [model.sharp_centre]. fold n'' n'.
  destruct op; [|reflexivity]. destruct count_value as [C D].
  rewrite (divide_value fused _ _ (INR (length xs))) by now rewrite C.
  now rewrite C, centre_sum_value, scaled_values.
Qed.

Let es'' := map (model.deviation_pair ieee I z (model.sharp_centre M'')) zs.
Let es' := map (model.deviation_pair (option R) B (Some s) (model.sharp_centre M')) (map Some xs).

Lemma deviation_value x : pair_value (model.deviation_pair ieee I z (model.sharp_centre M'') x)
  = model.deviation_pair (option R) B (Some s) (model.sharp_centre M') (real_value x).
Proof.
  unfold model.deviation_pair, model.scaled.
  now rewrite two_sum_value, ieee_multiply, ieee_negate, z_is, centre_value_is.
Qed.

Lemma deviation_values : map pair_value es'' = es'.
Proof.
  unfold es'', es'. rewrite <- zs_are, !map_map. apply map_ext. exact deviation_value.
Qed.

Lemma inverse_value :
  pair_value (model.inverse_pair ieee I fused n'') = model.inverse_pair (option R) B fused n'.
Proof.
  destruct count_value as [C D]. unfold model.inverse_pair, model.sharp_one.
  assert (H : real_value (divide I (power_of_two I 0) n'') = divide B (power_of_two B 0) n').
  { rewrite (divide_value fused _ _ (INR (length xs))) by now rewrite C. now rewrite C, ieee_power_of_two by lia. }
  rewrite fast_two_sum_value, ieee_multiply, !ieee_subtract, !value_fst, !value_snd, two_product_value, H, C.
  now rewrite ieee_power_of_two by lia.
Qed.

Theorem moments_values :
  real_value (model.sharp_centre M'') = model.sharp_centre M' /\
  pair_value (model.sharp_offset M'') = model.sharp_offset M' /\
  pair_value (model.sharp_mean_square M'') = model.sharp_mean_square M' /\
  pair_value (model.sharp_variance M'') = model.sharp_variance M'.
Proof.
  assert (Q : pair_value (model.sharp_mean_square M'') = model.sharp_mean_square M').
  { change (model.sharp_mean_square M'') with (model.times I fused
      (model.pair_sum I k (model.step_square_pair ieee I fused) es'') (model.inverse_pair ieee I fused n'')).
    rewrite times_value, inverse_value, (pair_sum_value fused k _ _ (step_square_value fused)), deviation_values.
    reflexivity. }
  assert (O : pair_value (model.sharp_offset M'') = model.sharp_offset M').
  { change (model.sharp_offset M'') with (match op with
      | Layer_norm => model.times I fused (model.pair_sum I k (model.step_pair ieee I) es'')
          (model.inverse_pair ieee I fused n'')
      | Rms_norm => model.no_pair ieee I end).
    change (model.sharp_offset M') with (match op with
      | Layer_norm => model.times B fused (model.pair_sum B k (model.step_pair (option R) B) es')
          (model.inverse_pair (option R) B fused n')
      | Rms_norm => model.no_pair (option R) B end).
    case op; [|reflexivity].
    now rewrite times_value, inverse_value, (pair_sum_value fused k _ _ (step_value fused)), deviation_values. }
  split; [exact centre_value_is|]. split; [exact O|]. split; [exact Q|].
  change (model.sharp_variance M'') with (model.plus_one I (match op with
    | Layer_norm => model.plus_pair I (model.sharp_mean_square M'')
        (model.opposite ieee I (model.times I fused (model.sharp_offset M'') (model.sharp_offset M'')))
    | Rms_norm => model.sharp_mean_square M'' end) (multiply I (multiply I e z) z)).
  change (model.sharp_variance M') with (model.plus_one B (match op with
    | Layer_norm => model.plus_pair B (model.sharp_mean_square M')
        (model.opposite (option R) B (model.times B fused (model.sharp_offset M') (model.sharp_offset M')))
    | Rms_norm => model.sharp_mean_square M' end) (multiply B (multiply B (Some eps) (Some s)) (Some s))).
  rewrite plus_one_value, !ieee_multiply, e_is, z_is. f_equal.
  case op; [|exact Q]. now rewrite plus_pair_value, opposite_value, times_value, O, Q.
Qed.

End Row.
