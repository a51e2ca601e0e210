// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <new>
#include <stdexcept>

#include "bench/measure/algorithms/algorithms.h"
#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/measurement.h"
#include "bench/measure/rounded_bits.h"

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

Subject Prescaled(const Algorithm& a, int prescale) {
  const std::string scale = fmt::format(" x2^{}", prescale);
  return {a.full_name() + scale, a.name, a.arithmetic->name + scale,
          fmt::format("{}; x times 2^{}, eps times 2^{}", a.summary, prescale, 2 * prescale),
          [a, prescale](const Row& row) {
            const Format& f = *row.x_format;
            std::vector<unsigned char> x(row.columns * static_cast<size_t>(f.bytes));
            for (size_t i = 0; i < row.columns; ++i) {
              Store(f, x.data(), i, RoundedBits(f, std::ldexp(Value(f, Load(f, row.x, i)), prescale)));
            }
            Row scaled = row;
            scaled.x = x.data();
            scaled.eps = std::ldexp(row.eps, 2 * prescale);
            a.run(scaled);
          }};
}

}  // namespace

std::vector<Subject> Subjects(exactnorm_operation operation, const Format& format, int prescale) {
  std::vector<Subject> subjects{{"exactnorm", "exactnorm", kExactly, "this library, correctly rounded", Exactnorm}};
  const std::vector<Algorithm> algorithms = Algorithms(operation, format);
  for (const Algorithm& a : algorithms) {
    subjects.push_back({a.full_name(), a.name, a.arithmetic->name, a.summary, a.run});
  }
  for (const Algorithm& a : algorithms) {
    if (prescale != 0 && a.arithmetic->bytes == 2) subjects.push_back(Prescaled(a, prescale));
  }
  return subjects;
}

}  // namespace exactnorm::measure
