// SPDX-License-Identifier: Apache-2.0
// Makes operator new of this thread fail after a given number of allocations. Linking the library replaces
// operator new in the whole program.
#ifndef EXACTNORM_TESTS_MEMORY_ALLOCATION_LIMIT_H_
#define EXACTNORM_TESTS_MEMORY_ALLOCATION_LIMIT_H_

namespace exactnorm::memory {

// While it lives, `allowed` allocations of this thread succeed and all later ones throw std::bad_alloc.
class AllocationLimit {
 public:
  explicit AllocationLimit(long allowed);
  ~AllocationLimit();
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;
};

// Allocations of this thread so far.
long AllocationCount();

}  // namespace exactnorm::memory
#endif  // EXACTNORM_TESTS_MEMORY_ALLOCATION_LIMIT_H_
