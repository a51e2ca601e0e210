// SPDX-License-Identifier: Apache-2.0
// From y^ and a bound e on its error to the bits of RN(y), where they are certain: for the real y in
// [y^ - e, y^ + e] no rounding boundary of the output format may lie between. Both ends are first rounded to
// binary32, L = RN32(low), H = RN32(high). A boundary b of bfloat16 or binary16 (normal range) is a binary32 number,
// so L > b implies low > b, and H < b implies high < b: if neither L nor H is a boundary and both lie in the same
// cell, then so does y. For binary32 itself L = H settles it, rounding being monotone.
//
// Zeros, numbers from the largest binary32 on, infinities and NaNs are never certified here: an exact zero has a sign
// of its own, and not every target overflows as it should. For binary16 only its normal range is.
#if defined(EXACTNORM_FAST_ROUNDING_TEST_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_ROUNDING_TEST_INL_H_
#undef EXACTNORM_FAST_ROUNDING_TEST_INL_H_
#else
#define EXACTNORM_FAST_ROUNDING_TEST_INL_H_
#endif

#include "lib/fast/blocks-inl.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// Each function returns patterns of the output format, each in 32 bits, and says where they are those of RN(y).
using Certified = hn::Mask<U>;

HWY_INLINE VU RoundBinary32(VU low, VU high, Certified& certified) {
  const U u;
  const VU magnitude = hn::And(low, hn::Set(u, 0x7FFFFFFF));
  // 0 < magnitude < that of the largest number, as one unsigned comparison
  const auto inside = hn::Lt(hn::Sub(magnitude, hn::Set(u, 1)), hn::Set(u, 0x7F7FFFFE));
  certified = hn::And(inside, hn::Eq(low, high));
  return low;
}

// Neither end is a boundary, and adding half a unit before cutting `kDropped` bits gives the same, sign included.
template <int kDropped>
HWY_INLINE hn::Mask<U> SameCell(VU low, VU high) {
  const U u;
  const VU half = hn::Set(u, uint32_t{1} << (kDropped - 1));
  const VU dropped = hn::Set(u, (uint32_t{1} << kDropped) - 1);
  const auto boundary = hn::Or(hn::Eq(hn::And(low, dropped), half), hn::Eq(hn::And(high, dropped), half));
  const auto same = hn::Eq(hn::ShiftRight<kDropped>(hn::Add(low, half)), hn::ShiftRight<kDropped>(hn::Add(high, half)));
  return hn::AndNot(boundary, same);
}

HWY_INLINE VU RoundBfloat16(VU low, VU high, Certified& certified) {
  const U u;
  const VU mask = hn::Set(u, 0x7FFFFFFF);
  const VU one = hn::Set(u, 1);
  const VU span = hn::Set(u, 0x7F7FFFFE);
  const auto inside =
      hn::And(hn::Lt(hn::Sub(hn::And(low, mask), one), span), hn::Lt(hn::Sub(hn::And(high, mask), one), span));
  certified = hn::And(inside, SameCell<16>(low, high));
  return hn::ShiftRight<16>(hn::Add(low, hn::Set(u, 0x8000)));
}

// Normal results: both ends from 2^-14 (0x38800000) to 65504 (0x477FE000).
HWY_INLINE VU RoundBinary16(VU low, VU high, Certified& certified) {
  const U u;
  const VU mask = hn::Set(u, 0x7FFFFFFF);
  const VU least = hn::Set(u, 0x38800000);
  const VU span = hn::Set(u, 0x477FE000 - 0x38800000 + 1);
  const auto inside =
      hn::And(hn::Lt(hn::Sub(hn::And(low, mask), least), span), hn::Lt(hn::Sub(hn::And(high, mask), least), span));
  const VU magnitude =
      hn::Sub(hn::ShiftRight<13>(hn::Add(hn::And(low, mask), hn::Set(u, 0x1000))), hn::Set(u, 112 << 10));
  const VU sign = hn::And(hn::ShiftRight<16>(low), hn::Set(u, 0x8000));
  certified = hn::And(inside, SameCell<13>(low, high));
  return hn::Or(magnitude, sign);
}

HWY_INLINE VU Round(const Format& format, VD y, VD error, Certified& certified) {
  const F f;
  const U u;
  const VU low = hn::BitCast(u, hn::DemoteTo(f, hn::Sub(y, error)));
  const VU high = hn::BitCast(u, hn::DemoteTo(f, hn::Add(y, error)));
  if (format == kF32) return RoundBinary32(low, high, certified);
  return format == kBF16 ? RoundBfloat16(low, high, certified) : RoundBinary16(low, high, certified);
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_ROUNDING_TEST_INL_H_
