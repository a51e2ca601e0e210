// SPDX-License-Identifier: Apache-2.0
// `exactnorm verify` from the command line to the exit code.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

using VerifyTest = CommandTest;

// Of the command and its own children, which the machine's load does not lengthen.
double ProcessorSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string Kernel(const std::string& name) { return " --kernel '" EXACTNORM_PLUGINS "/" + name + "'"; }

TEST_F(VerifyTest, ThisLibraryReachesItsClaimInEveryFormat) {
  const Outcome outcome = Execute("verify --cases 20 --formats f64,f32,f16,bf16,mixed --json");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error << outcome.out;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["accuracy"], "A2");
  EXPECT_EQ(json["claim_holds"], true);
  EXPECT_EQ(json["claim"].get<std::string>().substr(0, 2) + json["claim"].get<std::string>().substr(5), "A2,G");
  ASSERT_EQ(json["geometry"].size(), 4u);
  for (const auto& claim : json["geometry"]) EXPECT_EQ(claim["standing"], "held") << claim;
  EXPECT_EQ(json["formats"].size(), 8u);
  EXPECT_TRUE(json["findings"].empty());
}

// All levels and claims, on every instruction set, with the budget that nobody has to ask for.
TEST_F(VerifyTest, ThisLibraryReachesItsClaimWithinAMinute) {
  const double begin = ProcessorSeconds();
  const Outcome outcome = Execute("verify");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(ProcessorSeconds() - begin, 60);
#endif
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_EQ(outcome.out.rfind("exactnorm: A2, R", 0), 0U) << outcome.out;
  EXPECT_NE(outcome.out.find("no law is broken\n"), std::string::npos) << outcome.out;
}

TEST_F(VerifyTest, TheClaimDecidesTheExitCode) {
  const std::string line = "verify --cases 20 --formats f32" + Kernel("good.so");
  EXPECT_EQ(Execute(line + " --claim A0,R1").exit_code, 0);
  EXPECT_EQ(Execute(line + " --claim R1").exit_code, 0);
  EXPECT_EQ(Execute(line + " --claim A0,R1,G").exit_code, 0);
  const Outcome high = Execute(line + " --claim A2");
  EXPECT_EQ(high.exit_code, 1);
  EXPECT_NE(high.out.find("# Every result is correctly rounded (A2, f32)\n# y["), std::string::npos) << high.out;
  EXPECT_NE(high.out.find("\nA2,R0 is not reached\n  not A2: correctly rounded\n"), std::string::npos) << high.out;
}

// What is printed first is a row that a person can read.
TEST_F(VerifyTest, AOnePassVarianceIsSeenInSecondsByARowOfFourElementsAtMost) {
  const double begin = ProcessorSeconds();
  const Outcome outcome = Execute("verify" + Kernel("one_pass.so"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(ProcessorSeconds() - begin, 10);
#endif
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out.rfind("one_pass: below A0, R0", 0), 0U) << outcome.out;
  const size_t law = outcome.out.find("# The error of a result is small beside |y - b| + |b| (A0, f32)\n");
  ASSERT_NE(law, std::string::npos) << outcome.out;
  const size_t row = outcome.out.find("\nlayer_norm f32 f32 f32 ", law);
  ASSERT_NE(row, std::string::npos) << outcome.out;
  const std::string line = outcome.out.substr(row + 1, outcome.out.find('\n', row + 1) - row - 1);
  std::istringstream x(
      line.substr(line.find(" : ") + 3, line.find(" : ", line.find(" : ") + 3) - line.find(" : ") - 3));
  const size_t elements =
      static_cast<size_t>(std::distance(std::istream_iterator<std::string>(x), std::istream_iterator<std::string>()));
  EXPECT_GE(elements, 2U) << line;
  EXPECT_LE(elements, 4U) << line;
}

TEST_F(VerifyTest, FormatsThatAKernelDoesNotHaveAreNoLevelOfIts) {
  const Outcome outcome = Execute("verify --cases 20 --formats f64,f32 --claim A0,R1" + Kernel("good.so"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("\n  f32: A"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find("f64: "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\nnot supported\n  f64\n"), std::string::npos) << outcome.out;
}

TEST_F(VerifyTest, OtherBitsOnAnotherTargetAreSeen) {
  const Outcome outcome = Execute("verify --cases 20 --formats f32" + Kernel("forced_target.so"));
  EXPECT_NE(outcome.out.find("# Every instruction set gives the same bits (R2, f32)"), std::string::npos)
      << outcome.out;
}

TEST_F(VerifyTest, EqualSeedsPrintEqualBytes) {
  const std::string line = "verify --cases 20 --formats f32,bf16" + Kernel("placement.so");
  const std::string first = Execute(line).out;
  EXPECT_EQ(first, Execute(line).out);
  EXPECT_NE(first, Execute(line + " --seed 2").out);
}

TEST_F(VerifyTest, JunitIsWrittenBesideTheScreen) {
  const Outcome outcome = Execute("verify --cases 5 --formats f32 --junit out.xml" + Kernel("crash.so"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(Files(), std::vector<std::string>{"out.xml"});
  const std::string xml = Bytes("out.xml");
  EXPECT_EQ(xml.find("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"), 0u);
  EXPECT_NE(xml.find("</testsuites>\n"), std::string::npos);
  EXPECT_NE(outcome.out.find("below A0"), std::string::npos);
}

TEST_F(VerifyTest, TimeoutAndMemoryAreThoseAskedFor) {
  const Outcome hang = Execute("verify --cases 5 --formats f32 --timeout 0.05" + Kernel("hang.so"));
  EXPECT_NE(hang.out.find("# hang: no answer in 50 ms"), std::string::npos) << hang.out;
  EXPECT_EQ(Execute("verify --cases 5 --formats f32 --claim A0,R1 --memory 0.5" + Kernel("good.so")).exit_code, 0);
}

TEST_F(VerifyTest, RefusesBadUsageInOneLine) {
  for (const std::string& bad :
       {Kernel("nothing.so"), Kernel("good.so:nothing"), std::string(" --formats f31"), std::string(" --claim A3"),
        std::string(" --claim A1,R"), std::string(" --claim A1R1"), std::string(" --claim A1,A2"),
        std::string(" --claim G0"), std::string(" --claim G,G"), std::string(" --claim A1,"), std::string(" --cases 0"),
        std::string(" --seconds 0"), std::string(" --timeout 0"), std::string(" --memory 0"), std::string(" --seed -1"),
        std::string(" --junit /no/such/folder/x.xml"), std::string(" trailing")}) {
    const Outcome outcome = Execute("verify" + bad);
    EXPECT_EQ(outcome.exit_code, 2) << bad;
    EXPECT_EQ(outcome.out, "") << bad;
    EXPECT_EQ(outcome.error.find('\n'), outcome.error.size() - 1) << bad << outcome.error;
    EXPECT_TRUE(Files().empty());
  }
}

TEST_F(VerifyTest, StopsAfterTheGivenTime) {
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = Execute("verify --cases 1000000 --seconds 0.3 --json");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(outcome.error, "");
  const auto json = nlohmann::json::parse(outcome.out);
  for (const auto& law : json["laws"]) EXPECT_LT(law["held"], 100000) << law["law"];
}

}  // namespace
}  // namespace exactnorm::command
