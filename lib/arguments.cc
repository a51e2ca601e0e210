// SPDX-License-Identifier: Apache-2.0
#include "lib/arguments.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "lib/parameters.h"

namespace exactnorm {
namespace {

// The bytes that `rows` runs of `run` bytes occupy, each `stride` bytes after the one before.
struct Extent {
  uintptr_t begin;
  size_t rows;
  size_t run;
  size_t stride;

  bool empty() const { return begin == 0 || rows == 0; }
  uintptr_t end() const { return begin + (rows - 1) * stride + run; }
};

// Whether a and b share a byte. Two arrays of equal stride may be interleaved: then the distance of
// their beginnings, modulo the stride, has to leave room for each run. Other overlaps of the whole
// ranges count as overlaps.
bool Overlap(const Extent& a, const Extent& b) {
  if (a.empty() || b.empty() || a.end() <= b.begin || b.end() <= a.begin) return false;
  if (a.stride != b.stride) return true;
  if (a.begin > b.begin) return Overlap(b, a);
  const size_t distance = (b.begin - a.begin) % a.stride;
  return distance < a.run || a.stride - distance < b.run;
}

// rows * stride elements as bytes, where every address computed in the call stays below PTRDIFF_MAX.
std::optional<Extent> MakeExtent(const void* array, size_t rows, size_t columns, size_t stride, const Format& f) {
  const auto bytes = static_cast<size_t>(f.bytes);
  const size_t limit = PTRDIFF_MAX / bytes;
  if (columns > limit || stride > limit || (rows > 1 && rows - 1 > (limit - columns) / stride)) return std::nullopt;
  return Extent{std::bit_cast<uintptr_t>(array), rows, columns * bytes, stride * bytes};
}

exactnorm_status CheckEps(double eps) {
  const auto bits = std::bit_cast<uint64_t>(eps);
  if (IsNan(kF64, bits)) return EXACTNORM_EPS_NAN;
  if (IsNegative(kF64, bits) && !IsZero(kF64, bits)) return EXACTNORM_EPS_NEGATIVE;
  if (IsInfinite(kF64, bits)) return EXACTNORM_EPS_INFINITE;
  return EXACTNORM_OK;
}

// Sizes, then overlaps. With prepared parameters gamma and beta are copies that nothing can overlap.
exactnorm_status CheckMemory(const exactnorm_call& call, const Row& row, size_t x_stride, size_t y_stride) {
  const auto array = [&](const void* at, const Format& f) { return MakeExtent(at, call.rows, 1, 1, f); };
  const auto x = MakeExtent(call.x, call.rows, call.columns, x_stride, *row.x_format);
  const auto y = MakeExtent(call.y, call.rows, call.columns, y_stride, *row.y_format);
  const auto mean = array(call.mean, *row.statistics_format);
  const auto rstd = array(call.rstd, *row.statistics_format);
  const auto gamma = MakeExtent(call.gamma, 1, call.columns, call.columns, *row.parameter_format);
  const auto beta = MakeExtent(call.beta, 1, call.columns, call.columns, *row.parameter_format);
  if (!x || !y || !mean || !rstd || !gamma || !beta) return EXACTNORM_SIZE_OVERFLOW;

  const bool in_place = call.x == call.y && row.x_format == row.y_format && x_stride == y_stride;
  if (!in_place && Overlap(*x, *y)) return EXACTNORM_OVERLAP;
  for (const Extent* output : {&*y, &*mean, &*rstd}) {
    if (call.rows != 0 && (Overlap(*output, *gamma) || Overlap(*output, *beta))) return EXACTNORM_OVERLAP;
  }
  if (Overlap(*x, *mean) || Overlap(*x, *rstd) || Overlap(*y, *mean) || Overlap(*y, *rstd) || Overlap(*mean, *rstd)) {
    return EXACTNORM_OVERLAP;
  }
  return EXACTNORM_OK;
}

}  // namespace

const Format* FindFormat(exactnorm_format format, const Format* standard) {
  switch (format) {
    case EXACTNORM_DEFAULT: return standard;
    case EXACTNORM_F64: return &kF64;
    case EXACTNORM_F32: return &kF32;
    case EXACTNORM_F16: return &kF16;
    case EXACTNORM_BF16: return &kBF16;
  }
  return nullptr;
}

exactnorm_status CheckArguments(const exactnorm_call* given, CheckedCall* checked) {
  if (given == nullptr) return EXACTNORM_CALL_NULL;
  if (given->size != sizeof(exactnorm_call)) return EXACTNORM_CALL_SIZE;
  const exactnorm_call& call = *given;
  if (call.operation != EXACTNORM_LAYER_NORM && call.operation != EXACTNORM_RMS_NORM) {
    return EXACTNORM_OPERATION_UNKNOWN;
  }
  if (call.columns == 0) return EXACTNORM_COLUMNS_ZERO;

  Row row{};
  row.operation = call.operation;
  row.columns = call.columns;
  row.eps = call.eps;
  row.x_format = FindFormat(call.x_format, &kF32);
  row.parameter_format = FindFormat(call.parameter_format, row.x_format);
  row.y_format = FindFormat(call.y_format, row.x_format);
  row.statistics_format = FindFormat(call.statistics_format, row.y_format);
  if (row.x_format == nullptr || row.parameter_format == nullptr || row.y_format == nullptr ||
      row.statistics_format == nullptr) {
    return EXACTNORM_FORMAT_UNKNOWN;
  }
  row.x = call.x;
  row.y = call.y;
  row.mean = call.mean;
  row.rstd = call.rstd;
  row.gamma = call.gamma;
  row.beta = call.beta;
  if (call.parameters != nullptr) {
    if (call.gamma != nullptr || call.beta != nullptr) return EXACTNORM_PARAMETERS_TWICE;
    if (call.parameters->columns != call.columns) return EXACTNORM_PARAMETERS_COLUMNS;
    row.parameter_format = call.parameters->format;
    row.gamma = call.parameters->gamma_or_null();
    row.beta = call.parameters->beta_or_null();
  }
  if (call.x == nullptr && call.rows != 0) return EXACTNORM_X_NULL;
  if (call.y == nullptr && call.rows != 0) return EXACTNORM_Y_NULL;
  if (const auto status = CheckEps(call.eps); status != EXACTNORM_OK) return status;
  if (call.mean != nullptr && call.operation == EXACTNORM_RMS_NORM) return EXACTNORM_MEAN_OF_RMS_NORM;

  const size_t x_stride = call.x_stride == 0 ? call.columns : call.x_stride;
  const size_t y_stride = call.y_stride == 0 ? call.columns : call.y_stride;
  if (x_stride < call.columns || y_stride < call.columns) return EXACTNORM_STRIDE_SHORT;
  if (const auto status = CheckMemory(call, row, x_stride, y_stride); status != EXACTNORM_OK) return status;

  const Rows rows{row, call.rows, x_stride * static_cast<size_t>(row.x_format->bytes),
                  y_stride * static_cast<size_t>(row.y_format->bytes)};
  *checked = CheckedCall{rows, call.parameters, call.parallel_for, call.pool};
  return EXACTNORM_OK;
}

}  // namespace exactnorm
