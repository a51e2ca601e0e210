// SPDX-License-Identifier: Apache-2.0
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <exception>

#include "exactnorm/tbb.h"

// Workers claim tasks one after the other, so that each task runs once whatever oneTBB makes of the workers.
void exactnorm_tbb_parallel_for(void*, size_t tasks, void (*task)(void* argument, size_t index),
                                void* argument) noexcept {
  std::atomic<size_t> next = 0;
  const auto work = [&](int) {
    for (size_t i = next++; i < tasks; i = next++) task(argument, i);
  };
  try {
    oneapi::tbb::parallel_for(0, oneapi::tbb::this_task_arena::max_concurrency(), work);
  } catch (const std::exception&) {
    work(0);
  }
}
