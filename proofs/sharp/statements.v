(* SPDX-License-Identifier: Apache-2.0 *)
(** * What is proved about the sharp stage, without the proofs

    Purpose.  For a reader who doubts the ledger of lib/fast/sharp_error_bounds.h.  The operations are
    defined in products.v, pairs.v and addition.v, the sums in sums.v,
    squares.v and lanes.v, the moments in means.v, root.v and
    row.v, the elements in elements.v and results.v, admission in
    admission.v, the bound in bound.v, the ends test in ends.v.  Each
    statement is written out here, for LayerNorm, and closed by the theorem that proves it;
    rms_row.v has RMSNorm.

    Symbols.
      es            the deviations e = d + d' from the centre, after scaling
      n             how many numbers a lane is given; 2^k lanes, two accumulators
      K, kappa      those of the ledger; kappa and its root as they are computed
      p             a pattern that the ends test certifies *)

From Coq Require Import ZArith Reals List Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.certified fast.ends
  fast.cell16 fast.answers sharp.bound sharp.ends sharp.sums sharp.squares
  sharp.products sharp.pairs sharp.lanes sharp.root sharp.means
  sharp.elements sharp.results sharp.row sharp.admission.

Local Open Scope R_scope.

Section Row.
Variable fused : bool.
Variable k : nat.
Variable es : list (R * R).
Variables eps K : R.

Let N := INR (length es).
Let n := INR (lane_length (2 ^ S k) es).
Let r := sqrt (squares_total es / N).
Let a := total es / N.
Let V := squares_total es / N - a * a + eps.
Let q := q_hat fused k es.
Let v := v_hat fused k es eps.
Let kappa := kappa_of q v.
Let root := root_of q v.

Hypothesis lanes_few : (k <= 4)%nat.
Hypothesis parts : Forall deviation_parts es.
Hypothesis N_binary64 : binary64 N.
Hypothesis N_range : 1 <= N <= bpow radix2 53.
Hypothesis n_range : n * u <= / 5000000.
Hypothesis K_enough : (n + 9) * (n + 9) + 32 <= K.
Hypothesis spread : bpow radix2 (-480) <= r.

(** The offset and the mean square. *)
Theorem offset_is_near : Rabs (value_of (a_hat fused k es) - a) <= (K - 70) * (u * (u * r)).
Proof.
  exact (proj1 (a_close fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread)).
Qed.

Theorem mean_square_is_near : Rabs (value_of q - r * r) <= (K - 31) * (u * (u * (r * r))).
Proof.
  exact (proj1 (q_close fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread)).
Qed.

Hypothesis eps_binary64 : binary64 eps.
Hypothesis eps_pos : 0 <= eps.
Hypothesis admission : bpow radix2 (-900) <= fst v <= bpow radix2 900.
Hypothesis Small : K * kappa * (u * u) <= / 1000.

Variable e : R * R.
Variables g b : R.
Hypothesis in_row : In e es.
Hypothesis g_binary64 : binary64 g.
Hypothesis b_binary64 : binary64 b.

Let th := t_sharp fused e (a_hat fused k es) (rstd_sharp fused (fst v) (snd v)).
Let yh := y_sharp fused th g b.
Let y := g * ((value_of e - a) / sqrt V) + b.

(** The ledger's last sentence, at fst th for t^. *)
Theorem result_is_near :
  Rabs (fst yh + snd yh - y)
  <= Rabs g * (sharp_s1 K kappa * ((1 + 2 * u) * Rabs (fst th)) + sharp_s0 K root)
     + 45 / 10 * (u * u * Rabs (fst yh + snd yh)) + bpow radix2 (-1060).
Proof.
  destruct (sharp_row_near fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread
    eps_binary64 eps_pos admission Small e g b in_row g_binary64 b_binary64) as (_ & _ & _ & Y & _).
  exact Y.
Qed.

Let err := sharp_error fused (computed_sharp_e1 K kappa) (computed_sharp_e0 K root) (fst th) g (fst yh).
Let low := rnd (snd yh - err).
Let high := rnd (snd yh + err).

(** What the ends test certifies is right: y's pattern in a narrow format, ... *)
Theorem narrow_result_is_right f Pl Ph p :
  is_pattern Binary64 Pl -> meaning Binary64 Pl = Finite (rnd (fst yh + low)) ->
  is_pattern Binary64 Ph -> meaning Binary64 Ph = Finite (rnd (fst yh + high)) ->
  ends_certify f (to_odd (fst yh) low Pl) (to_odd (fst yh) high Ph) p ->
  represents f (Finite y) p.
Proof.
  intros P1 M1 P2 M2 C. apply (sharp_ends_narrow f (fst yh) low high y Pl Ph p); try assumption;
    try apply binary64_rnd.
  exact (sharp_row_enclosed fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread
    eps_binary64 eps_pos admission Small e g b in_row g_binary64 b_binary64).
Qed.

(** ... and in binary64. *)
Theorem binary64_result_is_right p :
  is_pattern Binary64 p -> meaning Binary64 p = Finite (rnd (fst yh + low)) ->
  rnd (fst yh + low) = rnd (fst yh + high) ->
  bpow radix2 (-1000) <= Rabs (rnd (fst yh + low)) <= bpow radix2 1000 ->
  represents Binary64 (Finite y) p.
Proof.
  apply sharp_ends_binary64.
  exact (sharp_row_enclosed fused k es eps K lanes_few parts N_binary64 N_range n_range K_enough spread
    eps_binary64 eps_pos admission Small e g b in_row g_binary64 b_binary64).
Qed.

End Row.
