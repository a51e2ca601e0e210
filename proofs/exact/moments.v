(* SPDX-License-Identifier: Apache-2.0 *)
(** * The exact moments of a row

    Purpose.  For a row of integers v_i on the grid 2^e: S = sum v, Q = sum v^2, and from them
    the two integers that stand in place of deviation and power, without a division.

    Corresponds to lib/exact/moments.

    Symbols.
      moments_of l       members N, total S, squares Q of a list of integers
      centred op m v     N v - S (LayerNorm), N v (RMSNorm)
      energy op m        N Q - S^2 (LayerNorm), N Q (RMSNorm)
      radicand op m e (p, k)   the pair D, kD with D 2^kD = N^2 (var + eps) or N^2 (ms + eps),
                         where eps = p 2^k
      decode_epsilon b   eps as significand and exponent, if b is finite and not negative

    Main results.
      centred_correct    on_grid e (centred op m v) = count * deviation
      radicand_correct   on_grid kD D = count^2 * power
      decode_epsilon_correct, decode_epsilon_refuses *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding.

Local Open Scope Z_scope.

Record moments := Moments { members : Z; total : Z; squares : Z }.

Definition moments_of (l : list Z) : moments :=
  fold_left (fun m v => Moments (members m + 1) (total m + v) (squares m + v * v)) l
            (Moments 0 0 0).

Definition centred (op : operation) (m : moments) (v : Z) : Z :=
  match op with
  | Layer_norm => members m * v - total m
  | Rms_norm => members m * v
  end.

Definition energy (op : operation) (m : moments) : Z :=
  match op with
  | Layer_norm => members m * squares m - total m * total m
  | Rms_norm => members m * squares m
  end.

Definition radicand (op : operation) (m : moments) (e : Z) (epsilon : Z * Z) : Z * Z :=
  let '(p, k) := epsilon in
  let kd := Z.min (2 * e) k in
  (Z.shiftl (energy op m) (2 * e - kd) + members m * members m * Z.shiftl p (k - kd), kd).

(** ** Sums *)

Lemma moments_of_sums l :
  members (moments_of l) = Z.of_nat (length l) /\
  total (moments_of l) = fold_right Z.add 0 l /\
  squares (moments_of l) = fold_right (fun v s => v * v + s) 0 l.
Proof.
  unfold moments_of.
  assert (G : forall l a b c,
    fold_left (fun m v => Moments (members m + 1) (total m + v) (squares m + v * v)) l
              (Moments a b c) =
    Moments (a + Z.of_nat (length l)) (b + fold_right Z.add 0 l)
            (c + fold_right (fun v s => v * v + s) 0 l)).
  { clear l. induction l as [|v l IH]; intros a b c.
    - simpl. now rewrite !Z.add_0_r.
    - cbn [fold_left members total squares]. rewrite IH.
      cbn [length fold_right]. rewrite Nat2Z.inj_succ. f_equal; lia. }
  rewrite G. now rewrite !Z.add_0_l.
Qed.

Lemma total_correct e l :
  sum (map (on_grid e) l) = on_grid e (total (moments_of l)).
Proof.
  destruct (moments_of_sums l) as (_ & -> & _).
  unfold on_grid. induction l as [|v l IH]; cbn.
  - ring.
  - unfold sum in IH. rewrite IH, plus_IZR. ring.
Qed.

Lemma squares_correct e l :
  sum (map (fun x => (x * x)%R) (map (on_grid e) l)) = on_grid (2 * e) (squares (moments_of l)).
Proof.
  destruct (moments_of_sums l) as (_ & _ & ->).
  unfold on_grid. induction l as [|v l IH]; cbn [map sum fold_right].
  - ring.
  - unfold sum in IH. rewrite IH, plus_IZR, mult_IZR.
    replace (2 * e) with (e + e) by ring. rewrite bpow_plus. ring.
Qed.

Lemma members_correct e l :
  IZR (members (moments_of l)) = count (map (on_grid e) l).
Proof.
  destruct (moments_of_sums l) as (-> & _). unfold count.
  now rewrite map_length, INR_IZR_INZ.
Qed.

Lemma members_positive l : l <> nil -> 0 < members (moments_of l).
Proof.
  intros H. destruct (moments_of_sums l) as (-> & _).
  destruct l; [easy|cbn [length]; lia].
Qed.

(** ** The formula without division *)

Section Real_moments.
Local Open Scope R_scope.

Lemma sum_of_shifted_squares (c : R) (l : list R) :
  sum (map (fun x => (x - c) * (x - c)) l) =
  sum (map (fun x => x * x) l) - 2 * c * sum l + count l * (c * c).
Proof.
  unfold count. induction l as [|v l IH].
  - cbn. ring.
  - change (length (v :: l)) with (S (length l)). rewrite S_INR.
    unfold sum in *. cbn [map fold_right]. rewrite IH. ring.
Qed.

Lemma sum_of_squares_nonnegative (g : R -> R) (l : list R) :
  0 <= sum (map (fun x => g x * g x) l).
Proof.
  induction l as [|v l IH]; unfold sum in *; cbn [map fold_right]; [lra|].
  assert (0 <= g v * g v) by nra. lra.
Qed.

Lemma variance_from_moments (l : list R) :
  count l <> 0 ->
  count l * count l * variance l =
  count l * sum (map (fun x => x * x) l) - sum l * sum l.
Proof.
  intros H. unfold variance, mean. rewrite sum_of_shifted_squares. field. exact H.
Qed.

Lemma mean_square_from_moments (l : list R) :
  count l <> 0 ->
  count l * count l * mean_square l = count l * sum (map (fun x => x * x) l).
Proof. intros H. unfold mean_square. field. exact H. Qed.

Lemma count_positive (l : list R) : l <> nil -> 0 < count l.
Proof.
  intros H. unfold count. apply lt_0_INR. destruct l; [easy|cbn; lia].
Qed.

Lemma variance_nonnegative (l : list R) : l <> nil -> 0 <= variance l.
Proof.
  intros H. unfold variance, Rdiv. apply Rmult_le_pos.
  - apply (sum_of_squares_nonnegative (fun x => x - mean l)).
  - now apply Rlt_le, Rinv_0_lt_compat, count_positive.
Qed.

Lemma mean_square_nonnegative (l : list R) : l <> nil -> 0 <= mean_square l.
Proof.
  intros H. unfold mean_square, Rdiv. apply Rmult_le_pos.
  - apply (sum_of_squares_nonnegative (fun x => x)).
  - now apply Rlt_le, Rinv_0_lt_compat, count_positive.
Qed.

Lemma power_nonnegative op (l : list R) eps : l <> nil -> 0 <= eps -> 0 <= power op l eps.
Proof.
  intros H He. unfold power.
  destruct op.
  - assert (K := variance_nonnegative l H). lra.
  - assert (K := mean_square_nonnegative l H). lra.
Qed.

End Real_moments.

(** ** The integers stand for the formula *)

Section Integer_moments.
Variables (op : operation) (e : Z) (l : list Z).
Hypothesis nonempty : l <> nil.
Let xs := map (on_grid e) l.
Let m := moments_of l.

Lemma xs_nonempty : xs <> nil.
Proof. unfold xs. now destruct l. Qed.

Lemma centred_correct v :
  (on_grid e (centred op m v) = count xs * deviation op xs (on_grid e v))%R.
Proof.
  assert (N := count_positive xs xs_nonempty).
  assert (M := members_correct e l). fold xs m in M.
  assert (T := total_correct e l). fold xs m in T.
  unfold centred, deviation, mean. destruct op.
  - unfold on_grid in *. rewrite minus_IZR, mult_IZR, M, T. field. lra.
  - unfold on_grid. rewrite mult_IZR, M. ring.
Qed.

Lemma energy_correct :
  (on_grid (2 * e) (energy op m) =
   count xs * count xs * match op with Layer_norm => variance xs | Rms_norm => mean_square xs end)%R.
Proof.
  assert (N := count_positive xs xs_nonempty).
  assert (M := members_correct e l). fold xs m in M.
  assert (T := total_correct e l). fold xs m in T.
  assert (Q := squares_correct e l). fold xs m in Q.
  unfold energy. destruct op.
  - rewrite variance_from_moments, T, Q, <- M by lra. unfold on_grid.
    replace (2 * e) with (e + e) by ring. rewrite bpow_plus, minus_IZR, !mult_IZR. ring.
  - rewrite mean_square_from_moments, Q, <- M by lra. unfold on_grid.
    rewrite mult_IZR. ring.
Qed.

Theorem radicand_correct p k :
  let '(D, kd) := radicand op m e (p, k) in
  (on_grid kd D = count xs * count xs * power op xs (on_grid k p))%R.
Proof.
  unfold radicand. set (kd := Z.min (2 * e) k).
  assert (M := members_correct e l). fold xs m in M.
  assert (E := energy_correct).
  assert (U : forall v, IZR v = (on_grid kd v * bpow radix2 (- kd))%R).
  { intros v. unfold on_grid. rewrite Rmult_assoc, <- bpow_plus, Z.add_opp_diag_r. simpl. ring. }
  assert (B := bpow_gt_0 radix2 (- kd)).
  apply Rmult_eq_reg_r with (bpow radix2 (- kd)); [|lra].
  rewrite <- U, plus_IZR, !mult_IZR, !on_finer_grid, E, M by lia.
  unfold power. destruct op; ring.
Qed.

End Integer_moments.

(** ** Epsilon *)

Definition decode_epsilon (b : Z) : option (Z * Z) :=
  let exponent := exponent_field Binary64 b in
  let fraction := fraction_field Binary64 b in
  if (0 <=? b) && (b <? 2 ^ 64) && negb (exponent =? 2047) then
    if sign_field Binary64 b
    then if (exponent =? 0) && (fraction =? 0) then Some (0, 0) else None
    else if exponent =? 0 then Some (fraction, -1074)
    else Some (2 ^ 52 + fraction, exponent - 1075)
  else None.

Definition fine_epsilon (b : Z) : Prop :=
  is_pattern Binary64 b /\ exists z, meaning Binary64 b = Finite z /\ (0 <= z)%R.

Lemma magnitude_positive b :
  exponent_field Binary64 b <> 0 \/ fraction_field Binary64 b <> 0 ->
  (0 < magnitude Binary64 b)%R.
Proof.
  intros H. unfold magnitude.
  assert (F := Z.mod_pos_bound b (2 ^ (precision Binary64 - 1)) eq_refl).
  fold (fraction_field Binary64 b) in F.
  destruct (Z.eqb_spec (exponent_field Binary64 b) 0);
    (apply Rmult_lt_0_compat; [apply IZR_lt|apply bpow_gt_0]); lia.
Qed.

Theorem decode_epsilon_correct b p k :
  decode_epsilon b = Some (p, k) ->
  is_pattern Binary64 b /\ meaning Binary64 b = Finite (on_grid k p) /\ (0 <= on_grid k p)%R.
Proof.
  assert (F := Z.mod_pos_bound b (2 ^ (precision Binary64 - 1)) eq_refl).
  fold (fraction_field Binary64 b) in F.
  unfold decode_epsilon, meaning, is_pattern, magnitude.
  change (2 ^ exponent_bits Binary64 - 1) with 2047. change (width Binary64) with 64.
  change (2 ^ (precision Binary64 - 1)) with (2 ^ 52) in *. change (emin Binary64) with (-1074).
  destruct (Z.leb_spec 0 b); [|easy].
  destruct (Z.ltb_spec b (2 ^ 64)); [|easy].
  destruct (Z.eqb_spec (exponent_field Binary64 b) 2047) as [|N]; [easy|]. cbn [andb negb].
  assert (K : forall v j, 0 <= v -> (0 <= on_grid j v)%R).
  { intros v j Hv. apply Rmult_le_pos; [now apply IZR_le|apply bpow_ge_0]. }
  destruct (sign_field Binary64 b).
  - destruct (Z.eqb_spec (exponent_field Binary64 b) 0) as [E|E]; [|easy].
    destruct (Z.eqb_spec (fraction_field Binary64 b) 0) as [G|G]; [|easy].
    intros H'. injection H' as <- <-. rewrite G. cbn [andb].
    split; [lia|]. split; [f_equal; unfold on_grid; simpl; ring|apply K; lia].
  - destruct (Z.eqb_spec (exponent_field Binary64 b) 0) as [E|E].
    + intros H'. inversion H'. subst. split; [lia|]. split; [reflexivity|].  apply K. lia.
    + intros H'.
      assert (p = 2 ^ 52 + fraction_field Binary64 b) as -> by congruence.
      assert (k = exponent_field Binary64 b - 1075) as -> by congruence.
      split; [lia|]. split; [|apply K; lia].
      unfold on_grid. replace (-1074 + exponent_field Binary64 b - 1)
        with (exponent_field Binary64 b - 1075) by ring. reflexivity.
Qed.

Theorem decode_epsilon_refuses b : decode_epsilon b = None -> ~ fine_epsilon b.
Proof.
  unfold decode_epsilon, fine_epsilon, meaning, is_pattern.
  change (2 ^ exponent_bits Binary64 - 1) with 2047. change (width Binary64) with 64.
  destruct (Z.leb_spec 0 b); [|lia].
  destruct (Z.ltb_spec b (2 ^ 64)); [|lia].
  destruct (Z.eqb_spec (exponent_field Binary64 b) 2047) as [|N]; cbn [andb negb].
  - intros _ (_ & z & H' & _). now destruct (_ =? _).
  - destruct (sign_field Binary64 b).
    + intros H' (_ & z & E & Hz). injection E as <-.
      assert (L : exponent_field Binary64 b <> 0 \/ fraction_field Binary64 b <> 0).
      { destruct (Z.eqb_spec (exponent_field Binary64 b) 0); [|now left].
        destruct (Z.eqb_spec (fraction_field Binary64 b) 0); [easy|now right]. }
      assert (M := magnitude_positive b L). lra.
    + now destruct (_ =? _).
Qed.
