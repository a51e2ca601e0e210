// SPDX-License-Identifier: Apache-2.0
// The rows that LayerNorms in use got wrong: tests/corpus/reported_bugs.txt, as it was when the command was built.
#ifndef EXACTNORM_BENCH_MEASURE_REPORTED_BUGS_H_
#define EXACTNORM_BENCH_MEASURE_REPORTED_BUGS_H_

#include <span>
#include <string>

#include "bench/measure/workloads.h"

namespace exactnorm::measure {

struct ReportedBug {
  std::string source;  // thread and what went wrong, unique
  Batch batch;         // one row
};

std::span<const ReportedBug> ReportedBugs();

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_REPORTED_BUGS_H_
