// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/row_cells.h"

#include <utility>

#include "lib/exact/moments.h"

namespace exactnorm::geometry {
namespace {

uint64_t Rounded(const Format& f, double finite) {
  const Number n = Decode(kF64, std::bit_cast<uint64_t>(finite));
  return WithSign(f, n.negative, RoundMagnitude(f, n.significand, n.exponent));
}

bool Equal(const Format& f, uint64_t a, uint64_t b) { return a == b || (IsZero(f, a) && IsZero(f, b)); }

}  // namespace

RowCells CellsOf(const Columns& columns, const Format& format, const void* y) {
  RowCells row;
  row.terms.reserve(columns.size() - columns.zero_gains);
  for (size_t i = 0; i < columns.size(); ++i) {
    const uint64_t bits = Load(format, y, i);
    if (columns.gamma[i] == 0) {
      if (!Equal(format, bits, Rounded(format, columns.beta[i]))) ++row.displaced;
      continue;
    }
    const Cell cell = CellOf(format, bits);
    const bool infinite = IsInfinite(format, bits);
    Term t{cell.low,       infinite ? Number{} : Decode(format, bits),
           cell.high,      cell.low_is_infinite,
           infinite,       cell.high_is_infinite,
           cell.closed,    columns.gamma[i],
           columns.beta[i]};
    if (t.gain < 0) {
      std::swap(t.low, t.high);
      std::swap(t.low_infinite, t.high_infinite);
    }
    row.low_infinite |= t.low_infinite;
    row.value_infinite |= t.value_infinite;
    row.high_infinite |= t.high_infinite;
    row.closed &= t.closed;
    row.terms.push_back(t);
  }
  return row;
}

// With S = sum x_i, R = N sum x_i^2 - S^2 and D = R + N^2 eps: (x_i - mu)^2 / (var + eps) = (N x_i - S)^2 / D, and
// sum (N x_i - S)^2 = N R. RMSNorm: S = 0.
RowKind SpreadOf(const Columns& columns, const Format& format, const void* x, double eps, Spread& spread) {
  Row row{};
  row.operation = columns.operation;
  row.x_format = &format;
  row.columns = columns.size();
  row.x = x;
  const auto moments = exact::ComputeMoments(row);  // row.eps = 0: its radicand is R
  if (!moments) return RowKind::kNotFinite;
  const Dyadic n{columns.size(), 0};
  const Dyadic sum = columns.operation == EXACTNORM_LAYER_NORM ? moments->sum : Dyadic{0, 0};
  spread.denominator = moments->radicand + n * n * ToDyadic(eps);
  spread.numerator = n * moments->radicand;
  if (spread.denominator.sign() == 0) return RowKind::kNoSpread;
  for (size_t i = 0; i < columns.size() && columns.zero_gains != 0; ++i) {
    if (columns.gamma[i] != 0) continue;
    spread.numerator = spread.numerator - Square(n * exact::ToDyadic(Decode(format, Load(format, x, i))) - sum);
  }
  return RowKind::kFinite;
}

}  // namespace exactnorm::geometry
