// SPDX-License-Identifier: Apache-2.0
// Signs and nearest numbers of sums of fractions, against Boost's rationals.
#include "lib/geometry/fraction_sum.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/geometry/rational.h"

namespace exactnorm::geometry {
namespace {

// Significands of up to 53 bits; exponents over all of binary64's.
struct Piece {
  int64_t numerator, denominator;
  int numerator_exponent, denominator_exponent;
};

rc::Gen<Piece> AnyPiece() {
  const auto significand =
      rc::gen::oneOf(rc::gen::inRange<int64_t>(-8, 9), rc::gen::inRange(-(int64_t{1} << 53), int64_t{1} << 53));
  const auto exponent = rc::gen::oneOf(rc::gen::inRange(-3, 4), rc::gen::inRange(-1074, 971));
  return rc::gen::build<Piece>(
      rc::gen::set(&Piece::numerator, significand),
      rc::gen::set(&Piece::denominator, rc::gen::suchThat(significand, [](int64_t d) { return d != 0; })),
      rc::gen::set(&Piece::numerator_exponent, exponent), rc::gen::set(&Piece::denominator_exponent, exponent));
}

std::ostream& operator<<(std::ostream& out, const Piece& p) {
  return out << p.numerator << " 2^" << p.numerator_exponent << " / " << p.denominator << " 2^"
             << p.denominator_exponent;
}

struct Sums {
  FractionSum sum;
  Rational rational = 0;

  void Add(const Piece& p) {
    sum.Add({p.numerator, p.numerator_exponent}, {p.denominator, p.denominator_exponent});
    rational +=
        Rational(p.numerator) / Rational(p.denominator) * PowerOfTwo(p.numerator_exponent - p.denominator_exponent);
  }
};

RC_GTEST_PROP(FractionSum, HasTheSignOfTheRationalSum, ()) {
  Sums s;
  for (const Piece& p : *rc::gen::container<std::vector<Piece>>(AnyPiece())) s.Add(p);
  RC_ASSERT(s.sum.Sign() == s.rational.sign());
}

RC_GTEST_PROP(FractionSum, IsZeroWhenEverythingIsTakenAwayAgain, ()) {
  Sums s;
  const auto pieces = *rc::gen::container<std::vector<Piece>>(AnyPiece());
  for (Piece p : pieces) {
    s.Add(p);
    p.numerator = -3 * p.numerator;
    p.denominator = 3 * (p.denominator % (int64_t{1} << 40) == 0 ? 1 : p.denominator);
    s.Add(p);
    p.numerator = -p.numerator;
    s.Add(p);
  }
  for (Piece p : pieces) {
    p.numerator = -p.numerator;
    s.Add(p);
  }
  RC_ASSERT(s.sum.Sign() == 0);
  RC_ASSERT(std::bit_cast<uint64_t>(s.sum.Nearest()) == 0u);
}

RC_GTEST_PROP(FractionSum, TheNearestNumberHoldsTheSumInItsCell, ()) {
  Sums s;
  for (const Piece& p : *rc::gen::container<std::vector<Piece>>(AnyPiece())) s.Add(p);
  const double nearest = s.sum.Nearest();
  RC_ASSERT(RationalCell(kF64, std::bit_cast<uint64_t>(nearest)).Contains(s.rational));
}

TEST(FractionSum, TiesGoToEven) {
  FractionSum third;
  third.Add({1, 0}, {3, 0});
  EXPECT_EQ(third.Nearest(), 1.0 / 3);
  FractionSum tie;
  tie.Add({(int64_t{1} << 53) + 1, 0});
  EXPECT_EQ(tie.Nearest(), 0x1p53);
  tie.Add({1, -1200}, {3, 0});
  EXPECT_EQ(tie.Nearest(), 0x1p53 + 2);
  FractionSum huge;
  huge.Add({-1, 1024});
  EXPECT_EQ(huge.Nearest(), -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace exactnorm::geometry
