// SPDX-License-Identifier: Apache-2.0
// Numbers as unevaluated sums hi + lo of two binary64: vectors of them. Two-sums are those of Knuth and Dekker, exact;
// products are exact as long as nothing underflows or overflows, by FMA or by Dekker's split. |lo| <= u |hi| (1 + 2 u)
// and the bounds below are those of Joldes, Muller, Popescu, Tight and rigorous error bounds for basic building blocks
// of double-word arithmetic, ACM TOMS 44 (2017); what is proved here is cruder (proofs/sharp/pairs.v: 3.2 u |hi|),
// and enough for sharp_error_bounds.h.
// Not for ARM's scalable vectors, which have no size and can be no member of a class: there NEON does what needs this.
#if defined(EXACTNORM_FAST_DOUBLE_DOUBLE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_DOUBLE_DOUBLE_INL_H_
#undef EXACTNORM_FAST_DOUBLE_DOUBLE_INL_H_
#else
#define EXACTNORM_FAST_DOUBLE_DOUBLE_INL_H_
#endif

#include "lib/fast/numbers-inl.h"

#if !HWY_HAVE_SCALABLE
HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

struct VDD {
  VD hi;
  VD lo;
};

// a + b, exactly.
HWY_INLINE VDD TwoSum(VD a, VD b) {
  const VD sum = hn::Add(a, b);
  const VD b_part = hn::Sub(sum, a);
  const VD a_part = hn::Sub(sum, b_part);
  return {sum, hn::Add(hn::Sub(a, a_part), hn::Sub(b, b_part))};
}

// The same for |a| >= |b| or a = 0.
HWY_INLINE VDD FastTwoSum(VD a, VD b) {
  const VD sum = hn::Add(a, b);
  return {sum, hn::Sub(b, hn::Sub(sum, a))};
}

// a b, exactly.
HWY_INLINE VDD TwoProduct(VD a, VD b) {
  const VD product = hn::Mul(a, b);
#if HWY_NATIVE_FMA
  return {product, hn::MulSub(a, b, product)};
#else
  const VD splitter = hn::Set(D(), 0x1p27 + 1);
  const VD a_scaled = hn::Mul(a, splitter), b_scaled = hn::Mul(b, splitter);
  const VD a_high = hn::Sub(a_scaled, hn::Sub(a_scaled, a)), b_high = hn::Sub(b_scaled, hn::Sub(b_scaled, b));
  const VD a_low = hn::Sub(a, a_high), b_low = hn::Sub(b, b_high);
  const VD left = hn::Sub(hn::Mul(a_high, b_high), product);
  const VD cross = hn::Add(hn::Add(left, hn::Mul(a_high, b_low)), hn::Mul(a_low, b_high));
  return {product, hn::Add(cross, hn::Mul(a_low, b_low))};
#endif
}

// Relative error at most 3 u^2 + 13 u^3, cancellation included.
HWY_INLINE VDD Add(const VDD& a, const VDD& b) {
  const VDD s = TwoSum(a.hi, b.hi);
  const VDD t = TwoSum(a.lo, b.lo);
  const VDD v = FastTwoSum(s.hi, hn::Add(s.lo, t.hi));
  return FastTwoSum(v.hi, hn::Add(t.lo, v.lo));
}

// Relative error at most 2 u^2.
HWY_INLINE VDD Add(const VDD& a, VD b) {
  const VDD s = TwoSum(a.hi, b);
  return FastTwoSum(s.hi, hn::Add(a.lo, s.lo));
}

// Relative error at most 7 u^2.
HWY_INLINE VDD Multiply(const VDD& a, const VDD& b) {
  const VDD p = TwoProduct(a.hi, b.hi);
  const VD cross = hn::Add(hn::Mul(a.hi, b.lo), hn::Mul(a.lo, b.hi));
  return FastTwoSum(p.hi, hn::Add(p.lo, cross));
}

// Relative error at most 3 u^2.
HWY_INLINE VDD Multiply(const VDD& a, VD b) {
  const VDD p = TwoProduct(a.hi, b);
  return FastTwoSum(p.hi, hn::Add(p.lo, hn::Mul(a.lo, b)));
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // !HWY_HAVE_SCALABLE

#endif  // EXACTNORM_FAST_DOUBLE_DOUBLE_INL_H_
