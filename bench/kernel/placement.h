// SPDX-License-Identifier: Apache-2.0
// Where the arrays of a call lie in the memory shared with the child: call -> layout, and what surrounds the arrays.
// Each array has whole pages of its own between two guards. It either ends with its last page or starts with its
// first, so that between the two placements every overrun, by one byte or more, hits a guard. What is not an element
// holds filler, which differs between the placements: what is read from there shows as different results, what is
// written there as changed filler, and what is not written at all as filler in both.
#ifndef EXACTNORM_BENCH_KERNEL_PLACEMENT_H_
#define EXACTNORM_BENCH_KERNEL_PLACEMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/kernel/arrays.h"
#include "bench/kernel/finding.h"

namespace exactnorm::kernel {

enum class Placement {
  kEndsAtGuard,
  kStartsAfterGuard,
  kAlignedAsGiven,  // starts where the caller's array starts, modulo kAlignment; its filler is kStartsAfterGuard's
};

inline constexpr size_t kAlignment = 64;

inline constexpr size_t kGuard = size_t{1} << 20;  // bytes before and after the pages of each array

// The pages of an array; offsets and sizes in bytes. size 0: no such array.
struct Region {
  uint64_t offset;  // of the pages in the shared memory
  uint64_t size;
  uint64_t start;   // of the array in its pages
  uint64_t length;  // of the array, gaps included
  uint64_t writable;
};

struct Layout {
  Region regions[kArrays];
  uint64_t in_place;  // y is x
  uint64_t total;
};

// Throws std::bad_alloc if the sizes overflow.
Layout LayoutOf(const exactnorm_kernel_call& call, Placement placement, size_t page);

// Writes inputs and filler. `memory` has layout.total bytes.
void Fill(const exactnorm_kernel_call& call, const Layout& layout, Placement placement, unsigned char* memory);

// What the kernel changed although it must not: in gaps, before and after the arrays; with `unsupported`, anything.
void InspectFiller(const exactnorm_kernel_call& call, const Layout& layout, Placement placement,
                   const unsigned char* memory, bool unsupported, std::vector<Observation>& observations);

// The results of one placement, copied out of the shared memory.
struct Results {
  std::vector<unsigned char> arrays[kArrays];  // y, mean, rstd, gaps included; empty: not asked for
};
Results CopyResults(const Layout& layout, const unsigned char* memory);

// Differences between the results of kEndsAtGuard and another placement, NaNs of any bits being equal, and elements
// that hold the filler of their placement in both.
void CompareResults(const exactnorm_kernel_call& call, const Results& ends, const Results& other,
                    std::vector<Observation>& observations);

// Copies the elements, not the gaps, to the caller's arrays.
void StoreResults(const Results& results, const exactnorm_kernel_call& call);

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_PLACEMENT_H_
