(* SPDX-License-Identifier: Apache-2.0 *)
(** * The proved checker

    Purpose.  Given a row and what somebody's kernel returned for it, say whether every bit of
    that is right.  The verdict is sound and complete, and leaves no hypothesis to the caller:
    that the row is well-formed is part of what is checked.

    Corresponds to lib/reference/certificate; extracted to certify/.

    Symbols.
      h               an oracle for square roots and lengths; any oracle gives the same verdict
      admissible r    the row is well-formed
      expected h r    the right patterns, None if the row is not well-formed
      certify h r a   the verdict on the result a

    Main results.
      admissible_correct   admissible r = true iff well_formed r
      certify_correct      certify h r a = true iff the row is well-formed and a is its answer
      certify_hints        the oracle does not matter
      expected_answers     what expected gives is accepted, so every row has an answer
      answers_unique       and only one *)

From Coq Require Import ZArith Reals List Bool Lia.
From Flocq Require Import Core.
From ExactNorm Require Import specification exact.pattern exact.location exact.rounding
  exact.moments exact.row exact.long_row.
Import ListNotations.

Local Open Scope Z_scope.

(** ** Well-formed rows *)

Definition pattern_within (f : format) (b : Z) : bool := (0 <=? b) && (b <? Z.shiftl 1 (width f)).

Definition admissible_parameter (r : row) (p : option (list Z)) : bool :=
  match p with
  | None => true
  | Some l =>
      same_length l (x r) && forallb (pattern_within (parameter_format r)) l
  end.

Definition admissible (r : row) : bool :=
  match x r with [] => false | _ => true end
  && forallb (pattern_within (x_format r)) (x r)
  && admissible_parameter r (gamma r) && admissible_parameter r (beta r)
  && match decode_epsilon (epsilon r) with Some _ => true | None => false end.

Definition expected (h : hints) (r : row) : option bits :=
  match decode_epsilon (epsilon r) with
  | Some e => if admissible r then Some (long_answer_bits h r e) else None
  | None => None
  end.

Fixpoint equal_patterns (l k : list Z) : bool :=
  match l, k with
  | [], [] => true
  | a :: l, b :: k => (a =? b) && equal_patterns l k
  | _, _ => false
  end.

Definition agrees (got : option Z) (want : Z) : bool :=
  match got with None => true | Some b => b =? want end.

Definition mean_allowed (r : row) (a : result) : bool :=
  match row_operation r, returned_mean a with Rms_norm, Some _ => false | _, _ => true end.

Definition certify (h : hints) (r : row) (a : result) : bool :=
  match expected h r with
  | None => false
  | Some e =>
      equal_patterns (y a) (y_bits e)
      && mean_allowed r a && agrees (returned_mean a) (mean_pattern e)
      && agrees (returned_rstd a) (rstd_pattern e)
  end.

(** ** Proofs *)

Lemma pattern_within_correct f b : pattern_within f b = true <-> is_pattern f b.
Proof.
  unfold pattern_within, is_pattern. rewrite Z.shiftl_1_l, andb_true_iff, Z.leb_le, Z.ltb_lt.
  reflexivity.
Qed.

Lemma patterns_within_correct f l :
  forallb (pattern_within f) l = true <-> Forall (is_pattern f) l.
Proof.
  rewrite forallb_forall, Forall_forall.
  split; intros H b Hb; apply pattern_within_correct, H, Hb.
Qed.

Lemma admissible_parameter_correct r p :
  admissible_parameter r p = true <-> well_formed_parameter r p.
Proof.
  unfold admissible_parameter, well_formed_parameter. destruct p as [l|].
  - rewrite andb_true_iff, same_length_correct, patterns_within_correct. split.
    + intros H k E. injection E as <-. exact H.
    + intros H. now apply H.
  - split; [easy|reflexivity].
Qed.

Theorem admissible_correct r : admissible r = true <-> well_formed r.
Proof.
  unfold admissible, well_formed.
  rewrite !andb_true_iff, patterns_within_correct, !admissible_parameter_correct.
  assert (E : match decode_epsilon (epsilon r) with Some _ => true | None => false end = true
              <-> fine_epsilon (epsilon r)).
  { destruct (decode_epsilon (epsilon r)) as [[p k]|] eqn:D.
    - split; [intros _|reflexivity].
      destruct (decode_epsilon_correct _ _ _ D) as (P & M & N).
      split; [assumption|]. now exists (on_grid k p).
    - split; [easy|]. intros H. now destruct (decode_epsilon_refuses _ D). }
  rewrite E. unfold fine_epsilon.
  assert (X : match x r with [] => false | _ => true end = true <-> x r <> []).
  { destruct (x r); split; easy. }
  rewrite X. tauto.
Qed.

Lemma equal_patterns_correct l k : equal_patterns l k = true <-> l = k.
Proof.
  revert k. induction l as [|a l IH]; intros [|b k]; cbn; try easy.
  rewrite andb_true_iff, Z.eqb_eq, IH. split.
  - intros [-> ->]. reflexivity.
  - intros E. now injection E.
Qed.

Lemma agrees_correct got want : agrees got want = true <-> forall b, got = Some b -> b = want.
Proof.
  destruct got as [b|]; cbn.
  - rewrite Z.eqb_eq. split; [intros -> c E; now injection E|]. intros H. now apply H.
  - split; [easy|reflexivity].
Qed.

Lemma mean_allowed_correct r a :
  mean_allowed r a = true <->
  forall m, returned_mean a = Some m -> row_operation r = Layer_norm.
Proof.
  unfold mean_allowed. destruct (row_operation r), (returned_mean a) as [m|]; split; try easy.
  intros H. now specialize (H m eq_refl).
Qed.

Lemma expected_some h r e :
  expected h r = Some e ->
  well_formed r /\ exists p k, decode_epsilon (epsilon r) = Some (p, k) /\
  e = answer_bits h r (p, k).
Proof.
  unfold expected. destruct (decode_epsilon (epsilon r)) as [[p k]|]; [|easy].
  destruct (admissible r) eqn:A; [|easy]. intros E. injection E as <-.
  split; [now apply admissible_correct|]. exists p, k.
  split; [reflexivity|apply long_answer_bits_correct].
Qed.

Lemma expected_none h r : expected h r = None -> ~ well_formed r.
Proof.
  unfold expected. rewrite <- admissible_correct.
  destruct (decode_epsilon (epsilon r)) as [[p k]|] eqn:D.
  - now destruct (admissible r).
  - unfold admissible. rewrite D. intros _. now rewrite andb_false_r.
Qed.

Lemma answers_expected h r e a :
  expected h r = Some e ->
  (answers r a <->
   y a = y_bits e /\
   (forall m, returned_mean a = Some m -> row_operation r = Layer_norm /\ m = mean_pattern e) /\
   (forall s, returned_rstd a = Some s -> s = rstd_pattern e)).
Proof.
  intros H. apply expected_some in H. destruct H as (W & p & k & D & ->).
  assert (L := y_length h r p k W).
  assert (Y := y_correct h r p k W D).
  assert (M := mean_correct h r p k W).
  assert (S := rstd_correct h r p k W D).
  unfold answers. split.
  - intros (La & Ya & Ma & Sa). repeat split.
    + apply nth_ext with 0 0; [now rewrite L|]. intros i Hi. rewrite La in Hi.
      apply represents_unique with (1 := Ya i Hi). now apply Y.
    + now destruct (Ma m H).
    + destruct (Ma m H) as [_ R]. now apply represents_unique with (1 := R).
    + intros s E. now apply represents_unique with (1 := Sa s E).
  - intros (-> & Ma & Sa). repeat split.
    + exact L.
    + exact Y.
    + now destruct (Ma m H).
    + destruct (Ma m H) as [_ ->]. exact M.
    + intros s E. rewrite (Sa s E). exact S.
Qed.

Theorem certify_correct h r a : certify h r a = true <-> well_formed r /\ answers r a.
Proof.
  unfold certify. destruct (expected h r) as [e|] eqn:E.
  - destruct (expected_some h r e E) as (W & _).
    rewrite (answers_expected h r e a E).
    rewrite !andb_true_iff, equal_patterns_correct, mean_allowed_correct, !agrees_correct.
    split.
    + intros (((Y & O) & M) & S).
      split; [assumption|]. split; [assumption|]. split; [|assumption].
      intros m Em. split; [now apply O with m|now apply M].
    + intros (_ & Y & M & S).
      split; [split; [split; [assumption|]|]|assumption]; intros m Em; now destruct (M m Em).
  - split; [easy|]. intros [W _]. now destruct (expected_none h r E).
Qed.

Corollary certify_hints h h' r a : certify h r a = certify h' r a.
Proof.
  apply eq_true_iff_eq. now rewrite !certify_correct.
Qed.

Theorem expected_answers h r :
  well_formed r ->
  exists e, expected h r = Some e /\
  answers r (Result (y_bits e)
                    (match row_operation r with
                     | Layer_norm => Some (mean_pattern e) | Rms_norm => None end)
                    (Some (rstd_pattern e))).
Proof.
  intros W. destruct (expected h r) as [e|] eqn:E; [|now destruct (expected_none h r E)].
  exists e. split; [reflexivity|]. rewrite (answers_expected h r e _ E). cbn.
  repeat split.
  - now destruct (row_operation r).
  - destruct (row_operation r); [congruence|easy].
  - congruence.
Qed.

(** Two results that both answer a row agree wherever both speak. *)
Theorem answers_unique r a b :
  well_formed r -> answers r a -> answers r b ->
  y a = y b /\
  (forall m n, returned_mean a = Some m -> returned_mean b = Some n -> m = n) /\
  (forall s t, returned_rstd a = Some s -> returned_rstd b = Some t -> s = t).
Proof.
  intros W A B. set (h := Hints (fun n => n) (fun n => n)).
  destruct (expected h r) as [e|] eqn:E; [|now destruct (expected_none h r E)].
  apply (answers_expected h r e _ E) in A, B.
  destruct A as (Ya & Ma & Sa), B as (Yb & Mb & Sb). repeat split.
  - congruence.
  - intros m n Hm Hn. destruct (Ma m Hm), (Mb n Hn). congruence.
  - intros s t Hs Ht. rewrite (Sa s Hs), (Sb t Ht). reflexivity.
Qed.
