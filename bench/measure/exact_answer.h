// SPDX-License-Identifier: Apache-2.0
// The real numbers that a row's results are compared with: x, g, b, eps -> every y_i before its rounding.
// Written for the instruments alone, in GMP integers and from the centred form of the formula; it shares
// nothing with the library's stages but the meaning of a bit pattern, so it can find them wrong.
//
// ulp(z) of a real z in a format with p bits, smallest subnormal 2^l and largest exponent e_max:
// for 2^e <= |z| < 2^(e+1) it is 2^max(e - p + 1, l); ulp(0) = 2^l; from 2^(e_max + 1) on it stays that of the
// largest binade. The binade is that of the real z, decided exactly, also where z is within a hair of 2^e.
#ifndef EXACTNORM_BENCH_MEASURE_EXACT_ANSWER_H_
#define EXACTNORM_BENCH_MEASURE_EXACT_ANSWER_H_

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "lib/row.h"

namespace exactnorm::measure {

// 113 bits, exponents to 2^16383: errors in ulps leave binary64's range (1e-5 against an exact 0 is 2^1057).
using Real = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<113, boost::multiprecision::digit_base_2, void, int16_t, -16382, 16383>,
    boost::multiprecision::et_off>;

enum class Kind {
  kReal,      // z is a real number; it may round to an infinity
  kNan,       // the definition says NaN
  kInfinite,  // the definition says infinity: g_i or b_i is infinite
};

struct ExactAnswer {
  Kind kind = Kind::kNan;
  uint64_t rounded = 0;  // the right answer in y's format; a zero has no sign here
  Real value = 0;        // z to within 2^-60 ulp(z); z itself if it has no more than 113 bits
  Real size = 0;         // |z - b| + |b|, to within 2^-60 of it
  int ulp_exponent = 0;  // ulp(z) = 2^ulp_exponent
};

// One answer per column, for row.y_format. row.y, mean and rstd are not looked at.
std::vector<ExactAnswer> ExactAnswers(const Row& row);

// The answers of some columns only, in the given order.
std::vector<ExactAnswer> ExactAnswers(const Row& row, std::span<const size_t> columns);

// The value of a finite pattern.
Real ToReal(const Format& f, uint64_t bits);

// (y - z) / ulp(z) for a finite y and a real z, to within 2^-59 ulp and 2^-111 of itself.
Real SignedUlpError(const Format& f, uint64_t y, const ExactAnswer& answer);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_EXACT_ANSWER_H_
