// SPDX-License-Identifier: Apache-2.0
#include "tests/rows/generator.h"

#include <algorithm>
#include <bit>

namespace exactnorm::rows {
namespace {

uint64_t Integer(const Format& f, int64_t v) {
  return WithSign(f, v < 0, RoundMagnitude(f, static_cast<uint64_t>(v < 0 ? -v : v), 0));
}

uint64_t Binade(const Format& f) { return uint64_t{1} << (f.precision - 1); }

}  // namespace

Bits Generator::Numbers(const Format& f, Family family, size_t n) {
  const uint64_t base = Below(f.infinity);
  const uint64_t spread = uint64_t{1} << Below(static_cast<uint64_t>(f.precision));
  const uint64_t outlier = Below(n);
  Bits bits(n);
  for (size_t i = 0; i < n; ++i) {
    const bool negative = Below(2) != 0;
    switch (family) {
      case Family::kRandomBits: bits[i] = WithSign(f, negative, Below(f.infinity)); break;
      case Family::kBell: {  // the sum of four uniform 20-bit integers, in units of about sigma / 2^20
        int64_t sum = -(int64_t{1} << 21);
        for (int k = 0; k < 4; ++k) sum += static_cast<int64_t>(Below(uint64_t{1} << 20));
        bits[i] = WithSign(f, sum < 0, RoundMagnitude(f, static_cast<uint64_t>(sum < 0 ? -sum : sum), -19));
        break;
      }
      case Family::kNearConstant: bits[i] = std::min(base + Below(spread), f.max_finite()); break;
      case Family::kSubnormal: bits[i] = WithSign(f, negative, Below(Binade(f)) >> Below(60)); break;
      case Family::kSmallIntegers: bits[i] = Integer(f, static_cast<int64_t>(Below(7)) - 3); break;
      case Family::kPlusMinusOne: bits[i] = WithSign(f, negative, base); break;
      case Family::kNearOverflow: bits[i] = WithSign(f, negative, f.max_finite() - Below(2 * Binade(f))); break;
      case Family::kConstant: bits[i] = base; break;
      case Family::kOutlier:
        bits[i] = WithSign(
            f, negative, i == outlier ? One(f) + 8 * Binade(f) + Below(4 * Binade(f)) : One(f) - Below(4 * Binade(f)));
        break;
    }
  }
  return bits;
}

size_t Generator::Columns(size_t max_columns) {
  const uint64_t kind = Below(64);
  const size_t bound = kind == 0 ? max_columns : kind < 8 ? 200 : kind < 32 ? 20 : 6;
  return 1 + Below(std::min(bound, max_columns));
}

double Generator::Eps() {
  constexpr double kCommon[] = {0.0, -0.0, 0x1p-1074, 1e-12, 1e-5, 1.0, 1e300};
  if (Below(4) != 0) return kCommon[Below(std::size(kCommon))];
  return std::bit_cast<double>(Below(kF64.infinity));
}

// beta = -RN(g t), so that what is left of g t + beta is below its last bit.
void Generator::CancelAgainstBeta(Problem& p) {
  Problem without = p;
  without.beta.clear();
  without.y_format = p.parameter_format;
  p.beta = Normalized(without).y;
  for (uint64_t& b : p.beta) {
    b = IsFinite(*p.parameter_format, b) ? b ^ p.parameter_format->sign : 0;
    if (Below(4) == 0 && !IsZero(*p.parameter_format, b)) b = NextUp(*p.parameter_format, b);
  }
}

// x = +-v with as many of each, eps = 0: t = +-1 exactly, y = RN(b +- g). With parameters wider than y their sum
// is a midpoint of y's format, or next to one.
void Generator::PlaceOnTies(Problem& p) {
  const size_t n = p.x.size() + p.x.size() % 2;
  const uint64_t v = 1 + Below(p.x_format->max_finite());
  p.eps = 0;
  p.x.assign(n, v);
  for (size_t i = 0; i < n; i += 2) p.x[i] |= p.x_format->sign;
  p.gamma.resize(n);
  for (uint64_t& g : p.gamma) {
    const Number middle = MidpointAbove(*p.y_format, Below(p.y_format->infinity));
    g = RoundMagnitude(*p.parameter_format, middle.significand, middle.exponent);
    if (!IsFinite(*p.parameter_format, g)) g = One(*p.parameter_format);
    if (Below(4) == 0) g = Below(2) != 0 ? NextUp(*p.parameter_format, g) : NextDown(*p.parameter_format, g);
    if (!IsFinite(*p.parameter_format, g)) g = One(*p.parameter_format);
  }
  p.beta.clear();
  if (Below(2) != 0) p.beta = Numbers(*p.parameter_format, Family::kSmallIntegers, n);
}

void Generator::PlaceNonFinite(Problem& p) {
  const auto place = [&](const Format& f, Bits& bits) {
    if (bits.empty()) return;
    const uint64_t values[] = {f.infinity, f.infinity | f.sign, f.nan, f.nan | f.sign, f.infinity + 1};
    bits[Below(bits.size())] = values[Below(std::size(values))];
  };
  switch (Below(3)) {
    case 0: place(*p.x_format, p.x); break;
    case 1: place(*p.parameter_format, p.gamma); break;
    default: place(*p.parameter_format, p.beta); break;
  }
  if (Below(2) != 0) place(*p.parameter_format, p.gamma);
}

Problem Generator::Next(const Format& x, const Format& parameter, const Format& y, const Format& statistics,
                        size_t max_columns) {
  const size_t n = Columns(max_columns);
  Problem p{
      Below(4) == 0 ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM, &x, &parameter, &y, &statistics, Eps(), {}, {}, {}};
  p.x = Numbers(x, AnyFamily(), n);
  if (Below(4) != 0) p.gamma = Numbers(parameter, AnyFamily(), n);
  if (Below(4) != 0) p.beta = Numbers(parameter, AnyFamily(), n);
  const uint64_t kind = Below(16);
  if (kind < 2) CancelAgainstBeta(p);
  if (kind == 2 || kind == 3) PlaceOnTies(p);
  if (kind == 4) PlaceNonFinite(p);
  return p;
}

Problem Generator::Next(size_t max_columns) {
  const Format& x = AnyFormat();
  const Format& parameter = AnyFormat();
  const Format& y = AnyFormat();
  return Next(x, parameter, y, AnyFormat(), max_columns);
}

Problem Generator::Next(const Format& f, size_t max_columns) { return Next(f, f, f, f, max_columns); }

}  // namespace exactnorm::rows
