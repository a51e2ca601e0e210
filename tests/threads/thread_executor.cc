// SPDX-License-Identifier: Apache-2.0
#include "tests/threads/thread_executor.h"

#include <atomic>
#include <thread>
#include <vector>

namespace exactnorm::threads {

void ParallelFor(void* thread_executor, size_t tasks, void (*task)(void*, size_t), void* argument) {
  auto* const executor = static_cast<ThreadExecutor*>(thread_executor);
  executor->tasks += tasks;
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    // The last tasks first: rows that are done out of order.
    for (size_t i = next++; i < tasks; i = next++) task(argument, tasks - 1 - i);
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < executor->threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

}  // namespace exactnorm::threads
