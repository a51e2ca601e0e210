// SPDX-License-Identifier: Apache-2.0
// `exactnorm measure`: the flags, and the run. Exit code 0, or 1 if a result of this library was found wrong, or
// if --compare found a regression.
#ifndef EXACTNORM_BENCH_MEASURE_MEASURE_COMMAND_H_
#define EXACTNORM_BENCH_MEASURE_MEASURE_COMMAND_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "bench/exactnorm/bad_input.h"
#include "bench/exactnorm/norm_arguments.h"
#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// An output that goes to standard output if it is asked for without a file.
struct Output {
  command::FileArgument file;
  CLI::Option* option = nullptr;

  bool wanted() const { return option != nullptr && option->count() != 0; }
  bool to_stdout() const { return wanted() && !file.given(); }
  bool to_file() const { return wanted() && file.given(); }
};

struct MeasureOptions {
  Settings settings;
  std::vector<std::string> operations;  // empty: those of settings
  std::vector<std::string> formats;     // empty: those of settings
  std::string eps;                      // empty: that of settings
  command::NormArguments own;           // x, gamma, beta and format; no x: no own rows
  Output json{{"--json", ""}};
  Output csv{{"--csv", ""}};
  Output report{{"--report", ""}};
  Output markdown{{"--markdown", ""}};
  std::vector<std::string> compared;  // two files of --json, or none
  std::vector<std::string> kernels;   // lib.so[:symbol]
  bool peers = false;                 // those of peers.h too, before the kernels
};

// Adds the subcommand; parsing fills `options`, which must outlive the parse.
CLI::App* AddMeasureCommand(CLI::App& app, MeasureOptions& options);

// Measures, or compares two measurements, and prints or writes. Throws as Measure(), command::BadInput, and
// std::runtime_error if stdout cannot be written. No file appears unless all do.
int RunMeasureCommand(const MeasureOptions& options);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_MEASURE_COMMAND_H_
