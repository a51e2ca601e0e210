// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/verdict.h"

#include <gtest/gtest.h>

#include <sstream>
#include <thread>

namespace exactnorm::laws {
namespace {

const Formats kAllF32{&kF32, &kF32, &kF32, &kF32};
const Formats kAllF16{&kF16, &kF16, &kF16, &kF16};

Finding Of(Axis axis, int level, const Formats& formats, Standing standing) {
  return {"law " + LevelName(axis, level), Family::kOrder, {axis, level, true}, formats, standing, 0, 0, {}, false};
}

TEST(Verdict, ReachesTheLevelBelowTheFirstBrokenLaw) {
  Verdict v;
  EXPECT_EQ(v.Level(Axis::kAccuracy), std::nullopt);
  for (int level = 0; level < 3; ++level) v.findings.push_back(Of(Axis::kAccuracy, level, kAllF32, Standing::kHeld));
  v.findings.push_back(Of(Axis::kRepeatability, 0, kAllF32, Standing::kBroken));
  v.findings.push_back(Of(Axis::kRepeatability, 1, kAllF32, Standing::kHeld));
  EXPECT_EQ(v.Level(Axis::kAccuracy), 2);
  EXPECT_EQ(v.Level(Axis::kRepeatability), std::nullopt);
  v.findings.push_back(Of(Axis::kAccuracy, 1, kAllF16, Standing::kBroken));
  EXPECT_EQ(v.Level(Axis::kAccuracy), 0);
  EXPECT_EQ(v.Level(Axis::kAccuracy, kAllF32), 2);
  EXPECT_EQ(v.Level(Axis::kAccuracy, kAllF16), std::nullopt);  // A0 was not asked there
}

TEST(Verdict, DoesNotReachALevelAtWhichNothingWasAnswered) {
  Verdict v;
  v.findings.push_back(Of(Axis::kAccuracy, 0, kAllF32, Standing::kHeld));
  v.findings.push_back(Of(Axis::kAccuracy, 1, kAllF32, Standing::kUnsupported));
  EXPECT_EQ(v.Level(Axis::kAccuracy), 0);
  v.findings.push_back(Of(Axis::kAccuracy, 1, kAllF32, Standing::kHeld));
  EXPECT_EQ(v.Level(Axis::kAccuracy), 1);
  v.findings.push_back(Of(Axis::kAccuracy, 1, kAllF32, Standing::kUnasked));
  EXPECT_EQ(v.Level(Axis::kAccuracy), 1);
  v.findings.back().cut_short = true;
  EXPECT_EQ(v.Level(Axis::kAccuracy), 0);
}

TEST(Verdict, ListsWhatIsNotSupportedOnce) {
  Verdict v;
  v.findings = {
      Of(Axis::kAccuracy, 0, kAllF32, Standing::kHeld), Of(Axis::kAccuracy, 0, kAllF16, Standing::kUnsupported),
      Of(Axis::kAccuracy, 1, kAllF32, Standing::kUnsupported), Of(Axis::kAccuracy, 1, kAllF16, Standing::kUnsupported)};
  EXPECT_EQ(v.Unsupported(), (std::vector<std::string>{"f16", "law A1"}));
  v.findings[1].standing = Standing::kHeld;
  EXPECT_EQ(v.Unsupported(), std::vector<std::string>{"law A1"});
  v.findings[3].standing = Standing::kBroken;
  EXPECT_EQ(v.Unsupported(), std::vector<std::string>{"law A1 (f32)"});
}

TEST(Verdict, SaysOfEachGeometricClaimWhatItIsOverAllFormats) {
  Verdict v;
  EXPECT_TRUE(v.Geometry().empty());
  EXPECT_EQ(v.Level(Axis::kGeometry), std::nullopt);
  const auto add = [&](const char* law, const Formats& formats, Standing standing) {
    v.findings.push_back(Of(Axis::kGeometry, 0, formats, standing));
    v.findings.back().law = law;
  };
  add("plane", kAllF32, Standing::kUnsupported);
  add("plane", kAllF16, Standing::kHeld);
  add("inside", kAllF32, Standing::kHeld);
  EXPECT_EQ(v.Level(Axis::kGeometry), 0);
  add("inside", kAllF16, Standing::kBroken);
  add("surface", kAllF32, Standing::kHeld);
  add("surface", kAllF16, Standing::kUnasked);
  const std::vector<GeometricClaim> claims = v.Geometry();
  ASSERT_EQ(claims.size(), 3U);
  EXPECT_EQ(claims[0].law, "plane");
  EXPECT_EQ(claims[0].standing, Standing::kHeld);
  EXPECT_EQ(claims[1].standing, Standing::kBroken);
  EXPECT_EQ(claims[1].broken_in, std::vector<std::string>{"f16"});
  EXPECT_EQ(claims[2].standing, Standing::kHeld) << "no row in f16 on which it speaks";
  EXPECT_EQ(v.Level(Axis::kGeometry), std::nullopt);
  EXPECT_EQ(v.Level(Axis::kGeometry, kAllF32), 0);
  v.findings.back().cut_short = true;
  EXPECT_EQ(v.Geometry()[2].standing, Standing::kUnasked);
}

TEST(Examine, AsksForeignKernelsForNoMoreThanIsSaid) {
  const auto asked = [](bool foreign, int most_accuracy) {
    Options options;
    options.cases = 1;
    options.formats = {kAllF32};
    options.foreign = foreign;
    options.most_levels[0] = most_accuracy;
    int invariances_on_accuracy = 0;
    int above = 0;
    for (const Finding& f : Examine(ThisLibrary(), ExactOracle(), AllLaws(), options).findings) {
      invariances_on_accuracy += f.family == Family::kInvariance && f.ask.axis == Axis::kAccuracy;
      above += f.ask.axis == Axis::kAccuracy && f.ask.level > most_accuracy;
    }
    EXPECT_EQ(above, 0);
    return invariances_on_accuracy;
  };
  EXPECT_EQ(asked(true, 2), 0);
  EXPECT_EQ(asked(false, 2), 4);
  EXPECT_EQ(asked(false, 1), 0);
}

// The share of a question that ends early goes to the later ones: all are asked.
TEST(Examine, SharesOutItsTimeAndEndsInTime) {
  Subject slow = ThisLibrary();
  slow.call = [call = slow.call](const exactnorm_kernel_call& c) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return call(c);
  };
  Options options;
  options.cases = 1000000;
  options.formats = {kAllF32};
  options.time = std::chrono::milliseconds(1500);
  const auto start = std::chrono::steady_clock::now();
  const Verdict v = Examine(slow, ExactOracle(), AllLaws(), options);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  size_t held = 0;  // how many depends on the machine's load
  for (const Finding& f : v.findings) {
    EXPECT_TRUE(f.cut_short) << f.law;
    held += f.standing == Standing::kHeld;
  }
  EXPECT_GT(held, v.findings.size() / 2);
  EXPECT_EQ(v.findings.back().standing, Standing::kHeld) << v.findings.back().law;
}

TEST(Examine, ReachesNothingInNoTime) {
  Options options;
  options.time = std::chrono::milliseconds(0);
  EXPECT_EQ(Examine(ThisLibrary(), ExactOracle(), AllLaws(), options).Level(Axis::kAccuracy), std::nullopt);
}

TEST(VerdictText, HasTheLevelsTheBrokenLawsAndWhatIsNotSupported) {
  Options options;
  options.cases = 20;
  const Subject only_f32{"nothing", [](const exactnorm_kernel_call& c) {
                           return c.x_format == EXACTNORM_F32 ? int{EXACTNORM_KERNEL_DONE}
                                                              : EXACTNORM_KERNEL_UNSUPPORTED;
                         }};
  std::ostringstream out;
  out << Examine(only_f32, ExactOracle(), AllLaws(), options);
  EXPECT_EQ(out.str().rfind("nothing: below A0, below R0  (seed 1, 20 cases a law)\n", 0), 0U) << out.str();
  EXPECT_NE(out.str().find("# Every result is correctly rounded (A2, f32)\n"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("\ngeometry\n  Results lie in the hyperplane of gamma and beta: broken in f32\n"),
            std::string::npos)
      << out.str();
  EXPECT_NE(out.str().find("not supported\n  f64\n  f16\n  bf16\n"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace exactnorm::laws
