// SPDX-License-Identifier: Apache-2.0
// The tests that certify results, lib/fast/window_test.h and rounding_test-inl.h, answer what their models in
// proofs/fast answer, around every edge. Coq prints questions and answers from fast/printed_tests.v.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/window_test.h"

namespace exactnorm::fast {
namespace {

namespace target = HWY_NAMESPACE;
namespace hn = hwy::HWY_NAMESPACE;
using Numbers = std::vector<uint64_t>;

// Of a name: ("name", [n; n; ...]), over and over.
std::vector<Numbers> Samples(const std::string& name) {
  std::ifstream file(EXACTNORM_PRINTED_TESTS);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string head = "\"" + name + "\"";
  std::vector<Numbers> samples;
  for (size_t at = text.find(head); at != std::string::npos; at = text.find(head, at + 1)) {
    Numbers numbers;
    const char* p = text.c_str() + text.find('[', at);
    while (*p != ']') {
      char* end;
      numbers.push_back(std::strtoull(p + 1, &end, 10));
      p = end;
    }
    samples.push_back(numbers);
  }
  EXPECT_FALSE(samples.empty()) << name;
  return samples;
}

template <class Test, class Word>
void ExpectWindows(const std::string& name) {
  size_t passed = 0;
  const auto samples = Samples(name);
  for (const Numbers& s : samples) {
    const auto window = Test::Make(static_cast<Word>(s[0]), static_cast<Word>(s[1]));
    ASSERT_EQ(Test::Passes(static_cast<Word>(s[2]), window), s[3] == 1) << s[0] << ' ' << s[1] << ' ' << s[2];
    passed += s[3];
  }
  EXPECT_GT(passed, 100u);
  EXPECT_LT(passed + 100, samples.size());
}

TEST(WindowTests, PassWhatTheirModelsPass) {
  ExpectWindows<HalvesTest, uint64_t>("halves");
  ExpectWindows<WordTest<16>, uint32_t>("word16");
  ExpectWindows<WordTest<13>, uint32_t>("word13");
}

template <class Y>
void ExpectCuts(const std::string& name) {
  for (const Numbers& s : Samples(name)) {
    const typename Y::Floats floats;
    const auto patterns = hn::Set(typename Y::Patterns(), static_cast<uint32_t>(s[0]));
    const auto cut = Y::Cut(hn::BitCast(floats, patterns));
    ASSERT_EQ(hn::GetLane(cut), s[1]) << s[0];
  }
}

TEST(Cuts, AreThoseOfTheModel) {
  ExpectCuts<target::RoundToBfloat16>("bfloat16_cut");
  ExpectCuts<target::RoundToBinary16>("binary16_cut");
}

TEST(Ends, OfBinary32AreCertifiedWhereTheModelSays) {
  for (const Numbers& s : Samples("inside")) {
    const double end = std::bit_cast<float>(static_cast<uint32_t>(s[0]));
    const auto ends = hn::Set(target::D(), end);
    target::Certified certified;
    const auto pattern = target::RoundToBinary32::RoundEnds(ends, ends, certified);
    if (std::isfinite(end)) {  // an overflow is not IEEE's on every target
      EXPECT_EQ(hn::GetLane(pattern), s[0]);
    }
    const auto flags = hn::IfThenElseZero(certified, hn::Set(target::U(), 1));
    EXPECT_EQ(hn::GetLane(flags), s[1]) << s[0];
  }
}

template <class Cell>
void ExpectCells(const std::string& name) {
  for (const Numbers& s : Samples(name)) {
    ASSERT_EQ(hn::GetLane(Cell::Of(hn::Set(target::D(), std::bit_cast<double>(s[0])))), s[1]) << s[0];
  }
}

TEST(Cells, Of16BitsAreThoseOfTheModel) {
  ExpectCells<target::Cell16<7, 127, false>>("bfloat16_cell");
  ExpectCells<target::Cell16<10, 15, true>>("binary16_cell");
}

}  // namespace
}  // namespace exactnorm::fast
