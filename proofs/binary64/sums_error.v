(* SPDX-License-Identifier: Apache-2.0 *)
(** * How near the sums of a binary64 row are

    Purpose.  The four sums that FinishBinary64 starts from are as sums_near.v says, for every row of up to 2^18
    deviations from a centre, in binary64.

    Corresponds to FindBinary64MomentsAbout and AddBinary64 of lib/fast/binary64_moments-inl.h.

    Symbols: those of sums_near.v, and
      most       max|d|
      z, e       G = 2^z, X = 2^e
      lacks      sum |lacking|

    Main result.
      tier_sums   tier_sums_near *)

From Coq Require Import ZArith NArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums fast.elements
  binary64.model binary64.grid binary64.split binary64.sums binary64.squares
  binary64.square_lanes binary64.row_sizes binary64.sums_near.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).

Section Row.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Variable ds : list R.
Hypothesis ds_binary64 : Forall binary64 ds.
Hypothesis columns_range : (Z.of_nat (length ds) <= 2 ^ 18)%Z.

Let most := largest_deviation A ds.
Hypothesis most_range : bpow radix2 (-400) <= most <= bpow radix2 400.

Let z := grid_exponent k most.
Let e := scale_exponent most.
Let G := bpow radix2 z.
Let n := INR (length ds).
Let q := sum (map (fun d => d * d) ds).
Let r := sqrt (mean_square ds).

Let bounded_all : Forall (bounded e) ds.
Proof. exact (deviations_bounded ds ds_binary64 most_range). Qed.
Let columns : 1 <= n <= bpow radix2 18.
Proof. exact (columns_are k lanes_range ds ds_binary64 columns_range most_range). Qed.
Let squares : n * (r * r) = q /\ 0 <= r.
Proof. exact (squares_are k lanes_range ds ds_binary64 columns_range most_range). Qed.
Let sizes : bpow radix2 (-409) <= r <= bpow radix2 400 /\ r <= bpow radix2 e <= bpow radix2 10 * r /\
  0 < G <= bpow radix2 (-13) * r.
Proof. exact (row_sizes k lanes_range ds ds_binary64 columns_range most_range). Qed.
Let absolutes : sum (map Rabs ds) <= n * r.
Proof. exact (magnitudes k lanes_range ds ds_binary64 columns_range most_range). Qed.
Let offset : Rabs (mean ds) <= r.
Proof. exact (mean_most k lanes_range ds ds_binary64 columns_range most_range). Qed.

(** ** What is lacking *)

Let lacks := sum (map (fun d => Rabs (lacking z d)) ds).

Lemma split_of d : bounded e d ->
  d = first_part z d + second_part z d /\ Rabs (second_part z d) <= / 2 * G.
Proof.
  intros B. destruct (grid_range k lanes_range most most_range) as [Z E]. fold z e in Z, E.
  destruct (bounded_split z e Z E d B) as (D & _ & _ & _ & S & _). now split.
Qed.

Lemma lacks_most : 0 <= lacks <= 10001 / 10000 * (n * (G * r)).
Proof.
  destruct sizes as (_ & _ & G0 & G1). assert (M := absolutes). assert (N := columns). split.
  - apply sum_nonnegative. intros d. apply Rabs_pos.
  - apply Rle_trans with (sum (map (fun d => G * Rabs d + / 4 * (G * G)) ds)).
    + apply sum_le. apply Forall_impl with (2 := bounded_all). intros d B. destruct (split_of d B) as [D S].
      unfold lacking. replace (d + first_part z d) with (2 * d - second_part z d) by lra.
      rewrite Rabs_mult. assert (T := Rabs_triang (2 * d) (- second_part z d)).
      rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq 2) in T by lra.
      apply Rle_trans with (/ 2 * G * (2 * Rabs d + / 2 * G)).
      * apply Rmult_le_compat; try apply Rabs_pos; [exact S|]. unfold Rminus. lra.
      * apply Req_le. field.
    + rewrite (sum_affine Rabs). fold n. assert (G * sum (map Rabs ds) <= G * (n * r)) by (apply Rmult_le_compat_l; lra).
      assert (K : n * (G * G) <= n * (G * (bpow radix2 (-13) * r))).
      { apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; lra. }
      change (bpow radix2 (-13)) with (/ 8192) in K.
      replace (n * (G * (/ 8192 * r))) with (/ 8192 * (n * (G * r))) in K by ring.
      assert (0 <= n * (G * r)) by (repeat apply Rmult_le_pos; try lra; apply squares). lra.
Qed.

Lemma lacking_sum : q = first_squares z ds + sum (map (lacking z) ds).
Proof.
  unfold q, first_squares. apply sum_zip. apply Forall_impl with (2 := bounded_all). intros d B.
  destruct (split_of d B) as [D _]. unfold lacking. set (f := first_part z d) in *. set (s := second_part z d) in *.
  replace s with (d - f) by lra. ring.
Qed.

Lemma grid_beside_square : n * (G * r) <= / 8192 * (n * (r * r)) /\ least <= / 1000000 * (G * r).
Proof.
  destruct sizes as ((R1 & _) & _ & G0 & G1). assert (N := columns). destruct squares as [_ R0].
  destruct (grid_range k lanes_range most most_range) as [Z _]. fold z in Z. split.
  - replace (/ 8192 * (n * (r * r))) with (n * (/ 8192 * r * r)) by ring. apply Rmult_le_compat_l; [lra|].
    apply Rmult_le_compat_r; [exact R0|exact G1].
  - apply Rle_trans with (bpow radix2 (-20) * (bpow radix2 (-424) * bpow radix2 (-409))).
    + unfold least. rewrite <- !bpow_plus. apply bpow_le. lia.
    + apply Rmult_le_compat; [apply bpow_ge_0|apply Rmult_le_pos; apply bpow_ge_0|simpl; lra|].
      apply Rmult_le_compat; try apply bpow_ge_0; [now apply bpow_le|exact R1].
Qed.

(** ** The statement *)

Theorem tier_sums :
  let X := real_power_above most in
  let C := spread_of A k real_power_above most in
  tier_sums_near (length ds) k (mean ds) r X (X * bpow radix2 (- split_bits k))
    (sum_first A k C ds) (sum_second A k C ds) (sum_rest A k C ds) (squares_first A k C ds).
Proof.
  intros X C. replace (X * bpow radix2 (- split_bits k)) with G.
  2:{ unfold X, G, real_power_above, z, grid_exponent, scale_exponent. now rewrite <- bpow_plus. }
  unfold C. rewrite (spread_is k lanes_range most most_range). fold z. change X with (bpow radix2 e). clear X C.
  destruct (grid_range k lanes_range most most_range) as [Z E]. fold z e in Z, E.
  assert (Ch : INR (chain k) * bpow radix2 (2 * (e - z)) <= bpow radix2 53).
  { replace (e - z)%Z with (split_bits k) by (unfold z, e, grid_exponent; ring). now apply split_bits_chain. }
  assert (F := bounded_all). assert (N := columns). destruct squares as [Q R0].
  destruct sizes as (S1 & S2 & S3). assert (U := u_pos). assert (Us := u_small).
  destruct (sum_first_exact z e Z E k ds F (proj2 N)) as [D1 B1].
  destruct (sum_second_error z e Z E k ds F) as [B2 D2].
  destruct (sum_rest_error z e Z E k ds F) as [B3 D3].
  destruct (squares_first_sizes z e Z E k lanes_range Ch ds F columns_range) as (B4 & B5 & H4 & H5).
  assert (D4 := squares_first_error z e Z E k lanes_range Ch ds F columns_range).
  set (sq := squares_first A k (spread z) ds) in *. set (rest := sum_rest A k (spread z) ds) in *.
  set (d2 := sum_second A k (spread z) ds) in *. set (d1 := sum_first A k (spread z) ds) in *.
  set (S := first_squares z ds) in *.
  assert (Hr := le_INR _ _ (rounds_most _ k lanes_range columns_range)).
  replace (INR 80) with 80 in Hr by (rewrite INR_IZR_INZ; reflexivity).
  assert (Hh : height (length ds) k = INR (rounds (length ds) k)) by apply height_is_rounds.
  assert (H1 : 1 <= INR (rounds (length ds) k)).
  { change 1 with (INR 1). apply le_INR. unfold rounds. lia. }
  set (t := rounds (length ds) k) in *. set (h := height (length ds) k) in *.
  assert (Gr : growth t - 1 <= 10001 / 10000 * (h * u)).
  { assert (K := growth_bound t). rewrite <- Hh in K. assert (h * u <= 80 * u) by (apply Rmult_le_compat_r; lra). lra. }
  assert (Gs : growth (Datatypes.S t) - 1 <= 10001 / 10000 * ((h + 1) * u)).
  { assert (K := growth_bound (Datatypes.S t)). rewrite S_INR, <- Hh in K.
    assert ((h + 1) * u <= 81 * u) by (apply Rmult_le_compat_r; lra). lra. }
  assert (L := lacks_most). destruct grid_beside_square as [T1 T2].
  set (g := n * (G * r)) in *. assert (Pg : 0 <= g) by (unfold g; repeat apply Rmult_le_pos; lra).
  set (w := n * (r * r)) in *. assert (Pw : 0 <= w) by (unfold w; repeat apply Rmult_le_pos; lra).
  assert (Lq := lacking_sum). fold S in Lq. rewrite <- Q in Lq.
  assert (Tl := sum_triangle (map (lacking z) ds)). rewrite map_map in Tl. fold lacks in Tl.
  set (lack := sum (map (lacking z) ds)) in *.
  assert (Sw : 0 <= S <= 10002 / 10000 * w).
  { apply Rabs_le_inv in Tl. split; [lra|lra]. }
  set (p := (h + 1) * u) in *. assert (Pp : 0 <= p <= / 1000000).
  { unfold p. split; [apply Rmult_le_pos; lra|]. assert ((h + 1) * u <= 81 * u) by (apply Rmult_le_compat_r; lra). lra. }
  assert (Er : Rabs (rest - lack) <= 10003 / 10000 * (p * g)).
  { apply Rle_trans with (1 := D3).
    replace (sum (map (fun d => Rabs (lacking z d) + least) ds)) with (lacks + n * least).
    2:{ rewrite <- (Rmult_1_l lacks). unfold lacks, n. rewrite <- sum_affine. f_equal. apply map_ext. intros d. ring. }
    assert (Ln : n * least <= n * (/ 1000000 * (G * r))) by (apply Rmult_le_compat_l; lra).
    replace (n * (/ 1000000 * (G * r))) with (/ 1000000 * g) in Ln by (unfold g; ring).
    assert (Pl := least_pos). assert (0 <= n * least) by (apply Rmult_le_pos; lra).
    apply Rle_trans with (10001 / 10000 * p * (100011 / 100000 * g)).
    - apply Rmult_le_compat; try lra. assert (K := growth_ge_1 (Datatypes.S t)). lra.
    - assert (0 <= p * g) by (apply Rmult_le_pos; lra). lra. }
  assert (Pgg : p * g <= / 1000000 * g) by (apply Rmult_le_compat_r; lra).
  set (roots := INR (4 * ((length ds + 255) / 256) + 2 * 2 ^ k)) in *.
  assert (Rt : 0 <= roots <= 4128).
  { unfold roots. split; [apply pos_INR|]. rewrite plus_INR, !mult_INR, pow_INR.
    assert (Bm := blocks_most _ columns_range). simpl (INR 4). simpl (INR 2).
    assert (K : (1 + 1) ^ k <= (1 + 1) ^ 4) by (apply Rle_pow; [lra|exact lanes_range]). lra. }
  assert (Uw := Rmult_le_compat_l u _ _ (Rlt_le _ _ U) (proj2 Sw)).
  assert (Uuw := Rmult_le_compat_l u _ _ (Rlt_le _ _ U) Uw).
  assert (Puw : 0 <= u * w) by (apply Rmult_le_pos; lra). assert (Puuw : 0 <= u * (u * w)) by (apply Rmult_le_pos; lra).
  constructor; fold n w g h; try assumption.
  - now split.
  - lra.
  - rewrite D1. replace (n * mean ds) with (sum ds) by (unfold mean, count; fold n; field; lra).
    assert (Sp : sum ds = sum (map (first_part z) ds) + sum (map (second_part z) ds)).
    { rewrite <- (map_id ds) at 1. apply sum_zip. apply Forall_impl with (2 := F). intros d B. apply (split_of d B). }
    rewrite Sp. replace (sum (map (first_part z) ds) + d2 - (sum (map (first_part z) ds) + sum (map (second_part z) ds)))
      with (d2 - sum (map (second_part z) ds)) by ring.
    apply Rle_trans with (1 := D2). apply Rle_trans with (10001 / 10000 * (h * u) * (n * (/ 2 * G))).
    + apply Rmult_le_compat.
      * assert (K := growth_ge_1 t). lra.
      * apply sum_nonnegative. intros d. apply Rabs_pos.
      * exact Gr.
      * apply sum_most. apply Forall_impl with (2 := F). intros d B. apply (split_of d B).
    + assert (0 <= h * (u * (n * G))) by (repeat apply Rmult_le_pos; lra). lra.
  - replace (fst sq + snd sq + rest - w) with ((fst sq + snd sq - S) + (rest - lack)) by lra.
    apply Rle_trans with (1 := Rabs_triang _ _).
    replace ((h + 1) * (u * g)) with (p * g) by (unfold p; ring).
    assert (Sm : INR (tier_sum_error (length ds) k) - 64 = roots * roots + 16 * roots + 32).
    { unfold tier_sum_error. fold roots. rewrite plus_INR, mult_INR, (plus_INR _ 8). fold roots.
      replace (INR 32) with 32 by (rewrite INR_IZR_INZ; reflexivity).
      replace (INR 8) with 8 by (rewrite INR_IZR_INZ; reflexivity). ring. }
    rewrite Sm. assert (Ps : 0 <= roots * roots) by (apply Rmult_le_pos; lra).
    assert (Pr : roots * roots <= 4128 * roots) by (apply Rmult_le_compat_r; lra).
    assert (K1 : roots * roots * (u * (u * S)) <= roots * roots * (u * (u * (10002 / 10000 * w))))
      by (apply Rmult_le_compat_l; lra).
    assert (K2 : roots * roots * (10002 / 10000) * (u * (u * w)) <= (roots * roots + 16 * roots + 32) * (u * (u * w)))
      by (apply Rmult_le_compat_r; lra).
    assert (0 <= p * g) by (apply Rmult_le_pos; lra). lra.
  - split; [apply H4|]. lra.
  - apply Rle_trans with (1 := H5). unfold blocks. fold roots.
    assert (K : roots * (u * S) <= roots * (u * (10002 / 10000 * w))) by (apply Rmult_le_compat_l; lra).
    assert (0 <= roots * (u * w)) by (apply Rmult_le_pos; lra). lra.
  - replace rest with (lack + (rest - lack)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

End Row.
