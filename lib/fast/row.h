// SPDX-License-Identifier: Apache-2.0
// The fast stage: one row by SIMD in binary64, for x, parameters and y in {binary32, bfloat16, binary16}.
// It never lies: an element is certified only if no rounding boundary lies within the derived error bound
// (error_bounds.h) of its computed value. Everything else it names as undecided, or it declines the row.
#ifndef EXACTNORM_FAST_ROW_H_
#define EXACTNORM_FAST_ROW_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/row.h"

namespace exactnorm::fast {

// What of a row is left for the exact stage.
class Undecided {
 public:
  static constexpr size_t kCapacity = 512;

  bool full() const { return count_ == kCapacity; }
  void Add(size_t column) { columns_[count_++] = static_cast<uint32_t>(column); }
  std::span<const uint32_t> columns() const { return {columns_.data(), count_}; }
  bool statistics = false;  // mean or rstd, where the row has them

 private:
  std::array<uint32_t, kCapacity> columns_;
  size_t count_ = 0;
};

enum class Outcome {
  kDone,      // y is written: right but for the columns in Undecided, where it is arbitrary
  kDeclined,  // nothing is said about the row; if in place, x is as it was
};

// The function of one target.
using RowFunction = Outcome (*)(const Row&, Undecided*);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_ROW_H_
