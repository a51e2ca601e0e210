(* SPDX-License-Identifier: Apache-2.0 *)
(** * Laws that hold bit for bit

    Purpose.  What follows from there being one right answer: permuting, shifting, scaling and
    negating a row, and order among its elements.  The laws speak about the answers as data; equal
    data are delivered as equal bits (represents_unique).

    Corresponds to tests/laws.

    Symbols.
      normalized op xs eps x g b   one element of specification.v
      opposite_datum d             the datum with its sign changed

    Main results.
      permuted        the order of the rest of the row does not matter
      shifted         LayerNorm does not see a constant added to the whole row
      scaled          a row times k with eps times k^2 gives the same elements
      negated         LN(-x; g, -b) = -LN(x; g, b)
      negated_delivered   and so are the bits, except that an exact zero stays +0
      ordered, ordered_delivered   for equal g > 0 and equal b the order of x is kept *)

From Coq Require Import ZArith Reals List Bool Lia Lra Permutation.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.moments.
Import ListNotations.

Local Open Scope R_scope.

(** The scale and the offset are all that an element takes from its row. *)
Lemma normalized_depends op op' xs xs' e e' v v' g b :
  power op xs e = power op' xs' e' -> deviation op xs v = deviation op' xs' v' ->
  normalized op xs e v g b = normalized op' xs' e' v' g b.
Proof. intros P D. unfold normalized. now rewrite P, D. Qed.

(** ** Permutations *)

Lemma sum_permuted l k : Permutation l k -> sum l = sum k.
Proof.
  intros P. unfold sum. induction P; cbn [fold_right]; lra.
Qed.

Lemma mean_permuted l k : Permutation l k -> mean l = mean k.
Proof.
  intros P. unfold mean, count.
  now rewrite (sum_permuted _ _ P), (Permutation_length P).
Qed.

Lemma power_permuted op l k e : Permutation l k -> power op l e = power op k e.
Proof.
  intros P. unfold power, variance, mean_square, count.
  rewrite (mean_permuted _ _ P), (Permutation_length P).
  destruct op; do 2 f_equal; now apply sum_permuted, Permutation_map.
Qed.

Theorem permuted op xs xs' e v g b :
  Permutation xs xs' ->
  normalized op xs e v g b = normalized op xs' e v g b /\
  mean xs = mean xs' /\ reciprocal_deviation op xs e = reciprocal_deviation op xs' e.
Proof.
  intros P. split; [|split].
  - apply normalized_depends; [now apply power_permuted|].
    unfold deviation. now rewrite (mean_permuted _ _ P).
  - now apply mean_permuted.
  - unfold reciprocal_deviation. now rewrite (power_permuted _ _ _ _ P).
Qed.

(** ** Affine maps of a row *)

Lemma sum_affine a c l : sum (map (fun x => a * x + c) l) = a * sum l + count l * c.
Proof.
  unfold count. induction l as [|v l IH]; [cbn; ring|].
  change (length (v :: l)) with (S (length l)). rewrite S_INR.
  unfold sum in *. cbn [map fold_right]. rewrite IH. ring.
Qed.

Lemma mean_affine a c l : l <> [] -> mean (map (fun x => a * x + c) l) = a * mean l + c.
Proof.
  intros N. assert (P := count_positive l N). unfold mean.
  rewrite sum_affine. unfold count in *. rewrite map_length. field. lra.
Qed.

Lemma variance_affine a c l :
  l <> [] -> variance (map (fun x => a * x + c) l) = a * a * variance l.
Proof.
  intros N. unfold variance. rewrite mean_affine by assumption.
  unfold count. rewrite map_length, map_map.
  replace (sum (map _ l)) with (a * a * sum (map (fun x => (x - mean l) * (x - mean l)) l)).
  - unfold Rdiv. ring.
  - generalize (mean l) as m. clear N. intros m.
    induction l as [|v l IH]; unfold sum in *; cbn [map fold_right]; [ring|].
    rewrite <- IH. ring.
Qed.

Lemma mean_square_scaled a l : mean_square (map (fun x => a * x) l) = a * a * mean_square l.
Proof.
  unfold mean_square, count. rewrite map_length, map_map.
  replace (sum (map _ l)) with (a * a * sum (map (fun x => x * x) l)).
  - unfold Rdiv. ring.
  - induction l as [|v l IH]; unfold sum in *; cbn [map fold_right]; [ring|].
    rewrite <- IH. ring.
Qed.

Lemma map_as_affine a l : map (fun x => a * x) l = map (fun x => a * x + 0) l.
Proof. apply map_ext. intros x. ring. Qed.

Theorem shifted xs c e v g b :
  xs <> [] ->
  normalized Layer_norm (map (fun x => x + c) xs) e (v + c) g b =
  normalized Layer_norm xs e v g b.
Proof.
  intros N.
  rewrite (map_ext (fun x => x + c) (fun x => 1 * x + c)) by (intros x; ring).
  apply normalized_depends.
  - unfold power. rewrite variance_affine by assumption. ring.
  - unfold deviation. rewrite mean_affine by assumption. ring.
Qed.

Lemma power_scaled op xs k e :
  xs <> [] -> power op (map (fun x => k * x) xs) (k * k * e) = k * k * power op xs e.
Proof.
  intros N. unfold power. destruct op.
  - rewrite map_as_affine, variance_affine by assumption. ring.
  - rewrite mean_square_scaled. ring.
Qed.

Lemma deviation_scaled op xs k v :
  xs <> [] -> deviation op (map (fun x => k * x) xs) (k * v) = k * deviation op xs v.
Proof.
  intros N. unfold deviation. destruct op; [|reflexivity].
  rewrite map_as_affine, mean_affine by assumption. ring.
Qed.

Theorem scaled op xs k e v g b :
  xs <> [] -> 0 <= e -> 0 < k ->
  normalized op (map (fun x => k * x) xs) (k * k * e) (k * v) g b =
  normalized op xs e v g b.
Proof.
  intros N He Hk. assert (P := power_nonnegative op xs e N He).
  unfold normalized. rewrite power_scaled, deviation_scaled by assumption.
  set (p := power op xs e) in *. set (d := deviation op xs v).
  assert (K : 0 < k * k) by nra.
  replace (Req_bool (k * k * p) 0) with (Req_bool p 0).
  2: { destruct (Req_bool_spec p 0) as [H|H].
       - rewrite H, Rmult_0_r. symmetry. now apply Req_bool_true.
       - symmetry. apply Req_bool_false. nra. }
  destruct (Req_bool_spec p 0) as [Hp|Hp]; [reflexivity|].
  replace (Req_bool (k * d) 0) with (Req_bool d 0).
  2: { destruct (Req_bool_spec d 0) as [H|H].
       - rewrite H, Rmult_0_r. symmetry. now apply Req_bool_true.
       - symmetry. apply Req_bool_false. nra. }
  replace (Rlt_bool (k * d) 0) with (Rlt_bool d 0).
  2: { destruct (Rlt_bool_spec d 0) as [H|H].
       - symmetry. apply Rlt_bool_true. nra.
       - symmetry. apply Rlt_bool_false. nra. }
  destruct g as [|s|g]; try reflexivity. destruct b as [|t|b]; try reflexivity.
  do 2 f_equal. rewrite sqrt_mult, sqrt_square by lra.
  assert (0 < sqrt p) by (apply sqrt_lt_R0; lra). field. lra.
Qed.

(** ** Negation *)

Definition opposite_datum (d : datum) : datum :=
  match d with
  | Not_a_number => Not_a_number
  | Infinite s => Infinite (negb s)
  | Finite z => Finite (- z)
  end.

Theorem negated op xs e v g b :
  xs <> [] -> 0 <= e ->
  normalized op (map Ropp xs) e (- v) g (opposite_datum b) =
  opposite_datum (normalized op xs e v g b).
Proof.
  intros N He.
  rewrite (map_ext Ropp (fun x => -1 * x)) by (intros x; ring).
  replace (- v) with (-1 * v) by ring.
  replace (normalized op (map (fun x => -1 * x) xs) e)
    with (normalized op (map (fun x => -1 * x) xs) (-1 * -1 * e)) by (f_equal; ring).
  unfold normalized. rewrite power_scaled, deviation_scaled by assumption.
  replace (-1 * -1 * power op xs e) with (power op xs e) by ring.
  set (p := power op xs e). set (d := deviation op xs v).
  destruct (Req_bool_spec p 0) as [Hp|Hp]; [reflexivity|].
  replace (Req_bool (-1 * d) 0) with (Req_bool d 0).
  2: { destruct (Req_bool_spec d 0) as [H|H].
       - rewrite H. symmetry. apply Req_bool_true. ring.
       - symmetry. apply Req_bool_false. lra. }
  destruct g as [|s|g].
  - reflexivity.
  - destruct (Req_bool_spec d 0) as [Hd|Hd]; [now destruct b|].
    assert (S : Rlt_bool (-1 * d) 0 = negb (Rlt_bool d 0)).
    { destruct (Rlt_bool_spec d 0).
      - apply Rlt_bool_false. lra.
      - apply Rlt_bool_true. lra. }
    rewrite S. destruct b as [|t|b]; cbn [opposite_datum infinite_plus];
      destruct s, (Rlt_bool d 0); try destruct t; reflexivity.
  - destruct b as [|t|b]; try reflexivity. cbn [opposite_datum]. f_equal. unfold Rdiv. ring.
Qed.

Lemma nearest_even_opposite f z : nearest_even f (- z) = - nearest_even f z.
Proof. apply round_NE_opp. Qed.

(** The pattern with its sign bit changed. *)
Definition flipped (f : format) (b : Z) : Z :=
  if sign_field f b then (b - sign_weight f)%Z else (b + sign_weight f)%Z.

Lemma flipped_with_sign f s M :
  (0 <= M < sign_weight f)%Z -> flipped f (with_sign f s M) = with_sign f (negb s) M.
Proof.
  intros H. destruct (with_sign_fields f s M H) as (_ & S & _).
  unfold flipped. rewrite S. unfold with_sign. destruct s; cbn [negb]; lia.
Qed.

Theorem negated_delivered f z b :
  z <> 0 -> represents f (Finite z) b -> represents f (Finite (- z)) (flipped f b).
Proof.
  intros NZ H.
  assert (S : Rlt_bool (- z) 0 = negb (Rlt_bool z 0)).
  { destruct (Rlt_bool_spec z 0).
    - apply Rlt_bool_false. lra.
    - apply Rlt_bool_true. lra. }
  assert (I := infinity_below_sign f).
  inversion H as [| |E|w p A B P M G|w A]; subst.
  - easy.
  - destruct (pattern_split f b P) as (m & Hm & E).
    assert (Hm' : (0 <= m < infinity f false)%Z).
    { split; [lia|]. destruct (Z_lt_le_dec m (infinity f false)) as [|L]; [assumption|exfalso].
      (* an infinity's payload or more is no finite number *)
      unfold meaning in M. rewrite E in M.
      destruct (with_sign_fields f (sign_field f b) m Hm) as (_ & _ & X & _).
      rewrite X in M.
      assert (Q : (m / hidden f = 2 ^ exponent_bits f - 1)%Z).
      { assert (Hh := hidden_positive f). apply Z.le_antisymm.
        - apply Zlt_succ_le. unfold Z.succ. rewrite Z.sub_add.
          apply Z.div_lt_upper_bound; [assumption|]. rewrite <- sign_weight_split. lia.
        - apply Z.div_le_lower_bound; [assumption|]. rewrite <- infinity_positive_split. lia. }
      rewrite Q, Z.eqb_refl in M. now destruct (_ =? _)%Z. }
    rewrite E, flipped_with_sign by assumption.
    destruct (with_sign_fields f (negb (sign_field f b)) m Hm) as (P' & S' & _).
    apply represents_number; try assumption.
    + lra.
    + now rewrite nearest_even_opposite, Rabs_Ropp.
    + rewrite E, meaning_finite in M by assumption. rewrite meaning_finite by assumption.
      injection M as M. rewrite nearest_even_opposite, <- M. f_equal.
      destruct (sign_field f b); cbn [negb signed]; ring.
    + now rewrite S', S, G.
  - rewrite infinity_sign. fold (with_sign f (Rlt_bool z 0) (infinity f false)).
    rewrite flipped_with_sign by lia. rewrite <- S. unfold with_sign. rewrite <- infinity_sign.
    apply represents_overflow. now rewrite nearest_even_opposite, Rabs_Ropp.
Qed.

(** ** Order *)

Theorem ordered op xs e v w g b :
  xs <> [] -> 0 <= e -> power op xs e <> 0 -> 0 < g -> v <= w ->
  exists y z,
    normalized op xs e v (Finite g) (Finite b) = Finite y /\
    normalized op xs e w (Finite g) (Finite b) = Finite z /\ y <= z.
Proof.
  intros N He NP Hg Hvw. assert (P := power_nonnegative op xs e N He).
  unfold normalized. rewrite Req_bool_false by assumption.
  eexists. eexists. split; [reflexivity|]. split; [reflexivity|].
  assert (I : 0 < / sqrt (power op xs e)) by (apply Rinv_0_lt_compat, sqrt_lt_R0; lra).
  assert (D : deviation op xs v <= deviation op xs w).
  { unfold deviation. destruct op; lra. }
  apply Rplus_le_compat_r. unfold Rdiv.
  apply Rmult_le_compat_r; [lra|]. now apply Rmult_le_compat_l; [lra|].
Qed.

Theorem ordered_delivered f y z : y <= z -> nearest_even f y <= nearest_even f z.
Proof.
  intros H. unfold nearest_even. apply round_le; [|apply valid_rnd_N|assumption].
  apply FLT_exp_valid, precision_gt_0.
Qed.
