// SPDX-License-Identifier: Apache-2.0
// The number types in which kernels compute: double, float, and binary16 and bfloat16 as accelerators have them,
// every operation rounded to the format. Subnormals count; overflow gives infinity.
#ifndef EXACTNORM_BENCH_MEASURE_ALGORITHMS_ARITHMETIC_H_
#define EXACTNORM_BENCH_MEASURE_ALGORITHMS_ARITHMETIC_H_

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "lib/formats/format.h"

namespace exactnorm::measure {

// RN of a double to the narrower f, still as a double. A NaN stays one.
template <const Format& f>
double RoundedTo(double value) {
  constexpr int kDrop = 53 - f.precision;
  constexpr double kLeastNormal =
      std::bit_cast<double>(static_cast<uint64_t>(f.least_exponent + f.precision + 1022) << 52);
  if (!std::isfinite(value)) return value;
  if (std::abs(value) < kLeastNormal) {
    // Adding 1.5 2^52 quanta rounds to a multiple of the quantum, ties to even; taking it away is exact.
    constexpr double kShift = 1.5 * std::bit_cast<double>(static_cast<uint64_t>(f.least_exponent + 52 + 1023) << 52);
    return std::copysign((value + kShift) - kShift, value);
  }
  auto bits = std::bit_cast<uint64_t>(value);
  bits += ((uint64_t{1} << (kDrop - 1)) - 1) + ((bits >> kDrop) & 1);
  bits &= ~((uint64_t{1} << kDrop) - 1);
  constexpr int kTop = f.least_exponent + static_cast<int>(f.infinity >> (f.precision - 1)) + f.precision - 2;
  constexpr double kInfinite = std::bit_cast<double>(static_cast<uint64_t>(kTop + 1023) << 52);  // first beyond f
  const auto rounded = std::bit_cast<double>(bits);
  return std::abs(rounded) >= kInfinite ? std::copysign(INFINITY, value) : rounded;
}

// A number of f (binary16 or bfloat16). One operation in double, then one in f, is the operation in f: double has
// at least 2 p + 2 bits and f's whole range squared.
// Source: Figueroa, When is double rounding innocuous? (1995), for + - * / and the square root.
template <const Format& f>
class Narrow {
 public:
  Narrow() = default;
  explicit Narrow(double value) : value_(RoundedTo<f>(value)) {}
  explicit operator double() const { return value_; }

  friend Narrow operator+(Narrow a, Narrow b) { return Narrow(a.value_ + b.value_); }
  friend Narrow operator-(Narrow a, Narrow b) { return Narrow(a.value_ - b.value_); }
  friend Narrow operator*(Narrow a, Narrow b) { return Narrow(a.value_ * b.value_); }
  friend Narrow operator/(Narrow a, Narrow b) { return Narrow(a.value_ / b.value_); }
  friend bool operator<(Narrow a, Narrow b) { return a.value_ < b.value_; }

 private:
  double value_ = 0;
};

using Binary16 = Narrow<kF16>;
using Bfloat16 = Narrow<kBF16>;

// T(value): RN of a double into the arithmetic.
template <class T>
T Rounded(double value) {
  return T(value);
}
template <>
inline float Rounded<float>(double value) {
  return static_cast<float>(value);
}

template <class T>
T SquareRoot(T value) {
  return Rounded<T>(std::sqrt(static_cast<double>(value)));  // innocuous for float too: 53 >= 2 * 24 + 2
}

// The next wider arithmetic, in which mixed kernels keep their sums.
template <class T>
struct WiderThan {
  using Type = float;  // than the 16-bit formats
};
template <>
struct WiderThan<float> {
  using Type = double;
};

// All values of binary16, by pattern.
inline const std::array<double, 65536>& Binary16Values() {
  static const auto values = [] {
    std::array<double, 65536> table{};
    for (uint64_t bits = 0; bits < table.size(); ++bits) {
      const Number n = Decode(kF16, bits);
      const double magnitude = IsNan(kF16, bits)        ? NAN
                               : IsInfinite(kF16, bits) ? INFINITY
                                                        : std::ldexp(static_cast<double>(n.significand), n.exponent);
      table[bits] = n.negative ? -magnitude : magnitude;
    }
    return table;
  }();
  return values;
}

// The value of a pattern. Exact in double.
inline double Value(const Format& f, uint64_t bits) {
  if (f == kF64) return std::bit_cast<double>(bits);
  if (f == kF32) return std::bit_cast<float>(static_cast<uint32_t>(bits));
  if (f == kBF16) return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  return Binary16Values()[bits];
}

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_ALGORITHMS_ARITHMETIC_H_
