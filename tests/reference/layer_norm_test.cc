// SPDX-License-Identifier: Apache-2.0
// The reference on rows whose answers are known by hand.
#include "lib/reference/layer_norm.h"

#include <gtest/gtest.h>

#include "tests/rows/problem.h"

namespace exactnorm::reference {
namespace {

using rows::Bits;
using rows::Problem;

Normalized Answer(const Problem& p) { return Normalize(rows::Packed(p).row()); }

TEST(Reference, UnitSpreadIsExact) {
  for (const Format* f : kFormats) {
    const uint64_t one = One(*f);
    const uint64_t minus_one = one | f->sign;
    const Normalized a = Answer({EXACTNORM_LAYER_NORM, f, f, f, f, 0.0, {one, minus_one}, {}, {}});
    EXPECT_EQ(a.y, (Bits{one, minus_one}));
    EXPECT_EQ(a.mean, 0u);
    EXPECT_EQ(a.rstd, one);
  }
}

TEST(Reference, AnExactZeroIsPositiveAlsoWithANegativeZeroBias) {
  for (const Format* f : kFormats) {
    const uint64_t one = One(*f);
    const Bits x = {one, one | f->sign, 0};
    EXPECT_EQ(Answer({EXACTNORM_LAYER_NORM, f, f, f, f, 1e-5, x, {}, {f->sign, f->sign, f->sign}}).y[2], 0u);
    // g t + b = 1 - 1
    EXPECT_EQ(Answer({EXACTNORM_LAYER_NORM, f, f, f, f, 0.0, {one, one | f->sign}, {}, {one | f->sign, one}}).y,
              (Bits{0, 0}));
  }
}

TEST(Reference, HalfOfTheSmallestSubnormalGoesToZeroWithItsSign) {
  // t = +-1 and g = 2^-25, half of binary16's smallest: a tie, to the even 0; one ulp of g more is above.
  const uint64_t g = RoundMagnitude(kF32, 1, -25);
  const Bits x = {One(kF32), One(kF32) | kF32.sign};
  EXPECT_EQ(Answer({EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF16, &kF16, 0.0, x, {g, g}, {}}).y, (Bits{0, kF16.sign}));
  EXPECT_EQ(Answer({EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF16, &kF16, 0.0, x, {g + 1, g + 1}, {}}).y,
            (Bits{1, kF16.sign | 1}));
}

TEST(Reference, TheOverflowThresholdIsInfinity) {
  const Number threshold = MidpointAbove(kF16, kF16.max_finite());
  const uint64_t g = RoundMagnitude(kF32, threshold.significand, threshold.exponent);
  const Bits x = {One(kF32), One(kF32) | kF32.sign};
  EXPECT_EQ(Answer({EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF16, &kF16, 0.0, x, {g, g - 1}, {}}).y,
            (Bits{kF16.infinity, kF16.max_finite() | kF16.sign}));
}

TEST(Reference, NoSpreadAndNoEpsIsNan) {
  const Normalized a = Answer({EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, -0.0, {One(kF32)}, {}, {}});
  EXPECT_EQ(a.y, Bits{kF32.nan});
  EXPECT_EQ(a.mean, One(kF32));
  EXPECT_EQ(a.rstd, kF32.infinity);
  const Normalized zeros = Answer({EXACTNORM_RMS_NORM, &kF32, &kF32, &kF32, &kF32, 0.0, {0, kF32.sign}, {}, {}});
  EXPECT_EQ(zeros.y, (Bits{kF32.nan, kF32.nan}));
  EXPECT_EQ(zeros.rstd, kF32.infinity);
}

// The separation is sound where it can be seen: z = 1 / sqrt(1 + eps) with the smallest eps differs from 1, and
// from every other boundary, by more.
TEST(SeparationExponent, IsBelowTheSmallestDifferenceSeen) {
  for (const Format* x : kFormats) {
    for (const Format* p : kFormats) {
      for (const Format* y : kFormats) {
        const int s = SeparationExponent(*x, *p, *y);
        // 1 - z = eps / 2 = 2^-1075, beside the boundary 1 + 0 ulp.
        EXPECT_LT(s, -1075);
        // b = the smallest number of p's format alone: z - 0 = 2^lp.
        EXPECT_LT(s, p->least_exponent);
        EXPECT_LT(s, y->least_exponent - 1);
      }
    }
  }
}

TEST(Reference, SeesTheSmallestEpsBelowATie) {
  // RMSNorm of 1 with eps = 2^-1074: y = g / sqrt(1 + 2^-1074) lies below the midpoint g by 2^-1075 of it.
  const Number middle = MidpointAbove(kBF16, One(kBF16) + 1);
  const uint64_t g = RoundMagnitude(kF32, middle.significand, middle.exponent);
  EXPECT_EQ(Answer({EXACTNORM_RMS_NORM, &kF32, &kF32, &kBF16, &kBF16, 0x1p-1074, {One(kF32)}, {g}, {}}).y,
            Bits{One(kBF16) + 1});
  EXPECT_EQ(Answer({EXACTNORM_RMS_NORM, &kF32, &kF32, &kBF16, &kBF16, 0.0, {One(kF32)}, {g}, {}}).y,
            Bits{One(kBF16) + 2});
}

}  // namespace
}  // namespace exactnorm::reference
