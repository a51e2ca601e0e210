// SPDX-License-Identifier: Apache-2.0
// How far the fast stage's binary64 results can be from the real ones: the error ledger of moments-inl.h and
// normalize-inl.h, for every lane count, for targets with and without FMA. u = 2^-53.
//
// Inputs are binary32, bfloat16 or binary16 numbers, exactly in binary64; N <= 2^31; rounding to nearest, no flush
// to zero. Nothing overflows: |x|, |g|, |b| < 2^128, so sums of squares stay below 2^31 2^257. What underflows is
// said below. (1 + u)^k is bounded by 1 + 1.0001 k u, since all k u here are below 2^-40.
//
// Heights. A sum computed as a tree in which no summand passes through more than h additions satisfies
// |fl(sum a_i) - sum a_i| <= 1.0001 h u sum |a_i|. SumHeight bounds h for the loops of moments-inl.h.
//
// Moments. m is any binary64 number (RMSNorm: 0), near the mean if all goes well. For the exact e_i = x_i - m let
// a = mean(e), R^2 = mean(e^2), so x_i - mu = e_i - a, |a| <= R, var = R^2 - a^2. V = var + eps (RMSNorm: a = 0, as
// the definition has it, V = R^2 + eps).
//   d_i = fl(x_i - m) = e_i (1 + u')                     subtraction does not underflow inexactly
//   a^  = fl(fl(sum d) fl(1/N))       |a^ - a| <= 1.001 (h + 3) u R          d, h additions, 1/N, product
//   q^  = fl(fl(sum d^2) fl(1/N))     |q^ - R^2| <= 1.001 (h + 5) u R^2      d twice, product unless FMA, h, 1/N,
//   product v^  = fl(fl(q^ - fl(a^ a^)) + eps)
//       |a^^2 - a^2| <= |a^ - a| (2 |a| + |a^ - a|) <= 1.002 (2 h + 6) u R^2,
//       the roundings of a^^2 and of the difference add at most 1.001 u R^2 each (an FMA has one less), so
//       |v^ - V| <= 1.002 (3 h + 13) u R^2 + u v^.
// Admission: q^ <= 2 v^ and 2^-500 <= q^ <= 2^300. Finite inputs give R^2 < 2^258, so the last refuses just rows with
// an infinity or a NaN (where q^ <= 2 v^ may hold: inf <= inf). Then R^2 <= 2.001 v^ and
//       |v^ - V| <= rho u v^,      rho = 6.02 h + 28.
// (Squares of d below 2^-537 may underflow, to within N 2^-1074 in all, which is below 2^-500 u 2^-400.)
//   r^ = fl(1 / fl(sqrt(v^)))         |r^ sqrt(V) - 1| <= (0.501 rho + 2.001) u <= (3.02 h + 16.1) u
//
// Normalise. t_i = (e_i - a) / sqrt(V).
//   p^ = fl(d_i - a^)    |p^ - (e_i - a)| <= u |e_i| + |a^ - a| + u |p^| <= 2.001 u |e_i - a| + 1.001 (h + 4.01) u R
//   t^ = fl(p^ r^)       |t^ - t| <= (3.02 h + 19.2) u |t| + 1.002 (h + 4.01) u R / sqrt(V) + 2^-1074,
//       and R / sqrt(V) <= sqrt(2.001) (1 + 2^-30) < 1.4147, so with |t| <= 1.001 |t^| + what the second term covers:
//       |t^ - t| <= (3.03 h + 19.3) u |t^| + (1.42 h + 5.8) u + 2^-1074
//   y^ = fl(g t^ + b)    |y^ - y| <= |g| |t^ - t| + u |g t^| + u |y^| + 2^-1074       fused or not
// So |y^ - y| <= |g| (E1 |t^| + E0) + u |y^| + 2^-900 with E1 and E0 below, which leave more than 1 % of
// themselves unused. The bound is evaluated in binary64 with a relative error below 8 u, and the two ends
// y^ - e, y^ + e are rounded, by at most u (|y^| + e): kEndFactor |y^| takes the places of u |y^| + u |y^|, the 1 %
// that of 9 u e, and kUnderflow that of 2^-900.
#ifndef EXACTNORM_FAST_ERROR_BOUNDS_H_
#define EXACTNORM_FAST_ERROR_BOUNDS_H_

#include <bit>
#include <cstddef>

namespace exactnorm::fast {

inline constexpr double kUnitRoundoff = 0x1p-53;
inline constexpr size_t kBlock = 512;       // elements that are summed in vectors before a partial sum is formed
inline constexpr size_t kAccumulators = 4;  // vectors that a block is summed in
inline constexpr size_t kMaxColumns = size_t{1} << 31;
inline constexpr double kAdmission = 2.0;         // q^ <= kAdmission v^
inline constexpr double kLeastSquare = 0x1p-500;  // kLeastSquare <= q^
inline constexpr double kMostSquare = 0x1p300;    // q^ <= kMostSquare
inline constexpr double kEndFactor = 4 * kUnitRoundoff;
inline constexpr double kUnderflow = 0x1p-200;

// The most additions that a summand of a row of `columns` takes part in, for vectors of `lanes`:
// along an accumulator ceil(kBlock / (kAccumulators lanes)), the accumulators' sum kAccumulators - 1, the lanes'
// sum lanes - 1; then partial sums join in a binary counter, at most one addition a level, and the counter's
// levels are added up, at most one addition a level again.
constexpr size_t SumHeight(size_t columns, size_t lanes) {
  const size_t blocks = (columns + kBlock - 1) / kBlock;
  const size_t chain = (kBlock + kAccumulators * lanes - 1) / (kAccumulators * lanes);
  return chain + (kAccumulators - 1) + (lanes - 1) + 2 * static_cast<size_t>(std::bit_width(blocks));
}

// |t^ - t| <= E1 |t^| + E0, with more than a hundredth to spare.
struct NormalizedError {
  double e1;
  double e0;
};
constexpr NormalizedError BoundNormalized(size_t columns, size_t lanes) {
  const auto h = static_cast<double>(SumHeight(columns, lanes));
  return {(3.1 * h + 21) * kUnitRoundoff, (1.45 * h + 6) * kUnitRoundoff};
}

// |mean^ - mu| <= this times R + kEndFactor |mean^|, where mean^ = fl(m + a^); R <= sqrt(2.001 v^).
constexpr double BoundMean(size_t columns, size_t lanes) {
  return (1.05 * static_cast<double>(SumHeight(columns, lanes)) + 4) * kUnitRoundoff;
}

// |r^ - rstd| <= this times r^.
constexpr double BoundRstd(size_t columns, size_t lanes) {
  return (3.1 * static_cast<double>(SumHeight(columns, lanes)) + 18) * kUnitRoundoff;
}

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_ERROR_BOUNDS_H_
