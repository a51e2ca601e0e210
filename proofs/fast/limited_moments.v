(* SPDX-License-Identifier: Apache-2.0 *)
(** * The moments of small numbers do not overflow

    Purpose.  Of a row below 2^128, about a centre that is not much larger, and of gamma and beta
    below 2^128, for any finite eps: what the model over binary64 with its largest number
    (overflow.v) computes is there, and is what the model of the theorems computes.

    Symbols.  limited_arithmetic, small: overflow.v.
      there m          the moments m, as numbers of limited_arithmetic

    Main results.
      admitted_there   both admit the same rows; of an admitted one
      moments_there    both have the same moments,
      elements_there   t^ and y^ *)

From Coq Require Import ZArith NArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.elements fast.row_moments fast.variance fast.roots fast.normalize fast.overflow.
Import ListNotations.

Local Open Scope R_scope.

Definition there (m : moments_hat R) : moments_hat (option R) :=
  Moments (option R) (option_map Some (centre m)) (Some (total m)) (Some (total_square m))
    (Some (offset m)) (Some (mean_square_hat m)) (Some (variance_eps m)) (Some (rstd m))
    (Some (shift m)) (admitted m).

Ltac sized n := apply (finite_small n); [lia|].

Section Row.
Variable fused : bool.
Variable k : nat.
Variable op : operation.
Variable eps : R.
Variable xs : list R.
Hypothesis Small : Forall (fun x => Rabs x < bpow radix2 128) xs.

Let A := real_arithmetic fused.
Let B := limited_arithmetic fused.

Section Centre.
Variable c : option R.
Hypothesis Sup : supposed k op eps xs c.
Hypothesis Centre : small 130 (centre_value c).

Let M := moments_about A k op eps xs c.
Let M' := moments_about B k op (Some eps) (map Some xs) (option_map Some c).

Lemma deviation_small x : In x xs -> small 131 (x - centre_value c).
Proof.
  intros I. rewrite Forall_forall in Small. specialize (Small x I).
  apply (small_difference 130); [|exact Centre]. apply small_le with 128%Z; [lia|]. unfold small. lra.
Qed.

Lemma deviation_there x : In x xs ->
  deviation_hat _ B (option_map Some c) (Some x) = Some (deviation_hat R A c x)
  /\ small 131 (deviation_hat R A c x).
Proof.
  intros I. assert (S := deviation_small x I). destruct c as [m|]; cbn [centre_value] in S.
  - split; [sized 131%Z; exact S|]. apply small_rnd; [lia|exact S].
  - split; [reflexivity|]. unfold deviation_hat. now replace x with (x - 0) by ring.
Qed.

Lemma deviations_there :
  map (deviation_hat _ B (option_map Some c)) (map Some xs) = map Some (map (deviation_hat R A c) xs).
Proof.
  rewrite !map_map. apply map_ext_in. intros x I. exact (proj1 (deviation_there x I)).
Qed.

Lemma sum_bound (f : R -> R) b l : (forall e, In e l -> f e <= b) -> sum (map f l) <= INR (length l) * b.
Proof.
  induction l as [|a l IH]; intros H; [simpl; lra|].
  change (length (a :: l)) with (S (length l)). rewrite S_INR.
  assert (H1 := H a (or_introl eq_refl)). assert (H2 := IH (fun e I => H e (or_intror I))).
  simpl. lra.
Qed.

Lemma weights_bound (f : R -> R) : (forall e, small 131 e -> f e <= bpow radix2 263) ->
  sum (map f (deviations c xs)) <= bpow radix2 300.
Proof.
  intros H. assert (L := count_bounds _ (row_length fused k op eps xs c Sup)).
  apply Rle_trans with (bpow radix2 31 * bpow radix2 263); [|rewrite <- bpow_plus; apply bpow_le; lia].
  apply Rle_trans with (INR (length (deviations c xs)) * bpow radix2 263).
  - apply sum_bound. intros e I. apply H. unfold deviations in I. apply in_map_iff in I.
    destruct I as (x & <- & I). now apply deviation_small.
  - unfold deviations. rewrite map_length. apply Rmult_le_compat_r; [apply bpow_ge_0|apply L].
Qed.

Lemma rounds_limit : (3 + rounds (length (map (deviation_hat R A c) xs)) k <= 1200)%nat.
Proof.
  rewrite map_length. assert (H := rounds_small fused k op eps xs c Sup).
  replace 1100 with (INR 1100) in H by (rewrite INR_IZR_INZ; reflexivity). apply INR_le in H. lia.
Qed.

Lemma sum_there : let d := map (deviation_hat R A c) xs in
  row_sum B k (step_sum _ B) (map Some d) = Some (row_sum A k (step_sum R A) d)
  /\ small 301 (row_sum A k (step_sum R A) d).
Proof.
  apply (limited_row_sum fused k leaf_sum (step_sum R A) (step_sum _ B) (step_sum _ (pairs fused)) 1
           (near_0 1) (fun _ _ => eq_refl) (fun _ _ => eq_refl) (step_sum_limited fused)
           _ _ _ (leaves_sum fused c xs (supposed_numbers _ _ _ _ _ Sup)
             (centre_binary64 fused k op eps xs c Sup))).
  - apply Nat.le_trans with (2 := rounds_limit). apply Nat.add_le_mono_r. repeat constructor.
  - apply weights_bound. intros e S. apply Rle_trans with (1 := S). apply bpow_le. lia.
Qed.

Lemma squares_there : let d := map (deviation_hat R A c) xs in
  row_sum B k (step_square _ B) (map Some d) = Some (row_sum A k (step_square R A) d)
  /\ small 301 (row_sum A k (step_square R A) d).
Proof.
  apply (limited_row_sum fused k leaf_square (step_square R A) (step_square _ B)
           (step_square _ (pairs fused)) 3 leaf_square_0 (fun _ _ => eq_refl) (fun _ _ => eq_refl)
           (step_square_limited fused) _ _ _ (leaves_square fused c xs (supposed_numbers _ _ _ _ _ Sup)
             (centre_binary64 fused k op eps xs c Sup))).
  - exact rounds_limit.
  - apply weights_bound. intros e S. assert (Q := small_times 131 131 e e S S).
    unfold small in Q. rewrite Rabs_pos_eq in Q by nra.
    assert (L : least <= bpow radix2 262) by (apply bpow_le; lia).
    replace 263%Z with (1 + 262)%Z by reflexivity. rewrite bpow_plus. change (bpow radix2 1) with 2.
    change (131 + 131)%Z with 262%Z in Q. lra.
Qed.

Let i := rnd (bpow radix2 0 / INR (length xs)).

Lemma inverse_there :
  divide B (Some (bpow radix2 0)) (Some (INR (length (map (@Some R) xs)))) = Some i /\ small 1 i.
Proof.
  rewrite map_length. destruct (count_bounds _ (row_length fused k op eps xs c Sup)) as [L _].
  assert (S : small 0 (bpow radix2 0 / INR (length xs))).
  { unfold small. change (bpow radix2 0) with 1. unfold Rdiv. rewrite Rmult_1_l.
    assert (P : 0 < / INR (length xs)) by (apply Rinv_0_lt_compat; lra).
    rewrite Rabs_pos_eq by lra. rewrite <- Rinv_1. apply Rinv_le; lra. }
  split.
  - cbn [B limited_arithmetic divide]. rewrite Req_bool_false by lra. cbn [of_two]. sized 0%Z. exact S.
  - apply small_le with 0%Z; [lia|]. apply small_rnd; [lia|exact S].
Qed.

Lemma total_there : total M' = Some (total M) /\ small 301 (total M).
Proof.
  unfold M', M, moments_about. cbn [total]. rewrite deviations_there. case op; [exact sum_there|].
  split; [reflexivity|]. unfold small. change (zero A) with 0. rewrite Rabs_R0. apply bpow_ge_0.
Qed.

Lemma square_there : total_square M' = Some (total_square M) /\ small 301 (total_square M).
Proof.
  unfold M', M, moments_about. cbn [total_square]. rewrite deviations_there. exact squares_there.
Qed.

Lemma product_there n m x y : (-1000 <= n + m <= 1023)%Z -> small n x -> small m y ->
  multiply B (Some x) (Some y) = Some (rnd (x * y)) /\ small (n + m) (rnd (x * y)).
Proof.
  intros L X Y. assert (S := small_times n m x y X Y).
  split; [now apply (finite_small (n + m))|]. apply small_rnd; [lia|exact S].
Qed.

Lemma offset_there : offset M' = Some (offset M) /\ small 302 (offset M).
Proof.
  change (offset M') with (multiply B (total M')
    (divide B (Some (bpow radix2 0)) (Some (INR (length (map (@Some R) xs)))))).
  rewrite (proj1 total_there), (proj1 inverse_there).
  apply (product_there 301 1); [lia|apply total_there|apply inverse_there].
Qed.

Lemma mean_square_there : mean_square_hat M' = Some (mean_square_hat M) /\ small 302 (mean_square_hat M).
Proof.
  change (mean_square_hat M') with (multiply B (total_square M')
    (divide B (Some (bpow radix2 0)) (Some (INR (length (map (@Some R) xs)))))).
  rewrite (proj1 square_there), (proj1 inverse_there).
  apply (product_there 301 1); [lia|apply square_there|apply inverse_there].
Qed.

Lemma variance_there : variance_eps M' = Some (variance_eps M) /\ small 1024 (variance_eps M).
Proof.
  change (variance_eps M')
    with (plus B (subtract B (mean_square_hat M') (multiply B (offset M') (offset M'))) (Some eps)).
  rewrite (proj1 offset_there), (proj1 mean_square_there).
  destruct (product_there 302 302 (offset M) (offset M)) as [P1 P2];
    [lia|apply offset_there|apply offset_there|]. rewrite P1.
  assert (D : small 605 (mean_square_hat M - rnd (offset M * offset M))).
  { apply (small_difference 604); [|exact P2]. apply small_le with 302%Z; [lia|]. apply mean_square_there. }
  cbn [B limited_arithmetic subtract of_two]. rewrite (finite_small 605) by (lia || exact D).
  cbn [plus of_two].
  assert (E := finite_plus_epsilon (rnd (mean_square_hat M - rnd (offset M * offset M))) eps
                 (small_le 605 900 _ ltac:(lia) (small_rnd 605 _ ltac:(lia) D))
                 (supposed_epsilon _ _ _ _ _ Sup) (supposed_epsilon_range _ _ _ _ _ Sup)).
  split; [exact E|]. revert E. unfold finite.
  change (rnd (rnd (mean_square_hat M - rnd (offset M * offset M)) + eps)) with (variance_eps M).
  destruct (Rlt_bool_spec (Rabs (variance_eps M)) (bpow radix2 1024)); [intros _; now apply Rlt_le|discriminate].
Qed.

Lemma admitted_there : admitted M' = admitted M.
Proof.
  change (admitted M') with (at_most B (multiply B (offset M') (offset M'))
      (multiply B (Some (bpow radix2 admission_exponent)) (variance_eps M'))
    && at_most B (Some (bpow radix2 least_square_exponent)) (mean_square_hat M')
    && at_most B (mean_square_hat M') (Some (bpow radix2 most_square_exponent))).
  rewrite (proj1 offset_there), (proj1 mean_square_there), (proj1 variance_there).
  destruct (product_there 302 302 (offset M) (offset M)) as [P1 _];
    [lia|apply offset_there|apply offset_there|]. rewrite P1.
  destruct (product_there (-2) 1024 (bpow radix2 admission_exponent) (variance_eps M)) as [P2 _];
    [lia| |apply variance_there|].
  { unfold small. rewrite Rabs_pos_eq by apply bpow_ge_0. apply Rle_refl. }
  rewrite P2. reflexivity.
Qed.

(** ** Of an admitted row *)

Hypothesis Adm : admitted M = true.

Let sd := rnd (sqrt (variance_eps M)).

Lemma root_there : square_root B (variance_eps M') = Some sd /\ bpow radix2 (-252) <= sd.
Proof.
  rewrite (proj1 variance_there). cbn [B limited_arithmetic square_root].
  destruct (given_roots fused k op eps xs c Sup Adm) as (Hv & _). fold A M in Hv.
  change (rnd (rnd (mean_square_hat M - rnd (offset M * offset M)) + eps)) with (variance_eps M) in Hv.
  assert (V : 0 < variance_eps M) by apply (variance_bound fused k op eps xs c Sup Adm).
  rewrite Rlt_bool_false by lra. assert (S := s_range _ Hv). assert (N := Rabs_le_inv _ _ (sd_near _ Hv)).
  assert (B0 := bpow_gt_0 radix2 (-251)). split.
  - sized 515%Z. unfold small. rewrite Rabs_pos_eq by apply sqrt_pos. apply S.
  - assert (U := u_small).
    assert (u * sqrt (variance_eps M) <= / 1000000000000000 * sqrt (variance_eps M))
      by (apply Rmult_le_compat_r; lra).
    replace (-252)%Z with (-251 + -1)%Z by reflexivity. rewrite bpow_plus.
    change (bpow radix2 (-1)) with (/ 2). fold sd in N. lra.
Qed.

Lemma rstd_there : rstd M' = Some (rstd M) /\ small 252 (rstd M).
Proof.
  change (rstd M') with (divide B (Some (bpow radix2 0)) (square_root B (variance_eps M'))).
  destruct root_there as [R1 R2]. rewrite R1. assert (P := bpow_gt_0 radix2 (-252)).
  assert (S : small 252 (bpow radix2 0 / sd)).
  { unfold small. change (bpow radix2 0) with 1. unfold Rdiv. rewrite Rmult_1_l.
    rewrite Rabs_pos_eq by (apply Rlt_le, Rinv_0_lt_compat; lra).
    change 252%Z with (- -252)%Z. rewrite bpow_opp. apply Rinv_le; lra. }
  cbn [B limited_arithmetic divide]. rewrite Req_bool_false by lra. cbn [of_two].
  split; [sized 252%Z; exact S|]. apply small_rnd; [lia|exact S].
Qed.

Lemma shift_there : shift M' = Some (shift M) /\ small 554 (shift M).
Proof.
  change (shift M') with (negate B (multiply B (offset M') (rstd M'))).
  rewrite (proj1 offset_there), (proj1 rstd_there).
  destruct (product_there 302 252 (offset M) (rstd M)) as [P1 P2];
    [lia|apply offset_there|apply rstd_there|]. rewrite P1. split; [reflexivity|].
  change (small 554 (- rnd (offset M * rstd M))). now apply small_opp.
Qed.

Theorem moments_there : M' = there M.
Proof.
  assert (E : M' = Moments (option R) (centre M') (total M') (total_square M') (offset M')
    (mean_square_hat M') (variance_eps M') (rstd M') (shift M') (admitted M')) by (now destruct M').
  rewrite E, (proj1 total_there), (proj1 square_there), (proj1 offset_there),
    (proj1 mean_square_there), (proj1 variance_there), (proj1 rstd_there), (proj1 shift_there),
    admitted_there. reflexivity.
Qed.

Lemma muladd_there n x y z : (-999 <= n <= 1022)%Z -> small n (x * y) -> small n z ->
  muladd B (Some x) (Some y) (Some z) = Some (muladd A x y z) /\ small (n + 1) (muladd A x y z).
Proof.
  intros L P Z. unfold A, B. cbn [muladd limited_arithmetic real_arithmetic].
  destruct fused.
  - assert (S := small_sum n _ _ P Z).
    split; [apply (finite_small (n + 1)); [lia|exact S]|]. apply small_rnd; [lia|exact S].
  - cbn [of_two]. rewrite (finite_small n (x * y)) by (lia || exact P). cbn [of_two].
    assert (S := small_sum n _ _ (small_rnd n _ ltac:(lia) P) Z).
    split; [apply (finite_small (n + 1)); [lia|exact S]|]. apply small_rnd; [lia|exact S].
Qed.

Theorem elements_there x g b : In x xs -> small 128 g -> small 128 b ->
  t_hat B M' (Some x) = Some (t_hat A M x) /\
  y_hat B M' (Some x) (Some g) (Some b) = Some (y_hat A M x g b).
Proof.
  intros I G Bb. rewrite moments_there. unfold y_hat.
  assert (T : t_hat B (there M) (Some x) = Some (t_hat A M x) /\ small 555 (t_hat A M x)).
  { unfold t_hat, there. cbn [centre rstd shift].
    change (centre M) with c. destruct (deviation_there x I) as [D1 D2]. rewrite D1.
    apply (muladd_there 554); [lia| |apply shift_there].
    apply small_le with (131 + 252)%Z; [lia|]. apply small_times; [exact D2|apply rstd_there]. }
  destruct T as [T1 T2]. split; [exact T1|]. rewrite T1.
  apply (muladd_there 683); [lia| |].
  - apply small_le with (128 + 555)%Z; [lia|]. now apply small_times.
  - apply small_le with 128%Z; [lia|exact Bb].
Qed.
End Centre.
End Row.
