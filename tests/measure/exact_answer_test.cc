// SPDX-License-Identifier: Apache-2.0
// The exact answers against two other computations: the textbook formula in 1,600-bit floating point, and the
// library through its C interface. Random bit patterns in every mix of formats, and rows built to be difficult.
#include "bench/measure/exact_answer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

using Engine = std::mt19937_64;
// Wide rows below have exponents within +-150, so x_i - mu that is not 0 is at least 2^-203 of 2^151 N, and what
// 1,600 bits lose in the formula stays below 2^-1100 of the answer.
using Textbook = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<1600, boost::multiprecision::digit_base_2, void, int32_t, -100000, 100000>,
    boost::multiprecision::et_off>;

Textbook Value(const Format& f, uint64_t bits) { return Textbook(ToReal(f, bits)); }

struct Problem {
  const Format* x_format;
  const Format* parameter_format;
  const Format* y_format;
  exactnorm_operation operation;
  double eps;
  std::vector<uint64_t> x, gamma, beta;

  std::vector<unsigned char> Packed(const Format& f, const std::vector<uint64_t>& bits) const {
    std::vector<unsigned char> bytes(bits.size() * static_cast<size_t>(f.bytes));
    for (size_t i = 0; i < bits.size(); ++i) Store(f, bytes.data(), i, bits[i]);
    return bytes;
  }
  std::vector<ExactAnswer> Answers() const {
    const auto px = Packed(*x_format, x), pg = Packed(*parameter_format, gamma), pb = Packed(*parameter_format, beta);
    return ExactAnswers({operation, x_format, parameter_format, y_format, y_format, x.size(), eps, px.data(), pg.data(),
                         pb.data(), nullptr, nullptr, nullptr});
  }
  std::vector<uint64_t> Library() const {
    const exactnorm_format codes[] = {EXACTNORM_F64, EXACTNORM_F32, EXACTNORM_F16, EXACTNORM_BF16};
    const auto code = [&](const Format& f) {
      size_t i = 0;
      while (!(*kFormats[i] == f)) ++i;
      return codes[i];
    };
    const auto px = Packed(*x_format, x), pg = Packed(*parameter_format, gamma), pb = Packed(*parameter_format, beta);
    std::vector<unsigned char> y(x.size() * static_cast<size_t>(y_format->bytes));
    exactnorm_call call = {};
    call.size = sizeof call;
    call.operation = operation;
    call.x_format = code(*x_format);
    call.parameter_format = code(*parameter_format);
    call.y_format = code(*y_format);
    call.rows = 1;
    call.columns = x.size();
    call.eps = eps;
    call.x = px.data();
    call.gamma = pg.data();
    call.beta = pb.data();
    call.y = y.data();
    EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
    std::vector<uint64_t> bits;
    for (size_t i = 0; i < x.size(); ++i) bits.push_back(Load(*y_format, y.data(), i));
    return bits;
  }
};

// The formula of exactnorm.h, as it stands there.
std::vector<Textbook> Formula(const Problem& p) {
  const auto n = static_cast<unsigned>(p.x.size());
  Textbook mean = 0;
  if (p.operation == EXACTNORM_LAYER_NORM) {
    for (const uint64_t bits : p.x) mean += Value(*p.x_format, bits);
    mean /= n;
  }
  Textbook variance = 0;
  for (const uint64_t bits : p.x) {
    const Textbook d = Value(*p.x_format, bits) - mean;
    variance += d * d;
  }
  variance /= n;
  const Textbook root = sqrt(variance + Textbook(p.eps));
  std::vector<Textbook> z;
  for (size_t i = 0; i < n; ++i) {
    z.push_back(Value(*p.parameter_format, p.gamma[i]) * (Value(*p.x_format, p.x[i]) - mean) / root +
                Value(*p.parameter_format, p.beta[i]));
  }
  return z;
}

uint64_t RandomFinite(Engine& engine, const Format& f, int exponent_range) {
  for (;;) {
    const uint64_t bits = engine() & (f.sign | (f.sign - 1));
    if (IsFinite(f, bits) && std::abs(Decode(f, bits).exponent + f.precision - 1) <= exponent_range) return bits;
  }
}

Problem RandomProblem(Engine& engine, int exponent_range) {
  Problem p{kFormats[engine() % 4],
            kFormats[engine() % 4],
            kFormats[engine() % 4],
            engine() % 4 == 0 ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM,
            std::ldexp(1.0 + static_cast<double>(engine() % 1024) / 1024, static_cast<int>(engine() % 80) - 60),
            {},
            {},
            {}};
  const size_t n = 1 + engine() % 12;
  const bool narrow = engine() % 2 == 0;  // a row of neighbours: cancellation in x - mu
  const uint64_t base = RandomFinite(engine, *p.x_format, narrow ? 12 : exponent_range);
  for (size_t i = 0; i < n; ++i) {
    p.x.push_back(narrow ? base ^ (engine() % 8) : RandomFinite(engine, *p.x_format, exponent_range));
    p.gamma.push_back(RandomFinite(engine, *p.parameter_format, 8));
    p.beta.push_back(engine() % 3 == 0 ? 0 : RandomFinite(engine, *p.parameter_format, 8));
  }
  return p;
}

TEST(ExactAnswer, IsTheTextbookFormulaTo60BitsOfAnUlp) {
  Engine engine(1);
  for (int trial = 0; trial < 1500; ++trial) {
    const Problem p = RandomProblem(engine, 150);
    const std::vector<ExactAnswer> answers = p.Answers();
    const std::vector<Textbook> formula = Formula(p);
    const Format& f = *p.y_format;
    for (size_t i = 0; i < answers.size(); ++i) {
      const ExactAnswer& a = answers[i];
      ASSERT_EQ(a.kind, Kind::kReal);
      const Textbook z = abs(formula[i]);
      const Textbook ulp = ldexp(Textbook(1), a.ulp_exponent);
      ASSERT_LE(abs(formula[i] - Textbook(a.value)), ldexp(ulp, -60)) << trial << " " << i;
      // 2^(p-1) ulp <= |z| < 2^p ulp, except below the normal range and above the finite one.
      const int top = Decode(f, f.max_finite()).exponent;
      if (a.ulp_exponent != f.least_exponent) {
        ASSERT_GE(z, ldexp(ulp, f.precision - 1));
      }
      if (a.ulp_exponent != top) {
        ASSERT_LT(z, ldexp(ulp, f.precision));
      }
      // No neighbour is nearer than the right answer.
      if (IsFinite(f, a.rounded)) {
        const Textbook error = abs(Value(f, a.rounded) - formula[i]);
        ASSERT_LE(error, ulp / 2);
        for (const uint64_t neighbour : {NextUp(f, a.rounded), NextDown(f, a.rounded)}) {
          if (!IsFinite(f, neighbour)) continue;
          ASSERT_LE(error, abs(Value(f, neighbour) - formula[i]));
        }
      } else {
        ASSERT_GE(z, Value(f, f.max_finite()) + ulp / 2);
      }
      const Textbook b = Value(*p.parameter_format, p.beta[i]);
      const Textbook size = abs(formula[i] - b) + abs(b);
      ASSERT_LE(abs(Textbook(a.size) - size), ldexp(size, -60));
    }
  }
}

TEST(ExactAnswer, AndTheLibraryAgreeOnEveryBit) {
  Engine engine(2);
  uint64_t elements = 0;
  while (elements < 60000) {
    const Problem p = RandomProblem(engine, 1100);
    const std::vector<ExactAnswer> answers = p.Answers();
    const std::vector<uint64_t> y = p.Library();
    for (size_t i = 0; i < y.size(); ++i, ++elements) {
      const bool zeros = IsZero(*p.y_format, y[i]) && IsZero(*p.y_format, answers[i].rounded);
      ASSERT_TRUE(zeros || y[i] == answers[i].rounded) << p.y_format->name << " " << y[i] << " " << answers[i].rounded;
    }
  }
}

// x = -+1 with eps = 3: z = -+g/2 + b, an exact dyadic, so g and b can put z on any boundary.
TEST(ExactAnswer, DecidesWhatLiesExactlyOnABoundary) {
  const auto answer = [](const Format& f, double g, double b) {
    const Problem p{&kF32,
                    &kF64,
                    &f,
                    EXACTNORM_LAYER_NORM,
                    3,
                    {RoundedBits(kF32, -1), RoundedBits(kF32, 1)},
                    {RoundedBits(kF64, g), RoundedBits(kF64, g)},
                    {RoundedBits(kF64, b), RoundedBits(kF64, b)}};
    return p.Answers()[1];
  };
  EXPECT_EQ(answer(kF16, 1, 0.5).ulp_exponent, -10);  // z = 1 exactly
  EXPECT_EQ(answer(kF16, 1, 0.5).value, 1);
  EXPECT_EQ(answer(kF16, 1, 0.5 - 0x1p-53).ulp_exponent, -11);
  EXPECT_EQ(answer(kF16, 0x1p-10, 1).rounded, 0x3C00u);      // 1 + 2^-11, a tie
  EXPECT_EQ(answer(kF16, 3 * 0x1p-10, 1).rounded, 0x3C02u);  // 1 + 3 * 2^-11, a tie
  EXPECT_EQ(answer(kF16, 0x1p-10 + 0x1p-62, 1).rounded, 0x3C01u);
  EXPECT_EQ(answer(kF16, 0x1p-10 - 0x1p-62, 1).rounded, 0x3C00u);
  EXPECT_EQ(answer(kF64, 2, -1).value, 0);  // g / 2 cancels b
  EXPECT_EQ(answer(kF64, 2, -1).ulp_exponent, -1074);
  EXPECT_EQ(answer(kF64, 2, -1).size, 2);
  EXPECT_EQ(answer(kF64, 2 + 0x1p-51, -1).value, 0x1p-52);
}

// Nothing of z is left but what sqrt has beyond 53 bits: x = -+1, eps = 1, g = 1, b = -RN(1/sqrt 2).
TEST(ExactAnswer, SurvivesCancellationAgainstTheBias) {
  const double b = -0x1.6a09e667f3bcdp-1;
  const Problem p{&kF32,
                  &kF64,
                  &kF64,
                  EXACTNORM_LAYER_NORM,
                  1,
                  {RoundedBits(kF32, -1), RoundedBits(kF32, 1)},
                  {RoundedBits(kF64, 1), RoundedBits(kF64, 1)},
                  {RoundedBits(kF64, b), RoundedBits(kF64, b)}};
  const ExactAnswer a = p.Answers()[1];
  EXPECT_LE(abs(Textbook(a.value) - (sqrt(Textbook(2)) / 2 + Textbook(b))), ldexp(Textbook(1), a.ulp_exponent - 60));
  EXPECT_LT(a.ulp_exponent, -104);
  EXPECT_EQ(p.Library()[1], a.rounded);
}

TEST(ExactAnswer, IsNanWhereTheDefinitionSaysSo) {
  const std::vector<uint64_t> one(3, One(kF32)), zero(3, 0);
  Problem p{&kF32, &kF32, &kF32, EXACTNORM_LAYER_NORM, 0, one, one, zero};  // var + eps = 0
  EXPECT_EQ(p.Answers()[0].kind, Kind::kNan);
  p.eps = 1;
  EXPECT_EQ(p.Answers()[0].kind, Kind::kReal);
  p.x[2] = kF32.infinity;
  EXPECT_EQ(p.Answers()[0].kind, Kind::kNan);
}

}  // namespace
}  // namespace exactnorm::measure
