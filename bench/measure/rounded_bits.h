// SPDX-License-Identifier: Apache-2.0
// RN of a double into any of the four formats: how workloads and the plain kernels store their numbers.
#ifndef EXACTNORM_BENCH_MEASURE_ROUNDED_BITS_H_
#define EXACTNORM_BENCH_MEASURE_ROUNDED_BITS_H_

#include <bit>

#include "lib/formats/format.h"

namespace exactnorm::measure {

inline uint64_t RoundedBits(const Format& f, double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (IsNan(kF64, bits)) return f.nan;
  if (f == kF64) return bits;
  if (f == kF32) return std::bit_cast<uint32_t>(static_cast<float>(value));  // IEEE's own rounding
  if (IsInfinite(kF64, bits)) return WithSign(f, IsNegative(kF64, bits), f.infinity);
  const Number number = Decode(kF64, bits);
  return WithSign(f, number.negative, RoundMagnitude(f, number.significand, number.exponent));
}

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_ROUNDED_BITS_H_
