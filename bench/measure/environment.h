// SPDX-License-Identifier: Apache-2.0
// What a reader needs to get the same figures: the command line, versions, and the machine by its processor's name.
// Figures depend on none of them but the command line; they are said so that nobody has to believe it.
#ifndef EXACTNORM_BENCH_MEASURE_ENVIRONMENT_H_
#define EXACTNORM_BENCH_MEASURE_ENVIRONMENT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// exactnorm measure with the flags that differ from the defaults.
std::string CommandLine(const Settings& settings);

nlohmann::ordered_json Environment(const Settings& settings);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_ENVIRONMENT_H_
