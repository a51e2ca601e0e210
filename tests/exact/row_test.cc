// SPDX-License-Identifier: Apache-2.0
// The laws of the definition, bit for bit, on rows of every format.
#include "lib/exact/row.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "tests/rows/problem.h"

namespace exactnorm::exact {
namespace {

using rows::Answer;
using rows::Bits;
using rows::Problem;

Answer ByTheExactStage(const Problem& p) {
  rows::Packed packed(p);
  NormalizeRow(packed.row());
  return packed.answer();
}

const Format& SomeFormat() { return *kFormats[*rc::gen::inRange(0, 4)]; }

// n finite patterns; in half of the rows near one another, so that x - mu cancels.
Bits SomeFinite(const Format& f, size_t n) {
  const bool near = *rc::gen::arbitrary<bool>();
  const uint64_t base = *rc::gen::arbitrary<uint64_t>() % f.infinity;
  return *rc::gen::container<Bits>(n, rc::gen::map(rc::gen::arbitrary<uint64_t>(), [&f, near, base](uint64_t r) {
                                     const uint64_t magnitude = near ? base + r % 64 : r % f.infinity;
                                     return WithSign(f, !near && r >> 63 != 0, std::min(magnitude, f.max_finite()));
                                   }));
}

Problem SomeProblem() {
  const auto n = *rc::gen::inRange<size_t>(1, 20);
  Problem p{*rc::gen::element(EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM),
            &SomeFormat(),
            &SomeFormat(),
            &SomeFormat(),
            nullptr,
            *rc::gen::element(0.0, 5e-324, 1e-12, 1e-5, 1.0, 1e300),
            {},
            {},
            {}};
  p.statistics_format = p.y_format;
  p.x = SomeFinite(*p.x_format, n);
  if (*rc::gen::arbitrary<bool>()) p.gamma = SomeFinite(*p.parameter_format, n);
  if (*rc::gen::arbitrary<bool>()) p.beta = SomeFinite(*p.parameter_format, n);
  return p;
}

// Patterns in the order of their values; -0 and +0 are one.
int64_t Order(const Format& f, uint64_t bits) {
  const auto magnitude = static_cast<int64_t>(Magnitude(f, bits));
  return IsNegative(f, bits) ? -magnitude : magnitude;
}

Bits Permuted(const Bits& bits, const std::vector<size_t>& order) {
  Bits result;
  for (const size_t i : order) {
    if (!bits.empty()) result.push_back(bits[i]);
  }
  return result;
}

RC_GTEST_PROP(Row, PermutingARowPermutesTheResult, ()) {
  const Problem p = SomeProblem();
  std::vector<size_t> order(p.x.size());
  std::iota(order.begin(), order.end(), size_t{0});
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[*rc::gen::inRange<size_t>(0, i)]);
  Problem permuted = p;
  permuted.x = Permuted(p.x, order);
  permuted.gamma = Permuted(p.gamma, order);
  permuted.beta = Permuted(p.beta, order);
  const Answer a = ByTheExactStage(p);
  const Answer b = ByTheExactStage(permuted);
  RC_ASSERT(b.y == Permuted(a.y, order));
  RC_ASSERT(a.mean == b.mean && a.rstd == b.rstd);
}

RC_GTEST_PROP(Row, AnExactShiftChangesNothingForLayerNorm, ()) {
  Problem p = SomeProblem();
  p.operation = EXACTNORM_LAYER_NORM;
  // Integers below 2^(p-2) in a format: their sums are exact.
  const Format& f = *p.x_format;
  const auto bound = static_cast<int64_t>(uint64_t{1} << (f.precision - 2));
  const auto integer = [&f](int64_t v) {
    return WithSign(f, v < 0, RoundMagnitude(f, static_cast<uint64_t>(v < 0 ? -v : v), 0));
  };
  const auto shift = *rc::gen::inRange<int64_t>(-bound, bound);
  Problem shifted = p;
  for (size_t i = 0; i < p.x.size(); ++i) {
    const auto v = *rc::gen::inRange<int64_t>(-bound, bound);
    p.x[i] = integer(v);
    shifted.x[i] = integer(v + shift);
  }
  const Answer a = ByTheExactStage(p);
  const Answer b = ByTheExactStage(shifted);
  RC_ASSERT(a.y == b.y && a.rstd == b.rstd);
}

RC_GTEST_PROP(Row, ScalingByAPowerOfTwoWithEpsByItsSquareChangesNothing, ()) {
  Problem p = SomeProblem();
  const Format& f = *p.x_format;
  p.eps = *rc::gen::element(0.0, 1e-12, 1e-5, 1.0);
  const auto k = *rc::gen::inRange(-10, 4);
  Problem scaled = p;
  for (size_t i = 0; i < p.x.size(); ++i) {  // normal, and normal after scaling
    const auto exponent = *rc::gen::inRange(12, 25);
    p.x[i] = (p.x[i] & (f.sign | ((uint64_t{1} << (f.precision - 1)) - 1))) | static_cast<uint64_t>(exponent)
                                                                                  << (f.precision - 1);
    scaled.x[i] = p.x[i];
    scaled.x[i] += static_cast<uint64_t>(k) << (f.precision - 1);
  }
  scaled.eps = std::ldexp(p.eps, 2 * k);
  RC_ASSERT(ByTheExactStage(p).y == ByTheExactStage(scaled).y);
}

RC_GTEST_PROP(Row, NegatingXAndBetaNegatesTheResultButForZeros, ()) {
  const Problem p = SomeProblem();
  Problem negated = p;
  for (uint64_t& x : negated.x) x ^= p.x_format->sign;
  for (uint64_t& b : negated.beta) b ^= p.parameter_format->sign;
  const Answer a = ByTheExactStage(p);
  const Answer b = ByTheExactStage(negated);
  const Format& f = *p.y_format;
  for (size_t i = 0; i < p.x.size(); ++i) {
    // An exact zero is +0 on both sides; an underflow keeps its sign on each.
    const bool both_positive_zero = a.y[i] == 0 && b.y[i] == 0;
    RC_ASSERT(both_positive_zero || IsNan(f, a.y[i]) || b.y[i] == (a.y[i] ^ f.sign));
    RC_ASSERT(!IsNan(f, a.y[i]) || (a.y[i] == f.nan && b.y[i] == f.nan));
  }
  RC_ASSERT(a.rstd == b.rstd);
}

RC_GTEST_PROP(Row, EqualPositiveGainsAndEqualBiasesKeepTheOrder, ()) {
  Problem p = SomeProblem();
  const Format& f = *p.parameter_format;
  p.gamma.assign(p.x.size(), 1 + *rc::gen::arbitrary<uint64_t>() % f.max_finite());
  p.beta.assign(p.x.size(), SomeFinite(f, 1)[0]);
  const Answer a = ByTheExactStage(p);
  if (IsNan(*p.y_format, a.y[0])) return;  // var + eps = 0
  for (size_t i = 0; i < p.x.size(); ++i) {
    for (size_t j = 0; j < p.x.size(); ++j) {
      if (Order(*p.x_format, p.x[i]) > Order(*p.x_format, p.x[j])) continue;
      RC_ASSERT(Order(*p.y_format, a.y[i]) <= Order(*p.y_format, a.y[j]));
    }
  }
}

RC_GTEST_PROP(Row, RmsNormOfACentredRowIsLayerNorm, ()) {
  Problem p = SomeProblem();
  const Bits half = p.x;
  for (const uint64_t x : half) p.x.push_back(x ^ p.x_format->sign);
  p.gamma.clear();
  p.beta.clear();
  p.operation = EXACTNORM_RMS_NORM;
  const Answer rms = ByTheExactStage(p);
  p.operation = EXACTNORM_LAYER_NORM;
  const Answer layer = ByTheExactStage(p);
  RC_ASSERT(rms.y == layer.y && rms.rstd == layer.rstd && layer.mean == 0u);
}

RC_GTEST_PROP(Row, AConstantRowGivesTheRoundedBias, (bool rms_of_zero)) {
  Problem p = SomeProblem();
  p.eps = *rc::gen::element(5e-324, 1e-5, 1e300);
  p.operation = rms_of_zero ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM;
  p.x.assign(p.x.size(), rms_of_zero ? p.x_format->sign : p.x[0]);
  const Answer a = ByTheExactStage(p);
  for (size_t i = 0; i < p.x.size(); ++i) {
    uint64_t expected = 0;
    if (!p.beta.empty() && !IsZero(*p.parameter_format, p.beta[i])) {
      const Number b = Decode(*p.parameter_format, p.beta[i]);
      expected = WithSign(*p.y_format, b.negative, RoundMagnitude(*p.y_format, b.significand, b.exponent));
    }
    RC_ASSERT(a.y[i] == expected);
  }
}

RC_GTEST_PROP(Row, ANonFiniteElementMakesTheWholeRowNan, (bool rms)) {
  Problem p = SomeProblem();
  const Format& f = *p.x_format;
  p.operation = rms ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM;
  p.x[*rc::gen::inRange<size_t>(0, p.x.size())] =
      *rc::gen::element(f.infinity, f.infinity | f.sign, f.nan, f.nan | f.sign, f.infinity + 1);
  const Answer a = ByTheExactStage(p);
  RC_ASSERT(a.y == Bits(p.x.size(), p.y_format->nan));
  RC_ASSERT(a.mean == (rms ? 0 : p.y_format->nan) && a.rstd == p.y_format->nan);
}

RC_GTEST_PROP(Row, NoVarianceAndNoEpsIsNanWithItsMean, ()) {
  Problem p = SomeProblem();
  p.operation = EXACTNORM_LAYER_NORM;
  p.eps = *rc::gen::element(0.0, -0.0);
  p.y_format = p.statistics_format = p.x_format;
  p.x.assign(p.x.size(), p.x[0]);
  const Answer a = ByTheExactStage(p);
  RC_ASSERT(a.y == Bits(p.x.size(), p.y_format->nan));
  RC_ASSERT(a.mean == (IsZero(*p.x_format, p.x[0]) ? 0 : p.x[0]));
  RC_ASSERT(a.rstd == p.y_format->infinity);
}

}  // namespace
}  // namespace exactnorm::exact
