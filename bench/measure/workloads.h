// SPDX-License-Identifier: Apache-2.0
// The distributions that kernels are measured on: (name, format, rows, columns, seed) -> the same bits everywhere.
// Every format gets the same reals, rounded once to it. A workload that a format cannot hold is refused with the
// reason, not bent into something else under the same name.
#ifndef EXACTNORM_BENCH_MEASURE_WORKLOADS_H_
#define EXACTNORM_BENCH_MEASURE_WORKLOADS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "lib/row.h"

namespace exactnorm::measure {

// Rows in their formats. Gamma and beta empty: all 1 and all 0.
struct Batch {
  const Format* format;
  size_t rows;
  size_t columns;
  double eps;
  std::vector<unsigned char> x, gamma, beta;
  const Format* parameter_format = format;
  const Format* y_format = format;
  exactnorm_operation operation = EXACTNORM_LAYER_NORM;

  // Row i as input, to be written to y (one row of room).
  Row RowAt(size_t i, void* y) const;
};

struct Workload {
  std::string name;
  std::string head;  // of a table's column, at most six characters
  uint64_t stream;   // with the seed, what the random numbers depend on; unique, never changed
  bool affine;       // gamma uniform in [1/2, 3/2), beta N(0, 1)
  std::function<void(std::mt19937_64& engine, const Format& f, std::span<double> row)> fill;
  std::function<std::string(const Format& f)> obstacle;  // why f cannot hold it, or nothing
};

// The distributions.
std::span<const Workload> Workloads();

// The ingredients of fills and obstacles.
void FillNormal(std::mt19937_64& engine, std::span<double> row, double mean, double sigma);
double Spacing(const Format& f, double value);  // of f around value != 0
double LargestFinite(const Format& f);

// Precondition: workload.obstacle(f) is empty.
Batch Draw(const Workload& workload, const Format& f, size_t rows, size_t columns, double eps, uint64_t seed);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_WORKLOADS_H_
