/* SPDX-License-Identifier: Apache-2.0 */
/* A ready executor on oneTBB, in a library of its own: link exactnorm::tbb, and set in the call
 *
 *   call.parallel_for = exactnorm_tbb_parallel_for;
 *
 * The bits of results do not depend on it. */
#ifndef EXACTNORM_TBB_H_
#define EXACTNORM_TBB_H_

#include "exactnorm/exactnorm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An exactnorm_parallel_for: runs the tasks in the calling thread's arena, and returns when all are done. `pool` is not
 * used. If oneTBB cannot start, which takes memory, the calling thread runs what is left. */
EXACTNORM_API void exactnorm_tbb_parallel_for(void* pool, size_t tasks, void (*task)(void* argument, size_t index),
                                              void* argument) EXACTNORM_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif /* EXACTNORM_TBB_H_ */
