// SPDX-License-Identifier: Apache-2.0
// The model of the double-double stage that its ledger is proved of (proofs/sharp/model.v), extracted and run beside
// lib/fast: every intermediate value, bit for bit, on every target of this CPU.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "tests/proofs/model_program.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

using rows::Bits;
using rows::Problem;

// Rows and what the stage computes for them.
class Comparison {
 public:
  void Add(const Problem& p) {
    for (const Target& target : BuiltTargets()) {
      if (!target.supported) continue;
      rows::Packed packed(p);
      const SharpIntermediates of = FindSharpIntermediates(target, packed.row());
      Answer answer;
      answer << "sharp" << of.scale << of.center << of.offset << of.mean_square << of.variance_eps << of.kappa
             << (of.admitted ? " admitted 1" : " admitted 0") << of.rstd << of.error.e1 << of.error.e0 << "\n";
      answer << "statistics" << of.mean.value << of.mean.error << of.inverse.value << of.inverse.error << "\n";
      answer.Line("t", of.t);
      answer.Line("yhat", of.y);
      answer.Line("bound", of.bound);
      answer.Line("ends", of.ends);
      model_.Add(target.name, "sharp", of.lanes, of.fma, p, answer);
      lanes_ |= of.lanes;
      fused_ |= of.fma ? 1u : 2u;
      admitted_ += of.admitted;
      scaled_ += of.admitted && of.scale != 1;
      declined_ += of.scale != 0 && std::isfinite(of.center) && !of.admitted;
      not_finite_ += !std::isfinite(of.center);
      not_scaled_ += of.scale == 0;
    }
  }

  std::string Difference() const { return model_.Difference(); }
  size_t lanes() const { return lanes_; }  // all lane counts that were seen, which are powers of two
  unsigned fused() const { return fused_; }
  size_t admitted() const { return admitted_; }
  size_t scaled() const { return scaled_; }  // and admitted
  size_t declined() const { return declined_; }
  size_t not_finite() const { return not_finite_; }
  size_t not_scaled() const { return not_scaled_; }

 private:
  ModelProgram model_;
  size_t lanes_ = 0, admitted_ = 0, scaled_ = 0, declined_ = 0, not_finite_ = 0, not_scaled_ = 0;
  unsigned fused_ = 0;
};

TEST(SharpModel, ComputesWhatTheStageComputes) {
  rows::Generator random(1127);
  Comparison comparison;
  for (int i = 0; i < 1500; ++i) comparison.Add(random.Next(500));
  EXPECT_EQ(comparison.Difference(), "");
  EXPECT_GT(comparison.admitted(), 1000u);
  EXPECT_GT(comparison.scaled(), 100u);
  EXPECT_GT(comparison.declined(), 100u);
  EXPECT_GT(comparison.not_finite(), 10u);
  EXPECT_GT(comparison.not_scaled(), 10u);
#if defined(__x86_64__)
  EXPECT_EQ(comparison.lanes() & 2, 2u);  // SSE2 at least
  EXPECT_EQ(comparison.fused() & 2, 2u);
#endif
}

// Around every length at which a vector, an accumulator or a block begins.
TEST(SharpModel, AgreesAtEveryLengthWhereALoopTurns) {
  rows::Generator random(4097);
  Comparison comparison;
  Bits lengths;
  for (uint64_t n = 1; n <= 80; ++n) lengths.push_back(n);
  for (const uint64_t n : {96, 128, 192, 256, 768, 1024, 4096, 8192}) {
    for (const uint64_t shifted : {n - 1, n, n + 1}) lengths.push_back(shifted);
  }
  for (const uint64_t n : lengths) {
    for (const rows::Family family : {rows::Family::kBell, rows::Family::kNearConstant}) {
      Problem p = random.Next(1);
      if (!p.gamma.empty()) p.gamma = random.Numbers(*p.parameter_format, rows::Family::kBell, n);
      if (!p.beta.empty()) p.beta = random.Numbers(*p.parameter_format, rows::Family::kBell, n);
      p.x = random.Numbers(*p.x_format, family, n);
      comparison.Add(p);
    }
  }
  EXPECT_EQ(comparison.Difference(), "");
  EXPECT_GT(comparison.admitted(), 200u);
}

// Of each kind of numbers, in each format; the largest ones of binary64 at every limit of the scale.
TEST(SharpModel, AgreesOnEveryFamilyAndScale) {
  rows::Generator random(9);
  Comparison comparison;
  for (const Format* f : kFormats) {
    for (int family = 0; family < rows::kFamilies; ++family) {
      for (int i = 0; i < 6; ++i) {
        Problem p = random.Next(*f, 1);
        const size_t n = 1 + random.Below(70);
        p.gamma.clear();
        p.beta.clear();
        p.x = random.Numbers(*f, static_cast<rows::Family>(family), n);
        p.eps = i % 2 == 0 ? 0 : 1e-5;
        comparison.Add(p);
        if (i == 0) {
          p.beta.assign(n, 0);
          random.CancelAgainstBeta(p);
          comparison.Add(p);
        }
      }
    }
  }
  for (const int exponent : {-1074, -1073, -1023, -1022, -1001, -1000, -999, -1, 0, 1, 999, 1000, 1001, 1022}) {
    Problem p = random.Next(kF64, 1);
    p.gamma.clear();
    p.beta.clear();
    p.eps = 1e-300;
    p.x.clear();
    for (int i = 0; i < 5; ++i) {
      p.x.push_back(std::bit_cast<uint64_t>(std::ldexp(1.0 + static_cast<double>(i) / 8, exponent)));
    }
    comparison.Add(p);
    p.x[1] |= kF64.sign;
    comparison.Add(p);
  }
  EXPECT_EQ(comparison.Difference(), "");
  EXPECT_GT(comparison.scaled(), 50u);
}

}  // namespace
}  // namespace exactnorm::fast
