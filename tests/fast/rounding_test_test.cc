// SPDX-License-Identifier: Apache-2.0
// The window test as what it is, modular integer arithmetic: over all exponents, thresholds and edges of the window;
// and rows that unsound tests of this kind have certified.
#include <gtest/gtest.h>

#include <limits>

#include "lib/exact/row.h"
#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/target.h"
#include "lib/fast/windows-inl.h"
#include "tests/rows/problem.h"

namespace exactnorm::fast {
namespace {

namespace static_target = HWY_NAMESPACE;
// Of every exponent field, with the significand's kept bits all clear or all set, and tails around the window's edges.
template <class Test, class T, int kExponentBits, int kTail>
void ExpectSoundWindows() {
  constexpr int kSignificandBits = 8 * static_cast<int>(sizeof(T)) - 1 - kExponentBits;
  constexpr T kFields = T{1} << kExponentBits;
  constexpr T kTails = T{1} << kTail;
  constexpr T kUpper = (T{1} << kSignificandBits) - kTails;
  constexpr T kSign = T{1} << (8 * sizeof(T) - 1);
  size_t wrongly_passed = 0, needlessly_failed = 0;
  for (const T w : {T{1}, T{3}, static_cast<T>(Test::kHalf / 2)}) {
    const T tails[] = {0,
                       1,
                       Test::kHalf - w - 1,
                       Test::kHalf - w,
                       Test::kHalf - 1,
                       Test::kHalf,
                       Test::kHalf + w - 1,
                       Test::kHalf + w,
                       kTails - 1};
    for (T threshold = 1; threshold < Test::kBias; ++threshold) {
      const Window window = Test::Make(threshold, w);
      for (T field = 0; field < kFields; ++field) {
        for (const T tail : tails) {
          const bool outside = tail + w < Test::kHalf || tail >= Test::kHalf + w;
          const T bits = (field << kSignificandBits) + tail;
          for (const T pattern : {bits, bits + kUpper, bits + kSign}) {
            const bool passes = Test::Passes(pattern, window);
            wrongly_passed += passes && !(outside && field >= threshold && field + 1 < kFields);
            const bool far = field > threshold && field < threshold + Test::kBias;
            needlessly_failed += !passes && outside && far;
          }
        }
      }
    }
  }
  EXPECT_EQ(wrongly_passed, 0u);
  EXPECT_EQ(needlessly_failed, 0u);
  EXPECT_FALSE(Test::Passes(~T{0} >> 1, Window::Never()));
}

TEST(HalvesTest, IsSoundForAllExponentsAndThresholds) { ExpectSoundWindows<HalvesTest, uint64_t, 11, 29>(); }
TEST(WordTest, OfBfloat16ResultsIsSoundForAllExponentsAndThresholds) {
  ExpectSoundWindows<WordTest<16>, uint32_t, 8, 16>();
}
TEST(WordTest, OfBinary16ResultsIsSoundForAllExponentsAndThresholds) {
  ExpectSoundWindows<WordTest<13>, uint32_t, 8, 13>();
}

// Whatever N, lanes, gamma and beta are, a window is as wide as the ledger asks for, or there is none.
TEST(Windows, AreAsWideAsTheLedgerAsksOrThereIsNone) {
  using Y = static_target::RoundToBinary32;
  for (const size_t columns : {size_t{1}, size_t{768}, size_t{65536}, size_t{1} << 20, kMaxColumns}) {
    for (const size_t lanes : {1, 2, 4, 8, 32}) {
      const NormalizedError error = BoundNormalized(columns, lanes);
      for (const double gamma : {0.0, 1e-30, 1.0, 1e4, 1e30, 3e38, std::numeric_limits<double>::infinity()}) {
        for (const double beta : {0.0, 1e-30, 1.0, 1e30, std::numeric_limits<double>::quiet_NaN()}) {
          const Window window =
              static_target::MakeWindow<Y>(error, std::sqrt(static_cast<double>(columns)), gamma, beta);
          if (window.is_never()) continue;
          ASSERT_TRUE(std::isfinite(gamma) && std::isfinite(beta));
          const double w = static_cast<double>(static_cast<uint32_t>(window.limit)) / 2;
          const uint64_t field = Y::Test::kBias + 1 - (window.addend >> 52);  // of the threshold
          ASSERT_TRUE(field >= 897 && field <= 1022) << field;
          EXPECT_GE(w, BoundWidth(error, gamma, beta, std::ldexp(1.0, static_cast<int>(field) - 1023)));
          EXPECT_LE(w, static_cast<double>(Y::Test::kHalf / 2));
        }
      }
    }
  }
}

uint64_t Bits(float v) { return std::bit_cast<uint32_t>(v); }

// All that every target certifies of the row is right.
void ExpectSound(const rows::Problem& p) {
  rows::Packed packed(p);
  exact::NormalizeRow(packed.row());
  const rows::Answer exact = packed.answer();
  for (const Target& target : BuiltTargets()) {
    if (!target.supported) continue;
    rows::Packed again(p);
    const Row row = again.row();
    Windows windows;
    target.find_windows(row, &windows);
    Undecided undecided;
    NormalizeRow(target, row, windows, false, &undecided);
    if (undecided.declined()) continue;
    rows::Bits y = again.answer().y;
    for (const uint32_t column : undecided.columns()) y[column] = exact.y[column];
    EXPECT_EQ(y, exact.y) << target.name << "\n" << p;
  }
}

rows::Problem Row32(size_t n, double eps) {
  return {EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, eps, rows::Bits(n, 0), rows::Bits(n, Bits(1)), {}};
}

// A threshold beyond the exponent's middle wraps around: y^ = 0 was certified as +0 where y is a tiny number.
TEST(UnsoundSpots, AHighThresholdDoesNotCertifyZero) {
  rows::Problem p = Row32(64, static_cast<double>(1e-5f));
  p.gamma.assign(64, Bits(1e4f));
  p.x[0] = Bits(1);
  p.x[8] = Bits(0x1p-60f);
  p.x[16] = Bits(-1);
  ExpectSound(p);
}

// Infinities and NaNs have no low bits set and the largest exponent.
TEST(UnsoundSpots, GammaAndBetaThatAreNotFiniteAreNotCertified) {
  for (const float special : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 3e38f}) {
    for (const size_t column : {0, 1, 31, 33, 63}) {
      rows::Problem p = Row32(64, 1e-5);
      for (size_t i = 0; i < 64; ++i) p.x[i] = Bits(static_cast<float>(i));
      p.beta = p.gamma;
      ExpectSound(p);
      p.gamma[column] = Bits(special);
      ExpectSound(p);
      std::swap(p.gamma, p.beta);
      ExpectSound(p);
    }
  }
}

// Rows about a large mean go through a second centre, and RMSNorm rows with an infinity have an infinite mean square,
// which is not larger than twice itself.
TEST(UnsoundSpots, LargeMeansAndInfinitiesInRmsNorm) {
  rows::Problem p = Row32(96, 1e-12);
  for (size_t i = 0; i < 96; ++i) p.x[i] = Bits(1e6f + static_cast<float>(i * i % 17) * 0.0625f);
  ExpectSound(p);
  p.operation = EXACTNORM_RMS_NORM;
  ExpectSound(p);
  p.x[70] = Bits(std::numeric_limits<float>::infinity());
  ExpectSound(p);
}

}  // namespace
}  // namespace exactnorm::fast
