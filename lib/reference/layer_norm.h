// SPDX-License-Identifier: Apache-2.0
// The definition of exactnorm.h, computed in the order of the textbook at rising precision: the reference
// that the library is held against. It shares only the formats with it. Slow; not part of the library.
#ifndef EXACTNORM_REFERENCE_LAYER_NORM_H_
#define EXACTNORM_REFERENCE_LAYER_NORM_H_

#include <cstdint>
#include <vector>

#include "lib/row.h"

namespace exactnorm::reference {

struct Normalized {
  std::vector<uint64_t> y;  // bits in row.y_format
  uint64_t mean;            // bits in row.statistics_format; 0 for RMSNorm
  uint64_t rstd;
};

// The right answer for the row; its output pointers are not used. Not for several threads at once.
Normalized Normalize(const Row& row);

// An integer s such that a result z = g (x - mu) / sqrt(var + eps) + b (or mean, or rstd) and a rounding boundary
// or zero, m, are either equal or at least 2^s apart. With quanta 2^lx of x, 2^lp of parameters, 2^ly of results:
//   z - m = (A - C sqrt(D)) / sqrt(D) = (A^2 - C^2 D) / (sqrt(D) (A + C sqrt(D))),     C = m - b,
// where A = g (N x - S) is a multiple of 2^(lp + lx), C of 2^min(ly - 1, lp), D of 2^min(2 lx, -1074); so
// |A^2 - C^2 D| is 0 or at least 2^min(2 (lp + lx), 2 min(ly - 1, lp) + min(2 lx, -1074)). From above, with every
// |x|, |b|, |g|, |m| <= 2^1024, N < 2^64 and eps < 2^1024, N^2 (ms + eps) >= D gives sqrt(D) < 2^1089, |A| < 2^2113,
// |C| sqrt(D) < 2^2114, and the divisor stays below 2^1089 (2^2113 + 2^2114) < 2^3204.
// The mean is A / sqrt(D) with A = S, D = N^2, and rstd with A = N: the same grids and bounds hold.
int SeparationExponent(const Format& x, const Format& parameter, const Format& result);

}  // namespace exactnorm::reference
#endif  // EXACTNORM_REFERENCE_LAYER_NORM_H_
