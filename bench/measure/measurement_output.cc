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
  // d.de+xxx or de-xxx without the plus sign and the exponent's leading zeros
  const auto scientific = [&](int digits) {
    const std::string text = value.str(digits, std::ios::scientific);
    const size_t e = text.find('e');
    return fmt::format("{}e{}", text.substr(0, e), std::stoi(text.substr(e + 1)));
  };
  const std::string text = scientific(1);
  return text.size() <= 5 ? text : scientific(0);
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
  return fmt::format("  {:>5} {:>5} {:>4}", max, FiveCharacters(f.mean_ulps()), ShortPercent(f.wrong(), f.elements()));
}

constexpr int kLabelWidth = 14;
constexpr int kCellWidth = 18;

std::string Header(const Format& f) {
  std::string names = fmt::format("{:<{}}", f.name, kLabelWidth);
  std::string columns(kLabelWidth, ' ');
  for (const Kernel& kernel : Kernels()) {
    names += fmt::format("  {:-^{}}", fmt::format(" {} ", kernel.name), kCellWidth - 2);
    columns += fmt::format("  {:>5} {:>5} {:>4}", "max", "mean", "wrong").substr(0, kCellWidth);
  }
  return fmt::format("{}\n{}\n", names, columns);
}

std::string WorkloadLine(const Result& result) {
  std::string line = fmt::format("{:<{}}", result.workload->name, kLabelWidth);
  if (result.obstacle != nullptr)
    return fmt::format("{}  skipped: in {} {}\n", line, result.format->name, result.obstacle);
  for (const ErrorFigures& figures : result.figures) line += Cell(figures);
  return line + "\n";
}

// Where the kernel is furthest off in this format, ready to paste.
std::string WorstLine(std::span<const Result> results, size_t kernel) {
  const Result* worst = nullptr;
  for (const Result& result : results) {
    if (result.obstacle != nullptr || !result.figures[kernel].worst()) continue;
    if (worst == nullptr || result.figures[kernel].max_ulps() > worst->figures[kernel].max_ulps()) worst = &result;
  }
  if (worst == nullptr || worst->figures[kernel].wrong() == 0) return "";
  const Element& e = *worst->figures[kernel].worst();
  return fmt::format("  {:<12}  {:>5} ulp  {}, row {}, column {}: x {}, y {}, right {}\n", Kernels()[kernel].name,
                     FiveCharacters(e.ulps), worst->workload->name, e.row, e.column, HexFloat(*e.x_format, e.x),
                     HexFloat(*e.y_format, e.y), HexFloat(*e.y_format, e.answer.rounded));
}

std::string MisplacedLine(const Result& result, size_t kernel) {
  const ErrorFigures& f = result.figures[kernel];
  if (f.misplaced() == 0) return "";
  std::string text = fmt::format("  {:<12}  {}:", Kernels()[kernel].name, result.workload->name);
  if (f.misplaced_nan() != 0) text += fmt::format(" {} NaN", f.misplaced_nan());
  if (f.misplaced_infinity() != 0) text += fmt::format(" {} infinite", f.misplaced_infinity());
  if (f.missing_nan() + f.missing_infinity() != 0) {
    text += fmt::format(" {} finite instead of NaN or infinite", f.missing_nan() + f.missing_infinity());
  }
  return text + fmt::format(" of {}\n", f.elements());
}

std::string FormatBlock(std::span<const Result> results) {
  std::string text = Header(*results.front().format);
  for (const Result& result : results) text += WorkloadLine(result);
  std::string worst, misplaced;
  for (size_t k = 0; k < Kernels().size(); ++k) {
    worst += WorstLine(results, k);
    for (const Result& result : results) {
      if (result.obstacle == nullptr) misplaced += MisplacedLine(result, k);
    }
  }
  if (!worst.empty()) text += "furthest off\n" + worst;
  if (!misplaced.empty()) text += "NaN or infinity where there is none\n" + misplaced;
  return text;
}

}  // namespace

std::string MeasurementText(const Measurement& measurement) {
  const Settings& s = measurement.settings;
  std::string text = fmt::format(
      "exactnorm {}: error of LayerNorm against the exact real answer\n"
      "{} rows of {} per line, eps {}, seed {}. max, mean: error in ulp of the exact answer;\n"
      "wrong: share of outputs that are not correctly rounded. A correct rounding is at most 0.50 ulp off.\n",
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
    if (result.obstacle != nullptr) {
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
