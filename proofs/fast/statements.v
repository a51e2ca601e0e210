(* SPDX-License-Identifier: Apache-2.0 *)
(** * What is proved about the fast stage, without the proofs

    Purpose.  For a reader who doubts the error ledger of lib/fast/error_bounds.h.  Read
    specification.v, which says what the right answer is; model.v, which says what the loops
    compute, what the ledger supposes of a row and what its bounds are; then this file.  Each
    statement is written out here and closed by the theorem that proves it.

    Symbols: those of model.v, of sums.v the tree, and of elements.v
      deviations c xs    x - m, exact; m is 0 without a centre
      mean_sq c xs       R^2 of the ledger, the mean of their squares
    and for what is certified those of answers.v, ends.v, demotion.v and statistics.v. *)

From Coq Require Import ZArith NArith Reals List.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.width fast.demotion fast.ends fast.row_data
  fast.answers fast.statistics fast.model fast.operations fast.sums fast.row_tree fast.elements
  fast.row_moments fast.normalize fast.overflow fast.limited_moments fast.no_overflow.
Import ListNotations.

Local Open Scope R_scope.

(** ** Sums *)

(** A sum along any tree of additions of height h. *)
Theorem sums_along_a_tree t :
  Forall binary64 (tree_leaves t) -> INR (tree_height t) * u <= / 1000000000000 ->
  Rabs (tree_value t - sum (tree_leaves t))
  <= 10001 / 10000 * INR (tree_height t) * u * sum (map Rabs (tree_leaves t)).
Proof. exact (tree_error t). Qed.

(** The sum of a row as the loops form it is the value of such a tree, no higher than SumHeight. *)
Theorem sums_are_trees fused k xs : Forall binary64 xs ->
  exists t,
    row_sum (real_arithmetic fused) k (step_sum R (real_arithmetic fused)) xs = tree_value t /\
    (tree_height t <= N.to_nat (sum_height (N.of_nat (length xs)) (2 ^ N.of_nat k)))%nat /\
    sum (tree_leaves t) = sum xs /\ sum (map Rabs (tree_leaves t)) = sum (map Rabs xs) /\
    Forall binary64 (tree_leaves t).
Proof. exact (row_sum_tree fused k xs). Qed.

(** So it is as near as along a tree of height SumHeight:
    near n s w x says |x - s| <= ((1 + u)^n - 1) w. *)
Theorem sums_of_a_row fused k xs :
  Forall binary64 xs ->
  near (N.to_nat (sum_height (N.of_nat (length xs)) (2 ^ N.of_nat k)))
    (sum xs) (sum (map Rabs xs))
    (row_sum (real_arithmetic fused) k (step_sum R (real_arithmetic fused)) xs).
Proof. exact (row_sum_plain fused k xs). Qed.

Section Row.

(** FMA or not, vectors of 2^k lanes, LayerNorm or RMSNorm, any eps, any row, any centre. *)
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Variable centre : option R.
Hypothesis Supposed : supposed k op eps xs centre.

Let A := real_arithmetic fused.
Let M := moments_about A k op eps xs centre.
Let h := height (length xs) k.
Hypothesis Admission : admitted M = true.

(** ** Moments *)

Theorem variance_is_near :
  0 < variance_eps M /\
  Rabs (variance_eps M - power op xs eps) <= (238 / 100 * h + 133 / 10) * u * variance_eps M.
Proof. exact (variance_bound fused k op eps xs centre Supposed Admission). Qed.

Theorem power_is_positive : 0 < power op xs eps.
Proof. exact (power_positive fused k op eps xs centre Supposed Admission). Qed.

Theorem spread_is_bounded : sqrt (mean_sq centre xs) <= sqrt (12503 / 10000 * variance_eps M).
Proof. exact (spread_bound fused k op eps xs centre Supposed Admission). Qed.

Theorem mean_is_near : op = Layer_norm ->
  Rabs (mean_hat A M - mean xs)
  <= bound_mean h * sqrt (mean_sq centre xs) + u * Rabs (mean_hat A M).
Proof. exact (mean_hat_bound fused k op eps xs centre Supposed Admission). Qed.

Theorem rstd_is_near :
  0 < rstd M /\ Rabs (rstd M - 1 / sqrt (power op xs eps)) <= bound_rstd h * rstd M.
Proof. exact (rstd_bound fused k op eps xs centre Supposed Admission). Qed.

(** ** Elements *)

Theorem normalized_is_near x : In x xs ->
  Rabs (t_hat A M x - deviation op xs x / sqrt (power op xs eps))
  <= (12 / 10 * h + 117 / 10) * u * Rabs (t_hat A M x) + (112 / 100 * h + 673 / 100) * u
     + bpow radix2 (-1000).
Proof. exact (t_hat_bound fused k op eps xs centre Supposed Admission x). Qed.

(** E1 = (1.23 h + 13) u and E0 = (1.15 h + 7) u: the hundredth that is left unused is the room that
    the ledger promises to the evaluation of the bound. *)
Theorem result_is_near x g b : In x xs -> binary64 b -> Rabs g < bpow radix2 128 ->
  Rabs (y_hat A M x g b - (g * deviation op xs x / sqrt (power op xs eps) + b))
  <= 99 / 100 * (Rabs g * ((123 / 100 * h + 13) * u * Rabs (t_hat A M x) + (115 / 100 * h + 7) * u))
     + u * Rabs (y_hat A M x g b) + bpow radix2 (-800).
Proof.
  exact (fun X => y_hat_bound fused k op eps xs centre Supposed Admission x X g b).
Qed.

End Row.

(** The moments of the row are those about some centre, so all of the above speaks about them. *)
Theorem moments_are_about_a_centre fused k op eps xs :
  supposed k op eps xs None ->
  exists centre, supposed k op eps xs centre /\
    moments (real_arithmetic fused) k op eps xs
    = moments_about (real_arithmetic fused) k op eps xs centre.
Proof. exact (moments_about_some fused k op eps xs). Qed.

(** ** Overflow

    Of a row below 2^128, with gamma and beta below 2^128: where binary64 has a largest number and
    what is not finite is None, everything is there, and is the same. *)
Theorem nothing_overflows fused k op eps xs :
  supposed k op eps xs None -> Forall (fun x => Rabs x < bpow radix2 128) xs ->
  let M := moments (real_arithmetic fused) k op eps xs in
  let M' := moments (limited_arithmetic fused) k op (Some eps) (map Some xs) in
  admitted M' = admitted M /\
  (admitted M = true ->
   M' = there M /\
   forall x g b, In x xs -> Rabs g < bpow radix2 128 -> Rabs b < bpow radix2 128 ->
     t_hat (limited_arithmetic fused) M' (Some x) = Some (t_hat (real_arithmetic fused) M x) /\
     y_hat (limited_arithmetic fused) M' (Some x) (Some g) (Some b)
     = Some (y_hat (real_arithmetic fused) M x g b)).
Proof.
  intros S X. split; [exact (limited_admission fused k op eps xs X S)|]. intros Adm.
  split; [exact (limited_moments fused k op eps xs X S Adm)|]. intros x g b.
  exact (limited_elements fused k op eps xs X S x g b Adm).
Qed.

(** ** From bit patterns to bits

    A row of specification.v, whose numbers are xs, and one of its elements, with a finite gain g and
    bias b.  M are the moments that the loops compute, t and y are t^ and y^. *)

Section Answers.

Variable fused : bool.
Variable k : nat.
Variable r : row.
Variable xs : list R.
Variable i : nat.
Variable g b : R.

Let A := real_arithmetic fused.
Let M := moments A k (row_operation r) (eps r) xs.
Let t := t_hat A M (nth i xs 0).
Let y := y_hat A M (nth i xs 0) g b.
Let h := height (length xs) k.

Hypothesis Well_formed : well_formed r.
Hypothesis Numbers : numbers r = Some xs.
Hypothesis Lanes : (k <= 1000)%nat.
Hypothesis Columns : (Z.of_nat (length xs) <= 2 ^ 31)%Z.
Hypothesis Admission : admitted M = true.

Lemma some_centre : exists c,
  match row_operation r, c with
  | _, None => True
  | Layer_norm, Some m => binary64 m
  | Rms_norm, Some _ => False
  end /\ M = moments_about A k (row_operation r) (eps r) xs c.
Proof.
  destruct (moments_about_some fused k (row_operation r) (eps r) xs) as (c & S & E).
  - apply row_supposed; try assumption. now destruct (row_operation r).
  - exists c. split; [exact (supposed_centre _ _ _ _ _ S)|exact E].
Qed.

(** What StoreCertified stores is the answer. *)
Theorem mean_is_right p :
  row_operation r = Layer_norm ->
  let m := mean_hat A M in
  let e := mean_error h (variance_eps M) m in
  rounds (statistics_format r) (low_end e m) p -> rounds (statistics_format r) (high_end e m) p ->
  payload (statistics_format r) p <> 0%Z ->
  represents (statistics_format r) (mean_answer r) p.
Proof.
  destruct some_centre as (c & C & E). revert Admission. rewrite E. intros Ad.
  exact (mean_answers fused k r xs c Well_formed Numbers Lanes Columns C Ad p).
Qed.

Theorem rstd_is_right p :
  let e := rstd_error_of h (rstd M) in
  rounds (statistics_format r) (low_end e (rstd M)) p ->
  rounds (statistics_format r) (high_end e (rstd M)) p ->
  payload (statistics_format r) p <> 0%Z ->
  represents (statistics_format r) (rstd_answer r) p.
Proof.
  destruct some_centre as (c & C & E). revert Admission. rewrite E. intros Ad.
  exact (rstd_answers fused k r xs c Well_formed Numbers Lanes Columns C Ad p).
Qed.

Hypothesis Narrow : narrow (parameter_format r) = true.
Hypothesis In_row : (i < length (x r))%nat.
Hypothesis Gain : parameter r 1 (gamma r) i = Finite g.
Hypothesis Bias : parameter r 0 (beta r) i = Finite b.

(** The window test, on patterns alone: E is y^'s, p is the machine's RN32(y^); |g| <= G and |b| <= B. *)
Theorem window_is_right G B field w E p q :
  narrow (y_format r) = true ->
  Rabs g <= G -> Rabs b <= B -> window (y_format r) h (INR (length xs)) G B field w ->
  is_pattern Binary64 E -> meaning Binary64 E = Finite y -> demotes y p ->
  passes (y_format r) field w E p = true -> takes (y_format r) y p q ->
  represents (y_format r) (element r i) q.
Proof.
  destruct some_centre as (c & C & Q). unfold y. revert Admission. rewrite Q. intros Ad.
  exact (window_answers fused k r xs c i g b Well_formed Numbers Narrow Lanes Columns C In_row
           Gain Bias Ad G B field w E p q).
Qed.

(** The ends test, with every rounding of its evaluation. *)
Theorem ends_are_right p :
  let e := ends_error fused (computed_e1 h) (computed_e0 h) t g y in
  ends_certify (y_format r) (low_end e y) (high_end e y) p ->
  represents (y_format r) (element r i) p.
Proof.
  destruct some_centre as (c & C & Q). unfold t, y. revert Admission. rewrite Q. intros Ad.
  exact (ends_answer fused k r xs c i g b Well_formed Numbers Narrow Lanes Columns C In_row
           Gain Bias Ad p).
Qed.

End Answers.
