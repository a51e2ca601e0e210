// SPDX-License-Identifier: Apache-2.0
// Binary64 intervals first, then integers on finer and finer grids, until the figures are as good as promised;
// a sign that they leave open is a tie or nearly one, and the exact sums settle it.
#include "exactnorm/geometry/claims.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "lib/geometry/decision.h"
#include "lib/geometry/fraction_sum.h"
#include "lib/geometry/guard.h"
#include "lib/geometry/row_sums.h"

namespace exactnorm::geometry {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kFigureAccuracy = 0x1p-20;  // of the slack, as claims.hpp promises

// The surface's right side over the reals, 1 - spread / N, and spread itself, both rounded to nearest.
struct Target {
  double distance = 0;
  double spread = 0;
};

Target TargetOf(const Question& question) {
  if (!question.spread) return {};
  const Dyadic& numerator = question.spread->numerator;
  const Dyadic& denominator = question.spread->denominator;
  const Dyadic n{question.columns, 0};
  FractionSum distance;
  distance.Add(n * denominator - numerator, n * denominator);
  FractionSum spread;
  spread.Add(numerator, denominator);
  return {distance.Nearest(), spread.Nearest()};
}

double Nearest(const Dyadic& number) {
  FractionSum sum;
  sum.Add(number);
  return sum.Nearest();
}

double Distance(double low, double high) { return std::max({0.0, low, -high}); }

// The figures of one round of enclosures; false if they are not accurate enough.
template <class A>
class Round {
 public:
  using I = typename A::I;

  Round(const RowCells& row, const Question& question, const Target& target, const A& a)
      : row_(row), question_(question), target_(target), a_(a), sums_(SumsOf(row, question.m, a)) {}

  bool Fill(RowVerdict& verdict, Signs& signs) {
    const Dyadic n{question_.columns, 0};
    const Dyadic one{1, 0};
    const double columns = static_cast<double>(question_.columns);
    const bool unbounded = row_.low_infinite || row_.high_infinite;
    const auto figure = [&](const I& i) { return Middle(a_.Figure(i.low), a_.Figure(i.high)); };
    const auto square_figure = [&](const I& i) { return Middle(a_.SquareFigure(i.low), a_.SquareFigure(i.high)); };

    if (question_.has_plane) {
      signs.low = row_.low_infinite ? -1 : Known(sums_.low);
      signs.high = row_.high_infinite ? 1 : Known(sums_.high);
      Verdict& v = verdict.plane;
      v.value = row_.value_infinite ? kInfinity : figure(sums_.value);
      v.slack = unbounded ? kInfinity : a_.Figure(sums_.reach.high);
      v.excess = Distance(row_.low_infinite ? -kInfinity : figure(sums_.low),
                          row_.high_infinite ? kInfinity : figure(sums_.high));
      accurate_ = accurate_ && (unbounded || Narrow(sums_.value, sums_.reach));
    }

    const Dyadic m = ToDyadic(question_.m);
    const Dyadic limit = n * (one + Square(m));
    const I over = sums_.nearest_to_m - a_.SquareLevel(limit, one, question_.m == 0 ? columns : Nearest(limit));
    signs.interior = Known(over);
    const I back = sums_.square - sums_.nearest;
    Verdict& inside = verdict.interior;
    inside.value = row_.value_infinite ? kInfinity : square_figure(sums_.square) / columns;
    inside.target = 1;
    inside.slack = row_.value_infinite ? kInfinity : a_.SquareFigure(back.high) / columns;
    inside.excess = std::max(0.0, square_figure(over) / columns);
    accurate_ = accurate_ && (row_.value_infinite || Narrow(sums_.square, sums_.furthest - sums_.nearest));

    if (question_.spread) {
      const I level = a_.SquareLevel(question_.spread->numerator, question_.spread->denominator, target_.spread);
      const I near = sums_.nearest - level;
      const I far = sums_.furthest - level;
      signs.nearest = Known(near);
      signs.furthest = unbounded ? 1 : Known(far);
      Verdict& v = verdict.surface;
      v.value =
          row_.value_infinite ? -kInfinity : square_figure(a_.SquareLevel(n, one, columns) - sums_.square) / columns;
      v.target = target_.distance;
      v.slack = unbounded ? kInfinity : a_.SquareFigure(Max(back, sums_.furthest - sums_.square).high) / columns;
      v.excess = Distance(square_figure(near), unbounded ? kInfinity : square_figure(far)) / columns;
      accurate_ = accurate_ && (unbounded || Narrow(level, sums_.furthest - sums_.nearest));
    }
    return accurate_;
  }

 private:
  static double Middle(double low, double high) { return low == high ? low : low / 2 + high / 2; }
  static std::optional<int> Known(const I& i) {
    const int sign = SignOf(i);
    return sign == 0 ? std::nullopt : std::optional<int>(sign);
  }
  // Both on one grid.
  bool Narrow(const I& i, const I& slack) const {
    return a_.Figure(i.high - i.low) <= kFigureAccuracy * a_.Figure(slack.low);
  }

  const RowCells& row_;
  const Question& question_;
  const Target& target_;
  const A& a_;
  RowSums<A> sums_;
  bool accurate_ = true;
};

// The grid on which N quotients, each off by less than 2^-q, stay within kFigureAccuracy of the widest cell; a
// few bits to spare.
int FirstGrid(const RowCells& row) {
  int widest = -8000;
  for (const Term& t : row.terms) {
    const Number& end = t.low_infinite ? t.high : t.low;
    const Number gain = Decode(kF64, std::bit_cast<uint64_t>(t.gain));
    const int width = end.exponent - gain.exponent - static_cast<int>(std::bit_width(gain.significand));
    widest = std::max(widest, width);
  }
  return std::max(32, 28 + static_cast<int>(std::bit_width(row.terms.size())) - widest);
}

// Sums of squares are off by up to N |t| 2^-q for the largest |t|, which may stand in another column than the widest
// cell, but in one of width 2^-54 |t| or more: one finer grid is enough for them, the others are margin.
constexpr int kRounds = 4;
constexpr int kFinerBy = 96;

Outcome HeldIf(bool held) { return held ? Outcome::kHeld : Outcome::kBroken; }

void Conclude(const RowCells& row, const Question& question, double eps, const Signs& signs, RowVerdict& verdict) {
  const auto conclude = [](Verdict& v, bool held) {
    v.outcome = HeldIf(held);
    if (held) v.excess = 0;
  };
  // At 0 a least or largest sum fulfils the claim if the cells' ends that it is taken at belong to them.
  const auto all_ends = [&] { return row.closed; };
  const auto near_ends = [&] { return NearestIsAttained(row); };
  const auto below = [](int sign, const auto& attained) { return sign < 0 || (sign == 0 && attained()); };
  if (question.has_plane) {
    conclude(verdict.plane, below(*signs.low, all_ends) && below(-*signs.high, all_ends));
  }
  const auto surface_too = [&] { return eps == 0 && (question.m != 0 || NearestIsAttained(row)); };
  conclude(verdict.interior, below(*signs.interior, surface_too));
  if (question.spread) {
    conclude(verdict.surface, below(*signs.nearest, near_ends) && below(-*signs.furthest, all_ends));
  }
}

RowVerdict Decide(const RowCells& row, const Question& question, double eps, bool narrow) {
  RowVerdict verdict;
  Signs signs;
  const Target target = TargetOf(question);
  bool accurate = narrow && Round(row, question, target, DoubleArithmetic{}).Fill(verdict, signs);
  const int grid = accurate ? 0 : FirstGrid(row);
  for (int round = 0; round < kRounds && !accurate; ++round) {
    const FixedArithmetic arithmetic{grid + round * kFinerBy};
    accurate = Round(row, question, target, arithmetic).Fill(verdict, signs);
  }
  DecideExactly(row, question, signs);
  Conclude(row, question, eps, signs, verdict);
  return verdict;
}

void CountDisplaced(const Columns& columns, size_t displaced, Verdict& verdict) {
  if (columns.zero_gains == 0) return;
  verdict.outcome = HeldIf(displaced == 0);
  verdict.value = verdict.excess = static_cast<double>(displaced);
}

void BreakAll(const Columns& columns, bool has_x, RowVerdict& verdict) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Verdict broken{Outcome::kBroken, nan, 0, 0, kInfinity};
  if (columns.has_plane()) verdict.plane = broken;
  verdict.interior = broken;
  verdict.interior.target = 1;
  if (has_x) verdict.surface = broken;
  if (columns.zero_gains != 0) verdict.zero_gains = broken;
}

}  // namespace

struct Claims::Prepared {
  Columns columns;
  double eps;

  Status Check(const Numbers& x, const Numbers& y, RowVerdict& result) const;
};

Status Claims::Prepared::Check(const Numbers& x, const Numbers& y, RowVerdict& result) const {
  const size_t n = columns.size();
  if (y.data == nullptr) return EXACTNORM_Y_NULL;
  const Format* y_format = FormatOf(y.format);
  const Format* x_format = x.data == nullptr ? nullptr : FormatOf(x.format);
  if (y_format == nullptr || (x.data != nullptr && x_format == nullptr)) return EXACTNORM_FORMAT_UNKNOWN;
  if (y.size != n || (x.data != nullptr && x.size != n)) return EXACTNORM_SPAN_SIZE;

  result = {};
  if (!columns.finite) return EXACTNORM_OK;
  Question question{n, columns.has_plane(), 0, {}};
  if (x.data != nullptr) {
    Spread spread;
    if (SpreadOf(columns, *x_format, x.data, eps, spread) != RowKind::kFinite) return EXACTNORM_OK;
    question.spread = std::move(spread);
  }
  for (size_t i = 0; i < n; ++i) {
    if (!IsNan(*y_format, Load(*y_format, y.data, i))) continue;
    if (x.data != nullptr) BreakAll(columns, true, result);
    return EXACTNORM_OK;
  }
  const RowCells row = CellsOf(columns, *y_format, y.data);
  if (columns.operation == EXACTNORM_LAYER_NORM && columns.zero_gains != 0) {
    question.m = SharpestCenter(row, columns.zero_gains);
  }
  result = Decide(row, question, eps, !(*y_format == kF64));
  CountDisplaced(columns, row.displaced, result.zero_gains);
  return EXACTNORM_OK;
}

Claims::Claims() noexcept = default;
Claims::~Claims() = default;
Claims::Claims(Claims&&) noexcept = default;
Claims& Claims::operator=(Claims&&) noexcept = default;

Status Claims::prepare(exactnorm_operation operation, std::size_t columns, Numbers gamma, Numbers beta,
                       double eps) noexcept {
  return Guarded([&] {
    if (const Status status = CheckEps(eps); status != EXACTNORM_OK) return status;
    auto prepared = std::make_unique<Prepared>();
    prepared->eps = eps;
    const Status status = LoadColumns(operation, gamma, beta, columns, prepared->columns);
    if (status == EXACTNORM_OK) prepared_ = std::move(prepared);
    return status;
  });
}

Status Claims::check(Numbers x, Numbers y, RowVerdict& verdict) const noexcept {
  if (prepared_ == nullptr) return EXACTNORM_COLUMNS_ZERO;
  return Guarded([&] { return prepared_->Check(x, y, verdict); });
}

}  // namespace exactnorm::geometry
