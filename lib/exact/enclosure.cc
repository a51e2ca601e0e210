// SPDX-License-Identifier: Apache-2.0
// Interval operations on 64-bit significands; the contract and the width ledger are in enclosure.h.
#include "lib/exact/enclosure.h"

#include <utility>

namespace exactnorm::exact {
namespace {

int BitWidth(const Wide& a) { return a == 0 ? 0 : static_cast<int>(msb(a)) + 1; }

// value >> shift, rounded down or up.
Wide ShiftDown(const Wide& value, int shift) {
  return shift >= 128 ? Wide(0) : Wide(value >> static_cast<unsigned>(shift));
}
Wide ShiftUp(const Wide& value, int shift) {
  if (shift >= 128) return value == 0 ? 0 : 1;
  const Wide down = value >> static_cast<unsigned>(shift);
  return (down << static_cast<unsigned>(shift)) == value ? down : Wide(down + 1);
}

// The 128-bit ends brought to 64 bits: high ends up with exactly 64.
Enclosure Narrow(Wide low, Wide high, int exponent) {
  for (int excess = BitWidth(high) - 64; excess != 0; excess = BitWidth(high) - 64) {
    if (excess > 0) {  // a second time only if rounding high up carried to 2^64
      low = ShiftDown(low, excess);
      high = ShiftUp(high, excess);
    } else {
      low <<= static_cast<unsigned>(-excess);
      high <<= static_cast<unsigned>(-excess);
    }
    exponent += excess;
  }
  return {static_cast<uint64_t>(low), static_cast<uint64_t>(high), exponent};
}

// Both on the coarser of the two grids, which the caller receives as the exponent.
struct Aligned {
  Wide a_low, a_high, b_low, b_high;
  int exponent;
};

Aligned Align(Enclosure a, Enclosure b) {
  // 63 bits of room below the larger one, so that alignment costs no more than one unit of 2^-63 of it.
  const bool swapped = a.exponent < b.exponent;
  if (swapped) std::swap(a, b);
  const int exponent = a.exponent - 63;
  const auto place = [](uint64_t end, int shift, bool up) -> Wide {
    if (shift >= 0) return Wide(end) << static_cast<unsigned>(shift);
    return up ? ShiftUp(end, -shift) : ShiftDown(end, -shift);
  };
  const int b_shift = b.exponent - exponent;
  Aligned r{place(a.low, 63, false), place(a.high, 63, true), place(b.low, b_shift, false),
            place(b.high, b_shift, true), exponent};
  if (swapped) {
    std::swap(r.a_low, r.b_low);
    std::swap(r.a_high, r.b_high);
  }
  return r;
}

}  // namespace

Enclosure Enclose(const Dyadic& positive) {
  const Integer& n = positive.significand;
  const int width = static_cast<int>(msb(n)) + 1;
  if (width <= 64) return Narrow(Wide(n), Wide(n), positive.exponent);
  const int shift = width - 64;
  const Wide low(n >> static_cast<unsigned>(shift));
  const bool exact = static_cast<int>(lsb(n)) >= shift;
  return Narrow(low, exact ? low : Wide(low + 1), positive.exponent + shift);
}

Enclosure Multiply(const Enclosure& a, const Enclosure& b) {
  return Narrow(Wide(a.low) * b.low, Wide(a.high) * b.high, a.exponent + b.exponent);
}

Enclosure Divide(const Enclosure& a, const Enclosure& b) {
  const Wide low = (Wide(a.low) << 63) / b.high;
  const Wide high = ((Wide(a.high) << 63) + (b.low - 1)) / b.low;
  return Narrow(low, high, a.exponent - b.exponent - 63);
}

Enclosure Add(const Enclosure& a, const Enclosure& b) {
  const Aligned s = Align(a, b);
  return Narrow(s.a_low + s.b_low, s.a_high + s.b_high, s.exponent);
}

std::optional<Enclosure> Subtract(const Enclosure& a, const Enclosure& b) {
  const Aligned s = Align(a, b);
  if (s.a_low <= s.b_high) return std::nullopt;
  const Enclosure difference = Narrow(s.a_low - s.b_high, s.a_high - s.b_low, s.exponent);
  if (difference.low == 0) return std::nullopt;
  return difference;
}

Enclosure SquareRoot(const Enclosure& a) {
  const int shift = (a.exponent - 63) % 2 == 0 ? 63 : 62;  // an even exponent below the root
  const Wide low = Wide(a.low) << static_cast<unsigned>(shift);
  const Wide high = Wide(a.high) << static_cast<unsigned>(shift);
  const Wide root = sqrt(high);
  return Narrow(sqrt(low), root * root == high ? root : Wide(root + 1), (a.exponent - shift) / 2);
}

}  // namespace exactnorm::exact
