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
#include "lib/parameters.h"

namespace exactnorm {
namespace {

// An output of so many bytes does not stay in a cache until it is read again.
constexpr size_t kLeastStreamedBytes = size_t{16} << 20;

bool HasBinary64(const Row& row) {
  return *row.x_format == kF64 || *row.parameter_format == kF64 || *row.y_format == kF64;
}

// In place, the rows' x while y is written over it. Small ones need no allocation.
class InputCopy {
 public:
  InputCopy() {}  // NOLINT(modernize-use-equals-default): `= default` would have the array zeroed

  // Takes x of the rows and has them read the copy. Throws std::bad_alloc.
  void Take(std::span<Row> rows, size_t row_bytes) {
    row_bytes_ = row_bytes;
    if (rows.size() * row_bytes > sizeof small_) large_.resize(rows.size() * row_bytes);
    for (size_t i = 0; i < rows.size(); ++i) {
      std::memcpy(row(i), rows[i].x, row_bytes);
      rows[i].x = row(i);
    }
  }
  void PutBack(size_t i, void* y) { std::memcpy(y, row(i), row_bytes_); }

 private:
  unsigned char* row(size_t i) { return (large_.empty() ? small_ : large_.data()) + i * row_bytes_; }

  size_t row_bytes_ = 0;
  std::vector<unsigned char> large_;
  alignas(64) unsigned char small_[fast::kKeptNumbers * sizeof(float)];
};

}  // namespace

Stages::Stages(const CheckedCall& call, const fast::Target* target)
    : call_(call),
      target_(call.first_row.columns <= fast::kMaxColumns ? target : nullptr),
      sharp_only_(HasBinary64(call.first_row)),
      in_place_(call.first_row.x == call.first_row.y),
      row_bytes_(call.first_row.columns * static_cast<size_t>(call.first_row.x_format->bytes)),
      stream_(call.rows >
              kLeastStreamedBytes / (call.first_row.columns * static_cast<size_t>(call.first_row.y_format->bytes))),
      rows_together_(1),
      windows_(nullptr) {
  if (!HasDefaultEnvironment()) target_ = nullptr;
  if (target_ == nullptr || call.rows == 0) return;
  if (sharp_only_) return;
  rows_together_ = fast::RowsTogether(call.first_row.columns);
  if (call.parameters != nullptr) windows_ = call.parameters->windows_for(target_, *call.first_row.y_format);
  if (windows_ != nullptr) return;
  target_->find_windows(call.first_row, &own_windows_);
  windows_ = &own_windows_;
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
  InputCopy copy;
  if (in_place_) copy.Take({rows.data(), count}, row_bytes_);
  std::array<fast::Undecided, fast::kMostRows> undecided;
  if (sharp_only_) {
    for (size_t i = 0; i < count; ++i) undecided[i].Decline();
  } else {
    const fast::Traffic traffic{stream_, count * call_.x_stride_bytes};
    target_->normalize_rows({rows.data(), count}, *windows_, traffic, undecided.data());
  }

  size_t complete = count;
  for (size_t i = count; i-- != 0;) {
    if (undecided[i].anything()) target_->sharpen_row(rows[i], &undecided[i]);
    try {
      if (undecided[i].declined()) {
        exact::NormalizeRow(rows[i]);
      } else {
        exact::FinishRow(rows[i], undecided[i].columns(), undecided[i].statistics);
      }
    } catch (const std::bad_alloc&) {
      if (in_place_) copy.PutBack(i, rows[i].y);
      complete = i;
    }
  }
  return complete;
}

}  // namespace exactnorm
