// SPDX-License-Identifier: Apache-2.0
#include "bench/geometry/geometry_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bench/exactnorm/eps.h"
#include "bench/exactnorm/files.h"
#include "bench/exactnorm/norm_arguments.h"
#include "bench/exactnorm/row_tasks.h"
#include "bench/geometry/geometry_output.h"
#include "bench/geometry/gnuplot.h"
#include "bench/geometry/picture.h"
#include "bench/geometry/study_of.h"

namespace exactnorm::geometry {
namespace {

using command::BadInput;
using command::FileArgument;
using command::NpyArray;

struct GeometryArguments {
  command::NormArguments norm;
  FileArgument y{"--y", ""};
  FileArgument picture{"--picture", ""};
  size_t axes = 3;
  bool json = false;
};

Inputs Load(const GeometryArguments& arguments) {
  const command::NormArguments& norm = arguments.norm;
  Require(norm.gamma);
  const auto sixteen_bits = command::ParseSixteenBits(norm.format);
  Inputs inputs{command::ParseOperation(norm.operation), command::ParseEps(norm.eps), {}, {}, {}, {}};
  inputs.gamma = ReadNpy(norm.gamma, sixteen_bits);
  const command::Shape shape = inputs.gamma.shape;
  const size_t n = shape.back();
  if (shape.size() != 1) {
    throw BadInput(norm.gamma,
                   fmt::format("has shape {}; give one gain per column, as in ({},)", command::ToString(shape), n));
  }
  if (norm.beta.given()) {
    inputs.beta = ReadNpy(norm.beta, sixteen_bits);
    if (inputs.beta->shape != shape) {
      throw BadInput(norm.beta,
                     fmt::format("has shape {} but --gamma {} has {}; give one bias per gain",
                                 command::ToString(inputs.beta->shape), norm.gamma.path, command::ToString(shape)));
    }
    if (!(*inputs.beta->format == *inputs.gamma.format)) {
      throw BadInput(norm.beta, fmt::format("is {} but --gamma {} is {}; save both in one format",
                                            inputs.beta->format->name, norm.gamma.path, inputs.gamma.format->name));
    }
  }
  const auto rows = [&](const FileArgument& file) -> std::optional<NpyArray> {
    if (!file.given()) return std::nullopt;
    NpyArray array = ReadNpy(file, sixteen_bits);
    if (array.columns() == n) return array;
    throw BadInput(file, fmt::format("has rows of {} elements but --gamma {} has {}; give rows for this gamma",
                                     array.columns(), norm.gamma.path, n));
  };
  inputs.x = rows(norm.x);
  inputs.y = rows(arguments.y);
  if (inputs.x && inputs.y && inputs.x->shape != inputs.y->shape) {
    throw BadInput(arguments.y,
                   fmt::format("has shape {} but --x {} has {}; give the result for this x",
                               command::ToString(inputs.y->shape), norm.x.path, command::ToString(inputs.x->shape)));
  }
  return inputs;
}

void RefuseNonFinite(const FileArgument& file, const NpyArray& array) {
  for (size_t i = 0; i < array.size(); ++i) {
    if (IsFinite(*array.format, exactnorm::Load(*array.format, array.data(), i))) continue;
    throw BadInput(file, fmt::format("has a NaN or an infinity in column {}; there is no ellipsoid for it", i));
  }
}

int Run(const GeometryArguments& arguments) {
  if (arguments.picture.given()) {
    if (!arguments.picture.path.ends_with(".svg")) {
      throw BadInput(arguments.picture, "does not end in .svg, which is what is written; rename it");
    }
    command::CheckWritable(arguments.picture);
  }
  Inputs inputs = Load(arguments);
  RefuseNonFinite(arguments.norm.gamma, inputs.gamma);
  if (inputs.beta) RefuseNonFinite(arguments.norm.beta, *inputs.beta);
  const Study study = StudyOf(std::move(inputs), arguments.axes);

  if (arguments.picture.given()) {
    command::StagedFiles files;
    files.Add(arguments.picture, Plot(PictureScript(study), arguments.picture));
    files.Commit();
  }
  if (arguments.json) {
    fmt::print("{}\n", StudyJson(study).dump(2));
  } else {
    fmt::print("{}", StudyText(study));
  }
  return study.broken() ? 1 : 0;
}

}  // namespace

void AddGeometry(CLI::App& app, int* exit_code) {
  CLI::App* geometry = app.add_subcommand("geometry", "where outputs lie: plane, ellipsoid, axes, and do yours?");
  const auto arguments = std::make_shared<GeometryArguments>();
  command::NormArguments& norm = arguments->norm;
  AddFileOption(*geometry, norm.gamma, "gain of each column (required)");
  AddFileOption(*geometry, norm.beta, "bias of each column (default: all 0)");
  AddFileOption(*geometry, norm.x, "inputs, rows along the last axis; without --y their exact outputs are looked at");
  AddFileOption(*geometry, arguments->y, "outputs to be checked, in any format, from any kernel");
  geometry->add_option("--eps", norm.eps, "added to the variance or mean square, >= 0")
      ->type_name("NUMBER")
      ->capture_default_str();
  geometry->add_option("--op", norm.operation, "layer_norm or rms_norm")->type_name("NAME")->capture_default_str();
  geometry->add_option("--format", norm.format, "bf16: u2 and V2 arrays in the files are bfloat16")->type_name("bf16");
  geometry->add_option("--axes", arguments->axes, "how many of the longest and of the shortest axes to list")
      ->type_name("COUNT")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  geometry->add_flag("--json", arguments->json, "print JSON, with the normal and the axes' directions");
  AddFileOption(*geometry, arguments->picture,
                "draw plane, ellipsoid and outputs; needs gnuplot (package gnuplot-nox)");
  geometry->footer(
      "Example:\n  exactnorm geometry --gamma g.npy --beta b.npy --x x.npy --y theirs.npy --picture theirs.svg\n"
      "A row of y is held against the claims with all that rounding allows: a correctly rounded y never breaks one.\n"
      "The claim about the distance to the surface needs --x. Exit code 1 if a row breaks a claim.");
  geometry->callback([arguments, exit_code] { *exit_code = Run(*arguments); });
}

}  // namespace exactnorm::geometry
