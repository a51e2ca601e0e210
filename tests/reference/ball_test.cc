// SPDX-License-Identifier: Apache-2.0
// A ball holds the result of every operation on every number that its operands hold.
#include "lib/reference/ball.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>

namespace exactnorm::reference {
namespace {

Number SomeNumber() {
  return {*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<uint64_t>(), *rc::gen::inRange(-200, 200)};
}

bool Within(const Ball& wide, const Ball& narrow) {
  return wide.lower() <= narrow.lower() && narrow.upper() <= wide.upper();
}

// What a formula gives at 100 bits holds what it gives at 1000, whose balls are as good as points here.
template <class Formula>
void ExpectHeldAtLowPrecision(const Formula& formula) {
  const auto at = [&](int bits) {
    const Precision precision(bits);
    return formula();
  };
  const Ball wide = at(100);
  const Precision precision(1000);
  RC_ASSERT(Within(wide, formula()));
}

RC_GTEST_PROP(Ball, HoldsEachOperationsTrueResult, ()) {
  const Number a = SomeNumber();
  const Number b = SomeNumber();
  RC_PRE(b.significand != 0 && a.significand != 0);
  ExpectHeldAtLowPrecision([&] { return Ball(a) + Ball(b); });
  ExpectHeldAtLowPrecision([&] { return Ball(a) - Ball(b); });
  ExpectHeldAtLowPrecision([&] { return Ball(a) * Ball(b); });
  ExpectHeldAtLowPrecision([&] { return Ball(a) / Ball(b); });
  ExpectHeldAtLowPrecision([&] { return Sqrt(Ball(a) * Ball(a)); });
  // Operands with radii of their own.
  ExpectHeldAtLowPrecision([&] { return (Ball(a) / Ball(b) - Ball(b) / Ball(a)) * (Ball(1) / Ball(b) + Ball(a)); });
  ExpectHeldAtLowPrecision([&] { return Ball(a) / Sqrt(Ball(b) * Ball(b) + Ball(1) / (Ball(a) * Ball(a))); });
}

TEST(Ball, WithoutRoundingIsAPoint) {
  const Precision precision(200);
  const Ball sum = Ball(3) + Ball(4);
  EXPECT_LE(sum.lower(), 7);
  EXPECT_GE(sum.upper(), 7);
  EXPECT_EQ((Ball(3) - Ball(3)).radius(), 0);
}

TEST(Ball, ADivisorOrRadicandThatMayBeZeroNeedsMorePrecision) {
  const Precision precision(100);
  const Ball third = Ball(1) / Ball(3);
  EXPECT_THROW(Ball(1) / (third - third), TooWide);
  EXPECT_THROW(Sqrt(third - third), TooWide);
  EXPECT_THROW(Sqrt(Ball(0)), TooWide);
}

RC_GTEST_PROP(RoundToFormat, OfABinary64IsTheHardwaresBinary32, (double v)) {
  const Precision precision(200);
  const double scaled = std::ldexp(v, *rc::gen::inRange(-180, 120));
  const uint64_t expected = std::bit_cast<uint32_t>(static_cast<float>(scaled));
  RC_ASSERT(RoundToFormat(kF32, Real(scaled)) == expected);
}

TEST(RoundToFormat, SeesBitsFarBelowATie) {
  const Precision precision(4000);
  for (const Format* f : kFormats) {
    for (const uint64_t magnitude : {uint64_t{0}, uint64_t{1}, One(*f), One(*f) + 1, f->max_finite()}) {
      const Number n = MidpointAbove(*f, magnitude);
      const Real middle = ldexp(Real(n.significand), n.exponent);
      const Real tiny = ldexp(middle, -3000);
      EXPECT_EQ(RoundToFormat(*f, middle), magnitude + magnitude % 2);
      EXPECT_EQ(RoundToFormat(*f, middle + tiny), magnitude + 1);
      EXPECT_EQ(RoundToFormat(*f, middle - tiny), magnitude);
      EXPECT_EQ(RoundToFormat(*f, -(middle + tiny)), (magnitude + 1) | f->sign);
    }
  }
}

}  // namespace
}  // namespace exactnorm::reference
