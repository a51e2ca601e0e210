(* SPDX-License-Identifier: Apache-2.0 *)
(** * The models of lib/fast as an OCaml program

    The definitions of model.v in fast, sharp and binary64 that the theorems speak about, for any
    arithmetic; main.ml gives them binary64's.  Numbers, natural numbers and integers are Coq's own: no mapping is trusted
    but that of lists, pairs, options and booleans. *)

From Coq Require Import Extraction ExtrOcamlBasic.
From ExactNorm Require Import specification fast.model sharp.model
  sharp.statistics_model binary64.model binary64.elements_model binary64.statistics.

Extraction Language OCaml.
Extraction "fast_model.ml" fast.model.moments deviation_hat t_hat y_hat
  row_scale sharp_moments_of t_hat_sharp y_hat_sharp y_error_sharp y_ends_sharp
  mean_pair mean_error rstd_parts rstd_error
  tier_moments_of takes_part scales_of column_of column_counts element_of
  tier_mean tier_mean_error tier_rstd_error.
