// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/measurement_markdown.h"

#include <fmt/format.h>

#include <vector>

#include "bench/measure/figures_cell.h"
#include "bench/measure/plugged_kernel.h"

namespace exactnorm::measure {
namespace {

const char* LongName(const Format& f) {
  return f == kF64 ? "binary64" : f == kF32 ? "binary32" : f == kF16 ? "binary16" : "bfloat16";
}

const char* LongName(exactnorm_operation operation) {
  return operation == EXACTNORM_RMS_NORM ? "RMSNorm" : "LayerNorm";
}

std::vector<const Result*> Distributions(const Section& section) {
  std::vector<const Result*> results;
  for (const Result& result : section.results) {
    if (result.point.group == kDistributions) results.push_back(&result);
  }
  return results;
}

// Those that this format can hold.
std::vector<const Result*> Held(const Section& section) {
  std::vector<const Result*> results = Distributions(section);
  std::erase_if(results, [](const Result* result) { return !result->point.obstacle.empty(); });
  return results;
}

std::string RowOf(const std::string& head, const Section& section, size_t subject,
                  const std::vector<const Result*>& results) {
  std::string line = head;
  uint64_t wrong = 0;
  uint64_t elements = 0;
  for (const Result* result : results) {
    if (!result->point.obstacle.empty()) {
      line += " - |";
      continue;
    }
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

std::string HeadOf(const std::vector<std::string>& labels, const std::vector<const Result*>& results, bool records) {
  std::string head = "|";
  std::string rule = "|";
  for (const std::string& label : labels) {
    head += fmt::format(" {} |", label);
    rule += "---|";
  }
  const auto column = [&](const std::string& name) {
    head += fmt::format(" {} |", name);
    rule += "--:|";
  };
  for (const Result* result : results) column(result->point.name);
  column("reported bugs");
  column("not correctly rounded");
  if (records) column("largest found");
  return fmt::format("{}\n{}\n", head, rule);
}

std::string Table(const Section& section) {
  const std::vector<const Result*> results = Held(section);
  std::string text = HeadOf({"kernel, computing in"}, results, !section.records.empty());
  for (size_t k = 0; k < section.subjects.size(); ++k) {
    const Subject& subject = section.subjects[k];
    if (subject.arithmetic != kUnknown) text += RowOf(fmt::format("| {} |", subject.name), section, k, results);
  }
  return text;
}

// One table of all sections: a plugged kernel is in few of them.
std::string PluggedTable(const Measurement& measurement) {
  const Section& first = measurement.sections.front();
  std::string text = HeadOf({"kernel", "rows"}, Distributions(first), !first.records.empty());
  for (const PluggedKernel* kernel : measurement.settings.kernels) {
    for (const Section& section : measurement.sections) {
      for (size_t k = 0; k < section.subjects.size(); ++k) {
        const Subject& subject = section.subjects[k];
        if (subject.arithmetic != kUnknown || subject.name != kernel->name()) continue;
        const std::string head =
            fmt::format("| {} | {} {} |", kernel->name(), LongName(section.operation), LongName(*section.format));
        text += RowOf(head, section, k, Distributions(section));
      }
    }
  }
  return text;
}

}  // namespace

std::string MeasurementMarkdown(const Measurement& measurement) {
  std::string text;
  if (!measurement.settings.kernels.empty())
    text = fmt::format("### LayerNorms in use, as plug-ins\n\n{}\n", PluggedTable(measurement));
  for (const Section& section : measurement.sections) {
    const std::string title = fmt::format("{} of {} rows", LongName(section.operation), LongName(*section.format));
    if (&section == &measurement.sections.front()) {
      text += fmt::format("### {}\n\n{}\n", title, Table(section));
    } else {
      text += fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", title, Table(section));
    }
  }
  return text;
}

}  // namespace exactnorm::measure
