(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the sharp stage's model means over the reals: a row

    Purpose.  With rounded real numbers model.v, which is extracted and compared with the C++, gives the
    numbers that the theorems of this folder speak about: a^, q^, v^, kappa, r^, BoundSharp, t^, y^ and
    what the ends test is given, for up to 32 lanes and every length.

    Corresponds to ComputeSharpMoments of lib/fast/sharp_moments-inl.h and to ElementOf, ErrorOf and EndsOf of
    sharp-inl.h.

    Symbols.
      m, c, es   the model's moments of a row, their centre, and the deviations from it
      centred    whether the row has a centre

    Main results.
      sum_error_meaning   the model's K
      moments_meaning, elements_meaning
      admission_meaning   what the model admits
      model_encloses      y of the scaled row lies between the ends that the model gives, if it
                          admits the row *)

From Coq Require Import ZArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements sharp.bound sharp.ends sharp.sums
  sharp.squares sharp.products sharp.addition sharp.pairs sharp.lanes sharp.length sharp.root sharp.means
  sharp.elements sharp.results sharp.row sharp.admission sharp.scaling sharp.deviations sharp.meaning.
From ExactNorm Require sharp.model.
Import ListNotations.

Local Open Scope R_scope.

Lemma count_is n : INR n = IZR (Z.of_nat n).
Proof. apply INR_IZR_INZ. Qed.

Section Meaning.
Variable fused : bool.
Notation A := (real_arithmetic fused).
Variable k : nat.
Hypothesis lanes_few : (k <= 5)%nat.

(** ** Constants *)

Lemma binary64_small m e : (Z.abs m < 2 ^ 53)%Z -> (-1074 <= e)%Z -> binary64 (IZR m * bpow radix2 e).
Proof. intros M E. apply generic_format_FLT. now exists (Float radix2 m e). Qed.

Lemma three_eighths : model.literal R A 3 8 = 3 / 8.
Proof.
  unfold model.literal. cbn [divide of_count real_arithmetic]. rewrite !count_is. simpl Z.of_nat.
  apply rnd_exact. replace (3 / 8) with (IZR 3 * bpow radix2 (-3)) by (simpl; lra).
  apply binary64_small; lia.
Qed.

Lemma one_half : model.literal R A 1 2 = 1 / 2.
Proof.
  unfold model.literal. cbn [divide of_count real_arithmetic]. rewrite !count_is. simpl Z.of_nat.
  apply rnd_exact. replace (1 / 2) with (IZR 1 * bpow radix2 (-1)) by (simpl; lra).
  apply binary64_small; lia.
Qed.

Lemma literal_is n d : model.literal R A n d = rnd (IZR (Z.of_nat n) / IZR (Z.of_nat d)).
Proof. unfold model.literal. cbn [divide of_count real_arithmetic]. now rewrite !count_is. Qed.

Lemma unit_is : bpow radix2 (-106) = u * u.
Proof. unfold u. now rewrite <- bpow_plus. Qed.

Lemma magnitude_is x : model.magnitude_of R A x = Rabs x.
Proof.
  unfold model.magnitude_of. cbn [at_most zero negate real_arithmetic].
  destruct (Rle_bool_spec 0 x) as [H|H]; [now rewrite Rabs_pos_eq|now rewrite Rabs_left].
Qed.

(** ** K *)

Theorem sum_error_meaning columns : model.sum_error R A k columns = ledger_k k columns.
Proof.
  unfold model.sum_error, ledger_k, computed_sharp_sum_error, sharp_additions.
  cbn [multiply plus of_count real_arithmetic]. rewrite !count_is.
  simpl (Z.of_nat 8). simpl (Z.of_nat 32).
  assert (P : (2 ^ k * 2 <> 0)%nat) by (rewrite Nat.mul_comm; apply Nat.neq_mul_0; split; [lia|apply Nat.pow_nonzero; lia]).
  replace (Z.of_nat ((columns + 2 ^ k * 2 - 1) / (2 ^ k * 2) + 1)) with
    (Z.of_N ((N.of_nat columns + (2 * 2 ^ N.of_nat k - 1)) / (2 * 2 ^ N.of_nat k) + 1)); [reflexivity|].
  replace (2 * 2 ^ N.of_nat k)%N with (N.of_nat (2 ^ k * 2))
    by (rewrite Nnat.Nat2N.inj_mul, Nnat.Nat2N.inj_pow; apply N.mul_comm).
  set (w := (2 ^ k * 2)%nat) in *. rewrite N2Z.inj_add, N2Z.inj_div, N2Z.inj_add, N2Z.inj_sub by lia.
  rewrite !nat_N_Z, Nat2Z.inj_add, Nat2Z.inj_div, Nat2Z.inj_sub, Nat2Z.inj_add by lia.
  rewrite Z.add_sub_assoc. reflexivity.
Qed.

(** ** Moments *)

Lemma inverse_is n : model.inverse_pair R A fused n = inverse_of fused n.
Proof. unfold model.inverse_pair. rewrite two_product_is. reflexivity. Qed.

Lemma rstd_is v : model.rstd_of R A fused v = rstd_sharp fused (fst v) (snd v).
Proof.
  unfold model.rstd_of. rewrite three_eighths, one_half, two_product_is, times_is. reflexivity.
Qed.

Lemma e1_is K kappa : model.bound_e1_sharp R A K kappa = computed_sharp_e1 K kappa.
Proof.
  unfold model.bound_e1_sharp, computed_sharp_e1. rewrite literal_is.
  cbn [multiply plus of_count power_of_two real_arithmetic]. rewrite !count_is.
  unfold model.sharp_unit_exponent. now rewrite unit_is.
Qed.

Lemma e0_is K root : model.bound_e0_sharp R A K root = computed_sharp_e0 K root.
Proof.
  unfold model.bound_e0_sharp, computed_sharp_e0. rewrite literal_is.
  cbn [multiply power_of_two real_arithmetic]. unfold model.sharp_unit_exponent. now rewrite unit_is.
Qed.

Lemma larger_is a b : model.larger R A a b = Rmax a b.
Proof.
  unfold model.larger. cbn [at_most real_arithmetic].
  destruct (Rle_bool_spec a b) as [H|H]; [now rewrite Rmax_right|].
  rewrite Rmax_left; [reflexivity|now apply Rlt_le].
Qed.

Section Row.
Variable op : operation.
Variables eps s : R.
Variable xs : list R.
Let m := model.sharp_moments_of A fused k op eps s xs.
Let c := model.sharp_centre m.
Let es := deviations_of s c xs.
Let E := scaled_epsilon s eps.
Let K := ledger_k k (length es).

Let centred : bool := match op with Layer_norm => true | Rms_norm => false end.
Let q := q_hat fused k es.
Let a := offset_hat centred fused k es.
Let v := variance_hat centred fused k es E.

Lemma length_es : length es = length xs.
Proof. apply map_length. Qed.

Let inverse := model.inverse_pair R A fused (INR (length xs)).

Lemma offset_is : model.sharp_offset m = a.
Proof.
  change (model.sharp_offset m) with (match op with
    | Layer_norm => model.times A fused (model.pair_sum A k (model.step_pair R A) es) inverse
    | Rms_norm => (0, 0)
    end).
  unfold a, offset_hat, centred, a_hat, mean_of, inverse. rewrite (proj1 (row_sums fused k lanes_few es)), times_is, inverse_is.
  rewrite length_es. now destruct op.
Qed.

Lemma mean_square_is : model.sharp_mean_square m = q.
Proof.
  change (model.sharp_mean_square m)
    with (model.times A fused (model.pair_sum A k (model.step_square_pair R A fused) es) inverse).
  unfold q, q_hat, mean_of, inverse. rewrite (proj2 (row_sums fused k lanes_few es)), times_is, inverse_is.
  now rewrite length_es.
Qed.

Lemma variance_is : model.sharp_variance m = v.
Proof.
  change (model.sharp_variance m) with (model.plus_one A (match op with
    | Layer_norm => model.plus_pair A (model.sharp_mean_square m)
        (model.opposite R A (model.times A fused (model.sharp_offset m) (model.sharp_offset m)))
    | Rms_norm => model.sharp_mean_square m
    end) E).
  rewrite plus_one_is, offset_is, mean_square_is, times_is, plus_pair_is.
  unfold v, a, q, variance_hat, offset_hat, centred. destruct op; reflexivity.
Qed.

Lemma kappa_is : model.sharp_kappa m = kappa_hat q v.
Proof.
  change (model.sharp_kappa m) with (rnd (model.larger R A
    (rnd (model.literal R A 101 100 * fst (model.sharp_mean_square m))) least_square / fst (model.sharp_variance m))).
  now rewrite larger_is, literal_is, mean_square_is, variance_is.
Qed.

(** All that the ledger names: the numbers of row.v and admission.v, with the centre c. *)
Theorem moments_meaning :
  (op = Rms_norm -> c = 0) /\ binary64 c /\
  model.sharp_scale m = s /\ model.sharp_offset m = a /\ model.sharp_mean_square m = q /\
  model.sharp_variance m = v /\ model.sharp_kappa m = kappa_hat q v /\
  model.sharp_rstd m = rstd_sharp fused (fst v) (snd v) /\
  model.sharp_e1 m = computed_sharp_e1 K (kappa_of q v) /\
  model.sharp_e0 m = computed_sharp_e0 K (root_of q v).
Proof.
  split; [unfold c, m; now intros ->|]. split.
  { unfold c, m. destruct op; [apply binary64_rnd|apply binary64_0]. }
  split; [reflexivity|]. split; [apply offset_is|]. split; [apply mean_square_is|].
  split; [apply variance_is|]. split; [apply kappa_is|]. unfold K. rewrite length_es, <- sum_error_meaning.
  split; [|split].
  - change (model.sharp_rstd m) with (model.rstd_of R A fused (model.sharp_variance m)).
    now rewrite rstd_is, variance_is.
  - change (model.sharp_e1 m) with (model.bound_e1_sharp R A (model.sum_error R A k (length xs))
      (model.larger R A (model.sharp_kappa m) (power_of_two A model.sharp_least_kappa_exponent))).
    now rewrite e1_is, larger_is, kappa_is.
  - change (model.sharp_e0 m) with (model.bound_e0_sharp R A (model.sum_error R A k (length xs)) (rnd (sqrt
      (model.larger R A (model.sharp_kappa m) (power_of_two A model.sharp_least_kappa_exponent))))).
    now rewrite e0_is, larger_is, kappa_is.
Qed.

Theorem admission_meaning :
  model.sharp_admitted m = true <->
  bpow radix2 (-900) <= fst v <= bpow radix2 900 /\ kappa_hat q v <= most_kappa.
Proof.
  change (model.sharp_admitted m) with
    (Rle_bool (bpow radix2 (-900)) (fst (model.sharp_variance m))
     && Rle_bool (fst (model.sharp_variance m)) (bpow radix2 900)
     && Rle_bool (model.sharp_kappa m) most_kappa)%bool.
  rewrite variance_is, kappa_is.
  assert (B : forall y z, Rle_bool y z = true <-> y <= z).
  { intros y z. destruct (Rle_bool_spec y z) as [H|H]; split; intros; try easy. lra. }
  split.
  - intros H. apply andb_prop in H. destruct H as [H H3]. apply andb_prop in H. destruct H as [H1 H2].
    apply B in H1, H2, H3. now split.
  - intros [[H1 H2] H3]. apply B in H1, H2, H3. now rewrite H1, H2, H3.
Qed.

(** ** Elements *)

Theorem elements_meaning x g b :
  let e := scaled_deviation s c x in
  let th := t_sharp fused e a (rstd_sharp fused (fst v) (snd v)) in
  let yh := y_sharp fused th g b in
  let error := sharp_error fused (model.sharp_e1 m) (model.sharp_e0 m) (fst th) g (fst yh) in
  (In x xs -> In e es) /\
  model.t_hat_sharp A fused m x = th /\
  model.y_hat_sharp A fused m x g b = yh /\
  model.y_error_sharp A fused m x g b = error /\
  model.y_ends_sharp A fused m x g b = (rnd (snd yh - error), rnd (snd yh + error)).
Proof.
  intros e th yh error.
  destruct moments_meaning as (_ & _ & _ & Ea & _ & _ & _ & Er & _).
  split; [apply in_map|].
  assert (T : model.t_hat_sharp A fused m x = th).
  { unfold model.t_hat_sharp. rewrite times_is, Er, Ea, plus_pair_is. reflexivity. }
  assert (Y : model.y_hat_sharp A fused m x g b = yh).
  { unfold model.y_hat_sharp. rewrite T, times_one_is, plus_one_is. reflexivity. }
  assert (D : model.y_error_sharp A fused m x g b = error).
  { unfold model.y_error_sharp. rewrite T, Y, !magnitude_is. unfold error, sharp_error.
    replace (multiply A (of_count A 8) (power_of_two A model.sharp_unit_exponent)) with sharp_end_factor;
      [reflexivity|].
    cbn [multiply of_count power_of_two real_arithmetic]. rewrite count_is. simpl Z.of_nat.
    symmetry. unfold sharp_end_factor. rewrite <- unit_is. apply rnd_exact, binary64_small; lia. }
  split; [exact T|]. split; [exact Y|]. split; [exact D|].
  unfold model.y_ends_sharp. now rewrite Y, D.
Qed.

(** ** What is certified *)

(** y of the scaled row; scaled_row.v and certified.v have what scaling changes. *)
Theorem model_encloses x g b :
  (k <= 4)%nat -> at_most_2_31 (length xs) -> binary64 eps -> 0 <= eps -> 0 <= s ->
  binary64 g -> binary64 b -> In x xs -> model.sharp_admitted m = true ->
  let Xs := map (scaled s) xs in
  let y := g * (deviation op Xs (scaled s x) / sqrt (power op Xs E)) + b in
  let yh := fst (model.y_hat_sharp A fused m x g b) in
  let ends := model.y_ends_sharp A fused m x g b in
  yh + fst ends <= y <= yh + snd ends.
Proof.
  intros K4 C Fe E0 S0 Fg Fb I Ad Xs y yh ends.
  assert (N : xs <> []) by (intros Z; rewrite Z in C; destruct C as [C _]; simpl in C; lia).
  destruct (scaled_epsilon_binary64 s eps E0 S0) as [FE PE]. fold E in FE, PE.
  destruct moments_meaning as (Cz & Fc & _ & _ & _ & _ & _ & _ & E1 & E2).
  destruct (elements_meaning x g b) as (In_es & T & Y & _ & En). apply admission_meaning in Ad.
  destruct Ad as [Va Ka].
  assert (P : Forall deviation_parts es).
  { apply Forall_forall. intros e H. apply in_map_iff in H. destruct H as (z & <- & _).
    destruct (deviation_exact s c z Fc) as (D1 & D2 & D3 & _). now repeat split. }
  rewrite <- length_es in C.
  assert (R := sharp_row_enclosed centred fused k es E K4 C P FE PE Va Ka (scaled_deviation s c x) g b
    (In_es I) Fg Fb).
  fold q a v K in R. unfold yh, ends. rewrite En, Y, E1, E2. cbn [fst snd].
  replace y with (g * ((value_of (scaled_deviation s c x) - offset_of centred es)
    / sqrt (variance_of centred es E)) + b); [exact R|].
  unfold y, variance_of, offset_of, mean_square, centred, es. destruct op.
  - destruct (layer_norm_moments s c E xs N Fc) as [M D]. now rewrite M, D.
  - rewrite (Cz eq_refl) in *. destruct (rms_norm_moments s E xs N) as [M D].
    replace (squares_total (deviations_of s 0 xs) / INR (length (deviations_of s 0 xs)) - 0 * 0 + E)
      with (squares_total (deviations_of s 0 xs) / INR (length (deviations_of s 0 xs)) + E) by ring.
    now rewrite M, Rminus_0_r, D.
Qed.
End Row.

End Meaning.
