/* SPDX-License-Identifier: Apache-2.0 */
/* How to have one's own kernel tested, in ten lines of C. Build and use it with
 *
 *   cc -shared -fPIC -O2 my_kernel.c -o libmine.so -lm
 *   exactnorm verify --kernel ./libmine.so
 *   exactnorm measure --kernel ./libmine.so
 */
#include <exactnorm/kernel.h>
#include <math.h>

/* The kernel as it is: one row, binary32. */
static void my_layer_norm(const float* x, const float* gamma, const float* beta, float eps, size_t n, float* y) {
  float mean = 0, variance = 0;
  for (size_t i = 0; i < n; ++i) mean += x[i] / (float)n;
  for (size_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean) / (float)n;
  for (size_t i = 0; i < n; ++i)
    y[i] = (x[i] - mean) / sqrtf(variance + eps) * (gamma ? gamma[i] : 1) + (beta ? beta[i] : 0);
}

/* The ten lines. What the kernel cannot do it says, and is not asked for again. */
int exactnorm_kernel(const exactnorm_kernel_call* c) {
  if (c->operation != EXACTNORM_LAYER_NORM || c->mean || c->rstd) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (c->x_format != EXACTNORM_F32 || c->y_format != EXACTNORM_F32) return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((c->gamma || c->beta) && c->parameter_format != EXACTNORM_F32) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (c->x == c->y) return EXACTNORM_KERNEL_UNSUPPORTED; /* in place */
  for (size_t row = 0; row < c->rows; ++row)
    my_layer_norm((const float*)c->x + row * c->x_stride, c->gamma, c->beta, (float)c->eps, c->columns,
                  (float*)c->y + row * c->y_stride);
  return EXACTNORM_KERNEL_DONE;
}
