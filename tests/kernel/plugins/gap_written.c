/* SPDX-License-Identifier: Apache-2.0 */
/* Writes whole vectors of 8 although rows end earlier. */
#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const int answer = two_pass(c);
  if (answer == EXACTNORM_KERNEL_DONE && c->y_stride > c->columns && c->rows > 1) ((float*)c->y)[c->columns] = 0;
  return answer;
}

/* Leaves the last element of every row as it was. */
int drops_tail(const exactnorm_kernel_call* c) {
  exactnorm_kernel_call shorter = *c;
  if (c->columns > 1) --shorter.columns;
  return two_pass(&shorter);
}

/* Takes a padded row for the row: the first number of the gap counts. */
int reads_gap(const exactnorm_kernel_call* c) {
  static float padded[1 << 12];
  exactnorm_kernel_call wider = *c;
  const size_t length = (c->rows - 1) * c->x_stride + c->columns;
  if (c->rows < 2 || c->x_stride == c->columns || length > 1 << 12) return two_pass(c);
  for (size_t i = 0; i < length; ++i) padded[i] = ((const float*)c->x)[i];
  padded[0] += padded[c->columns];
  wider.x = padded;
  return two_pass(&wider);
}
