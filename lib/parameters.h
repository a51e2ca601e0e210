// SPDX-License-Identifier: Apache-2.0
// Prepared parameters: gamma and beta copied once, for many calls.
#ifndef EXACTNORM_PARAMETERS_H_
#define EXACTNORM_PARAMETERS_H_

#include <array>
#include <cstddef>
#include <vector>

#include "exactnorm/exactnorm.h"
#include "lib/fast/target.h"
#include "lib/formats/format.h"

struct exactnorm_parameters {
  const exactnorm::Format* format;
  size_t columns;
  std::vector<unsigned char> gamma;  // empty: all 1
  std::vector<unsigned char> beta;   // empty: all 0

  // What the fast stage of `target` (null: none) needs for results of kFormats[i], i > 0.
  const exactnorm::fast::Target* target;
  std::array<exactnorm::fast::Windows, 4> windows;

  // For the target's fast stage; null: for none.
  void FindWindows(const exactnorm::fast::Target* of);
  // Null where they were not found for this target.
  const exactnorm::fast::Windows* windows_for(const exactnorm::fast::Target* t, const exactnorm::Format& y) const;
  const void* gamma_or_null() const { return gamma.empty() ? nullptr : gamma.data(); }
  const void* beta_or_null() const { return beta.empty() ? nullptr : beta.data(); }
};

#endif  // EXACTNORM_PARAMETERS_H_
