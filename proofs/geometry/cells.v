(* SPDX-License-Identifier: Apache-2.0 *)
(** * A box of numbers, and the sums in it

    Purpose.  After rounding, an output stands for a box: one interval for each element, open or
    closed, of the numbers that round to it.  Whether some point of the box has a given sum comes
    down to two of its corners.

    Corresponds to lib/geometry/decision and lib/geometry/row_sums, through claims.v.

    Symbols.
      low, high        the ends of each interval
      closed i         whether the ends of interval i belong to it (both or none, as in IEEE 754)
      within, in_box   membership of a number, of a point
      total t          the sum of the elements
      between t u r    the point at r of 0..1 on the way from t to u

    Main results.
      sum_attained     a point of sum c is in the box iff the sum of low ends is < c, or = c if all
                       intervals are closed, and likewise for the high ends
      between_in_box   from the closed box's rim into the box, all but the first point is in the box *)

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

(** ** Convexity *)

Definition between t u r : 'cV[R]_n := t + r *: (u - t).

Lemma between_at t u r i : between t u r i 0 = t i 0 + r * (u i 0 - t i 0).
Proof. by rewrite !mxE. Qed.

Lemma within_closure B i s : within B i s -> low B i 0 <= s <= high B i 0.
Proof. by rewrite /within; case: ifP => // _ /andP[ls sh]; rewrite !ltW. Qed.

(** From the closed box's rim straight to a point of the box, all but the start is in the box. *)
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
  rewrite (le_lt_trans (ler_norm_add _ _)) // (le_lt_trans _ rS) // mulrDr.
  rewrite (normrM r) (normrM (r ^+ 2)).
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

End Box.
