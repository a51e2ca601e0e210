(* SPDX-License-Identifier: Apache-2.0 *)
(** * Lengths in a box

    Purpose.  Whether some point of a box has a length less than, or equal to, a given one comes down
    to the nearest and the furthest of its points, ends that are open or closed and ties included.

    Corresponds to lib/geometry/decision and lib/geometry/row_sums, through claims.v.

    Symbols.  Those of cells.v, and
      nearest, furthest   the points of the closed box with the least and the largest length

    Main results.
      shorter_attained   a point of |t|^2 < c is in the box iff |nearest|^2 < c
      length_attained    one of |t|^2 = c iff |nearest|^2 < c, or = c if nearest is in the box; and
                         c < |furthest|^2, or = if all intervals are closed
      nearest_size, furthest_size   the elements as max (0, low, -high) and max (-low, high) *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.cells.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Lengths.
Variables (R : rcfType) (n : nat).
Implicit Types (B : box R n) (t u : 'cV[R]_n) (i : 'I_n) (c r : R).
Add Field R_field : (field_laws R).

Definition nearest B : 'cV[R]_n := \col_i Num.max (low B i 0) (Num.min 0 (high B i 0)).
Definition furthest B : 'cV[R]_n :=
  \col_i (if - low B i 0 <= high B i 0 then high B i 0 else low B i 0).

Lemma normsq_between t u r :
  normsq (between t u r) = normsq t + r * (dot t (u - t) *+ 2) + r ^+ 2 * normsq (u - t).
Proof.
rewrite /between; move: (u - t) => d; rewrite {1}/normsq !dotDl !dotDr !dotZl !dotZr (dotC d).
by rewrite -!/(normsq _); read_identity R; ring.
Qed.

Lemma normsq_sum t : normsq t = \sum_i t i 0 ^+ 2.
Proof. by apply: eq_bigr => i _; rewrite expr2. Qed.

Lemma proper_le B i : proper B -> low B i 0 <= high B i 0.
Proof. by move=> pB; have := pB i; case: ifP => // _ /ltW. Qed.

Lemma nearest_closed B i : proper B -> low B i 0 <= nearest B i 0 <= high B i 0.
Proof.
by move=> pB; rewrite mxE le_maxr lexx /= le_maxl proper_le //= le_minl lexx orbT.
Qed.

(** The nearest number is shorter than any other by more than their distance. *)
Lemma nearest_least B i s : low B i 0 <= s <= high B i 0 ->
  nearest B i 0 ^+ 2 + (s - nearest B i 0) ^+ 2 <= s ^+ 2.
Proof.
move=> /andP[ls sh]; set p := nearest B i 0.
suff : 0 <= p * (s - p).
  rewrite -subr_ge0 => ps.
  have -> : s ^+ 2 = p ^+ 2 + (s - p) ^+ 2 + p * (s - p) *+ 2 by read_identity R; ring.
  by rewrite ler_addl mulrn_wge0 // -[leRHS]subr0.
rewrite /p mxE; case: (leP 0 (high B i 0)) => h0.
  case: (leP (low B i 0) 0) => l0; first by rewrite mul0r.
  by rewrite mulr_ge0 ?subr_ge0 // ltW.
have -> : Num.max (low B i 0) (high B i 0) = high B i 0 by apply/max_idPr; exact: le_trans sh.
by rewrite nmulr_rge0 // subr_le0.
Qed.

Lemma nearest_shorter B t : (forall i, low B i 0 <= t i 0 <= high B i 0) ->
  normsq (nearest B) + normsq (t - nearest B) <= normsq t.
Proof.
move=> tB; rewrite !normsq_sum -big_split; apply: ler_sum => i _ /=.
by have := nearest_least (tB i); rewrite !mxE.
Qed.

Lemma furthest_longer B i s : within B i s -> s ^+ 2 <= furthest B i 0 ^+ 2.
Proof.
move/within_closure/andP => [ls sh]; rewrite mxE -subr_ge0 subr_sqr.
case: ifP => [lh|/negbT]; last rewrite -ltNge => /ltW hl.
  rewrite mulr_ge0 ?subr_ge0 // -(opprK s) subr_ge0 ler_oppl (le_trans _ ls) //.
  by rewrite ler_oppl.
rewrite mulr_le0 ?subr_le0 // -(opprK s) subr_le0 ler_oppr (le_trans sh) //.
Qed.

(** Shorter than c: what the least length decides. *)
Theorem shorter_attained B c : proper B ->
  (exists2 t, in_box B t & normsq t < c) <-> normsq (nearest B) < c.
Proof.
move=> pB; split=> [[t tB tc]|pc].
  rewrite (le_lt_trans _ tc) // (le_trans _ (nearest_shorter (fun i => within_closure (tB i)))) //.
  by rewrite ler_addl normsq_ge0.
have mB := middle_in_box pB; set d := middle B - nearest B.
have [|r r01] := @small R (c - normsq (nearest B)) (- (dot (nearest B) d *+ 2)) (- normsq d).
  by rewrite subr_gt0.
move=> above; exists (between (nearest B) (middle B) r).
  by apply: between_in_box => // i; exact: nearest_closed.
rewrite normsq_between -/d -subr_gt0; apply: lt_le_trans above _.
by rewrite !mulrN !opprD !addrA.
Qed.

Lemma length_below B c : proper B ->
  (exists2 t, in_box B t & normsq t <= c) <->
  (normsq (nearest B) < c \/ normsq (nearest B) = c /\ in_box B (nearest B)).
Proof.
move=> pB; split=> [[t tB tc]|[/(shorter_attained _ pB) [t tB /ltW tc]|[pc pin]]].
- have := nearest_shorter (fun i => within_closure (tB i)); have := normsq_ge0 (t - nearest B).
  rewrite le_eqVlt => /orP[/eqP/esym/eqP|pos le]; last first.
    by left; rewrite (lt_le_trans _ tc) // (lt_le_trans _ le) // ltr_addl.
  rewrite normsq_eq0 subr_eq0 => /eqP e _; rewrite -e.
  by move: tc; rewrite le_eqVlt => /orP[/eqP|]; [right | left].
- by exists t.
- by exists (nearest B); rewrite // pc.
Qed.

Lemma length_above B c : proper B ->
  (exists2 t, in_box B t & c <= normsq t) <->
  (c < normsq (furthest B) \/ normsq (furthest B) = c /\ forall i, closed B i).
Proof.
move=> pB; have ends i : low B i 0 <= furthest B i 0 <= high B i 0.
  by rewrite mxE; case: ifP; rewrite lexx proper_le.
split=> [[t tB ct]|[cq|[qc all]]].
- have le : normsq t <= normsq (furthest B).
    by rewrite !normsq_sum; apply: ler_sum => i _; exact: furthest_longer.
  have := le_trans ct le; rewrite le_eqVlt => /orP[/eqP e|]; last by left.
  right; split=> // i; case cl: (closed B i) => //.
  have : normsq t < normsq (furthest B).
    rewrite !normsq_sum (bigD1 i) //= [ltRHS](bigD1 i) //= ltr_le_add //; last first.
      by apply: ler_sum => j _; exact: furthest_longer.
    have := tB i; rewrite /within cl => /andP[lt th]; rewrite mxE -subr_gt0 subr_sqr.
    case: ifP => [lh|/negbT]; last rewrite -ltNge => hl.
      rewrite mulr_gt0 ?subr_gt0 // -(opprK (t i 0)) subr_gt0 ltr_oppl (le_lt_trans _ lt) //.
      by rewrite ler_oppl.
    rewrite nmulr_rgt0 ?subr_lt0 // -(opprK (t i 0)) subr_lt0 ltr_oppr (lt_trans th) //.
  by rewrite -e ltNge ct.
- have mB := middle_in_box pB; set d := middle B - furthest B.
  have [|r r01] := @small R (normsq (furthest B) - c) (dot (furthest B) d *+ 2) (normsq d).
    by rewrite subr_gt0.
  move=> above; exists (between (furthest B) (middle B) r); first exact: between_in_box.
  rewrite normsq_between -/d -subr_ge0; apply: ltW; apply: lt_le_trans above _.
  set a := normsq (furthest B); set e := dot _ _; set f := normsq d.
  have -> // : a + r * (e *+ 2) + r ^+ 2 * f - c = a - c + r * (e *+ 2) + r ^+ 2 * f.
  by read_identity R; ring.
- exists (furthest B); last by rewrite qc.
  by move=> i; rewrite /within all ends.
Qed.

(** Of a given length: what the least and the largest decide. *)
Theorem length_attained B c : proper B ->
  (exists2 t, in_box B t & normsq t = c) <->
  (normsq (nearest B) < c \/ normsq (nearest B) = c /\ in_box B (nearest B)) /\
  (c < normsq (furthest B) \/ normsq (furthest B) = c /\ forall i, closed B i).
Proof.
move=> pB; rewrite -(length_below _ pB) -(length_above _ pB).
split=> [[t tB tc]|[[t tB tc] [u uB cu]]]; first by split; exists t; rewrite // tc.
pose P : {poly R} :=
  (normsq t - c)%:P + (dot t (u - t) *+ 2)%:P * 'X + (normsq (u - t))%:P * 'X ^+ 2.
have PE r : P.[r] = normsq (between t u r) - c.
  by rewrite normsq_between /P !hornerE /=; set a := dot t _; read_identity R; ring.
have at0 : between t u 0 = t by rewrite /between scale0r addr0.
have at1 : between t u 1 = u by rewrite /between scale1r addrC subrK.
have signs : P.[0] <= 0 <= P.[1] by rewrite !PE at0 at1 subr_le0 subr_ge0 tc.
have [r r01 /rootP] := poly_ivt ler01 signs; rewrite PE => /subr0_eq e.
by exists (between t u r) => //; exact: in_box_convex.
Qed.

Theorem nearest_size B i :
  proper B -> nearest B i 0 ^+ 2 = Num.max 0 (Num.max (low B i 0) (- high B i 0)) ^+ 2.
Proof.
move=> pB; have lh := proper_le i pB; rewrite mxE.
move: (low B i 0) (high B i 0) lh => l h lh; case: (leP 0 h) => h0.
  have nh : - h <= 0 by rewrite oppr_le0.
  case: (leP l 0) => l0; last by rewrite (max_idPl (le_trans nh (ltW l0))) (max_idPr (ltW l0)).
  by rewrite (max_idPl (_ : Num.max l (- h) <= 0)) // le_maxl l0.
have nh : 0 <= - h by rewrite oppr_ge0 ltW.
rewrite (max_idPr lh) (max_idPr (_ : l <= - h)); last first.
  by rewrite (le_trans lh) // (le_trans (ltW h0)).
by rewrite (max_idPr nh) sqrrN.
Qed.

Theorem furthest_size B i :
  furthest B i 0 ^+ 2 = Num.max (- low B i 0) (high B i 0) ^+ 2.
Proof. by rewrite mxE; case: leP; rewrite ?sqrrN. Qed.

End Lengths.
