// SPDX-License-Identifier: Apache-2.0
// The intermediate values that tests and proofs are shown are those that the stages round: wherever a stage certifies
// a result, it is the shown y^ rounded.
#include "lib/fast/intermediates.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

uint64_t Round(const Format& f, double value) {
  const Number n = Decode(kF64, std::bit_cast<uint64_t>(value));
  return WithSign(f, n.negative, RoundMagnitude(f, n.significand, n.exponent));
}

// hi + lo rounded to nearest, unless that is a boundary.
uint64_t Round(const Format& f, const DoubleDouble& v) {
  if (v.lo == 0 || f == kF64) return Round(f, v.hi + v.lo);
  const bool outward = (v.lo < 0) == (v.hi < 0);
  const auto bits = std::bit_cast<uint64_t>(v.hi);
  // Rounded to odd: v.hi is the nearest binary64, so the sum lies between it and a neighbour of it.
  return Round(f, (bits & 1) != 0 ? v.hi : std::bit_cast<double>(outward ? bits + 1 : bits - 1));
}

template <class Take>
void ForEachTarget(const Take& take) {
  for (const Target& target : BuiltTargets()) {
    if (target.supported) take(target);
  }
}

TEST(Intermediates, OfTheFastStageAreWhatItRounds) {
  rows::Generator random(1);
  const Format* const formats[] = {&kF32, &kBF16, &kF16};
  size_t certified = 0, centred = 0, declined = 0;
  for (int i = 0; i < 3000; ++i) {
    rows::Problem p = random.Next(*formats[random.Below(3)], 2000);
    p.y_format = formats[random.Below(3)];
    ForEachTarget([&](const Target& target) {
      rows::Packed packed(p);
      const Intermediates of = FindIntermediates(target, packed.row());
      ASSERT_EQ(of.y.size(), p.x.size());
      ASSERT_EQ(of.t.size(), p.x.size());
      ASSERT_EQ(of.deviations.size(), p.x.size());
      centred += of.admitted && of.center != 0;
      declined += !of.admitted;
      for (size_t k = 0; k < p.x.size(); ++k) {
        const Number x = IsFinite(*p.x_format, p.x[k]) ? Decode(*p.x_format, p.x[k]) : Number{};
        const double value = std::ldexp(static_cast<double>(x.significand), x.exponent);
        if (of.admitted) {
          ASSERT_EQ(of.deviations[k], (x.negative ? -value : value) - of.center);
        }
        if (!of.certified[k]) continue;
        ++certified;
        ASSERT_TRUE(of.admitted);
        ASSERT_EQ(of.results[k], Round(*p.y_format, of.y[k])) << target.name << " " << k << "\n" << p;
      }
    });
  }
  EXPECT_GT(certified, 100000u);
  EXPECT_GT(centred, 100u);
  EXPECT_GT(declined, 100u);
}

TEST(Intermediates, OfTheSharpStageAreWhatItRounds) {
  rows::Generator random(2);
  size_t certified = 0, scaled = 0;
  for (int i = 0; i < 3000; ++i) {
    const rows::Problem p = random.Next(500);
    ForEachTarget([&](const Target& target) {
      rows::Packed packed(p);
      const SharpIntermediates of = FindSharpIntermediates(target, packed.row());
      scaled += of.admitted && of.scale != 1;
      for (size_t k = 0; k < p.x.size(); ++k) {
        if (!of.certified[k]) continue;
        ++certified;
        ASSERT_TRUE(of.admitted);
        ASSERT_EQ(of.results[k], Round(*p.y_format, of.y[k])) << target.name << " " << k << "\n" << p;
      }
    });
  }
  EXPECT_GT(certified, 100000u);
  EXPECT_GT(scaled, 100u);
}

// Whatever t is, 0 and both signs, and whatever window the column's neighbours leave it; and nothing of a row in which
// one x is not finite.
TEST(Intermediates, NothingIsCertifiedWhereAnInputIsNotFinite) {
  rows::Generator random(3);
  size_t fast = 0, sharp = 0, binary64 = 0;
  for (const Format* parameter : kFormats) {
    for (const Format* y : kFormats) {
      for (int i = 0; i < 40; ++i) {
        const size_t n = 70;
        const Format& x = y == &kF64 || parameter == &kF64 ? kF64 : kF32;
        rows::Problem p{EXACTNORM_LAYER_NORM, &x, parameter, y, &kF32, 0, {}, {}, {}};
        p.x = random.Numbers(x, i % 2 == 0 ? rows::Family::kSmallIntegers : rows::Family::kBell, n);
        p.gamma = random.Numbers(*parameter, rows::Family::kBell, n);
        p.beta = random.Numbers(*parameter, rows::Family::kBell, n);
        const auto special = [&](const Format& f) {
          const uint64_t values[] = {f.infinity, f.infinity | f.sign, f.nan, f.nan | f.sign, f.infinity + 1};
          return values[random.Below(std::size(values))];
        };
        std::vector<bool> affected(n, i % 4 == 3);
        if (i % 4 == 3) {
          for (uint64_t k = random.Below(2) * n; k <= n; k += n) p.x[random.Below(n)] = special(x);
        }
        for (int k = 0; k < 12; ++k) {
          const size_t at = random.Below(n);
          (random.Below(2) == 0 ? p.gamma : p.beta)[at] = special(*parameter);
          affected[at] = true;
        }
        ForEachTarget([&](const Target& target) {
          const auto count = [&](const std::vector<bool>& certified, size_t& all) {
            for (size_t k = 0; k < n; ++k) {
              ASSERT_FALSE(affected[k] && certified[k]) << target.name << " " << k << "\n" << p;
              all += certified[k];
            }
          };
          rows::Packed packed(p);
          if (x != kF64) count(FindIntermediates(target, packed.row()).certified, fast);
          count(FindSharpIntermediates(target, packed.row()).certified, sharp);
          if (parameter != &kF64 || y != &kF64) return;
          std::vector<bool> certified(n);
          const Binary64Intermediates of = FindBinary64Intermediates(target, packed.row());
          for (size_t k = 0; k < of.ends.size(); ++k) certified[k] = of.ends[k].hi == of.ends[k].lo;
          count(certified, binary64);
        });
      }
    }
  }
  EXPECT_GT(fast, 10000u);
  EXPECT_GT(sharp, 10000u);
#if defined(__x86_64__)
  EXPECT_TRUE(binary64 > 1000 || !__builtin_cpu_supports("fma")) << binary64;
#endif
}

}  // namespace
}  // namespace exactnorm::fast
