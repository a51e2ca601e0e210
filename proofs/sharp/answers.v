(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the sharp stage certifies is the answer

    Purpose.  Everything together: of a row of bit patterns, in any of the four formats, whose moments the
    sharp stage admits, an element that the ends test certifies is stored as specification.v says; so are
    the mean and 1 / sqrt(var + eps) that StoreCertified lets pass.

    Corresponds to SharpenRowAs of lib/fast/sharp-inl.h.

    Symbols.
      fused, k        whether the target has an FMA; vectors have 2^k lanes
      j, s, m         s = 2^j, by which the row is multiplied, and the centre: whatever they are
      es, E           the deviations and the epsilon of the scaled row
      th, yh, err     t^, y^ and the bound on its error, as they are computed
      element_stored, number_stored   what RoundSharp and StoreCertified let pass: certified.v

    Main results.
      sharp_element_answers, sharp_mean_answers, sharp_rstd_answers *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell exact.moments
  exact.special_values fast.model fast.operations fast.elements fast.demotion fast.row_data
  sharp.bound sharp.ends sharp.sums sharp.squares sharp.products sharp.pairs sharp.length
  sharp.root sharp.means sharp.elements sharp.results sharp.row sharp.admission sharp.scaling
  sharp.scaled_row sharp.deviations sharp.statistics sharp.certified.
Import ListNotations.

Local Open Scope R_scope.

Definition is_centred (op : operation) : bool := match op with Layer_norm => true | Rms_norm => false end.

(** A finite parameter, of whatever format. *)
Lemma parameter_binary64 r i z absent p :
  well_formed_parameter r p -> (i < length (x r))%nat -> absent = 0 \/ absent = 1 ->
  parameter r absent p i = Finite z -> binary64 z.
Proof.
  intros W I A. unfold parameter. destruct p as [l|].
  - intros M. destruct (W l eq_refl) as [L F].
    assert (P : is_pattern (parameter_format r) (nth i l 0%Z)).
    { rewrite Forall_forall in F. apply F, nth_In. now rewrite L. }
    exact (proj1 (meaning_binary64 _ _ _ P M)).
  - intros M. injection M as <-. destruct A as [-> | ->]; [apply binary64_0|apply row_data.binary64_1].
Qed.

Section Row.
Variables (fused : bool) (k : nat) (r : row) (xs : list R) (j : Z) (m : R).
Hypothesis W : well_formed r.
Hypothesis O : ordinary r xs.
Hypothesis lanes_few : (k <= 4)%nat.
Hypothesis columns_few : (Z.of_nat (length xs) <= 2 ^ 31)%Z.
Hypothesis m_binary64 : binary64 m.
Hypothesis no_centre : row_operation r = Rms_norm -> m = 0.

Let op := row_operation r.
Let s := bpow radix2 j.
Let E := scaled_epsilon s (eps r).
Let es := deviations_of s m xs.
Let K := ledger_k k (length es).
Let q := q_hat fused k es.
Let ah := offset_hat (is_centred op) fused k es.
Let v := variance_hat (is_centred op) fused k es E.
Let kappa := kappa_of q v.
Let root := root_of q v.
Let rh := rstd_sharp fused (fst v) (snd v).
Let e1 := computed_sharp_e1 K kappa.
Let e0 := computed_sharp_e0 K root.

Hypothesis v_admitted : bpow radix2 (-900) <= fst v <= bpow radix2 900.
Hypothesis kappa_admitted : kappa_hat q v <= most_kappa.

Let Xs := map (scaled s) xs.
Let a := offset_of (is_centred op) es.
Let V := variance_of (is_centred op) es E.
Let rr := spread_of es.

Lemma numbers_are : xs <> [] /\ length xs = length (x r) /\ Forall binary64 xs.
Proof. exact (row_numbers r xs W O). Qed.

Lemma deviations_length : length es = length xs.
Proof. unfold es, deviations_of. apply map_length. Qed.

Lemma columns_are : at_most_2_31 (length es).
Proof.
  rewrite deviations_length. split; [|exact columns_few].
  destruct numbers_are as (N & _). destruct xs; [easy|cbn; lia].
Qed.

Lemma parts_are : Forall deviation_parts es.
Proof.
  unfold es, deviations_of. apply Forall_forall. intros e I. apply in_map_iff in I. destruct I as (z & <- & _).
  destruct (deviation_exact s m z m_binary64) as (A & B & C & _). now repeat split.
Qed.

Lemma epsilon_is : binary64 E /\ 0 <= E.
Proof. apply scaled_epsilon_binary64; [apply (row_epsilon r W)|apply bpow_ge_0]. Qed.

(** The scaled row's var + eps and deviations. *)
Lemma moments_are : V = power op Xs E /\
  forall z, value_of (scaled_deviation s m z) - a = deviation op Xs (scaled s z).
Proof.
  destruct numbers_are as (N & _ & _). unfold V, variance_of, a, offset_of, mean_square.
  destruct op eqn:Eop; cbn [is_centred].
  - exact (layer_norm_moments s m E xs N m_binary64).
  - assert (M := no_centre Eop). destruct (rms_norm_moments s E xs N) as [A B]. cbv zeta in A.
    unfold es. rewrite M. split; [|intros z; rewrite Rminus_0_r; exact (B z)].
    rewrite Rmult_0_l, Rminus_0_r. exact A.
Qed.

Lemma kappa_positive : least_kappa <= kappa -> 0 <= kappa.
Proof. intros H. apply Rle_trans with (2 := H), bpow_ge_0. Qed.

Lemma root_positive : least_root <= root -> 0 <= root.
Proof. intros H. apply Rle_trans with (2 := H), bpow_ge_0. Qed.

Lemma small_is : K * kappa * (u * u) <= / 1000.
Proof. exact (kappa_small (is_centred op) fused k es E lanes_few columns_are kappa_admitted). Qed.

Lemma facts : 132 <= K /\ least_kappa <= kappa /\ least_root <= root /\ 0 <= rr <= root * sqrt V /\ Rabs a <= rr /\
  Rabs (value_of ah - a) <= (K - 68) * (u * (u * rr)) /\ within (1001 / 1000 * rr) ah /\
  bpow radix2 (-901) <= V <= bpow radix2 901 /\
  Rabs (value_of rh * sqrt V - 1) <= ((151 / 100 * K - 60) * kappa + 58) * (u * u) /\
  double_double (fst rh) (snd rh).
Proof.
  destruct (sharp_row_moments (is_centred op) fused k es E lanes_few columns_are parts_are (proj1 epsilon_is)
    (proj2 epsilon_is) v_admitted kappa_admitted)
    as (K1 & Kk & Kr & Vp & R0 & Ar & KV & RV & A3 & A2 & D & Vh & Rn & Rp).
  fold K in K1, A3, D. fold q v in Kk, Kr, KV, RV, D, Vh, Rn. fold kappa in Kk, KV. fold root in Kr, RV.
  fold V in Vp, KV, RV, D. fold rr in R0, Ar, KV, RV, A3, A2, D. fold a in Ar, A3. fold ah in A3, A2.
  fold rh in Rn, Rp.
  assert (Q := squares). assert (Us := u_small).
  assert (N := root_near K kappa rr V (value_of v) rh K1 (kappa_positive Kk) small_is Vp Vh KV D Rn).
  assert (Dv : Rabs (value_of v - V) <= 31 / 10000 * V).
  { apply Rle_trans with (1 := D). set (qq := u * u) in *.
    assert (X : K * qq * (rr * rr) <= K * qq * (kappa * V)).
    { apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|exact KV]. }
    assert (Y : K * kappa * qq * V <= / 1000 * V) by (apply Rmult_le_compat_r; [lra|exact small_is]).
    assert (Z : qq * V <= / 1000000 * V) by (apply Rmult_le_compat_r; lra).
    assert (Z' : 0 <= qq * (rr * rr)) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]). lra. }
  destruct (variance_close (is_centred op) fused k es lanes_few columns_are parts_are E (proj1 epsilon_is)
    (proj2 epsilon_is)) as (_ & _ & _ & L). fold v in L.
  assert (B := bpow_gt_0 radix2 (-900)). assert (F := v_admitted). rewrite (Rabs_pos_eq (fst v)) in L by lra.
  assert (Uv := u_part (fst v) ltac:(lra)). apply Rabs_le_inv in L. apply Rabs_le_inv in Dv. unfold value_of in Dv.
  assert (B1 : bpow radix2 (-900) = 2 * bpow radix2 (-901)).
  { replace (-900)%Z with (1 + -901)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
  assert (B2 : bpow radix2 901 = 2 * bpow radix2 900).
  { replace 901%Z with (1 + 900)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
  repeat (split; [assumption || lra|]). exact Rp.
Qed.

Lemma scaled_least : bpow radix2 (-901) <= power op Xs E.
Proof. destruct facts as (_ & _ & _ & _ & _ & _ & _ & [L _] & _). now rewrite <- (proj1 moments_are). Qed.

Lemma power_positive : 0 < power op xs (eps r).
Proof.
  destruct numbers_are as (N & _ & F). destruct (row_epsilon r W) as [Be [Pe _]].
  exact (scaled_power_positive op xs (eps r) j N F Be Pe scaled_least).
Qed.

(** ** Elements *)

Section Element.
Variables (i : nat) (g b : R).
Hypothesis in_row : (i < length (x r))%nat.
Hypothesis gain_is : gain r i = Finite g.
Hypothesis bias_is : bias r i = Finite b.

Let z := nth i xs 0.
Let th := t_sharp fused (scaled_deviation s m z) ah rh.
Let yh := y_sharp fused th g b.
Let err := sharp_error fused e1 e0 (fst th) g (fst yh).

Lemma answer_is : element r i = Finite (g * deviation op xs z / sqrt (power op xs (eps r)) + b).
Proof.
  apply finite_element; try assumption. unfold scale. apply Rgt_not_eq, power_positive.
Qed.

Theorem sharp_element_answers p :
  element_stored (y_format r) (fst yh) (rnd (snd yh - err)) (rnd (snd yh + err)) p ->
  represents (y_format r) (element r i) p.
Proof.
  intros S. rewrite answer_is. destruct numbers_are as (N & L & F). destruct (row_epsilon r W) as [Be [Pe _]].
  destruct W as (_ & _ & Wg & Wb & _).
  assert (Fg := parameter_binary64 r i g 1 _ Wg in_row (or_intror eq_refl) gain_is).
  assert (Fb := parameter_binary64 r i b 0 _ Wb in_row (or_introl eq_refl) bias_is).
  assert (I : In z xs) by (apply nth_In; now rewrite L).
  assert (Ie : In (scaled_deviation s m z) es) by (unfold es, deviations_of; now apply in_map).
  destruct (sharp_row_near (is_centred op) fused k es E lanes_few columns_are parts_are (proj1 epsilon_is)
    (proj2 epsilon_is) v_admitted kappa_admitted _ g b Ie Fg Fb) as (K1 & Kk & Kr & Y & Lo & Tt).
  apply element_represented with (hi := fst yh) (low := rnd (snd yh - err)) (high := rnd (snd yh + err));
    try apply binary64_rnd; [|exact S].
  apply (enclosed_nearby fused K kappa root ((value_of (scaled_deviation s m z) - a) / sqrt V) (fst th) g (fst yh) (snd yh)
    (g * ((value_of (scaled_deviation s m z) - a) / sqrt V) + b)); try assumption; [fold K in K1; lra|].
  rewrite (proj2 moments_are), (proj1 moments_are).
  assert (T := scaled_normalized op xs (eps r) j N F Be Pe scaled_least z I).
  fold s in T. fold Xs E in T.
  replace (g * deviation op xs z / sqrt (power op xs (eps r)) + b
           - (g * (deviation op Xs (scaled s z) / sqrt (power op Xs E)) + b))
    with (g * (deviation op xs z / sqrt (power op xs (eps r))
               - deviation op Xs (scaled s z) / sqrt (power op Xs E))) by (unfold Rdiv; ring).
  rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|exact T].
Qed.
End Element.

(** ** Statistics *)

Lemma bounds_enough : 2 * sharp_s0 K root <= e0 /\ bpow radix2 (-600) <= e0 /\ 1999 / 1000 * sharp_s1 K kappa <= e1.
Proof.
  destruct facts as (K1 & Kk & Kr & _). destruct (computed_sharp_e0_most K root ltac:(lra) Kr) as [A B].
  split; [exact A|]. split; [exact B|]. assert (C := computed_sharp_e1_most K kappa ltac:(lra) Kk).
  assert (S : 0 <= sharp_s1 K kappa); [|unfold e1; lra]. assert (Kp := kappa_positive Kk).
  unfold sharp_s1. assert (0 <= (16 / 10 * K + 11) * kappa) by (apply Rmult_le_pos; lra).
  apply Rmult_le_pos; [lra|apply Rlt_le, squares].
Qed.

Theorem sharp_mean_answers p :
  op = Layer_norm ->
  let mean_hat := mean_sharp ah m in
  let value := over s mean_hat in
  let e := sharp_mean_error s e0 (fst rh) (fst mean_hat) in
  number_stored (statistics_format r) (fst value) (rnd (snd value - e)) (rnd (snd value + e)) p ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  intros L mean_hat value e S. unfold mean_answer. unfold ordinary in O. rewrite O.
  destruct facts as (K1 & Kk & Kr & R & Ar & A3 & A2 & Vr & Rn & Rp). destruct bounds_enough as (E0 & E0' & _).
  apply number_represented with (hi := fst value) (low := rnd (snd value - e)) (high := rnd (snd value + e));
    try apply binary64_rnd; [|exact S].
  destruct numbers_are as (N & _ & F).
  apply (mean_enclosed K kappa root rr a V m e0 ah rh j); try assumption.
  - exact (kappa_positive Kk).
  - exact (root_positive Kr).
  - exact small_is.
  - split; assumption.
  - unfold a. rewrite L. cbn [is_centred offset_of].
    assert (M := offset_is s m xs N m_binary64). fold es in M. rewrite <- M.
    exact (scaled_mean xs j N F).
Qed.

Theorem sharp_rstd_answers p :
  let value := by_scale s rh in
  let e := sharp_rstd_error s e1 (fst rh) in
  number_stored (statistics_format r) (fst value) (rnd (snd value - e)) (rnd (snd value + e)) p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  intros value e S. unfold rstd_answer. unfold ordinary in O. rewrite O. unfold reciprocal_deviation.
  rewrite Req_bool_false by (apply Rgt_not_eq, power_positive).
  destruct facts as (K1 & Kk & Kr & R & Ar & A3 & A2 & Vr & Rn & Rp). destruct bounds_enough as (_ & _ & E1).
  apply number_represented with (hi := fst value) (low := rnd (snd value - e)) (high := rnd (snd value + e));
    try apply binary64_rnd; [|exact S].
  destruct numbers_are as (N & _ & F). destruct (row_epsilon r W) as [Be [Pe _]].
  apply (rstd_enclosed K kappa V e1 rh j); try assumption.
  - exact (kappa_positive Kk).
  - exact small_is.
  - rewrite (proj1 moments_are). exact (scaled_rstd op xs (eps r) j N F Be Pe scaled_least).
Qed.
End Row.
