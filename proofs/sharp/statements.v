(* SPDX-License-Identifier: Apache-2.0 *)
(** * What is proved about the sharp stage, without the proofs

    Purpose.  For a reader who doubts the ledger of lib/fast/sharp_error_bounds.h.  The operations are
    defined in products.v, pairs.v and addition.v, the sums in sums.v, squares.v and lanes.v, the
    moments in means.v, root.v and row.v, the elements in elements.v and results.v, K in bound.v and
    length.v, admission in admission.v, the ends test in ends.v.  Each statement is written out here,
    and closed by the theorem that proves it.

    Symbols.
      centred       LayerNorm; if false, RMSNorm, whose a and a^ are 0
      fused         with an FMA
      es            the deviations e = d + d' from the centre, after scaling
      k             vectors of 2^k lanes, two accumulators
      K, kappa      those of the ledger, as they are computed
      r             sqrt(R^2 + 2^-960)
      p             a pattern that the ends test certifies
    and in the last sections
      row           a row of bit patterns, as specification.v defines it
      B             binary64 with its largest number; None stands for infinities and NaNs
      M             what model.v, which is compared with the C++, makes of the row over B
      ieee          IEEE 754's binary64 as Flocq has it, infinities and NaN included; I, N: its B and M
      element_stored, number_stored   RoundSharp and StoreCertified let a pattern pass (certified.v) *)

From Coq Require Import ZArith Reals List Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.elements fast.certified
  fast.ends fast.cell16 fast.answers sharp.bound sharp.ends sharp.sums sharp.squares
  sharp.products sharp.pairs sharp.lanes sharp.length sharp.root sharp.means
  sharp.elements sharp.results sharp.row sharp.admission.
From ExactNorm Require Import exact.special_values fast.overflow sharp.certified
  sharp.statistics_model sharp.delivered
  fast.nonfinite fast.ieee sharp.ieee sharp.ieee_delivered.
From ExactNorm Require sharp.model.

Local Open Scope R_scope.

Section Row.
Variables centred fused : bool.
Variable k : nat.
Variable es : list (R * R).

Let N := INR (length es).
Let R2 := squares_total es / N.
Let r := sqrt (R2 + bpow radix2 (-960)).
Let a := if centred then total es / N else 0.
Let q := q_hat fused k es.
Let ah := if centred then a_hat fused k es else (0, 0).
Let K := computed_sharp_sum_error (N.of_nat (length es)) (2 ^ N.of_nat k).

(** What the code guarantees: vectors of 1 to 16 lanes, 1 to 2^31 columns, and what TwoSum returns. *)
Hypothesis lanes : (k <= 4)%nat.
Hypothesis columns : (0 < length es)%nat /\ (Z.of_nat (length es) <= 2 ^ 31)%Z.
Hypothesis parts :
  Forall (fun e => binary64 (fst e) /\ binary64 (snd e) /\ Rabs (snd e) <= u * Rabs (fst e)) es.

(** The offset and the mean square. *)
Theorem offset_is_near : Rabs (value_of ah - a) <= (K - 70) * (u * (u * r)).
Proof. exact (proj1 (offset_close centred fused k es lanes columns parts)). Qed.

Theorem mean_square_is_near : Rabs (value_of q - R2) <= (K - 31) * (u * (u * (r * r))).
Proof. exact (proj1 (square_close fused k es lanes columns parts)). Qed.

Variable eps : R.
Let V := R2 - a * a + eps.
Let v := if centred then v_sharp fused q ah eps else v_sharp_rms q eps.
Let kappa := kappa_of q v.
Let root := root_of q v.

(** What the code asks for, as it computes it. *)
Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.
Hypothesis v_admitted : bpow radix2 (-900) <= fst v <= bpow radix2 900.
Hypothesis kappa_admitted :
  rnd (Rmax (rnd (rnd (101 / 100) * fst q)) (bpow radix2 (-930)) / fst v) <= bpow radix2 36.

Variable e : R * R.
Variables g b : R.
Hypothesis in_row : In e es.
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Let th := t_sharp fused e ah (rstd_sharp fused (fst v) (snd v)).
Let yh := y_sharp fused th g b.
Let y := g * ((value_of e - a) / sqrt V) + b.

Lemma variance_is : variance_hat centred fused k es eps = v.
Proof. unfold variance_hat, v_hat, v, ah. now destruct centred. Qed.

(** The ledger's last sentence, at fst th for t^. *)
Theorem result_is_near :
  Rabs (fst yh + snd yh - y)
  <= Rabs g * (sharp_s1 K kappa * ((1 + 2 * u) * Rabs (fst th)) + sharp_s0 K root)
     + 45 / 10 * (u * u * Rabs (fst yh + snd yh)) + bpow radix2 (-1060).
Proof.
  assert (H := sharp_row_near centred fused k es eps lanes columns parts eps_binary64 eps_pos).
  rewrite variance_is in H.
  destruct (H v_admitted kappa_admitted e g b in_row g_binary64 b_binary64) as (_ & _ & _ & Y & _). exact Y.
Qed.

Let err := sharp_error fused (computed_sharp_e1 K kappa) (computed_sharp_e0 K root) (fst th) g (fst yh).
Let low := rnd (snd yh - err).
Let high := rnd (snd yh + err).

Lemma enclosed : fst yh + low <= y <= fst yh + high.
Proof.
  assert (H := sharp_row_enclosed centred fused k es eps lanes columns parts eps_binary64 eps_pos).
  rewrite variance_is in H. exact (H v_admitted kappa_admitted e g b in_row g_binary64 b_binary64).
Qed.

(** What the ends test certifies is right: y's pattern in a narrow format, ... *)
Theorem narrow_result_is_right f Pl Ph p :
  is_pattern Binary64 Pl -> meaning Binary64 Pl = Finite (rnd (fst yh + low)) ->
  is_pattern Binary64 Ph -> meaning Binary64 Ph = Finite (rnd (fst yh + high)) ->
  ends_certify f (to_odd (fst yh) low Pl) (to_odd (fst yh) high Ph) p ->
  represents f (Finite y) p.
Proof.
  intros P1 M1 P2 M2 C. apply (sharp_ends_narrow f (fst yh) low high y Pl Ph p); try assumption;
    try apply binary64_rnd. exact enclosed.
Qed.

(** ... and in binary64. *)
Theorem binary64_result_is_right p :
  is_pattern Binary64 p -> meaning Binary64 p = Finite (rnd (fst yh + low)) ->
  rnd (fst yh + low) = rnd (fst yh + high) ->
  bpow radix2 (-1000) <= Rabs (rnd (fst yh + low)) <= bpow radix2 1000 ->
  represents Binary64 (Finite y) p.
Proof. apply sharp_ends_binary64. exact enclosed. Qed.

End Row.

(** ** From bit patterns to bits, with overflow *)

Section Answers.
Variables (fused : bool) (k : nat) (r : row) (xs : list R) (j : Z).
Let B := limited_arithmetic fused.
Let M := model.sharp_moments_of B fused k (row_operation r) (Some (eps r)) (Some (bpow radix2 j)) (map Some xs).

(** A row of finite numbers, times whatever power of two, that the stage admits. *)
Hypothesis row_well_formed : well_formed r.
Hypothesis row_finite : numbers r = Some xs.
Hypothesis lanes : (k <= 4)%nat.
Hypothesis columns : (Z.of_nat (length xs) <= 2 ^ 31)%Z.
Hypothesis admitted : model.sharp_admitted M = true.

(** y_i, with a finite gamma_i and beta_i, in all four formats. *)
Theorem element_is_right i g b hi lo low high p :
  (i < length (x r))%nat -> parameter r 1 (gamma r) i = Finite g -> parameter r 0 (beta r) i = Finite b ->
  model.y_hat_sharp B fused M (Some (nth i xs 0)) (Some g) (Some b) = (Some hi, lo) ->
  model.y_ends_sharp B fused M (Some (nth i xs 0)) (Some g) (Some b) = (Some low, Some high) ->
  element_stored (y_format r) hi low high p ->
  represents (y_format r) (element r i) p.
Proof.
  exact (delivered_element fused k r xs j row_well_formed row_finite lanes columns admitted i g b hi lo low high p).
Qed.

(** What IsExactZero finds is stored as +0. *)
Theorem zero_is_right i g :
  (i < length (x r))%nat -> parameter r 1 (gamma r) i = Finite g -> parameter r 0 (beta r) i = Finite 0 ->
  g = 0 \/ (row_operation r = Rms_norm /\ nth i xs 0 = 0) ->
  represents (y_format r) (element r i) 0.
Proof. exact (delivered_zero fused k r xs j row_well_formed row_finite lanes columns admitted i g). Qed.

Theorem mean_is_right hi lo low high p :
  row_operation r = Layer_norm ->
  mean_pair B M = (Some hi, lo) -> mean_ends B M = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (mean_answer r) p.
Proof. exact (delivered_mean fused k r xs j row_well_formed row_finite lanes columns admitted hi lo low high p). Qed.

Theorem rstd_is_right hi lo low high p :
  rstd_parts B M = (Some hi, lo) -> rstd_ends B M = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof. exact (delivered_rstd fused k r xs j row_well_formed row_finite lanes columns admitted hi lo low high p). Qed.

End Answers.

(** ** The same in IEEE 754's binary64 *)

Section Machine.
Variables (fused : bool) (k : nat) (r : row) (xs : list R) (j : Z).
Variables (e s : ieee) (zs : list ieee).
Let I := ieee_arithmetic fused.
Let N := model.sharp_moments_of I fused k (row_operation r) e s zs.

Hypothesis row_well_formed : well_formed r.
Hypothesis row_finite : numbers r = Some xs.
Hypothesis lanes : (k <= 4)%nat.
Hypothesis columns : (0 < length xs)%nat /\ (Z.of_nat (length xs) <= 2 ^ 31)%Z.

(** eps, 2^j and x as the machine has them. *)
Hypothesis epsilon_is : real_value e = Some (eps r).
Hypothesis scale_is : real_value s = Some (bpow radix2 j).
Hypothesis row_is : map real_value zs = map Some xs.
Hypothesis admitted : model.sharp_admitted N = true.

Theorem machine_element_is_right i z g b g' b' hi low high p :
  (i < length (x r))%nat -> parameter r 1 (gamma r) i = Finite g -> parameter r 0 (beta r) i = Finite b ->
  real_value z = Some (nth i xs 0) -> real_value g' = Some g -> real_value b' = Some b ->
  real_value (fst (model.y_hat_sharp I fused N z g' b')) = Some hi ->
  pair_value (model.y_ends_sharp I fused N z g' b') = (Some low, Some high) ->
  element_stored (y_format r) hi low high p ->
  represents (y_format r) (element r i) p.
Proof.
  exact (ieee_element fused k r xs j e s zs row_well_formed row_finite lanes columns epsilon_is scale_is row_is
    admitted i z g b g' b' hi low high p).
Qed.

Theorem machine_mean_is_right hi low high p :
  row_operation r = Layer_norm ->
  real_value (fst (mean_pair I N)) = Some hi -> pair_value (mean_ends I N) = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  exact (ieee_mean fused k r xs j e s zs row_well_formed row_finite lanes columns epsilon_is scale_is row_is
    admitted hi low high p).
Qed.

Theorem machine_rstd_is_right hi low high p :
  real_value (fst (rstd_parts I N)) = Some hi -> pair_value (rstd_ends I N) = (Some low, Some high) ->
  number_stored (statistics_format r) hi low high p ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  exact (ieee_rstd fused k r xs j e s zs row_well_formed row_finite lanes columns epsilon_is scale_is row_is
    admitted hi low high p).
Qed.

End Machine.
