(* SPDX-License-Identifier: Apache-2.0 *)
(** * Mean and variance about a centre

    Purpose.  specification.v defines mean and variance by x; the loops see deviations from a centre.

    Main results.
      mean_shifted      the mean of the deviations is mean - centre
      variance_shifted  mean (e^2) - mean (e)^2 is the variance, whatever the centre *)

From Coq Require Import Reals List Lra.
From ExactNorm Require Import specification fast.model fast.elements fast.row_moments.
Import ListNotations.

Local Open Scope R_scope.

(** ** The definition, about a centre *)

Lemma sum_shifted f m (l : list R) : sum (map (fun x => f x - m) l) = sum (map f l) - INR (length l) * m.
Proof.
  induction l as [|a l IH]; [simpl; ring|].
  change (length (a :: l)) with (S (length l)). rewrite S_INR. simpl. rewrite IH. ring.
Qed.

Lemma mean_shifted c xs : xs <> [] -> mean (deviations c xs) = mean xs - centre_value c.
Proof.
  intros N. unfold mean, count, deviations. rewrite map_length, (sum_shifted (fun x => x)), map_id.
  field. apply not_0_INR. now destruct xs.
Qed.

(** mean (e^2) - mean(e)^2 is the variance, whatever the centre. *)
Lemma variance_shifted c xs : xs <> [] ->
  variance xs = mean_sq c xs - mean (deviations c xs) * mean (deviations c xs).
Proof.
  intros N. rewrite (mean_shifted c xs N). unfold variance, mean_sq, mean_square, count, deviations.
  rewrite !map_length, map_map. set (m := centre_value c). set (mu := mean xs).
  assert (P : INR (length xs) <> 0) by (apply not_0_INR; now destruct xs).
  assert (M : sum xs = INR (length xs) * mu) by (unfold mu, mean, count; field; exact P).
  assert (E : forall z (l : list R), sum (map (fun x => (x - z) * (x - z)) l)
    = sum (map (fun x => x * x) l) - 2 * z * sum l + INR (length l) * (z * z)).
  { intros z l. induction l as [|a l IH]; [simpl; ring|].
    change (length (a :: l)) with (S (length l)). rewrite S_INR. simpl. rewrite IH. ring. }
  rewrite !E, M. field. exact P.
Qed.
