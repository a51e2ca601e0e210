// SPDX-License-Identifier: Apache-2.0
// How far the first tier for rows of binary64 can be from the real results: the error ledger of
// binary64_moments-inl.h, binary64_parameters-inl.h and binary64-inl.h, for every lane count. u = 2^-53. Needs FMA;
// rounds to nearest.
//
// What is exact is so since its terms are multiples of one power of two, a grid, and small beside it: a multiple of G
// of magnitude at most 2^53 G is a binary64. (v + C) - C with C = 1.5 x 2^52 G is v rounded to a multiple of G as long
// as |v| <= 2^51 G, the difference and v minus it are exact, and the latter is at most G / 2.
//
// Moments. d_i = x_i - m exactly: m = 0, or all |x_i - m| <= |m| / 4 by the computed numbers, so x_i is in
// [m / 2, 2 m] (Sterbenz). X is a power of two with X / 2 <= max|d| < X, and 2^-400 <= max|d| <= 2^400. With p bits and
// the grid G = 2^-p X, d = d1 + d2, |d1| <= X, |d2| <= G / 2. R^2 = mean(d^2), a = mean(d), V = R^2 - a^2 + eps
// (RMSNorm: V = R^2 + eps); kappa = R^2 / V <= 64. N <= 2^18, p >= 23, so with max|d|^2 <= N R^2:
// X <= 2 x 2^9 R, G <= 2^-13 R. h = SumHeight, B = ceil(N / kSumBlock).
//   sum d1      exact: at most 2^18 X = 2^(18 + p) G.
//   sum d2      |error| <= 1.0001 h u N G / 2.
//   sum d1^2    multiples of G^2; along an accumulator of a block c = ceil(kSumBlock / (kAccumulators lanes)) terms, at
//               most c X^2 = c 2^(2 p) G^2 <= 2^53 G^2 by the choice of p: exact. Accumulators join by two-sums, whose
//               4 B + lanes errors, each at most u N R^2 (1 + 2^-10), are added up plainly together with the lanes'
//               low sums, within (4 B + 2 lanes)^2 u^2 N R^2 (1 + 2^-9).
//   sum d2 (d + d1)   d^2 = d1^2 + d2 (d + d1). The factor is rounded once, u |d + d1|, the product is not, h
//               additions: |error| <= 1.0001 (h + 1) u sum |d2| (2 |d| + |d2|) <= 1.0003 (h + 1) u N G R,
//               by sum |d| <= N R and |d2| <= G / 2 <= 2^-14 R.
//   a^, q^      sums as double-doubles, divided by N: 9.2 u^2 each of R and R^2; for q^ two sums of low parts, 2.1 u^2
//               (4 B + 2 lanes + 1) R^2, which is less than 0.07 K u^2 R^2.
// So with K = (4 B + 2 lanes + 8)^2 + 32
//   |a^ - a| <= alpha = 0.501 h u G + 10 u^2 R,     |q^ - R^2| <= 1.001 (h + 1) u G R + (1.07 K - 50) u^2 R^2
//   v^ = q^ - a^ a^ + eps:   |v^ - V| <= 1.001 (h + 1) u G R + 2 |a| alpha + alpha^2 + 1.07 K u^2 R^2 + 4.2 u^2 V
//        where |a| <= |a^| + alpha; alpha^2 <= 2^-13 u^2 R^2 by h <= 77 and the bounds above.
//   r^ = 1 / sqrt(v^) as a double-double: 55 u^2 beside the error of v^ (one Newton step, as in the sharp stage).
// With t = d / sqrt(V) - a / sqrt(V), and for the computed ratios gamma = G r^, k = sqrt(q^ / v^), |c^|, c^ = -a^ r^
//   |r^ sqrt(V) - 1| <= E1 = 0.51 u gamma ((h + 1) k + h |c^|) + (4 K + 64) u^2 (k^2 + 1)
//   |a^ - a| r^ + roundings of c^ <= E0 = 0.51 h u gamma + (2 K + 32) u^2 (k + 1)
// both rounded up: half of 1.001 is 0.5005, 2 |a| alpha / 2 is 0.501 h u G |a|, and V, R and a differ from what is
// computed by less than 2^-40 of themselves (kappa <= 64, G <= 2^-13 R).
//
// Mean and rstd. |a^ - a| + 20 u^2 |a^| <= 0.9995 E0 / r^ and |r^ - 1 / sqrt(V)| <= E1 / sqrt(V). a^ + m is off by
// 4.1 u^2 (|a^| + |m|) more, less than 18 u^2 |a^| + 4.2 u^2 |a^ + m|. The bounds 1.01 E0 / r^ + 8 u^2 |a^ + m| and
// (1.01 E1 + 8 u^2) r^ cover their own roundings and those of low -+ bound, at most u (3.1 u |value| + bound).
//
// Normalise. All rows that are done together have one T = 2^k, k in [0, 11], and one grid F = 2^-f, f = 26 - k, with
// max|d| r^ + |c^| + 2^-16 < T; it is at most 2^10. r^ = r1 + r2 with |r2| <= u r1; c^ = c1 + c2, c1 a multiple of F,
// |c2| <= F / 2, rounded by u F / 2.
//   w = fl(d r1 + (C + c1)), C = 1.5 x 2^52 F, so C + c1 is exact; T1 = w - C and w - (C + c1) are exact multiples of
//       F; |T1| < T + F, so |T1| <= T.
//   T2 = fl(fl(d r1 - (w - (C + c1))) + fl(d r2 + c2)):   the first is at most F / 2, rounded by u F / 2; the second is
//       at most F / 2 + u T <= F / 2 (1 + 2^-16), rounded by u F / 2 (1 + 2^-16); their sum by u F (1 + 2^-16). So
//       |T2| <= F (1 + 2^-15) and, with c2's, 2.51 u F together.
// T1 + T2 is r^ d + c^ within that: |T1 + T2 - t| <= E1 |t| + E0 + 2.51 u F, and |t| <= 1.001 (|T1| + 2^-15):
//   |T1 + T2 - t| <= e1 |T1| + e0,    e1 = 1.01 E1,   e0 = 1.01 (E0 + 2^-15 E1 + 2.51 u F)
// Columns. M is a power of two, T |g| + |b| <= M (1 + 2 u), M <= 2 (T |g| + |b|)(1 + 2 u), 2^-799 <= M <= 2^801; g1 is
// g to the grid 2^-52 M / F, b1 is b to the grid 2^-51 M, g2 = g - g1 and b2 = b - b1 exactly: (3 M + b) - 3 M stays in
// the binade [2 M, 4 M]. |g2| <= 2^(f - 53) M, |b2| <= 2^-52 M.
//   H  = T1 g1 + b1    exact by one FMA: a multiple of 2^-52 M, and at most M (1 + 2^-25).
//   L0 = fl(T1 g2 + b2)   at most T 2^(f - 53) M + 2^-52 M = 2^-27 M (1 + 2^-25)
//   L  = fl(T2 g + L0)    at most F |g| (1 + 2^-15) + |L0| <= (2^-26 + 2^-27) M (1 + 2^-14), by |g| <= M / T
//   together rounded by 2^-25 u M (1 + 2^-14).
//   s + l = H + L exactly by a fast two-sum, as H is a multiple of L's last place.
// So |s + l - y| <= |g| (e1 |T1| + e0) + 1.001 x 2^-78 M + 2^-1060 (underflow). The bound e that is used has 1.01
// instead of 1.001: the rest covers the two roundings of e, 4 u e, those of l -+ e, at most u (u |s| + 2 e), and what
// underflows. RN(y) is certain if fl(s + fl(l - e)) = fl(s + fl(l + e)): y lies between the sums before rounding, and
// e > 0 leaves no zero.
#ifndef EXACTNORM_FAST_BINARY64_ERROR_BOUNDS_H_
#define EXACTNORM_FAST_BINARY64_ERROR_BOUNDS_H_

#include <bit>
#include <cstddef>

#include "lib/fast/error_bounds.h"

namespace exactnorm::fast {

inline constexpr size_t kBinary64MostColumns = size_t{1} << 18;
inline constexpr double kBinary64LeastDeviation = 0x1p-400;  // kBinary64LeastDeviation <= max|d|
inline constexpr double kBinary64MostDeviation = 0x1p400;    // max|d| <= kBinary64MostDeviation
inline constexpr double kBinary64LeastV = 0x1p-850;          // so are v^ and its inverse bounded
inline constexpr double kBinary64Kappa = 64;                 // rows with a larger q^ / v^ are not admitted
inline constexpr double kBinary64Centred = 4;                // and with one larger than this are tried about their mean
inline constexpr int kBinary64MostExponent = 10;             // of T; |t| <= 2^9 is certain for V >= R^2 - a^2
inline constexpr int kBinary64GridBits = 26;                 // k + f
inline constexpr double kBinary64LeastMagnitude = 0x1p-800;  // of T |g| + |b|
inline constexpr double kBinary64MostMagnitude = 0x1p800;
inline constexpr double kBinary64ColumnError = 1.01 * 0x1p-78;  // times M
inline constexpr double kBinary64Margin = 0x1p-16;              // T exceeds max|d| r^ + |c^| by this
inline constexpr double kBinary64Statistics = 1.01;             // times E0 / r^ and E1, in the bounds of mean and rstd
inline constexpr double kBinary64EndFactor = 8 * kUnitRoundoff * kUnitRoundoff;  // times mean and r^, there

// p of the ledger: c 2^(2 p) <= 2^53.
constexpr int Binary64SplitBits(size_t lanes) {
  const size_t per_round = kAccumulators * lanes;
  const size_t chain = (kSumBlock + per_round - 1) / per_round;
  return (53 - static_cast<int>(std::bit_width(chain - 1))) / 2;
}

constexpr double Binary64SumError(size_t columns, size_t lanes) {
  const auto roots = static_cast<double>(4 * ((columns + kSumBlock - 1) / kSumBlock) + 2 * lanes + 8);
  return roots * roots + 32;
}

// E1 and E0 of the ledger; `grid` is G r^, `root_of_kappa` sqrt(q^ / v^), `shift` |c^|.
constexpr NormalizedError BoundBinary64(size_t columns, size_t lanes, double grid, double root_of_kappa, double shift) {
  const auto h = static_cast<double>(SumHeight(columns, lanes));
  const double k = Binary64SumError(columns, lanes);
  constexpr double kUnit = kUnitRoundoff * kUnitRoundoff;
  return {0.51 * kUnitRoundoff * grid * ((h + 1) * root_of_kappa + h * shift) +
              (4 * k + 64) * kUnit * (root_of_kappa * root_of_kappa + 1),
          0.51 * h * kUnitRoundoff * grid + (2 * k + 32) * kUnit * (root_of_kappa + 1)};
}

// e1 and e0 of the ledger, F = 2^-grid_bits.
constexpr NormalizedError BoundBinary64Normalized(const NormalizedError& row, double grid) {
  return {1.01 * row.e1, 1.01 * (row.e0 + 0x1p-15 * row.e1 + 2.51 * kUnitRoundoff * grid)};
}

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_BINARY64_ERROR_BOUNDS_H_
