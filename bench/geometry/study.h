// SPDX-License-Identifier: Apache-2.0
// What `exactnorm geometry` found out: the plane, the ellipsoid's axes, the claims on rows of outputs.
#ifndef EXACTNORM_BENCH_GEOMETRY_STUDY_H_
#define EXACTNORM_BENCH_GEOMETRY_STUDY_H_

#include <optional>
#include <string>
#include <vector>

#include "bench/exactnorm/npy.h"
#include "exactnorm/geometry/axes.hpp"
#include "exactnorm/geometry/claims.hpp"
#include "exactnorm/geometry/hyperplane.hpp"

namespace exactnorm::geometry {

struct Axis {
  size_t rank;  // 1 is the longest
  double length;
  std::vector<double> direction;
};

struct Study {
  exactnorm_operation operation = EXACTNORM_LAYER_NORM;
  double eps = 0;
  std::vector<double> gamma;
  std::vector<double> beta;
  const Format* gamma_format = nullptr;
  size_t zero_gains = 0;

  Hyperplane plane;
  Axes axes;  // those of RMSNorm's zero gains, of length 0, are not counted by axis_count
  size_t axis_count = 0;
  std::vector<Axis> longest;   // first the longest
  std::vector<Axis> shortest;  // first the shortest

  // Outputs, given or computed from x.
  std::optional<command::NpyArray> y;
  bool y_is_ours = false;
  bool has_x = false;
  std::vector<RowVerdict> verdicts;  // by row

  size_t columns() const { return gamma.size(); }
  bool broken() const;
};

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_STUDY_H_
