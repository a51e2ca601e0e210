// SPDX-License-Identifier: Apache-2.0
// A measurement -> tables in Markdown for a README: one of the plugged kernels, if any, then one per operation and
// format of the rest, which is the same on every machine. Pure.
#ifndef EXACTNORM_BENCH_MEASURE_MEASUREMENT_MARKDOWN_H_
#define EXACTNORM_BENCH_MEASURE_MEASUREMENT_MARKDOWN_H_

#include <string>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// The table of plugged kernels and the next one stand open, the others are folded. Lines end in \n.
std::string MeasurementMarkdown(const Measurement& measurement);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_MEASUREMENT_MARKDOWN_H_
