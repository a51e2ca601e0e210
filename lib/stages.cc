// SPDX-License-Identifier: Apache-2.0
#include "lib/stages.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <vector>

#include "lib/environment.h"
#include "lib/exact/row.h"
#include "lib/fast/error_bounds.h"

namespace exactnorm {
namespace {

// Rows done together should stay in a first-level cache between the two sweeps over them.
constexpr size_t kBytesTogether = 24576;

bool IsForFastStage(const Row& row) {
  const bool formats = *row.x_format != kF64 && *row.parameter_format != kF64 && *row.y_format != kF64;
  return formats && row.columns <= fast::kMaxColumns;
}

// In place, a row's x while y is written over it. Small ones need no allocation.
class InputCopy {
 public:
  // Throws std::bad_alloc.
  InputCopy(const std::array<Row, fast::kMostRows>& rows, size_t count, size_t row_bytes) : row_bytes_(row_bytes) {
    if (count * row_bytes > sizeof small_) large_.resize(count * row_bytes);
    for (size_t i = 0; i < count; ++i) std::memcpy(row(i), rows[i].x, row_bytes);
  }
  unsigned char* row(size_t i) { return (large_.empty() ? small_ : large_.data()) + i * row_bytes_; }

 private:
  size_t row_bytes_;
  alignas(64) unsigned char small_[kBytesTogether];
  std::vector<unsigned char> large_;
};

}  // namespace

Stages::Stages(const CheckedCall& call, const fast::Target* target)
    : call_(call),
      target_(IsForFastStage(call.first_row) ? target : nullptr),
      in_place_(call.first_row.x == call.first_row.y),
      row_bytes_(call.first_row.columns * static_cast<size_t>(call.first_row.x_format->bytes)),
      rows_together_(1) {
  if (!HasDefaultEnvironment()) target_ = nullptr;
  if (target_ == nullptr || call.rows == 0) return;
  rows_together_ = std::clamp<size_t>(kBytesTogether / row_bytes_, 1, fast::kMostRows);
  target_->find_windows(call.first_row, &windows_);
}

size_t Stages::Normalize(size_t first, size_t count) const noexcept {
  if (target_ != nullptr && HasDefaultEnvironment()) {
    try {
      return NormalizeFast(first, count);
    } catch (const std::bad_alloc&) {
      return 0;  // no room for a copy of x: nothing is written
    }
  }
  for (size_t i = 0; i < count; ++i) {
    try {
      exact::NormalizeRow(call_.row(first + i));
    } catch (const std::bad_alloc&) {
      return i;
    }
  }
  return count;
}

size_t Stages::NormalizeFast(size_t first, size_t count) const {
  std::array<Row, fast::kMostRows> rows;
  for (size_t i = 0; i < count; ++i) rows[i] = call_.row(first + i);
  std::optional<InputCopy> copy;
  if (in_place_) {
    copy.emplace(rows, count, row_bytes_);
    for (size_t i = 0; i < count; ++i) rows[i].x = copy->row(i);
  }
  std::array<fast::Undecided, fast::kMostRows> undecided;
  target_->normalize_rows({rows.data(), count}, windows_, undecided.data());

  size_t complete = count;
  for (size_t i = count; i-- != 0;) {
    try {
      if (undecided[i].declined()) {
        exact::NormalizeRow(rows[i]);
      } else {
        exact::FinishRow(rows[i], undecided[i].columns(), undecided[i].statistics);
      }
    } catch (const std::bad_alloc&) {
      if (copy) std::memcpy(rows[i].y, copy->row(i), row_bytes_);
      complete = i;
    }
  }
  return complete;
}

}  // namespace exactnorm
