// SPDX-License-Identifier: Apache-2.0
// What is said of a plugged kernel besides its figures: what the host saw, and what the kernel does not support.
#ifndef EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_OUTPUT_H_
#define EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_OUTPUT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "bench/measure/measurement.h"
#include "bench/measure/plugged_kernel.h"

namespace exactnorm::measure {

// One of measurement.settings.kernels.
std::string KernelLines(const Measurement& measurement, const PluggedKernel& kernel);
nlohmann::ordered_json KernelJson(const Measurement& measurement, const PluggedKernel& kernel);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_OUTPUT_H_
