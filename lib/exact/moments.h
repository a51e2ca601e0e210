// SPDX-License-Identifier: Apache-2.0
// Exact moments of a row: x, eps -> sum, and the radicand D of the definition, as integers.
// No rounding, no capacity limit: the width follows from the exponents in the row and from N.
#ifndef EXACTNORM_EXACT_MOMENTS_H_
#define EXACTNORM_EXACT_MOMENTS_H_

#include <optional>

#include "lib/exact/integer.h"
#include "lib/row.h"

namespace exactnorm::exact {

// S = sum x_i, and D with sqrt(var + eps) = sqrt(D) / N:
//   LayerNorm  D = N sum x_i^2 - S^2 + N^2 eps        RMSNorm  D = N sum x_i^2 + N^2 eps
struct Moments {
  Dyadic sum;
  Dyadic radicand;  // >= 0
};

// Nothing if the row holds a NaN or an infinity.
std::optional<Moments> ComputeMoments(const Row& row);

}  // namespace exactnorm::exact
#endif  // EXACTNORM_EXACT_MOMENTS_H_
