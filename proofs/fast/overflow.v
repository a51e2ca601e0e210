(* SPDX-License-Identifier: Apache-2.0 *)
(** * binary64 with its largest number, and sums that stay below it

    Purpose.  The model over binary64 with its largest number: an operation whose rounding is 2^1024
    or more, or that has no real result, gives none.  What it gives else is what the model without
    a largest number gives.

    Symbols.
      limited_arithmetic   None stands for infinities and NaN
      small n z            |z| <= 2^n
      near_limited         near, for a real number and its twin of limited_arithmetic, while the
                           magnitudes stay below 2^300

    Main results.
      limited_row_sum        the sums of a row have no overflow
      finite_plus_epsilon    nor has what is small beside the largest eps *)

From Coq Require Import ZArith NArith Reals List Bool Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  fast.elements fast.images.
Import ListNotations.

Local Open Scope R_scope.

Definition finite (z : R) : option R :=
  if Rlt_bool (Rabs z) (bpow radix2 1024) then Some z else None.

Definition of_two (f : R -> R -> R) (a b : option R) : option R :=
  match a, b with Some x, Some y => finite (rnd (f x y)) | _, _ => None end.

Definition limited_arithmetic (fused : bool) : arithmetic (option R) := {|
  zero := Some 0;
  plus := of_two Rplus;
  subtract := of_two Rminus;
  multiply := of_two Rmult;
  divide := fun a b =>
    match b with Some y => if Req_bool y 0 then None else of_two Rdiv a b | None => None end;
  muladd := fun a b c =>
    if fused then match a, b with
      | Some x, Some y => match c with Some z => finite (rnd (x * y + z)) | None => None end
      | _, _ => None end
    else of_two Rplus (of_two Rmult a b) c;
  square_root := fun a =>
    match a with Some x => if Rlt_bool x 0 then None else finite (rnd (sqrt x)) | None => None end;
  negate := option_map Ropp;
  at_most := fun a b => match a, b with Some x, Some y => Rle_bool x y | _, _ => false end;
  is_finite := fun a => match a with Some _ => true | None => false end;
  power_of_two := fun n => Some (bpow radix2 n);
  of_count := fun n => Some (INR n)
|}.

(** ** Sizes *)

Definition small (n : Z) (z : R) : Prop := Rabs z <= bpow radix2 n.

Lemma small_le n m z : (n <= m)%Z -> small n z -> small m z.
Proof. intros L S. apply Rle_trans with (1 := S). now apply bpow_le. Qed.

Lemma small_times n m x y : small n x -> small m y -> small (n + m) (x * y).
Proof.
  intros X Y. unfold small. rewrite Rabs_mult, bpow_plus.
  apply Rmult_le_compat; try apply Rabs_pos; assumption.
Qed.

Lemma small_sum n x y : small n x -> small n y -> small (n + 1) (x + y).
Proof.
  intros X Y. unfold small in *. apply Rle_trans with (1 := Rabs_triang _ _).
  rewrite bpow_plus. simpl (bpow radix2 1). lra.
Qed.

Lemma small_opp n x : small n x -> small n (- x).
Proof. unfold small. now rewrite Rabs_Ropp. Qed.

Lemma small_difference n x y : small n x -> small n y -> small (n + 1) (x - y).
Proof. intros X Y. apply (small_sum n x (- y) X). now apply small_opp. Qed.

Lemma small_rnd n x : (-1000 <= n)%Z -> small n x -> small n (rnd x).
Proof.
  intros N S. apply (abs_round_le_generic radix2 (FLT_exp (-1074) 53) ZnearestE); [|exact S].
  apply generic_format_bpow. unfold FLT_exp. lia.
Qed.

Lemma finite_small n x : (-1000 <= n <= 1023)%Z -> small n x -> finite (rnd x) = Some (rnd x).
Proof.
  intros [N M] S. unfold finite. rewrite Rlt_bool_true; [reflexivity|].
  apply Rle_lt_trans with (1 := small_rnd n x N S). apply bpow_lt. lia.
Qed.

(** eps plus something small rounds to 2^1024 - 2^971 at most. *)
Lemma finite_plus_epsilon d eps : small 900 d -> binary64 eps -> 0 <= eps < bpow radix2 1024 ->
  finite (rnd (d + eps)) = Some (rnd (d + eps)).
Proof.
  intros D F [P L]. unfold finite. rewrite Rlt_bool_true; [reflexivity|].
  set (most := pred radix2 (FLT_exp (-1074) 53) (bpow radix2 1024)).
  assert (FB : generic_format radix2 (FLT_exp (-1074) 53) (bpow radix2 1024))
    by (apply generic_format_bpow; unfold FLT_exp; lia).
  assert (FM : generic_format radix2 (FLT_exp (-1074) 53) most) by (apply generic_format_pred; [typeclasses eauto|exact FB]).
  assert (M : eps <= most) by (apply pred_ge_gt; [typeclasses eauto|exact F|exact FB|exact L]).
  assert (V : most = bpow radix2 1024 - bpow radix2 971).
  { unfold most. rewrite pred_bpow. reflexivity. }
  assert (B900 : 0 < bpow radix2 900) by apply bpow_gt_0.
  assert (B : bpow radix2 970 = bpow radix2 70 * bpow radix2 900).
  { rewrite <- bpow_plus. reflexivity. }
  assert (B' : bpow radix2 971 = 2 * bpow radix2 970).
  { replace 971%Z with (1 + 970)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
  assert (B2 : 1 < bpow radix2 70) by (change 1 with (bpow radix2 0); apply bpow_lt; lia).
  assert (S970 : bpow radix2 900 < bpow radix2 970) by (apply bpow_lt; lia).
  assert (S1023 : bpow radix2 971 < bpow radix2 1023) by (apply bpow_lt; lia).
  assert (S1024 : bpow radix2 1024 = 2 * bpow radix2 1023).
  { replace 1024%Z with (1 + 1023)%Z by reflexivity. rewrite bpow_plus. reflexivity. }
  assert (DI := Rabs_le_inv _ _ D).
  assert (Up : rnd (d + eps) <= most).
  { apply (round_N_le_midp radix2 (FLT_exp (-1074) 53) (fun x => negb (Z.even x)) most); [exact FM|].
    unfold most at 2. rewrite succ_pred by (exact FB || typeclasses eauto). lra. }
  assert (Down : - most <= rnd (d + eps)).
  { rewrite <- (rnd_exact (- most)) by (apply generic_format_opp; exact FM). apply rnd_le. lra. }
  apply Rle_lt_trans with most; [now apply Rabs_le|]. lra.
Qed.

(** ** Sums *)

Lemma growth_small h : (h <= 1200)%nat -> growth h <= 2.
Proof.
  intros H. apply le_INR in H. replace (INR 1200) with 1200 in H by (rewrite INR_IZR_INZ; reflexivity).
  assert (P := pos_INR h). assert (U := u_pos).
  assert (K : INR h * u <= 1200 * u) by (apply Rmult_le_compat_r; lra).
  assert (K' : 1200 * u <= / 1000000000000) by (rewrite u_value; lra).
  assert (G := growth_bound h (Rle_trans _ _ _ K K')). lra.
Qed.

Lemma near_small h s w x : (h <= 1200)%nat -> w <= bpow radix2 300 -> near h s w x -> small 301 x.
Proof.
  intros H W N. unfold small. apply Rle_trans with (1 := near_size _ _ _ _ N).
  assert (G := growth_small h H). assert (G1 := growth_ge_1 h).
  destruct N as (_ & P & _). assert (Q := Rabs_pos s).
  replace 301%Z with (1 + 300)%Z by reflexivity. rewrite bpow_plus.
  apply Rmult_le_compat; simpl (bpow radix2 1); lra.
Qed.

(** A real number and its twin. *)
Definition twin (x : R) : R * option R := (x, Some x).

Definition pairs (fused : bool) : arithmetic (R * option R) :=
  let A := real_arithmetic fused in
  let B := limited_arithmetic fused in {|
  zero := twin 0;
  plus := fun a b => (plus A (fst a) (fst b), plus B (snd a) (snd b));
  subtract := fun a b => (subtract A (fst a) (fst b), subtract B (snd a) (snd b));
  multiply := fun a b => (multiply A (fst a) (fst b), multiply B (snd a) (snd b));
  divide := fun a b => (divide A (fst a) (fst b), divide B (snd a) (snd b));
  muladd := fun a b c => (muladd A (fst a) (fst b) (fst c), muladd B (snd a) (snd b) (snd c));
  square_root := fun a => (square_root A (fst a), square_root B (snd a));
  negate := fun a => (negate A (fst a), negate B (snd a));
  at_most := fun a b => at_most A (fst a) (fst b);
  is_finite := fun a => is_finite B (snd a);
  power_of_two := fun n => twin (bpow radix2 n);
  of_count := fun n => twin (INR n)
|}.

Definition near_limited (h : nat) (s w : R) (p : R * option R) : Prop :=
  near h s w (fst p) /\ ((h <= 1200)%nat -> w <= bpow radix2 300 -> snd p = Some (fst p)).

Lemma near_limited_0 h : near_limited h 0 0 (twin 0).
Proof. split; [apply near_0|reflexivity]. Qed.

Lemma near_limited_le h h' s w p : (h <= h')%nat -> near_limited h s w p -> near_limited h' s w p.
Proof. intros L [N E]. split; [now apply near_le with (1 := L)|]. intros H. apply E. lia. Qed.

Lemma weight_pos h s w x : near h s w x -> 0 <= w.
Proof. intros (_ & W & _). apply Rle_trans with (1 := Rabs_pos s) (2 := W). Qed.

Section Sums.
Variable fused : bool.
Variable k : nat.
Let P := pairs fused.

Lemma near_limited_add h s w p s' w' p' :
  near_limited h s w p -> near_limited h s' w' p' ->
  near_limited (S h) (s + s') (w + w') (plus P p p').
Proof.
  intros [N E] [N' E']. destruct p as [x o], p' as [x' o']. cbn [fst snd] in *.
  assert (Q := near_add _ _ _ _ _ _ _ N N'). split; [exact Q|]. intros H W. cbn [P pairs plus snd].
  assert (W1 := weight_pos _ _ _ _ N). assert (W2 := weight_pos _ _ _ _ N').
  rewrite (E ltac:(lia) ltac:(lra)), (E' ltac:(lia) ltac:(lra)). simpl.
  apply (finite_small 303); [lia|].
  apply small_le with (302 + 1)%Z; [lia|]. apply small_sum; apply small_le with 301%Z; try lia.
  - apply (near_small h s w); [lia|lra|exact N].
  - apply (near_small h s' w'); [lia|lra|exact N'].
Qed.

Definition leaf_limited (leaf : R -> R -> R -> Prop) (s w : R) (p : R * option R) : Prop :=
  leaf s w (fst p) /\ snd p = Some (fst p).

Lemma step_sum_limited h s w p s' w' d :
  (1 <= h)%nat -> near_limited h s w p -> leaf_limited leaf_sum s' w' d ->
  near_limited (S h) (s + s') (w + w') (step_sum _ P p d).
Proof.
  intros H N [L E]. apply near_limited_add; [exact N|].
  apply near_limited_le with (1 := H). split; [exact L|now intros _ _].
Qed.

Lemma step_square_limited h s w p s' w' d :
  (3 <= h)%nat -> near_limited h s w p -> leaf_limited leaf_square s' w' d ->
  near_limited (S h) (s + s') (w + w') (step_square _ P p d).
Proof.
  intros H [N E] [L D]. destruct p as [q o], d as [d od]. cbn [fst snd] in *. subst od.
  assert (Q := step_square_near fused h s w q s' w' d H N L).
  split; [exact Q|]. intros H' W. assert (W1 := weight_pos _ _ _ _ N).
  assert (W' : 0 <= w' /\ d * d <= 2 * w').
  { destruct L as (_ & e & v & B & _ & -> & V & _). assert (S := proj2 (square_size d e B)).
    assert (G := growth_small 2 ltac:(lia)). assert (0 <= e * e) by nra.
    assert (growth 2 * (e * e) <= 2 * (e * e)) by (apply Rmult_le_compat_r; lra). lra. }
  assert (DD : small 301 (d * d)).
  { unfold small. rewrite Rabs_pos_eq by nra.
    replace 301%Z with (1 + 300)%Z by reflexivity. rewrite bpow_plus. simpl (bpow radix2 1). lra. }
  assert (SQ : small 301 q) by (apply (near_small h s w); [lia|lra|exact N]).
  assert (O := E ltac:(lia) ltac:(lra)). rewrite O. unfold step_square, P. cbn [pairs muladd snd limited_arithmetic real_arithmetic fst].
  destruct fused.
  - apply (finite_small 302); [lia|]. now apply (small_sum 301).
  - cbn [of_two]. rewrite (finite_small 301 (d * d)); [|lia|exact DD]. cbn [of_two].
    apply (finite_small 302); [lia|]. apply (small_sum 301); [|exact SQ]. apply small_rnd; [lia|exact DD].
Qed.

Lemma lift_twin (leaf : R -> R -> R -> Prop) l : forall s w, lift leaf s w l ->
  lift (leaf_limited leaf) s w (map twin l).
Proof. intros s w L. induction L; simpl; constructor; [|assumption]. now split. Qed.

(** The two sums of a row, over numbers that are there, are there. *)
Theorem limited_row_sum (leaf : R -> R -> R -> Prop) step_r step_l step_p base :
  leaf 0 0 0 ->
  (forall p q, fst (step_p p q) = step_r (fst p) (fst q)) ->
  (forall p q, snd (step_p p q) = step_l (snd p) (snd q)) ->
  (forall h s w p s' w' d, (base <= h)%nat -> near_limited h s w p -> leaf_limited leaf s' w' d ->
     near_limited (S h) (s + s') (w + w') (step_p p d)) ->
  forall s w l, lift leaf s w l -> (base + rounds (length l) k <= 1200)%nat -> w <= bpow radix2 300 ->
  row_sum (limited_arithmetic fused) k step_l (map Some l)
  = Some (row_sum (real_arithmetic fused) k step_r l)
  /\ small 301 (row_sum (real_arithmetic fused) k step_r l).
Proof.
  intros L0 F1 F2 St s w l L H W.
  assert (N := row_sum_near _ P k near_limited near_limited_0 near_limited_le near_limited_add
                 (leaf_limited leaf) step_p base (conj L0 eq_refl) St s w (map twin l)
                 (lift_twin leaf l s w L)).
  rewrite map_length in N.
  assert (I1 := row_sum_image _ _ P (real_arithmetic fused) fst k step_p step_r eq_refl
                  (fun _ _ => eq_refl) F1 (map twin l)).
  assert (I2 := row_sum_image _ _ P (limited_arithmetic fused) snd k step_p step_l eq_refl
                  (fun _ _ => eq_refl) F2 (map twin l)).
  rewrite map_map in I1, I2. unfold twin in I1, I2. cbn [fst snd] in I1, I2. rewrite map_id in I1.
  destruct N as [N E]. specialize (E H W).
  change (map (fun x : R => (x, Some x)) l) with (map twin l) in I1, I2.
  rewrite I1 in N, E. rewrite I2 in E. split; [exact E|].
  exact (near_small _ _ _ _ H W N).
Qed.
End Sums.
