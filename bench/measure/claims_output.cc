// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/claims_output.h"

#include <fmt/format.h>

#include <cmath>

#include "bench/measure/figures_cell.h"

namespace exactnorm::measure {
namespace {

std::string OffCell(const ClaimFigure& figure) {
  if (figure.held + figure.broken == 0) return "-";
  if (std::isinf(figure.off)) return "inf";
  return FiveCharacters(figure.off);
}

std::string SubjectLine(const Section& section, size_t subject) {
  std::string line = fmt::format("{:<{}}", section.subjects[subject].name, LabelWidth(section));
  ClaimFigures all;
  for (const Result& result : section.results) {
    if (result.point.group != kDistributions) continue;
    line += fmt::format(" {:>6}", result.claims.empty() ? "-" : ClaimsCell(result.claims[subject]));
    if (!result.claims.empty()) all.Add(result.claims[subject]);
  }
  return fmt::format("{} {:>6} {:>6} {:>6} {:>6}\n", line, OffCell(all.of(Claim::kPlane)),
                     OffCell(all.of(Claim::kInterior)), OffCell(all.of(Claim::kSurface)),
                     ShortPercent(all.broken_rows(), all.rows()));
}

}  // namespace

std::string ClaimsCell(const ClaimFigures& figures) {
  std::string cell;
  bool speaks = false;
  for (const Claim claim : kClaims) {
    const ClaimFigure& figure = figures.of(claim);
    speaks = speaks || figure.held + figure.broken != 0;
    if (figure.broken != 0) cell += ClaimName(claim)[0];
  }
  if (!cell.empty()) return cell;
  return speaks ? "ok" : "-";
}

std::string ClaimsLegend() {
  return "broken claims: outputs that lie, rounding undone in their favour, off p: the hyperplane; i: the inside of "
         "the\n"
         "ellipsoid; s: its surface moved in by eps; z: the bias where gamma is 0. plane, surf: the largest distance "
         "over\n"
         "what rounding can explain; inside: the largest squared radius over N, less 1. rows: those with a broken "
         "claim.\n";
}

std::string ClaimsTable(const Section& section) {
  std::string text = fmt::format("{:<{}}", "broken claims", LabelWidth(section));
  for (const Result& result : section.results) {
    if (result.point.group == kDistributions) text += fmt::format(" {:>6}", result.point.head);
  }
  text += "  plane inside   surf   rows\n";
  for (size_t k = 0; k < section.subjects.size(); ++k) text += SubjectLine(section, k);
  return text;
}

}  // namespace exactnorm::measure
