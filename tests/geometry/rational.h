// SPDX-License-Identifier: Apache-2.0
// Patterns, cells and sums as Boost's rationals: slow, and obviously what they are.
#ifndef EXACTNORM_TESTS_GEOMETRY_RATIONAL_H_
#define EXACTNORM_TESTS_GEOMETRY_RATIONAL_H_

#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <optional>

#include "lib/formats/format.h"

namespace exactnorm::geometry {

using Rational = boost::multiprecision::cpp_rational;

inline Rational PowerOfTwo(int exponent) {
  const boost::multiprecision::cpp_int power = boost::multiprecision::cpp_int(1)
                                               << static_cast<unsigned>(std::abs(exponent));
  return exponent < 0 ? Rational(1, power) : Rational(power);
}

// The value of a finite pattern.
inline Rational ToRational(const Format& f, uint64_t bits) {
  const Number n = Decode(f, bits);
  const Rational magnitude = Rational(n.significand) * PowerOfTwo(n.exponent);
  return n.negative ? Rational(-magnitude) : magnitude;
}
inline Rational ToRational(double finite) { return ToRational(kF64, std::bit_cast<uint64_t>(finite)); }

// All reals that round to the pattern: halfway to either neighbour, where the number beyond the largest finite one
// is a power of two, and infinity has no neighbour beyond.
struct RationalCell {
  std::optional<Rational> low, high;
  bool closed;

  RationalCell(const Format& f, uint64_t bits) : closed(bits % 2 == 0) {
    const bool infinite = IsInfinite(f, bits);
    const auto value = [&f](uint64_t b) {
      if (!IsInfinite(f, b)) return ToRational(f, b);
      const Rational largest = ToRational(f, f.max_finite());
      const Rational next = largest + largest - ToRational(f, f.max_finite() - 1);
      return IsNegative(f, b) ? Rational(-next) : next;
    };
    if (!infinite || !IsNegative(f, bits)) low = (value(bits) + value(NextDown(f, bits))) / 2;
    if (!infinite || IsNegative(f, bits)) high = (value(bits) + value(NextUp(f, bits))) / 2;
  }
  bool Contains(const Rational& z) const {
    return (!low || *low < z || (closed && *low == z)) && (!high || z < *high || (closed && z == *high));
  }
};

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_TESTS_GEOMETRY_RATIONAL_H_
