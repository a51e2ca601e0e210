// SPDX-License-Identifier: Apache-2.0
// A row -> the real numbers that the ledgers of lib/fast/error_bounds.h and sharp_error_bounds.h compare computed ones
// with, at kRealBits bits. Sums are exact there if x, gamma, beta and eps are multiples of 2^-kRealRange below
// 2^kRealRange, so only a few divisions and square roots are rounded: relative errors below 2^-400.
#ifndef EXACTNORM_TESTS_FAST_REAL_ROW_H_
#define EXACTNORM_TESTS_FAST_REAL_ROW_H_

#include <vector>

#include "lib/reference/ball.h"
#include "tests/rows/problem.h"

namespace exactnorm::fast {

using reference::Real;

inline constexpr int kRealBits = 760;
inline constexpr int kRealRange = 180;

// What a pattern of a finite number means.
Real RealNumber(const Format& f, uint64_t bits);

struct RealRow {
  Real mean;  // RMSNorm: 0, as the ledgers have it
  Real mean_square;
  Real variance_eps;  // V
  Real rstd;
  std::vector<Real> t;
  std::vector<Real> y;

  // R^2 about m.
  Real MeanSquareAbout(const Real& m) const { return mean_square - 2 * m * mean + m * m; }
};

// While it lives and so do the results, reference::Precision(kRealBits) has to be in force.
RealRow FindRealRow(const rows::Problem& p);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_TESTS_FAST_REAL_ROW_H_
