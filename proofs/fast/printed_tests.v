(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the modelled tests say, printed

    Purpose.  Input of tests/proofs/certification_test, which asks the C++ the same.  Writes tests.out
    where it is compiled: patterns around every edge of the window tests, of the cuts and of the
    cells, each with the answer of the model.

    Symbols.
      sample          a name and numbers: what is asked, then the answer, 0 or 1 for a test *)

From Coq Require Import ZArith List String Bool.
From Flocq Require Import Core BinarySingleNaN Binary Bits.
From ExactNorm Require Import specification exact.pattern fast.window_test fast.demotion fast.ends
  fast.cell16.
Import ListNotations.

Local Open Scope string_scope.
Local Open Scope Z_scope.
Local Open Scope list_scope.

Definition sample : Type := string * list Z.
Definition answer (b : bool) : Z := if b then 1 else 0.
Definition each {A B} (l : list A) (f : A -> list B) : list B := flat_map f l.

(** Tails around the window, of n bits. *)
Definition tails (n w : Z) : list Z :=
  let half := 2 ^ (n - 1) in
  [0; 1; half - w - 1; half - w; half - w + 1; half; half + w - 1; half + w; half + w + 1; 2 ^ n - 1].

(** Exponent fields around what passes, of k bits. *)
Definition exponents (field k : Z) : list Z :=
  filter (fun e => (0 <=? e) && (e <? 2 ^ k))
    [0; 1; field - 1; field; field + 1; field + 2 ^ (k - 1) - 1; field + 2 ^ (k - 1);
     field + 2 ^ (k - 1) + 1; 2 ^ k - 2; 2 ^ k - 1].

(** Patterns of k exponent and p fraction bits, of which n are the tail. *)
Definition patterns (k p n w field : Z) : list Z :=
  each [0; 1] (fun sign => each (exponents field k) (fun e => each [0; 2 ^ (p - n) - 1] (fun upper =>
    map (fun t => sign * 2 ^ (k + p) + e * 2 ^ p + upper * 2 ^ n + t) (tails n w)))).

Definition halves_samples : list sample :=
  each [897; 1022] (fun field => each [1; 2 ^ 27] (fun w =>
    map (fun b => ("halves", [field; w; b; answer (halves_passes field w b)]))
        (patterns 11 52 29 w field))).

Definition word_samples (name : string) (f : format) (n : Z) : list sample :=
  each [1; 126] (fun field => each [1; 2 ^ (n - 2)] (fun w =>
    map (fun b => (name, [field; w; b; answer (word_passes n field w b)])) (patterns 8 23 n w field))).

(** Cuts of the patterns that a word test lets pass. *)
Definition cut_samples (name : string) (f : format) (field n : Z) : list sample :=
  map (fun b => (name, [b; stored f b]))
    (filter (fun b => word_passes n field 1 b && (b mod 2 ^ 31 <? 142 * 2 ^ 23 + 1023 * 2 ^ 13))
       (patterns 8 23 n 1 field)).

Definition inside_samples : list sample :=
  map (fun b => ("inside", [b; answer (inside32 b)]))
    (each [0; 2 ^ 31] (fun s => map (Z.add s)
       [0; 1; 2 ^ 23; 0x3F800000; 0x7F7FFFFD; 0x7F7FFFFE; 0x7F7FFFFF; 0x7F800000])).

(** binary64's addition and subtraction are Flocq's. *)
Definition plus (a b : Z) : Z := bits_of_b64 (b64_plus mode_NE (b64_of_bits a) (b64_of_bits b)).
Definition minus (a b : Z) : Z := bits_of_b64 (b64_minus mode_NE (b64_of_bits a) (b64_of_bits b)).

Definition cell (f : format) (E : Z) : option Z :=
  let magnitude := E mod 2 ^ 63 in
  let S := plus magnitude (anchor_pattern f) in
  let moved := minus magnitude (minus S (anchor_pattern f)) mod 2 ^ 63 in
  let half_step := anchor_pattern f - 53 * 2 ^ 52 in
  cell16 f E S (moved =? half_step).

(** Around numbers and boundaries of f, from zero on, near the normal numbers' least and near the
    largest; magnitudes on the grid of half steps, and what is next to them. *)
Definition cell_samples (name : string) (f : format) : list sample :=
  let near b := [b - 1; b; b + 1] in
  let coarse := 2 ^ (tail_bits f - 1) in
  let bases :=
    map (fun i => least_normal f + i * coarse) [0; 1; 2; 3; 4; 5; 2 ^ explicit_bits f; 2 ^ explicit_bits f + 1]
    ++ map (fun i => largest f + i * coarse) [-3; -2; -1; 0; 1; 2]
    ++ map (fun i => anchor_pattern f - 52 * 2 ^ 52 + i * 2 ^ 50) [-8; -5; -4; -2; -1; 0; 1; 2; 3; 4; 6; 8]
    ++ map (fun i => least_normal f - 1 - i * 2 ^ (tail_bits f - 1)) [0; 1; 2; 3; 4; 5; 6]
    ++ [1; 2 ^ 52; 2047 * 2 ^ 52; 2047 * 2 ^ 52 + 1; 1023 * 2 ^ 52; 1024 * 2 ^ 52 + 5 * 2 ^ 49] in
  each [0; 2 ^ 63] (fun s => each (0 :: each bases near) (fun b =>
    [(name, [s + b; match cell f (s + b) with Some c => c | None => 0xFFFFFFFF end])])).

Definition samples : list sample :=
  halves_samples ++ word_samples "word16" Bfloat16 16 ++ word_samples "word13" Binary16 13
  ++ cut_samples "bfloat16_cut" Bfloat16 1 16 ++ cut_samples "bfloat16_cut" Bfloat16 126 16
  ++ cut_samples "binary16_cut" Binary16 113 13 ++ cut_samples "binary16_cut" Binary16 126 13
  ++ inside_samples ++ cell_samples "bfloat16_cell" Bfloat16 ++ cell_samples "binary16_cell" Binary16.

Set Printing Width 1000.
Set Printing Depth 1000000.
Redirect "tests" Eval vm_compute in samples.
