// SPDX-License-Identifier: Apache-2.0
// Eigenvalues and directions against what is known of them otherwise: MPFR, interlacing, trace, product, residual,
// dense solvers and the paper's own matrix.
#include <Eigen/Eigenvalues>

#include "tests/geometry/axes_promise.h"

namespace exactnorm::geometry {
namespace {

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
  Real norm = 0;  // at most |M|: its largest diagonal element
  for (const double g : gains) norm = std::max(norm, Real(Real(g) * g * (n - 1) / n));
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

}  // namespace
}  // namespace exactnorm::geometry
