// SPDX-License-Identifier: Apache-2.0
// What the window test (rounding_test-inl.h) has to know about gamma and beta: for each run of columns, from which
// magnitude of y^ on the error bound is below the test's width. Found once for all rows of a call.
#ifndef EXACTNORM_FAST_WINDOWS_H_
#define EXACTNORM_FAST_WINDOWS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace exactnorm::fast {

struct Windows {
  static constexpr size_t kMost = 256;
  static constexpr uint64_t kNever = 0;

  int width_bits;                       // a window covers 2^width_bits columns, whole groups
  std::array<uint64_t, kMost> addends;  // or kNever

  uint64_t addend(size_t column) const { return addends[column >> width_bits]; }
};

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_WINDOWS_H_
