// SPDX-License-Identifier: Apache-2.0
#include "lib/environment.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace exactnorm {
namespace {

#if defined(__SSE2__)
// MXCSR: six status flags, and for the rest all exceptions masked, no rounding bits, neither flush-to-zero nor
// denormals-are-zero.
constexpr uint64_t kStatus = 0x3F;
constexpr uint64_t kDefault = 0x1F80;
uint64_t Read() { return _mm_getcsr(); }
void Write(uint64_t control) { _mm_setcsr(static_cast<uint32_t>(control)); }
constexpr bool kKnown = true;
#elif defined(__aarch64__)
// FPCR, where zero is the default; status flags are in another register.
constexpr uint64_t kStatus = 0;
constexpr uint64_t kDefault = 0;
uint64_t Read() {
  uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  return control;
}
void Write(uint64_t control) { asm volatile("msr fpcr, %0" : : "r"(control)); }
constexpr bool kKnown = true;
#else
constexpr uint64_t kStatus = 0;
constexpr uint64_t kDefault = 0;
uint64_t Read() { return kDefault; }
void Write(uint64_t) {}
constexpr bool kKnown = false;
#endif

bool IsDefault(uint64_t control) { return (control & ~kStatus) == kDefault; }

}  // namespace

DefaultEnvironment::DefaultEnvironment() : before_(Read()) {
  if (!IsDefault(before_)) Write(kDefault);
}

DefaultEnvironment::~DefaultEnvironment() {
  if (!IsDefault(before_)) Write(before_);
}

bool DefaultEnvironment::IsKnown() { return kKnown; }

}  // namespace exactnorm
