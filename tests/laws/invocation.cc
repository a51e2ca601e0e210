// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/invocation.h"

#include <cstring>
#include <stdexcept>

namespace exactnorm::laws {
namespace {

constexpr size_t kBoundary = 64;
constexpr size_t kSlack = 64;  // elements behind the last row that a kernel may not touch

// rows x stride elements and slack, `offset` elements behind a 64-byte boundary.
class Array {
 public:
  Array(const Format& f, size_t elements, size_t offset, unsigned char fill)
      : format_(f), bytes_((elements + kSlack + offset) * static_cast<size_t>(f.bytes) + kBoundary, fill) {
    const auto address = reinterpret_cast<uintptr_t>(bytes_.data());
    start_ = bytes_.data() + (kBoundary - address % kBoundary) % kBoundary + offset * static_cast<size_t>(f.bytes);
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  void* data() { return start_; }
  uint64_t Get(size_t i) const { return Load(format_, start_, i); }
  void Set(size_t i, uint64_t bits) { Store(format_, start_, i, bits); }
  bool Filled(size_t first, size_t last, unsigned char fill) const {
    const auto size = static_cast<size_t>(format_.bytes);
    for (size_t i = first * size; i < last * size; ++i) {
      if (start_[i] != fill) return false;
    }
    return true;
  }

 private:
  const Format& format_;
  std::vector<unsigned char> bytes_;
  unsigned char* start_;
};

}  // namespace

Results Invoke(const Subject& subject, const rows::Problem& p, const std::vector<rows::Bits>& rows,
               const Placement& placement) {
  const size_t count = rows.size();
  const size_t columns = rows.at(0).size();
  const size_t x_stride = columns + placement.x_gap;
  const size_t y_stride = placement.in_place ? x_stride : columns + placement.y_gap;
  if (placement.in_place && !(*p.x_format == *p.y_format)) throw std::logic_error("in place needs equal formats");

  Array x(*p.x_format, count * x_stride, placement.offset, placement.fill);
  Array gamma(*p.parameter_format, columns, placement.offset, placement.fill);
  Array beta(*p.parameter_format, columns, placement.offset, placement.fill);
  Array separate_y(*p.y_format, placement.in_place ? 0 : count * y_stride, placement.offset, placement.fill);
  Array mean(*p.statistics_format, count, placement.offset, placement.fill);
  Array rstd(*p.statistics_format, count, placement.offset, placement.fill);
  Array& y = placement.in_place ? x : separate_y;
  for (size_t r = 0; r < count; ++r) {
    for (size_t i = 0; i < columns; ++i) x.Set(r * x_stride + i, rows[r][i]);
  }
  for (size_t i = 0; i < p.gamma.size(); ++i) gamma.Set(i, p.gamma[i]);
  for (size_t i = 0; i < p.beta.size(); ++i) beta.Set(i, p.beta[i]);

  exactnorm_kernel_call call = {};
  call.version = EXACTNORM_KERNEL_VERSION;
  call.threads = placement.threads;
  call.operation = p.operation;
  call.x_format = rows::FormatId(*p.x_format);
  call.parameter_format = rows::FormatId(*p.parameter_format);
  call.y_format = rows::FormatId(*p.y_format);
  call.statistics_format = rows::FormatId(*p.statistics_format);
  call.rows = count;
  call.columns = columns;
  call.x_stride = x_stride;
  call.y_stride = y_stride;
  call.eps = p.eps;
  call.x = x.data();
  call.gamma = p.gamma.empty() ? nullptr : gamma.data();
  call.beta = p.beta.empty() ? nullptr : beta.data();
  call.y = y.data();
  const bool has_mean = placement.statistics && p.operation == EXACTNORM_LAYER_NORM;
  call.mean = has_mean ? mean.data() : nullptr;
  call.rstd = placement.statistics ? rstd.data() : nullptr;
  const int answer = subject.call(call);
  if (answer == EXACTNORM_KERNEL_UNSUPPORTED) throw Unsupported{};
  if (answer != EXACTNORM_KERNEL_DONE) throw KernelFailure{answer};

  Results results;
  for (size_t r = 0; r < count; ++r) {
    rows::Bits row(columns);
    for (size_t i = 0; i < columns; ++i) row[i] = y.Get(r * y_stride + i);
    results.y.push_back(row);
    const size_t gap_end = (r + 1) * y_stride + (r + 1 == count ? kSlack : 0);
    if (!y.Filled(r * y_stride + columns, gap_end, placement.fill)) results.gaps_kept = false;
    if (has_mean) results.mean.push_back(mean.Get(r));
    if (placement.statistics) results.rstd.push_back(rstd.Get(r));
  }
  return results;
}

rows::Bits InvokeRow(const Subject& subject, const rows::Problem& problem, const Placement& placement) {
  return Invoke(subject, problem, {problem.x}, placement).y[0];
}

}  // namespace exactnorm::laws
