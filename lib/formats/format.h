// SPDX-License-Identifier: Apache-2.0
// The four floating-point formats as integers: what a bit pattern means, and which pattern a value has.
// Bit patterns are held in uint64_t, whatever the format's width. No floating-point operation.
// Source: IEEE 754-2019, section 3; bfloat16 is binary32 with its significand cut to 8 bits.
#ifndef EXACTNORM_FORMATS_FORMAT_H_
#define EXACTNORM_FORMATS_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace exactnorm {

// A binary interchange format: sign, exponent field, significand field.
struct Format {
  const char* name;    // as the command spells it
  int bytes;           // of storage
  int precision;       // p: bits of the significand, the implicit one included
  int least_exponent;  // exponent of the smallest subnormal, 2^least_exponent
  uint64_t infinity;   // bits of +infinity; finite magnitudes are the patterns below it
  uint64_t nan;        // bits of the canonical NaN
  uint64_t sign;       // mask of the sign bit

  constexpr uint64_t max_finite() const { return infinity - 1; }
  friend constexpr bool operator==(const Format& a, const Format& b) { return a.nan == b.nan; }
};

inline constexpr Format kF64{"f64", 8, 53, -1074, 0x7FF0000000000000, 0x7FF8000000000000, 0x8000000000000000};
inline constexpr Format kF32{"f32", 4, 24, -149, 0x7F800000, 0x7FC00000, 0x80000000};
inline constexpr Format kF16{"f16", 2, 11, -24, 0x7C00, 0x7E00, 0x8000};
inline constexpr Format kBF16{"bf16", 2, 8, -133, 0x7F80, 0x7FC0, 0x8000};
inline constexpr const Format* kFormats[] = {&kF64, &kF32, &kF16, &kBF16};

// The finite number (-1)^negative * significand * 2^exponent. Zero has significand 0.
struct Number {
  bool negative;
  uint64_t significand;
  int exponent;
};

constexpr uint64_t Magnitude(const Format& f, uint64_t bits) { return bits & ~f.sign; }
constexpr bool IsNegative(const Format& f, uint64_t bits) { return (bits & f.sign) != 0; }
constexpr bool IsFinite(const Format& f, uint64_t bits) { return Magnitude(f, bits) < f.infinity; }
constexpr bool IsInfinite(const Format& f, uint64_t bits) { return Magnitude(f, bits) == f.infinity; }
constexpr bool IsNan(const Format& f, uint64_t bits) { return Magnitude(f, bits) > f.infinity; }
constexpr bool IsZero(const Format& f, uint64_t bits) { return Magnitude(f, bits) == 0; }

constexpr uint64_t WithSign(const Format& f, bool negative, uint64_t magnitude) {
  return negative ? magnitude | f.sign : magnitude;
}
constexpr uint64_t One(const Format& f) {
  return static_cast<uint64_t>(2 - f.precision - f.least_exponent) << (f.precision - 1);
}

// The value of a finite pattern. For a normal number the significand has exactly f.precision bits.
constexpr Number Decode(const Format& f, uint64_t bits) {
  const uint64_t magnitude = Magnitude(f, bits);
  const uint64_t field = magnitude >> (f.precision - 1);  // biased exponent
  const uint64_t hidden = uint64_t{1} << (f.precision - 1);
  const uint64_t fraction = magnitude & (hidden - 1);
  if (field == 0) return {IsNegative(f, bits), fraction, f.least_exponent};
  return {IsNegative(f, bits), fraction | hidden, f.least_exponent + static_cast<int>(field) - 1};
}

// The boundary between the finite magnitude `magnitude` and the next one up, as a positive Number.
// Above the largest finite number it is the overflow threshold, halfway to where the next would be.
constexpr Number MidpointAbove(const Format& f, uint64_t magnitude) {
  const Number low = Decode(f, magnitude);
  return {false, 2 * low.significand + 1, low.exponent - 1};
}

// The neighbours in value: -infinity .. -0, +0 .. +infinity, with -0 and +0 as one point. NaN stays.
uint64_t NextUp(const Format& f, uint64_t bits);
uint64_t NextDown(const Format& f, uint64_t bits);

// Magnitude bits of RN(significand * 2^exponent): nearest, ties to even, overflow to infinity.
uint64_t RoundMagnitude(const Format& f, uint64_t significand, int exponent);

// Element `index` of an array in format f; the array may have any alignment.
uint64_t Load(const Format& f, const void* array, size_t index);
void Store(const Format& f, void* array, size_t index, uint64_t bits);

}  // namespace exactnorm
#endif  // EXACTNORM_FORMATS_FORMAT_H_
