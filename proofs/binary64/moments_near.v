(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the moments of a binary64 row are to be

    Purpose.  The sentences of the ledger in lib/fast/binary64_error_bounds.h that close its part about
    the moments, as what finish.v proves and what follows takes.

    Corresponds to Binary64Moments of lib/fast/binary64_moments-inl.h, of an admitted row.

    Symbols.
      a, V       mean of the deviations d, exact; R^2 - a^2 + eps (RMSNorm: a = 0)
      r, c       r^ and c^, the sums of their parts; E1, E0 as they are computed
      t          (d - a) / sqrt V

    Main result.
      tier_t_error   |r d + c - t| <= E1 |t| + E0 *)

From Coq Require Import ZArith Reals Lra.
From Flocq Require Import Core.
From ExactNorm Require Import fast.model sharp.products binary64.model.

Local Open Scope R_scope.

Record tier_moments_near (m : tier_moments R) (a V : R) : Prop := {
  near_v : 0 < V;
  (* r is 1 / sqrt V *)
  near_rstd : Rabs (value_of (rstd_pair m) * sqrt V - 1) <= row_e1 m;
  (* c is - a r: what a^ is off, times r, and all roundings of the product *)
  near_shift : Rabs (value_of (shift_pair m) + a * value_of (rstd_pair m)) <= row_e0 m;
  near_e1 : 0 <= row_e1 m <= bpow radix2 (-50);
  near_e0 : 0 <= row_e0 m <= bpow radix2 (-50);
  near_rstd_parts : double_double (fst (rstd_pair m)) (snd (rstd_pair m));
  near_rstd_range : bpow radix2 (-426) <= fst (rstd_pair m) <= bpow radix2 426;
  near_shift_parts : binary64 (fst (shift_pair m)) /\ binary64 (snd (shift_pair m)) /\
    Rabs (snd (shift_pair m)) <= 31 / 10 * (u * Rabs (fst (shift_pair m)));
  near_e1_binary64 : binary64 (row_e1 m);
  near_e0_binary64 : binary64 (row_e0 m)
}.

(** a^ as the mean is made of it: with room for a sum of a^ and a number. *)
Record tier_offset_near (m : tier_moments R) (a : R) : Prop := {
  near_offset_pair :
    (Rabs (value_of (offset_pair m) - a) + 20 * (u * (u * Rabs (fst (offset_pair m))))) * fst (rstd_pair m)
    <= 9995 / 10000 * row_e0 m;
  near_offset_parts : binary64 (fst (offset_pair m)) /\ binary64 (snd (offset_pair m)) /\
    Rabs (snd (offset_pair m)) <= 31 / 10 * (u * Rabs (fst (offset_pair m)));
  near_e0_least : u * u <= row_e0 m
}.

Theorem tier_t_error m a V d : tier_moments_near m a V ->
  let t := (d - a) / sqrt V in
  Rabs (value_of (rstd_pair m) * d + value_of (shift_pair m) - t) <= row_e1 m * Rabs t + row_e0 m.
Proof.
  intros [V0 N1 N0 _ _ _ _ _ _ _] t. set (r := value_of (rstd_pair m)) in *.
  set (c := value_of (shift_pair m)) in *. assert (S : 0 < sqrt V) by now apply sqrt_lt_R0.
  replace (r * d + c - t) with (t * (r * sqrt V - 1) + (c + a * r)) by (unfold t; field; lra).
  apply Rle_trans with (1 := Rabs_triang _ _). apply Rplus_le_compat; [|exact N0].
  rewrite Rabs_mult, Rmult_comm. apply Rmult_le_compat_r; [apply Rabs_pos|exact N1].
Qed.
