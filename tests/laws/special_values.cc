// SPDX-License-Identifier: Apache-2.0
// The special values of the definition (exactnorm.h), one law per line of it. Foreign kernels are asked for a NaN, not
// for its bits, and for a zero, not for its sign: those two lines are laws of their own.
#include <algorithm>
#include <array>
#include <cmath>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"

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

// Rule 6. What rounds beyond the largest number is an infinity, what rounds to it is not.
Outcome OverflowIsInfinity(const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
  const Problem& p = c.row;
  if (!IsFiniteRow(p) || !AllFinite(p)) return Outcome::Inapplicable();
  const Format& f = *p.y_format;
  const Bits right = oracle.Answer(p).y;
  const uint64_t top = f.infinity - (uint64_t{1} << (f.precision - 1));  // the largest binade
  if (std::all_of(right.begin(), right.end(), [&](uint64_t b) { return Magnitude(f, b) < top; })) {
    return Outcome::Inapplicable();
  }
  const Bits y = InvokeRow(subject, p);
  for (size_t i = 0; i < y.size(); ++i) {
    const bool near_the_edge = Magnitude(f, right[i]) >= f.max_finite() - 2 && Magnitude(f, right[i]) != f.infinity;
    if (near_the_edge || IsInfinite(f, right[i]) == IsInfinite(f, y[i])) {
      if (!IsInfinite(f, right[i]) || y[i] == right[i]) continue;
    }
    return Outcome::Broken(Seen(f, Y(i), y[i]) + ", rightly " + rows::HexFloat(f, right[i]));
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

// Rule 6: subnormals count like any number, in x and in y.
Outcome SubnormalsCount(const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
  const Problem& p = c.row;
  if (!IsFiniteRow(p) || !AllFinite(p) || AllEqual(p.x)) return Outcome::Inapplicable();
  const auto subnormal = [](const Format& f, const Bits& bits) {
    return std::any_of(bits.begin(), bits.end(),
                       [&](uint64_t b) { return Magnitude(f, b) >> (f.precision - 1) == 0 && !IsZero(f, b); });
  };
  const Bits right = oracle.Answer(p).y;
  if (!subnormal(*p.x_format, p.x) && !subnormal(*p.y_format, right)) return Outcome::Inapplicable();
  if (HasNonFinite(*p.y_format, right)) return Outcome::Inapplicable();
  const Bits y = InvokeRow(subject, p);
  const auto i = oracle.FirstBeyond(p, y, {p.y_format->precision - 1});
  if (!i) return Outcome::Held();
  return Outcome::Broken(Seen(*p.y_format, Y(*i), y[*i]) + ", rightly " + rows::HexFloat(*p.y_format, right[*i]));
}

Problem ShortRow(Generator& random, const Formats& f) {
  Problem p = IntegerRow(random, f);
  const size_t n = std::min<size_t>(p.x.size(), 2 + random.Below(8));
  for (Bits* bits : {&p.x, &p.gamma, &p.beta}) bits->resize(std::min(bits->size(), n));
  return p;
}

uint64_t Infinity(Generator& random, const Format& f) { return WithSign(f, random.Below(2) != 0, f.infinity); }

Case NonFiniteRow(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  uint64_t& b = p.x[random.Below(p.x.size())];
  b = random.Below(2) == 0 ? f.x->nan : Infinity(random, *f.x);
  return {p};
}

Case ZeroRadicand(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  p.eps = 0;
  const uint64_t all = p.operation == EXACTNORM_RMS_NORM ? 0 : random.Numbers(*f.x, rows::Family::kBell, 1)[0];
  std::fill(p.x.begin(), p.x.end(), all);
  return {p};
}

Case SpecialRow(Generator& random, const Formats& f, const Ask& ask) {
  return random.Below(2) == 0 ? NonFiniteRow(random, f, ask) : ZeroRadicand(random, f, ask);
}

// Gains and biases among NaN, infinities and numbers; the integer mean is an element now and then.
Case SpecialParameters(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  const Format& g = *f.parameter;
  const size_t n = p.x.size();
  if (p.gamma.empty()) p.gamma.assign(n, One(g));
  if (p.beta.empty()) p.beta.assign(n, 0);
  for (size_t k = 1 + random.Below(3); k > 0; --k) {
    const size_t i = random.Below(n);
    const uint64_t kind = random.Below(6);
    if (kind < 1) p.gamma[i] = g.nan;
    if (kind == 1) p.beta[i] = g.nan;
    if (kind == 2 || kind == 3) p.gamma[i] = Infinity(random, g);
    if (kind >= 3) p.beta[i] = Infinity(random, g);
    if (random.Below(3) == 0) p.x[i] = 0;
    if (random.Below(6) == 0) std::fill(p.x.begin(), p.x.end(), FromDouble(*f.x, 3));
  }
  return {p};
}

// Gains in the two largest binades.
Case LargeGains(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  const Format& g = f.y->infinity < f.parameter->infinity && !(*f.parameter == kBF16) ? *f.y : *f.parameter;
  p.gamma = random.Numbers(g, rows::Family::kNearOverflow, p.x.size());
  for (uint64_t& b : p.gamma) b = FromDouble(*f.parameter, ToDouble(g, b));
  return {p};
}

// Exact zeros with biases of -0, and results that underflow.
Case Zeros(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  const size_t n = p.x.size();
  const Format& g = *f.parameter;
  if (random.Below(2) == 0) {
    p.beta.assign(n, g.sign);
    p.gamma.assign(n, random.Below(2) == 0 ? g.sign : One(g) | g.sign);
  } else {
    p.beta.clear();
    p.gamma.assign(n, 1);
    for (uint64_t& x : p.x) x = FromDouble(*f.x, ToDouble(*f.x, x) / 64);
    p.eps = 1e6;
  }
  return {p};
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
