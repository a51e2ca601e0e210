// SPDX-License-Identifier: Apache-2.0
// An input for a given output. With t = w / g inside the ellipsoid, |t|^2 = N m, m < 1, the row x = c t has
// var = c^2 m, so var + eps = c^2 if c^2 = eps / (1 - m), and then its normalised row is x / c = t.
//
// Accuracy. Rounding x moves it by |dx| <= 2^-53 c |t|. The map v -> v / sqrt(|v|^2 / N + eps) has slopes of at
// most 1 / sqrt(|v|^2 / N + eps) = 1 / c, so t moves by at most 2^-53 sqrt(N), and a twofold margin covers the change
// of slope on the way and the 113-bit arithmetic, in which the error of c counts only (1 - m)-fold.
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <utility>

#include "exactnorm/geometry/ellipsoid.hpp"
#include "lib/geometry/columns.h"
#include "lib/geometry/guard.h"

namespace exactnorm::geometry {
namespace {

// Exponents up to 2^16383: squares of gains and their inverses stay inside.
using Real = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<113, boost::multiprecision::digit_base_2, void, int16_t, -16382, 16383>,
    boost::multiprecision::et_off>;

// The normalised row of the point nearest to y in the image's subspace. Columns without a gain share what the
// others leave of sum t = 0, which is the shortest row there is.
std::vector<Real> NearestNormalizedRow(const Columns& c, const std::vector<double>& y) {
  std::vector<Real> t(c.size());  // no divisor below is 0, so Real has nothing to throw
  Real sum = 0;
  Real normal = 0;  // |alpha|^2
  for (size_t i = 0; i < c.size(); ++i) {
    if (c.gamma[i] == 0) continue;
    const Real g = c.gamma[i];
    t[i] = (Real(y[i]) - Real(c.beta[i])) / g;
    sum += t[i];
    normal += 1 / (g * g);
  }
  if (c.operation != EXACTNORM_LAYER_NORM) return t;
  for (size_t i = 0; i < c.size(); ++i) {
    if (c.zero_gains != 0) {
      if (c.gamma[i] == 0) t[i] = -sum / c.zero_gains;
    } else {  // w - alpha (alpha . w) / |alpha|^2, over g
      const Real g = c.gamma[i];
      t[i] -= sum / (g * g * normal);
    }
  }
  return t;
}

Status Find(const Columns& c, double eps, const std::vector<double>& y, std::vector<double>& x) {
  x.clear();
  if (!c.finite || !AllFinite(y)) return EXACTNORM_OK;
  const std::vector<Real> t = NearestNormalizedRow(c, y);
  Real share = 0;
  for (const Real& t_i : t) share += t_i * t_i;
  share /= c.size();
  if (eps == 0 ? share == 0 : share >= 1) return EXACTNORM_OK;
  const Real scale = eps == 0 ? Real(1 / sqrt(share)) : Real(sqrt(Real(eps) / (1 - share)));
  std::vector<double> found;
  found.reserve(t.size());
  for (const Real& t_i : t) found.push_back(static_cast<double>(Real(scale * t_i)));
  x = std::move(found);
  return EXACTNORM_OK;
}

}  // namespace

Status preimage(exactnorm_operation operation, std::size_t columns, Numbers gamma, Numbers beta, double eps, Numbers y,
                std::vector<double>& x) noexcept {
  return Guarded([&] {
    if (const Status status = CheckEps(eps); status != EXACTNORM_OK) return status;
    Columns c;
    if (const Status status = LoadColumns(operation, gamma, beta, columns, c); status != EXACTNORM_OK) return status;
    if (y.data == nullptr) return EXACTNORM_Y_NULL;
    std::vector<double> values;
    if (const Status status = LoadRow(y, columns, 0, values); status != EXACTNORM_OK) return status;
    return Find(c, eps, values, x);
  });
}

}  // namespace exactnorm::geometry
