// SPDX-License-Identifier: Apache-2.0
// A kernel of exactnorm/kernel.h as one more subject of the measurement: where it is supported it is measured row by
// row; where it gives no result every y counts as a NaN; what the host saw going wrong is counted.
#ifndef EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_H_
#define EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "bench/kernel/finding_log.h"
#include "bench/kernel/kernel.h"
#include "bench/measure/measurement.h"

namespace exactnorm::measure {

class PluggedKernel {
 public:
  // `argument` is how the user asked for it; `summary` says what it is.
  PluggedKernel(std::unique_ptr<kernel::Kernel> kernel, std::string argument, std::string summary)
      : kernel_(std::move(kernel)), argument_(std::move(argument)), summary_(std::move(summary)) {}

  const std::string& argument() const { return argument_; }
  const std::string& name() const { return kernel_->name(); }
  const std::string& summary() const { return summary_; }

  // Nothing if the kernel says of a row of `columns` that it does not do such calls. The subject must not outlive this.
  std::optional<Subject> AsSubject(exactnorm_operation operation, const Format& format, size_t columns);

  const kernel::FindingLog& log() const { return log_; }  // of all calls so far

 private:
  void Run(const Row& row);
  kernel::Answer Call(const Row& row);

  std::unique_ptr<kernel::Kernel> kernel_;
  std::string argument_;
  std::string summary_;
  std::mutex mutex_;  // rows come from several threads, and a kernel takes one call at a time
  kernel::FindingLog log_;
};

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_PLUGGED_KERNEL_H_
