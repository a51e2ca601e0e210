// SPDX-License-Identifier: Apache-2.0
// Rows that break LayerNorms, from a seed. The same seed gives the same rows on every machine.
#ifndef EXACTNORM_TESTS_ROWS_GENERATOR_H_
#define EXACTNORM_TESTS_ROWS_GENERATOR_H_

#include <random>

#include "tests/rows/problem.h"

namespace exactnorm::rows {

// What x, gamma or beta is made of.
enum class Family {
  kRandomBits,     // every finite pattern alike: exponents over the whole range
  kBell,           // about N(0, 1)
  kNearConstant,   // a few ulps around one number: |mean| / sigma up to 2^p sqrt(N)
  kSubnormal,      // and zeros
  kSmallIntegers,  // -3 .. 3
  kPlusMinusOne,   // one magnitude, both signs: var is a square
  kNearOverflow,   // the two largest binades
  kConstant,
  kOutlier,  // small numbers and one large one
};
inline constexpr int kFamilies = 9;

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  // A row of any length up to max_columns, mostly short, with x, parameters, y and statistics of any formats; or
  // all of one. One row in eight has a beta that cancels g t, one in eight rounds at or beside ties, one in
  // sixteen has a NaN or an infinity somewhere.
  Problem Next(size_t max_columns);
  Problem Next(const Format& f, size_t max_columns);
  Problem Next(const Format& x, const Format& parameter, const Format& y, const Format& statistics, size_t max_columns);

  Bits Numbers(const Format& f, Family family, size_t n);
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  // Changes of a finite problem that Next makes now and then.
  void CancelAgainstBeta(Problem& p);
  void PlaceOnTies(Problem& p);
  void PlaceNonFinite(Problem& p);

 private:
  const Format& AnyFormat() { return *kFormats[Below(4)]; }
  Family AnyFamily() { return static_cast<Family>(Below(kFamilies)); }
  size_t Columns(size_t max_columns);
  double Eps();

  std::mt19937_64 random_;
};

}  // namespace exactnorm::rows
#endif  // EXACTNORM_TESTS_ROWS_GENERATOR_H_
