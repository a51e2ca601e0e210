// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/subject.h"

#include <algorithm>
#include <thread>

#include "lib/stages.h"

namespace exactnorm::laws {
namespace {

// Task i runs on thread i mod `threads`: rows that are neighbours meet different threads.
void RunOnThreads(void* pool, size_t tasks, void (*task)(void*, size_t), void* argument) {
  const size_t threads = std::min<size_t>(*static_cast<const uint32_t*>(pool), tasks);
  std::vector<std::thread> workers;
  for (size_t first = 0; first < threads; ++first) {
    workers.emplace_back([=] {
      for (size_t i = first; i < tasks; i += threads) task(argument, i);
    });
  }
  for (std::thread& worker : workers) worker.join();
}

// On the caller's thread.
exactnorm_call CallOf(const exactnorm_kernel_call& c) {
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = c.operation;
  call.x_format = c.x_format;
  call.parameter_format = c.parameter_format;
  call.y_format = c.y_format;
  call.statistics_format = c.statistics_format;
  call.rows = c.rows;
  call.columns = c.columns;
  call.x_stride = c.x_stride;
  call.y_stride = c.y_stride;
  call.eps = c.eps;
  call.x = c.x;
  call.gamma = c.gamma;
  call.beta = c.beta;
  call.y = c.y;
  call.mean = c.mean;
  call.rstd = c.rstd;
  return call;
}

int AnswerOf(exactnorm_status status) { return status == EXACTNORM_OK ? int{EXACTNORM_KERNEL_DONE} : 1000 + status; }

int Normalize(const exactnorm_kernel_call& c) {
  exactnorm_call call = CallOf(c);
  uint32_t threads = c.threads;
  if (threads > 1) {
    call.parallel_for = RunOnThreads;
    call.pool = &threads;
  }
  return AnswerOf(exactnorm_normalize(&call, nullptr));
}

int NormalizeExactly(const exactnorm_kernel_call& c) {
  const exactnorm_call call = CallOf(c);
  CheckedCall checked{};
  if (const auto status = CheckArguments(&call, &checked); status != EXACTNORM_OK) return AnswerOf(status);
  const size_t complete = Stages(checked, nullptr).Normalize(0, checked.rows.count);
  return AnswerOf(complete == checked.rows.count ? EXACTNORM_OK : EXACTNORM_OUT_OF_MEMORY);
}

}  // namespace

Subject ThisLibrary() { return {"exactnorm", Normalize}; }
Subject ExactStageAlone() { return {"the exact stage alone", NormalizeExactly}; }

}  // namespace exactnorm::laws
