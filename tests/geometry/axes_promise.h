// SPDX-License-Identifier: Apache-2.0
// What axes.hpp promises, as numbers, and gains to ask it with; for the tests of axes.
#ifndef EXACTNORM_TESTS_GEOMETRY_AXES_PROMISE_H_
#define EXACTNORM_TESTS_GEOMETRY_AXES_PROMISE_H_

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "exactnorm/geometry/axes.hpp"
#include "lib/geometry/directions.h"
#include "lib/geometry/secular.h"
#include "tests/geometry/exact_axes.h"
#include "tests/geometry/gains.h"

namespace exactnorm::geometry {

inline constexpr double kUnit = 0x1p-53;

inline double SquareRoot(std::size_t n) { return std::sqrt(static_cast<double>(n)); }
inline double EigenvaluePromise(std::size_t n) { return kOffsetError * SquareRoot(n); }
inline double LengthPromise(std::size_t n) { return kLengthError * SquareRoot(n) + 4 * kUnit; }
inline double DirectionPromise(std::size_t n) { return kDirectionError * SquareRoot(n) + 24 * kUnit; }

inline Axes LayerNormAxes(const std::vector<double>& gains) {
  Axes axes;
  EXPECT_EQ(axes.of_layer_norm(gains), AxesStatus::ok);
  return axes;
}

inline std::vector<double> Direction(const Axes& axes, std::size_t axis) {
  std::vector<double> v(axes.dimension());
  axes.direction(axis, v);
  return v;
}

inline Real Dot(std::span<const double> a, std::span<const double> b) {
  Real sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += Real(a[i]) * b[i];
  return sum;
}

inline std::vector<double> SomeGains(std::size_t max_size) {
  return AnyGains(max_size, *rc::gen::arbitrary<std::uint64_t>());
}

// Gains whose squares and inverses stay far from the ends of double: what dense solvers can take.
inline std::vector<double> TameGains(std::size_t max_size, bool zeros) {
  std::vector<double> gains = SomeGains(max_size);
  for (double& g : gains) {
    if (g == 0 && !zeros) g = 0.5;
    if (g != 0) g = std::copysign(std::clamp(std::fabs(g), 0x1p-8, 0x1p8), g);
  }
  return gains;
}

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_TESTS_GEOMETRY_AXES_PROMISE_H_
