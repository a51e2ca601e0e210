// SPDX-License-Identifier: Apache-2.0
// The model of the first tier of binary64 rows that its ledger is proved of (proofs/binary64), extracted and run beside
// lib/fast: every intermediate value, bit for bit, on every target of this CPU that has the tier.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "tests/proofs/model_program.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

using rows::Bits;
using rows::Family;
using rows::Problem;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What certifies nothing is no number.
double Bound(double value) { return std::isfinite(value) ? value : kNaN; }

bool HasNaN(const Problem& p) {
  for (const uint64_t bits : p.x) {
    if (Magnitude(kF64, bits) > kF64.infinity) return true;
  }
  return false;
}

// Rows and what the tier computes for them.
class Comparison {
 public:
  void Add(const Problem& p) {
    for (const Target& target : BuiltTargets()) {
      if (!target.supported) continue;
      rows::Packed packed(p);
      const Binary64Intermediates of = FindBinary64Intermediates(target, packed.row());
      if (of.lanes == 0) continue;
      model_.Add(target.name, "binary64", of.lanes, true, p, AnswerOf(of, HasNaN(p)));
      ++rows_;
      admitted_ += of.admitted;
      centred_ += of.admitted && of.center != 0;
      for (const Binary64Column& c : of.columns) columns_out_ += !std::isfinite(c.error.e0);
    }
  }

  std::string Difference() const { return model_.Difference(); }
  size_t rows() const { return rows_; }
  size_t admitted() const { return admitted_; }
  size_t centred() const { return centred_; }
  size_t columns_out() const { return columns_out_; }  // of range

 private:
  static Answer AnswerOf(const Binary64Intermediates& of, bool nan) {
    Answer answer;
    const DoubleDouble offset = of.offset, rstd = of.rstd, shift = of.shift;
    answer << "binary64";
    for (const double value : {of.center, of.largest, of.kappa, offset.hi, offset.lo, rstd.hi, rstd.lo, shift.hi,
                               shift.lo, of.moments.e1, of.moments.e0}) {
      answer << (nan ? kNaN : value);
    }
    answer << (of.moments_admitted ? " admitted 1\n" : " admitted 0\n");
    answer << (of.admitted ? "scales admitted 1" : "scales admitted 0") << of.t << of.grid << of.error.e1 << of.error.e0
           << "\n";
    answer << "statistics" << of.mean.value << of.mean.error << of.inverse.value << of.inverse.error << "\n";
    answer << "columns";
    for (const Binary64Column& c : of.columns) {
      answer << c.g1 << c.g2 << c.b1 << c.b2 << c.error.e1 << Bound(c.error.e0);
    }
    answer << "\nt";
    for (size_t i = 0; i < of.t1.size(); ++i) answer << of.t1[i] << of.t2[i];
    answer << "\n";
    answer.Line("yhat", of.y);
    answer << "bound";
    for (const double bound : of.bound) answer << Bound(bound);
    answer << "\nends";
    for (size_t i = 0; i < of.ends.size(); ++i) {
      const bool counts = std::isfinite(of.bound[i]);
      answer << (counts ? of.ends[i].hi : kNaN) << (counts ? of.ends[i].lo : kNaN);
    }
    answer << "\n";
    return answer;
  }

  ModelProgram model_;
  size_t rows_ = 0, admitted_ = 0, centred_ = 0, columns_out_ = 0;
};

// Rows as the generator has them; and such as the tier takes, with parameters of any kind.
Problem SomeRow(rows::Generator& random, size_t columns) {
  Problem p = random.Next(kF64, 200);
  if (random.Below(4) == 0) return p;
  const Family families[] = {Family::kBell,          Family::kBell,         Family::kNearConstant,
                             Family::kSmallIntegers, Family::kPlusMinusOne, Family::kOutlier};
  p.x = random.Numbers(kF64, families[random.Below(std::size(families))], columns);
  if (!p.gamma.empty()) p.gamma = random.Numbers(kF64, static_cast<Family>(random.Below(rows::kFamilies)), columns);
  if (!p.beta.empty()) p.beta = random.Numbers(kF64, static_cast<Family>(random.Below(rows::kFamilies)), columns);
  p.eps = random.Below(2) == 0 ? 0 : 1e-5;
  return p;
}

TEST(Binary64Model, ComputesWhatTheTierComputes) {
  rows::Generator random(1128);
  Comparison comparison;
  for (int i = 0; i < 1500; ++i) comparison.Add(SomeRow(random, 1 + random.Below(50)));
  EXPECT_EQ(comparison.Difference(), "");
  if (comparison.rows() == 0) GTEST_SKIP() << "no target here has an FMA";
  EXPECT_GT(comparison.admitted(), 500u);
  EXPECT_GT(comparison.centred(), 50u);
  EXPECT_GT(comparison.rows() - comparison.admitted(), 100u);
  EXPECT_GT(comparison.columns_out(), 1000u);
}

// Around every length at which a vector, an accumulator, a block or a level of the counter begins.
TEST(Binary64Model, AgreesAtEveryLengthWhereALoopTurns) {
  rows::Generator random(4098);
  Comparison comparison;
  Bits lengths;
  for (uint64_t n = 1; n <= 72; ++n) lengths.push_back(n);
  for (const uint64_t n : {96, 128, 256, 512, 768, 1024, 1792, 2048, 4096}) {
    for (const uint64_t shifted : {n - 1, n, n + 1}) lengths.push_back(shifted);
  }
  for (const uint64_t n : lengths) {
    for (const Family family : {Family::kBell, Family::kNearConstant}) {
      Problem p = random.Next(kF64, 1);
      if (!p.gamma.empty()) p.gamma = random.Numbers(kF64, Family::kBell, n);
      if (!p.beta.empty()) p.beta = random.Numbers(kF64, Family::kBell, n);
      p.x = random.Numbers(kF64, family, n);
      p.eps = 1e-5;
      comparison.Add(p);
    }
  }
  EXPECT_EQ(comparison.Difference(), "");
  if (comparison.rows() != 0) {
    EXPECT_GT(comparison.admitted(), 100u);
  }
}

// Deviations and parameters about every limit, and sums T |g| + |b| about theirs.
TEST(Binary64Model, AgreesAtTheLimits) {
  rows::Generator random(8);
  Comparison comparison;
  const auto pattern = [](double value) { return std::bit_cast<uint64_t>(value); };
  for (const int exponent : {-1074, -1022, -850, -425, -401, -400, -399, -1, 0, 1, 399, 400, 401, 425, 850, 1023}) {
    for (int i = 0; i < 8; ++i) {
      Problem p = random.Next(kF64, 1);
      p.eps = 0;
      p.x.clear();
      p.gamma.clear();
      p.beta.clear();
      for (int k = 0; k < 7; ++k) {
        const double deviation = static_cast<double>(random.Below(17)) - 8;
        p.x.push_back(pattern(std::ldexp(i % 2 == 0 ? deviation / 8 : 1 + deviation / 1024, exponent)));
        const int size = static_cast<int>(random.Below(6)) - 3;
        p.gamma.push_back(
            pattern(k == 0 ? -0.0 : std::ldexp(i < 4 ? 1.25 : -1.5, i % 2 == 0 ? 800 + size : size - 800)));
        p.beta.push_back(pattern(std::ldexp(1.125, i % 2 == 0 ? 800 + size : size - 800)));
      }
      comparison.Add(p);
    }
  }
  EXPECT_EQ(comparison.Difference(), "");
  if (comparison.rows() != 0) {
    EXPECT_GT(comparison.admitted(), 20u);
    EXPECT_GT(comparison.columns_out(), 20u);
  }
}

}  // namespace
}  // namespace exactnorm::fast
