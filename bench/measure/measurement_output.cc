// SPDX-License-Identifier: Apache-2.0
// One block per format: a line per workload, three figures per kernel. Numbers are cut to five characters.
#include "bench/measure/measurement_output.h"

#include <fmt/format.h>

#include <cmath>

#include "bench/measure/figures_output.h"
#include "exactnorm/exactnorm.h"

namespace exactnorm::measure {
namespace {

using Json = nlohmann::ordered_json;

// 0.50, 23.4, 1768, 1.8e5, 4e320, 2e-7
std::string FiveCharacters(const Real& value) {
  if (value == 0) return "0";
  if (value >= 0.01 && value < 99999.5) {
    const auto v = static_cast<double>(value);
    return fmt::format("{:.{}f}", v, v < 9.995 ? 2 : v < 99.95 ? 1 : 0);
  }
  const std::string text = value.str(1, std::ios::scientific);  // d.de+xx
  int exponent = std::stoi(text.substr(text.find('e') + 1));
  int tenths = (text[0] - '0') * 10 + (text[2] - '0');
  if (exponent >= 0 && exponent < 10) return fmt::format("{}.{}e{}", tenths / 10, tenths % 10, exponent);
  tenths = (tenths + 5) / 10 * 10;
  if (tenths == 100) {
    tenths = 10;
    ++exponent;
  }
  return fmt::format("{}e{}", tenths / 10, exponent);
}

std::string ShortPercent(uint64_t part, uint64_t whole) {
  if (part == 0) return "0%";
  if (part == whole) return "100%";
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
  if (percent < 0.05) return "<.1%";
  return percent < 0.95 ? fmt::format("{:.1f}%", percent) : fmt::format("{:.0f}%", std::min(percent, 99.0));
}

std::string Cell(const ErrorFigures& f) {
  const std::string max = f.misplaced_nan() != 0 ? "NaN" : f.misplaced() != 0 ? "inf" : FiveCharacters(f.max_ulps());
  const std::string mean = f.measured() == 0 ? "-" : FiveCharacters(f.mean_ulps());
  return fmt::format("  {:>5} {:>5} {:>4}", max, mean, ShortPercent(f.wrong(), f.elements()));
}

constexpr int kLabelWidth = 14;
constexpr int kCellWidth = 18;

std::string Header(const Format& f) {
  std::string names = fmt::format("{:<{}}", f.name, kLabelWidth);
  std::string columns(kLabelWidth, ' ');
  for (const Kernel& kernel : Kernels()) {
    names += fmt::format("  {:-^{}}", fmt::format(" {} ", kernel.name), kCellWidth - 2);
    columns += "    max  mean wrong";
  }
  return fmt::format("{}\n{}\n", names, columns);
}

std::string WorkloadLine(const Result& result) {
  std::string line = fmt::format("{:<{}}", result.workload->name, kLabelWidth);
  if (!result.obstacle.empty()) return fmt::format("{}   skipped: {}\n", line, result.obstacle);
  for (const ErrorFigures& figures : result.figures) line += Cell(figures);
  return line + "\n";
}

// Where the kernel is furthest off in this format, ready to paste; nothing if it is never wrong.
std::string WorstLine(std::span<const Result> results, size_t kernel, int width) {
  const Result* worst = nullptr;
  for (const Result& result : results) {
    if (!result.obstacle.empty() || !result.figures[kernel].worst()) continue;
    if (worst == nullptr || result.figures[kernel].max_ulps() > worst->figures[kernel].max_ulps()) worst = &result;
  }
  if (worst == nullptr || worst->figures[kernel].wrong() == 0) return "";
  const Element& e = *worst->figures[kernel].worst();
  return fmt::format("  {:<{}}  {:>5}  {:<13} {:>4},{:<5}  {:<{}}  {:<{}}  {}\n", Kernels()[kernel].name,
                     kLabelWidth - 2, FiveCharacters(e.ulps), worst->workload->name, e.row, e.column,
                     HexFloat(*e.x_format, e.x), width, HexFloat(*e.y_format, e.y), width,
                     HexFloat(*e.y_format, e.answer.rounded));
}

std::string WorstLines(std::span<const Result> results) {
  const Format& f = *results.front().format;
  const int width = 9 + (f.precision + 2) / 4;  // sign, 0x1., digits, p, exponent
  std::string lines;
  for (size_t k = 0; k < Kernels().size(); ++k) lines += WorstLine(results, k, width);
  if (lines.empty()) return "";
  return fmt::format("{:<{}}  {:>5}  {:<13} {:>4},{:<5}  {:<{}}  {:<{}}  {}\n{}", "furthest off", kLabelWidth, "ulp",
                     "workload", "row", "col", "x", width, "y", width, "right", lines);
}

// Which kernel puts how many NaNs and infinities where the definition has none, or leaves out one it asks for.
std::string MisplacedLines(std::span<const Result> results) {
  std::string lines;
  for (size_t k = 0; k < Kernels().size(); ++k) {
    std::string line;
    for (const Result& result : results) {
      if (!result.obstacle.empty() || result.figures[k].misplaced() == 0) continue;
      line += fmt::format("{} {} {}", line.empty() ? "" : ",", result.workload->name, result.figures[k].misplaced());
    }
    if (!line.empty()) lines += fmt::format("  {:<{}} {}\n", Kernels()[k].name, kLabelWidth - 2, line);
  }
  return lines.empty() ? "" : fmt::format("NaN or infinity out of place\n{}", lines);
}

std::string FormatBlock(std::span<const Result> results) {
  std::string text = Header(*results.front().format);
  for (const Result& result : results) text += WorkloadLine(result);
  return text + WorstLines(results) + MisplacedLines(results);
}

}  // namespace

std::string MeasurementText(const Measurement& measurement) {
  const Settings& s = measurement.settings;
  std::string text = fmt::format(
      "exactnorm {}: error of LayerNorm against the exact real answer\n"
      "Each line: {} x {} outputs, eps {}, seed {}. f16 and bf16: plain kernels compute in f32 and round y once.\n"
      "max, mean: error in ulp of the exact answer, at most 0.50 for a correctly rounded y. wrong: not correctly\n"
      "rounded. Histograms, errors relative to |y-b| + |b| and the exact answers: --json\n",
      exactnorm_version(), s.rows, s.columns, s.eps, s.seed);
  const std::span<const Result> results(measurement.results);
  const size_t per_format = Workloads().size();
  for (size_t first = 0; first < results.size(); first += per_format) {
    text += fmt::format("\n{}", FormatBlock(results.subspan(first, per_format)));
  }
  return text;
}

nlohmann::ordered_json MeasurementJson(const Measurement& measurement) {
  const Settings& s = measurement.settings;
  Json formats = Json::array();
  for (const Format* f : s.formats) formats.push_back(f->name);
  Json kernels = Json::array();
  for (const Kernel& kernel : Kernels()) kernels.push_back({{"name", kernel.name}, {"summary", kernel.summary}});
  Json results = Json::array();
  for (const Result& result : measurement.results) {
    Json json = {{"format", result.format->name}, {"workload", result.workload->name}};
    if (!result.obstacle.empty()) {
      json["skipped"] = result.obstacle;
    } else {
      for (size_t k = 0; k < Kernels().size(); ++k) json["kernels"][Kernels()[k].name] = FiguresJson(result.figures[k]);
    }
    results.push_back(std::move(json));
  }
  return {{"exactnorm", exactnorm_version()},
          {"operation", "layer_norm"},
          {"formats", formats},
          {"rows", s.rows},
          {"columns", s.columns},
          {"eps", s.eps},
          {"seed", s.seed},
          {"kernels", kernels},
          {"results", results}};
}

}  // namespace exactnorm::measure
