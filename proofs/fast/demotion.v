(* SPDX-License-Identifier: Apache-2.0 *)
(** * From binary64 to what is stored

    Purpose.  The patterns that leave the fast stage: the machine's conversion to binary32, as far as
    it is relied on, and the cuts from there to 16 bits.  And the two ways in which a pattern of
    one number is shown to be the right one of another: both in one cell, or between two numbers
    with the same pattern.

    Corresponds to DemoteTo and Cut of lib/fast/rounding_test-inl.h.

    Symbols.
      demotes v b     b is what the conversion of the binary64 number v may be: IEEE's, except that
                      nothing is said of where it overflows but that it is the largest number
                      or more
      stored f b      Cut: the pattern of f that the binary32 pattern b is cut to
      limit f         no result that a window certifies is larger

    Main results.
      same_cell       numbers of one cell and sign have one pattern
      between         what lies between two numbers of one pattern has it
      stored_cut      stored is tails.v's cut, with the sign *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell fast.tails.

Local Open Scope Z_scope.

Definition payload (f : format) (b : Z) : Z := b mod sign_weight f.

Record demotes (v : R) (b : Z) : Prop := {
  demotes_pattern : is_pattern Binary32 b;
  demotes_zero : v = 0%R -> payload Binary32 b = 0;
  demotes_number : v <> 0%R ->
    (Rabs (nearest_even Binary32 v) < bpow radix2 (emax Binary32))%R ->
    represents Binary32 (Finite v) b;
  demotes_overflow : (bpow radix2 (emax Binary32) <= Rabs (nearest_even Binary32 v))%R ->
    infinity Binary32 false - 1 <= payload Binary32 b
}.

(** On 32-bit words. *)
Definition stored (f : format) (b : Z) : Z :=
  match f with
  | Bfloat16 => (b + 0x8000) mod 2 ^ 32 / 2 ^ 16
  | Binary16 => (b mod 2 ^ 31 + 0x1000) / 2 ^ 13 - 112 * 2 ^ 10 + b / 2 ^ 31 * 2 ^ 15
  | _ => b
  end.

(** ** Patterns and numbers *)

Lemma signed_abs s z : (0 <= z)%R -> Rabs (signed s z) = z.
Proof. intros H. destruct s; simpl; rewrite ?Rabs_Ropp; now apply Rabs_pos_eq. Qed.

Lemma number_nonnegative f M : 0 <= M -> (0 <= number f M)%R.
Proof.
  intros H. apply Rmult_le_pos; [now apply IZR_le, multiple_nonnegative|apply bpow_ge_0].
Qed.

Lemma number_pos f M : 0 < M -> (0 < number f M)%R.
Proof. intros H. rewrite <- (number_zero f). apply number_increasing. lia. Qed.

Lemma payload_le f M N : 0 <= M -> 0 <= N -> (number f M <= number f N)%R -> M <= N.
Proof.
  intros HM HN H. destruct (Z_le_gt_dec M N) as [L|L]; [exact L|].
  assert (K := number_increasing f N M ltac:(lia)). lra.
Qed.

(** A pattern that means a number, taken apart. *)
Lemma pattern_number f b v :
  is_pattern f b -> meaning f b = Finite v ->
  exists M, 0 <= M < infinity f false /\ b = with_sign f (sign_field f b) M /\
            payload f b = M /\ v = signed (sign_field f b) (number f M).
Proof.
  intros Hb Hv. destruct (pattern_split f b Hb) as (M & HM & E).
  set (s := sign_field f b) in *.
  destruct (with_sign_fields f s M HM) as (_ & S & X & F).
  assert (P : payload f b = M).
  { unfold payload. rewrite E. unfold with_sign. destruct s.
    - replace (M + sign_weight f) with (M + 1 * sign_weight f) by ring.
      rewrite Z_mod_plus_full. now apply Z.mod_small.
    - rewrite Z.add_0_r. now apply Z.mod_small. }
  exists M. rewrite E in Hv at 1. unfold meaning in Hv. rewrite X, S, F in Hv.
  rewrite magnitude_multiple in Hv by exact HM.
  destruct (Z.eqb_spec (M / hidden f) (2 ^ exponent_bits f - 1)) as [Q|Q].
  { now destruct (_ =? 0) in Hv. }
  assert (L : M < infinity f false).
  { rewrite infinity_positive_split. assert (H := hidden_positive f).
    destruct (Z_lt_le_dec M (hidden f * (2 ^ exponent_bits f - 1))) as [L|L]; [exact L|].
    exfalso. apply Q.
    assert (2 ^ exponent_bits f - 1 <= M / hidden f) by (apply Z.div_le_lower_bound; lia).
    assert (M / hidden f < 2 ^ exponent_bits f); [|lia].
    apply Z.div_lt_upper_bound; [exact H|]. rewrite <- sign_weight_split. lia. }
  split; [lia|]. split; [exact E|]. split; [exact P|].
  injection Hv as <-. unfold number. now destruct s.
Qed.

(** The fields of a pattern are those of its payload. *)
Lemma payload_split f b :
  is_pattern f b -> b = with_sign f (sign_field f b) (payload f b) /\
                    0 <= payload f b < sign_weight f.
Proof.
  intros Hb. destruct (pattern_split f b Hb) as (M & HM & E). set (s := sign_field f b) in *.
  replace (payload f b) with M; [now split|].
  unfold payload. rewrite E. unfold with_sign. symmetry. destruct s.
  - replace (M + sign_weight f) with (M + 1 * sign_weight f) by ring.
    rewrite Z_mod_plus_full. now apply Z.mod_small.
  - rewrite Z.add_0_r. now apply Z.mod_small.
Qed.

(** ** One pattern for many numbers *)

Lemma sign_of_number f z b : z <> 0%R -> represents f (Finite z) b -> sign_field f b = Rlt_bool z 0.
Proof.
  intros Hz H. inversion H as [| |E|v p A B C D E|v A]; subst; [easy|exact E|].
  unfold sign_field. destruct (Rlt_bool z 0); [now destruct f|now destruct f].
Qed.

Theorem same_cell f M v y b :
  0 <= M <= infinity f false -> v <> 0%R -> y <> 0%R -> Rlt_bool y 0 = Rlt_bool v 0 ->
  in_cell f M (Rabs v) -> in_cell f M (Rabs y) ->
  represents f (Finite v) b -> represents f (Finite y) b.
Proof.
  intros HM Hv Hy S Cv Cy R. apply cell_correct in Cv; [|exact HM|exact Hv].
  apply cell_correct in Cy; [|exact HM|exact Hy].
  rewrite (represents_unique f _ _ _ R Cv), <- S. exact Cy.
Qed.

Lemma nearest_even_le f a b : (a <= b)%R -> (nearest_even f a <= nearest_even f b)%R.
Proof.
  intros H. apply round_le; [apply FLT_exp_valid, precision_gt_0|apply valid_rnd_N|exact H].
Qed.

Lemma represents_value f z b :
  z <> 0%R -> represents f (Finite z) b ->
  ((Rabs (nearest_even f z) < bpow radix2 (emax f))%R /\ is_pattern f b /\
   meaning f b = Finite (nearest_even f z)) \/
  ((bpow radix2 (emax f) <= Rabs (nearest_even f z))%R /\ b = infinity f (Rlt_bool z 0)).
Proof. intros Hz H. inversion H; subst; [easy|left|right]; auto. Qed.

Theorem between f low high y b :
  (low <= y <= high)%R -> low <> 0%R -> high <> 0%R ->
  represents f (Finite low) b -> represents f (Finite high) b -> represents f (Finite y) b.
Proof.
  intros HY HL HH RL RH.
  assert (SL := sign_of_number f low b HL RL). assert (SH := sign_of_number f high b HH RH).
  assert (Hy : y <> 0%R /\ Rlt_bool y 0 = sign_field f b).
  { destruct (Rlt_bool_spec low 0) as [L|L], (Rlt_bool_spec high 0) as [H|H]; try congruence.
    - split; [lra|]. rewrite SL. apply Rlt_bool_true. lra.
    - split; [lra|]. rewrite SL. apply Rlt_bool_false. lra. }
  destruct Hy as [Hy Sy].
  assert (NL := nearest_even_le f low y ltac:(lra)).
  assert (NH := nearest_even_le f y high ltac:(lra)).
  destruct (represents_value f low b HL RL) as [(BL & P & ML)|(BL & IL)].
  - destruct (represents_value f high b HH RH) as [(BH & _ & MH)|(BH & IH)].
    + assert (E : nearest_even f low = nearest_even f high) by congruence.
      replace (nearest_even f low) with (nearest_even f y) in * by lra.
      now apply represents_number.
    + rewrite IH, meaning_infinity in ML. discriminate ML.
  - assert (K : forall z, z <> 0%R -> represents f (Finite z) b ->
                (bpow radix2 (emax f) <= Rabs (nearest_even f z))%R).
    { intros z Hz Rz. destruct (represents_value f z b Hz Rz) as [(_ & _ & M)|(B & _)]; [|exact B].
      rewrite IL, meaning_infinity in M. discriminate M. }
    assert (KL := K low HL RL). assert (KH := K high HH RH).
    replace b with (infinity f (Rlt_bool y 0)).
    + apply represents_overflow. rewrite SL in Sy.
      assert (Z0 : forall z, (0 <= z)%R -> (0 <= nearest_even f z)%R).
      { intros z Hz. rewrite <- (nearest_even_zero f). now apply nearest_even_le. }
      assert (Z1 : forall z, (z <= 0)%R -> (nearest_even f z <= 0)%R).
      { intros z Hz. rewrite <- (nearest_even_zero f). now apply nearest_even_le. }
      destruct (Rlt_bool_spec y 0) as [N|N].
      * assert (high < 0)%R.
        { destruct (Rlt_bool_spec high 0); [assumption|]. rewrite SH in SL. congruence. }
        assert (A := Z1 high ltac:(lra)). assert (A' := Z1 y ltac:(lra)).
        rewrite Rabs_left1 in KH |- * by assumption. lra.
      * assert (0 <= low)%R by (destruct (Rlt_bool_spec low 0); [discriminate Sy|assumption]).
        assert (A := Z0 low ltac:(lra)). assert (A' := Z0 y ltac:(lra)).
        rewrite Rabs_pos_eq in KL |- * by assumption. lra.
    + rewrite Sy, SL. now symmetry.
Qed.

(** ** Cuts *)

Lemma stored_cut f s M :
  f = Bfloat16 \/ f = Binary16 -> 0 <= M < sign_weight Binary32 ->
  0 <= cut Binary32 f M < sign_weight f ->
  stored f (with_sign Binary32 s M) = with_sign f s (cut Binary32 f M).
Proof.
  intros F HM HC. destruct F as [-> | ->]; unfold stored, with_sign, cut, rebias in *.
  - change (sign_weight Binary32) with (2 ^ 31) in *. change (sign_weight Bfloat16) with (2 ^ 15) in *.
    change (dropped Binary32 Bfloat16) with 16 in *.
    change ((emin Bfloat16 - emin Binary32 - 16) * hidden Bfloat16) with 0 in *.
    change (2 ^ (16 - 1)) with 32768 in *. rewrite Z.sub_0_r in *.
    assert (D := Z.div_mod (M + 32768) (2 ^ 16) ltac:(lia)).
    assert (B := Z.mod_pos_bound (M + 32768) (2 ^ 16) ltac:(lia)).
    destruct s.
    + rewrite Z.mod_small by lia. symmetry.
      apply Z.div_unique with ((M + 32768) mod 2 ^ 16); lia.
    + rewrite !Z.add_0_r, Z.mod_small by lia. reflexivity.
  - change (sign_weight Binary32) with (2 ^ 31) in *. change (sign_weight Binary16) with (2 ^ 15) in *.
    change (dropped Binary32 Binary16) with 13 in *.
    change ((emin Binary16 - emin Binary32 - 13) * hidden Binary16) with (112 * 2 ^ 10) in *.
    change (2 ^ (13 - 1)) with 4096 in *.
    destruct s.
    + replace (M + 2 ^ 31) with (M + 1 * 2 ^ 31) by ring.
      rewrite Z_mod_plus_full, Z.div_add, Z.mod_small, (Z.div_small M) by lia. ring.
    + rewrite !Z.add_0_r, Z.mod_small, (Z.div_small M) by lia. ring.
Qed.
