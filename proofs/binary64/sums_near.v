(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the sums of a binary64 row are to be

    Purpose.  What the ledger in lib/fast/binary64_error_bounds.h says of the four sums that FinishBinary64
    starts from, as sums_error.v proves it and finish.v takes it.

    Corresponds to Binary64Sums of lib/fast/binary64_moments-inl.h.

    Symbols.
      n, k         columns; 2^k lanes
      a, r         mean of the deviations d; R, the square root of the mean of d^2
      X, G         power of two above max|d|; the grid of the split
      d1, d2       computed sums of the deviations' first and second parts
      rest         computed sum of second (d + first)
      squares      computed sum of first^2, a pair
      blocks n     B of the ledger *)

From Coq Require Import ZArith Reals.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model binary64.model.

Local Open Scope R_scope.

Definition blocks (n : nat) : nat := (n + 255) / 256.

Record tier_sums_near (n k : nat) (a r X G d1 d2 rest : R) (squares : R * R) : Prop := {
  near_first : binary64 d1;
  near_second : binary64 d2;
  near_rest : binary64 rest;
  near_squares : binary64 (fst squares) /\ binary64 (snd squares);
  near_columns : 1 <= INR n <= bpow radix2 18;
  near_height : 1 <= height n k <= 80;
  near_mean : Rabs a <= r;
  near_size : bpow radix2 (-409) <= r <= bpow radix2 400;
  near_scale : r <= X <= bpow radix2 10 * r;
  near_grid : 0 < G <= bpow radix2 (-13) * r;
  near_offset : Rabs (d1 + d2 - INR n * a) <= 5001 / 10000 * (height n k * (u * (INR n * G)));
  near_mean_square :
    Rabs (fst squares + snd squares + rest - INR n * (r * r))
    <= 10004 / 10000 * ((height n k + 1) * (u * (INR n * (G * r))))
       + (INR (tier_sum_error n k) - 64) * (u * (u * (INR n * (r * r))));
  near_high : 0 <= fst squares <= 1001 / 1000 * (INR n * (r * r));
  near_low : Rabs (snd squares) <= 1003 / 1000 * (INR (4 * blocks n + 2 * 2 ^ k) * (u * (INR n * (r * r))));
  near_rest_size : Rabs rest <= / 4000 * (INR n * (r * r))
}.
