(* SPDX-License-Identifier: Apache-2.0 *)
(** * The moments of a binary64 row, from its numbers on

    Purpose.  sums_error.v, finish.v and centre.v together: of an admitted row they are as near to its own
    mean and variance as moments_near.v says.

    Corresponds to FindBinary64Moments of lib/fast/binary64_moments-inl.h.

    Symbols.
      of_row k op e xs m   m are moments of the numbers xs, 2^18 at most, about a centre that leaves every
                           deviation exact; they are admitted
      row_offset           a of moments_near.v, about m's centre

    Main results.
      moments_of_row   those that a row goes on with are of that kind
      row_near         tier_moments_near, with V = variance + eps (RMSNorm: mean square + eps)
      row_offset_near  tier_offset_near
      row_sizes        |d| <= largest <= 2^400
      row_ratio        2^-850 <= v^ <= 2^850, 0 <= kappa <= 64 *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.moments fast.model fast.operations binary64.model
  binary64.split binary64.sums_near binary64.sums_error binary64.moments_near binary64.means
  binary64.finish binary64.centre sharp.products sharp.pairs.
Import ListNotations.

Local Open Scope R_scope.

Local Notation real := (real_arithmetic true).

Record of_row (k : nat) (op : operation) (e : R) (xs : list R) (m : tier_moments R) : Prop := {
  of_numbers : Forall binary64 xs;
  of_length : (Z.of_nat (length xs) <= 2 ^ 18)%Z;
  of_centre : exact_centre op xs (tier_centre m);
  of_moments : m = tier_moments_about real k real_power_above op e xs (tier_centre m);
  of_admission : tier_admitted m = true
}.

Definition row_offset (op : operation) (xs : list R) (m : tier_moments R) : R :=
  offset_of_row op (computed_deviations (tier_centre m) xs).

Theorem moments_of_row k op e xs :
  Forall binary64 xs -> (Z.of_nat (length xs) <= 2 ^ 18)%Z ->
  let m := tier_moments_of real k real_power_above op e xs in
  tier_admitted m = true -> of_row k op e xs m.
Proof.
  intros F L m A. destruct (centre_is_exact k op e xs F A) as (C & E & _). now constructor.
Qed.

Section Row.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable op : operation.
Variable e : R.
Hypothesis e_binary64 : binary64 e.
Hypothesis e_pos : 0 <= e.
Variable xs : list R.
Variable m : tier_moments R.
Hypothesis row : of_row k op e xs m.

Theorem row_sizes : bpow radix2 (-400) <= largest m <= bpow radix2 400 /\
  forall x, In x xs -> Rabs (deviation_hat R real (tier_centre m) x) <= largest m.
Proof.
  destruct row as [F L C E A]. rewrite E in A. destruct (about_parts k op e xs _ A) as (_ & P & B).
  rewrite <- E in P, B. split; [exact B|]. intros x I. rewrite P.
  destruct (largest_is (computed_deviations (tier_centre m) xs)) as [D _]. rewrite Forall_forall in D.
  exact (D _ (in_map _ _ _ I)).
Qed.

Let ds := computed_deviations (tier_centre m) xs.

(** Whatever finish.v says of FinishBinary64 holds of m. *)
Lemma row_finished (P : tier_moments R -> Prop) : xs <> [] ->
  (forall n a r most d1 d2 rest squares,
     tier_sums_near n k a r (real_power_above most) (real_power_above most * bpow radix2 (- split_bits k))
       d1 d2 rest squares ->
     subtracted op a = row_offset op xs m -> r * r = mean_square ds ->
     let finished := finish real k real_power_above op n e (tier_centre m) most d1 d2 rest squares in
     tier_admitted finished = true -> P finished) ->
  P m.
Proof.
  intros NE H. destruct row as [F L C E A]. destruct row_sizes as [B _].
  rewrite E in A, B |- *. set (c := tier_centre m) in *.
  destruct (about_parts k op e xs c A) as (_ & D & _). rewrite D in B. clear D. fold ds in B.
  assert (Fd : Forall binary64 ds).
  { apply Forall_forall. intros d J. apply in_map_iff in J. destruct J as (y & <- & J).
    rewrite Forall_forall in F. destruct c; [apply binary64_rnd|now apply F]. }
  assert (Ld : length ds = length xs) by apply map_length.
  assert (S := tier_sums k lanes_range ds Fd ltac:(now rewrite Ld) B). cbv zeta in S.
  assert (R0 : 0 <= mean_square ds).
  { unfold mean_square. apply Rmult_le_pos.
    - apply (sum_of_squares_nonnegative (fun d => d)).
    - apply Rlt_le, Rinv_0_lt_compat. unfold count. apply lt_0_INR.
      rewrite Ld. destruct xs; [easy|cbn; lia]. }
  unfold tier_moments_about in A |- *. fold (computed_deviations c xs) in A |- *. fold ds in A |- *.
  unfold in_range in A at 1. unfold in_range at 1. cbn [at_most real_arithmetic power_of_two] in A |- *.
  unfold least_deviation_exponent, most_deviation_exponent in A |- *.
  rewrite (Rle_bool_true _ _ (proj1 B)), (Rle_bool_true _ _ (proj2 B)) in A |- *. cbn [andb] in A |- *.
  rewrite <- Ld in A |- *.
  exact (H (length ds) (mean ds) _ _ _ _ _ _ S eq_refl (sqrt_sqrt _ R0) A).
Qed.

Theorem row_near x : In x xs ->
  tier_moments_near m (row_offset op xs m) (power op xs e) /\
  deviation_hat R real (tier_centre m) x - row_offset op xs m = deviation op xs x.
Proof.
  intros I. destruct row as [F L C E A].
  destruct (deviation_from_mean op xs e (tier_centre m) x F C I) as [D V]. cbv zeta in D, V.
  fold (row_offset op xs m) in D, V. split; [|exact D]. rewrite <- V.
  set (v := mean_square _ - _ + e). set (o := row_offset op xs m) in *.
  refine (row_finished (fun finished => tier_moments_near finished o v) _ _); [intros ->; destruct I|].
  intros n a r most d1 d2 rest squares S Ea Er finished Af. unfold v, o. fold ds. fold o. rewrite <- Er.
  unfold o. rewrite <- Ea.
  exact (finish_near op n k a _ _ _ _ _ e _ _ S lanes_range e_binary64 e_pos Af).
Qed.

Theorem row_offset_near : xs <> [] -> tier_offset_near m (row_offset op xs m).
Proof.
  intros NE. apply (row_finished (fun finished => tier_offset_near finished (row_offset op xs m))); [exact NE|].
  intros n a r most d1 d2 rest squares S Ea Er finished Af. rewrite <- Ea.
  exact (finish_offset op n k a _ _ _ _ _ e _ _ S lanes_range e_binary64 e_pos Af).
Qed.
(** What divides and what a root is taken of. *)
Theorem row_ratio : xs <> [] ->
  bpow radix2 (-850) <= fst (v_pair m) <= bpow radix2 850 /\ 0 <= kappa_hat m <= 64.
Proof.
  intros N. apply (row_finished (fun f => bpow radix2 (-850) <= fst (v_pair f) <= bpow radix2 850 /\
    0 <= kappa_hat f <= 64)); [exact N|].
  intros n a r most d1 d2 rest squares S _ _ f Ad.
  destruct (mean_square_near n k a _ _ _ d1 d2 rest squares S lanes_range) as (Q1 & _ & Q3).
  set (q := mean_square_of n rest squares) in *. set (G := real_power_above most * bpow radix2 (- split_bits k)) in *.
  assert (K : kappa_hat f = rnd (fst q / fst (v_pair f))) by reflexivity.
  assert (V : bpow radix2 (-850) <= fst (v_pair f) <= bpow radix2 850 /\ kappa_hat f <= 64).
  { assert (Ad' : in_range real least_v_exponent most_v_exponent (fst (v_pair f))
      && at_most real (kappa_hat f) (power_of_two real kappa_exponent) = true) by exact Ad.
    clear - Ad'. clearbody f. unfold in_range in Ad'. cbn [at_most real_arithmetic power_of_two] in Ad'.
    apply andb_prop in Ad'. destruct Ad' as [R K]. apply andb_prop in R. destruct R as [R1 R2].
    destruct (Rle_bool_spec (bpow radix2 least_v_exponent) (fst (v_pair f))); [|discriminate].
    destruct (Rle_bool_spec (fst (v_pair f)) (bpow radix2 most_v_exponent)); [|discriminate].
    destruct (Rle_bool_spec (kappa_hat f) (bpow radix2 kappa_exponent)); [|discriminate]. repeat split; assumption. }
  destruct V as [V K64]. split; [exact V|]. split; [|exact K64]. rewrite K. apply rnd_ge_0.
  assert (Vp := bpow_gt_0 radix2 (-850)).
  apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat; lra].
  destruct (near_grid _ _ _ _ _ _ _ _ _ _ S) as [G0 G1]. assert (H := near_height _ _ _ _ _ _ _ _ _ _ S).
  assert (H1 := near_columns _ _ _ _ _ _ _ _ _ _ S).
  destruct (sum_error_parts n k lanes_range H1) as (_ & _ & HK). cbv zeta in HK.
  set (h := height n k) in *. set (Ks := INR (tier_sum_error n k)) in *.
  assert (Pr : 0 < r).
  { apply Rlt_le_trans with (2 := proj1 (near_size _ _ _ _ _ _ _ _ _ _ S)). apply bpow_gt_0. }
  assert (Rr : 0 < r * r) by now apply Rmult_lt_0_compat.
  assert (B13 : bpow radix2 (-13) = / 8192) by reflexivity. rewrite B13 in G1.
  assert (U := u_part (r * r) ltac:(lra)). assert (U2 := u_part _ (proj1 U)).
  assert (Gr : 0 <= G * r <= / 8192 * (r * r)).
  { split; [apply Rmult_le_pos; lra|]. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  assert (Ug := by_u _ _ (proj2 Gr)).
  assert (Ug0 : 0 <= u * (G * r)) by (apply Rmult_le_pos; [apply Rlt_le, u_pos|lra]).
  assert (L1 : (h + 1) * (u * (G * r)) <= 81 * (u * (/ 8192 * (r * r)))) by (apply Rmult_le_compat; lra).
  assert (L2 : (107 / 100 * Ks - 50) * (u * (u * (r * r))) <= 20000000 * (u * (u * (r * r))))
    by (apply Rmult_le_compat_r; lra).
  assert (Big : 0 < value_of q) by (apply Rabs_le_inv in Q1; lra). unfold value_of in Big.
  destruct (Rle_or_lt 0 (fst q)) as [P|P]; [exact P|]. exfalso.
  assert (Uq := u_part _ (Rabs_pos (fst q))). rewrite (Rabs_left (fst q)) in Q3, Uq by exact P.
  apply Rabs_le_inv in Q3. lra.
Qed.
End Row.
