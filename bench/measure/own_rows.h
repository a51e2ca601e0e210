// SPDX-License-Identifier: Apache-2.0
// The user's .npy files -> rows to measure on.
#ifndef EXACTNORM_BENCH_MEASURE_OWN_ROWS_H_
#define EXACTNORM_BENCH_MEASURE_OWN_ROWS_H_

#include "bench/exactnorm/norm_arguments.h"
#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// Rows at equal distances, so many that at most 2^18 outputs are measured, but at least one; the name says which.
// gamma and beta as they are. Throws command::BadInput as command::LoadNormInputs does.
OwnRows LoadOwnRows(const command::NormArguments& arguments);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_OWN_ROWS_H_
