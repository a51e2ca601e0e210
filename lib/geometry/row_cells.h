// SPDX-License-Identifier: Apache-2.0
// A row of y as the claims see it: per column with a gain, the ends between which t = (z - b) / g lies for the z
// that round to y. And what x says: the share of the spread that these columns have.
#ifndef EXACTNORM_GEOMETRY_ROW_CELLS_H_
#define EXACTNORM_GEOMETRY_ROW_CELLS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "lib/geometry/cell.h"
#include "lib/geometry/columns.h"

namespace exactnorm::geometry {

using exact::Dyadic;
using exact::Integer;

// t = (z - bias) / gain for z = low, value, high; t(low) <= t(value) <= t(high), so for a negative gain `low` is
// the upper end of the cell. An infinite end has no number.
struct Term {
  Number low, value, high;
  bool low_infinite, value_infinite, high_infinite;
  bool closed;  // the finite ends belong to the cell
  double gain, bias;
};

struct RowCells {
  std::vector<Term> terms;                                                   // the columns with g != 0
  bool low_infinite = false, value_infinite = false, high_infinite = false;  // any
  bool closed = true;                                                        // all
  size_t displaced = 0;  // columns with g = 0 and y != RN(b); +0 and -0 are equal
};

// y has no NaN; gains and biases are finite.
RowCells CellsOf(const Columns& columns, const Format& format, const void* y);

// numerator / denominator = sum over g_i != 0 of (x_i - mu)^2 / (var + eps); RMSNorm: x_i^2 / (ms + eps).
// At most N, and N eps / (var + eps) below it without zero gains.
struct Spread {
  Dyadic numerator;
  Dyadic denominator;  // > 0
};

enum class RowKind { kFinite, kNotFinite, kNoSpread };

RowKind SpreadOf(const Columns& columns, const Format& format, const void* x, double eps, Spread& spread);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_ROW_CELLS_H_
