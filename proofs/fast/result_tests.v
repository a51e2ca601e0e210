(* SPDX-License-Identifier: Apache-2.0 *)
(** * The tests on results, by format

    Purpose.  Window test and ends test with the constants of each narrow format, and that windows
    which meet their conditions are wide enough.

    Corresponds to lib/fast/rounding_test-inl.h and windows.h.

    Symbols.
      window f h n G B field w    what MakeWindow makes for output format f, sums of height h, rows
                      of n numbers, and columns with |g| <= G, |b| <= B
      passes f field w E b        the window test on y^'s pattern E or on RN32(y^)'s pattern b
      ends_certify f low high p   RoundEnds: both ends have the pattern p

    Main results.
      window_sufficient *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.model fast.operations fast.window_test fast.tails fast.demotion fast.width fast.windows
  fast.certified fast.ends fast.cell16 fast.row_data.

Local Open Scope R_scope.

(** ** The tests, by format *)

(** kMost, kLeast's exponent field in binary64, kLost, kUnit, kTail. *)
Definition most (f : format) : R := match f with Binary16 => 65000 | _ => bpow radix2 127 end.
Definition least_field (f : format) : Z := match f with Binary16 => 1009 | _ => 897 end.
Definition lost (f : format) : R := match f with Binary32 => 0 | _ => bpow radix2 28 end.
Definition unit_width (f : format) : R := match f with Binary32 => 1 | _ => bpow radix2 29 end.
Definition tail (f : format) : Z := match f with Binary32 => 29 | _ => dropped Binary32 f end.

Record window (f : format) (h n G B : R) (field w : Z) : Prop := {
  window_peak : computed_peak n G B < most f;
  window_field : (least_field f <= field <= 1022)%Z;
  window_is : w = window_width (lost f) (unit_width f) (computed_e1 h) (computed_e0 h) G B
                               (bpow radix2 (field - 1023));
  window_room : (4 * w <= 2 ^ tail f)%Z
}.

Definition passes (f : format) (field w E b : Z) : bool :=
  match f with
  | Binary32 => halves_passes field w E
  | Binary16 | Bfloat16 => word_passes (tail f) (field - 896) w b
  | Binary64 => false
  end.

Definition ends_certify (f : format) (low high : R) (p : Z) : Prop :=
  match f with
  | Binary32 => demotes low p /\ demotes high p /\ inside32 p = true
  | Binary16 | Bfloat16 => exists El Sl bl Eh Sh bh,
      (is_pattern Binary64 El /\ meaning Binary64 El = Finite low /\ is_sum f El Sl) /\
      (is_pattern Binary64 Eh /\ meaning Binary64 Eh = Finite high /\ is_sum f Eh Sh) /\
      cell16 f El Sl bl = Some p /\ cell16 f Eh Sh bh = Some p
  | Binary64 => False
  end.

(** What is stored where the window test passes: binary32 as it is; 16 bits by a cut, or by the
    machine's own conversion of RN32(y^). *)
Definition takes (f : format) (y_hat : R) (p q : Z) : Prop :=
  q = stored f p \/
  (f <> Binary32 /\ represents f (Finite (nearest_even Binary32 y_hat)) q).

(** ** Windows and their constants *)

Lemma limit_most f : 1001 / 1000 * most f <= limit f.
Proof.
  assert (P := bpow_gt_0 radix2 127).
  assert (L : limit Binary32 = 3 / 2 * bpow radix2 127).
  { unfold limit, number, on_grid.
    replace (multiple Binary32 (limit_payload Binary32)) with (3 * 2 ^ 275)%Z by reflexivity.
    rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by lia.
    replace (275 + emin Binary32)%Z with (-1 + 127)%Z by reflexivity.
    rewrite bpow_plus. simpl (bpow radix2 (-1)). lra. }
  destruct f; cbn [most]; try (change (limit _) with (limit Binary32); rewrite L; lra).
  unfold limit, number, on_grid.
  replace (multiple Binary32 (limit_payload Binary16)) with (65504 * 2 ^ 149)%Z by reflexivity.
  rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by lia. simpl (149 + emin Binary32)%Z.
  change (bpow radix2 0) with 1. lra.
Qed.

Lemma window_sufficient f h n G B field w :
  narrow f = true -> 0 <= h -> 0 <= G -> 0 <= B -> window f h n G B field w ->
  (0 < w)%Z /\
  computed_width (computed_e1 h) (computed_e0 h) G B (bpow radix2 (field - 1023)) - / 10
  <= IZR w * unit_width f - lost f.
Proof.
  intros F Hh HG HB [_ HF E R].
  set (cw := computed_width (computed_e1 h) (computed_e0 h) G B (bpow radix2 (field - 1023))).
  destruct (bounds_positive h Hh) as [P1 P0].
  assert (E1 := computed_e1_most h Hh). assert (E0 := computed_e0_most h Hh).
  assert (Hl : bpow radix2 (-126) <= bpow radix2 (field - 1023)).
  { apply bpow_le. destruct f; cbn [least_field] in HF; lia. }
  assert (C : 29 / 10 <= cw).
  { assert (K := computed_width_most (computed_e1 h) (computed_e0 h) G B
                   (bpow radix2 (field - 1023)) ltac:(lra) ltac:(lra) HG HB Hl). fold cw in K.
    assert (Q : 0 < / bpow radix2 (field - 1023)) by (apply Rinv_0_lt_compat, bpow_gt_0).
    assert (0 <= (computed_e0 h * G + computed_e1 h * B) * bpow radix2 52 / bpow radix2 (field - 1023)).
    { apply Rmult_le_pos; [|lra]. apply Rmult_le_pos; [|apply bpow_ge_0].
      assert (0 <= computed_e0 h * G) by (apply Rmult_le_pos; lra).
      assert (0 <= computed_e1 h * B) by (apply Rmult_le_pos; lra). lra. }
    assert (0 <= computed_e1 h / u).
    { apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat, u_pos. }
    lra. }
  assert (Ul : 0 <= lost f <= bpow radix2 28 /\ 1 <= unit_width f <= bpow radix2 29).
  { assert (0 < bpow radix2 28) by apply bpow_gt_0.
    assert (1 <= bpow radix2 29) by (apply (bpow_le radix2 0 29); lia).
    destruct f; cbn [lost unit_width]; lra. }
  assert (Big : IZR w * unit_width f <= bpow radix2 43).
  { assert (T : forall a v, (4 * w <= 2 ^ a)%Z -> (0 <= a - 2)%Z -> bpow radix2 (a - 2 + v) <= bpow radix2 43 ->
                IZR w * bpow radix2 v <= bpow radix2 43).
    { intros a v Ha A0 Hb. apply Rle_trans with (2 := Hb). rewrite bpow_plus.
      apply Rmult_le_compat_r; [apply bpow_ge_0|]. rewrite <- IZR_power by exact A0. apply IZR_le.
      replace a with (2 + (a - 2))%Z in Ha by ring. rewrite Z.pow_add_r in Ha by lia. lia. }
    destruct f; cbn [unit_width]; [discriminate F|change 1 with (bpow radix2 0)| |];
      (eapply T; [exact R|discriminate|apply bpow_le; discriminate]). }
  rewrite E in Big.
  assert (K := window_enough (lost f) (unit_width f) (computed_e1 h) (computed_e0 h) G B
                 (bpow radix2 (field - 1023)) (proj1 Ul) (proj2 Ul) C Big).
  rewrite <- E in K. fold cw in K. split; [|exact K].
  apply lt_IZR. apply Rmult_lt_reg_r with (unit_width f); lra.
Qed.
