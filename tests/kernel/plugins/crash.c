/* SPDX-License-Identifier: Apache-2.0 */
/* Crashes: a null pointer, abort(), an endless recursion, abort() now and then. */
#include <stdlib.h>

#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  *(volatile float*)NULL = 1;
  return two_pass(c);
}

int aborts(const exactnorm_kernel_call* c) {
  (void)c;
  abort();
}

static volatile int depth, depths = 1 << 30;
static int recurse(const exactnorm_kernel_call* c) {
  volatile char frame[4096];
  frame[depth % 4096] = (char)depth;
  if (++depth > depths) return 0;
  return recurse(c) + frame[depth % 4096];
}
int recurses(const exactnorm_kernel_call* c) { return recurse(c); }

/* Good in all but its third call. */
int crashes_in_third_call(const exactnorm_kernel_call* c) {
  static int calls;
  if (++calls == 3) abort();
  return two_pass(c);
}
