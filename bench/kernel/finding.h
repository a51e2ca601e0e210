// SPDX-License-Identifier: Apache-2.0
// What can be seen going wrong in a call, apart from wrong results: each has a name and a sentence.
#ifndef EXACTNORM_BENCH_KERNEL_FINDING_H_
#define EXACTNORM_BENCH_KERNEL_FINDING_H_

#include <string>
#include <vector>

namespace exactnorm::kernel {

enum class Finding {
  kNotLoaded,          // the file or the symbol is missing, or loading it failed
  kCrash,              // a signal, or a C++ exception that left the kernel
  kHang,               // no answer in time
  kExit,               // the kernel ended its process
  kOutOfBoundsRead,    // outside of every array
  kOutOfBoundsWrite,   //
  kModifiedInput,      // x, gamma or beta was written to
  kGapWritten,         // what lies between two rows of y was changed
  kNotWritten,         // an element of y, mean or rstd was left as it was
  kFloatingPointMode,  // rounding mode, flush-to-zero or the like differ after the call, or after loading
  kBadAnswer,          // the returned value means nothing, or unsupported came with something written
  kPlacement,          // results depend on where the arrays lie in memory
  kNanBits             // a NaN is not the canonical one: information, no failure
};

inline constexpr Finding kFindings[] = {Finding::kNotLoaded,
                                        Finding::kCrash,
                                        Finding::kHang,
                                        Finding::kExit,
                                        Finding::kOutOfBoundsRead,
                                        Finding::kOutOfBoundsWrite,
                                        Finding::kModifiedInput,
                                        Finding::kGapWritten,
                                        Finding::kNotWritten,
                                        Finding::kFloatingPointMode,
                                        Finding::kBadAnswer,
                                        Finding::kPlacement,
                                        Finding::kNanBits};

struct Observation {
  Finding finding;
  std::string detail;  // a sentence: which array, which element, which signal
};

// The finding's name, as it is printed and tested: "out-of-bounds write".
const char* Name(Finding finding);

inline bool IsFailure(Finding finding) { return finding != Finding::kNanBits; }

// Adds the observation unless one of its finding is there already.
void AddOnce(std::vector<Observation>& observations, Observation observation);

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_FINDING_H_
