(* SPDX-License-Identifier: Apache-2.0 *)
(** * Rounding to odd, and then again

    Purpose.  A sum hi + lo rounded to odd keeps its side of every number with an even pattern.  The
    rounding boundaries of the narrow formats have even patterns in binary64; so what follows
    rounds the rounded sum as it would round the sum.

    Corresponds to RoundToOdd of lib/fast/sharp-inl.h and of lib/fast/statistics.cc.

    Symbols.
      same_side x o   x and o are on the same side of every binary64 number whose payload is even
      round_to_odd P x   the pattern of x's rounding to odd, for the pattern P of RN(x): P, or its
                      neighbour on x's side

    Main results.
      odd_same_side     x and the number of round_to_odd P x are on the same side
      odd_represents    so both round to the same pattern of a narrow format *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.model fast.tails fast.demotion fast.certified.

Local Open Scope R_scope.

Definition even_number (m : R) : Prop :=
  exists s N, (0 <= N)%Z /\ Z.even N = true /\ m = signed s (number Binary64 N).

Definition same_side (x o : R) : Prop :=
  forall m, even_number m -> (x < m -> o < m) /\ (m < x -> m < o) /\ (x = m -> o = m).

(** Up where x is farther from zero than its rounding. *)
Definition round_to_odd (P : Z) (x v : R) : Z :=
  (if Req_bool x v || Z.odd P then P else if Rlt_bool (Rabs v) (Rabs x) then P + 1 else P - 1)%Z.

Lemma even_number_0 : even_number 0.
Proof.
  exists false, 0%Z. split; [lia|]. split; [reflexivity|].
  cbn [signed]. symmetry. apply number_zero.
Qed.

Lemma same_side_refl x : same_side x x.
Proof. intros m _. repeat split; auto. Qed.

Lemma same_side_opp x o : same_side x o -> same_side (- x) (- o).
Proof.
  intros S m (s & N & HN & E & ->).
  destruct (S (- signed s (number Binary64 N))) as (A & B & C).
  - exists (negb s), N. split; [exact HN|]. split; [exact E|]. destruct s; cbn [signed negb]; ring.
  - repeat split; intros H.
    + assert (K : - signed s (number Binary64 N) < x) by lra. apply B in K. lra.
    + assert (K : x < - signed s (number Binary64 N)) by lra. apply A in K. lra.
    + assert (K : x = - signed s (number Binary64 N)) by lra. apply C in K. lra.
Qed.

(** No payload lies between two neighbours. *)
Lemma payload_lt f M N : (0 <= M)%Z -> (0 <= N)%Z -> number f M < number f N -> (M < N)%Z.
Proof.
  intros HM HN H. destruct (Z_lt_le_dec M N) as [L|L]; [exact L|].
  destruct (Z.eq_dec M N) as [->|E]; [lra|].
  assert (K := number_increasing f N M ltac:(lia)). lra.
Qed.

(** Positive numbers: x rounds to the payload M. *)
Lemma odd_positive x M :
  0 < x -> (0 < M)%Z -> nearest_even Binary64 x = number Binary64 M ->
  let N := round_to_odd M x (number Binary64 M) in
  (0 < N)%Z /\ same_side x (number Binary64 N).
Proof.
  intros Px HM R N. set (v := number Binary64 M) in *.
  assert (Pv : 0 < v) by now apply number_pos.
  (* rounding keeps the side of every number of the grid, weakly *)
  assert (Lo : forall K, (0 <= K)%Z -> x <= number Binary64 K -> v <= number Binary64 K).
  { intros K HK H. rewrite <- R, <- (number_rounded Binary64 K) by exact HK. now apply nearest_even_le. }
  assert (Hi : forall K, (0 <= K)%Z -> number Binary64 K <= x -> number Binary64 K <= v).
  { intros K HK H. rewrite <- R, <- (number_rounded Binary64 K) by exact HK. now apply nearest_even_le. }
  assert (Side : forall N, (0 < N)%Z -> (forall K, (0 <= K)%Z -> Z.even K = true ->
            (x < number Binary64 K -> number Binary64 N < number Binary64 K) /\
            (number Binary64 K < x -> number Binary64 K < number Binary64 N) /\
            (x = number Binary64 K -> number Binary64 N = number Binary64 K)) ->
          same_side x (number Binary64 N)).
  { clear -Px. intros N HN F m (s & K & HK & E & ->). destruct s; cbn [signed].
    - assert (0 <= number Binary64 K) by (apply number_nonnegative; lia).
      assert (0 < number Binary64 N) by now apply number_pos. repeat split; intros H'; lra.
    - apply F; [lia|exact E]. }
  unfold N, round_to_odd. rewrite (Rabs_pos_eq x), (Rabs_pos_eq v) by lra.
  destruct (Req_bool_spec x v) as [E|NE].
  - cbn [orb]. split; [exact HM|]. rewrite E. apply same_side_refl.
  - cbn [orb]. destruct (Z.odd M) eqn:Od.
    + split; [exact HM|]. apply Side; [exact HM|]. intros K HK Ev.
      assert (NK : K <> M) by (intros ->; rewrite <- Z.negb_odd, Od in Ev; discriminate Ev).
      assert (D : number Binary64 K <> v).
      { intros Q. apply NK. assert (A := payload_le Binary64 K M HK ltac:(lia)).
        assert (B := payload_le Binary64 M K ltac:(lia) HK). fold v in A, B.
        assert (K <= M)%Z by (apply A; lra). assert (M <= K)%Z by (apply B; lra). lia. }
      repeat split; intros H.
      * assert (L := Lo K HK (Rlt_le _ _ H)). fold v. lra.
      * assert (L := Hi K HK (Rlt_le _ _ H)). fold v. lra.
      * exfalso. apply D. assert (A := Lo K HK (Req_le _ _ H)).
        assert (B := Hi K HK (Req_le_sym _ _ H)). lra.
    + destruct (Rlt_bool_spec v x) as [L|L].
      * (* v < x < the next one up, which is odd *)
        assert (U : x < number Binary64 (M + 1)).
        { destruct (Rlt_or_le x (number Binary64 (M + 1))) as [G|G]; [exact G|].
          assert (B := Hi (M + 1)%Z ltac:(lia) G).
          assert (C := number_increasing Binary64 M (M + 1) ltac:(lia)). fold v in C. lra. }
        split; [lia|]. apply Side; [lia|]. intros K HK Ev.
        assert (NK : K <> (M + 1)%Z).
        { intros ->. rewrite Z.even_add, <- Z.negb_odd, Od in Ev. discriminate Ev. }
        repeat split; intros H.
        -- assert (A := payload_lt Binary64 M K ltac:(lia) HK). fold v in A.
           assert (M < K)%Z by (apply A; lra). apply number_increasing. lia.
        -- assert (A := payload_lt Binary64 K (M + 1) HK ltac:(lia)).
           assert (K < M + 1)%Z by (apply A; lra). apply number_increasing. lia.
        -- exfalso. assert (A := payload_lt Binary64 M K ltac:(lia) HK). fold v in A.
           assert (B := payload_lt Binary64 K (M + 1) HK ltac:(lia)).
           assert (M < K)%Z by (apply A; lra). assert (K < M + 1)%Z by (apply B; lra). lia.
      * (* the next one down, which is odd, < x < v *)
        assert (M2 : (2 <= M)%Z).
        { destruct (Z.eq_dec M 1) as [->|]; [discriminate Od|lia]. }
        assert (U : number Binary64 (M - 1) < x).
        { destruct (Rlt_or_le (number Binary64 (M - 1)) x) as [G|G]; [exact G|].
          assert (B := Lo (M - 1)%Z ltac:(lia) G).
          assert (C := number_increasing Binary64 (M - 1) M ltac:(lia)). fold v in C. lra. }
        split; [lia|]. apply Side; [lia|]. intros K HK Ev.
        assert (NK : K <> (M - 1)%Z).
        { intros ->. rewrite Z.even_sub, <- Z.negb_odd, Od in Ev. discriminate Ev. }
        repeat split; intros H.
        -- assert (A := payload_lt Binary64 (M - 1) K ltac:(lia) HK).
           assert (M - 1 < K)%Z by (apply A; lra). apply number_increasing. lia.
        -- assert (A := payload_lt Binary64 K M HK ltac:(lia)). fold v in A.
           assert (K < M)%Z by (apply A; lra). apply number_increasing. lia.
        -- exfalso. assert (A := payload_lt Binary64 (M - 1) K ltac:(lia) HK).
           assert (B := payload_lt Binary64 K M HK ltac:(lia)). fold v in B.
           assert (M - 1 < K)%Z by (apply A; lra). assert (K < M)%Z by (apply B; lra). lia.
Qed.

(** ** Boundaries *)

Lemma boundary_even f M : f <> Binary64 -> (0 <= M)%Z -> even_number (boundary f M).
Proof.
  intros F HM. destruct (payload_parts f M HM) as (q & m & Hq & Hm & Hn & E & _).
  assert (P2 := hidden_twice f). assert (P := hidden_positive f).
  assert (Pr : (precision f <= 24 /\ -149 <= emin f)%Z) by (now destruct f).
  assert (Bt : boundary f M = IZR (2 * m + 1) * bpow radix2 (q + emin f - 1)).
  { unfold boundary, on_grid, twice_boundary. rewrite E, <- Z.add_assoc, !multiple_encode by lia.
    replace (m * 2 ^ q + (m + 1) * 2 ^ q)%Z with ((2 * m + 1) * 2 ^ q)%Z by ring.
    rewrite mult_IZR, IZR_power, Rmult_assoc, <- bpow_plus by exact Hq. do 2 f_equal. ring. }
  set (a := (2 * m + 1)%Z) in *. set (d := Zdigits radix2 a).
  assert (Da := Zdigits_correct radix2 a). fold d in Da.
  change (Zpower radix2) with (Z.pow 2) in Da. rewrite Z.abs_eq in Da by (unfold a; lia).
  assert (D1 : (d <= 25)%Z).
  { apply Zdigits_le_Zpower. rewrite Z.abs_eq by (unfold a; lia).
    change (Zpower radix2 25) with (2 ^ 25)%Z.
    assert (2 ^ precision f <= 2 ^ 24)%Z by (apply Z.pow_le_mono_r; lia).
    change (2 ^ 25)%Z with (2 * 2 ^ 24)%Z. unfold a. lia. }
  assert (D0 : (0 < d)%Z) by (apply Zdigits_gt_0; unfold a; lia).
  set (j := (53 - d)%Z). set (Q := (q + emin f - 1 - j + 1074)%Z).
  assert (HQ : (0 <= Q)%Z) by (unfold Q, j; lia).
  assert (J : (2 ^ j = 2 * 2 ^ (j - 1))%Z).
  { rewrite <- Z.pow_succ_r by (unfold j; lia). f_equal. lia. }
  assert (L : (2 ^ 52 <= a * 2 ^ j < 2 ^ 53)%Z).
  { assert (Pj : (0 < 2 ^ j)%Z) by (apply Z.pow_pos_nonneg; unfold j; lia).
    replace 52%Z with (d - 1 + j)%Z by (unfold j; ring).
    replace 53%Z with (d + j)%Z by (unfold j; ring).
    rewrite !Z.pow_add_r by (unfold j; lia). nia. }
  exists false, (Q * hidden Binary64 + a * 2 ^ j)%Z.
  change (hidden Binary64) with (2 ^ 52)%Z.
  split; [lia|]. split.
  - rewrite Z.even_add, Z.even_mul, J, !Z.even_mul. cbn [Z.even].
    rewrite orb_true_l, !orb_true_r. reflexivity.
  - cbn [signed]. rewrite Bt. unfold number, on_grid.
    change (2 ^ 52)%Z with (hidden Binary64) at 1.
    rewrite multiple_encode by (change (hidden Binary64) with (2 ^ 52)%Z; lia).
    rewrite !mult_IZR, !IZR_power, !Rmult_assoc, <- !bpow_plus by (unfold j; lia).
    do 2 f_equal. unfold Q. cbn [emin]. ring.
Qed.

Lemma same_side_back x o m : same_side x o -> even_number m ->
  (o < m -> x < m) /\ (m < o -> m < x) /\ (o = m -> x = m).
Proof.
  intros S E. destruct (S m E) as (A & B & C).
  destruct (Rtotal_order x m) as [H|[H|H]].
  - assert (K := A H). repeat split; intros; lra.
  - assert (K := C H). repeat split; intros; lra.
  - assert (K := B H). repeat split; intros; lra.
Qed.

Lemma same_cell_side f M x o :
  f <> Binary64 -> (0 <= M)%Z -> same_side x o -> in_cell f M o -> in_cell f M x.
Proof.
  intros F HM S [Lo Hi]. split.
  - destruct (Z.eq_dec M 0) as [Z0|Z0]; [now left|]. right.
    destruct (same_side_back x o _ S (boundary_even f (M - 1) F ltac:(lia))) as (A & B & C).
    destruct Lo as [Lo|[Lo|[Lo Ev]]]; [easy|left; now apply B|right]. split; [|exact Ev].
    symmetry. apply C. now symmetry.
  - destruct Hi as [Hi|Hi]; [now left|right].
    destruct (same_side_back x o _ S (boundary_even f M F HM)) as (A & B & C).
    destruct Hi as [Hi|[Hi Ev]]; [left; now apply A|right]. split; [now apply C|exact Ev].
Qed.

Theorem odd_represents f x o c :
  f <> Binary64 -> same_side x o -> o <> 0 -> represents f (Finite o) c ->
  x <> 0 /\ represents f (Finite x) c.
Proof.
  intros F S Ho R.
  destruct (same_side_back x o 0 S even_number_0) as (A & B & _).
  destruct (some_cell f (Rabs o) (Rabs_pos_lt o Ho)) as (M & HM & Co).
  assert (K := cell_sufficient f M o HM Ho Co). rewrite (represents_unique f _ _ _ R K).
  destruct (Rlt_or_le 0 o) as [Po|No].
  - assert (Px := B Po). split; [lra|].
    rewrite Rabs_pos_eq in Co by lra. rewrite (Rlt_bool_false o) by lra.
    rewrite <- (Rlt_bool_false x 0) by lra. apply cell_sufficient; [exact HM|lra|].
    rewrite Rabs_pos_eq by lra. exact (same_cell_side f M x o F (proj1 HM) S Co).
  - assert (Px := A ltac:(lra)). split; [lra|].
    rewrite Rabs_left in Co by lra. rewrite (Rlt_bool_true o) by lra.
    rewrite <- (Rlt_bool_true x 0) by lra. apply cell_sufficient; [exact HM|lra|].
    rewrite Rabs_left by lra.
    exact (same_cell_side f M (- x) (- o) F (proj1 HM) (same_side_opp x o S) Co).
Qed.

(** ** Any sign *)

Theorem odd_same_side x P :
  is_pattern Binary64 P -> meaning Binary64 P = Finite (nearest_even Binary64 x) ->
  nearest_even Binary64 x <> 0 ->
  let v := nearest_even Binary64 x in
  let N := round_to_odd (payload Binary64 P) x v in
  (0 < N)%Z /\ same_side x (signed (sign_field Binary64 P) (number Binary64 N)).
Proof.
  intros HP MP NZ v N. destruct (pattern_number _ _ _ HP MP) as (M & HM & _ & PM & V).
  unfold N. rewrite PM. fold v in V, NZ. rewrite V in NZ.
  assert (Pn := number_nonnegative Binary64 M ltac:(lia)).
  assert (M0 : (0 < M)%Z).
  { destruct (Z.eq_dec M 0) as [E|E]; [|lia]. exfalso. apply NZ. rewrite E, number_zero.
    destruct (sign_field _ _); cbn [signed]; ring. }
  assert (Pv := number_pos Binary64 M M0).
  destruct (sign_field Binary64 P); cbn [signed] in V |- *.
  - assert (Px : x < 0).
    { destruct (Rlt_or_le x 0) as [H|H]; [exact H|].
      assert (K := nearest_even_le Binary64 0 x H). rewrite nearest_even_zero in K. fold v in K. lra. }
    assert (R : nearest_even Binary64 (- x) = number Binary64 M).
    { rewrite nearest_even_opp. fold v. rewrite V. ring. }
    destruct (odd_positive (- x) M ltac:(lra) M0 R) as [H1 H2].
    assert (E : round_to_odd M x v = round_to_odd M (- x) (number Binary64 M)).
    { unfold round_to_odd. rewrite V, !Rabs_Ropp.
      replace (Req_bool x (- number Binary64 M)) with (Req_bool (- x) (number Binary64 M)); [reflexivity|].
      destruct (Req_bool_spec (- x) (number Binary64 M)), (Req_bool_spec x (- number Binary64 M));
        reflexivity || (exfalso; lra). }
    rewrite E. split; [exact H1|].
    rewrite <- (Ropp_involutive x) at 1. now apply same_side_opp.
  - assert (Px : 0 < x).
    { destruct (Rlt_or_le 0 x) as [H|H]; [exact H|].
      assert (K := nearest_even_le Binary64 x 0 H). rewrite nearest_even_zero in K. fold v in K. lra. }
    rewrite V. apply odd_positive; [exact Px|exact M0|]. now rewrite <- V.
Qed.
