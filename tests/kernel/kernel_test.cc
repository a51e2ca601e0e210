// SPDX-License-Identifier: Apache-2.0
// Kernels in process, and the pieces of the host that need no child.
#include "bench/kernel/kernel.h"

#include <gtest/gtest.h>

#include <bit>
#include <cfenv>
#include <cstring>
#include <new>

#include "bench/kernel/arrays.h"
#include "bench/kernel/floating_point_mode.h"
#include "bench/kernel/placement.h"
#include "tests/kernel/kernel_call.h"

namespace exactnorm::kernel {
namespace {

Answer CallInProcess(exactnorm_kernel_function* function) {
  FloatCall arrays(2, 3, 4);
  return InProcessKernel("test", function).Call(arrays.call);
}

TEST(InProcessKernel, OursIsRightInEveryFormatAndOperation) {
  // (1, -1) with eps 0 normalises to itself in every format.
  for (const exactnorm_format code : {EXACTNORM_F64, EXACTNORM_F32, EXACTNORM_F16, EXACTNORM_BF16}) {
    for (const exactnorm_operation operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
      const Format& f = FormatOf(code);
      unsigned char x[16] = {}, y[16] = {};
      Store(f, x, 0, One(f));
      Store(f, x, 1, One(f) | f.sign);
      exactnorm_kernel_call call = {};
      call.version = EXACTNORM_KERNEL_VERSION;
      call.threads = 2;
      call.operation = operation;
      call.x_format = call.parameter_format = call.y_format = call.statistics_format = code;
      call.rows = 1;
      call.columns = call.x_stride = call.y_stride = 2;
      call.x = x;
      call.y = y;
      const Answer answer = InProcessKernel("exactnorm", ExactnormKernel).Call(call);
      EXPECT_EQ(answer.outcome, Outcome::kDone);
      EXPECT_FALSE(answer.failed());
      EXPECT_EQ(std::memcmp(x, y, sizeof x), 0) << f.name;
    }
  }
}

TEST(InProcessKernel, ARefusalOfOursIsABadAnswer) {
  FloatCall arrays(1, 3, 3);
  arrays.call.eps = -1;
  const Answer answer = InProcessKernel("exactnorm", ExactnormKernel).Call(arrays.call);
  ASSERT_EQ(answer.outcome, Outcome::kFailed);
  EXPECT_EQ(answer.observations.front().finding, Finding::kBadAnswer);
}

TEST(InProcessKernel, NamesBadAnswersModesAndNans) {
  EXPECT_EQ(CallInProcess([](const exactnorm_kernel_call*) { return 1; }).outcome, Outcome::kUnsupported);
  EXPECT_EQ(CallInProcess([](const exactnorm_kernel_call*) { return 2; }).observations.front().finding,
            Finding::kBadAnswer);
  const Answer upward = CallInProcess([](const exactnorm_kernel_call*) { return 0 * std::fesetround(FE_UPWARD); });
  EXPECT_EQ(upward.observations.front().finding, Finding::kFloatingPointMode);
  EXPECT_NE(upward.observations.front().detail.find("rounding mode"), std::string::npos);
  EXPECT_TRUE(upward.failed());
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  const Answer nan = CallInProcess([](const exactnorm_kernel_call* c) {
    static_cast<float*>(c->y)[5] = std::bit_cast<float>(0xFFC00000);
    return 0;
  });
  EXPECT_EQ(nan.observations.front().detail, "y[1][1] is the NaN FFC00000, not 7FC00000");
  EXPECT_FALSE(nan.failed());
}

TEST(FloatingPointMode, EveryRoundingModeIsSeenAndPutBack) {
  const uint64_t before = FloatingPointMode();
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    std::fesetround(mode);
    EXPECT_NE(ModeDifference(before, FloatingPointMode()), "");
    SetFloatingPointMode(before);
    EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  }
  std::feraiseexcept(FE_INEXACT | FE_DIVBYZERO);  // flags are no mode
  EXPECT_EQ(FloatingPointMode(), before);
  EXPECT_EQ(ModeDifference(before, before), "");
}

TEST(Placement, ArraysEndWithTheirLastPageOrStartWithTheirFirst) {
  FloatCall arrays(3, 5, 8);
  constexpr size_t kPage = 64;
  const Layout ends = LayoutOf(arrays.call, Placement::kEndsAtGuard, kPage);
  const Layout starts = LayoutOf(arrays.call, Placement::kStartsAfterGuard, kPage);
  for (size_t i = 0; i < kArrays; ++i) {
    EXPECT_EQ(ends.regions[i].start + ends.regions[i].length, ends.regions[i].size);
    EXPECT_EQ(starts.regions[i].start, 0u);
    EXPECT_EQ(ends.regions[i].size % kPage, 0u);
  }
  EXPECT_EQ(ends.regions[kX].length, 21 * sizeof(float));
  EXPECT_EQ(ends.regions[kX].size, 2 * kPage);
  EXPECT_EQ(ends.regions[kX].writable, 0u);
  EXPECT_EQ(ends.regions[kY].writable, 1u);
  arrays.call.x = arrays.x.data() + 1;
  const Layout given = LayoutOf(arrays.call, Placement::kAlignedAsGiven, 4096);
  EXPECT_EQ(given.regions[kX].start % kAlignment, reinterpret_cast<uintptr_t>(arrays.call.x) % kAlignment);
  arrays.call.x = arrays.call.y = arrays.x.data();
  const Layout in_place = LayoutOf(arrays.call, Placement::kEndsAtGuard, kPage);
  EXPECT_EQ(in_place.regions[kX].writable, 1u);
  EXPECT_EQ(in_place.regions[kY].size, 0u);
}

TEST(Placement, SizesThatOverflowAreRefused) {
  FloatCall arrays(3, 5, 8);
  arrays.call.rows = SIZE_MAX / 8;
  EXPECT_THROW(LayoutOf(arrays.call, Placement::kEndsAtGuard, 4096), std::bad_alloc);
  arrays.call.rows = SIZE_MAX;
  EXPECT_THROW(LayoutOf(arrays.call, Placement::kEndsAtGuard, 4096), std::bad_alloc);
}

// Any byte that a kernel must not change is missed in neither placement.
TEST(Placement, EveryByteThatIsNoElementIsWatched) {
  FloatCall arrays(3, 5, 8);
  for (const Placement placement : {Placement::kEndsAtGuard, Placement::kStartsAfterGuard}) {
    const Layout layout = LayoutOf(arrays.call, placement, 256);
    std::vector<unsigned char> memory(layout.total);
    Fill(arrays.call, layout, placement, memory.data());
    const Region& y = layout.regions[kY];
    const Array array = ArraysOf(arrays.call)[kY];
    for (size_t k = 0; k < y.size; ++k) {
      const bool inside = k >= y.start && k < y.start + y.length;
      memory[y.offset + k] ^= 1;
      std::vector<Observation> observations;
      InspectFiller(arrays.call, layout, placement, memory.data(), false, observations);
      if (inside && !InGap(array, k - y.start)) {
        EXPECT_TRUE(observations.empty());
      } else {
        ASSERT_EQ(observations.size(), 1u);
        EXPECT_EQ(observations.front().finding, inside ? Finding::kGapWritten : Finding::kOutOfBoundsWrite);
      }
      observations.clear();
      InspectFiller(arrays.call, layout, placement, memory.data(), true, observations);
      EXPECT_EQ(observations.size(), 1u);
      memory[y.offset + k] ^= 1;
    }
  }
}

}  // namespace
}  // namespace exactnorm::kernel
