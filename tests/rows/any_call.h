// SPDX-License-Identifier: Apache-2.0
// A property of whole calls, checked by RapidCheck on rows of every combination of formats.
#ifndef EXACTNORM_TESTS_ROWS_ANY_CALL_H_
#define EXACTNORM_TESTS_ROWS_ANY_CALL_H_

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <string>

#include "tests/rows/matrix.h"

namespace exactnorm::rows {

// Up to 20 rows of up to 700 numbers: more rows than are done together, more columns than a block of parameters.
// holds(random, matrix, answers) asserts by RC_ASSERT; `answers` are those of the exact stage.
template <class Holds>
void ExpectOfAnyCall(const std::string& sentence, const Holds& holds) {
  constexpr size_t kCombinations = 4 * 4 * 4;
  constexpr size_t kEnoughToMeetAll = 1000;  // the chance to miss one is 64 (63 / 64)^1000 < 10^-5
  std::set<size_t> met;
  size_t cases = 0;
  EXPECT_TRUE(rc::check(sentence, [&] {
    Generator random(*rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<uint64_t>()));
    const size_t combination = random.Below(kCombinations);
    const Matrix matrix = AnyMatrix(random, *kFormats[combination % 4], *kFormats[combination / 4 % 4],
                                    *kFormats[combination / 16], *kFormats[random.Below(4)], 20, 700);
    met.insert(combination);
    ++cases;
    holds(random, matrix, ExactAnswers(matrix));
  }));
  if (cases >= kEnoughToMeetAll) {
    EXPECT_EQ(met.size(), kCombinations);
  }
}

// The public call's answers.
inline std::vector<Answer> Answers(Placed& placed) {
  const exactnorm_call call = placed.call();
  const exactnorm_status status = exactnorm_normalize(&call, nullptr);
  RC_ASSERT(status == EXACTNORM_OK);
  return placed.answers();
}

}  // namespace exactnorm::rows
#endif  // EXACTNORM_TESTS_ROWS_ANY_CALL_H_
