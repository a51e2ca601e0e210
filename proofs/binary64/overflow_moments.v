(* SPDX-License-Identifier: Apache-2.0 *)
(** * What overflows in the moments of a binary64 row is not admitted

    Purpose.  Over binary64 with its largest number, a row of whatever numbers that model.v admits is admitted
    without it, about the same centre, and what is a number of its moments is the same.

    Corresponds to lib/fast/binary64_moments-inl.h.

    Symbols: those of overflow_sums.v and limited.v, and
      moments_below m' m   m' are m, but for what is no number

    Main results.
      finish_below        of the sums' results
      about_below         about a centre from which no deviation overflows
      moments_of_below    those that a row goes on with *)

From Coq Require Import ZArith NArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.overflow
  sharp.limited_root binary64.model binary64.split binary64.limited binary64.centre binary64.row
  binary64.overflow_sums.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).
Local Notation B := (limited_arithmetic true).

Record moments_below (m' : tier_moments (option R)) (m : tier_moments R) : Prop := {
  centre_there : tier_centre m' = option_map Some (tier_centre m);
  largest_there : largest m' = Some (largest m);
  kappa_below : below (kappa_hat m') (kappa_hat m);
  offset_below : pair_below (offset_pair m') (offset_pair m);
  v_below : pair_below (v_pair m') (v_pair m);
  rstd_below : pair_below (rstd_pair m') (rstd_pair m);
  shift_below : pair_below (shift_pair m') (shift_pair m);
  e1_below : below (row_e1 m') (row_e1 m);
  e0_below : below (row_e0 m') (row_e0 m);
  admission_below : tier_admitted m' = true -> tier_admitted m = true
}.

(** ** Operations *)

Lemma below_literal n d : below (literal B n d) (literal A n d).
Proof. unfold literal. descend_below. Qed.

Lemma below_absolute o x : below o x -> below (absolute B o) (absolute A x).
Proof.
  intros H. unfold absolute. apply (below_choice o x); try assumption; [now intros ->| |now apply below_negate].
  now intros ->.
Qed.

Lemma below_power_above o x : below o x -> below (limited_power_above o) (real_power_above x).
Proof.
  intros H. destruct o as [a|]; [|apply below_none]. rewrite <- (H a eq_refl). apply below_finite.
Qed.

Ltac go := repeat first
  [ progress descend_below | apply below_literal | apply below_absolute | apply below_power_above ].

Lemma below_fast_two_sum o x p y : below o x -> below p y -> pair_below (fast_two_sum B o p) (fast_two_sum A x y).
Proof. intros H K. unfold fast_two_sum. split; cbn [fst snd]; go. Qed.

Lemma below_two_product o x p y : below o x -> below p y -> pair_below (two_product B o p) (two_product A x y).
Proof. intros H K. unfold two_product. split; cbn [fst snd]; go. Qed.

Lemma below_add_pairs o x p y : pair_below o x -> pair_below p y -> pair_below (add_pairs B o p) (add_pairs A x y).
Proof.
  intros [H1 H2] [K1 K2]. unfold add_pairs. cbv zeta.
  destruct (below_two_sum _ _ _ _ H1 K1) as [S1 S2]. destruct (below_two_sum _ _ _ _ H2 K2) as [T1 T2].
  destruct (below_fast_two_sum _ _ _ _ S1 (below_plus true _ _ _ _ S2 T1)) as [V1 V2].
  apply below_fast_two_sum; go.
Qed.

Lemma below_add_one o x p y : pair_below o x -> below p y -> pair_below (add_one B o p) (add_one A x y).
Proof.
  intros [H1 H2] K. unfold add_one. cbv zeta. destruct (below_two_sum _ _ _ _ H1 K).
  apply below_fast_two_sum; go.
Qed.

Lemma below_multiply_pairs o x p y : pair_below o x -> pair_below p y ->
  pair_below (multiply_pairs B o p) (multiply_pairs A x y).
Proof.
  intros [H1 H2] [K1 K2]. unfold multiply_pairs. cbv zeta. destruct (below_two_product _ _ _ _ H1 K1).
  apply below_fast_two_sum; go.
Qed.

Lemma below_divide_by o x p y : pair_below o x -> below p y -> pair_below (divide_by B o p) (divide_by A x y).
Proof.
  intros [H1 H2] K. unfold divide_by. cbv zeta.
  assert (Q := below_divide true _ _ _ _ H1 K). destruct (below_two_product _ _ _ _ Q K).
  apply below_fast_two_sum; go.
Qed.

Lemma below_negative o x : pair_below o x -> pair_below (negative B o) (negative A x).
Proof. intros [H K]. split; cbn [negative fst snd]; go. Qed.

Lemma below_bound h h' K K' g g' r r' c c' :
  below h h' -> below K K' -> below g g' -> below r r' -> below c c' ->
  pair_below (bound_tier B h K g r c) (bound_tier A h' K' g' r' c').
Proof. intros. unfold bound_tier. split; cbn [fst snd]; go. Qed.

Lemma below_range l h o x : below o x -> in_range B l h o = true -> in_range A l h x = true.
Proof.
  intros H R. unfold in_range in *. apply andb_prop in R. destruct R as [R1 R2].
  rewrite (below_at_most true _ _ _ _ (below_power true _) H R1).
  now rewrite (below_at_most true _ _ _ _ H (below_power true _) R2).
Qed.

(** ** The moments *)

Section Row.
Variable k : nat.
Variable op : operation.
Variable e : R.

Theorem finish_below n c most d1' d1 d2' d2 rest' rest sq' sq :
  below d1' d1 -> below d2' d2 -> below rest' rest -> pair_below sq' sq ->
  moments_below (finish B k limited_power_above op n (Some e) (option_map Some c) (Some most) d1' d2' rest' sq')
    (finish A k real_power_above op n e c most d1 d2 rest sq).
Proof.
  intros H1 H2 Hr [S1 S2]. assert (N := below_count true n).
  set (a' := match op with
    | Layer_norm => divide_by B (two_sum B d1' d2') (of_count B n)
    | Rms_norm => (zero B, zero B) end).
  set (a := match op with
    | Layer_norm => divide_by A (two_sum A d1 d2) (of_count A n)
    | Rms_norm => (zero A, zero A) end).
  assert (Ha : pair_below a' a).
  { unfold a', a. destruct op; [apply below_divide_by; [now apply below_two_sum|exact N]|split; apply below_zero]. }
  destruct (below_two_sum _ _ _ _ S1 Hr) as [T1 T2].
  assert (Hq := below_divide_by _ _ _ _ (below_fast_two_sum _ _ _ _ T1 (below_plus true _ _ _ _ T2 S2)) N).
  set (q' := divide_by B _ _) in Hq. set (q := divide_by A _ _) in Hq.
  assert (Hv := below_add_one _ _ _ _ (below_add_pairs _ _ _ _ Hq
    (below_negative _ _ (below_multiply_pairs _ _ _ _ Ha Ha))) (below_some e)).
  set (v' := add_one B _ _) in Hv. set (v := add_one A _ _) in Hv.
  assert (Hk := below_divide true _ _ _ _ (proj1 Hq) (proj1 Hv)).
  assert (Hroot := below_divide true _ _ _ _ (below_power true 0) (below_root true _ _ (proj1 Hv))).
  set (root' := divide B (power_of_two B 0) _) in Hroot. set (root := divide A (power_of_two A 0) _) in Hroot.
  destruct (below_multiply_pairs _ _ _ _ Hv (below_two_product _ _ _ _ Hroot Hroot)) as [U1 U2].
  set (defect' := subtract B (subtract B (power_of_two B 0)
    (fst (multiply_pairs B v' (two_product B root' root')))) (snd (multiply_pairs B v' (two_product B root' root')))).
  set (defect := subtract A (subtract A (power_of_two A 0)
    (fst (multiply_pairs A v (two_product A root root)))) (snd (multiply_pairs A v (two_product A root root)))).
  assert (Hd : below defect' defect) by (unfold defect', defect; go).
  assert (Hr' : pair_below
    (fast_two_sum B root' (multiply B root'
      (multiply B defect' (plus B (literal B 1 2) (multiply B (literal B 3 8) defect')))))
    (fast_two_sum A root (multiply A root
      (multiply A defect (plus A (literal A 1 2) (multiply A (literal A 3 8) defect))))))
    by (apply below_fast_two_sum; go).
  assert (Hc := below_negative _ _ (below_multiply_pairs _ _ _ _ Ha Hr')).
  assert (Hg : below
    (multiply B (multiply B (limited_power_above (Some most)) (power_of_two B (- split_bits k))) root')
    (multiply A (multiply A (real_power_above most) (power_of_two A (- split_bits k))) root)) by go.
  assert (He := below_bound _ _ _ _ _ _ _ _ _ _
    (below_count true (N.to_nat (sum_height (N.of_nat n) (2 ^ N.of_nat k))))
    (below_count true (tier_sum_error n k)) Hg
    (below_root true _ _ Hk) (below_absolute _ _ (proj1 Hc))).
  constructor; try reflexivity; try assumption; try exact Hk; try exact Hv; try exact (proj1 He);
    try exact (proj2 He).
  intros Ad. change (in_range B least_v_exponent most_v_exponent (fst v')
    && at_most B (divide B (fst q') (fst v')) (power_of_two B kappa_exponent) = true) in Ad.
  change (in_range A least_v_exponent most_v_exponent (fst v)
    && at_most A (divide A (fst q) (fst v)) (power_of_two A kappa_exponent) = true).
  apply andb_prop in Ad. destruct Ad as [A1 A2].
  rewrite (below_range _ _ _ _ (proj1 Hv) A1).
  now rewrite (below_at_most true _ _ _ _ Hk (below_power true _) A2).
Qed.

(** ** Of numbers that are there *)

Lemma absolute_some x : absolute B (Some x) = Some (absolute A x).
Proof.
  unfold absolute. cbn [at_most zero negate limited_arithmetic real_arithmetic]. now destruct (Rle_bool 0 x).
Qed.

Lemma maximum_some x y : maximum B (Some x) (Some y) = Some (maximum A x y).
Proof. unfold maximum. cbn [at_most limited_arithmetic real_arithmetic]. now destruct (Rle_bool x y). Qed.

Lemma fold_some l : forall x, fold_left (maximum B) (map Some l) (Some x) = Some (fold_left (maximum A) l x).
Proof. induction l as [|a l IH]; intros x; cbn [map fold_left]; [reflexivity|]. now rewrite maximum_some, IH. Qed.

Lemma largest_some ds : largest_deviation B (map Some ds) = Some (largest_deviation A ds).
Proof.
  unfold largest_deviation. rewrite <- fold_some, !map_map. f_equal. apply map_ext. exact absolute_some.
Qed.

Lemma range_some l h x : in_range B l h (Some x) = in_range A l h x.
Proof. reflexivity. Qed.

Lemma all_some xs : Forall2 below (map Some xs) xs.
Proof. induction xs; cbn; constructor; [apply below_some|assumption]. Qed.

Variable xs : list R.
Local Notation about := (tier_moments_about A k real_power_above op e xs).
Local Notation about' := (tier_moments_about B k limited_power_above op (Some e) (map Some xs)).

(** No deviation from c overflows. *)
Definition there (c : option R) : Prop :=
  map (deviation_hat (option R) B (option_map Some c)) (map Some xs) = map Some (computed_deviations c xs).

Theorem about_below c : there c -> moments_below (about' (option_map Some c)) (about c).
Proof.
  intros T. unfold tier_moments_about. rewrite T. fold (computed_deviations c xs).
  set (ds := computed_deviations c xs). rewrite largest_some, range_some, map_length.
  set (most := largest_deviation A ds). destruct (in_range A _ _ most).
  - assert (S : below (spread_of B k limited_power_above (Some most)) (spread_of A k real_power_above most)).
    { assert (P := below_power_above _ _ (below_some most)). unfold spread_of, one_half_more.
      apply below_multiply; [apply below_multiply; [exact P|apply below_power]|apply below_literal]. }
    destruct (below_sums k _ _ S _ _ (all_some ds)) as (S1 & S2 & S3 & S4). now apply finish_below.
  - constructor; try reflexivity; try apply below_some; try (split; apply below_some); trivial.
Qed.

Lemma there_none : there None.
Proof. unfold there, computed_deviations. rewrite !map_map. reflexivity. Qed.

Lemma there_some a : binary64 a -> Rabs a < bpow radix2 1024 ->
  (forall x, In x xs -> Rabs x <= bpow radix2 400) -> there (Some a).
Proof.
  intros Fa La S. unfold there, computed_deviations. rewrite !map_map. apply map_ext_in. intros x I.
  cbn [deviation_hat option_map]. change (subtract B (Some x) (Some a)) with (finite (rnd (x - a))).
  apply finite_near; try assumption. apply small_le with 400%Z; [lia|]. now apply S.
Qed.

(** ** The moments that a row goes on with *)

Lemma some_finite z a : finite z = Some a -> Rabs a < bpow radix2 1024.
Proof. unfold finite. destruct (Rlt_bool_spec (Rabs z) (bpow radix2 1024)); [congruence|discriminate]. Qed.

Lemma offset_some a : fst (offset_pair (about' None)) = Some a -> Rabs a < bpow radix2 1024.
Proof.
  assert (Z : Some 0 = Some a -> Rabs a < bpow radix2 1024).
  { intros H. injection H as <-. rewrite Rabs_R0. apply bpow_gt_0. }
  unfold tier_moments_about. destruct (in_range _ _ _ _); [|exact Z].
  unfold finish. cbn [offset_pair]. destruct op; [|exact Z].
  unfold divide_by, fast_two_sum. cbn [fst plus limited_arithmetic]. unfold of_two.
  destruct (divide B _ _); [|discriminate]. destruct (divide B _ _); [apply some_finite|discriminate].
Qed.

Hypothesis numbers_fit : Forall binary64 xs.
Hypothesis columns_few : (Z.of_nat (length xs) <= 2 ^ 18)%Z.

Theorem moments_of_below :
  let m' := tier_moments_of B k limited_power_above op (Some e) (map Some xs) in
  tier_admitted m' = true -> exists m, of_row k op e xs m /\ moments_below m' m /\
    m' = about' (option_map Some (tier_centre m)) /\ there (tier_centre m).
Proof.
  intros m' Ad.
  assert (Zero : m' = about' None -> exists m, of_row k op e xs m /\ moments_below m' m /\
    m' = about' (option_map Some (tier_centre m)) /\ there (tier_centre m)).
  { intros E. rewrite E in Ad |- *. assert (M := about_below None there_none). cbn [option_map] in M.
    exists (about None). assert (Am := admission_below _ _ M Ad).
    destruct (about_parts k op e xs None Am) as (C & _).
    split; [|split; [exact M|rewrite C; split; [reflexivity|exact there_none]]].
    constructor; try assumption; rewrite C; [now destruct op|reflexivity]. }
  assert (Cases : m' = about' None \/ op = Layer_norm /\ exists a,
    fst (offset_pair (about' None)) = Some a /\ a <> 0 /\ m' = about' (Some (Some a)) /\
    at_most B (largest_deviation B (map (deviation_hat (option R) B (Some (Some a))) (map Some xs)))
      (divide B (absolute B (Some a)) (of_count B 4)) = true).
  { unfold m', tier_moments_of. cbv zeta. clear Zero Ad m'.
    remember (fst (offset_pair (about' None))) as c eqn:Ec. clear Ec.
    destruct op; [|now left]. destruct (_ && _); [now left|].
    destruct c as [a|]; [|left; now rewrite orb_true_r].
    destruct (at_most B (Some a) (zero B) && at_most B (zero B) (Some a)) eqn:Z; [now left|].
    cbn [orb negb is_finite limited_arithmetic].
    destruct (at_most B _ (divide B _ _)) eqn:L; [right|now left].
    split; [reflexivity|]. exists a. split; [reflexivity|]. split; [|split; [reflexivity|exact L]].
    intros ->. cbn in Z. rewrite Rle_bool_true in Z by lra. discriminate Z. }
  destruct Cases as [E|(Ln & a & Ea & Na & E & L)]; [exact (Zero E)|].
  assert (La := offset_some a Ea).
  assert (M0 := about_below None there_none). cbn [option_map] in M0.
  assert (Oa := proj1 (offset_below _ _ M0) a Ea).
  assert (Fa : binary64 a) by (rewrite Oa; apply offset_binary64).
  assert (Range : forall x, In x xs -> Rabs x <= bpow radix2 400).
  { destruct (largest_is (computed_deviations None xs)) as [D _]. rewrite Forall_forall in D.
    assert (K : largest_deviation A (computed_deviations None xs) <= bpow radix2 400).
    { destruct (Rle_or_lt (largest_deviation A (computed_deviations None xs)) (bpow radix2 400)) as [K|K]; [exact K|].
      exfalso. apply Na. rewrite Oa. unfold tier_moments_about. fold (computed_deviations None xs).
      unfold in_range at 1. cbn [at_most real_arithmetic power_of_two].
      rewrite (Rle_bool_false _ (bpow radix2 most_deviation_exponent)) by exact K. now rewrite andb_false_r. }
    intros x I. apply Rle_trans with (2 := K). apply D.
    change x with (deviation_hat R A None x). now apply in_map. }
  assert (T := there_some a Fa La Range).
  assert (M := about_below (Some a) T). cbn [option_map] in M. rewrite E in Ad |- *.
  assert (Am := admission_below _ _ M Ad). exists (about (Some a)).
  destruct (about_parts k op e xs (Some a) Am) as (C & _).
  split; [|split; [exact M|rewrite C; split; [reflexivity|exact T]]].
  constructor; try assumption; rewrite C; [|reflexivity].
  rewrite Ln. split; [exact Fa|]. apply (about_centre k op e xs numbers_fit a Fa Am).
  unfold there in T. cbn [option_map] in T. rewrite T, largest_some, absolute_some, absolute_is in L.
  cbn [divide of_count limited_arithmetic at_most] in L.
  replace (INR 4) with 4 in L by (simpl; lra). rewrite Req_bool_false in L by lra. cbn [of_two] in L.
  unfold finite in L. destruct (Rlt_bool (Rabs (rnd (Rabs a / 4))) (bpow radix2 1024)); [|discriminate L].
  destruct (Rle_bool_spec (largest_deviation A (computed_deviations (Some a) xs)) (rnd (Rabs a / 4)));
    [assumption|discriminate L].
Qed.

End Row.
