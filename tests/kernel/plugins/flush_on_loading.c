/* SPDX-License-Identifier: Apache-2.0 */
/* What linking with -ffast-math does to a whole process: flush-to-zero from the moment of loading. */
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "two_pass.h"

__attribute__((constructor)) static void on_loading(void) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
  unsigned long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | 1ul << 24));
#endif
}

int exactnorm_kernel(const exactnorm_kernel_call* c) { return two_pass(c); }
