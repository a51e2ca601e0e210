// SPDX-License-Identifier: Apache-2.0
#include "lib/reference/layer_norm.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "lib/reference/ball.h"

namespace exactnorm::reference {
namespace {

// The row's inputs as numbers; gamma and beta are looked at only where they are finite.
struct Inputs {
  explicit Inputs(const Row& row) : eps(Decode(kF64, Magnitude(kF64, std::bit_cast<uint64_t>(row.eps)))) {
    for (size_t i = 0; i < row.columns; ++i) x.push_back(Decode(*row.x_format, Load(*row.x_format, row.x, i)));
  }
  std::vector<Number> x;
  Number eps;
};

Number GammaOf(const Row& row, size_t i) { return Decode(*row.parameter_format, row.gamma_bits(i)); }
Number BetaOf(const Row& row, size_t i) { return Decode(*row.parameter_format, row.beta_bits(i)); }

// ---- LayerNorm and RMSNorm, as in the textbook ------------------------------------------------------------

struct Statistics {
  Ball mean;  // 0 for RMSNorm
  Ball rstd;
};

Ball Mean(const std::vector<Number>& x) {
  Ball sum(0);
  for (const Number& x_i : x) sum = sum + Ball(x_i);
  return sum / Ball(x.size());
}

Ball MeanSquareAround(const std::vector<Number>& x, const Ball& center) {
  Ball sum(0);
  for (const Number& x_i : x) {
    const Ball deviation = Ball(x_i) - center;
    sum = sum + deviation * deviation;
  }
  return sum / Ball(x.size());
}

Statistics ComputeStatistics(exactnorm_operation operation, const Inputs& in) {
  const Ball mean = operation == EXACTNORM_LAYER_NORM ? Mean(in.x) : Ball(0);
  const Ball variance = MeanSquareAround(in.x, mean);  // biased; the mean square for RMSNorm
  const Ball rstd = Ball(1) / Sqrt(variance + Ball(in.eps));
  return {mean, rstd};
}

Ball NormalizeElement(const Row& row, size_t i, const Number& x_i, const Statistics& s) {
  return Ball(GammaOf(row, i)) * ((Ball(x_i) - s.mean) * s.rstd) + Ball(BetaOf(row, i));
}

// ---- Rounding ---------------------------------------------------------------------------------------------

// RN of the number in the ball, if the ball tells. Ends that round alike tell. If the ball is smaller than the
// separation and a boundary or zero lies in it, the number is exactly that.
std::optional<uint64_t> Round(const Format& f, const Ball& ball, int separation) {
  const uint64_t low = RoundToFormat(f, ball.lower());
  const uint64_t high = RoundToFormat(f, ball.upper());
  if (low == high) return low == f.sign && ball.radius() == 0 ? 0 : low;
  if (ball.radius() >= ldexp(Real(1), separation - 2)) return std::nullopt;  // |z - m| <= 2 radii + end roundings
  if (IsZero(f, low) || IsZero(f, high)) {
    // Between neighbours -0 and +0 lies 0 itself; between a zero and the smallest subnormal their midpoint, whose
    // even side is the zero, on the midpoint's own sign.
    if (IsZero(f, low) && IsZero(f, high)) return 0;
    return IsZero(f, low) ? low : high;
  }
  return low % 2 == 0 ? low : high;
}

// Doubles the precision until `attempt`, which may throw TooWide, has an answer. It ends: radii shrink with the
// precision, and below the separation Round always answers.
template <class Attempt>
auto AtRisingPrecision(const Attempt& attempt) {
  for (int bits = 192;; bits *= 2) {
    const Precision precision(bits);
    try {
      if (const auto answer = attempt()) return *answer;
    } catch (const TooWide&) {
    }
  }
}

// ---- Special values (exactnorm.h) -------------------------------------------------------------------------

bool HasNonFinite(const Row& row) {
  for (size_t i = 0; i < row.columns; ++i) {
    if (!IsFinite(*row.x_format, Load(*row.x_format, row.x, i))) return true;
  }
  return false;
}

bool SameNumber(const Number& a, const Number& b) {
  return a.significand == b.significand && a.exponent == b.exponent && (a.negative == b.negative || a.significand == 0);
}

// var + eps = 0: no eps, and all elements equal (RMSNorm: zero).
bool HasNoSpread(exactnorm_operation operation, const Inputs& in) {
  if (in.eps.significand != 0) return false;
  return std::all_of(in.x.begin(), in.x.end(), [&](const Number& x) {
    return operation == EXACTNORM_RMS_NORM ? x.significand == 0 : SameNumber(x, in.x[0]);
  });
}

// The sign of x_i - mu; N x_i - S is 0 or at least one quantum of x, so |x_i - mu| >= 2^(lx - 64).
int DeviationSign(const Row& row, const Inputs& in, size_t i) {
  return AtRisingPrecision([&]() -> std::optional<int> {
    const Ball mean = row.operation == EXACTNORM_LAYER_NORM ? Mean(in.x) : Ball(0);
    const Ball deviation = Ball(in.x[i]) - mean;
    if (deviation.lower() > 0) return 1;
    if (deviation.upper() < 0) return -1;
    if (deviation.radius() < ldexp(Real(1), row.x_format->least_exponent - 66)) return 0;
    return std::nullopt;
  });
}

std::optional<uint64_t> SpecialElement(const Row& row, const Inputs& in, size_t i) {
  const Format& p = *row.parameter_format;
  const Format& y = *row.y_format;
  const uint64_t gamma = row.gamma_bits(i);
  const uint64_t beta = row.beta_bits(i);
  if (IsNan(p, gamma) || IsNan(p, beta)) return y.nan;
  std::optional<bool> negative_product;
  if (IsInfinite(p, gamma)) {
    const int sign = DeviationSign(row, in, i);
    if (sign == 0) return y.nan;
    negative_product = IsNegative(p, gamma) != (sign < 0);
  }
  if (IsInfinite(p, beta)) {
    if (negative_product && *negative_product != IsNegative(p, beta)) return y.nan;
    return WithSign(y, IsNegative(p, beta), y.infinity);
  }
  if (negative_product) return WithSign(y, *negative_product, y.infinity);
  return std::nullopt;
}

}  // namespace

int SeparationExponent(const Format& x, const Format& parameter, const Format& result) {
  const int lx = x.least_exponent;
  const int lp = parameter.least_exponent;
  const int grid_of_c = std::min(result.least_exponent - 1, lp);
  const int grid_of_d = std::min(2 * lx, kF64.least_exponent);
  return std::min(2 * (lp + lx), 2 * grid_of_c + grid_of_d) - 3204;
}

Normalized Normalize(const Row& row) {
  const Format& y_format = *row.y_format;
  const Format& s_format = *row.statistics_format;
  Normalized result{std::vector<uint64_t>(row.columns, y_format.nan), s_format.nan, s_format.nan};
  if (row.operation == EXACTNORM_RMS_NORM) result.mean = 0;
  if (HasNonFinite(row)) return result;

  const Inputs in(row);
  const int statistics_separation = SeparationExponent(*row.x_format, *row.parameter_format, s_format);
  const int separation = SeparationExponent(*row.x_format, *row.parameter_format, y_format);
  if (row.operation == EXACTNORM_LAYER_NORM) {
    result.mean = AtRisingPrecision([&] { return Round(s_format, Mean(in.x), statistics_separation); });
  }
  if (HasNoSpread(row.operation, in)) {
    result.rstd = s_format.infinity;
    return result;
  }

  std::vector<size_t> undecided;
  for (size_t i = 0; i < row.columns; ++i) {
    if (const auto special = SpecialElement(row, in, i)) {
      result.y[i] = *special;
    } else {
      undecided.push_back(i);
    }
  }
  bool rstd_decided = false;
  AtRisingPrecision([&]() -> std::optional<bool> {
    const Statistics statistics = ComputeStatistics(row.operation, in);
    if (const auto rstd = Round(s_format, statistics.rstd, statistics_separation)) {
      result.rstd = *rstd;
      rstd_decided = true;
    }
    std::erase_if(undecided, [&](size_t i) {
      const auto y = Round(y_format, NormalizeElement(row, i, in.x[i], statistics), separation);
      if (y) result.y[i] = *y;
      return y.has_value();
    });
    if (rstd_decided && undecided.empty()) return true;
    return std::nullopt;
  });
  return result;
}

}  // namespace exactnorm::reference
