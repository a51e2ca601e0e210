// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/search.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/corpus/corpus.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law_names.h"
#include "tests/laws/verdict.h"

namespace exactnorm::laws {
namespace {

const Formats kAllF32{&kF32, &kF32, &kF32, &kF32};

Law Named(const std::string& name) {
  for (Law& law : AllLaws()) {
    if (law.name == name) return law;
  }
  throw std::invalid_argument(name);
}

// This library, but for 1 added to the first result's pattern in rows of more than `columns` elements.
Subject WrongBeyond(size_t columns) {
  return {"wrong in long rows", [=](const exactnorm_kernel_call& call) {
            const int answer = ThisLibrary().call(call);
            auto* y = static_cast<uint32_t*>(call.y);
            if (call.columns > columns && (*y & 0x7FFFFFFF) < 0x7F800000) ++*y;
            return answer;
          }};
}

SearchResult SearchIn(const Subject& subject, uint64_t seed) {
  const Law law = Named(names::kCorrectlyRounded);
  return Search(law, law.asks[0], subject, ExactOracle(), kAllF32, seed, {});
}

TEST(Search, FindsNothingInAGoodKernel) {
  const SearchResult result = SearchIn(ThisLibrary(), 1);
  EXPECT_FALSE(result.broken);
  EXPECT_EQ(result.held, 200);
  EXPECT_EQ(result.unsupported, 0);
}

TEST(Search, ShrinksToTheShortestRowThatBreaksTheLaw) {
  for (const size_t columns : {1U, 2U, 5U, 16U}) {
    const SearchResult result = SearchIn(WrongBeyond(columns), 7);
    ASSERT_TRUE(result.broken);
    EXPECT_EQ(result.broken->smallest.row.x.size(), columns + 1);
    EXPECT_TRUE(result.broken->smallest.row.gamma.empty());
    EXPECT_TRUE(result.broken->smallest.row.beta.empty());
  }
}

TEST(Search, GivesTheSameOutputForTheSameSeedAndAnotherForAnother) {
  const auto text = [](uint64_t seed) {
    Options options;
    options.seed = seed;
    options.cases = 50;
    options.formats = {kAllF32};
    std::ostringstream out;
    out << Examine(WrongBeyond(3), ExactOracle(), AllLaws(), options);
    return out.str();
  };
  EXPECT_EQ(text(5), text(5));
  EXPECT_NE(text(5), text(6));
}

TEST(Search, CountsUnsupportedCasesAndIsNotStoppedByThem) {
  const Subject short_rows{"short rows alone", [](const exactnorm_kernel_call& call) {
                             return call.columns > 8 ? int{EXACTNORM_KERNEL_UNSUPPORTED} : WrongBeyond(4).call(call);
                           }};
  const SearchResult result = SearchIn(short_rows, 1);
  ASSERT_TRUE(result.broken);
  EXPECT_EQ(result.broken->smallest.row.x.size(), 5U);
  const SearchResult none = SearchIn({"none", [](const auto&) { return int{EXACTNORM_KERNEL_UNSUPPORTED}; }}, 1);
  EXPECT_FALSE(none.broken);
  EXPECT_EQ(none.unsupported, 200);
}

TEST(Search, TakesAnyOtherAnswerForAFailureOfTheKernel) {
  const SearchResult result = SearchIn({"failing", [](const auto&) { return 42; }}, 1);
  ASSERT_TRUE(result.broken);
  EXPECT_EQ(result.broken->smallest.row.x.size(), 1U);
  EXPECT_NE(result.broken->finding.find("42"), std::string::npos);
}

TEST(Counterexample, IsALineOfTheCorpusWithTheRightAnswer) {
  for (const Format* f : kFormats) {
    const Law law = Named(names::kCorrectlyRounded);
    const Subject zeros{"always 0", [](const exactnorm_kernel_call& call) {
                          std::fill_n(static_cast<unsigned char*>(call.y),
                                      call.columns * (call.y_format == EXACTNORM_F64   ? 8
                                                      : call.y_format == EXACTNORM_F32 ? 4
                                                                                       : 2),
                                      static_cast<unsigned char>(0));
                          return int{EXACTNORM_KERNEL_DONE};
                        }};
    const SearchResult result = Search(law, law.asks[0], zeros, ExactOracle(), {f, f, f, f}, 1, {});
    ASSERT_TRUE(result.broken);
    const std::string path = testing::TempDir() + "counterexample_" + f->name + ".txt";
    std::ofstream(path) << *result.broken;
    const auto entries = corpus::Read(path);
    std::remove(path.c_str());
    ASSERT_EQ(entries.size(), 1U);
    const rows::Problem& p = result.broken->smallest.row;
    EXPECT_EQ(entries[0].problem.x, p.x);
    EXPECT_EQ(entries[0].problem.gamma, p.gamma);
    EXPECT_EQ(entries[0].problem.beta, p.beta);
    EXPECT_EQ(entries[0].problem.eps, p.eps);
    EXPECT_EQ(entries[0].answer.y, rows::Normalized(p).y);
    EXPECT_EQ(result.broken->right, entries[0].answer);
  }
}

}  // namespace
}  // namespace exactnorm::laws
