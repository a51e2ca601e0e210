// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/secular.h"

#include <algorithm>
#include <cmath>

// Without this an aarch64 build would have no scalar target, nor an x86 one the older ones.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/geometry/secular.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::geometry {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, GainGroups::kBlock>;
using V = hn::Vec<D>;
constexpr double kFarAway = 0x1p200;  // no denominator that matters is larger; its square and cube are finite
constexpr double kLastStep = 0x1p-28;
constexpr double kSmallShift = 0x1p-18;

// One root's equation in offsets from the pole `origin`, on gains times `scale`.
struct Equation {
  const GainGroups* groups;
  std::size_t near_begin, near_end;  // whole blocks
  double scale;
  double origin;

  double Difference(std::size_t i) const {
    const double d = groups->gain[i] * scale;
    return (d - origin) * (d + origin);
  }
};

// d_i^2 - origin^2 - t for the poles from i on.
HWY_INLINE V Denominator(const double* HWY_RESTRICT gain, V scale, V origin, V t) {
  const V d = hn::Mul(hn::LoadU(D(), gain), scale);
  return hn::Min(hn::MulSub(hn::Sub(d, origin), hn::Add(d, origin), t), hn::Set(D(), kFarAway));
}

// sum of q/x, q/x^2, q/x^3 over the far poles.
struct Expansion {
  double r0, r1, r2;
};

// first, second, third: sums of q/x, q/x^2, q/x^3 over x = a, b. Vectors are no struct's members: SVE's have no size.
template <bool kRepeated>
HWY_INLINE void PairOfTerms(V a, V b, V a_count, V b_count, V& first, V& second, V& third) {
  const V r = hn::Div(hn::Set(D(), 1.0), hn::Mul(a, b));
  if constexpr (kRepeated) {
    const V a_inverse = hn::Mul(r, b);
    const V b_inverse = hn::Mul(r, a);
    const V a1 = hn::Mul(a_count, a_inverse);
    const V b1 = hn::Mul(b_count, b_inverse);
    const V a2 = hn::Mul(a1, a_inverse);
    const V b2 = hn::Mul(b1, b_inverse);
    first = hn::Add(a1, b1);
    second = hn::Add(a2, b2);
    third = hn::MulAdd(a2, a_inverse, hn::Mul(b2, b_inverse));
  } else {  // Newton's identities for the power sums of 1/a and 1/b
    (void)a_count;
    (void)b_count;
    first = hn::Mul(hn::Add(a, b), r);
    second = hn::MulSub(first, first, hn::Add(r, r));
    third = hn::Mul(first, hn::Sub(second, r));
  }
}

// sum + lost += term, with an error of u sum |term| in `lost` alone: Knuth's TwoSum.
HWY_INLINE void AddCompensated(V term, V& sum, V& lost) {
  const V total = hn::Add(sum, term);
  const V shadow = hn::Sub(total, sum);
  lost = hn::Add(lost, hn::Add(hn::Sub(sum, hn::Sub(total, shadow)), hn::Sub(term, shadow)));
  sum = total;
}

template <bool kRepeated>
HWY_NOINLINE Expansion FarSum(const Equation& e, double t) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const V scale = hn::Set(d, e.scale);
  const V origin = hn::Set(d, e.origin);
  const V offset = hn::Set(d, t);
  const double* const HWY_RESTRICT gain = e.groups->gain.data();
  const double* const HWY_RESTRICT count = e.groups->count.data();
  const std::size_t near_begin = e.near_begin;
  const std::size_t skip = e.near_end - near_begin;
  const std::size_t far = e.groups->gain.size() - skip;
  V sum0 = hn::Zero(d), lost = hn::Zero(d), sum1 = hn::Zero(d), sum2 = hn::Zero(d);
  V a1, a2, a3, b1, b2, b3;

  std::size_t i = 0;  // counts far poles only
  for (; i + 4 * lanes <= far; i += 4 * lanes) {
    const auto at = [=](std::size_t place) { return place + (place >= near_begin ? skip : 0); };
    const std::size_t i0 = at(i), i1 = at(i + lanes), i2 = at(i + 2 * lanes), i3 = at(i + 3 * lanes);
    PairOfTerms<kRepeated>(Denominator(gain + i0, scale, origin, offset), Denominator(gain + i1, scale, origin, offset),
                           hn::LoadU(d, count + i0), hn::LoadU(d, count + i1), a1, a2, a3);
    PairOfTerms<kRepeated>(Denominator(gain + i2, scale, origin, offset), Denominator(gain + i3, scale, origin, offset),
                           hn::LoadU(d, count + i2), hn::LoadU(d, count + i3), b1, b2, b3);
    AddCompensated(hn::Add(a1, b1), sum0, lost);
    sum1 = hn::Add(sum1, hn::Add(a2, b2));
    sum2 = hn::Add(sum2, hn::Add(a3, b3));
  }
  for (; i < far; i += lanes) {
    const std::size_t k = i + (i >= near_begin ? skip : 0);
    PairOfTerms<kRepeated>(Denominator(gain + k, scale, origin, offset), hn::Set(d, kFarAway), hn::LoadU(d, count + k),
                           hn::Zero(d), a1, a2, a3);
    AddCompensated(a1, sum0, lost);
    sum1 = hn::Add(sum1, a2);
    sum2 = hn::Add(sum2, a3);
  }
  return {hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, lost))), hn::GetLane(hn::SumOfLanes(d, sum1)),
          hn::GetLane(hn::SumOfLanes(d, sum2))};
}

struct Value {
  double f, slope;
};

// The near terms at offset t.
HWY_INLINE Value NearSum(const Equation& e, double t) {
  const D d;
  const V scale = hn::Set(d, e.scale);
  const V origin = hn::Set(d, e.origin);
  const V offset = hn::Set(d, t);
  V sum = hn::Zero(d), slope = hn::Zero(d);
  for (std::size_t i = e.near_begin; i < e.near_end; i += hn::Lanes(d)) {
    const V x = Denominator(e.groups->gain.data() + i, scale, origin, offset);
    const V inverse = hn::Div(hn::Set(d, 1.0), x);
    const V term = hn::Mul(hn::LoadU(d, e.groups->count.data() + i), inverse);
    sum = hn::Add(sum, term);
    slope = hn::MulAdd(term, inverse, slope);
  }
  return {hn::GetLane(hn::SumOfLanes(d, sum)), hn::GetLane(hn::SumOfLanes(d, slope))};
}

// The offset lies between low and high.
struct Bracket {
  double low, high;

  void Narrow(double t, double f) { (f < 0 ? low : high) = t; }
  double Middle() const { return low + 0.5 * (high - low); }
  bool Holds(double t) const { return low < t && t < high; }
};

// The zero of the model far(t - y) + near(t). `other` is the second pole next to the root, as an offset; `weight` the
// multiplicity of the pole at 0.
double ModelRoot(const Equation& e, const Expansion& far, double y, double other, double weight, Bracket bracket) {
  double t = y;
  for (int step = 0; step < 200; ++step) {
    const double h = t - y;
    Value value = NearSum(e, t);
    value.f += far.r0 + h * (far.r1 + h * far.r2);
    value.slope += far.r1 + 2 * h * far.r2;
    bracket.Narrow(t, value.f);
    // The pole at 0 as it is, and c + s/(other - t) with the right value and slope.
    const double to_origin = -t;
    const double to_other = other - t;
    const double s = std::max(0.0, to_other * to_other * (value.slope - weight / (t * t)));
    const double c = value.f - weight / to_origin - s / to_other;
    const double a = c * (to_origin + to_other) + weight + s;
    const double b = to_origin * to_other * value.f;
    const double root = std::sqrt(std::max(0.0, a * a - 4 * b * c));
    const double change = a > 0 ? 2 * b / (a + root) : (a - root) / (2 * c);
    if (std::fabs(change) <= kLastStep * std::fabs(t)) return t + change;
    const bool bisect = !bracket.Holds(t + change) || (step > 8 && step % 2 == 0);
    const double next = bisect ? bracket.Middle() : t + change;
    if (next == t || !(bracket.low < bracket.high)) return t;
    t = next;
  }
  return t;
}

template <bool kRepeated>
Root FindRoot(const GainGroups& groups, std::size_t j) {
  const int exponent = RootExponent(groups.gain[j + 1]);
  const double scale = std::ldexp(1.0, -exponent);
  constexpr std::size_t kBlock = GainGroups::kBlock;
  Equation e = {&groups, (j > 0 ? j - 1 : 0) / kBlock * kBlock,
                std::min((j + 3 + kBlock - 1) / kBlock * kBlock, groups.gain.size()), scale, groups.gain[j] * scale};

  const double gap = e.Difference(j + 1);
  const bool no_far = e.near_begin == 0 && e.near_end == groups.gain.size();
  double y = 0.5 * gap;
  Root result = {0, exponent, no_far ? 0 : 1};
  Expansion far = no_far ? Expansion{0, 0, 0} : FarSum<kRepeated>(e, y);
  const bool from_above = far.r0 + NearSum(e, y).f < 0;  // the root is beyond the middle: offsets from pole j + 1
  // A little beyond the middle, so that a sign that rounding has turned does not shut the root out.
  const double reach = y * (1 + 0x1p-10);
  if (from_above) {
    e.origin = groups.gain[j + 1] * scale;
    y = -y;
  }
  Bracket bracket = from_above ? Bracket{-reach, 0} : Bracket{0, reach};
  const double other = from_above ? -gap : gap;
  const double weight = groups.count[from_above ? j + 1 : j];

  const double n = static_cast<double>(groups.order.size());
  for (int step = 0;; ++step) {
    const double t = ModelRoot(e, far, y, other, weight, bracket);
    double distance = kFarAway;
    if (e.near_begin > 0) distance = std::min(distance, t - e.Difference(e.near_begin - 1));
    if (e.near_end < groups.gain.size()) distance = std::min(distance, e.Difference(e.near_end) - t);
    const double shift = std::fabs(t - y);
    if (no_far || shift <= std::min(kSmallShift, 0.25 / n) * distance || step == 200) {
      result.offset = t;
      return result;
    }
    y = !bracket.Holds(t) || (step > 8 && step % 2 == 0) ? bracket.Middle() : t;
    far = FarSum<kRepeated>(e, y);
    ++result.sums;
    bracket.Narrow(y, far.r0 + NearSum(e, y).f);
  }
}

void FindRootsHere(const GainGroups& groups, std::size_t begin, std::size_t end, Root* roots) {
  const bool repeated = groups.repeated();
  for (std::size_t j = begin; j < end; ++j) {
    roots[j - begin] = repeated ? FindRoot<true>(groups, j) : FindRoot<false>(groups, j);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace exactnorm::geometry
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace exactnorm::geometry {

HWY_EXPORT(FindRootsHere);

void FindRoots(const GainGroups& groups, std::size_t begin, std::size_t end, Root* roots) {
  HWY_DYNAMIC_DISPATCH(FindRootsHere)(groups, begin, end, roots);
}

int RootExponent(double gain) { return std::clamp(std::ilogb(gain), -1000, 1000); }

double SemiAxis(std::size_t n, double pole, double offset, int exponent) {
  const double d = std::ldexp(pole, -exponent);
  return std::ldexp(std::sqrt(static_cast<double>(n) * (d * d + offset)), exponent);
}

}  // namespace exactnorm::geometry
#endif  // HWY_ONCE
