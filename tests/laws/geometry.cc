// SPDX-License-Identifier: Apache-2.0
// Where results lie: in a hyperplane, in an ellipsoid, near its surface, at beta where gamma is 0. A case -> the
// verdict of exactnorm/geometry/claims.hpp, which decides over the reals and refuses no correctly rounded result. Rows
// are ordinary ones: a result that cancels against its bias has so small a cell that kernels below A2 leave it. Source:
// Riechers, Geometry and Dynamics of LayerNorm, arXiv 2405.04134.
#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "exactnorm/geometry/claims.hpp"
#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"

namespace exactnorm::laws {
namespace {

using geometry::Numbers;
using geometry::RowVerdict;
using rows::Bits;
using rows::Problem;

constexpr size_t kMostColumns = 768;

RowVerdict Judged(const Problem& p, const Bits& y) {
  rows::Packed packed(p);
  packed.set_answer({y, 0, 0});
  const Row row = packed.row();
  const auto numbers = [&](const void* data, const Format& f) { return Numbers(data, rows::FormatId(f), row.columns); };
  geometry::Claims claims;
  RowVerdict verdict;
  exactnorm::Status status = claims.prepare(p.operation, row.columns, numbers(row.gamma, *p.parameter_format),
                                            numbers(row.beta, *p.parameter_format), p.eps);
  if (status == EXACTNORM_OK) {
    status = claims.check(numbers(row.x, *p.x_format), numbers(row.y, *p.y_format), verdict);
  }
  if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
  return verdict;
}

// eps = 0 is as good as any other where the row has a spread.
bool IsAsked(Problem p) {
  if (p.eps == 0) p.eps = 1;
  return p.x.size() <= kMostColumns && IsOrdinary(p);
}

std::string Printed(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// `what` is the claim's left side, `right` says what it should be.
Outcome Judge(const Subject& subject, const Problem& p, geometry::Verdict RowVerdict::*claim, const char* what,
              const char* right = "rightly ") {
  const geometry::Verdict v = Judged(p, InvokeRow(subject, p)).*claim;
  if (v.outcome == geometry::Outcome::kSilent) return Outcome::Inapplicable();
  if (v.outcome == geometry::Outcome::kHeld) return Outcome::Held();
  // At no distance the target is a value that ties alone would give, and they round to the even neighbours.
  const std::string beyond =
      v.excess == 0 ? "and here less, ties going to the other side" : "beyond that " + Printed("%.3g", v.excess);
  return Outcome::Broken(what + (" is " + Printed("%.9g", v.value)) + ", " + right + Printed("%.9g", v.target) +
                         "; rounding allows " + Printed("%.3g", v.slack) + ", " + beyond);
}

Outcome InPlane(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (!IsAsked(c.row) || c.row.operation != EXACTNORM_LAYER_NORM) return Outcome::Inapplicable();
  return Judge(subject, c.row, &RowVerdict::plane, "sum (y - b) / g");
}

Outcome InEllipsoid(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (!IsAsked(c.row)) return Outcome::Inapplicable();
  return Judge(subject, c.row, &RowVerdict::interior, "sum ((y - b) / g)^2 / N", "rightly at most ");
}

// Only where the distance is more than rounding hides: elsewhere this law would say no more than the one before.
Outcome NearSurface(const Subject& subject, const Oracle& oracle, const Case& c, const Ask&) {
  if (!IsAsked(c.row)) return Outcome::Inapplicable();
  const geometry::Verdict right = Judged(c.row, oracle.Answer(c.row).y).surface;
  if (!(right.target > right.slack)) return Outcome::Inapplicable();
  return Judge(subject, c.row, &RowVerdict::surface, "1 - sum ((y - b) / g)^2 / N");
}

Outcome ZeroGainsGiveBias(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (!IsAsked(c.row)) return Outcome::Inapplicable();
  return Judge(subject, c.row, &RowVerdict::zero_gains, "the number of columns with g = 0 and not RN(b)");
}

// Half of the rows without biases, beside which rounding hides more.
Problem GeometricRow(rows::Generator& random, const Formats& f) {
  Problem p = OrdinaryRow(random, f);
  p.x.resize(std::min(p.x.size(), kMostColumns));
  for (Bits* parameters : {&p.gamma, &p.beta}) parameters->resize(std::min(parameters->size(), p.x.size()));
  if (random.Below(2) == 0) p.beta.clear();
  return p;
}

// Up to all of the gains are 0.
void PlaceZeroGains(rows::Generator& random, Problem& p) {
  if (p.gamma.empty()) p.gamma.assign(p.x.size(), One(*p.parameter_format));
  const uint64_t one_in = 1 + random.Below(4);
  for (uint64_t& g : p.gamma) {
    if (random.Below(one_in) == 0) g = 0;
  }
  p.gamma[random.Below(p.gamma.size())] = 0;
}

}  // namespace

std::vector<Law> GeometryLaws() {
  const std::vector<Ask> geometry{{Axis::kGeometry, 0, true}};
  return {
      {names::kPlane, Family::kGeometry, geometry,
       [](rows::Generator& random, const Formats& f, const Ask&) -> Case {
         Problem p = GeometricRow(random, f);
         p.operation = EXACTNORM_LAYER_NORM;
         return {p};
       },
       InPlane},
      {names::kEllipsoid, Family::kGeometry, geometry,
       [](rows::Generator& random, const Formats& f, const Ask&) -> Case {
         Problem p = GeometricRow(random, f);
         if (random.Below(2) == 0) p.eps = 0;
         if (random.Below(8) == 0) PlaceZeroGains(random, p);
         return {p};
       },
       InEllipsoid},
      {names::kSurface, Family::kGeometry, geometry,
       [](rows::Generator& random, const Formats& f, const Ask&) -> Case {
         Problem p = GeometricRow(random, f);
         if (random.Below(8) == 0) PlaceZeroGains(random, p);
         return {p};
       },
       NearSurface},
      {names::kZeroGains, Family::kGeometry, geometry,
       [](rows::Generator& random, const Formats& f, const Ask&) -> Case {
         Problem p = GeometricRow(random, f);
         PlaceZeroGains(random, p);
         return {p};
       },
       ZeroGainsGiveBias},
  };
}

}  // namespace exactnorm::laws
