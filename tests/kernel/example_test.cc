// SPDX-License-Identifier: Apache-2.0
// The example of wrapping one's own kernel is built as its comment says, and run.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "bench/kernel/child.h"
#include "bench/kernel/plugin_kernel.h"
#include "tests/kernel/kernel_call.h"

namespace exactnorm::kernel {
namespace {

// EXACTNORM_EXAMPLE is the source; EXACTNORM_INCLUDES the -I flags of headers that are not installed; EXACTNORM_CC the
// compiler.
TEST(Example, IsBuiltByTheLineInItsCommentAndHasNoFinding) {
  std::string folder = testing::TempDir() + "/exactnorm-example-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::filesystem::copy_file(EXACTNORM_EXAMPLE, folder + "/my_kernel.c");
  std::ifstream source(EXACTNORM_EXAMPLE);
  std::string line;
  while (std::getline(source, line) && line.find(" cc -shared") == std::string::npos) {
  }
  ASSERT_NE(line.find("cc -shared"), std::string::npos);
  line = line.substr(line.find("cc -shared") + 2);
  const std::string command =
      "cd " + folder + " && " EXACTNORM_CC " " EXACTNORM_INCLUDES " -Wall -Wextra -Werror" + line;
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  {
    PluginSettings settings;
    ParseKernelName(folder + "/libmine.so", settings);
    PluginKernel kernel("mine", settings);
    ASSERT_EQ(kernel.Load(), "");
    FloatCall arrays(3, 5, 8);
    EXPECT_EQ(kernel.Call(arrays.call).outcome, Outcome::kUnsupported) << "it has no mean and rstd";
    arrays.call.mean = arrays.call.rstd = nullptr;
    const Answer answer = kernel.Call(arrays.call);
    EXPECT_EQ(answer.outcome, Outcome::kDone);
    EXPECT_TRUE(answer.observations.empty());
    for (size_t row = 0; row < 3; ++row) {
      for (size_t i = 0; i < 5; ++i) {
        const double exact = (static_cast<double>(i) - 2) / std::sqrt(2 + 1e-5) * 2 + 1;
        EXPECT_NEAR(arrays.y[row * 8 + i], exact, 1e-6);  // it is binary32 throughout: a few 2^-24 of 3.8
      }
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace exactnorm::kernel

int main(int argc, char** argv) {
  exactnorm::kernel::ServeIfChild(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
