(* SPDX-License-Identifier: Apache-2.0 *)
(** * The window test, as modular integer arithmetic

    Purpose.  Adding a constant to a pattern, masking and comparing says that the exponent field is
    at least the threshold's and that the tail, which the rounding drops, is not in
    [half - w, half + w).  Proved for every pattern, every threshold and every width.

    Corresponds to lib/fast/window_test.h: HalvesTest and WordTest.

    Symbols.
      field, w                 the threshold's exponent field and the width, 2 w <= half
      outside n w p            the last n bits of p are not in [half - w, half + w), half = 2^(n-1)
      halves_passes field w b  HalvesTest: both words of a binary64 pattern b, whose last 29 bits
                               are dropped
      word_passes n field w b  WordTest: a binary32 pattern b, whose last n bits are dropped

    Main results.
      halves_decide  they pass iff the tail is outside and field <= exponent <= field + 1023
      word_sound     it passes only if the tail is outside and field <= exponent <= field + 128 *)

From Coq Require Import ZArith Bool Lia.

Local Open Scope Z_scope.

Definition word (x : Z) : Z := x mod 2 ^ 32.

Definition outside (n w p : Z) : Prop :=
  let t := p mod 2 ^ n in t < 2 ^ (n - 1) - w \/ 2 ^ (n - 1) + w <= t.

(** ** One bit, and the last bits *)

Lemma land_bit x n : 0 <= n -> Z.land x (2 ^ n) = if Z.testbit x n then 2 ^ n else 0.
Proof.
  intros Hn. apply Z.bits_inj'. intros i Hi. rewrite Z.land_spec.
  destruct (Z.eq_dec i n) as [->|N].
  - rewrite Z.pow2_bits_true by exact Hn. rewrite andb_true_r.
    destruct (Z.testbit x n); [now rewrite Z.pow2_bits_true|now rewrite Z.bits_0].
  - rewrite Z.pow2_bits_false by lia. rewrite andb_false_r.
    destruct (Z.testbit x n); [now rewrite Z.pow2_bits_false by lia|now rewrite Z.bits_0].
Qed.

Lemma land_low x n : 0 <= n -> Z.land x (2 ^ n - 1) = x mod 2 ^ n.
Proof. intros Hn. rewrite <- Z.land_ones by exact Hn. f_equal. now rewrite Z.ones_equiv. Qed.

Lemma bit_quotient x n : 0 <= n -> Z.testbit x n = true <-> (x / 2 ^ n) mod 2 = 1.
Proof.
  intros Hn. rewrite Z.testbit_true by exact Hn. reflexivity.
Qed.

(** A bit above the last ones, together with them. *)
Lemma land_both x m n :
  0 <= n <= m ->
  Z.land x (2 ^ m + (2 ^ n - 1)) = (if Z.testbit x m then 2 ^ m else 0) + x mod 2 ^ n.
Proof.
  intros H. assert (D : Z.land (2 ^ m) (2 ^ n - 1) = 0).
  { rewrite land_low by lia. replace (2 ^ m) with (2 ^ (m - n) * 2 ^ n).
    - apply Z_mod_mult.
    - rewrite <- Z.pow_add_r by lia. f_equal. lia. }
  rewrite (Z.add_nocarry_lxor _ _ D), (Z.lxor_lor _ _ D).
  rewrite Z.land_lor_distr_r, land_bit, land_low by lia.
  assert (E : Z.land (if Z.testbit x m then 2 ^ m else 0) (x mod 2 ^ n) = 0).
  { destruct (Z.testbit x m); [|apply Z.land_0_l].
    rewrite <- (land_low x n), (Z.land_comm x), Z.land_assoc, D by lia. apply Z.land_0_l. }
  now rewrite (Z.add_nocarry_lxor _ _ E), (Z.lxor_lor _ _ E).
Qed.

Lemma mod_of_mod x a b : 0 < a -> 0 < b -> (a | b) -> (x mod b) mod a = x mod a.
Proof.
  intros A B [k ->]. assert (D := Z.div_mod x (k * a) ltac:(lia)).
  rewrite D at 2. replace (k * a * (x / (k * a))) with (x / (k * a) * k * a) by ring.
  rewrite Z.add_comm. symmetry. apply Z_mod_plus_full.
Qed.

(** ** The tail *)

Lemma tail_outside n w p :
  1 <= n -> 0 < w -> 2 * w <= 2 ^ (n - 1) ->
  2 * w <= (p + (w - 2 ^ (n - 1))) mod 2 ^ n <-> outside n w p.
Proof.
  intros Hn Hw H2. assert (E : 2 ^ n = 2 * 2 ^ (n - 1)).
  { rewrite <- (Z.pow_succ_r 2 (n - 1)) by lia. f_equal. lia. }
  set (half := 2 ^ (n - 1)) in *. unfold outside. fold half. cbv zeta.
  assert (T := Z.mod_pos_bound p (2 ^ n) ltac:(lia)).
  rewrite <- Zplus_mod_idemp_l. set (t := p mod 2 ^ n) in *.
  destruct (Z_lt_le_dec t (half - w)) as [L|L].
  - replace ((t + (w - half)) mod 2 ^ n) with (t + w - half + 2 ^ n); [lia|].
    apply Zmod_unique with (-1); lia.
  - rewrite Z.mod_small by lia. lia.
Qed.

(** ** binary64 to binary32, in two halves *)

Definition low_addend (w : Z) : Z := w - 2 ^ 28.
Definition high_addend (field : Z) : Z := (1024 - field) * 2 ^ 20.

Definition low_passes (w low : Z) : bool :=
  2 * w <=? Z.land (word (low + low_addend w)) (2 ^ 29 - 1).
Definition high_passes (field high : Z) : bool :=
  2 ^ 30 <=? Z.land (word (high + high_addend field)) (2 ^ 30).
Definition halves_passes (field w b : Z) : bool :=
  low_passes w (b mod 2 ^ 32) && high_passes field (b / 2 ^ 32).

Lemma low_decides w low :
  0 < w <= 2 ^ 27 -> low_passes w low = true <-> outside 29 w low.
Proof.
  intros Hw. unfold low_passes, low_addend, word. rewrite Z.leb_le, land_low by lia.
  rewrite mod_of_mod; [|lia|lia|now exists 8].
  apply (tail_outside 29); lia.
Qed.

Lemma high_decides field high :
  1 <= field <= 1023 -> 0 <= high < 2 ^ 32 ->
  high_passes field high = true <->
  field <= (high / 2 ^ 20) mod 2 ^ 11 <= field + 1023.
Proof.
  intros Hf Hh. unfold high_passes, high_addend, word.
  rewrite Z.leb_le, land_bit by lia.
  set (s := high / 2 ^ 31). set (e := (high / 2 ^ 20) mod 2 ^ 11). set (r := high mod 2 ^ 20).
  assert (S : high = s * 2 ^ 31 + e * 2 ^ 20 + r).
  { unfold s, e, r. change (2 ^ 31) with (2 ^ 20 * 2 ^ 11). rewrite <- Z.div_div by lia.
    assert (D := Z.div_mod high (2 ^ 20)).
    assert (D' := Z.div_mod (high / 2 ^ 20) (2 ^ 11)). lia. }
  assert (R := Z.mod_pos_bound high (2 ^ 20) ltac:(lia)). fold r in R.
  assert (E := Z.mod_pos_bound (high / 2 ^ 20) (2 ^ 11) ltac:(lia)). fold e in E.
  assert (B : Z.testbit ((high + (1024 - field) * 2 ^ 20) mod 2 ^ 32) 30 = true <->
              field <= e <= field + 1023).
  { rewrite Z.mod_pow2_bits_low, bit_quotient by lia.
    replace ((high + (1024 - field) * 2 ^ 20) / 2 ^ 30)
      with (2 * s + (e + 1024 - field) / 2 ^ 10).
    2:{ change (2 ^ 30) with (2 ^ 20 * 2 ^ 10). rewrite <- Z.div_div by lia.
        rewrite Z.div_add by lia. rewrite S.
        replace ((s * 2 ^ 31 + e * 2 ^ 20 + r) / 2 ^ 20) with (s * 2 ^ 11 + e).
        2:{ apply Z.div_unique with r; lia. }
        replace (s * 2 ^ 11 + e + (1024 - field)) with (e + 1024 - field + (2 * s) * 2 ^ 10) by ring.
        rewrite Z.div_add by lia. ring. }
    rewrite Z.add_comm, (Z.mul_comm 2), Z_mod_plus_full.
    assert (Q := Z.div_mod (e + 1024 - field) (2 ^ 10) ltac:(lia)).
    assert (Q' := Z.mod_pos_bound (e + 1024 - field) (2 ^ 10) ltac:(lia)).
    set (q := (e + 1024 - field) / 2 ^ 10) in *.
    assert (K : 0 <= q <= 2) by lia.
    destruct (Z.eq_dec q 0) as [Z0|N0]; [rewrite Z0; change (0 mod 2) with 0; lia|].
    destruct (Z.eq_dec q 1) as [Z1|N1]; [rewrite Z1; change (1 mod 2) with 1; lia|].
    replace q with 2 by lia. change (2 mod 2) with 0. lia. }
  destruct (Z.testbit _ 30) eqn:T.
  - assert (K := proj1 B eq_refl). intuition lia.
  - split; [lia|]. intros K. apply B in K. discriminate K.
Qed.

(** For every pattern, the signs', NaN's and infinities' included; the latter never pass. *)
Theorem halves_decide field w b :
  1 <= field <= 1023 -> 0 < w <= 2 ^ 27 -> 0 <= b < 2 ^ 64 ->
  halves_passes field w b = true <->
  outside 29 w b /\ field <= (b / 2 ^ 52) mod 2 ^ 11 <= field + 1023.
Proof.
  intros Hf Hw Hb. unfold halves_passes. rewrite andb_true_iff, low_decides by exact Hw.
  rewrite high_decides; [|exact Hf|].
  2:{ split; [apply Z.div_pos; lia|apply Z.div_lt_upper_bound; lia]. }
  rewrite Z.div_div by lia. change (2 ^ 32 * 2 ^ 20) with (2 ^ 52).
  unfold outside. rewrite mod_of_mod; [reflexivity|lia|lia|now exists 8].
Qed.

(** ** binary32 to 16 bits *)

Definition word_addend (n field w : Z) : Z := (128 - field) * 2 ^ 23 - 2 ^ (n - 1) + w.
Definition word_mask (n : Z) : Z := 2 ^ 30 + (2 ^ n - 1).
Definition word_limit (w : Z) : Z := 2 ^ 30 + 2 * w.
Definition word_passes (n field w b : Z) : bool :=
  word_limit w <=? Z.land (word (b + word (word_addend n field w))) (word_mask n).

(** A borrow from the tail can make the exponent's sum smaller by 1: that fails safe.  Infinities and
    NaNs, of exponent 255, pass for no field below 127. *)
Theorem word_sound n field w b :
  1 <= n <= 23 -> 1 <= field <= 127 -> 0 < w -> 2 * w <= 2 ^ (n - 1) -> 0 <= b < 2 ^ 32 ->
  word_passes n field w b = true ->
  outside n w b /\ field <= (b / 2 ^ 23) mod 2 ^ 8 <= field + 128.
Proof.
  intros Hn Hf Hw H2 Hb. unfold word_passes, word_limit, word_mask.
  rewrite Z.leb_le, land_both by lia. unfold word. rewrite Zplus_mod_idemp_r.
  set (x := b + word_addend n field w).
  assert (D : (2 ^ n | 2 ^ 32)).
  { exists (2 ^ (32 - n)). rewrite <- Z.pow_add_r by lia. f_equal. lia. }
  rewrite mod_of_mod; [|apply Z.pow_pos_nonneg; lia|lia|exact D].
  assert (N : 2 ^ n <= 2 ^ 23) by (apply Z.pow_le_mono_r; lia).
  assert (E2 : 2 ^ n = 2 * 2 ^ (n - 1)).
  { rewrite <- (Z.pow_succ_r 2 (n - 1)) by lia. f_equal. lia. }
  assert (X := Z.mod_pos_bound x (2 ^ n) ltac:(lia)).
  destruct (Z.testbit _ 30) eqn:T; [|lia]. intros H. split.
  - apply (tail_outside n w b); [lia|exact Hw|exact H2|].
    replace ((b + (w - 2 ^ (n - 1))) mod 2 ^ n) with (x mod 2 ^ n); [lia|].
    unfold x, word_addend.
    assert (M : (128 - field) * 2 ^ 23 = (128 - field) * 2 ^ (23 - n) * 2 ^ n).
    { rewrite <- Z.mul_assoc, <- Z.pow_add_r by lia. do 2 f_equal. lia. }
    rewrite M. rewrite <- (Z_mod_plus_full (b + (w - 2 ^ (n - 1))) ((128 - field) * 2 ^ (23 - n))).
    f_equal. ring.
  - rewrite Z.mod_pow2_bits_low, bit_quotient in T by lia.
    assert (Dv := Z.div_mod b (2 ^ 23) ltac:(lia)).
    assert (Db := Z.mod_pos_bound b (2 ^ 23) ltac:(lia)).
    assert (Q := Z.div_mod (b / 2 ^ 23) (2 ^ 8) ltac:(lia)).
    assert (Q' := Z.mod_pos_bound (b / 2 ^ 23) (2 ^ 8) ltac:(lia)).
    set (e := (b / 2 ^ 23) mod 2 ^ 8) in *. set (s := b / 2 ^ 23 / 2 ^ 8) in *.
    set (r := b mod 2 ^ 23) in *.
    assert (Xe : x = s * 2 ^ 31 + (e + 128 - field) * 2 ^ 23 + (r - 2 ^ (n - 1) + w)).
    { unfold x, word_addend. lia. }
    assert (Even : forall m, x / 2 ^ 30 = 2 * m -> False).
    { intros m E. rewrite E, Z.mul_comm, Z_mod_mult in T. discriminate T. }
    split.
    + destruct (Z_lt_le_dec e field) as [L|L]; [exfalso|exact L].
      apply (Even s). symmetry. apply Z.div_unique with (x - 2 * s * 2 ^ 30); lia.
    + destruct (Z_lt_le_dec (field + 128) e) as [L|L]; [exfalso|exact L].
      apply (Even (s + 1)). symmetry. apply Z.div_unique with (x - 2 * (s + 1) * 2 ^ 30); lia.
Qed.
