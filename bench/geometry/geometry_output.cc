// SPDX-License-Identifier: Apache-2.0
#include "bench/geometry/geometry_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "bench/geometry/claim_tally.h"

namespace exactnorm::geometry {
namespace {

using Json = nlohmann::ordered_json;

const char* OperationName(const Study& study) {
  return study.operation == EXACTNORM_LAYER_NORM ? "layer_norm" : "rms_norm";
}

std::string Count(size_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

std::string PlaneText(const Study& study) {
  if (study.operation != EXACTNORM_LAYER_NORM) return "none: RMSNorm does not remove the mean";
  if (!study.plane.exists) return "none: a zero gain leaves the other columns free";
  if (study.columns() == 1) return "with one column the output is beta";
  const auto [low, high] = std::minmax_element(study.plane.alpha.begin(), study.plane.alpha.end());
  return fmt::format("sum alpha_i y_i = {:.6g}, alpha_i = 1 / gamma_i between {:.6g} and {:.6g}", study.plane.offset,
                     *low, *high);
}

std::string EllipsoidText(const Study& study) {
  if (study.axis_count == 0) return "the point beta";
  return fmt::format(
      "{} around beta, {}",
      Count(study.axis_count, "axis") == "1 axis" ? "1 semi-axis" : fmt::format("{} semi-axes", study.axis_count),
      study.eps > 0 ? "open: outputs come near its surface, never on it" : "and eps = 0: no output is outside");
}

std::string AxesText(std::string_view name, const std::vector<Axis>& axes) {
  std::string text;
  for (const Axis& axis : axes) {
    const auto largest = std::max_element(axis.direction.begin(), axis.direction.end(),
                                          [](double a, double b) { return std::abs(a) < std::abs(b); });
    text += fmt::format("  {:<9} {:>12.6g}   axis {}, mostly along column {} ({:.2f})\n", text.empty() ? name : "",
                        axis.length, axis.rank, largest - axis.direction.begin(), *largest);
  }
  return text;
}

std::string CaseText(const ClaimTally& tally, const ClaimTally::Case& worst) {
  const Verdict& v = worst.verdict;
  const std::string_view name = tally.name;
  if (name == "zero gains") {
    return fmt::format("row {}: {} not RN(beta)", worst.row, Count(static_cast<size_t>(v.value), "column"));
  }
  if (std::isnan(v.value)) return fmt::format("row {}: NaN", worst.row);
  const std::string excess = v.outcome == Outcome::kBroken ? fmt::format(", {:.3g} too far", v.excess) : "";
  if (name == "plane") {
    return fmt::format("row {}: residual {:.3g}, rounding allows {:.3g}{}", worst.row, v.value, v.slack, excess);
  }
  if (name == "interior") {
    return fmt::format("row {}: r^2/N = {:.9g}, rounding allows {:.3g} over 1{}", worst.row, v.value, v.slack, excess);
  }
  return fmt::format("row {}: 1 - r^2/N = {:.6g}, expected {:.6g}, rounding allows {:.3g}{}", worst.row, v.value,
                     v.target, v.slack, excess);
}

std::string TallyText(const ClaimTally& tally) {
  if (!tally.speaks()) return "";
  std::string text = fmt::format("  {:<10} ", tally.name);
  if (tally.broken.empty()) {
    text += fmt::format("held in {}", Count(tally.held, "row"));
  } else {
    text += fmt::format("BROKEN in {} of {}", tally.broken.size(), Count(tally.held + tally.broken.size(), "row"));
  }
  if (tally.silent != 0) text += fmt::format(", does not speak of {}", tally.silent);
  if (tally.worst && (std::string_view(tally.name) != "zero gains" || !tally.broken.empty())) {
    text +=
        fmt::format("\n             {} {}", tally.broken.empty() ? "closest" : "worst", CaseText(tally, *tally.worst));
  }
  return text + "\n";
}

Json AxesJson(const std::vector<Axis>& axes) {
  Json json = Json::array();
  for (const Axis& axis : axes) {
    json.push_back({{"rank", axis.rank}, {"length", axis.length}, {"direction", axis.direction}});
  }
  return json;
}

Json CaseJson(const ClaimTally::Case& worst) {
  const Verdict& v = worst.verdict;
  return {{"row", worst.row}, {"value", v.value}, {"target", v.target}, {"slack", v.slack}, {"excess", v.excess}};
}

Json ChecksJson(const Study& study) {
  Json json = {{"rows", study.verdicts.size()}, {"y_format", study.y->format->name}, {"computed", study.y_is_ours}};
  for (const ClaimTally& tally : Tally(study.verdicts)) {
    std::string key = tally.name;
    std::replace(key.begin(), key.end(), ' ', '_');
    json[key] = {{"held", tally.held},
                 {"silent", tally.silent},
                 {"broken", tally.broken.size()},
                 {"broken_rows", tally.broken},
                 {"worst", tally.worst ? CaseJson(*tally.worst) : Json(nullptr)}};
  }
  return json;
}

}  // namespace

std::string StudyText(const Study& study) {
  std::string text = fmt::format("{}, N = {}, gamma {}, {}, eps {}\n\n", OperationName(study), study.columns(),
                                 study.gamma_format->name, Count(study.zero_gains, "zero gain"), study.eps);
  text += fmt::format("hyperplane  {}\n", PlaneText(study));
  text += fmt::format("ellipsoid   {}\n", EllipsoidText(study));
  text += AxesText("longest", study.longest);
  text += AxesText("shortest", study.shortest);
  if (!study.y) return text;
  text += fmt::format("\noutputs     {} of {}{}\n", Count(study.verdicts.size(), "row"), study.y->format->name,
                      study.y_is_ours ? ", computed from --x" : "");
  for (const ClaimTally& tally : Tally(study.verdicts)) text += TallyText(tally);
  return text;
}

Json StudyJson(const Study& study) {
  Json json = {{"operation", OperationName(study)},
               {"columns", study.columns()},
               {"gamma_format", study.gamma_format->name},
               {"zero_gains", study.zero_gains},
               {"eps", study.eps}};
  json["plane"] = study.plane.exists && study.operation == EXACTNORM_LAYER_NORM
                      ? Json{{"alpha", study.plane.alpha}, {"offset", study.plane.offset}}
                      : Json(nullptr);
  json["ellipsoid"] = {{"open", study.eps > 0},
                       {"axes", study.axis_count},
                       {"longest", AxesJson(study.longest)},
                       {"shortest", AxesJson(study.shortest)}};
  json["outputs"] = study.y ? ChecksJson(study) : Json(nullptr);
  return json;
}

}  // namespace exactnorm::geometry
