// SPDX-License-Identifier: Apache-2.0
// How much each SIMD stage leaves undecided, on its own: next to nothing of ordinary rows, for every target; and what
// it cannot decide: exact ties, and for the fast stage results that are all but cancelled by beta.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <random>

#include "lib/fast/intermediates.h"
#include "lib/fast/window_test.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

using rows::Problem;

class Normal {
 public:
  rows::Bits Numbers(const Format& f, size_t n, double mean, double sigma) {
    rows::Bits bits;
    for (size_t i = 0; i < n; ++i) {
      const Number number = Decode(kF64, std::bit_cast<uint64_t>(mean + sigma * normal_(random_)));
      bits.push_back(WithSign(f, number.negative, RoundMagnitude(f, number.significand, number.exponent)));
    }
    return bits;
  }

 private:
  std::mt19937_64 random_{1};
  std::normal_distribution<> normal_;
};

// N(0, 1), with parameters as a trained layer has them or without any.
Problem Ordinary(Normal& normal, const Format& f, size_t n, double mean, bool parameters) {
  Problem p{EXACTNORM_LAYER_NORM, &f, &f, &f, &f, 1e-5, normal.Numbers(f, n, mean, 1), {}, {}};
  if (parameters) p.gamma = normal.Numbers(f, n, 1, 0.1);
  if (parameters) p.beta = normal.Numbers(f, n, 0, 0.1);
  return p;
}

size_t Undecided(const std::vector<bool>& certified) {
  return static_cast<size_t>(std::count(certified.begin(), certified.end(), false));
}

double FastShare(const Target& target, const Problem& p) {
  rows::Packed packed(p);
  return static_cast<double>(Undecided(FindIntermediates(target, packed.row()).certified)) /
         static_cast<double>(p.x.size());
}
// What the window test alone leaves of binary32 results, column by column.
double WindowShare(const Target& target, const Problem& p) {
  rows::Packed packed(p);
  const Row row = packed.row();
  Windows windows;
  target.find_windows(row, &windows);
  const Intermediates of = FindIntermediates(target, row);
  size_t doubts = 0;
  for (size_t i = 0; i < row.columns; ++i) {
    doubts += !of.admitted || !HalvesTest::Passes(std::bit_cast<uint64_t>(of.y[i]), windows.at(i));
  }
  return static_cast<double>(doubts) / static_cast<double>(row.columns);
}
double SharpShare(const Target& target, const Problem& p) {
  rows::Packed packed(p);
  return static_cast<double>(Undecided(FindSharpIntermediates(target, packed.row()).certified)) /
         static_cast<double>(p.x.size());
}

template <class Expect>
void ForEachTarget(const Expect& expect) {
  for (const Target& target : BuiltTargets()) {
    if (target.supported) expect(target);
  }
}

// Far less than the 0.2 % at N = 768 and the 1 % at N = 65536 that the stage is meant to stay below.
TEST(DeclineRate, OfTheFastStageIsNextToNothingOnOrdinaryRows) {
  ForEachTarget([](const Target& target) {
    for (const Format* f : {&kF32, &kBF16, &kF16}) {
      for (const auto& [columns, count, most] : {std::tuple(768, 300, 0.0001), std::tuple(65536, 3, 0.001)}) {
        Normal normal;
        double share = 0;
        for (int i = 0; i < count; ++i) {
          share += FastShare(target, Ordinary(normal, *f, static_cast<size_t>(columns), 0, i % 2 == 0)) / count;
        }
        EXPECT_LT(share, most) << target.name << " " << f->name << " " << columns;
        std::printf("%-6s %-4s N = %-5d %.2g\n", target.name.c_str(), f->name, columns, share);
      }
    }
  });
}

TEST(DeclineRate, OfTheWindowTestIsLowOnOrdinaryRows) {
  ForEachTarget([](const Target& target) {
    for (const bool parameters : {false, true}) {
      for (const auto& [columns, count, most] : {std::tuple(768, 300, 0.002), std::tuple(65536, 3, 0.01)}) {
        Normal normal;
        double share = 0;
        for (int i = 0; i < count; ++i) {
          share += WindowShare(target, Ordinary(normal, kF32, static_cast<size_t>(columns), 0, parameters)) / count;
        }
        EXPECT_LT(share, most) << target.name << " " << columns;
        std::printf("%-6s window N = %-5d %.2g\n", target.name.c_str(), columns, share);
      }
    }
  });
}

TEST(DeclineRate, OfTheFastStageStaysLowAboutALargeMean) {
  ForEachTarget([](const Target& target) {
    Normal normal;
    double share = 0;
    for (int i = 0; i < 100; ++i) share += FastShare(target, Ordinary(normal, kF32, 768, 1000, true)) / 100;
    EXPECT_LT(share, 0.001) << target.name;
  });
}

TEST(DeclineRate, OfTheSharpStageIsNothingOnOrdinaryRows) {
  ForEachTarget([](const Target& target) {
    Normal normal;
    for (const Format* f : kFormats) {
      double share = 0;
      for (int i = 0; i < 20; ++i) share += SharpShare(target, Ordinary(normal, *f, 768, 0, true));
      EXPECT_EQ(share, 0) << target.name << " " << f->name;
    }
  });
}

// x is tiny beside sqrt(eps), and nothing is added: y is as tiny as x, so that an error of fixed size would decide
// none.
TEST(DeclineRate, OfTheSharpStageIsNothingOnTinyRowsWithoutBias) {
  ForEachTarget([](const Target& target) {
    Normal normal;
    for (const auto& [f, size] :
         {std::pair(&kF32, 1e-30), std::pair(&kBF16, 1e-30), std::pair(&kF64, 1e-30), std::pair(&kF64, 1e-100)}) {
      for (const exactnorm_operation operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
        double share = 0;
        for (int i = 0; i < 20; ++i) {
          share += SharpShare(target, {operation, f, f, f, f, 1e-5, normal.Numbers(*f, 768, 0, size), {}, {}});
        }
        EXPECT_EQ(share, 0) << target.name << " " << f->name << " " << size << " operation " << operation;
      }
    }
  });
}

// b = -RN(g t): what is left is below the last bit of b, and so below what the fast stage knows for most columns.
TEST(DeclineRate, CancellationIsLeftToTheSharpStageWhichDecidesIt) {
  rows::Generator random(1);
  ForEachTarget([&](const Target& target) {
    Normal normal;
    Problem p = Ordinary(normal, kF32, 768, 0, true);
    random.CancelAgainstBeta(p);
    EXPECT_GT(FastShare(target, p), 0.5) << target.name;
    EXPECT_LT(SharpShare(target, p), 0.01) << target.name;
  });
}

// x = +-1 and eps = 0, so t = +-1 and y = b +- g exactly: midpoints, which no bound on an error decides.
TEST(DeclineRate, TiesAreLeftToTheExactStage) {
  for (const Format* f : {&kF32, &kBF16, &kF16}) {
    Problem p{EXACTNORM_LAYER_NORM, f, f, f, f, 0, {}, {}, {}};
    const uint64_t one = One(*f);
    const uint64_t half_ulp = one - (static_cast<uint64_t>(f->precision) << (f->precision - 1));  // 2^-precision
    for (size_t i = 0; i < 768; ++i) p.x.push_back(WithSign(*f, i % 2 != 0, one));
    p.gamma.assign(768, half_ulp);
    p.beta.assign(768, one + 1);
    ForEachTarget([&](const Target& target) {
      EXPECT_EQ(FastShare(target, p), 1) << target.name << " " << f->name;
      EXPECT_EQ(SharpShare(target, p), 1) << target.name << " " << f->name;
    });
  }
}

}  // namespace
}  // namespace exactnorm::fast
