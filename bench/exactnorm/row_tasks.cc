// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/row_tasks.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "bench/exactnorm/progress.h"

namespace exactnorm::command {

void RunRowTasks(void* name, size_t tasks, void (*task)(void* argument, size_t index), void* argument) {
  std::atomic<size_t> next = 0;
  const auto work = [&](Progress* progress) {
    for (size_t i = next++; i < tasks; i = next++) {
      task(argument, i);
      if (progress != nullptr) progress->Report(i);
    }
  };
  const size_t helpers = std::min<size_t>(std::max(1u, std::thread::hardware_concurrency()), tasks) - 1;
  std::vector<std::jthread> threads;
  try {
    threads.reserve(helpers);
    for (size_t i = 0; i < helpers; ++i) threads.emplace_back(work, nullptr);
  } catch (const std::exception&) {
    // No more threads or memory to be had: those that run, or this one alone, do it all. Nothing may leave
    // an executor.
  }
  Progress progress(static_cast<const char*>(name), tasks);
  work(&progress);
}

}  // namespace exactnorm::command
