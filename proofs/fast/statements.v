(* SPDX-License-Identifier: Apache-2.0 *)
(** * What is proved about the fast stage, without the proofs

    Purpose.  For a reader who doubts the error ledger of lib/fast/error_bounds.h.  Read
    specification.v, which says what the right answer is; model.v, which says what the loops
    compute, what the ledger supposes of a row and what its bounds are; then this file.  Each
    statement is written out here and closed by the theorem that proves it.

    Symbols: those of model.v, of sums.v the tree, and of elements.v
      deviations c xs    x - m, exact; m is 0 without a centre
      mean_sq c xs       R^2 of the ledger, the mean of their squares *)

From Coq Require Import ZArith NArith Reals List.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.elements
  fast.row_moments fast.normalize.
Import ListNotations.

Local Open Scope R_scope.

(** ** Sums *)

(** A sum along any tree of additions of height h. *)
Theorem sums_along_a_tree t :
  Forall binary64 (tree_leaves t) -> INR (tree_height t) * u <= / 1000000000000 ->
  Rabs (tree_value t - sum (tree_leaves t))
  <= 10001 / 10000 * INR (tree_height t) * u * sum (map Rabs (tree_leaves t)).
Proof. exact (tree_error t). Qed.

(** The sum of a row as the loops form it is as near as along a tree of height SumHeight:
    near n s w x says |x - s| <= ((1 + u)^n - 1) w. *)
Theorem sums_of_a_row fused k xs :
  Forall binary64 xs ->
  near (N.to_nat (sum_height (N.of_nat (length xs)) (2 ^ N.of_nat k)))
    (sum xs) (sum (map Rabs xs))
    (row_sum (real_arithmetic fused) k (step_sum R (real_arithmetic fused)) xs).
Proof. exact (row_sum_plain fused k xs). Qed.

Section Row.

(** FMA or not, vectors of 2^k lanes, LayerNorm or RMSNorm, any eps, any row, any centre. *)
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Variable centre : option R.
Hypothesis Supposed : supposed k op eps xs centre.

Let A := real_arithmetic fused.
Let M := moments_about A k op eps xs centre.
Let h := height (length xs) k.
Hypothesis Admission : admitted M = true.

(** ** Moments *)

Theorem variance_is_near :
  0 < variance_eps M /\
  Rabs (variance_eps M - power op xs eps) <= (238 / 100 * h + 133 / 10) * u * variance_eps M.
Proof. exact (variance_bound fused k op eps xs centre Supposed Admission). Qed.

Theorem power_is_positive : 0 < power op xs eps.
Proof. exact (power_positive fused k op eps xs centre Supposed Admission). Qed.

Theorem spread_is_bounded : sqrt (mean_sq centre xs) <= sqrt (12503 / 10000 * variance_eps M).
Proof. exact (spread_bound fused k op eps xs centre Supposed Admission). Qed.

Theorem mean_is_near : op = Layer_norm ->
  Rabs (mean_hat A M - mean xs)
  <= bound_mean h * sqrt (mean_sq centre xs) + u * Rabs (mean_hat A M).
Proof. exact (mean_hat_bound fused k op eps xs centre Supposed Admission). Qed.

Theorem rstd_is_near :
  0 < rstd M /\ Rabs (rstd M - 1 / sqrt (power op xs eps)) <= bound_rstd h * rstd M.
Proof. exact (rstd_bound fused k op eps xs centre Supposed Admission). Qed.

(** ** Elements *)

Theorem normalized_is_near x : In x xs ->
  Rabs (t_hat A M x - deviation op xs x / sqrt (power op xs eps))
  <= (12 / 10 * h + 117 / 10) * u * Rabs (t_hat A M x) + (112 / 100 * h + 673 / 100) * u
     + bpow radix2 (-1000).
Proof. exact (t_hat_bound fused k op eps xs centre Supposed Admission x). Qed.

(** E1 = (1.23 h + 13) u and E0 = (1.15 h + 7) u: the hundredth that is left unused is the room that
    the ledger promises to the evaluation of the bound. *)
Theorem result_is_near x g b : In x xs -> binary64 b -> Rabs g < bpow radix2 128 ->
  Rabs (y_hat A M x g b - (g * deviation op xs x / sqrt (power op xs eps) + b))
  <= 99 / 100 * (Rabs g * ((123 / 100 * h + 13) * u * Rabs (t_hat A M x) + (115 / 100 * h + 7) * u))
     + u * Rabs (y_hat A M x g b) + bpow radix2 (-800).
Proof.
  exact (fun X => y_hat_bound fused k op eps xs centre Supposed Admission x X g b).
Qed.

End Row.

(** The moments of the row are those about some centre, so all of the above speaks about them. *)
Theorem moments_are_about_a_centre fused k op eps xs :
  supposed k op eps xs None ->
  exists centre, supposed k op eps xs centre /\
    moments (real_arithmetic fused) k op eps xs
    = moments_about (real_arithmetic fused) k op eps xs centre.
Proof. exact (moments_about_some fused k op eps xs). Qed.
