// SPDX-License-Identifier: Apache-2.0
// Any kernel, behind one interface: a call of exactnorm/kernel.h -> its outputs, and what was seen going wrong.
// In process (InProcessKernel) nothing is guarded; in a child (plugin_kernel.h) a kernel can do no harm by accident.
#ifndef EXACTNORM_BENCH_KERNEL_KERNEL_H_
#define EXACTNORM_BENCH_KERNEL_KERNEL_H_

#include <string>
#include <utility>
#include <vector>

#include "bench/kernel/finding.h"
#include "exactnorm/kernel.h"

namespace exactnorm::kernel {

enum class Outcome {
  kDone,         // y, and mean and rstd where asked for, are the kernel's
  kUnsupported,  // the kernel does not do such calls; nothing was written
  kFailed        // there is no result; `observations` says why
};

struct Answer {
  Outcome outcome = Outcome::kFailed;
  std::vector<Observation> observations;  // one for each finding, in the order they were made
  std::string output;                     // what the kernel printed during the call; the first 64 KiB of each
  std::string errors;

  // True if the kernel did something that no kernel may do. NaN payloads alone are no failure.
  bool failed() const;
};

class Kernel {
 public:
  virtual ~Kernel() = default;

  virtual const std::string& name() const = 0;

  // Runs the kernel. The arrays of `call` are as kernel.h says; on any outcome but kDone y, mean and rstd keep what
  // they held. Throws std::bad_alloc and std::system_error if the machine cannot provide for the call; nothing that
  // the kernel does throws.
  virtual Answer Call(const exactnorm_kernel_call& call) = 0;
};

// Calls a function of this process, with the caller's own arrays: quick, and only for trusted code. Findings: bad
// answer, floating-point mode, NaN bits.
class InProcessKernel : public Kernel {
 public:
  InProcessKernel(std::string name, exactnorm_kernel_function* function)
      : name_(std::move(name)), function_(function) {}

  const std::string& name() const override { return name_; }
  Answer Call(const exactnorm_kernel_call& call) override;

 private:
  std::string name_;
  exactnorm_kernel_function* function_;
};

// exactnorm_normalize() as a kernel. A target that EXACTNORM_TARGET asks for and that is not to be had is unsupported.
int ExactnormKernel(const exactnorm_kernel_call* call);

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_KERNEL_H_
