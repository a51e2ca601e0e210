// SPDX-License-Identifier: Apache-2.0
// Rows for the laws: what breaks kernels, each kind on its own, and what a kernel has to do well in any case.
#ifndef EXACTNORM_TESTS_LAWS_HARD_ROWS_H_
#define EXACTNORM_TESTS_LAWS_HARD_ROWS_H_

#include "tests/laws/law.h"

namespace exactnorm::laws {

// A double's nearest number of f.
uint64_t FromDouble(const Format& f, double value);
double ToDouble(const Format& f, uint64_t bits);

// A row of about N(0, 1) numbers around a mean of up to 2^(p/2) sigma; gains and biases of size 1; eps 1e-12 .. 1.
rows::Problem OrdinaryRow(rows::Generator& random, const Formats& formats);
// Whether a row is of that kind: see README.md, level A0.
bool IsOrdinary(const rows::Problem& problem);

// Finite rows with D > 0 on which kernels are known to go wrong: |mean| >> sigma, one outlier, sigma << sqrt(eps),
// ties, squares that overflow or underflow x's format, b = -g t, sums that cancel, exponents all over the format,
// lengths just beside those of vector registers, long rows.
rows::Problem HardRow(rows::Generator& random, const Formats& formats);
// Subnormal x with eps = 0 and no gains, or gains that make y subnormal; no biases.
rows::Problem SubnormalRow(rows::Generator& random, const Formats& formats);

// Small integers with an integer mean that is not every x: sums, the mean and deviations are exact in every format and
// order.
rows::Problem IntegerRow(rows::Generator& random, const Formats& formats);
bool IsIntegerRow(const rows::Problem& problem);

bool AllFinite(const rows::Problem& problem);
bool AllEqual(const rows::Bits& bits);
// D of the definition is 0.
bool RadicandIsZero(const rows::Problem& problem);

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_HARD_ROWS_H_
