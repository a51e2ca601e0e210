// SPDX-License-Identifier: Apache-2.0
// One property of the rows at a time, over powers of two: what draws curves. Every point of a sweep has the same
// random numbers behind it.
#ifndef EXACTNORM_BENCH_MEASURE_SWEEPS_H_
#define EXACTNORM_BENCH_MEASURE_SWEEPS_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "bench/measure/workloads.h"

namespace exactnorm::measure {

struct Shape {
  size_t rows;
  size_t columns;
  double eps;
};

struct Sweep {
  const char* name;       // "mean"
  const char* axis;       // what the parameter is, for people
  const char* summary;    // how the rows are made
  uint64_t stream;        // as a workload's
  int first, last, step;  // log2 of the parameter
  void (*fill)(std::mt19937_64& engine, double parameter, std::span<double> row);
  std::string (*obstacle)(const Format& f, double parameter);
  Shape (*shape)(Shape standard, double parameter);
};

std::span<const Sweep> Sweeps();

// Rows 8 x at most 256, unless the sweep is over their length.
Workload WorkloadAt(const Sweep& sweep, int log2_parameter);
Shape ShapeAt(const Sweep& sweep, int log2_parameter, size_t columns, double eps);

// An order of `count` points in which any beginning covers the whole range: every fourth, then those half way between,
// then the rest.
std::vector<size_t> CoarseToFine(size_t count);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_SWEEPS_H_
