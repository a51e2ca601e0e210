// SPDX-License-Identifier: Apache-2.0
#include "lib/reference/certificate.h"

#include <algorithm>
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

namespace exactnorm::reference {
namespace {

using boost::multiprecision::cpp_int;

// integer * 2^exponent. Every number of a format stands on the format's finest grid.
struct Scaled {
  cpp_int integer;
  int exponent;
};

cpp_int Shifted(const cpp_int& n, int places) { return n << static_cast<unsigned>(places); }

Scaled OnFinestGrid(const Format& f, uint64_t bits) {
  const Number n = Decode(f, bits);
  const cpp_int magnitude = Shifted(n.significand, n.exponent - f.least_exponent);
  return {n.negative ? cpp_int(-magnitude) : magnitude, f.least_exponent};
}

Scaled Minus(const Scaled& a, const Scaled& b) {
  const int grid = std::min(a.exponent, b.exponent);
  return {Shifted(a.integer, a.exponent - grid) - Shifted(b.integer, b.exponent - grid), grid};
}

// The sign of a - c sqrt(d), d >= 0.
int Compare(const Scaled& a, const Scaled& c, const Scaled& d) {
  const int left = a.integer.sign();
  const int right = d.integer.sign() == 0 ? 0 : c.integer.sign();
  if (left != right) return left < right ? -1 : 1;
  const Scaled a2{a.integer * a.integer, 2 * a.exponent};
  const Scaled c2d{c.integer * c.integer * d.integer, 2 * c.exponent + d.exponent};
  return left * Minus(a2, c2d).integer.sign();
}

// z = a / sqrt(d) + b with d > 0, compared with numbers.
struct Result {
  Scaled a;
  Scaled d;
  Scaled b;
  int CompareWith(const Scaled& m) const { return Compare(a, Minus(m, b), d); }
};

// Whether z lies in the cell of the pattern y. The ends of a cell, midpoints to the neighbours, belong to it if
// the significand of y is even. Infinity's cell begins where the largest finite one ends and has no other end.
bool InCell(const Format& f, uint64_t y, const Result& z) {
  if (IsNan(f, y)) return false;
  const uint64_t magnitude = Magnitude(f, y);
  const int direction = IsNegative(f, y) ? -1 : 1;
  const auto side = [&](uint64_t below) {  // the sign of |z| - the midpoint above `below`
    const Number middle = MidpointAbove(f, below);
    return direction * z.CompareWith({cpp_int(middle.significand) * direction, middle.exponent});
  };
  const bool closed = magnitude % 2 == 0;
  if (magnitude != f.infinity && side(magnitude) >= (closed ? 1 : 0)) return false;
  if (magnitude != 0) return side(magnitude - 1) >= (closed ? 0 : 1);
  // +0 for an exact zero, the sign of z otherwise.
  const int sign = z.CompareWith({0, 0});
  return direction > 0 ? sign >= 0 : sign < 0;
}

struct Moments {
  std::vector<cpp_int> x;  // on x's finest grid
  cpp_int sum;
  Scaled d;  // N^2 (var + eps), RMSNorm: N^2 (ms + eps)
};

Moments ComputeMoments(const Row& row) {
  Moments m;
  const cpp_int n = row.columns;
  cpp_int squares = 0;
  for (size_t i = 0; i < row.columns; ++i) {
    m.x.push_back(OnFinestGrid(*row.x_format, Load(*row.x_format, row.x, i)).integer);
    m.sum += m.x.back();
    squares += m.x.back() * m.x.back();
  }
  const cpp_int spread =
      row.operation == EXACTNORM_LAYER_NORM ? cpp_int(n * squares - m.sum * m.sum) : cpp_int(n * squares);
  const Scaled eps = OnFinestGrid(kF64, Magnitude(kF64, std::bit_cast<uint64_t>(row.eps)));
  m.d = Minus({spread, 2 * row.x_format->least_exponent}, {-n * n * eps.integer, eps.exponent});
  return m;
}

bool IsRightElement(const Row& row, const Moments& m, size_t i) {
  const Format& p = *row.parameter_format;
  const Format& f = *row.y_format;
  const uint64_t y = Load(f, row.y, i);
  const uint64_t gamma = row.gamma_bits(i);
  const uint64_t beta = row.beta_bits(i);
  if (IsNan(p, gamma) || IsNan(p, beta)) return y == f.nan;
  cpp_int deviation = m.x[i] * row.columns;
  if (row.operation == EXACTNORM_LAYER_NORM) deviation -= m.sum;
  if (IsInfinite(p, gamma)) {
    if (deviation == 0) return y == f.nan;
    const bool negative = (deviation < 0) != IsNegative(p, gamma);
    const bool opposite = IsInfinite(p, beta) && IsNegative(p, beta) != negative;
    return y == (opposite ? f.nan : WithSign(f, negative, f.infinity));
  }
  if (IsInfinite(p, beta)) return y == WithSign(f, IsNegative(p, beta), f.infinity);
  const Scaled g = OnFinestGrid(p, gamma);
  const Result z{{g.integer * deviation, g.exponent + row.x_format->least_exponent}, m.d, OnFinestGrid(p, beta)};
  return InCell(f, y, z);
}

bool IsRightMean(const Row& row, const Moments& m) {
  const Scaled n_squared{cpp_int(row.columns) * row.columns, 0};
  const Result z{{m.sum, row.x_format->least_exponent}, n_squared, {0, 0}};
  return InCell(*row.statistics_format, Load(*row.statistics_format, row.mean, 0), z);
}

bool IsRightRstd(const Row& row, const Moments& m) {
  const uint64_t rstd = Load(*row.statistics_format, row.rstd, 0);
  if (m.d.integer == 0) return rstd == row.statistics_format->infinity;
  return InCell(*row.statistics_format, rstd, {{row.columns, 0}, m.d, {0, 0}});
}

bool IsAllNan(const Row& row, size_t* column) {
  for (*column = 0; *column < row.columns; ++*column) {
    if (Load(*row.y_format, row.y, *column) != row.y_format->nan) return false;
  }
  return true;
}

std::optional<Refusal> CertifyNan(const Row& row, bool mean_too) {
  size_t column = 0;
  if (!IsAllNan(row, &column)) return Refusal{Part::kY, column};
  const Format& s = *row.statistics_format;
  if (mean_too && row.mean != nullptr && Load(s, row.mean, 0) != s.nan) return Refusal{Part::kMean, 0};
  if (mean_too && row.rstd != nullptr && Load(s, row.rstd, 0) != s.nan) return Refusal{Part::kRstd, 0};
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> Certify(const Row& row) {
  for (size_t i = 0; i < row.columns; ++i) {
    if (!IsFinite(*row.x_format, Load(*row.x_format, row.x, i))) return CertifyNan(row, true);
  }
  const Moments m = ComputeMoments(row);
  if (row.mean != nullptr && !IsRightMean(row, m)) return Refusal{Part::kMean, 0};
  if (row.rstd != nullptr && !IsRightRstd(row, m)) return Refusal{Part::kRstd, 0};
  if (m.d.integer == 0) return CertifyNan(row, false);
  for (size_t i = 0; i < row.columns; ++i) {
    if (!IsRightElement(row, m, i)) return Refusal{Part::kY, i};
  }
  return std::nullopt;
}

}  // namespace exactnorm::reference
