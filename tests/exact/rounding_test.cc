// SPDX-License-Identifier: Apache-2.0
// RN(A / sqrt(D) + b) at the places where a wrong decision would show: ties, both sides of them by the
// smallest amount, cancellation down to the last bit, overflow and underflow.
#include "lib/exact/rounding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace exactnorm::exact {
namespace {

const Dyadic kZero{0, 0};

// A value and a boundary of a random format: the midpoint above a random magnitude, or the value itself.
struct Boundary {
  const Format* format;
  uint64_t magnitude;
  Dyadic midpoint;
};

Boundary SomeBoundary() {
  const Format* f = kFormats[*rc::gen::inRange(0, 4)];
  const uint64_t random = *rc::gen::arbitrary<uint64_t>();
  const uint64_t magnitude =
      *rc::gen::element<uint64_t>(0, 1, 2, f->max_finite() - 1, f->max_finite(), random % f->infinity);
  return {f, magnitude, ToDyadic(MidpointAbove(*f, magnitude))};
}

// D = (odd)^2 2^(2k), so that A = m sqrt(D) is dyadic and z = m exactly.
Dyadic SomeRoot() {
  return {2 * Integer(*rc::gen::inRange<uint64_t>(0, UINT32_MAX)) + 1, *rc::gen::inRange(-200, 200)};
}

RC_GTEST_PROP(RoundedAffine, TiesGoToEvenAndTheirNeighboursToTheirSide, (bool negative)) {
  const Boundary at = SomeBoundary();
  const Dyadic root = SomeRoot();
  const Radicand d(Square(root));
  const uint64_t even = at.magnitude + (at.magnitude & 1);
  const auto expect = [&](const Dyadic& z, const Dyadic& b, uint64_t magnitude) {
    const Dyadic a = (z - b) * root;
    const uint64_t bits = RoundedAffine(*at.format, negative ? -a : a, d, negative ? -b : b);
    RC_ASSERT(bits == WithSign(*at.format, negative, magnitude));
  };
  const Dyadic tiny{1, at.midpoint.exponent - *rc::gen::inRange(1, 300)};
  const Dyadic huge{*rc::gen::inRange(-1000, 1000), at.midpoint.exponent + *rc::gen::inRange(-100, 100)};
  for (const Dyadic& b : {kZero, tiny, -tiny, at.midpoint, -at.midpoint, huge}) {
    expect(at.midpoint, b, even);
    expect(at.midpoint + tiny, b, at.magnitude + 1);
    expect(at.midpoint - tiny, b, at.magnitude);
  }
}

// sqrt(D) irrational: D = r^2 + 1 puts A / sqrt(D) just below A / r, by a relative 1 / (2 r^2).
RC_GTEST_PROP(RoundedAffine, AnIrrationalQuotientJustBelowATieGoesDown, (bool negative)) {
  const Boundary at = SomeBoundary();
  const Integer r = Integer(1) << static_cast<unsigned>(*rc::gen::inRange(40, 400));
  const Dyadic a = at.midpoint * Dyadic{r, 0};
  const uint64_t below = RoundedAffine(*at.format, negative ? -a : a, Radicand({r * r + 1, 0}), kZero);
  const uint64_t above = RoundedAffine(*at.format, negative ? -a : a, Radicand({r * r - 1, 0}), kZero);
  RC_ASSERT(below == WithSign(*at.format, negative, at.magnitude));
  RC_ASSERT(above == WithSign(*at.format, negative, at.magnitude + 1));
}

TEST(RoundedAffine, AnExactZeroIsPositive) {
  const Radicand nine({9, 0});
  for (const Format* f : kFormats) {
    EXPECT_EQ(RoundedAffine(*f, kZero, nine, kZero), 0u);
    EXPECT_EQ(RoundedAffine(*f, {6, 0}, nine, {-2, 0}), 0u);
    EXPECT_EQ(RoundedAffine(*f, {-6, 0}, nine, {2, 0}), 0u);
  }
}

TEST(RoundedAffine, UnderflowKeepsTheSign) {
  const Radicand two({2, 0});
  for (const Format* f : kFormats) {
    EXPECT_EQ(RoundedAffine(*f, {-1, -3000}, two, kZero), f->sign);
    EXPECT_EQ(RoundedAffine(*f, {1, -3000}, two, kZero), 0u);
    // 2 - 2^-4999 against a bias of -2: what is left is negative and far below the smallest subnormal.
    EXPECT_EQ(RoundedAffine(*f, {2 * ((Integer(1) << 5000) - 1), -5000}, Radicand({1, 0}), {-2, 0}), f->sign);
  }
}

TEST(RoundedAffine, OverflowIsInfinity) {
  for (const Format* f : kFormats) {
    EXPECT_EQ(RoundedAffine(*f, {1, 5000}, Radicand({3, 0}), kZero), f->infinity);
    EXPECT_EQ(RoundedAffine(*f, {-1, 5000}, Radicand({3, 0}), {1, 0}), f->infinity | f->sign);
  }
}

TEST(CompareQuotient, DecidesBySignsAndThenBySquares) {
  const Dyadic two{2, 0};
  const auto sign = [&](int a, int c) { return CompareQuotient({a, 0}, two, {c, 0}); };
  EXPECT_EQ(sign(0, 0), 0);
  EXPECT_EQ(sign(1, 0), 1);
  EXPECT_EQ(sign(-1, 0), -1);
  EXPECT_EQ(sign(0, 1), -1);
  EXPECT_EQ(sign(0, -1), 1);
  EXPECT_EQ(sign(1, -1), 1);
  EXPECT_EQ(sign(-1, 1), -1);
  EXPECT_EQ(sign(3, 2), 1);  // 3 / 1.41 > 2
  EXPECT_EQ(sign(-3, -2), -1);
  EXPECT_EQ(sign(1, 1), -1);
  EXPECT_EQ(sign(-1, -1), 1);
  EXPECT_EQ(CompareQuotient({3, 0}, {9, 0}, {1, 0}), 0);
  EXPECT_EQ(CompareQuotient({-3, 0}, {9, 0}, {-1, 0}), 0);
}

}  // namespace
}  // namespace exactnorm::exact
