// SPDX-License-Identifier: Apache-2.0
// Each component of a direction is as close to the exact one as directions.h derives.
#include "lib/geometry/directions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "lib/geometry/secular.h"
#include "tests/geometry/exact_axes.h"
#include "tests/geometry/gains.h"

namespace exactnorm::geometry {
namespace {

constexpr double kUnit = 0x1p-53;

double Promise(std::size_t n) { return kDirectionError * std::sqrt(static_cast<double>(n)) + 24 * kUnit; }

void ExpectDirectionOfRoot(const std::vector<double>& gains, std::size_t j) {
  const GainGroups groups = GroupGains(gains);
  Root root;
  FindRoots(groups, j, j + 1, &root);
  const Eigenvalue eigenvalue = {groups.gain[root.offset > 0 ? j : j + 1], root.offset, root.exponent};
  std::vector<double> v(gains.size());
  RootDirection(gains, eigenvalue.gain, root.offset, root.exponent, v);
  const std::vector<Real> exact = ExactDirection(gains, eigenvalue.gain, ExactOffset(gains, eigenvalue));
  const Real least = std::numeric_limits<double>::min();
  for (std::size_t i = 0; i < v.size(); ++i) {
    // Below the normal numbers a component may lose what does not fit, at two roundings.
    const Real lost = abs(exact[i]) < 4 * least ? least : Real(0);
    const bool held = abs(v[i] - exact[i]) <= Promise(v.size()) * abs(exact[i]) + lost;
    RC_ASSERT(held);
  }
}

RC_GTEST_PROP(Directions, EachComponentIsWithinItsPromiseOfTheExactOne, ()) {
  const std::vector<double> gains = AnyGains(64, *rc::gen::arbitrary<std::uint64_t>());
  const std::size_t roots = GroupGains(gains).size - 1;
  RC_PRE(roots > 0);
  ExpectDirectionOfRoot(gains, *rc::gen::inRange<std::size_t>(0, roots));
}

RC_GTEST_PROP(Directions, ContrastsAreOrthonormalAndOrthogonalToTheGains, ()) {
  const std::size_t n = *rc::gen::inRange<std::size_t>(2, 20);
  std::vector<double> gains = MakeGains(GainFamily::kEvenly, n, 0, *rc::gen::arbitrary<std::uint64_t>());
  for (double& g : gains) g = std::copysign(0.7, g);
  std::vector<std::size_t> members(n);
  std::iota(members.begin(), members.end(), 0u);
  const std::size_t a = *rc::gen::inRange<std::size_t>(1, n);
  const std::size_t b = *rc::gen::inRange<std::size_t>(1, n);
  std::vector<double> v(n), w(n);
  ContrastDirection(gains, std::span(members).first(a + 1), v);
  ContrastDirection(gains, std::span(members).first(b + 1), w);
  Real dot = 0, with_gains = 0;
  for (std::size_t i = 0; i < n; ++i) {
    dot += Real(v[i]) * w[i];
    with_gains += Real(v[i]) * gains[i];
  }
  // 3 u in each component of v and of w.
  RC_ASSERT(abs(dot - (a == b ? 1 : 0)) <= 7 * kUnit);
  RC_ASSERT(abs(with_gains) <= 4 * kUnit * 0.7 * std::sqrt(static_cast<double>(n)));
}

}  // namespace
}  // namespace exactnorm::geometry
