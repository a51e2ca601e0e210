// SPDX-License-Identifier: Apache-2.0
// The geometry's claims on each subject's outputs -> text for a terminal.
#ifndef EXACTNORM_BENCH_MEASURE_CLAIMS_OUTPUT_H_
#define EXACTNORM_BENCH_MEASURE_CLAIMS_OUTPUT_H_

#include <string>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// Which claims are broken on some row of the distribution: p, i, s, z; none: ok; - if no claim speaks.
std::string ClaimsCell(const ClaimFigures& figures);

// What the table's letters and columns mean.
std::string ClaimsLegend();

// A line per subject, a column per distribution; then the largest distances and the share of rows that break a claim.
std::string ClaimsTable(const Section& section);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_CLAIMS_OUTPUT_H_
