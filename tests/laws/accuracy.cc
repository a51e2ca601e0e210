// SPDX-License-Identifier: Apache-2.0
// How near the results are to the right ones: one law for any error, asked in two strengths, one for correct rounding.
#include <algorithm>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Problem;

constexpr int kRoughBits = 4;  // A0: 2^-4 of the scale, from where a wrong formula shows and a short format does not

std::string Element(const Problem& p, const Bits& y, size_t i) {
  const rows::Answer right = ExactOracle().Answer(p);
  return "y[" + std::to_string(i) + "] is " + rows::HexFloat(*p.y_format, y[i]) + ", rightly " +
         rows::HexFloat(*p.y_format, right.y[i]);
}

bool IsSubnormal(const Format& f, uint64_t bits) {
  return Magnitude(f, bits) >> (f.precision - 1) == 0 && !IsZero(f, bits);
}

// Numbers of a row that is neither the subnormals' nor the overflow's business, which have laws of their own.
bool NothingNearTheEnds(const Problem& p) {
  const auto normal = [](const Format& f, const Bits& bits) {
    return std::none_of(bits.begin(), bits.end(), [&](uint64_t b) { return IsSubnormal(f, b); });
  };
  if (!normal(*p.x_format, p.x) || !normal(*p.parameter_format, p.gamma) || !normal(*p.parameter_format, p.beta)) {
    return false;
  }
  const Format& f = *p.y_format;
  const uint64_t top = f.infinity - (uint64_t{4} << (f.precision - 1));  // |g t| + |b| < 2^(largest exponent) follows
  const rows::Answer right = ExactOracle().Answer(p);
  const rows::Answer unbiased = [&] {
    Problem q = p;
    q.beta.clear();
    return ExactOracle().Answer(q);
  }();
  for (size_t i = 0; i < right.y.size(); ++i) {
    if (Magnitude(f, right.y[i]) >= top || Magnitude(f, unbiased.y[i]) >= top) return false;
    if (IsSubnormal(f, unbiased.y[i])) return false;
  }
  return true;
}

Outcome ErrorIsSmall(const Subject& subject, const Oracle& oracle, const Case& c, const Ask& ask) {
  const Problem& p = c.row;
  if (ask.level == 0 && !IsOrdinary(p)) return Outcome::Inapplicable();
  if (!AllFinite(p) || RadicandIsZero(p) || AllEqual(p.x) || !NothingNearTheEnds(p)) return Outcome::Inapplicable();
  const Bits y = InvokeRow(subject, p);
  const Bound bound = ask.level == 0 ? Bound{kRoughBits, true} : Bound{p.y_format->precision - 1};
  if (const auto i = oracle.FirstBeyond(p, y, bound)) return Outcome::Broken(Element(p, y, *i));
  return Outcome::Held();
}

// Also what the definition leaves to nobody: for foreign kernels any NaN and either zero will do.
Outcome IsCorrectlyRounded(const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
  const Problem& p = c.row;
  const Format& f = *p.y_format;
  const Bits y = InvokeRow(subject, p);
  const Bits right = oracle.Answer(p).y;
  Bits plain = y;
  for (size_t i = 0; i < y.size(); ++i) {
    if (IsNan(f, y[i])) plain[i] = f.nan;
    if (IsZero(f, y[i]) && IsZero(f, right[i])) plain[i] = right[i];
  }
  if (const auto i = oracle.FirstWrong(p, plain)) return Outcome::Broken(Element(p, y, *i));
  return Outcome::Held();
}

// Rows of every kind, non-finite ones and gains of 0 included: whatever the generator of tests/rows has.
Case AnyRow(rows::Generator& random, const Formats& f, const Ask&) {
  Problem p = HardRow(random, f);
  if (random.Below(8) == 0) random.PlaceNonFinite(p);
  if (!p.gamma.empty() && random.Below(8) == 0) p.gamma[random.Below(p.gamma.size())] = 0;
  return {p};
}

Outcome StatisticsAreRight(const Subject& subject, const Oracle& oracle, const Case& c, const Ask& ask) {
  const Problem& p = c.row;
  const Format& f = *p.statistics_format;
  const bool has_mean = p.operation == EXACTNORM_LAYER_NORM;
  const auto broken = [&](const char* what, uint64_t is, uint64_t right) {
    return Outcome::Broken(std::string(what) + " is " + rows::HexFloat(f, is) + ", rightly " +
                           rows::HexFloat(f, right));
  };
  if (!AllFinite(p) || RadicandIsZero(p)) return Outcome::Inapplicable();
  const rows::Answer right = oracle.Answer(p);
  Placement placement;
  placement.statistics = true;
  if (ask.level == 2) {
    const Results results = Invoke(subject, p, {p.x}, placement);
    if (has_mean && results.mean[0] != right.mean) return broken("mean", results.mean[0], right.mean);
    if (results.rstd[0] != right.rstd) return broken("rstd", results.rstd[0], right.rstd);
    return Outcome::Held();
  }
  const uint64_t top = f.infinity - (uint64_t{4} << (f.precision - 1));
  if (!NothingNearTheEnds(p) || Magnitude(f, right.mean) >= top || Magnitude(f, right.rstd) >= top ||
      IsSubnormal(f, right.rstd)) {
    return Outcome::Inapplicable();
  }
  const Results results = Invoke(subject, p, {p.x}, placement);
  if (has_mean && !oracle.MeanWithinUlp(p, results.mean[0])) return broken("mean", results.mean[0], right.mean);
  if (!oracle.RstdWithinUlp(p, results.rstd[0])) return broken("rstd", results.rstd[0], right.rstd);
  return Outcome::Held();
}

}  // namespace

std::vector<Law> AccuracyLaws() {
  const Ask a0{Axis::kAccuracy, 0, true};
  const Ask a1{Axis::kAccuracy, 1, true};
  const Ask a2{Axis::kAccuracy, 2, true};
  return {
      {names::kErrorIsSmall,
       Family::kAccuracy,
       {a0, a1},
       [](rows::Generator& random, const Formats& f, const Ask& ask) -> Case {
         return {ask.level == 0 ? OrdinaryRow(random, f) : HardRow(random, f)};
       },
       ErrorIsSmall},
      {names::kCorrectlyRounded, Family::kAccuracy, {a2}, AnyRow, IsCorrectlyRounded},
      {names::kStatistics,
       Family::kAccuracy,
       {a1, a2},
       [](rows::Generator& random, const Formats& f, const Ask&) -> Case { return {HardRow(random, f)}; },
       StatisticsAreRight},
  };
}

}  // namespace exactnorm::laws
