// SPDX-License-Identifier: Apache-2.0
// `exactnorm measure --peers`: what lies beside the command is measured under its own name, and nothing else is.
// The command is copied into a folder of the test's own, so that it finds the peers that the test puts there.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

class MeasurePeersTest : public CommandTest {
 protected:
  MeasurePeersTest() {
    std::filesystem::create_directories(Path("bin"));
    std::filesystem::copy_file(EXACTNORM_COMMAND_PATH, Path("bin/exactnorm"));
  }

  void Build(const std::string& list) const {
    std::filesystem::create_directories(Path("bin/peers/plugins"));
    std::filesystem::copy_file(EXACTNORM_PLUGINS "/good.so", Path("bin/peers/plugins/good.so"));
    Write("bin/peers/plugins/peers.txt", list);
  }

  Outcome Measured(const std::string& arguments) const {
    return Execute("measure --op layer_norm --formats f32,f64 --rows 2 --columns 40 " + arguments,
                   "copied() { shift; bin/exactnorm \"$@\"; }; copied");
  }
};

TEST_F(MeasurePeersTest, EachLibraryIsMeasuredOnceUnderItsName) {
  Build("good.so:another_name\tGood LayerNorm 1.2 (some compiler -O3)\ngood.so\tthe same, dense rows only\n");
  const Outcome outcome = Measured("--peers --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json["kernels"].size(), 1u);
  EXPECT_EQ(json["kernels"][0]["name"], "Good LayerNorm 1.2");
  EXPECT_EQ(json["kernels"][0]["summary"], "Good LayerNorm 1.2 (some compiler -O3)");
  EXPECT_EQ(json["kernels"][0]["unsupported"], nlohmann::json({"layer_norm f64"}));
  EXPECT_EQ(json["sections"][0]["subjects"].back()["name"], "Good LayerNorm 1.2");
  EXPECT_EQ(json["sections"][0]["subjects"].back()["summary"], "Good LayerNorm 1.2 (some compiler -O3)");
  const auto& figures = json["sections"][0]["results"][0]["figures"];
  EXPECT_EQ(figures["Good LayerNorm 1.2"], figures["two-pass f64"]);
  EXPECT_EQ(json["environment"]["command"],
            "exactnorm measure --op layer_norm --formats f32,f64 --rows 2 --columns 40 --peers");
}

TEST_F(MeasurePeersTest, KernelsComeAfterThePeers) {
  Build("good.so\tGood 1.2\n");
  const Outcome outcome = Measured("--peers --kernel '" EXACTNORM_PLUGINS "/placement.so' --json");
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json["kernels"].size(), 2u) << outcome.error;
  EXPECT_EQ(json["kernels"][0]["name"], "Good 1.2");
  EXPECT_EQ(json["kernels"][1]["name"], "placement");
  EXPECT_EQ(nlohmann::json::parse(Measured("--json").out)["kernels"].size(), 0u) << "only if asked for";
}

TEST_F(MeasurePeersTest, WithoutPeersItSaysHowToGetThem) {
  const Outcome outcome = Measured("--peers");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.error,
            "exactnorm measure: --peers: no peers beside this exactnorm; build it with -DEXACTNORM_PEERS=ON "
            "(bench/README.md), or name plug-ins with --kernel\n");
}

TEST_F(MeasurePeersTest, WhatIsListedAndCannotBeLoadedIsNotLeftOutSilently) {
  Build("good.so\tGood 1.2\nmissing.so\tMissing 3.4\n");
  const Outcome missing = Measured("--peers");
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_EQ(missing.error.find("exactnorm measure: --peers: Missing 3.4: cannot be loaded: "), 0u) << missing.error;
  for (const char* list : {"", "good.so Good 1.2\n"}) {
    Write("bin/peers/plugins/peers.txt", list);
    const Outcome bad = Measured("--peers");
    EXPECT_EQ(bad.exit_code, 2);
    EXPECT_NE(bad.error.find("bin/peers/plugins/peers.txt: "), std::string::npos) << bad.error;
  }
}

}  // namespace
}  // namespace exactnorm::command
