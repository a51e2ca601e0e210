// SPDX-License-Identifier: Apache-2.0
// How far the fast stage's binary64 results can be from the real ones: the error ledger of moments-inl.h and
// normalize-inl.h, for every lane count, for targets with and without FMA. u = 2^-53.
// Proved, constant by constant, of a model that does the loops' operations: proofs/fast/statements.v.
//
// Inputs are binary32, bfloat16 or binary16 numbers, exactly in binary64; N <= 2^31; rounding to nearest, no flush
// to zero. Nothing overflows: |x|, |g|, |b| < 2^128, so sums of squares stay below 2^31 2^257. What underflows is
// said below. (1 + u)^k is bounded by 1 + 1.0001 k u, since all k u here are below 2^-40.
//
// Heights. A sum computed as a tree in which no summand passes through more than h additions satisfies
// |fl(sum a_i) - sum a_i| <= 1.0001 h u sum |a_i|. SumHeight bounds h for the loops of moments-inl.h.
//
// Moments. m is any binary64 number: 0 at first, and the computed mean where 0 is not admitted. For the exact
// e_i = x_i - m let a = mean(e), R^2 = mean(e^2), so x_i - mu = e_i - a, |a| <= R, var = R^2 - a^2. V = var + eps
// (RMSNorm: m = 0 and a is taken as 0, as the definition has it, V = R^2 + eps).
//   d_i = fl(x_i - m) = e_i (1 + u')                     subtraction does not underflow inexactly
//   a^  = fl(fl(sum d) fl(1/N))       |a^ - a| <= 1.001 (h + 3) u R          d, h additions, 1/N, product
//   q^  = fl(fl(sum d^2) fl(1/N))     |q^ - R^2| <= 1.001 (h + 5) u R^2      d twice, product unless FMA, h, 1/N,
//                                                                             product
//   v^  = fl(fl(q^ - fl(a^ a^)) + eps)
// Admission: a^ a^ <= v^ / 4 and 2^-500 <= q^ <= 2^300. Finite inputs give R^2 < 2^258, so the last refuses just rows
// with an infinity or a NaN. Then, from the computed numbers alone, q^ <= (1 + 3 u)(v^ + a^ a^) <= 1.2501 v^, hence
// R^2 <= 1.2502 v^, R <= 1.1182 sqrt(v^), |a| <= 0.5001 sqrt(v^), also where eps dominates var, and
//       |a^^2 - a^2| <= |a^ - a| (2 |a| + |a^ - a|) <= 1.002 (h + 3) u 1.1185 v^,
//       q^: 1.001 (h + 5) u 1.2502 v^;   the roundings of a^^2 and of the difference: at most 1.001 u 1.2502 v^ each
//       (an FMA has one less);   that of the sum: u v^.   Together |v^ - V| <= rho u v^,      rho = 2.38 h + 13.3.
// (Squares of d below 2^-537 may underflow, to within N 2^-1074 in all, which is below 2^-500 u 2^-400.)
//   r^ = fl(1 / fl(sqrt(v^)))         |r^ sqrt(V) - 1| <= (0.501 rho + 2.001) u <= (1.193 h + 8.67) u
//
// Normalise. t_i = (e_i - a) / sqrt(V), and with c^ = fl(-a^ r^)
//   t^ = fl(d_i r^ + c^), fused or not. Against r^ (e_i - a):
//       d_i: u |e_i| r^, product unless FMA: u |d_i| r^, c^: u |a^| r^, a^: |a^ - a| r^, last: u |t^|; and
//       |e_i| <= |e_i - a| + R, so together at most 2.01 u |e_i - a| r^ + 1.001 (h + 6.01) u R r^ + u |t^|.
//       With the error of r^, and R / sqrt(V) <= 1.1183:
//       |t^ - t| <= (1.2 h + 11.7) u |t^| + (1.12 h + 6.73) u + 2^-1000
//   y^ = fl(g t^ + b)    |y^ - y| <= |g| |t^ - t| + u |g t^| + u |y^| + 2^-1074       fused or not
// So |y^ - y| <= |g| (E1 |t^| + E0) + u |y^| + 2^-800 with E1 and E0 below, which cover u |g t^| and leave more than 1
// % of themselves unused.
//
// Ends. Where y^ - e and y^ + e are computed and rounded: e is evaluated with a relative error below 8 u, and the two
// ends are rounded by at most u (|y^| + e): kEndFactor |y^| takes the places of u |y^| + u |y^|, the 1 % that of
// 9 u e, and kUnderflow that of 2^-800.
//
// Windows. Let ulp be that of y^ in binary64, 2^(ey - 52) with |y^| in [2^ey, 2^(ey + 1)). Since
// |g t^| <= (|y^| + |b|)(1 + 2 u) and |y^| < ulp / u, with G >= |g|, B >= |b| over the columns of a window
//   |y^ - y| < (E0 G + E1 B)(1 + 2^-20) + (1.001 E1 / u + 2) ulp + 2^-800,
// which is below W ulp if W >= (E0 G + E1 B)(1 + 2^-19) 2^52 / 2^ey + 1.01 E1 / u + 4 and 2^ey >= 2^-126. Then
// RN(y^) = RN(y) if no rounding boundary is within W ulp of y^. |y| <= G sqrt(N) + B excludes overflow. A boundary is
// a midpoint of the output format in the binade of y^: near its lower end, half as far apart below, the next one is
// 2^27 ulp and more away, and near its upper end likewise.
#ifndef EXACTNORM_FAST_ERROR_BOUNDS_H_
#define EXACTNORM_FAST_ERROR_BOUNDS_H_

#include <bit>
#include <cstddef>

namespace exactnorm::fast {

inline constexpr double kUnitRoundoff = 0x1p-53;
inline constexpr size_t kSumBlock = 256;        // elements that are summed before a partial sum is formed
inline constexpr size_t kAccumulators = 4;      // vectors that a block is summed in
inline constexpr size_t kParameterBlock = 512;  // columns whose parameters are loaded together
inline constexpr size_t kMaxColumns = size_t{1} << 31;
inline constexpr double kAdmission = 0.25;        // a^ a^ <= kAdmission v^
inline constexpr double kLeastSquare = 0x1p-500;  // kLeastSquare <= q^
inline constexpr double kMostSquare = 0x1p300;    // q^ <= kMostSquare
inline constexpr double kEndFactor = 4 * kUnitRoundoff;
inline constexpr double kUnderflow = 0x1p-200;

// The most additions that a summand of a row of `columns` takes part in, for vectors of `lanes`, a power of two:
// along an accumulator ceil(kSumBlock / (kAccumulators lanes)), then the accumulators as a tree; partial sums join in
// a binary counter, where one that reaches level k has taken k additions and takes at most one for its level and for
// each level above; then the lanes as a tree.
constexpr size_t SumHeight(size_t columns, size_t lanes) {
  const size_t blocks = (columns + kSumBlock - 1) / kSumBlock;
  const size_t chain = (kSumBlock + kAccumulators * lanes - 1) / (kAccumulators * lanes);
  const auto tree = [](size_t n) { return static_cast<size_t>(std::bit_width(n - 1)); };
  return chain + tree(kAccumulators) + static_cast<size_t>(std::bit_width(blocks)) + tree(lanes);
}

// |t^ - t| <= E1 |t^| + E0, with more than a hundredth to spare.
struct NormalizedError {
  double e1;
  double e0;
};
constexpr NormalizedError BoundNormalized(size_t columns, size_t lanes) {
  const auto h = static_cast<double>(SumHeight(columns, lanes));
  return {(1.23 * h + 13) * kUnitRoundoff, (1.15 * h + 7) * kUnitRoundoff};
}

// |mean^ - mu| <= this times R + kEndFactor |mean^|, where mean^ = fl(m + a^); R <= sqrt(kMeanSquare v^).
inline constexpr double kMeanSquare = 1.2503;
constexpr double BoundMean(size_t columns, size_t lanes) {
  return (1.05 * static_cast<double>(SumHeight(columns, lanes)) + 4) * kUnitRoundoff;
}

// |r^ - rstd| <= this times r^.
constexpr double BoundRstd(size_t columns, size_t lanes) {
  return (1.22 * static_cast<double>(SumHeight(columns, lanes)) + 9) * kUnitRoundoff;
}

// The W that the ledger asks for in columns with |g| <= gamma, |b| <= beta, for |y^| >= least, a power of two from
// 2^-126 on.
constexpr double BoundWidth(const NormalizedError& error, double gamma, double beta, double least) {
  const double absolute = (error.e0 * gamma + error.e1 * beta) * (1 + 0x1p-19) * 0x1p52;
  return absolute / least + 1.01 * (error.e1 / kUnitRoundoff) + 4;
}

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_ERROR_BOUNDS_H_
