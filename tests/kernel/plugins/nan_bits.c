/* SPDX-License-Identifier: Apache-2.0 */
/* NaNs of either sign, with a payload that depends on the address. */
#include <stdint.h>
#include <string.h>

#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const int answer = two_pass(c);
  const uint32_t noise = 0xFFC00000u | (uint32_t)((uintptr_t)c->y >> 4 & 0xFF) | 1u;
  if (answer == EXACTNORM_KERNEL_DONE) memcpy(c->y, &noise, sizeof noise);
  return answer;
}
