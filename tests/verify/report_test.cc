// SPDX-License-Identifier: Apache-2.0
// Verdicts of plug-ins in children, and how they are reported.
#include "bench/verify/report.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "bench/kernel/child.h"
#include "bench/kernel/plugin_kernel.h"
#include "bench/verify/forced_targets.h"
#include "bench/verify/watched_kernel.h"

namespace exactnorm::verify {
namespace {

kernel::PluginSettings Settings(const std::string& plugin) {
  kernel::PluginSettings settings;
  settings.library = std::string(EXACTNORM_PLUGINS) + "/" + plugin + ".so";
  settings.symbol = "exactnorm_kernel";
  settings.call_timeout = std::chrono::milliseconds(200);
  return settings;
}

Report Verify(const std::string& plugin, Claim claim = {1, 1}) {
  kernel::FindingLog log;
  WatchedKernel watched(std::make_unique<kernel::PluginKernel>(plugin, Settings(plugin)), log);
  laws::Options options;
  options.cases = 30;
  options.formats = {{&kF32, &kF32, &kF32, &kF32}};
  laws::Verdict verdict = laws::Examine(watched.subject(), laws::ExactOracle(), laws::AllLaws(), options);
  return {std::move(verdict), log, claim, {}, watched.given_up()};
}

bool Contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Verify, ACrashBreaksEveryLawWithTheHostsReason) {
  const Report report = Verify("crash");
  EXPECT_FALSE(report.verdict.Level(laws::Axis::kAccuracy));
  EXPECT_FALSE(report.verdict.Level(laws::Axis::kRepeatability));
  EXPECT_FALSE(ClaimHolds(report));
  const std::string text = ReportText(report);
  EXPECT_TRUE(Contains(text, "crash: below A0, below R0")) << text;
  EXPECT_TRUE(Contains(text, "# crash: signal 11 (Segmentation fault) at address 0x0")) << text;
  EXPECT_TRUE(Contains(text, "A1,R1 is not reached\n")) << text;
  // It was shrunk, each time in a new process.
  const auto& broken = report.verdict.findings.front().counterexample;
  ASSERT_TRUE(broken);
  EXPECT_GT(broken->shrinks, 0);
  EXPECT_LE(broken->smallest.row.x.size(), 2u) << *broken;
}

TEST(Verify, AKernelThatHangsIsGivenUp) {
  const auto begin = std::chrono::steady_clock::now();
  const Report report = Verify("hang");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_TRUE(report.given_up);
  EXPECT_EQ(report.log.seen().at(kernel::Finding::kHang).calls, uint64_t{WatchedKernel::kMostHangs});
  EXPECT_FALSE(ClaimHolds(report));
}

// The laws see right numbers, the host does not see right conduct.
TEST(Verify, AFindingOfTheHostAloneFailsTheClaim) {
  const Report good = Verify("good", {0, 1});
  EXPECT_TRUE(ClaimHolds(good)) << ReportText(good);
  EXPECT_TRUE(Contains(ReportText(good), "A0,R1 is reached\n"));
  const Report report = Verify("floating_point_mode", {0, 1});
  EXPECT_EQ(report.verdict.Level(laws::Axis::kRepeatability), 1);
  EXPECT_FALSE(ClaimHolds(report));
  EXPECT_TRUE(Contains(ReportText(report), "floating-point mode changed: "));
}

TEST(Verify, JsonHasEveryLawAndFinding) {
  const Report report = Verify("placement");
  const auto json = ReportJson(report);
  EXPECT_EQ(json["kernel"], "placement");
  EXPECT_EQ(json["claim"], "A1,R1");
  EXPECT_EQ(json["claim_holds"], false);
  EXPECT_EQ(json["laws"].size(), report.verdict.findings.size());
  EXPECT_EQ(json["formats"].size(), 1u);
  EXPECT_EQ(json["formats"][0]["formats"], "f32");
  bool placement = false;
  for (const auto& finding : json["findings"]) placement |= finding["finding"] == "result depends on placement";
  EXPECT_TRUE(placement);
  size_t counterexamples = 0;
  for (const auto& law : json["laws"]) {
    EXPECT_EQ(law.contains("counterexample"), law["standing"] == "broken");
    counterexamples += law.contains("counterexample");
  }
  EXPECT_GT(counterexamples, 0u);
}

// The geometry is shown in any case and held against a kernel only where it is claimed.
TEST(Verify, TheGeometryIsAClaimOfItsOwn) {
  const Report wrong = Verify("crash", {0, 0, true});
  EXPECT_FALSE(wrong.verdict.Level(laws::Axis::kGeometry));
  EXPECT_TRUE(Contains(ReportText(wrong), "\nA0,R0,G is not reached\n")) << ReportText(wrong);
  Report good = Verify("good", {0, 1, true});
  EXPECT_TRUE(ClaimHolds(good)) << ReportText(good);
  EXPECT_TRUE(Contains(ReportText(good), "geometry\n  Results lie in the hyperplane of gamma and beta: held\n"));
  EXPECT_TRUE(Contains(ReportText(good), "\nA0,R1,G is reached\n"));
  const auto claims = ReportJson(good)["geometry"];
  ASSERT_EQ(claims.size(), 4u);
  for (const auto& claim : claims) {
    EXPECT_EQ(claim["standing"], "held") << claim;
    EXPECT_TRUE(claim["broken_in"].empty());
  }
  EXPECT_TRUE(Contains(ReportJunit(good), "classname=\"geometry\" name=\"A gain of 0 gives the bias (G)\"/>"));
  for (laws::Finding& f : good.verdict.findings) {
    if (f.ask.axis != laws::Axis::kGeometry) continue;
    f.standing = laws::Standing::kBroken;
    f.counterexample = wrong.verdict.findings.front().counterexample;
  }
  EXPECT_FALSE(ClaimHolds(good));
  EXPECT_TRUE(Contains(ReportJunit(good), "failures=\"4\"")) << ReportJunit(good);
  EXPECT_EQ(ReportJson(good)["geometry"][0]["broken_in"], std::vector<std::string>{"f32"});
  good.claim.geometry = false;
  EXPECT_TRUE(ClaimHolds(good)) << ReportText(good);
  EXPECT_TRUE(Contains(ReportJunit(good), "failures=\"0\"")) << ReportJunit(good);
}

TEST(Verify, JunitFailsWhatIsClaimedAndNotHeld) {
  const std::string low = ReportJunit(Verify("good", {0, 1}));
  EXPECT_TRUE(Contains(low, "<testsuite name=\"f32\"")) << low;
  EXPECT_TRUE(Contains(low, "failures=\"0\"")) << low;
  EXPECT_FALSE(Contains(low, "<failure")) << low;
  EXPECT_TRUE(Contains(low, "; not claimed\"/>")) << low;
  const std::string high = ReportJunit(Verify("good", {2, 1}));
  EXPECT_TRUE(Contains(high, "<failure message=\"y[")) << high;
  const std::string crash = ReportJunit(Verify("crash"));
  EXPECT_TRUE(Contains(crash, "name=\"no crash\">\n      <failure message=\"signal 11")) << crash;
  EXPECT_FALSE(Contains(crash, "|y - b| + |b|\" <")) << crash;
}

// Tags are closed in order, attributes are quoted, and no & stands alone: of XML, what a report can get wrong.
bool IsWellFormed(const std::string& xml) {
  static const std::regex kTag(R"re(<(\?xml[^<>]*\?|/([a-z]+)|([a-z]+)((?: [a-z]+="[^"<]*")*)(/?))>)re");
  static const std::regex kLoneAmpersand("&(?!(amp|lt|gt|quot|apos|#[0-9]+);)");
  if (std::regex_search(xml, kLoneAmpersand)) return false;
  std::vector<std::string> open;
  size_t end = 0;
  for (std::sregex_iterator tag(xml.begin(), xml.end(), kTag), last; tag != last; ++tag) {
    const std::smatch& match = *tag;
    const auto begin = static_cast<size_t>(match.position());
    if (xml.substr(end, begin - end).find('<') != std::string::npos) return false;
    end = begin + static_cast<size_t>(match.length());
    if (match[2].matched) {
      if (open.empty() || open.back() != match[2]) return false;
      open.pop_back();
    } else if (match[3].matched && match[5].length() == 0) {
      open.push_back(match[3]);
    }
  }
  return open.empty() && xml.find('<', end) == std::string::npos;
}

TEST(Verify, JunitIsWellFormedWhateverNamesAndFindingsHold) {
  EXPECT_FALSE(IsWellFormed("<a><b></a></b>") || IsWellFormed("<a>") || IsWellFormed("<a>&</a>") ||
               IsWellFormed("<a b=\"<\"/>") || IsWellFormed("<a>x < y</a>"));
  Report report = Verify("crash");
  EXPECT_TRUE(IsWellFormed(ReportJunit(report))) << ReportJunit(report);
  report.verdict.subject = "\"a\" <b> & 'c' ]]> \x01";
  for (laws::Finding& f : report.verdict.findings) {
    if (f.counterexample) f.counterexample->finding = report.verdict.subject;
  }
  EXPECT_TRUE(IsWellFormed(ReportJunit(report))) << ReportJunit(report);
  EXPECT_FALSE(Contains(ReportJunit(report), "\x01"));
}

TEST(ForcedTargets, AreThoseThatTheKernelAccepts) {
  EXPECT_EQ(ForcedTargets(Settings("forced_target")), (std::vector<std::string>{"avx2", "scalar"}));
  EXPECT_TRUE(ForcedTargets(Settings("good")).empty()) << "it does not look at the variable";
  EXPECT_TRUE(ForcedTargets(Settings("crash")).empty());
}

}  // namespace
}  // namespace exactnorm::verify

int main(int argc, char** argv) {
  exactnorm::kernel::ServeIfChild(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
