// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/fraction_sum.h"

#include <bit>
#include <utility>
#include <vector>

namespace exactnorm::geometry {

void FractionSum::Add(const Dyadic& numerator, const Dyadic& denominator) {
  if (numerator.sign() == 0) return;
  Integer odd = abs(denominator.significand);
  const auto zeros = static_cast<int>(lsb(odd));
  odd >>= static_cast<unsigned>(zeros);
  Dyadic term{numerator.significand, numerator.exponent - denominator.exponent - zeros};
  if (denominator.sign() < 0) term = -term;
  Dyadic& sum = numerators_[std::move(odd)];
  sum = sum + term;
}

FractionSum::Fraction FractionSum::Total() const {
  std::vector<Fraction> parts;
  for (const auto& [denominator, numerator] : numerators_) parts.push_back({numerator, denominator});
  if (parts.empty()) return {{0, 0}, 1};
  while (parts.size() > 1) {
    size_t kept = 0;
    for (size_t i = 0; i < parts.size(); i += 2) {
      if (i + 1 == parts.size()) {
        parts[kept++] = std::move(parts[i]);
        break;
      }
      const Fraction& a = parts[i];
      const Fraction& b = parts[i + 1];
      Fraction sum{a.numerator * Dyadic{b.denominator, 0} + b.numerator * Dyadic{a.denominator, 0},
                   a.denominator * b.denominator};
      parts[kept++] = std::move(sum);
    }
    parts.resize(kept);
  }
  return parts[0];
}

int FractionSum::Sign() const { return Total().numerator.sign(); }

double FractionSum::Nearest() const {
  const Fraction total = Total();
  if (total.numerator.sign() == 0) return 0;
  // At least 62 bits of quotient, and one more that says whether anything is left: 63 bits and the rest round to
  // the 53 or fewer of a binary64 as the quotient itself does.
  Integer numerator = abs(total.numerator.significand);
  Integer denominator = total.denominator;
  int exponent = total.numerator.exponent;
  const int shift = 63 + static_cast<int>(msb(denominator)) - static_cast<int>(msb(numerator));
  if (shift >= 0) {
    numerator <<= static_cast<unsigned>(shift);
  } else {
    denominator <<= static_cast<unsigned>(-shift);
  }
  exponent -= shift;
  Integer quotient;
  Integer rest;
  divide_qr(numerator, denominator, quotient, rest);  // quotient in [2^62, 2^64)
  const auto bits = static_cast<uint64_t>(quotient) | (rest.sign() != 0 ? 1u : 0u);
  const uint64_t magnitude = RoundMagnitude(kF64, bits, exponent);
  return std::bit_cast<double>(WithSign(kF64, total.numerator.sign() < 0, magnitude));
}

}  // namespace exactnorm::geometry
