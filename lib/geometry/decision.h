// SPDX-License-Identifier: Apache-2.0
// Five signs decide the claims on a row. Enclosures give those that they can; the exact sums the rest.
#ifndef EXACTNORM_GEOMETRY_DECISION_H_
#define EXACTNORM_GEOMETRY_DECISION_H_

#include <optional>

#include "lib/geometry/row_cells.h"

namespace exactnorm::geometry {

// Each -1, 0 or 1 once known.
struct Signs {
  std::optional<int> low;       // of the sum of t at the low ends
  std::optional<int> high;      // ... at the high ends
  std::optional<int> interior;  // of the least sum (t - m)^2 over the cells, minus N (1 + m^2)
  std::optional<int> nearest;   // of the least sum t^2 over the cells, minus the spread
  std::optional<int> furthest;  // of the largest
};

// What a row is held against.
struct Question {
  size_t columns;
  bool has_plane;
  double m;                      // a multiple of 2^-32, |m| < 2^20; 0 without zero gains
  std::optional<Spread> spread;  // if x was given
};

// Fills in what is missing, exactly.
void DecideExactly(const RowCells& row, const Question& question, Signs& signs);

// The largest and least sums belong to the cells only if the ends they are taken at do.
bool NearestIsAttained(const RowCells& row);

// The m for which sum (t - m)^2 < N (1 + m^2) asks most of the cells, approximately: any m is sound, and the loss
// is of second order. t = m is the common value of the columns without a gain: the root of
// sum clamp(m, low, high) + k m = 0.
double SharpestCenter(const RowCells& row, size_t zero_gains);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_DECISION_H_
