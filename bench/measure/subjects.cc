// SPDX-License-Identifier: Apache-2.0
#include <new>
#include <stdexcept>

#include "bench/measure/algorithms/algorithms.h"
#include "bench/measure/measurement.h"

namespace exactnorm::measure {
namespace {

exactnorm_format FormatCode(const Format& f) {
  if (f == kF64) return EXACTNORM_F64;
  if (f == kF32) return EXACTNORM_F32;
  return f == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

// Through the public C interface, as any user would.
void Exactnorm(const Row& row) {
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = row.operation;
  call.x_format = FormatCode(*row.x_format);
  call.parameter_format = FormatCode(*row.parameter_format);
  call.y_format = FormatCode(*row.y_format);
  call.rows = 1;
  call.columns = row.columns;
  call.eps = row.eps;
  call.x = row.x;
  call.gamma = row.gamma;
  call.beta = row.beta;
  call.y = row.y;
  const exactnorm_status status = exactnorm_normalize(&call, nullptr);
  if (status == EXACTNORM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
}

}  // namespace

std::vector<Subject> Subjects(exactnorm_operation operation, const Format& format) {
  std::vector<Subject> subjects{{"exactnorm", "exactnorm", nullptr, "this library, correctly rounded", Exactnorm}};
  for (const Algorithm& a : Algorithms(operation, format)) {
    subjects.push_back({a.full_name(), a.name, a.arithmetic, a.summary, a.run});
  }
  return subjects;
}

}  // namespace exactnorm::measure
