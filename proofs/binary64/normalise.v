(* SPDX-License-Identifier: Apache-2.0 *)
(** * T1 and T2 of the first tier of binary64 rows

    Purpose.  The paragraph "Normalise" of the ledger in lib/fast/binary64_error_bounds.h: T1 is a
    multiple of F, and T1 + T2 is r^ d + c^ within 2.501 u F.

    Corresponds to Admit and Binary64ElementOf of lib/fast/binary64-inl.h.

    Symbols.
      z               F = 2^z, T = 2^26 F, C = spread z
      d, r1, r2       the deviation; r^ = r1 + r2
      ch, cl          c^ = ch + cl
      shift_of z ch cl       c1 and c2
      parts_of z d r1 r2 c   T1 and T2

    Main results.
      parts_near      T1 is a multiple of F, |T1| <= T, |T2| <= F (1 + 2^-15), |T1 + T2 - (r^ d + c^)| <= 2.501 u F
      normalised_near   then |T1 + T2 - t| <= 1.001 E1 (|T1| + 2^-15) + E0 + 2.501 u F *)

From Coq Require Import ZArith Reals Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations sharp.pairs binary64.grid.

Local Open Scope R_scope.

Definition shift_of (z : Z) (ch cl : R) : R * R :=
  let first := rnd (rnd (ch + spread z) - spread z) in (first, rnd (rnd (ch - first) + cl)).

Definition parts_of (z : Z) (d r1 r2 : R) (c : R * R) : R * R :=
  let spread_c := rnd (spread z + fst c) in
  let w := rnd (d * r1 + spread_c) in
  (rnd (w - spread z), rnd (rnd (d * r1 + - rnd (w - spread_c)) + rnd (d * r2 + snd c))).

(** A multiple of F that is less than 2^n F + F. *)
Lemma multiple_below z n x :
  (0 <= n)%Z -> multiple z x -> Rabs x < bpow radix2 (n + z) + bpow radix2 z -> Rabs x <= bpow radix2 (n + z).
Proof.
  intros N (m & ->). assert (B := bpow_gt_0 radix2 z).
  rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 z)), <- abs_IZR, bpow_plus, <- (IZR_Zpower radix2 n)
    by (assumption || lra).
  intros H. apply Rmult_le_compat_r; [lra|]. apply IZR_le. apply Z.lt_succ_r, lt_IZR.
  rewrite succ_IZR. apply Rmult_lt_reg_r with (bpow radix2 z); lra.
Qed.

Section Parts.
Variable z : Z.
Hypothesis z_range : (-26 <= z <= -15)%Z.
Variables d r1 r2 ch cl : R.
Hypothesis ch_binary64 : binary64 ch.
Hypothesis reach_enough : Rabs (d * r1) + Rabs ch < bpow radix2 (26 + z).
Hypothesis r2_small : Rabs (d * r2) <= 4 * (u * Rabs (d * r1)).
Hypothesis cl_small : Rabs cl <= 4 * (u * Rabs ch).
Hypothesis cl_binary64 : binary64 cl.

Let F := bpow radix2 z.
Let T := bpow radix2 (26 + z).
Let v := u * F.
Let c := shift_of z ch cl.
Let t := parts_of z d r1 r2 c.

Let F_v : F = 9007199254740992 * v.
Proof. unfold v. rewrite u_value. lra. Qed.

Let T_v : T = 67108864 * F.
Proof. unfold T, F. rewrite bpow_plus. f_equal. Qed.

Let v_pos : 0 < v.
Proof. apply Rmult_lt_0_compat; [apply u_pos|apply bpow_gt_0]. Qed.

Let eta_v : eta <= / 1000000 * v.
Proof.
  apply Rle_trans with (bpow radix2 (-20) * v).
  - unfold v, F, u, eta. rewrite <- !bpow_plus. apply bpow_le. lia.
  - apply Rmult_le_compat_r; [lra|]. simpl. lra.
Qed.

Let large : bpow radix2 (51 + z) = 2251799813685248 * F.
Proof. unfold F. rewrite bpow_plus. f_equal. Qed.

Let larger : bpow radix2 (53 + z) = 9007199254740992 * F.
Proof. unfold F. rewrite bpow_plus. f_equal. Qed.

Let multiple_T : multiple z T.
Proof. apply multiple_power. lia. Qed.

Let sizes : 0 <= Rabs (d * r1) /\ 0 <= Rabs ch.
Proof. split; apply Rabs_pos. Qed.

Let shift_near : multiple z (fst c) /\ Rabs (ch - fst c) <= / 2 * F /\ Rabs (fst c) <= T /\
  Rabs (snd c - (ch - fst c + cl)) <= 500001 / 1000000 * v /\ Rabs (snd c) <= / 2 * F + 268435457 * v.
Proof.
  fold T in reach_enough. assert (P51 := large). assert (Tv := T_v). assert (Vp := v_pos).
  assert (Fv := F_v). destruct sizes as [S1 S2].
  assert (Hc : Rabs ch <= bpow radix2 (51 + z)) by lra.
  assert (z1074 : (-1074 <= z)%Z) by lia.
  destruct (spread_near z z1074 ch Hc) as (E & M & N & _). fold F in N.
  assert (W := spread_within z z1074 ch Hc _ multiple_T ltac:(lra) ltac:(apply bpow_le; lia)).
  assert (B := spread_rest z z1074 ch ch_binary64).
  unfold c, shift_of. cbv zeta. cbn [fst snd]. rewrite E. set (c1 := rnd (ch + spread z) - spread z) in *.
  rewrite (rnd_exact _ B).
  assert (I := sum_in _ _ B cl_binary64). assert (X := Rabs_triang (ch - c1) cl).
  assert (L : Rabs cl <= 268435456 * v).
  { apply Rle_trans with (1 := cl_small).
    assert (u * Rabs ch <= u * (67108864 * F)) by (apply by_u; lra). unfold v. lra. }
  assert (Z : Rabs (ch - c1 + cl) <= / 2 * F + 268435456 * v) by lra.
  assert (Y := by_u _ _ Z). assert (P := u_part v ltac:(lra)).
  replace (u * (/ 2 * F + 268435456 * v)) with (/ 2 * v + 268435456 * (u * v)) in Y by (unfold v; ring).
  assert (K := at_most_by (rnd (ch - c1 + cl)) (ch - c1 + cl)).
  repeat split; try assumption; lra.
Qed.

Theorem parts_near :
  multiple z (fst t) /\ Rabs (fst t) <= T /\ Rabs (snd t) <= (1 + bpow radix2 (-15)) * F /\
  Rabs (fst t + snd t - ((r1 + r2) * d + (ch + cl))) <= 2501 / 1000 * v.
Proof.
  destruct shift_near as (M1 & N1 & W1 & N2 & W2). fold T in reach_enough.
  assert (Tv := T_v). assert (Vp := v_pos). assert (Fv := F_v). assert (Ev := eta_v). destruct sizes as [S1 S2].
  assert (z1074 : (-1074 <= z)%Z) by lia. assert (S := spread_multiple z).
  apply (multiple_finer z) in S; [|lia].
  assert (Sv := spread_value z). assert (P51 := large).
  assert (Ec : rnd (spread z + fst c) = spread z + fst c).
  { apply (multiple_sum z); try assumption. rewrite larger.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite (Rabs_pos_eq (spread z)) by lra. lra. }
  set (x := d * r1 + fst c).
  assert (X1 : Rabs x <= bpow radix2 (51 + z)).
  { apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  destruct (spread_near z z1074 x X1) as (E & M & N & _). fold F in N.
  unfold t, parts_of. cbv zeta. cbn [fst snd]. rewrite Ec.
  replace (d * r1 + (spread z + fst c)) with (x + spread z) by (unfold x; ring).
  set (w := rnd (x + spread z)) in *. rewrite E.
  set (t1 := w - spread z) in *.
  assert (T1 : Rabs t1 <= T).
  { apply (multiple_below z 26); [lia|exact M|]. fold F T.
    assert (Rabs x <= Rabs (d * r1) + (Rabs ch + / 2 * F)).
    { apply Rle_trans with (1 := Rabs_triang _ _). apply Rplus_le_compat_l.
      replace (fst c) with (ch + - (ch - fst c)) by ring. apply Rle_trans with (1 := Rabs_triang _ _).
      rewrite Rabs_Ropp. lra. }
    assert (Y := at_most_by t1 x). rewrite Rabs_minus_sym in Y. lra. }
  assert (Ew : rnd (w - (spread z + fst c)) = w - (spread z + fst c)).
  { replace (w - (spread z + fst c)) with (t1 - fst c) by (unfold t1; ring).
    apply (multiple_difference z); try assumption. rewrite larger.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
  rewrite Ew. replace (d * r1 + - (w - (spread z + fst c))) with (x - t1) by (unfold x, t1; ring).
  assert (I1 := rounded_in (x - t1)). set (p := rnd (x - t1)) in *.
  assert (U1 := by_u _ _ N). replace (u * (/ 2 * F)) with (/ 2 * v) in U1 by (unfold v; ring).
  assert (D2 : Rabs (d * r2) <= 268435456 * v).
  { apply Rle_trans with (1 := r2_small).
    assert (u * Rabs (d * r1) <= u * (67108864 * F)) by (apply by_u; lra).
    unfold v. lra. }
  assert (Q1 : Rabs (d * r2 + snd c) <= / 2 * F + 536870913 * v).
  { apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (I2 := rounded_in (d * r2 + snd c)). set (q := rnd (d * r2 + snd c)) in *.
  assert (Uv := u_part v ltac:(lra)).
  assert (U2 := by_u _ _ Q1).
  replace (u * (/ 2 * F + 536870913 * v)) with (/ 2 * v + 536870913 * (u * v)) in U2 by (unfold v; ring).
  assert (A1 := at_most_by p (x - t1)). assert (A2 := at_most_by q (d * r2 + snd c)).
  assert (I3 := sum_in p q (binary64_rnd _) (binary64_rnd _)).
  assert (Q3 : Rabs (p + q) <= F + 536870915 * v).
  { apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (U3 := by_u _ _ Q3).
  replace (u * (F + 536870915 * v)) with (v + 536870915 * (u * v)) in U3 by (unfold v; ring).
  assert (A3 := at_most_by (rnd (p + q)) (p + q)).
  split; [exact M|]. split; [exact T1|]. split.
  - assert (B15 : bpow radix2 (-15) = / 32768) by reflexivity. rewrite B15. lra.
  - set (t2 := rnd (p + q)) in *.
    replace (t1 + t2 - ((r1 + r2) * d + (ch + cl))) with
      ((t2 - (p + q)) + (p - (x - t1)) + (q - (d * r2 + snd c)) + (snd c - (ch - fst c + cl)))
      by (unfold x; ring).
    assert (B1 := Rabs_triang ((t2 - (p + q)) + (p - (x - t1)) + (q - (d * r2 + snd c))) (snd c - (ch - fst c + cl))).
    assert (B2 := Rabs_triang ((t2 - (p + q)) + (p - (x - t1))) (q - (d * r2 + snd c))).
    assert (B3 := Rabs_triang (t2 - (p + q)) (p - (x - t1))). lra.
Qed.

(** ** With the moments' error; y is t of the ledger *)

Variables y E1 E0 : R.
Hypothesis E1_range : 0 <= E1 <= bpow radix2 (-41).
Hypothesis E0_range : 0 <= E0 <= bpow radix2 (-41).
Hypothesis y_near : Rabs ((r1 + r2) * d + (ch + cl) - y) <= E1 * Rabs y + E0.

Theorem normalised_near :
  Rabs (fst t + snd t - y) <= 1001 / 1000 * (E1 * (Rabs (fst t) + bpow radix2 (-15))) + E0 + 2501 / 1000 * v.
Proof.
  destruct parts_near as (_ & _ & B2 & N).
  assert (D : Rabs (fst t + snd t - y) <= E1 * Rabs y + E0 + 2501 / 1000 * v).
  { replace (fst t + snd t - y) with ((fst t + snd t - ((r1 + r2) * d + (ch + cl)))
      + ((r1 + r2) * d + (ch + cl) - y)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  apply Rle_trans with (1 := D). do 2 apply Rplus_le_compat_r.
  replace (1001 / 1000 * (E1 * (Rabs (fst t) + bpow radix2 (-15))))
    with (E1 * (1001 / 1000 * (Rabs (fst t) + bpow radix2 (-15)))) by ring.
  apply Rmult_le_compat_l; [lra|].
  assert (Py := Rabs_pos y). assert (P1 := Rabs_pos (fst t)).
  assert (Ly : Rabs y <= Rabs (fst t) + Rabs (snd t) + Rabs (fst t + snd t - y)).
  { replace y with (fst t + snd t + - (fst t + snd t - y)) at 1 by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. apply Rplus_le_compat_r, Rabs_triang. }
  assert (Ey : E1 * Rabs y <= bpow radix2 (-41) * Rabs y) by (apply Rmult_le_compat_r; lra).
  assert (F15 : F <= bpow radix2 (-15)) by (apply bpow_le; lia).
  assert (Fv := F_v). assert (Vp := v_pos).
  assert (B15 : bpow radix2 (-15) = / 32768) by reflexivity.
  assert (B41 : bpow radix2 (-41) = / 2199023255552) by reflexivity.
  rewrite B41 in *. rewrite B15 in *. lra.
Qed.

End Parts.
