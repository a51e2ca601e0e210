// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/eps.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

namespace exactnorm::command {
namespace {

TEST(Eps, IsRoundedOnce) {
  // A hair above the middle of 1 and its successor: by way of a longer format it would become the middle, then 1.
  EXPECT_EQ(ParseEps("1.00000000000000011102230246251565404236316680908203125000001"), 0x1.0000000000001p0);
  EXPECT_EQ(ParseEps("4.9406564584124654e-324"), 0x1p-1074);
}

TEST(Eps, IsDecimalOrHexadecimal) {
  EXPECT_EQ(ParseEps("0"), 0);
  EXPECT_EQ(ParseEps("1e-5"), 1e-5);
  EXPECT_EQ(ParseEps("0x1.4f8b588e368f1p-17"), 1e-5);
  EXPECT_EQ(ParseEps("0X1P-1074"), 0x1p-1074);
  EXPECT_EQ(ParseEps("-0"), 0);
}

RC_GTEST_PROP(Eps, EveryFiniteNumberIsReadBackFromItsDigits, (uint64_t random)) {
  const double eps = std::abs(std::bit_cast<double>(random));
  RC_PRE(std::isfinite(eps));
  RC_ASSERT(ParseEps(fmt::format("{}", eps)) == eps);
  RC_ASSERT(ParseEps(fmt::format("{:a}", eps)) == eps);
  RC_ASSERT(ParseEps(fmt::format("{:.800g}", eps)) == eps);
}

}  // namespace
}  // namespace exactnorm::command
