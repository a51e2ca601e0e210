// SPDX-License-Identifier: Apache-2.0
// exactnorm in parts and in other settings: one target, all threads, one stage alone. Each comes first in a list of
// what it is measured beside, and `right` says whether its output is: by integers, before anything is timed.
#ifndef EXACTNORM_BENCH_SPEED_OWN_SUBJECTS_H_
#define EXACTNORM_BENCH_SPEED_OWN_SUBJECTS_H_

#include <functional>
#include <vector>

#include "bench/speed/subjects.h"
#include "lib/fast/target.h"

namespace exactnorm::speed {

struct Contest {
  std::vector<Subject> subjects;  // the first is timed against the others
  std::function<bool(const Rows& rows, unsigned char* y)> right;
};

// The first rows of y are the right ones: an integer certificate.
bool AreRight(const Rows& rows, unsigned char* y);

// Whole calls beside the physical limits and other people's kernels.
Contest WholeCalls(const Rows& shape);
// The same with the SIMD stages of one target; beside AVX2, a plain kernel in AVX2.
Contest OnTarget(const fast::Target& target, const Rows& shape);
// By oneTBB's threads, beside one thread. Empty where oneTBB was not found.
Contest OnAllThreads(const Rows& shape);

// Stages alone, beside a whole call.
Contest MomentsAlone(const Rows& shape);
Contest NormalizeAlone(const Rows& shape);
Contest SharpAlone(const Rows& shape);
Contest ExactAlone(const Rows& shape);

}  // namespace exactnorm::speed
#endif  // EXACTNORM_BENCH_SPEED_OWN_SUBJECTS_H_
