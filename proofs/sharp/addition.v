(* SPDX-License-Identifier: Apache-2.0 *)
(** * A double-double and a binary64 added

    Purpose.  z + b, as y^ is formed, is off by at most 4 u^2 of the sum itself, also where nearly
    all of it cancels: then the high parts' sum is exact, and so is the rest.  (The literature
    that lib/fast/double_double-inl.h quotes has 2 u^2.)

    Corresponds to Add of a double-double and a binary64 in lib/fast/double_double-inl.h.

    Symbols.
      plus_one ah al b    Add

    Main results.
      plus_one_error      |plus_one - (ah + al + b)| <= 4 u^2 |ah + al + b|, and it is a
                          double-double *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core Sterbenz.
From ExactNorm Require Import specification fast.model fast.operations sharp.ends
  sharp.products.

Local Open Scope R_scope.

Definition plus_one (ah al b : R) : R * R :=
  fast_two_sum (rnd (ah + b)) (rnd (al + two_sum_error ah b)).

(** What is not zero and made of two numbers, the second one at least half as large as the first, is
    at least half a unit of the first. *)
Lemma least_sum a b :
  binary64 a -> binary64 b -> a <> 0 -> a + b <> 0 -> Rabs a <= 2 * Rabs b ->
  / 2 * ulp radix2 (FLT_exp (-1074) 53) a <= Rabs (a + b).
Proof.
  intros Fa Fb Na Ns H.
  assert (Nb : b <> 0).
  { intros Z. rewrite Z, Rabs_R0 in H. assert (P := Rabs_pos_lt a Na). lra. }
  set (ca := cexp radix2 (FLT_exp (-1074) 53) a). set (cb := cexp radix2 (FLT_exp (-1074) 53) b).
  assert (M : (mag radix2 a <= mag radix2 b + 1)%Z).
  { apply mag_le_bpow; [exact Na|]. apply Rle_lt_trans with (1 := H).
    rewrite Z.add_comm, bpow_plus. change (bpow radix2 1) with 2.
    apply Rmult_lt_compat_l; [lra|]. apply bpow_mag_gt. }
  assert (C : (ca - 1 <= cb)%Z) by (unfold ca, cb, cexp, FLT_exp; lia).
  rewrite ulp_neq_0 by exact Na. fold ca.
  assert (Grid : exists n : Z, a + b = IZR n * bpow radix2 (ca - 1)).
  { assert (Ga : exists n : Z, a = IZR n * bpow radix2 (ca - 1)).
    { unfold binary64, generic_format in Fa. fold ca in Fa.
      exists (Ztrunc (scaled_mantissa radix2 (FLT_exp (-1074) 53) a) * 2)%Z.
      rewrite Fa at 1. unfold F2R. cbn [Fnum Fexp]. rewrite mult_IZR, Rmult_assoc. f_equal.
      replace ca with (1 + (ca - 1))%Z at 1 by ring. rewrite bpow_plus. reflexivity. }
    assert (Gb : exists n : Z, b = IZR n * bpow radix2 (ca - 1)).
    { unfold binary64, generic_format in Fb. fold cb in Fb.
      exists (Ztrunc (scaled_mantissa radix2 (FLT_exp (-1074) 53) b) * 2 ^ (cb - (ca - 1)))%Z.
      rewrite Fb at 1. unfold F2R. cbn [Fnum Fexp]. rewrite mult_IZR, Rmult_assoc. f_equal.
      replace (IZR (2 ^ (cb - (ca - 1)))) with (bpow radix2 (cb - (ca - 1))).
      - rewrite <- bpow_plus. f_equal. ring.
      - rewrite <- IZR_Zpower by lia. reflexivity. }
    destruct Ga as [n En]. destruct Gb as [m Em]. exists (n + m)%Z. rewrite En, Em, plus_IZR. ring. }
  destruct Grid as [n En]. rewrite En, Rabs_mult, (Rabs_pos_eq (bpow _ _)) by apply bpow_ge_0.
  assert (Nn : n <> 0%Z) by (intros Z; apply Ns; rewrite En, Z; ring).
  replace (bpow radix2 ca) with (2 * bpow radix2 (ca - 1)).
  2:{ replace ca with (1 + (ca - 1))%Z at 2 by ring. rewrite bpow_plus. reflexivity. }
  rewrite <- abs_IZR. assert (1 <= IZR (Z.abs n)) by (apply IZR_le; lia).
  assert (P := bpow_gt_0 radix2 (ca - 1)).
  replace (/ 2 * (2 * bpow radix2 (ca - 1))) with (1 * bpow radix2 (ca - 1)) by field.
  apply Rmult_le_compat_r; lra.
Qed.

(** A low part is at most half a unit of the high one. *)
Lemma low_half_unit h l :
  double_double h l -> Rabs l <= / 2 * ulp radix2 (FLT_exp (-1074) 53) h.
Proof.
  intros (Fh & Fl & N).
  assert (E := error_le_half_ulp_round radix2 (FLT_exp (-1074) 53) (fun x => negb (Z.even x)) (h + l)).
  change (Rabs (rnd (h + l) - (h + l)) <= / 2 * ulp radix2 (FLT_exp (-1074) 53) (rnd (h + l))) in E.
  rewrite N in E. replace (h - (h + l)) with (- l) in E by ring. now rewrite Rabs_Ropp in E.
Qed.

(** Two numbers of nearly opposite value: their sum is exact. *)
Lemma exact_cancellation a b :
  binary64 a -> binary64 b -> Rabs (a + b) < / 2 * Rabs a -> rnd (a + b) = a + b.
Proof.
  intros Fa Fb H. apply rnd_exact. unfold binary64 in *.
  destruct (Rle_or_lt 0 a) as [P|P].
  - rewrite (Rabs_pos_eq a) in H by exact P. apply Rabs_def2 in H.
    replace (a + b) with (a - - b) by ring.
    apply sterbenz; try exact _; [exact Fa|now apply generic_format_opp|lra].
  - rewrite (Rabs_left a) in H by exact P. apply Rabs_def2 in H.
    replace (a + b) with (- (- a - b)) by ring. apply generic_format_opp.
    apply sterbenz; try exact _; [now apply generic_format_opp|exact Fb|lra].
Qed.

Theorem plus_one_error ah al b :
  double_double ah al -> binary64 b ->
  Rabs (value_of (plus_one ah al b) - (ah + al + b)) <= 4 * (u * (u * Rabs (ah + al + b))) /\
  double_double (fst (plus_one ah al b)) (snd (plus_one ah al b)).
Proof.
  intros D Fb. destruct (low_part _ _ D) as (Fh & Fl & L). assert (U := u_pos). assert (Us := u_small).
  assert (Ex := two_sum_exact ah b Fh Fb).
  set (s := rnd (ah + b)) in *. set (e := two_sum_error ah b) in *.
  assert (Be : binary64 e) by apply binary64_rnd. assert (Bs : binary64 s) by apply binary64_rnd.
  assert (Out := sum_out ah b Fh Fb). fold s in Out.
  assert (C := sum_in al e Fl Be). set (c := rnd (al + e)) in *.
  assert (Bc : binary64 c) by apply binary64_rnd.
  assert (Pt := Rabs_pos (ah + al + b)).
  assert (Uut : 0 <= u * (u * Rabs (ah + al + b))) by (repeat apply Rmult_le_pos; lra).
  unfold plus_one. fold s e c.
  destruct (Rlt_or_le (Rabs (ah + b)) (/ 2 * Rabs ah)) as [Near|Far].
  - (* cancellation: nothing is lost *)
    assert (Es : s = ah + b) by now apply exact_cancellation.
    assert (E0 : e = 0) by lra.
    assert (Cl : c = al) by (unfold c; rewrite E0, Rplus_0_r; now apply rnd_exact).
    assert (Na : ah <> 0).
    { intros Z. rewrite Z, Rabs_R0, Rmult_0_r in Near. assert (K := Rabs_pos (0 + b)). lra. }
    rewrite Cl. destruct (Req_dec s 0) as [Z|Z].
    + (* all of the high part is gone *)
      assert (R0 : fast_two_sum s al = (al, 0)).
      { unfold fast_two_sum. rewrite Z, Rplus_0_l, (rnd_exact al Fl), Rminus_0_r, (rnd_exact al Fl).
        now rewrite Rminus_diag_eq, rnd_0. }
      rewrite R0. unfold value_of. cbn [fst snd]. split.
      * replace (al + 0 - (ah + al + b)) with 0 by lra. rewrite Rabs_R0. lra.
      * split; [exact Fl|]. split; [apply binary64_0|]. rewrite Rplus_0_r. now apply rnd_exact.
    + assert (Order : Rabs al <= Rabs s).
      { apply Rle_trans with (1 := low_half_unit ah al D). rewrite Es.
        apply least_sum; try assumption; [now rewrite <- Es|].
        assert (T : Rabs ah <= Rabs (ah + b) + Rabs b).
        { replace ah with ((ah + b) + - b) at 1 by ring. rewrite <- (Rabs_Ropp b). apply Rabs_triang. }
        lra. }
      destruct (fast_two_sum_exact s al Bs Fl Order) as [V Q]. split; [|exact Q]. rewrite V.
      replace (s + al - (ah + al + b)) with 0 by lra. rewrite Rabs_R0. lra.
  - set (T := Rabs (ah + b)) in *. assert (T0 : 0 <= T) by apply Rabs_pos.
    set (v := u * T). assert (V0 : 0 <= v) by (apply Rmult_le_pos; lra).
    assert (Vt : v <= / 1000000000000000 * T) by (apply Rmult_le_compat_r; lra).
    assert (In := sum_in ah b Fh Fb). fold s T v in In.
    assert (As : T - v <= Rabs s <= T + v).
    { split.
      - assert (K : T <= Rabs s + Rabs (s - (ah + b))).
        { unfold T. replace (ah + b) with (s + - (s - (ah + b))) at 1 by ring.
          rewrite <- (Rabs_Ropp (s - (ah + b))). apply Rabs_triang. } lra.
      - replace s with ((ah + b) + (s - (ah + b))) by ring.
        apply Rle_trans with (1 := Rabs_triang _ _). fold T. lra. }
    assert (Ae : Rabs e <= v).
    { replace e with (- (s - (ah + b))) by lra. now rewrite Rabs_Ropp. }
    assert (Al : Rabs al <= 2 * v).
    { apply Rle_trans with (1 := L). apply Rle_trans with (u * (2 * T)); [apply Rmult_le_compat_l; lra|].
      apply Req_le. unfold v. ring. }
    assert (Tr := Rabs_triang al e).
    set (w := u * v). assert (W0 : 0 <= w) by (apply Rmult_le_pos; lra).
    assert (Wv : w <= / 1000000000000000 * v) by (apply Rmult_le_compat_r; lra).
    assert (Uc : u * Rabs (al + e) <= 3 * w).
    { apply Rle_trans with (u * (3 * v)); [apply Rmult_le_compat_l; lra|]. apply Req_le. unfold w. ring. }
    assert (Ac : Rabs c <= 4 * v).
    { replace c with ((al + e) + (c - (al + e))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
    assert (Order : Rabs c <= Rabs s) by lra.
    destruct (fast_two_sum_exact s c Bs Bc Order) as [V Q]. split; [|exact Q]. rewrite V.
    replace (s + c - (ah + al + b)) with (c - (al + e)) by lra.
    assert (Total : T <= Rabs (ah + al + b) + 2 * v).
    { unfold T. replace (ah + b) with ((ah + al + b) + - al) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra. }
    assert (Z : 999 / 1000 * T <= Rabs (ah + al + b)) by lra.
    assert (Y : u * (u * (999 / 1000 * T)) <= u * (u * Rabs (ah + al + b)))
      by (do 2 (apply Rmult_le_compat_l; [lra|]); exact Z).
    replace (u * (u * (999 / 1000 * T))) with (999 / 1000 * w) in Y by (unfold w, v; ring). lra.
Qed.
