// SPDX-License-Identifier: Apache-2.0
// One block per format: a line per workload, three figures per kernel. Numbers are cut to five characters.
#include "bench/measure/measurement_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/measure/claims_output.h"
#include "bench/measure/figures_cell.h"
#include "bench/measure/figures_output.h"
#include "bench/measure/plane_picture.h"
#include "bench/measure/plugged_kernel_output.h"
#include "bench/measure/sweeps.h"
#include "exactnorm/exactnorm.h"

namespace exactnorm::measure {
namespace {

using Json = nlohmann::ordered_json;

std::string Cell(const Result& result, size_t subject) {
  return result.point.obstacle.empty() ? MaxCell(result.figures[subject]) : "-";
}

constexpr size_t kTextWidth = 104;

std::string SubjectLine(const Section& section, size_t subject) {
  std::string line = fmt::format("{:<{}}", section.subjects[subject].name, LabelWidth(section));
  uint64_t wrong = 0;
  uint64_t elements = 0;
  for (const Result& result : section.results) {
    if (result.point.group != kDistributions) continue;
    line += fmt::format(" {:>6}", Cell(result, subject));
    if (!result.point.obstacle.empty()) continue;
    wrong += result.figures[subject].wrong();
    elements += result.figures[subject].elements();
  }
  return fmt::format("{} {:>6}  {:>5}\n", line, WorstBugCell(section, subject), ShortPercent(wrong, elements));
}

std::string Table(const Section& section) {
  std::string text = fmt::format("{:<{}}", fmt::format("{} {}", OperationName(section.operation), section.format->name),
                                 LabelWidth(section));
  for (const Result& result : section.results) {
    if (result.point.group == kDistributions) text += fmt::format(" {:>6}", result.point.head);
  }
  text += "   bugs  wrong\n";
  for (size_t k = 0; k < section.subjects.size(); ++k) text += SubjectLine(section, k);
  for (const Result& result : section.results) {
    if (result.point.group == kDistributions && !result.point.obstacle.empty())
      text += fmt::format("- {}: {}\n", result.point.name, result.point.obstacle);
  }
  return text;
}

// Where the subject is furthest off in this section, ready to paste; nothing if it is never wrong.
std::string WorstLine(const Section& section, size_t subject, int width) {
  const Result* worst = nullptr;
  for (const Result& result : section.results) {
    if (result.point.group != kDistributions || result.figures.empty() || !result.figures[subject].worst()) continue;
    if (worst == nullptr || result.figures[subject].max_ulps() > worst->figures[subject].max_ulps()) worst = &result;
  }
  if (worst == nullptr || worst->figures[subject].wrong() == 0) return "";
  const Element& e = *worst->figures[subject].worst();
  return fmt::format("{:<{}}  {:>5}  {:<16} {:>4},{:<5}  {:<{}}  {:<{}}  {}\n", section.subjects[subject].name,
                     LabelWidth(section), FiveCharacters(e.ulps), worst->point.name, e.row, e.column,
                     HexFloat(*e.x_format, e.x), width, HexFloat(*e.y_format, e.y), width,
                     HexFloat(*e.y_format, e.answer.rounded));
}

std::string WorstLines(const Section& section) {
  const int width = 9 + (section.format->precision + 2) / 4;  // sign, 0x1., digits, p, exponent
  std::string lines;
  for (size_t k = 0; k < section.subjects.size(); ++k) lines += WorstLine(section, k, width);
  if (lines.empty()) return "";
  return fmt::format("{:<{}}  {:>5}  {:<16} {:>4},{:<5}  {:<{}}  {:<{}}  {}\n{}", "furthest off", LabelWidth(section),
                     "ulp", "workload", "row", "col", "x", width, "y", width, "right", lines);
}

// Errors and claims, one object.
Json SubjectJson(const Result& result, size_t subject) {
  Json json = FiguresJson(result.figures[subject]);
  json.update(ClaimsJson(result.claims[subject]));
  return json;
}

Json ResultJson(const Section& section, const Result& result) {
  Json json = {{"group", result.point.group}, {"name", result.point.name}};
  if (!result.point.obstacle.empty()) {
    json["skipped"] = result.point.obstacle;
    return json;
  }
  for (size_t k = 0; k < section.subjects.size(); ++k) {
    json["figures"][section.subjects[k].name] = SubjectJson(result, k);
  }
  return json;
}

// Figures along the sweep, an entry per point; null where the format cannot hold the rows.
Json CurveJson(const std::vector<const Result*>& points, size_t subject) {
  Json curve;
  for (const Result* result : points) {
    const bool skipped = result->figures.empty();
    const Json figures = skipped ? Json::object() : SubjectJson(*result, subject);
    for (const char* key : {"elements",        "not_correctly_rounded", "max_ulps",          "log2_max_ulps",
                            "mean_ulps",       "log2_mean_ulps",        "bias_ulps",         "max_relative",
                            "misplaced_nan",   "misplaced_infinity",    "missing_nan",       "missing_infinity",
                            "plane_held",      "plane_broken",          "plane_off",         "interior_held",
                            "interior_broken", "interior_off",          "surface_held",      "surface_broken",
                            "surface_off",     "zero_gains_held",       "zero_gains_broken", "zero_gains_off"}) {
      curve[key].push_back(skipped ? Json(nullptr) : figures[key]);
    }
  }
  return curve;
}

Json SweepJson(const Section& section, const Sweep& sweep) {
  std::vector<const Result*> points;
  for (const Result& result : section.results) {
    if (result.point.group == sweep.name) points.push_back(&result);
  }
  Json json = {{"name", sweep.name}, {"axis", sweep.axis}, {"summary", sweep.summary}};
  for (const Result* point : points) {
    json["log2"].push_back(point->point.log2_parameter);
    json["skipped"].push_back(point->point.obstacle.empty() ? Json(nullptr) : Json(point->point.obstacle));
  }
  for (size_t k = 0; k < section.subjects.size(); ++k) {
    json["curves"][section.subjects[k].name] = CurveJson(points, k);
  }
  return json;
}

Json RecordJson(const Subject& subject, const Record& record) {
  const Json figures = FiguresJson(record.figures);
  return {{"subject", subject.name},
          {"steps", record.steps},
          {"nan_rows", record.nan_rows},
          {"ulps", figures["max_ulps"]},
          {"log2_ulps", figures["log2_max_ulps"]},
          {"worst", figures["worst"]}};
}

// Around 1/2 it is the last digits that count.
std::string RecordNumber(const Real& ulps) {
  return ulps < 2 ? fmt::format("{:.7f}", static_cast<double>(ulps)) : ShortNumber(ulps);
}

// The largest errors found, with their rows.
std::string RecordLines(const Section& section) {
  if (section.records.empty()) return "";
  std::string text = fmt::format("{:<{}}  {:>9}  rows tried  row\n", "largest error found", LabelWidth(section), "ulp");
  for (size_t k = 0; k < section.records.size(); ++k) {
    const Record& record = section.records[k];
    if (!record.figures.worst()) continue;
    std::vector<std::string> row;
    for (const uint64_t x : record.figures.worst()->row_x) row.push_back(HexFloat(*section.format, x));
    text += fmt::format("{:<{}}  {:>9}  {:>10}  {}\n", section.subjects[k].name, LabelWidth(section),
                        RecordNumber(record.figures.max_ulps()), record.steps, fmt::join(row, " "));
  }
  return text;
}

}  // namespace

std::string MeasurementText(const Measurement& measurement) {
  const Settings& s = measurement.settings;
  std::string text = fmt::format(
      "exactnorm {}: largest error in ulp against the exact real answer; at most 0.50 if correctly rounded\n"
      "Each figure: {} x {} outputs, eps {}, seed {}. A kernel is named after its algorithm and the format that it\n"
      "computes in (x2^k: on rows times 2^k); y is rounded once more to the format of the rows. bugs: rows that\n"
      "kernels in use got wrong (tests/corpus). wrong: not correctly rounded, of all outputs but those.\n"
      "Means, bias, histograms, sweeps and exact answers: --json, --csv, --report; the geometry: --claims\n",
      exactnorm_version(), s.rows, s.columns, s.eps, s.seed);
  std::string heads;
  if (s.own_rows != nullptr) heads = fmt::format("yours: {};\n", s.own_rows->name);
  size_t start = heads.size();
  for (const Workload& w : Workloads()) {
    if (w.head == w.name) continue;
    const std::string head = fmt::format("{}: {}", w.head, w.name);
    if (!heads.empty()) heads += heads.size() - start + head.size() > kTextWidth ? ";\n" : "; ";
    if (heads.ends_with('\n')) start = heads.size();
    heads += head;
  }
  text += heads;
  text += "\n";
  if (s.claims) text += ClaimsLegend();
  for (const Section& section : measurement.sections)
    text += fmt::format("\n{}{}{}{}", Table(section), s.claims ? ClaimsTable(section) : "", WorstLines(section),
                        RecordLines(section));
  if (!s.kernels.empty()) text += '\n';
  for (const PluggedKernel* kernel : s.kernels) text += KernelLines(measurement, *kernel);
  return text;
}

nlohmann::ordered_json MeasurementJson(const Measurement& measurement) {
  const Settings& s = measurement.settings;
  Json sections = Json::array();
  for (const Section& section : measurement.sections) {
    Json subjects = Json::array();
    for (const Subject& subject : section.subjects) {
      subjects.push_back({{"name", subject.name},
                          {"algorithm", subject.algorithm},
                          {"arithmetic", subject.arithmetic},
                          {"summary", subject.summary}});
    }
    Json results = Json::array();
    for (const Result& result : section.results) {
      if (result.point.group == kDistributions || result.point.group == kReportedBugs) {
        results.push_back(ResultJson(section, result));
      }
    }
    Json sweeps = Json::array();
    for (const Sweep& sweep : Sweeps()) {
      if (s.sweeps) sweeps.push_back(SweepJson(section, sweep));
    }
    Json records = Json::array();
    for (size_t k = 0; k < section.records.size(); ++k) {
      records.push_back(RecordJson(section.subjects[k], section.records[k]));
    }
    sections.push_back({{"operation", OperationName(section.operation)},
                        {"format", section.format->name},
                        {"subjects", subjects},
                        {"results", results},
                        {"sweeps", sweeps},
                        {"records", records}});
    if (section.plane != nullptr) sections.back()["plane"] = PlaneJson(*section.plane, section.subjects);
  }
  Json kernels = Json::array();
  for (const PluggedKernel* kernel : s.kernels) kernels.push_back(KernelJson(measurement, *kernel));
  return {{"exactnorm", exactnorm_version()},
          {"rows", s.rows},
          {"columns", s.columns},
          {"eps", s.eps},
          {"seed", s.seed},
          {"prescale", s.prescale},
          {"kernels", kernels},
          {"sections", sections}};
}

}  // namespace exactnorm::measure
