// SPDX-License-Identifier: Apache-2.0
// Rows as tasks over all cores of the machine, with progress: the executor that the command hands to the
// library, and uses itself. The results do not depend on it.
#ifndef EXACTNORM_BENCH_EXACTNORM_ROW_TASKS_H_
#define EXACTNORM_BENCH_EXACTNORM_ROW_TASKS_H_

#include <cstddef>

namespace exactnorm::command {

// An exactnorm_parallel_for. `name`, a string, is what the progress is reported as.
void RunRowTasks(void* name, size_t tasks, void (*task)(void* argument, size_t index), void* argument);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_ROW_TASKS_H_
