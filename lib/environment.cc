// SPDX-License-Identifier: Apache-2.0
#include "lib/environment.h"

#include <cstdint>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace exactnorm {

bool HasDefaultEnvironment() {
#if defined(__SSE2__)
  // MXCSR without its six status flags: all exceptions masked, no rounding bits, neither flush-to-zero nor
  // denormals-are-zero.
  return (_mm_getcsr() & ~0x3Fu) == 0x1F80u;
#elif defined(__aarch64__)
  uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  return control == 0;
#else
  return false;  // not known here: the exact stage needs no environment
#endif
}

}  // namespace exactnorm
