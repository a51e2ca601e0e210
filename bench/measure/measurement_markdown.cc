// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/measurement_markdown.h"

#include <fmt/format.h>

#include <vector>

#include "bench/measure/figures_cell.h"

namespace exactnorm::measure {
namespace {

const char* LongName(const Format& f) {
  return f == kF64 ? "binary64" : f == kF32 ? "binary32" : f == kF16 ? "binary16" : "bfloat16";
}

// Points of the group that this format can hold, in order.
std::vector<const Result*> Held(const Section& section, const char* group) {
  std::vector<const Result*> results;
  for (const Result& result : section.results) {
    if (result.point.group == group && result.point.obstacle.empty()) results.push_back(&result);
  }
  return results;
}

std::string RowOf(const Section& section, size_t subject) {
  std::string line = fmt::format("| {} |", section.subjects[subject].name);
  uint64_t wrong = 0;
  uint64_t elements = 0;
  for (const Result* result : Held(section, kDistributions)) {
    const ErrorFigures& f = result->figures[subject];
    line += fmt::format(" {} |", MaxCell(f));
    wrong += f.wrong();
    elements += f.elements();
  }
  line += fmt::format(" {} | {} |", WorstBugCell(section, subject), ShortPercent(wrong, elements));
  if (!section.records.empty()) {
    const Record& record = section.records[subject];
    line += fmt::format(" {} |", record.figures.worst() ? MaxCell(record.figures) : "-");
  }
  return line + "\n";
}

std::string Table(const Section& section) {
  std::string head = "| kernel, computing in |";
  std::string rule = "|---|";
  const auto column = [&](const std::string& name) {
    head += fmt::format(" {} |", name);
    rule += "--:|";
  };
  for (const Result* result : Held(section, kDistributions)) column(result->point.name);
  column("reported bugs");
  column("not correctly rounded");
  if (!section.records.empty()) column("largest found");
  std::string text = fmt::format("{}\n{}\n", head, rule);
  for (size_t k = 0; k < section.subjects.size(); ++k) text += RowOf(section, k);
  return text;
}

}  // namespace

std::string MeasurementMarkdown(const Measurement& measurement) {
  std::string text;
  for (const Section& section : measurement.sections) {
    const std::string title = fmt::format(
        "{} of {} rows", section.operation == EXACTNORM_RMS_NORM ? "RMSNorm" : "LayerNorm", LongName(*section.format));
    if (text.empty()) {
      text = fmt::format("### {}\n\n{}\n", title, Table(section));
    } else {
      text += fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", title, Table(section));
    }
  }
  return text;
}

}  // namespace exactnorm::measure
