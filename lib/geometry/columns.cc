// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace exactnorm::geometry {

const Format* FormatOf(exactnorm_format format) {
  switch (format) {
    case EXACTNORM_F64: return &kF64;
    case EXACTNORM_F32: return &kF32;
    case EXACTNORM_F16: return &kF16;
    case EXACTNORM_BF16: return &kBF16;
    default: return nullptr;
  }
}

double ToDouble(const Format& f, uint64_t bits) {
  if (f == kF64) return std::bit_cast<double>(bits);
  if (IsNan(f, bits)) return std::numeric_limits<double>::quiet_NaN();
  const Number n = Decode(f, bits);
  const double magnitude = IsInfinite(f, bits) ? std::numeric_limits<double>::infinity()
                                               : std::ldexp(static_cast<double>(n.significand), n.exponent);
  return IsNegative(f, bits) ? -magnitude : magnitude;
}

exact::Dyadic Difference(double a, double b) { return ToDyadic(a) - ToDyadic(b); }

Status LoadRow(const Numbers& row, size_t columns, double absent, std::vector<double>& values) {
  if (row.data == nullptr) {
    values.assign(columns, absent);
    return EXACTNORM_OK;
  }
  const Format* format = FormatOf(row.format);
  if (format == nullptr) return EXACTNORM_FORMAT_UNKNOWN;
  if (row.size != columns) return EXACTNORM_SPAN_SIZE;
  values.resize(columns);
  for (size_t i = 0; i < columns; ++i) values[i] = ToDouble(*format, Load(*format, row.data, i));
  return EXACTNORM_OK;
}

bool AllFinite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

Status CheckEps(double eps) {
  if (std::isnan(eps)) return EXACTNORM_EPS_NAN;
  if (std::isinf(eps)) return EXACTNORM_EPS_INFINITE;
  return eps < 0 ? EXACTNORM_EPS_NEGATIVE : EXACTNORM_OK;
}

Status LoadColumns(exactnorm_operation operation, const Numbers& gamma, const Numbers& beta, size_t columns,
                   Columns& result) {
  if (operation != EXACTNORM_LAYER_NORM && operation != EXACTNORM_RMS_NORM) return EXACTNORM_OPERATION_UNKNOWN;
  if (columns == 0) return EXACTNORM_COLUMNS_ZERO;
  Columns loaded;
  loaded.operation = operation;
  if (const Status status = LoadRow(gamma, columns, 1, loaded.gamma); status != EXACTNORM_OK) return status;
  if (const Status status = LoadRow(beta, columns, 0, loaded.beta); status != EXACTNORM_OK) return status;
  loaded.zero_gains = static_cast<size_t>(std::count(loaded.gamma.begin(), loaded.gamma.end(), 0.0));
  loaded.finite = AllFinite(loaded.gamma) && AllFinite(loaded.beta);
  result = std::move(loaded);
  return EXACTNORM_OK;
}

}  // namespace exactnorm::geometry
