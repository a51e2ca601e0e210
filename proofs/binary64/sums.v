(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sums of the parts of a row's deviations

    Purpose.  With every deviation split as in split.v, the sum of the first parts is exact; those of the second
    parts and of what their squares lack are sums in plain binary64, with as many roundings as SumHeight says.

    Corresponds to s0, s1, d2 and rest of AddBinary64 in lib/fast/binary64_moments-inl.h.

    Symbols.
      z, e           G = 2^z, X = 2^e
      lacking z d    second (d + first): d^2 less first^2
      exactly z s w x   x is the multiple s of G, if w, the sum of all magnitudes, is small enough

    Main results.
      sum_first_exact     of at most 2^18 deviations
      sum_second_error    ((1 + u)^h - 1) sum |second|
      sum_rest_error      ((1 + u)^(h + 1) - 1) (sum |lacking| + N 2^-1000) *)

From Coq Require Import ZArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.elements binary64.model binary64.grid binary64.split.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).

(** ** Elements of a row, and vectors of them *)

Lemma lift_elements {X} (P : R -> R -> X -> Prop) (s w : X -> R) l :
  Forall (fun d => P (s d) (w d) d) l -> lift P (sum (map s l)) (sum (map w l)) l.
Proof. intros F. induction F as [|d l H F IH]; simpl; [constructor|]. now constructor. Qed.

Lemma vectors_near (k : nat) (leaf : R -> R -> R -> Prop) s w ds :
  leaf 0 0 0 -> lift leaf s w ds -> lift (elements_near R k leaf) s w (vectors R A k ds).
Proof.
  intros Z L. assert (P : (0 < 2 ^ k)%nat) by (apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  assert (Q := lift_pieces leaf (2 ^ k) P (length ds) ds s w (le_n _) L).
  unfold vectors. change (lanes k) with (2 ^ k)%nat. clear L.
  induction Q as [|? ? p ? ? ? (Lp & Hp) Q IH]; [constructor|]. cbn [map]. constructor; [|exact IH]. split.
  - unfold padded. rewrite <- (Rplus_0_r s), <- (Rplus_0_r w).
    apply lift_app; [exact Lp|]. now apply lift_repeat.
  - unfold padded. rewrite app_length, repeat_length. change (lanes k) with (2 ^ k)%nat. lia.
Qed.

Section Grid.
Variables z e : Z.
Hypothesis z_least : (-424 <= z)%Z.
Hypothesis scale_range : (z + 23 <= e <= z + 25)%Z.
Variable k : nat.

Let C := spread z.

(** A deviation that X bounds. *)
Definition bounded (d : R) : Prop := binary64 d /\ Rabs d <= bpow radix2 e.

Lemma bounded_0 : bounded 0.
Proof. split; [apply binary64_0|]. rewrite Rabs_R0. apply bpow_ge_0. Qed.

Lemma bounded_split d : bounded d ->
  d = first_part z d + second_part z d /\
  multiple z (first_part z d) /\ Rabs (first_part z d) <= bpow radix2 e /\ binary64 (first_part z d) /\
  Rabs (second_part z d) <= / 2 * bpow radix2 z /\ binary64 (second_part z d).
Proof. intros [F H]. apply split_exact; try assumption; lia. Qed.

(** ** First parts *)

Definition exactly (s w x : R) : Prop :=
  Rabs s <= w /\ multiple z s /\ (w <= bpow radix2 (53 + z) -> x = s).

Definition leaf_first (s w d : R) : Prop :=
  multiple z s /\ first_part z d = s /\ w = Rabs s.

Lemma exactly_0 : exactly 0 0 0.
Proof. split; [rewrite Rabs_R0; lra|]. split; [apply multiple_0|reflexivity]. Qed.

Lemma exactly_add s w x s' w' x' :
  exactly s w x -> exactly s' w' x' -> exactly (s + s') (w + w') (rnd (x + x')).
Proof.
  intros (W & M & E) (W' & M' & E'). assert (T := Rabs_triang s s').
  assert (P := Rabs_pos s). assert (P' := Rabs_pos s').
  split; [lra|]. split; [now apply multiple_plus|]. intros H.
  rewrite E, E' by lra. apply (multiple_sum z); try assumption; [lia|lra].
Qed.

Lemma leaf_first_exactly s w d : leaf_first s w d -> exactly s w (first_part z d).
Proof. intros (M & E & ->). split; [lra|]. split; [exact M|]. now intros _. Qed.

Let vector (s w : R) (v : list R) : Prop := lift exactly s w v /\ length v = (2 ^ k)%nat.

Lemma vector_step s w v s' w' v' : vector s w v -> elements_near R k leaf_first s' w' v' ->
  vector (s + s') (w + w') (pairwise (step_first R A C) v v').
Proof.
  intros (N & E) (N' & E'). split.
  - refine (lift_pairwise exactly leaf_first exactly _ _ _ _ _ _ _ _ N N' _).
    + intros a b x a' b' d X L. exact (exactly_add _ _ _ _ _ _ X (leaf_first_exactly _ _ _ L)).
    + now rewrite E, E'.
  - rewrite pairwise_length; [exact E|]. now rewrite E, E'.
Qed.

Lemma vector_plus s w v s' w' v' : vector s w v -> vector s' w' v' ->
  vector (s + s') (w + w') (pairwise (plus A) v v').
Proof.
  intros (N & E) (N' & E'). split.
  - refine (lift_pairwise exactly exactly exactly _ _ _ _ _ _ _ _ N N' _).
    + intros *. apply exactly_add.
    + now rewrite E, E'.
  - rewrite pairwise_length; [exact E|]. now rewrite E, E'.
Qed.

Lemma alternate_exactly c : forall vs s w s0 w0 v0 s1 w1 v1,
  (length vs <= 2 * c)%nat -> lift (elements_near R k leaf_first) s w vs ->
  vector s0 w0 v0 -> vector s1 w1 v1 ->
  vector (s0 + s1 + s) (w0 + w1 + w) (alternate R A C vs v0 v1).
Proof.
  induction c as [|c IH]; intros vs s w s0 w0 v0 s1 w1 v1 H L N0 N1.
  - destruct vs; [|simpl in H; lia]. inversion L. subst. rewrite !Rplus_0_r. now apply vector_plus.
  - destruct L as [|sa wa a ? ? ? pa L]; [rewrite !Rplus_0_r; now apply vector_plus|].
    destruct L as [|sb wb b sr wr vs pb L].
    + rewrite !Rplus_0_r. replace (s0 + s1 + sa) with (s0 + sa + s1) by ring.
      replace (w0 + w1 + wa) with (w0 + wa + w1) by ring. apply vector_plus; [|exact N1].
      now apply vector_step.
    + replace (s0 + s1 + (sa + (sb + sr))) with ((s0 + sa) + (s1 + sb) + sr) by ring.
      replace (w0 + w1 + (wa + (wb + wr))) with ((w0 + wa) + (w1 + wb) + wr) by ring.
      cbn [alternate]. apply IH; [simpl in H; lia|exact L|now apply vector_step..].
Qed.

Lemma sum_first_exactly ds : Forall bounded ds ->
  exactly (sum (map (first_part z) ds)) (sum (map (fun d => Rabs (first_part z d)) ds)) (sum_first A k C ds).
Proof.
  intros F.
  assert (L : lift leaf_first (sum (map (first_part z) ds)) (sum (map (fun d => Rabs (first_part z d)) ds)) ds).
  { apply lift_elements. apply Forall_impl with (2 := F). intros d B.
    destruct (bounded_split d B) as (_ & M & _). split; [exact M|]. now split. }
  assert (Z : leaf_first 0 0 0).
  { split; [apply multiple_0|]. split; [apply split_0; lia|now rewrite Rabs_R0]. }
  assert (V := vectors_near k leaf_first _ _ ds Z L).
  assert (N : vector 0 0 (zero_lanes R A k)).
  { split; [apply lift_repeat, exactly_0|apply repeat_length]. }
  assert (X := alternate_exactly (length (vectors R A k ds)) (vectors R A k ds) _ _ _ _ _ _ _ _ ltac:(lia) V N N).
  rewrite !Rplus_0_l in X. destruct X as [X E]. unfold sum_first.
  exact (lanes_near R A k (fun _ => exactly) (fun _ => exactly_add) k 0 _ _ _ X E).
Qed.

Lemma sum_most {X} (f : X -> R) m l : Forall (fun d => f d <= m) l -> sum (map f l) <= INR (length l) * m.
Proof.
  intros F. induction F as [|d l H F IH]; [simpl; lra|].
  change (length (d :: l)) with (S (length l)). rewrite S_INR. simpl map. simpl sum. lra.
Qed.

Theorem sum_first_exact ds : Forall bounded ds -> INR (length ds) <= bpow radix2 18 ->
  sum_first A k C ds = sum (map (first_part z) ds) /\ binary64 (sum_first A k C ds).
Proof.
  intros F N. destruct (sum_first_exactly ds F) as (W & M & E).
  assert (S : sum (map (fun d => Rabs (first_part z d)) ds) <= bpow radix2 (53 + z)).
  { apply Rle_trans with (INR (length ds) * bpow radix2 e).
    - apply sum_most. apply Forall_impl with (2 := F). intros d B. apply (bounded_split d B).
    - apply Rle_trans with (bpow radix2 18 * bpow radix2 e).
      + apply Rmult_le_compat_r; [apply bpow_ge_0|exact N].
      + rewrite <- bpow_plus. apply bpow_le. lia. }
  rewrite (E S). split; [reflexivity|]. apply (multiple_binary64 z); [lia|exact M|lra].
Qed.

(** ** Second parts *)

Definition leaf_second (s w d : R) : Prop := second_part z d = s /\ w = Rabs s /\ binary64 s.

Lemma sum_second_near ds : Forall bounded ds ->
  near (rounds (length ds) k) (sum (map (second_part z) ds)) (sum (map (fun d => Rabs (second_part z d)) ds))
    (sum_second A k C ds).
Proof.
  intros F. unfold sum_second. change (rounds (length ds) k) with (0 + rounds (length ds) k)%nat.
  apply (real_row_sum_near true k leaf_second).
  - split; [apply split_0; lia|]. split; [now rewrite Rabs_R0|apply binary64_0].
  - intros h s w x s' w' d _ N (E & -> & B). unfold step_second. fold (second_part z d).
    change (second A C d) with (second_part z d). rewrite E. cbn [plus real_arithmetic].
    apply near_add; [exact N|]. apply near_le with 0%nat; [lia|]. now apply near_exact.
  - apply lift_elements. apply Forall_impl with (2 := F). intros d B.
    destruct (bounded_split d B) as (_ & _ & _ & _ & _ & S). now split.
Qed.

Theorem sum_second_error ds : Forall bounded ds ->
  binary64 (sum_second A k C ds) /\
  Rabs (sum_second A k C ds - sum (map (second_part z) ds))
  <= (growth (rounds (length ds) k) - 1) * sum (map (fun d => Rabs (second_part z d)) ds).
Proof. intros F. destruct (sum_second_near ds F) as (B & _ & E). now split. Qed.

(** ** What the squares of the first parts lack *)

Definition lacking (d : R) : R := second_part z d * (d + first_part z d).

Definition leaf_rest (s w d : R) : Prop :=
  bounded d /\ exists v, s = lacking d /\ w = Rabs s + v /\ 0 <= v /\ (least <= v \/ d = 0).

Lemma step_rest_near h s w x s' w' d :
  (1 <= h)%nat -> near h s w x -> leaf_rest s' w' d -> near (S h) (s + s') (w + w') (step_rest R A C x d).
Proof.
  intros H N (B & v & -> & -> & V & K). assert (U := u_pos).
  destruct (bounded_split d B) as (_ & _ & _ & Ff & _ & Fs).
  unfold step_rest. change (second A C d) with (second_part z d). change (first A C d) with (first_part z d).
  cbn [muladd plus real_arithmetic]. destruct K as [K| ->].
  - assert (I := sum_in d (first_part z d) (proj1 B) Ff). unfold lacking.
    set (f := d + first_part z d) in *. set (g := second_part z d) in *. set (f' := rnd f) in *.
    assert (D : Rabs (g * f' - g * f) <= u * Rabs (g * f)).
    { replace (g * f' - g * f) with (g * (f' - f)) by ring. rewrite !Rabs_mult.
      apply Rle_trans with (Rabs g * (u * Rabs f)); [apply Rmult_le_compat_l; [apply Rabs_pos|exact I]|].
      apply Req_le. ring. }
    set (t := Rabs (g * f)) in *. assert (Pt : 0 <= t) by apply Rabs_pos.
    assert (G1 := growth_le 1 h H). unfold growth at 1 in G1. rewrite pow_1 in G1.
    assert (Z : Rabs (g * f') <= (1 + u) * t).
    { replace (g * f') with (g * f + (g * f' - g * f)) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). fold t. lra. }
    assert (T : eta <= u * v).
    { apply Rle_trans with (1 := eta_least). apply Rmult_le_compat_l; lra. }
    assert (X := near_size _ _ _ _ N). destruct N as (_ & W & E).
    assert (Ts := Rabs_triang s (g * f)). fold t in Ts.
    split; [apply binary64_rnd|]. split; [lra|]. rewrite growth_S.
    assert (Q := rounded_in (g * f' + x)). assert (Tx := Rabs_triang (g * f') x).
    set (c := growth h) in *.
    assert (S1 : (1 + u) * t <= c * t) by now apply Rmult_le_compat_r.
    assert (S2 : u * Rabs (g * f' + x) <= u * (c * t + c * w)) by (apply Rmult_le_compat_l; lra).
    assert (S3 : u * v <= ((1 + u) * c - 1) * v).
    { apply Rmult_le_compat_r; [exact V|]. assert (u * 1 <= u * c) by (apply Rmult_le_compat_l; lra). lra. }
    replace (rnd (g * f' + x) - (s + g * f))
      with ((rnd (g * f' + x) - (g * f' + x)) + ((g * f' - g * f) + (x - s))) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). assert (T2 := Rabs_triang (g * f' - g * f) (x - s)). lra.
  - destruct (split_0 z ltac:(lia)) as [F0 S0]. unfold lacking. rewrite F0, S0, !Rmult_0_l, !Rplus_0_l, Rplus_0_r.
    destruct N as (Fx & W & E). rewrite (rnd_exact x Fx), Rabs_R0, Rplus_0_l.
    apply near_le with h; [lia|]. assert (G := growth_ge_1 h).
    assert (0 <= (growth h - 1) * v) by (apply Rmult_le_pos; lra). split; [exact Fx|]. split; lra.
Qed.

Theorem sum_rest_error ds : Forall bounded ds ->
  binary64 (sum_rest A k C ds) /\
  Rabs (sum_rest A k C ds - sum (map lacking ds))
  <= (growth (S (rounds (length ds) k)) - 1) * sum (map (fun d => Rabs (lacking d) + least) ds).
Proof.
  intros F.
  assert (N : near (1 + rounds (length ds) k) (sum (map lacking ds)) (sum (map (fun d => Rabs (lacking d) + least) ds))
                (sum_rest A k C ds)).
  { unfold sum_rest. apply (real_row_sum_near true k leaf_rest).
    - split; [apply bounded_0|]. exists 0. unfold lacking. rewrite (proj2 (split_0 z ltac:(lia))), Rmult_0_l, Rabs_R0.
      repeat split; lra || (right; reflexivity).
    - intros h s w x s' w' d. apply step_rest_near.
    - apply lift_elements. apply Forall_impl with (2 := F). intros d B. split; [exact B|].
      exists least. assert (L := least_pos). repeat split; lra || (left; lra). }
  destruct N as (B & _ & E). now split.
Qed.

End Grid.
