// SPDX-License-Identifier: Apache-2.0
// The exact stage: a whole row by integers alone. It always decides; the last stage of every call.
#ifndef EXACTNORM_EXACT_ROW_H_
#define EXACTNORM_EXACT_ROW_H_

#include <cstdint>
#include <span>

#include "lib/row.h"

namespace exactnorm::exact {

// Writes y, and mean and rstd where asked for, as defined in exactnorm.h. Throws std::bad_alloc and
// nothing else; then nothing of the row has been written.
void NormalizeRow(const Row& row);

// Decides these columns of y, and mean and rstd if `statistics`, of a row whose x is finite and whose var + eps is
// not 0, as the fast stage leaves it. Throws std::bad_alloc and nothing else.
void FinishRow(const Row& row, std::span<const uint32_t> columns, bool statistics);

}  // namespace exactnorm::exact
#endif  // EXACTNORM_EXACT_ROW_H_
