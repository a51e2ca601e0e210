(* SPDX-License-Identifier: Apache-2.0 *)
(** * The claims about rounded outputs

    Purpose.  An output y_i stands for its cell, the numbers that round to it.  A claim of the paper is
    held if some choice of one number from each cell fulfils it.  Five signs of sums decide that; and
    what a correctly rounding kernel returns is never refused.

    Corresponds to lib/geometry/claims and lib/geometry/decision.

    Symbols.  Those of hyperplane.v, zero_gains.v, cells.v, lengths.v and rays.v, and
      undone g b z       t_i = (z_i - b_i) / g_i, which is 0 where g_i = 0
      cells_of g B       B bounds t: not empty, and the one point 0 for each zero gain
      candidate g b B z  z_i = b_i where g_i = 0, and t is in the box: z is one choice
      spread g eps x     sum over g_i not 0 of (x_i - mu)^2 / (var + eps)

    Main results.
      plane_decided, interior_decided, interior_decided_closed, surface_decided
                              some candidate fulfils the claim iff its signs say so; open ends,
                              closed ends and ties included
      ray_plane_decided, ray_interior_decided, ray_surface_decided
                              the same where outputs are infinite, whose cells are half-lines
      plane_never_refused, interior_never_refused, surface_never_refused, center_never_refused
                              if LN(x) is a candidate, no sign refuses (rms_ ...: RMSNorm)
      radius_spread, rms_radius_spread   the surface's right side, with zero gains too
      form_by_centers         form < N iff sum (t_i - m)^2 < N (1 + m^2) for every m *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.hyperplane
  geometry.ellipsoid geometry.zero_gains geometry.cells geometry.lengths geometry.rays.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Claims.
Variables (R : rcfType) (n : nat) (g b : 'cV[R]_n.+1) (B : box R n.+1).
Implicit Types (x z t : 'cV[R]_n.+1) (eps c m : R).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).
Notation Z := (zeros g).

Definition cells_of : Prop :=
  proper B /\ forall i, i \in Z -> [/\ low B i 0 = 0, high B i 0 = 0 & closed B i].
Definition candidate z : Prop := on_support g b z /\ in_box B (undone g b z).
Definition spread eps x : R := \sum_(i | i \notin Z) (x i 0 - mean x) ^+ 2 / (variance x + eps).
Definition rms_spread eps x : R := \sum_(i | i \notin Z) x i 0 ^+ 2 / (mean_square x + eps).

Lemma total_undone z : offset g b z = total (undone g b z).
Proof. by apply: eq_bigr => i _; rewrite mxE. Qed.

Lemma normsq_undone z : radius_sq g b z = normsq (undone g b z).
Proof. by apply: eq_bigr => i _; rewrite mxE expr2. Qed.

(** Candidates are the points of the box. *)
Lemma candidate_of (inside : 'cV[R]_n.+1 -> Prop) t :
  (forall u, inside u -> forall i, i \in Z -> u i 0 = 0) -> inside t ->
  [/\ on_support g b (gains g *m t + b), inside (undone g b (gains g *m t + b)) &
      undone g b (gains g *m t + b) = t].
Proof.
move=> hidden tB; have e : undone g b (gains g *m t + b) = t.
  apply/colP => i; rewrite gains_of !mxE addrK.
  have [g0|g0] := eqVneq (g i 0) 0; last by rewrite mulrC mulKf.
  by rewrite (hidden t tB i) ?inE ?g0 // mul0r mul0r.
by split; [exact: support_part | rewrite e |].
Qed.

Lemma by_points (inside P : 'cV[R]_n.+1 -> Prop) :
  (forall u, inside u -> forall i, i \in Z -> u i 0 = 0) ->
  (exists2 z, on_support g b z /\ inside (undone g b z) & P (undone g b z)) <->
  (exists2 t, inside t & P t).
Proof.
move=> hidden; split=> [[z [_ zB] Pz]|[t tB Pt]]; first by exists (undone g b z).
have [zs zB e] := candidate_of hidden tB.
by exists (gains g *m t + b); [split | rewrite e].
Qed.

(** ** Half-lines, for infinite outputs *)

Section Half_lines.
Variable E : rays R n.+1.
Hypothesis ends : proper_rays E /\
  forall i, i \in Z -> [/\ low_end E i = Some 0, high_end E i = Some 0 & both E i].

Definition ray_candidate z : Prop := on_support g b z /\ in_rays E (undone g b z).

Lemma by_ray_candidates (P : 'cV[R]_n.+1 -> Prop) :
  (exists2 z, ray_candidate z & P (undone g b z)) <-> (exists2 t, in_rays E t & P t).
Proof.
have [_ zE] := ends; apply: by_points => u uE i iZ; have [l0 h0 cl] := zE i iZ.
have [] := uE i; rewrite /above_end /below_end l0 h0 cl => lo hi.
by apply/eqP; rewrite eq_le hi lo.
Qed.

Theorem ray_plane_decided :
  (exists2 z, ray_candidate z & offset g b z = 0) <->
  (open_below E \/ total (low (cut E 0)) < 0 \/ total (low (cut E 0)) = 0 /\ forall i, both E i) /\
  (open_above E \/ 0 < total (high (cut E 0)) \/ total (high (cut E 0)) = 0 /\ forall i, both E i).
Proof.
have [pE _] := ends; rewrite -(ray_sum_attained 0 pE) -(by_ray_candidates (fun t => total t = 0)).
by split=> -[z zc e]; exists z => //; move: e; rewrite total_undone.
Qed.

Theorem ray_interior_decided c :
  (exists2 z, ray_candidate z & radius_sq g b z < c) <-> normsq (ray_nearest E) < c.
Proof.
have [pE _] := ends; rewrite -(ray_shorter_attained c pE) -(by_ray_candidates (fun t => normsq t < c)).
by split=> -[z zc e]; exists z => //; move: e; rewrite normsq_undone.
Qed.

Theorem ray_surface_decided c :
  (exists2 z, ray_candidate z & radius_sq g b z = c) <->
  (normsq (ray_nearest E) < c \/ normsq (ray_nearest E) = c /\ in_rays E (ray_nearest E)) /\
  [\/ open_below E \/ open_above E, c < normsq (furthest (cut E 0)) |
      normsq (furthest (cut E 0)) = c /\ forall i, both E i].
Proof.
have [pE _] := ends; rewrite -(ray_length_attained c pE) -(by_ray_candidates (fun t => normsq t = c)).
by split=> -[z zc e]; exists z => //; move: e; rewrite normsq_undone.
Qed.

End Half_lines.

Hypothesis cells : cells_of.

Lemma by_candidates (P : 'cV[R]_n.+1 -> Prop) :
  (exists2 z, candidate z & P (undone g b z)) <-> (exists2 t, in_box B t & P t).
Proof.
have [_ zB] := cells; apply: by_points => u uB i iZ; have [l0 h0 cl] := zB i iZ.
by have := uB i; rewrite /within cl l0 h0 -eq_le => /eqP.
Qed.

(** ** What the signs decide *)

Notation low_sign c := (total (low B) < c \/ total (low B) = c /\ forall i, closed B i).
Notation high_sign c := (c < total (high B) \/ total (high B) = c /\ forall i, closed B i).
Notation nearest_sign c :=
  (normsq (nearest B) < c \/ normsq (nearest B) = c /\ in_box B (nearest B)).
Notation furthest_sign c :=
  (c < normsq (furthest B) \/ normsq (furthest B) = c /\ forall i, closed B i).

Theorem plane_decided :
  (exists2 z, candidate z & offset g b z = 0) <-> low_sign 0 /\ high_sign 0.
Proof.
have [pB _] := cells; rewrite -sum_attained // -(by_candidates (fun t => total t = 0)).
by split=> -[z zc e]; exists z => //; move: e; rewrite total_undone.
Qed.

Theorem interior_decided c :
  (exists2 z, candidate z & radius_sq g b z < c) <-> normsq (nearest B) < c.
Proof.
have [pB _] := cells; rewrite -shorter_attained // -(by_candidates (fun t => normsq t < c)).
by split=> -[z zc e]; exists z => //; move: e; rewrite normsq_undone.
Qed.

Theorem interior_decided_closed c :
  (exists2 z, candidate z & radius_sq g b z <= c) <-> nearest_sign c.
Proof.
have [pB _] := cells; rewrite -length_below // -(by_candidates (fun t => normsq t <= c)).
by split=> -[z zc e]; exists z => //; move: e; rewrite normsq_undone.
Qed.

Theorem surface_decided c :
  (exists2 z, candidate z & radius_sq g b z = c) <-> nearest_sign c /\ furthest_sign c.
Proof.
have [pB _] := cells; rewrite -length_attained // -(by_candidates (fun t => normsq t = c)).
by split=> -[z zc e]; exists z => //; move: e; rewrite normsq_undone.
Qed.

(** ** A correctly rounded output is never refused *)

Section Output.
Variables (eps : R) (x : 'cV[R]_n.+1).
Hypothesis right : in_box B (undone g b (layer_norm g b eps x)).

Let y := layer_norm g b eps x.

Lemma output_candidate : candidate y.
Proof. by split=> //; exact: zero_gain_value. Qed.

Theorem plane_never_refused : (forall i, g i 0 != 0) -> low_sign 0 /\ high_sign 0.
Proof.
move=> g0; apply/plane_decided; exists y; first exact: output_candidate.
exact: layer_norm_on_hyperplane.
Qed.

(** The surface's right side, with zero gains too. *)
Theorem radius_spread : 0 < variance x + eps -> radius_sq g b y = spread eps x.
Proof.
move=> ve; rewrite radius_seen; apply: eq_bigr => i iZ; rewrite mxE addrK.
move: iZ; rewrite inE => g0; rewrite mulrC mulrA mulKf //.
by rewrite expr_div_n sqr_sqrtr // ltW.
Qed.

Theorem surface_never_refused :
  0 < variance x + eps -> nearest_sign (spread eps x) /\ furthest_sign (spread eps x).
Proof.
move=> ve; apply/surface_decided; exists y; first exact: output_candidate.
exact: radius_spread.
Qed.

Theorem interior_never_refused : 0 < eps -> normsq (nearest B) < N.
Proof.
move=> e0; apply/interior_decided; exists y; first exact: output_candidate.
have [z0 zN] : \sum_i normalized eps x i 0 = 0 /\ normsq (normalized eps x) < N.
  by apply/(normalized_image _ e0); exists x.
by rewrite /y layer_norm_normalized (le_lt_trans _ zN) // radius_part_le.
Qed.

End Output.

Section Rms_output.
Variables (eps : R) (x : 'cV[R]_n.+1).
Hypothesis right : in_box B (undone g b (rms_norm g b eps x)).

Let y := rms_norm g b eps x.

Lemma rms_output_candidate : candidate y.
Proof. by split=> //; exact: rms_zero_gain_value. Qed.

Theorem rms_radius_spread : 0 < mean_square x + eps -> radius_sq g b y = rms_spread eps x.
Proof.
move=> me; rewrite radius_seen; apply: eq_bigr => i iZ; rewrite mxE addrK.
move: iZ; rewrite inE => g0; rewrite mulrC mulrA mulKf //.
by rewrite expr_div_n sqr_sqrtr // ltW.
Qed.

Theorem rms_surface_never_refused :
  0 < mean_square x + eps ->
  nearest_sign (rms_spread eps x) /\ furthest_sign (rms_spread eps x).
Proof.
move=> me; apply/surface_decided; exists y; first exact: rms_output_candidate.
exact: rms_radius_spread.
Qed.

Theorem rms_interior_never_refused : 0 < eps -> normsq (nearest B) < N.
Proof.
move=> e0; apply/interior_decided; exists y; first exact: rms_output_candidate.
have zN : normsq (rms_normalized eps x) < N by apply/(rms_normalized_image _ e0); exists x.
by rewrite /y rms_norm_normalized (le_lt_trans _ zN) // radius_part_le.
Qed.

End Rms_output.

(** ** The interior with zero gains *)

(** The sum about m of the columns that are seen. *)
Definition about m z : R := \sum_(i | i \notin Z) ((z i 0 - b i 0) / g i 0 - m) ^+ 2.

Lemma about_form m z :
  about m z = radius_sq g b z - offset g b z * m *+ 2 + (N - #|Z|%:R) * m ^+ 2.
Proof.
have rest : (N - #|Z|%:R) * m ^+ 2 = \sum_(i | i \notin Z) m ^+ 2.
  apply/eqP; rewrite mulrBl subr_eq -row_size_sum mulr_suml addrC.
  under eq_bigr do rewrite mul1r; rewrite (sum_split g); apply/eqP; congr (_ + _).
  by rewrite sumr_const mulr_natl.
rewrite rest radius_seen offset_seen mulr_suml -sumrMnl -sumrB -big_split.
by apply: eq_bigr => i _ /=; rewrite sqrrB.
Qed.

(** The form is the worst of all centers. *)
Theorem form_by_centers z : (0 < #|Z|)%N ->
  form g b z < N <-> forall m, about m z < N * (1 + m ^+ 2).
Proof.
move=> some; have k0 : 0 < #|Z|%:R :> R by rewrite ltr0n.
have gap m : N * (1 + m ^+ 2) - about m z =
             (N - form g b z) + #|Z|%:R * (m + offset g b z / #|Z|%:R) ^+ 2.
  rewrite about_form /form; move: (#|Z|%:R) k0 => k /lt0r_neq0 /eqP k0.
  by set s := N; set p := radius_sq _ _ _; set q := offset _ _ _; read_identity R; field.
split=> [fN m|all].
  rewrite -subr_gt0 gap ltr_paddr ?subr_gt0 // mulr_ge0 ?sqr_ge0 //; exact: ltW.
have := all (- (offset g b z / #|Z|%:R)).
by rewrite -subr_gt0 gap addNr expr0n mulr0 addr0 subr_gt0.
Qed.

Theorem center_never_refused eps x m :
  (0 < #|Z|)%N -> 0 < eps -> about m (layer_norm g b eps x) < N * (1 + m ^+ 2).
Proof.
move=> some e0; apply: (proj1 (form_by_centers _ some)).
by have [_] := proj1 (zero_gains_image b some (layer_norm g b eps x) e0) (ex_intro _ x erefl).
Qed.

End Claims.
