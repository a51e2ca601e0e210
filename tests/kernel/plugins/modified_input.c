/* SPDX-License-Identifier: Apache-2.0 */
/* Writes to its inputs: centres x in place, rounds gamma, clears a gap of x. */
#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  ((float*)c->x)[c->columns - 1] -= 1;
  return two_pass(c);
}

int writes_gamma(const exactnorm_kernel_call* c) {
  if (c->gamma) ((float*)c->gamma)[0] = 1;
  return two_pass(c);
}

int writes_beta(const exactnorm_kernel_call* c) {
  if (c->beta) ((float*)c->beta)[0] = 1;
  return two_pass(c);
}
