// SPDX-License-Identifier: Apache-2.0
// What the command and the child that runs a kernel say to each other: one packet a message, both of one binary.
#ifndef EXACTNORM_BENCH_KERNEL_MESSAGE_H_
#define EXACTNORM_BENCH_KERNEL_MESSAGE_H_

#include <cstdint>

#include "bench/kernel/placement.h"
#include "exactnorm/kernel.h"

namespace exactnorm::kernel {

inline constexpr char kChildArgument[] = "--exactnorm-kernel-child";
inline constexpr int kSocket = 3;  // the child's descriptors
inline constexpr int kMemory = 4;

struct Request {
  exactnorm_kernel_call call;  // array pointers: the child puts in its own
  Layout layout;
};

enum class ReplyKind : uint32_t { kLoaded, kNotLoaded, kReturned, kThrew, kFault, kNoMemory };
enum class Access : uint32_t { kRead, kWrite, kUnknown };

struct Reply {
  ReplyKind kind;
  int32_t value;         // kReturned: the kernel's answer
  uint64_t mode_before;  // kLoaded, kReturned: FloatingPointMode() before and after
  uint64_t mode_after;
  Access access;     // kFault
  int32_t array;     // kFault: in or around which array; -1: none
  int64_t offset;    // of the fault from the start of that array
  uint64_t address;  // kFault
  char text[512];    // kNotLoaded: why; kThrew: what
};

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_MESSAGE_H_
