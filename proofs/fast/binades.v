(* SPDX-License-Identifier: Apache-2.0 *)
(** * Binades of payloads, and what the machine's conversion to binary32 does there

    Purpose.  What certified.v needs of normal numbers: a payload's binade, signs of near numbers, and
    that the conversion of what is not too large is IEEE's.

    Symbols.
      limit f         3/2 2^127, and 65504, the largest binary16 number

    Main results.
      number_binade, near_sign, demoted *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.model fast.window_test fast.tails fast.demotion.

Local Open Scope Z_scope.

(** 3/2 2^127, and 65504, the largest binary16 number; and as payloads of binary32. *)
Definition limit_payload (f : format) : Z :=
  match f with Binary16 => 142 * 2 ^ 23 + 1023 * 2 ^ 13 | _ => 254 * 2 ^ 23 + 2 ^ 22 end.
Definition limit (f : format) : R := number Binary32 (limit_payload f).

(** ** Binades *)

Lemma unit_binade s M k j :
  k = emin s + M / hidden s - 1 + j -> unit_of s M = (bpow radix2 k * bpow radix2 (- j))%R.
Proof. intros ->. unfold unit_of. rewrite <- bpow_plus. f_equal. ring. Qed.

(** A normal number's payload: 2^j units and more, fewer than 2^(j + 1). *)
Lemma number_binade s M :
  0 <= M -> 1 <= M / hidden s ->
  (IZR (hidden s) * unit_of s M <= number s M < 2 * IZR (hidden s) * unit_of s M)%R.
Proof.
  intros HM He. assert (P := hidden_positive s).
  assert (B := Z.mod_pos_bound M (hidden s) P).
  assert (N : number s M = (IZR (hidden s + M mod hidden s) * unit_of s M)%R).
  { unfold number, multiple, on_grid, unit_of.
    destruct (Z.eqb_spec (M / hidden s) 0) as [|_]; [lia|].
    rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by lia. do 2 f_equal. lia. }
  rewrite N. assert (U : (0 < unit_of s M)%R) by apply bpow_gt_0. rewrite <- mult_IZR. split.
  - apply Rmult_le_compat_r; [lra|]. apply IZR_le. lia.
  - apply Rmult_lt_compat_r; [exact U|]. apply IZR_lt. lia.
Qed.

(** What is nearer to v than a quarter of the least number of v's binade has v's sign. *)
Lemma near_sign v y d :
  (Rabs (v - y) < d)%R -> (d <= Rabs v)%R ->
  v <> 0%R /\ y <> 0%R /\ Rlt_bool y 0 = Rlt_bool v 0 /\ (Rabs (Rabs y - Rabs v) <= Rabs (v - y))%R.
Proof.
  intros H D.
  assert (T : (Rabs (Rabs y - Rabs v) <= Rabs (v - y))%R).
  { rewrite (Rabs_minus_sym v y). apply Rabs_triang_inv2. }
  destruct (Rle_or_lt 0 v) as [S|S].
  - rewrite (Rabs_pos_eq v) in D by exact S. apply Rabs_def2 in H.
    split; [lra|]. split; [lra|]. split; [|exact T].
    rewrite !Rlt_bool_false by lra. reflexivity.
  - rewrite (Rabs_left v) in D by exact S. apply Rabs_def2 in H.
    split; [lra|]. split; [lra|]. split; [|exact T].
    rewrite !Rlt_bool_true by lra. reflexivity.
Qed.

Lemma outside_payload n w f s M :
  0 <= n -> (2 ^ n | sign_weight f) -> outside n w (with_sign f s M) -> outside n w M.
Proof.
  intros Hn [k E]. unfold outside, with_sign. destruct s; [|now rewrite Z.add_0_r].
  now rewrite E, Z_mod_plus_full.
Qed.

(** ** binary32 results *)

Lemma limit_below : (limit Binary32 < bpow radix2 (emax Binary32))%R.
Proof.
  assert (L : bpow radix2 (emax Binary32) = number Binary32 (infinity Binary32 false)).
  { unfold number, on_grid. rewrite multiple_infinity, IZR_power by easy.
    rewrite <- bpow_plus. f_equal. }
  rewrite L. unfold limit. apply number_increasing. split; [easy|reflexivity].
Qed.

(** Numbers of the grid are not moved. *)
Lemma number_rounded f M : 0 <= M -> nearest_even f (number f M) = number f M.
Proof.
  intros HM. destruct (payload_parts f M HM) as (q & m & Hq & Hm & Hn & E & _).
  apply round_generic; [apply valid_rnd_N|].
  assert (P2 := hidden_twice f).
  apply generic_format_FLT. exists (Float radix2 m (emin f + q)).
  - unfold number, on_grid, F2R. cbn [Fnum Fexp]. rewrite E, multiple_encode by lia.
    rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by exact Hq. do 2 f_equal. ring.
  - cbn [Fnum]. rewrite Z.abs_eq by lia. change (Zpower radix2) with (Z.pow 2). lia.
  - cbn [Fexp]. lia.
Qed.

Lemma nearest_even_opp f z : nearest_even f (- z) = (- nearest_even f z)%R.
Proof. apply round_NE_opp. Qed.

Lemma nearest_even_abs f z : Rabs (nearest_even f z) = nearest_even f (Rabs z).
Proof.
  destruct (Rle_or_lt 0 z) as [H|H].
  - rewrite (Rabs_pos_eq z) by exact H. apply Rabs_pos_eq.
    rewrite <- (nearest_even_zero f). now apply nearest_even_le.
  - rewrite (Rabs_left z) by exact H. rewrite nearest_even_opp. apply Rabs_left1.
    rewrite <- (nearest_even_zero f). apply nearest_even_le. lra.
Qed.

(** The conversion of what is not too large is IEEE's. *)
Lemma demoted f v b :
  demotes v b -> (Rabs v <= limit f)%R -> v <> 0%R ->
  (Rabs (nearest_even Binary32 v) <= limit f)%R /\ represents Binary32 (Finite v) b /\
  is_pattern Binary32 b /\ meaning Binary32 b = Finite (nearest_even Binary32 v).
Proof.
  intros D L Hv.
  assert (F : 0 <= limit_payload f <= limit_payload Binary32) by now destruct f.
  assert (N : (Rabs (nearest_even Binary32 v) <= limit f)%R).
  { rewrite nearest_even_abs. unfold limit in *.
    rewrite <- (number_rounded Binary32 (limit_payload f)) by apply F. now apply nearest_even_le. }
  assert (M : (Rabs (nearest_even Binary32 v) < bpow radix2 (emax Binary32))%R).
  { apply Rle_lt_trans with (1 := N). apply Rle_lt_trans with (2 := limit_below).
    unfold limit. destruct (Z.eq_dec (limit_payload f) (limit_payload Binary32)) as [->|E]; [lra|].
    apply Rlt_le, number_increasing. lia. }
  assert (R := demotes_number v b D Hv M).
  destruct (represents_value Binary32 v b Hv R) as [(_ & P & E)|(O & _)]; [auto|lra].
Qed.
