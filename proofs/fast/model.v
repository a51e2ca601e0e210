(* SPDX-License-Identifier: Apache-2.0 *)
(** * The fast stage, operation by operation

    Purpose.  What lib/fast/moments-inl.h and lib/fast/normalize-inl.h compute, in their order, for
    any arithmetic: over the reals with binary64's rounding it is what the theorems of this folder
    speak about; over a machine's binary64 it is extracted and run (extraction.v).  One text
    for both.

    Symbols.
      arithmetic          the operations that the loops use; muladd a b c is a b + c, fused or not
      k                   vectors have 2^k lanes
      moments_about c     the moments about a centre c; None: about 0, without a subtraction
      moments             those of the row: about 0, and about the mean where 0 is not admitted
      t_hat, y_hat        t^ and y^ of the ledger in lib/fast/error_bounds.h
      real_arithmetic     binary64 over R: round to nearest, ties to even, gradual underflow,
                          no overflow

    Overflow is outside of real_arithmetic; no_overflow.v shows that there is none.  Masked and
    padded lanes are zeros, as in the loops. *)

From Coq Require Import ZArith Reals List Bool Arith.
From Flocq Require Import Core.
From ExactNorm Require Import specification.
Import ListNotations.

Record arithmetic (number : Type) := Arithmetic {
  zero : number;
  plus : number -> number -> number;
  subtract : number -> number -> number;
  multiply : number -> number -> number;
  divide : number -> number -> number;
  muladd : number -> number -> number -> number;
  square_root : number -> number;
  negate : number -> number;
  at_most : number -> number -> bool;
  is_finite : number -> bool;
  power_of_two : Z -> number;
  of_count : nat -> number
}.
Arguments zero {number}.
Arguments plus {number}.
Arguments subtract {number}.
Arguments multiply {number}.
Arguments divide {number}.
Arguments muladd {number}.
Arguments square_root {number}.
Arguments negate {number}.
Arguments at_most {number}.
Arguments is_finite {number}.
Arguments power_of_two {number}.
Arguments of_count {number}.

(** kSumBlock, kAdmission = 2^-2, kLeastSquare and kMostSquare of lib/fast/error_bounds.h. *)
Definition sum_block : nat := 256.
Definition admission_exponent : Z := -2.
Definition least_square_exponent : Z := -500.
Definition most_square_exponent : Z := 300.

(** Pieces of n, the last one shorter; [fuel] is a bound on their number. *)
Fixpoint pieces {X} (fuel n : nat) (l : list X) : list (list X) :=
  match fuel, l with
  | S fuel, _ :: _ => firstn n l :: pieces fuel n (skipn n l)
  | _, _ => []
  end.

Fixpoint pairwise {X Y Z} (f : X -> Y -> Z) (v : list X) (w : list Y) : list Z :=
  match v, w with
  | x :: v, y :: w => f x y :: pairwise f v w
  | _, _ => []
  end.

Section Model.

Variable number : Type.
Variable A : arithmetic number.
Variable k : nat.

(** A vector is the list of its lanes. *)
Definition lanes : nat := 2 ^ k.
Definition zeros : list number := repeat (zero A) lanes.
Definition vector_add : list number -> list number -> list number := pairwise (plus A).

(** ** Sums *)

(** What an accumulator becomes with one more element: for the sum, and for the squares. *)
Definition step_sum (s e : number) : number := plus A s e.
Definition step_square (q e : number) : number := muladd A e e q.

Section Sum.
Variable step : number -> number -> number.

Definition take (s e : list number) : list number := pairwise step s e.

(** Four accumulators; in the tail the vectors that are left go to the first ones. *)
Fixpoint accumulate (vectors : list (list number)) (s0 s1 s2 s3 : list number) : list number :=
  match vectors with
  | v0 :: v1 :: v2 :: v3 :: rest =>
      accumulate rest (take s0 v0) (take s1 v1) (take s2 v2) (take s3 v3)
  | [v0; v1; v2] =>
      vector_add (vector_add (take s0 v0) (take s1 v1)) (vector_add (take s2 v2) s3)
  | [v0; v1] => vector_add (vector_add (take s0 v0) (take s1 v1)) (vector_add s2 s3)
  | [v0] => vector_add (vector_add (take s0 v0) s1) (vector_add s2 s3)
  | [] => vector_add (vector_add s0 s1) (vector_add s2 s3)
  end.

(** The elements of a block as vectors, the last one padded. *)
Definition padded (v : list number) : list number := v ++ repeat (zero A) (lanes - length v).
Definition vectors (block : list number) : list (list number) :=
  map padded (pieces (length block) lanes block).

Definition block_sum (block : list number) : list number :=
  accumulate (vectors block) zeros zeros zeros zeros.

(** The binary counter: level l holds the sum of 2^l partial sums or nothing. *)
Fixpoint counter_add (partial : list number) (levels : list (option (list number)))
  : list (option (list number)) :=
  match levels with
  | [] => [Some partial]
  | None :: rest => Some partial :: rest
  | Some held :: rest => None :: counter_add (vector_add held partial) rest
  end.

Definition counter_levels (blocks : list (list number)) : list (option (list number)) :=
  fold_left (fun levels block => counter_add (block_sum block) levels) blocks [].

Definition level_add (total : list number) (level : option (list number)) : list number :=
  match level with Some held => vector_add total held | None => total end.

(** Lane i takes lane i + half, until one is left. *)
Fixpoint lanes_sum (j : nat) (v : list number) : number :=
  match j with
  | O => hd (zero A) v
  | S j => lanes_sum j (vector_add (firstn (2 ^ j) v) (skipn (2 ^ j) v))
  end.

Definition row_sum (elements : list number) : number :=
  let blocks := pieces (length elements) sum_block elements in
  lanes_sum k (fold_left level_add (counter_levels blocks) zeros).
End Sum.

(** ** Moments *)

(** d of the ledger. *)
Definition deviation_hat (centre : option number) (x : number) : number :=
  match centre with Some m => subtract A x m | None => x end.

Record moments_hat := Moments {
  centre : option number;
  total : number;          (* fl (sum d); 0 for RMSNorm *)
  total_square : number;   (* fl (sum d^2) *)
  offset : number;         (* a^ *)
  mean_square_hat : number;  (* q^ *)
  variance_eps : number;   (* v^ *)
  rstd : number;           (* r^ *)
  shift : number;          (* c^ *)
  admitted : bool
}.

Definition one : number := power_of_two A 0.

Definition moments_about (op : operation) (eps : number) (xs : list number)
    (centre : option number) : moments_hat :=
  let d := map (deviation_hat centre) xs in
  let inverse := divide A one (of_count A (length xs)) in
  let s := match op with Layer_norm => row_sum step_sum d | Rms_norm => zero A end in
  let q := row_sum step_square d in
  let a := multiply A s inverse in
  let square := multiply A q inverse in
  let v := plus A (subtract A square (multiply A a a)) eps in
  let r := divide A one (square_root A v) in
  Moments centre s q a square v r (negate A (multiply A a r))
    (at_most A (multiply A a a) (multiply A (power_of_two A admission_exponent) v)
     && at_most A (power_of_two A least_square_exponent) square
     && at_most A square (power_of_two A most_square_exponent)).

Definition moments (op : operation) (eps : number) (xs : list number) : moments_hat :=
  let about_zero := moments_about op eps xs None in
  let again := match op with
    | Layer_norm => negb (admitted about_zero) && is_finite A (offset about_zero)
    | Rms_norm => false
    end in
  if again then moments_about op eps xs (Some (offset about_zero)) else about_zero.

(** ** Elements, and what is delivered besides *)

Definition t_hat (m : moments_hat) (x : number) : number :=
  muladd A (deviation_hat (centre m) x) (rstd m) (shift m).

Definition y_hat (m : moments_hat) (x g b : number) : number := muladd A g (t_hat m x) b.

Definition mean_hat (m : moments_hat) : number :=
  plus A (match centre m with Some c => c | None => zero A end) (offset m).

End Model.

Arguments row_sum {number}.
Arguments moments_about {number}.
Arguments moments {number}.
Arguments t_hat {number}.
Arguments y_hat {number}.
Arguments mean_hat {number}.
Arguments centre {number}.
Arguments total {number}.
Arguments total_square {number}.
Arguments offset {number}.
Arguments mean_square_hat {number}.
Arguments variance_eps {number}.
Arguments rstd {number}.
Arguments shift {number}.
Arguments admitted {number}.

(** ** binary64 over the reals *)

Local Open Scope R_scope.

(** round radix2 (FLT_exp (-1074) 53) ZnearestE. *)
Definition rnd (z : R) : R := nearest_even Binary64 z.
Definition binary64 (z : R) : Prop := generic_format radix2 (FLT_exp (-1074) 53) z.
Definition u : R := bpow radix2 (-53).

(** [fused]: whether the target has a fused multiply-add. *)
Definition real_arithmetic (fused : bool) : arithmetic R := {|
  zero := 0;
  plus := fun a b => rnd (a + b);
  subtract := fun a b => rnd (a - b);
  multiply := fun a b => rnd (a * b);
  divide := fun a b => rnd (a / b);
  muladd := fun a b c => if fused then rnd (a * b + c) else rnd (rnd (a * b) + c);
  square_root := fun a => rnd (sqrt a);
  negate := Ropp;
  at_most := Rle_bool;
  is_finite := fun _ => true;
  power_of_two := bpow radix2;
  of_count := INR
|}.

(** ** The ledger's quantities *)

(** SumHeight; N.size is std::bit_width. *)
Definition sum_height (columns lanes : N) : N :=
  let tree n := N.size (n - 1) in
  ((256 + 4 * lanes - 1) / (4 * lanes) + tree 4 + N.size ((columns + 255) / 256) + tree lanes)%N.

(** h of a row, as a real number. *)
Definition height (columns k : nat) : R :=
  IZR (Z.of_N (sum_height (N.of_nat columns) (2 ^ N.of_nat k))).

(** BoundNormalized, BoundMean, BoundRstd. *)
Definition bound_e1 (h : R) : R := (123 / 100 * h + 13) * u.
Definition bound_e0 (h : R) : R := (115 / 100 * h + 7) * u.
Definition bound_mean (h : R) : R := (105 / 100 * h + 4) * u.
Definition bound_rstd (h : R) : R := (122 / 100 * h + 9) * u.

(** What the ledger supposes of a row: numbers that binary64 holds, as all of binary32, bfloat16
    and binary16 are; no centre but 0 for RMSNorm; vectors of at most 2^1000 lanes. *)
Record supposed (k : nat) (op : operation) (eps : R) (xs : list R) (centre : option R) : Prop := {
  supposed_lanes : (k <= 1000)%nat;
  supposed_row : xs <> [];
  supposed_length : (Z.of_nat (length xs) <= 2 ^ 31)%Z;
  supposed_numbers : Forall binary64 xs;
  supposed_epsilon : binary64 eps;
  supposed_epsilon_range : 0 <= eps < bpow radix2 1024;
  supposed_centre : match op, centre with
    | _, None => True
    | Layer_norm, Some m => binary64 m
    | Rms_norm, Some _ => False
    end
}.

(** t of the ledger, exact. *)
Definition t_exact (op : operation) (xs : list R) (eps x : R) : R :=
  deviation op xs x / sqrt (power op xs eps).

(** y of the ledger, exact, and how far y^ may be from it (normalize.v): all but the last
    hundredth of |g| (E1 |t^| + E0), what rounding y^ adds, and what underflow can. *)
Definition y_exact (op : operation) (xs : list R) (eps x g b : R) : R :=
  g * deviation op xs x / sqrt (power op xs eps) + b.

Definition y_error (h t g y : R) : R :=
  99 / 100 * (Rabs g * (bound_e1 h * Rabs t + bound_e0 h)) + u * Rabs y + bpow radix2 (-800).
