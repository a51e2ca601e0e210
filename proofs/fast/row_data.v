(* SPDX-License-Identifier: Apache-2.0 *)
(** * What a row of bit patterns brings along

    Purpose.  A row of specification.v, in binary32, bfloat16 or binary16, fulfils what the ledger of
    lib/fast/error_bounds.h supposes of its numbers; and no normalised element is larger than
    the square root of the row's length.

    Symbols.
      narrow f        f is not binary64

    Main results.
      row_supposed          supposed of model.v, for the first sweep and one about a binary64 centre
      parameter_bounded     |g| < 2^128, a binary64 number
      normalised_bounded    |x_i - mu| / sqrt(var + eps) <= sqrt(N), RMSNorm likewise
      height_bounded        no sum is higher than 10,000 *)

From Coq Require Import ZArith NArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell exact.moments
  exact.special_values fast.model fast.operations fast.sums fast.row_sums fast.tails fast.demotion.
Import ListNotations.

Local Open Scope R_scope.

Definition narrow (f : format) : bool := match f with Binary64 => false | _ => true end.

(** ** Numbers *)

Lemma number_binary64 f M : (0 <= M < infinity f false)%Z -> binary64 (number f M).
Proof.
  intros HM. destruct (payload_parts f M ltac:(lia)) as (q & m & Hq & Hm & Hn & E & _).
  assert (P2 := hidden_twice f).
  unfold binary64. apply generic_format_FLT. exists (Float radix2 m (emin f + q)).
  - unfold number, on_grid, F2R. cbn [Fnum Fexp]. rewrite E, multiple_encode by lia.
    rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by exact Hq. do 2 f_equal. ring.
  - cbn [Fnum]. rewrite Z.abs_eq by lia. change (Zpower radix2 53) with (2 ^ 53)%Z.
    assert (2 ^ precision f <= 2 ^ 53)%Z by (apply Z.pow_le_mono_r; [lia|destruct f; discriminate]).
    lia.
  - cbn [Fexp]. destruct f; cbn [emin]; lia.
Qed.

Lemma number_below f M : (0 <= M < infinity f false)%Z -> number f M < bpow radix2 (emax f).
Proof.
  intros HM.
  replace (bpow radix2 (emax f)) with (number f (infinity f false)).
  - apply number_increasing. lia.
  - unfold number, on_grid. rewrite multiple_infinity, IZR_power by now destruct f.
    rewrite <- bpow_plus. f_equal. ring.
Qed.

Lemma meaning_binary64 f b z :
  is_pattern f b -> meaning f b = Finite z -> binary64 z /\ Rabs z < bpow radix2 (emax f).
Proof.
  intros P M. destruct (pattern_number f b z P M) as (N & HN & _ & _ & ->).
  assert (B := number_binary64 f N HN). assert (L := number_below f N HN).
  rewrite signed_abs by (apply number_nonnegative; lia). split; [|exact L].
  destruct (sign_field f b); [now apply binary64_opp|exact B].
Qed.

Lemma binary64_1 : binary64 1.
Proof. apply generic_format_FLT. exists (Float radix2 1 0); [unfold F2R; simpl; lra| |]; simpl; lia. Qed.

(** ** Rows *)

Lemma finite_numbers_all l xs :
  finite_numbers l = Some xs -> length xs = length l /\ forall x, In x xs -> In (Finite x) l.
Proof.
  revert xs. induction l as [|d l IH]; intros xs; cbn.
  - intros E. injection E as <-. now split.
  - destruct d as [| |z]; try discriminate.
    destruct (finite_numbers l) as [zs|]; [|discriminate]. intros E. injection E as <-.
    destruct (IH zs eq_refl) as [L I]. split; [cbn; now rewrite L|].
    intros x [<-|H]; [now left|right; now apply I].
Qed.

Lemma row_numbers r xs :
  well_formed r -> ordinary r xs ->
  xs <> [] /\ length xs = length (x r) /\ Forall binary64 xs.
Proof.
  intros (N & P & _) O. destruct (finite_numbers_all _ _ O) as [L I].
  rewrite map_length in L. split; [|split; [exact L|]].
  - intros ->. destruct (x r); [now apply N|discriminate L].
  - apply Forall_forall. intros z H. specialize (I z H). apply in_map_iff in I.
    destruct I as (b & M & J). rewrite Forall_forall in P.
    exact (proj1 (meaning_binary64 _ b z (P b J) M)).
Qed.

Lemma row_epsilon r : well_formed r -> binary64 (eps r) /\ 0 <= eps r < bpow radix2 1024.
Proof.
  intros (_ & _ & _ & _ & P & e & M & E). unfold eps. rewrite M.
  destruct (meaning_binary64 Binary64 _ _ P M) as [B L]. split; [exact B|]. split; [exact E|].
  now apply Rle_lt_trans with (1 := Rle_abs e).
Qed.

Theorem row_supposed k r xs c :
  well_formed r -> ordinary r xs -> (k <= 1000)%nat -> (Z.of_nat (length xs) <= 2 ^ 31)%Z ->
  match row_operation r, c with
  | _, None => True
  | Layer_norm, Some m => binary64 m
  | Rms_norm, Some _ => False
  end ->
  supposed k (row_operation r) (eps r) xs c.
Proof.
  intros W O K L C. destruct (row_numbers r xs W O) as (N & _ & F).
  destruct (row_epsilon r W) as [B E]. now constructor.
Qed.

(** Absent ones are 1 and 0. *)
Theorem parameter_bounded r i z absent p :
  well_formed_parameter r p -> narrow (parameter_format r) = true -> (i < length (x r))%nat ->
  absent = 0 \/ absent = 1 ->
  parameter r absent p i = Finite z -> binary64 z /\ Rabs z < bpow radix2 128.
Proof.
  intros W N I A. unfold parameter. destruct p as [l|].
  - intros M. destruct (W l eq_refl) as [L F].
    assert (P : is_pattern (parameter_format r) (nth i l 0%Z)).
    { rewrite Forall_forall in F. apply F, nth_In. now rewrite L. }
    destruct (meaning_binary64 _ _ _ P M) as [B U]. split; [exact B|].
    apply Rlt_le_trans with (1 := U). apply bpow_le.
    destruct (parameter_format r); discriminate.
  - intros M. injection M as <-.
    assert (One : 1 < bpow radix2 128) by (apply (bpow_lt radix2 0 128); lia).
    destruct A as [-> | ->].
    + split; [apply binary64_0|]. rewrite Rabs_R0. lra.
    + split; [apply binary64_1|]. rewrite Rabs_R1. exact One.
Qed.

(** ** Sizes *)

Lemma square_in_sum (g : R -> R) l v : In v l -> g v * g v <= sum (map (fun x => g x * g x) l).
Proof.
  induction l as [|a l IH]; [easy|]. unfold sum in *. cbn [map fold_right].
  assert (P := sum_of_squares_nonnegative g l). unfold sum in P.
  intros [->|H]; [lra|]. assert (Q := IH H). assert (0 <= g a * g a) by nra. lra.
Qed.

Theorem normalised_bounded op xs e v :
  In v xs -> 0 <= e -> 0 < power op xs e ->
  Rabs (deviation op xs v) <= sqrt (count xs) * sqrt (power op xs e).
Proof.
  intros I E P. assert (N : xs <> []) by (intros ->; destruct I).
  assert (C := count_positive xs N).
  assert (S : deviation op xs v * deviation op xs v <= count xs * power op xs e).
  { assert (CE : 0 <= count xs * e) by (apply Rmult_le_pos; lra).
    destruct op.
    - change (power Layer_norm xs e) with (variance xs + e).
      change (deviation Layer_norm xs v) with (v - mean xs).
      assert (Q := square_in_sum (fun x => x - mean xs) xs v I).
      unfold variance. rewrite Rmult_plus_distr_l.
      replace (count xs * (sum (map (fun x => (x - mean xs) * (x - mean xs)) xs) / count xs))
        with (sum (map (fun x => (x - mean xs) * (x - mean xs)) xs)) by (field; lra).
      cbn beta in Q. lra.
    - change (power Rms_norm xs e) with (mean_square xs + e). change (deviation Rms_norm xs v) with v.
      assert (Q := square_in_sum (fun x => x) xs v I).
      unfold mean_square. rewrite Rmult_plus_distr_l.
      replace (count xs * (sum (map (fun x => x * x) xs) / count xs))
        with (sum (map (fun x => x * x) xs)) by (field; lra).
      cbn beta in Q. lra. }
  rewrite <- sqrt_mult by lra. rewrite <- (sqrt_Rsqr_abs (deviation op xs v)).
  apply sqrt_le_1_alt. exact S.
Qed.

Lemma value_in_range op xs e v g b G B :
  In v xs -> 0 <= e -> 0 < power op xs e -> Rabs g <= G -> Rabs b <= B ->
  Rabs (y_exact op xs e v g b) <= G * sqrt (count xs) + B.
Proof.
  intros I E P HG HB. unfold y_exact.
  assert (D := normalised_bounded op xs e v I E P). assert (Q := sqrt_lt_R0 _ P).
  apply Rle_trans with (1 := Rabs_triang _ _). apply Rplus_le_compat; [|exact HB].
  unfold Rdiv. rewrite Rmult_assoc, Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; [exact HG|].
  rewrite Rabs_mult, (Rabs_pos_eq (/ _)) by now apply Rlt_le, Rinv_0_lt_compat.
  apply Rmult_le_reg_r with (1 := Q). rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Theorem height_bounded columns k :
  (Z.of_nat columns <= 2 ^ 31)%Z -> (k <= 1000)%nat -> 0 <= height columns k <= 10000.
Proof.
  intros C K. rewrite height_is_rounds. split; [apply pos_INR|].
  rewrite INR_IZR_INZ. apply IZR_le. unfold rounds.
  assert (Hc : (chain k <= 256)%nat).
  { unfold chain, sum_block. assert (P : (2 ^ k <> 0)%nat) by (apply Nat.pow_nonzero; lia).
    apply Nat.div_le_upper_bound; [lia|]. nia. }
  assert (Hn : (counted columns <= 32)%nat).
  { unfold counted.
    assert (B : (N.of_nat ((columns + 255) / 256) < 2 ^ 32)%N).
    { rewrite Nat2N.inj_div, Nat2N.inj_add. apply N.div_lt_upper_bound; [easy|].
      change (N.of_nat 255) with 255%N. lia. }
    destruct (N.eq_dec (N.of_nat ((columns + 255) / 256)) 0) as [Z|Z]; [rewrite Z; simpl; lia|].
    rewrite N.size_log2 by exact Z.
    assert (N.log2 (N.of_nat ((columns + 255) / 256)) < 32)%N by (apply N.log2_lt_pow2; lia).
    lia. }
  lia.
Qed.
