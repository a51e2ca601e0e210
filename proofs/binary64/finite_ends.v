(* SPDX-License-Identifier: Apache-2.0 *)
(** * Ends that are equal are numbers

    Purpose.  The test compares the two ends, and infinities are equal.  But where s is not finite the lower
    end is a NaN, which equals nothing; and where s is, nothing overflows.

    Corresponds to the end of NormalizeBinary64Vector of lib/fast/binary64-inl.h.

    Symbols.
      ieee            Flocq's binary64, with infinities and NaN (fast/nonfinite.v)
      ieee_lower h l e   s + (l' - e), where s + l' is the fast two-sum of h and l
      m', y'          moments and an element over binary64 with its largest number

    Main results.
      infinite_sum    over IEEE's binary64: s is not finite, so the lower end is a NaN
      finite_ends     s is a number: so are both ends, those over the reals *)

From Coq Require Import ZArith Reals List Bool Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.overflow sharp.overflow
  binary64.model binary64.elements_model binary64.moments_near binary64.scales binary64.limited
  binary64.no_overflow binary64.overflow_moments binary64.nonfinite fast.nonfinite fast.ieee.
From Flocq Require Import BinarySingleNaN.

Local Open Scope R_scope.

#[local] Existing Instance precision_positive.
#[local] Existing Instance precision_small.

Local Notation A := (real_arithmetic true).
Local Notation B := (limited_arithmetic true).
Local Notation ieee_real := (ieee_arithmetic true).

(** ** An infinite sum *)

Definition ieee_lower (h l e : ieee) : ieee :=
  let y := fast_two_sum ieee_real h l in plus ieee_real (fst y) (subtract ieee_real (snd y) e).

Theorem infinite_sum h l e :
  BinarySingleNaN.is_finite (add h l) = false -> is_nan (ieee_lower h l e) = true.
Proof.
  unfold ieee_lower, fast_two_sum. cbn [fst snd plus subtract ieee_arithmetic]. intros F.
  assert (S : match add h l with
    | B754_nan => True
    | B754_infinity s => h <> B754_infinity (negb s) /\ l <> B754_infinity (negb s)
    | _ => False end).
  { destruct (add h l) as [s|s| |s m x K] eqn:E; try discriminate F; [|exact I].
    split; intros ->.
    - destruct l as [r|r| |r n y L]; cbn in E; try discriminate E; try (now destruct s);
        destruct s, r; cbn in E; discriminate E.
    - destruct h as [r|r| |r n y L]; cbn in E; try discriminate E; try (now destruct s);
        destruct s, r; cbn in E; discriminate E. }
  destruct (add h l) as [s|s| |s m x K] eqn:E; try destruct S; [|reflexivity].
  destruct h as [a|a| |a ma xa Ka]; destruct l as [c|c| |c mc xc Kc]; try reflexivity;
    destruct e as [d|d| |d md xd Kd]; try reflexivity;
    repeat match goal with b : bool |- _ => destruct b end; try reflexivity; cbn in *; congruence.
Qed.

(** ** A finite one *)

Lemma plus_there o p z : plus B o p = Some z -> o <> None /\ p <> None.
Proof. destruct o, p; try discriminate. now split. Qed.

Lemma subtract_there o p z : subtract B o p = Some z -> o <> None /\ p <> None.
Proof. destruct o, p; try discriminate. now split. Qed.

Lemma muladd_there a b c z : muladd B a b c = Some z -> a <> None /\ b <> None /\ c <> None.
Proof. destruct a, b, c; try discriminate. now repeat split. Qed.

Lemma not_none (o : option R) : o <> None -> exists z, o = Some z.
Proof. destruct o; [intros _; now eexists|easy]. Qed.

Section Group.
Variable ms : list (tier_moments R).
Hypothesis together : Forall (fun m => takes_part A m = true) ms.
Hypothesis errors_small :
  Forall (fun m => 0 <= row_e1 m <= bpow radix2 (-50) /\ 0 <= row_e0 m <= bpow radix2 (-50)) ms.
Variable m : tier_moments R.
Hypothesis in_group : In m ms.
Variables a V : R.
Hypothesis near : tier_moments_near m a V.
Variables x g b : R.
Hypothesis d_most : Rabs (deviation_hat R A (tier_centre m) x) <= largest m.
Hypothesis largest_most : largest m <= bpow radix2 400.
Variable m' : tier_moments (option R).
Hypothesis M : moments_below m' m.

Let s := group_of ms.
Let c := column_of A real_power_above s g b.
Let s' := scales_there s.
Let c' := column_of B limited_power_above s' (Some g) (Some b).
Hypothesis counts : column_counts B c' = true.
Let y := element_of A s m c x.
Let y' := element_of B s' m' c' (Some x).

(** Whatever goes into s is a number if s is. *)
Lemma parts_there z : y_high y' = Some z ->
  rstd_pair m' = pair_there (rstd_pair m) /\ shift_pair m' = pair_there (shift_pair m).
Proof.
  intros E. destruct (rstd_below _ _ M) as [R1 R2]. destruct (shift_below _ _ M) as [C1 C2].
  unfold y', element_of in E. destruct (rstd_pair m') as [r1 r2] eqn:Er.
  cbn [y_high fst fast_two_sum] in E. apply plus_there in E. destruct E as [_ E].
  apply not_none in E. destruct E as [w E]. apply muladd_there in E. destruct E as (E & _ & _).
  apply not_none in E. destruct E as [t E]. apply plus_there in E. destruct E as [P Q].
  apply not_none in P. destruct P as [p P]. apply muladd_there in P. destruct P as (_ & P & _).
  apply not_none in Q. destruct Q as [q Q]. apply muladd_there in Q. destruct Q as (_ & Q & S).
  apply not_none in S. destruct S as [v S]. unfold shift_second in S. apply plus_there in S. destruct S as [S L].
  apply not_none in S. destruct S as [v1 S]. apply subtract_there in S. destruct S as [S _].
  cbn [fst snd] in R1, R2.
  destruct r1 as [r1|]; [|easy]. destruct r2 as [r2|]; [|easy].
  destruct (shift_pair m') as [[c1|] [c2|]]; cbn [fst snd] in *; try easy.
  unfold pair_there. rewrite <- (R1 r1 eq_refl), <- (R2 r2 eq_refl), <- (C1 c1 eq_refl), <- (C2 c2 eq_refl).
  now split.
Qed.

Theorem finite_ends z : y_high y' = Some z ->
  lower_end y' = Some (lower_end y) /\ upper_end y' = Some (upper_end y).
Proof.
  intros E. destruct (parts_there z E) as [Er Ec]. assert (Ct := centre_there _ _ M).
  assert (Same : y' = element_of B s' (moments_there m) c' (Some x)).
  { unfold y', element_of, shift_second, shift_first. rewrite Er, Ec, Ct. reflexivity. }
  destruct (group_ends ms together errors_small m in_group a V near x g b d_most largest_most) as [Cc Ends].
  rewrite Same. apply Ends. rewrite <- Cc. exact counts.
Qed.
End Group.
