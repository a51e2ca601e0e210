// SPDX-License-Identifier: Apache-2.0
// LayerNorm and RMSNorm as they are usually written, for comparison: an operation and a row format -> the kernels in
// use for it. Each computes in one arithmetic T, statistics and the rest alike, and rounds once more when it stores y,
// as mixed-precision kernels do; x, parameters and y may have any format, each at most as wide as T or rounded to it.
#ifndef EXACTNORM_BENCH_MEASURE_ALGORITHMS_ALGORITHMS_H_
#define EXACTNORM_BENCH_MEASURE_ALGORITHMS_ALGORITHMS_H_

#include <string>
#include <vector>

#include "lib/row.h"

namespace exactnorm::measure {

struct Algorithm {
  const char* name;
  const char* summary;
  const Format* arithmetic;
  void (*run)(const Row& row);  // writes row.y; mean and rstd are not written

  std::string full_name() const { return std::string(name) + " " + arithmetic->name; }
};

// The arithmetics that somebody would take for rows of x: their own, binary32 for 16-bit rows, and binary64, which for
// 16-bit rows only two-pass (RMSNorm: sequential) has.
std::vector<Algorithm> Algorithms(exactnorm_operation operation, const Format& x);

// The one of that name; throws std::out_of_range.
Algorithm AlgorithmNamed(exactnorm_operation operation, const Format& x, const std::string& full_name);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_ALGORITHMS_ALGORITHMS_H_
