// SPDX-License-Identifier: Apache-2.0
// The claims hold on every correctly rounded row; special values, ties and refusals.
// claims_test [ROWS] checks that many right rows of each format.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "exactnorm/geometry.hpp"
#include "tests/rows/generator.h"

namespace exactnorm::geometry {
namespace {

size_t rows_per_format = 3000;

using rows::FormatId;
using rows::Packed;
using rows::Problem;

// Everything that decides a row's verdict, as the checker takes it.
RowVerdict Check(const Problem& p, Packed& packed, bool with_x = true) {
  const Row row = packed.row();
  const size_t n = row.columns;
  const auto numbers = [n](const void* data, const Format& f) { return Numbers(data, FormatId(f), n); };
  Claims claims;
  EXPECT_EQ(claims.prepare(p.operation, n, numbers(row.gamma, *p.parameter_format),
                           numbers(row.beta, *p.parameter_format), p.eps),
            EXACTNORM_OK);
  RowVerdict verdict;
  EXPECT_EQ(claims.check(with_x ? numbers(row.x, *p.x_format) : Numbers(), numbers(row.y, *p.y_format), verdict),
            EXACTNORM_OK);
  return verdict;
}

Packed WithAnswer(const Problem& p) {
  Packed packed(p);
  packed.set_answer(rows::Normalized(p));
  return packed;
}

TEST(Claims, OfTheOneThingThatIsWrongOnlyThatBreaks) {
  // N = 2, t = (-1/2, 1/2) for x = (-1, 1), eps = 3.
  const std::vector<float> x = {-1, 1};
  const auto verdict = [&](const std::vector<float>& y, const std::vector<float>& gamma = {}) {
    Claims claims;
    EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, gamma, {}, 3), EXACTNORM_OK);
    RowVerdict result;
    EXPECT_EQ(claims.check(x, y, result), EXACTNORM_OK);
    return result;
  };
  const RowVerdict right = verdict({-0.5f, 0.5f});
  EXPECT_EQ(right.plane.outcome, Outcome::kHeld);
  EXPECT_EQ(right.interior.outcome, Outcome::kHeld);
  EXPECT_EQ(right.surface.outcome, Outcome::kHeld);
  EXPECT_EQ(right.zero_gains.outcome, Outcome::kSilent);
  EXPECT_EQ(right.surface.target, 0.75);
  EXPECT_NEAR(right.surface.value, 0.75, right.surface.slack * 0x1p-20);
  EXPECT_EQ(right.plane.excess, 0);
  const RowVerdict shrunk = verdict({-0.25f, 0.25f});
  EXPECT_EQ(shrunk.plane.outcome, Outcome::kHeld);
  EXPECT_EQ(shrunk.interior.outcome, Outcome::kHeld);
  EXPECT_EQ(shrunk.surface.outcome, Outcome::kBroken);
  EXPECT_NEAR(shrunk.surface.excess, 0.1875, 1e-6);  // 1 - 1/16 - 3/4
  const RowVerdict pinned = verdict({0, 0.5f}, {0, 1});
  EXPECT_EQ(pinned.plane.outcome, Outcome::kSilent);
  EXPECT_EQ(pinned.zero_gains.outcome, Outcome::kHeld);
  EXPECT_EQ(pinned.surface.outcome, Outcome::kHeld);
  const RowVerdict moved = verdict({0x1p-149f, 0.5f}, {0, 1});
  EXPECT_EQ(moved.zero_gains.outcome, Outcome::kBroken);
  EXPECT_EQ(moved.zero_gains.value, 1);
  EXPECT_EQ(moved.surface.outcome, Outcome::kHeld);
  EXPECT_FALSE(verdict({-0.0f, 0.5f}, {0, 1}).broken());
}

// One element beyond what sum t^2 < N leaves to it once sum t = 0 is known: t = (1.3, 0, 0) has |t|^2 = 1.69 < 3, but
// then the hidden column is -1.3, and 2 * 1.69 > 3.
TEST(Claims, WhatZeroGainsHideIsCountedIn) {
  const std::vector<float> gamma = {1, 1, 0};
  Claims claims;
  ASSERT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 3, gamma, {}, 1), EXACTNORM_OK);
  RowVerdict verdict;
  ASSERT_EQ(claims.check({}, std::vector<float>{1.3f, 0, 0}, verdict), EXACTNORM_OK);
  EXPECT_EQ(verdict.interior.outcome, Outcome::kBroken);
  ASSERT_EQ(claims.check({}, std::vector<float>{1.2f, 0, 0}, verdict), EXACTNORM_OK);
  EXPECT_EQ(verdict.interior.outcome, Outcome::kHeld);
}

// RMSNorm of one column: t = 1 for eps = 0 and less for eps > 0, so y = RN(g) or RN(a little less than g). With g
// halfway between two binary32 numbers the upper one holds t = 1 as the end of its cell, if it is even, and that is
// the surface: its own for eps = 0 alone.
TEST(Claims, ACellThatEndsOnTheSurfaceHoldsIfItsEndBelongsToItAndEpsIsZero) {
  const float even = 0x1.000004p+0f;
  const float odd = 0x1.000002p+0f;
  const auto outcomes = [](double g, float y, double eps) {
    const std::vector<double> gamma = {g};
    Claims claims;
    EXPECT_EQ(claims.prepare(EXACTNORM_RMS_NORM, 1, gamma, {}, eps), EXACTNORM_OK);
    RowVerdict verdict;
    EXPECT_EQ(claims.check(std::vector<float>{1}, std::vector<float>{y}, verdict), EXACTNORM_OK);
    return std::pair(verdict.interior.outcome, verdict.surface.outcome);
  };
  const auto held = std::pair(Outcome::kHeld, Outcome::kHeld);
  const auto broken = std::pair(Outcome::kBroken, Outcome::kBroken);
  EXPECT_EQ(outcomes(0x1.000003p+0, even, 0), held);
  EXPECT_EQ(outcomes(0x1.000003p+0, even, 1e-300), broken);
  EXPECT_EQ(outcomes(0x1.000001p+0, odd, 0), broken);
  EXPECT_EQ(outcomes(0x1.000001p+0, odd, 1e-300), broken);
  EXPECT_EQ(outcomes(-0x1.000003p+0, -even, 0), held);
  EXPECT_EQ(outcomes(-0x1.000001p+0, -odd, 0), broken);
  // From the other side the end is the furthest point: even below g holds it, odd below g does not.
  EXPECT_EQ(outcomes(0x1.000005p+0, even, 0), held);
  EXPECT_EQ(outcomes(0x1.000003p+0, odd, 0), std::pair(Outcome::kHeld, Outcome::kBroken));
  EXPECT_EQ(outcomes(0x1.000003p+0, odd, 1e-300), held);
}

TEST(Claims, NansAndInfinities) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto verdict = [](const std::vector<float>& gamma, const std::vector<float>& x, const std::vector<float>& y,
                          double eps = 1) {
    Claims claims;
    EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, gamma, {}, eps), EXACTNORM_OK);
    RowVerdict result;
    EXPECT_EQ(claims.check(x.empty() ? Numbers() : Numbers(x), y, result), EXACTNORM_OK);
    return result;
  };
  // A NaN for a row that has a finite answer breaks whatever speaks.
  const RowVerdict lost = verdict({1, 1}, {-1, 1}, {kNan, 0});
  EXPECT_EQ(lost.plane.outcome, Outcome::kBroken);
  EXPECT_EQ(lost.interior.outcome, Outcome::kBroken);
  EXPECT_EQ(lost.surface.outcome, Outcome::kBroken);
  // Where NaN may be right, nothing is said.
  EXPECT_EQ(verdict({1, 1}, {}, {kNan, 0}), RowVerdict{});
  EXPECT_EQ(verdict({1, 1}, {kInfinity, 0}, {kNan, kNan}), RowVerdict{});
  EXPECT_EQ(verdict({1, 1}, {2, 2}, {kNan, kNan}, 0), RowVerdict{});
  EXPECT_EQ(verdict({1, kInfinity}, {-1, 1}, {-0.5f, kInfinity}), RowVerdict{});
  // An overflow is a half-line: inside only if it reaches so far.
  const float largest = std::numeric_limits<float>::max();
  EXPECT_EQ(verdict({1, 1}, {-1, 1}, {-0.5f, kInfinity}).plane.outcome, Outcome::kBroken);
  EXPECT_EQ(verdict({1, 1}, {-1, 1}, {-0.5f, kInfinity}).interior.outcome, Outcome::kBroken);
  EXPECT_FALSE(verdict({largest, largest}, {-1e30f, 1e30f}, {-largest, largest}).broken());
  const std::vector<double> wide = {1e39, 1e39};
  Claims claims;
  ASSERT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, wide, {}, 0), EXACTNORM_OK);
  RowVerdict overflow;
  ASSERT_EQ(claims.check(std::vector<float>{-1, 1}, std::vector<float>{-kInfinity, kInfinity}, overflow), EXACTNORM_OK);
  EXPECT_FALSE(overflow.broken());
  ASSERT_EQ(claims.check(std::vector<float>{-1, 1}, std::vector<float>{kInfinity, kInfinity}, overflow), EXACTNORM_OK);
  EXPECT_EQ(overflow.plane.outcome, Outcome::kBroken);
}

TEST(Claims, EveryRefusalHasItsStatus) {
  const std::vector<float> two = {1, 2};
  const std::vector<float> three = {1, 2, 3};
  Claims claims;
  RowVerdict verdict;
  EXPECT_EQ(claims.check({}, two, verdict), EXACTNORM_COLUMNS_ZERO);  // not prepared
  EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 0, {}, {}, 1), EXACTNORM_COLUMNS_ZERO);
  EXPECT_EQ(claims.prepare(static_cast<exactnorm_operation>(7), 2, {}, {}, 1), EXACTNORM_OPERATION_UNKNOWN);
  EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, three, {}, 1), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, {}, three, 1), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, {}, {}, -1), EXACTNORM_EPS_NEGATIVE);
  EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, {}, {}, NAN), EXACTNORM_EPS_NAN);
  EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, {}, {}, INFINITY), EXACTNORM_EPS_INFINITE);
  ASSERT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, 2, {}, {}, -0.0), EXACTNORM_OK);
  EXPECT_EQ(claims.check({}, {}, verdict), EXACTNORM_Y_NULL);
  EXPECT_EQ(claims.check({}, three, verdict), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(claims.check(three, two, verdict), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(claims.check({}, {two.data(), EXACTNORM_DEFAULT, 2}, verdict), EXACTNORM_FORMAT_UNKNOWN);
  EXPECT_EQ(claims.check({two.data(), EXACTNORM_DEFAULT, 2}, two, verdict), EXACTNORM_FORMAT_UNKNOWN);
}

class Claim : public testing::TestWithParam<int> {};

TEST_P(Claim, NoCorrectOutputIsRefused) {
  const Format& y = *kFormats[GetParam()];
  rows::Generator random(static_cast<uint64_t>(GetParam()) + 100);
  size_t held = 0;
  for (size_t i = 0; i < rows_per_format; ++i) {
    Problem p = random.Below(2) != 0 ? random.Next(y, 200) : random.Next(200);
    p.y_format = &y;
    if (random.Below(8) == 0 && !p.gamma.empty()) p.gamma[random.Below(p.gamma.size())] = 0;
    Packed packed = WithAnswer(p);
    for (const bool with_x : {true, false}) {
      const RowVerdict verdict = Check(p, packed, with_x);
      ASSERT_FALSE(verdict.broken()) << p << "\nplane " << verdict.plane.excess << " interior "
                                     << verdict.interior.excess << " surface " << verdict.surface.excess;
      if (verdict.interior.outcome == Outcome::kHeld) ++held;
    }
  }
  EXPECT_GT(held, rows_per_format);
}

INSTANTIATE_TEST_SUITE_P(PerFormat, Claim, testing::Range(0, 4),
                         [](const auto& info) { return std::string(kFormats[info.param]->name); });

}  // namespace
}  // namespace exactnorm::geometry

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) exactnorm::geometry::rows_per_format = std::strtoul(argv[1], nullptr, 10);
  return RUN_ALL_TESTS();
}
