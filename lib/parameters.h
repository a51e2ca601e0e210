// SPDX-License-Identifier: Apache-2.0
// Prepared parameters: gamma and beta copied once, for many calls.
#ifndef EXACTNORM_PARAMETERS_H_
#define EXACTNORM_PARAMETERS_H_

#include <array>
#include <boost/align/aligned_allocator.hpp>
#include <cstddef>
#include <vector>

#include "exactnorm/exactnorm.h"
#include "lib/fast/target.h"
#include "lib/formats/format.h"

struct exactnorm_parameters {
  // Aligned to lines of the caches.
  using Bytes = std::vector<unsigned char, boost::alignment::aligned_allocator<unsigned char, 64>>;

  const exactnorm::Format* format;
  size_t columns;
  Bytes gamma;  // empty: all 1
  Bytes beta;   // empty: all 0

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
