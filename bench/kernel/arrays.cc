// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel/arrays.h"

#include <fmt/format.h>

namespace exactnorm::kernel {

const Format& FormatOf(exactnorm_format format) {
  switch (format) {
    case EXACTNORM_F64: return kF64;
    case EXACTNORM_F16: return kF16;
    case EXACTNORM_BF16: return kBF16;
    case EXACTNORM_F32:
    case EXACTNORM_DEFAULT: break;
  }
  return kF32;
}

std::array<Array, kArrays> ArraysOf(const exactnorm_kernel_call& call) {
  const Format* parameters = &FormatOf(call.parameter_format);
  const Format* statistics = &FormatOf(call.statistics_format);
  return {{
      {"x", call.x, &FormatOf(call.x_format), call.rows, call.columns, call.x_stride, call.x == call.y},
      {"gamma", call.gamma, parameters, 1, call.columns, call.columns, false},
      {"beta", call.beta, parameters, 1, call.columns, call.columns, false},
      {"y", call.y, &FormatOf(call.y_format), call.rows, call.columns, call.y_stride, true},
      {"mean", call.mean, statistics, 1, call.rows, call.rows, true},
      {"rstd", call.rstd, statistics, 1, call.rows, call.rows, true},
  }};
}

std::string Place(const Array& array, size_t offset) {
  const size_t element = offset / array.element();
  const size_t row = element / array.stride;
  const size_t column = element % array.stride;
  if (column >= array.columns) return fmt::format("the gap after row {} of {}", row, array.name);
  if (array.rows == 1) return fmt::format("{}[{}]", array.name, column);
  return fmt::format("{}[{}][{}]", array.name, row, column);
}

bool InGap(const Array& array, size_t offset) { return offset / array.element() % array.stride >= array.columns; }

std::string NonCanonicalNan(const exactnorm_kernel_call& call) {
  const auto arrays = ArraysOf(call);
  for (const ArrayIndex index : {kY, kMean, kRstd}) {
    const Array& array = arrays[index];
    if (array.data == nullptr) continue;
    for (size_t row = 0; row < array.rows; ++row) {
      for (size_t i = row * array.stride; i < row * array.stride + array.columns; ++i) {
        const uint64_t bits = Load(*array.format, array.data, i);
        if (!IsNan(*array.format, bits) || bits == array.format->nan) continue;
        return fmt::format("{} is the NaN {:0{}X}, not {:X}", Place(array, i * array.element()), bits,
                           2 * array.format->bytes, array.format->nan);
      }
    }
  }
  return {};
}

}  // namespace exactnorm::kernel
