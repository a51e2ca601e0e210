/* SPDX-License-Identifier: Apache-2.0 */
/* One element too far: reading x, gamma or beta, writing y, at either end. */
#include "two_pass.h"

static volatile float sink;

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  sink = ((const float*)c->x)[(c->rows - 1) * c->x_stride + c->columns];
  return two_pass(c);
}

int reads_before_x(const exactnorm_kernel_call* c) {
  sink = ((const float*)c->x)[-1];
  return two_pass(c);
}

int reads_after_gamma(const exactnorm_kernel_call* c) {
  if (c->gamma) sink = ((const float*)c->gamma)[c->columns];
  return two_pass(c);
}

int reads_after_beta(const exactnorm_kernel_call* c) {
  if (c->beta) sink = ((const float*)c->beta)[c->columns];
  return two_pass(c);
}

int writes_after_y(const exactnorm_kernel_call* c) {
  ((float*)c->y)[(c->rows - 1) * c->y_stride + c->columns] = 0;
  return two_pass(c);
}

int writes_before_y(const exactnorm_kernel_call* c) {
  ((float*)c->y)[-1] = 0;
  return two_pass(c);
}

int writes_after_rstd(const exactnorm_kernel_call* c) {
  if (c->rstd) ((float*)c->rstd)[c->rows] = 0;
  return two_pass(c);
}
