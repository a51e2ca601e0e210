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

#include "lib/fast/error_bounds.h"
#include "lib/fast/windows.h"
#include "lib/row.h"

namespace exactnorm::fast {

// What of a row is left for the next stage. x and y of a row that stages are given do not overlap.
class Undecided {
 public:
  static constexpr size_t kCapacity = 512;

  Undecided() {}  // NOLINT(modernize-use-equals-default): `= default` would have the array of columns zeroed

  // Nothing is said about the row; y may be written in part.
  bool declined() const { return declined_; }
  // Else y is written: right but for these columns, where it is arbitrary;
  std::span<const uint32_t> columns() const { return {columns_.data(), count_}; }
  // and so are mean and rstd, where the row has them, unless this is set.
  bool statistics = false;

  bool anything() const { return declined_ || count_ != 0 || statistics; }

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

// How the rows lie in memory, for speed alone.
struct Traffic {
  bool stream;   // y is better written past the caches
  size_t ahead;  // bytes from a row's x to that of the row which is done as many rows later as are done together
};

// Between the two sweeps over the rows that are done together, their numbers are kept as binary64: all of them if they
// fit, else a block of columns at a time. 24 KiB, half of a first-level cache.
inline constexpr size_t kKeptNumbers = 3072;
// Rows are kept at a distance of whole groups, on any target.
constexpr size_t PaddedColumns(size_t columns) { return (columns + 31) / 32 * 32; }
constexpr bool FitTogether(size_t rows, size_t columns) { return PaddedColumns(columns) <= kKeptNumbers / rows; }

// How many rows are best done together, for gamma and beta to be loaded once for all of them.
inline constexpr size_t kMostRows = 8;
inline constexpr size_t kLongRows = 4;
constexpr size_t RowsTogether(size_t columns) {
  const size_t fitting = kKeptNumbers / PaddedColumns(columns);
  return fitting < kLongRows - 1 ? kLongRows : fitting < kMostRows ? fitting : kMostRows;
}
static_assert(kLongRows * kParameterBlock <= kKeptNumbers);

// The functions of one target. `rows` differ in x, y, mean and rstd alone, and are at most RowsTogether(columns);
// `windows` are those of any of them.
using FindWindowsFunction = void (*)(const Row& row, Windows* windows);
using NormalizeRowsFunction = void (*)(std::span<const Row> rows, const Windows& windows, const Traffic& traffic,
                                       Undecided* undecided);

// The sharp stage, in double-double, for any formats: of what is undecided, all columns of a declined row included, it
// writes what it is certain of, and leaves the rest in *undecided.
using SharpenRowFunction = void (*)(const Row& row, Undecided* undecided);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_ROWS_H_
