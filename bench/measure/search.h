// SPDX-License-Identifier: Apache-2.0
// The largest error of a subject that can be found in a given time: random sampling misses it. Hill climbing on the
// bits of short rows, with restarts: subject, format, seed, seconds -> the worst row so far.
//
// Searched are rows of eight numbers, each 0 or between 2^-14 and 2^15 in magnitude, without gamma and beta, so that
// neither overflow nor underflow is to blame; counted are outputs whose exact answer is at least 1/2 in magnitude, so
// that neither is a tiny answer's tiny ulp.
#ifndef EXACTNORM_BENCH_MEASURE_SEARCH_H_
#define EXACTNORM_BENCH_MEASURE_SEARCH_H_

#include <cstdint>
#include <functional>

#include "bench/measure/error_figures.h"

namespace exactnorm::measure {

struct Record {
  uint64_t steps = 0;     // rows tried
  uint64_t nan_rows = 0;  // of these, rows with a misplaced NaN or infinity; they are not climbed on
  ErrorFigures figures;   // of the one worst element, with its row; empty if no row qualified
};

struct Search {
  exactnorm_operation operation;
  const Format* format;
  double eps;
  uint64_t seed;
};

// Deterministic for a number of steps; the time decides how many there are. At least one step is made.
Record WorstCase(const Search& search, const std::function<void(const Row& row)>& subject, double seconds,
                 uint64_t most_steps = UINT64_MAX);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_SEARCH_H_
