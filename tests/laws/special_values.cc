// SPDX-License-Identifier: Apache-2.0
// The special values of the definition (exactnorm.h), one law per line of it. Foreign kernels are asked for a NaN, not
// for its bits, and for a zero, not for its sign: those two lines are laws of their own.
#include <algorithm>
#include <cmath>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"
#include "tests/laws/special_rows.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Generator;
using rows::Problem;

std::string Seen(const Format& f, const std::string& what, uint64_t bits) {
  return what + " is " + rows::HexFloat(f, bits);
}

std::string Y(size_t i) { return "y[" + std::to_string(i) + "]"; }

bool HasNonFinite(const Format& f, const Bits& bits) {
  return std::any_of(bits.begin(), bits.end(), [&](uint64_t b) { return !IsFinite(f, b); });
}

bool IsSubnormal(const Format& f, uint64_t bits) {
  return Magnitude(f, bits) >> (f.precision - 1) == 0 && !IsZero(f, bits);
}

bool IsFiniteRow(const Problem& p) { return !HasNonFinite(*p.x_format, p.x) && !RadicandIsZero(p); }

// Rule 1.
Outcome NonFiniteRowIsNan(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  const Problem& p = c.row;
  if (!HasNonFinite(*p.x_format, p.x)) return Outcome::Inapplicable();
  const Bits y = InvokeRow(subject, p);
  for (size_t i = 0; i < y.size(); ++i) {
    if (!IsNan(*p.y_format, y[i])) return Outcome::Broken(Seen(*p.y_format, Y(i), y[i]));
  }
  return Outcome::Held();
}

// Rule 2.
Outcome ZeroRadicandIsNan(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  const Problem& p = c.row;
  if (HasNonFinite(*p.x_format, p.x) || !RadicandIsZero(p)) return Outcome::Inapplicable();
  const Bits y = InvokeRow(subject, p);
  for (size_t i = 0; i < y.size(); ++i) {
    if (!IsNan(*p.y_format, y[i])) return Outcome::Broken(Seen(*p.y_format, Y(i), y[i]));
  }
  return Outcome::Held();
}

// Rules 1 and 2 for mean and rstd.
Outcome StatisticsOfSpecialRows(const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
  const Problem& p = c.row;
  const bool non_finite = HasNonFinite(*p.x_format, p.x);
  if (!non_finite && !RadicandIsZero(p)) return Outcome::Inapplicable();
  const Format& f = *p.statistics_format;
  Placement placement;
  placement.statistics = true;
  const Results results = Invoke(subject, p, {p.x}, placement);
  const uint64_t rstd = results.rstd[0];
  if (non_finite ? !IsNan(f, rstd) : rstd != f.infinity) return Outcome::Broken(Seen(f, "rstd", rstd));
  if (p.operation == EXACTNORM_RMS_NORM) return Outcome::Held();
  const uint64_t mean = results.mean[0];
  const uint64_t right = oracle.Answer(p).mean;
  const bool ok = non_finite ? IsNan(f, mean) : mean == right || (IsZero(f, mean) && IsZero(f, right));
  return ok ? Outcome::Held() : Outcome::Broken(Seen(f, "mean", mean));
}

// Rules 3 to 5: an element with a non-finite gain or bias is what the definition says, and `concerns` picks the rule.
template <class Concerns>
auto ElementsOfRule(const Concerns& concerns) {
  return [=](const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
    const Problem& p = c.row;
    if (!IsFiniteRow(p)) return Outcome::Inapplicable();
    const Format& f = *p.y_format;
    const Bits y = InvokeRow(subject, p);
    const Bits right = oracle.Answer(p).y;
    bool applies = false;
    for (size_t i = 0; i < y.size(); ++i) {
      const uint64_t gain = p.gamma.empty() ? One(*p.parameter_format) : p.gamma[i];
      const uint64_t bias = p.beta.empty() ? 0 : p.beta[i];
      if (!concerns(*p.parameter_format, gain, bias)) continue;
      applies = true;
      if (y[i] == right[i] || (IsNan(f, y[i]) && IsNan(f, right[i]))) continue;
      return Outcome::Broken(Seen(f, Y(i), y[i]) + ", rightly " + rows::HexFloat(f, right[i]));
    }
    return applies ? Outcome::Held() : Outcome::Inapplicable();
  };
}

bool IsRule3(const Format& f, uint64_t gain, uint64_t bias) { return IsNan(f, gain) || IsNan(f, bias); }
bool IsRule4(const Format& f, uint64_t gain, uint64_t bias) { return IsInfinite(f, gain) && !IsNan(f, bias); }
bool IsRule5(const Format& f, uint64_t gain, uint64_t bias) { return IsFinite(f, gain) && IsInfinite(f, bias); }

// A non-finite gain or bias is its own column's business: the others are as without it.
Outcome OtherColumnsAreUntouched(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  const Problem& p = c.row;
  const Format& g = *p.parameter_format;
  const Format& f = *p.y_format;
  if (!IsFiniteRow(p) || (!HasNonFinite(g, p.gamma) && !HasNonFinite(g, p.beta))) return Outcome::Inapplicable();
  Problem finite = p;
  for (Bits* bits : {&finite.gamma, &finite.beta}) {
    for (uint64_t& b : *bits) b = IsFinite(g, b) ? b : One(g);
  }
  const Bits y = InvokeRow(subject, p);
  const Bits without = InvokeRow(subject, finite);
  for (size_t i = 0; i < y.size(); ++i) {
    const bool own = (!p.gamma.empty() && !IsFinite(g, p.gamma[i])) || (!p.beta.empty() && !IsFinite(g, p.beta[i]));
    if (own || y[i] == without[i]) continue;
    return Outcome::Broken(Seen(f, Y(i), y[i]) + ", and " + rows::HexFloat(f, without[i]) +
                           " with a finite gain and bias elsewhere");
  }
  return Outcome::Held();
}

// Rule 6. Held against the results with a quarter of the gains, and only where they leave no doubt: the largest
// number and a quarter or more is an infinity, half of it or less is not.
Outcome OverflowIsInfinity(const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
  Problem quarter = c.row;
  quarter.beta.clear();
  if (!IsFiniteRow(c.row) || !AllFinite(c.row) || c.row.gamma.empty()) return Outcome::Inapplicable();
  for (uint64_t& g : quarter.gamma) g = FromDouble(*c.row.parameter_format, ToDouble(*c.row.parameter_format, g) / 4);
  const Format& f = *c.row.y_format;
  const uint64_t binade = uint64_t{1} << (f.precision - 1);
  const Bits quarters = oracle.Answer(quarter).y;
  const auto overflows = [&](uint64_t b) { return Magnitude(f, b) >= f.infinity - 2 * binade + binade / 4; };
  if (std::none_of(quarters.begin(), quarters.end(), overflows)) return Outcome::Inapplicable();
  const Bits y = InvokeRow(subject, c.row);
  for (size_t i = 0; i < y.size(); ++i) {
    const uint64_t infinity = f.infinity | (quarters[i] & f.sign);
    if (overflows(quarters[i]) ? y[i] == infinity : Magnitude(f, quarters[i]) >= f.infinity - 3 * binade) continue;
    if (!overflows(quarters[i]) && IsFinite(f, y[i])) continue;
    return Outcome::Broken(Seen(f, Y(i), y[i]) + ", and four times " + rows::HexFloat(f, quarters[i]) + " is right");
  }
  return Outcome::Held();
}

// Rule 6, for the zeros: an exact zero is +0, an underflow keeps its sign.
Outcome ZerosHaveTheirSigns(const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
  const Problem& p = c.row;
  if (!IsFiniteRow(p) || !AllFinite(p)) return Outcome::Inapplicable();
  const Format& f = *p.y_format;
  const Bits right = oracle.Answer(p).y;
  const Bits y = InvokeRow(subject, p);
  for (size_t i = 0; i < y.size(); ++i) {
    if (!IsZero(f, right[i]) || !IsZero(f, y[i]) || y[i] == right[i]) continue;
    return Outcome::Broken(Seen(f, Y(i), y[i]) + ", rightly " + rows::HexFloat(f, right[i]));
  }
  return Outcome::Held();
}

Outcome NansAreCanonical(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  const Format& f = *c.row.y_format;
  const Bits y = InvokeRow(subject, c.row);
  for (size_t i = 0; i < y.size(); ++i) {
    if (!IsNan(f, y[i]) || y[i] == f.nan) continue;
    return Outcome::Broken("the bits of " + Y(i) + " are a NaN but not the canonical one");
  }
  return Outcome::Held();
}

// v 2^k, which the caller knows to be a number of f.
uint64_t Scaled(const Format& f, uint64_t v, int k) { return FromDouble(f, std::ldexp(ToDouble(f, v), k)); }

// Rule 6: subnormals count like any number. The same row 2^p times larger, or with gains 2^p times larger, has normal
// numbers, and its results tell those of the subnormals to within their last bit.
Outcome SubnormalsCount(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  const Problem& p = c.row;
  const Format& f = *p.y_format;
  if (!IsFiniteRow(p) || !AllFinite(p) || !p.beta.empty()) return Outcome::Inapplicable();
  const auto subnormal = [](const Format& g, const Bits& bits) {
    return std::any_of(bits.begin(), bits.end(), [&](uint64_t b) { return IsSubnormal(g, b); });
  };
  Problem larger = p;
  const bool of_x = p.gamma.empty();
  const int k = of_x ? p.x_format->precision : f.precision;
  if (of_x) {
    if (p.eps != 0 || !subnormal(*p.x_format, p.x)) return Outcome::Inapplicable();
    for (uint64_t& x : larger.x) x = Scaled(*p.x_format, x, k);
  } else {
    if (subnormal(*p.x_format, p.x)) return Outcome::Inapplicable();
    for (uint64_t& g : larger.gamma) g = Scaled(*p.parameter_format, g, k);
  }
  if (!AllFinite(larger)) return Outcome::Inapplicable();
  const Bits expected = InvokeRow(subject, larger);
  const Bits y = InvokeRow(subject, p);
  for (size_t i = 0; i < y.size(); ++i) {
    if (!IsFinite(f, expected[i])) continue;  // wrong in another way, or overflowing
    const double right = std::ldexp(ToDouble(f, expected[i]), of_x ? 0 : -k);
    const bool same = of_x ? y[i] == expected[i] || (IsZero(f, y[i]) && IsZero(f, expected[i]))
                           : std::fabs(ToDouble(f, y[i]) - right) <= std::ldexp(1, f.least_exponent);
    if (same) continue;
    return Outcome::Broken(Seen(f, Y(i), y[i]) + ", and " + rows::HexFloat(f, expected[i]) + " with " +
                           (of_x ? "x" : "gamma") + " 2^" + std::to_string(k) + " times as large");
  }
  return Outcome::Held();
}

}  // namespace

std::vector<Law> SpecialValueLaws() {
  const std::vector<Ask> a1{{Axis::kAccuracy, 1, true}};
  const std::vector<Ask> own{{Axis::kAccuracy, 2, false}};
  const auto law = [](const char* name, const std::vector<Ask>& asks, auto generate, auto check) {
    return Law{name, Family::kSpecialValues, asks, generate, check};
  };
  return {
      law(names::kNonFiniteRow, a1, NonFiniteRow, NonFiniteRowIsNan),
      law(names::kZeroRadicand, a1, ZeroRadicand, ZeroRadicandIsNan),
      law(names::kSpecialStatistics, a1, SpecialRow, StatisticsOfSpecialRows),
      law(names::kNanParameter, a1, SpecialParameters, ElementsOfRule(IsRule3)),
      law(names::kInfiniteGain, a1, SpecialParameters, ElementsOfRule(IsRule4)),
      law(names::kInfiniteBias, a1, SpecialParameters, ElementsOfRule(IsRule5)),
      law(names::kOtherColumns, a1, SpecialParameters, OtherColumnsAreUntouched),
      law(names::kOverflow, a1, LargeGains, OverflowIsInfinity),
      law(
          names::kSubnormals, a1,
          [](Generator& random, const Formats& f, const Ask&) -> Case { return {SubnormalRow(random, f)}; },
          SubnormalsCount),
      law(names::kZeroSign, own, Zeros, ZerosHaveTheirSigns),
      law(
          names::kCanonicalNan, own,
          [](Generator& random, const Formats& f, const Ask& ask) -> Case {
            return random.Below(2) == 0 ? NonFiniteRow(random, f, ask) : SpecialParameters(random, f, ask);
          },
          NansAreCanonical),
  };
}

}  // namespace exactnorm::laws
