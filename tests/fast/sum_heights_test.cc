// SPDX-License-Identifier: Apache-2.0
// The sums of the fast stage are the trees that SumHeight counts. A plain model of the loops of moments-inl.h adds the
// same numbers and counts, for every summand, the additions that it passes through: its sums have the stage's bits, so
// its order is the stage's, and no count exceeds SumHeight.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "lib/fast/error_bounds.h"
#include "lib/fast/intermediates.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

// A sum and the most additions that a summand in it has taken.
struct Counted {
  double value = 0;
  size_t additions = 0;
};
Counted operator+(const Counted& a, const Counted& b) {
  return {a.value + b.value, std::max(a.additions, b.additions) + 1};
}

using Lanes = std::vector<Counted>;
Lanes operator+(const Lanes& a, const Lanes& b) {
  Lanes sum;
  for (size_t i = 0; i < a.size(); ++i) sum.push_back(a[i] + b[i]);
  return sum;
}

// sum d, or sum d^2. A block in four accumulators, the accumulators as a tree; the blocks' sums in a binary counter,
// emptied from the lowest level on; the lanes by halves.
Counted Total(const std::vector<double>& d, bool squares, size_t lanes, bool fma) {
  std::vector<Lanes> levels;  // empty: none
  for (size_t begin = 0; begin < d.size(); begin += kSumBlock) {
    const size_t n = std::min(d.size() - begin, kSumBlock);
    std::vector<Lanes> accumulators(kAccumulators, Lanes(lanes));
    for (size_t i = 0; i < (n + lanes - 1) / lanes * lanes; ++i) {
      Counted& to = accumulators[i / lanes % kAccumulators][i % lanes];
      const double e = i < n ? d[begin + i] : 0;
      const double sum = !squares ? to.value + e : fma ? std::fma(e, e, to.value) : to.value + e * e;
      to = {sum, to.additions + 1};
    }
    Lanes partial = (accumulators[0] + accumulators[1]) + (accumulators[2] + accumulators[3]);
    size_t level = 0;
    for (; level < levels.size() && !levels[level].empty(); ++level) {
      partial = levels[level] + partial;
      levels[level].clear();
    }
    if (level == levels.size()) levels.emplace_back();
    levels[level] = partial;
  }
  Lanes total(lanes);
  for (const Lanes& level : levels) {
    if (!level.empty()) total = total + level;
  }
  for (size_t half = lanes / 2; half != 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) total[i] = total[i] + total[i + half];
  }
  return total[0];
}

// Numbers whose sums are rounded at nearly every addition.
rows::Problem Row(rows::Generator& random, size_t n, double mean) {
  rows::Problem p{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 1e-5, {}, {}, {}};
  for (size_t i = 0; i < n; ++i) {
    const auto unit = static_cast<double>(random.Below(uint64_t{1} << 40)) * 0x1p-39 - 1;
    const auto exponent = static_cast<int>(random.Below(40)) - 39;
    p.x.push_back(std::bit_cast<uint32_t>(static_cast<float>(mean + std::ldexp(unit, i % 2 == 0 ? 0 : exponent))));
  }
  return p;
}

TEST(SumHeights, AreThoseOfTheLoops) {
  rows::Generator random(1);
  std::vector<size_t> lengths = {1u << 16, 100003, (1u << 20) + 1};
  for (size_t n = 1; n <= 70; ++n) lengths.push_back(n);
  for (const size_t edge : {256u, 512u, 1024u, 4096u}) {
    for (const size_t n : {edge - 1, edge, edge + 1, edge + 33}) lengths.push_back(n);
  }
  size_t centred = 0, highest = 0;
  for (const size_t n : lengths) {
    for (const double mean : {0.0, 1000.0}) {
      rows::Packed packed(Row(random, n, mean));
      for (const Target& target : BuiltTargets()) {
        if (!target.supported) continue;
        const Intermediates of = FindIntermediates(target, packed.row());
        const Counted sum = Total(of.deviations, false, of.lanes, of.fma);
        const Counted squares = Total(of.deviations, true, of.lanes, of.fma);
        ASSERT_EQ(std::bit_cast<uint64_t>(of.sum), std::bit_cast<uint64_t>(sum.value)) << target.name << " " << n;
        ASSERT_EQ(std::bit_cast<uint64_t>(of.squares), std::bit_cast<uint64_t>(squares.value)) << target.name << n;
        ASSERT_LE(sum.additions, SumHeight(n, of.lanes)) << target.name << " " << n;
        ASSERT_LE(squares.additions, SumHeight(n, of.lanes)) << target.name << " " << n;
        centred += of.center != 0;
        highest = std::max(highest, sum.additions);
      }
    }
  }
  EXPECT_GT(centred, 0u);
  EXPECT_GT(highest, 20u);
}

// Log-depth: also the longest rows on the shortest vectors.
TEST(SumHeights, GrowWithTheLogarithmOfTheLength) {
  for (const size_t lanes : {1u, 2u, 4u, 8u, 16u, 32u}) {
    EXPECT_LE(SumHeight(kMaxColumns, lanes), 64 + 2 + 24u);
    EXPECT_LE(SumHeight(kMaxColumns, lanes), SumHeight(1, lanes) + 23);
  }
}

}  // namespace
}  // namespace exactnorm::fast
