// SPDX-License-Identifier: Apache-2.0
#include "tests/fast/error_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lib/fast/intermediates.h"
#include "lib/fast/sharp_error_bounds.h"
#include "tests/fast/real_row.h"

namespace exactnorm::fast {
namespace {

Real Share(const Real& computed, const Real& real, const Real& bound) { return abs(computed - real) / bound; }
void Raise(double& share, const Real& to) { share = std::max(share, to.convert_to<double>()); }

Real Sum(const DoubleDouble& v) { return Real(v.hi) + v.lo; }

double Magnitude(const rows::Bits& parameter, const Format& f, size_t i, double absent) {
  return parameter.empty() ? absent : std::abs(RealNumber(f, parameter[i]).convert_to<double>());
}

}  // namespace

Shares FastShares(const Target& target, const rows::Problem& p) {
  Shares shares{};
  rows::Packed packed(p);
  const Row row = packed.row();
  const Intermediates of = FindIntermediates(target, row);
  if (!of.admitted) return shares;
  const RealRow real = FindRealRow(p);
  const Real root = sqrt(real.MeanSquareAbout(of.center));
  Raise(shares[kMean], Share(Real(of.center) + of.offset, real.mean, BoundMean(row.columns, of.lanes) * root));
  // R as WriteStatistics has it.
  EXPECT_LE(root, sqrt(Real(kMeanSquare) * of.variance_eps)) << p;
  Raise(shares[kRstd], Share(of.rstd, real.rstd, BoundRstd(row.columns, of.lanes) * Real(of.rstd)));
  for (size_t i = 0; i < row.columns; ++i) {
    const double gamma = Magnitude(p.gamma, *p.parameter_format, i, 1);
    const double beta = Magnitude(p.beta, *p.parameter_format, i, 0);
    const Real t_bound = of.error.e1 * abs(Real(of.t[i])) + of.error.e0;
    Raise(shares[kT], Share(of.t[i], real.t[i], t_bound));
    Raise(shares[kY], Share(of.y[i], real.y[i], gamma * t_bound + kUnitRoundoff * abs(Real(of.y[i])) + 0x1p-800));
    const int exponent = std::ilogb(of.y[i]);
    if (of.y[i] == 0 || exponent < -126) continue;
    const Real ulp = ldexp(Real(1), exponent - 52);
    Raise(shares[kWidth],
          Share(of.y[i], real.y[i], BoundWidth(of.error, gamma, beta, std::ldexp(1.0, exponent)) * ulp));
  }
  return shares;
}

// The bounds as SharpenElements and WriteSharpStatistics have them, without what they add for the roundings of ends.
Shares SharpShares(const Target& target, const rows::Problem& p) {
  Shares shares{};
  rows::Packed packed(p);
  const Row row = packed.row();
  const SharpIntermediates of = FindSharpIntermediates(target, row);
  if (!of.admitted) return shares;
  const RealRow real = FindRealRow(p);
  const Real rstd = Sum(of.rstd);
  Raise(shares[kMean], Share((Sum(of.offset) + of.center) / of.scale, real.mean, of.error.e0 / (rstd * of.scale)));
  Raise(shares[kRstd], Share(rstd * of.scale, real.rstd, of.error.e1 * rstd * of.scale));
  for (size_t i = 0; i < row.columns; ++i) {
    const double gamma = Magnitude(p.gamma, *p.parameter_format, i, 1);
    const Real t_bound = of.error.e1 * abs(Real(of.t[i].hi)) + of.error.e0;
    Raise(shares[kT], Share(Sum(of.t[i]), real.t[i], t_bound));
    const Real y_bound = gamma * t_bound + kSharpEndFactor * abs(Real(of.y[i].hi)) + kSharpUnderflow;
    Raise(shares[kY], Share(Sum(of.y[i]), real.y[i], y_bound));
  }
  return shares;
}

Shares Binary64Shares(const Target& target, const rows::Problem& p) {
  Shares shares{};
  rows::Packed packed(p);
  const Row row = packed.row();
  const Binary64Intermediates of = FindBinary64Intermediates(target, row);
  if (!of.admitted) return shares;
  const RealRow real = FindRealRow(p);
  const Real rstd = Sum(of.rstd);
  Raise(shares[kMean], Share(Sum(of.offset) + of.center, real.mean, 1.01 * of.moments.e0 / rstd));
  Raise(shares[kRstd], Share(rstd, real.rstd, 1.01 * of.moments.e1 * rstd));
  for (size_t i = 0; i < row.columns; ++i) {
    const Real t_bound = of.error.e1 * abs(Real(of.t1[i])) + of.error.e0;
    Raise(shares[kT], Share(Real(of.t1[i]) + of.t2[i], real.t[i], t_bound));
    if (std::isfinite(of.bound[i])) Raise(shares[kY], Share(Sum(of.y[i]), real.y[i], of.bound[i]));
  }
  return shares;
}

}  // namespace exactnorm::fast
