(* SPDX-License-Identifier: Apache-2.0 *)
(** * The first tier for rows of binary64: rows done together, columns, elements

    Purpose.  What lib/fast/binary64-inl.h computes after the moments of model.v, in its order, for any
    arithmetic with a fused multiply-add.

    Symbols: those of model.v, and
      scales_of        T, F, e1, e0 of rows that are done together
      column_of        a column's gamma, beta, M and what is prepared of them
      element_of       T1, T2, s, l, e and both ends *)

From Coq Require Import ZArith List Bool.
From ExactNorm Require Import specification fast.model binary64.model.
Import ListNotations.

Definition most_t_exponent : Z := 10.
Definition grid_bits : Z := 26.
Definition least_magnitude_exponent : Z := -800.
Definition most_magnitude_exponent : Z := 800.
Definition column_error_exponent : Z := -78.
Definition margin_exponent : Z := -16.

Section Elements.

Variable number : Type.
Variable A : arithmetic number.
Variable power_above : number -> number.

(** ** Rows done together *)

(** What T has to exceed for this row, and whether it takes part. *)
Definition reach (m : tier_moments number) : number :=
  plus A (plus A (multiply A (largest m) (fst (rstd_pair m))) (absolute A (fst (shift_pair m))))
    (power_of_two A margin_exponent).
Definition takes_part (m : tier_moments number) : bool :=
  tier_admitted m && at_most A (reach m) (power_of_two A most_t_exponent).

Record tier_scales := Tier_scales {
  scale_t : number;  (* T *)
  grid_f : number;   (* F *)
  scale_e1 : number;
  scale_e0 : number
}.

(** The rows that take part. *)
Definition scales_of (ms : list (tier_moments number)) : tier_scales :=
  let t := power_above (fold_left (maximum A) (map reach ms) (literal A 1 2)) in
  let f := multiply A (power_of_two A (- grid_bits)) t in
  let e1 := fold_left (maximum A) (map row_e1 ms) (zero A) in
  let e0 := fold_left (maximum A) (map row_e0 ms) (zero A) in
  Tier_scales t f
    (multiply A (literal A 101 100) e1)
    (multiply A (literal A 101 100)
       (plus A (plus A e0 (multiply A (power_of_two A (-15)) e1))
          (multiply A (multiply A (literal A 251 100) (power_of_two A (-53))) f))).

(** ** Columns and elements *)

Section Scales.
Variable s : tier_scales.

Definition spread_t : number := multiply A (multiply A (one_half_more A) (power_of_two A 52)) (grid_f s).  (* C *)

Record column := Column {
  gain : number;
  bias : number;
  magnitude : number;  (* T |g| + |b| *)
  scale_m : number;    (* M *)
  gain_first : number;
  gain_second : number;
  bias_first : number;
  bias_second : number;
  column_e1 : number;
  column_e0 : number   (* counts only where the magnitude is in range *)
}.

Definition column_of (g b : number) : column :=
  let size := muladd A (scale_t s) (absolute A g) (absolute A b) in
  let m := power_above size in
  let g_spread := multiply A m (divide A (one_half_more A) (grid_f s)) in
  let b_spread := multiply A m (of_count A 3) in
  let g1 := subtract A (plus A g g_spread) g_spread in
  let b1 := subtract A (plus A b b_spread) b_spread in
  Column g b size m g1 (subtract A g g1) b1 (subtract A b b1)
    (multiply A (absolute A g) (scale_e1 s))
    (muladd A (absolute A g) (scale_e0 s)
       (multiply A m (multiply A (literal A 101 100) (power_of_two A column_error_exponent)))).

Definition column_counts (c : column) : bool :=
  in_range A least_magnitude_exponent most_magnitude_exponent (magnitude c).

Definition shift_first (m : tier_moments number) : number :=
  subtract A (plus A (fst (shift_pair m)) spread_t) spread_t.
Definition shift_second (m : tier_moments number) : number :=
  plus A (subtract A (fst (shift_pair m)) (shift_first m)) (snd (shift_pair m)).

Record tier_element := Tier_element {
  t_first : number;   (* T1, T2 *)
  t_second : number;
  y_high : number;    (* s, l *)
  y_low : number;
  y_bound : number;   (* e *)
  lower_end : number; (* RN (y), if both ends agree and the column counts *)
  upper_end : number
}.

Definition element_of (m : tier_moments number) (c : column) (x : number) : tier_element :=
  let d := deviation_hat number A (tier_centre m) x in
  let (r1, r2) := rstd_pair m in
  let spread_c := plus A spread_t (shift_first m) in
  let w := muladd A d r1 spread_c in
  let t1 := subtract A w spread_t in
  let rest := muladd A d r1 (negate A (subtract A w spread_c)) in
  let t2 := plus A rest (muladd A d r2 (shift_second m)) in
  let high := muladd A t1 (gain_first c) (bias_first c) in
  let rounded := muladd A t1 (gain_second c) (bias_second c) in
  let low := muladd A t2 (gain c) rounded in
  let y := fast_two_sum A high low in
  let e := muladd A (absolute A t1) (column_e1 c) (column_e0 c) in
  Tier_element t1 t2 (fst y) (snd y) e
    (plus A (fst y) (subtract A (snd y) e)) (plus A (fst y) (plus A (snd y) e)).

End Scales.
End Elements.

Arguments reach {number}.
Arguments takes_part {number}.
Arguments scale_t {number}.
Arguments grid_f {number}.
Arguments scale_e1 {number}.
Arguments scale_e0 {number}.
Arguments scales_of {number}.
Arguments spread_t {number}.
Arguments gain {number}.
Arguments bias {number}.
Arguments magnitude {number}.
Arguments scale_m {number}.
Arguments gain_first {number}.
Arguments gain_second {number}.
Arguments bias_first {number}.
Arguments bias_second {number}.
Arguments column_e1 {number}.
Arguments column_e0 {number}.
Arguments column_of {number}.
Arguments column_counts {number}.
Arguments shift_first {number}.
Arguments shift_second {number}.
Arguments t_first {number}.
Arguments t_second {number}.
Arguments y_high {number}.
Arguments y_low {number}.
Arguments y_bound {number}.
Arguments lower_end {number}.
Arguments upper_end {number}.
Arguments element_of {number}.
