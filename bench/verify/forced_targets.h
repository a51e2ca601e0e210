// SPDX-License-Identifier: Apache-2.0
// The instruction sets that a kernel can be told to use by EXACTNORM_TARGET, as exactnorm itself can.
#ifndef EXACTNORM_BENCH_VERIFY_FORCED_TARGETS_H_
#define EXACTNORM_BENCH_VERIFY_FORCED_TARGETS_H_

#include <string>
#include <vector>

#include "bench/kernel/plugin_kernel.h"

namespace exactnorm::verify {

inline constexpr char kTargetVariable[] = "EXACTNORM_TARGET";

// Those that the kernel accepts on this machine; none if it accepts a name that means nothing, for then it does not
// look at the variable.
std::vector<std::string> ForcedTargets(const kernel::PluginSettings& settings);

}  // namespace exactnorm::verify
#endif  // EXACTNORM_BENCH_VERIFY_FORCED_TARGETS_H_
