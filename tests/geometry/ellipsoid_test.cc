// SPDX-License-Identifier: Apache-2.0
// Membership against rationals and on known points; the distance to the surface; inputs for given outputs.
#include "exactnorm/geometry/ellipsoid.hpp"

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

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Doubles = std::vector<double>;

bool IsNearest(double rounded, const Rational& exact) {
  return RationalCell(kF64, std::bit_cast<uint64_t>(rounded)).Contains(exact);
}

Membership MembershipOf(exactnorm_operation operation, const Doubles& gamma, const Doubles& beta, const Doubles& y) {
  Membership result;
  EXPECT_EQ(membership(operation, y.size(), gamma, beta, y, result), EXACTNORM_OK);
  return result;
}

Doubles SmallIntegers(rows::Generator& random, size_t n, int zeros_in_eight) {
  Doubles v(n);
  for (double& e : v) {
    e = static_cast<double>(random.Below(9)) - 4;
    if (zeros_in_eight == 0 && e == 0) e = 5;
    if (random.Below(8) < static_cast<uint64_t>(zeros_in_eight)) e = 0;
  }
  return v;
}

RC_GTEST_PROP(Membership, IsTheFormOfItsDefinitionExactly, (uint64_t seed)) {
  rows::Generator random(seed);
  const size_t n = 1 + random.Below(6);
  const Doubles gamma = SmallIntegers(random, n, static_cast<int>(random.Below(4)));
  const Doubles beta = SmallIntegers(random, n, 1);
  Doubles y = SmallIntegers(random, n, 1);
  for (size_t i = 0; i < n; ++i) y[i] = beta[i] + y[i] * gamma[i] / 4;
  for (const auto operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
    Rational form = 0;
    Rational sum = 0;
    size_t zeros = 0;
    for (size_t i = 0; i < n; ++i) {
      if (gamma[i] == 0) {
        ++zeros;
        continue;
      }
      const Rational t = (ToRational(y[i]) - ToRational(beta[i])) / ToRational(gamma[i]);
      form += t * t;
      sum += t;
    }
    const bool layer_norm = operation == EXACTNORM_LAYER_NORM;
    if (layer_norm && zeros != 0) form += sum * sum / zeros;
    const Membership m = MembershipOf(operation, gamma, beta, y);
    RC_ASSERT(m.defined);
    RC_ASSERT(IsNearest(m.form, form / n));
    RC_ASSERT(static_cast<int>(m.side) == Rational(form - n).sign());
    RC_ASSERT(m.in_subspace == (!layer_norm || zeros != 0 || sum == 0));
  }
}

TEST(Membership, OfPointsThatAreKnown) {
  // g = (1, 2), t = (1, -1) is on the surface and in the plane, half of it inside, twice of it outside.
  const Doubles g = {1, 2};
  const auto at = [&](const Doubles& y) { return MembershipOf(EXACTNORM_LAYER_NORM, g, {}, y); };
  EXPECT_EQ(at({1, -2}).side, Side::kSurface);
  EXPECT_TRUE(at({1, -2}).in_subspace);
  EXPECT_EQ(at({0.5, -1}).form, 0.25);
  EXPECT_EQ(at({2, -4}).side, Side::kOutside);
  EXPECT_FALSE(at({1, 2}).in_subspace);
  EXPECT_EQ(at({1, std::nextafter(-2.0, -3)}).side, Side::kOutside);
  // One zero gain: the hidden column is minus the sum of the others. t = (1, -1, 0).
  EXPECT_EQ(MembershipOf(EXACTNORM_LAYER_NORM, {1, 1, 0}, {0, 0, 7}, {1, -1, 7}).form, 2.0 / 3);
  EXPECT_FALSE(MembershipOf(EXACTNORM_LAYER_NORM, {1, 1, 0}, {0, 0, 7}, {1, -1, 6}).in_subspace);
  // All gains zero, and N = 1: the point b.
  EXPECT_EQ(MembershipOf(EXACTNORM_LAYER_NORM, {0, 0}, {3, 4}, {3, 4}).form, 0);
  EXPECT_TRUE(MembershipOf(EXACTNORM_LAYER_NORM, {5}, {3}, {3}).in_subspace);
  EXPECT_FALSE(MembershipOf(EXACTNORM_LAYER_NORM, {5}, {3}, {4}).in_subspace);
  EXPECT_FALSE(MembershipOf(EXACTNORM_LAYER_NORM, {1, kNan}, {}, {0, 0}).defined);
}

RC_GTEST_PROP(DistanceToSurface, IsEpsOverVarPlusEps, (uint64_t seed)) {
  rows::Generator random(seed);
  rows::Problem p = random.Next(20);
  rows::Packed packed(p);
  const size_t n = p.x.size();
  double distance = 0;
  RC_ASSERT(distance_to_surface(p.operation, {packed.row().x, rows::FormatId(*p.x_format), n}, p.eps, distance) ==
            EXACTNORM_OK);
  Rational mean = 0;
  Rational spread = 0;
  for (const uint64_t x : p.x) {
    if (!IsFinite(*p.x_format, x)) {
      RC_ASSERT(std::isnan(distance));
      return;
    }
    if (p.operation == EXACTNORM_LAYER_NORM) mean += ToRational(*p.x_format, x) / n;
  }
  for (const uint64_t x : p.x) {
    const Rational deviation = ToRational(*p.x_format, x) - mean;
    spread += deviation * deviation / n;
  }
  const Rational eps = ToRational(p.eps);
  if (spread + eps == 0) {
    RC_ASSERT(std::isnan(distance));
  } else {
    RC_ASSERT(IsNearest(distance, eps / (spread + eps)));
  }
}

// Is the output of preimage(point) the point, if that is a real output q rounded? With d_i <= half an ulp(point_i):
// point and q differ by d; the plane's nearest point to `point` is no further from it than q, |d|; for eps = 0 the
// surface is reached by a factor on t that is off by at most |d / g| / sqrt(N); rounding x moves by what the
// function promises; the call in binary64 rounds once more.
void ExpectPreimage(exactnorm_operation operation, const Doubles& gamma, const Doubles& beta, double eps,
                    const Doubles& point) {
  const size_t n = point.size();
  Doubles x;
  ASSERT_EQ(preimage(operation, n, gamma, beta, eps, point, x), EXACTNORM_OK);
  ASSERT_EQ(x.size(), n);
  Doubles y(n);
  const Call<double> call{.x = x, .gamma = gamma, .beta = beta, .y = y, .columns = n, .eps = eps};
  ASSERT_EQ(operation == EXACTNORM_LAYER_NORM ? layer_norm<double>(call) : rms_norm<double>(call), EXACTNORM_OK);
  double d2 = 0;
  double t2 = 0;
  for (size_t i = 0; i < n; ++i) {
    const double d = 0x1p-53 * std::abs(point[i]);
    d2 += d * d;
    if (gamma[i] != 0) t2 += d * d / (gamma[i] * gamma[i]);
  }
  const double root_n = std::sqrt(static_cast<double>(n));
  for (size_t i = 0; i < n; ++i) {
    const double to_subspace = operation == EXACTNORM_LAYER_NORM ? std::sqrt(d2) : 0;
    const double to_surface = eps == 0 ? std::abs(point[i] - beta[i]) * std::sqrt(t2) / root_n : 0;
    const double promised = 0x1p-52 * root_n * std::abs(gamma[i]);
    const double rounding = 0x1p-53 * (std::abs(y[i]) + std::abs(point[i]));
    EXPECT_LE(std::abs(y[i] - point[i]), 1.0001 * (to_subspace + to_surface + promised + rounding)) << i << " of " << n;
  }
}

TEST(Preimage, LeadsBackToEveryOutput) {
  rows::Generator random(5);
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const size_t n = 2 + random.Below(30);
    const auto operation = random.Below(3) == 0 ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM;
    const auto bell = [&] {
      Doubles v;
      for (const uint64_t bits : random.Numbers(kF64, rows::Family::kBell, n)) v.push_back(std::bit_cast<double>(bits));
      return v;
    };
    const Doubles x = bell();
    Doubles gamma = bell();
    const Doubles beta = bell();
    const double eps = random.Below(4) == 0 ? 0 : std::ldexp(1.0, -static_cast<int>(random.Below(20)));
    Doubles y(n);
    const Call<double> call{.x = x, .gamma = gamma, .beta = beta, .y = y, .columns = n, .eps = eps};
    ASSERT_EQ(operation == EXACTNORM_LAYER_NORM ? layer_norm<double>(call) : rms_norm<double>(call), EXACTNORM_OK);
    ExpectPreimage(operation, gamma, beta, eps, y);
  }
}

TEST(Preimage, OfWhatZeroGainsShow) {
  ExpectPreimage(EXACTNORM_LAYER_NORM, {1, 0, 2}, {0, 3, 0}, 0.5, {0.5, 3, 0.25});
  ExpectPreimage(EXACTNORM_LAYER_NORM, {0, 0, 2, -3}, {0, 3, 0, 1}, 0.5, {0, 3, 0.25, 1.5});
  ExpectPreimage(EXACTNORM_RMS_NORM, {0, 2, 2}, {5, 0, 0}, 0.5, {5, 0.5, 0.25});
}

TEST(Preimage, OfAPointBesideThePlaneIsThatOfItsNeighbourInThePlane) {
  // alpha = (1, 1/2): the plane's nearest point to (1, 0) is (1, 0) - alpha (alpha . w) / |alpha|^2 = (1/5, -2/5).
  Doubles x;
  ASSERT_EQ(preimage(EXACTNORM_LAYER_NORM, 2, Doubles{1, 2}, {}, 1, Doubles{1, 0}, x), EXACTNORM_OK);
  ASSERT_EQ(x.size(), 2u);
  const double t = 0.2;  // x = t sqrt(1 / (1 - t^2))
  EXPECT_NEAR(x[0], t / std::sqrt(1 - t * t), 0x1p-52);
  EXPECT_NEAR(x[1], -t / std::sqrt(1 - t * t), 0x1p-52);
}

TEST(Preimage, ThereIsNoneOnTheSurfaceOrOutsideIt) {
  const Doubles g = {1, 2};
  const auto none = [&](double eps, const Doubles& y) {
    Doubles x = {1};
    EXPECT_EQ(preimage(EXACTNORM_LAYER_NORM, 2, g, {}, eps, y, x), EXACTNORM_OK);
    return x.empty();
  };
  EXPECT_TRUE(none(1, {1, -2}));
  EXPECT_TRUE(none(1, {3, -6}));
  EXPECT_TRUE(none(0, {0, 0}));
  EXPECT_TRUE(none(1, {kNan, 0}));
  EXPECT_FALSE(none(1, {0, 0}));
  EXPECT_FALSE(none(0, {1, -2}));
}

}  // namespace
}  // namespace exactnorm::geometry
