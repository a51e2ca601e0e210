(* SPDX-License-Identifier: Apache-2.0 *)
(** * A binary64 row with a NaN or an infinity is not admitted

    Purpose.  Over binary64 with its largest number, a number of x that is none leaves no sum of the second
    parts' products, so no v^, and the comparison with its range fails.

    Corresponds to FinishBinary64 and FindBinary64Moments of lib/fast/binary64_moments-inl.h.

    Symbols.
      os         x, where None stands for infinities and NaNs
      lost h s w o   o is none if s, the number of what is none among its summands, is not 0

    Main results.
      lost_sum        a sum of which a summand is none is none
      nonfinite_row   the row's moments are not admitted *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.sums fast.row_sums fast.overflow binary64.model
  binary64.limited.
Import ListNotations.

Local Open Scope R_scope.

Local Notation B := (limited_arithmetic true).

Definition lost (h : nat) (s w : R) (o : option R) : Prop := 0 <= s /\ (s <> 0 -> o = None).

Lemma none_plus o o' : o = None \/ o' = None -> plus B o o' = None.
Proof. intros [-> | ->]; cbn; [reflexivity|]. now destruct o. Qed.

Lemma none_subtract o o' : o = None \/ o' = None -> subtract B o o' = None.
Proof. intros [-> | ->]; cbn; [reflexivity|]. now destruct o. Qed.

Lemma none_divide o o' : o = None \/ o' = None -> divide B o o' = None.
Proof.
  intros [-> | ->]; cbn; [|reflexivity]. destruct o' as [x|]; [|reflexivity]. now destruct (Req_bool x 0).
Qed.

Lemma none_muladd a b c : a = None \/ b = None \/ c = None -> muladd B a b c = None.
Proof. intros [-> | [-> | ->]]; cbn; [reflexivity|now destruct a|]. now destruct a, b. Qed.

Section Row.
Variable k : nat.
Variable spread : option R.

Theorem lost_sum ds : In None ds -> sum_rest B k spread ds = None.
Proof.
  intros I. set (leaf := fun (s w : R) (d : option R) => s = match d with None => 1 | Some _ => 0 end).
  assert (L : forall l, exists s w, lift leaf s w l /\ 0 <= s /\ (In None l -> s <> 0)).
  { induction l as [|d l (s & w & L & P & N)]; [exists 0, 0; split; [constructor|split; [lra|intros []]]|].
    exists (match d with None => 1 | Some _ => 0 end + s), (0 + w). split; [|split].
    - constructor; [reflexivity|exact L].
    - destruct d; lra.
    - intros [-> | J]; [lra|]. specialize (N J). destruct d; lra. }
  destruct (L ds) as (s & w & Ls & _ & N).
  assert (T : lost (0 + rounds (length ds) k) s w (sum_rest B k spread ds)).
  { apply (row_sum_near (option R) B k lost) with (leaf := leaf); try assumption.
    - intros h. split; [lra|]. intros Z. now elim Z.
    - intros h h' s' w' y _ H. exact H.
    - intros h s1 w1 x1 s2 w2 x2 [P1 N1] [P2 N2]. split; [lra|]. intros Z. apply none_plus.
      destruct (Req_dec s1 0) as [Z1|Z1]; [right; apply N2; lra|left; now apply N1].
    - reflexivity.
    - intros h s1 w1 x1 s2 w2 d _ [P1 N1] E. unfold leaf in E. split; [rewrite E; destruct d; lra|]. intros Z.
      unfold step_rest. apply none_muladd.
      destruct (Req_dec s1 0) as [Z1|Z1]; [|right; right; now apply N1].
      left. unfold second. apply none_subtract. left. destruct d; [exfalso; lra|reflexivity]. }
  apply T, N, I.
Qed.
End Row.

Section Moments.
Variable k : nat.
Variable op : operation.
Variable e : option R.
Variable os : list (option R).
Hypothesis nonfinite : In None os.

Lemma not_about c : tier_admitted (tier_moments_about B k limited_power_above op e os c) = false.
Proof.
  unfold tier_moments_about. destruct (in_range B _ _ (largest_deviation B _)); [|reflexivity].
  assert (I : In None (map (deviation_hat (option R) B c) os)).
  { apply in_map_iff. exists None. split; [|exact nonfinite].
    destruct c; [|reflexivity]. apply none_subtract. now left. }
  unfold finish. cbv zeta. cbn [tier_admitted]. rewrite (lost_sum k _ _ I).
  assert (T : forall a p : option R * option R, fst p = None -> fst (add_pairs B p a) = None).
  { intros a p H. unfold add_pairs. cbv zeta. cbn [fst snd two_sum fast_two_sum]. rewrite H. reflexivity. }
  assert (O : forall (p : option R * option R) d, fst p = None -> fst (add_one B p d) = None).
  { intros p d H. unfold add_one. cbv zeta. cbn [fst snd two_sum fast_two_sum]. rewrite H. reflexivity. }
  assert (D : forall (p : option R * option R) n, fst p = None -> fst (divide_by B p n) = None).
  { intros p n H. unfold divide_by. cbv zeta. cbn [fst fast_two_sum]. rewrite H.
    rewrite (none_divide None n) by now left. reflexivity. }
  unfold in_range at 1. rewrite O; [reflexivity|]. apply T, D. cbn [fst fast_two_sum two_sum].
  rewrite (none_plus _ None) by now right. now apply none_plus; left.
Qed.

Theorem nonfinite_row : tier_admitted (tier_moments_of B k limited_power_above op e os) = false.
Proof.
  assert (N := not_about). unfold tier_moments_of. cbv zeta. revert N. destruct op; intros N; [|apply N].
  destruct (_ && _); [apply N|]. destruct (_ || _); [apply N|]. destruct (at_most B _ _); apply N.
Qed.
End Moments.
