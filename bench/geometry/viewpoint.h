// SPDX-License-Identifier: Apache-2.0
// From where to look at a plane, so that it is neither edge-on nor flat in the picture.
#ifndef EXACTNORM_BENCH_GEOMETRY_VIEWPOINT_H_
#define EXACTNORM_BENCH_GEOMETRY_VIEWPOINT_H_

#include <array>
#include <cmath>
#include <numbers>

namespace exactnorm::geometry {

// gnuplot's `set view tilt, turn`, in degrees.
struct Viewpoint {
  int tilt;
  int turn;
};

// For the plane through two directions: the eye is about 45 degrees from its normal.
inline Viewpoint ViewpointOf(const std::array<double, 3>& u, const std::array<double, 3>& v) {
  const std::array<double, 3> normal = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2],
                                        u[0] * v[1] - u[1] * v[0]};
  const double length = std::hypot(normal[0], normal[1], normal[2]);
  constexpr double kDegree = std::numbers::pi / 180;
  Viewpoint best{62, 35};
  double least = 2;
  for (int tilt = 50; tilt <= 74; tilt += 8) {
    for (int turn = 5; turn < 360; turn += 15) {
      const double sine = std::sin(tilt * kDegree);
      const double eye[] = {sine * std::sin(turn * kDegree), -sine * std::cos(turn * kDegree),
                            std::cos(tilt * kDegree)};
      const double cosine = std::abs(eye[0] * normal[0] + eye[1] * normal[1] + eye[2] * normal[2]) / length;
      const double off = std::abs(cosine - std::numbers::sqrt2 / 2);
      if (off < least - 0.02) {
        least = off;
        best = {tilt, turn};
      }
    }
  }
  return best;
}

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_VIEWPOINT_H_
