// SPDX-License-Identifier: Apache-2.0
// Every value of the 16-bit formats as an input, and every rounding boundary of bfloat16 as a result.
#include <gtest/gtest.h>

#include <bit>
#include <utility>

#include "lib/reference/certificate.h"
#include "tests/rows/problem.h"

namespace exactnorm {
namespace {

using rows::Bits;
using rows::Packed;
using rows::Problem;

void ExpectCertified(const Problem& p) {
  Packed packed(p);
  const exactnorm_call call = packed.call();
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK) << p;
  ASSERT_FALSE(reference::Certify(packed.row()).has_value()) << p;
}

// All 2^16 patterns, NaN and infinities among them, in rows of one and as the first of a fixed row of two.
void ExpectEveryValueCertified(const Format& f, exactnorm_operation operation, double eps) {
  Problem p{operation, &f, &f, &f, &f, eps, {}, {One(f) + 1, One(f)}, {One(f) - 3, One(f) + 5}};
  for (uint64_t bits = 0; bits < 0x10000 && !testing::Test::HasFatalFailure(); ++bits) {
    p.x = {bits, One(f) + 7};
    ExpectCertified(p);
    Problem alone = p;
    for (Bits* row : {&alone.x, &alone.gamma, &alone.beta}) row->resize(1);
    ExpectCertified(alone);
  }
}

TEST(Exhaustive, EveryBinary16ThroughLayerNorm) { ExpectEveryValueCertified(kF16, EXACTNORM_LAYER_NORM, 1e-5); }
TEST(Exhaustive, EveryBinary16ThroughRmsNorm) { ExpectEveryValueCertified(kF16, EXACTNORM_RMS_NORM, 0.0); }
TEST(Exhaustive, EveryBfloat16ThroughLayerNorm) { ExpectEveryValueCertified(kBF16, EXACTNORM_LAYER_NORM, 0.0); }
TEST(Exhaustive, EveryBfloat16ThroughRmsNorm) { ExpectEveryValueCertified(kBF16, EXACTNORM_RMS_NORM, 1e-5); }

// x = +-1 in equal numbers and eps = 0 make t = +-1 exactly, so y = RN(+-g) with g in binary32, which holds every
// midpoint of bfloat16, the overflow threshold among them, and its neighbours.
TEST(Exhaustive, EveryMidpointOfBfloat16GoesToEvenAndItsNeighboursToTheirSide) {
  Problem p{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kBF16, &kBF16, 0.0, {}, {}, {}};
  Bits expected;
  for (uint64_t magnitude = 0; magnitude < kBF16.infinity; ++magnitude) {
    const Number middle = MidpointAbove(kBF16, magnitude);
    const uint64_t g = RoundMagnitude(kF32, middle.significand, middle.exponent);
    const Number back = Decode(kF32, g);
    ASSERT_EQ(back.significand >> std::countr_zero(back.significand), middle.significand) << "g is the midpoint itself";
    const uint64_t even = magnitude + magnitude % 2;
    for (const auto& [gain, rounded] :
         {std::pair{g, even}, {NextUp(kF32, g), magnitude + 1}, {NextDown(kF32, g), magnitude}}) {
      for (const uint64_t sign : {uint64_t{0}, uint64_t{1}}) {
        p.x.push_back(WithSign(kF32, sign != 0, One(kF32)));
        p.gamma.push_back(gain);
        expected.push_back(WithSign(kBF16, sign != 0, rounded));
      }
    }
  }
  EXPECT_EQ(rows::Normalized(p).y, expected);
}

}  // namespace
}  // namespace exactnorm
