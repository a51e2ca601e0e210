// SPDX-License-Identifier: Apache-2.0
// A kernel of exactnorm/kernel.h as one more subject of the measurement: where it is supported it is measured row by
// row; where it gives no result every y counts as a NaN; what the host saw going wrong is counted.
#ifndef EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_H_
#define EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "bench/kernel/kernel.h"
#include "bench/measure/measurement.h"

namespace exactnorm::measure {

class PluggedKernel {
 public:
  explicit PluggedKernel(std::unique_ptr<kernel::Kernel> kernel) : kernel_(std::move(kernel)) {}

  const std::string& name() const { return kernel_->name(); }

  // Nothing if the kernel says of a row of `columns` that it does not do such calls. The subject must not outlive this.
  std::optional<Subject> AsSubject(exactnorm_operation operation, const Format& format, size_t columns);

  struct Seen {
    uint64_t calls = 0;
    std::string detail;  // of these calls the least in the order of text, so that it depends on no thread
  };
  // By finding, over all calls so far; only what no kernel may do.
  const std::map<kernel::Finding, Seen>& seen() const { return seen_; }
  uint64_t calls() const { return calls_; }

 private:
  void Run(const Row& row);
  kernel::Answer Call(const Row& row);

  std::unique_ptr<kernel::Kernel> kernel_;
  std::mutex mutex_;  // rows come from several threads, and a kernel takes one call at a time
  uint64_t calls_ = 0;
  std::map<kernel::Finding, Seen> seen_;
};

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_H_
