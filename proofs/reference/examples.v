(* SPDX-License-Identifier: Apache-2.0 *)
(** * Rows, evaluated

    Purpose.  The definitions at work on concrete rows, computed by Coq itself: the checker is
    neither empty nor blind.  Bits are written in hexadecimal.

    Corresponds to tests/corpus.

    Main results: each Example. *)

From Coq Require Import ZArith Reals List.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.location reference.certificate.
Import ListNotations.

Local Open Scope Z_scope.

(** An oracle that knows nothing. *)
Definition no_hints := Hints (fun _ => 0) (fun _ => 0).

Definition bfloat16_row op e l : row :=
  Row op Bfloat16 Bfloat16 Bfloat16 Bfloat16 l None None e.

(** LayerNorm of (1, 3) with eps = 0 is (-1, 1), mean 2, rstd 1; eps = -0 is the same. *)
Example one_three :
  certify no_hints (bfloat16_row Layer_norm 0 [0x3F80; 0x4040])
    (Result [0xBF80; 0x3F80] (Some 0x4000) (Some 0x3F80)) = true.
Proof. vm_compute. reflexivity. Qed.

Example one_three_minus_zero :
  certify no_hints (bfloat16_row Layer_norm 0x8000000000000000 [0x3F80; 0x4040])
    (Result [0xBF80; 0x3F80] (Some 0x4000) (Some 0x3F80)) = true.
Proof. vm_compute. reflexivity. Qed.

(** One unit in the last place off. *)
Example one_three_off :
  certify no_hints (bfloat16_row Layer_norm 0 [0x3F80; 0x4040])
    (Result [0xBF80; 0x3F81] None None) = false.
Proof. vm_compute. reflexivity. Qed.

(** A binary32 row with gamma and beta, statistics in binary64: x = (1, 2, 4), eps = 1e-5. *)
Example binary32_row :
  certify no_hints
    (Row Layer_norm Binary32 Binary32 Binary32 Binary64
       [0x3F800000; 0x40000000; 0x40800000]
       (Some [0x3F000000; 0x3F000000; 0xBF000000]) (Some [0; 0x3F800000; 0x80000000])
       0x3EE4F8B588E368F1)
    (Result [0xBF08D65A; 0x3F5DCA69; 0xBF2B0BF1]
            (Some 0x4002AAAAAAAAAAAB) (Some 0x3FE9A830F077798C)) = true.
Proof. vm_compute. reflexivity. Qed.

(** Subnormal x in binary16, gamma and beta in bfloat16 with overflow, an infinite beta, and an
    infinite gamma where x = mu. *)
Example mixed_row :
  certify no_hints
    (Row Layer_norm Binary16 Bfloat16 Binary16 Binary32 [0x0001; 0x8001; 0]
       (Some [0x7F7F; 0x3F80; 0x7F80]) (Some [0; 0x7F80; 0x3F80]) 0)
    (Result [0x7C00; 0x7C00; 0x7E00] (Some 0) (Some 0x4B9CC471)) = true.
Proof. vm_compute. reflexivity. Qed.

(** A NaN in the row: all is the canonical NaN, and another NaN is refused. *)
Example nan_row :
  certify no_hints (bfloat16_row Rms_norm 0 [0x7FC1; 0x3F80])
    (Result [0x7FC0; 0x7FC0] None (Some 0x7FC0)) = true /\
  certify no_hints (bfloat16_row Rms_norm 0 [0x7FC1; 0x3F80])
    (Result [0x7FC0; 0xFFC0] None None) = false.
Proof. split; vm_compute; reflexivity. Qed.

(** An exactly zero result is +0, even where beta is -0. *)
Example zero_row :
  certify no_hints
    (Row Rms_norm Binary32 Binary32 Binary32 Binary32 [0; 0x3F800000] None
       (Some [0x80000000; 0xBF800000]) 0x3FE0000000000000)
    (Result [0; 0] None (Some 0x3F800000)) = true.
Proof. vm_compute. reflexivity. Qed.
