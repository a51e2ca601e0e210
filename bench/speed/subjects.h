// SPDX-License-Identifier: Apache-2.0
// What is timed side by side: ours, the physical limits, and other people's kernels.
#ifndef EXACTNORM_BENCH_SPEED_SUBJECTS_H_
#define EXACTNORM_BENCH_SPEED_SUBJECTS_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/speed/rows.h"

namespace exactnorm::speed {

struct Subject {
  std::string name;
  // Reads rows.x, gamma and beta, writes y. Rows of the shape and format that the subject was made for.
  std::function<void(const Rows& rows, unsigned char* y)> run;
};

// exactnorm first; then memcpy and, on x86, a copy with non-temporal stores, of the same bytes; then those of plain C
// (mean, variance and normalise sweeps in the format itself), Eigen and oneDNN that have the format.
std::vector<Subject> MakeSubjects(const Rows& shape);

}  // namespace exactnorm::speed
#endif  // EXACTNORM_BENCH_SPEED_SUBJECTS_H_
