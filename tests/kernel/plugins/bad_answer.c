/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that mean nothing, and a lie. */
#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  two_pass(c);
  return -7;
}

int unsupported_but_writes(const exactnorm_kernel_call* c) {
  two_pass(c);
  return EXACTNORM_KERNEL_UNSUPPORTED;
}

int unsupported(const exactnorm_kernel_call* c) {
  (void)c;
  return EXACTNORM_KERNEL_UNSUPPORTED;
}
