// SPDX-License-Identifier: Apache-2.0
#include "tests/memory/allocation_limit.h"

#include <cstdlib>
#include <new>

namespace exactnorm::memory {
namespace {

thread_local long allocations = 0;
thread_local long last_allowed = -1;  // -1: no limit

void* Allocate(std::size_t size) {
  ++allocations;
  const bool allowed = last_allowed < 0 || allocations <= last_allowed;
  void* memory = allowed ? std::malloc(size == 0 ? 1 : size) : nullptr;
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

AllocationLimit::AllocationLimit(long allowed) { last_allowed = allocations + allowed; }
AllocationLimit::~AllocationLimit() { last_allowed = -1; }
long AllocationCount() { return allocations; }

}  // namespace exactnorm::memory

void* operator new(std::size_t size) { return exactnorm::memory::Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
