// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel/kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "bench/kernel/arrays.h"
#include "bench/kernel/floating_point_mode.h"
#include "exactnorm/exactnorm.h"

namespace exactnorm::kernel {
namespace {

// An exactnorm_parallel_for on as many threads as `pool`, a uint32_t, says.
void RunOnThreads(void* pool, size_t tasks, void (*task)(void* argument, size_t index), void* argument) {
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < tasks; i = next++) task(argument, i);
  };
  std::vector<std::jthread> threads;
  try {
    for (size_t i = 1; i < std::min<size_t>(*static_cast<const uint32_t*>(pool), tasks); ++i)
      threads.emplace_back(work);
  } catch (const std::exception&) {
    // No more threads to be had: those that run do it all. Nothing may leave an executor.
  }
  work();
}

}  // namespace

bool Answer::failed() const {
  return outcome == Outcome::kFailed || std::any_of(observations.begin(), observations.end(),
                                                    [](const Observation& o) { return IsFailure(o.finding); });
}

Answer InProcessKernel::Call(const exactnorm_kernel_call& call) {
  Answer answer;
  const uint64_t before = FloatingPointMode();
  const int value = function_(&call);
  const uint64_t after = FloatingPointMode();
  SetFloatingPointMode(before);
  if (after != before)
    answer.observations.push_back(
        {Finding::kFloatingPointMode, ModeDifference(before, after) + " differs after the call"});
  if (value == EXACTNORM_KERNEL_UNSUPPORTED) {
    answer.outcome = Outcome::kUnsupported;
  } else if (value == EXACTNORM_KERNEL_DONE) {
    answer.outcome = Outcome::kDone;
    if (std::string nan = NonCanonicalNan(call); !nan.empty())
      answer.observations.push_back({Finding::kNanBits, std::move(nan)});
  } else {
    answer.observations.push_back({Finding::kBadAnswer, fmt::format("the kernel returned {}", value)});
  }
  return answer;
}

int ExactnormKernel(const exactnorm_kernel_call* call) {
  exactnorm_call ours = {};
  ours.size = sizeof ours;
  ours.operation = call->operation;
  ours.x_format = call->x_format;
  ours.parameter_format = call->parameter_format;
  ours.y_format = call->y_format;
  ours.statistics_format = call->statistics_format;
  ours.rows = call->rows;
  ours.columns = call->columns;
  ours.x_stride = call->x_stride;
  ours.y_stride = call->y_stride;
  ours.eps = call->eps;
  ours.x = call->x;
  ours.gamma = call->gamma;
  ours.beta = call->beta;
  ours.y = call->y;
  ours.mean = call->mean;
  ours.rstd = call->rstd;
  uint32_t threads = call->threads;
  if (threads > 1) {
    ours.parallel_for = RunOnThreads;
    ours.pool = &threads;
  }
  const exactnorm_status status = exactnorm_normalize(&ours, nullptr);
  if (status == EXACTNORM_OK) return EXACTNORM_KERNEL_DONE;
  // Any other refusal is ours to answer for: 100 + status is a bad answer.
  return status == EXACTNORM_TARGET_UNAVAILABLE ? EXACTNORM_KERNEL_UNSUPPORTED : 100 + static_cast<int>(status);
}

}  // namespace exactnorm::kernel
