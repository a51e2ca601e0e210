/* SPDX-License-Identifier: Apache-2.0 */
/* Can be told to use avx2 or scalar, where scalar gives other bits. */
#include <stdlib.h>
#include <string.h>

#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const char* const target = getenv("EXACTNORM_TARGET");
  if (target != NULL && strcmp(target, "avx2") != 0 && strcmp(target, "scalar") != 0)
    return EXACTNORM_KERNEL_UNSUPPORTED;
  const int answer = two_pass(c);
  if (answer == EXACTNORM_KERNEL_DONE && target != NULL && strcmp(target, "scalar") == 0)
    ((float*)c->y)[0] = nextafterf(((float*)c->y)[0], INFINITY);
  return answer;
}
