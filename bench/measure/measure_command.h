// SPDX-License-Identifier: Apache-2.0
// `exactnorm measure`: the flags, and the run. Exit code 0, or 1 if a result of this library was found wrong.
#ifndef EXACTNORM_BENCH_MEASURE_MEASURE_COMMAND_H_
#define EXACTNORM_BENCH_MEASURE_MEASURE_COMMAND_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

struct MeasureOptions {
  Settings settings;
  std::vector<std::string> formats;  // empty: those of settings
  std::vector<std::string> kernels;  // lib.so[:symbol]
  bool json = false;
};

// Adds the subcommand; parsing fills `options`, which must outlive the parse.
CLI::App* AddMeasureCommand(CLI::App& app, MeasureOptions& options);

// Measures and prints to stdout. Throws as Measure(), and std::runtime_error if stdout cannot be written.
int RunMeasureCommand(const MeasureOptions& options);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_MEASURE_COMMAND_H_
