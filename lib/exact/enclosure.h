// SPDX-License-Identifier: Apache-2.0
// A positive real between two 64-bit numbers: where a result lies, before it is decided exactly.
// Each operation rounds the lower end down and the upper end up, so the true value never leaves.
//
// Width. Call w = (high - low) / low. An end rounded to an integer of at least 2^62 moves by at most 2^-62 of
// itself, and no operation below rounds an end more than twice, so with w <= 2^-50 on the way in
//   Enclose: w <= 2^-60      SquareRoot: w <= wa + 2^-60      Add: w <= max(wa, wb) + 2^-60
//   Multiply, Divide: w <= (wa + wb)(1 + 2^-50) + 2^-60.
// A formula with k such operations, each operand counted as often as it is used, has w < (k + 1) 2^-60.
#ifndef EXACTNORM_EXACT_ENCLOSURE_H_
#define EXACTNORM_EXACT_ENCLOSURE_H_

#include <optional>

#include "lib/exact/integer.h"

namespace exactnorm::exact {

// low * 2^exponent <= value <= high * 2^exponent, 0 < low <= high, the top bit of high set.
struct Enclosure {
  uint64_t low;
  uint64_t high;
  int exponent;
};

Enclosure Enclose(const Dyadic& positive);
Enclosure Multiply(const Enclosure& a, const Enclosure& b);
Enclosure Divide(const Enclosure& a, const Enclosure& b);
Enclosure Add(const Enclosure& a, const Enclosure& b);
Enclosure SquareRoot(const Enclosure& a);

// a - b where it is certainly positive; its relative width is not bounded.
std::optional<Enclosure> Subtract(const Enclosure& a, const Enclosure& b);

}  // namespace exactnorm::exact
#endif  // EXACTNORM_EXACT_ENCLOSURE_H_
