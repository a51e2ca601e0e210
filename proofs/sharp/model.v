(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sharp stage, operation by operation

    Purpose.  What lib/fast/double_double-inl.h, sharp_moments-inl.h and sharp-inl.h compute, in their
    order, for any arithmetic, as fast/model.v does it for the medium path: meaning.v shows that over
    the reals these are the numbers that the theorems of this folder speak about; over a machine's
    binary64 they are extracted and run (fast/extraction.v).

    Symbols.
      A, k, fused      the operations; vectors have 2^k lanes; whether muladd rounds once
      exponent x       that of |x| for x not 0: 2^exponent <= |x| < 2^(exponent + 1)
      pair             hi + lo, not evaluated
      row_scale        s of the ledger in lib/fast/sharp_error_bounds.h; None where FindScale gives 0
      sharp_moments_of   the moments of the row times s
      t_hat_sharp, y_hat_sharp, y_error_sharp, y_ends_sharp
                       t^, y^, the bound on its error, and what the ends test adds to y^'s high part

    Padded and masked lanes are zeros, as in the loops.  A block holds whole rounds of both
    accumulators for up to 32 lanes. *)

From Coq Require Import ZArith List Bool Arith.
From ExactNorm Require Import specification fast.model.
Import ListNotations.

(** kSharpBlock of sharp_moments-inl.h; log2 of its least and most scale; kSharpLeastV, its inverse, kSharpKappa,
    kSharpLeastKappa, kSharpLeastSquare, kSharpUnit and kSharpUnderflow of sharp_error_bounds.h; kSharpKappaMargin is 101 / 100 below. *)
Definition sharp_block : nat := 64.
Definition least_scale_exponent : Z := -1000.
Definition most_scale_exponent : Z := 1000.
Definition sharp_least_v_exponent : Z := -900.
Definition sharp_most_v_exponent : Z := 900.
Definition sharp_kappa_exponent : Z := 36.
Definition sharp_least_kappa_exponent : Z := -900.
Definition sharp_least_square_exponent : Z := -930.
Definition sharp_unit_exponent : Z := -106.
Definition sharp_underflow_exponent : Z := -1050.

Section Model.

Variable number : Type.
Variable A : arithmetic number.
Variable fused : bool.

Definition pair : Type := number * number.
Definition no_pair : pair := (zero A, zero A).

(** A decimal fraction, as the compiler rounds it. *)
Definition literal (n d : nat) : number := divide A (of_count A n) (of_count A d).

(** That of -0 is -0: positive numbers are added to what it is multiplied by. *)
Definition magnitude_of (x : number) : number := if at_most A (zero A) x then x else negate A x.

(** ** Pairs *)

Definition two_sum (a b : number) : pair :=
  let sum := plus A a b in
  let b_part := subtract A sum a in
  let a_part := subtract A sum b_part in
  (sum, plus A (subtract A a a_part) (subtract A b b_part)).

Definition fast_two_sum (a b : number) : pair :=
  let sum := plus A a b in (sum, subtract A b (subtract A sum a)).

(** The number that splits another one into halves of its digits. *)
Definition splitter : number := plus A (power_of_two A 27) (power_of_two A 0).
Definition split_high (a : number) : number :=
  let scaled := multiply A a splitter in subtract A scaled (subtract A scaled a).

Definition two_product (a b : number) : pair :=
  let product := multiply A a b in
  if fused then (product, muladd A a b (negate A product))
  else
    let a_high := split_high a in
    let b_high := split_high b in
    let a_low := subtract A a a_high in
    let b_low := subtract A b b_high in
    let left := subtract A (multiply A a_high b_high) product in
    let cross := plus A (plus A left (multiply A a_high b_low)) (multiply A a_low b_high) in
    (product, plus A cross (multiply A a_low b_low)).

Definition plus_pair (a b : pair) : pair :=
  let s := two_sum (fst a) (fst b) in
  let t := two_sum (snd a) (snd b) in
  let v := fast_two_sum (fst s) (plus A (snd s) (fst t)) in
  fast_two_sum (fst v) (plus A (snd t) (snd v)).

Definition plus_one (a : pair) (b : number) : pair :=
  let s := two_sum (fst a) b in fast_two_sum (fst s) (plus A (snd a) (snd s)).

Definition times (a b : pair) : pair :=
  let p := two_product (fst a) (fst b) in
  let cross := plus A (multiply A (fst a) (snd b)) (multiply A (snd a) (fst b)) in
  fast_two_sum (fst p) (plus A (snd p) cross).

Definition times_one (a : pair) (b : number) : pair :=
  let p := two_product (fst a) b in fast_two_sum (fst p) (plus A (snd p) (multiply A (snd a) b)).

Definition opposite (a : pair) : pair := (negate A (fst a), negate A (snd a)).

(** ** The scale *)

Section Scale.
Variable exponent : number -> Z.

Definition is_zero (x : number) : bool := at_most A x (zero A) && at_most A (zero A) x.

(** That of the largest number; None if all are 0. *)
Definition largest_exponent (xs : list number) : option Z :=
  fold_left (fun most x =>
    if is_zero x then most
    else match most with
      | Some e => Some (Z.max e (exponent x))
      | None => Some (exponent x)
      end) xs None.

Definition row_scale (f : format) (xs : list number) : option number :=
  match f with
  | Binary64 =>
      if forallb (is_finite A) xs then
        match largest_exponent xs with
        | Some e => Some (power_of_two A (- Z.max least_scale_exponent (Z.min e most_scale_exponent)))
        | None => None
        end
      else None
  | _ => Some (power_of_two A 0)
  end.
End Scale.

(** ** Sums *)

Section Rows.
Variable k : nat.

Definition blocks {X} (row : list X) : list (list X) := pieces (length row) sharp_block row.

(** The sum that the mean is rounded from. *)
Definition centre_lanes (xs : list number) : list number :=
  fold_left (fun sum block => fold_left (vector_add number A) (vectors number A k block) sum)
    (blocks xs) (zeros number A k).
Definition centre_sum (xs : list number) : number := fold_left (plus A) (centre_lanes xs) (zero A).

(** e = d + d' of x s, from the centre m. *)
Definition scaled (s x : number) : number := multiply A x s.
Definition deviation_pair (s m x : number) : pair := two_sum (scaled s x) (negate A m).

(** What a lane's sum becomes with one more e, and what its square is. *)
Definition step_pair (held e : pair) : pair :=
  let sum := two_sum (fst held) (fst e) in
  (fst sum, plus A (snd held) (plus A (snd sum) (snd e))).
Definition square_pair (e : pair) : pair :=
  let square := two_product (fst e) (fst e) in
  (fst square, plus A (snd square) (multiply A (plus A (fst e) (fst e)) (snd e))).
Definition step_square_pair (held e : pair) : pair := step_pair held (square_pair e).

Section Sum.
Variable step : pair -> pair -> pair.

Definition pair_lanes : list pair := repeat no_pair (2 ^ k).
Definition padded_pairs (v : list pair) : list pair := v ++ repeat no_pair (2 ^ k - length v).

(** A vector for each accumulator; of the row's last round the second one may not be there. *)
Definition take_round (held : list pair * list pair) (round : list pair) : list pair * list pair :=
  (pairwise step (fst held) (padded_pairs (firstn (2 ^ k) round)),
   if length round <=? 2 ^ k then snd held
   else pairwise step (snd held) (padded_pairs (skipn (2 ^ k) round))).

Definition take_block (held : list pair * list pair) (block : list pair) : list pair * list pair :=
  fold_left take_round (pieces (length block) (2 * 2 ^ k) block) held.

(** Lane i takes lane i + half, until one is left. *)
Fixpoint sum_of_lanes (j : nat) (v : list pair) : pair :=
  match j with
  | O => hd no_pair v
  | S j => sum_of_lanes j (pairwise plus_pair (firstn (2 ^ j) v) (skipn (2 ^ j) v))
  end.

Definition normalized_pair (a : pair) : pair := fast_two_sum (fst a) (snd a).

Definition pair_sum (es : list pair) : pair :=
  let held := fold_left take_block (blocks es) (pair_lanes, pair_lanes) in
  sum_of_lanes k (pairwise plus_pair (map normalized_pair (fst held)) (map normalized_pair (snd held))).
End Sum.

(** ** Moments *)

Record sharp_moments := Sharp_moments {
  sharp_scale : number;
  sharp_centre : number;       (* m *)
  sharp_offset : pair;         (* a^ *)
  sharp_mean_square : pair;    (* q^ *)
  sharp_variance : pair;       (* v^ *)
  sharp_kappa : number;        (* before it is at least kSharpLeastKappa *)
  sharp_rstd : pair;           (* r^ *)
  sharp_e1 : number;           (* BoundSharp *)
  sharp_e0 : number;
  sharp_admitted : bool
}.

Definition sharp_one : number := power_of_two A 0.

(** 1 / N = i + (1 - N i) / N *)
Definition inverse_pair (n : number) : pair :=
  let high := divide A sharp_one n in
  let product := two_product n high in
  let rest := subtract A (subtract A sharp_one (fst product)) (snd product) in
  fast_two_sum high (multiply A rest high).

Definition rstd_of (v : pair) : pair :=
  let root := divide A sharp_one (square_root A (fst v)) in
  let unit := times v (two_product root root) in
  let h := subtract A (subtract A sharp_one (fst unit)) (snd unit) in
  let step := multiply A h (muladd A h (literal 3 8) (literal 1 2)) in
  fast_two_sum root (multiply A root step).

(** SharpSumError and BoundSharp. *)
Definition sum_error (columns : nat) : number :=
  let per_round := 2 ^ k * 2 in
  let additions := of_count A ((columns + per_round - 1) / per_round + 1) in
  let side := plus A additions (of_count A 8) in
  plus A (multiply A side side) (of_count A 32).
Definition bound_e1_sharp (sum_error kappa : number) : number :=
  multiply A
    (multiply A (of_count A 2)
      (plus A (multiply A (plus A (multiply A (literal 16 10) sum_error) (of_count A 11)) kappa) (of_count A 94)))
    (power_of_two A sharp_unit_exponent).
Definition bound_e0_sharp (sum_error root_of_kappa : number) : number :=
  multiply A (multiply A (multiply A (literal 21 10) sum_error) root_of_kappa) (power_of_two A sharp_unit_exponent).

Definition larger (a b : number) : number := if at_most A a b then b else a.
Definition kappa_from (q v : pair) : number :=
  divide A (larger (multiply A (literal 101 100) (fst q)) (power_of_two A sharp_least_square_exponent)) (fst v).

(** FindScale's s is given.  Where the centre is not finite, the stage ends: nothing but that counts. *)
Definition sharp_moments_of (op : operation) (eps s : number) (xs : list number) : sharp_moments :=
  let n := of_count A (length xs) in
  let m := match op with
    | Layer_norm => divide A (centre_sum (map (scaled s) xs)) n
    | Rms_norm => zero A
    end in
  let es := map (deviation_pair s m) xs in
  let inverse := inverse_pair n in
  let q := times (pair_sum step_square_pair es) inverse in
  let a := match op with Layer_norm => times (pair_sum step_pair es) inverse | Rms_norm => no_pair end in
  let spread := match op with Layer_norm => plus_pair q (opposite (times a a)) | Rms_norm => q end in
  let v := plus_one spread (multiply A (multiply A eps s) s) in
  let kappa := kappa_from q v in
  let larger_kappa := larger kappa (power_of_two A sharp_least_kappa_exponent) in
  let K := sum_error (length xs) in
  Sharp_moments s m a q v kappa (rstd_of v)
    (bound_e1_sharp K larger_kappa) (bound_e0_sharp K (square_root A larger_kappa))
    (is_finite A m
     && at_most A (power_of_two A sharp_least_v_exponent) (fst v)
     && at_most A (fst v) (power_of_two A sharp_most_v_exponent)
     && at_most A kappa (power_of_two A sharp_kappa_exponent)).

(** ** Elements *)

Definition t_hat_sharp (m : sharp_moments) (x : number) : pair :=
  let e := deviation_pair (sharp_scale m) (sharp_centre m) x in
  times (plus_pair e (opposite (sharp_offset m))) (sharp_rstd m).

Definition y_hat_sharp (m : sharp_moments) (x g b : number) : pair :=
  plus_one (times_one (t_hat_sharp m x) g) b.

Definition y_error_sharp (m : sharp_moments) (x g b : number) : number :=
  let t_error := muladd A (magnitude_of (fst (t_hat_sharp m x))) (sharp_e1 m) (sharp_e0 m) in
  let ends := muladd A (magnitude_of (fst (y_hat_sharp m x g b)))
                (multiply A (of_count A 8) (power_of_two A sharp_unit_exponent))
                (power_of_two A sharp_underflow_exponent) in
  muladd A (magnitude_of g) t_error ends.

Definition y_ends_sharp (m : sharp_moments) (x g b : number) : pair :=
  let low := snd (y_hat_sharp m x g b) in
  let error := y_error_sharp m x g b in
  (subtract A low error, plus A low error).
End Rows.
End Model.

Arguments two_sum {number}.
Arguments fast_two_sum {number}.
Arguments two_product {number}.
Arguments plus_pair {number}.
Arguments plus_one {number}.
Arguments times {number}.
Arguments times_one {number}.
Arguments row_scale {number}.
Arguments pair_sum {number}.
Arguments sharp_moments_of {number}.
Arguments t_hat_sharp {number}.
Arguments y_hat_sharp {number}.
Arguments y_error_sharp {number}.
Arguments y_ends_sharp {number}.
Arguments sharp_scale {number}.
Arguments sharp_centre {number}.
Arguments sharp_offset {number}.
Arguments sharp_mean_square {number}.
Arguments sharp_variance {number}.
Arguments sharp_kappa {number}.
Arguments sharp_rstd {number}.
Arguments sharp_e1 {number}.
Arguments sharp_e0 {number}.
Arguments sharp_admitted {number}.
