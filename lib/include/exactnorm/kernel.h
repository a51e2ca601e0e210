/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel: the C function through which the property suite (exactnorm verify) and the error measurement
 * (exactnorm measure) call a LayerNorm or RMSNorm, ours or anybody's. To have one's own kernel tested, build a shared
 * object that exports a function of type exactnorm_kernel_function, named exactnorm_kernel by default:
 *
 *   #include <exactnorm/kernel.h>
 *   int exactnorm_kernel(const exactnorm_kernel_call* c) {
 *     if (c->operation != EXACTNORM_LAYER_NORM || c->x_format != EXACTNORM_F32) return EXACTNORM_KERNEL_UNSUPPORTED;
 *     ... my_layer_norm(c->x, c->gamma, c->beta, c->y, c->rows, c->columns, c->eps) ...
 *     return EXACTNORM_KERNEL_DONE;
 *   }
 *
 * exactnorm/exactnorm.h defines what the right y is, special values included. */
#ifndef EXACTNORM_KERNEL_H_
#define EXACTNORM_KERNEL_H_

#include <stddef.h>
#include <stdint.h>

#include "exactnorm/exactnorm.h"

/* Grows when exactnorm_kernel_call gets further members, which come last. */
#define EXACTNORM_KERNEL_VERSION 1

/* What a kernel answers. Any other value counts as a failure of the kernel. */
enum {
  EXACTNORM_KERNEL_DONE = 0,       /* y, and mean and rstd where asked for, are written */
  EXACTNORM_KERNEL_UNSUPPORTED = 1 /* nothing is written: the kernel does not do such calls. Not held against it. */
};

/* One call. No format is EXACTNORM_DEFAULT and no stride is 0: everything is spelled out. Arrays are aligned to their
 * elements and to nothing more. y is x itself (then with equal formats and strides) or overlaps nothing. */
typedef struct exactnorm_kernel_call {
  uint32_t version;              /* the caller's EXACTNORM_KERNEL_VERSION */
  uint32_t threads;              /* how many threads the kernel may use, at least 1 */
  exactnorm_operation operation; /* EXACTNORM_LAYER_NORM or EXACTNORM_RMS_NORM */
  exactnorm_format x_format;
  exactnorm_format parameter_format;  /* of gamma and beta */
  exactnorm_format y_format;          /* of y */
  exactnorm_format statistics_format; /* of mean and rstd */
  size_t rows;                        /* at least 1 */
  size_t columns;                     /* at least 1 */
  size_t x_stride;                    /* elements from one row to the next, at least columns */
  size_t y_stride;
  double eps;        /* >= 0, finite */
  const void* x;     /* rows x columns; read only, unless y is x */
  const void* gamma; /* columns, or null: all 1 */
  const void* beta;  /* columns, or null: all 0 */
  void* y;           /* rows x columns; what lies between two rows stays as it is */
  void* mean;        /* rows, or null: not asked for; null for RMSNorm */
  void* rstd;        /* rows, or null: not asked for */
} exactnorm_kernel_call;

typedef int exactnorm_kernel_function(const exactnorm_kernel_call* call);

#endif /* EXACTNORM_KERNEL_H_ */
