(* SPDX-License-Identifier: Apache-2.0 *)
(** * Zero gains

    Purpose.  What becomes of hyperplane and ellipsoid when k >= 1 gains are zero: the constraint of
    the plane goes, because what it said about the lost elements can no longer be seen; the quadratic
    form takes up its trace.

    Corresponds to lib/geometry/hyperplane and lib/geometry/ellipsoid.

    Symbols.  Those of vectors.v and hyperplane.v, and
      zeros g       the indices i with g_i = 0; k of them
      on_support g b y   y_i = b_i wherever g_i = 0
      form g b y    sum of alpha_i^2 w_i^2 + (alpha . w)^2 / k, w = y - b, over the gains that are not
                    zero (in a field with 1/0 = 0 they are just those that count)

    Main results, for k >= 1.
      zero_gain_value           y_i = b_i where g_i = 0
      form_below, form_exact    1 - form / N >= eps / (var + eps), with equality for k = 1
      zero_gains_image          eps > 0: the image is form < N on the support, all of it
      zero_gains_image_surface  eps = 0, k = 1: form = N;   k >= 2: form <= N (zero_gains_image_filled)
      rms_zero_gains_image, rms_zero_gains_image_filled   r^2 < N; for eps = 0 r^2 <= N *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.hyperplane
  geometry.ellipsoid.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.
Variables (R : rcfType) (n : nat).
Implicit Types (g b y : 'cV[R]_n.+1).

Definition zeros g : {set 'I_n.+1} := [set i | g i 0 == 0].
Definition on_support g b y : Prop := forall i, g i 0 = 0 -> y i 0 = b i 0.
Definition form g b y : R := radius_sq g b y + offset g b y ^+ 2 / #|zeros g|%:R.

End Definitions.

(** What every image here says: the preimages of a point are those of its part off the zeros. *)
Section Lifting.
Variables (R : rcfType) (n : nat) (g b : 'cV[R]_n.+1).
Implicit Types (x y z : 'cV[R]_n.+1) (eps : R) (f : 'I_n.+1 -> R).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).
Notation Z := (zeros g).
Notation k := (#|Z|%:R : R).

Lemma sum_split f : \sum_i f i = \sum_(i in Z) f i + \sum_(i | i \notin Z) f i.
Proof. exact: bigID. Qed.

Lemma term_of z i : i \notin Z -> ((gains g *m z + b) i 0 - b i 0) / g i 0 = z i 0.
Proof. by rewrite inE => g0; rewrite gains_of !mxE addrK mulrC mulKf. Qed.

Lemma term_zero y i : i \in Z -> (y i 0 - b i 0) / g i 0 = 0.
Proof. by rewrite inE => /eqP ->; rewrite invr0 mulr0. Qed.

Lemma offset_seen y : offset g b y = \sum_(i | i \notin Z) (y i 0 - b i 0) / g i 0.
Proof. by rewrite /offset sum_split big1 ?add0r // => i /term_zero. Qed.

Lemma radius_seen y : radius_sq g b y = \sum_(i | i \notin Z) ((y i 0 - b i 0) / g i 0) ^+ 2.
Proof.
by rewrite /radius_sq sum_split big1 ?add0r // => i /term_zero ->; rewrite expr0n.
Qed.

Lemma offset_part z : offset g b (gains g *m z + b) = \sum_(i | i \notin Z) z i 0.
Proof. by rewrite offset_seen; apply: eq_bigr => i /term_of. Qed.

Lemma radius_part z :
  radius_sq g b (gains g *m z + b) = normsq z - \sum_(i in Z) z i 0 ^+ 2.
Proof.
rewrite radius_seen /normsq /dot sum_split addrAC -sumrB [X in _ = X + _]big1 => [|i _].
  by rewrite add0r; apply: eq_bigr => i iZ; rewrite term_of.
by rewrite -expr2 subrr.
Qed.

Lemma support_part z : on_support g b (gains g *m z + b).
Proof. by move=> i g0; rewrite gains_of !mxE g0 mul0r add0r. Qed.

(** A vector of any values f on the zeros over a point of the support. *)
Definition lifted y f : 'cV[R]_n.+1 :=
  \col_i (if i \in Z then f i else (y i 0 - b i 0) / g i 0).

Lemma liftedK y f : on_support g b y -> gains g *m lifted y f + b = y.
Proof.
move=> yb; apply/colP => i; rewrite gains_of !mxE inE.
case: eqP => [g0|/eqP g0]; first by rewrite yb // g0 mul0r add0r.
by rewrite mulrC divfK // subrK.
Qed.

Lemma sum_lifted y f : \sum_i lifted y f i 0 = \sum_(i in Z) f i + offset g b y.
Proof.
by rewrite sum_split offset_seen; congr (_ + _); apply: eq_bigr => i iZ;
   rewrite mxE ?iZ ?(negPf iZ).
Qed.

Lemma normsq_lifted y f :
  normsq (lifted y f) = \sum_(i in Z) f i ^+ 2 + radius_sq g b y.
Proof.
by rewrite /normsq /dot sum_split radius_seen; congr (_ + _); apply: eq_bigr => i iZ;
   rewrite mxE ?iZ ?(negPf iZ) expr2.
Qed.

Section Some.
Hypothesis some : (0 < #|Z|)%N.

Lemma k_neq0 : k != 0. Proof. by rewrite pnatr_eq0 -lt0n. Qed.
Lemma k_gt0 : 0 < k. Proof. by rewrite ltr0n. Qed.

Lemma sum_zeros (c : R) : \sum_(i in Z) c = c * k.
Proof. by rewrite sumr_const mulr_natr. Qed.

(** The spread of f over the zeros. *)
Lemma spread f :
  \sum_(i in Z) (f i - (\sum_(i in Z) f i) / k) ^+ 2 =
  \sum_(i in Z) f i ^+ 2 - (\sum_(i in Z) f i) ^+ 2 / k.
Proof.
set s := \sum_(i in Z) f i; set c := s / k.
have each i : (f i - c) ^+ 2 = f i ^+ 2 + (- (2%:R * c) * f i + c ^+ 2).
  by read_identity R; ring.
under eq_bigr do rewrite each; rewrite !big_split /= -mulr_sumr -/s sum_zeros /c.
have /eqP k0 := k_neq0; move: k0; set K := k; set q := \sum_(i in Z) _.
by move=> k0; read_identity R; field.
Qed.

Lemma form_part z : \sum_i z i 0 = 0 ->
  form g b (gains g *m z + b) =
  normsq z - \sum_(i in Z) (z i 0 - (\sum_(i in Z) z i 0) / k) ^+ 2.
Proof.
move=> z0; rewrite /form radius_part offset_part spread.
have -> : \sum_(i | i \notin Z) z i 0 = - \sum_(i in Z) z i 0.
  by apply/eqP; rewrite -addr_eq0 addrC -sum_split z0.
by rewrite sqrrN opprB addrA addrAC.
Qed.

Lemma form_part_le z : \sum_i z i 0 = 0 -> form g b (gains g *m z + b) <= normsq z.
Proof.
move=> z0; rewrite form_part // ler_subl_addr ler_addl.
by apply: sumr_ge0 => i _; rewrite sqr_ge0.
Qed.

Lemma form_part_one z :
  #|Z| = 1%N -> \sum_i z i 0 = 0 -> form g b (gains g *m z + b) = normsq z.
Proof.
move=> k1 z0; rewrite form_part // k1 divr1.
have /cards1P [p Zp] : #|Z| == 1%N by rewrite k1.
by rewrite Zp !big_set1 subrr expr0n subr0.
Qed.

(** Over each point of the support lies a vector without sum, as short as the form says ... *)
Lemma shortest y : on_support g b y ->
  exists z, [/\ gains g *m z + b = y, \sum_i z i 0 = 0 & normsq z = form g b y].
Proof.
move=> yb; exists (lifted y (fun _ => - (offset g b y / k))); rewrite liftedK //.
split=> //; rewrite ?sum_lifted ?normsq_lifted sum_zeros.
  by rewrite mulNr divfK ?k_neq0 // addNr.
rewrite /form addrC; congr (_ + _); have /eqP k0 := k_neq0; move: k0; set K := k.
by move=> k0; read_identity R; field.
Qed.

(** ... and for k >= 2 one of every greater length. *)
Lemma longer y r : (1 < #|Z|)%N -> on_support g b y -> form g b y <= r ->
  exists z, [/\ gains g *m z + b = y, \sum_i z i 0 = 0 & normsq z = r].
Proof.
case/card_gt1P => p [q [pZ qZ pq]] yb yr.
pose t := Num.sqrt ((r - form g b y) / 2%:R).
have t2 : t ^+ 2 *+ 2 = r - form g b y.
  rewrite sqr_sqrtr; last by rewrite divr_ge0 ?subr_ge0 ?ler0n.
  by rewrite -mulr_natr divfK // pnatr_eq0.
pose d i : R := (i == p)%:R - (i == q)%:R.
have one (j : 'I_n.+1) : j \in Z -> \sum_(i in Z) ((i == j)%:R : R) = 1.
  by move=> jZ; rewrite (bigD1 j) //= eqxx big1 ?addr0 // => i /andP[_ /negPf->].
have d0 : \sum_(i in Z) d i = 0 by rewrite sumrB !one // subrr.
have d2 : \sum_(i in Z) d i ^+ 2 = 2%:R.
  rewrite (bigD1 p) //= (bigD1 q) /=; last by rewrite qZ eq_sym pq.
  rewrite /d eqxx (negPf pq) eqxx eq_sym (negPf pq) big1 => [|i /andP[/andP[_ /negPf->] /negPf->]].
    by rewrite subr0 sub0r sqrrN expr1n addr0.
  by rewrite subrr expr0n.
pose c := offset g b y / k.
exists (lifted y (fun i => t * d i - c)); rewrite liftedK //.
split=> //; rewrite ?sum_lifted ?normsq_lifted.
  by rewrite sumrB -mulr_sumr d0 mulr0 sum_zeros sub0r divfK ?k_neq0 // addNr.
have -> : \sum_(i in Z) (t * d i - c) ^+ 2 = t ^+ 2 *+ 2 + offset g b y ^+ 2 / k.
  have each i : (t * d i - c) ^+ 2 = t ^+ 2 * d i ^+ 2 + (- (2%:R * c * t) * d i + c ^+ 2).
    by read_identity R; ring.
  under eq_bigr do rewrite each.
  rewrite !big_split /= -!mulr_sumr d0 d2 sum_zeros mulr0 add0r mulr_natr /c; congr (_ + _).
  have /eqP k0 := k_neq0; move: k0; set K := k.
  by move=> k0; read_identity R; field.
by rewrite t2 /form addrAC -addrA (addrC (radius_sq _ _ _)) subrK.
Qed.

End Some.
End Lifting.

Section Zero_gains.
Variables (R : rcfType) (n : nat) (g b : 'cV[R]_n.+1).
Implicit Types (x y : 'cV[R]_n.+1) (eps : R).

Notation N := (@row_size R n).
Notation k := #|zeros g|.

(** An element without gain is its bias. *)
Theorem zero_gain_value eps x : on_support g b (layer_norm g b eps x).
Proof. by rewrite layer_norm_normalized; exact: support_part. Qed.

Theorem rms_zero_gain_value eps x : on_support g b (rms_norm g b eps x).
Proof. by rewrite rms_norm_normalized; exact: support_part. Qed.

Section Some.
Hypothesis some : (0 < k)%N.

(** 1 - form / N is at least eps / (var + eps) ... *)
Theorem form_below eps x :
  0 < variance x + eps ->
  eps / (variance x + eps) <= 1 - form g b (layer_norm g b eps x) / N.
Proof.
move=> ve; rewrite -(near_one n ve) -(normsq_normalized ve) ler_add2l ler_opp2.
rewrite ler_pmul2r ?invr_gt0 ?row_size_gt0 // layer_norm_normalized.
by apply: form_part_le => //; exact: sum_normalized.
Qed.

(** ... and equal to it for one zero gain, since the plane's equation gives the lost element back. *)
Theorem form_exact eps x :
  k = 1%N -> 0 < variance x + eps ->
  1 - form g b (layer_norm g b eps x) / N = eps / (variance x + eps).
Proof.
move=> k1 ve; rewrite -(near_one n ve) -(normsq_normalized ve) layer_norm_normalized.
by rewrite form_part_one // sum_normalized.
Qed.

(** The image for eps > 0. *)
Theorem zero_gains_image eps y :
  0 < eps ->
  (exists x, layer_norm g b eps x = y) <-> on_support g b y /\ form g b y < N.
Proof.
move=> e0; split=> [[x <-]|[yb yN]].
  split; first exact: zero_gain_value.
  have [z0 zN] : \sum_i normalized eps x i 0 = 0 /\ normsq (normalized eps x) < N.
    by apply/(normalized_image _ e0); exists x.
  by rewrite layer_norm_normalized (le_lt_trans _ zN) // form_part_le.
have [z [zy z0 zr]] := shortest some yb.
have /(normalized_image _ e0) [x xz] : \sum_i z i 0 = 0 /\ normsq z < N by rewrite zr.
by exists x; rewrite layer_norm_normalized xz.
Qed.

(** For eps = 0: a surface for one zero gain, ... *)
Theorem zero_gains_image_surface y :
  k = 1%N ->
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <->
  on_support g b y /\ form g b y = N.
Proof.
move=> k1; split=> [[x v0 <-]|[yb yN]].
  split; first exact: zero_gain_value.
  have [z0 zN] : \sum_i normalized 0 x i 0 = 0 /\ normsq (normalized 0 x) = N.
    by apply/normalized_sphere; exists x.
  by rewrite layer_norm_normalized form_part_one.
have [z [zy z0 zr]] := shortest some yb.
have /normalized_sphere [x v0 xz] : \sum_i z i 0 = 0 /\ normsq z = N by rewrite zr.
by exists x => //; rewrite layer_norm_normalized xz.
Qed.

End Some.

(** ... and for more the shadow of one, which is filled. *)
Theorem zero_gains_image_filled y :
  (1 < k)%N ->
  (exists2 x, variance x != 0 & layer_norm g b 0 x = y) <->
  on_support g b y /\ form g b y <= N.
Proof.
move=> k2; have some : (0 < k)%N by apply: leq_trans k2.
split=> [[x v0 <-]|[yb yN]].
  split; first exact: zero_gain_value.
  have [z0 zN] : \sum_i normalized 0 x i 0 = 0 /\ normsq (normalized 0 x) = N.
    by apply/normalized_sphere; exists x.
  by rewrite layer_norm_normalized -[leRHS]zN form_part_le.
have [z [zy z0 zr]] := longer some k2 yb yN.
have /normalized_sphere [x v0 xz] : \sum_i z i 0 = 0 /\ normsq z = N by [].
by exists x => //; rewrite layer_norm_normalized xz.
Qed.

(** ** RMSNorm *)

Lemma radius_part_le z : radius_sq g b (gains g *m z + b) <= normsq z.
Proof.
by rewrite radius_part ler_subl_addr ler_addl sumr_ge0 // => i _; rewrite sqr_ge0.
Qed.

Theorem rms_zero_gains_image eps y :
  0 < eps ->
  (exists x, rms_norm g b eps x = y) <-> on_support g b y /\ radius_sq g b y < N.
Proof.
move=> e0; split=> [[x <-]|[yb yN]].
  split; first exact: rms_zero_gain_value.
  have zN : normsq (rms_normalized eps x) < N by apply/(rms_normalized_image _ e0); exists x.
  by rewrite rms_norm_normalized (le_lt_trans _ zN) // radius_part_le.
pose z := lifted g b y (fun _ => 0).
have /(rms_normalized_image _ e0) [x xz] : normsq z < N.
  by rewrite normsq_lifted big1 ?add0r // => i _; rewrite expr0n.
by exists x; rewrite rms_norm_normalized xz liftedK.
Qed.

Theorem rms_zero_gains_image_filled y :
  (0 < k)%N ->
  (exists2 x, mean_square x != 0 & rms_norm g b 0 x = y) <->
  on_support g b y /\ radius_sq g b y <= N.
Proof.
case/card_gt0P => p pZ; split=> [[x m0 <-]|[yb yN]].
  split; first exact: rms_zero_gain_value.
  have zN : normsq (rms_normalized 0 x) = N by apply/rms_normalized_sphere; exists x.
  by rewrite rms_norm_normalized -[leRHS]zN radius_part_le.
pose z := lifted g b y (fun i => (i == p)%:R * Num.sqrt (N - radius_sq g b y)).
have /rms_normalized_sphere [x m0 xz] : normsq z = N.
  rewrite normsq_lifted (bigD1 p) //= eqxx mul1r sqr_sqrtr ?subr_ge0 // big1.
    by rewrite addr0 subrK.
  by move=> i /andP[_ /negPf->]; rewrite mul0r expr0n.
by exists x => //; rewrite rms_norm_normalized xz liftedK.
Qed.

End Zero_gains.
