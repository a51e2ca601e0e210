(* SPDX-License-Identifier: Apache-2.0 *)
(** * The constants of the ledger, as numbers

    Purpose.  What the theorems of this folder speak about, in integers, to be printed and compared
    with the constants that the C++ compiles (tests/proofs/constants_test).  Each theorem says
    that a definition which the proofs use has just these constants, so neither side can be
    changed alone.

    Corresponds to lib/fast/error_bounds.h and to the constants of lib/fast/rounding_test-inl.h;
    sharp/constants.v and binary64/constants.v have those of the other stages.

    Symbols.
      constant        (n, d, e) stands for n / d 2^e
      table           all of them, by name; heights of sums as (columns, lanes, number)

    Main results.  One theorem for each definition. *)

From Coq Require Import ZArith NArith Reals List String Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.row_moments fast.normalize fast.width
  fast.demotion fast.ends fast.answers fast.statistics.
Import ListNotations.

Local Open Scope R_scope.

Definition constant : Type := Z * Z * Z.
Definition value (c : constant) : R :=
  let '(n, d, e) := c in IZR n / IZR d * bpow radix2 e.

Definition e1_slope : constant := (123, 100, 0)%Z.
Definition e1_offset : constant := (13, 1, 0)%Z.
Definition e0_slope : constant := (115, 100, 0)%Z.
Definition e0_offset : constant := (7, 1, 0)%Z.
Definition mean_slope : constant := (105, 100, 0)%Z.
Definition mean_offset : constant := (4, 1, 0)%Z.
Definition rstd_slope : constant := (122, 100, 0)%Z.
Definition rstd_offset : constant := (9, 1, 0)%Z.
Definition unit_roundoff : constant := (1, 1, -53)%Z.
Definition spread : constant := (12503, 10000, 0)%Z.
Definition admission : constant := (1, 1, -2)%Z.
Definition least_square : constant := (1, 1, -500)%Z.
Definition most_square : constant := (1, 1, 300)%Z.
Definition end_factor_units : constant := (4, 1, -53)%Z.
Definition underflow_allowance : constant := (1, 1, -200)%Z.
Definition width_excess : constant := (1, 1, -19)%Z.
Definition width_scale : constant := (1, 1, 52)%Z.
Definition width_relative : constant := (101, 100, 0)%Z.
Definition width_offset : constant := (4, 1, 0)%Z.
Definition block : N := 256.
Definition accumulators : N := 4.
Definition most_columns : Z := 2 ^ 31.

(** ** They are those of the proofs *)

Ltac values := unfold value; cbn [bpow Z.pow_pos Pos.iter]; lra.

Theorem unit_roundoff_is : u = value unit_roundoff.
Proof. unfold value, unit_roundoff, u. lra. Qed.

Theorem bound_e1_is h : bound_e1 h = (value e1_slope * h + value e1_offset) * u.
Proof. unfold bound_e1, value, e1_slope, e1_offset. simpl (bpow radix2 0). lra. Qed.
Theorem bound_e0_is h : bound_e0 h = (value e0_slope * h + value e0_offset) * u.
Proof. unfold bound_e0, value, e0_slope, e0_offset. simpl (bpow radix2 0). lra. Qed.
Theorem bound_mean_is h : bound_mean h = (value mean_slope * h + value mean_offset) * u.
Proof. unfold bound_mean, value, mean_slope, mean_offset. simpl (bpow radix2 0). lra. Qed.
Theorem bound_rstd_is h : bound_rstd h = (value rstd_slope * h + value rstd_offset) * u.
Proof. unfold bound_rstd, value, rstd_slope, rstd_offset. simpl (bpow radix2 0). lra. Qed.

(** The evaluated ones start from the same constants. *)
Theorem computed_e1_is h :
  computed_e1 h = rnd (rnd (rnd (rnd (value e1_slope) * h) + value e1_offset) * u).
Proof.
  unfold computed_e1, value, e1_slope, e1_offset. simpl (bpow radix2 0).
  now replace (123 / 100 * 1) with (123 / 100) by lra; replace (13 / 1 * 1) with 13 by lra.
Qed.
Theorem computed_e0_is h :
  computed_e0 h = rnd (rnd (rnd (rnd (value e0_slope) * h) + value e0_offset) * u).
Proof.
  unfold computed_e0, value, e0_slope, e0_offset. simpl (bpow radix2 0).
  now replace (115 / 100 * 1) with (115 / 100) by lra; replace (7 / 1 * 1) with 7 by lra.
Qed.

Theorem ends_are : end_factor = value end_factor_units /\ underflow = value underflow_allowance.
Proof.
  unfold end_factor, underflow, value, end_factor_units, underflow_allowance, u. split; lra.
Qed.

Theorem computed_mean_bound_is h :
  computed_mean_bound h = rnd (rnd (rnd (rnd (value mean_slope) * h) + value mean_offset) * u).
Proof.
  unfold computed_mean_bound, value, mean_slope, mean_offset. simpl (bpow radix2 0).
  now replace (105 / 100 * 1) with (105 / 100) by lra; replace (4 / 1 * 1) with 4 by lra.
Qed.
Theorem computed_rstd_bound_is h :
  computed_rstd_bound h = rnd (rnd (rnd (rnd (value rstd_slope) * h) + value rstd_offset) * u).
Proof.
  unfold computed_rstd_bound, value, rstd_slope, rstd_offset. simpl (bpow radix2 0).
  now replace (122 / 100 * 1) with (122 / 100) by lra; replace (9 / 1 * 1) with 9 by lra.
Qed.
Theorem mean_error_is h v m :
  mean_error h v m =
  rnd (rnd (rnd (computed_mean_bound h * rnd (sqrt (rnd (rnd (value spread) * v))))
            + rnd (value end_factor_units * Rabs m)) + value underflow_allowance).
Proof.
  unfold mean_error. cbv zeta. destruct ends_are as [-> ->].
  replace (value spread) with (12503 / 10000); [reflexivity|].
  unfold value, spread. simpl (bpow radix2 0). lra.
Qed.

Theorem computed_width_is e1 e0 G B least :
  computed_width e1 e0 G B least =
  rnd (rnd (rnd (rnd (rnd (rnd (rnd (e0 * G) + rnd (e1 * B)) * (1 + value width_excess))
                      * value width_scale) / least)
            + rnd (rnd (value width_relative) * rnd (e1 / value unit_roundoff)))
       + value width_offset).
Proof.
  unfold computed_width. cbv zeta. rewrite <- unit_roundoff_is.
  replace (value width_excess) with (bpow radix2 (-19)) by (unfold value, width_excess; lra).
  replace (value width_scale) with (bpow radix2 52) by (unfold value, width_scale; lra).
  replace (value width_relative) with (101 / 100)
    by (unfold value, width_relative; simpl (bpow radix2 0); lra).
  replace (value width_offset) with 4 by (unfold value, width_offset; simpl (bpow radix2 0); lra).
  reflexivity.
Qed.

(** Whether a row is admitted, of the computed a^ a^, v^ and q^. *)
Theorem admission_is fused k op e xs c :
  let A := real_arithmetic fused in
  let m := moments_about A k op e xs c in
  admitted m =
  (Rle_bool (rnd (offset m * offset m)) (rnd (value admission * variance_eps m))
   && Rle_bool (value least_square) (mean_square_hat m)
   && Rle_bool (mean_square_hat m) (value most_square))%bool.
Proof.
  cbv zeta.
  replace (value admission) with (bpow radix2 admission_exponent)
    by (unfold value, admission, admission_exponent; lra).
  replace (value least_square) with (bpow radix2 least_square_exponent)
    by (unfold value, least_square, least_square_exponent; lra).
  replace (value most_square) with (bpow radix2 most_square_exponent)
    by (unfold value, most_square, most_square_exponent; lra).
  reflexivity.
Qed.

Theorem spread_is fused k op e xs c :
  supposed k op e xs c ->
  let m := moments_about (real_arithmetic fused) k op e xs c in
  admitted m = true -> sqrt (mean_sq c xs) <= sqrt (value spread * variance_eps m).
Proof.
  intros S m Ad. replace (value spread) with (12503 / 10000).
  - exact (spread_bound fused k op e xs c S Ad).
  - unfold value, spread. simpl (bpow radix2 0). lra.
Qed.

Theorem height_is columns lanes :
  sum_height columns lanes =
  let tree n := N.size (n - 1) in
  ((block + accumulators * lanes - 1) / (accumulators * lanes) + tree accumulators
   + N.size ((columns + (block - 1)) / block) + tree lanes)%N.
Proof. reflexivity. Qed.

Theorem block_is : sum_block = N.to_nat block.
Proof. reflexivity. Qed.

Theorem columns_are k op e xs c :
  supposed k op e xs c -> (Z.of_nat (List.length xs) <= most_columns)%Z.
Proof. intros S. exact (supposed_length k op e xs c S). Qed.

(** ** The output formats *)

Definition lost_of (f : format) : constant :=
  match f with Binary32 => (0, 1, 0) | _ => (1, 1, 28) end%Z.
Definition unit_of (f : format) : constant :=
  match f with Binary32 => (1, 1, 0) | _ => (1, 1, 29) end%Z.
Definition least_of (f : format) : constant := (1, 1, least_field f - 1023)%Z.
Definition most_of (f : format) : constant :=
  match f with Binary16 => (65000, 1, 0) | _ => (1, 1, 127) end%Z.
Definition tail_of (f : format) : constant := (tail f, 1, 0)%Z.

Theorem formats_are f :
  lost f = value (lost_of f) /\ unit_width f = value (unit_of f) /\ most f = value (most_of f) /\
  bpow radix2 (least_field f - 1023) = value (least_of f).
Proof.
  unfold value, least_of. destruct f; cbn [lost unit_width most lost_of unit_of most_of];
    repeat split; try lra; simpl (bpow radix2 0); lra.
Qed.

(** ** All of them *)

Local Open Scope string_scope.

Definition of_format (name : string) (f : format) : list (string * constant) :=
  [ (name ++ ".lost", lost_of f); (name ++ ".unit", unit_of f); (name ++ ".least", least_of f);
    (name ++ ".most", most_of f); (name ++ ".tail", tail_of f) ].

Definition heights : list (string * constant) :=
  flat_map (fun columns => map (fun lanes =>
    ("height", (Z.of_N columns, Z.of_N lanes, Z.of_N (sum_height columns lanes))))
    [1; 2; 4; 8; 16; 32; 128]%N)
  [1; 2; 255; 256; 257; 512; 513; 768; 1024; 1025; 4096; 65536; 1000000; 1048576; 1048577;
   2147483392; 2147483648]%N.

Definition table : list (string * constant) :=
  [ ("e1_slope", e1_slope); ("e1_offset", e1_offset); ("e0_slope", e0_slope);
    ("e0_offset", e0_offset); ("mean_slope", mean_slope); ("mean_offset", mean_offset);
    ("rstd_slope", rstd_slope); ("rstd_offset", rstd_offset); ("unit_roundoff", unit_roundoff);
    ("spread", spread); ("admission", admission); ("least_square", least_square);
    ("most_square", most_square); ("end_factor", end_factor_units);
    ("underflow", underflow_allowance); ("width_excess", width_excess);
    ("width_scale", width_scale); ("width_relative", width_relative);
    ("width_offset", width_offset); ("block", (Z.of_N block, 1, 0)%Z);
    ("accumulators", (Z.of_N accumulators, 1, 0)%Z); ("most_columns", (most_columns, 1, 0)%Z) ]
  ++ of_format "binary32" Binary32 ++ of_format "binary16" Binary16
  ++ of_format "bfloat16" Bfloat16 ++ heights.
