// SPDX-License-Identifier: Apache-2.0
#include "lib/exact/rounding.h"

#include <optional>

namespace exactnorm::exact {
namespace {

Dyadic Abs(const Dyadic& a) { return a.sign() < 0 ? -a : a; }

// Rounds |z| from an enclosure of it. RN is monotone, so ends that round alike settle it. If they round
// to neighbours, one boundary lies between, and `above(boundary)`, the sign of |z| - boundary, settles it.
// Otherwise, only possible for a wide enclosure, nothing.
template <class Above>
std::optional<uint64_t> RoundEnclosed(const Format& f, const Enclosure& z, const Above& above) {
  const uint64_t low = RoundMagnitude(f, z.low, z.exponent);
  const uint64_t high = RoundMagnitude(f, z.high, z.exponent);
  if (low == high) return low;
  if (high - low != 1) return std::nullopt;
  const Dyadic boundary = ToDyadic(MidpointAbove(f, low));
  const int side = above(boundary);
  if (side != 0) return side > 0 ? high : low;
  return low % 2 == 0 ? low : high;  // a tie goes to the even significand, infinity counting as even
}

}  // namespace

int CompareQuotient(const Dyadic& a, const Dyadic& d, const Dyadic& c) {
  // a / sqrt(d) against c: the signs first; if they agree, a^2 against c^2 d.
  if (a.sign() != c.sign() || a.sign() == 0) return a.sign() < c.sign() ? -1 : a.sign() > c.sign();
  return a.sign() * (Square(a) - Square(c) * d).sign();
}

uint64_t RoundedAffine(const Format& f, const Dyadic& a, const Radicand& d, const Dyadic& b) {
  if (a.sign() == 0 && b.sign() == 0) return 0;
  const auto round = [&](bool negative, const Enclosure& z) -> std::optional<uint64_t> {
    // For |z| = (A / sqrt(D) + b) s with s = +-1:  |z| > m  iff  s A / sqrt(D) > m - s b.
    const auto above = [&](const Dyadic& m) {
      return negative ? CompareQuotient(-a, d.value, m + b) : CompareQuotient(a, d.value, m - b);
    };
    const std::optional<uint64_t> magnitude = RoundEnclosed(f, z, above);
    if (!magnitude) return std::nullopt;
    return WithSign(f, negative, *magnitude);
  };

  // No cancellation: the width ledger of enclosure.h gives w < 2^-56 with at most ten operations, less
  // than a quarter of the gap between boundaries of any format (p <= 53), so `round` always answers.
  if (a.sign() == 0) return round(b.sign() < 0, Enclose(Abs(b))).value();
  const Enclosure a_enclosure = Enclose(Abs(a));
  const Enclosure quotient = Divide(a_enclosure, d.root);
  if (b.sign() == 0) return round(a.sign() < 0, quotient).value();
  const Enclosure b_enclosure = Enclose(Abs(b));
  if (a.sign() == b.sign()) return round(a.sign() < 0, Add(quotient, b_enclosure)).value();

  // Opposite signs: the difference of the enclosures, if it is narrow enough ...
  if (const auto z = Subtract(quotient, b_enclosure)) {
    if (const auto bits = round(a.sign() < 0, *z)) return *bits;
  } else if (const auto minus_z = Subtract(b_enclosure, quotient)) {
    if (const auto bits = round(b.sign() < 0, *minus_z)) return *bits;
  }
  // ... else without cancellation from the exact A^2 - b^2 D:
  //   |A| / sqrt(D) - |b| = (A^2 - b^2 D) / (|A| sqrt(D) + |b| D)
  const Dyadic difference = Square(a) - Square(b) * d.value;
  if (difference.sign() == 0) return 0;
  const Enclosure divisor = Add(Multiply(a_enclosure, d.root), Multiply(b_enclosure, d.enclosure));
  const bool negative = (difference.sign() > 0 ? a : b).sign() < 0;
  return round(negative, Divide(Enclose(Abs(difference)), divisor)).value();
}

}  // namespace exactnorm::exact
