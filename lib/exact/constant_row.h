// SPDX-License-Identifier: Apache-2.0
// Rows whose deviations are all 0, as padding makes them: y_i = RN(beta_i).
// proofs/exact/special_values.v: constant_row, zero_row.
#ifndef EXACTNORM_EXACT_CONSTANT_ROW_H_
#define EXACTNORM_EXACT_CONSTANT_ROW_H_

#include "lib/row.h"

namespace exactnorm::exact {

// For a row of one finite pattern, in RMSNorm a zero, and eps > 0: writes y, and mean and rstd where asked for, as
// defined in exactnorm.h. False for any other row. Throws std::bad_alloc and nothing else. Where it does not return
// true, nothing of the row has been written.
bool NormalizeConstantRow(const Row& row);

}  // namespace exactnorm::exact
#endif  // EXACTNORM_EXACT_CONSTANT_ROW_H_
