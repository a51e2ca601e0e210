// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/figures_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace exactnorm::measure {
namespace {

using Json = nlohmann::ordered_json;

bool InBinary64(const Real& value) { return abs(value) <= std::numeric_limits<double>::max(); }

Json JsonNumber(const Real& value) { return InBinary64(value) ? Json(static_cast<double>(value)) : Json(nullptr); }

Json Log2(const Real& value) {
  if (value <= 0) return nullptr;
  int exponent = 0;
  const Real fraction = frexp(value, &exponent);
  return std::log2(static_cast<double>(fraction)) + exponent;
}

Json ElementJson(const Element& e) {
  Json json = {{"row", e.row},
               {"column", e.column},
               {"x", HexFloat(*e.x_format, e.x)},
               {"gamma", HexFloat(*e.parameter_format, e.g)},
               {"beta", HexFloat(*e.parameter_format, e.b)},
               {"y", HexFloat(*e.y_format, e.y)},
               {"right", HexFloat(*e.y_format, e.answer.rounded)}};
  if (e.answer.kind == Kind::kReal) json["exact"] = HexFloat(e.answer.value);
  const auto add = [&](const char* key, const Format& f, const std::vector<uint64_t>& row) {
    for (const uint64_t bits : row) json[key].push_back(HexFloat(f, bits));
  };
  add("row_x", *e.x_format, e.row_x);
  add("row_gamma", *e.parameter_format, e.row_g);
  add("row_beta", *e.parameter_format, e.row_b);
  return json;
}

std::string ElementText(const Element& e) {
  std::string exact;
  if (e.answer.kind == Kind::kReal) exact = fmt::format("  exact  {}\n", HexFloat(e.answer.value));
  return fmt::format("  x      {}\n  gamma  {}\n  beta   {}\n  y      {}\n  right  {}\n{}", HexFloat(*e.x_format, e.x),
                     HexFloat(*e.parameter_format, e.g), HexFloat(*e.parameter_format, e.b), HexFloat(*e.y_format, e.y),
                     HexFloat(*e.y_format, e.answer.rounded), exact);
}

// Twenty columns wide for all; at least one mark for what is not empty.
std::string Bar(uint64_t count, uint64_t whole) {
  constexpr uint64_t kWidth = 20;
  const double share = static_cast<double>(count) / static_cast<double>(whole);
  return std::string(std::max<uint64_t>(1, static_cast<uint64_t>(std::lround(share * kWidth))), '#');
}

}  // namespace

std::string HexFloat(const Real& value) {
  if (value == 0) return "0x0p+0";
  int exponent = 0;
  Real rest = ldexp(frexp(Real(abs(value)), &exponent), 1) - 1;  // 1.rest 2^(exponent - 1)
  std::string digits;
  while (rest != 0) {
    rest = ldexp(rest, 4);
    const int digit = static_cast<int>(rest);
    rest -= digit;
    digits += "0123456789abcdef"[digit];
  }
  return fmt::format("{}0x1{}{}p{:+d}", value < 0 ? "-" : "", digits.empty() ? "" : ".", digits, exponent - 1);
}

std::string HexFloat(const Format& f, uint64_t bits) {
  if (IsNan(f, bits)) return "nan";
  if (IsInfinite(f, bits)) return IsNegative(f, bits) ? "-inf" : "inf";
  if (IsZero(f, bits)) return IsNegative(f, bits) ? "-0x0p+0" : "0x0p+0";
  return HexFloat(ToReal(f, bits));
}

std::string ShortNumber(const Real& value) {
  return InBinary64(value) ? fmt::format("{:.3g}", static_cast<double>(value)) : value.str(2, std::ios::scientific);
}

std::string Percent(uint64_t part, uint64_t whole) {
  if (part == 0) return "0 %";
  if (part == whole) return "100 %";
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
  return percent < 1 ? fmt::format("{:.2g} %", percent) : fmt::format("{:.1f} %", std::min(percent, 99.9));
}

std::string FiguresText(const ErrorFigures& f) {
  std::string text = fmt::format("elements                     {}\n", f.elements());
  text += fmt::format("not correctly rounded        {} ({})\n", f.wrong(), Percent(f.wrong(), f.elements()));
  text += fmt::format("error in ulp                 max {}, mean {}, bias {}\n", ShortNumber(f.max_ulps()),
                      ShortNumber(f.mean_ulps()), ShortNumber(f.bias_ulps()));
  text += fmt::format("error over |y-b| + |b|       max {}\n", ShortNumber(f.max_relative()));
  if (f.misplaced() != 0) {
    text += fmt::format("NaN where there is none      {}\n", f.misplaced_nan());
    text += fmt::format("infinity where there is none {}\n", f.misplaced_infinity());
    text += fmt::format("NaN or infinity missing      {}\n", f.missing_nan() + f.missing_infinity());
  }
  if (f.wrong() == 0) return text;

  text += "\n";
  for (size_t k = 0; k < ErrorFigures::kBuckets; ++k) {
    const uint64_t count = f.histogram()[k];
    if (count == 0) continue;
    const bool last = k == ErrorFigures::kBuckets - 1;
    const std::string label = k == 0 ? "correctly rounded"
                                     : fmt::format("wrong, {} {} ulp", last ? "over" : "up to",
                                                   ShortNumber(ldexp(Real(1), static_cast<int>(k) - (last ? 2 : 1))));
    text += fmt::format("{:<26}  {:>10}  {:>7}  {}\n", label, count, Percent(count, f.elements()),
                        Bar(count, f.elements()));
  }
  if (f.worst() && f.worst()->ulps > 0) {
    text += fmt::format("\nworst case: row {}, column {}, {} ulp\n{}", f.worst()->row, f.worst()->column,
                        ShortNumber(f.worst()->ulps), ElementText(*f.worst()));
  }
  if (f.first_misplaced()) {
    text += fmt::format("\nfirst misplaced or missing NaN or infinity: row {}, column {}\n{}", f.first_misplaced()->row,
                        f.first_misplaced()->column, ElementText(*f.first_misplaced()));
  }
  return text;
}

nlohmann::ordered_json FiguresJson(const ErrorFigures& f) {
  Json histogram = Json::array();
  for (size_t k = 1; k < ErrorFigures::kBuckets; ++k) {
    if (f.histogram()[k] == 0) continue;
    const bool last = k == ErrorFigures::kBuckets - 1;
    histogram.push_back({{"up_to_ulps", last ? Json(nullptr) : Json(std::ldexp(1.0, static_cast<int>(k) - 1))},
                         {"count", f.histogram()[k]},
                         {"below", f.histogram_below()[k]}});
  }
  return {{"elements", f.elements()},
          {"measured", f.measured()},
          {"not_correctly_rounded", f.wrong()},
          {"not_correctly_rounded_share", f.wrong_share()},
          {"correctly_rounded_share",
           f.elements() == 0 ? 0 : static_cast<double>(f.elements() - f.wrong()) / static_cast<double>(f.elements())},
          {"max_ulps", JsonNumber(f.max_ulps())},
          {"log2_max_ulps", Log2(f.max_ulps())},
          {"mean_ulps", JsonNumber(f.mean_ulps())},
          {"log2_mean_ulps", Log2(f.mean_ulps())},
          {"bias_ulps", JsonNumber(f.bias_ulps())},
          {"max_relative", JsonNumber(f.max_relative())},
          {"misplaced_nan", f.misplaced_nan()},
          {"misplaced_infinity", f.misplaced_infinity()},
          {"missing_nan", f.missing_nan()},
          {"missing_infinity", f.missing_infinity()},
          {"correctly_rounded", f.histogram()[0]},
          {"wrong_histogram", histogram},
          {"worst", f.worst() ? ElementJson(*f.worst()) : Json(nullptr)},
          {"first_misplaced", f.first_misplaced() ? ElementJson(*f.first_misplaced()) : Json(nullptr)}};
}

}  // namespace exactnorm::measure
