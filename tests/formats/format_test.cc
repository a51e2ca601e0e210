// SPDX-License-Identifier: Apache-2.0
#include "lib/formats/format.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace exactnorm {
namespace {

TEST(Format, OneDecodesToOne) {
  for (const Format* f : kFormats) {
    const Number one = Decode(*f, One(*f));
    EXPECT_EQ(one.significand, uint64_t{1} << (f->precision - 1)) << f->name;
    EXPECT_EQ(one.exponent, 1 - f->precision) << f->name;
    EXPECT_FALSE(one.negative) << f->name;
  }
}

TEST(Format, ConstantsAreThoseOfTheHardwareFormats) {
  using D = std::numeric_limits<double>;
  using S = std::numeric_limits<float>;
  EXPECT_EQ(std::bit_cast<uint64_t>(D::infinity()), kF64.infinity);
  EXPECT_EQ(std::bit_cast<uint64_t>(D::max()), kF64.max_finite());
  EXPECT_EQ(std::bit_cast<uint32_t>(S::infinity()), kF32.infinity);
  EXPECT_EQ(std::bit_cast<uint32_t>(S::max()), kF32.max_finite());
  EXPECT_EQ(std::ldexp(1.0, kF64.least_exponent), D::denorm_min());
  EXPECT_EQ(std::ldexp(1.0f, kF32.least_exponent), S::denorm_min());
  for (const Format* f : kFormats) {
    EXPECT_TRUE(IsNan(*f, f->nan));
    EXPECT_TRUE(IsInfinite(*f, f->infinity | f->sign));
    EXPECT_TRUE(IsFinite(*f, f->max_finite()));
  }
}

RC_GTEST_PROP(Format, DecodeAgreesWithTheHardwaresBinary64, (uint64_t bits)) {
  RC_PRE(IsFinite(kF64, bits));
  const Number n = Decode(kF64, bits);
  const double value = std::ldexp(static_cast<double>(n.significand), n.exponent);
  RC_ASSERT(std::bit_cast<uint64_t>(n.negative ? -value : value) == bits);
}

RC_GTEST_PROP(Format, RoundingToBinary32AgreesWithTheHardware, (uint64_t bits)) {
  RC_PRE(IsFinite(kF64, bits));
  // Exponents near binary32's range, so that subnormals, ties and overflow come up.
  const int exponent = *rc::gen::inRange(-160, 140);
  const Number n{false, (bits >> 11) | 1u << 20, exponent - 52};
  const float expected = static_cast<float>(std::ldexp(static_cast<double>(n.significand), n.exponent));
  RC_ASSERT(RoundMagnitude(kF32, n.significand, n.exponent) == std::bit_cast<uint32_t>(expected));
}

// Every finite value, and what lies around the boundary above it.
void ExpectNearestEvenAroundEveryValue(const Format& f) {
  for (uint64_t magnitude = 0; magnitude < f.infinity; ++magnitude) {
    const Number value = Decode(f, magnitude);
    ASSERT_EQ(RoundMagnitude(f, value.significand, value.exponent), magnitude);
    const Number middle = MidpointAbove(f, magnitude);
    const uint64_t even = magnitude + (magnitude & 1);
    ASSERT_EQ(RoundMagnitude(f, middle.significand, middle.exponent), even);
    const uint64_t fine = middle.significand << 40;
    ASSERT_EQ(RoundMagnitude(f, fine - 1, middle.exponent - 40), magnitude);
    ASSERT_EQ(RoundMagnitude(f, fine + 1, middle.exponent - 40), magnitude + 1);
    ASSERT_EQ(NextUp(f, magnitude), magnitude + 1);
    ASSERT_EQ(NextDown(f, magnitude + 1), magnitude);
    ASSERT_EQ(NextDown(f, (magnitude | f.sign)),
              magnitude + 1 == f.infinity + 1 ? magnitude : (magnitude + 1) | f.sign);
  }
}

TEST(Format, RoundsToNearestEvenAroundEveryBinary16) { ExpectNearestEvenAroundEveryValue(kF16); }
TEST(Format, RoundsToNearestEvenAroundEveryBfloat16) { ExpectNearestEvenAroundEveryValue(kBF16); }

TEST(Format, RoundsFarBeyondTheRange) {
  for (const Format* f : kFormats) {
    EXPECT_EQ(RoundMagnitude(*f, 1, 100000), f->infinity) << f->name;
    EXPECT_EQ(RoundMagnitude(*f, 1, -100000), 0u) << f->name;
    EXPECT_EQ(RoundMagnitude(*f, UINT64_MAX, f->least_exponent - 65), 0u) << f->name;
    EXPECT_EQ(RoundMagnitude(*f, UINT64_MAX, f->least_exponent - 64), 1u) << f->name;
    EXPECT_EQ(RoundMagnitude(*f, 0, 5), 0u) << f->name;
  }
}

RC_GTEST_PROP(Format, NeighboursAreInversesAndKeepNan, (uint64_t random)) {
  const Format& f = *kFormats[random % 4];
  const uint64_t bits = (random >> 2) & (f.sign | (f.sign - 1));
  if (IsNan(f, bits)) {
    RC_ASSERT(NextUp(f, bits) == bits && NextDown(f, bits) == bits);
  } else if (!IsZero(f, bits) && IsFinite(f, bits)) {
    RC_ASSERT(NextDown(f, NextUp(f, bits)) == bits || Magnitude(f, NextUp(f, bits)) == 0);
    RC_ASSERT(NextUp(f, NextDown(f, bits)) == bits || Magnitude(f, NextDown(f, bits)) == 0);
  }
}

TEST(Format, NeighboursStopAtTheInfinities) {
  for (const Format* f : kFormats) {
    EXPECT_EQ(NextUp(*f, f->infinity), f->infinity);
    EXPECT_EQ(NextDown(*f, f->infinity | f->sign), f->infinity | f->sign);
    EXPECT_EQ(NextUp(*f, f->sign), 1u);
    EXPECT_EQ(NextDown(*f, 0), f->sign | 1);
  }
}

RC_GTEST_PROP(Format, LoadReturnsWhatStoreWroteAtAnyAlignment, (uint64_t random, bool high)) {
  const Format& f = *kFormats[random % 4];
  const uint64_t bits = random & (f.sign | (f.sign - 1));
  unsigned char array[25] = {};
  Store(f, array + 1, high ? 1 : 0, bits);
  RC_ASSERT(Load(f, array + 1, high ? 1 : 0) == bits);
  RC_ASSERT(Load(f, array + 1, high ? 0 : 1) == 0u);
}

}  // namespace
}  // namespace exactnorm
