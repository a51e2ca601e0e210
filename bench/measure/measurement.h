// SPDX-License-Identifier: Apache-2.0
// Every kernel on every workload in every format: settings -> error figures. Deterministic for its settings.
#ifndef EXACTNORM_BENCH_MEASURE_MEASUREMENT_H_
#define EXACTNORM_BENCH_MEASURE_MEASUREMENT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/measure/error_figures.h"
#include "bench/measure/workloads.h"

namespace exactnorm::measure {

// Something that normalises a row: from row.x, gamma and beta to row.y.
struct Kernel {
  const char* name;
  const char* summary;
  void (*run)(const Row& row);
};

// exactnorm first, then the plain ones of plain_kernels.h.
std::span<const Kernel> Kernels();

struct Settings {
  std::vector<const Format*> formats = {kFormats[0], kFormats[1], kFormats[2], kFormats[3]};
  size_t rows = 32;
  size_t columns = 768;
  double eps = 1e-5;
  uint64_t seed = 1;
};

// One workload in one format: figures per kernel, in the order of Kernels(), or the reason why there are none.
struct Result {
  const Format* format;
  const Workload* workload;
  std::string obstacle;  // empty: none
  std::vector<ErrorFigures> figures;
};

struct Measurement {
  Settings settings;
  std::vector<Result> results;  // by format, then by workload
};

// Throws std::bad_alloc, and std::runtime_error if the library refuses a call.
Measurement Measure(const Settings& settings);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_MEASUREMENT_H_
