(* SPDX-License-Identifier: Apache-2.0 *)
(** * The checker as an OCaml module

    Purpose.  Extracts certify, and what its report needs, to certified.ml in the current folder.
    Integers become zarith's (Coq's own ExtrOcamlZBigInt mapping, which is trusted, as are Coq's
    extraction, the OCaml compiler and zarith's + - * / and shifts).  zarith's square root and
    bit length are not trusted: main.ml hands them over as hints, and hints are checked.

    Main result.  The file certified.ml; the theorem about it is certificate.certify_correct. *)

From Coq Require Import Extraction ExtrOcamlBasic ExtrOcamlZBigInt.
From ExactNorm Require Import specification exact.location exact.row reference.certificate.

Extraction Language OCaml.
Extraction "certified.ml" certify expected admissible mean_allowed.
