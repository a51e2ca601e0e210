// SPDX-License-Identifier: Apache-2.0
// The hyperplane that LayerNorm's outputs lie in, and what LayerNorm throws away.
//
// With alpha_i = 1 / g_i, every output over the reals fulfils sum alpha_i (y_i - b_i) = 0. The plane needs all gains
// to be non-zero: a zero gain fixes y_i = b_i instead and leaves the others free. RMSNorm has no plane.
//
// gamma and beta have `columns` numbers each, or no data: all 1, all 0. A refusal has the status that
// exactnorm_normalize() has for the same fault, EXACTNORM_SPAN_SIZE for a wrong length. Nothing throws. "Rounded"
// is to the nearest binary64 of the exact value, ties to even, whatever lies in between; beyond its range infinity.
//
// Source: Riechers, Geometry and Dynamics of LayerNorm, arXiv 2405.04134.
#ifndef EXACTNORM_GEOMETRY_HYPERPLANE_HPP_
#define EXACTNORM_GEOMETRY_HYPERPLANE_HPP_

#include <vector>

#include "exactnorm/geometry/numbers.hpp"

namespace exactnorm::geometry {

// sum alpha_i y_i = offset, in units of y / gamma.
struct Hyperplane {
  bool exists = false;        // no gain is zero, all gains and biases are finite; otherwise the rest is empty
  std::vector<double> alpha;  // the normal: 1 / g_i, rounded; not of unit length
  double offset = 0;          // sum b_i / g_i, rounded
};

[[nodiscard]] EXACTNORM_API Status hyperplane(std::size_t columns, Numbers gamma, Numbers beta,
                                              Hyperplane& plane) noexcept;

// Both rounded. A y that is correctly rounded in its format has |value| <= slack. NaN and infinity if there is no
// plane or y is not finite.
struct Residual {
  double value = 0;  // sum (y_i - b_i) / g_i, of y as it stands
  double slack = 0;  // sum h_i / |g_i|, h_i from y_i to the further end of the reals that round to it
};

// One row of y, of `columns` numbers in any format.
[[nodiscard]] EXACTNORM_API Status residual(std::size_t columns, Numbers gamma, Numbers beta, Numbers y,
                                            Residual& residual) noexcept;

// The part of x that LayerNorm discards before it scales: x = mu (1, ..., 1) + what it keeps. Its one number mu,
// rounded; NaN if x is not finite. x is one row of at least one number.
[[nodiscard]] EXACTNORM_API Status discarded_mean(Numbers x, double& mean) noexcept;

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_HYPERPLANE_HPP_
