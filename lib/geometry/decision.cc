// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/decision.h"

#include <cmath>
#include <limits>
#include <vector>

#include "lib/geometry/fraction_sum.h"
#include "lib/geometry/row_sums.h"

namespace exactnorm::geometry {
namespace {

// An end of a term: t = numerator / gain.
Dyadic NumeratorOf(const Number& end, const Term& t) { return exact::ToDyadic(end) - ToDyadic(t.bias); }

// The sign of t - m.
int SignAround(const Dyadic& numerator, double gain, const Dyadic& m) {
  const int sign = (numerator - m * ToDyadic(gain)).sign();
  return gain < 0 ? -sign : sign;
}

void AddSquare(const Dyadic& numerator, double gain, const Dyadic& m, FractionSum& sum) {
  const Dyadic g = ToDyadic(gain);
  sum.Add(Square(numerator - m * g), Square(g));
}

int SignOfEnds(const RowCells& row, bool low) {
  FractionSum sum;
  for (const Term& t : row.terms) sum.Add(NumeratorOf(low ? t.low : t.high, t), ToDyadic(t.gain));
  return sum.Sign();
}

void AddNearest(const RowCells& row, const Dyadic& m, FractionSum& sum) {
  for (const Term& t : row.terms) {
    const Dyadic low = NumeratorOf(t.low, t);
    const Dyadic high = NumeratorOf(t.high, t);
    if (!t.low_infinite && SignAround(low, t.gain, m) > 0) {
      AddSquare(low, t.gain, m, sum);
    } else if (!t.high_infinite && SignAround(high, t.gain, m) < 0) {
      AddSquare(high, t.gain, m, sum);
    }
  }
}

void AddFurthest(const RowCells& row, FractionSum& sum) {
  for (const Term& t : row.terms) {
    const Dyadic low = NumeratorOf(t.low, t);
    const Dyadic high = NumeratorOf(t.high, t);
    const bool low_is_further = (Square(low) - Square(high)).sign() > 0;
    AddSquare(low_is_further ? low : high, t.gain, {0, 0}, sum);
  }
}

}  // namespace

void DecideExactly(const RowCells& row, const Question& question, Signs& signs) {
  if (question.has_plane && !signs.low) signs.low = row.low_infinite ? -1 : SignOfEnds(row, true);
  if (question.has_plane && !signs.high) signs.high = row.high_infinite ? 1 : SignOfEnds(row, false);
  if (!signs.interior) {
    const Dyadic m = ToDyadic(question.m);
    FractionSum sum;
    AddNearest(row, m, sum);
    sum.Add(-(Dyadic{question.columns, 0} * (Dyadic{1, 0} + Square(m))));
    signs.interior = sum.Sign();
  }
  if (!question.spread) return;
  const Dyadic minus_numerator = -question.spread->numerator;
  if (!signs.nearest) {
    FractionSum sum;
    AddNearest(row, {0, 0}, sum);
    sum.Add(minus_numerator, question.spread->denominator);
    signs.nearest = sum.Sign();
  }
  if (!signs.furthest) {
    FractionSum sum;
    AddFurthest(row, sum);
    sum.Add(minus_numerator, question.spread->denominator);
    signs.furthest = row.low_infinite || row.high_infinite ? 1 : sum.Sign();
  }
}

bool NearestIsAttained(const RowCells& row) {
  for (const Term& t : row.terms) {
    if (t.closed) continue;
    const bool reaches_down = t.low_infinite || SignAround(NumeratorOf(t.low, t), t.gain, {0, 0}) < 0;
    const bool reaches_up = t.high_infinite || SignAround(NumeratorOf(t.high, t), t.gain, {0, 0}) > 0;
    if (!reaches_down || !reaches_up) return false;
  }
  return true;
}

double SharpestCenter(const RowCells& row, size_t zero_gains) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kFar = 0x1p20;  // a centre between 0 and the sharpest asks more than 0 does
  const auto quotient = [](const Number& z, const Term& t) {
    FractionSum value;
    value.Add(NumeratorOf(z, t), ToDyadic(t.gain));
    return value.Nearest();
  };
  std::vector<DoubleInterval> ends;
  for (const Term& t : row.terms) {
    ends.push_back(
        {t.low_infinite ? -kInfinity : quotient(t.low, t), t.high_infinite ? kInfinity : quotient(t.high, t)});
  }
  double below = -kFar;
  double above = kFar;
  while (above - below > 0x1p-32) {
    const double m = below + (above - below) / 2;
    double sum = static_cast<double>(zero_gains) * m;
    for (const DoubleInterval& e : ends) sum += std::clamp(m, e.low, e.high);
    (sum < 0 ? below : above) = m;
  }
  return std::round(below * 0x1p32) * 0x1p-32;
}

}  // namespace exactnorm::geometry
