(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the first tier's model certifies is the answer

    Purpose.  answers.v for model.v and elements_model.v, which are compared with the C++ bit for bit, over
    binary64 with its largest number: nothing is supposed of the sizes of x, gamma and beta.

    Corresponds to lib/fast/binary64-inl.h and binary64_moments-inl.h.

    Symbols.
      B               binary64 with its largest number; None stands for infinities and NaNs
      limited_moments xs   the moments over B that a row of the numbers xs goes on with
      row_fits xs     binary64 numbers, 2^18 at most; over B the row takes part
      s', c', y'      the group's scales, a column, an element, over B

    Main results.
      element_below     over B an element's ends are those over the reals, or no numbers
      nonfinite_column  gamma and beta of a column that counts are finite
      delivered_answer  if both ends are one number, that is the answer *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations fast.overflow fast.row_data sharp.overflow
  binary64.model binary64.elements_model binary64.scales binary64.limited binary64.centre binary64.row
  binary64.answers binary64.overflow_sums binary64.overflow_moments binary64.overflow_bounds
  specification exact.special_values.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).
Local Notation B := (limited_arithmetic true).

(** ** Elements *)

Section Element.
Variable s : tier_scales R.
Variables (m' : tier_moments (option R)) (m : tier_moments R) (g b z : R).
Hypothesis M : moments_below m' m.
Let s' := scales_there s.
Let c' := column_of B limited_power_above s' (Some g) (Some b).
Let c := column_of A real_power_above s g b.

Lemma spread_below : below (spread_t B s') (spread_t A s).
Proof. unfold spread_t, one_half_more. go. Qed.

Lemma column_below : below (gain_first c') (gain_first c) /\ below (gain_second c') (gain_second c) /\
  below (bias_first c') (bias_first c) /\ below (bias_second c') (bias_second c) /\
  below (column_e1 c') (column_e1 c) /\ below (column_e0 c') (column_e0 c).
Proof.
  assert (Ag := below_absolute _ _ (below_some g)). assert (Ab := below_absolute _ _ (below_some b)).
  assert (Hs := below_muladd true _ _ _ _ _ _ (below_some (scale_t s)) Ag Ab).
  assert (Hm := below_power_above _ _ Hs).
  assert (Hg := below_multiply true _ _ _ _ Hm
    (below_divide true _ _ _ _ (below_literal 3 2) (below_some (grid_f s)))).
  assert (Hb := below_multiply true _ _ _ _ Hm (below_count true 3)).
  assert (G1 := below_subtract true _ _ _ _ (below_plus true _ _ _ _ (below_some g) Hg) Hg).
  assert (B1 := below_subtract true _ _ _ _ (below_plus true _ _ _ _ (below_some b) Hb) Hb).
  split; [exact G1|]. split; [exact (below_subtract true _ _ _ _ (below_some g) G1)|].
  split; [exact B1|]. split; [exact (below_subtract true _ _ _ _ (below_some b) B1)|].
  split; [exact (below_multiply true _ _ _ _ Ag (below_some (scale_e1 s)))|].
  apply (below_muladd true _ _ _ _ _ _ Ag (below_some (scale_e0 s))).
  apply below_multiply; [exact Hm|]. apply below_multiply; [apply below_literal|apply below_power].
Qed.

Theorem element_below :
  below (lower_end (element_of B s' m' c' (Some z))) (lower_end (element_of A s m c z)) /\
  below (upper_end (element_of B s' m' c' (Some z))) (upper_end (element_of A s m c z)).
Proof.
  destruct column_below as (G1 & G2 & B1 & B2 & E1 & E0). assert (S := spread_below).
  destruct (rstd_below _ _ M) as [R1 R2]. destruct (shift_below _ _ M) as [C1 C2].
  assert (D : below (deviation_hat (option R) B (tier_centre m') (Some z)) (deviation_hat R A (tier_centre m) z)).
  { rewrite (centre_there _ _ M). destruct (tier_centre m); [|apply below_some].
    apply (below_subtract true); apply below_some. }
  assert (F := below_subtract true _ _ _ _ (below_plus true _ _ _ _ C1 S) S).
  assert (F2 := below_plus true _ _ _ _ (below_subtract true _ _ _ _ C1 F) C2).
  assert (Sc := below_plus true _ _ _ _ S F).
  assert (W := below_muladd true _ _ _ _ _ _ D R1 Sc).
  assert (T1 := below_subtract true _ _ _ _ W S).
  assert (Rest := below_muladd true _ _ _ _ _ _ D R1 (below_negate true _ _ (below_subtract true _ _ _ _ W Sc))).
  assert (T2 := below_plus true _ _ _ _ Rest (below_muladd true _ _ _ _ _ _ D R2 F2)).
  assert (H := below_muladd true _ _ _ _ _ _ T1 G1 B1).
  assert (L := below_muladd true _ _ _ _ _ _ T2 (below_some g) (below_muladd true _ _ _ _ _ _ T1 G2 B2)).
  destruct (below_fast_two_sum _ _ _ _ H L) as [Y1 Y2].
  assert (E := below_muladd true _ _ _ _ _ _ (below_absolute _ _ T1) E1 E0).
  assert (Lo := below_plus true _ _ _ _ Y1 (below_subtract true _ _ _ _ Y2 E)).
  assert (Up := below_plus true _ _ _ _ Y1 (below_plus true _ _ _ _ Y2 E)).
  unfold element_of. destruct (rstd_pair m') as [r1' r2']. destruct (rstd_pair m) as [r1 r2].
  split; [exact Lo|exact Up].
Qed.
End Element.

(** A gamma or beta that is not finite counts in no column. *)
Theorem nonfinite_column s' g' b' : column_counts B (column_of B limited_power_above s' g' b') = true ->
  (exists g, g' = Some g) /\ exists b, b' = Some b.
Proof.
  unfold column_counts, column_of, in_range. cbn [magnitude muladd limited_arithmetic].
  intros H. apply andb_prop in H. destruct H as [H _].
  destruct g' as [g|], b' as [b|]; [split; eexists; reflexivity|exfalso; revert H ..];
    destruct (scale_t s'); try discriminate.
  change (absolute B None) with (@None R). destruct (absolute B (Some g)); discriminate.
Qed.

(** ** Rows that take part *)

Section Rows.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable op : operation.
Variable e : R.
Hypothesis e_binary64 : binary64 e.
Hypothesis e_pos : 0 <= e.

Definition limited_moments (xs : list R) : tier_moments (option R) :=
  tier_moments_of B k limited_power_above op (Some e) (map Some xs).

Definition row_fits (xs : list R) : Prop :=
  xs <> [] /\ Forall binary64 xs /\ (Z.of_nat (length xs) <= 2 ^ 18)%Z /\ takes_part B (limited_moments xs) = true.

(** m are the row's moments over the reals. *)
Definition stands_for (xs : list R) (m : tier_moments R) : Prop :=
  of_row k op e xs m /\ moments_below (limited_moments xs) m /\ numbers_there (limited_moments xs) m /\
  takes_part A m = true.

Lemma at_most_there (o : option R) h : at_most B o (Some h) = true -> exists x, o = Some x /\ x <= h.
Proof.
  destruct o as [x|]; [|discriminate]. cbn. destruct (Rle_bool_spec x h) as [L|]; [|discriminate].
  intros _. now exists x.
Qed.

Theorem row_stands xs : row_fits xs -> exists m, stands_for xs m.
Proof.
  intros (N & F & L & T). assert (T' := T). unfold takes_part in T'. apply andb_prop in T'. destruct T' as [Ad Re].
  destruct (moments_of_below k op e xs F L Ad) as (m & Row & M & E & Th). fold (limited_moments xs) in M, E.
  set (m' := limited_moments xs) in *. exists m. split; [exact Row|]. split; [exact M|].
  (* c^ is a number, and small *)
  assert (Rb : below (reach B m') (reach A m)).
  { destruct (rstd_below _ _ M) as [R1 _]. destruct (shift_below _ _ M) as [C1 _]. unfold reach.
    rewrite (largest_there _ _ M). apply below_plus; [|apply below_power].
    apply below_plus; [|now apply below_absolute]. apply below_multiply; [apply below_some|exact R1]. }
  destruct (at_most_there _ _ Re) as (t & Et & Lt).
  assert (Eq := Rb t Et). rewrite Eq in Et, Lt.
  assert (Part : takes_part A m = true).
  { unfold takes_part. rewrite (of_admission _ _ _ _ _ Row). cbn [andb at_most real_arithmetic power_of_two].
    now apply Rle_bool_true. }
  assert (C : is_in (fst (shift_pair m')) (- bpow radix2 10) (bpow radix2 10)).
  { destruct (fst (shift_pair m')) as [c|] eqn:Ec.
    2:{ exfalso. unfold reach in Et. rewrite Ec in Et. cbn in Et. unfold of_two in Et.
        destruct (largest m') as [l|], (fst (rstd_pair m')) as [r1|]; try discriminate Et.
        destruct (finite (rnd (l * r1))); discriminate Et. }
    exists c. split; [reflexivity|]. rewrite (proj1 (shift_below _ _ M) c Ec).
    destruct (row_near k lanes_range op e e_binary64 e_pos xs m Row (hd 0 xs)) as [Near _].
    { destruct xs; [easy|now left]. }
    assert (Rp := moments_near.near_rstd_range _ _ _ Near).
    assert (B4 := bpow_gt_0 radix2 (-426)). assert (S := proj1 (row_sizes k op e xs m Row)).
    assert (B40 := bpow_gt_0 radix2 (-400)).
    change (bpow radix2 most_t_exponent) with (bpow radix2 10) in Lt.
    assert (P : 0 <= largest m * fst (rstd_pair m)) by (apply Rmult_le_pos; lra).
    assert (Q : Rabs (fst (shift_pair m)) <= bpow radix2 10).
    { destruct (Rle_or_lt (Rabs (fst (shift_pair m))) (bpow radix2 10)) as [Q|Q]; [exact Q|]. exfalso.
      assert (Z := reach_above [m] ltac:(repeat constructor; exact Part) m (Rabs (fst (shift_pair m)))
        (or_introl eq_refl) P ltac:(lra)). lra. }
    now apply Rabs_le_inv. }
  (* so are v^ and kappa *)
  destruct (row_ratio k lanes_range op e xs m Row N) as [V Ka].
  assert (Ad' : in_range B least_v_exponent most_v_exponent (fst (v_pair m')) = true /\
      at_most B (kappa_hat m') (power_of_two B kappa_exponent) = true).
  { revert Ad. rewrite E. unfold tier_moments_about. destruct (in_range B _ _ (largest_deviation B _)); [|discriminate].
    intros Ad. now apply andb_prop in Ad. }
  destruct Ad' as [Rv Rk].
  assert (V' : is_in (fst (v_pair m')) (bpow radix2 (-850)) (bpow radix2 850)).
  { unfold in_range in Rv. apply andb_prop in Rv. destruct (at_most_there _ _ (proj2 Rv)) as (v & Ev & _).
    exists v. split; [exact Ev|]. now rewrite (proj1 (v_below _ _ M) v Ev). }
  assert (K' : is_in (kappa_hat m') 0 64).
  { destruct (at_most_there _ _ Rk) as (v & Ev & _). exists v. split; [exact Ev|].
    now rewrite (kappa_below _ _ M v Ev). }
  split; [|exact Part]. split; [exact Et|].
  assert (Er : (exists x, row_e1 m' = Some x) /\ exists x, row_e0 m' = Some x).
  { assert (S := proj1 (row_sizes k op e xs m Row)). assert (Lg := largest_there _ _ M).
    assert (Le : largest_deviation B (map Some (computed_deviations (tier_centre m) xs)) = Some (largest m)).
    { unfold there in Th. rewrite E in Ad, Lg. unfold tier_moments_about in Ad, Lg. rewrite Th in Ad, Lg.
      destruct (in_range B least_deviation_exponent most_deviation_exponent
        (largest_deviation B (map Some (computed_deviations (tier_centre m) xs)))); [exact Lg|discriminate Ad]. }
    revert V' K' C Ad. rewrite E. unfold tier_moments_about. unfold there in Th. rewrite Th, Le.
    destruct (in_range B _ _ (Some (largest m))); [|discriminate]. intros V' K' C _.
    apply finish_errors_there; try assumption. rewrite map_length, INR_IZR_INZ. split.
    - apply IZR_le. destruct xs; [easy|cbn [length]; lia].
    - change (bpow radix2 18) with (IZR (2 ^ 18)). now apply IZR_le. }
  destruct Er as ((x1 & E1) & (x0 & E0)).
  fold m'. split; [rewrite E1, (e1_below _ _ M x1 E1)|rewrite E0, (e0_below _ _ M x0 E0)]; reflexivity.
Qed.

Lemma rows_stand rows : Forall row_fits rows -> exists ms, Forall2 stands_for rows ms.
Proof.
  intros F. induction F as [|xs rows H F [ms IH]]; [exists []; constructor|].
  destruct (row_stands xs H) as [m S]. exists (m :: ms). now constructor.
Qed.
End Rows.

Lemma in_pairs {X Y} (P : X -> Y -> Prop) l l' : Forall2 P l l' -> forall x, In x l -> exists y, In y l' /\ P x y.
Proof.
  intros F. induction F as [|a b l l' H F IH]; intros x I; [destruct I|].
  destruct I as [<-|I]; [exists b; split; [now left|exact H]|].
  destruct (IH x I) as (y & J & Q). exists y. split; [now right|exact Q].
Qed.

(** ** The answer *)

Theorem delivered_answer k r rows xs i g b t p :
  (k <= 4)%nat -> well_formed r -> ordinary r xs ->
  let op := row_operation r in let e := eps r in
  Forall (row_fits k op e) rows -> In xs rows ->
  (i < length (x r))%nat -> gain r i = Finite g -> bias r i = Finite b ->
  let s' := scales_of B limited_power_above (map (limited_moments k op e) rows) in
  let c' := column_of B limited_power_above s' (Some g) (Some b) in
  column_counts B c' = true ->
  let y' := element_of B s' (limited_moments k op e xs) c' (Some (nth i xs 0)) in
  lower_end y' = Some t -> upper_end y' = Some t ->
  is_pattern Binary64 p -> meaning Binary64 p = Finite t ->
  represents Binary64 (element r i) p.
Proof.
  intros K W O op e F I Hi Gi Bi s' c' Cc y' Lo Up Hp Mp.
  destruct (row_epsilon r W) as [Eb [Ep _]].
  destruct (rows_stand k K op e Eb Ep rows F) as [ms S].
  assert (Group : together k op e ms).
  { clear - S F. induction S as [|xs m rows ms H S IH]; [constructor|]. inversion F as [|a l Fx Fr]; subst.
    constructor; [|now apply IH]. split; [apply H|]. exists xs. split; [apply Fx|apply H]. }
  assert (Small := all_small k K r W ms Group). assert (Part := all_take_part k r ms Group).
  assert (There : Forall2 numbers_there (map (limited_moments k op e) rows) ms).
  { clear - S. induction S as [|xs m rows ms H S IH]; constructor; [apply H|exact IH]. }
  assert (Es : s' = scales_there (group_of ms)) by exact (group_scales _ ms There Part Small).
  destruct (in_pairs _ _ _ S xs I) as (m & Im & (Row & M & _)).
  destruct (scale_t_above ms Part) as (j & _ & T & _).
  assert (C : column_counts A (column_of A real_power_above (group_of ms) g b) = true).
  { assert (T' : scale_t (group_of ms) = bpow radix2 (26 + (j - 26))) by (rewrite T; f_equal; ring).
    rewrite <- (limited_counts (group_of ms) (j - 26) T' g b), <- Es. exact Cc. }
  unfold y', c' in Lo, Up. rewrite Es in Lo, Up.
  destruct (element_below (group_of ms) _ m g b (nth i xs 0) M) as [L1 L2].
  apply (tier_answers k K r W ms Group xs O m Im Row i g b Hi Gi Bi C p Hp).
  - now rewrite <- (L1 t Lo).
  - now rewrite <- (L1 t Lo), <- (L2 t Up).
Qed.
