/* SPDX-License-Identifier: Apache-2.0 */
/* exactnorm: correctly rounded LayerNorm and RMSNorm, C interface.
 *
 * For a row x of N >= 1 numbers, gain g (gamma), bias b (beta) and eps >= 0, over the real numbers,
 *
 *   mu = (1/N) sum x_i     var = (1/N) sum (x_i - mu)^2     ms = (1/N) sum x_i^2
 *   LayerNorm   y_i = RN( g_i (x_i - mu) / sqrt(var + eps) + b_i )
 *   RMSNorm     y_i = RN( g_i  x_i       / sqrt(ms  + eps) + b_i )
 *   mean = RN(mu)  (LayerNorm only)          rstd = RN(1 / sqrt(var + eps))   (RMSNorm: ms)
 *
 * RN is one IEEE 754 round-to-nearest-even into the output's own format; nothing is rounded before.
 * There is one right answer, so results are equal bits on every machine, thread count and batch.
 *
 * Special values, the first rule that applies decides:
 *   1. a NaN or infinity in the row of x: every y_i, mean and rstd of the row is NaN;
 *   2. var + eps = 0 (RMSNorm: ms + eps = 0): every y_i is NaN, mean as usual, rstd = +infinity;
 *   3. g_i or b_i NaN: y_i is NaN;
 *   4. g_i infinite: y_i is NaN if x_i = mu (RMSNorm: x_i = 0), else an infinity of sign
 *      sign(g_i) sign(x_i - mu), then + b_i as in IEEE 754 (opposite infinities give NaN);
 *   5. b_i infinite: y_i = b_i;
 *   6. otherwise RN. An exactly zero result is +0, also where b_i is -0; a non-zero one that underflows
 *      keeps its sign; overflow gives infinity.
 * So N = 1 or an all-equal row with eps > 0 gives y_i = RN(b_i) for finite g_i. A NaN is always the
 * canonical one: 7FF8000000000000, 7FC00000, 7E00, 7FC0. Subnormals count like any other number.
 *
 * Every function may be called from any thread; none prints, aborts or lets an exception out. Neither
 * the caller's rounding mode nor flush-to-zero changes a result; both are left as they were. The
 * floating-point exception flags after a call are unspecified. */
#ifndef EXACTNORM_EXACTNORM_H_
#define EXACTNORM_EXACTNORM_H_

#include <stddef.h>

#include "exactnorm/version.h"

#if defined(_WIN32)
#define EXACTNORM_API
#else
#define EXACTNORM_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define EXACTNORM_NOEXCEPT noexcept
#define EXACTNORM_ENUM : int /* so that a value from C that names nothing is refused, not undefined */
extern "C" {
#else
#define EXACTNORM_NOEXCEPT
#define EXACTNORM_ENUM
#endif

typedef enum exactnorm_operation EXACTNORM_ENUM {
  EXACTNORM_LAYER_NORM = 0,
  EXACTNORM_RMS_NORM = 1
} exactnorm_operation;

/* IEEE 754 binary64, binary32, binary16, and bfloat16 (binary32's exponent, 8 bits of precision).
 * EXACTNORM_DEFAULT stands for: x binary32; parameters and y as x; mean and rstd as y. */
typedef enum exactnorm_format EXACTNORM_ENUM {
  EXACTNORM_DEFAULT = 0,
  EXACTNORM_F64 = 1,
  EXACTNORM_F32 = 2,
  EXACTNORM_F16 = 3,
  EXACTNORM_BF16 = 4
} exactnorm_format;

/* One status per cause; exactnorm_message() says each in a sentence. Every refusal happens before the
 * first write; only EXACTNORM_OUT_OF_MEMORY can come later. */
typedef enum exactnorm_status EXACTNORM_ENUM {
  EXACTNORM_OK = 0,
  EXACTNORM_CALL_NULL,
  EXACTNORM_CALL_SIZE,
  EXACTNORM_OPERATION_UNKNOWN,
  EXACTNORM_FORMAT_UNKNOWN,
  EXACTNORM_COLUMNS_ZERO,
  EXACTNORM_X_NULL,
  EXACTNORM_Y_NULL,
  EXACTNORM_EPS_NAN,
  EXACTNORM_EPS_INFINITE,
  EXACTNORM_EPS_NEGATIVE,
  EXACTNORM_STRIDE_SHORT,
  EXACTNORM_SIZE_OVERFLOW,
  EXACTNORM_OVERLAP,
  EXACTNORM_MEAN_OF_RMS_NORM,
  EXACTNORM_PARAMETERS_TWICE,
  EXACTNORM_PARAMETERS_COLUMNS,
  EXACTNORM_SPAN_SIZE, /* only from exactnorm.hpp */
  EXACTNORM_OUT_OF_MEMORY,
  EXACTNORM_TARGET_UNAVAILABLE
} exactnorm_status;

/* Gamma and beta made ready once for many calls: a copy, so the arrays may be freed afterwards. */
typedef struct exactnorm_parameters exactnorm_parameters;

/* An executor: runs task(argument, i) for every i in [0, tasks), in any order and on any threads, and
 * returns when all are done. It must not throw. `pool` is the caller's own. The bits do not depend on it. */
typedef void (*exactnorm_parallel_for)(void* pool, size_t tasks, void (*task)(void* argument, size_t index),
                                       void* argument);

/* One call. Set every member that is not used to zero. Arrays may have any alignment.
 * y may be x itself, with equal format and stride; apart from that no output may overlap another array. */
typedef struct exactnorm_call {
  size_t size;                   /* sizeof(exactnorm_call) */
  exactnorm_operation operation; /* EXACTNORM_LAYER_NORM or EXACTNORM_RMS_NORM */
  exactnorm_format x_format;
  exactnorm_format parameter_format;  /* of gamma and beta */
  exactnorm_format y_format;          /* the format that results are rounded to */
  exactnorm_format statistics_format; /* of mean and rstd */
  size_t rows;                        /* may be 0 */
  size_t columns;                     /* N, at least 1 */
  size_t x_stride;                    /* elements from one row to the next, >= columns; 0: columns */
  size_t y_stride;
  double eps;                             /* >= 0, finite, taken exactly as given; -0 is 0 */
  const void* x;                          /* rows x columns */
  const void* gamma;                      /* columns, or null: all 1 */
  const void* beta;                       /* columns, or null: all 0 */
  const exactnorm_parameters* parameters; /* instead of gamma, beta and parameter_format; or null */
  void* y;                                /* rows x columns */
  void* mean;                             /* rows, or null; null for RMSNorm */
  void* rstd;                             /* rows, or null */
  exactnorm_parallel_for parallel_for;    /* or null: the calling thread does the work */
  void* pool;                             /* passed on to parallel_for */
} exactnorm_call;

/* Normalises every row of x into y as defined above: 0 ulp of error beyond the one rounding.
 * finished_rows (may be null) receives the number of leading rows that are complete: `rows` on
 * EXACTNORM_OK, 0 on a refusal. After EXACTNORM_OUT_OF_MEMORY the rows from there on are each either
 * complete or, in place, still the input. */
EXACTNORM_API exactnorm_status exactnorm_normalize(const exactnorm_call* call,
                                                   size_t* finished_rows) EXACTNORM_NOEXCEPT;

/* Copies gamma and beta (either may be null: all 1, all 0) of `columns` elements in `format`
 * (EXACTNORM_DEFAULT: binary32) into *parameters, which exactnorm_parameters_free() releases.
 * On any status but EXACTNORM_OK, *parameters is null. */
EXACTNORM_API exactnorm_status exactnorm_parameters_prepare(exactnorm_format format, size_t columns, const void* gamma,
                                                            const void* beta,
                                                            exactnorm_parameters** parameters) EXACTNORM_NOEXCEPT;
EXACTNORM_API void exactnorm_parameters_free(exactnorm_parameters* parameters) EXACTNORM_NOEXCEPT;

/* One sentence in English that names the argument and the remedy; static, never null. */
EXACTNORM_API const char* exactnorm_message(exactnorm_status status) EXACTNORM_NOEXCEPT;

/* The instruction sets that the SIMD stages are built for, best first: "avx3", "avx2", ... , "scalar"; null from the
 * index on that is past the last. *runs_here (may be null): whether this CPU has it. */
EXACTNORM_API const char* exactnorm_target(size_t index, int* runs_here) EXACTNORM_NOEXCEPT;

/* The one that every call uses: the best of this CPU, or the one that the environment variable EXACTNORM_TARGET named
 * when it was first needed; null if that is unknown, not built or not here: then calls return
 * EXACTNORM_TARGET_UNAVAILABLE. The bits of results do not depend on it. */
EXACTNORM_API const char* exactnorm_chosen_target(void) EXACTNORM_NOEXCEPT;

/* The version of the library that is linked, as in EXACTNORM_VERSION_STRING. */
EXACTNORM_API const char* exactnorm_version(void) EXACTNORM_NOEXCEPT;

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif /* EXACTNORM_EXACTNORM_H_ */
