// SPDX-License-Identifier: Apache-2.0
// What is timed side by side: ours, the physical limits, and other people's kernels.
#ifndef EXACTNORM_BENCH_SPEED_SUBJECTS_H_
#define EXACTNORM_BENCH_SPEED_SUBJECTS_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/speed/rows.h"
#include "exactnorm/exactnorm.h"

namespace exactnorm::speed {

struct Subject {
  std::string name;
  // Reads rows.x, gamma and beta, writes y. Rows of the shape and format that the subject was made for.
  std::function<void(const Rows& rows, unsigned char* y)> run;
};

// Whole calls. The parameters are prepared once, as a model would. Null: by the calling thread.
Subject Exactnorm(const Rows& shape, exactnorm_parallel_for parallel_for);

// exactnorm first; then memcpy and, on x86, a copy with non-temporal stores, of the same bytes; then those of plain C
// (mean, variance and normalise sweeps in the format itself), Eigen and oneDNN that have the format; beside binary16,
// which the latter do not have, exactnorm and oneDNN in bfloat16.
std::vector<Subject> MakeSubjects(const Rows& shape);

}  // namespace exactnorm::speed
#endif  // EXACTNORM_BENCH_SPEED_SUBJECTS_H_
