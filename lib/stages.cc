// SPDX-License-Identifier: Apache-2.0
#include "lib/stages.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "lib/environment.h"
#include "lib/exact/constant_row.h"
#include "lib/exact/row.h"
#include "lib/fast/binary64_error_bounds.h"
#include "lib/fast/error_bounds.h"
#include "lib/parameters.h"

namespace exactnorm {
namespace {

// An output of so many bytes does not stay in a cache until it is read again.
constexpr size_t kLeastStreamedBytes = size_t{16} << 20;

bool HasBinary64(const Row& row) {
  return *row.x_format == kF64 || *row.parameter_format == kF64 || *row.y_format == kF64;
}

bool IsBinary64(const Row& row) {
  const bool has_parameters = row.gamma != nullptr || row.beta != nullptr;
  return *row.x_format == kF64 && *row.y_format == kF64 && (!has_parameters || *row.parameter_format == kF64);
}

}  // namespace

// In place, x of some rows while y is written over it. kSmall bytes need no allocation.
class InputCopy {
 public:
  static constexpr size_t kSmall = size_t{24} << 10;

  InputCopy() {}  // NOLINT(modernize-use-equals-default): `= default` would have the array zeroed

  // Rows that read a copy of x instead. Throws std::bad_alloc.
  Rows Take(Rows rows) {
    row_bytes_ = rows.x_bytes();
    if (rows.count * row_bytes_ > sizeof small_) large_.resize(rows.count * row_bytes_);
    for (size_t i = 0; i < rows.count; ++i) std::memcpy(copy() + i * row_bytes_, rows.at(i).x, row_bytes_);
    rows.first.x = copy();
    rows.x_stride = row_bytes_;
    return rows;
  }
  void PutBack(size_t i, void* y) { std::memcpy(y, copy() + i * row_bytes_, row_bytes_); }

 private:
  unsigned char* copy() { return large_.empty() ? small_ : large_.data(); }

  size_t row_bytes_ = 0;
  std::vector<unsigned char> large_;
  alignas(64) unsigned char small_[kSmall];
};

namespace {

// What the fast stage leaves of rows, through the stages after it.
class Finisher {
 public:
  // `copy` where x is one. Nothing is kept beyond the arguments.
  Finisher(const fast::Target& target, const Rows& rows, InputCopy* copy)
      : target_(target), rows_(rows), copy_(copy), complete_(rows.count) {}

  fast::Finish finish() { return {&Take, this}; }
  // How many leading rows are complete, of those that were taken.
  size_t complete() const { return complete_; }

  bool Take(size_t first, std::span<fast::Undecided> undecided) {
    for (size_t i = 0; i < undecided.size(); ++i) {
      if (undecided[i].anything() && !FinishRow(rows_.at(first + i), undecided[i])) {
        if (copy_ != nullptr) copy_->PutBack(first + i, rows_.at(first + i).y);
        complete_ = std::min(complete_, first + i);
      }
    }
    return complete_ == rows_.count;
  }

 private:
  static bool Take(void* self, size_t first, std::span<fast::Undecided> undecided) {
    return static_cast<Finisher*>(self)->Take(first, undecided);
  }

  bool FinishRow(const Row& row, fast::Undecided& undecided) {
    try {
      if (undecided.declined() && exact::NormalizeConstantRow(row)) return true;
      target_.sharpen_row(row, &undecided);
      if (undecided.declined()) {
        exact::NormalizeRow(row);
      } else {
        exact::FinishRow(row, undecided.columns(), undecided.statistics);
      }
    } catch (const std::bad_alloc&) {
      return false;
    }
    return true;
  }

  const fast::Target& target_;
  const Rows& rows_;
  InputCopy* copy_;
  size_t complete_;
};

}  // namespace

Stages::Stages(const CheckedCall& call, const fast::Target* target)
    : call_(call),
      target_(call.rows.first.columns <= fast::kMaxColumns ? target : nullptr),
      sharp_only_(HasBinary64(call.rows.first)),
      in_place_(call.rows.first.x == call.rows.first.y),
      stream_(call.rows.count > kLeastStreamedBytes / call.rows.y_bytes()),
      windows_(nullptr) {
  if (!DefaultEnvironment::IsKnown()) target_ = nullptr;
  if (target_ != nullptr && IsBinary64(call.rows.first) && call.rows.first.columns <= fast::kBinary64MostColumns) {
    normalize_binary64_ = fast::FindNormalizeBinary64(*target_);
  }
  if (target_ == nullptr || sharp_only_ || call.rows.count == 0) return;
  if (call.parameters != nullptr) windows_ = call.parameters->windows_for(target_, *call.rows.first.y_format);
  if (windows_ != nullptr) return;
  const DefaultEnvironment environment;
  target_->find_windows(call.rows.first, &own_windows_);
  windows_ = &own_windows_;
}

size_t Stages::Normalize(size_t first, size_t count) const noexcept {
  const Rows rows = call_.rows.part(first, count);
  if (target_ != nullptr) {
    const DefaultEnvironment environment;  // of this thread, which may be one of an executor's
    return in_place_ ? NormalizeInPlace(rows) : NormalizeFast(rows, nullptr);
  }
  for (size_t i = 0; i < count; ++i) {
    try {
      exact::NormalizeRow(rows.at(i));
    } catch (const std::bad_alloc&) {
      return i;
    }
  }
  return count;
}

size_t Stages::NormalizeFast(const Rows& rows, InputCopy* copy) const {
  Finisher finisher(*target_, rows, copy);
  if (!sharp_only_) {
    target_->normalize_rows(rows, *windows_, stream_, finisher.finish());
    return finisher.complete();
  }
  if (normalize_binary64_ != nullptr) {
    normalize_binary64_(rows, stream_, finisher.finish());
    return finisher.complete();
  }
  bool go_on = true;
  for (size_t i = 0; i < rows.count && go_on; ++i) {
    fast::Undecided whole;
    whole.Decline();
    go_on = finisher.Take(i, {&whole, 1});
  }
  return finisher.complete();
}

size_t Stages::NormalizeInPlace(const Rows& rows) const {
  InputCopy copy;
  const size_t small = std::max<size_t>(InputCopy::kSmall / rows.x_bytes(), 1);
  const size_t together = std::min(fast::RowsTogether(rows.first.columns, false), small);
  for (size_t i = 0; i < rows.count; i += together) {
    const size_t n = std::min(rows.count - i, together);
    try {
      const size_t complete = NormalizeFast(copy.Take(rows.part(i, n)), &copy);
      if (complete < n) return i + complete;
    } catch (const std::bad_alloc&) {
      return i;  // no room for a copy of x: nothing of these rows is written
    }
  }
  return rows.count;
}

}  // namespace exactnorm
