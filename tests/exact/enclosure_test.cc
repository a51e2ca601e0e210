// SPDX-License-Identifier: Apache-2.0
// The true value never leaves the enclosure, and the width keeps the ledger of enclosure.h.
#include "lib/exact/enclosure.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>

namespace exactnorm::exact {
namespace {

using Rational = boost::multiprecision::cpp_rational;

Rational Value(const Integer& significand, int exponent) {
  const auto n = significand.convert_to<boost::multiprecision::cpp_int>();
  const boost::multiprecision::cpp_int power = boost::multiprecision::cpp_int(1)
                                               << static_cast<unsigned>(std::abs(exponent));
  return exponent >= 0 ? Rational(n * power) : Rational(n, power);
}
Rational Low(const Enclosure& e) { return Value(e.low, e.exponent); }
Rational High(const Enclosure& e) { return Value(e.high, e.exponent); }
bool Holds(const Enclosure& e, const Rational& v) {
  return e.low > 0 && e.high >> 63 == 1 && Low(e) <= v && v <= High(e);
}
Rational Width(const Enclosure& e) { return (High(e) - Low(e)) / Low(e); }
const Rational kStep = Value(1, -60);  // what one operation may add to the relative width

// Of 1 to 400 bits, with many patterns of long runs of ones and zeros.
Dyadic SomePositive() {
  const auto width = *rc::gen::inRange(1, 400);
  Integer n = 1;
  for (int bits = 1; bits < width; bits += 50) {
    const auto chunk = *rc::gen::element(0, 1, 2, 3);
    const uint64_t ones = (uint64_t{1} << 50) - 1;
    n <<= 50;
    n += chunk == 0 ? 0 : chunk == 1 ? ones : *rc::gen::arbitrary<uint64_t>() & ones;
  }
  return {n, *rc::gen::inRange(-300, 300)};
}
Rational Value(const Dyadic& d) { return Value(d.significand, d.exponent); }

RC_GTEST_PROP(Enclosure, HoldsTheNumberItWasMadeFrom, ()) {
  const Dyadic a = SomePositive();
  const Enclosure e = Enclose(a);
  RC_ASSERT(Holds(e, Value(a)));
  RC_ASSERT(Width(e) <= kStep);
  if (msb(a.significand) < 64) RC_ASSERT(e.low == e.high);
}

RC_GTEST_PROP(Enclosure, OperationsHoldTheTrueResultAndStayNarrow, ()) {
  const Dyadic a = SomePositive();
  const Dyadic b = SomePositive();
  const Enclosure ea = Enclose(a);
  const Enclosure eb = Enclose(b);
  const Rational widths = (Width(ea) + Width(eb)) * (1 + Value(1, -50)) + kStep;
  for (const auto& [result, truth] : {std::pair{Multiply(ea, eb), Rational(Value(a) * Value(b))},
                                      std::pair{Divide(ea, eb), Rational(Value(a) / Value(b))},
                                      std::pair{Add(ea, eb), Rational(Value(a) + Value(b))}}) {
    RC_ASSERT(Holds(result, truth));
    RC_ASSERT(Width(result) <= widths);
  }
}

RC_GTEST_PROP(Enclosure, RootsHoldTheTrueResultAndStayNarrow, ()) {
  const Dyadic a = SomePositive();
  const Enclosure ea = Enclose(a);
  const Enclosure root = SquareRoot(ea);
  RC_ASSERT(root.low > 0 && root.high >> 63 == 1);
  RC_ASSERT(Low(root) * Low(root) <= Value(a) && Value(a) <= High(root) * High(root));
  RC_ASSERT(Width(root) <= Width(ea) + kStep);
}

RC_GTEST_PROP(Enclosure, DifferencesHoldTheTrueResultWhereThereIsOne, ()) {
  const Dyadic a = SomePositive();
  const Dyadic b =
      *rc::gen::element(0, 1) == 0 ? SomePositive() : a + Dyadic{1, a.exponent + *rc::gen::inRange(-9, 400)};
  const auto difference = Subtract(Enclose(a), Enclose(b));
  if (difference) {
    RC_ASSERT(Holds(*difference, Value(a) - Value(b)));
  } else {  // only where the ends of the two overlap or all but do
    RC_ASSERT(Value(a) - Value(b) <= Value(a) * kStep * 2);
  }
}

TEST(Enclosure, ACarryOutOfTheTopIsKept) {
  const Dyadic ones{(Integer(1) << 200) - 1, 0};
  EXPECT_TRUE(Holds(Enclose(ones), Value(ones)));
  const Enclosure full{UINT64_MAX, UINT64_MAX, 0};
  EXPECT_TRUE(Holds(Add(full, full), Rational(2) * Value(UINT64_MAX, 0)));
  EXPECT_TRUE(Holds(Multiply(full, full), Value(UINT64_MAX, 0) * Value(UINT64_MAX, 0)));
}

}  // namespace
}  // namespace exactnorm::exact
