// SPDX-License-Identifier: Apache-2.0
// What was seen over many calls of one kernel: answers -> how often each finding was made, and the smallest case.
#ifndef EXACTNORM_BENCH_KERNEL_FINDING_LOG_H_
#define EXACTNORM_BENCH_KERNEL_FINDING_LOG_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "bench/kernel/kernel.h"

namespace exactnorm::kernel {

class FindingLog {
 public:
  struct Seen {
    uint64_t calls = 0;
    size_t rows = 0;  // of the smallest of these calls; of equal ones, the least detail, whatever their order
    size_t columns = 0;
    std::string detail;
  };

  void Add(const exactnorm_kernel_call& call, const Answer& answer);

  uint64_t calls() const { return calls_; }
  const std::map<Finding, Seen>& seen() const { return seen_; }
  bool Saw(Finding finding) const { return seen_.contains(finding); }
  bool failed() const;  // something that no kernel may do

 private:
  uint64_t calls_ = 0;
  std::map<Finding, Seen> seen_;
};

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_FINDING_LOG_H_
