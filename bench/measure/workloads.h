// SPDX-License-Identifier: Apache-2.0
// The distributions that kernels are measured on: (name, format, rows, columns, seed) -> the same bits everywhere.
// Every format gets the same reals, rounded once to it. A workload that a format cannot hold is refused with the
// reason, not bent into something else under the same name.
#ifndef EXACTNORM_BENCH_MEASURE_WORKLOADS_H_
#define EXACTNORM_BENCH_MEASURE_WORKLOADS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "lib/row.h"

namespace exactnorm::measure {

// Gamma and beta empty: all 1 and all 0.
struct Batch {
  const Format* format;
  size_t rows;
  size_t columns;
  double eps;
  std::vector<unsigned char> x, gamma, beta;

  // Row i as LayerNorm input in `format` throughout, to be written to y (one row of room).
  Row RowAt(size_t i, void* y) const;
};

struct Workload {
  const char* name;
  uint64_t stream;  // with the seed, what the random numbers depend on; unique, never changed
  bool affine;      // gamma uniform in [1/2, 3/2), beta N(0, 1)
  void (*fill)(std::mt19937_64& engine, const Format& f, std::span<double> row);
  std::string (*obstacle)(const Format& f);  // why f cannot hold it, or nothing
};

std::span<const Workload> Workloads();

// Precondition: workload.obstacle(f) is empty.
Batch Draw(const Workload& workload, const Format& f, size_t rows, size_t columns, double eps, uint64_t seed);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_WORKLOADS_H_
