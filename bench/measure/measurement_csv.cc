// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/measurement_csv.h"

#include <fmt/format.h>

#include "bench/measure/figures_output.h"

namespace exactnorm::measure {
namespace {

constexpr const char* kColumns[] = {"elements",
                                    "measured",
                                    "not_correctly_rounded",
                                    "correctly_rounded_share",
                                    "max_ulps",
                                    "log2_max_ulps",
                                    "mean_ulps",
                                    "bias_ulps",
                                    "max_relative",
                                    "misplaced_nan",
                                    "misplaced_infinity",
                                    "missing_nan",
                                    "missing_infinity",
                                    "plane_held",
                                    "plane_broken",
                                    "plane_off",
                                    "interior_held",
                                    "interior_broken",
                                    "interior_off",
                                    "surface_held",
                                    "surface_broken",
                                    "surface_off",
                                    "zero_gains_held",
                                    "zero_gains_broken",
                                    "zero_gains_off"};

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

bool IsSweep(const Point& point) { return point.group != kDistributions && point.group != kReportedBugs; }

std::string Line(const Section& section, const Result& result, size_t subject) {
  const Subject& s = section.subjects[subject];
  std::string line =
      fmt::format("{},{},{},{},{},{},{}", OperationName(section.operation), section.format->name, result.point.group,
                  Quoted(result.point.name), IsSweep(result.point) ? std::to_string(result.point.log2_parameter) : "",
                  Quoted(s.name), s.arithmetic);
  auto figures = FiguresJson(result.figures[subject]);
  figures.update(ClaimsJson(result.claims[subject]));
  for (const char* column : kColumns) {
    line += ',';
    if (!figures[column].is_null()) line += figures[column].dump();
  }
  const bool worst = !figures["worst"].is_null();
  for (const char* key : {"row", "column", "x", "y", "right"}) {
    line += ",";
    if (!worst) continue;
    const auto& value = figures["worst"][key];
    line += value.is_string() ? value.get<std::string>() : value.dump();
  }
  return line + "\n";
}

}  // namespace

std::string MeasurementCsv(const Measurement& measurement) {
  std::string csv = fmt::format(
      "operation,format,group,name,log2_parameter,subject,arithmetic,{},worst_row,worst_column,worst_x,worst_y,"
      "worst_right\n",
      fmt::join(kColumns, ","));
  for (const Section& section : measurement.sections) {
    for (const Result& result : section.results) {
      for (size_t k = 0; k < result.figures.size(); ++k) csv += Line(section, result, k);
    }
  }
  return csv;
}

}  // namespace exactnorm::measure
