// SPDX-License-Identifier: Apache-2.0
// binary16 and bfloat16 arithmetic: rounding against lib/formats, operations against exact ones.
#include "bench/measure/algorithms/arithmetic.h"

#include <gtest/gtest.h>

#include <random>

#include "bench/measure/exact_answer.h"
#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

bool Same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

template <const Format& f>
void RoundsLikeTheFormat() {
  // Every pattern, every midpoint, and the doubles next to both.
  for (uint64_t bits = 0; bits < f.infinity; ++bits) {
    const Number midpoint = MidpointAbove(f, bits);
    for (const double center :
         {Value(f, bits), std::ldexp(static_cast<double>(midpoint.significand), midpoint.exponent)}) {
      for (const double v : {center, std::nextafter(center, INFINITY), std::nextafter(center, 0.0)}) {
        ASSERT_TRUE(Same(RoundedTo<f>(v), Value(f, RoundedBits(f, v)))) << f.name << " " << v;
        ASSERT_TRUE(Same(RoundedTo<f>(-v), Value(f, RoundedBits(f, -v)))) << f.name << " " << -v;
      }
    }
  }
  for (const double v : {HUGE_VAL, -HUGE_VAL, 1e300, -1e300, 0x1p-1074, -0x1p-1074, 0.0, -0.0}) {
    EXPECT_TRUE(Same(RoundedTo<f>(v), Value(f, RoundedBits(f, v)))) << f.name << " " << v;
  }
  EXPECT_TRUE(std::isnan(RoundedTo<f>(NAN)));
}

TEST(Arithmetic, RoundsLikeTheFormat) {
  RoundsLikeTheFormat<kF16>();
  RoundsLikeTheFormat<kBF16>();
}

// Sums and products against 113-bit ones (exact for products; for sums whenever exponents are within 100), quotients
// and roots by their residues.
template <const Format& f>
void OperationsRoundOnce() {
  std::mt19937_64 engine(1);
  const auto nearest = [](double result, const Real& exact) {
    if (!std::isfinite(result)) return true;  // overflow: the conversion's matter, tested above
    const uint64_t bits = RoundedBits(f, result);
    const Real error = abs(Real(result) - exact);
    for (const uint64_t neighbour : {NextUp(f, bits), NextDown(f, bits)}) {
      if (!IsFinite(f, neighbour)) continue;
      const Real other = abs(Real(Value(f, neighbour)) - exact);
      if (other < error || (other == error && bits % 2 == 1)) return false;
    }
    return true;
  };
  for (int trial = 0; trial < 100000; ++trial) {
    const uint64_t a_bits = engine() & 0xFFFF;
    const uint64_t b_bits = trial % 2 == 0 ? engine() & 0xFFFF : a_bits ^ (engine() & 0x83FF);
    if (!IsFinite(f, a_bits) || !IsFinite(f, b_bits)) continue;
    const double a = Value(f, a_bits), b = Value(f, b_bits);
    const Narrow<f> x(a), y(b);
    if (std::abs(std::ilogb(a == 0 ? 1 : a) - std::ilogb(b == 0 ? 1 : b)) < 100) {
      ASSERT_TRUE(nearest(double(x + y), Real(a) + Real(b))) << a << " + " << b;
      ASSERT_TRUE(nearest(double(x - y), Real(a) - Real(b))) << a << " - " << b;
    }
    ASSERT_TRUE(nearest(double(x * y), Real(a) * Real(b))) << a << " * " << b;
    // 113 bits: a quotient or root of short numbers that is no midpoint is not within 2^-40 of one.
    if (b != 0) {
      ASSERT_TRUE(nearest(double(x / y), Real(a) / Real(b))) << a << " / " << b;
    }
    if (a >= 0) {
      ASSERT_TRUE(nearest(double(SquareRoot(x)), sqrt(Real(a)))) << "sqrt " << a;
    }
  }
}

TEST(Arithmetic, OperationsRoundOnce) {
  OperationsRoundOnce<kF16>();
  OperationsRoundOnce<kBF16>();
}

TEST(Arithmetic, SquareRootOfAFloatIsTheFloatSquareRoot) {
  std::mt19937_64 engine(2);
  for (int trial = 0; trial < 100000; ++trial) {
    const auto a = std::bit_cast<float>(static_cast<uint32_t>(engine() % 0x7F800000));
    ASSERT_EQ(SquareRoot(a), std::sqrt(a));
  }
}

}  // namespace
}  // namespace exactnorm::measure
