(* SPDX-License-Identifier: Apache-2.0 *)
(** * The constants of the binary64 tier's ledger, as numbers

    Purpose.  What fast/constants.v is for the fast stage: what the theorems of this folder speak about, in
    integers, to be printed and compared with the constants that the C++ compiles
    (tests/proofs/constants_test).

    Corresponds to lib/fast/binary64_error_bounds.h.

    Symbols.
      tier_table   all of them, by name; p as (lanes, 1, bits), K as (columns, lanes, number)

    Main results.  One theorem for each definition. *)

From Coq Require Import ZArith NArith Reals List String Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.constants binary64.model
  binary64.elements_model binary64.ends binary64.split binary64.scales binary64.row binary64.statistics binary64.delivered
  sharp.ends.
Import ListNotations.

Local Open Scope R_scope.

Definition tier_most_columns : Z := 2 ^ 18.
Definition tier_least_deviation : constant := (1, 1, -400)%Z.
Definition tier_most_deviation : constant := (1, 1, 400)%Z.
Definition tier_least_v : constant := (1, 1, -850)%Z.
Definition tier_kappa : constant := (64, 1, 0)%Z.
Definition tier_centred : constant := (4, 1, 0)%Z.
Definition tier_most_t : constant := (1, 1, 10)%Z.
Definition tier_grid_bits : Z := 26.
Definition tier_least_magnitude : constant := (1, 1, -800)%Z.
Definition tier_most_magnitude : constant := (1, 1, 800)%Z.
Definition tier_column : constant := (101, 100, -78)%Z.
Definition tier_margin : constant := (1, 1, -16)%Z.
Definition tier_sums : constant := (51, 100, 0)%Z.
Definition tier_e1_slope : constant := (4, 1, 0)%Z.
Definition tier_e1_offset : constant := (64, 1, 0)%Z.
Definition tier_e0_slope : constant := (2, 1, 0)%Z.
Definition tier_e0_offset : constant := (32, 1, 0)%Z.
Definition tier_factor : constant := (101, 100, 0)%Z.
Definition tier_reach : constant := (1, 1, -15)%Z.
Definition tier_rounding : constant := (251, 100, 0)%Z.
Definition tier_statistics : constant := (101, 100, 0)%Z.
Definition tier_end : constant := (8, 1, -106)%Z.

(** ** What admits a row, and what a column *)

Lemma power_value e : bpow radix2 e = value (1, 1, e)%Z.
Proof. unfold value. lra. Qed.

Theorem ranges_are :
  bpow radix2 least_deviation_exponent = value tier_least_deviation /\
  bpow radix2 most_deviation_exponent = value tier_most_deviation /\
  bpow radix2 least_v_exponent = value tier_least_v /\
  bpow radix2 most_v_exponent = 1 / value tier_least_v /\
  bpow radix2 kappa_exponent = value tier_kappa /\
  bpow radix2 centred_exponent = value tier_centred /\
  bpow radix2 most_t_exponent = value tier_most_t /\
  grid_bits = tier_grid_bits /\
  bpow radix2 least_magnitude_exponent = value tier_least_magnitude /\
  bpow radix2 most_magnitude_exponent = value tier_most_magnitude /\
  bpow radix2 margin_exponent = value tier_margin.
Proof.
  assert (V : 1 / value tier_least_v = bpow radix2 850).
  { replace (value tier_least_v) with (bpow radix2 (-850)) by (unfold value, tier_least_v; lra).
    replace (bpow radix2 850) with (/ bpow radix2 (-850)) by now rewrite <- bpow_opp. unfold Rdiv. ring. }
  rewrite V.
  repeat split; try exact (power_value _).
  - change (64 = 64 / 1 * 1). lra.
  - change (4 = 4 / 1 * 1). lra.
Qed.

Theorem columns_are k op e xs m : of_row k op e xs m -> (Z.of_nat (List.length xs) <= tier_most_columns)%Z.
Proof. intros H. exact (of_length _ _ _ _ _ H). Qed.

Theorem fitting_columns_are k op e xs : row_fits k op e xs -> (Z.of_nat (List.length xs) <= tier_most_columns)%Z.
Proof. intros H. apply H. Qed.

(** ** Errors *)

Lemma literal_value n d : literal real n d = rnd (value (Z.of_nat n, Z.of_nat d, 0%Z)).
Proof.
  unfold literal, value. cbn [divide of_count real_arithmetic]. rewrite !INR_IZR_INZ.
  change (bpow radix2 0) with 1. now rewrite Rmult_1_r.
Qed.

Lemma count_value n : of_count real n = value (Z.of_nat n, 1%Z, 0%Z).
Proof.
  unfold value. cbn [of_count real_arithmetic]. rewrite INR_IZR_INZ. change (bpow radix2 0) with 1. field.
Qed.

Theorem bound_tier_is h K grid root shift :
  let unit := value unit_roundoff * value unit_roundoff in
  bound_tier real h K grid root shift =
  (rnd (rnd (rnd (rnd (rnd (value tier_sums) * value unit_roundoff) * grid)
             * rnd (rnd (rnd (h + 1) * root) + rnd (h * shift)))
        + rnd (rnd (rnd (rnd (value tier_e1_slope * K) + value tier_e1_offset) * unit)
               * rnd (rnd (root * root) + 1))),
   rnd (rnd (rnd (rnd (rnd (value tier_sums) * h) * value unit_roundoff) * grid)
        + rnd (rnd (rnd (rnd (value tier_e0_slope * K) + value tier_e0_offset) * unit) * rnd (root + 1)))).
Proof.
  cbv zeta. unfold bound_tier. rewrite literal_value, !count_value.
  replace (value unit_roundoff * value unit_roundoff) with (bpow radix2 (-106)).
  - rewrite <- unit_roundoff_is. reflexivity.
  - rewrite <- unit_roundoff_is. unfold u. now rewrite <- bpow_plus.
Qed.

Theorem scale_errors_are ms :
  let s := group_of ms in
  let m1 := fold_left (maximum real) (map row_e1 ms) 0 in
  let m0 := fold_left (maximum real) (map row_e0 ms) 0 in
  scale_e1 s = rnd (rnd (value tier_factor) * m1) /\
  scale_e0 s = rnd (rnd (value tier_factor)
    * rnd (rnd (m0 + rnd (value tier_reach * m1))
           + rnd (rnd (rnd (value tier_rounding) * value unit_roundoff) * grid_f s))).
Proof.
  cbv zeta. unfold group_of, scales_of. cbn [scale_e1 scale_e0 grid_f]. rewrite !literal_value, <- unit_roundoff_is.
  replace (value tier_reach) with (bpow radix2 (-15)) by (unfold value, tier_reach; lra).
  split; reflexivity.
Qed.

Theorem column_factor_is : column_factor = rnd (rnd (101 / 100) * bpow radix2 (-78)) /\
  value tier_column = 101 / 100 * bpow radix2 (-78).
Proof. split; reflexivity. Qed.

Theorem statistics_are m :
  tier_mean_error real m =
    rnd (rnd (rnd (value tier_statistics) * rnd (row_e0 m / fst (rstd_pair m)))
         + rnd (value tier_end * Rabs (fst (tier_mean real m)))) /\
  tier_rstd_error real m =
    rnd (rnd (rnd (rnd (value tier_statistics) * row_e1 m) + value tier_end) * fst (rstd_pair m)).
Proof.
  assert (E : value tier_end = sharp_end_factor).
  { unfold value, tier_end, sharp_end_factor, u. rewrite <- bpow_plus. change (-53 + -53)%Z with (-106)%Z. lra. }
  assert (F := factor_is). change pairs.real with real in F.
  unfold tier_mean_error, tier_rstd_error. rewrite F, literal_value, E, absolute_is.
  split; reflexivity.
Qed.

(** ** All of them *)

Local Open Scope string_scope.

Definition tier_bits : list (string * constant) :=
  map (fun k => ("tier_bits", (2 ^ Z.of_nat k, 1, split_bits k)%Z)) [0; 1; 2; 3; 4]%nat.

Definition tier_sum_table : list (string * constant) :=
  flat_map (fun columns => map (fun k =>
    ("tier_sum", (Z.of_N columns, 2 ^ Z.of_nat k, Z.of_nat (tier_sum_error (N.to_nat columns) k))%Z))
    [0; 1; 2; 3; 4]%nat)
  [1; 255; 256; 257; 768; 1024; 4096]%N.

Definition tier_table : list (string * constant) :=
  [ ("tier_most_columns", (tier_most_columns, 1, 0)%Z); ("tier_least_deviation", tier_least_deviation);
    ("tier_most_deviation", tier_most_deviation); ("tier_least_v", tier_least_v); ("tier_kappa", tier_kappa);
    ("tier_centred", tier_centred); ("tier_most_t", tier_most_t);
    ("tier_grid_bits", (tier_grid_bits, 1, 0)%Z); ("tier_least_magnitude", tier_least_magnitude);
    ("tier_most_magnitude", tier_most_magnitude); ("tier_column", tier_column); ("tier_margin", tier_margin);
    ("tier_sums", tier_sums); ("tier_e1_slope", tier_e1_slope); ("tier_e1_offset", tier_e1_offset);
    ("tier_e0_slope", tier_e0_slope); ("tier_e0_offset", tier_e0_offset); ("tier_factor", tier_factor);
    ("tier_reach", tier_reach); ("tier_rounding", tier_rounding);
    ("tier_statistics", tier_statistics); ("tier_end", tier_end) ]
  ++ tier_bits ++ tier_sum_table.
