// SPDX-License-Identifier: Apache-2.0
#include "exactnorm/geometry/axes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "lib/geometry/directions.h"
#include "lib/geometry/secular.h"
#include "tests/geometry/exact_axes.h"
#include "tests/geometry/gains.h"

namespace exactnorm::geometry {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double Root(std::size_t n) { return std::sqrt(static_cast<double>(n)); }
double EigenvaluePromise(std::size_t n) { return kOffsetError * Root(n); }
double LengthPromise(std::size_t n) { return kLengthError * Root(n) + 4 * kUnit; }
double DirectionPromise(std::size_t n) { return kDirectionError * Root(n) + 24 * kUnit; }

Axes LayerNormAxes(const std::vector<double>& gains) {
  Axes axes;
  EXPECT_EQ(axes.of_layer_norm(gains), AxesStatus::ok);
  return axes;
}

std::vector<double> Direction(const Axes& axes, std::size_t axis) {
  std::vector<double> v(axes.dimension());
  axes.direction(axis, v);
  return v;
}

Real Dot(std::span<const double> a, std::span<const double> b) {
  Real sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += Real(a[i]) * b[i];
  return sum;
}

std::vector<double> SomeGains(std::size_t max_size) { return AnyGains(max_size, *rc::gen::arbitrary<std::uint64_t>()); }

// Gains whose squares and inverses stay far from the ends of double: what dense solvers can take.
std::vector<double> TameGains(std::size_t max_size, bool zeros) {
  std::vector<double> gains = SomeGains(max_size);
  for (double& g : gains) {
    if (g == 0 && !zeros) g = 0.5;
    if (g != 0) g = std::copysign(std::clamp(std::fabs(g), 0x1p-8, 0x1p8), g);
  }
  return gains;
}

RC_GTEST_PROP(Axes, ThereAreNLessTheNumberOfZeroGainsOrOne, ()) {
  const std::vector<double> gains = SomeGains(64);
  const auto zeros = static_cast<std::size_t>(std::count(gains.begin(), gains.end(), 0.0));
  const Axes axes = LayerNormAxes(gains);
  RC_ASSERT(axes.dimension() == gains.size());
  RC_ASSERT(axes.size() == gains.size() - std::max<std::size_t>(zeros, 1));
  RC_ASSERT(std::is_sorted(axes.lengths().begin(), axes.lengths().end(), std::greater()));
}

RC_GTEST_PROP(Axes, EveryEigenvalueAndLengthIsWithinItsPromiseOfTheExactOne, ()) {
  const std::vector<double> gains = SomeGains(64);
  const std::size_t n = gains.size();
  const Axes axes = LayerNormAxes(gains);
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const Eigenvalue eigenvalue = axes.eigenvalue(axis);
    const Real m = Value(eigenvalue);
    Real exact = m;
    if (eigenvalue.offset != 0) {
      RC_ASSERT(OffsetWithin(gains, eigenvalue, EigenvaluePromise(n)));
      exact = Real(eigenvalue.gain) * Real(eigenvalue.gain) + ExactOffset(gains, eigenvalue);
    }
    exact = sqrt(static_cast<double>(n) * exact);
    const Real bound = LengthPromise(n) * exact + Real(0x1p-537) * Real(0x1p-538);  // half the least subnormal
    const double length = axes.lengths()[axis];
    const bool held =
        std::isinf(length) ? exact + bound >= std::numeric_limits<double>::max() : abs(length - exact) <= bound;
    RC_ASSERT(held);
  }
}

RC_GTEST_PROP(Axes, EigenvaluesInterlaceTheSquaredGainsStrictly, ()) {
  const std::vector<double> gains = SomeGains(64);
  const Axes axes = LayerNormAxes(gains);
  std::vector<double> sizes;
  for (const double g : gains) sizes.push_back(std::fabs(g));
  std::sort(sizes.begin(), sizes.end(), std::greater());
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const Real m = Value(axes.eigenvalue(axis));
    const Real above = Real(sizes[axis]) * Real(sizes[axis]);
    const Real below = Real(sizes[axis + 1]) * Real(sizes[axis + 1]);
    if (above == below) {
      RC_ASSERT(m == above);
    } else {
      RC_ASSERT(below < m && m < above);
    }
  }
}

RC_GTEST_PROP(Axes, EigenvaluesSumToTheTrace, ()) {
  const std::vector<double> gains = SomeGains(64);
  const Axes axes = LayerNormAxes(gains);
  const auto n = static_cast<double>(gains.size());
  Real sum = 0, squares = 0, allowed = 0;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    sum += Value(axes.eigenvalue(axis));
    allowed += abs(Offset(axes.eigenvalue(axis)));
  }
  for (const double g : gains) squares += Real(g) * Real(g);
  RC_ASSERT(abs(sum - squares * (n - 1) / n) <= EigenvaluePromise(gains.size()) * allowed + ldexp(squares, -300));
}

RC_GTEST_PROP(Axes, EigenvaluesMultiplyToTheirProductIdentity, ()) {
  const std::vector<double> gains = SomeGains(32);
  const Axes axes = LayerNormAxes(gains);
  const auto n = static_cast<double>(gains.size());
  Real product = 1, relative = 0;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const Real m = Value(axes.eigenvalue(axis));
    product *= m;
    relative += abs(Offset(axes.eigenvalue(axis))) / m;
  }
  double zeros = 0;
  Real squares = 1, inverses = 0;
  for (const double g : gains) {
    if (g == 0) {
      ++zeros;
    } else {
      squares *= Real(g) * Real(g);
      inverses += 1 / (Real(g) * Real(g));
    }
  }
  const Real identity = squares * (zeros > 0 ? Real(zeros) : inverses) / n;
  // (1 + e) products: exp(sum) - 1 <= 1.01 sum for a sum below 2^-7.
  const Real bound = Real(1.01) * EigenvaluePromise(gains.size()) * relative + ldexp(Real(1), -300);
  RC_ASSERT(abs(product / identity - 1) <= bound);
}

// |M v - m v| and dot products at 400 bits, so that nothing but the direction itself is measured.
bool AreOrthonormalEigenvectors(const std::vector<double>& gains, std::size_t stride) {
  const Axes axes = LayerNormAxes(gains);
  const std::size_t n = gains.size();
  const double bound = DirectionPromise(n);
  Real norm = 0;  // |M| <= max g^2
  for (const double g : gains) norm = std::max(norm, Real(Real(g) * Real(g)));
  std::vector<std::vector<double>> seen;
  for (std::size_t axis = 0; axis < axes.size(); axis += stride) {
    const std::vector<double> v = Direction(axes, axis);
    const Real along = Dot(gains, v) / static_cast<double>(n);
    const Real m = Value(axes.eigenvalue(axis));
    Real squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const Real residual = gains[i] * (Real(gains[i]) * v[i] - along) - m * v[i];
      squares += residual * residual;
    }
    if (sqrt(squares) > (bound + EigenvaluePromise(n)) * norm) return false;
    if (abs(Dot(v, v) - 1) > 2 * bound * (1 + bound)) return false;
    for (const auto& other : seen) {
      if (abs(Dot(v, other)) > 2 * bound * (1 + bound)) return false;
    }
    seen.push_back(v);
  }
  return true;
}

RC_GTEST_PROP(Axes, DirectionsAreOrthonormalEigenvectors, ()) {
  RC_ASSERT(AreOrthonormalEigenvectors(SomeGains(24), 1));
}

RC_GTEST_PROP(Axes, DirectionsLieInThePlaneOfTheOutputs, ()) {
  const std::vector<double> gains = TameGains(32, false);
  const Axes axes = LayerNormAxes(gains);
  std::vector<double> inverse;  // alpha, here to one rounding
  for (const double g : gains) inverse.push_back(1 / g);
  const Real size = sqrt(Dot(inverse, inverse));
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    RC_ASSERT(abs(Dot(inverse, Direction(axes, axis))) <= (DirectionPromise(gains.size()) + 2 * kUnit) * size);
  }
}

using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using LongVector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

LongVector AsVector(const std::vector<double>& gains) {
  LongVector v(static_cast<Eigen::Index>(gains.size()));
  for (std::size_t i = 0; i < gains.size(); ++i) v[static_cast<Eigen::Index>(i)] = gains[i];
  return v;
}

// Householder tridiagonalisation and implicit QR are backward stable: eigenvalues within 10 N^2 units of |A|
// (Golub and Van Loan, section 8.3, with room), here units of long double, 2^-64.
long double DenseError(std::size_t n) { return 10.0L * static_cast<long double>(n * n) * 0x1p-64L; }

RC_GTEST_PROP(Axes, EigensDenseSolverFindsTheSameEigenvalues, ()) {
  const std::vector<double> gains = TameGains(32, true);
  const Axes axes = LayerNormAxes(gains);
  const std::size_t n = gains.size();
  const LongVector g = AsVector(gains);
  LongMatrix matrix = -g * g.transpose() / static_cast<long double>(n);
  matrix.diagonal() += g.cwiseProduct(g);
  const Eigen::SelfAdjointEigenSolver<LongMatrix> dense(matrix, Eigen::EigenvaluesOnly);
  const long double norm = g.cwiseProduct(g).maxCoeff();
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const long double m = dense.eigenvalues()[static_cast<Eigen::Index>(n - 1 - axis)];
    const auto ours = static_cast<long double>(Value(axes.eigenvalue(axis)));
    const auto offset = static_cast<long double>(abs(Offset(axes.eigenvalue(axis))));
    RC_ASSERT(std::fabs(ours - m) <= EigenvaluePromise(n) * offset + (DenseError(n) + 0x1p-63L) * norm);
  }
}

// The paper's own statement: eigenvalues l of Pi2 G^-2 Pi2, Pi2 the projection along alpha, semi-axes sqrt(N / l).
RC_GTEST_PROP(Axes, ThePapersMatrixHasTheSameAxes, ()) {
  const std::vector<double> gains = TameGains(24, false);
  const Axes axes = LayerNormAxes(gains);
  const std::size_t n = gains.size();
  const auto size = static_cast<Eigen::Index>(n);
  const LongVector alpha = AsVector(gains).cwiseInverse();
  const LongMatrix projection = LongMatrix::Identity(size, size) - alpha * alpha.transpose() / alpha.squaredNorm();
  const LongMatrix matrix = projection * alpha.cwiseProduct(alpha).asDiagonal() * projection;
  const Eigen::SelfAdjointEigenSolver<LongMatrix> dense(matrix, Eigen::EigenvaluesOnly);
  const long double norm = alpha.cwiseProduct(alpha).maxCoeff();
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    // Eigenvalue 0 belongs to alpha; then the longest axis has the least.
    const long double length = axes.lengths()[axis];
    const long double ours = static_cast<long double>(n) / (length * length);
    const long double theirs = dense.eigenvalues()[static_cast<Eigen::Index>(axis + 1)];
    // Forming the matrix: two products of N terms and the projection's own rounding.
    const long double formed = 8.0L * static_cast<long double>(n) * 0x1p-64L;
    RC_ASSERT(std::fabs(ours - theirs) <= 2.01L * LengthPromise(n) * ours + (DenseError(n) + formed) * norm);
  }
}

// On the plane M and the paper's matrix undo each other: M (Pi2 G^-2 Pi2) = Pi2, at 400 bits.
RC_GTEST_PROP(Axes, ThePapersMatrixIsThePseudoInverseOfOurs, ()) {
  const std::vector<double> gains = TameGains(8, false);
  const std::size_t n = gains.size();
  Real squares = 0;
  std::vector<Real> alpha;
  for (const double g : gains) {
    alpha.push_back(1 / Real(g));
    squares += alpha.back() * alpha.back();
  }
  const auto projection = [&](std::size_t i, std::size_t j) {
    return Real(i == j ? 1 : 0) - alpha[i] * alpha[j] / squares;
  };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      Real sum = 0;
      for (std::size_t k = 0; k < n; ++k) {
        const Real ours = Real(gains[i]) * (Real(i == k ? gains[k] : 0) - Real(gains[k]) / static_cast<double>(n));
        for (std::size_t l = 0; l < n; ++l) sum += ours * projection(k, l) * alpha[l] * alpha[l] * projection(l, j);
      }
      RC_ASSERT(abs(sum - projection(i, j)) <= ldexp(Real(1), -300));
    }
  }
}

class LongGains : public testing::TestWithParam<int> {};

TEST_P(LongGains, HaveOrthonormalEigenvectors) {
  EXPECT_TRUE(AreOrthonormalEigenvectors(MakeGains(static_cast<GainFamily>(GetParam()), 768, 0, 3), 41));
}
INSTANTIATE_TEST_SUITE_P(Axes, LongGains, testing::Range(0, kGainFamilies));

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

// LN of N x tip-aligned input: x_i = v_i / g_i has mean 0 along an axis, and LN(x; eps = 0) is the tip itself.
RC_GTEST_PROP(Axes, TheTipIsTheOutputOfAnInputThatPointsThere, ()) {
  const std::vector<double> gains = TameGains(16, false);
  const Axes axes = LayerNormAxes(gains);
  RC_PRE(axes.size() > 0);
  const std::size_t axis = *rc::gen::inRange<std::size_t>(0, axes.size());
  const std::size_t n = gains.size();
  std::vector<double> tip(n);
  axes.tip(axis, tip);
  std::vector<Real> x;
  Real mean = 0, variance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    x.push_back(Real(tip[i]) / gains[i]);
    mean += x.back() / static_cast<double>(n);
  }
  for (const Real& one : x) variance += (one - mean) * (one - mean) / static_cast<double>(n);
  // The tip is off by its direction and its length, d = their sum; dividing by gains and multiplying again
  // stretches that by max |g| / min |g| at most, twice: once for the mean and once for the variance.
  const auto [least, most] =
      std::minmax_element(gains.begin(), gains.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  const double stretch = std::fabs(*most / *least);
  const double off = DirectionPromise(n) + LengthPromise(n) + kUnit;
  for (std::size_t i = 0; i < n; ++i) {
    const Real y = gains[i] * (x[i] - mean) / sqrt(variance);
    RC_ASSERT(abs(y - tip[i]) <= 4 * stretch * off * axes.lengths()[axis]);
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
