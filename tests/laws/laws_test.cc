// SPDX-License-Identifier: Apache-2.0
// This library, which is said to be correctly rounded and repeatable, keeps every law at every level in every format:
// on the instruction set that EXACTNORM_TARGET names, if this machine has it, with the bits of the exact stage.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/laws/law_names.h"
#include "tests/laws/verdict.h"

namespace exactnorm::laws {
namespace {

std::string Text(const Verdict& verdict) {
  std::ostringstream out;
  out << verdict;
  return out.str();
}

class ThisLibraryTest : public testing::Test {
 protected:
  void SetUp() override {
    const float x = 1;
    float y = 0;
    exactnorm_call call = {};
    call.size = sizeof call;
    call.rows = call.columns = 1;
    call.eps = 1;
    call.x = &x;
    call.y = &y;
    if (exactnorm_normalize(&call, nullptr) == EXACTNORM_TARGET_UNAVAILABLE) GTEST_SKIP() << "no such target here";
  }
};

TEST_F(ThisLibraryTest, KeepsEveryLawInEveryFormat) {
  Subject subject = ThisLibrary();
  subject.targets = {ExactStageAlone()};
  Options options;
  options.foreign = false;
  for (const std::vector<Formats>& formats : {UniformFormats(), MixedFormats()}) {
    options.formats = formats;
    const Verdict verdict = Examine(subject, ExactOracle(), AllLaws(), options);
    EXPECT_EQ(verdict.Level(Axis::kAccuracy), 2) << Text(verdict);
    EXPECT_EQ(verdict.Level(Axis::kGeometry), 0) << Text(verdict);
    EXPECT_EQ(verdict.Level(Axis::kRepeatability), 2) << Text(verdict);
    for (const Finding& f : verdict.findings) {
      EXPECT_NE(f.standing, Standing::kBroken) << f.law << '\n' << Text(verdict);
      if (f.law == names::kInPlace && !(*f.formats.x == *f.formats.y)) continue;
      EXPECT_GE(f.held, options.cases / 8) << f.law << " in " << FormatsName(f.formats);
    }
  }
}

TEST_F(ThisLibraryTest, HasNoR2WithoutASecondInstructionSet) {
  Options options;
  options.formats = {UniformFormats()[1]};
  options.cases = 20;
  const Verdict verdict = Examine(ThisLibrary(), ExactOracle(), AllLaws(), options);
  EXPECT_EQ(verdict.Level(Axis::kRepeatability), 1) << Text(verdict);
}

}  // namespace
}  // namespace exactnorm::laws
