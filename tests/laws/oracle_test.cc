// SPDX-License-Identifier: Apache-2.0
// The bounds of the exact oracle, held against the textbook reference at 2000 bits on random rows, and its edges.
#include "tests/laws/oracle.h"

#include <gtest/gtest.h>

#include "lib/reference/ball.h"
#include "tests/laws/hard_rows.h"

namespace exactnorm::laws {
namespace {

using reference::Ball;
using reference::Precision;
using reference::Real;
using rows::Problem;

// z, z - b and |g| of every column.
struct Column {
  Ball z, scaled, bias, gain;
};

std::vector<Column> Columns(const Problem& p) {
  const Ball n(p.x.size());
  const auto number = [](const Format& f, uint64_t bits) { return Ball(Decode(f, bits)); };
  Ball mean(uint64_t{0});
  if (p.operation == EXACTNORM_LAYER_NORM) {
    for (const uint64_t x : p.x) mean = mean + number(*p.x_format, x);
    mean = mean / n;
  }
  Ball squares(uint64_t{0});
  for (const uint64_t x : p.x) {
    const Ball d = number(*p.x_format, x) - mean;
    squares = squares + d * d;
  }
  const Ball root = Sqrt(squares / n + number(kF64, FromDouble(kF64, p.eps)));
  std::vector<Column> columns;
  for (size_t i = 0; i < p.x.size(); ++i) {
    const Ball gain = number(*p.parameter_format, p.gamma.empty() ? One(*p.parameter_format) : p.gamma[i]);
    const Ball bias = number(*p.parameter_format, p.beta.empty() ? 0 : p.beta[i]);
    const Ball scaled = gain * (number(*p.x_format, p.x[i]) - mean) / root;
    columns.push_back({scaled + bias, scaled, bias, gain});
  }
  return columns;
}

// Whether |y - z| <= 2^max(e - bits, least), by numbers of 2000 bits; nothing where they cannot tell.
std::optional<bool> Within(const Format& f, uint64_t y, const Column& c, Bound bound) {
  const auto magnitude = [](const Ball& b) { return Real(abs((b.lower() + b.upper()) / 2)); };
  Real scale = magnitude(c.scaled) + magnitude(c.bias);
  if (bound.of_the_row) scale += magnitude(c.gain);
  int exponent = f.least_exponent;
  if (scale > 0) exponent = std::max(static_cast<int>(floor(log2(scale))) - bound.bits, exponent);
  const Real limit = ldexp(Real(1), exponent);
  const Ball error = Ball(Decode(f, y)) - c.z;
  const Real least = error.lower() <= 0 && error.upper() >= 0
                         ? Real(0)
                         : Real(std::min(Real(abs(error.lower())), Real(abs(error.upper()))));
  const Real most = std::max(Real(abs(error.lower())), Real(abs(error.upper())));
  if (most <= limit) return true;
  if (least > limit) return false;
  return std::nullopt;
}

TEST(ExactOracle, JudgesErrorsAsTheReferenceDoes) {
  const Precision precision(2000);
  rows::Generator random(1);
  int within = 0;
  int beyond = 0;
  for (int k = 0; k < 400; ++k) {
    const Format& f = *kFormats[k % 4];
    Problem p = HardRow(random, {&f, &f, &f, &f});
    if (RadicandIsZero(p) || p.x.size() > 20) continue;
    rows::Bits y = ExactOracle().Answer(p).y;
    const std::vector<Column> columns = Columns(p);
    const Bound bound{static_cast<int>(random.Below(static_cast<uint64_t>(f.precision))), random.Below(2) == 0};
    for (size_t i = 0; i < y.size(); ++i) {
      if (!IsFinite(f, y[i])) continue;
      Problem one = p;  // all other columns are right
      rows::Bits moved = y;
      const uint64_t distance = random.Below(uint64_t{4} << (f.precision - 1 - bound.bits));
      moved[i] = WithSign(f, IsNegative(f, y[i]), std::min(Magnitude(f, y[i]) + distance, f.max_finite()));
      const auto expected = Within(f, moved[i], columns[i], bound);
      if (!expected) continue;
      const auto first = ExactOracle().FirstBeyond(one, moved, bound);
      ++(*expected ? within : beyond);
      if (*expected) {
        EXPECT_TRUE(!first || *first != i) << p << "\ncolumn " << i;
      } else {
        ASSERT_TRUE(first) << p << "\ncolumn " << i;
        EXPECT_LE(*first, i);
      }
    }
  }
  EXPECT_GT(within, 300);
  EXPECT_GT(beyond, 300);
}

// x = (1, -1), eps = 0: z = 1 and -1. One ulp of 1 either way is within 1 ulp, two are not; below 1 the patterns lie
// half as far apart.
TEST(ExactOracle, CountsUlpsOfTheScale) {
  const Problem p{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 0, {One(kF32), One(kF32) | kF32.sign}, {}, {}};
  const Bound one_ulp{23};
  const uint64_t one = One(kF32);
  const auto first = [&](uint64_t y) { return ExactOracle().FirstBeyond(p, {y, one | kF32.sign}, one_ulp); };
  EXPECT_FALSE(first(one));
  EXPECT_FALSE(first(one + 1));
  EXPECT_EQ(first(one + 2), 0U);
  EXPECT_FALSE(first(one - 2));
  EXPECT_EQ(first(one - 3), 0U);
  EXPECT_EQ(first(kF32.infinity), 0U);
  EXPECT_EQ(first(kF32.nan), 0U);
  EXPECT_FALSE(ExactOracle().FirstWrong(p, {one, one | kF32.sign}));
  EXPECT_EQ(ExactOracle().FirstWrong(p, {one, (one | kF32.sign) + 1}), 1U);
  EXPECT_TRUE(ExactOracle().RstdWithinUlp(p, one + 1));
  EXPECT_FALSE(ExactOracle().RstdWithinUlp(p, one + 2));
  EXPECT_TRUE(ExactOracle().MeanWithinUlp(p, 0));
  EXPECT_TRUE(ExactOracle().MeanWithinUlp(p, FromDouble(kF32, 0x1p-23)));
  EXPECT_FALSE(ExactOracle().MeanWithinUlp(p, FromDouble(kF32, 0x1.8p-23)));
}

}  // namespace
}  // namespace exactnorm::laws
