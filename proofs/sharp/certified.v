(* SPDX-License-Identifier: Apache-2.0 *)
(** * From the scaled row's y to the row's, and what StoreCertified lets pass

    Purpose.  y of the scaled row is not quite y of the row (scaled_row.v); the ends test has room for
    that.  And: where both ends about value + low round to one pattern that is not zero's, it represents
    what lies between them.

    Corresponds to RoundSharp of lib/fast/sharp-inl.h and the second StoreCertified of
    lib/fast/statistics.cc, which rounds in integers.

    Symbols.
      element_stored f hi low high p    RoundSharp certifies p, for hi + low and hi + high
      number_stored f hi low high p     StoreCertified does

    Main results.
      enclosed_nearby     the ends enclose all y within |g| (2^-167 |t| + 2^-620) of the y that they are made for
      element_represented, number_represented *)

From Coq Require Import ZArith Reals Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.rounding fast.model fast.operations
  fast.demotion fast.certified fast.ends fast.answers fast.statistics fast.odd sharp.bound sharp.ends.

Local Open Scope R_scope.

(** ** Room for scaling *)

Theorem enclosed_nearby fused K kappa root t th g hi lo y y' :
  1 <= K -> least_kappa <= kappa -> least_root <= root ->
  sharp_near (sharp_s1 K kappa) (sharp_s0 K root) th g hi lo y ->
  Rabs lo <= 32 / 10 * u * Rabs hi ->
  Rabs t <= 1003 / 1000 * (Rabs th + sharp_s0 K root) ->
  Rabs (y' - y) <= Rabs g * (bpow radix2 (-167) * Rabs t + bpow radix2 (-620)) ->
  let e := sharp_error fused (computed_sharp_e1 K kappa) (computed_sharp_e0 K root) th g hi in
  hi + rnd (lo - e) <= y' <= hi + rnd (lo + e).
Proof.
  intros HK Hk Hr N L T D. assert (Q : 0 < u * u) by (apply Rmult_lt_0_compat; apply u_pos).
  destruct (computed_sharp_e0_most K root HK Hr) as [E0 E1]. assert (E2 := computed_sharp_e1_most K kappa HK Hk).
  unfold least_kappa in Hk. unfold least_root in Hr. set (q := u * u) in *.
  assert (B := bpow_gt_0 radix2 (-450)). assert (B9 := bpow_gt_0 radix2 (-900)).
  assert (B6 := bpow_gt_0 radix2 (-620)). assert (B7 := bpow_gt_0 radix2 (-167)).
  assert (Ps : 0 <= (16 / 10 * K + 11) * kappa) by (apply Rmult_le_pos; lra).
  assert (S1 : 94 * q <= sharp_s1 K kappa) by (unfold sharp_s1; fold q; apply Rmult_le_compat_r; lra).
  assert (S0 : bpow radix2 (-450) * q <= sharp_s0 K root).
  { unfold sharp_s0. fold q. apply Rmult_le_compat_r; [lra|].
    assert (1 * bpow radix2 (-450) <= K * root) by (apply Rmult_le_compat; lra). lra. }
  assert (P20 : bpow radix2 (-20) <= / 100000) by (simpl; lra).
  assert (T6 : bpow radix2 (-620) <= / 100000 * (bpow radix2 (-450) * q)).
  { apply Rle_trans with (bpow radix2 (-20) * (bpow radix2 (-450) * q)).
    - unfold q, u. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|exact P20]. }
  assert (T7 : bpow radix2 (-167) <= / 100000 * q).
  { apply Rle_trans with (bpow radix2 (-20) * q).
    - unfold q, u. rewrite <- !bpow_plus. apply bpow_le. lia.
    - apply Rmult_le_compat_r; [lra|exact P20]. }
  assert (T8 : bpow radix2 (-167) <= / 100000) by (apply Rle_trans with (2 := P20), bpow_le; lia).
  set (s1 := sharp_s1 K kappa) in *. set (s0 := sharp_s0 K root) in *. assert (Us := u_small).
  assert (Pt := Rabs_pos th). assert (Pg := Rabs_pos g).
  apply (sharp_enclose fused (s1 + 2 * bpow radix2 (-167)) (s0 + / 10000 * s0)); try assumption; try lra.
  unfold sharp_near in *. replace (hi + lo - y') with ((hi + lo - y) + - (y' - y)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp.
  assert (X : bpow radix2 (-167) * Rabs t + bpow radix2 (-620)
    <= 2 * bpow radix2 (-167) * ((1 + 2 * u) * Rabs th) + / 10000 * s0).
  { assert (Y := Rmult_le_compat_l _ _ _ (Rlt_le _ _ B7) T).
    assert (Z : bpow radix2 (-167) * s0 <= / 100000 * s0) by (apply Rmult_le_compat_r; lra).
    assert (0 <= bpow radix2 (-167) * Rabs th) by (apply Rmult_le_pos; lra).
    assert (0 <= u * (bpow radix2 (-167) * Rabs th)) by (apply Rmult_le_pos; [apply Rlt_le, u_pos|assumption]). lra. }
  assert (Y := Rmult_le_compat_l _ _ _ Pg X). lra.
Qed.

(** ** What is stored *)

(** The patterns of the ends, rounded to nearest, which RoundToOdd starts from. *)
Definition to_nearest (z : R) (P : Z) : Prop :=
  is_pattern Binary64 P /\ meaning Binary64 P = Finite (rnd z).

Definition element_stored (f : format) (hi low high : R) (p : Z) : Prop :=
  match f with
  | Binary64 =>
      to_nearest (hi + low) p /\ rnd (hi + low) = rnd (hi + high) /\
      bpow radix2 (-1000) <= Rabs (rnd (hi + low)) <= bpow radix2 1000
  | _ => exists Pl Ph, to_nearest (hi + low) Pl /\ to_nearest (hi + high) Ph /\
      ends_certify f (to_odd hi low Pl) (to_odd hi high Ph) p
  end.

Definition number_stored (f : format) (hi low high : R) (p : Z) : Prop :=
  match f with
  | Binary64 => rounds f (rnd (hi + low)) p /\ rounds f (rnd (hi + high)) p
  | _ => exists Pl Ph, to_nearest (hi + low) Pl /\ to_nearest (hi + high) Ph /\
      rounds f (to_odd hi low Pl) p /\ rounds f (to_odd hi high Ph) p
  end /\ payload f p <> 0%Z.

Section Ends.
Variables (f : format) (hi low high y : R) (p : Z).
Hypothesis hi_binary64 : binary64 hi.
Hypothesis low_binary64 : binary64 low.
Hypothesis high_binary64 : binary64 high.
Hypothesis enclosed : hi + low <= y <= hi + high.

Theorem element_represented : element_stored f hi low high p -> represents f (Finite y) p.
Proof.
  destruct f; cbn [element_stored].
  1: { intros ((P & M) & E & B). now apply (sharp_ends_binary64 hi low high). }
  all: intros (Pl & Ph & (P1 & M1) & (P2 & M2) & C).
  - now apply (sharp_ends_narrow Binary32 hi low high y Pl Ph).
  - now apply (sharp_ends_narrow Binary16 hi low high y Pl Ph).
  - now apply (sharp_ends_narrow Bfloat16 hi low high y Pl Ph).
Qed.

(** What rounds to a pattern after its rounding to binary64 does so before. *)
Lemma rounded_first z : rnd z <> 0 -> represents Binary64 (Finite (rnd z)) p ->
  z <> 0 /\ represents Binary64 (Finite z) p.
Proof.
  intros NZ R. assert (Nz : z <> 0) by (intros ->; now apply NZ, rnd_0). split; [exact Nz|].
  assert (S : Rlt_bool (rnd z) 0 = Rlt_bool z 0).
  { destruct (Rlt_bool_spec z 0) as [H|H].
    - apply Rlt_bool_true. assert (K := rnd_le z 0 (Rlt_le _ _ H)). rewrite rnd_0 in K. lra.
    - apply Rlt_bool_false. now apply rnd_ge_0. }
  assert (I : nearest_even Binary64 (rnd z) = rnd z) by (apply (rnd_exact (rnd z)), binary64_rnd).
  inversion R; subst.
  - exfalso. now apply NZ.
  - rewrite I in *. apply represents_number; try assumption. congruence.
  - rewrite I in *. rewrite S. now apply represents_overflow.
Qed.

Lemma odd_end g z P : g <> Binary64 -> binary64 z -> to_nearest (hi + z) P ->
  rounds g (to_odd hi z P) p -> payload g p <> 0%Z -> hi + z <> 0 /\ represents g (Finite (hi + z)) p.
Proof.
  intros NG Fz [HP M] [Z R] NP.
  assert (S := to_odd_same_side hi z P hi_binary64 Fz HP M).
  assert (N : to_odd hi z P <> 0) by (intros E; now apply NP, Z).
  exact (odd_represents g _ _ p NG S N (R N)).
Qed.

Theorem number_represented : number_stored f hi low high p -> represents f (Finite y) p.
Proof.
  intros [S NP]. destruct f.
  1: { destruct S as [[Z1 R1] [Z2 R2]].
    assert (N1 : rnd (hi + low) <> 0) by (intros E; now apply NP, Z1).
    assert (N2 : rnd (hi + high) <> 0) by (intros E; now apply NP, Z2).
    destruct (rounded_first _ N1 (R1 N1)) as [A1 B1]. destruct (rounded_first _ N2 (R2 N2)) as [A2 B2].
    exact (between Binary64 _ _ y p enclosed A1 A2 B1 B2). }
  all: destruct S as (Pl & Ph & M1 & M2 & R1 & R2); match goal with |- represents ?g _ _ =>
    destruct (odd_end g low Pl ltac:(discriminate) low_binary64 M1 R1 NP) as [A1 B1];
    destruct (odd_end g high Ph ltac:(discriminate) high_binary64 M2 R2 NP) as [A2 B2];
    exact (between g _ _ y p enclosed A1 A2 B1 B2) end.
Qed.
End Ends.
