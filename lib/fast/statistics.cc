// SPDX-License-Identifier: Apache-2.0
#include "lib/fast/statistics.h"

#include <bit>

namespace exactnorm::fast {

namespace {

uint64_t Round(const Format& f, double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (!IsFinite(kF64, bits)) return f.nan;
  const Number n = Decode(kF64, bits);
  return WithSign(f, n.negative, RoundMagnitude(f, n.significand, n.exponent));
}

// value + low rounded to odd, as RoundToOdd of sharp-inl.h does it.
double RoundToOdd(double value, double low) {
  const double sum = value + low;
  const double low_part = sum - value;
  const double rest = (value - (sum - low_part)) + (low - low_part);
  const auto bits = std::bit_cast<uint64_t>(sum);
  if (rest == 0 || (bits & 1) != 0) return sum;
  return std::bit_cast<double>((sum < 0) == (rest < 0) ? bits + 1 : bits - 1);
}

bool StoreCommon(const Format& f, void* at, uint64_t low, uint64_t high) {
  if (low != high || IsZero(f, low) || !IsFinite(f, low)) return false;
  Store(f, at, 0, low);
  return true;
}

}  // namespace

bool StoreCertified(const Format& f, void* at, double value, double error) {
  return StoreCommon(f, at, Round(f, value - error), Round(f, value + error));
}

bool StoreCertified(const Format& f, void* at, double value, double low, double error) {
  const auto round = [&](double end) { return Round(f, f == kF64 ? value + end : RoundToOdd(value, end)); };
  return StoreCommon(f, at, round(low - error), round(low + error));
}

}  // namespace exactnorm::fast
