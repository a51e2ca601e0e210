// SPDX-License-Identifier: Apache-2.0
// The exact value of a sum of fractions whose numerators are dyadic and whose denominators are gains or their
// squares: its sign, and the binary64 nearest to it. Fractions of one denominator are added first, so a row of
// 16-bit gains, of which few are distinct, stays small; the rest is put together in pairs, pairs of pairs, ...
#ifndef EXACTNORM_GEOMETRY_FRACTION_SUM_H_
#define EXACTNORM_GEOMETRY_FRACTION_SUM_H_

#include <map>

#include "lib/exact/integer.h"

namespace exactnorm::geometry {

using exact::Dyadic;
using exact::Integer;

class FractionSum {
 public:
  // Adds numerator / denominator; denominator is not 0.
  void Add(const Dyadic& numerator, const Dyadic& denominator);
  void Add(const Dyadic& number) { Add(number, {1, 0}); }

  int Sign() const;  // -1, 0, 1
  // RN of the sum in binary64, ties to even, overflow to infinity; an exact 0 is +0.
  double Nearest() const;

  struct Fraction {
    Dyadic numerator;
    Integer denominator;  // odd and positive
  };
  Fraction Total() const;  // not in lowest terms

 private:
  std::map<Integer, Dyadic> numerators_;  // by odd, positive denominator
};

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_FRACTION_SUM_H_
