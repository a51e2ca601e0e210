(* SPDX-License-Identifier: Apache-2.0 *)
(** * Boxes with infinite ends

    Purpose.  An infinite output stands for all numbers beyond the largest finite one and a half step.
    A box with such half-lines is what boxes with a far end become, and its sums and lengths are
    decided by the ends that there are.

    Corresponds to lib/geometry/decision and lib/geometry/row_cells, through claims.v.

    Symbols.  Those of cells.v and lengths.v, and
      low_end, high_end   the ends, if there are any
      both i           whether the ends of interval i that there are belong to it
      cut E K          the box with -K and K for the ends that are missing
      open_below, open_above   some low, some high end is missing

    Main results.
      ray_sum_attained     as sum_attained, a missing end leaving all room
      ray_shorter_attained, ray_length_attained   as for lengths.v *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.cells geometry.lengths.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Rays.
Variables (R : rcfType) (n : nat).
Add Field R_field : (field_laws R).

Record rays := Rays { low_end : 'I_n -> option R; high_end : 'I_n -> option R; both : pred 'I_n }.

Implicit Types (E : rays) (t : 'cV[R]_n) (i : 'I_n) (c K : R).

Definition above_end E i (s : R) : bool :=
  if low_end E i is Some l then if both E i then l <= s else l < s else true.
Definition below_end E i (s : R) : bool :=
  if high_end E i is Some h then if both E i then s <= h else s < h else true.
Definition in_rays E t : Prop := forall i, above_end E i (t i 0) /\ below_end E i (t i 0).

(** No interval is empty. *)
Definition proper_rays E : Prop :=
  forall i, if low_end E i is Some l
            then if high_end E i is Some h then if both E i then l <= h else l < h else true
            else true.

Definition cut E K : box R n :=
  Box (\col_i odflt (- K) (low_end E i)) (\col_i odflt K (high_end E i)) (both E).

Definition open_below E : bool := [exists i, ~~ low_end E i].
Definition open_above E : bool := [exists i, ~~ high_end E i].

(** All ends that there are, and any given point, lie within a distance. *)
Definition reach_of E : R :=
  \sum_i (`|odflt 0 (low_end E i)| + `|odflt 0 (high_end E i)|).

Lemma reach_ge0 E : 0 <= reach_of E.
Proof. by apply: sumr_ge0 => i _; rewrite addr_ge0. Qed.

Lemma reach_at E i :
  `|odflt 0 (low_end E i)| <= reach_of E /\ `|odflt 0 (high_end E i)| <= reach_of E.
Proof.
have rest : `|odflt 0 (low_end E i)| + `|odflt 0 (high_end E i)| <= reach_of E.
  by rewrite /reach_of (bigD1 i) //= ler_addl sumr_ge0 // => j _; rewrite addr_ge0.
by split; apply: le_trans rest; rewrite ?ler_addl ?ler_addr.
Qed.

Lemma cut_proper E K : proper_rays E -> reach_of E < K -> proper (cut E K).
Proof.
move=> pE rK i; have := pE i; have [lr hr] := reach_at E i; have K0 := le_lt_trans (reach_ge0 E) rK.
have lK := le_lt_trans lr rK; have hK := le_lt_trans hr rK.
rewrite /= !mxE; move: lK hK; case: (low_end E i) => [l|] /=; case: (high_end E i) => [h|] //=.
- by move=> lK _ _; case: ifP => _; rewrite ?ltW // (le_lt_trans (ler_norm _) lK).
- by move=> _ hK _; case: ifP => _; rewrite ?ltW // ltr_oppl (le_lt_trans _ hK) // -normrN ler_norm.
- by move=> _ _ _; case: ifP => _; rewrite ?ltW // (lt_trans _ K0) // oppr_lt0.
Qed.

(** A point lies between the half-lines iff it lies in all boxes that are cut far enough away. *)
Lemma in_rays_cut E t K : (forall i, `|t i 0| < K) -> in_rays E t <-> in_box (cut E K) t.
Proof.
move=> tK; split=> tE i; have /andP[lo hi] : - K < t i 0 < K by rewrite -ltr_norml.
  have [] := tE i; rewrite /above_end /below_end /within /= !mxE.
  by case: (low_end E i) => [l|]; case: (high_end E i) => [h|] /=; case: (both E i) => ls sh;
     apply/andP; split=> //; exact: ltW.
have := tE i; rewrite /above_end /below_end /within /= !mxE.
by case: (low_end E i) => [l|]; case: (high_end E i) => [h|] /=; case: (both E i) => /andP[].
Qed.

Definition size_of t : R := \sum_i `|t i 0|.

Lemma size_at t i : `|t i 0| <= size_of t.
Proof. by rewrite /size_of (bigD1 i) //= ler_addl sumr_ge0. Qed.

(** So what holds for some point between the half-lines holds for one of a box. *)
Lemma by_cuts E (P : 'cV[R]_n -> Prop) K :
  (exists2 t, in_rays E t & P t) <-> exists2 L, K < L & exists2 t, in_box (cut E L) t & P t.
Proof.
split=> [[t tE Pt]|[L _ [t tB Pt]]].
  have big : `|K| < `|K| + size_of t + 1.
    by rewrite -addrA ltr_addl ltr_paddl ?ltr01 // sumr_ge0.
  exists (`|K| + size_of t + 1); first exact: le_lt_trans (ler_norm _) big.
  exists t => //; apply/in_rays_cut => // i.
  by rewrite (le_lt_trans (size_at t i)) // -addrA addrC -addrA ltr_addl ltr_paddr // ltr01.
exists t => // i; have := tB i; rewrite /within /above_end /below_end /= !mxE.
case: (low_end E i) => [l|]; case: (high_end E i) => [h|] /=; case: (both E i); by case/andP.
Qed.

(** ** Sums *)

Lemma low_cut E K : ~~ open_below E -> low (cut E K) = low (cut E 0).
Proof.
move/existsPn => some; apply/colP => i; rewrite !mxE.
by have := some i; case: (low_end E i).
Qed.

Lemma high_cut E K : ~~ open_above E -> high (cut E K) = high (cut E 0).
Proof.
move/existsPn => some; apply/colP => i; rewrite !mxE.
by have := some i; case: (high_end E i).
Qed.

Lemma total_low_cut E K : open_below E -> 0 <= K -> total (low (cut E K)) <= reach_of E - K.
Proof.
case/existsP => j; case e: (low_end E j) => // _ K0.
have each i : low (cut E K) i 0 <= `|odflt 0 (low_end E i)|.
  by rewrite !mxE; case: (low_end E i) => [l|] /=; rewrite ?ler_norm // normr0 oppr_le0.
rewrite /total (bigD1 j) //= {1}mxE e /= addrC ler_add2r /reach_of.
rewrite [leRHS](bigD1 j) //= ler_paddl ?addr_ge0 // ler_sum // => i _.
by rewrite (le_trans (each i)) // ler_addl.
Qed.

Lemma total_high_cut E K : open_above E -> 0 <= K -> K - reach_of E <= total (high (cut E K)).
Proof.
case/existsP => j; case e: (high_end E j) => // _ K0.
have each i : - `|odflt 0 (high_end E i)| <= high (cut E K) i 0.
  by rewrite !mxE; case: (high_end E i) => [h|] /=; rewrite ?normr0 ?oppr0 // ler_oppl
    -normrN ler_norm.
rewrite /total [leRHS](bigD1 j) //= [X in _ <= X + _]mxE e /= ler_add2l /reach_of.
rewrite (bigD1 j) //= opprD ler_naddl ?oppr_le0 ?addr_ge0 // -sumrN ler_sum // => i _.
by rewrite (le_trans _ (each i)) // ler_opp2 ler_addr.
Qed.

Notation low_sign B c := (total (low B) < c \/ total (low B) = c /\ forall i, closed B i).
Notation high_sign B c := (c < total (high B) \/ total (high B) = c /\ forall i, closed B i).

(** A missing end leaves all room; the others count as for a box. *)
Theorem ray_sum_attained E c : proper_rays E ->
  (exists2 t, in_rays E t & total t = c) <->
  (open_below E \/ low_sign (cut E 0) c) /\ (open_above E \/ high_sign (cut E 0) c).
Proof.
move=> pE; pose K := reach_of E + `|c|; have K0 : 0 <= K by rewrite addr_ge0 ?reach_ge0.
have rK L : K < L -> reach_of E < L by apply: le_lt_trans; rewrite ler_addl.
rewrite (by_cuts _ _ K); split=> [[L KL some]|[lo hi]].
  have [lo hi] := proj1 (sum_attained _ (cut_proper pE (rK L KL))) some; split.
    by have [|/(low_cut L) e] := boolP (open_below E); [left | right; rewrite -e].
  by have [|/(high_cut L) e] := boolP (open_above E); [left | right; rewrite -e].
have KL : K < K + 1 by rewrite ltr_addl ltr01.
have L0 : 0 <= K + 1 by rewrite addr_ge0 ?ler01.
exists (K + 1) => //; apply/(sum_attained _ (cut_proper pE (rK _ KL))); split.
  have [open|none] := boolP (open_below E); last first.
    by rewrite (low_cut _ none); case: lo => // open; rewrite open in none.
  left; rewrite (le_lt_trans (total_low_cut open L0)) //.
  rewrite /K -addrA opprD addrA subrr sub0r opprD ltr_subl_addr.
  by rewrite (@le_lt_trans _ _ c) ?ltr_addl ?ltr01 // ler_oppl -normrN ler_norm.
have [open|none] := boolP (open_above E); last first.
  by rewrite (high_cut _ none); case: hi => // open; rewrite open in none.
left; apply: lt_le_trans (total_high_cut open L0).
have -> : K + 1 - reach_of E = `|c| + 1 by rewrite /K; set r := reach_of E; read_identity R; ring.
apply: le_lt_trans (ler_norm c) _.
by rewrite ltr_addl ltr01.
Qed.

(** ** Lengths *)

Definition ray_nearest E : 'cV[R]_n :=
  \col_i (let p := Num.min 0 (odflt 0 (high_end E i)) in
          if low_end E i is Some l then Num.max l p else p).

Lemma nearest_cut E L : reach_of E < L -> nearest (cut E L) = ray_nearest E.
Proof.
move=> rL; have L0 : 0 < L by rewrite (le_lt_trans (reach_ge0 E)).
apply/colP => i; rewrite !mxE; have [_ hr] := reach_at E i.
have -> : Num.min 0 (odflt L (high_end E i)) = Num.min 0 (odflt 0 (high_end E i)).
  by case: (high_end E i) => //=; rewrite minxx; apply/min_idPl; rewrite ltW.
case: (low_end E i) => //=; apply/max_idPr.
rewrite le_minr oppr_le0 (ltW L0) /= ler_oppl (le_trans _ (ltW rL)) //.
by rewrite (le_trans _ hr) // -normrN ler_norm.
Qed.

Lemma ray_nearest_size E i : `|ray_nearest E i 0| <= reach_of E.
Proof.
have [lr hr] := reach_at E i; rewrite mxE; set p := Num.min _ _.
have pr : `|p| <= reach_of E by rewrite /p /Num.min; case: ifP => _; rewrite ?normr0 ?reach_ge0.
by move: lr; case: (low_end E i) => [l|] //= lr; rewrite /Num.max; case: ifP.
Qed.

Theorem ray_shorter_attained E c : proper_rays E ->
  (exists2 t, in_rays E t & normsq t < c) <-> normsq (ray_nearest E) < c.
Proof.
move=> pE; rewrite (by_cuts _ _ (reach_of E)); split=> [[L rL some]|pc].
  by rewrite -(nearest_cut rL); apply/(shorter_attained _ (cut_proper pE rL)).
have rL : reach_of E < reach_of E + 1 by rewrite ltr_addl ltr01.
exists (reach_of E + 1) => //; apply/(shorter_attained _ (cut_proper pE rL)).
by rewrite nearest_cut.
Qed.

Lemma furthest_cut E K :
  ~~ open_below E -> ~~ open_above E -> furthest (cut E K) = furthest (cut E 0).
Proof. by move=> nb na; rewrite /furthest (low_cut _ nb) (high_cut _ na). Qed.

Lemma furthest_far E K : open_below E \/ open_above E -> 1 <= K -> K <= normsq (furthest (cut E K)).
Proof.
move=> far K1; have K0 : 0 <= K by apply: le_trans K1; exact: ler01.
have [i iK] : exists i, K <= Num.max (- low (cut E K) i 0) (high (cut E K) i 0).
  case: far => /existsP [i none]; exists i; move: none; rewrite le_maxr !mxE.
    by case: (low_end E i) => //= _; rewrite opprK lexx.
  by case: (high_end E i) => //= _; rewrite lexx orbT.
rewrite normsq_sum (bigD1 i) //= ler_paddr //; first by apply: sumr_ge0 => j _; exact: sqr_ge0.
rewrite furthest_size; apply: (@le_trans _ _ (K ^+ 2)); first by rewrite expr2 ler_pemull.
by rewrite ler_sqr ?nnegrE // (le_trans K0).
Qed.

(** Of a given length. *)
Theorem ray_length_attained E c : proper_rays E ->
  (exists2 t, in_rays E t & normsq t = c) <->
  (normsq (ray_nearest E) < c \/ normsq (ray_nearest E) = c /\ in_rays E (ray_nearest E)) /\
  [\/ open_below E \/ open_above E, c < normsq (furthest (cut E 0)) |
      normsq (furthest (cut E 0)) = c /\ forall i, both E i].
Proof.
move=> pE; pose K := reach_of E + `|c|.
have rK L : K < L -> reach_of E < L by apply: le_lt_trans; rewrite ler_addl.
have nearest_in L : K < L -> in_rays E (ray_nearest E) <-> in_box (cut E L) (nearest (cut E L)).
  move=> KL; rewrite (nearest_cut (rK _ KL)); apply: in_rays_cut => i.
  exact: le_lt_trans (ray_nearest_size E i) (rK _ KL).
rewrite (by_cuts _ _ K); split=> [[L KL some]|[lo hi]].
  have [lo hi] := proj1 (length_attained _ (cut_proper pE (rK L KL))) some; split.
    by move: lo; rewrite -(nearest_in L KL) (nearest_cut (rK _ KL)).
  have [ob|nb] := boolP (open_below E); first by constructor 1; left.
  have [oa|na] := boolP (open_above E); first by constructor 1; right.
  by move: hi; rewrite (furthest_cut _ nb na) => -[]; [constructor 2 | constructor 3].
have KL : K < K + 1 by rewrite ltr_addl ltr01.
exists (K + 1) => //; apply/(length_attained _ (cut_proper pE (rK _ KL))); split.
  by rewrite -(nearest_in _ KL) (nearest_cut (rK _ KL)).
have far : open_below E \/ open_above E -> c < normsq (furthest (cut E (K + 1))).
  move=> open; apply: lt_le_trans (furthest_far open _); last first.
    by rewrite ler_addr addr_ge0 ?reach_ge0.
  rewrite (le_lt_trans (ler_norm c)) // /K -addrA addrCA ltr_addl ltr_paddl ?ltr01 //.
  exact: reach_ge0.
have [ob|nb] := boolP (open_below E); first by left; apply: far; left.
have [oa|na] := boolP (open_above E); first by left; apply: far; right.
rewrite (furthest_cut _ nb na); case: hi => [[open|open]| |]; [| |by left|by right].
  by rewrite open in nb.
by rewrite open in na.
Qed.

End Rays.
