// SPDX-License-Identifier: Apache-2.0
// The correctly rounded value of z = A / sqrt(D) + b for dyadic rationals A, D > 0 and b.
// An enclosure of z settles nearly every element; the boundary that it may leave is decided by signs and
// squares in integers, ties included. No loop, no full-width root.
#ifndef EXACTNORM_EXACT_ROUNDING_H_
#define EXACTNORM_EXACT_ROUNDING_H_

#include "lib/exact/enclosure.h"
#include "lib/exact/integer.h"
#include "lib/formats/format.h"

namespace exactnorm::exact {

// D > 0 with its root enclosed, once for all elements of a row.
struct Radicand {
  explicit Radicand(const Dyadic& d) : value(d), enclosure(Enclose(d)), root(SquareRoot(enclosure)) {}

  Dyadic value;
  Enclosure enclosure;
  Enclosure root;
};

// Bits of RN(a / sqrt(d) + b) in format f. An exact zero is +0, an underflow keeps the sign of z,
// overflow is infinity.
uint64_t RoundedAffine(const Format& f, const Dyadic& a, const Radicand& d, const Dyadic& b);

// The sign of a / sqrt(d) - c, exactly.
int CompareQuotient(const Dyadic& a, const Dyadic& d, const Dyadic& c);

}  // namespace exactnorm::exact
#endif  // EXACTNORM_EXACT_ROUNDING_H_
