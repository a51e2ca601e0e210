// SPDX-License-Identifier: Apache-2.0
// A measurement -> the table that `exactnorm measure` prints, and its JSON. Pure functions.
#ifndef EXACTNORM_BENCH_MEASURE_MEASUREMENT_OUTPUT_H_
#define EXACTNORM_BENCH_MEASURE_MEASUREMENT_OUTPUT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// Tables of at most 116 columns; hex floats of binary64 take 136.
std::string MeasurementText(const Measurement& measurement);

// Everything: settings, version, all figures, worst cases in hex floats.
nlohmann::ordered_json MeasurementJson(const Measurement& measurement);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_MEASUREMENT_OUTPUT_H_
