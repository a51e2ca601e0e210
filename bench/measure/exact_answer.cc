// SPDX-License-Identifier: Apache-2.0
// With d_i = N x_i - sum x (RMSNorm: N x_i) and E = sum d_i^2 + N^3 eps = N^3 (var + eps),
//   z_i = t_i + b_i,   t_i = sign(g_i d_i) sqrt(g_i^2 d_i^2 N / E),
// all under the root being integers on a grid. For a chosen unit 2^-s, floor(sqrt(floor(q))) = floor(sqrt(q))
// gives an integer T with T <= |t_i| 2^s < T + 1: the only error there is, and it is known to be one-sided.
// Whatever such a bracket leaves open (which binade? above which midpoint?) is decided by comparing squares.
#include "bench/measure/exact_answer.h"

#include <algorithm>
#include <bit>
#include <boost/multiprecision/gmp.hpp>
#include <cstdlib>
#include <numeric>

namespace exactnorm::measure {
namespace {

using Integer = boost::multiprecision::number<boost::multiprecision::gmp_int, boost::multiprecision::et_off>;

// integer * 2^exponent
struct Scaled {
  Integer integer;
  int exponent = 0;
};

// z is known to a unit of ulp(z) 2^-kExtraBits, and |t| + |b| to kExtraBits bits.
constexpr int kExtraBits = 64;

int BitLength(const Integer& a) { return a == 0 ? 0 : static_cast<int>(msb(abs(a))) + 1; }

Integer ShiftLeft(const Integer& a, int shift) { return a << static_cast<unsigned>(shift); }

Scaled FromBits(const Format& f, uint64_t bits) {
  const Number number = Decode(f, bits);
  const Integer significand = number.significand;
  return {number.negative ? Integer(-significand) : significand, number.exponent};
}

Real ToReal(const Scaled& a) {
  const Integer magnitude = abs(a.integer);
  const int excess = std::max(BitLength(magnitude) - 128, 0);  // the cut, 2^-127 of a, is below Real's own rounding
  const Integer top = magnitude >> static_cast<unsigned>(excess);
  const Real real = ldexp(Real(static_cast<uint64_t>(Integer(top >> 64))), 64) +
                    Real(static_cast<uint64_t>(Integer(top & Integer(UINT64_MAX))));
  const Real value = ldexp(real, a.exponent + excess);
  return a.integer < 0 ? Real(-value) : value;
}

// |t|^2 = square * 2^exponent / divisor, and t's sign.
struct Quotient {
  int sign;
  Integer square;
  Integer divisor;
  int exponent;
};

// The sign of t + b - c for the dyadic c, exactly.
int Compare(const Quotient& t, const Scaled& b, const Scaled& c) {
  const int grid = std::min(b.exponent, c.exponent);
  const Integer rest = ShiftLeft(c.integer, c.exponent - grid) - ShiftLeft(b.integer, b.exponent - grid);  // c - b
  if (t.sign != rest.sign() || t.sign == 0) return t.sign < rest.sign() ? -1 : t.sign > rest.sign();
  Integer left = t.square;  // t^2 against (c - b)^2
  Integer right = rest * rest * t.divisor;
  const int shift = t.exponent - 2 * grid;
  (shift >= 0 ? left : right) <<= static_cast<unsigned>(std::abs(shift));
  return t.sign * left.compare(right);
}

// z 2^s between two integers at most two units apart; equal if z 2^s is an integer.
struct Bracket {
  Integer low, high;
  Integer size;  // (|t| + |b|) 2^s to within a unit
};

Bracket BracketAt(const Quotient& t, const Scaled& b, int s) {
  Integer root = 0;
  bool root_exact = true;
  if (t.sign != 0) {
    Integer numerator = t.square;
    Integer divisor = t.divisor;
    const int shift = t.exponent + 2 * s;
    (shift >= 0 ? numerator : divisor) <<= static_cast<unsigned>(std::abs(shift));
    Integer quotient, division_rest, root_rest;
    divide_qr(numerator, divisor, quotient, division_rest);
    root = sqrt(quotient, root_rest);
    root_exact = division_rest == 0 && root_rest == 0;
  }
  const int shift = b.exponent + s;
  Integer offset = b.integer;  // floor(b 2^s)
  bool offset_exact = true;
  if (shift >= 0) {
    offset <<= static_cast<unsigned>(shift);
  } else if (b.integer != 0) {
    mpz_fdiv_q_2exp(offset.backend().data(), b.integer.backend().data(), static_cast<unsigned>(-shift));
    offset_exact = static_cast<int>(lsb(abs(b.integer))) >= -shift;
  }
  const Integer low = t.sign >= 0 ? Integer(offset + root) : Integer(offset - root - (root_exact ? 0 : 1));
  return {low, low + (root_exact ? 0 : 1) + (offset_exact ? 0 : 1), root + abs(offset)};
}

// floor(log2 |t|), or one off.
int RoughExponent(const Quotient& t) { return (BitLength(t.square) - BitLength(t.divisor) + t.exponent) / 2; }

ExactAnswer Decide(const Format& f, const Quotient& t, const Scaled& b) {
  ExactAnswer answer;
  answer.kind = Kind::kReal;
  if (t.sign == 0 && b.integer == 0) {
    answer.ulp_exponent = f.least_exponent;
    return answer;
  }
  const int top_quantum = f.least_exponent + static_cast<int>(f.infinity >> (f.precision - 1)) - 2;
  const auto quantum = [&](int exponent) {
    return std::clamp(exponent - f.precision + 1, f.least_exponent, top_quantum);
  };

  int rough = INT32_MIN;
  if (t.sign != 0) rough = RoughExponent(t);
  if (b.integer != 0) rough = std::max(rough, BitLength(b.integer) + b.exponent);
  // Every round makes the unit finer; the finest ever needed is bounded by the smallest subnormal and by |t| + |b|.
  int s = kExtraBits - quantum(rough);
  Bracket z;
  Integer low, high;  // of |z| 2^s
  for (;;) {
    z = BracketAt(t, b, s);
    const bool crosses = z.low.sign() * z.high.sign() <= 0;
    high = std::max(abs(z.low), abs(z.high));
    low = crosses ? Integer(0) : std::min(abs(z.low), abs(z.high));
    const int wanted = kExtraBits - quantum(BitLength(high) - 1 - s);
    const int size_missing = kExtraBits - BitLength(z.size);
    if (wanted <= s && size_missing <= 0) break;
    s = std::max(wanted, s + std::max(size_missing, 0));
  }
  const bool negative = z.low.sign() < 0 || z.high.sign() < 0;
  const auto above = [&](const Scaled& c) {  // the sign of |z| - c
    return negative ? -Compare(t, b, {-c.integer, c.exponent}) : Compare(t, b, c);
  };

  int exponent = BitLength(high) - 1 - s;
  if (BitLength(low) != BitLength(high) && exponent >= f.least_exponent && above({1, exponent}) < 0) --exponent;
  const int ulp_exponent = quantum(exponent);

  // |z| in [k, k + 1) ulps, or just below k + 1 and to be rounded there; the midpoint decides.
  const auto below = static_cast<unsigned>(ulp_exponent + s);
  Integer k = low >> below;
  const Integer midpoint = (2 * k + 1) << (below - 1);
  int side = low > midpoint ? 1 : -1;
  if (low <= midpoint && midpoint <= high) side = above({2 * k + 1, ulp_exponent - 1});
  if (side > 0 || (side == 0 && k % 2 == 1)) ++k;
  // The hidden bit of k adds one to the exponent field; a carry out of k adds one more.
  const Integer bits = (Integer(ulp_exponent - f.least_exponent) << static_cast<unsigned>(f.precision - 1)) + k;
  const uint64_t magnitude = bits < Integer(f.infinity) ? static_cast<uint64_t>(bits) : f.infinity;

  answer.rounded = magnitude == 0 ? 0 : WithSign(f, negative, magnitude);
  answer.value = ToReal(Scaled{z.low + z.high, -s - 1});
  answer.size = ToReal(Scaled{z.size, -s});
  answer.ulp_exponent = ulp_exponent;
  return answer;
}

ExactAnswer Nan(const Format& f) { return {Kind::kNan, f.nan, 0, 0, 0}; }
ExactAnswer Infinite(const Format& f, bool negative) {
  return {Kind::kInfinite, WithSign(f, negative, f.infinity), 0, 0, 0};
}

// Rules 3 to 5 of exactnorm.h, then the real number.
ExactAnswer Answer(const Row& row, size_t i, const Scaled& d, const Scaled& e) {
  const Format& y = *row.y_format;
  const Format& p = *row.parameter_format;
  const uint64_t g = row.gamma_bits(i);
  const uint64_t b = row.beta_bits(i);
  if (IsNan(p, g) || IsNan(p, b)) return Nan(y);
  if (IsInfinite(p, g)) {
    const bool negative = IsNegative(p, g) != (d.integer < 0);
    const bool opposite = IsInfinite(p, b) && IsNegative(p, b) != negative;
    return d.integer == 0 || opposite ? Nan(y) : Infinite(y, negative);
  }
  if (IsInfinite(p, b)) return Infinite(y, IsNegative(p, b));
  const Scaled gain = FromBits(p, g);
  const Integer product = gain.integer * d.integer;
  return Decide(
      y, {product.sign(), product * product * row.columns, e.integer, 2 * (gain.exponent + d.exponent) - e.exponent},
      FromBits(p, b));
}

}  // namespace

Real ToReal(const Format& f, uint64_t bits) {
  const Number number = Decode(f, bits);
  const Real magnitude = ldexp(Real(number.significand), number.exponent);
  return number.negative ? Real(-magnitude) : magnitude;
}

Real SignedUlpError(const Format& f, uint64_t y, const ExactAnswer& answer) {
  return ldexp(ToReal(f, y) - answer.value, -answer.ulp_exponent);
}

std::vector<ExactAnswer> ExactAnswers(const Row& row) {
  std::vector<size_t> columns(row.columns);
  std::iota(columns.begin(), columns.end(), size_t{0});
  return ExactAnswers(row, columns);
}

std::vector<ExactAnswer> ExactAnswers(const Row& row, std::span<const size_t> columns) {
  const Format& f = *row.x_format;
  std::vector<Scaled> x(row.columns);
  int grid = INT32_MAX;
  for (size_t i = 0; i < row.columns; ++i) {
    const uint64_t bits = Load(f, row.x, i);
    if (!IsFinite(f, bits)) return std::vector<ExactAnswer>(columns.size(), Nan(*row.y_format));
    x[i] = FromBits(f, bits);
    if (x[i].integer != 0) grid = std::min(grid, x[i].exponent);
  }
  if (grid == INT32_MAX) grid = 0;  // a row of zeros

  // d_i on the grid of x, E on twice that or on eps's, whichever is finer.
  const Integer n = row.columns;
  Integer sum = 0;
  for (Scaled& element : x) {
    element.integer = element.integer == 0 ? Integer(0) : ShiftLeft(element.integer, element.exponent - grid);
    element.exponent = grid;
    sum += element.integer;
  }
  Integer squares = 0;
  for (Scaled& element : x) {
    element.integer *= n;
    if (row.operation == EXACTNORM_LAYER_NORM) element.integer -= sum;
    squares += element.integer * element.integer;
  }
  const Scaled eps = FromBits(kF64, Magnitude(kF64, std::bit_cast<uint64_t>(row.eps)));
  Scaled e{squares, 2 * grid};
  if (eps.integer != 0) {
    e.exponent = std::min(2 * grid, eps.exponent);
    e.integer =
        ShiftLeft(squares, 2 * grid - e.exponent) + ShiftLeft(n * n * n * eps.integer, eps.exponent - e.exponent);
  }
  if (e.integer == 0) return std::vector<ExactAnswer>(columns.size(), Nan(*row.y_format));

  std::vector<ExactAnswer> answers;
  answers.reserve(columns.size());
  for (const size_t i : columns) answers.push_back(Answer(row, i, x[i], e));
  return answers;
}

}  // namespace exactnorm::measure
