// SPDX-License-Identifier: Apache-2.0
// Where each subject puts rows of three numbers: LayerNorm maps them into a plane, inside an ellipse, so that a
// picture can show all of it. Seeded rows and a subject's y -> coordinates in that plane, distances from it, and the
// claims that break. Which claim breaks is decided exactly; coordinates are binary64, for drawing.
#ifndef EXACTNORM_BENCH_MEASURE_PLANE_PICTURE_H_
#define EXACTNORM_BENCH_MEASURE_PLANE_PICTURE_H_

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

inline constexpr uint64_t kPlaneStream = 201;  // of the random numbers, as of a workload
inline constexpr size_t kPlaneRows = 100;

// Rows in `format` with gamma (3/2, 1, 1/2): x = mean + sigma N(0,1). sigma is within a few powers of two of
// sqrt(eps), so that eps spreads the outputs over the inside of the ellipse (eps = 0: over its rim); |mean| / sigma
// is random up to 2^(p/2) for a format of p bits, where the squares of a one-pass variance cancel.
Batch PlaneBatch(const Format& format, double eps, uint64_t seed);

// One row of a subject's outputs. Without a number that can be drawn: a NaN or infinity in y, or a row that the subject
// does not do.
struct PlanePoint {
  bool drawn = false;
  std::array<double, 2> along = {};  // y along the ellipse's longer and shorter axis
  double off = 0;                    // distance from the plane, signed
  std::string broken;                // claims, by their first letters; of a row that is not done, "-"
};

struct PlanePicture {
  Batch batch;
  std::array<double, 2> lengths;                    // semi-axes
  std::array<std::array<double, 3>, 2> directions;  // unit vectors along them
  std::vector<std::vector<PlanePoint>> points;      // by subject, then by row
};

// Throws as ClaimCheck and what the subjects throw.
PlanePicture DrawnPlane(const std::vector<Subject>& subjects, const Format& format, double eps, uint64_t seed);

// The rows as hex floats, the ellipse, and an array per subject and coordinate; null where nothing can be drawn.
nlohmann::ordered_json PlaneJson(const PlanePicture& picture, const std::vector<Subject>& subjects);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_PLANE_PICTURE_H_
