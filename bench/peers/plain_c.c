/* SPDX-License-Identifier: Apache-2.0 */
/* LayerNorm and RMSNorm as a C programmer writes them: two passes in the format of the rows, binary32 or binary64.
 * No bound on the error is promised. */
#include <float.h>
#include <math.h>

#include "exactnorm/kernel.h"

#define KERNEL(T, SQRT, NAME)                                                           \
  static int NAME(const exactnorm_kernel_call* c) {                                     \
    const T* gamma = c->gamma;                                                          \
    const T* beta = c->beta;                                                            \
    const T n = (T)c->columns;                                                          \
    for (size_t row = 0; row < c->rows; ++row) {                                        \
      const T* x = (const T*)c->x + row * c->x_stride;                                  \
      T* y = (T*)c->y + row * c->y_stride;                                              \
      T mean = 0;                                                                       \
      T squares = 0;                                                                    \
      if (c->operation == EXACTNORM_LAYER_NORM) {                                       \
        for (size_t i = 0; i < c->columns; ++i) mean += x[i];                           \
        mean /= n;                                                                      \
      }                                                                                 \
      for (size_t i = 0; i < c->columns; ++i) squares += (x[i] - mean) * (x[i] - mean); \
      const T rstd = 1 / SQRT(squares / n + (T)c->eps);                                 \
      for (size_t i = 0; i < c->columns; ++i)                                           \
        y[i] = (x[i] - mean) * rstd * (gamma ? gamma[i] : 1) + (beta ? beta[i] : 0);    \
      if (c->mean) ((T*)c->mean)[row] = mean;                                           \
      if (c->rstd) ((T*)c->rstd)[row] = rstd;                                           \
    }                                                                                   \
    return EXACTNORM_KERNEL_DONE;                                                       \
  }
KERNEL(float, sqrtf, binary32)
KERNEL(double, sqrt, binary64)

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const exactnorm_format f = c->x_format;
  if (c->operation != EXACTNORM_LAYER_NORM && c->operation != EXACTNORM_RMS_NORM) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (c->y_format != f || ((c->gamma || c->beta) && c->parameter_format != f)) return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((c->mean || c->rstd) && c->statistics_format != f) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (f == EXACTNORM_F64) return binary64(c);
  /* eps is rounded to binary32; where that is no small change, below FLT_MIN and above FLT_MAX, it is no call for this
   * kernel. */
  const float eps = (float)c->eps;
  if (f != EXACTNORM_F32 || (c->eps != 0 && (eps < FLT_MIN || isinf(eps)))) return EXACTNORM_KERNEL_UNSUPPORTED;
  return binary32(c);
}
