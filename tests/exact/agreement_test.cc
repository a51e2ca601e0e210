// SPDX-License-Identifier: Apache-2.0
// Three ways to the same bits: the library's call, the textbook reference at rising precision, and the
// certificate. agreement_test [ELEMENTS] holds them against each other on at least that many elements with
// results of each format, over random rows of tests/rows. Seeds are fixed; a failure prints its row.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "lib/reference/certificate.h"
#include "lib/reference/layer_norm.h"
#include "tests/rows/generator.h"

namespace exactnorm {
namespace {

size_t elements_per_format = 100000;

using rows::Answer;
using rows::Packed;
using rows::Problem;

void ExpectAgreement(const Problem& p) {
  Packed packed(p);
  const exactnorm_call call = packed.call();
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK) << p;
  const Answer answer = packed.answer();
  const reference::Normalized expected = reference::Normalize(packed.row());
  ASSERT_EQ(answer.y, expected.y) << p;
  ASSERT_EQ(answer.mean, expected.mean) << p;
  ASSERT_EQ(answer.rstd, expected.rstd) << p;
  const auto refusal = reference::Certify(packed.row());
  ASSERT_FALSE(refusal.has_value()) << p << "\nelement " << refusal->column;
}

// One bit of one output flipped: the certificate refuses it, and says where.
void ExpectRefusalOfAFlippedBit(const Problem& p, rows::Generator& random) {
  Packed packed(p);
  const exactnorm_call call = packed.call();
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK) << p;
  const auto flip = [&](const Format& f, uint64_t bits) {
    return bits ^ (uint64_t{1} << random.Below(static_cast<uint64_t>(f.bytes) * 8));
  };
  Answer wrong = packed.answer();
  const size_t column = random.Below(wrong.y.size());
  const uint64_t kind = random.Below(8);
  const bool has_mean = p.operation == EXACTNORM_LAYER_NORM;
  if (kind == 0 && has_mean) {
    wrong.mean = flip(*p.statistics_format, wrong.mean);
  } else if (kind == 1) {
    wrong.rstd = flip(*p.statistics_format, wrong.rstd);
  } else {
    wrong.y[column] = flip(*p.y_format, wrong.y[column]);
  }
  packed.set_answer(wrong);
  const auto refusal = reference::Certify(packed.row());
  ASSERT_TRUE(refusal.has_value()) << p << "\nelement " << column;
  if (refusal->part == reference::Part::kY) {
    EXPECT_EQ(refusal->column, column) << p;
  }
}

class Agreement : public testing::TestWithParam<int> {};

TEST_P(Agreement, OfCallReferenceAndCertificate) {
  const Format& y = *kFormats[GetParam()];
  rows::Generator random(static_cast<uint64_t>(GetParam()));
  for (size_t elements = 0; elements < elements_per_format && !HasFatalFailure();) {
    // Two rows in three of one format throughout, the third of any mixture with results in this one.
    Problem p = random.Below(3) != 0 ? random.Next(y, 5000) : random.Next(5000);
    p.y_format = &y;
    ExpectAgreement(p);
    ExpectRefusalOfAFlippedBit(p, random);
    elements += p.x.size();
  }
}

INSTANTIATE_TEST_SUITE_P(PerFormat, Agreement, testing::Range(0, 4),
                         [](const auto& info) { return std::string(kFormats[info.param]->name); });

}  // namespace
}  // namespace exactnorm

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) exactnorm::elements_per_format = std::strtoul(argv[1], nullptr, 10);
  return RUN_ALL_TESTS();
}
