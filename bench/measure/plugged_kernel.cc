// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/plugged_kernel.h"

#include <vector>

namespace exactnorm::measure {
namespace {

exactnorm_format FormatCode(const Format& f) {
  if (f == kF64) return EXACTNORM_F64;
  if (f == kF32) return EXACTNORM_F32;
  return f == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

}  // namespace

kernel::Answer PluggedKernel::Call(const Row& row) {
  exactnorm_kernel_call call = {};
  call.version = EXACTNORM_KERNEL_VERSION;
  call.threads = 1;
  call.operation = row.operation;
  call.x_format = FormatCode(*row.x_format);
  call.parameter_format = FormatCode(*row.parameter_format);
  call.y_format = FormatCode(*row.y_format);
  call.statistics_format = call.y_format;
  call.rows = 1;
  call.columns = call.x_stride = call.y_stride = row.columns;
  call.eps = row.eps;
  call.x = row.x;
  call.gamma = row.gamma;
  call.beta = row.beta;
  call.y = row.y;
  const std::scoped_lock lock(mutex_);
  kernel::Answer answer = kernel_->Call(call);
  log_.Add(call, answer);
  return answer;
}

std::optional<Subject> PluggedKernel::AsSubject(exactnorm_operation operation, const Format& format, size_t columns) {
  std::vector<unsigned char> x(columns * static_cast<size_t>(format.bytes));
  std::vector<unsigned char> y(x.size());
  Store(format, x.data(), 0, One(format));
  Row row = {};
  row.operation = operation;
  row.x_format = row.parameter_format = row.y_format = &format;
  row.columns = columns;
  row.eps = 1;
  row.x = x.data();
  row.y = y.data();
  if (Call(row).outcome == kernel::Outcome::kUnsupported) return std::nullopt;
  return Subject{name(), name(), kUnknown, summary_, [this](const Row& r) { Run(r); }};
}

void PluggedKernel::Run(const Row& row) {
  const kernel::Outcome outcome = Call(row).outcome;
  if (outcome == kernel::Outcome::kDone) return;
  if (outcome == kernel::Outcome::kUnsupported) throw RowUnsupported{};
  for (size_t i = 0; i < row.columns; ++i) Store(*row.y_format, row.y, i, row.y_format->nan);
}

}  // namespace exactnorm::measure
