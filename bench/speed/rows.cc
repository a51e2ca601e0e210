// SPDX-License-Identifier: Apache-2.0
#include "bench/speed/rows.h"

#include <bit>
#include <cmath>
#include <random>
#include <stdexcept>

#include "exactnorm/exactnorm.h"

namespace exactnorm::speed {
namespace {

uint64_t FromDouble(const Format& f, double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const Number n = Decode(kF64, bits);
  return WithSign(f, n.negative, RoundMagnitude(f, n.significand, n.exponent));
}

// beta = -RN(gamma t) of the first row, and so of all.
void CancelBeta(Rows& r) {
  exactnorm_call call = {};
  call.size = sizeof call;
  call.x_format = *r.format == kF64   ? EXACTNORM_F64
                  : *r.format == kF32 ? EXACTNORM_F32
                  : *r.format == kF16 ? EXACTNORM_F16
                                      : EXACTNORM_BF16;
  call.rows = 1;
  call.columns = r.columns;
  call.eps = r.eps;
  call.x = r.x.data();
  call.gamma = r.gamma.data();
  call.y = r.beta.data();
  if (exactnorm_normalize(&call, nullptr) != EXACTNORM_OK) throw std::runtime_error("beta could not be made");
  for (size_t i = 0; i < r.columns; ++i) {
    Store(*r.format, r.beta.data(), i, Load(*r.format, r.beta.data(), i) ^ r.format->sign);
  }
}

}  // namespace

const char* Name(Kind kind) {
  switch (kind) {
    case Kind::kBell: return "bell";
    case Kind::kMean: return "mean_1e6";
    case Kind::kCancellation: return "cancellation";
    case Kind::kTies: return "ties";
    case Kind::kWildGains: return "wild_gains";
    case Kind::kSubnormal: return "subnormal";
    case Kind::kConstant: return "constant";
    case Kind::kZeros: return "zeros";
  }
  return "";
}

Rows MakeRows(Kind kind, const Format& f, size_t rows, size_t columns, unsigned seed) {
  const bool is_exact = kind == Kind::kTies || kind == Kind::kCancellation;
  Rows r{kind, &f, rows, columns, is_exact ? 0.0 : 1e-5, {}, {}, {}};
  const auto bytes = static_cast<size_t>(f.bytes);
  r.x.resize(r.bytes());
  r.gamma.resize(columns * bytes);
  r.beta.resize(columns * bytes);
  std::mt19937_64 random(seed);
  // A sum of four uniform numbers, scaled to variance 1.
  const auto bell_of = [](std::mt19937_64& numbers) {
    double sum = -2;
    for (int k = 0; k < 4; ++k) sum += std::ldexp(static_cast<double>(numbers() >> 11), -53);
    return sum * 1.7320508075688772;
  };
  const auto bell = [&] { return bell_of(random); };
  std::mt19937_64 same(0);
  std::vector<uint64_t> first;
  for (size_t i = 0; i < rows * columns; ++i) {
    double v = bell();
    // One row for all seeds, at scales that change no t.
    if (kind == Kind::kCancellation && i < columns) first.push_back(FromDouble(f, bell_of(same)));
    if (kind == Kind::kCancellation) {
      const Number x = Decode(f, first[i % columns]);
      const int scale = static_cast<int>((i / columns + seed) % 4);
      Store(f, r.x.data(), i, WithSign(f, x.negative, RoundMagnitude(f, x.significand, x.exponent + scale)));
      continue;
    }
    if (kind == Kind::kMean) v += 1e6;
    if (kind == Kind::kTies) v = i % 2 == 0 ? 1 : -1;
    if (kind == Kind::kSubnormal) v = std::ldexp(v, f.least_exponent + f.precision / 2);
    if (kind == Kind::kConstant) v = 1.25;
    Store(f, r.x.data(), i, FromDouble(f, v));
  }
  for (size_t i = 0; i < columns; ++i) {
    double gain = 1 + 0.1 * bell();
    if (kind == Kind::kWildGains) gain = std::ldexp(gain, static_cast<int>(random() % 121) - 60);
    // An odd multiple of half an ulp of beta.
    if (kind == Kind::kTies) gain = std::ldexp(static_cast<double>(2 * (random() % 16) + 1), -f.precision);
    double bias = kind == Kind::kTies ? 1.5 : 0.1 * bell();
    if (kind == Kind::kZeros) bias = 0;
    if (kind == Kind::kZeros && i % 2 == 0) gain = 0;
    Store(f, r.gamma.data(), i, FromDouble(f, gain));
    Store(f, r.beta.data(), i, FromDouble(f, bias));
  }
  if (kind == Kind::kCancellation) CancelBeta(r);
  return r;
}

}  // namespace exactnorm::speed
