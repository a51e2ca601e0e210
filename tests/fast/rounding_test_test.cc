// SPDX-License-Identifier: Apache-2.0
// The window test as what it is, modular integer arithmetic: over all exponents, thresholds and edges of the window;
// and windows as wide as the ledger asks for. Rows that unsound tests have certified: unsound_spots_test.cc.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/windows-inl.h"

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

// The threshold's exponent, and the width, that a window has been made of.
struct Made {
  int exponent;
  double width;
};
Made MadeOf(HalvesTest, const Window& window) {
  const uint64_t field = HalvesTest::kBias + 1 - (window.addend >> 52);
  return {static_cast<int>(field) - 1023, static_cast<double>(static_cast<uint32_t>(window.limit)) / 2};
}
template <int kTail>
Made MadeOf(WordTest<kTail>, const Window& window) {
  using Test = WordTest<kTail>;
  const uint64_t width = (window.limit - Test::kFirst) / 2;
  const auto above = static_cast<uint32_t>(window.addend + Test::kHalf - width);  // (bias + 1 - field) 2^23
  EXPECT_EQ(above % (1u << 23), 0u);
  return {static_cast<int>(Test::kBias + 1 - (above >> 23)) - 127, static_cast<double>(width)};
}

// Whatever N, lanes, gamma and beta are, a window is as wide as the ledger asks for, or there is none; and ordinary
// columns have one, however long the row is.
template <class Y>
void ExpectWideWindows() {
  for (const size_t columns : {size_t{1}, size_t{768}, size_t{65536}, size_t{1} << 18, size_t{1} << 20, kMaxColumns}) {
    for (const size_t lanes : {1u, 2u, 4u, 8u, 32u}) {
      const NormalizedError error = BoundNormalized(columns, lanes);
      const double root = std::sqrt(static_cast<double>(columns));
      EXPECT_FALSE(static_target::MakeWindow<Y>(error, root, 1, 1).is_never()) << columns << " " << lanes;
      for (const double gamma : {0.0, 1e-30, 1.0, 1e4, 1e30, 3e38, std::numeric_limits<double>::infinity()}) {
        for (const double beta : {0.0, 1e-30, 1.0, 1e30, std::numeric_limits<double>::quiet_NaN()}) {
          const Window window = static_target::MakeWindow<Y>(error, root, gamma, beta);
          if (window.is_never()) continue;
          ASSERT_TRUE(std::isfinite(gamma) && std::isfinite(beta));
          const Made made = MadeOf(typename Y::Test(), window);
          const double least = std::ldexp(1.0, made.exponent);
          ASSERT_TRUE(least >= Y::kLeast && made.exponent < 0) << made.exponent;
          EXPECT_GE(made.width * Y::kUnit, BoundWidth(error, gamma, beta, least) + Y::kLost);
          EXPECT_LE(made.width, static_cast<double>(Y::Test::kHalf / 2));
        }
      }
    }
  }
}

TEST(Windows, OfBinary32ResultsAreWideEnough) { ExpectWideWindows<static_target::RoundToBinary32>(); }
TEST(Windows, OfBfloat16ResultsAreWideEnough) { ExpectWideWindows<static_target::RoundToBfloat16>(); }
TEST(Windows, OfBinary16ResultsAreWideEnough) { ExpectWideWindows<static_target::RoundToBinary16>(); }

}  // namespace
}  // namespace exactnorm::fast
