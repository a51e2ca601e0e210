/* SPDX-License-Identifier: Apache-2.0 */
/* No finding. */
#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) { return two_pass(c); }

/* The same under another name. */
int another_name(const exactnorm_kernel_call* c) { return two_pass(c); }
