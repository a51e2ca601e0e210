// SPDX-License-Identifier: Apache-2.0
// The model of the fast stage that the error ledger is proved of (proofs/fast/model.v), extracted and run beside the
// loops of lib/fast: every intermediate value, bit for bit, on every target of this CPU.
#include <gtest/gtest.h>

#include "tests/proofs/model_program.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

using rows::Bits;
using rows::Problem;

// Rows and what the loops compute for them.
class Comparison {
 public:
  void Add(const Problem& p) {
    for (const Target& target : BuiltTargets()) {
      if (!target.supported) continue;
      rows::Packed packed(p);
      const Intermediates of = FindIntermediates(target, packed.row());
      Answer answer;
      answer << "moments" << of.center << of.sum << of.squares << of.offset << of.mean_square << of.variance_eps
             << of.rstd << of.shift << (of.admitted ? " admitted 1\n" : " admitted 0\n");
      answer.Line("d", of.deviations);
      answer.Line("t", of.t);
      answer.Line("yhat", of.y);
      model_.Add(target.name, "row", of.lanes, of.fma, p, answer);
      lanes_ |= of.lanes;
      fused_ |= of.fma ? 1u : 2u;
      admitted_ += of.admitted;
      centred_ += of.admitted && of.center != 0;
      declined_ += !of.admitted;
    }
  }

  std::string Difference() const { return model_.Difference(); }
  size_t lanes() const { return lanes_; }  // all lane counts that were seen, which are powers of two
  unsigned fused() const { return fused_; }
  size_t admitted() const { return admitted_; }
  size_t centred() const { return centred_; }
  size_t declined() const { return declined_; }

 private:
  ModelProgram model_;
  size_t lanes_ = 0, admitted_ = 0, centred_ = 0, declined_ = 0;
  unsigned fused_ = 0;
};

const Format& SomeFormat(rows::Generator& random) {
  const Format* const formats[] = {&kF32, &kBF16, &kF16};
  return *formats[random.Below(3)];
}

Problem SomeRow(rows::Generator& random, size_t most_columns) {
  const Format &x = SomeFormat(random), &p = SomeFormat(random), &y = SomeFormat(random);
  return random.Next(x, p, y, kF32, most_columns);
}

TEST(FastModel, ComputesWhatTheLoopsCompute) {
  rows::Generator random(1126);
  Comparison comparison;
  for (int i = 0; i < 1500; ++i) comparison.Add(SomeRow(random, 700));
  EXPECT_EQ(comparison.Difference(), "");
  EXPECT_GT(comparison.admitted(), 1000u);
  EXPECT_GT(comparison.centred(), 50u);
  EXPECT_GT(comparison.declined(), 50u);
#if defined(__x86_64__)
  EXPECT_EQ(comparison.lanes() & 2, 2u);  // SSE2 at least
  EXPECT_EQ(comparison.fused() & 2, 2u);
#endif
}

// Around every length at which a vector, an accumulator, a block or a level of the counter begins.
TEST(FastModel, AgreesAtEveryLengthWhereALoopTurns) {
  rows::Generator random(4096);
  Comparison comparison;
  Bits lengths;
  for (uint64_t n = 1; n <= 40; ++n) lengths.push_back(n);
  for (const uint64_t n : {64, 128, 256, 512, 768, 1024, 1792, 2048, 4096, 65536}) {
    for (const uint64_t shifted : {n - 1, n, n + 1}) lengths.push_back(shifted);
  }
  for (const uint64_t n : lengths) {
    Problem p = SomeRow(random, 1);
    p.x = random.Numbers(*p.x_format, random.Below(2) == 0 ? rows::Family::kBell : rows::Family::kNearConstant, n);
    p.gamma = random.Numbers(*p.parameter_format, rows::Family::kBell, n);
    p.beta = random.Below(2) == 0 ? Bits() : random.Numbers(*p.parameter_format, rows::Family::kBell, n);
    comparison.Add(p);
  }
  EXPECT_EQ(comparison.Difference(), "");
  EXPECT_GT(comparison.admitted(), 50u);
}

}  // namespace
}  // namespace exactnorm::fast
