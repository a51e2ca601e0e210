(* SPDX-License-Identifier: Apache-2.0 *)
(** * The sum of the lanes' squares

    Purpose.  Each lane's pair of sums is n joins off, and the lanes are joined one by one.  Both together are off by
    (n + 2 L)^2 u^2 times the sum of the squares, for L lanes.

    Corresponds to the loop over lanes of FinishBinary64 in lib/fast/binary64_moments-inl.h.

    Symbols.
      held n s w x     squares.v: what n numbers of sum s have been joined to, along a lane
      joined n j s x   such a lane, and j more that have been joined to it

    Main results.
      squares_first_error   |fst + snd - sum first^2|
      squares_first_sizes   fst and snd *)

From Coq Require Import ZArith Reals List Arith Lia Lra.
From Flocq Require Import Core.
From ExactNorm Require Import specification fast.model fast.operations fast.sums fast.row_sums
  sharp.ends sharp.sums binary64.model binary64.grid binary64.split binary64.sums binary64.squares.
Import ListNotations.

Local Open Scope R_scope.

Local Notation A := (real_arithmetic true).

(** ** One lane *)

Lemma steps_high l : forall s, 0 <= fst s -> Forall (fun x => 0 <= fst x) l -> 0 <= fst (fold_left step l s).
Proof.
  induction l as [|x l IH]; intros s S F; [exact S|]. inversion F. subst. cbn [fold_left]. apply IH; [|assumption].
  destruct s as [high low], x as [d rest]. cbn [step fst] in *. apply rnd_ge_0. lra.
Qed.

Lemma held_lane n s w x : held n s w x -> INR n * u <= / 10000 ->
  0 <= s /\ binary64 (fst x) /\ binary64 (snd x) /\ 0 <= fst x <= (1 + 101 / 100 * INR n * u) * s /\
  Rabs (snd x) <= (1 + 21 / 10 * INR n * u) * (1001 / 1000 * INR n * (u * s)) /\
  Rabs (fst x + snd x - s) <= (INR n + 1) * (INR n + 1) * (u * (u * s)).
Proof.
  intros (l & L & -> & F & <- & _) N. set (t := map (fun q => (q, 0)) l).
  assert (M : weights (fun q => q) l = sum l) by (unfold weights; now rewrite map_id).
  assert (T : total t = sum l).
  { unfold t, total. rewrite map_map. cbn [fst snd]. rewrite (map_ext _ (fun q => q)) by (intros; ring).
    now rewrite map_id. }
  assert (S : Forall (summand (fun q => (q, 0)) (fun q => q) 0) l).
  { apply Forall_impl with (2 := F). intros q [B Q]. split; [exact B|]. split; [apply binary64_0|].
    cbn [fst snd]. rewrite Rabs_R0, Rabs_pos_eq by exact Q. lra. }
  assert (P : 0 <= fst (lane t)).
  { apply steps_high; [cbn; lra|]. apply Forall_map. apply Forall_impl with (2 := F). intros q [_ Q]. exact Q. }
  assert (H := lane_holds _ _ 0 ltac:(lra) _ S). rewrite L in H. specialize (H N).
  unfold lane_bounds in H. rewrite M in H. fold t in H. rewrite L, T in H.
  destruct (lane t) as [high low]. cbn [fst snd] in *.
  destruct H as (Fh & Fl & S0 & Hh & Hl & D). rewrite !Rplus_0_r in *. rewrite Rabs_pos_eq in Hh by exact P.
  repeat split; try assumption. rewrite <- Rmult_assoc in Hl |- *.
  apply Rle_trans with (1 := Hl). apply Req_le. ring.
Qed.

(** ** Lanes joined *)

Definition lanes_error (n j : R) : R := (n + 1) * (n + 1) + 101 / 100 * n + 101 / 100 * (j * (n + j + 1)).

Definition joined (n j : nat) (s : R) (x : R * R) : Prop :=
  let m := INR n + INR j in
  0 <= s /\ binary64 (fst x) /\ binary64 (snd x) /\ 0 <= fst x <= (1 + 4 * (m * u)) * s /\
  Rabs (snd x) <= (1 + 4 * (m * u)) * (1001 / 1000 * m * (u * s)) /\
  Rabs (fst x + snd x - s) <= lanes_error (INR n) (INR j) * (u * (u * s)).

Lemma joined_one n s w x : held n s w x -> INR n * u <= / 10000 -> joined n 0 s x.
Proof.
  intros H N. destruct (held_lane n s w x H N) as (S & Fh & Fl & Hh & Hl & E).
  assert (Pn := pos_INR n). assert (U := u_pos). assert (Q : 0 <= INR n * u) by (apply Rmult_le_pos; lra).
  assert (Us : 0 <= u * s) by (apply Rmult_le_pos; lra).
  unfold joined. change (INR 0) with 0. rewrite Rplus_0_r. set (m := INR n) in *. set (nu := m * u) in *.
  replace (101 / 100 * m * u) with (101 / 100 * nu) in Hh by (unfold nu; ring).
  replace (21 / 10 * m * u) with (21 / 10 * nu) in Hl by (unfold nu; ring).
  split; [exact S|]. split; [exact Fh|]. split; [exact Fl|]. split; [split; [apply Hh|]|split].
  - apply Rle_trans with (1 := proj2 Hh). apply Rmult_le_compat_r; lra.
  - apply Rle_trans with (1 := Hl). apply Rmult_le_compat_r; [|lra].
    apply Rmult_le_pos; [lra|exact Us].
  - apply Rle_trans with (1 := E). apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|]. unfold lanes_error. lra.
Qed.

Lemma joined_more n j s x s' w' y : (INR n + INR j + 1) * u <= / 100000000 ->
  joined n j s x -> held n s' w' y -> joined n (S j) (s + s') (add_lane R A x y).
Proof.
  intros N (S & Fh & Fl & Hh & Hl & E) H. assert (U := u_pos). assert (Us := u_small).
  assert (Pn := pos_INR n). assert (Pj := pos_INR j).
  assert (Nn : INR n * u <= / 100000000).
  { apply Rle_trans with (2 := N). apply Rmult_le_compat_r; lra. }
  destruct (held_lane n s' w' y H ltac:(lra)) as (S' & Gh & Gl & Hh' & Hl' & E').
  unfold joined. rewrite S_INR. set (n' := INR n) in *. set (j' := INR j) in *.
  destruct x as [high low], y as [h l]. unfold add_lane, two_sum. cbn [fst snd plus subtract real_arithmetic] in *.
  set (high' := rnd (high + h)).
  match goal with |- context [rnd (rnd (high - ?b) + ?c)] => set (err := rnd (rnd (high - b) + c)) end.
  assert (Ex : high' + err = high + h) by exact (two_sum_exact high h Fh Gh).
  assert (In := sum_in high h Fh Gh). fold high' in In.
  assert (Be : binary64 err) by apply binary64_rnd.
  assert (Ir := sum_in err l Be Gl). set (r := rnd (err + l)) in *. assert (Br : binary64 r) by apply binary64_rnd.
  assert (Il := sum_in low r Fl Br). set (low' := rnd (low + r)) in *.
  set (m := n' + j') in *. assert (Pm : 0 <= m) by (unfold m; lra).
  set (mu := m * u) in *. assert (Pmu : 0 <= mu) by (apply Rmult_le_pos; lra).
  set (nu := n' * u) in *. assert (Pnu : 0 <= nu <= mu).
  { split; [apply Rmult_le_pos; lra|]. apply Rmult_le_compat_r; unfold m; lra. }
  replace ((m + 1) * u) with (mu + u) in N by (unfold mu; ring).
  replace (101 / 100 * n' * u) with (101 / 100 * nu) in Hh' by (unfold nu; ring).
  replace (21 / 10 * n' * u) with (21 / 10 * nu) in Hl' by (unfold nu; ring).
  replace (n' + (j' + 1)) with (m + 1) by (unfold m; ring). replace ((m + 1) * u) with (mu + u) by (unfold mu; ring).
  set (t := s + s'). assert (Pt : 0 <= t) by (unfold t; lra).
  set (us := u * s) in *. set (us' := u * s') in *. set (ut := u * t).
  assert (Pus : 0 <= us) by (apply Rmult_le_pos; lra). assert (Pus' : 0 <= us') by (apply Rmult_le_pos; lra).
  assert (Et : ut = us + us') by (unfold ut, us, us', t; ring).
  (* high *)
  assert (Hb : 0 <= high + h <= (1 + 4 * mu) * t).
  { split; [lra|]. unfold t.
    assert ((1 + 101 / 100 * nu) * s' <= (1 + 4 * mu) * s') by (apply Rmult_le_compat_r; lra). lra. }
  rewrite (Rabs_pos_eq (high + h)) in In by lra.
  assert (Ue : u * (high + h) <= 1001 / 1000 * ut).
  { apply Rle_trans with (u * ((1 + 4 * mu) * t)); [apply Rmult_le_compat_l; lra|].
    replace (u * ((1 + 4 * mu) * t)) with ((1 + 4 * mu) * ut) by (unfold ut; ring).
    apply Rmult_le_compat_r; lra. }
  assert (Ue' : u * (high + h) <= u * ((1 + 4 * mu) * t)) by (apply Rmult_le_compat_l; lra).
  assert (He : Rabs err <= 10001 / 10000 * ut).
  { replace err with (- (high' - (high + h))) by lra. rewrite Rabs_Ropp. apply Rle_trans with (1 := In).
    apply Rle_trans with (1 := Ue').
    replace (u * ((1 + 4 * mu) * t)) with ((1 + 4 * mu) * ut) by (unfold ut; ring).
    apply Rmult_le_compat_r; lra. }
  assert (High : 0 <= high' <= (1 + 4 * (mu + u)) * t).
  { split; [apply rnd_ge_0; lra|]. apply Rabs_le_inv in In.
    apply Rle_trans with ((1 + u) * ((1 + 4 * mu) * t)); [lra|]. rewrite <- Rmult_assoc.
    apply Rmult_le_compat_r; [exact Pt|]. assert (u * mu <= u * / 100000000) by (apply Rmult_le_compat_l; lra). lra. }
  (* low *)
  set (a := 1001 / 1000 * m * us) in *. assert (Pa : 0 <= a) by (unfold a; apply Rmult_le_pos; lra).
  set (b := 1001 / 1000 * n' * us') in *. assert (Pb : 0 <= b) by (unfold b; apply Rmult_le_pos; lra).
  set (c := 1001 / 1000 * (m + 1) * ut).
  assert (Hc : a + b + 1001 / 1000 * ut <= c).
  { unfold a, b, c. rewrite Et. assert (0 <= (m - n') * us') by (apply Rmult_le_pos; unfold m; lra). lra. }
  assert (Lb : Rabs l <= (1 + 4 * mu) * b).
  { apply Rle_trans with (1 := Hl'). apply Rmult_le_compat_r; lra. }
  assert (Tr := Rabs_triang err l). set (q := Rabs err + Rabs l) in *.
  assert (Pq : 0 <= q) by (unfold q; assert (Z1 := Rabs_pos err); assert (Z2 := Rabs_pos l); lra).
  assert (Qr : q <= (1 + 4 * mu) * (b + 10001 / 10000 * ut)).
  { unfold q. assert (0 <= 4 * mu * (10001 / 10000 * ut)) by (apply Rmult_le_pos; unfold ut; [lra|apply Rmult_le_pos; [lra|]; apply Rmult_le_pos; lra]). lra. }
  assert (Ur : Rabs (r - (err + l)) <= u * q).
  { apply Rle_trans with (1 := Ir). apply Rmult_le_compat_l; lra. }
  assert (Hr : Rabs r <= (1 + u) * q).
  { replace r with ((err + l) + (r - (err + l))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Tl := Rabs_triang low r).
  assert (Hs : Rabs low + Rabs r <= (1 + u) * ((1 + 4 * mu) * c)).
  { assert (K1 : (1 + u) * q <= (1 + u) * ((1 + 4 * mu) * (b + 10001 / 10000 * ut))) by (apply Rmult_le_compat_l; lra).
    assert (K2 : (1 + 4 * mu) * a <= (1 + u) * ((1 + 4 * mu) * a)).
    { assert (0 <= u * ((1 + 4 * mu) * a)) by (repeat apply Rmult_le_pos; lra). lra. }
    assert (K3 : (1 + u) * ((1 + 4 * mu) * (a + b + 10001 / 10000 * ut)) <= (1 + u) * ((1 + 4 * mu) * c)).
    { apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; [lra|].
      assert (0 <= ut) by (rewrite Et; lra). lra. }
    lra. }
  assert (Ul : u * Rabs (low + r) <= u * ((1 + u) * ((1 + 4 * mu) * c))) by (apply Rmult_le_compat_l; lra).
  assert (Pc : 0 <= c) by (assert (0 <= ut) by (rewrite Et; lra); lra).
  assert (Hl2 : Rabs low' <= (1 + u) * ((1 + u) * ((1 + 4 * mu) * c))).
  { replace low' with ((low + r) + (low' - (low + r))) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Um : u * mu <= u * / 100000000) by (apply Rmult_le_compat_l; lra).
  assert (Uu : u * u <= u * / 100000000) by (apply Rmult_le_compat_l; lra).
  split; [exact Pt|]. split; [apply binary64_rnd|]. split; [apply binary64_rnd|]. split; [exact High|]. split.
  - fold ut. fold c. apply Rle_trans with (1 := Hl2). rewrite <- !Rmult_assoc. apply Rmult_le_compat_r; [exact Pc|].
    assert (u * (u * mu) <= u * (u * / 100000000)) by (repeat (apply Rmult_le_compat_l; [lra|]); lra). lra.
  - replace (high' + low' - t)
      with ((high + low - s) + (h + l - s') + (r - (err + l)) + (low' - (low + r))) by (unfold t; lra).
    apply Rle_trans with (1 := Rabs_triang _ _).
    assert (T1 := Rabs_triang ((high + low - s) + (h + l - s')) (r - (err + l))).
    assert (T2 := Rabs_triang (high + low - s) (h + l - s')).
    assert (Uq : u * q <= u * ((1 + 4 * mu) * (b + 10001 / 10000 * ut))) by (apply Rmult_le_compat_l; lra).
    assert (Put : 0 <= ut) by (rewrite Et; lra).
    assert (Uq' : u * q <= 1001 / 1000 * (u * (n' * us')) + 1002 / 1000 * (u * ut) + 4 / 1000 * (u * (n' * us'))).
    { apply Rle_trans with (1 := Uq).
      assert ((1 + 4 * mu) * (b + 10001 / 10000 * ut) <= 10001 / 10000 * (b + 10001 / 10000 * ut))
        by (apply Rmult_le_compat_r; lra).
      assert (0 <= n' * us') by (apply Rmult_le_pos; lra).
      apply Rle_trans with (u * (1005 / 1000 * (n' * us') + 1002 / 1000 * ut)).
      - apply Rmult_le_compat_l; [lra|]. unfold b in *. lra.
      - lra. }
    assert (Ul' : u * Rabs (low + r) <= 1005 / 1000 * ((m + 1) * (u * ut))).
    { apply Rle_trans with (1 := Ul). replace (1005 / 1000 * ((m + 1) * (u * ut))) with (u * (1005 / 1000 * ((m + 1) * ut))) by ring.
      apply Rmult_le_compat_l; [lra|]. set (d := (m + 1) * ut).
      replace ((1 + u) * ((1 + 4 * mu) * c)) with ((1 + u) * (1 + 4 * mu) * (1001 / 1000) * d) by (unfold c, d; ring).
      apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|lra]. }
    fold us us' in E, E'. fold ut.
    set (v := u * us) in *. set (v' := u * us') in *. assert (Pv : 0 <= v) by (apply Rmult_le_pos; lra).
    assert (Pv' : 0 <= v') by (apply Rmult_le_pos; lra).
    replace (u * ut) with (v + v') in * by (unfold v, v'; rewrite Et; ring).
    replace (u * (n' * us')) with (n' * v') in Uq' by (unfold v'; ring).
    assert (Nv : 0 <= n' * v') by (apply Rmult_le_pos; lra).
    assert (Step : lanes_error n' j' * v + (n' + 1) * (n' + 1) * v' + (101 / 100 * (n' * v') + 101 / 100 * (v + v'))
                   + 101 / 100 * ((m + 1) * (v + v')) <= lanes_error n' (j' + 1) * (v + v')).
    { unfold lanes_error, m.
      assert (0 <= j' * v) by (apply Rmult_le_pos; lra). assert (0 <= j' * v') by (apply Rmult_le_pos; lra).
      assert (0 <= n' * v) by (apply Rmult_le_pos; lra).
      assert (0 <= j' * (n' + j' + 1) * v') by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|lra]). lra. }
    assert (0 <= (m + 1) * (v + v')) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma joined_all n v : forall j s x s' w', (INR n + INR (j + length v)) * u <= / 100000000 ->
  joined n j s x -> lift (held n) s' w' v -> joined n (j + length v) (s + s') (fold_left (add_lane R A) v x).
Proof.
  induction v as [|y v IH]; intros j s x s' w' N J L.
  - inversion L. subst. rewrite Nat.add_0_r, Rplus_0_r. exact J.
  - inversion L as [|a b c d f g p r x1 y1 t]. subst. cbn [length fold_left] in *.
    rewrite <- Nat.add_succ_comm in *. rewrite <- Rplus_assoc. apply IH with (w' := f); [exact N| |exact r].
    apply joined_more with (w' := b); try assumption. apply Rle_trans with (2 := N).
    apply Rmult_le_compat_r; [apply Rlt_le, u_pos|]. rewrite plus_INR, S_INR. assert (Q := pos_INR (length v)). lra.
Qed.

(** ** All of them *)

Lemma blocks_most n : (Z.of_nat n <= 2 ^ 18)%Z -> INR ((n + 255) / 256) <= 1024.
Proof.
  intros H. rewrite INR_IZR_INZ. apply IZR_le. rewrite Nat2Z.inj_div, Nat2Z.inj_add.
  change (Z.of_nat 255) with 255%Z. change (Z.of_nat 256) with 256%Z. apply Z.lt_succ_r.
  apply Z.div_lt_upper_bound; lia.
Qed.

Section Grid.
Variables z e : Z.
Hypothesis z_least : (-424 <= z)%Z.
Hypothesis scale_range : (z + 23 <= e <= z + 25)%Z.
Variable k : nat.
Hypothesis lanes_range : (k <= 4)%nat.
Hypothesis chain_range : INR (chain k) * bpow radix2 (2 * (e - z)) <= bpow radix2 53.
Variable ds : list R.
Hypothesis ds_bounded : Forall (bounded e) ds.
Hypothesis columns_range : (Z.of_nat (length ds) <= 2 ^ 18)%Z.

Let x := squares_first A k (spread z) ds.
Let s := first_squares z ds.
Let roots := INR (4 * ((length ds + 255) / 256) + 2 * 2 ^ k).

Lemma squares_joined : exists n j, joined n j s x /\ INR n + 2 * INR j + 2 <= roots /\ INR n + INR j <= 4112.
Proof.
  destruct (squares_by_lane_held z e z_least scale_range k chain_range ds ds_bounded) as (b & B & L & E).
  assert (M := blocks_most _ columns_range). assert (Bm : INR b <= 1024) by (apply le_INR in B; lra).
  assert (K : INR (2 ^ k) <= 16).
  { rewrite pow_INR. change (INR 2) with 2. replace 16 with (2 ^ 4) by ring. apply Rle_pow; [lra|exact lanes_range]. }
  unfold x, squares_first. destruct (squares_by_lane R A k (spread z) ds) as [|lane lanes].
  { exfalso. assert (2 ^ k <> 0)%nat by (apply Nat.pow_nonzero; lia). now apply H. }
  inversion L as [|s1 w1 a s2 w2 t H1 H2 Es Ew]. subst a t. exists (4 * b)%nat, (length lanes).
  assert (Kl : INR (2 ^ k) = INR (length lanes) + 1) by (rewrite <- E; apply S_INR).
  assert (J := joined_all (4 * b) lanes 0 s1 lane s2 w2).
  set (l := length lanes) in *. change (@length (R * R) lanes) with l in *.
  assert (E4 : INR (4 * b) = 4 * INR b) by (rewrite mult_INR; f_equal; simpl; ring).
  assert (Sm := u_small). assert (U := u_pos). assert (Pb := pos_INR b). assert (Pl := pos_INR l).
  assert (Small : (INR (4 * b) + INR l) * u <= / 100000000).
  { rewrite E4. apply Rle_trans with (10000 * u); [apply Rmult_le_compat_r; lra|lra]. }
  assert (Small' : INR (4 * b) * u <= / 10000).
  { rewrite E4. apply Rle_trans with (10000 * u); [apply Rmult_le_compat_r; lra|lra]. }
  split; [|split].
  - unfold s. rewrite <- Es. exact (J Small (joined_one _ _ _ _ H1 Small') H2).
  - unfold roots. rewrite plus_INR, !mult_INR, Kl. apply le_INR in B. simpl (INR 4). simpl (INR 2). lra.
  - rewrite E4. lra.
Qed.

Theorem squares_first_sizes :
  binary64 (fst x) /\ binary64 (snd x) /\ 0 <= fst x <= (1 + / 1000000) * s /\
  Rabs (snd x) <= 1002 / 1000 * (roots * (u * s)).
Proof.
  destruct squares_joined as (n & j & (S & Fh & Fl & Hh & Hl & _) & Q & M).
  assert (U := u_pos). assert (Us := u_small). assert (Pn := pos_INR n). assert (Pj := pos_INR j).
  set (m := INR n + INR j) in *. assert (Pm : 0 <= m) by (unfold m; lra).
  assert (Mu : m * u <= / 100000000).
  { apply Rle_trans with (4112 * u); [apply Rmult_le_compat_r; lra|lra]. }
  assert (Us' : 0 <= u * s) by (apply Rmult_le_pos; lra). assert (P : 0 <= m * u) by (apply Rmult_le_pos; lra).
  split; [exact Fh|]. split; [exact Fl|]. split; [split; [apply Hh|]|].
  - apply Rle_trans with (1 := proj2 Hh). apply Rmult_le_compat_r; lra.
  - apply Rle_trans with (1 := Hl). rewrite <- !Rmult_assoc. apply Rle_trans with (1002 / 1000 * m * u * s).
    + rewrite !(Rmult_assoc _ u). apply Rmult_le_compat_r; [exact Us'|].
      replace (1001 / 1000 * m) with (1001 / 1000 * m) by ring.
      apply Rle_trans with ((1 + 4 * / 100000000) * (1001 / 1000) * m); [|apply Rmult_le_compat_r; lra].
      rewrite !Rmult_assoc. apply Rmult_le_compat_r; lra.
    + rewrite !(Rmult_assoc _ u). apply Rmult_le_compat_r; [exact Us'|]. unfold m. lra.
Qed.

Theorem squares_first_error : Rabs (fst x + snd x - s) <= roots * roots * (u * (u * s)).
Proof.
  destruct squares_joined as (n & j & (S & _ & _ & _ & _ & E) & Q & _). assert (U := u_pos).
  assert (Pn := pos_INR n). assert (Pj := pos_INR j). apply Rle_trans with (1 := E).
  apply Rmult_le_compat_r; [repeat apply Rmult_le_pos; lra|]. unfold lanes_error.
  apply Rle_trans with ((INR n + 2 * INR j + 2) * (INR n + 2 * INR j + 2)).
  - assert (0 <= INR n * INR j) by (apply Rmult_le_pos; lra). assert (0 <= INR j * INR j) by (apply Rmult_le_pos; lra). lra.
  - apply Rmult_le_compat; lra.
Qed.

End Grid.
