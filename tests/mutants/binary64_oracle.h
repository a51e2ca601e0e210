// SPDX-License-Identifier: Apache-2.0
// The oracle that kernels are mostly tested with: the textbook formula in binary64, taken for the truth. Here to show
// what it cannot see. Same interface as the exact one, same bounds, computed in binary64.
#ifndef EXACTNORM_TESTS_MUTANTS_BINARY64_ORACLE_H_
#define EXACTNORM_TESTS_MUTANTS_BINARY64_ORACLE_H_

#include "tests/laws/oracle.h"

namespace exactnorm::mutants {

class Binary64Oracle final : public laws::Oracle {
 public:
  rows::Answer Answer(const rows::Problem& problem) const override;
  std::optional<size_t> FirstWrong(const rows::Problem& problem, const rows::Bits& y) const override;
  std::optional<size_t> FirstBeyond(const rows::Problem& problem, const rows::Bits& y,
                                    laws::Bound bound) const override;
  bool MeanWithinUlp(const rows::Problem& problem, uint64_t mean) const override;
  bool RstdWithinUlp(const rows::Problem& problem, uint64_t rstd) const override;
};

}  // namespace exactnorm::mutants
#endif  // EXACTNORM_TESTS_MUTANTS_BINARY64_ORACLE_H_
