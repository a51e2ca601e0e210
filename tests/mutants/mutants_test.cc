// SPDX-License-Identifier: Apache-2.0
// The suite tested by kernels that are known to be wrong.
#include "tests/mutants/mutants.h"

#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "tests/laws/verdict.h"

namespace exactnorm::mutants {
namespace {

using laws::Ask;
using laws::Axis;
using laws::Law;

// Each law at the level of the kernel that mutants start from: A1 and R2; those that are asked from A2 on only, there.
// Correct rounding is left out.
std::vector<Law> LawsOfTheBase() {
  std::vector<Law> laws;
  for (Law& law : laws::AllLaws()) {
    if (law.name == laws::names::kCorrectlyRounded) continue;
    std::vector<Ask> asks;
    for (const Ask& ask : law.asks) {
      if (ask.axis == Axis::kRepeatability || ask.level <= 1 || law.asks.size() == 1) asks.push_back(ask);
    }
    law.asks = asks;
    laws.push_back(law);
  }
  return laws;
}

std::set<std::string> BrokenLaws(const laws::Subject& subject, const laws::Formats& formats, std::string* text) {
  laws::Options options;
  options.formats = {formats};
  options.foreign = false;
  const laws::Verdict verdict = Examine(subject, laws::ExactOracle(), LawsOfTheBase(), options);
  std::ostringstream out;
  out << verdict;
  *text = out.str();
  std::set<std::string> broken;
  for (const laws::Finding& f : verdict.findings) {
    if (f.standing == laws::Standing::kBroken) broken.insert(f.law);
  }
  return broken;
}

TEST(Mutants, AreCaughtByTheLawsTheyBreakAndByNoOther) {
  for (const Mutant& mutant : AllMutants()) {
    std::string text;
    const std::set<std::string> expected(mutant.caught_by.begin(), mutant.caught_by.end());
    EXPECT_EQ(BrokenLaws(mutant.subject, mutant.formats, &text), expected) << text;
  }
}

TEST(TheKernelThatMutantsStartFrom, KeepsEveryLawButCorrectRounding) {
  for (const laws::Formats& formats : {kAllF32, kAllF16, kAllBF16}) {
    std::string text;
    EXPECT_EQ(BrokenLaws(As<TwoPass>("two passes in binary64"), formats, &text), std::set<std::string>()) << text;
  }
}

}  // namespace
}  // namespace exactnorm::mutants
