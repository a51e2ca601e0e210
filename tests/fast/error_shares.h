// SPDX-License-Identifier: Apache-2.0
// A row and a target -> which share of each bound of lib/fast/error_bounds.h, of sharp_error_bounds.h and of
// binary64_error_bounds.h, the real errors take. Rows have to be within kRealRange (real_row.h); of rows that are not
// admitted nothing is claimed: 0.
#ifndef EXACTNORM_TESTS_FAST_ERROR_SHARES_H_
#define EXACTNORM_TESTS_FAST_ERROR_SHARES_H_

#include <array>

#include "lib/fast/target.h"
#include "tests/rows/problem.h"

namespace exactnorm::fast {

enum Bound { kMean, kRstd, kT, kY, kWidth, kBounds };
inline constexpr const char* kBoundNames[] = {"mean", "rstd", "t", "y", "window width"};
using Shares = std::array<double, kBounds>;  // the largest of the row

// reference::Precision(kRealBits) has to be in force. FastShares also expects R to be what the ledger says of it.
Shares FastShares(const Target& target, const rows::Problem& p);
Shares SharpShares(const Target& target, const rows::Problem& p);  // no kWidth
// Of binary64_error_bounds.h, for problems of binary64 throughout; no kWidth.
Shares Binary64Shares(const Target& target, const rows::Problem& p);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_TESTS_FAST_ERROR_SHARES_H_
