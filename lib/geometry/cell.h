// SPDX-License-Identifier: Apache-2.0
// The cell of a pattern: the real numbers that round to it. Its ends are the midpoints to its neighbours, and
// belong to it if its significand is even; below a power of two it is narrower. An infinity's cell is a
// half-line. +0 and -0 are one number with one cell. Source: IEEE 754-2019, 4.3.1.
#ifndef EXACTNORM_GEOMETRY_CELL_H_
#define EXACTNORM_GEOMETRY_CELL_H_

#include "lib/exact/integer.h"

namespace exactnorm::geometry {

struct Cell {
  Number low;
  Number high;
  bool low_is_infinite;  // then `low` means nothing
  bool high_is_infinite;
  bool closed;  // both ends, where they are finite
};

// bits is not a NaN.
inline Cell CellOf(const Format& f, uint64_t bits) {
  const uint64_t magnitude = Magnitude(f, bits);
  const bool infinite = magnitude == f.infinity;
  const bool closed = magnitude % 2 == 0;
  const Number outer = infinite ? Number{} : MidpointAbove(f, magnitude);
  Number inner = MidpointAbove(f, magnitude == 0 ? 0 : magnitude - 1);
  if (magnitude == 0) inner.negative = true;
  if (!IsNegative(f, bits)) return {inner, outer, false, infinite, closed};
  const auto minus = [](Number n) { return Number{!n.negative, n.significand, n.exponent}; };
  return {minus(outer), minus(inner), infinite, false, closed};
}

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_CELL_H_
