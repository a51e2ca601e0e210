// SPDX-License-Identifier: Apache-2.0
#include "tests/fast/real_row.h"

namespace exactnorm::fast {

Real RealNumber(const Format& f, uint64_t bits) {
  const Number n = Decode(f, bits);
  const Real magnitude = ldexp(Real(n.significand), n.exponent);
  return n.negative ? Real(-magnitude) : magnitude;
}

// With S = sum x, Q = sum x^2: t = (N x - S) / sqrt(D), D = N Q - S^2 + N^2 eps; RMSNorm has 0 for S.
RealRow FindRealRow(const rows::Problem& p) {
  const Real n = p.x.size();
  std::vector<Real> x;
  Real sum = 0, squares = 0;
  for (const uint64_t bits : p.x) {
    x.push_back(RealNumber(*p.x_format, bits));
    squares += x.back() * x.back();
    if (p.operation == EXACTNORM_LAYER_NORM) sum += x.back();
  }
  const Real d = n * squares - sum * sum + n * n * Real(p.eps);
  const Real root = sqrt(d);
  RealRow row{sum / n, squares / n, d / (n * n), n / root, {}, {}};
  for (size_t i = 0; i < x.size(); ++i) {
    row.t.push_back((n * x[i] - sum) / root);
    const Real gamma = p.gamma.empty() ? Real(1) : RealNumber(*p.parameter_format, p.gamma[i]);
    const Real beta = p.beta.empty() ? Real(0) : RealNumber(*p.parameter_format, p.beta[i]);
    row.y.push_back(gamma * row.t.back() + beta);
  }
  return row;
}

}  // namespace exactnorm::fast
