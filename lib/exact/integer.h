// SPDX-License-Identifier: Apache-2.0
// The integers of the exact stage: unlimited width, so no row is too long or too wide for it.
// Up to 512 bits live without allocation; beyond that std::bad_alloc is the only limit.
#ifndef EXACTNORM_EXACT_INTEGER_H_
#define EXACTNORM_EXACT_INTEGER_H_

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>

#include "lib/formats/format.h"

namespace exactnorm::exact {

using Integer = boost::multiprecision::number<
    boost::multiprecision::cpp_int_backend<512, 0, boost::multiprecision::signed_magnitude,
                                           boost::multiprecision::unchecked>,
    boost::multiprecision::et_off>;
using Wide = boost::multiprecision::uint128_t;  // products and quotients of 64-bit significands

// The dyadic rational significand * 2^exponent, of either sign.
struct Dyadic {
  Integer significand;
  int exponent = 0;

  int sign() const { return significand.sign(); }
};

inline Dyadic ToDyadic(const Number& number) {
  Integer significand = number.significand;
  if (number.negative) significand = -significand;
  return {significand, number.exponent};
}

inline Dyadic operator*(const Dyadic& a, const Dyadic& b) {
  return {a.significand * b.significand, a.exponent + b.exponent};
}

inline Dyadic operator-(const Dyadic& a) { return {-a.significand, a.exponent}; }

// a's significand on the grid 2^exponent, exponent <= a.exponent.
inline Integer OnGrid(const Dyadic& a, int exponent) {
  return a.significand << static_cast<unsigned>(a.exponent - exponent);
}

inline Dyadic operator+(const Dyadic& a, const Dyadic& b) {
  if (a.sign() == 0) return b;
  if (b.sign() == 0) return a;
  const int grid = a.exponent < b.exponent ? a.exponent : b.exponent;
  return {OnGrid(a, grid) + OnGrid(b, grid), grid};
}

inline Dyadic operator-(const Dyadic& a, const Dyadic& b) { return a + -b; }

inline Dyadic Square(const Dyadic& a) { return a * a; }

}  // namespace exactnorm::exact
#endif  // EXACTNORM_EXACT_INTEGER_H_
