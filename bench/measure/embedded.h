// SPDX-License-Identifier: Apache-2.0
// Files that are part of the command: their bytes, put into it when it was built (embed.cmake).
#ifndef EXACTNORM_BENCH_MEASURE_EMBEDDED_H_
#define EXACTNORM_BENCH_MEASURE_EMBEDDED_H_

#include <string_view>

namespace exactnorm::measure::embedded {

std::string_view ReportedBugs();  // tests/corpus/reported_bugs.txt

}  // namespace exactnorm::measure::embedded
#endif  // EXACTNORM_BENCH_MEASURE_EMBEDDED_H_
