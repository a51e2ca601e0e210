// SPDX-License-Identifier: Apache-2.0
// The model of the fast stage that the error ledger is proved of (proofs/fast/model.v), extracted and run beside the
// loops of lib/fast: every intermediate value, bit for bit, on every target of this CPU. The streams' form is at the
// head of proofs/fast/main.ml. NaNs count as one.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "lib/fast/intermediates.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

using rows::Bits;
using rows::Problem;

double Value(const Format& f, uint64_t bits) {
  if (Magnitude(f, bits) > f.infinity) return std::numeric_limits<double>::quiet_NaN();
  const bool finite = IsFinite(f, bits);
  const Number n = Decode(f, finite ? bits : 0);
  const double value =
      finite ? std::ldexp(static_cast<double>(n.significand), n.exponent) : std::numeric_limits<double>::infinity();
  return Magnitude(f, bits) == bits ? value : -value;
}

class Stream {
 public:
  Stream& operator<<(double value) {
    text_ << ' ';
    std::isnan(value) ? text_ << "nan" : text_ << std::hex << std::bit_cast<uint64_t>(value) << std::dec;
    return *this;
  }
  Stream& operator<<(const std::string& text) {
    text_ << text;
    return *this;
  }
  void Line(const std::string& name, const std::vector<double>& values) {
    text_ << name;
    for (const double value : values) *this << value;
    text_ << '\n';
  }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

// The model reads patterns, of which any NaN's will do.
void PutPatterns(std::ostream& out, const std::string& name, const Format& f, const Bits& bits, size_t n,
                 double absent) {
  out << name << std::hex;
  for (size_t i = 0; i < n; ++i) out << ' ' << std::bit_cast<uint64_t>(bits.empty() ? absent : Value(f, bits[i]));
  out << std::dec << '\n';
}

// Rows and what the loops compute for them.
class Comparison {
 public:
  void Add(const Problem& p) {
    for (const Target& target : BuiltTargets()) {
      if (!target.supported) continue;
      rows::Packed packed(p);
      const Intermediates of = FindIntermediates(target, packed.row());
      rows_ << "row " << (p.operation == EXACTNORM_LAYER_NORM ? "layer_norm" : "rms_norm") << ' '
            << std::countr_zero(of.lanes) << ' ' << of.fma << ' ' << p.x.size() << ' ' << std::hex
            << std::bit_cast<uint64_t>(p.eps) << std::dec << '\n';
      PutPatterns(rows_, "x", *p.x_format, p.x, p.x.size(), 0);
      PutPatterns(rows_, "gamma", *p.parameter_format, p.gamma, p.x.size(), 1);
      PutPatterns(rows_, "beta", *p.parameter_format, p.beta, p.x.size(), 0);
      Stream computed;
      computed << "moments" << of.center << of.sum << of.squares << of.offset << of.mean_square << of.variance_eps
               << of.rstd << of.shift << (of.admitted ? " admitted 1\n" : " admitted 0\n");
      computed.Line("d", of.deviations);
      computed.Line("t", of.t);
      computed.Line("yhat", of.y);
      computed_ += computed.text();
      names_.push_back(target.name);
      lanes_ |= of.lanes;
      fused_ |= of.fma ? 1u : 2u;
      admitted_ += of.admitted;
      centred_ += of.admitted && of.center != 0;
      declined_ += !of.admitted;
    }
  }

  // One message for the first difference, or none.
  std::string Difference() const {
    const std::string path = testing::TempDir() + "/exactnorm_fast_model_" + std::to_string(std::rand());
    std::ofstream(path) << rows_.str();
    const std::string command = std::string(EXACTNORM_FAST_MODEL) + " < " + path + " > " + path + ".out";
    const int status = std::system(command.c_str());
    std::ifstream output(path + ".out");
    std::istringstream computed(computed_), given(rows_.str());
    std::string difference = status == 0 ? "" : "the model ends with status " + std::to_string(status);
    std::string ours, theirs, row;
    for (size_t line = 0; difference.empty() && std::getline(computed, ours); ++line) {
      if (line % 4 == 0) {
        std::getline(given, row);
        for (std::string rest; rest.rfind("beta", 0) != 0;) std::getline(given, rest);
      }
      if (!std::getline(output, theirs)) theirs = "nothing";
      if (ours != theirs) {
        difference =
            names_[line / 4] + ", " + row + "\nloops: " + ours.substr(0, 2000) + "\nmodel: " + theirs.substr(0, 2000);
      }
    }
    if (difference.empty() && std::getline(output, theirs)) difference = "the model goes on: " + theirs;
    std::remove(path.c_str());
    std::remove((path + ".out").c_str());
    return difference;
  }

  size_t lanes() const { return lanes_; }  // all lane counts that were seen, which are powers of two
  unsigned fused() const { return fused_; }
  size_t admitted() const { return admitted_; }
  size_t centred() const { return centred_; }
  size_t declined() const { return declined_; }

 private:
  std::ostringstream rows_;
  std::string computed_;
  std::vector<std::string> names_;
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
