// SPDX-License-Identifier: Apache-2.0
// `exactnorm measure --kernel`: plug-ins beside the rest, whatever they do.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

using MeasureKernelTest = CommandTest;

constexpr char kSmall[] = "measure --formats f32,f64 --rows 2 --columns 41";

std::string Kernel(const std::string& name) { return " --kernel '" EXACTNORM_PLUGINS "/" + name + "'"; }

// The last lines, which are about kernels.
std::string Verdict(const Outcome& outcome) { return outcome.out.substr(outcome.out.rfind("\n\n") + 2); }

TEST_F(MeasureKernelTest, AGoodKernelIsMeasuredWhereItIsSupported) {
  const Outcome outcome = Execute(kSmall + Kernel("good.so"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(Verdict(outcome).find("good: no finding in "), 0u) << Verdict(outcome);
  EXPECT_NE(Verdict(outcome).find("good: does not support layer_norm f64, rms_norm f32, rms_norm f64"),
            std::string::npos)
      << Verdict(outcome);
}

TEST_F(MeasureKernelTest, ItsFiguresAreThoseOfTheSameAlgorithmInProcess) {
  const Outcome outcome = Execute(kSmall + Kernel("good.so:another_name") + " --json");
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["kernels"][0]["findings"].size(), 0u);
  bool compared = false;
  for (const auto& section : json["sections"]) {
    for (const auto& result : section["results"]) {
      if (!result.contains("figures") || !result["figures"].contains("good:another_name")) continue;
      EXPECT_EQ(section["format"], "f32");
      EXPECT_EQ(section["subjects"].back()["arithmetic"], "unknown");
      EXPECT_EQ(result["figures"]["good:another_name"], result["figures"]["two-pass f64"]) << result["name"];
      compared = true;
    }
  }
  EXPECT_TRUE(compared);
}

TEST_F(MeasureKernelTest, RowsThatAKernelDoesNotDoAreNotHeldAgainstIt) {
  const Outcome outcome =
      Execute("measure --formats f32 --op layer_norm --rows 2 --columns 40 --json" + Kernel("good.so:even_columns"));
  const auto json = nlohmann::json::parse(outcome.out);
  size_t refused = 0;
  for (const auto& result : json["sections"][0]["results"]) {
    if (!result.contains("figures")) continue;
    const auto& figures = result["figures"]["good:even_columns"];
    EXPECT_EQ(figures["misplaced_nan"], 0) << result["name"];
    refused += figures["elements"] == 0;
  }
  EXPECT_GT(refused, 0u) << "a reported bug of odd length";
}

TEST_F(MeasureKernelTest, AFailingKernelIsReportedAndTheMeasurementGoesOn) {
  const Outcome outcome = Execute("measure --formats f32 --rows 2 --columns 41" +
                                  Kernel("crash.so:crashes_in_third_call") + Kernel("placement.so"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("\ncrash:crashes_in_third_call "), std::string::npos);
  EXPECT_NE(Verdict(outcome).find("crash:crashes_in_third_call: crash in "), std::string::npos) << Verdict(outcome);
  EXPECT_NE(Verdict(outcome).find("placement: result depends on placement in "), std::string::npos);
}

// However many threads measure; a kernel with a memory of its own is another matter.
TEST_F(MeasureKernelTest, EqualSettingsPrintEqualBytes) {
  const std::string line = kSmall + Kernel("crash.so") + Kernel("placement.so");
  EXPECT_TRUE(Execute(line).out == Execute(line).out);
}

TEST_F(MeasureKernelTest, WhatCannotBeLoadedIsOneLineAndExitTwo) {
  for (const char* bad : {"nothing.so", "good.so:nothing", "crash_on_loading.so"}) {
    const Outcome outcome = Execute(kSmall + Kernel(bad));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.error.find('\n'), outcome.error.size() - 1) << outcome.error;
    EXPECT_NE(outcome.error.find("cannot be loaded: "), std::string::npos) << outcome.error;
  }
  EXPECT_EQ(Execute(kSmall + Kernel("good.so") + Kernel("good.so")).exit_code, 2);
}

TEST_F(MeasureKernelTest, ALibraryInTheWorkingFolderNeedsNoSlash) {
  std::filesystem::copy_file(EXACTNORM_PLUGINS "/good.so", Path("libmine.so"));
  const Outcome outcome = Execute(std::string(kSmall) + " --kernel libmine.so");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(Files(), std::vector<std::string>{"libmine.so"});
}

}  // namespace
}  // namespace exactnorm::command
