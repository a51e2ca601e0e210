(* SPDX-License-Identifier: Apache-2.0 *)
(** * What is proved about the first tier of binary64 rows, without the proofs

    Purpose.  For a reader who doubts the ledger of lib/fast/binary64_error_bounds.h.  model.v and
    elements_model.v, which are compared with the C++ bit for bit, define the operations.  The sums are
    in sums.v, squares.v, square_lanes.v and sums_error.v, the moments in means.v, budget.v, admitted.v
    and finish.v, the centre in centre.v, T1 and T2 in normalise.v, H and L in columns.v, T, e1 and e0 in
    scales.v, mean and rstd in statistics.v, overflow in the files of that name and in delivered.v.  Each
    statement is written out here, and closed by the theorem that proves it.

    Symbols.
      A, B          binary64 without its largest number; with it, where None stands for infinities and NaNs
      k             vectors of 2^k lanes
      n, h          columns; SumHeight
      ds            deviations from a centre
      X, G          the power of two above max|d|; the grid that d is split to
      xs, m         a row's numbers and its moments; tier_centre m is None for 0
      rows, ms      all those that are done together, and their moments
      e1, e0        those of BoundBinary64Normalized, as they are computed
      z, g, b       x_i, gamma_i and beta_i *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model fast.operations fast.overflow binary64.model
  binary64.elements_model binary64.split binary64.sums_near binary64.sums_error binary64.moments_near
  binary64.scales binary64.ends binary64.results binary64.limited
  binary64.nonfinite binary64.centre binary64.row
  binary64.answers binary64.overflow_bounds binary64.delivered sharp.certified binary64.statistics
  binary64.delivered_statistics specification.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).
Local Notation B := (limited_arithmetic true).

(** ** Sums *)

Section Sums.
Variable k : nat.
Variable ds : list R.
Hypothesis lanes : (k <= 4)%nat.
Hypothesis numbers : Forall binary64 ds.
Hypothesis columns : (Z.of_nat (length ds) <= 2 ^ 18)%Z.

Let most := largest_deviation A ds.
Hypothesis range : bpow radix2 (-400) <= most <= bpow radix2 400.

Let n := INR (length ds).
Let h := height (length ds) k.
Let r := sqrt (mean_square ds).
Let G := real_power_above most * bpow radix2 (- split_bits k).
Let C := spread_of A k real_power_above most.
Let squares := squares_first A k C ds.

(** The sum of the deviations, in two parts. *)
Theorem sum_is_near :
  Rabs (sum_first A k C ds + sum_second A k C ds - n * mean ds) <= 5001 / 10000 * (h * (u * (n * G))).
Proof. exact (near_offset _ _ _ _ _ _ _ _ _ _ (tier_sums k lanes ds numbers columns range)). Qed.

(** The sum of their squares, as a pair and a rest. *)
Theorem squares_are_near :
  Rabs (fst squares + snd squares + sum_rest A k C ds - n * (r * r))
  <= 10004 / 10000 * ((h + 1) * (u * (n * (G * r))))
     + (INR (tier_sum_error (length ds) k) - 64) * (u * (u * (n * (r * r)))).
Proof. exact (near_mean_square _ _ _ _ _ _ _ _ _ _ (tier_sums k lanes ds numbers columns range)). Qed.
End Sums.

(** ** A row *)

Section Row.
Variable k : nat.
Variable op : operation.
Variable e : R.
Variable xs : list R.
Hypothesis lanes : (k <= 4)%nat.
Hypothesis e_binary64 : binary64 e.
Hypothesis e_pos : 0 <= e.
Hypothesis numbers : Forall binary64 xs.
Hypothesis columns : (Z.of_nat (length xs) <= 2 ^ 18)%Z.

Let m := tier_moments_of A k real_power_above op e xs.
Hypothesis admitted : tier_admitted m = true.

Let V := power op xs e.
Let a := row_offset op xs m.
Let r := fst (rstd_pair m) + snd (rstd_pair m).
Let c := fst (shift_pair m) + snd (shift_pair m).

Variable z : R.
Hypothesis in_row : In z xs.
Let d := deviation_hat R A (tier_centre m) z.

(** Deviations are exact: d - a is x_i - mean, for RMSNorm x_i. *)
Theorem deviation_is_exact : d - a = deviation op xs z.
Proof.
  exact (proj2 (row_near k lanes op e e_binary64 e_pos xs m
    (moments_of_row k op e xs numbers columns admitted) z in_row)).
Qed.

(** r^ and c^ against 1 / sqrt V and - a r^. *)
Theorem moments_are_near : 0 < V /\ Rabs (r * sqrt V - 1) <= row_e1 m /\ Rabs (c + a * r) <= row_e0 m.
Proof.
  destruct (row_near k lanes op e e_binary64 e_pos xs m
    (moments_of_row k op e xs numbers columns admitted) z in_row) as [N _].
  split; [exact (near_v _ _ _ N)|]. split; [exact (near_rstd _ _ _ N)|exact (near_shift _ _ _ N)].
Qed.

(** With any others that take part, and with finite parameters of a column that counts: y^ = s + l. *)
Variable rows : list (list R).
Hypothesis rows_fit : Forall (fits k op e) rows.
Hypothesis in_group : In xs rows.
Variables g b : R.
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Let s := group_of (map (moments_of k op e) rows).
Let column := column_of A real_power_above s g b.
Hypothesis counts : column_counts A column = true.
Let y := element_of A s m column z.

Theorem result_is_near :
  Rabs (y_high y + y_low y - (g * (deviation op xs z / sqrt V) + b))
  <= Rabs g * (scale_e1 s * Rabs (t_first y) + scale_e0 s)
     + 1001 / 1000 * (bpow radix2 (-78) * scale_m column) + bpow radix2 (-1060).
Proof.
  assert (T : Forall (fun m => takes_part A m = true) (map (moments_of k op e) rows)).
  { apply Forall_map. apply Forall_impl with (2 := rows_fit). intros ys Y. apply Y. }
  assert (S : Forall (fun m => 0 <= row_e1 m <= bpow radix2 (-50) /\ 0 <= row_e0 m <= bpow radix2 (-50))
    (map (moments_of k op e) rows)).
  { apply Forall_map. apply Forall_impl with (2 := rows_fit). intros ys Y.
    assert (N := proj1 Y). destruct ys as [|y0 ys]; [easy|].
    destruct (row_near k lanes op e e_binary64 e_pos _ _ (fits_row _ _ _ _ Y) y0 (or_introl eq_refl)) as [Q _].
    split; [exact (near_e1 _ _ _ Q)|exact (near_e0 _ _ _ Q)]. }
  assert (Row := moments_of_row k op e xs numbers columns admitted).
  destruct (row_near k lanes op e e_binary64 e_pos xs m Row z in_row) as [N D].
  destruct (row_sizes k op e xs m Row) as [_ Most]. rewrite <- D.
  exact (proj1 (element_near _ T S m (in_map _ _ _ in_group) a V N z g b g_binary64 b_binary64
    (Most z in_row) counts)).
Qed.
End Row.

(** ** From bit patterns to bits, with overflow *)

(** A row of finite numbers, in a group of rows that take part, and an element whose ends are one number:
    its pattern is the answer, for every finite gamma_i and beta_i and in both operations. *)
Theorem element_is_right k r rows xs i g b t p :
  (k <= 4)%nat -> well_formed r -> numbers r = Some xs ->
  let op := row_operation r in let e := eps r in
  Forall (fun ys => ys <> [] /\ Forall binary64 ys /\ (Z.of_nat (length ys) <= 2 ^ 18)%Z /\
    takes_part B (tier_moments_of B k limited_power_above op (Some e) (map Some ys)) = true) rows ->
  In xs rows ->
  (i < length (x r))%nat -> parameter r 1 (gamma r) i = Finite g -> parameter r 0 (beta r) i = Finite b ->
  let moments ys := tier_moments_of B k limited_power_above op (Some e) (map Some ys) in
  let s := scales_of B limited_power_above (map moments rows) in
  let column := column_of B limited_power_above s (Some g) (Some b) in
  column_counts B column = true ->
  let y := element_of B s (moments xs) column (Some (nth i xs 0)) in
  lower_end y = Some t -> upper_end y = Some t ->
  is_pattern Binary64 p -> meaning Binary64 p = Finite t ->
  represents Binary64 (element r i) p.
Proof. exact (delivered_answer k r rows xs i g b t p). Qed.

(** A row with a NaN or an infinity is not admitted. *)
Theorem nonfinite_row_is_declined k op e os : In None os ->
  tier_admitted (tier_moments_of B k limited_power_above op e os) = false.
Proof. exact (nonfinite_row k op e os). Qed.

(** A gamma or beta that is not finite counts in no column. *)
Theorem nonfinite_is_not_certified s g b :
  column_counts B (column_of B limited_power_above s g b) = true -> g <> None /\ b <> None.
Proof. intros H. destruct (nonfinite_column s g b H) as [[x ->] [y ->]]. now split. Qed.

(** Mean and rstd: what StoreCertified lets pass, in any format. *)
Section Statistics.
Variables (k : nat) (r : row) (xs : list R).
Hypothesis lanes : (k <= 4)%nat.
Hypothesis row_well_formed : well_formed r.
Hypothesis row_finite : numbers r = Some xs.

Let M := tier_moments_of B k limited_power_above (row_operation r) (Some (eps r)) (map Some xs).
Hypothesis row_fits : xs <> [] /\ Forall binary64 xs /\ (Z.of_nat (length xs) <= 2 ^ 18)%Z /\ takes_part B M = true.

Variables (hi low high : R) (lo : option R) (p : Z).

Theorem mean_is_right :
  row_operation r = Layer_norm ->
  tier_mean B M = (Some hi, lo) -> tier_mean_ends B M = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (mean_answer r) p.
Proof. exact (delivered_mean k lanes r row_well_formed xs row_finite row_fits hi lo low high p). Qed.

Theorem rstd_is_right :
  rstd_pair M = (Some hi, lo) -> tier_rstd_ends B M = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof. exact (delivered_rstd k lanes r row_well_formed xs row_finite row_fits hi lo low high p). Qed.
End Statistics.
