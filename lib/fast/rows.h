// SPDX-License-Identifier: Apache-2.0
// The fast stage: rows by SIMD in binary64, for x, parameters and y in {binary32, bfloat16, binary16}.
// It never lies: an element is certified only if no rounding boundary lies within the derived error bound
// (error_bounds.h) of its computed value. Everything else it names as undecided, or it declines the row.
#ifndef EXACTNORM_FAST_ROWS_H_
#define EXACTNORM_FAST_ROWS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/fast/windows.h"
#include "lib/row.h"

namespace exactnorm::fast {

// What of a row is left for the exact stage.
class Undecided {
 public:
  static constexpr size_t kCapacity = 512;

  // Nothing is said about the row; if in place, x is as it was.
  bool declined() const { return declined_; }
  // Else y is written: right but for these columns, where it is arbitrary, or still x if in place;
  std::span<const uint32_t> columns() const { return {columns_.data(), count_}; }
  // and so are mean and rstd, where the row has them, unless this is set.
  bool statistics = false;

  void Decline() { declined_ = true; }
  // Beyond the capacity the row is declined.
  void Add(size_t column) {
    if (count_ == kCapacity) return Decline();
    columns_[count_++] = static_cast<uint32_t>(column);
  }

 private:
  std::array<uint32_t, kCapacity> columns_;
  size_t count_ = 0;
  bool declined_ = false;
};

// The functions of one target. `rows` differ in x, y, mean and rstd alone, and are at most kMostRows; `windows` are
// those of any of them.
inline constexpr size_t kMostRows = 8;
using FindWindowsFunction = void (*)(const Row& row, Windows* windows);
using NormalizeRowsFunction = void (*)(std::span<const Row> rows, const Windows& windows, Undecided* undecided);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_ROWS_H_
