// SPDX-License-Identifier: Apache-2.0
// Every peer that was found and built loads, does what it was wrapped for, and gets a verdict.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "bench/kernel/child.h"
#include "bench/kernel/plugin_kernel.h"
#include "bench/verify/report.h"
#include "bench/verify/watched_kernel.h"

namespace exactnorm::verify {
namespace {

// As bench/peers/CMakeLists.txt lists them.
std::vector<std::string> Peers() {
  std::vector<std::string> peers;
  std::ifstream list(EXACTNORM_PEERS_FOLDER "/peers.txt");
  for (std::string line; std::getline(list, line);)
    peers.push_back(EXACTNORM_PEERS_FOLDER "/" + line.substr(0, line.find('\t')));
  return peers;
}

TEST(Peers, OfWhichPlainCIsAlwaysOne) { ASSERT_FALSE(Peers().empty()); }

class Peer : public testing::TestWithParam<std::string> {};

TEST_P(Peer, GetsAVerdict) {
  kernel::PluginSettings settings;
  kernel::ParseKernelName(GetParam(), settings);
  auto plugin = std::make_unique<kernel::PluginKernel>("peer", settings);
  ASSERT_EQ(plugin->Load(), "");
  kernel::FindingLog log;
  WatchedKernel watched(std::move(plugin), log);
  laws::Options options;
  options.cases = 30;
  options.foreign = true;
  options.formats = {{&kF32, &kF32, &kF32, &kF32}};
  laws::Verdict verdict = laws::Examine(watched.subject(), laws::ExactOracle(), laws::AllLaws(), options);
  const Report report{std::move(verdict), log, {0, 0}, {}, watched.given_up()};

  // All of them are LayerNorms of binary32 rows, and none is correctly rounded.
  EXPECT_GE(report.verdict.Level(laws::Axis::kAccuracy).value_or(-1), 0) << ReportText(report);
  EXPECT_LT(report.verdict.Level(laws::Axis::kAccuracy).value_or(-1), 2) << ReportText(report);
  EXPECT_FALSE(report.given_up);
  EXPECT_EQ(log.seen().count(kernel::Finding::kCrash), 0u);
}

INSTANTIATE_TEST_SUITE_P(Built, Peer, testing::ValuesIn(Peers()));

}  // namespace
}  // namespace exactnorm::verify

int main(int argc, char** argv) {
  exactnorm::kernel::ServeIfChild(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
