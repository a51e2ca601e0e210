(* SPDX-License-Identifier: Apache-2.0 *)
(** * Payloads: patterns without their sign

    Purpose.  The integer that a finite pattern of format f stands for, in units of 2^emin f, grows with
    the pattern; and how a pattern is put together from a significand and an exponent.

    Corresponds to lib/formats.

    Symbols.
      hidden f        2^(precision - 1), the weight of the hidden bit
      payload         a pattern without its sign bit
      multiple f M    the integer v with magnitude v 2^emin for the payload M
      with_sign f s M the pattern of that payload with a sign

    Main results.
      multiple_increasing  larger payloads are larger numbers
      multiple_encode      the payload (e - emin) hidden + m means m 2^e
      pattern_split        every pattern is a sign and a payload *)

From Coq Require Import ZArith Bool Lia.
From ExactNorm Require Import specification.

Local Open Scope Z_scope.

Definition hidden (f : format) : Z := 2 ^ (precision f - 1).
Definition sign_weight (f : format) : Z := 2 ^ (width f - 1).

Definition multiple (f : format) (M : Z) : Z :=
  if M / hidden f =? 0 then M mod hidden f
  else (hidden f + M mod hidden f) * 2 ^ (M / hidden f - 1).

Lemma hidden_positive f : 0 < hidden f.
Proof. now destruct f. Qed.

Lemma sign_weight_split f : sign_weight f = hidden f * 2 ^ exponent_bits f.
Proof. now destruct f. Qed.

Lemma infinity_positive_split f : infinity f false = hidden f * (2 ^ exponent_bits f - 1).
Proof. now destruct f. Qed.

Lemma infinity_below_sign f : 0 < infinity f false < sign_weight f.
Proof. now destruct f. Qed.

Lemma infinity_sign f s :
  infinity f s = infinity f false + (if s then sign_weight f else 0).
Proof. destruct s; unfold infinity, sign_weight; ring. Qed.

(** ** Payloads in order *)

Lemma multiple_below f M : 0 <= M -> multiple f M < hidden f * 2 ^ (M / hidden f).
Proof.
  intros HM. unfold multiple.
  assert (P := hidden_positive f).
  assert (R := Z.mod_pos_bound M _ P).
  assert (Q : 0 <= M / hidden f) by now apply Z.div_pos.
  destruct (Z.eqb_spec (M / hidden f) 0) as [E|E].
  - rewrite E. lia.
  - replace (M / hidden f) with (M / hidden f - 1 + 1) at 2 by ring.
    rewrite Z.pow_add_r by lia.
    assert (0 < 2 ^ (M / hidden f - 1)) by (apply Z.pow_pos_nonneg; lia).
    nia.
Qed.

Lemma multiple_above f M :
  0 < M / hidden f -> hidden f * 2 ^ (M / hidden f - 1) <= multiple f M.
Proof.
  intros HM. unfold multiple.
  assert (P := hidden_positive f).
  assert (R := Z.mod_pos_bound M _ P).
  destruct (Z.eqb_spec (M / hidden f) 0) as [E|E]; [lia|].
  assert (0 < 2 ^ (M / hidden f - 1)) by (apply Z.pow_pos_nonneg; lia).
  nia.
Qed.

Lemma multiple_increasing f M N : 0 <= M < N -> multiple f M < multiple f N.
Proof.
  intros [HM HN].
  assert (P := hidden_positive f).
  assert (Q : 0 <= M / hidden f) by now apply Z.div_pos.
  assert (L : M / hidden f <= N / hidden f) by (apply Z.div_le_mono; lia).
  destruct (Z.eq_dec (M / hidden f) (N / hidden f)) as [E|E].
  - assert (F := Z.div_mod M (hidden f)). assert (G := Z.div_mod N (hidden f)).
    unfold multiple. rewrite <- E in *.
    destruct (Z.eqb_spec (M / hidden f) 0).
    + lia.
    + assert (0 < 2 ^ (M / hidden f - 1)) by (apply Z.pow_pos_nonneg; lia).
      apply Z.mul_lt_mono_pos_r; lia.
  - apply Z.lt_le_trans with (1 := multiple_below f M HM).
    apply Z.le_trans with (2 := multiple_above f N ltac:(lia)).
    apply Z.mul_le_mono_nonneg_l; [lia|].
    apply Z.pow_le_mono_r; lia.
Qed.

Lemma multiple_lt_iff f M N :
  0 <= M -> 0 <= N -> (multiple f M < multiple f N <-> M < N).
Proof.
  intros HM HN. split.
  - intros H. destruct (Z_lt_le_dec M N) as [|L]; [assumption|exfalso].
    destruct (Z.eq_dec M N) as [E|E]; [subst; lia|].
    assert (K := multiple_increasing f N M). lia.
  - intros H. apply multiple_increasing. lia.
Qed.

Lemma multiple_injective f M N :
  0 <= M -> 0 <= N -> multiple f M = multiple f N -> M = N.
Proof.
  intros HM HN H.
  assert (K := multiple_lt_iff f M N HM HN). assert (L := multiple_lt_iff f N M HN HM). lia.
Qed.

Lemma multiple_nonnegative f M : 0 <= M -> 0 <= multiple f M.
Proof.
  intros HM. unfold multiple.
  assert (P := hidden_positive f).
  assert (R := Z.mod_pos_bound M _ P).
  destruct (Z.eqb_spec (M / hidden f) 0); [lia|].
  assert (0 <= 2 ^ (M / hidden f - 1)) by (apply Z.pow_nonneg; lia).
  nia.
Qed.

(** ** Writing a pattern *)

Lemma multiple_encode f q m :
  0 <= q -> 0 <= m <= 2 * hidden f -> q = 0 \/ hidden f <= m ->
  multiple f (q * hidden f + m) = m * 2 ^ q.
Proof.
  intros Hq Hm Hn.
  assert (P := hidden_positive f).
  destruct (Z_lt_le_dec m (hidden f)) as [L|L].
  - replace q with 0 by lia. rewrite Z.mul_0_l, Z.add_0_l, Z.mul_1_r.
    unfold multiple. now rewrite Z.div_small, Z.mod_small by lia.
  - destruct (Z.eq_dec m (2 * hidden f)) as [E|E].
    + replace (q * hidden f + m) with ((q + 2) * hidden f) by (subst; ring).
      unfold multiple. rewrite Z.div_mul, Z_mod_mult by lia.
      destruct (Z.eqb_spec (q + 2) 0); [lia|].
      replace (q + 2 - 1) with (q + 1) by ring.
      rewrite Z.pow_add_r by lia. subst. ring.
    + replace (q * hidden f + m) with ((m - hidden f) + (q + 1) * hidden f) by ring.
      unfold multiple. rewrite Z.div_add, Z_mod_plus_full by lia.
      rewrite Z.div_small, Z.mod_small by lia.
      destruct (Z.eqb_spec (0 + (q + 1)) 0); [lia|].
      replace (0 + (q + 1) - 1) with q by ring. ring.
Qed.

(** Infinity's payload continues the sequence: it would mean 2^emax. *)
Lemma multiple_infinity f :
  multiple f (infinity f false) = 2 ^ (emax f - emin f).
Proof. now destruct f. Qed.

(** ** Patterns as sign and payload *)

Definition with_sign (f : format) (s : bool) (M : Z) : Z :=
  M + (if s then sign_weight f else 0).

Lemma with_sign_fields f s M :
  0 <= M < sign_weight f ->
  is_pattern f (with_sign f s M) /\
  sign_field f (with_sign f s M) = s /\
  exponent_field f (with_sign f s M) = M / hidden f /\
  fraction_field f (with_sign f s M) = M mod hidden f.
Proof.
  intros HM. assert (P := hidden_positive f).
  assert (W := sign_weight_split f).
  assert (X : 0 < 2 ^ exponent_bits f) by now destruct f.
  assert (T : 2 ^ width f = 2 * sign_weight f) by now destruct f.
  unfold is_pattern, sign_field, exponent_field, fraction_field.
  fold (hidden f) (sign_weight f). rewrite T.
  unfold with_sign.
  assert (D : M / hidden f < 2 ^ exponent_bits f).
  { apply Z.div_lt_upper_bound; lia. }
  assert (E : 0 <= M / hidden f) by (apply Z.div_pos; lia).
  destruct s.
  - repeat split; try lia.
    + rewrite W, (Z.mul_comm (hidden f)), Z.div_add by lia.
      replace (2 ^ exponent_bits f) with (1 * 2 ^ exponent_bits f) at 1 by ring.
      rewrite Z_mod_plus_full. now apply Z.mod_small.
    + rewrite W, (Z.mul_comm (hidden f)). apply Z_mod_plus_full.
  - rewrite Z.add_0_r. repeat split; try lia.
    + now apply Z.mod_small.
Qed.

Lemma pattern_split f b :
  is_pattern f b ->
  exists M, 0 <= M < sign_weight f /\ b = with_sign f (sign_field f b) M.
Proof.
  unfold is_pattern, sign_field, with_sign. fold (sign_weight f).
  assert (T : 2 ^ width f = 2 * sign_weight f) by now destruct f.
  rewrite T. intros H.
  destruct (Z.leb_spec (sign_weight f) b).
  - exists (b - sign_weight f). lia.
  - exists b. lia.
Qed.
