// SPDX-License-Identifier: Apache-2.0
// Neighbours, rounding in integers, and element access for the four formats.
#include "lib/formats/format.h"

#include <bit>
#include <cstring>

namespace exactnorm {

uint64_t NextUp(const Format& f, uint64_t bits) {
  if (IsNan(f, bits)) return bits;
  const uint64_t magnitude = Magnitude(f, bits);
  if (magnitude == 0) return 1;
  if (IsNegative(f, bits)) return WithSign(f, true, magnitude - 1);
  return magnitude == f.infinity ? bits : magnitude + 1;
}

uint64_t NextDown(const Format& f, uint64_t bits) { return IsNan(f, bits) ? bits : NextUp(f, bits ^ f.sign) ^ f.sign; }

uint64_t RoundMagnitude(const Format& f, uint64_t significand, int exponent) {
  if (significand == 0) return 0;
  // The result is kept * 2^quantum: f.precision bits, or fewer for a subnormal.
  const int top = exponent + static_cast<int>(std::bit_width(significand)) - 1;
  const int normal_quantum = top - f.precision + 1;
  const int quantum = normal_quantum > f.least_exponent ? normal_quantum : f.least_exponent;
  const int shift = quantum - exponent;
  uint64_t kept = 0;
  if (shift <= 0) {
    kept = significand << -shift;  // at most f.precision bits wide, by the choice of quantum
  } else if (shift <= 64) {
    kept = shift == 64 ? 0 : significand >> shift;
    const uint64_t half = uint64_t{1} << (shift - 1);
    const uint64_t rest = significand & (half | (half - 1));
    if (rest > half || (rest == half && (kept & 1) != 0)) ++kept;
  }  // else significand * 2^exponent < 2^(quantum - 1): below half of the smallest subnormal
  const uint64_t infinity_field = f.infinity >> (f.precision - 1);
  if (quantum - f.least_exponent >= static_cast<int>(infinity_field)) return f.infinity;
  // The implicit bit of `kept` adds one to the exponent field, and a carry out of it adds one more.
  const uint64_t bits = (static_cast<uint64_t>(quantum - f.least_exponent) << (f.precision - 1)) + kept;
  return bits < f.infinity ? bits : f.infinity;
}

uint64_t Load(const Format& f, const void* array, size_t index) {
  const auto* at = static_cast<const unsigned char*>(array) + index * static_cast<size_t>(f.bytes);
  const auto load = [at](auto bits) {
    std::memcpy(&bits, at, sizeof bits);
    return static_cast<uint64_t>(bits);
  };
  if (f.bytes == 8) return load(uint64_t{});
  if (f.bytes == 4) return load(uint32_t{});
  return load(uint16_t{});
}

void Store(const Format& f, void* array, size_t index, uint64_t bits) {
  auto* at = static_cast<unsigned char*>(array) + index * static_cast<size_t>(f.bytes);
  const auto store = [at](auto narrow) { std::memcpy(at, &narrow, sizeof narrow); };
  if (f.bytes == 8) return store(bits);
  if (f.bytes == 4) return store(static_cast<uint32_t>(bits));
  store(static_cast<uint16_t>(bits));
}

}  // namespace exactnorm
