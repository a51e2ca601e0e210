/* SPDX-License-Identifier: Apache-2.0 */
/* No finding. */
#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) { return two_pass(c); }

/* For rows of even length alone. */
int even_columns(const exactnorm_kernel_call* c) {
  return c->columns % 2 == 0 ? two_pass(c) : EXACTNORM_KERNEL_UNSUPPORTED;
}

/* The same under another name. */
int another_name(const exactnorm_kernel_call* c) { return two_pass(c); }
