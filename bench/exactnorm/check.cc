// SPDX-License-Identifier: Apache-2.0
// The exact answers come from bench/measure, not from the library: an independent way to the same bits.
#include "bench/exactnorm/check.h"

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/exactnorm/norm_arguments.h"
#include "bench/exactnorm/progress.h"
#include "bench/measure/error_figures.h"
#include "bench/measure/figures_output.h"
#include "lib/row.h"

namespace exactnorm::command {
namespace {

using measure::ErrorFigures;
using Json = nlohmann::ordered_json;

struct CheckArguments {
  NormArguments norm;
  FileArgument y{"--y", ""};
  bool json = false;
};

// A longer row does not fit a screen; --json has it whole.
constexpr size_t kColumnsOnScreen = 16;

struct Check {
  NormInputs inputs;
  NpyArray y;

  Row row(size_t index) const {
    const auto bytes = static_cast<size_t>(inputs.x.format->bytes);
    Row row{};
    row.operation = inputs.operation;
    row.x_format = inputs.x.format;
    row.parameter_format = &inputs.parameter_format();
    row.y_format = y.format;
    row.statistics_format = y.format;
    row.columns = inputs.x.columns();
    row.eps = inputs.eps;
    row.x = static_cast<const unsigned char*>(inputs.x.data()) + index * row.columns * bytes;
    row.gamma = inputs.gamma ? inputs.gamma->data() : nullptr;
    row.beta = inputs.beta ? inputs.beta->data() : nullptr;
    return row;
  }
  const void* y_row(size_t index) const {
    const auto bytes = static_cast<size_t>(y.format->bytes);
    return static_cast<const unsigned char*>(y.data()) + index * y.columns() * bytes;
  }
};

Check Load(const CheckArguments& arguments) {
  Require(arguments.norm.x);
  Require(arguments.y);
  Check check{LoadNormInputs(arguments.norm), {}};
  check.y = ReadNpy(arguments.y, check.inputs.sixteen_bits);
  if (check.y.shape != check.inputs.x.shape) {
    throw BadInput(arguments.y,
                   fmt::format("has shape {} but --x {} has {}; give the result for this x", ToString(check.y.shape),
                               arguments.norm.x.path, ToString(check.inputs.x.shape)));
  }
  return check;
}

ErrorFigures Compare(const Check& check) {
  ErrorFigures figures;
  Progress progress("exactnorm check", check.y.rows());
  for (size_t i = 0; i < check.y.rows(); ++i) {
    const Row row = check.row(i);
    figures.Add(row, measure::ExactAnswers(row), check.y_row(i), i);
    progress.Report(i);
  }
  return figures;
}

// The row to look at first: of a misplaced NaN or infinity, else of the largest error.
const measure::Element* WorstElement(const ErrorFigures& figures) {
  if (figures.first_misplaced()) return &*figures.first_misplaced();
  return figures.worst() && figures.wrong() != 0 ? &*figures.worst() : nullptr;
}

std::vector<std::string> HexFloats(const Format& format, const void* array, size_t count) {
  std::vector<std::string> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = measure::HexFloat(format, exactnorm::Load(format, array, i));
  return values;
}

std::string EpsHex(double eps) {
  unsigned char bytes[sizeof eps];
  std::memcpy(bytes, &eps, sizeof eps);
  return measure::HexFloat(kF64, exactnorm::Load(kF64, bytes, 0));
}

// All that is needed to try the worst case again.
Json ReproductionJson(const Check& check, size_t index) {
  const Row row = check.row(index);
  Json json = {{"row", index}, {"x", HexFloats(*row.x_format, row.x, row.columns)}};
  if (row.gamma != nullptr) json["gamma"] = HexFloats(*row.parameter_format, row.gamma, row.columns);
  if (row.beta != nullptr) json["beta"] = HexFloats(*row.parameter_format, row.beta, row.columns);
  json["eps"] = EpsHex(row.eps);
  json["y"] = HexFloats(*row.y_format, check.y_row(index), row.columns);
  return json;
}

std::string ReproductionText(const Check& check, size_t index) {
  const Row row = check.row(index);
  std::string text = fmt::format("\nits row, to paste (eps {}):\n", EpsHex(row.eps));
  if (row.columns > kColumnsOnScreen) {
    return text + fmt::format("  {} numbers long; --json prints it whole\n", row.columns);
  }
  const auto line = [&](const char* name, const Format& format, const void* array) {
    if (array == nullptr) return;
    text += fmt::format("  {:<5} = [{}]\n", name, fmt::join(HexFloats(format, array, row.columns), ", "));
  };
  line("x", *row.x_format, row.x);
  line("gamma", *row.parameter_format, row.gamma);
  line("beta", *row.parameter_format, row.beta);
  line("y", *row.y_format, check.y_row(index));
  return text;
}

void PrintText(const CheckArguments& arguments, const Check& check, const ErrorFigures& figures) {
  fmt::print("{}: {}\n", arguments.y.path,
             figures.wrong() == 0 ? "every element is correctly rounded" : "not correctly rounded");
  fmt::print("{}, {} rows of {}, x {}, y {}\n\n", arguments.norm.operation, check.y.rows(), check.y.columns(),
             check.inputs.x.format->name, check.y.format->name);
  fmt::print("{}", measure::FiguresText(figures));
  if (const auto* worst = WorstElement(figures)) fmt::print("{}", ReproductionText(check, worst->row));
}

void PrintJson(const CheckArguments& arguments, const Check& check, const ErrorFigures& figures) {
  Json json = {{"y", arguments.y.path},
               {"correctly_rounded", figures.wrong() == 0},
               {"operation", arguments.norm.operation},
               {"eps", check.inputs.eps},
               {"rows", check.y.rows()},
               {"columns", check.y.columns()},
               {"x_format", check.inputs.x.format->name},
               {"parameter_format", check.inputs.parameter_format().name},
               {"y_format", check.y.format->name},
               {"figures", measure::FiguresJson(figures)}};
  const auto* worst = WorstElement(figures);
  json["worst_row"] = worst == nullptr ? Json(nullptr) : ReproductionJson(check, worst->row);
  // A file name need not be UTF-8, JSON must be.
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

void AddCheck(CLI::App& app, int* exit_code) {
  CLI::App* check = app.add_subcommand("check", "how wrong is a LayerNorm's y?");
  const auto arguments = std::make_shared<CheckArguments>();
  AddNormOptions(*check, arguments->norm);
  AddFileOption(*check, arguments->y, "result to be checked, in the shape of x and any format (required)");
  check->add_flag("--json", arguments->json, "print JSON, with the whole row of the worst case");
  check->footer(
      "Example:\n  exactnorm check --x x.npy --gamma g.npy --beta b.npy --eps 1e-5 --y theirs.npy\n"
      "Exit code 0 if every element of y is correctly rounded into y's format, 1 if one is not.");
  check->callback([arguments, exit_code] {
    const Check loaded = Load(*arguments);
    const ErrorFigures figures = Compare(loaded);
    (arguments->json ? PrintJson : PrintText)(*arguments, loaded, figures);
    *exit_code = figures.wrong() == 0 ? 0 : 1;
  });
}

}  // namespace exactnorm::command
