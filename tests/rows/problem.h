// SPDX-License-Identifier: Apache-2.0
// One row with everything that decides its answer, and the answer: what tests pass around and print.
#ifndef EXACTNORM_TESTS_ROWS_PROBLEM_H_
#define EXACTNORM_TESTS_ROWS_PROBLEM_H_

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "exactnorm/exactnorm.h"
#include "lib/row.h"

namespace exactnorm::rows {

using Bits = std::vector<uint64_t>;  // patterns of one format

struct Problem {
  exactnorm_operation operation;
  const Format* x_format;
  const Format* parameter_format;
  const Format* y_format;
  const Format* statistics_format;
  double eps;
  Bits x;
  Bits gamma;  // empty: all 1
  Bits beta;   // empty: all 0
};

struct Answer {
  Bits y;
  uint64_t mean;  // 0 for RMSNorm
  uint64_t rstd;
  friend bool operator==(const Answer&, const Answer&) = default;
};

// As a line of tests/corpus, up to the '='.
std::ostream& operator<<(std::ostream& out, const Problem& problem);
// A number as corpus lines and C source have it: hex float, inf, -inf or nan.
std::string HexFloat(const Format& f, uint64_t bits);

// The problem's arrays as bytes, for the library's row and call.
class Packed {
 public:
  explicit Packed(const Problem& problem);
  Row row();
  exactnorm_call call();  // one row
  Answer answer() const;  // what stands in the outputs
  void set_answer(const Answer& answer);

 private:
  using Bytes = std::vector<unsigned char>;
  Problem problem_;
  Bytes x_, gamma_, beta_, y_, mean_, rstd_;
};

exactnorm_format FormatId(const Format& f);

// The answer of the public call. Throws std::runtime_error with the library's message on a refusal.
Answer Normalized(const Problem& problem);

}  // namespace exactnorm::rows
#endif  // EXACTNORM_TESTS_ROWS_PROBLEM_H_
