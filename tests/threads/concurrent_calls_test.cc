// SPDX-License-Identifier: Apache-2.0
// Calls from several threads at once, which share inputs and prepared parameters and run executors of their own: the
// same bits as one after the other. The first of them meet in what the library finds out once: its target. For
// ThreadSanitizer (preset tsan) as much as for itself.
#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <thread>

#include "tests/rows/matrix.h"
#include "tests/threads/thread_executor.h"

namespace exactnorm::threads {
namespace {

TEST(ConcurrentCalls, GiveTheSameBits) {
  constexpr size_t kThreads = 4;
  constexpr int kCallsOfEach = 30;
  rows::Generator random(1);
  // Ordinary rows, hard ones, binary64: all stages.
  std::vector<rows::Matrix> matrices;
  for (const Format* f : kFormats) {
    for (int i = 0; i < 6; ++i) matrices.push_back(rows::AnyMatrix(random, *f, *f, *f, *f, 40, 300));
  }
  std::vector<std::vector<rows::Answer>> expected;
  for (const rows::Matrix& matrix : matrices) expected.push_back(rows::ExactAnswers(matrix));

  std::atomic<size_t> ready = 0, failed = 0, tasks = 0;
  const auto work = [&](size_t thread) {
    ready += 1;
    while (ready < kThreads) std::this_thread::yield();
    for (int i = 0; i < kCallsOfEach; ++i) {
      const size_t which = (thread * 7 + static_cast<size_t>(i)) % matrices.size();
      rows::Placed placed(matrices[which], {.prepared = i % 2 != 0});
      ThreadExecutor executor{2};
      exactnorm_call call = placed.call();
      if (i % 3 != 0) {
        call.parallel_for = &ParallelFor;
        call.pool = &executor;
      }
      failed += exactnorm_normalize(&call, nullptr) != EXACTNORM_OK || placed.answers() != expected[which];
      tasks += executor.tasks;
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0u);
  EXPECT_GT(tasks, 0u);
}

// One set of parameters, used by calls for parts of one matrix.
TEST(ConcurrentCalls, ShareParametersAndInputs) {
  constexpr size_t kThreads = 4, kColumns = 257, kRowsOfEach = 50;
  rows::Generator random(2);
  const rows::Bits gamma = random.Numbers(kF32, rows::Family::kBell, kColumns);
  std::vector<float> g(kColumns), x(kThreads * kRowsOfEach * kColumns), y(x.size()), alone(x.size());
  for (size_t i = 0; i < kColumns; ++i) g[i] = std::bit_cast<float>(static_cast<uint32_t>(gamma[i]));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(random.Below(1 << 20)) * 0x1p-10f;
  exactnorm_parameters* parameters = nullptr;
  ASSERT_EQ(exactnorm_parameters_prepare(EXACTNORM_F32, kColumns, g.data(), g.data(), &parameters), EXACTNORM_OK);
  const auto normalize = [&](size_t first, size_t count, float* to) {
    exactnorm_call call = {};
    call.size = sizeof call;
    call.rows = count;
    call.columns = kColumns;
    call.eps = 1e-5;
    call.x = x.data() + first * kColumns;
    call.parameters = parameters;
    call.y = to + first * kColumns;
    return exactnorm_normalize(&call, nullptr);
  };
  std::atomic<size_t> failed = 0;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { failed += normalize(i * kRowsOfEach, kRowsOfEach, y.data()) != EXACTNORM_OK; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0u);
  ASSERT_EQ(normalize(0, kThreads * kRowsOfEach, alone.data()), EXACTNORM_OK);
  EXPECT_EQ(y, alone);
  exactnorm_parameters_free(parameters);
}

}  // namespace
}  // namespace exactnorm::threads
