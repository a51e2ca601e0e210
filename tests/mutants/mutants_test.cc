// SPDX-License-Identifier: Apache-2.0
// The suite, tested by kernels that are known to be wrong: it sees each of them, by the laws it breaks and no others;
// every law is needed; and so is the exact oracle.
#include "tests/mutants/mutants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "tests/laws/invocation.h"
#include "tests/laws/verdict.h"
#include "tests/mutants/binary64_oracle.h"

namespace exactnorm::mutants {
namespace {

using laws::Ask;
using laws::Axis;
using laws::Law;
using Names = std::set<std::string>;

// Each law up to the level of the kernel that mutants start from, A1 and R2; those that are asked from A2 on only,
// there. Correct rounding, which that kernel does not have either, is left out.
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

std::string Text(const laws::Verdict& verdict) {
  std::ostringstream out;
  out << verdict;
  return out.str();
}

Names BrokenLaws(const laws::Verdict& verdict) {
  Names broken;
  for (const laws::Finding& f : verdict.findings) {
    if (f.standing == laws::Standing::kBroken) broken.insert(f.law);
  }
  return broken;
}

laws::Verdict ExamineAsBase(const laws::Subject& subject, const laws::Formats& formats, uint64_t seed) {
  laws::Options options;
  options.seed = seed;
  options.formats = {formats};
  options.foreign = false;
  return Examine(subject, laws::ExactOracle(), LawsOfTheBase(), options);
}

laws::Verdict ExamineAsForeign(const Mutant& mutant, const laws::Oracle& oracle, int cases) {
  laws::Options options;
  options.formats = {mutant.formats};
  options.cases = cases;
  return Examine(mutant.subject, oracle, laws::AllLaws(), options);
}

Mutant Named(const std::string& name) {
  for (Mutant& mutant : AllMutants()) {
    if (mutant.subject.name == name) return mutant;
  }
  throw std::invalid_argument(name);
}

Names NamesOf(const std::vector<const char*>& laws) { return {laws.begin(), laws.end()}; }

Names Union(Names a, const Names& b) {
  a.insert(b.begin(), b.end());
  return a;
}

bool Includes(const Names& all, const Names& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

// Of each mutant the laws that saw it, within seconds each.
std::vector<Names> Kills(const std::vector<Mutant>& mutants, uint64_t seed) {
  std::vector<Names> kills;
  std::map<std::string, Names> killed_alone;
  for (const Mutant& mutant : mutants) {
    const std::clock_t start = std::clock();  // processor time: the machine may be busy
    const laws::Verdict verdict = ExamineAsBase(mutant.subject, mutant.formats, seed);
    EXPECT_LT(std::clock() - start, 10 * CLOCKS_PER_SEC) << mutant.subject.name;
    const Names broken = BrokenLaws(verdict);
    const Names expected = NamesOf(mutant.caught_by);
    EXPECT_TRUE(Includes(broken, expected)) << "missed by a law\n" << Text(verdict);
    EXPECT_TRUE(Includes(Union(expected, NamesOf(mutant.also_by)), broken)) << "by others\n" << Text(verdict);
    if (broken.size() == 1) killed_alone[*broken.begin()].insert(mutant.subject.name);
    kills.push_back(broken);
  }
  // The mutation score: each law but correct rounding is the only one to see some mutant.
  for (const Law& law : LawsOfTheBase()) EXPECT_FALSE(killed_alone[law.name].empty()) << law.name << ", " << seed;
  return kills;
}

TEST(Mutants, AreCaughtByTheLawsTheyBreakAndByNoOtherWithinSeconds) {
  const std::vector<Mutant> mutants = AllMutants();
  EXPECT_GE(mutants.size(), 30U);
  Kills(mutants, 1);
}

// Under several seeds the lists are exact, both of them.
TEST(MutantsLong, AreCaughtByEveryLawOfTheListsUnderEverySeedOrSome) {
  const std::vector<Mutant> mutants = AllMutants();
  std::vector<Names> by_all = Kills(mutants, 1);
  std::vector<Names> by_some = by_all;
  for (uint64_t seed = 2; seed <= 5; ++seed) {
    const std::vector<Names> kills = Kills(mutants, seed);
    for (size_t i = 0; i < mutants.size(); ++i) {
      Names both;
      std::set_intersection(by_all[i].begin(), by_all[i].end(), kills[i].begin(), kills[i].end(),
                            std::inserter(both, both.end()));
      by_all[i] = both;
      by_some[i] = Union(by_some[i], kills[i]);
    }
  }
  for (size_t i = 0; i < mutants.size(); ++i) {
    const Names always = NamesOf(mutants[i].caught_by);
    EXPECT_EQ(by_all[i], always) << mutants[i].subject.name;
    EXPECT_EQ(by_some[i], Union(always, NamesOf(mutants[i].also_by))) << mutants[i].subject.name;
  }
}

class Seeds : public testing::TestWithParam<uint64_t> {};

TEST_P(Seeds, TheKernelThatMutantsStartFromKeepsEveryLawButCorrectRounding) {
  const laws::Subject subject = As<TwoPass>("two passes in binary64");
  for (const laws::Formats& formats : {kAllF32, kAllF16, kAllBF16}) {
    const laws::Verdict verdict = ExamineAsBase(subject, formats, GetParam());
    EXPECT_EQ(BrokenLaws(verdict), Names()) << Text(verdict);
    EXPECT_EQ(verdict.Level(Axis::kAccuracy), 2) << "of what was asked\n" << Text(verdict);
  }
  for (const laws::Formats& formats : laws::MixedFormats()) {
    const laws::Verdict verdict = ExamineAsBase(subject, formats, GetParam());
    EXPECT_EQ(BrokenLaws(verdict), Names()) << Text(verdict);
  }
}

INSTANTIATE_TEST_SUITE_P(OneToFive, Seeds, testing::Range<uint64_t>(1, 6));

// A kernel that is wrong in the last bit alone is seen by this law only, and by this law all are seen.
TEST(Mutants, AreNoneOfThemCorrectlyRounded) {
  for (const Mutant& mutant : AllMutants()) {
    laws::Options options;
    options.formats = {mutant.formats};
    options.cases = 1000;
    std::vector<Law> correct_rounding;
    for (Law& law : laws::AllLaws()) {
      if (law.name == laws::names::kCorrectlyRounded) correct_rounding.push_back(law);
    }
    const laws::Verdict verdict = Examine(mutant.subject, laws::ExactOracle(), correct_rounding, options);
    EXPECT_FALSE(BrokenLaws(verdict).empty()) << mutant.subject.name;
  }
}

TEST(TheKernelThatMutantsStartFrom, ReachesA1AndR1AndTheGeometry) {
  const Mutant base{As<TwoPass>("two passes in binary64"), "", kAllF32, {}};
  const laws::Verdict verdict = ExamineAsForeign(base, laws::ExactOracle(), 200);
  EXPECT_EQ(BrokenLaws(verdict), Names{laws::names::kCorrectlyRounded}) << Text(verdict);
  EXPECT_EQ(verdict.Level(Axis::kAccuracy), 1);
  EXPECT_EQ(verdict.Level(Axis::kRepeatability), 1);
  EXPECT_EQ(verdict.Level(Axis::kGeometry), 0) << "every claim is held";
}

TEST(AnOracleInBinary64, LetsThroughWhatTheExactOneCatches) {
  const Mutant textbook = Named("the textbook formula in binary64");
  const laws::Verdict exact = ExamineAsForeign(textbook, laws::ExactOracle(), 200);
  EXPECT_EQ(exact.Level(Axis::kAccuracy), 0) << Text(exact);
  const laws::Verdict rounded = ExamineAsForeign(textbook, Binary64Oracle(), 200);
  EXPECT_EQ(BrokenLaws(rounded), Names()) << Text(rounded);
  EXPECT_EQ(rounded.Level(Axis::kAccuracy), 2);
}

TEST(TheOnePassKernel, IsShownByARowOfAtMostFourElements) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    laws::Options options;
    options.seed = seed;
    options.formats = {kAllF32};
    const Mutant mutant = Named("one-pass variance in f32");
    const laws::Verdict verdict = Examine(mutant.subject, laws::ExactOracle(), laws::AllLaws(), options);
    EXPECT_FALSE(verdict.Level(Axis::kAccuracy).has_value());
    size_t shown = 0;
    for (const laws::Finding& f : verdict.findings) {
      if (!f.counterexample || f.family != laws::Family::kAccuracy) continue;
      ++shown;
      EXPECT_LE(f.counterexample->smallest.row.x.size(), 4U) << *f.counterexample;
    }
    EXPECT_GE(shown, 2U);
  }
}

}  // namespace
}  // namespace exactnorm::mutants
