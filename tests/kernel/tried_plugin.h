// SPDX-License-Identifier: Apache-2.0
// A plug-in of tests/kernel/plugins, called once, and what was found.
#ifndef EXACTNORM_TESTS_KERNEL_TRIED_PLUGIN_H_
#define EXACTNORM_TESTS_KERNEL_TRIED_PLUGIN_H_

#include <gtest/gtest.h>

#include <string>

#include "bench/kernel/plugin_kernel.h"
#include "tests/kernel/kernel_call.h"

namespace exactnorm::kernel {

// EXACTNORM_PLUGINS is the folder of the shared objects.
inline PluginSettings Settings(const std::string& plugin, const std::string& symbol = "exactnorm_kernel") {
  PluginSettings settings;
  settings.library = std::string(EXACTNORM_PLUGINS) + "/" + plugin + ".so";
  settings.symbol = symbol;
  return settings;
}

inline std::string Findings(const Answer& answer) {
  std::string names;
  for (const Observation& observation : answer.observations) {
    if (!names.empty()) names += " + ";
    names += Name(observation.finding);
  }
  return names;
}

inline std::string Detail(const Answer& answer) {
  return answer.observations.empty() ? std::string() : answer.observations.front().detail;
}

// One call of 3 rows of 5 numbers with a gap of 3.
struct Try {
  explicit Try(const PluginSettings& settings, bool in_place = false) : kernel("tried", settings), arrays(3, 5, 8) {
    if (in_place) arrays.call.y = arrays.x.data();
    answer = kernel.Call(arrays.call);
  }
  Try(const std::string& plugin, const std::string& symbol) : Try(Settings(plugin, symbol)) {}

  PluginKernel kernel;
  FloatCall arrays;
  Answer answer;
};

inline void ExpectFailure(const std::string& plugin, const std::string& symbol, const std::string& finding,
                          const std::string& detail) {
  const Try tried(plugin, symbol);
  EXPECT_EQ(Findings(tried.answer), finding) << plugin << ":" << symbol;
  EXPECT_NE(Detail(tried.answer).find(detail), std::string::npos) << Detail(tried.answer);
  EXPECT_TRUE(tried.answer.failed());
}

inline constexpr char kDefault[] = "exactnorm_kernel";

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_TESTS_KERNEL_TRIED_PLUGIN_H_
