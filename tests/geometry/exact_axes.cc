// SPDX-License-Identifier: Apache-2.0
#include "tests/geometry/exact_axes.h"

#include <cmath>
#include <stdexcept>

namespace exactnorm::geometry {
namespace {

Real Denominator(double gain, double pole, const Real& t) {
  const Real size = std::fabs(gain);
  return (size - pole) * (size + pole) - t;
}

}  // namespace

Real Offset(const Eigenvalue& eigenvalue) { return ldexp(Real(eigenvalue.offset), 2 * eigenvalue.exponent); }

Real Value(const Eigenvalue& eigenvalue) { return Real(eigenvalue.gain) * Real(eigenvalue.gain) + Offset(eigenvalue); }

int SecularSign(std::span<const double> gains, double gain, const Real& t) {
  Real sum = 0;
  for (const double g : gains) sum += 1 / Denominator(g, gain, t);
  return sum.sign();
}

bool OffsetWithin(std::span<const double> gains, const Eigenvalue& eigenvalue, double relative) {
  const Real t = Offset(eigenvalue);
  const Real reach = relative * abs(t);
  for (const double g : gains) {
    if (Denominator(g, eigenvalue.gain, t - reach).sign() != Denominator(g, eigenvalue.gain, t + reach).sign()) {
      return false;
    }
  }
  return SecularSign(gains, eigenvalue.gain, t - reach) <= 0 && SecularSign(gains, eigenvalue.gain, t + reach) >= 0;
}

Real ExactOffset(std::span<const double> gains, const Eigenvalue& eigenvalue) {
  Real t = Offset(eigenvalue);
  for (int step = 0; step < 6; ++step) {
    Real f = 0, slope = 0;
    for (const double g : gains) {
      const Real x = Denominator(g, eigenvalue.gain, t);
      f += 1 / x;
      slope += 1 / (x * x);
    }
    t -= f / slope;
  }
  const Real reach = ldexp(abs(t), -300);
  if (SecularSign(gains, eigenvalue.gain, t - reach) > 0 || SecularSign(gains, eigenvalue.gain, t + reach) < 0) {
    throw std::logic_error("Newton's iteration has not found the root");
  }
  return t;
}

std::vector<Real> ExactDirection(std::span<const double> gains, double gain, const Real& t) {
  std::vector<Real> v;
  Real squares = 0;
  for (const double g : gains) {
    v.push_back(g / Denominator(g, gain, t));
    squares += v.back() * v.back();
  }
  const Real norm = sqrt(squares);
  for (Real& component : v) component /= norm;
  return v;
}

}  // namespace exactnorm::geometry
