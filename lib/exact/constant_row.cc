// SPDX-License-Identifier: Apache-2.0
#include "lib/exact/constant_row.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "lib/exact/rounding.h"
#include "lib/special_values.h"

namespace exactnorm::exact {
namespace {

bool IsConstant(const Row& row) {
  const auto bytes = static_cast<size_t>(row.x_format->bytes);
  const auto* const x = static_cast<const unsigned char*>(row.x);
  return std::memcmp(x, x + bytes, (row.columns - 1) * bytes) == 0;
}

// RN of a finite pattern in another format; zeros become +0.
uint64_t Convert(const Format& from, uint64_t bits, const Format& to) {
  if (IsZero(from, bits)) return 0;
  const Number number = Decode(from, bits);
  return WithSign(to, number.negative, RoundMagnitude(to, number.significand, number.exponent));
}

// Loops that a compiler can vectorise, for formats of sizeof(Bits).
template <class Bits>
Bits At(const unsigned char* array, size_t i) {
  Bits bits;
  std::memcpy(&bits, array + i * sizeof bits, sizeof bits);
  return bits;
}

// The difference is negative, its first bit set, from infinity on.
template <class Bits>
bool AreFinite(const Format& f, const void* array, size_t n) {
  const auto* const at = static_cast<const unsigned char*>(array);
  const auto most = static_cast<Bits>(f.max_finite()), sign = static_cast<Bits>(f.sign);
  Bits differences = 0;
  for (size_t i = 0; i < n && array != nullptr; ++i) {
    differences = static_cast<Bits>(differences | (most - (At<Bits>(at, i) & static_cast<Bits>(~sign))));
  }
  return (differences & sign) == 0;
}

// y_i = beta_i, where the formats are one and all parameters are finite; else false, and nothing is written.
template <class Bits>
bool CopyBiases(const Row& row) {
  const Format& f = *row.y_format;
  const size_t n = row.columns;
  if (!AreFinite<Bits>(f, row.gamma, n) || !AreFinite<Bits>(f, row.beta, n)) return false;
  const auto* const beta = static_cast<const unsigned char*>(row.beta);
  auto* const y = static_cast<unsigned char*>(row.y);
  if (beta == nullptr) {
    std::memset(y, 0, n * sizeof(Bits));
    return true;
  }
  const auto negative_zero = static_cast<Bits>(f.sign);
  for (size_t i = 0; i < n; ++i) {
    const Bits bits = At<Bits>(beta, i);
    const Bits result = bits == negative_zero ? Bits{0} : bits;
    std::memcpy(y + i * sizeof bits, &result, sizeof bits);
  }
  return true;
}

bool CopyBiases(const Row& row) {
  if (!(*row.parameter_format == *row.y_format)) return false;
  switch (row.y_format->bytes) {
    case 2: return CopyBiases<uint16_t>(row);
    case 4: return CopyBiases<uint32_t>(row);
    default: return CopyBiases<uint64_t>(row);
  }
}

}  // namespace

bool NormalizeConstantRow(const Row& row) {
  const uint64_t x = Load(*row.x_format, row.x, 0);
  const uint64_t eps = Magnitude(kF64, std::bit_cast<uint64_t>(row.eps));
  if (!IsFinite(*row.x_format, x) || eps == 0) return false;
  if (row.operation == EXACTNORM_RMS_NORM && !IsZero(*row.x_format, x)) return false;
  if (!IsConstant(row)) return false;
  const Format& s = *row.statistics_format;
  if (row.rstd != nullptr) {
    Store(s, row.rstd, 0, RoundedAffine(s, {1, 0}, Radicand(ToDyadic(Decode(kF64, eps))), {0, 0}));
  }
  if (row.mean != nullptr) Store(s, row.mean, 0, Convert(*row.x_format, x, s));
  if (CopyBiases(row)) return true;
  const Format &p = *row.parameter_format, &y = *row.y_format;
  for (size_t i = 0; i < row.columns; ++i) {
    const uint64_t beta = row.beta_bits(i);
    const auto special = SpecialElement(p, row.gamma_bits(i), beta, 0, y);
    Store(y, row.y, i, special ? *special : Convert(p, beta, y));
  }
  return true;
}

}  // namespace exactnorm::exact
