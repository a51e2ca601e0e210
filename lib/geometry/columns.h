// SPDX-License-Identifier: Apache-2.0
// Gamma and beta of all columns, ready for the geometry: as binary64, which holds every format exactly.
#ifndef EXACTNORM_GEOMETRY_COLUMNS_H_
#define EXACTNORM_GEOMETRY_COLUMNS_H_

#include <bit>
#include <vector>

#include "exactnorm/geometry/numbers.hpp"
#include "lib/exact/integer.h"

namespace exactnorm::geometry {

const Format* FormatOf(exactnorm_format format);  // null for what is no format

// The value of a pattern; NaN and infinities too.
double ToDouble(const Format& f, uint64_t bits);

inline exact::Dyadic ToDyadic(double finite) { return exact::ToDyadic(Decode(kF64, std::bit_cast<uint64_t>(finite))); }

exact::Dyadic Difference(double a, double b);  // a - b, exactly; both finite

// The row as binary64, exactly; `absent` everywhere if there is no data. Refuses a wrong size or format.
Status LoadRow(const Numbers& row, size_t columns, double absent, std::vector<double>& values);

bool AllFinite(const std::vector<double>& values);

// Refuses what exactnorm_normalize() refuses.
Status CheckEps(double eps);

struct Columns {
  exactnorm_operation operation = EXACTNORM_LAYER_NORM;
  std::vector<double> gamma;
  std::vector<double> beta;
  size_t zero_gains = 0;
  bool finite = true;  // all of gamma and beta

  size_t size() const { return gamma.size(); }
  bool has_plane() const { return operation == EXACTNORM_LAYER_NORM && zero_gains == 0; }
};

// May throw std::bad_alloc.
Status LoadColumns(exactnorm_operation operation, const Numbers& gamma, const Numbers& beta, size_t columns,
                   Columns& result);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_COLUMNS_H_
