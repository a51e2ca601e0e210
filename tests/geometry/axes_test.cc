// SPDX-License-Identifier: Apache-2.0
#include "exactnorm/geometry/axes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "exactnorm/exactnorm.hpp"
#include "tests/geometry/axes_promise.h"
#include "tests/memory/allocation_limit.h"

namespace exactnorm::geometry {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

RC_GTEST_PROP(Axes, ThereAreNLessTheNumberOfZeroGainsOrOne, ()) {
  const std::vector<double> gains = SomeGains(64);
  const auto zeros = static_cast<std::size_t>(std::count(gains.begin(), gains.end(), 0.0));
  const Axes axes = LayerNormAxes(gains);
  RC_ASSERT(axes.dimension() == gains.size());
  RC_ASSERT(axes.size() == gains.size() - std::max<std::size_t>(zeros, 1));
  RC_ASSERT(std::is_sorted(axes.lengths().begin(), axes.lengths().end(), std::greater()));
}

TEST(Axes, OfThreeAndFourIsFive) {
  const Axes axes = LayerNormAxes({3, -4});  // m = (9 + 16)/2
  ASSERT_EQ(axes.size(), 1u);
  EXPECT_NEAR(axes.lengths()[0], 5, 5 * LengthPromise(2));
  const std::vector<double> v = Direction(axes, 0);  // orthogonal to alpha = (1/3, -1/4)
  EXPECT_NEAR(std::fabs(v[0]), 0.6, 0.6 * DirectionPromise(2));
  EXPECT_NEAR(v[1] / v[0], 4.0 / 3, 4 * DirectionPromise(2));
}

TEST(Axes, OfEqualGainsAreASphereOfOneDimensionLess) {
  const Axes axes = LayerNormAxes(std::vector<double>(9, -2.5));
  ASSERT_EQ(axes.size(), 8u);
  for (const double length : axes.lengths()) EXPECT_EQ(length, 7.5);
}

TEST(Axes, OfOneGainOrOfZerosAreNone) {
  EXPECT_EQ(LayerNormAxes({7}).size(), 0u);
  EXPECT_EQ(LayerNormAxes({0}).size(), 0u);
  EXPECT_EQ(LayerNormAxes({0, -0.0, 0}).size(), 0u);
}

TEST(Axes, OfOneZeroGainTheOthersLoseNothingButOfTwoOneEach) {
  const Axes one = LayerNormAxes({0, -6});  // m = 36/2
  ASSERT_EQ(one.size(), 1u);
  EXPECT_NEAR(one.lengths()[0], 6, 6 * LengthPromise(2));
  const Axes two = LayerNormAxes({0, -6, 0});  // m = 36 (1 - 1/3)
  ASSERT_EQ(two.size(), 1u);
  EXPECT_NEAR(two.lengths()[0], std::sqrt(72), 9 * LengthPromise(3));
  const std::vector<double> v = Direction(two, 0);
  EXPECT_EQ(v[0], 0);
  EXPECT_EQ(std::fabs(v[1]), 1);
  EXPECT_EQ(v[2], 0);
}

TEST(Axes, TheTipIsTheLengthTimesTheDirection) {
  const Axes axes = LayerNormAxes({1, 2, 2, -3});
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const std::vector<double> v = Direction(axes, axis);
    std::vector<double> tip(4);
    axes.tip(axis, tip);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(tip[i], axes.lengths()[axis] * v[i]);
  }
}

TEST(Axes, BeyondTheLargestDoubleTheTipHasInfiniteAndFiniteComponentsButNoNan) {
  const double largest = std::numeric_limits<double>::max();
  const Axes axes = LayerNormAxes({largest, largest / 2, 1, 0});
  ASSERT_EQ(axes.size(), 3u);
  EXPECT_EQ(axes.lengths()[0], kInfinity);
  std::vector<double> tip(4);
  axes.tip(0, tip);
  EXPECT_TRUE(std::isinf(tip[0]));
  EXPECT_TRUE(std::isfinite(tip[1]) && tip[1] != 0);
  // v is (g_i / (g_i^2 - m)) / norm with norm about 1 / t, so the third is about -sqrt(N) t / (m g_1) g_3 < 1.
  EXPECT_TRUE(std::fabs(tip[2]) < 1 && tip[2] != 0);
  EXPECT_EQ(tip[3], 0);
  axes.tip(2, tip);
  for (const double component : tip) EXPECT_TRUE(std::isfinite(component));
}

// x = c tip / g has mean 0 and var c^2, so LayerNorm takes it to the tip times sqrt(var / (var + eps)). Both hold up
// to the errors of the tip, off = direction + length, and of x, which dividing by gains stretches by
// max |g| / min |g|, once in the mean and once in the variance.
double TipError(const std::vector<double>& gains) {
  const auto smaller = [](double a, double b) { return std::fabs(a) < std::fabs(b); };
  const auto [least, most] = std::minmax_element(gains.begin(), gains.end(), smaller);
  return 4 * std::fabs(*most / *least) * (DirectionPromise(gains.size()) + LengthPromise(gains.size()) + 2 * kUnit);
}

RC_GTEST_PROP(Axes, AnInputAlongAnAxisComesOutAtTheTipTimesTheRadiusFactor, ()) {
  const std::vector<double> gains = TameGains(32, false);
  const Axes axes = LayerNormAxes(gains);
  RC_PRE(axes.size() > 0);
  const std::size_t axis = *rc::gen::inRange<std::size_t>(0, axes.size());
  const double scale = std::ldexp(1.0, *rc::gen::inRange(-20, 20));
  const double eps = *rc::gen::element(0.0, 1e-12, 1e-5, 1.0, 1e6);
  const std::size_t n = gains.size();
  std::vector<double> tip(n), x(n), y(n);
  axes.tip(axis, tip);
  for (std::size_t i = 0; i < n; ++i) x[i] = scale * tip[i] / gains[i];
  RC_ASSERT(layer_norm<double>({.x = x, .gamma = gains, .y = y, .columns = n, .eps = eps}) == EXACTNORM_OK);
  const double variance = scale * scale;
  const double factor = std::sqrt(variance / (variance + eps));
  for (std::size_t i = 0; i < n; ++i) {
    RC_ASSERT(std::fabs(y[i] - factor * tip[i]) <= TipError(gains) * axes.lengths()[axis]);
  }
}

RC_GTEST_PROP(Axes, AnInputAlongAnAxisOfRmsNormComesOutAtItsTip, ()) {
  const std::vector<double> gains = TameGains(32, false);
  const std::size_t n = gains.size();
  Axes axes;
  RC_ASSERT(axes.of_rms_norm(gains) == AxesStatus::ok);
  const std::size_t axis = *rc::gen::inRange<std::size_t>(0, n);
  std::vector<double> tip(n), y(n);
  axes.tip(axis, tip);
  RC_ASSERT(rms_norm<double>({.x = tip, .gamma = gains, .y = y, .columns = n, .eps = 0}) == EXACTNORM_OK);
  for (std::size_t i = 0; i < n; ++i) {
    RC_ASSERT(std::fabs(std::fabs(y[i]) - tip[i]) <= LengthPromise(n) * axes.lengths()[axis]);
  }
}

RC_GTEST_PROP(Axes, ScalingTheGainsByAPowerOfTwoScalesTheLengthsAndKeepsTheDirections, ()) {
  const std::vector<double> gains = TameGains(40, true);
  const int shift = *rc::gen::inRange(-900, 900);
  std::vector<double> scaled = gains;
  for (double& g : scaled) g = std::ldexp(g, shift);
  const Axes axes = LayerNormAxes(gains);
  const Axes other = LayerNormAxes(scaled);
  RC_ASSERT(axes.size() == other.size());
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    RC_ASSERT(std::ldexp(axes.lengths()[axis], shift) == other.lengths()[axis]);
    RC_ASSERT(Direction(axes, axis) == Direction(other, axis));
  }
}

TEST(Axes, AnExecutorChangesNothing) {
  const std::vector<double> gains = MakeGains(GainFamily::kBell, 500, 2, 9);
  std::atomic<std::size_t> ran = 0;
  const exactnorm_parallel_for threads = [](void* pool, std::size_t tasks, void (*task)(void*, std::size_t),
                                            void* argument) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i; (i = next++) < tasks;) task(argument, i);
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
    *static_cast<std::atomic<std::size_t>*>(pool) += tasks;
  };
  Axes axes;
  ASSERT_EQ(axes.of_layer_norm(gains, threads, &ran), AxesStatus::ok);
  EXPECT_GT(ran.load(), 1u);
  const Axes alone = LayerNormAxes(gains);
  EXPECT_TRUE(std::equal(axes.lengths().begin(), axes.lengths().end(), alone.lengths().begin(), alone.lengths().end()));
}

TEST(Axes, RefuseWhatIsNoGainAndHoldNothingThen) {
  Axes axes = LayerNormAxes({1, 2, 3});
  EXPECT_EQ(axes.of_layer_norm(std::vector<double>{1, kNan}), AxesStatus::gain_nan);
  EXPECT_EQ(axes.size(), 0u);
  EXPECT_EQ(axes.dimension(), 0u);
  EXPECT_EQ(axes.of_layer_norm(std::vector<double>{1, -kInfinity}), AxesStatus::gain_infinite);
  EXPECT_EQ(axes.of_layer_norm({}), AxesStatus::no_gains);
  EXPECT_EQ(axes.of_rms_norm({}), AxesStatus::no_gains);
  EXPECT_EQ(axes.of_rms_norm(std::vector<double>{kNan}), AxesStatus::gain_nan);
  for (const AxesStatus status : {AxesStatus::no_gains, AxesStatus::gain_nan, AxesStatus::gain_infinite}) {
    EXPECT_NE(message(status).find("gain"), std::string_view::npos);
  }
}

TEST(Axes, RunOutOfMemoryWithAStatusAndHoldNothingThen) {
  const std::vector<double> gains = MakeGains(GainFamily::kBfloat16, 100, 1, 3);
  long allowed = 0;
  for (AxesStatus status = AxesStatus::out_of_memory; status != AxesStatus::ok; ++allowed) {
    Axes axes;
    {
      const memory::AllocationLimit limit(allowed);
      status = allowed % 2 == 0 ? axes.of_layer_norm(gains) : axes.of_rms_norm(gains);
    }
    if (status == AxesStatus::ok) continue;
    ASSERT_EQ(status, AxesStatus::out_of_memory);
    ASSERT_EQ(axes.size(), 0u);
    ASSERT_EQ(axes.dimension(), 0u);
  }
  EXPECT_GT(allowed, 5);
}

TEST(Axes, DirectionsAndTipsAllocateNothing) {
  const Axes axes = LayerNormAxes(MakeGains(GainFamily::kBfloat16, 100, 1, 3));
  std::vector<double> v(axes.dimension());
  const long before = memory::AllocationCount();
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    axes.direction(axis, v);
    axes.tip(axis, v);
  }
  EXPECT_EQ(memory::AllocationCount(), before);
}

TEST(Axes, OfRmsNormAreTheCoordinates) {
  Axes axes;
  ASSERT_EQ(axes.of_rms_norm(std::vector<double>{2, -5, 0, 3}), AxesStatus::ok);
  EXPECT_EQ(std::vector<double>(axes.lengths().begin(), axes.lengths().end()), (std::vector<double>{10, 6, 4, 0}));
  EXPECT_EQ(Direction(axes, 0), (std::vector<double>{0, 1, 0, 0}));
  EXPECT_EQ(Direction(axes, 3), (std::vector<double>{0, 0, 1, 0}));
  EXPECT_EQ(axes.eigenvalue(1).gain, 3);
  EXPECT_EQ(axes.eigenvalue(1).offset, 0);
}

}  // namespace
}  // namespace exactnorm::geometry
