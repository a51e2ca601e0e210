(* SPDX-License-Identifier: Apache-2.0 *)
(** * What the sharp stage's ends test certifies

    Purpose.  y^ = hi + lo in double-double, and the bound on its error evaluated in binary64.  If y^ is
    as near to y as the ledger of lib/fast/sharp_error_bounds.h says, what the test certifies is
    y's rounding.  That sentence of the ledger is a hypothesis here.

    Corresponds to RoundToOdd, RoundSharp and SharpenElements of lib/fast/sharp-inl.h.

    Symbols.
      two_sum_error a b     the second part of TwoSum
      to_odd hi lo P        hi + lo rounded to odd, P being the pattern of RN(hi + lo)
      sharp_error           e, as it is computed from e1 and e0, which BoundSharp returns (bound.v)

    Main results.
      two_sum_exact         TwoSum is exact
      sharp_enclose         y lies between hi + fl(lo - e) and hi + fl(lo + e)
      sharp_ends_narrow     both, rounded to odd, have the pattern p: p represents y
      sharp_ends_binary64   both round to the same binary64: it represents y *)

From Coq Require Import ZArith NArith Reals Bool Lia Lra.
From Flocq Require Import Core Pff2Flocq.
From ExactNorm Require Import specification exact.pattern exact.rounding exact.cell
  fast.model fast.operations fast.width fast.tails fast.demotion fast.certified fast.ends fast.cell16
  fast.row_data fast.answers fast.odd.

Local Open Scope R_scope.

(** ** Sums, exactly *)

Definition two_sum_error (a b : R) : R :=
  let s := rnd (a + b) in
  rnd (rnd (a - rnd (s - rnd (s - a))) + rnd (b - rnd (s - a))).

Theorem two_sum_exact a b : binary64 a -> binary64 b -> rnd (a + b) + two_sum_error a b = a + b.
Proof.
  intros Fa Fb. apply (TwoSum_correct (-1074) 53 (fun x => negb (Z.even x))); try assumption; try lia.
  intros x. rewrite Z.even_opp, Z.even_add. now destruct (Z.even x).
Qed.

(** A sum of two binary64 numbers that rounds to zero is zero. *)
Lemma sum_zero a b : binary64 a -> binary64 b -> rnd (a + b) = 0 -> a + b = 0.
Proof.
  intros Fa Fb Z. assert (S := sum_out a b Fa Fb). rewrite Z, Rabs_R0, Rmult_0_r in S.
  apply Rabs_le_inv in S. lra.
Qed.

Definition to_odd (hi lo : R) (P : Z) : R :=
  let error := two_sum_error hi lo in
  signed (sign_field Binary64 P)
    (number Binary64
      (if Req_bool error 0 || Z.odd P then payload Binary64 P
       else if Bool.eqb (Rlt_bool error 0) (sign_field Binary64 P) then payload Binary64 P + 1
       else payload Binary64 P - 1)%Z).

Lemma to_odd_same_side hi lo P :
  binary64 hi -> binary64 lo -> is_pattern Binary64 P -> meaning Binary64 P = Finite (rnd (hi + lo)) ->
  same_side (hi + lo) (to_odd hi lo P).
Proof.
  intros Fh Fl HP MP. set (x := hi + lo). assert (E := two_sum_exact hi lo Fh Fl). fold x in E.
  set (error := two_sum_error hi lo) in *. set (v := rnd x) in *.
  assert (Out := sum_out hi lo Fh Fl). fold x v in Out.
  destruct (pattern_number _ _ _ HP MP) as (M & HM & EP & PM & V). fold x v in V.
  destruct (Req_dec v 0) as [Z0|Z0].
  - assert (X0 := sum_zero hi lo Fh Fl Z0). fold x in X0.
    unfold to_odd. fold error. rewrite (Req_bool_true error) by lra. cbn [orb]. rewrite PM.
    rewrite <- V, Z0, X0. apply same_side_refl.
  - destruct (odd_same_side x P HP MP Z0) as [_ S]. fold (rnd x) v in S.
    replace (to_odd hi lo P) with
      (signed (sign_field Binary64 P) (number Binary64 (round_to_odd (payload Binary64 P) x v)));
      [exact S|].
    unfold to_odd, round_to_odd. fold error. do 2 f_equal.
    replace (Req_bool x v) with (Req_bool error 0).
    2:{ destruct (Req_bool_spec error 0), (Req_bool_spec x v); reflexivity || (exfalso; lra). }
    replace (Z.odd P) with (Z.odd (payload Binary64 P)).
    2:{ rewrite EP at 2. rewrite PM. unfold with_sign. destruct (sign_field _ _).
        - rewrite Z.odd_add. change (Z.odd (sign_weight Binary64)) with false. now destruct (Z.odd M).
        - now rewrite Z.add_0_r. }
    destruct (Req_bool_spec error 0) as [E0|E0]; [reflexivity|]. cbn [orb].
    destruct (Z.odd (payload Binary64 P)); [reflexivity|].
    assert (Small : Rabs error <= u * Rabs v).
    { replace error with (- (v - x)) by lra. now rewrite Rabs_Ropp. }
    assert (U := u_small). assert (Up := u_pos). assert (Pv := Rabs_pos_lt v Z0).
    assert (Su : Rabs error <= / 2 * Rabs v).
    { apply Rle_trans with (1 := Small). apply Rmult_le_compat_r; lra. }
    assert (Pn := number_nonnegative Binary64 M ltac:(lia)).
    apply Rabs_le_inv in Su.
    destruct (sign_field Binary64 P) eqn:Sg; cbn [signed] in V.
    + assert (Vn : v < 0) by lra. rewrite (Rabs_left v) in Su |- * by exact Vn.
      rewrite (Rabs_left x) by lra.
      destruct (Rlt_bool_spec error 0), (Rlt_bool_spec (- v) (- x)); reflexivity || (exfalso; lra).
    + assert (Vp : 0 < v) by lra. rewrite (Rabs_pos_eq v) in Su |- * by lra.
      rewrite (Rabs_pos_eq x) by lra.
      destruct (Rlt_bool_spec error 0), (Rlt_bool_spec v x); reflexivity || (exfalso; lra).
Qed.

(** ** The element's bound, and the ends *)

Definition sharp_end_factor : R := 8 * (u * u).
Definition sharp_underflow : R := bpow radix2 (-1050).

Section Element.
Variable fused : bool.
Let multiply_add := muladd (real_arithmetic fused).

(** hi and t are the high parts of y^ and t^. *)
Definition sharp_error (e1 e0 t g hi : R) : R :=
  let t_error := multiply_add (Rabs t) e1 e0 in
  let ends := multiply_add (Rabs hi) sharp_end_factor sharp_underflow in
  multiply_add (Rabs g) t_error ends.

Lemma multiply_add_nearly a b c :
  0 <= a -> 0 <= b -> 0 <= c ->
  999997 / 1000000 * (a * b + c) - 2 * eta <= multiply_add a b c /\ 0 <= multiply_add a b c.
Proof.
  intros A B C. assert (P : 0 <= a * b) by now apply Rmult_le_pos. assert (E := eta_pos).
  assert (N : forall x, 0 <= x -> 999999 / 1000000 * x - eta <= rnd x).
  { intros x H. assert (R := rounded_in x). apply Rabs_le_inv in R.
    rewrite Rabs_pos_eq in R by exact H. assert (U := u_small).
    assert (u * x <= / 1000000000000000 * x) by (apply Rmult_le_compat_r; lra). lra. }
  unfold multiply_add. destruct fused; simpl.
  - assert (R := N (a * b + c) ltac:(lra)). split; [lra|]. apply rnd_ge_0. lra.
  - assert (R := N _ P). assert (Z := rnd_ge_0 _ P). set (p := rnd (a * b)) in *.
    assert (S := N (p + c) ltac:(lra)). split; [lra|]. apply rnd_ge_0. lra.
Qed.

Lemma sharp_error_most e1 e0 t g hi :
  0 <= e1 -> bpow radix2 (-600) <= e0 ->
  999 / 1000 * (Rabs g * (e1 * Rabs t + e0)) + 799 / 100 * (u * u * Rabs hi)
  + 99 / 100 * sharp_underflow <= sharp_error e1 e0 t g hi.
Proof.
  intros H1 H0. assert (E := eta_pos). assert (Pt := Rabs_pos t). assert (Pg := Rabs_pos g).
  assert (Ph := Rabs_pos hi). assert (B := bpow_gt_0 radix2 (-600)).
  assert (Q : 0 <= u * u) by (unfold u; rewrite <- bpow_plus; apply bpow_ge_0).
  assert (S0 : 0 <= sharp_underflow) by apply bpow_ge_0.
  assert (T1 : eta <= / 1000000 * bpow radix2 (-600) /\ eta <= / 1000000 * sharp_underflow).
  { assert (P : bpow radix2 (-20) <= / 1000000) by (simpl; lra).
    split; (eapply Rle_trans; [|apply Rmult_le_compat_r; [|exact P]]);
      try apply bpow_ge_0; unfold eta, sharp_underflow; rewrite <- bpow_plus; apply bpow_le; lia. }
  unfold sharp_error. cbv zeta.
  destruct (multiply_add_nearly (Rabs t) e1 e0 Pt H1 ltac:(lra)) as [A1 Z1].
  set (te := multiply_add (Rabs t) e1 e0) in *.
  destruct (multiply_add_nearly (Rabs hi) sharp_end_factor sharp_underflow Ph
              ltac:(unfold sharp_end_factor; lra) S0) as [A2 Z2].
  set (ends := multiply_add (Rabs hi) sharp_end_factor sharp_underflow) in *.
  destruct (multiply_add_nearly (Rabs g) te ends Pg Z1 Z2) as [A3 _].
  apply Rle_trans with (2 := A3).
  assert (P0 : 0 <= e1 * Rabs t) by now apply Rmult_le_pos.
  assert (L : 9999 / 10000 * (e1 * Rabs t + e0) <= te) by lra.
  assert (M := Rmult_le_compat_l _ _ _ Pg L).
  assert (G : 0 <= Rabs g * (e1 * Rabs t + e0)) by (apply Rmult_le_pos; lra).
  assert (Y : 0 <= u * u * Rabs hi) by now apply Rmult_le_pos.
  unfold sharp_end_factor in A2.
  replace (Rabs hi * (8 * (u * u))) with (8 * (u * u * Rabs hi)) in A2 by ring. lra.
Qed.

(** The ledger's sentence, for |t^| <= (1 + 2 u) |t|. *)
Definition sharp_near (s1 s0 t g hi lo y : R) : Prop :=
  Rabs (hi + lo - y) <=
  Rabs g * (s1 * ((1 + 2 * u) * Rabs t) + s0) + 45 / 10 * (u * u * Rabs (hi + lo)) + bpow radix2 (-1060).

Theorem sharp_enclose s1 s0 e1 e0 t g hi lo y :
  0 <= s1 -> 0 <= s0 -> 1999 / 1000 * s1 <= e1 -> 1999 / 1000 * s0 <= e0 -> bpow radix2 (-600) <= e0 ->
  Rabs lo <= 32 / 10 * u * Rabs hi -> sharp_near s1 s0 t g hi lo y ->
  let e := sharp_error e1 e0 t g hi in
  hi + rnd (lo - e) <= y <= hi + rnd (lo + e).
Proof.
  intros S1 S0 H1 H0 Hu HL N e. assert (U := u_small). assert (Up := u_pos).
  assert (B := sharp_error_most e1 e0 t g hi ltac:(lra) Hu). fold e in B.
  assert (Pg := Rabs_pos g). assert (Pt := Rabs_pos t). assert (Ph := Rabs_pos hi).
  assert (Q : 0 <= u * u) by now apply Rlt_le, Rmult_lt_0_compat.
  unfold sharp_near in N.
  assert (Hs : Rabs (hi + lo) <= 1001 / 1000 * Rabs hi).
  { apply Rle_trans with (1 := Rabs_triang _ _).
    assert (u * Rabs hi <= / 1000000000000000 * Rabs hi) by (apply Rmult_le_compat_r; lra). lra. }
  assert (V : u * u * Rabs (hi + lo) <= u * u * (1001 / 1000 * Rabs hi)) by now apply Rmult_le_compat_l.
  set (a := s1 * Rabs t) in *. assert (Pa : 0 <= a) by now apply Rmult_le_pos.
  assert (W : s1 * ((1 + 2 * u) * Rabs t) <= 1001 / 1000 * a).
  { replace (s1 * ((1 + 2 * u) * Rabs t)) with ((1 + 2 * u) * a) by (unfold a; ring).
    apply Rmult_le_compat_r; lra. }
  assert (G1 : Rabs g * (s1 * ((1 + 2 * u) * Rabs t) + s0) <= Rabs g * (1001 / 1000 * a + s0))
    by (apply Rmult_le_compat_l; lra).
  assert (G2 : Rabs g * (1999 / 1000 * (a + s0)) <= Rabs g * (e1 * Rabs t + e0)).
  { apply Rmult_le_compat_l; [exact Pg|].
    assert (1999 / 1000 * s1 * Rabs t <= e1 * Rabs t) by now apply Rmult_le_compat_r.
    unfold a. lra. }
  assert (Ga : 0 <= Rabs g * a) by now apply Rmult_le_pos.
  assert (Gs : 0 <= Rabs g * s0) by now apply Rmult_le_pos.
  assert (Y : 0 <= u * u * Rabs hi) by now apply Rmult_le_pos.
  assert (Sm : 0 < sharp_underflow) by apply bpow_gt_0.
  assert (Tiny : bpow radix2 (-1060) <= / 100 * sharp_underflow /\ eta <= / 100 * sharp_underflow).
  { assert (P : bpow radix2 (-10) <= / 100) by (simpl; lra).
    split; (eapply Rle_trans; [|apply Rmult_le_compat_r; [|exact P]]);
      try apply bpow_ge_0; unfold eta, sharp_underflow; rewrite <- bpow_plus; apply bpow_le; lia. }
  assert (E0 : 0 <= e) by lra.
  assert (Ue : u * e <= / 1000000000000000 * e) by (apply Rmult_le_compat_r; lra).
  assert (Move : forall z, Rabs z <= Rabs lo + e -> Rabs (rnd z - z) <= 32 / 10 * (u * u * Rabs hi) + u * e + eta).
  { intros z Hz. apply Rle_trans with (1 := rounded_in z). apply Rplus_le_compat_r.
    apply Rle_trans with (u * (32 / 10 * u * Rabs hi + e)); [apply Rmult_le_compat_l; lra|].
    apply Req_le. ring. }
  assert (A1 : Rabs (lo - e) <= Rabs lo + e).
  { apply Rle_trans with (1 := Rabs_triang lo (- e)). rewrite Rabs_Ropp, (Rabs_pos_eq e) by exact E0. lra. }
  assert (A2 : Rabs (lo + e) <= Rabs lo + e).
  { apply Rle_trans with (1 := Rabs_triang lo e). rewrite (Rabs_pos_eq e) by exact E0. lra. }
  assert (M1 := Move _ A1). assert (M2 := Move _ A2).
  apply Rabs_le_inv in M1. apply Rabs_le_inv in M2. apply Rabs_le_inv in N. lra.
Qed.

End Element.

(** ** The test *)

Lemma ends_certify_represents f low high p :
  ends_certify f low high p ->
  f <> Binary64 /\ (low <> 0 /\ represents f (Finite low) p) /\ (high <> 0 /\ represents f (Finite high) p).
Proof.
  destruct f; cbn [ends_certify]; intros C; [destruct C| | |]; (split; [discriminate|]).
  - destruct C as (DL & DH & I). split; now apply inside32_represents.
  - destruct C as (El & Sl & bl & Eh & Sh & bh & (P1 & P2 & P3) & (Q1 & Q2 & Q3) & C1 & C2).
    split; [exact (cell16_correct _ El Sl bl low p (or_intror eq_refl) P1 P2 P3 C1)
           |exact (cell16_correct _ Eh Sh bh high p (or_intror eq_refl) Q1 Q2 Q3 C2)].
  - destruct C as (El & Sl & bl & Eh & Sh & bh & (P1 & P2 & P3) & (Q1 & Q2 & Q3) & C1 & C2).
    split; [exact (cell16_correct _ El Sl bl low p (or_introl eq_refl) P1 P2 P3 C1)
           |exact (cell16_correct _ Eh Sh bh high p (or_introl eq_refl) Q1 Q2 Q3 C2)].
Qed.

(** Pl and Ph are the patterns of the ends' roundings to nearest, which RoundToOdd starts from. *)
Theorem sharp_ends_narrow f hi lo_low lo_high y Pl Ph p :
  binary64 hi -> binary64 lo_low -> binary64 lo_high ->
  hi + lo_low <= y <= hi + lo_high ->
  is_pattern Binary64 Pl -> meaning Binary64 Pl = Finite (rnd (hi + lo_low)) ->
  is_pattern Binary64 Ph -> meaning Binary64 Ph = Finite (rnd (hi + lo_high)) ->
  ends_certify f (to_odd hi lo_low Pl) (to_odd hi lo_high Ph) p ->
  represents f (Finite y) p.
Proof.
  intros Fh F1 F2 HY HPl ML HPh MH C.
  destruct (ends_certify_represents _ _ _ _ C) as (NF & (NL & RL) & (NH & RH)).
  destruct (odd_represents f _ _ p NF (to_odd_same_side hi lo_low Pl Fh F1 HPl ML) NL RL) as [ZL QL].
  destruct (odd_represents f _ _ p NF (to_odd_same_side hi lo_high Ph Fh F2 HPh MH) NH RH) as [ZH QH].
  exact (between f _ _ y p HY ZL ZH QL QH).
Qed.

(** Any two sums that round to one binary64. *)
Theorem sums_binary64 hi lo_low lo_high y p :
  hi + lo_low <= y <= hi + lo_high ->
  is_pattern Binary64 p -> meaning Binary64 p = Finite (rnd (hi + lo_low)) ->
  rnd (hi + lo_low) = rnd (hi + lo_high) ->
  rnd (hi + lo_low) <> 0 -> Rabs (rnd (hi + lo_low)) < bpow radix2 1024 ->
  represents Binary64 (Finite y) p.
Proof.
  intros HY HP MP E NV Hi.
  destruct (pattern_number _ _ _ HP MP) as (M & HM & _ & _ & V).
  assert (Pn := number_nonnegative Binary64 M ltac:(lia)).
  assert (Pp : 0 < number Binary64 M).
  { destruct (Req_dec (number Binary64 M) 0) as [Z|Z]; [|lra]. exfalso. apply NV. rewrite V, Z.
    destruct (sign_field Binary64 p); cbn [signed]; ring. }
  assert (R : forall z, rnd z = rnd (hi + lo_low) -> z <> 0 /\ represents Binary64 (Finite z) p).
  { intros z Ez. assert (NZ : z <> 0).
    { intros Z. rewrite Z, rnd_0 in Ez. now apply NV. }
    split; [exact NZ|]. apply represents_number; [exact NZ| |exact HP| |].
    - fold (rnd z). rewrite Ez. exact Hi.
    - fold (rnd z). now rewrite Ez.
    - rewrite V in Ez. destruct (sign_field Binary64 p); cbn [signed] in Ez; symmetry.
      + apply Rlt_bool_true. destruct (Rlt_or_le z 0) as [K|K]; [exact K|].
        assert (Q := rnd_ge_0 z K). lra.
      + apply Rlt_bool_false. destruct (Rle_or_lt 0 z) as [K|K]; [exact K|].
        assert (Q := rnd_le z 0 (Rlt_le _ _ K)). rewrite rnd_0 in Q. lra. }
  destruct (R _ eq_refl) as [ZL RL]. destruct (R _ (eq_sym E)) as [ZH RH].
  exact (between Binary64 _ _ y p HY ZL ZH RL RH).
Qed.

Theorem sharp_ends_binary64 hi lo_low lo_high y p :
  hi + lo_low <= y <= hi + lo_high ->
  is_pattern Binary64 p -> meaning Binary64 p = Finite (rnd (hi + lo_low)) ->
  rnd (hi + lo_low) = rnd (hi + lo_high) ->
  bpow radix2 (-1000) <= Rabs (rnd (hi + lo_low)) <= bpow radix2 1000 ->
  represents Binary64 (Finite y) p.
Proof.
  intros HY HP MP E [Lo Hi]. apply (sums_binary64 hi lo_low lo_high); try assumption.
  - intros Z. rewrite Z, Rabs_R0 in Lo. assert (B := bpow_gt_0 radix2 (-1000)). lra.
  - apply Rle_lt_trans with (1 := Hi). apply bpow_lt. reflexivity.
Qed.
