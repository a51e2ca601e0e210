// SPDX-License-Identifier: Apache-2.0
// Roots of the secular equation of diag(g^2) - g g'/N: with d_1 < .. < d_R the distinct |g| (zero included) and q_i
// their multiplicities,
//   f(m) = sum_i q_i / (d_i^2 - m) = 0
// has one root strictly between each two neighbouring d_i^2, and f increases there. Derivation: the characteristic
// polynomial of diag(z) - g g'/N is X p'(X)/N, p = prod (X - g_i^2), and f = -p'/p. Golub (1973), Bunch, Nielsen and
// Sorensen (1978) for the general case. As in Li's (1993) "fixed weight" method each root is held as its offset t from
// the nearest pole and found by interpolation with poles; here all near poles are kept as they are.
//
// Scale. m >= d_{j+1}^2 / N for the root below d_{j+1}, since at most N - 1 terms of each sign balance. So every root
// is computed on gains multiplied by a power of two that brings d_{j+1} close to 1 (subnormal gains: to 2^-74 or more);
// other gains may underflow or overflow then, and their terms, off by 2^-900 or cut at 2^-200, do not count.
//
// Method. Poles in the blocks of 8 around the root are "near"; the others are summed once at a point y into
// r0 + r1 h + r2 h^2, h = x - y; the sum of that and of the near terms is solved for x; repeat from y = x until
// |h| <= 2^-18 (and D/(4N)) of the distance D to the first far pole. Two or three sums per root. Whatever leaves the
// bracket known from the signs of f is replaced by bisection; after 8 steps every second one is. That ends: the bracket
// begins as (0, gap/2), and |t| >= gap/(2N), since 1/|t| is at most the sum over the other side, n terms of 2/gap or
// less; so log2(N) + 53 halvings leave nothing to halve, of the 95 that 200 steps allow.
//
// Error ledger, u = 2^-53, each line relative to the size of the term it belongs to, x = d_i^2 - m as computed:
//   d_i^2 - d_p^2 as (d_i - d_p)(d_i + d_p)             3 u    of |d_i^2 - d_p^2| <= 2|x| (that side) or |x| (other)
//   x = that - t                                        1 u
//     terms of both signs have equal sums at the root:  5.5 u  of A = sum_i q_i/|x_i|, (7 + 4)/2
//   far:  1/a + 1/b as (a + b)/(a b), times q           5 u;   sum of two pairs 1 u; compensated sum 1 u; lanes 4 u
//         r1 h, r2 h^2: h <= D/(4N), N u each           1 u;   left-out h^3 terms: (2^-18)^3 <= u/2
//   near: q / x                                         2 u;   sum of at most 16 terms and lanes 15 u
//   far + near                                          2 u
// In all |f computed - f| <= 26 u A. And |t| f' >= A / sqrt(N): with P = A/2 the sum of either sign and n the number of
// gains on the side away from the nearest pole, f' >= 1/t^2 + P^2/n (Cauchy-Schwarz) >= 2P/(|t| sqrt(n)). So
//   |t computed - t| <= 26 sqrt(N) u |t| + what the last step leaves: 2 (2^-28)^2 = u/4, and its rounding u
//                    <= 32 sqrt(N) u |t| = kOffsetError sqrt(N) |t|,
// second-order terms, of relative size sqrt(N) u, included. Since |t| <= m, a length sqrt(N (d_p^2 + t)) is off by at
// most half of that and 4 u: kLengthError sqrt(N) + 4 u.
#ifndef EXACTNORM_GEOMETRY_SECULAR_H_
#define EXACTNORM_GEOMETRY_SECULAR_H_

#include <cstddef>

#include "lib/geometry/gain_groups.h"

namespace exactnorm::geometry {

constexpr double kOffsetError = 0x1p-48;
constexpr double kLengthError = 0x1p-49;

// The root between groups j and j + 1: gain[j]^2 + offset * 4^exponent if offset > 0, else from gain[j + 1]^2.
struct Root {
  double offset;
  int exponent;
  int sums;  // O(R) sums that it took
};

// Writes the roots begin <= j < end, end < groups.size. Any split of the range gives the same roots.
void FindRoots(const GainGroups& groups, std::size_t begin, std::size_t end, Root* roots);

// The power of two e for which gain * 2^-e is used in the root below `gain`.
int RootExponent(double gain);

// sqrt(n (pole^2 + offset 4^exponent)).
double SemiAxis(std::size_t n, double pole, double offset, int exponent);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_SECULAR_H_
