// SPDX-License-Identifier: Apache-2.0
#include "bench/verify/watched_kernel.h"

#include <algorithm>

#include "tests/laws/invocation.h"

namespace exactnorm::verify {

laws::Subject WatchedKernel::subject() {
  return {kernel_->name(), [this](const exactnorm_kernel_call& call) { return Call(call); }};
}

int WatchedKernel::Call(const exactnorm_kernel_call& call) {
  if (given_up()) return EXACTNORM_KERNEL_UNSUPPORTED;
  const kernel::Answer answer = kernel_->Call(call);
  log_.Add(call, answer);
  switch (answer.outcome) {
    case kernel::Outcome::kDone: return EXACTNORM_KERNEL_DONE;
    case kernel::Outcome::kUnsupported: return EXACTNORM_KERNEL_UNSUPPORTED;
    case kernel::Outcome::kFailed: break;
  }
  const auto failure = std::find_if(answer.observations.begin(), answer.observations.end(),
                                    [](const kernel::Observation& o) { return kernel::IsFailure(o.finding); });
  if (failure->finding == kernel::Finding::kHang) ++hangs_;
  throw laws::KernelFailure{-1, std::string(kernel::Name(failure->finding)) + ": " + failure->detail};
}

}  // namespace exactnorm::verify
