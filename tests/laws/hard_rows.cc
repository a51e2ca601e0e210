// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/hard_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Generator;
using rows::Problem;

// Exponents of the smallest normal number and of the largest binade.
int LeastNormalExponent(const Format& f) { return f.least_exponent + f.precision - 1; }
int LargestExponent(const Format& f) { return 1 - LeastNormalExponent(f); }

double Uniform(Generator& random) { return std::ldexp(static_cast<double>(random.Below(uint64_t{1} << 30)), -30); }

// About N(0, 1).
double Bell(Generator& random) {
  double sum = -6;
  for (int k = 0; k < 12; ++k) sum += Uniform(random);
  return sum;
}

template <class Draw>
Bits Fill(const Format& f, size_t n, const Draw& draw) {
  Bits bits(n);
  for (uint64_t& b : bits) b = FromDouble(f, draw());
  return bits;
}

// Mostly short; lengths beside those of registers and blocks; now and then long.
size_t Length(Generator& random) {
  constexpr size_t kBeside[] = {7, 8, 9, 15, 17, 31, 33, 63, 64, 65, 127, 129};
  const uint64_t kind = random.Below(32);
  if (kind == 0) return 200 + random.Below(1400);
  if (kind < 8) return kBeside[random.Below(std::size(kBeside))];
  return 2 + random.Below(kind < 16 ? 24 : 6);
}

exactnorm_operation AnyOperation(Generator& random) {
  return random.Below(4) == 0 ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM;
}

// Gains about 1 and biases about 1, as trained models have them; each absent in one row of four.
void AddParameters(Generator& random, Problem& p) {
  const size_t n = p.x.size();
  if (random.Below(4) != 0) p.gamma = Fill(*p.parameter_format, n, [&] { return 1 + Bell(random) / 2; });
  if (random.Below(4) != 0) p.beta = Fill(*p.parameter_format, n, [&] { return Bell(random); });
}

Problem Empty(Generator& random, const Formats& f) {
  return {AnyOperation(random), f.x, f.parameter, f.y, f.statistics, 1e-5, {}, {}, {}};
}

// Powers of two from 2^low to 2^high.
double Scale(Generator& random, int low, int high) {
  return std::ldexp(1, low + static_cast<int>(random.Below(static_cast<uint64_t>(high - low) + 1)));
}

Bits AroundMean(Generator& random, const Format& f, size_t n, double mean, double sigma) {
  return Fill(f, n, [&] { return mean + sigma * Bell(random); });
}

}  // namespace

uint64_t FromDouble(const Format& f, double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  if (IsNan(kF64, bits)) return f.nan;
  if (IsInfinite(kF64, bits)) return WithSign(f, IsNegative(kF64, bits), f.infinity);
  const Number number = Decode(kF64, bits);
  return WithSign(f, number.negative, RoundMagnitude(f, number.significand, number.exponent));
}

double ToDouble(const Format& f, uint64_t bits) {
  if (IsNan(f, bits)) return std::nan("");
  const double sign = IsNegative(f, bits) ? -1 : 1;
  if (IsInfinite(f, bits)) return sign * HUGE_VAL;
  const Number n = Decode(f, bits);
  return sign * std::ldexp(static_cast<double>(n.significand), n.exponent);
}

Problem OrdinaryRow(Generator& random, const Formats& f) {
  Problem p = Empty(random, f);
  constexpr double kEps[] = {1e-12, 1e-6, 1e-5, 1e-3, 1};
  p.eps = kEps[random.Below(std::size(kEps))];
  const double sigma = Scale(random, -4, 1);
  const double mean = random.Below(2) == 0 ? 0 : sigma * Scale(random, 0, f.x->precision / 2 - 1);
  p.x = AroundMean(random, *f.x, Length(random), mean, sigma);
  AddParameters(random, p);
  return p;
}

// In binary64, which is far more than a question of size needs.
bool IsOrdinary(const Problem& p) {
  if (!AllFinite(p) || p.eps < 1e-12 || p.eps > 1) return false;
  const auto moderate = [](const Format& f, const Bits& bits) {
    return std::all_of(bits.begin(), bits.end(), [&](uint64_t b) {
      const double v = std::fabs(ToDouble(f, b));
      return v == 0 || (v >= 0x1p-12 && v <= 0x1p12);
    });
  };
  if (!moderate(*p.x_format, p.x) || !moderate(*p.parameter_format, p.gamma) ||
      !moderate(*p.parameter_format, p.beta)) {
    return false;
  }
  double mean = 0;
  double variance = 0;
  const auto n = static_cast<double>(p.x.size());
  for (const uint64_t b : p.x) mean += ToDouble(*p.x_format, b) / n;
  for (const uint64_t b : p.x) variance += (ToDouble(*p.x_format, b) - mean) * (ToDouble(*p.x_format, b) - mean) / n;
  return mean * mean <= std::ldexp(variance, p.x_format->precision) && variance >= 0x1p-12;
}

Problem HardRow(Generator& random, const Formats& f) {
  const Format& x = *f.x;
  const Format& parameter = *f.parameter;
  const int least = LeastNormalExponent(x);
  const int largest = LargestExponent(x);
  const size_t n = Length(random);
  Problem p = OrdinaryRow(random, f);
  const auto use = [&](Bits row) {
    p.x = std::move(row);
    if (!p.gamma.empty()) p.gamma = Fill(parameter, p.x.size(), [&] { return 1 + Bell(random) / 2; });
    if (!p.beta.empty()) p.beta = Fill(parameter, p.x.size(), [&] { return Bell(random); });
  };
  switch (random.Below(13)) {
    case 0: break;
    case 1: {  // |mean| >> sigma: a few ulps around a number of any ordinary size
      const uint64_t base = FromDouble(x, Scale(random, 0, std::min(20, largest - 2)) * (1 + Uniform(random)));
      Bits row(n);
      const uint64_t spread = 2 + random.Below(30);
      for (uint64_t& b : row) b = base + random.Below(spread);
      use(row);
      break;
    }
    case 2: use(random.Numbers(x, rows::Family::kNearConstant, n)); break;
    case 3: use(random.Numbers(x, rows::Family::kOutlier, n)); break;
    case 4:  // sigma << sqrt(eps)
      use(AroundMean(random, x, n, 0, Scale(random, std::max(least / 2 - 3, -30), -8)));
      p.eps = 1e-3 + Uniform(random);
      break;
    case 5:  // sigma about sqrt(eps), eps so small that f16 has no number for it
      use(AroundMean(random, x, n, 0, Scale(random, -10, -5)));
      p.eps = Scale(random, -40, -12) * (1 + Uniform(random));
      break;
    case 6: random.PlaceOnTies(p); break;
    case 7:  // squares overflow
      use(AroundMean(random, x, n, 0, Scale(random, largest / 2 + 1, largest - 3)));
      break;
    case 8:  // squares underflow
      use(AroundMean(random, x, n, 0, Scale(random, least + 4, least / 2 - 1)));
      p.eps = random.Below(2) == 0 ? 0 : std::ldexp(1e-5, least);
      break;
    case 9: random.CancelAgainstBeta(p); break;
    case 10:
      use(random.Numbers(x, rows::Family::kRandomBits, n));
      p.eps = random.Below(2) == 0 ? 0 : 1e-5;
      break;
    case 11: {  // the sum cancels down to small elements, after they have been added
      const int wide = std::min(80, largest - 2);
      const double small = std::ldexp(1, -static_cast<int>(random.Below(static_cast<uint64_t>(wide))));
      Bits row = Fill(x, 1 + n / 8, [&] { return small * (1 + Uniform(random)); });
      const Bits large = Fill(x, 1 + n / 4, [&] { return 1 + Uniform(random); });
      row.insert(row.end(), large.begin(), large.end());
      for (const uint64_t b : large) row.push_back(b | x.sign);
      use(std::move(row));
      p.beta.clear();  // beside which they would be nothing
      p.eps = 0;
      break;
    }
    default: use(random.Numbers(x, rows::Family::kSmallIntegers, n)); break;
  }
  if (random.Below(8) == 0) p.gamma = random.Numbers(parameter, rows::Family::kRandomBits, p.x.size());
  return p;
}

Problem SubnormalRow(Generator& random, const Formats& f) {
  Problem p = Empty(random, f);
  const size_t n = 2 + random.Below(6);
  if (random.Below(2) == 0) {
    p.x = random.Numbers(*f.x, rows::Family::kSubnormal, n);
    p.eps = 0;
    return p;
  }
  p.x = AroundMean(random, *f.x, n, 0, 1);
  const int least = std::max(LeastNormalExponent(*f.y), f.parameter->least_exponent + 4);  // y can be below, gains can
  p.gamma = Fill(*f.parameter, n, [&] { return Bell(random) * std::ldexp(1, least - 2); });
  return p;
}

Problem IntegerRow(Generator& random, const Formats& f) {
  Problem p = Empty(random, f);
  constexpr double kEps[] = {1e-5, 0x1p-8, 1, 20.3};
  p.eps = kEps[random.Below(std::size(kEps))];
  const size_t n = 2 + random.Below(random.Below(4) == 0 ? 60 : 16);
  std::vector<int> x(n);
  int sum = 0;
  const uint64_t spread = 3 + random.Below(28);
  for (int& v : x) sum += v = static_cast<int>(random.Below(spread)) - static_cast<int>(spread / 2);
  const int size = static_cast<int>(n);
  for (int rest = ((sum % size) + size) % size; rest > 0; --rest) --x[static_cast<size_t>(rest - 1)];
  for (const int v : x) p.x.push_back(FromDouble(*f.x, v));
  AddParameters(random, p);
  return p;
}

bool IsIntegerRow(const Problem& p) {
  double sum = 0;
  for (const uint64_t b : p.x) {
    const double v = ToDouble(*p.x_format, b);
    if (!(std::fabs(v) <= 64) || std::trunc(v) != v) return false;
    sum += v;
  }
  const double mean = sum / static_cast<double>(p.x.size());
  return std::trunc(mean) == mean && !AllEqual(p.x);
}

bool AllFinite(const Problem& p) {
  const auto finite = [](const Format& f, const Bits& bits) {
    return std::all_of(bits.begin(), bits.end(), [&](uint64_t b) { return IsFinite(f, b); });
  };
  return finite(*p.x_format, p.x) && finite(*p.parameter_format, p.gamma) && finite(*p.parameter_format, p.beta);
}

bool AllEqual(const Bits& bits) {
  return std::all_of(bits.begin(), bits.end(), [&](uint64_t b) { return b == bits[0]; });
}

bool RadicandIsZero(const Problem& p) {
  if (p.eps != 0) return false;
  const auto is_zero = [&](uint64_t b) { return IsZero(*p.x_format, b); };
  const bool zeros = std::all_of(p.x.begin(), p.x.end(), is_zero);
  return zeros || (p.operation == EXACTNORM_LAYER_NORM && AllEqual(p.x));
}

}  // namespace exactnorm::laws
