// SPDX-License-Identifier: Apache-2.0
// Prepared parameters: gamma and beta copied once, for many calls.
#ifndef EXACTNORM_PARAMETERS_H_
#define EXACTNORM_PARAMETERS_H_

#include <cstddef>
#include <vector>

#include "exactnorm/exactnorm.h"
#include "lib/formats/format.h"

struct exactnorm_parameters {
  const exactnorm::Format* format;
  size_t columns;
  std::vector<unsigned char> gamma;  // empty: all 1
  std::vector<unsigned char> beta;   // empty: all 0

  const void* gamma_or_null() const { return gamma.empty() ? nullptr : gamma.data(); }
  const void* beta_or_null() const { return beta.empty() ? nullptr : beta.data(); }
};

#endif  // EXACTNORM_PARAMETERS_H_
