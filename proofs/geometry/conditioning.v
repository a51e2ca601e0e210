(* SPDX-License-Identifier: Apache-2.0 *)
(** * How well the secular equation determines its roots

    Purpose.  The facts about real numbers that the error bounds of the roots and directions rest on:
    where a root lies, how steep the function is there, and so how near to the root a number is whose
    residual is small.

    Corresponds to lib/geometry/secular and lib/geometry/directions: their error ledgers.

    Symbols.  Those of secular.v, and
      slope g m      f'(m), the sum of 1 / (g_i^2 - m)^2
      terms g m      A, the sum of 1 / |g_i^2 - m|

    Main results.
      root_offset    a root is at least gap / (2 N) away from both ends of its gap
      root_scale     a root below g_q^2 is at least g_q^2 / N
      conditioning   at a root, A <= sqrt(N) |g_i^2 - m| f'(m), for every i
      root_accuracy  if |f(m')| <= delta A(m') and m' is nearer to m than theta of all distances to
                     poles, then |m' - m| <= (1 + theta) / (1 - theta) delta sqrt(N) |g_i^2 - m|
      direction_accuracy   then each |v'_i - v_i| <= theta / (1 - theta) |v_i| *)

From mathcomp Require Import all_ssreflect all_algebra.
From ExactNorm Require Import geometry.arithmetic geometry.vectors geometry.secular.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Conditioning.
Variables (R : rcfType) (n : nat) (g : 'cV[R]_n.+1).
Implicit Types (m : R) (i j p q : 'I_n.+1).
Add Field R_field : (field_laws R).

Notation N := (@row_size R n).
Notation t := (square g).

Definition slope m : R := \sum_i (t i - m)^-1 ^+ 2.
Definition terms m : R := \sum_i `|(t i - m)^-1|.

(** ** Where a root lies *)

Theorem root_offset p q m :
  neighbours g p q -> t p < m < t q -> secular g m = 0 ->
  (t q - t p) / (2%:R * N) <= m - t p /\ (t q - t p) / (2%:R * N) <= t q - m.
Proof.
move=> nb range root; have [m' range' root'] := secular_root_exists nb.
have e : m' = m by apply: (secular_root_unique nb) => //; exact: margin_strict range'.
move: range'; rewrite e => /andP[lo hi]; have [pq _] := nb.
have N0 := row_size_gt0 R n.
have share : (t q - t p) / (2%:R * N) <= margin g p q.
  rewrite /margin ler_pmul2l ?subr_gt0 // lef_pinv ?posrE ?mulr_gt0 ?ltr0n ?addr_gt0 ?ltr01 //.
  by rewrite mulr_natl mulr2n ler_add2l /row_size ler1n.
split; apply: le_trans share _; first by rewrite ler_subr_addl.
by rewrite ler_subr_addl -ler_subr_addr.
Qed.

Theorem root_scale p q m :
  neighbours g p q -> t p < m < t q -> secular g m = 0 -> t q <= N * m.
Proof.
move=> [pq out] /andP[pm mq] root; have d0 : 0 < t q - m by rewrite subr_gt0.
have m0 : 0 < m by rewrite (le_lt_trans _ pm) // sqr_ge0.
have own : (t p - m)^-1 <= - m^-1.
  rewrite -opprB invrN ler_opp2 lef_pinv ?posrE ?subr_gt0 // ler_subl_addr ler_addl.
  exact: sqr_ge0.
have other i : (t i - m)^-1 <= (t q - m)^-1.
  case: (out i) => [ip|qi]; last first.
    by rewrite lef_pinv ?posrE ?ler_add2r // subr_gt0 (lt_le_trans mq).
  by rewrite (@le_trans _ _ 0) ?invr_ge0 ?(ltW d0) // invr_le0 subr_le0 (le_trans ip) // ltW.
have : 0 <= - m^-1 + n%:R * (t q - m)^-1.
  rewrite -root /secular (bigD1 p) //= ler_add //.
  apply: (@le_trans _ _ (\sum_(i | i != p) (t q - m)^-1)).
    by apply: ler_sum => i _; exact: other.
  by rewrite (sumr_const (predC1 p)) cardC1 card_ord mulr_natl.
rewrite addrC subr_ge0 ler_pdivl_mulr // mulrC ler_pdivr_mulr // ler_subl_addr.
by rewrite /row_size -addn1 natrD mulrDl mul1r.
Qed.

(** ** How steep the function is *)

Lemma cauchy (f : 'I_n.+1 -> R) : (\sum_i f i) ^+ 2 <= N * \sum_i f i ^+ 2.
Proof.
set S := \sum_i f i; set Q := \sum_i _; have N0 := row_size_gt0 R n.
have : 0 <= \sum_i (f i - S / N) ^+ 2 by apply: sumr_ge0 => i _; exact: sqr_ge0.
have each i : (f i - S / N) ^+ 2 = f i ^+ 2 + (- (2%:R * (S / N)) * f i + (S / N) ^+ 2).
  by set c := S / N; read_identity R; ring.
under eq_bigr do rewrite each.
rewrite !big_split /= -mulr_sumr -/S -/Q sumr_const card_ord -[_ *+ n.+1]mulr_natr -/N.
have -> : Q + (- (2%:R * (S / N)) * S + (S / N) ^+ 2 * N) = (N * Q - S ^+ 2) / N.
  by have /lt0r_neq0 /eqP := N0; move: (N) => s s0; read_identity R; field.
by rewrite pmulr_lge0 ?invr_gt0 // subr_ge0.
Qed.

Theorem conditioning m i : regular g m -> secular g m = 0 ->
  terms m <= Num.sqrt N * (`|t i - m| * slope m).
Proof.
move=> reg root; have N0 := row_size_gt0 R n.
pose s j := (t j - m)^-1; pose sg := (-1) ^+ (s i < 0)%R : R.
have sgE : sg * s i = `|s i| by rewrite [RHS]normrEsign.
have sg2 : sg ^+ 2 = 1 by rewrite sqrr_sign.
pose f j := (`|s j| - sg * s j) / 2%:R.
have two : (2%:R : R) <> 0 by apply/eqP; rewrite pnatr_eq0.
have sum_f : \sum_j f j = terms m / 2%:R.
  by rewrite /f -mulr_suml sumrB -mulr_sumr -/(secular g m) root mulr0 subr0.
have f_le j : f j ^+ 2 <= s j ^+ 2.
  have fj : 0 <= f j.
    rewrite divr_ge0 ?ler0n // subr_ge0 -[leRHS]mul1r -[1](normr_sign R (s i < 0)%R).
    by rewrite -normrM ler_norm.
  have sj : f j <= `|s j|.
    rewrite ler_pdivr_mulr ?ltr0n // mulr_natr mulr2n ler_add2l -mulNr.
    by rewrite -[leRHS]mul1r -[1](normr_sign R (s i < 0)%R) -normrN -normrM ler_norm.
  by rewrite -(real_normK (num_real (s j))) ler_sqr ?nnegrE.
have own : f i = 0 by rewrite /f sgE subrr mul0r.
pose Q := \sum_j f j ^+ 2.
have Q0 : 0 <= Q by apply: sumr_ge0 => j _; exact: sqr_ge0.
have steep : s i ^+ 2 + Q <= slope m.
  rewrite /slope (bigD1 i) //= -/(s i) ler_add2l /Q (bigD1 i) //= own expr0n add0r.
  by apply: ler_sum => j _; exact: f_le.
have A0 : 0 <= terms m by apply: sumr_ge0 => j _; exact: normr_ge0.
have slope0 : 0 <= slope m by apply: sumr_ge0 => j _; exact: sqr_ge0.
have four : terms m ^+ 2 <= N * (4%:R * Q).
  have := cauchy f; rewrite sum_f -/Q expr_div_n ler_pdivr_mulr ?exprn_gt0 ?ltr0n //.
  by rewrite -natrX -mulrA (mulrC Q).
have amgm : 4%:R * Q * s i ^+ 2 <= slope m ^+ 2.
  apply: (@le_trans _ _ ((s i ^+ 2 + Q) ^+ 2)); last first.
    by rewrite ler_sqr ?nnegrE // addr_ge0 ?sqr_ge0.
  rewrite -subr_ge0 (_ : _ - _ = (s i ^+ 2 - Q) ^+ 2) ?sqr_ge0 //.
  have -> : 4%:R = 2%:R * 2%:R :> R by rewrite -natrM.
  by set a := s i; read_identity R; ring.
have s0 : 0 < `|s i| by rewrite normr_gt0 invr_eq0 subr_eq0 reg.
have -> : `|t i - m| = `|s i|^-1 by rewrite /s normfV invrK.
rewrite mulrCA mulrC ler_pdivl_mulr // -ler_sqr ?nnegrE ?mulr_ge0 ?sqrtr_ge0 ?(ltW s0) //.
rewrite !exprMn sqr_sqrtr ?(ltW N0) // real_normK ?num_real //.
apply: (@le_trans _ _ (N * (4%:R * Q) * s i ^+ 2)); first by rewrite ler_wpmul2r ?sqr_ge0.
by rewrite -mulrA ler_pmul2l.
Qed.

(** ** How near a number of small residual is *)

Section Near.
Variables (m m' theta : R).
Hypothesis reg : regular g m.
Hypothesis theta01 : 0 <= theta < 1.
Hypothesis near : forall j, `|m' - m| <= theta * `|t j - m|.

Let e j := (m' - m) / (t j - m).

Lemma near_size j : `|e j| <= theta.
Proof.
have d0 : 0 < `|t j - m| by rewrite normr_gt0 subr_eq0 reg.
by rewrite /e normrM normfV ler_pdivr_mulr.
Qed.

Lemma near_gt0 j : 0 < 1 - e j.
Proof.
case/andP: theta01 => _ lt1; rewrite subr_gt0 (le_lt_trans _ lt1) //.
exact: le_trans (ler_norm _) (near_size j).
Qed.

Lemma near_inverse j : (t j - m')^-1 = (t j - m)^-1 / (1 - e j).
Proof.
suff -> : t j - m' = (t j - m) * (1 - e j) by rewrite invfM.
have /eqP : t j - m != 0 by rewrite subr_eq0 reg.
by rewrite /e; set a := t j => d0; read_identity R; field.
Qed.

Lemma near_upper j : (1 - e j)^-1 <= (1 - theta)^-1.
Proof.
case/andP: theta01 => _ lt1; rewrite lef_pinv ?posrE ?subr_gt0 ?near_gt0 //.
  by rewrite ler_add2l ler_opp2 (le_trans (ler_norm _)) // near_size.
by rewrite -subr_gt0 near_gt0.
Qed.

Lemma near_lower j : (1 + theta)^-1 <= (1 - e j)^-1.
Proof.
case/andP: theta01 => ge0 _; rewrite lef_pinv ?posrE ?near_gt0 ?ltr_paddr ?ltr01 //.
by rewrite ler_add2l (le_trans (ler_norm _)) // normrN near_size.
Qed.

Theorem root_accuracy delta i :
  0 <= delta -> secular g m = 0 -> `|secular g m'| <= delta * terms m' ->
  `|m' - m| <= (1 + theta) / (1 - theta) * delta * (Num.sqrt N * `|t i - m|).
Proof.
move=> delta0 root small; case/andP: (theta01) => ge0 lt1.
have th1 : 0 < 1 - theta by rewrite subr_gt0.
have th2 : 0 < 1 + theta by rewrite ltr_paddr // ltr01.
have slope0 : 0 < slope m.
  rewrite /slope (bigD1 i) //= ltr_paddr ?exprn_even_gt0 ?invr_eq0 ?subr_eq0 ?reg //.
  by apply: sumr_ge0 => j _; exact: sqr_ge0.
have residual : `|m' - m| * (slope m / (1 + theta)) <= `|secular g m'|.
  have -> : secular g m' = (m' - m) * \sum_j (t j - m)^-1 ^+ 2 / (1 - e j).
    have -> : secular g m' = secular g m' - secular g m by rewrite root subr0.
    rewrite /secular -sumrB mulr_sumr; apply: eq_bigr => j _.
    have d0 : t j - m != 0 by rewrite subr_eq0 reg.
    have -> : m' - m = e j * (t j - m) by rewrite divfK.
    rewrite near_inverse; have /lt0r_neq0/eqP := near_gt0 j; move/eqP: d0.
    by set a := t j; set d := e j => d0 e0; read_identity R; field.
  rewrite normrM ler_wpmul2l // (le_trans _ (ler_norm _)) // mulr_suml.
  by apply: ler_sum => j _; rewrite ler_wpmul2l ?sqr_ge0 ?near_lower.
have amount : terms m' <= terms m / (1 - theta).
  rewrite /terms mulr_suml; apply: ler_sum => j _; rewrite near_inverse normrM ler_wpmul2l //.
  by rewrite gtr0_norm ?invr_gt0 ?near_gt0 // near_upper.
have cond := conditioning i reg root.
have c0 : 0 < slope m / (1 + theta) by rewrite divr_gt0.
rewrite -(ler_pmul2r c0) (le_trans residual) // (le_trans small) //.
rewrite (le_trans (ler_wpmul2l delta0 amount)) //.
have -> : (1 + theta) / (1 - theta) * delta * (Num.sqrt N * `|t i - m|) * (slope m / (1 + theta)) =
          delta * (Num.sqrt N * (`|t i - m| * slope m) / (1 - theta)).
  move/lt0r_neq0/eqP: th1; move/lt0r_neq0/eqP: th2.
  set a := Num.sqrt N; set d := `|t i - m|; set f := slope m => p1 p2.
  by read_identity R; field.
by rewrite ler_wpmul2l // ler_wpmul2r // invr_ge0 ltW.
Qed.

(** Directions are as good as denominators. *)
Theorem direction_accuracy i :
  `|direction g m' i 0 - direction g m i 0| <= theta / (1 - theta) * `|direction g m i 0|.
Proof.
have e1 := near_gt0 i; have -> : direction g m' i 0 = direction g m i 0 / (1 - e i).
  by rewrite !mxE near_inverse mulrA.
set v := direction g m i 0.
have -> : v / (1 - e i) - v = e i / (1 - e i) * v.
  by move/lt0r_neq0/eqP: e1; set a := e i => e1; read_identity R; field.
rewrite normrM ler_wpmul2r // normrM ler_pmul ?near_size //.
by rewrite gtr0_norm ?invr_gt0 // near_upper.
Qed.

End Near.

End Conditioning.
