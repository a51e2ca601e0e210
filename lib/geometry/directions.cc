// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/directions.h"

#include <algorithm>
#include <cmath>

// Without this an aarch64 build would have no scalar target, nor an x86 one the older ones.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/geometry/directions.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::geometry {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
constexpr double kFarAway = 0x1p200;

// One root, on gains times `scale`.
struct Shift {
  double scale, origin, offset;
};

// g/(g^2 - m). Beyond 2^200 that is 1/g to 2^-300 of itself, and g^2 need not be finite.
HWY_INLINE V Quotient(const Shift& shift, V gain) {
  const D d;
  const V g = hn::Mul(gain, hn::Set(d, shift.scale));
  const V size = hn::Abs(g);
  const V origin = hn::Set(d, shift.origin);
  const V x = hn::MulSub(hn::Sub(size, origin), hn::Add(size, origin), hn::Set(d, shift.offset));
  const V one = hn::Set(d, 1.0);
  const auto large = hn::Gt(size, hn::Set(d, kFarAway));
  return hn::Div(hn::IfThenElse(large, one, g), hn::IfThenElse(large, g, x));
}

HWY_INLINE void AddSquare(V v, V& sum, V& lost) {
  const V term = hn::Mul(v, v);
  const V total = hn::Add(sum, term);
  const V shadow = hn::Sub(total, sum);
  lost = hn::Add(lost, hn::Add(hn::Sub(sum, hn::Sub(total, shadow)), hn::Sub(term, shadow)));
  sum = total;
}

void RootDirectionHere(const double* HWY_RESTRICT gains, std::size_t n, double scale, double origin, double offset,
                       double* HWY_RESTRICT v) {
  const Shift shift = {scale, origin, offset};
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V sum = hn::Zero(d), lost = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const V quotient = Quotient(shift, hn::LoadU(d, gains + i));
    hn::StoreU(quotient, d, v + i);
    AddSquare(quotient, sum, lost);
  }
  if (i < n) {  // the rest in a whole vector: a zero gain has a zero component
    HWY_ALIGN double rest[HWY_MAX_BYTES / sizeof(double)] = {};
    std::copy(gains + i, gains + n, rest);
    const V quotient = Quotient(shift, hn::Load(d, rest));
    AddSquare(quotient, sum, lost);
    hn::Store(quotient, d, rest);
    std::copy(rest, rest + (n - i), v + i);
  }
  const double norm = std::sqrt(hn::GetLane(hn::SumOfLanes(d, hn::Add(sum, lost))));
  const V divisor = hn::Set(d, norm);
  for (i = 0; i + lanes <= n; i += lanes) hn::StoreU(hn::Div(hn::LoadU(d, v + i), divisor), d, v + i);
  for (; i < n; ++i) v[i] /= norm;
}

}  // namespace HWY_NAMESPACE
}  // namespace exactnorm::geometry
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace exactnorm::geometry {

HWY_EXPORT(RootDirectionHere);

void RootDirection(std::span<const double> gains, double gain, double offset, int exponent, std::span<double> v) {
  const double scale = std::ldexp(1.0, -exponent);
  HWY_DYNAMIC_DISPATCH(RootDirectionHere)(gains.data(), gains.size(), scale, gain * scale, offset, v.data());
}

void ContrastDirection(std::span<const double> gains, std::span<const std::size_t> members, std::span<double> v) {
  std::fill(v.begin(), v.end(), 0.0);
  const std::size_t place = members.size() - 1;
  const double t = static_cast<double>(place);
  const double size = 1 / std::sqrt(t * (t + 1));
  for (std::size_t i = 0; i < place; ++i) v[members[i]] = std::copysign(size, gains[members[i]]);
  v[members[place]] = -std::copysign(std::sqrt(t / (t + 1)), gains[members[place]]);
}

}  // namespace exactnorm::geometry
#endif  // HWY_ONCE
