(* SPDX-License-Identifier: Apache-2.0 *)
(** * The lanes' sums, and their sum

    Purpose.  A row's numbers go to two accumulators of 2^k lanes in turn, the last ones with zeros; each
    lane is summed as in sums.v, and the lanes are added up in double-double, half and half.
    Here: both together are off by at most ((n + 2)^2 + 1.1 (n + 2) + 6.3 (k + 1)) u^2 sum |d|,
    n being the numbers in a lane; for the squares n + 5 in place of n + 2, 8 more, and e^2 + 2^-960 in
    place of |d|.

    Corresponds to s0, s1, q0, q1, normalized and SumOfLanes of lib/fast/sharp_moments-inl.h.  (A lane
    that has nothing more to add is given zeros here, which change nothing.)

    Symbols.
      strided w es        what each of w lanes is given
      sharp_total k f es  the sum of the lanes, each of which holds f of what it is given
      held c i s w x      x stands for s, made of numbers of magnitude w, after i levels

    Main results.
      sharp_sum_error, sharp_squares_error *)

From Coq Require Import ZArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums sharp.ends
  sharp.sums sharp.squares sharp.products sharp.pairs.
Import ListNotations.

Local Open Scope R_scope.

Definition strided (w : nat) (es : list (R * R)) : list (list (R * R)) :=
  map (fun j => map (fun p => nth j p (0, 0)) (pieces (length es) w es)) (seq 0 w).

Definition lane_length (w : nat) (es : list (R * R)) : nat := length (pieces (length es) w es).

Definition normalized (x : R * R) : R * R := fast_two_sum (fst x) (snd x).

Fixpoint pairs_sum (j : nat) (v : list (R * R)) : R * R :=
  match j with
  | O => hd (0, 0) v
  | S j => pairs_sum j (pairwise plus_pair (firstn (2 ^ j) v) (skipn (2 ^ j) v))
  end.

Definition sharp_total (k : nat) (f : list (R * R) -> R * R) (es : list (R * R)) : R * R :=
  pairs_sum (S k) (map (fun l => normalized (f l)) (strided (2 ^ S k) es)).

(** ** Which numbers there are *)

Lemma sum_plus {X} (f g : X -> R) l :
  sum (map (fun x => f x + g x) l) = sum (map f l) + sum (map g l).
Proof. induction l as [|a l IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_swap {X Y} (F : X -> Y -> R) (a : list X) (b : list Y) :
  sum (map (fun x => sum (map (F x) b)) a) = sum (map (fun y => sum (map (fun x => F x y) a)) b).
Proof.
  induction a as [|x a IH]; simpl.
  - induction b as [|y b IH]; simpl; [reflexivity|]. rewrite <- IH. ring.
  - rewrite IH, <- sum_plus. reflexivity.
Qed.

Lemma sum_by_index {X} (f : X -> R) (z : X) : f z = 0 -> forall w p, (length p <= w)%nat ->
  sum (map (fun j => f (nth j p z)) (seq 0 w)) = sum (map f p).
Proof.
  intros Z. induction w as [|w IH]; intros p H.
  - destruct p; [reflexivity|simpl in H; lia].
  - cbn [seq map]. rewrite <- seq_shift, map_map. destruct p as [|x p].
    + cbn [nth]. simpl sum. rewrite Z, Rplus_0_l.
      etransitivity; [|exact (IH [] (Nat.le_0_l _))]. f_equal. apply map_ext. intros j. now destruct j.
    + cbn [nth map]. simpl sum. f_equal. apply IH. simpl in H. lia.
Qed.

Lemma sum_pieces {X} (f : X -> R) n : (0 < n)%nat -> forall fuel l, (length l <= fuel)%nat ->
  sum (map (fun p => sum (map f p)) (pieces fuel n l)) = sum (map f l).
Proof.
  intros N. induction fuel as [|fuel IH]; intros l H.
  - destruct l; [reflexivity|simpl in H; lia].
  - destruct l as [|a l]; [reflexivity|].
    change (pieces (S fuel) n (a :: l)) with (firstn n (a :: l) :: pieces fuel n (skipn n (a :: l))).
    set (q := skipn n (a :: l)). set (p := firstn n (a :: l)).
    assert (E : a :: l = p ++ q) by (symmetry; apply firstn_skipn). rewrite E, map_app, sum_app. clear E.
    change (sum (map f p) + sum (map (fun p => sum (map f p)) (pieces fuel n q)) = sum (map f p) + sum (map f q)).
    f_equal. apply IH. unfold q. rewrite skipn_length. simpl length in *. lia.
Qed.

Lemma pieces_short {X} n : forall fuel (l p : list X), In p (pieces fuel n l) -> (length p <= n)%nat.
Proof.
  induction fuel as [|fuel IH]; intros l p H; [easy|]. destruct l as [|a l]; [easy|].
  destruct H as [<-|H]; [|exact (IH _ _ H)]. rewrite firstn_length. lia.
Qed.

Lemma pieces_members {X} n : forall fuel (l p : list X) x, In p (pieces fuel n l) -> In x p -> In x l.
Proof.
  induction fuel as [|fuel IH]; intros l p x H Hx; [easy|]. destruct l as [|a l]; [easy|].
  rewrite <- (firstn_skipn n (a :: l)). apply in_or_app.
  destruct H as [<-|H]; [now left|right; exact (IH _ _ _ H Hx)].
Qed.

Lemma strided_sum (f : R * R -> R) w es : f (0, 0) = 0 -> (0 < w)%nat ->
  sum (map (fun l => sum (map f l)) (strided w es)) = sum (map f es).
Proof.
  intros Z W. unfold strided. rewrite map_map.
  rewrite (map_ext _ (fun j => sum (map (fun p => f (nth j p (0, 0))) (pieces (length es) w es))))
    by (intros j; now rewrite map_map).
  rewrite (sum_swap (fun j p => f (nth j p (0, 0)))). rewrite <- (sum_pieces f w W (length es) es (le_n _)).
  f_equal. apply map_ext_in. intros p Hp. apply sum_by_index; [exact Z|]. exact (pieces_short _ _ _ _ Hp).
Qed.

Lemma strided_members (P : R * R -> Prop) w es : P (0, 0) -> Forall P es ->
  Forall (fun l => Forall P l /\ length l = lane_length w es) (strided w es).
Proof.
  intros Z F. rewrite Forall_forall in F. unfold strided. apply Forall_forall. intros l H.
  apply in_map_iff in H. destruct H as (j & <- & _). split; [|apply map_length].
  apply Forall_forall. intros x Hx. apply in_map_iff in Hx. destruct Hx as (p & <- & Hp).
  destruct (nth_in_or_default j p (0, 0)) as [I| ->]; [|exact Z].
  apply F. exact (pieces_members _ _ _ _ _ Hp I).
Qed.

(** ** One lane *)

Lemma lane_close {X} (f : X -> R * R) g k l : 0 <= k <= 4 -> Forall (summand f g k) l ->
  INR (length l) * u <= / 5000000 ->
  let n := INR (length l) in
  let s := normalized (lane (map f l)) in
  0 <= weights g l /\
  Rabs (value_of s - total (map f l))
  <= ((n + k + 1) * (n + k + 1) + 11 / 10 * (n + k + 1)) * (u * (u * weights g l)) /\
  within ((1 + 7 / 10000000) * weights g l) s.
Proof.
  intros K F N n. assert (H := lane_holds f g k K l F ltac:(lra)). unfold lane_bounds in H. fold n in H, N.
  cbv zeta. unfold normalized. destruct (lane (map f l)) as [high low]. cbn [fst snd].
  destruct H as (Fh & Fl & A & Hh & Hl & E). split; [exact A|].
  set (a := weights g l) in *. set (tot := total (map f l)) in *. assert (U := u_pos). assert (Us := u_small).
  assert (Pn : 0 <= n) by apply pos_INR. assert (V := u_part a A). set (v := u * a) in *.
  assert (W := u_part v (proj1 V)). set (w := u * v) in *.
  set (m := n + k). assert (Pm : 0 <= m) by (unfold m; lra).
  assert (L : Rabs low <= 1002 / 1000 * (m * v)).
  { apply Rle_trans with (1 := Hl). rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [lra|].
    apply Rle_trans with ((1 + / 1000000) * (1001 / 1000 * m)); [|lra].
    apply Rmult_le_compat; unfold m; try lra.
    assert (0 <= n * u) by (apply Rmult_le_pos; lra). lra. }
  assert (Mu : m * u <= 201 / 1000000000) by (unfold m; assert (k * u <= 4 * u) by (apply Rmult_le_compat_r; lra); lra).
  assert (Mv : m * v <= 201 / 1000000000 * a).
  { unfold v. rewrite <- Rmult_assoc. now apply Rmult_le_compat_r. }
  assert (Mw : u * (m * v) = m * w) by (unfold w; ring).
  assert (Hn : Rabs high <= a + 203 / 1000000000 * a).
  { apply Rle_trans with (1 := Hh). assert (101 / 100 * n * u * a <= 203 / 1000000000 * a)
      by (apply Rmult_le_compat_r; lra). lra. }
  destruct (fast_two_sum_near high low Fh Fl) as (F1 & F2 & N1 & _ & N3).
  set (z := fast_two_sum high low) in *.
  assert (Ul := by_u _ _ L). replace (u * (1002 / 1000 * (m * v))) with (1002 / 1000 * (m * w)) in Ul by (unfold w; ring).
  assert (Z1 : fst z = rnd (high + low)) by reflexivity.
  assert (In1 := sum_in high low Fh Fl). rewrite <- Z1 in In1.
  assert (T := Rabs_triang high low). assert (A1 := at_most_by (fst z) (high + low)).
  assert (Uz := u_part _ (Rabs_pos (high + low))).
  assert (Hz : Rabs (fst z) <= a + 41 / 100000000 * a) by lra. assert (Uh := by_u _ _ Hz).
  replace (u * (a + 41 / 100000000 * a)) with (v + 41 / 100000000 * v) in Uh by (unfold v; ring).
  assert (Mw' : m * w <= 201 / 1000000000 * v).
  { unfold w. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; lra. }
  split; [|split; [exact F1|split; [exact F2|]]].
  - replace (value_of z - tot) with ((value_of z - (high + low)) + (high + low - tot)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). fold w in E |- *.
    replace (n + k + 1) with (m + 1) in * by (unfold m; ring).
    assert (0 <= m * w) by (apply Rmult_le_pos; lra). lra.
  - replace (u * ((1 + 7 / 10000000) * a)) with ((1 + 7 / 10000000) * v) by (unfold v; ring). lra.
Qed.

(** ** The tree of lanes *)

Definition held (c : R) (i : nat) (s w : R) (x : R * R) : Prop :=
  0 <= w /\ within ((1 + / 1000000 + INR i * / 1000000000000) * w) x /\
  Rabs (value_of x - s) <= (c + 63 / 10 * INR i) * (u * (u * w)).

Lemma held_add c i s w x s' w' y : INR i <= 100 ->
  held c i s w x -> held c i s' w' y -> held c (S i) (s + s') (w + w') (plus_pair x y).
Proof.
  intros I (W & X & E) (W' & X' & E'). assert (U := u_pos). assert (Us := u_small).
  assert (Pi := pos_INR i). destruct (plus_pair_error _ _ _ _ X X') as [N B].
  unfold held. rewrite S_INR. set (r := 1 + / 1000000 + INR i * / 1000000000000) in *.
  replace (r * w + r * w') with (r * (w + w')) in * by ring.
  assert (Ww : 0 <= w + w') by lra. assert (V := u_part _ Ww). assert (Z := u_part _ (proj1 V)).
  split; [exact Ww|]. split.
  - apply within_le with (2 := B). rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [exact Ww|].
    assert (r <= 2) by (unfold r; lra). assert (u * r <= u * 2) by (apply by_u; lra). unfold r in *. lra.
  - replace (value_of (plus_pair x y) - (s + s'))
      with ((value_of (plus_pair x y) - (value_of x + value_of y)) + ((value_of x - s) + (value_of y - s'))) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _). assert (T := Rabs_triang (value_of x - s) (value_of y - s')).
    assert (R : 62 / 10 * (u * (u * (r * (w + w')))) <= 63 / 10 * (u * (u * (w + w')))).
    { replace (62 / 10 * (u * (u * (r * (w + w'))))) with (62 / 10 * r * (u * (u * (w + w')))) by ring.
      apply Rmult_le_compat_r; [lra|]. unfold r. lra. }
    lra.
Qed.

Lemma pairs_sum_held c : forall j i s w v, (i + j <= 100)%nat -> length v = (2 ^ j)%nat ->
  lift (held c i) s w v -> held c (i + j) s w (pairs_sum j v).
Proof.
  induction j as [|j IH]; intros i s w v H L F.
  - rewrite Nat.add_0_r. destruct v as [|x [|y v]]; try discriminate L. exact (lift_one _ _ _ _ F).
  - destruct (lift_split _ (2 ^ j) _ _ _ F) as (s1 & w1 & s2 & w2 & F1 & F2 & -> & ->).
    replace (i + S j)%nat with (S i + j)%nat by lia. cbn [Nat.pow] in L.
    assert (L1 : length (firstn (2 ^ j) v) = (2 ^ j)%nat) by (rewrite firstn_length; lia).
    assert (L2 : length (skipn (2 ^ j) v) = (2 ^ j)%nat) by (rewrite skipn_length; lia).
    cbn [pairs_sum]. apply IH; [lia| |].
    + rewrite pairwise_length; [exact L1|]. now rewrite L1.
    + apply lift_pairwise with (3 := F2) (2 := F1); [|now rewrite L1].
      intros. apply held_add; try assumption. replace 100 with (INR 100) by (simpl; lra). apply le_INR. lia.
Qed.

Lemma lift_map {X Y} (P : R -> R -> Y -> Prop) (s w : X -> R) (f : X -> Y) l :
  Forall (fun a => P (s a) (w a) (f a)) l -> lift P (sum (map s l)) (sum (map w l)) (map f l).
Proof. intros F. induction F as [|a l H F IH]; simpl; [constructor|]. now constructor. Qed.

Lemma sharp_total_held c k f (s w : R * R -> R) es : (k < 100)%nat -> s (0, 0) = 0 -> w (0, 0) = 0 ->
  Forall (fun l => held c 0 (sum (map s l)) (sum (map w l)) (normalized (f l))) (strided (2 ^ S k) es) ->
  held c (S k) (sum (map s es)) (sum (map w es)) (sharp_total k f es).
Proof.
  intros K S0 W0 F. assert (P : (0 < 2 ^ S k)%nat) by (apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  rewrite <- (strided_sum s _ es S0 P), <- (strided_sum w _ es W0 P).
  unfold sharp_total. apply (pairs_sum_held c (S k) 0); [lia| |].
  - unfold strided. now rewrite !map_length, seq_length.
  - now apply (lift_map (held c 0) (fun l => sum (map s l)) (fun l => sum (map w l))
                 (fun l => normalized (f l))).
Qed.

(** ** The row's sums *)

Theorem sharp_sum_error k es : (k < 100)%nat -> Forall deviation_parts es ->
  let n := INR (lane_length (2 ^ S k) es) in
  n * u <= / 5000000 ->
  held ((n + 2) * (n + 2) + 11 / 10 * (n + 2)) (S k) (total es) (magnitude es) (sharp_total k lane es).
Proof.
  intros K F n N. apply sharp_total_held; try assumption.
  - cbn. lra.
  - cbn. apply Rabs_R0.
  - apply Forall_impl with (2 := strided_members _ (2 ^ S k) es no_deviation F). intros l [Fl Ll].
    assert (G : Forall (summand (fun x => x) (fun x => Rabs (fst x)) 1) l).
    { apply Forall_impl with (2 := Fl). intros e (F1 & F2 & L). repeat split; try assumption; lra. }
    assert (C := lane_close _ _ 1 l ltac:(lra) G). cbv zeta in C. rewrite map_id, Ll in C. fold n in C.
    specialize (C N). destruct C as (C1 & C2 & C3). unfold total, weights in *.
    split; [exact C1|]. split.
    + apply within_le with (2 := C3). apply Rmult_le_compat_r; [exact C1|]. simpl INR. lra.
    + apply Rle_trans with (1 := C2). apply Rmult_le_compat_r.
      * assert (V := u_part _ C1). apply (u_part _ (proj1 V)).
      * simpl (INR 0). replace (n + 1 + 1) with (n + 2) by ring. lra.
Qed.

Theorem sharp_squares_error fused k es : (k < 100)%nat -> Forall deviation_parts es ->
  let n := INR (lane_length (2 ^ S k) es) in
  n * u <= / 5000000 ->
  held ((n + 5) * (n + 5) + 12 / 10 * (n + 5) + 8) (S k) (squares_total es) (sizes es)
    (sharp_total k (fun l => lane (map (square fused) l)) es).
Proof.
  intros K F n N. apply sharp_total_held; try assumption.
  { cbn. ring. }
  { unfold size. cbn [fst]. now rewrite Req_bool_true. }
  apply Forall_impl with (2 := strided_members _ (2 ^ S k) es no_deviation F). intros l [Fl Ll].
  destruct (squares_near fused l Fl) as (G1 & G2 & G3 & _).
  assert (C := lane_close _ _ 4 l ltac:(lra) G1). cbv zeta in C. rewrite scaled_weights, Ll in C. fold n in C.
  specialize (C N). destruct C as (C1 & C2 & C3). set (m := map (square fused) l) in *.
  change (sum (map (fun e => (fst e + snd e) * (fst e + snd e)) l)) with (squares_total l).
  change (sum (map size l)) with (sizes l).
  set (q := sizes l) in *. assert (Q : 0 <= q) by lra. assert (V := u_part _ Q).
  assert (W := u_part _ (proj1 V)). assert (P : 0 <= n) by apply pos_INR.
  split; [exact Q|]. split.
  - apply within_le with (2 := C3). simpl INR. lra.
  - replace (value_of (normalized (lane m)) - squares_total l)
      with ((value_of (normalized (lane m)) - total m) + (total m - squares_total l)) by ring.
    apply Rle_trans with (1 := Rabs_triang _ _).
    set (x := u * (u * q)) in *.
    replace (u * (u * (bit_more * q))) with (bit_more * x) in C2 by (unfold x; ring).
    replace (7 * (u * u) * q) with (7 * x) in G2 by (unfold x; ring).
    replace (n + 4 + 1) with (n + 5) in C2 by ring. simpl (INR 0).
    set (c := n + 5) in *. assert (Pc : 5 <= c) by (unfold c; lra).
    assert (Cu : c <= 2000000000) by (unfold c; rewrite u_value in N; lra).
    assert (Cc : c * c <= 2000000000 * c) by (apply Rmult_le_compat_r; lra).
    assert (0 <= c * c) by (apply Rmult_le_pos; lra).
    apply Rle_trans with ((bit_more * (c * c + 11 / 10 * c) + 7) * x); [lra|].
    apply Rmult_le_compat_r; lra.
Qed.
