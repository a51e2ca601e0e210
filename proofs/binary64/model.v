(* SPDX-License-Identifier: Apache-2.0 *)
(** * The first tier for rows of binary64, operation by operation

    Purpose.  What lib/fast/binary64_moments-inl.h and lib/fast/binary64-inl.h compute, in their order,
    for any arithmetic with a fused multiply-add, as fast/model.v does it for the medium path:
    here the moments; elements_model.v has what follows.

    Symbols: the names of lib/fast/binary64_error_bounds.h, and
      k                vectors have 2^k lanes
      power_above x    the least power of two above |x|, which the loops take from the exponent's bits
      pair             hi + lo, not evaluated
      first, second    d1 and d2 of a deviation d; C is the number that splits it
      tier_moments_about c   the moments about a centre c; None: about 0, without a subtraction
      tier_moments_of  those that the row goes on with
      real_power_above       power_above of real numbers *)

From Coq Require Import ZArith Reals List Bool Arith.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model.
Import ListNotations.

(** kBinary64... of lib/fast/binary64_error_bounds.h, the powers of two by their exponents. *)
Definition least_deviation_exponent : Z := -400.
Definition most_deviation_exponent : Z := 400.
Definition least_v_exponent : Z := -850.
Definition most_v_exponent : Z := 850.
Definition kappa_exponent : Z := 6.
Definition centred_exponent : Z := 2.

(** Binary64SplitBits and Binary64SumError for 2^k lanes. *)
Definition split_bits (k : nat) : Z :=
  let per_round := (4 * 2 ^ Z.of_nat k)%Z in
  let chain := ((256 + per_round - 1) / per_round)%Z in
  ((53 - Z.of_N (N.size (Z.to_N (chain - 1)))) / 2)%Z.

Definition tier_sum_error (columns k : nat) : nat :=
  let roots := 4 * ((columns + 255) / 256) + 2 * 2 ^ k + 8 in roots * roots + 32.

Section Model.

Variable number : Type.
Variable A : arithmetic number.
Variable k : nat.
Variable power_above : number -> number.

Definition pair : Type := number * number.

(** A decimal literal: fl (n / d). *)
Definition literal (n d : nat) : number := divide A (of_count A n) (of_count A d).
Definition absolute (x : number) : number := if at_most A (zero A) x then x else negate A x.
Definition maximum (x y : number) : number := if at_most A x y then y else x.
Definition one_half_more : number := literal 3 2.

(** ** Pairs *)

Definition two_sum (a b : number) : pair :=
  let sum := plus A a b in
  let b_part := subtract A sum a in
  (sum, plus A (subtract A a (subtract A sum b_part)) (subtract A b b_part)).

Definition fast_two_sum (a b : number) : pair :=
  let sum := plus A a b in (sum, subtract A b (subtract A sum a)).

Definition two_product (a b : number) : pair :=
  let product := multiply A a b in (product, muladd A a b (negate A product)).

Definition add_pairs (a b : pair) : pair :=
  let s := two_sum (fst a) (fst b) in
  let t := two_sum (snd a) (snd b) in
  let v := fast_two_sum (fst s) (plus A (snd s) (fst t)) in
  fast_two_sum (fst v) (plus A (snd t) (snd v)).

Definition add_one (a : pair) (b : number) : pair :=
  let s := two_sum (fst a) b in fast_two_sum (fst s) (plus A (snd a) (snd s)).

Definition multiply_pairs (a b : pair) : pair :=
  let p := two_product (fst a) (fst b) in
  fast_two_sum (fst p)
    (plus A (snd p) (plus A (multiply A (fst a) (snd b)) (multiply A (snd a) (fst b)))).

Definition divide_by (a : pair) (n : number) : pair :=
  let quotient := divide A (fst a) n in
  let product := two_product quotient n in
  let rest := plus A (subtract A (subtract A (fst a) (fst product)) (snd product)) (snd a) in
  fast_two_sum quotient (divide A rest n).

Definition negative (a : pair) : pair := (negate A (fst a), negate A (snd a)).

(** ** Sums *)

Section Split.
Variable spread : number.  (* C *)

Definition first (d : number) : number := subtract A (plus A d spread) spread.
Definition second (d : number) : number := subtract A d (first d).

Definition step_first (s d : number) : number := plus A s (first d).
Definition step_second (l d : number) : number := plus A l (second d).
Definition step_first_square (q d : number) : number := muladd A (first d) (first d) q.
Definition step_rest (r d : number) : number := muladd A (second d) (plus A d (first d)) r.

(** Two accumulators, by turns. *)
Fixpoint alternate (vectors : list (list number)) (s0 s1 : list number) : list number :=
  match vectors with
  | v0 :: v1 :: rest => alternate rest (pairwise step_first s0 v0) (pairwise step_first s1 v1)
  | [v0] => pairwise (plus A) (pairwise step_first s0 v0) s1
  | [] => pairwise (plus A) s0 s1
  end.

Definition zero_lanes : list number := repeat (zero A) (2 ^ k).

Definition sum_first (ds : list number) : number :=
  lanes_sum number A k (alternate (vectors number A k ds) zero_lanes zero_lanes).
Definition sum_second (ds : list number) : number := row_sum A k step_second ds.
Definition sum_rest (ds : list number) : number := row_sum A k step_rest ds.

(** Squares of a block, in four accumulators, which then join what the lanes hold, one by one. *)
Fixpoint four_squares (vectors : list (list number)) (q0 q1 q2 q3 : list number) : list (list number) :=
  let take := pairwise step_first_square in
  match vectors with
  | v0 :: v1 :: v2 :: v3 :: rest => four_squares rest (take q0 v0) (take q1 v1) (take q2 v2) (take q3 v3)
  | [v0; v1; v2] => [take q0 v0; take q1 v1; take q2 v2; q3]
  | [v0; v1] => [take q0 v0; take q1 v1; q2; q3]
  | [v0] => [take q0 v0; q1; q2; q3]
  | [] => [q0; q1; q2; q3]
  end.

Definition join_lane (held : pair) (q : number) : pair :=
  let sum := two_sum (fst held) q in (fst sum, plus A (snd held) (snd sum)).
Definition join (held : list pair) (q : list number) : list pair := pairwise join_lane held q.

Definition join_block (held : list pair) (block : list number) : list pair :=
  fold_left join (four_squares (vectors number A k block) zero_lanes zero_lanes zero_lanes zero_lanes) held.

Definition squares_by_lane (ds : list number) : list pair :=
  fold_left join_block (pieces (length ds) sum_block ds) (repeat (zero A, zero A) (2 ^ k)).

Definition add_lane (held lane : pair) : pair :=
  let sum := two_sum (fst held) (fst lane) in (fst sum, plus A (snd held) (plus A (snd sum) (snd lane))).

Definition squares_first (ds : list number) : pair :=
  match squares_by_lane ds with
  | [] => (zero A, zero A)
  | lane :: lanes => fold_left add_lane lanes lane
  end.

End Split.

(** ** Moments *)

Record tier_moments := Tier_moments {
  tier_centre : option number;
  largest : number;        (* max |d| *)
  kappa_hat : number;
  offset_pair : pair;      (* a^ *)
  mean_square_pair : pair; (* q^ *)
  v_pair : pair;           (* v^ *)
  rstd_pair : pair;        (* r^ *)
  shift_pair : pair;       (* c^ *)
  row_e1 : number;         (* E1, E0 *)
  row_e0 : number;
  tier_admitted : bool
}.

Definition largest_deviation (ds : list number) : number := fold_left maximum (map absolute ds) (zero A).

Definition in_range (least most : Z) (x : number) : bool :=
  at_most A (power_of_two A least) x && at_most A x (power_of_two A most).

(** E1 and E0 of BoundBinary64; h is SumHeight, sums is K. *)
Definition bound_tier (h sums grid root shift : number) : number * number :=
  let unit := power_of_two A (-106) in
  (plus A
     (multiply A (multiply A (multiply A (literal 51 100) (power_of_two A (-53))) grid)
        (plus A (multiply A (plus A h (power_of_two A 0)) root) (multiply A h shift)))
     (multiply A (multiply A (plus A (multiply A (of_count A 4) sums) (of_count A 64)) unit)
        (plus A (multiply A root root) (power_of_two A 0))),
   plus A
     (multiply A (multiply A (multiply A (literal 51 100) h) (power_of_two A (-53))) grid)
     (multiply A (multiply A (plus A (multiply A (of_count A 2) sums) (of_count A 32)) unit)
        (plus A root (power_of_two A 0)))).

(** FinishBinary64 of the sums' results: of d1, of d2, of d2 (d + d1), and of d1^2 as a pair. *)
Definition finish (op : operation) (columns : nat) (eps : number) (centre : option number)
    (most : number) (d1 d2 rest : number) (squares : pair) : tier_moments :=
  let n := of_count A columns in
  let one := power_of_two A 0 in
  let a := match op with
    | Layer_norm => divide_by (two_sum d1 d2) n
    | Rms_norm => (zero A, zero A)
    end in
  let all := two_sum (fst squares) rest in
  let q := divide_by (fast_two_sum (fst all) (plus A (snd all) (snd squares))) n in
  let v := add_one (add_pairs q (negative (multiply_pairs a a))) eps in
  let kappa := divide A (fst q) (fst v) in
  let root := divide A one (square_root A (fst v)) in
  let unit := multiply_pairs v (two_product root root) in
  let defect := subtract A (subtract A one (fst unit)) (snd unit) in
  let r := fast_two_sum root
    (multiply A root (multiply A defect (plus A (literal 1 2) (multiply A (literal 3 8) defect)))) in
  let c := negative (multiply_pairs a r) in
  let grid := multiply A (multiply A (power_above most) (power_of_two A (- split_bits k))) root in
  let h := of_count A (N.to_nat (sum_height (N.of_nat columns) (2 ^ N.of_nat k))) in
  let e := bound_tier h (of_count A (tier_sum_error columns k)) grid (square_root A kappa)
             (absolute (fst c)) in
  Tier_moments centre most kappa a q v r c (fst e) (snd e)
    (in_range least_v_exponent most_v_exponent (fst v) && at_most A kappa (power_of_two A kappa_exponent)).

Definition spread_of (most : number) : number :=
  multiply A (multiply A (power_above most) (power_of_two A (52 - split_bits k))) one_half_more.

Definition nothing : tier_moments :=
  let z := zero A in Tier_moments None z z (z, z) (z, z) (z, z) (z, z) (z, z) z z false.

Definition tier_moments_about (op : operation) (eps : number) (xs : list number) (centre : option number)
  : tier_moments :=
  let ds := map (deviation_hat number A centre) xs in
  let most := largest_deviation ds in
  if in_range least_deviation_exponent most_deviation_exponent most then
    let C := spread_of most in
    finish op (length xs) eps centre most (sum_first C ds) (sum_second C ds) (sum_rest C ds) (squares_first C ds)
  else nothing.

(** From the mean once more, if it is large and all deviations from it are exact. *)
Definition tier_moments_of (op : operation) (eps : number) (xs : list number) : tier_moments :=
  let m := tier_moments_about op eps xs None in
  let c := fst (offset_pair m) in
  let is_zero := at_most A c (zero A) && at_most A (zero A) c in
  let most := largest_deviation (map (deviation_hat number A (Some c)) xs) in
  match op with
  | Rms_norm => m
  | Layer_norm =>
      if tier_admitted m && at_most A (kappa_hat m) (power_of_two A centred_exponent) then m
      else if is_zero || negb (is_finite A c) then m
      else if at_most A most (divide A (absolute c) (of_count A 4)) then tier_moments_about op eps xs (Some c)
      else m
  end.

End Model.

Arguments two_sum {number}.
Arguments fast_two_sum {number}.
Arguments two_product {number}.
Arguments add_pairs {number}.
Arguments add_one {number}.
Arguments multiply_pairs {number}.
Arguments divide_by {number}.
Arguments negative {number}.
Arguments literal {number}.
Arguments absolute {number}.
Arguments maximum {number}.
Arguments one_half_more {number}.
Arguments in_range {number}.
Arguments first {number}.
Arguments second {number}.
Arguments sum_first {number}.
Arguments sum_second {number}.
Arguments sum_rest {number}.
Arguments squares_first {number}.
Arguments bound_tier {number}.
Arguments finish {number}.
Arguments spread_of {number}.
Arguments tier_moments_about {number}.
Arguments tier_moments_of {number}.
Arguments largest_deviation {number}.
Arguments tier_centre {number}.
Arguments largest {number}.
Arguments kappa_hat {number}.
Arguments offset_pair {number}.
Arguments mean_square_pair {number}.
Arguments v_pair {number}.
Arguments rstd_pair {number}.
Arguments shift_pair {number}.
Arguments row_e1 {number}.
Arguments row_e0 {number}.
Arguments tier_admitted {number}.

(** Over the reals, for x <> 0. *)
Definition real_power_above (x : R) : R := bpow radix2 (mag radix2 x).
