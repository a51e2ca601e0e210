(* SPDX-License-Identifier: Apache-2.0 *)
(** * The cell of a pattern

    Purpose.  Which numbers does a given pattern stand for?  Those between the two rounding
    boundaries next to it; a boundary belongs to the pattern with the even significand; the cell
    of infinity has no upper end.  So a certificate may decide whether y is right by comparing
    with two boundaries, without computing y.

    Corresponds to lib/reference/certificate and to the midpoints of lib/formats.

    Symbols.
      boundary f M   the real number half way between the payloads M and M + 1
      in_cell f M a  a > 0 lies in the cell of the payload M (0 <= M <= infinity)

    Main results.
      cell_correct        a payload M with z's sign represents z <> 0 iff |z| is in its cell
      cell_decided        for z = A / sqrt D + b > 0, by reaches: signs and squares alone *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core Bracket Round.
From ExactNorm Require Import specification exact.decision exact.pattern exact.location
  exact.rounding.

Local Open Scope Z_scope.

(** Twice the boundary, as a multiple of the smallest subnormal. *)
Definition twice_boundary (f : format) (M : Z) : Z := multiple f M + multiple f (M + 1).

Definition boundary (f : format) (M : Z) : R := on_grid (emin f - 1) (twice_boundary f M).

Definition in_cell (f : format) (M : Z) (a : R) : Prop :=
  (M = 0 \/ (boundary f (M - 1) < a)%R \/ (boundary f (M - 1) = a /\ Z.even M = true)) /\
  (M = infinity f false \/ (a < boundary f M)%R \/ (a = boundary f M /\ Z.even M = true)).

Definition number (f : format) (M : Z) : R := on_grid (emin f) (multiple f M).

Lemma boundary_middle f M : boundary f M = ((number f M + number f (M + 1)) / 2)%R.
Proof.
  unfold boundary, number, twice_boundary, on_grid.
  replace (emin f - 1) with (-1 + emin f) by ring.
  rewrite bpow_plus, plus_IZR. simpl (bpow radix2 (-1)). unfold Z.pow_pos. simpl. field.
Qed.

Lemma number_increasing f M N : 0 <= M < N -> (number f M < number f N)%R.
Proof.
  intros H. apply Rmult_lt_compat_r; [apply bpow_gt_0|]. now apply IZR_lt, multiple_increasing.
Qed.

Lemma boundary_between f M :
  0 <= M -> (number f M < boundary f M < number f (M + 1))%R.
Proof.
  intros H. rewrite boundary_middle.
  assert (K := number_increasing f M (M + 1) ltac:(lia)). lra.
Qed.

Lemma number_zero f : number f 0 = 0%R.
Proof.
  unfold number, on_grid, multiple. assert (P := hidden_positive f).
  rewrite Z.div_0_l, Z.mod_0_l by lia. simpl. ring.
Qed.

(** ** A payload as significand and exponent *)

Lemma payload_parts f M :
  0 <= M ->
  exists q m, 0 <= q /\ 0 <= m < 2 * hidden f /\ (q = 0 \/ hidden f <= m) /\
              M = q * hidden f + m /\ Z.even M = Z.even m.
Proof.
  intros HM. assert (P := hidden_positive f).
  assert (E : Z.even (hidden f) = true) by now destruct f.
  assert (B := Z.mod_pos_bound M (hidden f) P). assert (D := Z.div_mod M (hidden f)).
  assert (Q : 0 <= M / hidden f) by now apply Z.div_pos.
  destruct (Z.eq_dec (M / hidden f) 0) as [H|H].
  - exists 0, M. repeat split; try lia.
  - exists (M / hidden f - 1), (hidden f + M mod hidden f).
    assert (S : M = (M / hidden f - 1) * hidden f + (hidden f + M mod hidden f)) by lia.
    repeat split; try lia.
    rewrite S at 1. rewrite Z.even_add, Z.even_mul, E, orb_true_r.
    now destruct (Z.even (hidden f + M mod hidden f)).
Qed.

Lemma cond_incr_bounds (c : bool) m : m <= cond_incr c m <= m + 1.
Proof. destruct c; simpl; lia. Qed.

(** Between two neighbours the nearer one is right, and the even one in the middle. *)
Lemma between_neighbours f M z :
  0 <= M -> z <> 0%R -> (number f M <= Rabs z < number f (M + 1))%R ->
  let up := match Rcompare (Rabs z) (boundary f M) with
            | Lt => false | Eq => negb (Z.even M) | Gt => true end in
  represents f (Finite z)
    (with_sign f (Rlt_bool z 0) (Z.min (infinity f false) (if up then M + 1 else M))).
Proof.
  intros HM Hz HB. cbv zeta. rewrite boundary_middle.
  destruct (payload_parts f M HM) as (q & m & Hq & Hm & Hn & EM & Ev).
  assert (P := hidden_positive f). assert (P2 := hidden_twice f).
  set (e := emin f + q).
  assert (N0 : number f M = F2R (Float radix2 m e)).
  { unfold number, F2R, on_grid. cbn [Fnum Fexp]. rewrite EM, multiple_encode by lia.
    unfold e. rewrite Z.add_comm, bpow_plus, mult_IZR, IZR_power by assumption. ring. }
  assert (N1 : number f (M + 1) = F2R (Float radix2 (m + 1) e)).
  { unfold number, F2R, on_grid. cbn [Fnum Fexp]. rewrite EM, <- Z.add_assoc.
    rewrite multiple_encode by lia.
    unfold e. rewrite (Z.add_comm (emin f)), bpow_plus, mult_IZR, IZR_power by assumption. ring. }
  rewrite N0, N1 in HB |- *.
  assert (Lt' : (F2R (Float radix2 m e) < F2R (Float radix2 (m + 1) e))%R)
    by (apply F2R_lt; lia).
  set (l := inbetween_loc (F2R (Float radix2 m e)) (F2R (Float radix2 (m + 1) e)) (Rabs z)).
  assert (HI : inbetween_float radix2 m e (Rabs z) l) by now apply inbetween_spec.
  (* the exponent is already the right one *)
  assert (D : Zdigits radix2 m <= precision f).
  { apply Zdigits_le_Zpower. rewrite Z.abs_eq by lia. change (Zpower radix2) with (Z.pow 2). lia. }
  assert (Fe : FLT_exp (emin f) (precision f) (Zdigits radix2 m + e) = e).
  { unfold FLT_exp, e. destruct (Z.eq_dec q 0) as [->|Nq]; [lia|].
    assert (precision f <= Zdigits radix2 m); [|lia].
    assert (precision f - 1 < Zdigits radix2 m); [|lia].
    apply Zdigits_gt_Zpower. rewrite Z.abs_eq by lia. change (Zpower radix2) with (Z.pow 2).
    fold (hidden f). lia. }
  assert (C := round_trunc_sign_NE_correct radix2 (FLT_exp (emin f) (precision f)) z m e l HI).
  specialize (C (or_introl (Z.eq_le_incl _ _ (eq_sym Fe)))).
  unfold truncate in C. rewrite Fe, Z.sub_diag in C. simpl (if Zlt_bool 0 0 then _ else _) in C.
  set (c := round_N (negb (Z.even m)) l) in *.
  assert (Up : match Rcompare (Rabs z)
                 ((F2R (Float radix2 m e) + F2R (Float radix2 (m + 1) e)) / 2) with
               | Lt => false | Eq => negb (Z.even M) | Gt => true end = c).
  { unfold c, l, inbetween_loc. rewrite Ev.
    destruct (Rcompare_spec (Rabs z) (F2R (Float radix2 m e))) as [H|H|H].
    - lra.
    - rewrite Rcompare_Lt by lra. reflexivity.
    - cbn [round_N]. now destruct (Rcompare _ _). }
  rewrite Up.
  replace (if c then M + 1 else M) with (q * hidden f + cond_incr c m)
    by (destruct c; simpl; lia).
  assert (B := cond_incr_bounds c m).
  apply represents_payload; [nia|assumption|].
  unfold nearest_even, on_grid. rewrite C, multiple_encode by lia.
  rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by assumption.
  replace (q + emin f) with e by (unfold e; ring). unfold signed, F2R. cbn [Fnum Fexp].
  fold c. destruct (Rlt_bool z 0); cbn [cond_Zopp]; rewrite ?opp_IZR; ring.
Qed.

(** Above all finite numbers there is infinity. *)
Lemma beyond_numbers f z :
  (number f (infinity f false) <= Rabs z)%R ->
  represents f (Finite z) (with_sign f (Rlt_bool z 0) (infinity f false)).
Proof.
  intros H. unfold with_sign. rewrite <- infinity_sign. apply represents_overflow.
  assert (L : bpow radix2 (emax f) = number f (infinity f false)).
  { unfold number, on_grid. rewrite multiple_infinity, IZR_power by now destruct f.
    rewrite <- bpow_plus. f_equal. ring. }
  rewrite <- L in H. unfold nearest_even.
  assert (V : Valid_exp (FLT_exp (emin f) (precision f))) by (apply FLT_exp_valid, precision_gt_0).
  apply abs_round_ge_generic; [exact V|apply valid_rnd_N| |exact H].
  apply generic_format_bpow. unfold FLT_exp. destruct f; simpl; lia.
Qed.

(** ** Cells and patterns *)

Lemma cell_sufficient f M z :
  0 <= M <= infinity f false -> z <> 0%R -> in_cell f M (Rabs z) ->
  represents f (Finite z) (with_sign f (Rlt_bool z 0) M).
Proof.
  intros HM Hz [Lo Hi].
  assert (A : (0 <= Rabs z)%R) by apply Rabs_pos.
  destruct (Rle_or_lt (number f M) (Rabs z)) as [G|G].
  - destruct (Z.eq_dec M (infinity f false)) as [->|NI]; [now apply beyond_numbers|].
    destruct Hi as [Hi|Hi]; [easy|].
    assert (K := boundary_between f M ltac:(lia)).
    assert (R := between_neighbours f M z ltac:(lia) Hz ltac:(lra)). cbv zeta in R.
    destruct Hi as [Hi|[Hi Ev]].
    + rewrite Rcompare_Lt in R by assumption. rewrite Z.min_r in R by lia. exact R.
    + rewrite Rcompare_Eq, Ev in R by assumption. cbn [negb] in R.
      rewrite Z.min_r in R by lia. exact R.
  - assert (M <> 0) by (intros ->; rewrite number_zero in G; lra).
    destruct Lo as [Lo|Lo]; [easy|].
    assert (K := boundary_between f (M - 1) ltac:(lia)). rewrite Z.sub_add in K.
    assert (R := between_neighbours f (M - 1) z ltac:(lia) Hz).
    rewrite Z.sub_add in R. specialize (R ltac:(lra)). cbv zeta in R.
    destruct Lo as [Lo|[Lo Ev]].
    + rewrite Rcompare_Gt in R by assumption. rewrite Z.min_r in R by lia. exact R.
    + rewrite Rcompare_Eq, Z.even_sub, Ev in R by now symmetry. cbn [Z.even Bool.eqb negb] in R.
      rewrite Z.min_r in R by lia. exact R.
Qed.

Lemma payload_below f a n :
  0 <= n -> (0 <= a < number f n)%R ->
  exists M, 0 <= M < n /\ (number f M <= a < number f (M + 1))%R.
Proof.
  intros Hn. revert a. pattern n. apply natlike_ind; [| |exact Hn]; clear n Hn.
  - intros a H. rewrite number_zero in H. lra.
  - intros n Hn IH a H. unfold Z.succ in H.
    destruct (Rlt_or_le a (number f n)) as [L|L].
    + destruct (IH a ltac:(lra)) as (M & HM & B). exists M. split; [lia|exact B].
    + exists n. split; [lia|lra].
Qed.

Lemma some_cell f a :
  (0 < a)%R -> exists M, 0 <= M <= infinity f false /\ in_cell f M a.
Proof.
  intros Ha. assert (I := infinity_below_sign f).
  destruct (Rle_or_lt (number f (infinity f false)) a) as [G|G].
  - exists (infinity f false). split; [lia|]. split; [|now left]. right. left.
    assert (K := boundary_between f (infinity f false - 1) ltac:(lia)).
    rewrite Z.sub_add in K. lra.
  - destruct (payload_below f a (infinity f false) ltac:(lia) ltac:(lra)) as (M & HM & B).
    assert (K := boundary_between f M ltac:(lia)).
    assert (Below : forall N, 0 < N <= M + 1 -> N <= M -> (boundary f (N - 1) < a)%R).
    { intros N HN HNM. assert (K' := boundary_between f (N - 1) ltac:(lia)).
      rewrite Z.sub_add in K'.
      destruct (Z.eq_dec N M) as [->|NE]; [lra|].
      assert (T := number_increasing f N M ltac:(lia)). lra. }
    assert (Low : M = 0 \/ (boundary f (M - 1) < a)%R).
    { destruct (Z.eq_dec M 0); [now left|right]. apply Below; lia. }
    assert (High : M + 1 = infinity f false \/ (a < boundary f (M + 1))%R).
    { destruct (Z.eq_dec (M + 1) (infinity f false)); [now left|right].
      assert (K' := boundary_between f (M + 1) ltac:(lia)). lra. }
    destruct (Rtotal_order a (boundary f M)) as [L|[E|L]].
    + exists M. split; [lia|]. split; [tauto|]. right. now left.
    + destruct (Z.even M) eqn:Ev.
      * exists M. split; [lia|]. split; [tauto|]. right. right. now split.
      * exists (M + 1). split; [lia|]. split; [|tauto]. right. right.
        rewrite Z.add_simpl_r. split; [now symmetry|]. now rewrite Z.even_add, Ev.
    + exists (M + 1). split; [lia|]. split; [|tauto]. right. left. now rewrite Z.add_simpl_r.
Qed.

Theorem cell_correct f M z :
  0 <= M <= infinity f false -> z <> 0%R ->
  represents f (Finite z) (with_sign f (Rlt_bool z 0) M) <-> in_cell f M (Rabs z).
Proof.
  intros HM Hz. split; [|now apply cell_sufficient]. intros H.
  destruct (some_cell f (Rabs z) (Rabs_pos_lt z Hz)) as (N & HN & C).
  assert (K := cell_sufficient f N z HN Hz C).
  assert (E := represents_unique f _ _ _ H K). unfold with_sign in E.
  replace M with N by lia. exact C.
Qed.

(** ** Deciding it for A / sqrt D + b, everything on the grid of the boundaries *)

(** z = (A / sqrt D + B) 2^(emin - 1) > 0, with D > 0. *)
Definition decide_cell (f : format) (M A D B : Z) : bool :=
  let at_least m := reaches A (m - B) D in                 (* m <= A / sqrt D + B *)
  let at_most m := reaches (- A) (- (m - B)) D in          (* A / sqrt D + B <= m *)
  let lower := twice_boundary f (M - 1) in
  let upper := twice_boundary f M in
  ((M =? 0) || if Z.even M then at_least lower else negb (at_most lower)) &&
  ((M =? infinity f false) || if Z.even M then at_most upper else negb (at_least upper)).

Theorem cell_decided f M A D B :
  0 < D -> 0 <= M <= infinity f false ->
  let z := ((IZR A / sqrt (IZR D) + IZR B) * bpow radix2 (emin f - 1))%R in
  (0 < z)%R ->
  decide_cell f M A D B = true <-> represents f (Finite z) M.
Proof.
  intros HD HM z Hz.
  assert (Mz : with_sign f (Rlt_bool z 0) M = M).
  { rewrite Rlt_bool_false by lra. unfold with_sign. ring. }
  rewrite <- Mz at 2. rewrite cell_correct, Rabs_pos_eq by (assumption || lra).
  assert (G := bpow_gt_0 radix2 (emin f - 1)).
  assert (Le : forall m, reaches A (m - B) D = true <-> (on_grid (emin f - 1) m <= z)%R).
  { intros m. rewrite decide_boundary by assumption. unfold on_grid, z. split; intros H.
    - apply Rmult_le_compat_r; lra.
    - apply Rmult_le_reg_r with (1 := G). exact H. }
  assert (Ge : forall m, reaches (- A) (- (m - B)) D = true <-> (z <= on_grid (emin f - 1) m)%R).
  { intros m. rewrite decide_quotient, !opp_IZR, minus_IZR by assumption.
    unfold on_grid, z. unfold Rdiv. rewrite Ropp_mult_distr_l_reverse. split; intros H.
    - apply Rmult_le_compat_r; [lra|]. unfold Rdiv. lra.
    - apply Rmult_le_reg_r with (1 := G) in H. unfold Rdiv in H. lra. }
  assert (Gt : forall m, negb (reaches (- A) (- (m - B)) D) = true <->
                         (on_grid (emin f - 1) m < z)%R).
  { intros m. rewrite negb_true_iff, <- not_true_iff_false, Ge. lra. }
  assert (Lt : forall m, negb (reaches A (m - B) D) = true <-> (z < on_grid (emin f - 1) m)%R).
  { intros m. rewrite negb_true_iff, <- not_true_iff_false, Le. lra. }
  unfold decide_cell, in_cell. cbv zeta.
  rewrite andb_true_iff, !orb_true_iff, !Z.eqb_eq. unfold boundary.
  destruct (Z.even M).
  - rewrite Le, Ge. split; intros [[L|L] [U|U]]; split; try (now left); right; lra.
  - rewrite Lt, Gt. split; intros [[L|L] [U|U]]; split; try (now left); right;
      try (left; assumption); (destruct L as [L|[_ L]] || destruct U as [U|[_ U]]); try easy;
      destruct U as [U|[_ U]]; easy.
Qed.
