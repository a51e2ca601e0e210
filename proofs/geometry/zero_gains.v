(* SPDX-License-Identifier: Apache-2.0 *)
(** * Zero gains

    Purpose.  What becomes of hyperplane and ellipsoid when k >= 1 gains are zero: the constraint of
    the plane goes, because what it said about the lost elements can no longer be seen; the quadratic
    form takes up its trace.

    Corresponds to lib/geometry/hyperplane and lib/geometry/ellipsoid.

    Symbols.  Those of vectors.v, hyperplane.v and lifting.v; k is the number of zero gains.

    Main results, for k >= 1.
      zero_gain_value           y_i = b_i where g_i = 0
      form_below, form_exact    1 - form / N >= eps / (var + eps), with equality for k = 1
      zero_gains_image          eps > 0: the image is form < N on the support, all of it
      zero_gains_image_surface  eps = 0, k = 1: form = N;   k >= 2: form <= N (zero_gains_image_filled)
      rms_zero_gains_image, rms_zero_gains_image_filled   r^2 < N; for eps = 0 r^2 <= N *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.vectors geometry.hyperplane geometry.ellipsoid.
From ExactNorm Require Export geometry.lifting.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

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
