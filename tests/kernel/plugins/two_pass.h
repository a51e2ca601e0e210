/* SPDX-License-Identifier: Apache-2.0 */
/* A good kernel of binary32 LayerNorm, from which each faulty one here differs in one way: two passes in binary64.
 * Not correctly rounded, and without mistakes. */
#ifndef EXACTNORM_TESTS_KERNEL_PLUGINS_TWO_PASS_H_
#define EXACTNORM_TESTS_KERNEL_PLUGINS_TWO_PASS_H_

#include <exactnorm/kernel.h>
#include <math.h>

static inline int two_pass_takes(const exactnorm_kernel_call* c) {
  return c->operation == EXACTNORM_LAYER_NORM && c->x_format == EXACTNORM_F32 && c->y_format == EXACTNORM_F32 &&
         c->parameter_format == EXACTNORM_F32 && c->statistics_format == EXACTNORM_F32;
}

static inline int two_pass(const exactnorm_kernel_call* c) {
  if (!two_pass_takes(c)) return EXACTNORM_KERNEL_UNSUPPORTED;
  for (size_t r = 0; r < c->rows; ++r) {
    const float* x = (const float*)c->x + r * c->x_stride;
    float* y = (float*)c->y + r * c->y_stride;
    const double n = (double)c->columns;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < c->columns; ++i) sum += x[i];
    const double mean = sum / n;
    for (size_t i = 0; i < c->columns; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const double rstd = 1 / sqrt(squares / n + c->eps);
    for (size_t i = 0; i < c->columns; ++i) {
      const double gamma = c->gamma ? ((const float*)c->gamma)[i] : 1;
      const double beta = c->beta ? ((const float*)c->beta)[i] : 0;
      y[i] = (float)((x[i] - mean) * rstd * gamma + beta);
    }
    if (c->mean) ((float*)c->mean)[r] = (float)mean;
    if (c->rstd) ((float*)c->rstd)[r] = (float)rstd;
  }
  return EXACTNORM_KERNEL_DONE;
}

#endif /* EXACTNORM_TESTS_KERNEL_PLUGINS_TWO_PASS_H_ */
