(* SPDX-License-Identifier: Apache-2.0 *)
(** * Special values

    Purpose.  Each line about NaN, infinity, zero and overflow in the library's definition, as a
    theorem about the answer.  Together with certify_correct, each is a theorem about what the
    checker accepts.

    Corresponds to lib/special_values and lib/include/exactnorm/exactnorm.h.

    Symbols.
      ordinary r xs   every number of the row is finite, and they are xs
      scale r xs      what the root is taken of: var + eps, or ms + eps
      offset r xs i   x_i - mu, or x_i

    Main results, in the order of precedence.
      1  nonfinite_row            a NaN or an infinity in x: all is NaN
      2  zero_scale, zero_scale_iff   a vanishing scale, and when it vanishes
      3  nan_parameter            a NaN in gamma_i or beta_i
      4  infinite_gain            an infinite gamma_i
      5  infinite_bias            an infinite beta_i
      6  finite_element           else the formula
         exact_zero, underflow_keeps_sign, overflow_is_infinite   how a number is delivered
      nothing_added               a gain or deviation of 0 leaves RN(beta_i)
      constant_row, zero_row      LayerNorm of an all-equal row, and RMSNorm of zeros, with eps > 0
                                  are RN(beta_i) *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.moments.
Import ListNotations.

Local Open Scope R_scope.

Definition ordinary (r : row) (xs : list R) : Prop := numbers r = Some xs.
Definition scale (r : row) (xs : list R) : R := power (row_operation r) xs (eps r).
Definition offset (r : row) (xs : list R) (i : nat) : R :=
  deviation (row_operation r) xs (nth i xs 0).
Definition gain (r : row) (i : nat) : datum := parameter r 1 (gamma r) i.
Definition bias (r : row) (i : nat) : datum := parameter r 0 (beta r) i.

(** ** 1. The row of x *)

Lemma finite_numbers_none l :
  finite_numbers l = None <-> exists d, In d l /\ forall z, d <> Finite z.
Proof.
  induction l as [|d l IH]; cbn.
  - split; [easy|]. now intros (d & H & _).
  - destruct d as [|s|z].
    + split; [|reflexivity]. intros _. exists Not_a_number. now split; [left|].
    + split; [|reflexivity]. intros _. exists (Infinite s). now split; [left|].
    + destruct (finite_numbers l) as [zs|].
      * split; [easy|]. intros (d & [<-|H] & N); [now destruct (N z)|].
        assert (Some zs = None) by (apply IH; now exists d). easy.
      * split; [|reflexivity]. intros _. destruct (proj1 IH eq_refl) as (d & H & N).
        exists d. now split; [right|].
Qed.

Theorem nonfinite_row r b :
  In b (x r) -> (forall z, meaning (x_format r) b <> Finite z) ->
  (forall i, element r i = Not_a_number) /\
  mean_answer r = Not_a_number /\ rstd_answer r = Not_a_number.
Proof.
  intros H N.
  assert (E : numbers r = None).
  { apply finite_numbers_none. exists (meaning (x_format r) b).
    split; [now apply in_map|exact N]. }
  unfold element, mean_answer, rstd_answer. now rewrite E.
Qed.

(** ** 2. A vanishing scale *)

Theorem zero_scale r xs :
  ordinary r xs -> scale r xs = 0 ->
  (forall i, element r i = Not_a_number) /\
  mean_answer r = Finite (mean xs) /\ rstd_answer r = Infinite false.
Proof.
  unfold ordinary, scale, element, mean_answer, rstd_answer. intros -> S.
  unfold normalized, reciprocal_deviation. rewrite S, Req_bool_true by reflexivity. easy.
Qed.

Lemma sum_of_squares_zero (g : R -> R) l :
  sum (map (fun x => g x * g x) l) = 0 -> forall x, In x l -> g x = 0.
Proof.
  induction l as [|v l IH]; [easy|]. unfold sum in *. cbn [map fold_right]. intros H.
  assert (P := sum_of_squares_nonnegative g l). unfold sum in P.
  assert (0 <= g v * g v) by nra.
  assert (g v * g v = 0) by lra. assert (g v = 0) by nra.
  intros x [<-|I]; [assumption|]. apply IH; [lra|assumption].
Qed.

Lemma sum_of_zeros (g : R -> R) l : (forall x, In x l -> g x = 0) -> sum (map g l) = 0.
Proof.
  induction l as [|v l IH]; [reflexivity|]. unfold sum in *. cbn [map fold_right]. intros H.
  rewrite H by now left. rewrite IH; [ring|]. intros x I. apply H. now right.
Qed.

Lemma mean_of_equals c l : l <> [] -> (forall x, In x l -> x = c) -> mean l = c.
Proof.
  intros N H. assert (P := count_positive l N). unfold mean.
  assert (E : sum l = count l * c).
  { clear N P. unfold count. induction l as [|v l IH]; [cbn; ring|].
    change (length (v :: l)) with (S (length l)). rewrite S_INR.
    unfold sum in *. cbn [fold_right]. rewrite IH by (intros x I; apply H; now right).
    rewrite (H v) by now left. ring. }
  rewrite E. field. lra.
Qed.

(** The scale vanishes just for eps = 0 and an all-equal row (LayerNorm), an all-zero one
    (RMSNorm). *)
Theorem zero_scale_iff op xs e :
  xs <> [] -> 0 <= e ->
  power op xs e = 0 <->
  e = 0 /\ match op with
           | Layer_norm => forall x y, In x xs -> In y xs -> x = y
           | Rms_norm => forall x, In x xs -> x = 0
           end.
Proof.
  intros N He. assert (P := count_positive xs N).
  assert (I := Rinv_0_lt_compat _ P). unfold power. destruct op.
  - assert (V := variance_nonnegative xs N). split.
    + intros H. split; [lra|].
      assert (V0 : variance xs = 0) by lra. unfold variance, Rdiv in V0.
      apply Rmult_integral in V0. destruct V0 as [V0|V0]; [|lra].
      assert (Z := sum_of_squares_zero (fun x => x - mean xs) xs V0). cbn beta in Z.
      intros x y Hx Hy. assert (Zx := Z x Hx). assert (Zy := Z y Hy). lra.
    + intros [-> H]. unfold variance.
      rewrite (sum_of_zeros (fun x => (x - mean xs) * (x - mean xs))); [unfold Rdiv; ring|].
      intros x Hx. rewrite (mean_of_equals x); [ring|assumption|].
      intros y Hy. now apply H.
  - assert (V := mean_square_nonnegative xs N). split.
    + intros H. split; [lra|].
      assert (V0 : mean_square xs = 0) by lra. unfold mean_square, Rdiv in V0.
      apply Rmult_integral in V0. destruct V0 as [V0|V0]; [|lra].
      exact (sum_of_squares_zero (fun x => x) xs V0).
    + intros [-> H]. unfold mean_square.
      rewrite (sum_of_zeros (fun x => x * x)); [unfold Rdiv; ring|].
      intros x Hx. rewrite (H x Hx). ring.
Qed.

(** ** 3 to 6. One element of an ordinary row whose scale does not vanish *)

Section Element.
Variables (r : row) (xs : list R) (i : nat).
Hypothesis row_ordinary : ordinary r xs.
Hypothesis scale_not_zero : scale r xs <> 0.

Lemma element_cases :
  element r i =
  match gain r i, bias r i with
  | Not_a_number, _ => Not_a_number
  | _, Not_a_number => Not_a_number
  | Infinite s, _ =>
      if Req_bool (offset r xs i) 0 then Not_a_number
      else infinite_plus (xorb s (Rlt_bool (offset r xs i) 0)) (bias r i)
  | Finite _, Infinite t => Infinite t
  | Finite g, Finite b => Finite (g * offset r xs i / sqrt (scale r xs) + b)
  end.
Proof.
  unfold element. rewrite row_ordinary. unfold normalized.
  now rewrite Req_bool_false by exact scale_not_zero.
Qed.

Theorem nan_parameter :
  gain r i = Not_a_number \/ bias r i = Not_a_number -> element r i = Not_a_number.
Proof.
  intros H. rewrite element_cases.
  destruct H as [->| ->]; [reflexivity|]. now destruct (gain r i).
Qed.

(** sign(gamma_i) sign(offset), then plus beta_i; the product with an exact 0 is a NaN. *)
Theorem infinite_gain s :
  gain r i = Infinite s -> bias r i <> Not_a_number ->
  (offset r xs i = 0 -> element r i = Not_a_number) /\
  (0 < offset r xs i -> element r i = infinite_plus s (bias r i)) /\
  (offset r xs i < 0 -> element r i = infinite_plus (negb s) (bias r i)).
Proof.
  intros G B. rewrite element_cases, G.
  destruct (bias r i) as [|t|b] eqn:E; [easy| |]; rewrite <- E.
  all: repeat split; intros H.
  all: try (now rewrite Req_bool_true by exact H).
  all: rewrite Req_bool_false by lra.
  all: try (rewrite Rlt_bool_false by lra; now rewrite xorb_false_r).
  all: rewrite Rlt_bool_true by lra; now rewrite xorb_true_r.
Qed.

Theorem infinite_bias g t :
  gain r i = Finite g -> bias r i = Infinite t -> element r i = Infinite t.
Proof. intros G B. now rewrite element_cases, G, B. Qed.

Theorem finite_element g b :
  gain r i = Finite g -> bias r i = Finite b ->
  element r i = Finite (g * offset r xs i / sqrt (scale r xs) + b).
Proof. intros G B. now rewrite element_cases, G, B. Qed.

End Element.

(** Opposite infinities give a NaN, equal ones the infinity. *)
Theorem infinities_added s t :
  infinite_plus s (Infinite t) = if Bool.eqb s t then Infinite s else Not_a_number.
Proof. reflexivity. Qed.

(** ** How a number is delivered *)

Theorem exact_zero f b : represents f (Finite 0) b -> b = 0%Z.
Proof. intros H. apply (represents_unique f (Finite 0)); [assumption|constructor]. Qed.

Theorem underflow_keeps_sign f z b :
  represents f (Finite z) b -> nearest_even f z = 0 -> z <> 0 ->
  b = if Rlt_bool z 0 then (2 ^ (width f - 1))%Z else 0%Z.
Proof.
  intros H Z NZ. apply (represents_unique f (Finite z)); [assumption|].
  assert (I := infinity_below_sign f).
  replace (if Rlt_bool z 0 then _ else _) with (with_sign f (Rlt_bool z 0) 0)
    by now destruct (Rlt_bool z 0).
  destruct (with_sign_fields f (Rlt_bool z 0) 0 ltac:(lia)) as (P & S & _).
  apply represents_number; try assumption.
  - rewrite Z, Rabs_R0. apply bpow_gt_0.
  - rewrite meaning_finite, Z by lia. unfold signed, on_grid, multiple.
    rewrite Z.div_0_l, Z.mod_0_l by (assert (H0 := hidden_positive f); lia).
    cbn. destruct (Rlt_bool z 0); f_equal; ring.
Qed.

Theorem overflow_is_infinite f z b :
  represents f (Finite z) b -> bpow radix2 (emax f) <= Rabs (nearest_even f z) ->
  b = infinity f (Rlt_bool z 0).
Proof.
  intros H O. apply (represents_unique f (Finite z)); [assumption|].
  now apply represents_overflow.
Qed.

Theorem within_range_is_finite f z b :
  represents f (Finite z) b -> Rabs (nearest_even f z) < bpow radix2 (emax f) ->
  meaning f b = Finite (nearest_even f z).
Proof.
  intros H B. inversion H as [| |E|v p A A' C D E|v A]; subst.
  - rewrite nearest_even_zero. destruct f; cbv; repeat f_equal; ring.
  - assumption.
  - now destruct (Rlt_not_le _ _ B).
Qed.

Theorem nan_is_canonical f b :
  represents f Not_a_number b ->
  b = match f with
      | Binary64 => 0x7FF8000000000000 | Binary32 => 0x7FC00000
      | Binary16 => 0x7E00 | Bfloat16 => 0x7FC0
      end%Z.
Proof.
  intros H. rewrite (represents_unique f Not_a_number b (canonical_nan f) H); [|constructor].
  now destruct f.
Qed.

(** ** A constant row *)

(** Nothing is added to the bias where the gain or the deviation is 0. *)
Theorem nothing_added r xs i g b :
  ordinary r xs -> scale r xs <> 0 -> gain r i = Finite g -> bias r i = Finite b ->
  g = 0 \/ offset r xs i = 0 -> element r i = Finite b.
Proof.
  intros O S G B Z. rewrite (finite_element r xs i O S g b G B). f_equal.
  destruct Z as [->| ->]; unfold Rdiv; ring.
Qed.

Theorem zero_input r xs i : row_operation r = Rms_norm -> nth i xs 0 = 0 -> offset r xs i = 0.
Proof. intros L Z. unfold offset, deviation. now rewrite L. Qed.

Theorem constant_row r xs i g b :
  row_operation r = Layer_norm -> ordinary r xs -> (i < length xs)%nat ->
  (forall x y, In x xs -> In y xs -> x = y) -> 0 < eps r ->
  gain r i = Finite g -> bias r i = Finite b ->
  element r i = Finite b.
Proof.
  intros L O Hi Eq He G B.
  assert (N : xs <> []) by (intros ->; cbn in Hi; lia).
  apply (nothing_added r xs i g b O); try assumption.
  - unfold scale. intros H. apply zero_scale_iff in H; [lra|assumption|lra].
  - right. unfold offset, deviation. rewrite L.
    assert (In (nth i xs 0) xs) by now apply nth_In.
    rewrite (mean_of_equals (nth i xs 0)) by (try assumption; intros y Hy; now apply Eq). ring.
Qed.

Theorem zero_row r xs i g b :
  row_operation r = Rms_norm -> ordinary r xs -> (i < length xs)%nat ->
  (forall x, In x xs -> x = 0) -> 0 < eps r ->
  gain r i = Finite g -> bias r i = Finite b ->
  element r i = Finite b.
Proof.
  intros L O Hi Eq He G B.
  assert (N : xs <> []) by (intros ->; cbn in Hi; lia).
  apply (nothing_added r xs i g b O); try assumption.
  - unfold scale. intros H. apply zero_scale_iff in H; [lra|assumption|lra].
  - right. apply zero_input; [exact L|]. now apply Eq, nth_In.
Qed.
