// SPDX-License-Identifier: Apache-2.0
// The certificate accepts the right answer alone: of all patterns of a 16-bit format, one.
#include "lib/reference/certificate.h"

#include <gtest/gtest.h>

#include "tests/rows/generator.h"

namespace exactnorm::reference {
namespace {

using rows::Answer;
using rows::Packed;
using rows::Problem;

TEST(Certificate, OfAllPatternsItAcceptsExactlyOne) {
  rows::Generator random(7);
  for (int repeat = 0; repeat < 16; ++repeat) {
    Problem p = random.Next(4);
    p.y_format = p.statistics_format = repeat % 2 == 0 ? &kF16 : &kBF16;
    Packed packed(p);
    const Answer right = rows::Normalized(p);
    for (uint64_t bits = 0; bits < 0x10000; ++bits) {
      Answer candidate = right;
      candidate.y[0] = bits;
      packed.set_answer(candidate);
      ASSERT_EQ(!Certify(packed.row()).has_value(), bits == right.y[0])
          << p << ' ' << rows::HexFloat(*p.y_format, bits);
    }
  }
}

TEST(Certificate, OfAllStatisticsItAcceptsExactlyOne) {
  rows::Generator random(8);
  for (int repeat = 0; repeat < 8; ++repeat) {
    Problem p = random.Next(4);
    p.operation = EXACTNORM_LAYER_NORM;
    p.y_format = p.statistics_format = repeat % 2 == 0 ? &kF16 : &kBF16;
    Packed packed(p);
    const Answer right = rows::Normalized(p);
    for (uint64_t bits = 0; bits < 0x10000; ++bits) {
      Answer candidate = right;
      (repeat % 4 < 2 ? candidate.mean : candidate.rstd) = bits;
      packed.set_answer(candidate);
      ASSERT_EQ(!Certify(packed.row()).has_value(), candidate == right) << p << ' ' << bits;
    }
  }
}

TEST(Certificate, SaysWhichPartIsWrong) {
  const Problem p{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 1e-5, {One(kF32), 0, 0}, {}, {}};
  const Answer right = rows::Normalized(p);
  Packed packed(p);
  const auto refusal = [&](const Answer& answer) {
    packed.set_answer(answer);
    return Certify(packed.row()).value();
  };
  Answer wrong = right;
  wrong.y[2] ^= 1;
  EXPECT_EQ(refusal(wrong).part, Part::kY);
  EXPECT_EQ(refusal(wrong).column, 2u);
  wrong = right;
  wrong.mean += 1;
  EXPECT_EQ(refusal(wrong).part, Part::kMean);
  wrong = right;
  wrong.rstd -= 1;
  EXPECT_EQ(refusal(wrong).part, Part::kRstd);
}

}  // namespace
}  // namespace exactnorm::reference
