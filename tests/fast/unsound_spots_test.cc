// SPDX-License-Identifier: Apache-2.0
// Mistakes of a kind that millions of right results do not show: each was found in a fast LayerNorm by derivation or
// review, and each is a test here, or has one by the name that is given.
//   1 the depth of the summation loops            SumHeights (sum_heights_test.cc): the loops as written
//   2 sqrt(2) for 2 where eps dominates var       AnEpsThatDominatesTheVariance
//   3 a factor 2 in the window's width            YOnBothSidesOfAMidpoint; Windows (rounding_test_test.cc)
//   4 the exponent's comparison is modular        AHighThresholdDoesNotCertifyZero; WindowTest (rounding_test_test.cc)
//   5 infinities and NaNs pass, max drops NaNs    GammaAndBetaThatAreNotFinite
//   6 ends whose own rounding is not charged,     YOnBothSidesOfAMidpoint, with a small gain;
//     and -0 == +0                                YOnBothSidesOfZero
//   7 long rows: a width that turns negative      TiesOfLongRows; Windows (rounding_test_test.cc)
//   8 bounds of the first centre for the second   AboutALargeMean, YOnBothSidesOfAMidpoint with a large mean
//   9 an infinite mean square is admitted         InfinitiesInRmsNorm
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "lib/exact/row.h"
#include "lib/fast/error_bounds.h"
#include "lib/fast/intermediates.h"
#include "tests/fast/error_shares.h"
#include "tests/fast/real_row.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
uint64_t Bits(float v) { return std::bit_cast<uint32_t>(v); }

rows::Problem Row32(size_t n, double eps) {
  return {EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, eps, rows::Bits(n, 0), rows::Bits(n, Bits(1)), {}};
}

rows::Answer Exact(const rows::Problem& p) {
  rows::Packed packed(p);
  exact::NormalizeRow(packed.row());
  return packed.answer();
}

// What each stage of each target certifies.
struct Certified {
  std::string stage;
  std::vector<bool> columns;
};

// Expects that all of it is right.
std::vector<Certified> ExpectSound(const rows::Problem& p) {
  const rows::Answer exact = Exact(p);
  std::vector<Certified> all;
  const auto take = [&](const std::string& stage, const auto& of) {
    for (size_t i = 0; i < p.x.size(); ++i) {
      if (of.certified[i]) {
        EXPECT_EQ(of.results[i], exact.y[i]) << stage << ", column " << i << "\n" << p;
      }
    }
    all.push_back({stage, of.certified});
  };
  for (const Target& target : BuiltTargets()) {
    if (!target.supported) continue;
    rows::Packed fast(p), sharp(p);
    take("fast " + target.name, FindIntermediates(target, fast.row()));
    take("sharp " + target.name, FindSharpIntermediates(target, sharp.row()));
  }
  return all;
}

// |a| R / V is at most 0.56 where a row is admitted, however large eps is; rows at the border.
TEST(UnsoundSpots, AnEpsThatDominatesTheVariance) {
  const reference::Precision precision(kRealBits);
  size_t admitted = 0, declined_about_zero = 0;
  for (const size_t n : {2u, 64u, 300u}) {
    // x near 1: a^2 = 1 nearly, and is a quarter of V where eps is 4 nearly.
    for (int k = -50; k <= 50; ++k) {
      rows::Problem p = Row32(n, 4 + k * 0x1p-18);
      for (size_t i = 0; i < n; ++i) p.x[i] = Bits(1 + static_cast<float>(i * 37 % 23) * 0x1p-20f);
      ExpectSound(p);
      const RealRow real = FindRealRow(p);
      for (const Target& target : BuiltTargets()) {
        if (!target.supported) continue;
        rows::Packed packed(p);
        const Intermediates of = FindIntermediates(target, packed.row());
        ASSERT_TRUE(of.admitted);
        const Real square = real.MeanSquareAbout(of.center);
        const Real a = abs(real.mean - of.center);
        EXPECT_LE(sqrt(square), 1.1182 * sqrt(Real(of.variance_eps)));
        EXPECT_LE(a, 0.5001 * sqrt(Real(of.variance_eps)));
        EXPECT_LE(a * sqrt(square) / real.variance_eps, 0.56);
        for (const double share : FastShares(target, p)) EXPECT_LE(share, 1) << target.name << "\n" << p;
        admitted += of.center == 0;
        declined_about_zero += of.center != 0;
      }
    }
  }
  EXPECT_GT(admitted, 100u);
  EXPECT_GT(declined_about_zero, 100u);
}

// The magnitude of the midpoint of two binary32 numbers that is nearest to |y|.
Real NearestMidpoint(const Real& y) {
  const uint64_t nearest = reference::RoundToFormat(kF32, y) & ~kF32.sign;
  const auto midpoint = [](uint64_t below) -> Real {
    const Number m = MidpointAbove(kF32, below);
    return ldexp(Real(m.significand), m.exponent);
  };
  const Real low = midpoint(nearest - 1), high = midpoint(nearest);
  return abs(y) - low < high - abs(y) ? low : high;
}

// eps so that y of column 0 is, to within a few units in binary64's last place, the midpoint that is nearest to it for
// eps = start.
double EpsOfMidpoint(rows::Problem p, double start) {
  const auto y = [&](double eps) {
    p.eps = eps;
    return FindRealRow(p).y[0];
  };
  const Real at = NearestMidpoint(y(start)) * (y(start) < 0 ? -1 : 1);
  double low = start / 2, high = start * 2;  // y is monotone in eps
  const bool rises = y(high) > y(low);
  for (int i = 0; i < 60; ++i) {
    const double eps = low + (high - low) / 2;
    ((y(eps) < at) == rises ? low : high) = eps;
  }
  return low;
}

// y of column 0 crosses a midpoint in steps of a few units in the last place of y^: certified on neither side but far
// from it, and never wrongly. `unit`: what eps moves by, relative to itself.
void ExpectSoundAcrossMidpoint(rows::Problem p, double start, double unit) {
  const double eps = EpsOfMidpoint(p, start);
  size_t certified = 0, uncertified = 0, beside = 0;
  for (int k = -300; k <= 300; ++k) {
    p.eps = eps * (1 + k * unit);
    const Real y = FindRealRow(p).y[0];
    const double ulps =
        Real(abs(abs(y) - NearestMidpoint(y)) / std::ldexp(1.0, std::ilogb(y.convert_to<double>()) - 52))
            .convert_to<double>();
    beside += ulps < 1;
    for (const Certified& stage : ExpectSound(p)) {
      if (!stage.stage.starts_with("fast")) continue;
      if (ulps < 1) {
        EXPECT_FALSE(stage.columns[0]) << stage.stage << ": " << ulps << " ulp from a midpoint\n" << p;
      }
      (stage.columns[0] ? certified : uncertified) += 1;
    }
  }
  EXPECT_GT(certified, 0u);
  EXPECT_GT(uncertified, 0u);
  EXPECT_GT(beside, 0u);
}

rows::Problem Spread(size_t n, float mean) {
  rows::Problem p = Row32(n, 0);
  for (size_t i = 0; i < n; ++i) p.x[i] = Bits(mean + static_cast<float>(i * 7 % 29) * 0.125f - 1.0625f);
  return p;
}

TEST(UnsoundSpots, YOnBothSidesOfAMidpoint) {
  const reference::Precision precision(kRealBits);
  for (const size_t n : {64u, 67u}) {
    for (const float mean : {0.0f, 1000.0f}) {
      ExpectSoundAcrossMidpoint(Spread(n, mean), 1, 0x1p-50);
      rows::Problem p = Spread(n, mean);
      p.beta.assign(n, Bits(-3));
      ExpectSoundAcrossMidpoint(p, 1, 0x1p-50);
    }
  }
}

// The bound on y^ is then little more than the roundings of y^ and of the two ends.
TEST(UnsoundSpots, YOnBothSidesOfAMidpointWithASmallGain) {
  const reference::Precision precision(kRealBits);
  for (const size_t n : {64u, 67u}) {
    rows::Problem p = Spread(n, 0);
    p.gamma.assign(n, Bits(0x1p-24f));
    p.beta.assign(n, Bits(1 + 0x1p-23f));
    ExpectSoundAcrossMidpoint(p, 2, 0x1p-29);
  }
}

// b all but cancels g t, exactly in part: y is 0, or has either sign and underflows to a zero that keeps it.
TEST(UnsoundSpots, YOnBothSidesOfZero) {
  size_t zeros = 0;
  for (const double eps : {0.0, 0x1p-60, 0x1p-100, 0x1p-1074}) {
    for (const float gain : {1.0f, 0x1p-60f, 0x1p-126f, 0x1p-149f}) {
      for (const float side : {1.0f, -1.0f}) {
        rows::Problem p = Row32(64, eps);
        for (size_t i = 0; i < 64; ++i) p.x[i] = Bits(i % 2 == 0 ? 1 : -1);
        p.gamma.assign(64, Bits(gain));
        p.beta.assign(64, Bits(-gain * side));
        const rows::Answer exact = Exact(p);
        for (const Certified& stage : ExpectSound(p)) {
          for (size_t i = 0; i < 64; ++i) {
            if (!IsZero(kF32, exact.y[i])) continue;
            ++zeros;
            EXPECT_FALSE(stage.columns[i]) << stage.stage << "\n" << p;
          }
        }
      }
    }
  }
  EXPECT_GT(zeros, 0u);
}

// A threshold beyond the exponent's middle wraps around: y^ = 0 was certified as +0 where y is a tiny number.
TEST(UnsoundSpots, AHighThresholdDoesNotCertifyZero) {
  for (const float gain : {1.0f, 1e4f, 1e20f, 1e30f}) {
    rows::Problem p = Row32(64, static_cast<double>(1e-5f));
    p.gamma.assign(64, Bits(gain));
    p.x[0] = Bits(1);
    p.x[8] = Bits(0x1p-60f);
    p.x[16] = Bits(-1);
    ExpectSound(p);
    p.beta.assign(64, Bits(gain));
    ExpectSound(p);
  }
}

// Infinities and NaNs have no low bits set and the largest exponent; a maximum may leave a NaN out.
TEST(UnsoundSpots, GammaAndBetaThatAreNotFinite) {
  for (const float special : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(), 3e38f}) {
    for (const size_t column : {0u, 1u, 31u, 33u, 63u}) {
      rows::Problem p = Row32(64, 1e-5);
      for (size_t i = 0; i < 64; ++i) p.x[i] = Bits(static_cast<float>(i));
      p.beta = p.gamma;
      p.gamma[column] = Bits(special);
      ExpectSound(p);
      std::swap(p.gamma, p.beta);
      ExpectSound(p);
    }
  }
}

// x = +-1, eps = 0, so t = +-1, and b +- g is a midpoint: no bound on an error tells which side y is on.
TEST(UnsoundSpots, TiesOfLongRows) {
  for (const size_t n : {size_t{64}, size_t{1} << 16, size_t{1} << 18, size_t{1} << 20}) {
    rows::Problem p = Row32(n, 0);
    for (size_t i = 0; i < n; ++i) p.x[i] = Bits(i % 2 == 0 ? 1 : -1);
    p.gamma.assign(n, Bits(0x1p-24f));
    p.beta.assign(n, Bits(1 + 0x1p-23f));
    for (const Certified& stage : ExpectSound(p)) {
      EXPECT_EQ(std::count(stage.columns.begin(), stage.columns.end(), true), 0) << stage.stage << " " << n;
    }
  }
}

// The second sweep's deviations are rounded, which the bounds have to cover.
TEST(UnsoundSpots, AboutALargeMean) {
  const reference::Precision precision(kRealBits);
  size_t centred = 0;
  for (const size_t n : {2u, 96u, 1000u}) {
    for (const float mean : {3.0f, 1e3f, 1e6f}) {
      rows::Problem p = Row32(n, 1e-12);
      for (size_t i = 0; i < n; ++i) p.x[i] = Bits(mean + static_cast<float>(i * i % 17) * 0.0625f);
      ExpectSound(p);
      for (const Target& target : BuiltTargets()) {
        if (!target.supported) continue;
        for (const double share : FastShares(target, p)) EXPECT_LE(share, 1) << target.name << "\n" << p;
        rows::Packed packed(p);
        centred += FindIntermediates(target, packed.row()).center != 0;
      }
    }
  }
  EXPECT_GT(centred, 10u);
}

// The mean square is then infinite, which is not larger than twice itself.
TEST(UnsoundSpots, InfinitiesInRmsNorm) {
  for (const float special : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    rows::Problem p = Spread(96, 0);
    p.operation = EXACTNORM_RMS_NORM;
    p.eps = 1e-12;
    ExpectSound(p);
    p.x[70] = Bits(special);
    for (const Certified& stage : ExpectSound(p)) {
      EXPECT_EQ(std::count(stage.columns.begin(), stage.columns.end(), true), 0) << stage.stage;
    }
  }
}

}  // namespace
}  // namespace exactnorm::fast
