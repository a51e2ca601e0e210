// SPDX-License-Identifier: Apache-2.0
// Plain on purpose: this is the code whose error is of interest. Do not repair it.
#include "bench/measure/plain_kernels.h"

#include <bit>
#include <cmath>
#include <span>
#include <vector>

#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

template <class T>
struct Statistics {
  T mean;
  T variance;
};

template <class T>
Statistics<T> OnePassStatistics(std::span<const T> x) {
  T sum = 0;
  T squares = 0;
  for (const T value : x) {
    sum += value;
    squares += value * value;
  }
  const T n = static_cast<T>(x.size());
  const T mean = sum / n;
  return {mean, squares / n - mean * mean};
}

template <class T>
Statistics<T> TwoPassStatistics(std::span<const T> x) {
  const T n = static_cast<T>(x.size());
  T sum = 0;
  for (const T value : x) sum += value;
  const T mean = sum / n;
  T squares = 0;
  for (const T value : x) squares += (value - mean) * (value - mean);
  return {mean, squares / n};
}

template <class T>
Statistics<T> WelfordStatistics(std::span<const T> x) {
  T mean = 0;
  T squares = 0;
  T count = 0;
  for (const T value : x) {
    count += 1;
    const T delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  return {mean, squares / count};
}

// Exact: T is at least as wide as f.
template <class T>
T ToArithmetic(const Format& f, uint64_t bits) {
  if (f == kF64) return static_cast<T>(std::bit_cast<double>(bits));
  if (f == kF32) return static_cast<T>(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  if (f == kBF16) return static_cast<T>(std::bit_cast<float>(static_cast<uint32_t>(bits) << 16));
  if (!IsFinite(f, bits)) return static_cast<T>(IsNan(f, bits) ? NAN : IsNegative(f, bits) ? -INFINITY : INFINITY);
  const Number number = Decode(f, bits);
  const T magnitude = std::ldexp(static_cast<T>(number.significand), number.exponent);
  return number.negative ? -magnitude : magnitude;
}

template <class T>
void Normalize(const Row& row, Statistics<T> (*statistics)(std::span<const T>)) {
  const Format& f = *row.x_format;
  std::vector<T> x(row.columns);
  for (size_t i = 0; i < row.columns; ++i) x[i] = ToArithmetic<T>(f, Load(f, row.x, i));
  const auto [mean, variance] = statistics(x);
  const T rstd = 1 / std::sqrt(variance + static_cast<T>(row.eps));
  for (size_t i = 0; i < row.columns; ++i) {
    T y = (x[i] - mean) * rstd;
    if (row.gamma != nullptr) y *= ToArithmetic<T>(f, Load(f, row.gamma, i));
    if (row.beta != nullptr) y += ToArithmetic<T>(f, Load(f, row.beta, i));
    Store(f, row.y, i, RoundedBits(f, y));
  }
}

}  // namespace

void OnePass(const Row& row) {
  if (*row.x_format == kF64) return Normalize<double>(row, OnePassStatistics);
  Normalize<float>(row, OnePassStatistics);
}

void TwoPass(const Row& row) {
  if (*row.x_format == kF64) return Normalize<double>(row, TwoPassStatistics);
  Normalize<float>(row, TwoPassStatistics);
}

void Welford(const Row& row) {
  if (*row.x_format == kF64) return Normalize<double>(row, WelfordStatistics);
  Normalize<float>(row, WelfordStatistics);
}

void TwoPassInBinary64(const Row& row) { Normalize<double>(row, TwoPassStatistics); }

}  // namespace exactnorm::measure
