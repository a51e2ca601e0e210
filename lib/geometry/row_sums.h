// SPDX-License-Identifier: Apache-2.0
// The sums that the claims are about, enclosed: RowCells, Spread, m -> intervals, in binary64 or in integers on
// the grid 2^-q (squares: 2^-2q). The enclosures are rigorous in both; only their widths differ.
#ifndef EXACTNORM_GEOMETRY_ROW_SUMS_H_
#define EXACTNORM_GEOMETRY_ROW_SUMS_H_

#include <algorithm>
#include <cmath>

#include "lib/geometry/interval.h"
#include "lib/geometry/row_cells.h"

namespace exactnorm::geometry {

// For y of at most 25 bits with its ends: they and all parameters are binary64 numbers.
struct DoubleArithmetic {
  using I = DoubleInterval;

  I Quotient(const Number& z, const Term& t) const {
    const double magnitude = std::ldexp(static_cast<double>(z.significand), z.exponent);
    const double difference = (z.negative ? -magnitude : magnitude) - t.bias;
    const double a = Below(difference) / t.gain;
    const double b = Above(difference) / t.gain;
    return {Below(std::min(a, b)), Above(std::max(a, b))};
  }
  I Exactly(double m) const { return {m, m}; }
  // nearest is RN(numerator / denominator).
  I SquareLevel(const Dyadic&, const Dyadic&, double nearest) const { return {Below(nearest), Above(nearest)}; }
  double Figure(double end) const { return end; }
  double SquareFigure(double end) const { return end; }
};

struct FixedArithmetic {
  using I = FixedInterval;
  int q;  // >= 32

  // floor and ceiling of numerator 2^places / denominator, denominator != 0.
  static I Divided(const Dyadic& numerator, const Dyadic& denominator, int places) {
    Integer above = numerator.significand;
    Integer below = denominator.significand;
    const int shift = numerator.exponent - denominator.exponent + places;
    (shift >= 0 ? above : below) <<= static_cast<unsigned>(std::abs(shift));
    if (below < 0) {
      above = -above;
      below = -below;
    }
    Integer quotient;
    Integer rest;
    divide_qr(above, below, quotient, rest);  // towards zero
    if (rest.sign() == 0) return {quotient, quotient};
    return rest.sign() < 0 ? I{quotient - 1, quotient} : I{quotient, quotient + 1};
  }
  I Quotient(const Number& z, const Term& t) const {
    return Divided(exact::ToDyadic(z) - ToDyadic(t.bias), ToDyadic(t.gain), q);
  }
  I Exactly(double m) const { return Divided(ToDyadic(m), {1, 0}, q); }
  I SquareLevel(const Dyadic& numerator, const Dyadic& denominator, double) const {
    return Divided(numerator, denominator, 2 * q);
  }
  double Figure(const Integer& end) const { return Scaled(end, -q); }
  double SquareFigure(const Integer& end) const { return Scaled(end, -2 * q); }

  static double Scaled(const Integer& end, int exponent) {
    if (end == 0) return 0;
    const Integer magnitude = abs(end);
    const int excess = std::max(0, static_cast<int>(msb(magnitude)) - 63);
    const double scaled = std::ldexp(
        static_cast<double>(static_cast<uint64_t>(magnitude >> static_cast<unsigned>(excess))), exponent + excess);
    return end < 0 ? -scaled : scaled;
  }
};

// Infinite ends are left out of the sums; RowCells says where there are any.
template <class A>
struct RowSums {
  typename A::I low, value, high;  // sum of t at the low ends, at y, at the high ends
  typename A::I reach;             // sum of the larger of t(high) - t(value) and t(value) - t(low)
  typename A::I nearest;           // sum of the squared distances of the cells from 0
  typename A::I nearest_to_m;      // ... and from m
  typename A::I square;            // sum of t^2 at y
  typename A::I furthest;          // sum of the largest t^2
};

template <class A>
RowSums<A> SumsOf(const RowCells& row, double m, const A& a) {
  using I = typename A::I;
  RowSums<A> s;
  const I center = a.Exactly(m);
  const I zero{};
  for (const Term& t : row.terms) {
    I low, value, high, near, near_m, far, reach;
    if (!t.value_infinite) {
      value = a.Quotient(t.value, t);
      s.value = s.value + value;
      s.square = s.square + SquareOfSize(Max(zero, Max(value, Negated(value))));
    }
    if (!t.low_infinite) {
      low = a.Quotient(t.low, t);
      s.low = s.low + low;
      near = Max(near, low);
      near_m = Max(near_m, low - center);
      far = Max(far, Negated(low));
      if (!t.value_infinite) reach = Max(reach, value - low);
    }
    if (!t.high_infinite) {
      high = a.Quotient(t.high, t);
      s.high = s.high + high;
      near = Max(near, Negated(high));
      near_m = Max(near_m, center - high);
      far = Max(far, high);
      if (!t.value_infinite) reach = Max(reach, high - value);
    }
    s.nearest = s.nearest + SquareOfSize(near);
    if (m != 0) s.nearest_to_m = s.nearest_to_m + SquareOfSize(near_m);
    s.furthest = s.furthest + SquareOfSize(far);
    s.reach = s.reach + reach;
  }
  if (m == 0) s.nearest_to_m = s.nearest;
  return s;
}

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_ROW_SUMS_H_
