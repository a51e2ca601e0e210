// SPDX-License-Identifier: Apache-2.0
// Rules 3 to 5 of the definition, every combination of gain, bias and sign of x_i - mu.
#include "lib/special_values.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace exactnorm {
namespace {

// What IEEE 754 arithmetic in the hardware says of gain * deviation + bias with a non-finite gain or bias.
uint64_t ByTheHardware(float gamma, float beta, int sign, const Format& y) {
  const float product = gamma * static_cast<float>(sign);
  const float value = product + beta;
  if (std::isnan(value)) return y.nan;
  return WithSign(y, std::signbit(value), y.infinity);
}

TEST(SpecialElement, FollowsIeeeArithmeticForEveryCombination) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float values[] = {0.0f, -0.0f, 1.0f, -2.0f, kInfinity, -kInfinity, std::nanf(""), -std::nanf("1")};
  int special = 0;
  for (const float gamma : values) {
    for (const float beta : values) {
      for (const int sign : {-1, 0, 1}) {
        for (const Format* y : kFormats) {
          const auto answer =
              SpecialElement(kF32, std::bit_cast<uint32_t>(gamma), std::bit_cast<uint32_t>(beta), sign, *y);
          const bool finite = std::isfinite(gamma) && std::isfinite(beta);
          ASSERT_EQ(answer.has_value(), !finite) << gamma << ' ' << beta;
          if (finite) continue;
          EXPECT_EQ(*answer, ByTheHardware(gamma, beta, sign, *y)) << gamma << ' ' << beta << ' ' << sign;
          ++special;
        }
      }
    }
  }
  EXPECT_EQ(special, (8 * 8 - 4 * 4) * 3 * 4);
}

}  // namespace
}  // namespace exactnorm
