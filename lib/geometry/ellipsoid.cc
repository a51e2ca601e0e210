// SPDX-License-Identifier: Apache-2.0
#include "exactnorm/geometry/ellipsoid.hpp"

#include <limits>
#include <utility>

#include "lib/geometry/fraction_sum.h"
#include "lib/geometry/guard.h"
#include "lib/geometry/row_cells.h"

namespace exactnorm::geometry {
namespace {

// form(w) - limit; in_subspace is set on the way.
FractionSum FormOf(const Columns& c, const std::vector<double>& y, bool& in_subspace) {
  FractionSum form;
  FractionSum plane;
  in_subspace = true;
  for (size_t i = 0; i < c.size(); ++i) {
    const Dyadic w = Difference(y[i], c.beta[i]);
    if (c.gamma[i] == 0) {
      in_subspace = in_subspace && w.sign() == 0;
      continue;
    }
    const Dyadic gain = ToDyadic(c.gamma[i]);
    form.Add(Square(w), Square(gain));
    plane.Add(w, gain);
  }
  if (c.operation != EXACTNORM_LAYER_NORM) return form;
  if (c.zero_gains == 0) {
    in_subspace = plane.Sign() == 0;
    return form;
  }
  const FractionSum::Fraction sum = plane.Total();
  form.Add(Square(sum.numerator), Square(Dyadic{sum.denominator, 0}) * Dyadic{c.zero_gains, 0});
  return form;
}

}  // namespace

Status membership(exactnorm_operation operation, std::size_t columns, Numbers gamma, Numbers beta, Numbers y,
                  Membership& membership) noexcept {
  return Guarded([&] {
    Columns c;
    if (const Status status = LoadColumns(operation, gamma, beta, columns, c); status != EXACTNORM_OK) return status;
    if (y.data == nullptr) return EXACTNORM_Y_NULL;
    std::vector<double> values;
    if (const Status status = LoadRow(y, columns, 0, values); status != EXACTNORM_OK) return status;
    Membership result;
    result.defined = c.finite && AllFinite(values);
    if (result.defined) {
      FractionSum form = FormOf(c, values, result.in_subspace);
      const FractionSum::Fraction total = form.Total();
      FractionSum share;
      share.Add(total.numerator, Dyadic{total.denominator, 0} * Dyadic{columns, 0});
      result.form = share.Nearest();
      form.Add(-Dyadic{columns, 0});
      result.side = static_cast<Side>(form.Sign());
    }
    membership = result;
    return EXACTNORM_OK;
  });
}

Status distance_to_surface(exactnorm_operation operation, Numbers x, double eps, double& distance) noexcept {
  return Guarded([&] {
    if (const Status status = CheckEps(eps); status != EXACTNORM_OK) return status;
    if (x.data == nullptr) return EXACTNORM_X_NULL;
    const Format* format = FormatOf(x.format);
    if (format == nullptr) return EXACTNORM_FORMAT_UNKNOWN;
    Columns c;
    if (const Status status = LoadColumns(operation, {}, {}, x.size, c); status != EXACTNORM_OK) return status;
    distance = std::numeric_limits<double>::quiet_NaN();
    Spread spread;
    if (SpreadOf(c, *format, x.data, eps, spread) != RowKind::kFinite) return EXACTNORM_OK;
    FractionSum share;
    share.Add(Square(Dyadic{x.size, 0}) * ToDyadic(eps), spread.denominator);
    distance = share.Nearest();
    return EXACTNORM_OK;
  });
}

}  // namespace exactnorm::geometry
