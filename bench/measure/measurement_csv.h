// SPDX-License-Identifier: Apache-2.0
// A measurement -> CSV for spreadsheets: a heading, then one line per operation, format, point and subject.
#ifndef EXACTNORM_BENCH_MEASURE_MEASUREMENT_CSV_H_
#define EXACTNORM_BENCH_MEASURE_MEASUREMENT_CSV_H_

#include <string>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// RFC 4180, UTF-8, lines end in \n. Points that a format cannot hold have no lines; what cannot be said is empty.
std::string MeasurementCsv(const Measurement& measurement);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_MEASUREMENT_CSV_H_
