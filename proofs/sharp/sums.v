(* SPDX-License-Identifier: Apache-2.0 *)
(** * A sum in double-double along a lane

    Purpose.  The sharp stage adds up numbers d + d' in two parts: the high one by TwoSum, whose errors
    and the d' go to the low one.  Here: after L additions both together are off by at most
    (L + k + 1)^2 u^2 sum w, where |d| <= w and |d'| <= k u w.  So the lanes' part of the ledger's K
    is a theorem: (L + 2)^2 for the sum, with w = |d|; for the squares see squares.v.

    Corresponds to accumulate of lib/fast/sharp_moments-inl.h, and to sums and squares in
    lib/fast/sharp_error_bounds.h.

    Symbols.
      step (high, low) (d, d')   one more number
      lane l          the two parts after all of l, from zeros
      total           the exact sum of all d + d'
      f x, w x        d and d' of an item x, and its weight
      magnitude, weights   sum |d|; sum w

    Main result.
      lane_error      |high + low - total| <= (L + k + 1)^2 u^2 weights *)

From Coq Require Import ZArith Reals List Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.ends.
Import ListNotations.

Local Open Scope R_scope.

Definition step (s x : R * R) : R * R :=
  let '(high, low) := s in
  let '(d, rest) := x in
  (rnd (high + d), rnd (low + rnd (two_sum_error high d + rest))).

Definition lane (l : list (R * R)) : R * R := fold_left step l (0, 0).

Definition magnitude (l : list (R * R)) : R := sum (map (fun x => Rabs (fst x)) l).
Definition total (l : list (R * R)) : R := sum (map (fun x => fst x + snd x) l).

Lemma lane_snoc l x : lane (l ++ [x]) = step (lane l) x.
Proof. unfold lane. now rewrite fold_left_app. Qed.

Lemma sum_snoc {X} (f : X -> R) l x : sum (map f (l ++ [x])) = sum (map f l) + f x.
Proof.
  unfold sum. induction l as [|y l IH]; cbn [map app fold_right]; [ring|]. rewrite IH. ring.
Qed.

Section Lane.
Context {Item : Type}.
Variable f : Item -> R * R.
Variable w : Item -> R.
Variable k : R.
Hypothesis k_range : 0 <= k <= 4.

Definition weights (l : list Item) : R := sum (map w l).

(** A summand: its second part is k roundings of the first one's bound at most. *)
Definition summand (x : Item) : Prop :=
  binary64 (fst (f x)) /\ binary64 (snd (f x)) /\ Rabs (fst (f x)) <= w x /\ Rabs (snd (f x)) <= k * u * w x.

Definition lane_bounds (l : list Item) : Prop :=
  let n := INR (length l) in
  let a := weights l in
  let '(high, low) := lane (map f l) in
  binary64 high /\ binary64 low /\ 0 <= a /\
  Rabs high <= (1 + 101 / 100 * n * u) * a /\
  Rabs low <= (1 + 21 / 10 * n * u) * (1001 / 1000 * n + k) * (u * a) /\
  Rabs (high + low - total (map f l)) <= (n + k + 1) * (n + k + 1) * (u * (u * a)).

Lemma lane_holds l : Forall summand l -> INR (length l) * u <= / 10000 -> lane_bounds l.
Proof.
  assert (U := u_pos). assert (S := u_small).
  induction l as [|x l IH] using rev_ind; intros F N.
  - unfold lane_bounds, lane, weights, total. cbn. rewrite !Rabs_R0.
    repeat split; try apply binary64_0; try lra. rewrite Rplus_0_r, Rminus_0_r, Rabs_R0. lra.
  - apply Forall_app in F. destruct F as [Fl Fx]. inversion Fx as [|y t (Fd & Fr & Hd & Hr) _ E]. subst.
    clear Fx. rewrite app_length in N. cbn [length] in N. rewrite plus_INR in N. change (INR 1) with 1 in N.
    assert (Pn := pos_INR (length l)).
    assert (Nl : INR (length l) * u <= / 10000) by lra. specialize (IH Fl Nl).
    unfold lane_bounds in *. rewrite map_app. cbn [map]. rewrite lane_snoc. unfold weights, total in *.
    rewrite app_length, plus_INR, !sum_snoc. cbn [length]. change (INR 1) with 1.
    destruct (f x) as [d rest]. cbn [fst snd] in Fd, Fr, Hd, Hr |- *.
    set (n := INR (length l)) in *. set (a := sum (map w l)) in *.
    set (T := sum (map (fun x => fst x + snd x) (map f l))) in *.
    destruct (lane (map f l)) as [high low]. destruct IH as (Bh & Bl & Pa & Hh & Hl & He).
    unfold step. set (high' := rnd (high + d)). set (err := two_sum_error high d).
    assert (Ex := two_sum_exact high d Bh Fd). fold high' err in Ex.
    assert (Out := sum_out high d Bh Fd). fold high' in Out.
    assert (Be : binary64 err) by apply binary64_rnd.
    set (r := rnd (err + rest)). set (low' := rnd (low + r)).
    assert (Br : binary64 r) by apply binary64_rnd.
    assert (Ir := sum_in err rest Be Fr). fold r in Ir.
    assert (Ol := sum_out low r Bl Br). assert (Il := sum_in low r Bl Br). fold low' in Ol, Il.
    assert (In := sum_in high d Bh Fd). fold high' in In.
    set (z := w x) in *. assert (Pz : 0 <= z) by (assert (Q := Rabs_pos d); lra).
    set (a' := a + z). assert (Pa' : 0 <= a') by (unfold a'; lra).
    set (nu := n * u) in *. assert (Pnu : 0 <= nu) by (apply Rmult_le_pos; lra).
    assert (Nn : nu + u <= / 10000) by (unfold nu; lra).
    (* high *)
    assert (Th := Rabs_triang high d).
    assert (Hh' : Rabs high' <= (1 + u) * (Rabs high + z)).
    { replace high' with ((high + d) + (high' - (high + d))) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _).
      assert (u * Rabs (high + d) <= u * (Rabs high + z)) by (apply Rmult_le_compat_l; lra). lra. }
    replace ((1 + 101 / 100 * n * u) * a) with ((1 + 101 / 100 * nu) * a) in Hh by (unfold nu; ring).
    assert (Grow : (1 + u) * (1 + 101 / 100 * nu) <= 1 + 101 / 100 * (nu + u)).
    { assert (u * nu <= u * / 10000) by (apply Rmult_le_compat_l; lra). lra. }
    assert (C1 : Rabs high' <= (1 + 101 / 100 * (nu + u)) * a').
    { apply Rle_trans with (1 := Hh').
      apply Rle_trans with ((1 + u) * ((1 + 101 / 100 * nu) * a')).
      - apply Rmult_le_compat_l; [lra|]. unfold a'.
        assert (0 <= 101 / 100 * nu * z) by (apply Rmult_le_pos; lra). lra.
      - rewrite <- Rmult_assoc. now apply Rmult_le_compat_r. }
    assert (C1' : Rabs high' <= 1001 / 1000 * a').
    { apply Rle_trans with (1 := C1). apply Rmult_le_compat_r; lra. }
    assert (He1 : Rabs err <= 1001 / 1000 * (u * a')).
    { replace err with (- (high' - (high + d))) by lra. rewrite Rabs_Ropp.
      apply Rle_trans with (1 := Out).
      apply Rle_trans with (u * (1001 / 1000 * a')); [apply Rmult_le_compat_l; lra|lra]. }
    assert (Ter := Rabs_triang err rest).
    set (q := Rabs err + Rabs rest) in *.
    assert (Hq : q <= 1001 / 1000 * (u * a') + k * (u * z)).
    { unfold q. replace (k * (u * z)) with (k * u * z) by ring. lra. }
    assert (Pq : 0 <= q) by (unfold q; assert (X := Rabs_pos err); assert (Y := Rabs_pos rest); lra).
    assert (Hr1 : Rabs (r - (err + rest)) <= u * q).
    { apply Rle_trans with (1 := Ir). apply Rmult_le_compat_l; lra. }
    assert (Hr2 : Rabs r <= (1 + u) * q).
    { replace r with ((err + rest) + (r - (err + rest))) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). lra. }
    (* low *)
    set (v := u * a) in *. set (v' := u * a'). set (uz := u * z) in *.
    assert (Pv : 0 <= v) by (apply Rmult_le_pos; lra).
    assert (Puz : 0 <= uz) by (apply Rmult_le_pos; lra).
    assert (Ev : v' = v + uz) by (unfold v', v, uz, a'; ring).
    fold v' in He1, Hq.
    replace ((1 + 21 / 10 * n * u) * (1001 / 1000 * n + k) * v)
      with ((1 + 21 / 10 * nu) * ((1001 / 1000 * n + k) * v)) in Hl by (unfold nu; ring).
    set (m := (1001 / 1000 * n + k) * v) in *.
    assert (Pm : 0 <= m) by (apply Rmult_le_pos; lra).
    set (m' := (1001 / 1000 * (n + 1) + k) * v').
    assert (Em : m + 1001 / 1000 * v' + k * uz <= m').
    { unfold m, m'. rewrite Ev. assert (0 <= 1001 / 1000 * n * uz) by (apply Rmult_le_pos; lra). lra. }
    assert (Tl := Rabs_triang low r).
    assert (Hl' : Rabs low' <= (1 + u) * (Rabs low + Rabs r)).
    { replace low' with ((low + r) + (low' - (low + r))) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _).
      assert (u * Rabs (low + r) <= u * (Rabs low + Rabs r)) by (apply Rmult_le_compat_l; lra). lra. }
    assert (C2 : Rabs low' <= (1 + 21 / 10 * (nu + u)) * m').
    { apply Rle_trans with (1 := Hl').
      apply Rle_trans with ((1 + u) * ((1 + u) * ((1 + 21 / 10 * nu) * m'))).
      - apply Rmult_le_compat_l; [lra|].
        apply Rle_trans with ((1 + 21 / 10 * nu) * m + (1 + u) * (1001 / 1000 * v' + k * uz)).
        + assert ((1 + u) * q <= (1 + u) * (1001 / 1000 * v' + k * uz)) by (apply Rmult_le_compat_l; lra). lra.
        + assert (0 <= k * uz) by (apply Rmult_le_pos; lra).
          set (e := 1001 / 1000 * v' + k * uz) in *.
          assert (Pe : 0 <= e) by (unfold e; assert (0 <= v') by (rewrite Ev; lra); lra).
          assert (K1 : (1 + 21 / 10 * nu) * (m + e) <= (1 + 21 / 10 * nu) * m')
            by (apply Rmult_le_compat_l; [lra|unfold e; lra]).
          assert (K2 : 0 <= 21 / 10 * nu * e) by (apply Rmult_le_pos; lra).
          assert (K3 : 0 <= (1 + 21 / 10 * nu) * m) by (apply Rmult_le_pos; lra).
          assert (K4 : (1 + u) * ((1 + 21 / 10 * nu) * (m + e)) <= (1 + u) * ((1 + 21 / 10 * nu) * m'))
            by (apply Rmult_le_compat_l; lra).
          assert (K5 : 0 <= u * ((1 + 21 / 10 * nu) * m)) by (apply Rmult_le_pos; lra).
          assert (K6 : 0 <= u * (21 / 10 * nu * e)) by (apply Rmult_le_pos; lra). lra.
      - rewrite <- !Rmult_assoc. apply Rmult_le_compat_r.
        + unfold m'. apply Rmult_le_pos; [lra|]. rewrite Ev. lra.
        + assert (u * nu <= u * / 10000) by (apply Rmult_le_compat_l; lra).
          assert (u * u <= u * / 1000000) by (apply Rmult_le_compat_l; lra).
          assert (u * (u * nu) <= u * (u * / 10000)) by (apply Rmult_le_compat_l; lra). lra. }
    assert (Pm' : 0 <= m') by (unfold m'; apply Rmult_le_pos; [lra|rewrite Ev; lra]).
    assert (C2' : Rabs low' <= 1001 / 1000 * m').
    { apply Rle_trans with (1 := C2). apply Rmult_le_compat_r; lra. }
    split; [apply binary64_rnd|]. split; [apply binary64_rnd|]. split; [exact Pa'|].
    split; [apply Rle_trans with (1 := C1), Req_le; unfold nu, a'; ring|].
    split; [apply Rle_trans with (1 := C2), Req_le; unfold nu, m', v', a'; ring|].
    replace (high' + low' - (T + (d + rest)))
        with ((high + low - T) + (r - (err + rest)) + (low' - (low + r))) by lra.
      apply Rle_trans with (1 := Rabs_triang _ _).
      assert (Tt := Rabs_triang (high + low - T) (r - (err + rest))).
      assert (D1 : u * q <= u * (1001 / 1000 * v' + k * uz)) by (apply Rmult_le_compat_l; lra).
      assert (D2 : u * Rabs low' <= u * (1001 / 1000 * m')) by (apply Rmult_le_compat_l; lra).
      fold a'. fold v'.
      assert (Sum : (n + k + 1) * (n + k + 1) * (u * v) + u * (1001 / 1000 * v' + k * uz)
                    + u * (1001 / 1000 * m') <= (n + 1 + k + 1) * (n + 1 + k + 1) * (u * v')).
      { unfold m'. rewrite Ev.
        set (c := n + k + 1). assert (Pc : 1 <= c) by (unfold c; lra).
        assert (Puv : 0 <= u * v) by (apply Rmult_le_pos; lra).
        assert (Puu : 0 <= u * uz) by (apply Rmult_le_pos; lra).
        assert (Cc : c <= c * c) by (rewrite <- (Rmult_1_r c) at 1; apply Rmult_le_compat_l; lra).
        assert (Q1 : 0 <= (2 * c + 1 - 1001 / 1000 - 1001 / 1000 * (1001 / 1000 * (n + 1) + k)) * (u * v)).
        { apply Rmult_le_pos; [unfold c; lra|exact Puv]. }
        assert (Q2 : 0 <= (c * c + 2 * c + 1 - 1001 / 1000 - k
                           - 1001 / 1000 * (1001 / 1000 * (n + 1) + k)) * (u * uz)).
        { apply Rmult_le_pos; [unfold c in *; lra|exact Puu]. }
        replace (n + 1 + k + 1) with (c + 1) by (unfold c; ring). lra. }
      lra.
Qed.

Theorem lane_error l :
  Forall summand l -> INR (length l) * u <= / 10000 ->
  let s := lane (map f l) in
  Rabs (fst s + snd s - total (map f l))
  <= (INR (length l) + k + 1) * (INR (length l) + k + 1) * (u * (u * weights l)).
Proof.
  intros F N s. assert (B := lane_holds l F N). unfold lane_bounds in B. unfold s.
  destruct (lane (map f l)) as [high low]. apply B.
Qed.

End Lane.
