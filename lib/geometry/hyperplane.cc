// SPDX-License-Identifier: Apache-2.0
#include "exactnorm/geometry/hyperplane.hpp"

#include <limits>
#include <utility>

#include "lib/geometry/fraction_sum.h"
#include "lib/geometry/guard.h"
#include "lib/geometry/row_cells.h"

namespace exactnorm::geometry {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Dyadic Difference(const Number& a, const Number& b) { return exact::ToDyadic(a) - exact::ToDyadic(b); }

// The distance from y to the further end of its cell.
Dyadic HalfWidth(const Term& t) {
  const Dyadic a = Difference(t.value, t.low);
  const Dyadic b = Difference(t.high, t.value);
  const Dyadic size_a = a.sign() < 0 ? -a : a;
  const Dyadic size_b = b.sign() < 0 ? -b : b;
  return (size_a - size_b).sign() > 0 ? size_a : size_b;
}

}  // namespace

Status hyperplane(std::size_t columns, Numbers gamma, Numbers beta, Hyperplane& plane) noexcept {
  return Guarded([&] {
    Columns c;
    const Status status = LoadColumns(EXACTNORM_LAYER_NORM, gamma, beta, columns, c);
    if (status != EXACTNORM_OK) return status;
    Hyperplane result;
    result.exists = c.finite && c.zero_gains == 0;
    if (result.exists) {
      FractionSum offset;
      for (size_t i = 0; i < columns; ++i) {
        result.alpha.push_back(1 / c.gamma[i]);
        offset.Add(ToDyadic(c.beta[i]), ToDyadic(c.gamma[i]));
      }
      result.offset = offset.Nearest();
    }
    plane = std::move(result);
    return EXACTNORM_OK;
  });
}

Status residual(std::size_t columns, Numbers gamma, Numbers beta, Numbers y, Residual& residual) noexcept {
  return Guarded([&] {
    Columns c;
    if (const Status status = LoadColumns(EXACTNORM_LAYER_NORM, gamma, beta, columns, c); status != EXACTNORM_OK) {
      return status;
    }
    if (y.data == nullptr) return EXACTNORM_Y_NULL;
    std::vector<double> values;
    if (const Status status = LoadRow(y, columns, 0, values); status != EXACTNORM_OK) return status;
    residual = {kNan, kInfinity};
    if (!c.finite || c.zero_gains != 0 || !AllFinite(values)) return EXACTNORM_OK;
    FractionSum value;
    FractionSum slack;
    for (const Term& t : CellsOf(c, *FormatOf(y.format), y.data).terms) {
      const Dyadic gain = ToDyadic(t.gain);
      value.Add(exact::ToDyadic(t.value) - ToDyadic(t.bias), gain);
      slack.Add(HalfWidth(t), gain.sign() < 0 ? -gain : gain);
    }
    residual = {value.Nearest(), slack.Nearest()};
    return EXACTNORM_OK;
  });
}

Status discarded_mean(Numbers x, double& mean) noexcept {
  return Guarded([&] {
    if (x.data == nullptr) return EXACTNORM_X_NULL;
    if (x.size == 0) return EXACTNORM_COLUMNS_ZERO;
    std::vector<double> values;
    if (const Status status = LoadRow(x, x.size, 0, values); status != EXACTNORM_OK) return status;
    mean = kNan;
    if (!AllFinite(values)) return EXACTNORM_OK;
    FractionSum sum;
    for (const double v : values) sum.Add(ToDyadic(v), {x.size, 0});
    mean = sum.Nearest();
    return EXACTNORM_OK;
  });
}

}  // namespace exactnorm::geometry
