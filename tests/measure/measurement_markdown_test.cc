// SPDX-License-Identifier: Apache-2.0
// The tables of a README: plugged kernels have their own, and the rest is what it is without them.
#include "bench/measure/measurement_markdown.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/measure/plugged_kernel.h"

namespace exactnorm::measure {
namespace {

Settings Small() {
  Settings settings;
  settings.formats = {&kF32, &kF16};
  settings.rows = 1;
  settings.columns = 8;
  settings.search_steps = 2;
  return settings;
}

int LayerNormOnly(const exactnorm_kernel_call* call) {
  return call->operation == EXACTNORM_LAYER_NORM ? kernel::ExactnormKernel(call) : EXACTNORM_KERNEL_UNSUPPORTED;
}

TEST(MeasurementMarkdown, PluggedKernelsHaveOneTableAndChangeNoOther) {
  const std::string without = MeasurementMarkdown(Measure(Small(), InOrder));
  PluggedKernel kernel(std::make_unique<kernel::InProcessKernel>("Ours 1.0", LayerNormOnly), "--peers", "Ours");
  Settings settings = Small();
  settings.kernels = {&kernel};
  const std::string with = MeasurementMarkdown(Measure(settings, InOrder));

  ASSERT_EQ(with.find("### LayerNorms in use, as plug-ins\n\n| kernel | rows | N(0,1) |"), 0u) << with.substr(0, 200);
  const size_t rest = with.find("### LayerNorm of binary32 rows");
  EXPECT_EQ(with.substr(rest), without);
  const std::string table = with.substr(0, rest);
  EXPECT_NE(table.find("\n| Ours 1.0 | LayerNorm binary32 | 0."), std::string::npos) << table;
  EXPECT_NE(table.find("\n| Ours 1.0 | LayerNorm binary16 | 0."), std::string::npos);
  EXPECT_EQ(table.find("RMSNorm"), std::string::npos);
  EXPECT_NE(table.find(" - |"), std::string::npos) << "binary16 has not all of them";

  // Every line has a cell for every column.
  std::vector<long> bars;
  size_t start = table.find('|');
  for (size_t end; (end = table.find('\n', start)) != std::string::npos && table[start] == '|'; start = end + 1)
    bars.push_back(std::count(table.begin() + static_cast<long>(start), table.begin() + static_cast<long>(end), '|'));
  ASSERT_EQ(bars.size(), 4u);
  for (const long count : bars) EXPECT_EQ(count, bars.front());
}

}  // namespace
}  // namespace exactnorm::measure
