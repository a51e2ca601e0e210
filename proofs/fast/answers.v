(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the fast stage certifies is the answer

    Purpose.  Everything together: for a row of bit patterns in binary32, bfloat16 or binary16 whose
    computed moments are admitted, an element that the window test or the ends test certifies
    is stored as specification.v says.

    Corresponds to lib/fast/rows-inl.h.

    Symbols.
      fused, k        whether the target has an FMA; vectors have 2^k lanes
      c               the centre: None, or any binary64 number (RMSNorm: None)
      window f h n G B field w    what MakeWindow makes for output format f, sums of height h, rows
                      of n numbers, and columns with |g| <= G, |b| <= B
      passes f field w E b        the window test on y^'s pattern E or on RN32(y^)'s pattern b
      ends_certify f low high p   RoundEnds: both ends have the pattern p

    Main results.
      window_answers  a window's test passes: what is stored is the answer
      ends_answer     the ends test passes: likewise
      ends_confirm    and for binary32 that is RN32(y^) *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell exact.moments
  exact.special_values fast.model fast.operations fast.sums fast.row_sums fast.window_test fast.tails
  fast.demotion fast.width fast.windows fast.certified fast.ends fast.cell16 fast.row_data
  fast.normalize.
From ExactNorm Require Export fast.result_tests.
Import ListNotations.

Local Open Scope R_scope.


(** ** A row *)

Section Row.
Variables (fused : bool) (k : nat) (r : row) (xs : list R) (c : option R) (i : nat) (g b : R).
Hypothesis W : well_formed r.
Hypothesis O : ordinary r xs.
Hypothesis parameters_narrow : narrow (parameter_format r) = true.
Hypothesis lanes_few : (k <= 1000)%nat.
Hypothesis columns_few : (Z.of_nat (length xs) <= 2 ^ 31)%Z.
Hypothesis centre_fits :
  match row_operation r, c with
  | _, None => True
  | Layer_norm, Some m => binary64 m
  | Rms_norm, Some _ => False
  end.
Hypothesis in_row : (i < length (x r))%nat.
Hypothesis gain_is : gain r i = Finite g.
Hypothesis bias_is : bias r i = Finite b.

Let A := real_arithmetic fused.
Let M := moments_about A k (row_operation r) (eps r) xs c.
Hypothesis row_admitted : admitted M = true.

Let h := height (length xs) k.
Let v := nth i xs 0.
Let t := t_hat A M v.
Let y_computed := y_hat A M v g b.
Let y_real := y_exact (row_operation r) xs (eps r) v g b.

Lemma row_fits : supposed k (row_operation r) (eps r) xs c.
Proof. now apply row_supposed. Qed.

Lemma in_numbers : In v xs.
Proof. destruct (row_numbers r xs W O) as (_ & L & _). apply nth_In. now rewrite L. Qed.

Lemma power_is_positive : 0 < power (row_operation r) xs (eps r).
Proof. exact (power_positive fused k _ _ _ _ row_fits row_admitted). Qed.

Lemma gain_fits : binary64 g /\ Rabs g < bpow radix2 128.
Proof.
  destruct W as (_ & _ & Wg & _).
  exact (parameter_bounded r i g 1 _ Wg parameters_narrow in_row (or_intror eq_refl) gain_is).
Qed.

Lemma bias_fits : binary64 b /\ Rabs b < bpow radix2 128.
Proof.
  destruct W as (_ & _ & _ & Wb & _).
  exact (parameter_bounded r i b 0 _ Wb parameters_narrow in_row (or_introl eq_refl) bias_is).
Qed.

Lemma answer_is : element r i = Finite y_real.
Proof.
  apply finite_element; try assumption. unfold scale. apply Rgt_not_eq, power_is_positive.
Qed.

Lemma ledger : Rabs (y_computed - y_real) <= y_error h t g y_computed.
Proof.
  exact (y_hat_bound fused k _ _ _ _ row_fits row_admitted v in_numbers g b
           (proj1 bias_fits) (proj2 gain_fits)).
Qed.

Lemma height_fits : 0 <= h <= 10000.
Proof. now apply height_bounded. Qed.

Theorem window_answers G B field w E p q :
  narrow (y_format r) = true ->
  Rabs g <= G -> Rabs b <= B -> window (y_format r) h (INR (length xs)) G B field w ->
  is_pattern Binary64 E -> meaning Binary64 E = Finite y_computed -> demotes y_computed p ->
  passes (y_format r) field w E p = true -> takes (y_format r) y_computed p q ->
  represents (y_format r) (element r i) q.
Proof.
  intros F HG HB Win PE ME D P Q. rewrite answer_is.
  assert (PG : 0 <= G) by (apply Rle_trans with (2 := HG); apply Rabs_pos).
  assert (PB : 0 <= B) by (apply Rle_trans with (2 := HB); apply Rabs_pos).
  assert (Hh := height_fits). assert (Led := ledger).
  destruct (window_sufficient _ h _ G B field w F (proj1 Hh) PG PB Win) as [W0 Wide].
  destruct Win as [Peak Field _ Room].
  assert (L : Rabs y_computed <= limit (y_format r)).
  { apply Rle_trans with (2 := limit_most (y_format r)).
    apply (value_bounded fused h t g b y_real (INR (length xs)) G B (most (y_format r))); try assumption.
    - assert (N := count_positive xs (proj1 (row_numbers r xs W O))). unfold count in N.
      change 0 with (INR 0) in N. apply INR_lt in N. change 1 with (INR 1). apply le_INR. lia.
    - destruct (y_format r); cbn [most]; try lra; apply (bpow_le radix2 0 127); lia.
    - apply (value_in_range _ _ _ _ _ _ G B in_numbers); try assumption.
      + apply (row_epsilon r W).
      + exact power_is_positive.
    - now apply Rlt_le. }
  assert (Near : forall X, bpow radix2 (field - 1023) <= X -> Rabs y_computed <= 2 * X ->
    Rabs (y_computed - y_real) < (IZR w * unit_width (y_format r) - lost (y_format r)) * (2 * u * X)).
  { intros X HX HY.
    assert (Hl : bpow radix2 (-126) <= bpow radix2 (field - 1023)).
    { apply bpow_le. destruct (y_format r); cbn [least_field] in Field; lia. }
    apply Rlt_le_trans with ((computed_width (computed_e1 h) (computed_e0 h) G B
                               (bpow radix2 (field - 1023)) - / 10) * (2 * u * X)).
    - apply (width_enough fused h (computed_e1 h) (computed_e0 h) t g b y_real G B
               (bpow radix2 (field - 1023)) X); try assumption.
      + apply Hh.
      + apply computed_e1_most, Hh.
      + apply computed_e0_most, Hh.
    - apply Rmult_le_compat_r; [|exact Wide].
      assert (U := u_pos). assert (B0 := bpow_gt_0 radix2 (field - 1023)).
      apply Rmult_le_pos; lra. }
  destruct (y_format r) eqn:Fmt; [discriminate F| | |].
  - destruct Q as [->|[N _]]; [|easy].
    apply (certified32 E p field w y_computed y_real); try assumption.
    + cbn [least_field] in Field. lia.
    + cbn [tail] in Room. split; [exact W0|]. change (2 ^ 29)%Z with (4 * 2 ^ 27)%Z in Room. lia.
    + intros X HX HY. assert (K := Near X HX HY). cbn [unit_width lost] in K. lra.
  - destruct (certified16 Binary16 p (field - 896) w y_computed y_real) as [Ry Rv]; try assumption.
    + now right.
    + change (rebias Binary32 Binary16) with 112%Z. cbn [least_field] in Field. lia.
    + change (2 ^ tail Binary16)%Z with (2 * 2 ^ (dropped Binary32 Binary16 - 1))%Z in Room. lia.
    + intros X HX HY. replace (field - 896 - 127)%Z with (field - 1023)%Z in HX by ring.
      exact (Near X HX HY).
    + destruct Q as [->|[_ Q]]; [exact Ry|]. now rewrite (represents_unique _ _ _ _ Q Rv).
  - destruct (certified16 Bfloat16 p (field - 896) w y_computed y_real) as [Ry Rv]; try assumption.
    + now left.
    + change (rebias Binary32 Bfloat16) with 0%Z. cbn [least_field] in Field. lia.
    + change (2 ^ tail Bfloat16)%Z with (2 * 2 ^ (dropped Binary32 Bfloat16 - 1))%Z in Room. lia.
    + intros X HX HY. replace (field - 896 - 127)%Z with (field - 1023)%Z in HX by ring.
      exact (Near X HX HY).
    + destruct Q as [->|[_ Q]]; [exact Ry|]. now rewrite (represents_unique _ _ _ _ Q Rv).
Qed.

Theorem ends_answer p :
  let e := ends_error fused (computed_e1 h) (computed_e0 h) t g y_computed in
  ends_certify (y_format r) (low_end e y_computed) (high_end e y_computed) p ->
  represents (y_format r) (element r i) p.
Proof.
  intros e Cert. rewrite answer_is. assert (Hh := height_fits).
  assert (Enc := ends_enclose fused h (computed_e1 h) (computed_e0 h) t g y_computed y_real
                   (proj1 Hh) (computed_e1_most h (proj1 Hh)) (computed_e0_most h (proj1 Hh))
                   (Rlt_le _ _ (proj2 gain_fits)) ledger).
  cbv zeta in Enc. fold e in Enc.
  destruct (y_format r) eqn:Fmt; cbn [ends_certify] in Cert; [destruct Cert| | |].
  - destruct Cert as (DL & DH & I). exact (ends32 _ _ _ p Enc DL DH I).
  - destruct Cert as (El & Sl & bl & Eh & Sh & bh & (P1 & P2 & P3) & (Q1 & Q2 & Q3) & C1 & C2).
    exact (ends16 Binary16 _ _ El Eh Sl Sh bl bh y_real p (or_intror eq_refl) Enc
             P1 P2 P3 Q1 Q2 Q3 C1 C2).
  - destruct Cert as (El & Sl & bl & Eh & Sh & bh & (P1 & P2 & P3) & (Q1 & Q2 & Q3) & C1 & C2).
    exact (ends16 Bfloat16 _ _ El Eh Sl Sh bl bh y_real p (or_introl eq_refl) Enc
             P1 P2 P3 Q1 Q2 Q3 C1 C2).
Qed.

(** Where the ends test certifies a binary32 result, RN32(y^) is it already: the pattern that the
    window test left is not written again. *)
Theorem ends_confirm p q :
  let e := ends_error fused (computed_e1 h) (computed_e0 h) t g y_computed in
  ends_certify Binary32 (low_end e y_computed) (high_end e y_computed) p -> demotes y_computed q ->
  q = p.
Proof.
  intros e (DL & DH & I) D. assert (Hh := height_fits).
  destruct (bounds_positive h (proj1 Hh)) as [P1 P0].
  assert (E := ends_error_most fused h (computed_e1 h) (computed_e0 h) t g y_computed
                 (proj1 Hh) (computed_e1_most h (proj1 Hh)) (computed_e0_most h (proj1 Hh))
                 (Rlt_le _ _ (proj2 gain_fits))). fold e in E.
  assert (E0 : 0 <= e).
  { apply Rle_trans with (2 := E).
    assert (0 <= Rabs g * (bound_e1 h * Rabs t + bound_e0 h)).
    { apply Rmult_le_pos; [apply Rabs_pos|].
      assert (0 <= bound_e1 h * Rabs t) by (apply Rmult_le_pos; [exact P1|apply Rabs_pos]). lra. }
    assert (0 <= u * Rabs y_computed) by (apply Rmult_le_pos; [apply Rlt_le, u_pos|apply Rabs_pos]).
    assert (0 < underflow) by apply bpow_gt_0. lra. }
  assert (Fy : binary64 y_computed).
  { unfold y_computed, y_hat, A. destruct fused; apply binary64_rnd. }
  assert (In : low_end e y_computed <= y_computed <= high_end e y_computed).
  { unfold low_end, high_end. split.
    - rewrite <- (rnd_exact _ Fy) at 2. apply rnd_le. lra.
    - rewrite <- (rnd_exact _ Fy) at 1. apply rnd_le. lra. }
  assert (R := ends32 _ _ _ p In DL DH I).
  destruct (inside32_represents _ p DL I) as [NL RL].
  destruct (inside32_represents _ p DH I) as [NH RH].
  assert (NY : y_computed <> 0).
  { intros Z. rewrite Z in R. assert (K := exact_zero Binary32 p R). subst p. discriminate I. }
  refine (represents_unique Binary32 _ _ _ (demotes_number _ _ D NY _) R).
  destruct (represents_value Binary32 _ p NY R) as [(L & _)|(L & K)]; [exact L|].
  assert (J := inside32_means p I). rewrite K in J. destruct (Rlt_bool y_computed 0); destruct J; discriminate || lia.
Qed.

End Row.
