// SPDX-License-Identifier: Apache-2.0
#include "bench/verify/forced_targets.h"

namespace exactnorm::verify {
namespace {

constexpr const char* kNames[] = {"avx3_spr", "avx3_zen4", "avx3_dl", "avx3", "avx2",    "sse4",     "ssse3",
                                  "sse2",     "neon",      "sve",     "sve2", "sve_256", "sve2_128", "scalar"};

bool Accepts(kernel::PluginSettings settings, const std::string& name) {
  settings.environment.emplace_back(kTargetVariable, name);
  kernel::PluginKernel kernel(name, settings);
  const float x[2] = {1, -1};
  float y[2];
  exactnorm_kernel_call call = {};
  call.version = EXACTNORM_KERNEL_VERSION;
  call.threads = 1;
  call.x_format = call.parameter_format = call.y_format = call.statistics_format = EXACTNORM_F32;
  call.rows = 1;
  call.columns = call.x_stride = call.y_stride = 2;
  call.x = x;
  call.y = y;
  return kernel.Call(call).outcome == kernel::Outcome::kDone;
}

}  // namespace

std::vector<std::string> ForcedTargets(const kernel::PluginSettings& settings) {
  std::vector<std::string> accepted;
  if (Accepts(settings, "no_such_target")) return accepted;
  for (const char* name : kNames) {
    if (Accepts(settings, name)) accepted.emplace_back(name);
  }
  return accepted;
}

}  // namespace exactnorm::verify
