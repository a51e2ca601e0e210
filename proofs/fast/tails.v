(* SPDX-License-Identifier: Apache-2.0 *)
(** * The tail of a significand and the rounding boundaries

    Purpose.  A number of a finer format, cut to a coarser one by dropping the last n bits of its
    pattern: where the tail is not near half, no rounding boundary is near the number, so every
    number near it rounds to the pattern that is left.

    Corresponds to Take and Cut of lib/fast/rounding_test-inl.h, and to the ledger's Windows.

    Symbols.
      s, f            the finer and the coarser format
      dropped s f     n, the bits that are dropped
      rebias s f      the difference of the exponent fields
      cut s f M       the payload M, half added, shifted and rebiased
      unit_of s M     what the last bit of the payload M is worth

    Main results.
      cut_within      tail outside, a nearer to the number than w units: a is in the cell of the cut
      cut_exact       tail not half: the number itself is in the cell of the cut *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.window_test.

Local Open Scope Z_scope.

Definition dropped (s f : format) : Z := precision s - precision f.
Definition rebias (s f : format) : Z := emin f - emin s - dropped s f.
Definition cut (s f : format) (M : Z) : Z :=
  (M + 2 ^ (dropped s f - 1)) / 2 ^ dropped s f - rebias s f * hidden f.
Definition unit_of (s : format) (M : Z) : R := bpow radix2 (emin s + M / hidden s - 1).

(** ** A cell by its distance from the number *)

Lemma cell_near f q m a :
  0 <= q -> hidden f <= m <= 2 * hidden f ->
  let step := bpow radix2 (emin f + q) in
  ((IZR m - / 2) * step < a)%R -> (m = hidden f -> (IZR m - / 4) * step < a)%R ->
  (a < (IZR m + / 2) * step)%R ->
  in_cell f (q * hidden f + m) a.
Proof.
  intros Hq Hm step L L' U. assert (P := hidden_positive f).
  assert (W : (0 < IZR (2 ^ q))%R) by (apply IZR_lt, Z.pow_pos_nonneg; lia).
  set (u := bpow radix2 (emin f - 1)). assert (Hu : (0 < u)%R) by apply bpow_gt_0.
  assert (S : step = (2 * IZR (2 ^ q) * u)%R).
  { unfold step, u. rewrite IZR_power by exact Hq.
    replace (emin f + q) with (1 + (q + (emin f - 1))) by ring. rewrite !bpow_plus.
    change (bpow radix2 1) with 2%R. ring. }
  assert (E : multiple f (q * hidden f + m) = m * 2 ^ q) by (apply multiple_encode; lia).
  split.
  - right. left. unfold boundary, on_grid, twice_boundary. rewrite Z.sub_add, E. fold u.
    destruct (Z.eq_dec m (hidden f)) as [Em|Nm].
    + specialize (L' Em). destruct (Z.eq_dec q 0) as [->|Nq].
      * replace (0 * hidden f + m - 1) with (0 * hidden f + (m - 1)) by ring.
        rewrite multiple_encode by lia. rewrite plus_IZR, !mult_IZR, minus_IZR.
        simpl (2 ^ 0) in *. rewrite S in L. lra.
      * replace (q * hidden f + m - 1) with ((q - 1) * hidden f + (2 * hidden f - 1)) by lia.
        rewrite multiple_encode by lia.
        assert (Q : 2 ^ q = 2 * 2 ^ (q - 1)).
        { rewrite <- Z.pow_succ_r by lia. f_equal. lia. }
        rewrite plus_IZR, !mult_IZR, minus_IZR, mult_IZR, <- Em.
        rewrite S, Q, mult_IZR in L'. rewrite Q, mult_IZR. lra.
    + replace (q * hidden f + m - 1) with (q * hidden f + (m - 1)) by ring.
      rewrite multiple_encode by lia. rewrite plus_IZR, !mult_IZR, minus_IZR.
      rewrite S in L. lra.
  - right. left. unfold boundary, on_grid, twice_boundary. rewrite E. fold u.
    apply Rlt_le_trans with (1 := U). rewrite S.
    assert (K : (m + 1) * 2 ^ q <= multiple f (q * hidden f + m + 1)).
    { destruct (Z.eq_dec m (2 * hidden f)) as [Em|Nm].
      - replace (q * hidden f + m + 1) with ((q + 1) * hidden f + (hidden f + 1)) by lia.
        rewrite multiple_encode by lia. rewrite Z.pow_add_r by lia.
        assert (0 < 2 ^ q) by (apply Z.pow_pos_nonneg; lia). change (2 ^ 1) with 2. nia.
      - replace (q * hidden f + m + 1) with (q * hidden f + (m + 1)) by ring.
        rewrite multiple_encode by lia. lia. }
    apply IZR_le in K. rewrite mult_IZR, plus_IZR in K. rewrite plus_IZR, mult_IZR.
    apply Rle_trans with ((IZR m * IZR (2 ^ q) + (IZR m + 1) * IZR (2 ^ q)) * u)%R; [lra|].
    apply Rmult_le_compat_r; lra.
Qed.

(** ** Formats whose patterns can be cut *)

(** The significand of the coarser one is shorter by two bits or more. *)
Definition cuttable (s f : format) : bool :=
  match s, f with
  | Binary64, (Binary32 | Binary16 | Bfloat16) => true
  | Binary32, (Binary16 | Bfloat16) => true
  | _, _ => false
  end.

Lemma hidden_cut s f :
  cuttable s f = true -> hidden s = hidden f * 2 ^ dropped s f /\ 2 <= dropped s f.
Proof. destruct s, f; simpl; intros H; try discriminate H; split; reflexivity || discriminate. Qed.

(** What is known of a normal payload M: fields, number and cut. *)
Lemma cut_parts s f M :
  cuttable s f = true -> 0 <= M -> rebias s f + 1 <= M / hidden s -> 1 <= M / hidden s ->
  let n := dropped s f in
  let q := M / hidden s - 1 - rebias s f in
  exists m t, 0 <= q /\ hidden f <= m < 2 * hidden f /\ t = M mod 2 ^ n /\ 0 <= t < 2 ^ n /\
    number s M = ((IZR m * IZR (2 ^ n) + IZR t) * unit_of s M)%R /\
    cut s f M = q * hidden f + (if t <? 2 ^ (n - 1) then m else m + 1) /\
    bpow radix2 (emin f + q) = (IZR (2 ^ n) * unit_of s M)%R.
Proof.
  intros C HM Hr He n q. destruct (hidden_cut s f C) as [H N]. fold n in H, N.
  assert (Ps := hidden_positive s). assert (Pf := hidden_positive f).
  assert (Pn : 0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  assert (E2 : 2 ^ n = 2 * 2 ^ (n - 1)).
  { rewrite <- Z.pow_succ_r by lia. f_equal. lia. }
  assert (D := Z.div_mod M (hidden s) ltac:(lia)).
  assert (B := Z.mod_pos_bound M (hidden s) Ps).
  set (e := M / hidden s) in *. set (r := M mod hidden s) in *.
  assert (D' := Z.div_mod r (2 ^ n) ltac:(lia)).
  assert (B' := Z.mod_pos_bound r (2 ^ n) Pn).
  assert (Q0 : 0 <= r / 2 ^ n) by (apply Z.div_pos; lia).
  assert (Q1 : r / 2 ^ n < hidden f) by (apply Z.div_lt_upper_bound; lia).
  exists (hidden f + r / 2 ^ n), (r mod 2 ^ n).
  assert (T : r mod 2 ^ n = M mod 2 ^ n).
  { rewrite D, H. replace (hidden f * 2 ^ n * e + r) with (r + hidden f * e * 2 ^ n) by ring.
    now rewrite Z_mod_plus_full. }
  split; [unfold q; lia|]. split; [lia|]. split; [exact T|]. split; [exact B'|].
  split; [|split].
  - unfold number, multiple. fold e r. destruct (Z.eqb_spec e 0) as [|_]; [lia|].
    unfold on_grid, unit_of. fold e.
    rewrite <- mult_IZR, <- plus_IZR.
    replace ((hidden f + r / 2 ^ n) * 2 ^ n + r mod 2 ^ n) with (hidden s + r) by lia.
    rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by lia. do 2 f_equal. lia.
  - unfold cut. fold n.
    replace ((M + 2 ^ (n - 1)) / 2 ^ n)
      with (e * hidden f + r / 2 ^ n + (if r mod 2 ^ n <? 2 ^ (n - 1) then 0 else 1)).
    + unfold q. destruct (_ <? _); ring.
    + destruct (Z.ltb_spec (r mod 2 ^ n) (2 ^ (n - 1))) as [L|L].
      * apply Z.div_unique with (r mod 2 ^ n + 2 ^ (n - 1)); [lia|]. rewrite D at 1. rewrite H. lia.
      * apply Z.div_unique with (r mod 2 ^ n - 2 ^ (n - 1)); [lia|]. rewrite D at 1. rewrite H. lia.
  - unfold unit_of. fold e. rewrite IZR_power, <- bpow_plus by lia. f_equal.
    unfold q, rebias. fold n. lia.
Qed.

Theorem cut_within s f M w a :
  cuttable s f = true -> 0 <= M -> rebias s f + 1 <= M / hidden s -> 1 <= M / hidden s ->
  0 < w -> 2 * w <= 2 ^ (dropped s f - 1) -> outside (dropped s f) w M ->
  (Rabs (a - number s M) < IZR w * unit_of s M)%R ->
  in_cell f (cut s f M) a.
Proof.
  intros C HM Hr He Hw H2 O A.
  destruct (cut_parts s f M C HM Hr He) as (m & t & Hq & Hm & Ht & Bt & N & K & S).
  destruct (hidden_cut s f C) as [_ Hn]. set (n := dropped s f) in *.
  assert (E2 : 2 ^ n = 2 * 2 ^ (n - 1)).
  { rewrite <- Z.pow_succ_r by lia. f_equal. lia. }
  assert (U : (0 < unit_of s M)%R) by apply bpow_gt_0.
  set (u := unit_of s M) in *. unfold outside in O. cbv zeta in O. rewrite <- Ht in O.
  rewrite N in A. apply Rabs_def2 in A.
  rewrite K. set (h := 2 ^ (n - 1)) in *.
  assert (Hh : (2 * IZR w <= IZR h)%R) by (rewrite <- mult_IZR; now apply IZR_le).
  assert (Hw' : (1 <= IZR w)%R) by (apply IZR_le; lia).
  assert (T0 : (0 <= IZR t)%R) by (apply IZR_le; lia).
  assert (T1 : (IZR t < 2 * IZR h)%R) by (rewrite <- mult_IZR; apply IZR_lt; lia).
  rewrite E2, mult_IZR in A, S.
  destruct (Z.ltb_spec t h) as [L|L].
  - assert (V : (IZR t + IZR w < IZR h)%R) by (rewrite <- plus_IZR; apply IZR_lt; lia).
    apply cell_near; [exact Hq|lia|rewrite S|intros _; rewrite S|rewrite S]; nra.
  - assert (V : (IZR h + IZR w <= IZR t)%R) by (rewrite <- plus_IZR; apply IZR_le; lia).
    apply cell_near; [exact Hq|lia|rewrite S, plus_IZR|intros X; lia|rewrite S, plus_IZR]; nra.
Qed.

Theorem cut_exact s f M :
  cuttable s f = true -> 0 <= M -> rebias s f + 1 <= M / hidden s -> 1 <= M / hidden s ->
  M mod 2 ^ dropped s f <> 2 ^ (dropped s f - 1) ->
  in_cell f (cut s f M) (number s M).
Proof.
  intros C HM Hr He NH.
  destruct (cut_parts s f M C HM Hr He) as (m & t & Hq & Hm & Ht & Bt & N & K & S).
  destruct (hidden_cut s f C) as [_ Hn]. set (n := dropped s f) in *.
  assert (E2 : 2 ^ n = 2 * 2 ^ (n - 1)).
  { rewrite <- Z.pow_succ_r by lia. f_equal. lia. }
  assert (U : (0 < unit_of s M)%R) by apply bpow_gt_0.
  set (u := unit_of s M) in *. rewrite <- Ht in NH. rewrite K, N. set (h := 2 ^ (n - 1)) in *.
  assert (T0 : (0 <= IZR t)%R) by (apply IZR_le; lia).
  assert (T1 : (IZR t < 2 * IZR h)%R) by (rewrite <- mult_IZR; apply IZR_lt; lia).
  rewrite E2, mult_IZR in S |- *.
  destruct (Z.ltb_spec t h) as [L|L].
  - assert (V : (IZR t < IZR h)%R) by (apply IZR_lt; lia).
    apply cell_near; [exact Hq|lia|rewrite S|intros _; rewrite S|rewrite S]; nra.
  - assert (V : (IZR h < IZR t)%R) by (apply IZR_lt; lia).
    apply cell_near; [exact Hq|lia|rewrite S, plus_IZR|intros X; lia|rewrite S, plus_IZR]; nra.
Qed.

(** Cutting keeps payloads in order, so a number below a bound is cut to a payload below its. *)
Lemma cut_monotone s f M N :
  cuttable s f = true -> M <= N -> cut s f M <= cut s f N.
Proof.
  intros C H. destruct (hidden_cut s f C) as [_ Hn]. unfold cut.
  assert (0 < 2 ^ dropped s f) by (apply Z.pow_pos_nonneg; lia).
  apply Z.sub_le_mono_r, Z.div_le_mono; lia.
Qed.
