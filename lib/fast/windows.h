// SPDX-License-Identifier: Apache-2.0
// What the window test (window_test.h) has to know about gamma and beta: for each run of columns, from which
// magnitude of y^ on the error bound is below the test's width. Found once for all rows of a call.
#ifndef EXACTNORM_FAST_WINDOWS_H_
#define EXACTNORM_FAST_WINDOWS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace exactnorm::fast {

// What is added to a pattern, and what the sum has to reach. Neither means anything but to the test (window_test.h).
struct Window {
  uint64_t addend;
  uint64_t limit;

  // No sum reaches it, taken as one word or as two.
  static constexpr Window Never() { return {0, 0x7FFFFFFF'7FFFFFFF}; }
  bool is_never() const { return limit == Never().limit; }
};

struct Windows {
  static constexpr size_t kMost = 256;

  int width_bits;  // a window covers 2^width_bits columns, whole groups
  std::array<Window, kMost> windows;

  const Window& at(size_t column) const { return windows[column >> width_bits]; }
};

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_WINDOWS_H_
