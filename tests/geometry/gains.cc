// SPDX-License-Identifier: Apache-2.0
#include "tests/geometry/gains.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace exactnorm::geometry {
namespace {

double Uniform(std::mt19937_64& random) { return std::ldexp(static_cast<double>(random() >> 11), -53); }

// Box and Muller; std::normal_distribution differs between libraries.
double Bell(std::mt19937_64& random) {
  const double radius = std::sqrt(-2 * std::log(1 - Uniform(random)));
  return radius * std::cos(6.283185307179586 * Uniform(random));
}

double OneGain(GainFamily family, std::size_t i, std::size_t n, std::mt19937_64& random) {
  const double size = static_cast<double>(n);
  switch (family) {
    case GainFamily::kBell: return 1 + 0.3 * Bell(random);
    case GainFamily::kBfloat16: return std::ldexp(std::round(std::ldexp(1 + 0.1 * Bell(random), 7)), -7);
    case GainFamily::kGraded: return (1 + Uniform(random)) * std::exp2(size * (Uniform(random) - 0.5));
    case GainFamily::kNearlyEqual: return 1 + std::ldexp(static_cast<double>(random() % (2 * n)), -52);
    case GainFamily::kWide: return std::ldexp(1 + Uniform(random), static_cast<int>(random() % 2098) - 1074);
    case GainFamily::kClusters:
      return static_cast<double>(1 + random() % 3) + std::exp2(-20 - 30 * Uniform(random)) * Uniform(random);
    case GainFamily::kIntegers: return static_cast<double>(random() % 4);
    case GainFamily::kOneFar: return i == 0 ? 0x1p30 : Uniform(random);
    case GainFamily::kEvenly: return static_cast<double>(i + 1) / size;
    case GainFamily::kTwoHeaps:
      return 1 +
             (i % 2 == 0 ? 1 : -1) * (i < 2 ? 0x1p-13 : 0x1p-12 * std::sqrt(size) * (1 + 0x1p-30 * Uniform(random)));
  }
  return 0;
}

}  // namespace

std::vector<double> MakeGains(GainFamily family, std::size_t n, std::size_t zeros, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> gains(n);
  for (std::size_t i = 0; i < n; ++i) {
    gains[i] = i < zeros ? 0 : OneGain(family, i, n, random);
    if (random() % 2 == 0) gains[i] = -gains[i];
  }
  for (std::size_t i = n; i > 1; --i) std::swap(gains[i - 1], gains[random() % i]);
  return gains;
}

std::vector<double> AnyGains(std::size_t max_size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t n = 1 + random() % (random() % 4 == 0 ? max_size : std::min<std::size_t>(max_size, 12));
  const std::size_t zeros = random() % 3 != 0 ? 0 : random() % 8 == 0 ? n : random() % std::min<std::size_t>(n + 1, 3);
  return MakeGains(static_cast<GainFamily>(random() % kGainFamilies), n, zeros, random());
}

}  // namespace exactnorm::geometry
