// SPDX-License-Identifier: Apache-2.0
#include "tests/mutants/two_pass.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "tests/laws/hard_rows.h"

namespace exactnorm::mutants {
namespace {

const Format* FindFormat(exactnorm_format id) {
  switch (id) {
    case EXACTNORM_F64: return &kF64;
    case EXACTNORM_F32: return &kF32;
    case EXACTNORM_F16: return &kF16;
    case EXACTNORM_BF16: return &kBF16;
    default: return nullptr;
  }
}

// Beyond the rounding errors of the value itself, so that a value which is a number of the format but for them is kept:
// only then is cutting within 1 ulp.
constexpr double kUp = 1 + 0x1p-40;

}  // namespace

// Every addition leaves its rounding error behind as a part of its own (Shewchuk 1997).
void ExactSum::Add(double value) {
  size_t kept = 0;
  for (double part : parts_) {
    if (std::fabs(value) < std::fabs(part)) std::swap(value, part);
    const double sum = value + part;
    const double error = part - (sum - value);
    if (error != 0) parts_[kept++] = error;
    value = sum;
  }
  parts_.resize(kept);
  if (value != 0) parts_.push_back(value);
}

double ExactSum::Rounded() const {
  double sum = 0;
  for (const double part : parts_) sum += part;
  return sum;
}

double Value(const Format& f, uint64_t bits) { return laws::ToDouble(f, bits); }

uint64_t RoundNearest(const Format& f, double value) { return value == 0 ? 0 : laws::FromDouble(f, value); }

uint64_t RoundToZero(const Format& f, double value) {
  const uint64_t nearest = RoundNearest(f, value);
  if (!IsFinite(f, nearest) || std::fabs(Value(f, nearest)) <= std::fabs(value) * kUp) return nearest;
  return nearest - 1;  // the magnitude, sign kept
}

uint64_t RoundDown(const Format& f, double value) {
  const uint64_t nearest = RoundNearest(f, value);
  if (!IsFinite(f, nearest) || Value(f, nearest) <= value + std::fabs(value) * (kUp - 1)) return nearest;
  const uint64_t below = NextDown(f, nearest);
  return IsFinite(f, below) ? below : nearest;
}

double LoneDeviation(const RowWork& row, double variance) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double least = kNone;
  for (const double d : row.deviation) {
    if (d != 0) least = std::min(least, std::fabs(d));
  }
  const double gap = std::sqrt(variance) / 64;
  if (least < gap || variance < row.call.eps / 16) return kNone;
  for (const double d : row.deviation) {
    if (std::fabs(d) != least && std::fabs(d) < least + gap && d != 0) return kNone;
  }
  return least;
}

bool IsLone(const RowWork& row, size_t i, double lone_deviation) {
  return row.columns() >= 8 && std::fabs(row.deviation[i]) == lone_deviation && std::fabs(row.gain[i]) >= 0.5;
}

uint64_t RoundUp(const Format& f, double value) {
  if (value == 0 || std::isnan(value)) return RoundNearest(f, value);
  return RoundDown(f, -value) ^ f.sign;
}

int TwoPass::Call(const exactnorm_kernel_call& call) {
  const Format* x = FindFormat(call.x_format);
  const Format* parameter = FindFormat(call.parameter_format);
  const Format* y = FindFormat(call.y_format);
  const Format* statistics = FindFormat(call.statistics_format);
  for (const Format* f : {x, parameter, y, statistics}) {
    if (*f == kF64) return EXACTNORM_KERNEL_UNSUPPORTED;
  }
  for (size_t r = 0; r < call.rows; ++r) {
    RowWork row{call, *x, *parameter, *y, *statistics, r};
    NormalizeRow(row);
  }
  return EXACTNORM_KERNEL_DONE;
}

void TwoPass::NormalizeRow(RowWork& row) {
  Read(row);
  if (!std::all_of(row.x.begin(), row.x.end(), [](double v) { return std::isfinite(v); })) {
    NormalizeNonFiniteRow(row);
    return;
  }
  Center(row);
  row.variance = Variance(row);
  row.rstd = InverseRoot(row, row.call.eps);
  for (size_t i = 0; i < row.columns(); ++i) Write(row, i, Round(row, i, Affine(row, i)));
  WriteStatistics(row);
}

void TwoPass::Read(RowWork& row) {
  const exactnorm_kernel_call& c = row.call;
  const size_t n = c.columns;
  row.x.resize(n);
  row.gain.assign(n, 1);
  row.bias.assign(n, 0);
  for (size_t i = 0; i < n; ++i) {
    row.x[i] = Value(row.x_format, Load(row.x_format, c.x, row.index * c.x_stride + i));
    if (c.gamma != nullptr) row.gain[i] = Value(row.parameter_format, Load(row.parameter_format, c.gamma, i));
    if (c.beta != nullptr) row.bias[i] = Value(row.parameter_format, Load(row.parameter_format, c.beta, i));
  }
}

void TwoPass::NormalizeNonFiniteRow(RowWork& row) {
  row.mean = row.rstd = std::nan("");
  for (size_t i = 0; i < row.columns(); ++i) Write(row, i, row.y_format.nan);
  WriteStatistics(row);
}

// N x_i - sum x over exact parts, so that cancellation costs nothing: each deviation has two roundings.
void TwoPass::Center(RowWork& row) {
  if (!row.is_layer_norm()) {
    row.deviation = row.x;
    return;
  }
  const auto n = static_cast<double>(row.columns());
  ExactSum sum;
  for (const double x : row.x) sum.Add(x);
  row.mean = sum.Rounded() / n;
  for (const double x : row.x) {
    ExactSum deviation;
    for (const double part : sum.parts()) deviation.Add(-part);
    deviation.Add(n * x);  // exact: 24 bits and those of n
    row.deviation.push_back(deviation.Rounded() / n);
  }
}

double TwoPass::Variance(const RowWork& row) {
  double sum = 0;
  for (const double d : row.deviation) sum += d * d;
  return sum / static_cast<double>(row.columns());
}

double TwoPass::InverseRoot(const RowWork& row, double eps) { return 1 / std::sqrt(row.variance + eps); }

double TwoPass::Affine(const RowWork& row, size_t i) { return row.deviation[i] * row.rstd * row.gain[i] + row.bias[i]; }

uint64_t TwoPass::Round(const RowWork& row, size_t, double value) { return RoundNearest(row.y_format, value); }

void TwoPass::WriteStatistics(const RowWork& row) {
  const Format& f = row.statistics_format;
  if (row.call.mean != nullptr) Store(f, row.call.mean, row.index, RoundNearest(f, row.mean));
  if (row.call.rstd != nullptr) Store(f, row.call.rstd, row.index, RoundNearest(f, row.rstd));
}

void TwoPass::Write(const RowWork& row, size_t i, uint64_t bits) {
  Store(row.y_format, row.call.y, row.index * row.call.y_stride + i, bits);
}

}  // namespace exactnorm::mutants
