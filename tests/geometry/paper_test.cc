// SPDX-License-Identifier: Apache-2.0
// The claims of Geometry and Dynamics of LayerNorm (Riechers, arXiv 2405.04134), one property each: over the reals,
// from balls of more than 500 bits around the textbook formula, and on what the library's kernels and the reference
// return in every format.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "exactnorm/geometry/claims.hpp"
#include "lib/reference/ball.h"
#include "lib/reference/layer_norm.h"
#include "tests/rows/generator.h"

namespace exactnorm::geometry {
namespace {

using reference::Ball;
using reference::Precision;
using reference::Real;
using rows::Packed;
using rows::Problem;

// ---- Over the reals ---------------------------------------------------------------------------------------------

// x, g, b and eps are multiples of 1/16 below 2^7, so that a radius of 2^-400 is within reach at 600 bits.
Ball Sixteenth(int64_t n) { return Ball(Number{n < 0, static_cast<uint64_t>(n < 0 ? -n : n), -4}); }

bool MayBeEqual(const Ball& a, const Ball& b) { return !(a.upper() < b.lower()) && !(b.upper() < a.lower()); }
bool IsNarrow(const Ball& a) { return a.radius() < ldexp(Real(1), -400); }

struct TextbookRow {
  std::vector<Ball> x, g, b, t, y;  // t = (x - mu) / sqrt(var + eps), y = g t + b
  size_t zero_gains = 0;
  Ball eps{0}, mean{0}, variance{0}, sigma{0};  // sigma = sqrt(var + eps)

  Ball n() const { return Ball(x.size()); }
  // Sums over the columns with a gain.
  Ball AlphaW() const {
    Ball sum(0);
    for (size_t i = 0; i < y.size(); ++i) {
      if (!IsZeroGain(i)) sum = sum + (y[i] - b[i]) / g[i];
    }
    return sum;
  }
  Ball AlphaWSquared() const {
    Ball sum(0);
    for (size_t i = 0; i < y.size(); ++i) {
      if (IsZeroGain(i)) continue;
      const Ball t_i = (y[i] - b[i]) / g[i];
      sum = sum + t_i * t_i;
    }
    return sum;
  }
  Ball DistanceToSurface() const { return eps / (variance + eps); }
  bool IsZeroGain(size_t i) const { return g[i].lower() == 0 && g[i].upper() == 0; }
};

// 2 to 12 columns, not all of x equal, `zero_gains` of the gains 0.
TextbookRow AnyRow(size_t zero_gains, bool positive_eps = true) {
  TextbookRow row;
  const auto number = rc::gen::inRange<int64_t>(-2000, 2001);
  const auto size = std::max<size_t>(2, zero_gains) + *rc::gen::inRange<size_t>(0, 11);
  row.eps = Sixteenth(*rc::gen::inRange<int64_t>(positive_eps ? 1 : 0, 2001));
  row.zero_gains = zero_gains;
  for (size_t i = 0; i < size; ++i) {
    row.x.push_back(Sixteenth(i == 0 ? 3000 : *number));
    row.g.push_back(Sixteenth(i < zero_gains ? 0 : *rc::gen::suchThat(number, [](int64_t g) { return g != 0; })));
    row.b.push_back(Sixteenth(*number));
    row.mean = row.mean + row.x.back();
  }
  row.mean = row.mean / row.n();
  for (const Ball& x : row.x) row.variance = row.variance + (x - row.mean) * (x - row.mean);
  row.variance = row.variance / row.n();
  row.sigma = Sqrt(row.variance + row.eps);
  for (size_t i = 0; i < size; ++i) {
    row.t.push_back((row.x[i] - row.mean) / row.sigma);
    row.y.push_back(row.g[i] * row.t[i] + row.b[i]);
  }
  return row;
}

RC_GTEST_PROP(OverTheReals, LayerNormIsAProjectionAScalingAndAnAffineMap, ()) {
  const Precision precision(600);
  const TextbookRow row = AnyRow(0);
  // Projection: Pi x = x - (1'x / N) 1 is orthogonal to 1. Scaling: to sqrt(N) Pi x / sqrt(|Pi x|^2 + N eps). Then G,
  // b.
  Ball along_ones(0);
  Ball length2(0);
  for (size_t i = 0; i < row.x.size(); ++i) {
    const Ball projected = row.x[i] - row.mean;
    along_ones = along_ones + projected;
    length2 = length2 + projected * projected;
  }
  RC_ASSERT(MayBeEqual(along_ones, Ball(0)) && IsNarrow(along_ones));
  const Ball scale = Sqrt(row.n()) / Sqrt(length2 + row.n() * row.eps);
  for (size_t i = 0; i < row.x.size(); ++i) {
    const Ball y = row.g[i] * (scale * (row.x[i] - row.mean)) + row.b[i];
    RC_ASSERT(MayBeEqual(y, row.y[i]) && IsNarrow(y));
  }
}

RC_GTEST_PROP(OverTheReals, EveryOutputLiesInTheHyperplane, ()) {
  const Precision precision(600);
  const Ball residual = AnyRow(0).AlphaW();
  RC_ASSERT(MayBeEqual(residual, Ball(0)) && IsNarrow(residual));
}

RC_GTEST_PROP(OverTheReals, EveryOutputLiesInsideTheEllipsoidForPositiveEps, ()) {
  const Precision precision(600);
  const TextbookRow row = AnyRow(0);
  RC_ASSERT(row.AlphaWSquared().upper() < row.n().lower());
}

RC_GTEST_PROP(OverTheReals, TheDistanceToTheSurfaceIsEpsOverVarPlusEps, ()) {
  const Precision precision(600);
  const TextbookRow row = AnyRow(0, false);
  const Ball distance = Ball(1) - row.AlphaWSquared() / row.n();
  RC_ASSERT(MayBeEqual(distance, row.DistanceToSurface()) && IsNarrow(distance));
}

// form = sum alpha^2 w^2 + (sum alpha w)^2 / k over the gains that are not zero.
Ball FormDistance(const TextbookRow& row) {
  const Ball plane = row.AlphaW();
  return Ball(1) - (row.AlphaWSquared() + plane * plane / Ball(row.zero_gains)) / row.n();
}

RC_GTEST_PROP(OverTheReals, WithOneZeroGainTheFormsDistanceIsStillEpsOverVarPlusEps, ()) {
  const Precision precision(600);
  const TextbookRow row = AnyRow(1, false);
  const Ball distance = FormDistance(row);
  RC_ASSERT(MayBeEqual(distance, row.DistanceToSurface()) && IsNarrow(distance));
}

RC_GTEST_PROP(OverTheReals, WithMoreZeroGainsTheFormsDistanceIsAtLeastThat, ()) {
  const Precision precision(600);
  const size_t k = *rc::gen::inRange<size_t>(2, 5);
  const TextbookRow row = AnyRow(k, false);
  const Ball distance = FormDistance(row);
  RC_ASSERT(!(distance.upper() < row.DistanceToSurface().lower()) && IsNarrow(distance));
  for (size_t i = 0; i < k; ++i) RC_ASSERT(MayBeEqual(row.y[i], row.b[i]));
}

// ---- After rounding ---------------------------------------------------------------------------------------------

enum class Source { kKernel, kReference };

// A row of LayerNorm in any formats with results in `y`, with a number of zero gains; or RMSNorm.
Problem AnyProblem(uint64_t seed, exactnorm_operation operation) {
  rows::Generator random(seed);
  Problem p = random.Next(60);
  p.operation = operation;
  return p;
}

void SetZeroGains(Problem& p, size_t k) {
  const uint64_t one = One(*p.parameter_format);
  if (p.gamma.empty()) p.gamma.assign(p.x.size(), one);
  for (size_t i = 0; i < p.gamma.size(); ++i) {
    if (i < k)
      p.gamma[i] = 0;
    else if (IsZero(*p.parameter_format, p.gamma[i]))
      p.gamma[i] = one;
  }
}

RowVerdict VerdictOn(const Problem& p, const Format& y_format, Source source) {
  Problem problem = p;
  problem.y_format = &y_format;
  Packed packed(problem);
  rows::Answer answer{{}, 0, 0};
  if (source == Source::kKernel) {
    answer = rows::Normalized(problem);
  } else {
    const reference::Normalized right = reference::Normalize(packed.row());
    answer = {right.y, right.mean, right.rstd};
  }
  packed.set_answer(answer);
  const Row row = packed.row();
  const auto numbers = [&](const void* data, const Format& f) { return Numbers(data, rows::FormatId(f), row.columns); };
  Claims claims;
  RowVerdict verdict;
  if (claims.prepare(p.operation, row.columns, numbers(row.gamma, *p.parameter_format),
                     numbers(row.beta, *p.parameter_format), p.eps) != EXACTNORM_OK ||
      claims.check(numbers(row.x, *p.x_format), numbers(row.y, y_format), verdict) != EXACTNORM_OK) {
    RC_FAIL("the checker refused a good call");
  }
  return verdict;
}

bool IsOrdinary(const Problem& p) {
  const auto finite = [](const Format& f, const rows::Bits& v) {
    return std::all_of(v.begin(), v.end(), [&](uint64_t bits) { return IsFinite(f, bits); });
  };
  if (!finite(*p.x_format, p.x) || !finite(*p.parameter_format, p.gamma) || !finite(*p.parameter_format, p.beta)) {
    return false;
  }
  return !IsNan(*p.y_format, rows::Normalized(p).y[0]);  // var + eps > 0
}

// One of the four claims on a row with k zero gains, in every format, from the kernel and from the reference.
void ExpectHeld(uint64_t seed, exactnorm_operation operation, size_t k, Verdict RowVerdict::*claim) {
  Problem p = AnyProblem(seed, operation);
  SetZeroGains(p, std::min(k, p.x.size()));
  RC_PRE(IsOrdinary(p));
  for (const Format* f : kFormats) {
    for (const Source source : {Source::kKernel, Source::kReference}) {
      RC_ASSERT((VerdictOn(p, *f, source).*claim).outcome == Outcome::kHeld);
    }
  }
}

constexpr auto kLayerNorm = EXACTNORM_LAYER_NORM;
constexpr auto kRmsNorm = EXACTNORM_RMS_NORM;

RC_GTEST_PROP(AfterRounding, EveryOutputsCellsMeetTheHyperplane, (uint64_t seed)) {
  ExpectHeld(seed, kLayerNorm, 0, &RowVerdict::plane);
}
RC_GTEST_PROP(AfterRounding, EveryOutputsCellsReachIntoTheEllipsoid, (uint64_t seed)) {
  ExpectHeld(seed, kLayerNorm, 0, &RowVerdict::interior);
}
RC_GTEST_PROP(AfterRounding, EveryOutputsCellsHoldAPointAtTheDistanceEpsOverVarPlusEps, (uint64_t seed)) {
  ExpectHeld(seed, kLayerNorm, 0, &RowVerdict::surface);
}
RC_GTEST_PROP(AfterRounding, WithOneZeroGainTheOutputsStayInside, (uint64_t seed)) {
  ExpectHeld(seed, kLayerNorm, 1, &RowVerdict::interior);
  ExpectHeld(seed, kLayerNorm, 1, &RowVerdict::surface);
}
RC_GTEST_PROP(AfterRounding, WithTwoZeroGainsTheOutputsStayInside, (uint64_t seed)) {
  ExpectHeld(seed, kLayerNorm, 2, &RowVerdict::interior);
  ExpectHeld(seed, kLayerNorm, 2, &RowVerdict::surface);
}
RC_GTEST_PROP(AfterRounding, WithAllGainsZeroTheOutputIsTheBias, (uint64_t seed)) {
  ExpectHeld(seed, kLayerNorm, SIZE_MAX, &RowVerdict::zero_gains);
  ExpectHeld(seed, kLayerNorm, SIZE_MAX, &RowVerdict::interior);
}
RC_GTEST_PROP(AfterRounding, RmsNormsOutputsLieInTheFullEllipsoidAtTheSameDistance, (uint64_t seed)) {
  ExpectHeld(seed, kRmsNorm, seed % 3, &RowVerdict::interior);
  ExpectHeld(seed, kRmsNorm, seed % 3, &RowVerdict::surface);
}

}  // namespace
}  // namespace exactnorm::geometry
