// SPDX-License-Identifier: Apache-2.0
// The options that say what is normalised, shared by the subcommands: --x --gamma --beta --eps --op
// --format. Options -> files read and checked against each other -> a call of the library.
#ifndef EXACTNORM_BENCH_EXACTNORM_NORM_ARGUMENTS_H_
#define EXACTNORM_BENCH_EXACTNORM_NORM_ARGUMENTS_H_

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "bench/exactnorm/bad_input.h"
#include "bench/exactnorm/npy.h"
#include "exactnorm/exactnorm.h"

namespace exactnorm::command {

struct NormArguments {
  FileArgument x{"--x", ""};
  FileArgument gamma{"--gamma", ""};
  FileArgument beta{"--beta", ""};
  std::string eps = "1e-5";
  std::string operation = "layer_norm";
  std::string format;  // of u2 and V2
};

void AddNormOptions(CLI::App& app, NormArguments& arguments);

// An option with a file's path; an empty path is refused.
void AddFileOption(CLI::App& app, FileArgument& file, const std::string& description);

// The arrays of a call. Shapes and formats fit together.
struct NormInputs {
  exactnorm_operation operation;
  double eps;
  SixteenBits sixteen_bits;
  NpyArray x;
  std::optional<NpyArray> gamma;
  std::optional<NpyArray> beta;

  const Format& parameter_format() const;  // x's if there are no parameters
  // Everything but the outputs.
  exactnorm_call Call() const;
};

// Refuses an option that was not given. CLI11 could do it, but before it has seen unknown options, and a
// misspelt --x deserves that message.
void Require(const FileArgument& file);

// What can be known without the files first, so that a typing error shows at once.
NormInputs LoadNormInputs(const NormArguments& arguments);

exactnorm_operation ParseOperation(const std::string& name);
SixteenBits ParseSixteenBits(const std::string& name);
const Format& ParseFormat(const std::string& option, const std::string& name);
exactnorm_format ToApi(const Format& format);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_NORM_ARGUMENTS_H_
