(* SPDX-License-Identifier: Apache-2.0 *)
(** * The first tier's elements do not overflow

    Purpose.  results.v speaks of elements_model.v over binary64 without a largest number.  With the largest
    number the same columns count, and their elements have the same ends.

    Corresponds to PrepareBinary64 and Binary64ElementOf of lib/fast/binary64-inl.h.

    Symbols: those of results.v and limited.v.

    Main result.
      group_ends   of a row of a group *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.products
  sharp.pairs binary64.model binary64.elements_model binary64.moments_near binary64.scales
  binary64.results binary64.limited.

Local Open Scope R_scope.

Section Group.
Variable ms : list (tier_moments R).
Hypothesis together : Forall (fun m => takes_part real m = true) ms.
Hypothesis errors_small :
  Forall (fun m => 0 <= row_e1 m <= bpow radix2 (-50) /\ 0 <= row_e0 m <= bpow radix2 (-50)) ms.
Variable m : tier_moments R.
Hypothesis in_group : In m ms.
Variables a V : R.
Hypothesis near : tier_moments_near m a V.
Variables x g b : R.
Let d := deviation_hat R real (tier_centre m) x.
Hypothesis d_most : Rabs d <= largest m.
Hypothesis largest_most : largest m <= bpow radix2 400.

Let s := group_of ms.
Let c := column_of real real_power_above s g b.
Let c' := column_of limited limited_power_above (scales_there s) (Some g) (Some b).
Let e := element_of real s m c x.
Let e' := element_of limited (scales_there s) (moments_there m) c' (Some x).

Theorem group_ends :
  column_counts limited c' = column_counts real c /\
  (column_counts real c = true -> lower_end e' = Some (lower_end e) /\ upper_end e' = Some (upper_end e)).
Proof.
  destruct (scale_t_above ms together) as (j & Hj & T & _). fold s in T.
  assert (T' : scale_t s = bpow radix2 (26 + (j - 26))) by (rewrite T; f_equal; lia).
  split; [exact (limited_counts s _ T' g b)|]. intros counts.
  destruct (column_is ms together m in_group g b counts) as
    (z & n & Hz' & Hn & Tz & Fz & C & R & M & Most & _).
  destruct near as [_ _ _ _ _ (R1 & R2 & Dd) [Rl _] (C1 & C2 & C3) _ _].
  destruct (scale_errors ms together errors_small m 0 in_group) as (_ & E1 & E0).
  { split; [lra|apply bpow_ge_0]. }
  assert (Rp : 0 < fst (rstd_pair m)) by (apply Rlt_le_trans with (2 := Rl), bpow_gt_0).
  assert (Dp := Rabs_pos d). assert (Pg := Rabs_pos g). assert (Pb := Rabs_pos b).
  assert (Reach := reach_above ms together m _ in_group ltac:(apply Rmult_le_pos; lra) R).
  assert (B11 : bpow radix2 (26 + z) <= bpow radix2 11) by (apply bpow_le; lia).
  assert (B801 : bpow radix2 n <= bpow radix2 801) by (apply bpow_le; lia).
  assert (Tp : 1 <= bpow radix2 (26 + z)) by (apply (bpow_le radix2 0); lia).
  assert (Pc := Rabs_pos (fst (shift_pair m))). assert (Uc := u_part _ Pc).
  assert (Dr : Rabs d * fst (rstd_pair m) <= largest m * fst (rstd_pair m)) by (apply Rmult_le_compat_r; lra).
  assert (Lr : 0 <= largest m * fst (rstd_pair m)) by (apply Rmult_le_pos; lra).
  assert (TG : 1 * Rabs g <= bpow radix2 (26 + z) * Rabs g) by now apply Rmult_le_compat_r.
  assert (D1 : Rabs (d * fst (rstd_pair m)) <= bpow radix2 11).
  { rewrite Rabs_mult, (Rabs_pos_eq (fst (rstd_pair m))) by lra. lra. }
  apply (limited_ends s z Hz' Tz Fz E1 E0 g b counts n Hn M); unfold small; fold d;
    [lra|lra|lra|exact D1| |split; lra].
  destruct (low_part _ _ (conj R1 (conj R2 Dd))) as (_ & _ & L).
  apply Rle_trans with (2 := D1). rewrite !Rabs_mult. apply Rmult_le_compat_l; [exact Dp|].
  assert (U := u_part _ (Rabs_pos (fst (rstd_pair m)))). lra.
Qed.

End Group.
