// SPDX-License-Identifier: Apache-2.0
// Moments of a row of binary64, to about 2^-72: each deviation d from a centre is split into a few high bits, whose
// sums and sums of squares are exact, and the rest, summed in plain binary64. The ledger is in binary64_error_bounds.h.
#if defined(EXACTNORM_FAST_BINARY64_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_BINARY64_MOMENTS_INL_H_
#undef EXACTNORM_FAST_BINARY64_MOMENTS_INL_H_
#else
#define EXACTNORM_FAST_BINARY64_MOMENTS_INL_H_
#endif

#include <bit>
#include <cmath>

#include "lib/fast/binary64_error_bounds.h"
#include "lib/fast/moments-inl.h"

#if HWY_NATIVE_FMA
HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// hi + lo, |lo| <= u |hi| (1 + 2 u); bounds of the operations as in double_double-inl.h, whose scalars these are.
struct Pair {
  double hi;
  double lo;
};

HWY_INLINE Pair TwoSum(double a, double b) {
  const double sum = a + b;
  const double b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}
HWY_INLINE Pair FastTwoSum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}
HWY_INLINE Pair TwoProduct(double a, double b) {
  const hn::CappedTag<double, 1> one;
  const double product = a * b;
  return {product, hn::GetLane(hn::MulSub(hn::Set(one, a), hn::Set(one, b), hn::Set(one, product)))};
}
// Relative error at most 3 u^2 + 13 u^3.
HWY_INLINE Pair Add(const Pair& a, const Pair& b) {
  const Pair s = TwoSum(a.hi, b.hi);
  const Pair t = TwoSum(a.lo, b.lo);
  const Pair v = FastTwoSum(s.hi, s.lo + t.hi);
  return FastTwoSum(v.hi, t.lo + v.lo);
}
// Relative error at most 2 u^2.
HWY_INLINE Pair Add(const Pair& a, double b) {
  const Pair s = TwoSum(a.hi, b);
  return FastTwoSum(s.hi, a.lo + s.lo);
}
// Relative error at most 7 u^2.
HWY_INLINE Pair Multiply(const Pair& a, const Pair& b) {
  const Pair p = TwoProduct(a.hi, b.hi);
  return FastTwoSum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}
// Relative error at most 5 u^2: the remainder a.hi - fl(a.hi / n) n is exact; adding a.lo rounds by 2 u^2, dividing by
// 2 u^2.
HWY_INLINE Pair Divide(const Pair& a, double n) {
  const double quotient = a.hi / n;
  const Pair product = TwoProduct(quotient, n);
  const double rest = ((a.hi - product.hi) - product.lo) + a.lo;
  return FastTwoSum(quotient, rest / n);
}
HWY_INLINE Pair Negative(const Pair& a) { return {-a.hi, -a.lo}; }

inline constexpr size_t kMostLanes = HWY_MAX_BYTES / sizeof(double);
inline constexpr size_t kLine = 64 / sizeof(double);  // numbers of a line of the caches

// The sums of the ledger. high + low: of d1^2, lane by lane.
struct Binary64Sums {
  double d1;
  double d2;
  double rest;  // of d2 (d + d1)
  double high[kMostLanes];
  double low[kMostLanes];
};

template <bool kCentre>
HWY_INLINE VD Binary64Deviation(const double* at, VD center) {
  const VD x = hn::LoadU(D(), at);
  if constexpr (kCentre) return hn::Sub(x, center);
  return x;
}

// The largest |d|; anything if one is a NaN.
template <bool kCentre>
HWY_INLINE double LargestDeviation(const double* x, size_t n, double center) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const VD c = hn::Set(d, center);
  VD m0 = hn::Zero(d), m1 = m0, m2 = m0, m3 = m0;
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    m0 = hn::Max(m0, hn::Abs(Binary64Deviation<kCentre>(x + i, c)));
    m1 = hn::Max(m1, hn::Abs(Binary64Deviation<kCentre>(x + i + lanes, c)));
    m2 = hn::Max(m2, hn::Abs(Binary64Deviation<kCentre>(x + i + 2 * lanes, c)));
    m3 = hn::Max(m3, hn::Abs(Binary64Deviation<kCentre>(x + i + 3 * lanes, c)));
  }
  for (; i + lanes <= n; i += lanes) m0 = hn::Max(m0, hn::Abs(Binary64Deviation<kCentre>(x + i, c)));
  double each[kMostLanes];
  hn::StoreU(hn::Max(hn::Max(m0, m1), hn::Max(m2, m3)), d, each);
  double largest = 0;
  for (size_t k = 0; k < lanes; ++k) largest = HWY_MAX(largest, each[k]);
  for (; i < n; ++i) largest = HWY_MAX(largest, std::abs(x[i] - (kCentre ? center : 0.0)));
  return largest;
}

// `spread` is C of the ledger; `next` are as many numbers, to be prefetched.
template <bool kCentre>
HWY_INLINE void AddBinary64(const double* x, const double* next, size_t columns, double center, double spread,
                            Binary64Sums& sums) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const VD c = hn::Set(d, center), spread_lanes = hn::Set(d, spread);
  VD s0 = hn::Zero(d), s1 = s0, high = s0, low = s0;
  CounterSum d2, rest;
  for (size_t begin = 0; begin < columns; begin += kSumBlock) {
    const size_t n = HWY_MIN(columns - begin, kSumBlock);
    const double* at = x + begin;
    VD l0 = hn::Zero(d), l1 = l0, l2 = l0, l3 = l0;
    VD q0 = l0, q1 = l0, q2 = l0, q3 = l0;
    VD r0 = l0, r1 = l0, r2 = l0, r3 = l0;
    const auto accumulate = [&](VD deviation, VD& s, VD& l, VD& q, VD& r) HWY_ATTR {
      const VD first = hn::Sub(hn::Add(deviation, spread_lanes), spread_lanes);
      const VD second = hn::Sub(deviation, first);
      s = hn::Add(s, first);
      l = hn::Add(l, second);
      q = hn::MulAdd(first, first, q);
      r = hn::MulAdd(second, hn::Add(deviation, first), r);
    };
    size_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
      for (size_t k = 0; k < 4 * lanes; k += kLine) hwy::Prefetch(next + begin + i + k);
      accumulate(Binary64Deviation<kCentre>(at + i, c), s0, l0, q0, r0);
      accumulate(Binary64Deviation<kCentre>(at + i + lanes, c), s1, l1, q1, r1);
      accumulate(Binary64Deviation<kCentre>(at + i + 2 * lanes, c), s0, l2, q2, r2);
      accumulate(Binary64Deviation<kCentre>(at + i + 3 * lanes, c), s1, l3, q3, r3);
    }
    // Up to four vectors more, the last of which may end beyond the row.
    const auto accumulate_tail = [&](VD& s, VD& l, VD& q, VD& r) HWY_ATTR {
      if (i >= n) return;
      if (i + lanes <= n) {
        accumulate(Binary64Deviation<kCentre>(at + i, c), s, l, q, r);
      } else {
        double copy[kMostLanes];
        for (size_t k = 0; k < lanes; ++k) copy[k] = i + k < n ? at[i + k] : kCentre ? center : 0.0;
        accumulate(Binary64Deviation<kCentre>(copy, c), s, l, q, r);
      }
      i += lanes;
    };
    accumulate_tail(s0, l0, q0, r0);
    accumulate_tail(s1, l1, q1, r1);
    accumulate_tail(s0, l2, q2, r2);
    accumulate_tail(s1, l3, q3, r3);
    d2.Add(hn::Add(hn::Add(l0, l1), hn::Add(l2, l3)));
    rest.Add(hn::Add(hn::Add(r0, r1), hn::Add(r2, r3)));
    const auto join = [&](VD q) HWY_ATTR {
      const VD sum = hn::Add(high, q);
      const VD q_part = hn::Sub(sum, high);
      const VD high_part = hn::Sub(sum, q_part);
      low = hn::Add(low, hn::Add(hn::Sub(high, high_part), hn::Sub(q, q_part)));
      high = sum;
    };
    join(q0);
    join(q1);
    join(q2);
    join(q3);
  }
  sums.d1 = SumAsTree(hn::Add(s0, s1));
  sums.d2 = SumAsTree(d2.Total());
  sums.rest = SumAsTree(rest.Total());
  hn::StoreU(high, d, sums.high);
  hn::StoreU(low, d, sums.low);
}

// m, a^, v^, r^, c^ of the ledger.
struct Binary64Moments {
  double center;
  double largest;  // |d|
  double kappa;    // q^ / v^, its high parts
  Pair offset;
  Pair rstd;
  Pair shift;
  NormalizedError error;  // E1, E0
  bool admitted;
};

// X of the ledger, 0 if it is out of range.
HWY_INLINE double Binary64Scale(double largest) {
  if (!(largest >= kBinary64LeastDeviation && largest <= kBinary64MostDeviation)) return 0;
  return std::bit_cast<double>((std::bit_cast<uint64_t>(largest) >> 52 << 52) + (uint64_t{1} << 52));
}

HWY_INLINE double Power(int exponent) { return std::bit_cast<double>(static_cast<uint64_t>(exponent + 1023) << 52); }

HWY_INLINE void FinishBinary64(double center, double largest, const RowShape& shape, const Binary64Sums& sums,
                               Binary64Moments& m) {
  const size_t lanes = hn::Lanes(D());
  const auto columns = static_cast<double>(shape.columns);
  m.center = center;
  m.largest = largest;
  m.offset = {0, 0};
  if (shape.has_mean) m.offset = Divide(TwoSum(sums.d1, sums.d2), columns);
  double high = sums.high[0], low = sums.low[0];
  for (size_t k = 1; k < lanes; ++k) {
    const Pair sum = TwoSum(high, sums.high[k]);
    high = sum.hi;
    low += sum.lo + sums.low[k];
  }
  const Pair squares = TwoSum(high, sums.rest);
  const Pair mean_square = Divide(FastTwoSum(squares.hi, squares.lo + low), columns);
  const Pair v = Add(Add(mean_square, Negative(Multiply(m.offset, m.offset))), shape.eps);
  m.kappa = mean_square.hi / v.hi;
  const double root = 1 / std::sqrt(v.hi);
  const Pair unit = Multiply(v, TwoProduct(root, root));
  const double h = (1 - unit.hi) - unit.lo;
  m.rstd = FastTwoSum(root, root * (h * (0.5 + 0.375 * h)));
  m.shift = Negative(Multiply(m.offset, m.rstd));
  const double grid = Binary64Scale(largest) * Power(-Binary64SplitBits(lanes)) * root;
  m.error = BoundBinary64(shape.columns, lanes, grid, std::sqrt(m.kappa), std::abs(m.shift.hi));
  m.admitted = v.hi >= kBinary64LeastV && v.hi <= 1 / kBinary64LeastV && m.kappa <= kBinary64Kappa;
}

template <bool kCentre>
HWY_INLINE void FindBinary64MomentsAbout(double center, double largest, const double* x, const double* next,
                                         const RowShape& shape, Binary64Moments& m) {
  const double scale = Binary64Scale(largest);
  if (scale == 0) {
    m = {};
    return;
  }
  Binary64Sums sums;
  AddBinary64<kCentre>(x, next, shape.columns, center, scale * Power(52 - Binary64SplitBits(hn::Lanes(D()))) * 1.5,
                       sums);
  FinishBinary64(center, largest, shape, sums, m);
}

// Of a row whose mean is large: once more, from there, if all deviations are exact.
HWY_NOINLINE inline void CentreBinary64(const double* x, const RowShape& shape, Binary64Moments& m) {
  const double center = m.offset.hi;
  if (!shape.has_mean || center == 0 || !std::isfinite(center)) return;
  const double largest = LargestDeviation<true>(x, shape.columns, center);
  if (largest <= std::abs(center) / 4) FindBinary64MomentsAbout<true>(center, largest, x, x, shape, m);
}

// The moments that the row goes on with.
HWY_INLINE void FindBinary64Moments(const double* x, const double* next, const RowShape& shape, Binary64Moments& m) {
  FindBinary64MomentsAbout<false>(0, LargestDeviation<false>(x, shape.columns, 0), x, next, shape, m);
  if (HWY_UNLIKELY(!(m.admitted && m.kappa <= kBinary64Centred))) CentreBinary64(x, shape, m);
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // HWY_NATIVE_FMA

#endif  // EXACTNORM_FAST_BINARY64_MOMENTS_INL_H_
