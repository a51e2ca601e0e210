// SPDX-License-Identifier: Apache-2.0
// A kernel, guarded or not, as a subject of the laws: what the host sees besides is logged, and a call that gives no
// result is a broken law with the host's finding for a reason.
#ifndef EXACTNORM_BENCH_VERIFY_WATCHED_KERNEL_H_
#define EXACTNORM_BENCH_VERIFY_WATCHED_KERNEL_H_

#include <memory>
#include <string>

#include "bench/kernel/finding_log.h"
#include "bench/kernel/kernel.h"
#include "tests/laws/subject.h"

namespace exactnorm::verify {

class WatchedKernel {
 public:
  // A kernel that hangs costs its timeout each time, and shrinking would wait for hours: after so many hangs it is
  // not called any more.
  static constexpr int kMostHangs = 3;

  // The log may be that of several kernels, and must outlive this.
  WatchedKernel(std::unique_ptr<kernel::Kernel> kernel, kernel::FindingLog& log)
      : kernel_(std::move(kernel)), log_(log) {}

  laws::Subject subject();  // must not outlive this
  bool given_up() const { return hangs_ >= kMostHangs; }

 private:
  int Call(const exactnorm_kernel_call& call);

  std::unique_ptr<kernel::Kernel> kernel_;
  kernel::FindingLog& log_;
  int hangs_ = 0;
};

}  // namespace exactnorm::verify
#endif  // EXACTNORM_BENCH_VERIFY_WATCHED_KERNEL_H_
