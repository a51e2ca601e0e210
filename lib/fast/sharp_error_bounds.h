// SPDX-License-Identifier: Apache-2.0
// How far the sharp stage's double-double results can be from the real ones: the ledger of sharp-inl.h, for every lane
// count, with and without FMA. u = 2^-53; bounds of single operations as proofs/sharp/pairs.v and pair_products.v have
// them, which are cruder than those that double_double-inl.h quotes.
//
// Scale. x is multiplied by a power of two s, 1 unless x is binary64; then the largest |x| s is in [1, 2) or, where
// that would need |log2 s| > 1000, below 2^24. eps becomes eps s^2, and 1 / sqrt(V) becomes 1 / (s sqrt(V)), so t is
// what it was. Where x s or eps s^2 underflows, it moves by at most 2^-1074. As V >= 2^-901, that moves t by at most
// 2^-167 |t| + 2^-620, 1 / sqrt(V) by 2^-169 of it and the mean by 2^-1075 / s, which the doubling below covers.
//
// Moments about any binary64 m (RMSNorm: 0). e_i = x_i s - m = d_i + d'_i exactly, |d'_i| <= u |d_i|. With
// R^2 = mean(e^2), a = mean(e), V = R^2 - a^2 + eps s^2 (RMSNorm: a = a^ = 0) and n numbers in each lane of the two
// accumulators, n = columns / (2 lanes), rounded up:
//   sums   (high, low) with high += d by a two-sum, low += its error + d': each |error| <= u sum|d| (1 + u)^n, so |low|
//          never exceeds (1.001 n + 1) u sum|d| (1 + 2.1 n u), and its own roundings add n u times that. The lanes,
//          normalized, are a tree of at most 5 levels, each of which adds 6.3 u^2 sum|d|. With sum|d| <= N R (1 + u):
//          within ((n + 2)^2 + 1.1 (n + 2) + 31.5) u^2 N R.
//   squares likewise, with the error of a product, 2 d d' (its rounding u 2 u d^2) and d'^2 <= u^2 d^2 left out:
//          within ((n + 5)^2 + 1.2 (n + 5) + 39.5) u^2 N R^2.
//   a^, q^ = sums / N, by one multiplication with the double-double 1 / N (relative error 6 u^2): 18.1 u^2 more.
//   So |a^ - a| <= (K - 70) u^2 R and |q^ - R^2| <= (K - 31) u^2 R^2 with K = (n + 9)^2 + 32.
//   v^ = q^ - a^ a^ + eps s^2:   |v^ - V| <= (3.001 K - 120) u^2 R^2 + 4.3 u^2 V
//   r^ from r0 = 1 / sqrt(v) in binary64 (relative error below 3 u) and one step with h = 1 - v^ r0^2 in
//          double-double, r0 + r0 (h / 2 + 3 h^2 / 8): relative error 55 u^2 beside that of v^.
//   Squares and products that underflow: R^2 + 2^-960 stands for R^2 in all this.
//   kappa = max(max(1.01 q^, 2^-930) / v^, 2^-900) >= (R^2 + 2^-960) / V. Of a row that is tiny beside sqrt(eps), so is
//   kappa, and with it S0 below: y without a bias is as tiny. Below 2^31 columns K < 1.0001 2^60, with one lane at
//   least, so with kappa <= 2^36 K kappa u^2 <= 1 / 1000. Where kappa is larger, the centre is 2^18 times as far from
//   the mean as the numbers are spread: they differ in their last bits, if at all.
//          |r^ sqrt(V) - 1| <= ((1.51 K - 60) kappa + 58) u^2.
// Normalise. t^ = (e_i - a^) r^: 6.2 u^2 and 11.2 u^2 of the operands, and (K - 68) u^2 R r^;
//   |t^ - t| <= ((1.51 K - 60) kappa + 76) u^2 |t| + (1.002 K - 32) sqrt(kappa) u^2 + 2^-1071;
//   z^ = g t^: 6.2 u^2; y^ = z^ + b: 4.1 u^2 of the operands:
//   |y^ - y| <= |g| (S1 |t^| + S0) + 4.5 u^2 |y^| + 2^-1060,    S1 = ((1.6 K + 11) kappa + 94) u^2,
//                                                             S0 = 1.01 K sqrt(kappa) u^2
// where S0 >= 2^-549 has room for 2^-1071, as long as nothing overflows; what does is an infinity or a NaN for good, as
// nothing is divided by one, and fails the tests. Proved, step by step, for every admitted row:
// proofs/sharp/statements.v. BoundSharp doubles S1 and S0: that also covers that they, K, e and y^ -+ e are evaluated
// in binary64, where fl(lo -+ e) moves by at most u (3.2 u |y^| + e).
//
// Mean and rstd. m + a^ is within 1.001 K u^2 R + 4.2 u^2 |m + a^| of the scaled row's mean, and e0 / r^ is at least
// 2 K u^2 R; r^ is within e1 r^ / 2. kSharpEndFactor and kSharpUnderflow cover the rest, s and StoreCertified included.
#ifndef EXACTNORM_FAST_SHARP_ERROR_BOUNDS_H_
#define EXACTNORM_FAST_SHARP_ERROR_BOUNDS_H_

#include <cstddef>

#include "lib/fast/error_bounds.h"

namespace exactnorm::fast {

inline constexpr double kSharpUnit = kUnitRoundoff * kUnitRoundoff;
inline constexpr size_t kSharpAccumulators = 2;
inline constexpr double kSharpKappa = 0x1p36;          // rows with a larger R^2 / V are declined
inline constexpr double kSharpKappaMargin = 1.01;      // kappa beside q^ / v^
inline constexpr double kSharpLeastV = 0x1p-900;       // rows with a smaller v^ are declined, or with one above 1 / it
inline constexpr double kSharpLeastKappa = 0x1p-900;   // kappa is not taken to be smaller
inline constexpr double kSharpLeastSquare = 0x1p-930;  // nor is 1.01 q^ in it
inline constexpr double kSharpEndFactor = 8 * kSharpUnit;
inline constexpr double kSharpUnderflow = 0x1p-1050;

// K of the ledger.
constexpr double SharpSumError(size_t columns, size_t lanes) {
  const size_t per_round = lanes * kSharpAccumulators;
  // One more for the accumulators' sum.
  const auto additions = static_cast<double>((columns + per_round - 1) / per_round + 1);
  return (additions + 8) * (additions + 8) + 32;
}

// |t^ - t| |g| <= |g| (e1 |t^| + e0).
constexpr NormalizedError BoundSharp(double sum_error, double kappa, double root_of_kappa) {
  return {2 * ((1.6 * sum_error + 11) * kappa + 94) * kSharpUnit, 2.1 * sum_error * root_of_kappa * kSharpUnit};
}

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_SHARP_ERROR_BOUNDS_H_
