// SPDX-License-Identifier: Apache-2.0
// On right rows and on wrong ones, the checker's outcomes and figures are those of rational arithmetic, ties
// included: many rows here are small integers, whose sums hit the ends of cells.
#include "lib/geometry/decision.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "exactnorm/geometry/claims.hpp"
#include "tests/geometry/rational.h"
#include "tests/rows/generator.h"

namespace exactnorm::geometry {
namespace {

using rows::Problem;

// t over a cell, oriented upwards.
struct Range {
  std::optional<Rational> low, high;
  Rational value;  // at y, if that is finite
  bool finite, closed;
};

struct Oracle {
  const Problem& p;
  std::vector<Range> ranges;
  size_t zero_gains = 0;
  bool plane, interior, clearly_outside, surface;
  Rational plane_value = 0, plane_slack = 0, square = 0, target = 0;
  bool finite = true;

  Oracle(const Problem& problem, const rows::Bits& y) : p(problem) {
    const size_t n = y.size();
    Rational mean = 0;
    Rational spread = 0;
    for (const uint64_t x : p.x) mean += ToRational(*p.x_format, x) / n;
    if (p.operation == EXACTNORM_RMS_NORM) mean = 0;
    Rational visible = 0;
    for (size_t i = 0; i < n; ++i) {
      const Format& f = *p.parameter_format;
      const Rational g = p.gamma.empty() ? Rational(1) : ToRational(f, p.gamma[i]);
      const Rational b = p.beta.empty() ? Rational(0) : ToRational(f, p.beta[i]);
      const Rational deviation = ToRational(*p.x_format, p.x[i]) - mean;
      spread += deviation * deviation;
      if (g == 0) {
        ++zero_gains;
        continue;
      }
      visible += deviation * deviation;
      const RationalCell cell(*p.y_format, y[i]);
      Range r{{}, {}, 0, IsFinite(*p.y_format, y[i]), cell.closed};
      if (cell.low) r.low = (*cell.low - b) / g;
      if (cell.high) r.high = (*cell.high - b) / g;
      if (r.finite) r.value = (ToRational(*p.y_format, y[i]) - b) / g;
      if (g < 0) std::swap(r.low, r.high);
      finite = finite && r.finite;
      ranges.push_back(r);
    }
    const Rational eps = ToRational(p.eps);
    const Rational level = visible / (spread / n + eps);
    target = 1 - level / n;
    plane = HoldsZero();
    interior = IsInside(Center(), eps == 0, n, 0);
    clearly_outside = !IsInside(Center(), eps == 0, n, zero_gains == 0 ? Rational(0) : n * PowerOfTwo(-60));
    surface = Reaches(level);
    for (const Range& r : ranges) {
      if (!finite) continue;
      plane_value += r.value;
      plane_slack += std::max<Rational>(*r.high - r.value, r.value - *r.low);
      square += r.value * r.value;
    }
  }

  static Rational Clamped(const Rational& m, const Range& r) {
    if (r.low && m < *r.low) return *r.low;
    return r.high && m > *r.high ? *r.high : m;
  }
  bool AllClosed() const {
    return std::all_of(ranges.begin(), ranges.end(), [](const Range& r) { return r.closed; });
  }
  bool HoldsZero() const {
    Rational low = 0;
    Rational high = 0;
    bool no_low = false;
    bool no_high = false;
    for (const Range& r : ranges) {
      r.low ? void(low += *r.low) : void(no_low = true);
      r.high ? void(high += *r.high) : void(no_high = true);
    }
    return (no_low || low < 0 || (low == 0 && AllClosed())) && (no_high || high > 0 || (high == 0 && AllClosed()));
  }
  // The root m of sum clamp(m, low, high) + k m = 0: linear between neighbouring ends.
  Rational Center() const {
    if (p.operation == EXACTNORM_RMS_NORM || zero_gains == 0) return 0;
    const auto sum = [&](const Rational& m) {
      Rational s = m * zero_gains;
      for (const Range& r : ranges) s += Clamped(m, r);
      return s;
    };
    std::vector<Rational> ends = {0};
    for (const Range& r : ranges) {
      if (r.low) ends.push_back(*r.low);
      if (r.high) ends.push_back(*r.high);
    }
    std::sort(ends.begin(), ends.end());
    ends.insert(ends.begin(), ends.front() - 1);
    ends.push_back(ends.back() + 1);
    size_t i = 0;
    while (i + 2 < ends.size() && sum(ends[i + 1]) < 0) ++i;
    const Rational a = ends[i];
    const Rational slope = (sum(ends[i + 1]) - sum(a)) / (ends[i + 1] - a);
    return a - sum(a) / slope;
  }
  bool IsInside(const Rational& m, bool surface_too, size_t n, const Rational& margin) const {
    Rational least = 0;
    bool attained = true;
    for (const Range& r : ranges) {
      const Rational nearest = Clamped(m, r);
      least += (nearest - m) * (nearest - m);
      const bool at_end = (r.low && nearest == *r.low) || (r.high && nearest == *r.high);
      attained = attained && (r.closed || !at_end);
    }
    const Rational limit = n * (1 + m * m) + margin;
    return least < limit || (surface_too && least == limit && (attained || m != 0));
  }
  bool Reaches(const Rational& level) const {
    Rational least = 0;
    Rational most = 0;
    bool attained = true;
    bool no_most = false;
    for (const Range& r : ranges) {
      const Rational nearest = Clamped(0, r);
      least += nearest * nearest;
      const bool at_end = (r.low && nearest == *r.low) || (r.high && nearest == *r.high);
      attained = attained && (r.closed || !at_end);
      if (r.low && r.high) {
        most += std::max<Rational>(*r.low * *r.low, *r.high * *r.high);
      } else {
        no_most = true;
      }
    }
    return (least < level || (least == level && attained)) &&
           (no_most || most > level || (most == level && AllClosed()));
  }
};

// The error that claims.hpp allows a figure.
Rational Promised(const Rational& slack, const Rational& value) {
  return slack * PowerOfTwo(-20) + abs(value) * PowerOfTwo(-50) + PowerOfTwo(-1073);
}

Outcome Of(bool held) { return held ? Outcome::kHeld : Outcome::kBroken; }

// The answer with none, some or all of its elements moved to neighbours, one by a lot.
rows::Bits Disturbed(const Problem& p, rows::Bits y, rows::Generator& random) {
  const Format& f = *p.y_format;
  const uint64_t kind = random.Below(4);
  for (uint64_t& bits : y) {
    if (kind != 0 && random.Below(kind) == 0) bits = random.Below(2) != 0 ? NextUp(f, bits) : NextDown(f, bits);
  }
  if (random.Below(8) == 0) y[random.Below(y.size())] = random.Below(f.infinity + 1);
  return y;
}

bool IsOrdinary(const Problem& p) {
  const auto finite = [](const Format& f, const rows::Bits& v) {
    return std::all_of(v.begin(), v.end(), [&](uint64_t b) { return IsFinite(f, b); });
  };
  if (!finite(*p.x_format, p.x) || !finite(*p.parameter_format, p.gamma) || !finite(*p.parameter_format, p.beta)) {
    return false;
  }
  const rows::Answer answer = rows::Normalized(p);
  return !IsNan(*p.y_format, answer.y[0]);
}

class Decision : public testing::TestWithParam<int> {};

TEST_P(Decision, IsThatOfRationalArithmetic) {
  const Format& y_format = *kFormats[GetParam()];
  rows::Generator random(static_cast<uint64_t>(GetParam()) + 1);
  size_t broken[3] = {};
  size_t held[3] = {};
  for (int repeat = 0; repeat < 1500; ++repeat) {
    Problem p = random.Next(8);
    p.y_format = &y_format;
    if (random.Below(3) == 0 && !p.gamma.empty()) {
      for (size_t k = random.Below(3); k != 0; --k) p.gamma[random.Below(p.gamma.size())] = 0;
    }
    if (!IsOrdinary(p)) continue;
    rows::Answer answer = rows::Normalized(p);
    answer.y = Disturbed(p, answer.y, random);
    rows::Packed packed(p);
    packed.set_answer(answer);
    const Row row = packed.row();
    const size_t n = row.columns;
    const auto numbers = [n](const void* data, const Format& f) { return Numbers(data, rows::FormatId(f), n); };
    Claims claims;
    ASSERT_EQ(claims.prepare(p.operation, n, numbers(row.gamma, *p.parameter_format),
                             numbers(row.beta, *p.parameter_format), p.eps),
              EXACTNORM_OK);
    RowVerdict verdict;
    ASSERT_EQ(claims.check(numbers(row.x, *p.x_format), numbers(row.y, y_format), verdict), EXACTNORM_OK);

    const Oracle oracle(p, answer.y);
    const auto count = [&](int claim, bool holds) { ++(holds ? held : broken)[claim]; };
    if (p.operation == EXACTNORM_LAYER_NORM && oracle.zero_gains == 0) {
      ASSERT_EQ(verdict.plane.outcome, Of(oracle.plane)) << p;
      count(0, oracle.plane);
      if (oracle.finite && std::isfinite(verdict.plane.slack) && std::isfinite(verdict.plane.value)) {
        const Rational off = ToRational(verdict.plane.value) - oracle.plane_value;
        ASSERT_LE(abs(off), Promised(oracle.plane_slack, oracle.plane_value)) << p;
      }
    } else {
      ASSERT_EQ(verdict.plane.outcome, Outcome::kSilent);
    }
    // Of zero gains, an excess of less than N 2^-60 may pass, as claims.hpp says; nothing that holds is refused.
    ASSERT_TRUE(!oracle.interior || verdict.interior.outcome == Outcome::kHeld) << p;
    ASSERT_TRUE(!oracle.clearly_outside || verdict.interior.outcome == Outcome::kBroken) << p;
    ASSERT_EQ(verdict.surface.outcome, Of(oracle.surface)) << p;
    count(1, oracle.interior);
    count(2, oracle.surface);
    if (oracle.finite && std::isfinite(verdict.surface.slack) && std::isfinite(verdict.surface.value)) {
      const Rational value = 1 - oracle.square / n;
      const Rational off = ToRational(verdict.surface.value) - value;
      ASSERT_LE(abs(off), Promised(ToRational(verdict.surface.slack), value)) << p;
      ASSERT_TRUE(RationalCell(kF64, std::bit_cast<uint64_t>(verdict.surface.target)).Contains(oracle.target)) << p;
    }
  }
  for (int claim = 0; claim < 3; ++claim) {  // no outcome is only there by luck
    EXPECT_GT(held[claim], 100u) << claim;
    EXPECT_GT(broken[claim], 100u) << claim;
  }
}

INSTANTIATE_TEST_SUITE_P(PerFormat, Decision, testing::Range(0, 4),
                         [](const auto& info) { return std::string(kFormats[info.param]->name); });

}  // namespace
}  // namespace exactnorm::geometry
