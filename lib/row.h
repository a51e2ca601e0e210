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

}  // namespace exactnorm
#endif  // EXACTNORM_ROW_H_
