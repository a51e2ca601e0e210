// SPDX-License-Identifier: Apache-2.0
// An executor of std::thread: tasks go to whichever thread is free, so their order differs from run to run. Unlike
// oneTBB it is compiled with the tests, so a thread sanitizer sees all of it.
#ifndef EXACTNORM_TESTS_THREADS_THREAD_EXECUTOR_H_
#define EXACTNORM_TESTS_THREADS_THREAD_EXECUTOR_H_

#include <cstddef>

namespace exactnorm::threads {

// For exactnorm_call::pool; the executor adds up what it has been given to do.
struct ThreadExecutor {
  size_t threads;
  size_t tasks = 0;
};

// For exactnorm_call::parallel_for.
void ParallelFor(void* thread_executor, size_t tasks, void (*task)(void*, size_t), void* argument);

}  // namespace exactnorm::threads
#endif  // EXACTNORM_TESTS_THREADS_THREAD_EXECUTOR_H_
