// SPDX-License-Identifier: Apache-2.0
// Two kinds of intervals around real numbers, with what the claims need: quotients, sums, squares.
// DoubleInterval has binary64 ends. An operation rounds to nearest, so its exact result lies between the
// neighbours of the rounded one, overflow and underflow included; no rounding mode is touched. A lower end is never
// +infinity nor an upper one -infinity (what rounds there steps back to the largest number), so no NaN arises.
// FixedInterval has integer ends in units of 2^-q, q chosen at run time; sums and squares are exact in it.
#ifndef EXACTNORM_GEOMETRY_INTERVAL_H_
#define EXACTNORM_GEOMETRY_INTERVAL_H_

#include <algorithm>
#include <bit>
#include <cstdint>

#include "lib/exact/integer.h"

namespace exactnorm::geometry {

inline double Above(double x) { return std::bit_cast<double>(NextUp(kF64, std::bit_cast<uint64_t>(x))); }
inline double Below(double x) { return std::bit_cast<double>(NextDown(kF64, std::bit_cast<uint64_t>(x))); }

template <class T>
struct Interval {
  T low{0};
  T high{0};
};
using DoubleInterval = Interval<double>;
using FixedInterval = Interval<exact::Integer>;

inline DoubleInterval operator+(const DoubleInterval& a, const DoubleInterval& b) {
  return {Below(a.low + b.low), Above(a.high + b.high)};
}
inline DoubleInterval operator-(const DoubleInterval& a, const DoubleInterval& b) {
  return {Below(a.low - b.high), Above(a.high - b.low)};
}
inline FixedInterval operator+(const FixedInterval& a, const FixedInterval& b) {
  return {a.low + b.low, a.high + b.high};
}
inline FixedInterval operator-(const FixedInterval& a, const FixedInterval& b) {
  return {a.low - b.high, a.high - b.low};
}

template <class T>
Interval<T> Max(const Interval<T>& a, const Interval<T>& b) {
  return {std::max(a.low, b.low), std::max(a.high, b.high)};
}
template <class T>
Interval<T> Negated(const Interval<T>& a) {
  return {-a.high, -a.low};
}

// For a within [0, infinity): its square.
inline DoubleInterval SquareOfSize(const DoubleInterval& a) {
  return {std::max(0.0, Below(a.low * a.low)), Above(a.high * a.high)};
}
inline FixedInterval SquareOfSize(const FixedInterval& a) { return {a.low * a.low, a.high * a.high}; }

// -1, 1, or 0 where the interval does not tell, or says NaN.
template <class T>
int SignOf(const Interval<T>& a) {
  return a.low > 0 ? 1 : a.high < 0 ? -1 : 0;
}

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_INTERVAL_H_
