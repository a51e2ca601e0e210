// SPDX-License-Identifier: Apache-2.0
// The eigenvector of a root of the secular equation: v_i = g_i / (g_i^2 - m), normalised. N gains -> N components.
//
// Error. The root's offset t is good to 32 sqrt(N) u relative to |t| <= |g_i^2 - m|, so each denominator is good to
// (32 sqrt(N) + 8) u (7 u by the ledger of secular.h), the quotient to (32 sqrt(N) + 9) u. The norm is a compensated
// sum of squares: to (32 sqrt(N) + 9) u and 5 u of its own; dividing by it 1 u. In all
//   |v_i computed - v_i| <= (64 sqrt(N) + 24) u |v_i| = (kDirectionError sqrt(N) + 24 u) |v_i|,  every i,
// and with sum |v_i||w_i| <= 1 for unit vectors, a dot product of two is at most twice that and the residual
// |M v - m v| / |M| at most that (|M - m| <= |M|) and 32 sqrt(N) u for m. That roots are this good relative to their
// distance from the poles is why no gains need be recomputed from the roots (Gu and Eisenstat, 1994).
#ifndef EXACTNORM_GEOMETRY_DIRECTIONS_H_
#define EXACTNORM_GEOMETRY_DIRECTIONS_H_

#include <cstddef>
#include <span>

namespace exactnorm::geometry {

constexpr double kDirectionError = 0x1p-47;

// gain: the |g| nearest to the root; offset, exponent: as in Root. v has the size of `gains`.
void RootDirection(std::span<const double> gains, double gain, double offset, int exponent, std::span<double> v);

// Among `count` = place + 1 coordinates `members` of equal |g|: `place` components of equal size, signs of g, against
// the last one, orthogonal to g and to the contrasts of other places. Each component within 3 u; others are 0.
void ContrastDirection(std::span<const double> gains, std::span<const std::size_t> members, std::span<double> v);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_DIRECTIONS_H_
