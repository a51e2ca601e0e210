// SPDX-License-Identifier: Apache-2.0
// Ordinary rows of any formats need no allocation: neither out of place nor in place, with statistics or without, with
// gamma and beta or prepared ones, about any mean, by one thread or as tasks; on every target.
#include <gtest/gtest.h>

#include "lib/fast/target.h"
#include "lib/stages.h"
#include "tests/memory/allocation_limit.h"
#include "tests/rows/matrix.h"

namespace exactnorm::memory {
namespace {

using rows::Placed;

rows::Matrix Ordinary(rows::Generator& random, const Format& x, const Format& parameter, const Format& y, size_t n) {
  rows::Matrix m{{EXACTNORM_LAYER_NORM, &x, &parameter, &y, &y, 1e-5, {}, {}, {}}, {}};
  const auto bell = [&](const Format& f) { return random.Numbers(f, rows::Family::kBell, n); };
  m.first.x = bell(x);
  m.first.gamma = bell(parameter);
  m.first.beta = bell(parameter);
  for (int i = 0; i < 16; ++i) m.others.push_back(bell(x));
  return m;
}

void Serial(void*, size_t tasks, void (*task)(void*, size_t), void* argument) {
  for (size_t i = 0; i < tasks; ++i) task(argument, i);
}

// How many allocations the call makes; 1 and more if it needs them, as all are refused.
long Allocations(const exactnorm_call& call, exactnorm_status& status) {
  const long before = AllocationCount();
  const AllocationLimit limit(0);
  status = exactnorm_normalize(&call, nullptr);
  return AllocationCount() - before;
}

TEST(FastPath, OfOrdinaryRowsOfAnyFormatsAllocatesNothing) {
  rows::Generator random(1);
  for (size_t combination = 0; combination < 64; ++combination) {
    const Format &x = *kFormats[combination % 4], &parameter = *kFormats[combination / 4 % 4];
    const Format& y = *kFormats[combination / 16];
    for (const size_t n : {64u, 768u, 2999u}) {  // 24 KiB of a row in place are copied without allocating
      const rows::Matrix matrix = Ordinary(random, x, parameter, y, n);
      for (const bool in_place : {false, true}) {
        if (in_place && !(x == y)) continue;
        for (const bool prepared : {false, true}) {
          Placed placed(matrix, {.in_place = in_place, .prepared = prepared});
          exactnorm_call call = placed.call();
          call.parallel_for = prepared ? &Serial : nullptr;
          if (n == 64) call.mean = call.rstd = nullptr;
          // Of such rows it may be a tie of 16 bits, which integers decide.
          if (y == kF16 || y == kBF16) call.mean = nullptr;
          exactnorm_status status = EXACTNORM_OK;
          EXPECT_EQ(Allocations(call, status), 0) << x.name << " " << parameter.name << " " << y.name << " " << n;
          EXPECT_EQ(status, EXACTNORM_OK);
        }
      }
    }
  }
}

TEST(FastPath, AboutALargeMeanAllocatesNothing) {
  rows::Generator random(2);
  rows::Matrix matrix = Ordinary(random, kF32, kF32, kF32, 768);
  for (uint64_t& bits : matrix.first.x) bits = One(kF32) + (uint64_t{10} << 23) + random.Below(1 << 13);
  Placed placed(matrix, {});
  exactnorm_status status = EXACTNORM_OK;
  EXPECT_EQ(Allocations(placed.call(), status), 0);
  EXPECT_EQ(status, EXACTNORM_OK);
}

TEST(FastPath, OfEveryTargetAllocatesNothing) {
  rows::Generator random(3);
  for (const Format* f : {&kF32, &kBF16, &kF16}) {
    const rows::Matrix matrix = Ordinary(random, *f, *f, *f, 768);
    for (const fast::Target& target : fast::BuiltTargets()) {
      if (!target.supported) continue;
      Placed placed(matrix, {});
      const exactnorm_call call = placed.call();
      CheckedCall checked{};
      ASSERT_EQ(CheckArguments(&call, &checked), EXACTNORM_OK);
      const long before = AllocationCount();
      size_t complete = 0;
      {
        const AllocationLimit limit(0);
        complete = Stages(checked, &target).Normalize(0, matrix.rows());
      }
      EXPECT_EQ(AllocationCount() - before, 0) << target.name << " " << f->name;
      EXPECT_EQ(complete, matrix.rows());
    }
  }
}

// The counter counts: rows that the SIMD stages cannot decide, of binary64 with exponents far apart.
TEST(FastPath, IsLeftByRowsThatNeedLargeIntegers) {
  rows::Generator random(4);
  rows::Matrix matrix = Ordinary(random, kF64, kF64, kF64, 4);
  matrix.first.x = {0x7E37E43C8800759C, 0xFE37E43C8800759C, 1, 0x8000000000000001};  // +-1e300, +-2^-1074
  Placed placed(matrix, {});
  exactnorm_status status = EXACTNORM_OK;
  EXPECT_GT(Allocations(placed.call(), status), 0);
  EXPECT_EQ(status, EXACTNORM_OUT_OF_MEMORY);
}

}  // namespace
}  // namespace exactnorm::memory
