// SPDX-License-Identifier: Apache-2.0
// LayerNorm as it is usually written, for comparison: a row -> y, as good as its algorithm is.
// Arithmetic: binary64 rows in double, binary32 rows in float; binary16 and bfloat16 rows in float too, rounded once
// when y is stored, as mixed-precision kernels do. Sums run from the first element to the last in one accumulator.
#ifndef EXACTNORM_BENCH_MEASURE_PLAIN_KERNELS_H_
#define EXACTNORM_BENCH_MEASURE_PLAIN_KERNELS_H_

#include "lib/row.h"

namespace exactnorm::measure {

// LayerNorm rows with x, parameters and y in one format; mean and rstd are not written.
void OnePass(const Row& row);            // var = mean(x^2) - mean(x)^2
void TwoPass(const Row& row);            // var = mean((x - mean)^2)
void Welford(const Row& row);            // mean and var updated element by element
void TwoPassInBinary64(const Row& row);  // TwoPass in double for every format

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_PLAIN_KERNELS_H_
