// SPDX-License-Identifier: Apache-2.0
// What the laws know of the right answer: a row -> the correctly rounded results, and whether given results are
// within a bound of the real ones. ExactOracle decides in integers alone (exact stage and certificate), so it shares
// no rounding error with any kernel.
#ifndef EXACTNORM_TESTS_LAWS_ORACLE_H_
#define EXACTNORM_TESTS_LAWS_ORACLE_H_

#include <cstddef>
#include <optional>

#include "tests/rows/problem.h"

namespace exactnorm::laws {

// z - b is what normalising gives, and s = |z - b| + |b| the scale on which an error of y is held against a kernel:
// cancellation of the result against the bias is not the kernel's. Where rows are looked at as a whole, |g| is added,
// the root mean square of z - b where eps does not matter. With 2^e <= s < 2^(e+1) the bound is
// 2^max(e - bits, least exponent of y's format); bits = p - 1 is 1 ulp(s). s = 0 has the least exponent.
struct Bound {
  int bits;
  bool of_the_row = false;  // s = |z - b| + |b| + |g|
};

class Oracle {
 public:
  virtual ~Oracle() = default;

  virtual rows::Answer Answer(const rows::Problem& problem) const = 0;

  // The first column whose y is not the right answer, bit for bit.
  virtual std::optional<size_t> FirstWrong(const rows::Problem& problem, const rows::Bits& y) const = 0;

  // The first column with |y_i - z_i| above the bound, or y_i not finite. Rows with everything finite and D > 0.
  virtual std::optional<size_t> FirstBeyond(const rows::Problem& problem, const rows::Bits& y, Bound bound) const = 0;

  // Whether mean is within 1 ulp of mean |x| of the real mean, and rstd within 1 ulp of the real rstd, in the
  // statistics' format. D > 0, everything finite, real values below the largest binade.
  virtual bool MeanWithinUlp(const rows::Problem& problem, uint64_t mean) const = 0;
  virtual bool RstdWithinUlp(const rows::Problem& problem, uint64_t rstd) const = 0;
};

const Oracle& ExactOracle();

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_ORACLE_H_
