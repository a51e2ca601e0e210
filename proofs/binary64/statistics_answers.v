(* SPDX-License-Identifier: Apache-2.0 *)
(** * The first tier's mean and rstd are the answers

    Purpose.  For a row of bit patterns whose moments are admitted, what StoreCertified lets pass of the mean and
    of 1 / sqrt(variance + eps) is what specification.v says.

    Corresponds to WriteBinary64Statistics of lib/fast/binary64-inl.h.

    Symbols: those of row.v and statistics.v; number_stored: sharp/certified.v.

    Main results.
      tier_mean_answers, tier_rstd_answers   in all formats *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.moments fast.model fast.operations fast.elements fast.row_moments fast.row_data
  sharp.certified binary64.model binary64.moments_near binary64.centre binary64.row binary64.pairs
  binary64.statistics exact.special_values.
Import ListNotations.

Local Open Scope R_scope.

Section Row.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable r : row.
Hypothesis W : well_formed r.

Let op := row_operation r.
Let e := eps r.

Variable xs : list R.
Hypothesis O : ordinary r xs.
Variable m : tier_moments R.
Hypothesis of_this : of_row k op e xs m.

Lemma moments_near_row : xs <> [] /\ tier_moments_near m (row_offset op xs m) (power op xs e) /\
  tier_offset_near m (row_offset op xs m).
Proof.
  destruct (row_numbers r xs W O) as (N & _). destruct (row_epsilon r W) as [B [P _]].
  split; [exact N|]. split; [|exact (row_offset_near k lanes_range op e B P xs m of_this N)].
  destruct xs as [|z l] eqn:E; [easy|]. rewrite <- E in *.
  refine (proj1 (row_near k lanes_range op e B P xs m of_this z _)). rewrite E. now left.
Qed.

Theorem tier_rstd_answers p :
  let x := rstd_pair m in
  let error := tier_rstd_error real m in
  number_stored (statistics_format r) (fst x) (rnd (snd x - error)) (rnd (snd x + error)) p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  intros x error S. destruct moments_near_row as (N & M & _). unfold rstd_answer. unfold ordinary in O. rewrite O.
  assert (V := near_v _ _ _ M). unfold reciprocal_deviation. fold op e.
  rewrite Req_bool_false by lra.
  apply number_represented with (hi := fst x) (low := rnd (snd x - error)) (high := rnd (snd x + error));
    try apply binary64_rnd; [exact (proj1 (near_rstd_parts _ _ _ M))| |exact S].
  assert (T := tier_rstd_enclosed m _ _ M). cbv zeta in T. fold x error in T.
  replace (1 / sqrt (power op xs e)) with (/ sqrt (power op xs e)) by (unfold Rdiv; ring). exact T.
Qed.

Theorem tier_mean_answers p :
  op = Layer_norm ->
  let x := tier_mean real m in
  let error := tier_mean_error real m in
  number_stored (statistics_format r) (fst x) (rnd (snd x - error)) (rnd (snd x + error)) p ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  intros L x error S. destruct moments_near_row as (N & M & D). unfold mean_answer. unfold ordinary in O. rewrite O.
  destruct of_this as [F _ C _ _].
  assert (Fc : binary64 (tier_centre_value real m)).
  { unfold tier_centre_value. rewrite L in C. destruct (tier_centre m) as [c|]; [exact (proj1 C)|exact binary64_0]. }
  apply number_represented with (hi := fst x) (low := rnd (snd x - error)) (high := rnd (snd x + error));
    try apply binary64_rnd; [|exact S].
  assert (T := tier_mean_enclosed m _ _ M D Fc). cbv zeta in T. fold x error in T.
  replace (mean xs) with (tier_centre_value real m + row_offset op xs m); [exact T|].
  destruct xs as [|z l] eqn:E; [easy|]. rewrite <- E in *.
  assert (I : In z xs) by (rewrite E; now left).
  destruct (deviation_from_mean op xs e (tier_centre m) z F C I) as [Dm _]. cbv zeta in Dm.
  fold (row_offset op xs m) in Dm. destruct (deviations_exact op xs (tier_centre m) F C) as [_ Dx].
  rewrite (Dx z I), L in Dm. cbn [deviation] in Dm. unfold tier_centre_value.
  rewrite L. destruct (tier_centre m); cbn [centre_value zero real real_arithmetic] in *; lra.
Qed.
End Row.
