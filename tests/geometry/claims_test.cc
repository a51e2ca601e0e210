// SPDX-License-Identifier: Apache-2.0
// The claims hold on every correctly rounded row, and break on the faults that they can see.
#include "exactnorm/geometry/claims.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/rows/generator.h"

namespace exactnorm::geometry {
namespace {

using rows::FormatId;
using rows::Packed;
using rows::Problem;

// Everything that decides a row's verdict, as the checker takes it.
RowVerdict Check(const Problem& p, Packed& packed, bool with_x = true) {
  const Row row = packed.row();
  const size_t n = row.columns;
  const auto numbers = [n](const void* data, const Format& f) { return Numbers(data, FormatId(f), n); };
  Claims claims;
  EXPECT_EQ(claims.prepare(p.operation, n, numbers(row.gamma, *p.parameter_format),
                           numbers(row.beta, *p.parameter_format), p.eps),
            EXACTNORM_OK);
  RowVerdict verdict;
  EXPECT_EQ(claims.check(with_x ? numbers(row.x, *p.x_format) : Numbers(), numbers(row.y, *p.y_format), verdict),
            EXACTNORM_OK);
  return verdict;
}

Packed WithAnswer(const Problem& p) {
  Packed packed(p);
  packed.set_answer(rows::Normalized(p));
  return packed;
}

class Claim : public testing::TestWithParam<int> {};

TEST_P(Claim, NoCorrectOutputIsRefused) {
  const Format& y = *kFormats[GetParam()];
  rows::Generator random(static_cast<uint64_t>(GetParam()) + 100);
  size_t held = 0;
  for (int i = 0; i < 3000; ++i) {
    Problem p = random.Below(2) != 0 ? random.Next(y, 200) : random.Next(200);
    p.y_format = &y;
    if (random.Below(8) == 0 && !p.gamma.empty()) p.gamma[random.Below(p.gamma.size())] = 0;
    Packed packed = WithAnswer(p);
    for (const bool with_x : {true, false}) {
      const RowVerdict verdict = Check(p, packed, with_x);
      ASSERT_FALSE(verdict.broken()) << p << "\nplane " << verdict.plane.excess << " interior "
                                     << verdict.interior.excess << " surface " << verdict.surface.excess;
      if (verdict.interior.outcome == Outcome::kHeld) ++held;
    }
  }
  EXPECT_GT(held, 3000u);
}

INSTANTIATE_TEST_SUITE_P(PerFormat, Claim, testing::Range(0, 4),
                         [](const auto& info) { return std::string(kFormats[info.param]->name); });

}  // namespace
}  // namespace exactnorm::geometry
