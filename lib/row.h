// SPDX-License-Identifier: Apache-2.0
// One row of a call, as every stage sees it: arguments already checked, all formats resolved.
#ifndef EXACTNORM_ROW_H_
#define EXACTNORM_ROW_H_

#include <cstddef>

#include "exactnorm/exactnorm.h"
#include "lib/formats/format.h"

namespace exactnorm {

struct Row {
  exactnorm_operation operation;
  const Format* x_format;
  const Format* parameter_format;
  const Format* y_format;
  const Format* statistics_format;
  size_t columns;
  double eps;         // finite, >= 0
  const void* x;      // columns elements
  const void* gamma;  // columns elements, or null: all 1
  const void* beta;   // columns elements, or null: all 0
  void* y;            // columns elements; may be x
  void* mean;         // one element, or null
  void* rstd;         // one element, or null

  uint64_t gamma_bits(size_t i) const {
    return gamma == nullptr ? One(*parameter_format) : Load(*parameter_format, gamma, i);
  }
  uint64_t beta_bits(size_t i) const { return beta == nullptr ? 0 : Load(*parameter_format, beta, i); }
};

// Rows that differ in x, y, mean and rstd alone.
struct Rows {
  Row first;
  size_t count;
  size_t x_stride;  // in bytes
  size_t y_stride;

  Row at(size_t index) const {
    Row row = first;
    const auto statistics_bytes = static_cast<size_t>(first.statistics_format->bytes);
    row.x = Advance(first.x, index * x_stride);
    row.y = Advance(first.y, index * y_stride);
    row.mean = Advance(first.mean, index * statistics_bytes);
    row.rstd = Advance(first.rstd, index * statistics_bytes);
    return row;
  }
  Rows part(size_t begin, size_t n) const { return {at(begin), n, x_stride, y_stride}; }

  size_t x_bytes() const { return first.columns * static_cast<size_t>(first.x_format->bytes); }
  size_t y_bytes() const { return first.columns * static_cast<size_t>(first.y_format->bytes); }

 private:
  static const void* Advance(const void* array, size_t bytes) {
    return array == nullptr ? nullptr : static_cast<const unsigned char*>(array) + bytes;
  }
  static void* Advance(void* array, size_t bytes) {
    return array == nullptr ? nullptr : static_cast<unsigned char*>(array) + bytes;
  }
};

}  // namespace exactnorm
#endif  // EXACTNORM_ROW_H_
