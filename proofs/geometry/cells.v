(* SPDX-License-Identifier: Apache-2.0 *)
(** * What a box of numbers can fulfil

    Purpose.  After rounding, an output stands for a box: one interval for each element, open or
    closed, of the numbers that round to it.  Whether some point of the box has a given sum or a given
    length comes down to the box's corners.

    Corresponds to lib/geometry/decision and lib/geometry/row_sums, through claims.v.

    Symbols.
      low, high        the ends of each interval
      closed i         whether the ends of interval i belong to it (all of ends or none, as in IEEE 754)
      within, in_box   membership of a number, of a point
      nearest, furthest   the points of the closed box with the least and the largest length

    Main results.
      sum_attained      a point of sum 0 is in the box iff the sum of low ends is < 0, or 0 if all
                        intervals are closed, and likewise for the high ends
      shorter_attained  a point of |t|^2 < c is in the box iff |nearest|^2 < c
      length_attained   one of |t|^2 = c iff |nearest|^2 < c, or = c if nearest is in the box; and
                        c < |furthest|^2, or = if all are closed
      nearest_size, furthest_size   as max (0, low, -high) and max (-low, high) *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Box.
Variables (R : rcfType) (n : nat).

Record box := Box { low : 'cV[R]_n; high : 'cV[R]_n; closed : pred 'I_n }.

Implicit Types (B : box) (t u : 'cV[R]_n) (i : 'I_n) (c r : R).
Add Field R_field : (field_laws R).

(** No interval is empty. *)
Definition proper B : Prop :=
  forall i, if closed B i then low B i 0 <= high B i 0 else low B i 0 < high B i 0.
Definition within B i (s : R) : Prop :=
  if closed B i then low B i 0 <= s <= high B i 0 else low B i 0 < s < high B i 0.
Definition in_box B t : Prop := forall i, within B i (t i 0).

Definition nearest B : 'cV[R]_n := \col_i Num.max (low B i 0) (Num.min 0 (high B i 0)).
Definition furthest B : 'cV[R]_n :=
  \col_i (if - low B i 0 <= high B i 0 then high B i 0 else low B i 0).

(** ** Convexity *)

Definition between t u r : 'cV[R]_n := t + r *: (u - t).

Lemma between_at t u r i : between t u r i 0 = t i 0 + r * (u i 0 - t i 0).
Proof. by rewrite !mxE. Qed.

Lemma within_closure B i s : within B i s -> low B i 0 <= s <= high B i 0.
Proof. by rewrite /within; case: ifP => // _ /andP[ls sh]; rewrite !ltW. Qed.

(** From a point of the closed box straight to one of the box, all but the beginning is in the box. *)
Lemma between_in_box B t u r :
  (forall i, low B i 0 <= t i 0 <= high B i 0) -> in_box B u -> 0 < r <= 1 ->
  in_box B (between t u r).
Proof.
move=> tB uB /andP[r0 r1] i; rewrite /within between_at.
have -> : t i 0 + r * (u i 0 - t i 0) = (1 - r) * t i 0 + r * u i 0.
  by set a := t i 0; set b := u i 0; read_identity R; ring.
have r1' : 0 <= 1 - r by rewrite subr_ge0.
have split (a : R) : a = (1 - r) * a + r * a by rewrite -mulrDl subrK mul1r.
have /andP[lt th] := tB i; have := uB i; rewrite /within; case: ifP => _ /andP[lu uh].
  apply/andP; split; first by rewrite [leLHS]split ler_add // ler_wpmul2l // ltW.
  by rewrite [leRHS]split ler_add // ler_wpmul2l // ltW.
apply/andP; split; first by rewrite [ltLHS]split ler_lt_add ?ler_wpmul2l // ltr_pmul2l.
by rewrite [ltRHS]split ler_lt_add ?ler_wpmul2l // ltr_pmul2l.
Qed.

Lemma in_box_convex B t u r :
  in_box B t -> in_box B u -> 0 <= r <= 1 -> in_box B (between t u r).
Proof.
move=> tB uB /andP[r0 r1]; have [->|r0'] := eqVneq r 0.
  by move=> i; rewrite between_at mul0r addr0.
by apply: between_in_box => [i||]; rewrite ?lt0r ?r0' ?r0 //; exact: within_closure.
Qed.

Definition middle B : 'cV[R]_n := \col_i ((low B i 0 + high B i 0) / 2%:R).

Lemma middle_in_box B : proper B -> in_box B (middle B).
Proof.
move=> pB i; have := pB i; rewrite /within mxE; case: ifP => _; first by move=> /midf_le [-> ->].
by move=> /midf_lt [-> ->].
Qed.

(** What is positive at the beginning of a segment is so a little later. *)
Lemma small (a0 a1 a2 : R) : 0 < a0 -> exists2 r, 0 < r <= 1 & 0 < a0 + r * a1 + r ^+ 2 * a2.
Proof.
move=> a00; pose S := `|a1| + `|a2|; have S0 : 0 <= S by rewrite addr_ge0.
have d0 : 0 < a0 + S by rewrite ltr_paddr.
pose r := a0 / (a0 + S); have r0 : 0 < r by rewrite divr_gt0.
have r1 : r <= 1 by rewrite ler_pdivr_mulr // mul1r ler_addl.
have rS : r * S < a0 by rewrite mulrAC ltr_pdivr_mulr // ltr_pmul2l // ltr_addr.
clearbody r; exists r; first by rewrite r0.
have r2 : r ^+ 2 <= r by rewrite expr2 ler_pimull // ltW.
have size : `|r * a1 + r ^+ 2 * a2| < a0.
  rewrite (le_lt_trans (ler_norm_add _ _)) // (le_lt_trans _ rS) // mulrDr (normrM r) (normrM (r ^+ 2)).
  by rewrite (ger0_norm (ltW r0)) (ger0_norm (sqr_ge0 r)) ler_add // ler_wpmul2r.
by rewrite -addrA -ltr_subl_addl sub0r; move: size; rewrite ltr_norml => /andP[].
Qed.

(** ** Sums *)

Definition total t : R := \sum_i t i 0.

Lemma total_between t u r : total (between t u r) = total t + r * (total u - total t).
Proof.
rewrite /total -sumrB mulr_sumr -big_split; apply: eq_bigr => i _.
by rewrite between_at.
Qed.

Lemma total_low B t : (forall i, low B i 0 <= t i 0 <= high B i 0) -> total (low B) <= total t.
Proof. by move=> tB; apply: ler_sum => i _; have /andP[] := tB i. Qed.

(** A sum below c is in the box. *)
Lemma total_below B c : proper B ->
  (exists2 t, in_box B t & total t <= c) <->
  (total (low B) < c \/ total (low B) = c /\ forall i, closed B i).
Proof.
move=> pB; split=> [[t tB tc]|[lc|[lc all]]]; last first.
- exists (low B); last by rewrite lc.
  by move=> i; have := pB i; rewrite /within all lexx.
- have mB := middle_in_box pB.
  have [|r r01] := @small (c - total (low B)) (total (low B) - total (middle B)) 0.
    by rewrite subr_gt0.
  rewrite mulr0 addr0 => above; exists (between (low B) (middle B) r).
    apply: between_in_box => // i; have := pB i; rewrite lexx /=.
    by case: ifP => // _ /ltW.
  rewrite total_between -subr_ge0; apply: ltW; apply: lt_le_trans above _.
  by rewrite opprD addrA ler_add2l -mulrN opprB.
have tB' i := within_closure (tB i).
have := total_low tB'; rewrite le_eqVlt => /orP[/eqP e|lt]; last by left; exact: lt_le_trans lt tc.
have : total (low B) <= c by rewrite e.
rewrite le_eqVlt => /orP[/eqP lc|]; last by left.
right; split=> // i.
have each j : low B j 0 = t j 0.
  have : \sum_j (t j 0 - low B j 0) == 0 by rewrite sumrB subr_eq0 -/(total _) -e.
  rewrite psumr_eq0 => [/allP z|k _]; last by rewrite subr_ge0; case/andP: (tB' k).
  by have := z j; rewrite mem_index_enum subr_eq0 => /(_ isT) /eqP.
by have := tB i; rewrite /within -each; case: (closed B i) => //; rewrite ltxx.
Qed.

(** The mirror image of a box. *)
Definition mirror B : box := Box (- high B) (- low B) (closed B).

Lemma mirror_in_box B t : in_box (mirror B) (- t) <-> in_box B t.
Proof.
by split=> tB i; have := tB i; rewrite /within /= !mxE; case: ifP => _;
   rewrite ?ler_opp2 ?ltr_opp2 andbC.
Qed.

Lemma mirror_proper B : proper B -> proper (mirror B).
Proof. by move=> pB i; have := pB i; rewrite /= !mxE ler_opp2 ltr_opp2. Qed.

Lemma total_opp t : total (- t) = - total t.
Proof. by rewrite /total -sumrN; apply: eq_bigr => i _; rewrite mxE. Qed.

Lemma total_above B c : proper B ->
  (exists2 t, in_box B t & c <= total t) <->
  (c < total (high B) \/ total (high B) = c /\ forall i, closed B i).
Proof.
move=> pB; have := total_below (- c) (mirror_proper pB); rewrite total_opp ltr_opp2 => e.
have tidy : - total (high B) = - c <-> total (high B) = c.
  by split=> [/oppr_inj|->].
rewrite -tidy -e; split=> [[t tB ct]|[t tB tc]]; exists (- t).
- exact/mirror_in_box.
- by rewrite total_opp ler_opp2.
- by apply/mirror_in_box; rewrite opprK.
- by rewrite total_opp ler_oppr.
Qed.

(** A point of the box has a given sum iff the corners leave it room. *)
Theorem sum_attained B c : proper B ->
  (exists2 t, in_box B t & total t = c) <->
  (total (low B) < c \/ total (low B) = c /\ forall i, closed B i) /\
  (c < total (high B) \/ total (high B) = c /\ forall i, closed B i).
Proof.
move=> pB; rewrite -(total_below _ pB) -(total_above _ pB).
split=> [[t tB tc]|[[t tB tc] [u uB cu]]]; first by split; exists t; rewrite // tc.
have [e|d] := eqVneq (total u) (total t).
  by exists t => //; apply/eqP; rewrite eq_le tc -e cu.
have d0 : 0 < total u - total t by rewrite subr_gt0 lt_neqAle eq_sym d (le_trans tc).
exists (between t u ((c - total t) / (total u - total t))); last first.
  by rewrite total_between divfK ?gt_eqF // addrC subrK.
apply: in_box_convex => //; rewrite divr_ge0 ?subr_ge0 ?(ltW d0) //.
  by rewrite ler_pdivr_mulr // mul1r ler_add2r.
exact: le_trans tc cu.
Qed.

(** ** Lengths *)

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
have [|r r01] := @small (c - normsq (nearest B)) (- (dot (nearest B) d *+ 2)) (- normsq d).
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
  have [|r r01] := @small (normsq (furthest B) - c) (dot (furthest B) d *+ 2) (normsq d).
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
pose P : {poly R} := (normsq t - c)%:P + (dot t (u - t) *+ 2)%:P * 'X + (normsq (u - t))%:P * 'X ^+ 2.
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
rewrite (max_idPr lh) (max_idPr (_ : l <= - h)); last by rewrite (le_trans lh) // (le_trans (ltW h0)).
by rewrite (max_idPr nh) sqrrN.
Qed.

Theorem furthest_size B i :
  furthest B i 0 ^+ 2 = Num.max (- low B i 0) (high B i 0) ^+ 2.
Proof. by rewrite mxE; case: leP; rewrite ?sqrrN. Qed.

End Box.
