/* SPDX-License-Identifier: Apache-2.0 */
/* Leaves another rounding mode behind, or flush-to-zero. */
#include <fenv.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "two_pass.h"

static void flush_to_zero(void) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
  unsigned long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | 1ul << 24));
#endif
}

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const int answer = two_pass(c);
  fesetround(FE_UPWARD);
  return answer;
}

int flushes(const exactnorm_kernel_call* c) {
  const int answer = two_pass(c);
  flush_to_zero();
  return answer;
}

/* Writes the mode that it finds to y: rounding as it should be gives 1. */
int tells(const exactnorm_kernel_call* c) {
  for (size_t i = 0; i < c->columns; ++i) ((float*)c->y)[i] = fegetround() == FE_TONEAREST ? 1.0f : 2.0f;
  return EXACTNORM_KERNEL_DONE;
}
