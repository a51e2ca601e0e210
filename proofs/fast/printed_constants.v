(* SPDX-License-Identifier: Apache-2.0 *)
(** * The tables of the three constants.v, printed

    Purpose.  Input of tests/proofs/constants_test.  Writes constants.out where it is compiled. *)

From Coq Require Import ZArith List String.
From ExactNorm Require Import fast.constants sharp.constants binary64.constants.

Local Open Scope string_scope.
Local Open Scope Z_scope.
Set Printing Width 200.
Set Printing Depth 100000.
Redirect "constants" Eval vm_compute in (table ++ sharp_table ++ tier_table)%list.
