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

  void Clear() {
    statistics = declined_ = false;
    count_ = 0;
  }

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

// How many rows are done together: at least two, which share loads of gamma and beta, and so many that the scalars
// between the sweeps over a row are not waited for, as long as their x stays in a first-level cache until it is read
// again; in a second-level one where y is streamed, since the more they are, the longer x and y are read and written in
// sequence.
inline constexpr size_t kMostRows = 16;
constexpr size_t RowsTogether(size_t columns, bool stream) {
  const size_t numbers = stream ? 65536 : 6144;
  const size_t fitting = numbers / columns;
  return fitting < 2 ? 2 : fitting < kMostRows ? fitting : kMostRows;
}

// Takes rows that are written, [first, first + undecided.size()) of those given, and what is left of each. False: no
// more of them.
struct Finish {
  bool (*take)(void* context, size_t first, std::span<Undecided> undecided);
  void* context;

  bool operator()(size_t first, std::span<Undecided> undecided) const { return take(context, first, undecided); }
};

// The functions of one target. `windows` are those of any of the rows. `stream`: y is better written past the caches.
using FindWindowsFunction = void (*)(const Row& row, Windows* windows);
using NormalizeRowsFunction = void (*)(const Rows& rows, const Windows& windows, bool stream, const Finish& finish);

// The sharp stage, in double-double, for any formats: of what is undecided, all columns of a declined row included, it
// writes what it is certain of, and leaves the rest in *undecided.
using SharpenRowFunction = void (*)(const Row& row, Undecided* undecided);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_ROWS_H_
