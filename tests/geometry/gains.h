// SPDX-License-Identifier: Apache-2.0
// Vectors of gains that are hard on an eigen-solver, from a seed.
#ifndef EXACTNORM_TESTS_GEOMETRY_GAINS_H_
#define EXACTNORM_TESTS_GEOMETRY_GAINS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace exactnorm::geometry {

enum class GainFamily {
  kBell,         // about N(1, 0.3)
  kBfloat16,     // N(1, 0.1) in bfloat16: few distinct values, many times
  kGraded,       // one power of two apart on average, over as many binades as there are gains
  kNearlyEqual,  // 1 and a few ulps
  kWide,         // exponents over the whole range of double, subnormal numbers included
  kClusters,     // a few centres, gaps of 2^-50 .. 2^-20 within
  kIntegers,     // -3 .. 3: repeated, both signs, zeros
  kOneFar,       // small numbers and one 2^30 times larger
  kEvenly,       // 1/N, 2/N .. 1
  kTwoHeaps,     // two neighbours h apart and the rest sqrt(N) h away on both sides: the worst condition, sqrt(N)
};
inline constexpr int kGainFamilies = 10;

// n gains of one family with random signs; the first `zeros` of them are 0, then all are shuffled.
std::vector<double> MakeGains(GainFamily family, std::size_t n, std::size_t zeros, std::uint64_t seed);

// A family, 1 <= n <= max_size (mostly small) and mostly 0 zeros, all from the seed.
std::vector<double> AnyGains(std::size_t max_size, std::uint64_t seed);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_TESTS_GEOMETRY_GAINS_H_
