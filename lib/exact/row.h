// SPDX-License-Identifier: Apache-2.0
// The exact stage: a whole row by integers alone. It always decides; the last stage of every call.
#ifndef EXACTNORM_EXACT_ROW_H_
#define EXACTNORM_EXACT_ROW_H_

#include "lib/row.h"

namespace exactnorm::exact {

// Writes y, and mean and rstd where asked for, as defined in exactnorm.h. Throws std::bad_alloc and
// nothing else; then nothing of the row has been written.
void NormalizeRow(const Row& row);

}  // namespace exactnorm::exact
#endif  // EXACTNORM_EXACT_ROW_H_
