// SPDX-License-Identifier: Apache-2.0
// The call as a whole: strides, in place, executors, prepared parameters, memory running out.
#include "exactnorm/exactnorm.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cfenv>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "tests/memory/allocation_limit.h"

namespace exactnorm {
namespace {

constexpr size_t kRows = 5;
constexpr size_t kColumns = 4;

std::vector<float> SomeRows() {
  std::vector<float> x;
  for (size_t i = 0; i < kRows * kColumns; ++i) x.push_back(static_cast<float>((i * 37) % 11) + 0.25f);
  return x;
}

std::vector<float> Normalized(const std::vector<float>& x) {
  std::vector<float> y(x.size());
  EXPECT_EQ(layer_norm<float>({.x = x, .y = y, .columns = kColumns}), EXACTNORM_OK);
  return y;
}

TEST(Call, TheVersionIsThatOfTheHeader) { EXPECT_EQ(std::string(exactnorm_version()), EXACTNORM_VERSION_STRING); }

TEST(Call, InPlaceGivesTheSame) {
  std::vector<float> x = SomeRows();
  const std::vector<float> expected = Normalized(x);
  EXPECT_EQ(layer_norm<float>({.x = x, .y = x, .columns = kColumns}), EXACTNORM_OK);
  EXPECT_EQ(x, expected);
}

RC_GTEST_PROP(Call, StridesMoveRowsAndTouchNothingBetween, ()) {
  const auto x_gap = *rc::gen::inRange<size_t>(0, 5);
  const auto y_gap = *rc::gen::inRange<size_t>(0, 5);
  const std::vector<float> dense = SomeRows();
  const std::vector<float> expected = Normalized(dense);
  const float canary = -77;
  std::vector<float> x((kColumns + x_gap) * kRows, canary);
  std::vector<float> y((kColumns + y_gap) * kRows, canary);
  for (size_t i = 0; i < dense.size(); ++i) x[i / kColumns * (kColumns + x_gap) + i % kColumns] = dense[i];
  RC_ASSERT(layer_norm<float>(
                {.x = x, .y = y, .columns = kColumns, .x_stride = kColumns + x_gap, .y_stride = kColumns + y_gap}) ==
            EXACTNORM_OK);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t column = i % (kColumns + y_gap);
    RC_ASSERT(y[i] == (column < kColumns ? expected[i / (kColumns + y_gap) * kColumns + column] : canary));
  }
}

RC_GTEST_PROP(Call, ARowDependsOnItselfAlone, ()) {
  std::vector<float> x = SomeRows();
  const std::vector<float> expected = Normalized(x);
  const auto row = *rc::gen::inRange<size_t>(0, kRows);
  for (size_t i = 0; i < x.size(); ++i) {
    if (i / kColumns != row) x[i] = *rc::gen::arbitrary<float>();
  }
  const std::vector<float> y = Normalized(x);
  for (size_t i = row * kColumns; i < (row + 1) * kColumns; ++i) RC_ASSERT(y[i] == expected[i]);
}

// Runs the tasks backwards on two threads.
void BackwardsOnTwoThreads(void* pool, size_t tasks, void (*task)(void*, size_t), void* argument) {
  *static_cast<bool*>(pool) = true;
  const auto half = [=](size_t first) {
    for (size_t i = tasks; i-- > 0;) {
      if (i % 2 == first) task(argument, i);
    }
  };
  std::thread other(half, 1);
  half(0);
  other.join();
}

TEST(Call, AnExecutorDoesTheWorkAndChangesNoBit) {
  const std::vector<float> x = SomeRows();
  std::vector<float> y(x.size());
  bool used = false;
  EXPECT_EQ(
      layer_norm<float>({.x = x, .y = y, .columns = kColumns, .parallel_for = &BackwardsOnTwoThreads, .pool = &used}),
      EXACTNORM_OK);
  EXPECT_TRUE(used);
  EXPECT_EQ(y, Normalized(x));
}

// The caller's rounding mode and, on x86, flush-to-zero and denormals-are-zero.
TEST(Call, TheCallersEnvironmentChangesNoBitAndIsLeftAsItWas) {
  std::vector<float> x = SomeRows();
  for (size_t i = 0; i < kColumns; ++i) x[i] = 0x1p-149f * static_cast<float>(i * i);
  std::vector<float> expected(x.size());
  std::vector<float> y(x.size());
  const Call<float> tiny_eps{.x = x, .y = expected, .columns = kColumns, .eps = 0x1p-1074};
  ASSERT_EQ(layer_norm(tiny_eps), EXACTNORM_OK);
  Call<float> call = tiny_eps;
  call.y = y;
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    std::fesetround(mode);
#if defined(__SSE2__)
    const unsigned control = _mm_getcsr();
    _mm_setcsr(control | 0x8040u);
#endif
    const Status status = layer_norm(call);
#if defined(__SSE2__)
    const bool kept = (_mm_getcsr() & ~0x3Fu) == ((control | 0x8040u) & ~0x3Fu);
    _mm_setcsr(control);
#else
    const bool kept = true;
#endif
    const int after = std::fegetround();
    std::fesetround(FE_TONEAREST);
    EXPECT_EQ(status, EXACTNORM_OK);
    EXPECT_TRUE(kept);
    EXPECT_EQ(after, mode);
    EXPECT_EQ(std::memcmp(y.data(), expected.data(), y.size() * sizeof(float)), 0) << mode;
  }
}

TEST(Call, PreparedParametersAreACopy) {
  const std::vector<float> x = SomeRows();
  std::vector<float> gamma = {1, 2, 3, 4};
  std::vector<float> beta = {-1, 0, 1, 2};
  std::vector<float> expected(x.size());
  ASSERT_EQ(layer_norm<float>({.x = x, .gamma = gamma, .beta = beta, .y = expected, .columns = kColumns}),
            EXACTNORM_OK);
  Parameters parameters;
  ASSERT_EQ(parameters.prepare<float>(kColumns, gamma, beta), EXACTNORM_OK);
  gamma.assign(kColumns, 0);
  beta.assign(kColumns, 0);
  std::vector<float> y(x.size());
  for (int repeat = 0; repeat < 2; ++repeat) {
    ASSERT_EQ(layer_norm<float>({.x = x, .parameters = &parameters, .y = y, .columns = kColumns}), EXACTNORM_OK);
    EXPECT_EQ(y, expected);
  }
}

TEST(Call, AnyAlignmentGivesTheSame) {
  const std::vector<float> x = SomeRows();
  const std::vector<float> expected = Normalized(x);
  const size_t bytes = x.size() * sizeof(float);
  for (size_t offset = 0; offset < 9; ++offset) {
    std::vector<unsigned char> in(bytes + offset);
    std::vector<unsigned char> out(bytes + offset);
    std::memcpy(in.data() + offset, x.data(), bytes);
    exactnorm_call call = {};
    call.size = sizeof call;
    call.rows = kRows;
    call.columns = kColumns;
    call.eps = 1e-5;
    call.x = in.data() + offset;
    call.y = out.data() + offset;
    ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
    EXPECT_EQ(std::memcmp(out.data() + offset, expected.data(), bytes), 0) << offset;
  }
}

// Results that underflow are left to the exact stage, and binary64 rows whose exponents lie far apart need integers
// beyond the inline 512 bits there.
TEST(Call, RunningOutOfMemoryLosesNothing) {
  const std::vector<double> row = {1e300, -1e300, 5e-324, -5e-324};
  std::vector<double> x;
  for (size_t i = 0; i < kRows; ++i) x.insert(x.end(), row.begin(), row.end());
  std::vector<double> expected(x.size());
  ASSERT_EQ(layer_norm<double>({.x = x, .y = expected, .columns = kColumns}), EXACTNORM_OK);
  bool refused = false;
  bool partly = false;
  for (long allowed = 0;; ++allowed) {
    std::vector<double> y = x;
    size_t finished = 99;
    const Call<double> call{.x = y, .y = y, .columns = kColumns, .finished_rows = &finished};
    Status status = EXACTNORM_OK;
    {
      const memory::AllocationLimit limit(allowed);
      status = layer_norm(call);
    }
    for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], i / kColumns < finished ? expected[i] : x[i]) << allowed;
    if (status == EXACTNORM_OK) break;
    ASSERT_EQ(status, EXACTNORM_OUT_OF_MEMORY);
    refused = true;
    partly = partly || finished != 0;
  }
  EXPECT_TRUE(refused && partly);
}

TEST(Call, OrdinaryRowsNeedNoAllocation) {
  std::vector<float> x(8 * 768), y(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 1009) / 256 - 2;
  const memory::AllocationLimit limit(0);
  EXPECT_EQ(layer_norm<float>({.x = x, .y = y, .columns = 768, .eps = 1e-5}), EXACTNORM_OK);
  EXPECT_EQ(layer_norm<float>({.x = x, .y = x, .columns = 768, .eps = 1e-5}), EXACTNORM_OK);
  EXPECT_EQ(x, y);
}

TEST(Call, PreparingCanRunOutOfMemory) {
  const std::vector<float> gamma = {1, 2};
  Parameters parameters;
  {
    const memory::AllocationLimit limit(0);
    EXPECT_EQ(parameters.prepare<float>(2, gamma, gamma), EXACTNORM_OUT_OF_MEMORY);
  }
  EXPECT_EQ(parameters.get(), nullptr);
}

}  // namespace
}  // namespace exactnorm
