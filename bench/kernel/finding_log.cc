// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel/finding_log.h"

#include <algorithm>
#include <tuple>

namespace exactnorm::kernel {

void FindingLog::Add(const exactnorm_kernel_call& call, const Answer& answer) {
  ++calls_;
  for (const Observation& o : answer.observations) {
    Seen& seen = seen_[o.finding];
    const auto order = [](size_t rows, size_t columns, const std::string& detail) {
      return std::tuple(rows * columns, rows, std::cref(detail).get());
    };
    if (seen.calls++ == 0 || order(call.rows, call.columns, o.detail) < order(seen.rows, seen.columns, seen.detail)) {
      seen.rows = call.rows;
      seen.columns = call.columns;
      seen.detail = o.detail;
    }
  }
}

bool FindingLog::failed() const {
  return std::any_of(seen_.begin(), seen_.end(), [](const auto& entry) { return IsFailure(entry.first); });
}

}  // namespace exactnorm::kernel
