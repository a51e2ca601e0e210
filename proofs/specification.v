(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the right answer is

    Purpose.  The one definition of LayerNorm and RMSNorm, over the real numbers and the bit
    patterns of four formats.  Nothing here computes; every rounding theorem of this folder
    refers to these definitions and to no other.  Whoever wants to know what is promised
    reads this file.

    Corresponds to the definition printed in lib/include/exactnorm/exactnorm.h.

    Symbols.
      format          binary64, binary32, binary16, bfloat16
      datum           what a bit pattern stands for: a NaN, an infinity, or a real number
      meaning f b     the datum of the pattern b (an integer, 0 <= b < 2^width) in format f
      nearest_even    round to nearest, ties to even, gradual underflow, unbounded above
                      (Flocq's rounding over the FLT format)
      represents f d b   the pattern b is the one right way to deliver the datum d in f
      row, result     what goes in, what a kernel returned, both as bit patterns
      element, mean_answer, rstd_answer   the exact answers, as data
      answers         every returned pattern is the right one

    Only Coq's reals and Flocq's rounding are used. *)

From Coq Require Import ZArith Reals List Bool.
From Flocq Require Import Core.
Import ListNotations.

Local Open Scope Z_scope.

(** ** Formats *)

Inductive format := Binary64 | Binary32 | Binary16 | Bfloat16.

(** Bits in all; bits of the significand, the hidden one included. *)
Definition width (f : format) : Z :=
  match f with Binary64 => 64 | Binary32 => 32 | Binary16 => 16 | Bfloat16 => 16 end.
Definition precision (f : format) : Z :=
  match f with Binary64 => 53 | Binary32 => 24 | Binary16 => 11 | Bfloat16 => 8 end.

(** The smallest subnormal is 2^emin; the finite numbers lie below 2^emax in magnitude. *)
Definition emin (f : format) : Z :=
  match f with Binary64 => -1074 | Binary32 => -149 | Binary16 => -24 | Bfloat16 => -133 end.
Definition emax (f : format) : Z :=
  match f with Binary64 => 1024 | Binary32 => 128 | Binary16 => 16 | Bfloat16 => 128 end.

(** ** Bit patterns and what they mean *)

Definition is_pattern (f : format) (b : Z) : Prop := 0 <= b < 2 ^ width f.

Definition exponent_bits (f : format) : Z := width f - precision f.
Definition sign_field (f : format) (b : Z) : bool := 2 ^ (width f - 1) <=? b.
Definition exponent_field (f : format) (b : Z) : Z :=
  (b / 2 ^ (precision f - 1)) mod 2 ^ exponent_bits f.
Definition fraction_field (f : format) (b : Z) : Z := b mod 2 ^ (precision f - 1).

Inductive datum :=
  | Not_a_number
  | Infinite (negative : bool)
  | Finite (z : R).

Definition magnitude (f : format) (b : Z) : R :=
  if exponent_field f b =? 0
  then (IZR (fraction_field f b) * bpow radix2 (emin f))%R
  else (IZR (2 ^ (precision f - 1) + fraction_field f b)
        * bpow radix2 (emin f + exponent_field f b - 1))%R.

Definition meaning (f : format) (b : Z) : datum :=
  if exponent_field f b =? 2 ^ exponent_bits f - 1
  then if fraction_field f b =? 0 then Infinite (sign_field f b) else Not_a_number
  else Finite (if sign_field f b then - magnitude f b else magnitude f b)%R.

(** ** Delivering a datum *)

Definition nearest_even (f : format) (z : R) : R :=
  round radix2 (FLT_exp (emin f) (precision f)) ZnearestE z.

Definition canonical_nan (f : format) : Z :=
  match f with
  | Binary64 => 0x7FF8000000000000
  | Binary32 => 0x7FC00000
  | Binary16 => 0x7E00
  | Bfloat16 => 0x7FC0
  end.

Definition infinity (f : format) (negative : bool) : Z :=
  match f with
  | Binary64 => 0x7FF0000000000000
  | Binary32 => 0x7F800000
  | Binary16 => 0x7C00
  | Bfloat16 => 0x7F80
  end + (if negative then 2 ^ (width f - 1) else 0).

(** An exact zero is delivered as +0.  A non-zero number keeps its sign, also where it rounds to
    zero; where its rounding leaves the format it becomes an infinity. *)
Inductive represents (f : format) : datum -> Z -> Prop :=
  | represents_nan :
      represents f Not_a_number (canonical_nan f)
  | represents_infinity s :
      represents f (Infinite s) (infinity f s)
  | represents_zero :
      represents f (Finite 0) 0
  | represents_number z b :
      z <> 0%R ->
      (Rabs (nearest_even f z) < bpow radix2 (emax f))%R ->
      is_pattern f b ->
      meaning f b = Finite (nearest_even f z) ->
      sign_field f b = Rlt_bool z 0 ->
      represents f (Finite z) b
  | represents_overflow z :
      (bpow radix2 (emax f) <= Rabs (nearest_even f z))%R ->
      represents f (Finite z) (infinity f (Rlt_bool z 0)).

(** ** The formula, over the reals *)

Inductive operation := Layer_norm | Rms_norm.

Section Formula.
Local Open Scope R_scope.

Variable op : operation.
Variable xs : list R.
Variable eps : R.

Definition sum (l : list R) : R := fold_right Rplus 0 l.
Definition count : R := INR (length xs).

Definition mean : R := sum xs / count.
Definition variance : R := sum (map (fun x => (x - mean) * (x - mean)) xs) / count.
Definition mean_square : R := sum (map (fun x => x * x) xs) / count.

(** What the square root is taken of. *)
Definition power : R :=
  match op with Layer_norm => variance | Rms_norm => mean_square end + eps.

(** What is divided by it. *)
Definition deviation (x : R) : R :=
  match op with Layer_norm => x - mean | Rms_norm => x end.

(** A signed infinity plus a bias, as IEEE has it. *)
Definition infinite_plus (s : bool) (b : datum) : datum :=
  match b with
  | Not_a_number => Not_a_number
  | Infinite t => if Bool.eqb s t then Infinite s else Not_a_number
  | Finite _ => Infinite s
  end.

(** One element, for a finite row.  The order of the tests is the order of precedence. *)
Definition normalized (x : R) (gain bias : datum) : datum :=
  if Req_bool power 0 then Not_a_number
  else match gain, bias with
  | Not_a_number, _ => Not_a_number
  | _, Not_a_number => Not_a_number
  | Infinite s, _ =>
      if Req_bool (deviation x) 0 then Not_a_number
      else infinite_plus (xorb s (Rlt_bool (deviation x) 0)) bias
  | Finite _, Infinite t => Infinite t
  | Finite g, Finite b => Finite (g * deviation x / sqrt power + b)
  end.

Definition reciprocal_deviation : datum :=
  if Req_bool power 0 then Infinite false else Finite (1 / sqrt power).

End Formula.

(** ** Rows and results *)

Record row := Row {
  row_operation : operation;
  x_format : format;
  parameter_format : format;      (** of gamma and beta *)
  y_format : format;
  statistics_format : format;     (** of mean and rstd *)
  x : list Z;                     (** bit patterns, as all that follows *)
  gamma : option (list Z);        (** absent: all 1 *)
  beta : option (list Z);         (** absent: all 0 *)
  epsilon : Z                     (** a binary64, taken exactly *)
}.

Record result := Result {
  y : list Z;
  returned_mean : option Z;
  returned_rstd : option Z
}.

Definition well_formed_parameter (r : row) (p : option (list Z)) : Prop :=
  forall l, p = Some l ->
    length l = length (x r) /\ Forall (is_pattern (parameter_format r)) l.

(** eps is finite and not negative; the pattern of -0 means 0 and is welcome. *)
Definition well_formed (r : row) : Prop :=
  x r <> [] /\
  Forall (is_pattern (x_format r)) (x r) /\
  well_formed_parameter r (gamma r) /\
  well_formed_parameter r (beta r) /\
  is_pattern Binary64 (epsilon r) /\
  exists e, meaning Binary64 (epsilon r) = Finite e /\ (0 <= e)%R.

(** The numbers of a row, if each of them is finite. *)
Fixpoint finite_numbers (l : list datum) : option (list R) :=
  match l with
  | [] => Some []
  | Finite z :: l => match finite_numbers l with Some zs => Some (z :: zs) | None => None end
  | _ => None
  end.

Definition numbers (r : row) : option (list R) :=
  finite_numbers (map (meaning (x_format r)) (x r)).

Definition parameter (r : row) (absent : R) (p : option (list Z)) (i : nat) : datum :=
  match p with
  | None => Finite absent
  | Some l => meaning (parameter_format r) (nth i l 0)
  end.

Definition eps (r : row) : R :=
  match meaning Binary64 (epsilon r) with Finite e => e | _ => 0%R end.

(** ** The answers *)

Definition element (r : row) (i : nat) : datum :=
  match numbers r with
  | None => Not_a_number
  | Some xs =>
      normalized (row_operation r) xs (eps r) (nth i xs 0%R)
                 (parameter r 1 (gamma r) i) (parameter r 0 (beta r) i)
  end.

Definition mean_answer (r : row) : datum :=
  match numbers r with None => Not_a_number | Some xs => Finite (mean xs) end.

Definition rstd_answer (r : row) : datum :=
  match numbers r with
  | None => Not_a_number
  | Some xs => reciprocal_deviation (row_operation r) xs (eps r)
  end.

(** Every pattern that was returned is the right one.  Only LayerNorm returns a mean. *)
Definition answers (r : row) (a : result) : Prop :=
  length (y a) = length (x r) /\
  (forall i, (i < length (x r))%nat ->
     represents (y_format r) (element r i) (nth i (y a) 0)) /\
  (forall m, returned_mean a = Some m ->
     row_operation r = Layer_norm /\ represents (statistics_format r) (mean_answer r) m) /\
  (forall s, returned_rstd a = Some s ->
     represents (statistics_format r) (rstd_answer r) s).
