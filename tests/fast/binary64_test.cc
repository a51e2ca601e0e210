// SPDX-License-Identifier: Apache-2.0
// What the first tier for binary64 certifies is what the exact stage says, bit for bit, on every target that has it:
// hard rows and ordinary ones, several together, lengths around every boundary of its loops, rows at the edges of the
// ranges that its ledger asks for, y through the caches and past them. And it leaves little of ordinary rows.
//   fast_binary64_test [--elements=E]   random elements, 3000000 if not given
#include "lib/fast/binary64.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lib/arguments.h"
#include "tests/rows/matrix.h"

namespace exactnorm::fast {
namespace {

using rows::Answer;
using rows::Bits;
using rows::Family;
using rows::Generator;
using rows::Matrix;
using rows::Placed;
using rows::Placement;

size_t least_elements = 3000000;

struct Left {
  std::vector<Undecided> rows;
  static bool Take(void* self, size_t first, std::span<Undecided> undecided) {
    auto& rows = static_cast<Left*>(self)->rows;
    EXPECT_EQ(first, rows.size());
    rows.insert(rows.end(), undecided.begin(), undecided.end());
    return true;
  }
};

struct Counts {
  size_t elements = 0;
  size_t certified = 0;
  size_t statistics = 0;  // rows whose mean and rstd are certified
};

// Through every target, streamed or not.
Counts ExpectCertifiedToBeExact(const Matrix& matrix, const Placement& placement, bool stream) {
  const std::vector<Answer> exact = ExactAnswers(matrix);
  Counts counts;
  for (const Target& target : BuiltTargets()) {
    if (!target.supported || FindNormalizeBinary64(target) == nullptr) continue;
    Placed placed(matrix, placement);
    const exactnorm_call call = placed.call();
    CheckedCall checked{};
    EXPECT_EQ(CheckArguments(&call, &checked), EXACTNORM_OK);
    Left left;
    FindNormalizeBinary64(target)(checked.rows, stream, {&Left::Take, &left});
    const std::vector<Answer> answers = placed.answers();
    EXPECT_EQ(left.rows.size(), matrix.rows()) << target.name;
    EXPECT_TRUE(placed.others_untouched()) << target.name;
    for (size_t row = 0; row < matrix.rows() && !testing::Test::HasFailure(); ++row) {
      const Undecided& undecided = left.rows[row];
      counts.elements += exact[row].y.size();
      if (undecided.declined()) continue;
      Answer known = answers[row];
      for (const uint32_t column : undecided.columns()) known.y[column] = exact[row].y[column];
      if (undecided.statistics) {
        known.mean = exact[row].mean;
        known.rstd = exact[row].rstd;
      }
      counts.certified += known.y.size() - undecided.columns().size();
      counts.statistics += undecided.statistics ? 0 : 1;
      EXPECT_TRUE(known == exact[row]) << target.name << (stream ? ", streamed" : "") << ", row " << row << "\n"
                                       << matrix.problem(row);
    }
  }
  return counts;
}

size_t Targets() {
  size_t n = 0;
  for (const Target& target : BuiltTargets()) n += target.supported && FindNormalizeBinary64(target) != nullptr ? 1 : 0;
  return n;
}

Bits FromDoubles(const std::vector<double>& numbers) {
  Bits bits;
  for (const double x : numbers) bits.push_back(std::bit_cast<uint64_t>(x));
  return bits;
}

// About N(mean, 1) times 2^exponent.
Bits Bell(Generator& random, size_t n, double mean, int exponent) {
  std::vector<double> numbers;
  for (const uint64_t bits : random.Numbers(kF64, Family::kBell, n)) {
    numbers.push_back(std::ldexp(std::bit_cast<double>(bits) + mean, exponent));
  }
  return FromDoubles(numbers);
}

Matrix Ordinary(Generator& random, size_t n, size_t rows, double mean = 0, int exponent = 0) {
  Matrix m{{EXACTNORM_LAYER_NORM, &kF64, &kF64, &kF64, &kF64, 1e-5, {}, {}, {}}, {}};
  m.first.x = Bell(random, n, mean, exponent);
  for (size_t i = 1; i < rows; ++i) m.others.push_back(Bell(random, n, mean, exponent));
  m.first.gamma = random.Numbers(kF64, Family::kBell, n);
  m.first.beta = random.Numbers(kF64, Family::kBell, n);
  return m;
}

TEST(Binary64, IsThereWhereTheTargetHasFma) {
  for (const Target& target : BuiltTargets()) {
    const bool has_fma =
        target.name.starts_with("avx") || target.name.starts_with("neon") || target.name.starts_with("sve");
    EXPECT_EQ(FindNormalizeBinary64(target) != nullptr, has_fma) << target.name;
  }
}

// random bits, near constant, subnormal, small integers, +-1, near overflow, outliers; cancellations, ties, NaNs.
TEST(Binary64, CertifiesNothingButTheExactResultOnHardRows) {
  if (Targets() == 0) GTEST_SKIP() << "no target with FMA";
  Generator random(1);
  Counts all;
  while (all.elements < least_elements && !HasFailure()) {
    const Matrix m =
        AnyMatrix(random, kF64, kF64, kF64, *kFormats[random.Below(4)], 1 + random.Below(20), 1 + random.Below(700));
    const Counts counts = ExpectCertifiedToBeExact(m, {}, random.Below(2) != 0);
    all.elements += counts.elements;
    all.certified += counts.certified;
    all.statistics += counts.statistics;
  }
  std::printf("%zu elements, %zu certified\n", all.elements, all.certified);
  EXPECT_GT(all.certified, all.elements / 10);
  EXPECT_GT(all.statistics, 0u);
}

TEST(Binary64, IsExactAroundEveryBoundaryOfVectorsAndBlocks) {
  if (Targets() == 0) GTEST_SKIP() << "no target with FMA";
  Generator random(2);
  std::vector<size_t> lengths = {5461, 5462, 8192, 8193, 16385, 65537};
  for (size_t n = 1; n <= 70; ++n) lengths.push_back(n);
  for (const size_t edge : {96u, 128u, 256u, 512u, 768u, 1024u, 1025u, 4096u}) {
    for (const size_t n : {edge - 1, edge, edge + 1}) lengths.push_back(n);
  }
  constexpr size_t kRows[] = {1, 2, 3, 16, 17, 35};
  for (size_t k = 0; k < lengths.size() && !HasFailure(); ++k) {
    const size_t n = lengths[k];
    Matrix m = Ordinary(random, n, n > 600 ? 1 + k % 4 : kRows[k % 6], k % 3 == 0 ? 1000 : 0);
    if (k % 5 == 0) m.first.operation = EXACTNORM_RMS_NORM;
    if (k % 7 == 0) m.first.gamma.clear();
    if (k % 11 == 0) m.first.beta.clear();
    Placement placement;
    const bool stream = k % 2 == 0;
    if (stream) placement.y_gap = (8 - n % 8) % 8;
    placement.x_gap = k % 3;
    placement.x_offset = 8 * (k % 5);
    const Counts counts = ExpectCertifiedToBeExact(m, placement, stream);
    if (n > 16) {
      EXPECT_GT(counts.certified, counts.elements * 99 / 100) << n;
    }
  }
}

// |mean| / sigma from nothing to 2^40: sums about 0, then about the mean, where deviations are exact there.
TEST(Binary64, IsExactForEveryRatioOfMeanAndDeviation) {
  if (Targets() == 0) GTEST_SKIP() << "no target with FMA";
  Generator random(3);
  for (int e = -8; e <= 40 && !HasFailure(); ++e) {
    for (const double sign : {1.0, -1.0}) {
      const Matrix m = Ordinary(random, 300, 3, std::ldexp(sign, e));
      const Counts counts = ExpectCertifiedToBeExact(m, {}, false);
      EXPECT_GT(counts.certified, counts.elements * 99 / 100) << "mean / sigma 2^" << e;
    }
  }
}

// x, eps, gamma and beta around the edges of what the ledger admits.
TEST(Binary64, IsExactAroundTheEdgesOfItsRanges) {
  if (Targets() == 0) GTEST_SKIP() << "no target with FMA";
  Generator random(4);
  Counts all;
  for (const int x : {-1040, -1000, -404, -402, -401, -400, -399, -398, 0, 396, 397, 398, 399, 400, 401, 900, 1020}) {
    for (const int g : {-1020, -803, -801, -800, -799, -790, 0, 790, 797, 798, 799, 800, 801, 1010}) {
      for (const int b : {-1020, -800, -798, 0, 798, 800, 1010}) {
        if (HasFailure()) return;
        Matrix m = Ordinary(random, 20, 1, 0, x);
        for (uint64_t& bits : m.first.gamma) {
          bits = std::bit_cast<uint64_t>(std::ldexp(std::bit_cast<double>(bits), g));
        }
        for (uint64_t& bits : m.first.beta) {
          bits = std::bit_cast<uint64_t>(std::ldexp(std::bit_cast<double>(bits), b));
        }
        m.first.eps = random.Below(2) != 0 ? 0 : std::ldexp(1.0, 2 * std::max(-500, std::min(x, 500)) - 3);
        const Counts counts = ExpectCertifiedToBeExact(m, {}, false);
        all.elements += counts.elements;
        all.certified += counts.certified;
      }
    }
  }
  // eps alone is V: t is tiny.
  for (const double eps : {0x1p-1074, 0x1p-860, 0x1p-850, 1e-5, 1e10, 0x1p600, 0x1p849, 0x1p850, 0x1p851, 0x1p1000}) {
    Matrix m = Ordinary(random, 50, 2);
    m.first.eps = eps;
    ExpectCertifiedToBeExact(m, {}, false);
  }
  EXPECT_GT(all.certified, all.elements / 8);
}

// beta = -g t (1 + d), so that y is about d g t and half its last place about as large as the bound, which then decides
// nearly every element: were it smaller than errors are, wrong results would be certified.
TEST(Binary64, IsExactWhereTheBoundDecides) {
  if (Targets() == 0) GTEST_SKIP() << "no target with FMA";
  Generator random(6);
  Counts all;
  for (int k = 8; k <= 26 && !HasFailure(); ++k) {
    for (const size_t n : {40u, 255u, 768u, 2000u, 768u, 255u, 768u, 768u}) {
      const double means[] = {0, 0.5, 3, 1000};
      Matrix m = Ordinary(random, n, 1, means[random.Below(4)]);
      if (random.Below(4) == 0) m.first.operation = EXACTNORM_RMS_NORM;
      m.first.beta.clear();
      const Bits products = ExactAnswers(m)[0].y;
      std::vector<double> beta;
      for (const uint64_t bits : products) {
        const double d = std::ldexp(1 + static_cast<double>(random.Below(1 << 20)) * 0x1p-20, -k);
        beta.push_back(-std::bit_cast<double>(bits) * (1 + (random.Below(2) != 0 ? d : -d)));
      }
      m.first.beta = FromDoubles(beta);
      const Counts counts = ExpectCertifiedToBeExact(m, {}, false);
      all.elements += counts.elements;
      all.certified += counts.certified;
    }
  }
  std::printf("%zu elements, %zu certified\n", all.elements, all.certified);
  EXPECT_GT(all.certified, all.elements / 4);
  EXPECT_LT(all.certified, all.elements * 3 / 4);
}

TEST(Binary64, LeavesLittleOfOrdinaryRows) {
  for (const Target& target : BuiltTargets()) {
    if (!target.supported || FindNormalizeBinary64(target) == nullptr) continue;
    Generator random(5);
    size_t left_rows = 0, left_elements = 0;
    constexpr size_t kRows = 1024;
    for (size_t i = 0; i < kRows; i += 16) {
      const Matrix m = Ordinary(random, 768, 16);
      Placed placed(m, {});
      const exactnorm_call call = placed.call();
      CheckedCall checked{};
      ASSERT_EQ(CheckArguments(&call, &checked), EXACTNORM_OK);
      Left left;
      FindNormalizeBinary64(target)(checked.rows, false, {&Left::Take, &left});
      for (const Undecided& row : left.rows) {
        EXPECT_FALSE(row.declined());
        left_rows += row.columns().empty() ? 0 : 1;
        left_elements += row.columns().size();
      }
    }
    std::printf("%s: %zu of %zu elements in %zu of %zu rows\n", target.name.c_str(), left_elements, kRows * 768,
                left_rows, kRows);
    EXPECT_LT(left_rows, kRows / 10) << target.name;
  }
}

}  // namespace
}  // namespace exactnorm::fast

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string flag = "--elements=";
  if (argc > 1 && std::string(argv[1]).starts_with(flag)) {
    exactnorm::fast::least_elements = std::strtoul(argv[1] + flag.size(), nullptr, 10);
  }
  return RUN_ALL_TESTS();
}
