(* SPDX-License-Identifier: Apache-2.0 *)
(** * The centre of a binary64 row

    Purpose.  The moments that a row goes on with are those about 0 or about a binary64 number from which
    every deviation is exact: so what is computed of an admitted row speaks about the row's own
    mean and variance.

    Corresponds to FindBinary64Moments and CentreBinary64 of lib/fast/binary64_moments-inl.h.

    Symbols.
      exact_centre op xs c    None; or, for LayerNorm, a binary64 c with x - c a binary64 for every x
      computed_deviations c xs   d
      offset_of_row op ds        a: mean (d), for RMSNorm 0

    Main results.
      centre_is_exact     of an admitted row the centre is exact, and largest is the largest |d|
      deviations_exact    then the computed deviations are x - c
      deviation_from_mean d - a is what is divided, and R^2 - a^2 + eps is what the root is taken of *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core Sterbenz.
From ExactNorm Require Import specification fast.model fast.operations fast.elements fast.row_moments
  fast.centres binary64.model binary64.split.
Import ListNotations.

Local Open Scope R_scope.

Local Notation real := (real_arithmetic true).

Definition exact_centre (op : operation) (xs : list R) (c : option R) : Prop :=
  match op, c with
  | _, None => True
  | Layer_norm, Some c => binary64 c /\ forall x, In x xs -> binary64 (x - c)
  | Rms_norm, Some _ => False
  end.

Definition computed_deviations (c : option R) (xs : list R) : list R :=
  map (deviation_hat R real c) xs.

(** ** Sterbenz's condition, as it is computed *)

Lemma near_exact x c : binary64 x -> binary64 c -> Rabs (x - c) <= / 2 * Rabs c -> binary64 (x - c).
Proof.
  intros Fx Fc H. destruct (Rle_or_lt 0 c) as [P|P].
  - rewrite (Rabs_pos_eq c) in H by exact P. apply Rabs_le_inv in H.
    apply (sterbenz radix2 (FLT_exp (-1074) 53) x c Fx Fc). lra.
  - rewrite (Rabs_left c) in H by exact P. apply Rabs_le_inv in H.
    replace (x - c) with (- (- x - - c)) by ring. apply binary64_opp.
    apply (sterbenz radix2 (FLT_exp (-1074) 53) (- x) (- c) (binary64_opp _ Fx) (binary64_opp _ Fc)). lra.
Qed.

Lemma quarter_exact x c : binary64 x -> binary64 c ->
  bpow radix2 (-400) <= rnd (Rabs c / 4) -> Rabs (rnd (x - c)) <= rnd (Rabs c / 4) -> binary64 (x - c).
Proof.
  intros Fx Fc L H. apply near_exact; try assumption.
  assert (Us := u_small). assert (Up := u_pos).
  assert (D := difference_out x c Fx Fc). set (d := rnd (x - c)) in *.
  assert (P := Rabs_pos c). assert (Pd := Rabs_pos d).
  assert (I := rounded_in (Rabs c / 4)). rewrite (Rabs_pos_eq (Rabs c / 4)) in I by lra. apply Rabs_le_inv in I.
  assert (U1 : u * (Rabs c / 4) <= / 1000 * (Rabs c / 4)) by (apply Rmult_le_compat_r; lra).
  assert (U2 : u * Rabs d <= / 1000 * Rabs d) by (apply Rmult_le_compat_r; lra).
  assert (E : eta <= / 1000 * bpow radix2 (-400)).
  { apply Rle_trans with (bpow radix2 (-10) * bpow radix2 (-400)).
    - unfold eta. rewrite <- bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [apply bpow_ge_0|]. simpl. lra. }
  assert (K : Rabs (x - c) <= Rabs d + Rabs (d - (x - c))).
  { replace (x - c) with (d + - (d - (x - c))) at 1 by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
  lra.
Qed.

(** ** The centre that a row goes on with *)

Section Row.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Hypothesis numbers_fit : Forall binary64 xs.

Local Notation about := (tier_moments_about real k real_power_above op eps xs).
Local Notation m := (tier_moments_of real k real_power_above op eps xs).

Lemma about_parts c : tier_admitted (about c) = true ->
  tier_centre (about c) = c /\ largest (about c) = largest_deviation real (computed_deviations c xs) /\
  bpow radix2 (-400) <= largest (about c) <= bpow radix2 400.
Proof.
  unfold tier_moments_about. fold (computed_deviations c xs).
  set (most := largest_deviation real (computed_deviations c xs)).
  destruct (in_range real least_deviation_exponent most_deviation_exponent most) eqn:Range;
    [|intros Bad; discriminate Bad].
  intros _. split; [reflexivity|]. split; [reflexivity|]. cbn [largest finish].
  unfold in_range in Range. cbn [at_most real_arithmetic power_of_two] in Range. apply andb_prop in Range.
  destruct Range as [L H].
  destruct (Rle_bool_spec (bpow radix2 least_deviation_exponent) most) as [L'|]; [|discriminate L].
  destruct (Rle_bool_spec most (bpow radix2 most_deviation_exponent)) as [H'|]; [|discriminate H].
  now split.
Qed.

Lemma offset_binary64 c : binary64 (fst (offset_pair (about c))).
Proof.
  unfold tier_moments_about. destruct (in_range _ _ _ _); [|apply binary64_0].
  unfold finish. cbn [offset_pair]. destruct op; [apply binary64_rnd|apply binary64_0].
Qed.

(** largest |d| <= |c| / 4, as it is computed. *)
Lemma about_centre c : binary64 c -> tier_admitted (about (Some c)) = true ->
  largest_deviation real (computed_deviations (Some c) xs) <= rnd (Rabs c / 4) ->
  forall x, In x xs -> binary64 (x - c).
Proof.
  intros Fc Ad H x I. destruct (about_parts (Some c) Ad) as (_ & E & L & _). rewrite E in L.
  rewrite Forall_forall in numbers_fit.
  destruct (largest_is (computed_deviations (Some c) xs)) as [A _]. rewrite Forall_forall in A.
  assert (B := A _ (in_map _ _ _ I)).  cbn [deviation_hat subtract real_arithmetic] in B.
  apply quarter_exact; [now apply numbers_fit|exact Fc|lra|].
  apply Rle_trans with (2 := H). exact B.
Qed.

Lemma moments_are : m = about None \/
  op = Layer_norm /\ exists c, binary64 c /\ m = about (Some c) /\
    largest_deviation real (computed_deviations (Some c) xs) <= rnd (Rabs c / 4).
Proof.
  unfold tier_moments_of. cbv zeta. assert (B := offset_binary64 None).
  set (c := fst (offset_pair (about None))) in *. clearbody c.
  destruct op; [|now left].
  destruct (_ && _); [now left|]. destruct (_ || _); [now left|].
  destruct (at_most real _ _) eqn:L; [right|now left].
  split; [reflexivity|]. exists c. split; [exact B|]. split; [reflexivity|].
  fold (computed_deviations (Some c) xs) in L. rewrite absolute_is in L.
  cbn [at_most divide of_count real_arithmetic] in L.
  replace (INR 4) with 4 in L by (simpl; lra).
  destruct (Rle_bool_spec (largest_deviation real (computed_deviations (Some c) xs)) (rnd (Rabs c / 4)))
    as [H|H]; [exact H|discriminate L].
Qed.

Theorem centre_is_exact : tier_admitted m = true ->
  exact_centre op xs (tier_centre m) /\ m = about (tier_centre m) /\
  bpow radix2 (-400) <= largest m <= bpow radix2 400 /\
  forall x, In x xs -> Rabs (deviation_hat R real (tier_centre m) x) <= largest m.
Proof.
  intros Ad.
  assert (Parts : forall c, m = about c -> exact_centre op xs c ->
    exact_centre op xs (tier_centre m) /\ m = about (tier_centre m) /\
    bpow radix2 (-400) <= largest m <= bpow radix2 400 /\
    forall x, In x xs -> Rabs (deviation_hat R real (tier_centre m) x) <= largest m).
  { intros c E X. rewrite E in Ad |- *. destruct (about_parts c Ad) as (C & L & B). rewrite C.
    split; [exact X|]. split; [reflexivity|]. split; [exact B|]. intros x I. rewrite L.
    destruct (largest_is (computed_deviations c xs)) as [A _]. rewrite Forall_forall in A.
    exact (A _ (in_map _ _ _ I)). }
  destruct moments_are as [E|(Ln & c & Fc & E & L)].
  - apply (Parts None E). now destruct op.
  - apply (Parts (Some c) E). rewrite Ln. split; [exact Fc|]. rewrite E in Ad. now apply about_centre.
Qed.

End Row.

(** ** The row's own mean and variance *)

Definition offset_of_row (op : operation) (ds : list R) : R :=
  match op with Layer_norm => mean ds | Rms_norm => 0 end.

Theorem deviations_exact op xs c : Forall binary64 xs -> exact_centre op xs c ->
  computed_deviations c xs = deviations c xs /\
  forall x, In x xs -> deviation_hat R real c x = x - centre_value c.
Proof.
  intros F X. rewrite Forall_forall in F.
  assert (E : forall x, In x xs -> deviation_hat R real c x = x - centre_value c).
  { intros x I. destruct c as [c|]; cbn [deviation_hat centre_value subtract real_arithmetic]; [|lra].
    destruct op; [|destruct X]. apply rnd_exact, X, I. }
  split; [|exact E]. unfold computed_deviations, deviations. apply map_ext_in. exact E.
Qed.

Theorem deviation_from_mean op xs eps c x :
  Forall binary64 xs -> exact_centre op xs c -> In x xs ->
  let a := offset_of_row op (computed_deviations c xs) in
  deviation_hat R real c x - a = deviation op xs x /\
  mean_square (computed_deviations c xs) - a * a + eps = power op xs eps.
Proof.
  intros F X I. assert (N : xs <> []) by (intros ->; destruct I).
  destruct (deviations_exact op xs c F X) as [E D]. cbv zeta. rewrite E, (D x I).
  destruct op; cbn [offset_of_row].
  - split.
    + rewrite (mean_shifted c xs N). cbn [deviation]. ring.
    + unfold power. rewrite (variance_shifted c xs N). reflexivity.
  - assert (C : c = None) by (destruct c; [destruct X|reflexivity]). rewrite C. unfold deviations. cbn [centre_value].
    split; [cbn [deviation]; lra|]. change (power Rms_norm xs eps) with (mean_square xs + eps).
    replace (map (fun y => y - 0) xs) with xs; [ring|].
    rewrite <- (map_id xs) at 1. apply map_ext. intros y. ring.
Qed.
