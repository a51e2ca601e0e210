/* SPDX-License-Identifier: Apache-2.0 */
/* Adds up in another order where x is aligned to 32 bytes, and rounds in binary32: other bits. */
#include <stdint.h>

#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const int answer = two_pass(c);
  if (answer == EXACTNORM_KERNEL_DONE && (uintptr_t)c->x % 32 == 0)
    ((float*)c->y)[0] = nextafterf(((float*)c->y)[0], INFINITY);
  return answer;
}

/* Supported where x is aligned only. */
int supported_if_aligned(const exactnorm_kernel_call* c) {
  return (uintptr_t)c->x % 4096 == 0 ? two_pass(c) : EXACTNORM_KERNEL_UNSUPPORTED;
}
