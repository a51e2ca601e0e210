// SPDX-License-Identifier: Apache-2.0
// The faults that the claims can see, in binary32 rows of up to 768 columns with var about 1 and b = 0.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <tuple>
#include <vector>

#include "exactnorm/geometry/claims.hpp"

namespace exactnorm::geometry {
namespace {

// A kernel in binary64 that is right but for one fault; the result is rounded to binary32. Its own errors are far
// below a unit of binary32, so the fault is all there is to see.
struct Fault {
  bool keeps_mean = false;
  bool gamma_twice = false;
  bool drops_eps = false;
  bool divides_by_n_minus_1 = false;
};

std::vector<float> Faulty(const std::vector<float>& x, const std::vector<float>& gamma, double eps, Fault fault) {
  const auto n = static_cast<double>(x.size());
  double mean = 0;
  for (const float v : x) mean += v / n;
  double variance = 0;
  for (const float v : x) variance += (v - mean) * (v - mean) / (n - (fault.divides_by_n_minus_1 ? 1 : 0));
  const double rstd = 1 / std::sqrt(variance + (fault.drops_eps ? 0 : eps));
  std::vector<float> y;
  for (size_t i = 0; i < x.size(); ++i) {
    const double g = gamma[i];
    y.push_back(static_cast<float>((fault.gamma_twice ? g * g : g) * (x[i] - (fault.keeps_mean ? 0 : mean)) * rstd));
  }
  return y;
}

// x about N(0.25, 1), gains between 0.5 and 1.5, b = 0, eps = 1e-5.
struct Sample {
  std::vector<float> x, gamma;
  double eps = 1e-5;

  Sample(size_t n, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> bell(0.25f, 1.0f);
    std::uniform_real_distribution<float> gain(0.5f, 1.5f);
    for (size_t i = 0; i < n; ++i) {
      x.push_back(bell(random));
      gamma.push_back(gain(random));
    }
  }
  RowVerdict Check(const std::vector<float>& y) const {
    Claims claims;
    EXPECT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, x.size(), gamma, {}, eps), EXACTNORM_OK);
    RowVerdict verdict;
    EXPECT_EQ(claims.check(x, y, verdict), EXACTNORM_OK);
    return verdict;
  }
  RowVerdict Check(Fault fault) const { return Check(Faulty(x, gamma, eps, fault)); }
  std::vector<float> Normalized() const {
    std::vector<float> y(x.size());
    EXPECT_EQ(layer_norm<float>({.x = x, .gamma = gamma, .y = y, .columns = x.size(), .eps = eps}), EXACTNORM_OK);
    return y;
  }
};

class Faults : public testing::TestWithParam<std::tuple<size_t, uint64_t>> {
 protected:
  Sample sample_{std::get<0>(GetParam()), std::get<1>(GetParam())};
};

TEST_P(Faults, NoneIsSeenInAGoodKernel) { EXPECT_FALSE(sample_.Check(Fault{}).broken()); }

TEST_P(Faults, AMeanThatWasNotRemovedLeavesThePlane) {
  EXPECT_EQ(sample_.Check(Fault{.keeps_mean = true}).plane.outcome, Outcome::kBroken);
}

TEST_P(Faults, GammaAppliedTwiceLeavesThePlane) {
  EXPECT_EQ(sample_.Check(Fault{.gamma_twice = true}).plane.outcome, Outcome::kBroken);
}

TEST_P(Faults, EpsThatWasDroppedMissesTheSurface) {
  const RowVerdict verdict = sample_.Check(Fault{.drops_eps = true});
  EXPECT_EQ(verdict.plane.outcome, Outcome::kHeld);
  EXPECT_EQ(verdict.surface.outcome, Outcome::kBroken);
}

TEST_P(Faults, AVarianceDividedByNMinusOneMissesTheSurface) {
  const RowVerdict verdict = sample_.Check(Fault{.divides_by_n_minus_1 = true});
  EXPECT_EQ(verdict.plane.outcome, Outcome::kHeld);
  EXPECT_EQ(verdict.surface.outcome, Outcome::kBroken);
}

TEST_P(Faults, AVectorOutsideIsSeenWithoutX) {
  std::vector<float> y = sample_.Normalized();
  for (float& v : y) v *= 1.001f;
  Claims claims;
  ASSERT_EQ(claims.prepare(EXACTNORM_LAYER_NORM, y.size(), sample_.gamma, {}, sample_.eps), EXACTNORM_OK);
  RowVerdict verdict;
  ASSERT_EQ(claims.check({}, y, verdict), EXACTNORM_OK);
  EXPECT_EQ(verdict.interior.outcome, Outcome::kBroken);
  EXPECT_EQ(verdict.surface.outcome, Outcome::kSilent);
  // The factor squared times what r^2/N was, less 1. Rounding y, twice, and the cells each move it by a slack at most.
  const double inside = 1 - sample_.Check(sample_.Normalized()).surface.target;
  EXPECT_NEAR(verdict.interior.excess, double{1.001f} * double{1.001f} * inside - 1, 3 * verdict.interior.slack);
}

// In units of the plane's residual: the element moves by alpha_i (y' - y). Half a cell on either side of the two
// places and the other columns' slack are all that could hide it, and each slack counts them once.
TEST_P(Faults, OneElementMovedByMoreThanTwiceTheSlackLeavesThePlane) {
  const std::vector<float> y = sample_.Normalized();
  const double slack = sample_.Check(y).plane.slack;
  for (size_t i = 0; i < y.size(); i += 1 + y.size() / 16) {
    for (const float direction : {-1.0f, 1.0f}) {
      std::vector<float> moved = y;
      double step = 2 * slack;
      RowVerdict verdict;
      do {  // at a larger y the cell, and with it the slack, may be larger
        step *= 1.0001;
        moved[i] = y[i] + direction * static_cast<float>(step) * sample_.gamma[i];
        verdict = sample_.Check(moved);
      } while (std::abs(double{moved[i]} - double{y[i]}) / sample_.gamma[i] <=
               2 * std::max(slack, verdict.plane.slack));
      EXPECT_EQ(verdict.plane.outcome, Outcome::kBroken) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(UpTo768Columns, Faults,
                         testing::Combine(testing::Values(3, 16, 64, 256, 768), testing::Range<uint64_t>(0, 5)));

}  // namespace
}  // namespace exactnorm::geometry
