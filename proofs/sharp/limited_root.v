(* SPDX-License-Identifier: Apache-2.0 *)
(** * r^ of an admitted row is a number

    Purpose.  The bound on the mean is divided by r^, and what is divided by an infinity is a number again.
    Here: r^ of a row that model.v admits over binary64 with its largest number is there, whatever the row.

    Corresponds to v, root, unit, h, step and moments.r of lib/fast/sharp_moments-inl.h.

    Symbols: those of limited_pairs.v, and
      vh, vl      both parts of v^

    Main result.
      rstd_there *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.ends
  sharp.squares sharp.pairs sharp.model sharp.overflow sharp.overflow_row sharp.limited_pairs.
From ExactNorm Require sharp.products.

Local Open Scope R_scope.

Section Root.
Variable fused : bool.
Let A := real_arithmetic fused.
Let B := limited_arithmetic fused.

(** ** The low part of a sum whose high part is moderate *)

Lemma finite_near d a : small 900 d -> binary64 a -> Rabs a < bpow radix2 1024 ->
  finite (rnd (d - a)) = Some (rnd (d - a)).
Proof.
  intros D F L. destruct (Rle_or_lt 0 a) as [P|P].
  - assert (S : finite (rnd (- d + a)) = Some (rnd (- d + a))).
    { apply finite_plus_epsilon; [now apply small_opp|exact F|]. rewrite Rabs_pos_eq in L by exact P. now split. }
    unfold finite in *. replace (d - a) with (- (- d + a)) by ring. rewrite rnd_opp, Rabs_Ropp.
    now destruct Rlt_bool.
  - apply (finite_plus_epsilon d (- a)); [exact D|now apply binary64_opp|].
    rewrite Rabs_left in L by exact P. lra.
Qed.

Lemma low_there a c h : binary64 a -> Rabs a < bpow radix2 1024 -> binary64 c ->
  rnd (a + c) = h -> small 900 h ->
  subtract B (Some c) (subtract B (Some h) (Some a)) = Some (subtract A c (subtract A h a)).
Proof.
  intros Fa La Fc E Sh. change (subtract B (Some h) (Some a)) with (finite (rnd (h - a))).
  rewrite (finite_near h a Sh Fa La). change (subtract A h a) with (rnd (h - a)).
  assert (Fh : binary64 h) by (rewrite <- E; apply binary64_rnd).
  change (finite (rnd (c - rnd (h - a))) = Some (rnd (c - rnd (h - a)))).
  apply (finite_small 1000); [lia|]. set (w := rnd (h - a)).
  assert (W := difference_in h a Fh Fa). fold w in W. assert (S := sum_out a c Fa Fc). rewrite E in S.
  replace (c - w) with (- (h - (a + c)) + - (w - (h - a))) by ring.
  unfold small in *. apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_Ropp.
  assert (T := Rabs_triang h (- a)). rewrite Rabs_Ropp in T. fold (h - a) in T.
  assert (U := u_pos). assert (B9 : bpow radix2 900 <= bpow radix2 1024) by (apply bpow_le; lia).
  assert (X : u * Rabs (h - a) <= u * (2 * bpow radix2 1024)) by (apply Rmult_le_compat_l; lra).
  assert (Y : u * Rabs h <= u * bpow radix2 1024) by (apply Rmult_le_compat_l; lra).
  assert (Z : u * bpow radix2 1024 = bpow radix2 971) by (unfold u; rewrite <- bpow_plus; reflexivity).
  assert (Q : 3 * bpow radix2 971 <= bpow radix2 1000).
  { apply Rle_trans with (bpow radix2 2 * bpow radix2 971).
    - apply Rmult_le_compat_r; [apply bpow_ge_0|simpl; lra].
    - rewrite <- bpow_plus. apply bpow_le. lia. }
  lra.
Qed.

(** ** The root *)

Variables vh vl : R.
Hypothesis Fh : binary64 vh.
Hypothesis Fl : binary64 vl.
Hypothesis Range : bpow radix2 (-900) <= vh <= bpow radix2 900.
Hypothesis Low : Rabs vl <= vh.

Lemma half_exponent : exists n, (-449 <= n <= 451)%Z /\ bpow radix2 (2 * n - 2) <= vh <= bpow radix2 (2 * n).
Proof.
  assert (P : 0 < vh) by (apply Rlt_le_trans with (2 := proj1 Range); apply bpow_gt_0).
  destruct (mag radix2 vh) as [e He]. specialize (He ltac:(lra)). rewrite Rabs_pos_eq in He by lra.
  assert (E1 : (e - 1 < 901)%Z).
  { apply (lt_bpow radix2). apply Rle_lt_trans with (1 := proj1 He). apply Rle_lt_trans with (1 := proj2 Range).
    apply bpow_lt. lia. }
  assert (E2 : (-900 < e)%Z).
  { apply (lt_bpow radix2). now apply Rle_lt_trans with (1 := proj1 Range). }
  exists ((e + 1) / 2)%Z. assert (D := Z.div_mod (e + 1) 2 ltac:(lia)).
  assert (M := Z.mod_pos_bound (e + 1) 2 ltac:(lia)). split; [lia|]. split.
  - apply Rle_trans with (2 := proj1 He). apply bpow_le. lia.
  - apply Rle_trans with (1 := Rlt_le _ _ (proj2 He)). apply bpow_le. lia.
Qed.

Lemma root_bounds n : bpow radix2 (2 * n - 2) <= vh <= bpow radix2 (2 * n) ->
  bpow radix2 (n - 1) <= sqrt vh <= bpow radix2 n.
Proof.
  assert (E : forall n : Z, sqrt (bpow radix2 (2 * n)) = bpow radix2 n).
  { intros i. replace (2 * i)%Z with (i + i)%Z by ring. rewrite bpow_plus. apply sqrt_Rsqr, bpow_ge_0. }
  intros [L H]. split.
  - rewrite <- (E (n - 1)%Z). apply sqrt_le_1_alt. now replace (2 * (n - 1))%Z with (2 * n - 2)%Z by ring.
  - rewrite <- (E n). now apply sqrt_le_1_alt.
Qed.

Lemma root_there n : (-449 <= n <= 451)%Z -> bpow radix2 (2 * n - 2) <= vh <= bpow radix2 (2 * n) ->
  is_there (1 - n) (divide B (power_of_two B 0) (square_root B (Some vh)))
    (divide A (power_of_two A 0) (square_root A vh)).
Proof.
  intros N H. destruct (root_bounds n H) as [L U]. set (d := rnd (sqrt vh)).
  assert (P : 0 < vh) by (apply Rlt_le_trans with (2 := proj1 Range); apply bpow_gt_0).
  assert (D : bpow radix2 (n - 1) <= d).
  { unfold d. rewrite <- (rnd_exact (bpow radix2 (n - 1))); [now apply rnd_le|].
    apply generic_format_bpow. unfold FLT_exp. lia. }
  assert (B0 := bpow_gt_0 radix2 (n - 1)).
  assert (S : square_root B (Some vh) = Some d).
  { unfold B, limited_arithmetic. cbn [square_root]. rewrite Rlt_bool_false by lra.
    apply (finite_small n); [lia|]. unfold small. rewrite Rabs_pos_eq by apply sqrt_pos. exact U. }
  rewrite S. change (square_root A vh) with d.
  unfold B, limited_arithmetic. cbn [divide power_of_two]. rewrite Req_bool_false by lra.
  apply (rounded_there (1 - n)); [lia|]. unfold small. change (bpow radix2 0) with 1.
  assert (I : 0 < / d) by (apply Rinv_0_lt_compat; lra).
  replace (1 / d) with (/ d) by (field; lra). rewrite Rabs_pos_eq by lra.
  replace (1 - n)%Z with (- (n - 1))%Z by ring. rewrite bpow_opp. apply Rinv_le_contravar; lra.
Qed.

Lemma ratio_there a b : (1 <= b <= 8)%nat -> (a <= b)%nat -> is_there 2 (literal _ B a b) (literal _ A a b).
Proof.
  intros L M. unfold literal, B, limited_arithmetic. cbn [divide of_count].
  assert (P : 1 <= INR b) by (change 1 with (INR 1); apply le_INR; lia).
  assert (Q : INR a <= INR b) by (now apply le_INR). assert (Z := pos_INR a).
  rewrite Req_bool_false by lra. apply (rounded_there 2); [lia|]. unfold small.
  assert (I : 0 < / INR b) by (apply Rinv_0_lt_compat; lra).
  rewrite Rabs_pos_eq by (apply Rmult_le_pos; lra). apply Rle_trans with 1; [|simpl; lra].
  apply Rmult_le_reg_r with (INR b); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Lemma root_pair_there : exists rh rl, rstd_of _ B fused (Some vh, Some vl) = (Some rh, Some rl).
Proof.
  destruct half_exponent as (n & N & H). assert (R := root_there n N H).
  assert (V : are_there (2 * n) (Some vh, Some vl) (vh, vl)).
  { assert (P : 0 < vh) by (apply Rlt_le_trans with (2 := proj1 Range); apply bpow_gt_0).
    split; cbn [fst snd]; (split; [reflexivity|]); (split; [assumption|]); unfold small;
      [rewrite Rabs_pos_eq|]; lra. }
  set (root' := divide B (power_of_two B 0) (square_root B (Some vh))) in *.
  set (root := divide A (power_of_two A 0) (square_root A vh)) in *.
  assert (Q := two_product_there fused _ _ _ _ _ _ R R ltac:(lia) ltac:(lia) ltac:(lia)).
  assert (U := times_there fused _ _ _ _ _ _ V Q ltac:(lia) ltac:(lia) ltac:(lia)).
  destruct U as [U1 U2]. fold A B in U1, U2.
  assert (One : is_there 10 (power_of_two B 0) (power_of_two A 0)).
  { apply is_there_le with 0%Z; [|lia]. apply power_there. lia. }
  assert (D1 := subtract_there fused 10 _ _ _ _ One (is_there_le _ 10 _ _ U1 ltac:(lia)) ltac:(lia)).
  assert (D2 := subtract_there fused (10 + 1) _ _ _ _ D1 (is_there_le _ (10 + 1) _ _ U2 ltac:(lia)) ltac:(lia)).
  fold A B in D1, D2.
  assert (M := muladd_there fused _ _ _ _ _ _ _ _ D2 (ratio_there 3 8 ltac:(lia) ltac:(lia))
    (is_there_le _ (10 + 1 + 1 + 2) _ _ (ratio_there 1 2 ltac:(lia) ltac:(lia)) ltac:(lia)) ltac:(lia)).
  fold A B in M. assert (T := multiply_there fused _ _ _ _ _ _ D2 M ltac:(lia)). fold A B in T.
  assert (C := multiply_there fused _ _ _ _ _ _ R T ltac:(lia)). fold A B in C.
  destruct (fast_two_sum_there fused _ _ _ _ _ (is_there_le _ (1 - n + (10 + 1 + 1 + (10 + 1 + 1 + 2 + 1))) _ _ R ltac:(lia))
    C ltac:(lia)) as [(E1 & _) (E2 & _)].
  eexists. eexists. unfold rstd_of. apply injective_projections; [exact E1|exact E2].
Qed.
End Root.

(** ** The row *)

Theorem rstd_there fused k op eps s xs :
  let M' := sharp_moments_of (limited_arithmetic fused) fused k op eps s xs in
  sharp_admitted M' = true -> exists rh rl, sharp_rstd M' = (Some rh, Some rl).
Proof.
  intros M' H. set (B := limited_arithmetic fused) in *.
  set (n := of_count B (length xs)).
  assert (exists x p, sharp_variance M' = plus_one B x p) as (x & p & V).
  { eexists. eexists. unfold M', sharp_moments_of. cbn [sharp_variance]. reflexivity. }
  assert (Hv : at_most B (power_of_two B sharp_least_v_exponent) (fst (sharp_variance M')) = true /\
    at_most B (fst (sharp_variance M')) (power_of_two B sharp_most_v_exponent) = true).
  { change (sharp_admitted M') with (is_finite B (sharp_centre M')
      && at_most B (power_of_two B sharp_least_v_exponent) (fst (sharp_variance M'))
      && at_most B (fst (sharp_variance M')) (power_of_two B sharp_most_v_exponent)
      && at_most B (sharp_kappa M') (power_of_two B sharp_kappa_exponent)) in H.
    apply andb_prop in H. destruct H as [H _]. apply andb_prop in H. destruct H as [H H3].
    apply andb_prop in H. now split. }
  change (sharp_rstd M') with (rstd_of _ B fused (sharp_variance M')). rewrite V in *.
  unfold plus_one, fast_two_sum in *. cbn [fst snd] in *.
  set (a := fst (two_sum B (fst x) p)) in *. set (c := plus B (snd x) (snd (two_sum B (fst x) p))) in *.
  assert (Ha : forall z, a = Some z -> binary64 z /\ Rabs z < bpow radix2 1024).
  { intros z. unfold a, two_sum. cbn [fst]. unfold B, limited_arithmetic. cbn [plus].
    destruct (fst x) as [x1|], p as [p1|]; cbn [of_two]; try discriminate. unfold finite.
    destruct (Rlt_bool_spec (Rabs (rnd (x1 + p1))) (bpow radix2 1024)) as [L|L]; [|discriminate].
    intros E. injection E as <-. split; [apply binary64_rnd|exact L]. }
  assert (Hc : forall z, c = Some z -> binary64 z).
  { intros z. change c with (of_two Rplus (snd x) (snd (two_sum B (fst x) p))).
    destruct (snd x) as [x2|], (snd (two_sum B (fst x) p)) as [p2|]; cbn [of_two]; try discriminate.
    unfold finite. destruct (Rlt_bool_spec (Rabs (rnd (x2 + p2))) (bpow radix2 1024)) as [L|L]; [|discriminate].
    intros E. injection E as <-. apply binary64_rnd. }
  clearbody a c. clear V.
  destruct a as [a|]; [|destruct Hv as [Hv _]; discriminate Hv].
  destruct c as [c|]; [|destruct Hv as [Hv _]; discriminate Hv].
  destruct (Ha a eq_refl) as [Fa La]. assert (Fc := Hc c eq_refl). clear Ha Hc.
  set (h := rnd (a + c)). change (plus B (Some a) (Some c)) with (finite h) in *.
  destruct (finite h) as [h'|] eqn:E; [|destruct Hv as [Hv _]; discriminate Hv].
  assert (h' = h).
  { unfold finite in E. destruct Rlt_bool; [now injection E|discriminate E]. }
  subst h'. destruct Hv as [H1 H2]. unfold B, limited_arithmetic in H1, H2. cbn [at_most power_of_two] in H1, H2.
  destruct (Rle_bool_spec (bpow radix2 sharp_least_v_exponent) h) as [L1|L1]; [|discriminate H1].
  destruct (Rle_bool_spec h (bpow radix2 sharp_most_v_exponent)) as [L2|L2]; [|discriminate H2].
  assert (Range : bpow radix2 (-900) <= h <= bpow radix2 900) by (split; assumption).
  assert (P := bpow_gt_0 radix2 (-900)).
  assert (Sh : small 900 h) by (unfold small; rewrite Rabs_pos_eq; lra).
  assert (T := low_there fused a c h Fa La Fc eq_refl Sh). fold B in T. rewrite T. clear T.
  destruct (fast_two_sum_near a c Fa Fc) as (Fh & Fl & _ & Lo & _).
  unfold products.fast_two_sum in Fh, Fl, Lo. cbn [fst snd] in Fh, Fl, Lo. fold h in Fh, Lo.
  apply (root_pair_there fused); try assumption.
  rewrite (Rabs_pos_eq h) in Lo by lra. assert (U := u_small).
  apply Rle_trans with (1 := Lo). assert (u * h <= / 1000000000000000 * h) by (apply Rmult_le_compat_r; lra). lra.
Qed.
