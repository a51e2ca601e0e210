// SPDX-License-Identifier: Apache-2.0
// The longest row of the SIMD stages, 2^31 bfloat16 numbers, in place: 4 GiB, and as much again for the copy of x. It
// is one short row over and over, so its mean and variance are that row's, and so is every result: the exact stage says
// which. All 2^31 results are compared. Skipped where the machine has not enough free memory.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "exactnorm/exactnorm.h"
#include "lib/exact/row.h"
#include "lib/fast/error_bounds.h"
#include "tests/rows/generator.h"

namespace exactnorm {
namespace {

bool HasFreeMemory(size_t bytes) {
  return static_cast<size_t>(sysconf(_SC_AVPHYS_PAGES)) > bytes / static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

TEST(LongestRow, InPlaceIsExact) {
  constexpr size_t kColumns = fast::kMaxColumns;
  constexpr size_t kPeriod = size_t{1} << 16;
  constexpr size_t kBytes = kColumns * sizeof(uint16_t);
  if (!HasFreeMemory(2 * kBytes + (kBytes >> 3))) GTEST_SKIP() << "9 GiB of memory are not free";
  rows::Generator random(1);
  rows::Problem period{EXACTNORM_LAYER_NORM, &kBF16, &kBF16, &kBF16, &kBF16, 1e-5, {}, {}, {}};
  period.x = random.Numbers(kBF16, rows::Family::kBell, kPeriod);
  period.x[3] = 0x4400;  // 512: no symmetry between the signs
  rows::Packed packed(period);
  exact::NormalizeRow(packed.row());
  const rows::Answer expected = packed.answer();

  const std::unique_ptr<unsigned char[]> row(new unsigned char[kBytes]);  // not zeroed
  std::vector<unsigned char> x(kPeriod * sizeof(uint16_t)), y(x.size());
  for (size_t i = 0; i < kPeriod; ++i) {
    Store(kBF16, x.data(), i, period.x[i]);
    Store(kBF16, y.data(), i, expected.y[i]);
  }
  for (size_t at = 0; at < kBytes; at += x.size()) std::memcpy(row.get() + at, x.data(), x.size());
  uint16_t mean = 0, rstd = 0;
  exactnorm_call call = {};
  call.size = sizeof call;
  call.x_format = EXACTNORM_BF16;
  call.rows = 1;
  call.columns = kColumns;
  call.eps = period.eps;
  call.x = call.y = row.get();
  call.mean = &mean;
  call.rstd = &rstd;
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  for (size_t at = 0; at < kBytes; at += y.size()) ASSERT_EQ(std::memcmp(row.get() + at, y.data(), y.size()), 0) << at;
  EXPECT_EQ(mean, expected.mean);
  EXPECT_EQ(rstd, expected.rstd);
}

}  // namespace
}  // namespace exactnorm
