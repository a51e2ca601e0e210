// SPDX-License-Identifier: Apache-2.0
// The parts of the fast stage on their own, on one target, as it runs them: its sums and moments, and its columns.
#ifndef EXACTNORM_BENCH_SPEED_STAGE_KERNELS_H_
#define EXACTNORM_BENCH_SPEED_STAGE_KERNELS_H_

#include "lib/fast/target.h"
#include "lib/row.h"

namespace exactnorm::speed {

// m, r^ and c^ of a row (lib/fast/error_bounds.h).
struct RowMoments {
  double center;
  double rstd;
  double shift;
  bool admitted;
};

// Of all rows, in binary32, bfloat16 or binary16.
void FindMoments(const fast::Target& target, const exactnorm::Rows& rows, RowMoments* moments);

// Writes y of all rows, which are admitted; what is not certified is added to undecided[row], which is clear.
void NormalizeColumns(const fast::Target& target, const exactnorm::Rows& rows, const fast::Windows& windows,
                      const RowMoments* moments, fast::Undecided* undecided);

}  // namespace exactnorm::speed
#endif  // EXACTNORM_BENCH_SPEED_STAGE_KERNELS_H_
