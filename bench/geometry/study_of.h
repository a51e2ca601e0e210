// SPDX-License-Identifier: Apache-2.0
// Arrays -> everything that the geometry says about them.
#ifndef EXACTNORM_BENCH_GEOMETRY_STUDY_OF_H_
#define EXACTNORM_BENCH_GEOMETRY_STUDY_OF_H_

#include <optional>

#include "bench/geometry/study.h"

namespace exactnorm::geometry {

// Gamma and beta are finite rows of one format and one length N; x and y, where given, have rows of N, and one
// shape if both are.
struct Inputs {
  exactnorm_operation operation;
  double eps;
  command::NpyArray gamma;
  std::optional<command::NpyArray> beta, x, y;
};

// With the `axes` longest and shortest axes, or all if there are fewer. Without y but with x, y is what the library
// returns in x's format. Uses all cores. Throws BadInput with the library's own words if it refuses.
Study StudyOf(Inputs inputs, size_t axes);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_STUDY_OF_H_
