/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of x and x^2 in one pass and in binary32, as kernels in use have had: no finding, but wrong results. */
#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  if (!two_pass_takes(c)) return EXACTNORM_KERNEL_UNSUPPORTED;
  for (size_t r = 0; r < c->rows; ++r) {
    const float* x = (const float*)c->x + r * c->x_stride;
    float* y = (float*)c->y + r * c->y_stride;
    float sum = 0, squares = 0;
    for (size_t i = 0; i < c->columns; ++i) {
      sum += x[i];
      squares += x[i] * x[i];
    }
    const float mean = sum / (float)c->columns;
    const float rstd = 1 / sqrtf(squares / (float)c->columns - mean * mean + (float)c->eps);
    for (size_t i = 0; i < c->columns; ++i) {
      const float gamma = c->gamma ? ((const float*)c->gamma)[i] : 1;
      const float beta = c->beta ? ((const float*)c->beta)[i] : 0;
      y[i] = (x[i] - mean) * rstd * gamma + beta;
    }
    if (c->mean) ((float*)c->mean)[r] = mean;
    if (c->rstd) ((float*)c->rstd)[r] = rstd;
  }
  return EXACTNORM_KERNEL_DONE;
}
