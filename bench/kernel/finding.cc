// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel/finding.h"

#include <algorithm>
#include <utility>

namespace exactnorm::kernel {

const char* Name(Finding finding) {
  switch (finding) {
    case Finding::kNotLoaded: return "not loaded";
    case Finding::kCrash: return "crash";
    case Finding::kHang: return "hang";
    case Finding::kExit: return "exit";
    case Finding::kOutOfBoundsRead: return "out-of-bounds read";
    case Finding::kOutOfBoundsWrite: return "out-of-bounds write";
    case Finding::kModifiedInput: return "modified input";
    case Finding::kGapWritten: return "gap written";
    case Finding::kNotWritten: return "result not written";
    case Finding::kFloatingPointMode: return "floating-point mode changed";
    case Finding::kBadAnswer: return "bad answer";
    case Finding::kPlacement: return "result depends on placement";
    case Finding::kNanBits: return "NaN bits";
  }
  return "unknown";
}

void AddOnce(std::vector<Observation>& observations, Observation observation) {
  const auto same = [&](const Observation& other) { return other.finding == observation.finding; };
  if (std::none_of(observations.begin(), observations.end(), same)) observations.push_back(std::move(observation));
}

}  // namespace exactnorm::kernel
