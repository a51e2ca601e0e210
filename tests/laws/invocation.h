// SPDX-License-Identifier: Apache-2.0
// One call of a subject: rows as bit patterns, and where they lie -> what the subject wrote, as bit patterns.
// Everything that a caller may choose without changing the answer is a member of Placement.
#ifndef EXACTNORM_TESTS_LAWS_INVOCATION_H_
#define EXACTNORM_TESTS_LAWS_INVOCATION_H_

#include <cstdint>
#include <vector>

#include "tests/laws/subject.h"
#include "tests/rows/problem.h"

namespace exactnorm::laws {

struct Placement {
  size_t offset = 0;          // elements between a 64-byte boundary and each array
  size_t x_gap = 0;           // elements between two rows of x
  size_t y_gap = 0;           // of y
  uint32_t threads = 1;       //
  unsigned char fill = 0xA5;  // every byte of y, mean and rstd before the call
  bool in_place = false;      // y is x; needs equal formats
  bool statistics = false;    // mean (LayerNorm) and rstd are asked for
};

struct Results {
  std::vector<rows::Bits> y;  // one per row
  rows::Bits mean, rstd;      // one element per row, where asked for
  bool gaps_kept = true;      // what lies between and behind the rows of y is as it was
};

// Thrown by Invoke: the kernel answered EXACTNORM_KERNEL_UNSUPPORTED.
struct Unsupported {};
// Thrown by Invoke: the kernel answered neither that nor EXACTNORM_KERNEL_DONE.
struct KernelFailure {
  int answer;
};

// `problem` is all but the rows of x; its own x is not looked at. Rows have equal lengths, at least one.
Results Invoke(const Subject& subject, const rows::Problem& problem, const std::vector<rows::Bits>& rows,
               const Placement& placement = {});

// The problem's own row alone.
rows::Bits InvokeRow(const Subject& subject, const rows::Problem& problem, const Placement& placement = {});

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_INVOCATION_H_
