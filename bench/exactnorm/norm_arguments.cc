// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/norm_arguments.h"

#include <fmt/format.h>

#include "bench/exactnorm/eps.h"

namespace exactnorm::command {
namespace {

std::optional<NpyArray> LoadParameter(const FileArgument& file, SixteenBits sixteen_bits, size_t columns) {
  if (!file.given()) return std::nullopt;
  NpyArray array = ReadNpy(file, sixteen_bits);
  if (array.shape != Shape{columns}) {
    throw BadInput(file, fmt::format("has shape {}; the rows of --x have N = {} elements, so it must be {}",
                                     ToString(array.shape), columns, ToString({columns})));
  }
  return array;
}

}  // namespace

exactnorm_operation ParseOperation(const std::string& name) {
  if (name == "layer_norm") return EXACTNORM_LAYER_NORM;
  if (name == "rms_norm") return EXACTNORM_RMS_NORM;
  throw BadInput("--op " + name + ": is not an operation; use layer_norm or rms_norm");
}

SixteenBits ParseSixteenBits(const std::string& name) {
  if (name.empty()) return SixteenBits::kRefused;
  if (name == kBF16.name) return SixteenBits::kBfloat16;
  throw BadInput("--format " + name + ": only bf16 needs to be said; f8, f4 and f2 files speak for themselves");
}

void AddFileOption(CLI::App& app, FileArgument& file, const std::string& description) {
  // CLI11 lets --x "" through, which would look like an option that was not given.
  const auto not_empty = [](const std::string& path) {
    return path.empty() ? std::string("is empty; give the path of a file") : std::string();
  };
  app.add_option(file.option, file.path, description)->type_name("FILE")->check(CLI::Validator(not_empty, ""));
}

void Require(const FileArgument& file) {
  if (!file.given()) throw BadInput(file.option + " is missing; give " + file.option + " FILE, or see --help");
}

void AddNormOptions(CLI::App& app, NormArguments& arguments) {
  AddFileOption(app, arguments.x, "input, rows along its last axis (required)");
  AddFileOption(app, arguments.gamma, "gain of each column (default: all 1)");
  AddFileOption(app, arguments.beta, "bias of each column (default: all 0)");
  app.add_option("--eps", arguments.eps, "added to the variance or mean square, >= 0")
      ->type_name("NUMBER")
      ->capture_default_str();
  app.add_option("--op", arguments.operation, "layer_norm or rms_norm")->type_name("NAME")->capture_default_str();
  app.add_option("--format", arguments.format, "bf16: u2 and V2 arrays in the files are bfloat16")->type_name("bf16");
}

NormInputs LoadNormInputs(const NormArguments& arguments) {
  Require(arguments.x);
  NormInputs inputs{
      ParseOperation(arguments.operation), ParseEps(arguments.eps), ParseSixteenBits(arguments.format), {}, {}, {}};
  inputs.x = ReadNpy(arguments.x, inputs.sixteen_bits);
  inputs.gamma = LoadParameter(arguments.gamma, inputs.sixteen_bits, inputs.x.columns());
  inputs.beta = LoadParameter(arguments.beta, inputs.sixteen_bits, inputs.x.columns());
  if (inputs.gamma && inputs.beta && !(*inputs.gamma->format == *inputs.beta->format)) {
    throw BadInput(arguments.beta,
                   fmt::format("is {} but --gamma {} is {}; save both in one format", inputs.beta->format->name,
                               arguments.gamma.path, inputs.gamma->format->name));
  }
  return inputs;
}

const Format& NormInputs::parameter_format() const {
  if (gamma) return *gamma->format;
  return beta ? *beta->format : *x.format;
}

exactnorm_call NormInputs::Call() const {
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = operation;
  call.x_format = ToApi(*x.format);
  call.parameter_format = ToApi(parameter_format());
  call.rows = x.rows();
  call.columns = x.columns();
  call.eps = eps;
  call.x = x.data();
  call.gamma = gamma ? gamma->data() : nullptr;
  call.beta = beta ? beta->data() : nullptr;
  return call;
}

const Format& ParseFormat(const std::string& option, const std::string& name) {
  for (const Format* format : kFormats) {
    if (name == format->name) return *format;
  }
  throw BadInput(option + " " + name + ": is not a format; use f64, f32, f16 or bf16");
}

exactnorm_format ToApi(const Format& format) {
  if (format == kF64) return EXACTNORM_F64;
  if (format == kF32) return EXACTNORM_F32;
  return format == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

}  // namespace exactnorm::command
