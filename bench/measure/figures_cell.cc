// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/figures_cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <ios>

namespace exactnorm::measure {

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

std::string MaxCell(const ErrorFigures& f) {
  if (f.elements() == 0) return "-";
  return f.misplaced_nan() != 0 ? "NaN" : f.misplaced() != 0 ? "inf" : FiveCharacters(f.max_ulps());
}

std::string WorstBugCell(const Section& section, size_t subject) {
  const ErrorFigures* worst = nullptr;
  for (const Result& result : section.results) {
    if (result.point.group != kReportedBugs) continue;
    const ErrorFigures& f = result.figures[subject];
    if (f.elements() == 0) continue;
    if (f.misplaced() != 0) return MaxCell(f);
    if (worst == nullptr || f.max_ulps() > worst->max_ulps()) worst = &f;
  }
  return worst == nullptr ? "-" : MaxCell(*worst);
}

size_t LabelWidth(const Section& section) {
  size_t width = 25;
  for (const Subject& subject : section.subjects) width = std::max(width, subject.name.size());
  return width;
}

}  // namespace exactnorm::measure
