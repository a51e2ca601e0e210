// SPDX-License-Identifier: Apache-2.0
// What follows from the shape of the formula: rows of equal numbers, rows of one, RMSNorm and LayerNorm of a centred
// row.
#include <algorithm>
#include <cmath>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Problem;

// RN(b_i), any zero as +0.
uint64_t RoundedBias(const Problem& p, size_t i) {
  if (p.beta.empty()) return 0;
  const Number b = Decode(*p.parameter_format, p.beta[i]);
  const uint64_t magnitude = RoundMagnitude(*p.y_format, b.significand, b.exponent);
  return magnitude == 0 && b.significand == 0 ? 0 : WithSign(*p.y_format, b.negative, magnitude);
}

Outcome GivesBias(const Subject& subject, const Problem& p) {
  const Format& f = *p.y_format;
  const Bits y = InvokeRow(subject, p);
  for (size_t i = 0; i < y.size(); ++i) {
    const uint64_t right = RoundedBias(p, i);
    if (y[i] == right || (IsZero(f, y[i]) && IsZero(f, right))) continue;
    return Outcome::Broken("y[" + std::to_string(i) + "] is " + rows::HexFloat(f, y[i]) + ", and RN(beta) is " +
                           rows::HexFloat(f, right));
  }
  return Outcome::Held();
}

bool IsLayerNormWithEps(const Problem& p) { return p.operation == EXACTNORM_LAYER_NORM && p.eps > 0 && AllFinite(p); }

Outcome OneElementGivesBias(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (!IsLayerNormWithEps(c.row) || c.row.x.size() != 1) return Outcome::Inapplicable();
  return GivesBias(subject, c.row);
}

Outcome EqualElementsGiveBias(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (!IsLayerNormWithEps(c.row) || c.row.x.size() < 2 || !AllEqual(c.row.x)) return Outcome::Inapplicable();
  return GivesBias(subject, c.row);
}

// A row of equal numbers, of any size that the format has.
Problem EqualNumbers(rows::Generator& random, const Formats& f, size_t n) {
  Problem p = OrdinaryRow(random, f);
  const auto family = random.Below(2) == 0 ? rows::Family::kBell : rows::Family::kRandomBits;
  p.operation = EXACTNORM_LAYER_NORM;
  p.x.assign(n, random.Numbers(*f.x, family, 1)[0]);
  p.gamma = random.Numbers(*f.parameter, rows::Family::kBell, n);
  p.beta = random.Numbers(*f.parameter, rows::Family::kBell, n);
  return p;
}

// The sum of x is 0, exactly: integers with an exact sum.
bool IsCentred(const Problem& p) {
  double sum = 0;
  for (const uint64_t b : p.x) sum += ToDouble(*p.x_format, b);
  return sum == 0;
}

Outcome CentredRowsAgree(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (!AllFinite(c.row) || !IsIntegerRow(c.row) || !IsCentred(c.row)) return Outcome::Inapplicable();
  Problem layer = c.row;
  Problem rms = c.row;
  layer.operation = EXACTNORM_LAYER_NORM;
  rms.operation = EXACTNORM_RMS_NORM;
  const Format& f = *c.row.y_format;
  const Bits of_layer = InvokeRow(subject, layer);
  const Bits of_rms = InvokeRow(subject, rms);
  for (size_t i = 0; i < of_layer.size(); ++i) {
    if (of_layer[i] == of_rms[i] || (IsZero(f, of_layer[i]) && IsZero(f, of_rms[i]))) continue;
    return Outcome::Broken("y[" + std::to_string(i) + "] is " + rows::HexFloat(f, of_layer[i]) + " by LayerNorm and " +
                           rows::HexFloat(f, of_rms[i]) + " by RMSNorm");
  }
  return Outcome::Held();
}

// An integer row moved to mean 0.
Case CentredRow(rows::Generator& random, const Formats& f, const Ask&) {
  Problem p = IntegerRow(random, f);
  double sum = 0;
  for (const uint64_t b : p.x) sum += ToDouble(*f.x, b);
  const double mean = sum / static_cast<double>(p.x.size());
  for (uint64_t& b : p.x) b = FromDouble(*f.x, ToDouble(*f.x, b) - mean);
  return {p};
}

}  // namespace

std::vector<Law> StructureLaws() {
  const std::vector<Ask> a1{{Axis::kAccuracy, 1, true}};
  return {
      {names::kOneElement, Family::kStructure, a1,
       [](rows::Generator& random, const Formats& f, const Ask&) -> Case { return {EqualNumbers(random, f, 1)}; },
       OneElementGivesBias},
      {names::kEqualElements, Family::kStructure, a1,
       [](rows::Generator& random, const Formats& f, const Ask&) -> Case {
         return {EqualNumbers(random, f, 2 + random.Below(random.Below(4) == 0 ? 300 : 20))};
       },
       EqualElementsGiveBias},
      {names::kCentredRow, Family::kStructure, {{Axis::kRepeatability, 1, true}}, CentredRow, CentredRowsAgree},
  };
}

}  // namespace exactnorm::laws
