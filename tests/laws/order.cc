// SPDX-License-Identifier: Apache-2.0
// With equal gains above zero and equal biases, the results of a row are ordered as its elements are.
#include <algorithm>
#include <numeric>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Problem;

// The patterns of f as integers in the order of their values, both zeros as one.
int64_t Rank(const Format& f, uint64_t bits) {
  const auto magnitude = static_cast<int64_t>(Magnitude(f, bits));
  return IsNegative(f, bits) ? -magnitude : magnitude;
}

bool IsPositive(const Format& f, uint64_t bits) {
  return IsFinite(f, bits) && !IsNegative(f, bits) && !IsZero(f, bits);
}

Outcome OrderIsKept(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  const Problem& p = c.row;
  if (!AllFinite(p) || RadicandIsZero(p)) return Outcome::Inapplicable();
  if (!p.gamma.empty() && !(AllEqual(p.gamma) && IsPositive(*p.parameter_format, p.gamma[0]))) {
    return Outcome::Inapplicable();
  }
  if (!p.beta.empty() && !AllEqual(p.beta)) return Outcome::Inapplicable();
  const Bits y = InvokeRow(subject, p);
  std::vector<size_t> by_x(y.size());
  std::iota(by_x.begin(), by_x.end(), size_t{0});
  std::stable_sort(by_x.begin(), by_x.end(),
                   [&](size_t i, size_t j) { return Rank(*p.x_format, p.x[i]) < Rank(*p.x_format, p.x[j]); });
  for (size_t k = 1; k < by_x.size(); ++k) {
    const size_t i = by_x[k - 1];
    const size_t j = by_x[k];
    if (IsNan(*p.y_format, y[i]) || IsNan(*p.y_format, y[j])) continue;  // the error's law sees to that
    const int64_t low = Rank(*p.y_format, y[i]);
    const int64_t high = Rank(*p.y_format, y[j]);
    const bool equal = Rank(*p.x_format, p.x[i]) == Rank(*p.x_format, p.x[j]);
    if (equal ? low != high : low > high) {
      return Outcome::Broken("y[" + std::to_string(i) + "] is " + rows::HexFloat(*p.y_format, y[i]) + " and y[" +
                             std::to_string(j) + "] is " + rows::HexFloat(*p.y_format, y[j]));
    }
  }
  return Outcome::Held();
}

// Neighbours in x that an outlier or eps pushes together, so that their results share a few patterns.
Case Crowded(rows::Generator& random, const Formats& f, const Ask&) {
  Problem p = OrdinaryRow(random, f);
  const Format& x = *f.x;
  const size_t n = 3 + random.Below(30);
  const uint64_t base = Magnitude(x, FromDouble(x, 1 + static_cast<double>(random.Below(64)) / 64));
  p.x.resize(n);
  for (uint64_t& b : p.x) b = base + random.Below(n);
  if (random.Below(2) == 0) p.x[random.Below(n)] = FromDouble(x, 64 + static_cast<double>(random.Below(64)));
  p.gamma.clear();
  if (random.Below(2) == 0) {
    p.gamma.assign(n, FromDouble(*f.parameter, 0.5 + static_cast<double>(random.Below(64)) / 64));
  }
  p.beta.clear();
  if (random.Below(2) == 0) p.beta.assign(n, FromDouble(*f.parameter, static_cast<double>(random.Below(64)) / 16 - 2));
  return {p};
}

}  // namespace

std::vector<Law> OrderLaws() {
  return {{names::kOrder, Family::kOrder, {{Axis::kAccuracy, 1, true}}, Crowded, OrderIsKept}};
}

}  // namespace exactnorm::laws
