// SPDX-License-Identifier: Apache-2.0
// The executor on oneTBB runs each task once, and the bits of a call do not depend on it.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <vector>

#include "exactnorm/exactnorm.hpp"
#include "exactnorm/tbb.h"

namespace exactnorm {
namespace {

TEST(TbbParallelFor, RunsEachTaskOnce) {
  for (const size_t tasks : {size_t{0}, size_t{1}, size_t{7}, size_t{10000}}) {
    std::vector<std::atomic<int>> runs(tasks);
    exactnorm_tbb_parallel_for(
        nullptr, tasks, [](void* all, size_t i) { ++(*static_cast<std::vector<std::atomic<int>>*>(all))[i]; }, &runs);
    for (const auto& count : runs) ASSERT_EQ(count, 1);
  }
}

TEST(TbbParallelFor, ChangesNoBit) {
  constexpr size_t kRows = 333, kColumns = 100;
  std::mt19937 random(1);
  std::normal_distribution<float> bell;
  std::vector<float> x(kRows * kColumns);
  for (float& v : x) v = bell(random);
  std::vector<float> alone(x.size()), together = x;
  exactnorm_call call = {};
  call.size = sizeof call;
  call.rows = kRows;
  call.columns = kColumns;
  call.eps = 1e-5;
  call.x = x.data();
  call.y = alone.data();
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  call.x = call.y = together.data();  // in place: a task that ran twice would be seen
  call.parallel_for = exactnorm_tbb_parallel_for;
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  EXPECT_EQ(alone, together);
}

}  // namespace
}  // namespace exactnorm
