(* SPDX-License-Identifier: Apache-2.0 *)
(** * Deviations of a scaled row

    Purpose.  The sharp stage works on e = x s - m, which TwoSum gives as two parts, exactly.  Here: what
    it supposes of these parts holds, of numbers of whatever size, and their moments give those of
    the scaled row as specification.v defines them.

    Corresponds to accumulate and ElementOf of lib/fast, where they form e.

    Symbols.
      scaled_deviation s m x   the two parts of e
      deviations_of s m xs     those of a row
      Xs                       the scaled row

    Main results.
      deviation_exact     the parts are binary64, the second is at most u times the first, the sum is exact
      layer_norm_moments, rms_norm_moments
                          var + eps and deviations of the scaled row, from e's moments *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.moments fast.model fast.operations fast.elements
  fast.row_moments fast.normalize sharp.ends sharp.sums sharp.squares sharp.products sharp.scaling.
Import ListNotations.

Local Open Scope R_scope.

Definition scaled_deviation (s m x : R) : R * R :=
  (rnd (scaled s x + - m), two_sum_error (scaled s x) (- m)).
Definition deviations_of (s m : R) (xs : list R) : list (R * R) := map (scaled_deviation s m) xs.

Theorem deviation_exact s m x : binary64 m ->
  let e := scaled_deviation s m x in
  binary64 (fst e) /\ binary64 (snd e) /\ Rabs (snd e) <= u * Rabs (fst e) /\
  value_of e = scaled s x - m.
Proof.
  intros Fm e. assert (Fx : binary64 (scaled s x)) by apply binary64_rnd.
  assert (Fo := binary64_opp m Fm). assert (T := two_sum_exact _ _ Fx Fo).
  assert (O := sum_out _ _ Fx Fo). unfold e, scaled_deviation, value_of. cbn [fst snd].
  split; [apply binary64_rnd|]. split; [apply binary64_rnd|]. split; [|rewrite T; ring].
  replace (two_sum_error (scaled s x) (- m)) with (- (rnd (scaled s x + - m) - (scaled s x + - m))) by lra.
  now rewrite Rabs_Ropp.
Qed.

Section Row.
Variables s m E : R.
Variable xs : list R.
Let Xs := map (scaled s) xs.
Let es := deviations_of s m xs.
Let N := INR (length es).
Let a := total es / N.
Hypothesis not_empty : xs <> [].
Hypothesis m_binary64 : binary64 m.

Lemma deviations_are : map value_of es = deviations (Some m) Xs.
Proof.
  unfold es, deviations_of, deviations, Xs. rewrite !map_map. apply map_ext. intros x.
  exact (proj2 (proj2 (proj2 (deviation_exact s m x m_binary64)))).
Qed.

Lemma deviations_count : length es = length Xs /\ Xs <> [].
Proof.
  unfold es, deviations_of, Xs. rewrite !map_length. split; [reflexivity|].
  destruct xs; [easy|discriminate].
Qed.

Lemma total_is : a = mean (deviations (Some m) Xs).
Proof.
  unfold a, N, mean, count. destruct deviations_count as [L _].
  rewrite <- deviations_are, map_length. reflexivity.
Qed.

Lemma squares_are : squares_total es / N = mean_sq (Some m) Xs.
Proof.
  unfold N, mean_sq, mean_square, count. rewrite <- deviations_are, map_length. unfold squares_total.
  rewrite map_map. reflexivity.
Qed.

(** The mean of the scaled row is m + a. *)
Lemma offset_is : mean Xs = m + a.
Proof. rewrite total_is, (mean_shifted (Some m) Xs (proj2 deviations_count)). cbn [centre_value]. ring. Qed.

Theorem layer_norm_moments :
  squares_total es / N - a * a + E = power Layer_norm Xs E /\
  forall x, value_of (scaled_deviation s m x) - a = deviation Layer_norm Xs (scaled s x).
Proof.
  split.
  - rewrite squares_are, total_is. change (power Layer_norm Xs E) with (variance Xs + E).
    rewrite (variance_shifted (Some m) Xs (proj2 deviations_count)). reflexivity.
  - intros x. cbn [deviation]. rewrite offset_is.
    rewrite (proj2 (proj2 (proj2 (deviation_exact s m x m_binary64)))). ring.
Qed.
End Row.

(** Without a centre. *)
Theorem rms_norm_moments s E xs : xs <> [] ->
  let es := deviations_of s 0 xs in
  squares_total es / INR (length es) + E = power Rms_norm (map (scaled s) xs) E /\
  forall x, value_of (scaled_deviation s 0 x) = deviation Rms_norm (map (scaled s) xs) (scaled s x).
Proof.
  intros N es. split.
  - unfold es. rewrite (squares_are s 0 xs binary64_0). unfold mean_sq, deviations. cbn [centre_value].
    change (power Rms_norm (map (scaled s) xs) E) with (mean_square (map (scaled s) xs) + E). do 2 f_equal.
    rewrite <- (map_id (map (scaled s) xs)) at 2. apply map_ext. intros x. ring.
  - intros x. rewrite (proj2 (proj2 (proj2 (deviation_exact s 0 x binary64_0)))). cbn [deviation]. ring.
Qed.
