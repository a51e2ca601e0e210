// SPDX-License-Identifier: Apache-2.0
// A plain LayerNorm in AVX2, in binary32 throughout: what a forced AVX2 target is measured beside.
#ifndef EXACTNORM_BENCH_SPEED_PLAIN_AVX2_H_
#define EXACTNORM_BENCH_SPEED_PLAIN_AVX2_H_

#include <cstddef>

namespace exactnorm::speed {

bool HasAvx2();  // and FMA; else PlainAvx2 may not be called

// Three sweeps a row: mean, variance about it, normalise; four accumulators. Columns beyond a multiple of 32 one by
// one.
void PlainAvx2(size_t rows, size_t columns, float eps, const float* x, const float* gamma, const float* beta, float* y);

}  // namespace exactnorm::speed
#endif  // EXACTNORM_BENCH_SPEED_PLAIN_AVX2_H_
