// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/run.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bench/exactnorm/files.h"
#include "bench/exactnorm/norm_arguments.h"
#include "bench/exactnorm/row_tasks.h"

namespace exactnorm::command {
namespace {

struct RunArguments {
  NormArguments norm;
  std::string out_format;
  FileArgument y{"--y", ""};
  FileArgument mean{"--mean", ""};
  FileArgument rstd{"--rstd", ""};
};

void CheckOutputs(const RunArguments& arguments) {
  const FileArgument* const outputs[] = {&arguments.y, &arguments.mean, &arguments.rstd};
  for (const auto* output = std::begin(outputs); output != std::end(outputs); ++output) {
    if (!(*output)->given()) continue;
    CheckWritable(**output);
    for (const auto* before = std::begin(outputs); before != output; ++before) {
      if ((*before)->given() && SameTarget(**before, **output)) {
        throw BadInput(**output, "is the file of " + (*before)->option + " too; give each output its own");
      }
    }
  }
}

void Run(const RunArguments& arguments) {
  Require(arguments.norm.x);
  Require(arguments.y);
  const Format* out_format =
      arguments.out_format.empty() ? nullptr : &ParseFormat("--out-format", arguments.out_format);
  if (arguments.mean.given() && arguments.norm.operation == "rms_norm") {
    throw BadInput(arguments.mean, "RMSNorm has no mean; leave --mean out, or use --op layer_norm");
  }
  CheckOutputs(arguments);
  const NormInputs inputs = LoadNormInputs(arguments.norm);
  if (out_format == nullptr) out_format = inputs.x.format;

  // The statistics have x's shape without its last axis, as x.mean(-1) in NumPy: () for a single row.
  const Shape statistics_shape(inputs.x.shape.begin(), inputs.x.shape.end() - 1);
  const auto statistics = [&](const FileArgument& file) {
    return file.given() ? std::optional(NewNpy(*out_format, statistics_shape)) : std::nullopt;
  };
  NpyArray y = NewNpy(*out_format, inputs.x.shape);
  std::optional<NpyArray> mean = statistics(arguments.mean);
  std::optional<NpyArray> rstd = statistics(arguments.rstd);

  exactnorm_call call = inputs.Call();
  call.y_format = ToApi(*out_format);
  call.y = y.data();
  call.mean = mean ? mean->data() : nullptr;
  call.rstd = rstd ? rstd->data() : nullptr;
  std::string name = "exactnorm run";
  call.parallel_for = &RunRowTasks;
  call.pool = name.data();
  if (const auto status = exactnorm_normalize(&call, nullptr); status != EXACTNORM_OK) {
    throw BadInput(exactnorm_message(status));
  }

  StagedFiles files;
  files.Add(arguments.y, ToFile(std::move(y)));
  if (mean) files.Add(arguments.mean, ToFile(std::move(*mean)));
  if (rstd) files.Add(arguments.rstd, ToFile(std::move(*rstd)));
  files.Commit();
}

}  // namespace

void AddRun(CLI::App& app, int* exit_code) {
  CLI::App* run = app.add_subcommand("run", "normalise a .npy file: every value correctly rounded");
  const auto arguments = std::make_shared<RunArguments>();
  AddNormOptions(*run, arguments->norm);
  run->add_option("--out-format", arguments->out_format, "f64, f32, f16 or bf16 (default: as x); bf16 is written as u2")
      ->type_name("NAME");
  AddFileOption(*run, arguments->y, "result, in the shape of x (required)");
  AddFileOption(*run, arguments->mean, "mean of each row, in the shape of x without its last axis");
  AddFileOption(*run, arguments->rstd, "1 / sqrt(variance + eps) of each row, likewise");
  run->footer(
      "Example:\n  exactnorm run --x x.npy --gamma g.npy --beta b.npy --eps 1e-5 --y y.npy\n"
      "All outputs appear complete, or none does.");
  run->callback([arguments, exit_code] {
    Run(*arguments);
    *exit_code = 0;
  });
}

}  // namespace exactnorm::command
