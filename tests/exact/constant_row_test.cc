// SPDX-License-Identifier: Apache-2.0
// Rows of equal elements against the exact stage, in every mix of formats, special values among the parameters.
#include "lib/exact/constant_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "lib/exact/row.h"
#include "tests/rows/generator.h"

namespace exactnorm::exact {
namespace {

using rows::Answer;
using rows::Bits;
using rows::Generator;
using rows::Problem;

const Format& SomeFormat(Generator& random) { return *kFormats[random.Below(4)]; }

// Zeros, subnormal numbers, the largest, infinities, NaNs, and ordinary patterns.
uint64_t SomePattern(Generator& random, const Format& f, bool finite) {
  const std::initializer_list<uint64_t> magnitudes = {0, 1, One(f), f.max_finite(), f.infinity, f.nan};
  const uint64_t magnitude = random.Below(2) == 0 ? random.Below(f.infinity)
                                                  : magnitudes.begin()[random.Below(finite ? 4 : magnitudes.size())];
  return WithSign(f, random.Below(2) == 0, magnitude);
}

Problem SomeConstantRow(Generator& random) {
  const bool one_format = random.Below(2) == 0;
  const Format &x = SomeFormat(random), &y = SomeFormat(random), &p = one_format ? y : SomeFormat(random);
  const exactnorm_operation operations[] = {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM};
  const double epsilons[] = {5e-324, 1e-12, 1e-5, 1, 1e300};
  Problem problem{operations[random.Below(2)], &x, &p, &y, &SomeFormat(random), epsilons[random.Below(5)], {}, {}, {}};
  const size_t n = 1 + random.Below(40);
  problem.x =
      Bits(n, problem.operation == EXACTNORM_RMS_NORM ? x.sign * random.Below(2) : SomePattern(random, x, true));
  const auto parameters = [&](bool finite) {
    Bits bits(random.Below(4) == 0 ? 0 : n);
    for (uint64_t& b : bits) b = SomePattern(random, p, finite);
    return bits;
  };
  const bool finite = random.Below(3) != 0;
  problem.gamma = parameters(finite);
  problem.beta = parameters(finite);
  return problem;
}

TEST(ConstantRow, IsWhatTheExactStageSays) {
  Generator random(1126);
  size_t copied = 0;
  for (int i = 0; i < 50000; ++i) {
    const Problem problem = SomeConstantRow(random);
    rows::Packed settled(problem), exact(problem);
    ASSERT_TRUE(NormalizeConstantRow(settled.row())) << problem;
    NormalizeRow(exact.row());
    ASSERT_EQ(settled.answer(), exact.answer()) << problem;
    copied += *problem.parameter_format == *problem.y_format;
  }
  EXPECT_GT(copied, 20000u);
  EXPECT_LT(copied, 45000u);
}

TEST(ConstantRow, LeavesOtherRowsAlone) {
  Generator random(40);
  for (int i = 0; i < 5000; ++i) {
    Problem problem = SomeConstantRow(random);
    const Format& x = *problem.x_format;
    const size_t kinds = problem.x.size() == 1 ? 3 : 4;
    switch (random.Below(kinds)) {
      case 0: problem.eps = random.Below(2) == 0 ? 0.0 : -0.0; break;
      case 1: std::fill(problem.x.begin(), problem.x.end(), random.Below(2) == 0 ? x.infinity : x.nan); break;
      case 2:
        problem.operation = EXACTNORM_RMS_NORM;
        std::fill(problem.x.begin(), problem.x.end(), 1 + random.Below(x.max_finite()));
        break;
      default: problem.x[random.Below(problem.x.size())] ^= 1;
    }
    rows::Packed packed(problem);
    const Answer untouched{Bits(problem.x.size(), 1), packed.answer().mean, 1};
    packed.set_answer(untouched);
    ASSERT_FALSE(NormalizeConstantRow(packed.row())) << problem;
    ASSERT_EQ(packed.answer(), untouched) << problem;
  }
}

}  // namespace
}  // namespace exactnorm::exact
