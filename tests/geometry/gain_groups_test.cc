// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/gain_groups.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "tests/geometry/gains.h"

namespace exactnorm::geometry {
namespace {

RC_GTEST_PROP(GainGroups, AscendStrictlyAndHoldEveryGainOnce, ()) {
  const std::vector<double> gains = AnyGains(100, *rc::gen::arbitrary<std::uint64_t>());
  const GainGroups groups = GroupGains(gains);
  std::set<std::size_t> seen;
  for (std::size_t j = 0; j < groups.size; ++j) {
    if (j > 0) RC_ASSERT(groups.gain[j - 1] < groups.gain[j]);  // RC_ASSERT evaluates both sides of ||
    RC_ASSERT(groups.count[j] == static_cast<double>(groups.first[j + 1] - groups.first[j]));
    for (std::size_t i = groups.first[j]; i < groups.first[j + 1]; ++i) {
      RC_ASSERT(std::fabs(gains[groups.order[i]]) == groups.gain[j]);
      seen.insert(groups.order[i]);
    }
  }
  RC_ASSERT(seen.size() == gains.size());
  RC_ASSERT(groups.repeated() == (groups.size < gains.size()));
  RC_ASSERT(groups.zeros() == static_cast<std::size_t>(std::count(gains.begin(), gains.end(), 0.0)));
}

TEST(GainGroups, EndInAWholeBlockOfInfinitiesThatCountNothing) {
  const std::vector<double> gains = {3, -1, 0, -3, -0.0};
  const GainGroups groups = GroupGains(gains);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(groups.gain, (std::vector<double>{0, 1, 3, infinity, infinity, infinity, infinity, infinity}));
  EXPECT_EQ(groups.count, (std::vector<double>{2, 1, 2, 0, 0, 0, 0, 0}));
  EXPECT_EQ(groups.order, (std::vector<std::size_t>{2, 4, 1, 0, 3}));
  EXPECT_EQ(groups.first, (std::vector<std::size_t>{0, 2, 3, 5}));
}

}  // namespace
}  // namespace exactnorm::geometry
