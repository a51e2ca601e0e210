// SPDX-License-Identifier: Apache-2.0
// The plane's numbers are the exact ones, rounded once; what LayerNorm discards is what it cannot see.
#include "exactnorm/geometry/hyperplane.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/geometry/rational.h"
#include "tests/rows/generator.h"

namespace exactnorm::geometry {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool IsNearest(double rounded, const Rational& exact) {
  return RationalCell(kF64, std::bit_cast<uint64_t>(rounded)).Contains(exact);
}

struct Row {
  const Format& format;
  std::vector<unsigned char> bytes;
  std::vector<Rational> values;

  Row(const Format& f, const rows::Bits& bits) : format(f), bytes(bits.size() * static_cast<size_t>(f.bytes)) {
    for (size_t i = 0; i < bits.size(); ++i) {
      Store(f, bytes.data(), i, bits[i]);
      values.push_back(ToRational(f, bits[i]));
    }
  }
  Numbers numbers() const { return {bytes.data(), rows::FormatId(format), values.size()}; }
};

RC_GTEST_PROP(Hyperplane, NormalOffsetResidualAndSlackAreTheExactOnesRoundedOnce, (uint64_t seed)) {
  rows::Generator random(seed);
  const Format& p = *kFormats[random.Below(4)];
  const Format& f = *kFormats[random.Below(4)];
  const size_t n = 1 + random.Below(12);
  const auto family = [&] { return static_cast<rows::Family>(random.Below(rows::kFamilies)); };
  rows::Bits gains = random.Numbers(p, family(), n);
  for (uint64_t& g : gains) g = IsZero(p, g) ? One(p) : g;
  const Row gamma(p, gains);
  const Row beta(p, random.Numbers(p, family(), n));
  const rows::Bits y_bits = random.Numbers(f, family(), n);
  const Row y(f, y_bits);

  Hyperplane plane;
  RC_ASSERT(hyperplane(n, gamma.numbers(), beta.numbers(), plane) == EXACTNORM_OK);
  Residual result;
  RC_ASSERT(residual(n, gamma.numbers(), beta.numbers(), y.numbers(), result) == EXACTNORM_OK);
  Rational offset = 0;
  Rational value = 0;
  Rational slack = 0;
  for (size_t i = 0; i < n; ++i) {
    RC_ASSERT(IsNearest(plane.alpha[i], 1 / gamma.values[i]));
    offset += beta.values[i] / gamma.values[i];
    value += (y.values[i] - beta.values[i]) / gamma.values[i];
    const RationalCell cell(f, y_bits[i]);
    const Rational up = *cell.high - y.values[i];
    const Rational down = y.values[i] - *cell.low;
    slack += (up > down ? up : down) / abs(gamma.values[i]);
  }
  RC_ASSERT(plane.exists);
  RC_ASSERT(IsNearest(plane.offset, offset));
  RC_ASSERT(IsNearest(result.value, value));
  RC_ASSERT(IsNearest(result.slack, slack));
}

RC_GTEST_PROP(Hyperplane, ACorrectOutputsResidualIsWithinTheSlack, (uint64_t seed)) {
  rows::Generator random(seed);
  rows::Problem p = random.Next(40);
  p.operation = EXACTNORM_LAYER_NORM;
  for (uint64_t& g : p.gamma) g = IsZero(*p.parameter_format, g) ? One(*p.parameter_format) : g;
  rows::Packed packed(p);
  packed.set_answer(rows::Normalized(p));
  const exactnorm::Row row = packed.row();
  const size_t n = row.columns;
  const auto numbers = [n](const void* data, const Format& f) { return Numbers(data, rows::FormatId(f), n); };
  Residual result;
  RC_ASSERT(residual(n, numbers(row.gamma, *p.parameter_format), numbers(row.beta, *p.parameter_format),
                     numbers(row.y, *p.y_format), result) == EXACTNORM_OK);
  if (!std::isnan(result.value)) RC_ASSERT(std::abs(result.value) <= result.slack);
}

TEST(Hyperplane, ThereIsNoneWithAZeroGainOrAnInfinity) {
  for (const double bad : {0.0, -0.0, kInfinity, kNan}) {
    const std::vector<double> gamma = {1, bad};
    const std::vector<double> y = {1, -1};
    Hyperplane plane;
    ASSERT_EQ(hyperplane(2, gamma, {}, plane), EXACTNORM_OK);
    EXPECT_FALSE(plane.exists);
    EXPECT_TRUE(plane.alpha.empty());
    Residual result;
    ASSERT_EQ(residual(2, gamma, {}, y, result), EXACTNORM_OK);
    EXPECT_TRUE(std::isnan(result.value));
    EXPECT_EQ(result.slack, kInfinity);
  }
}

TEST(Hyperplane, WithoutParametersItIsSumZero) {
  Hyperplane plane;
  ASSERT_EQ(hyperplane(3, {}, {}, plane), EXACTNORM_OK);
  EXPECT_EQ(plane.alpha, std::vector<double>({1, 1, 1}));
  EXPECT_EQ(plane.offset, 0);
}

TEST(Hyperplane, EveryRefusalHasItsStatus) {
  const std::vector<double> two = {1, 2};
  const std::vector<double> three = {1, 2, 3};
  Hyperplane plane;
  Residual result;
  double mean = 0;
  EXPECT_EQ(hyperplane(0, {}, {}, plane), EXACTNORM_COLUMNS_ZERO);
  EXPECT_EQ(hyperplane(3, two, {}, plane), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(hyperplane(3, {}, two, plane), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(hyperplane(2, {two.data(), EXACTNORM_DEFAULT, 2}, {}, plane), EXACTNORM_FORMAT_UNKNOWN);
  EXPECT_EQ(residual(2, {}, {}, {}, result), EXACTNORM_Y_NULL);
  EXPECT_EQ(residual(2, {}, {}, three, result), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(discarded_mean({}, mean), EXACTNORM_X_NULL);
  EXPECT_EQ(discarded_mean({two.data(), EXACTNORM_F64, 0}, mean), EXACTNORM_COLUMNS_ZERO);
}

RC_GTEST_PROP(DiscardedMean, IsTheMeanThatTheCallReturns, (uint64_t seed)) {
  rows::Generator random(seed);
  rows::Problem p = random.Next(40);
  p.operation = EXACTNORM_LAYER_NORM;
  p.statistics_format = &kF64;
  rows::Packed packed(p);
  double mean = 0;
  RC_ASSERT(discarded_mean({packed.row().x, rows::FormatId(*p.x_format), p.x.size()}, mean) == EXACTNORM_OK);
  const uint64_t expected = rows::Normalized(p).mean;
  if (IsNan(kF64, expected)) {
    RC_ASSERT(std::isnan(mean));
  } else {
    RC_ASSERT(mean == std::bit_cast<double>(expected));
  }
}

}  // namespace
}  // namespace exactnorm::geometry
