// SPDX-License-Identifier: Apache-2.0
#include "tests/mutants/binary64_oracle.h"

#include <algorithm>
#include <cmath>

#include "tests/mutants/two_pass.h"

namespace exactnorm::mutants {
namespace {

struct Formula {
  explicit Formula(const rows::Problem& problem) : p(problem) {
    const auto n = static_cast<double>(p.x.size());
    for (const uint64_t x : p.x) mean_of_magnitudes += std::fabs(Value(*p.x_format, x)) / n;
    if (p.operation == EXACTNORM_LAYER_NORM) {
      for (const uint64_t x : p.x) mean += Value(*p.x_format, x);
      mean /= n;
    }
    double squares = 0;
    for (size_t i = 0; i < p.x.size(); ++i) squares += Deviation(i) * Deviation(i);
    rstd = 1 / std::sqrt(squares / n + p.eps);
  }
  double Deviation(size_t i) const { return Value(*p.x_format, p.x[i]) - mean; }
  double Gain(size_t i) const { return p.gamma.empty() ? 1 : Value(*p.parameter_format, p.gamma[i]); }
  double Bias(size_t i) const { return p.beta.empty() ? 0 : Value(*p.parameter_format, p.beta[i]); }
  double Scaled(size_t i) const { return Deviation(i) * rstd * Gain(i); }
  double Y(size_t i) const { return Scaled(i) + Bias(i); }

  const rows::Problem& p;
  double mean = 0;
  double mean_of_magnitudes = 0;
  double rstd = 0;
};

bool Within(const Format& f, uint64_t bits, double z, double scale, int bound_bits) {
  int exponent = f.least_exponent;
  if (scale > 0) exponent = std::max(std::ilogb(scale) - bound_bits, exponent);
  return IsFinite(f, bits) && std::fabs(Value(f, bits) - z) <= std::ldexp(1, exponent);
}

}  // namespace

rows::Answer Binary64Oracle::Answer(const rows::Problem& p) const {
  const Formula formula(p);
  rows::Answer answer{rows::Bits(p.x.size()), RoundNearest(*p.statistics_format, formula.mean),
                      RoundNearest(*p.statistics_format, formula.rstd)};
  for (size_t i = 0; i < p.x.size(); ++i) answer.y[i] = RoundNearest(*p.y_format, formula.Y(i));
  return answer;
}

std::optional<size_t> Binary64Oracle::FirstWrong(const rows::Problem& p, const rows::Bits& y) const {
  const rows::Bits right = Answer(p).y;
  const auto [wrong, _] = std::mismatch(y.begin(), y.end(), right.begin());
  if (wrong == y.end()) return std::nullopt;
  return static_cast<size_t>(wrong - y.begin());
}

std::optional<size_t> Binary64Oracle::FirstBeyond(const rows::Problem& p, const rows::Bits& y,
                                                  laws::Bound bound) const {
  const Formula formula(p);
  for (size_t i = 0; i < y.size(); ++i) {
    double scale = std::fabs(formula.Scaled(i)) + std::fabs(formula.Bias(i));
    if (bound.of_the_row) scale += std::fabs(formula.Gain(i));
    if (!Within(*p.y_format, y[i], formula.Y(i), scale, bound.bits)) return i;
  }
  return std::nullopt;
}

bool Binary64Oracle::MeanWithinUlp(const rows::Problem& p, uint64_t mean) const {
  const Formula formula(p);
  const Format& f = *p.statistics_format;
  return Within(f, mean, formula.mean, formula.mean_of_magnitudes, f.precision - 1);
}

bool Binary64Oracle::RstdWithinUlp(const rows::Problem& p, uint64_t rstd) const {
  const Formula formula(p);
  const Format& f = *p.statistics_format;
  return Within(f, rstd, formula.rstd, formula.rstd, f.precision - 1);
}

}  // namespace exactnorm::mutants
