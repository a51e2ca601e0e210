// SPDX-License-Identifier: Apache-2.0
// Moments of a row of any format in double-double, after scaling by a power of two. The ledger is in
// sharp_error_bounds.h.
#if defined(EXACTNORM_FAST_SHARP_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_SHARP_MOMENTS_INL_H_
#undef EXACTNORM_FAST_SHARP_MOMENTS_INL_H_
#else
#define EXACTNORM_FAST_SHARP_MOMENTS_INL_H_
#endif

#include <algorithm>
#include <bit>
#include <cmath>

#include "lib/fast/double_double-inl.h"
#include "lib/fast/moments-inl.h"
#include "lib/fast/sharp_error_bounds.h"
#include "lib/row.h"

#if !HWY_HAVE_SCALABLE
HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

inline constexpr size_t kSharpBlock = 64;  // columns that are on their way together
struct SharpBlock {
  HWY_ALIGN_MAX double numbers[kSharpBlock + kGroupColumns];
};

template <class X>
HWY_INLINE void LoadNumbersAs(const unsigned char* at, size_t n, double* numbers) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const size_t whole = IsAligned(at, X::kBytes) ? n / lanes * lanes : 0;
  for (size_t i = 0; i < whole; i += lanes) hn::Store(LoadDoubles<X>(at + i * X::kBytes), d, numbers + i);
  for (size_t i = whole; i < n; i += lanes) {
    HWY_ALIGN_MAX unsigned char copy[HWY_MAX_BYTES] = {};
    std::memcpy(copy, at + i * X::kBytes, HWY_MIN(n - i, lanes) * X::kBytes);
    hn::Store(LoadDoubles<X>(copy), d, numbers + i);
  }
}

// Elements [begin, begin + n) of an array as binary64, padded with zeros to whole vectors.
HWY_NOINLINE inline void LoadNumbers(const Format& f, const void* array, size_t begin, size_t n, double* numbers) {
  const auto* at = static_cast<const unsigned char*>(array) + begin * static_cast<size_t>(f.bytes);
  if (f == kF64) {
    std::memcpy(numbers, at, n * sizeof(double));
    for (size_t i = n; i % hn::Lanes(D()) != 0; ++i) numbers[i] = 0;
  } else {
    WithFormat(f, [&](auto x) HWY_ATTR { LoadNumbersAs<decltype(x)>(at, n, numbers); });
  }
}

// The sum of the lanes, in lane 0.
HWY_INLINE VDD SumOfLanes(VDD v) {
  const D d;
  double hi[2 * HWY_MAX_BYTES / sizeof(double)] = {};
  double lo[2 * HWY_MAX_BYTES / sizeof(double)] = {};
  for (size_t half = hn::Lanes(d) / 2; half != 0; half /= 2) {
    hn::StoreU(v.hi, d, hi);
    hn::StoreU(v.lo, d, lo);
    v = Add(v, {hn::LoadU(d, hi + half), hn::LoadU(d, lo + half)});
  }
  return v;
}

// What the ledger calls by these names; the double-doubles in every lane.
struct SharpMoments {
  double scale;
  double m;
  VDD a;
  VDD q;
  VDD v;
  double kappa;
  VDD r;
  NormalizedError error;
  bool admitted;
};

// Calls take(numbers, n) for block after block of x s.
template <class Take>
HWY_INLINE void ForEachBlock(const Row& row, double scale, const Take& take) {
  const D d;
  SharpBlock block;
  for (size_t i = 0; i < row.columns; i += kSharpBlock) {
    const size_t n = HWY_MIN(row.columns - i, kSharpBlock);
    LoadNumbers(*row.x_format, row.x, i, n, block.numbers);
    if (scale != 1) {
      for (size_t k = 0; k < n; k += hn::Lanes(d)) {
        hn::Store(hn::Mul(hn::Load(d, block.numbers + k), hn::Set(d, scale)), d, block.numbers + k);
      }
    }
    take(block.numbers, n);
  }
}

// s of the ledger; 0 if the row has a NaN or an infinity, or nothing but zeros.
HWY_NOINLINE inline double FindScale(const Row& row) {
  if (*row.x_format != kF64) return 1;
  const D d;
  const hn::RebindToSigned<D> i64;
  auto most = hn::Zero(i64);
  ForEachBlock(row, 1, [&](const double* x, size_t n) HWY_ATTR {
    for (size_t k = 0; k < n; k += hn::Lanes(d)) {
      most = hn::Max(most, hn::BitCast(i64, hn::Abs(hn::Load(d, x + k))));
    }
  });
  int64_t lanes[HWY_MAX_BYTES / sizeof(double)];
  hn::StoreU(most, i64, lanes);
  int64_t largest = lanes[0];
  for (size_t k = 1; k < hn::Lanes(d); ++k) largest = HWY_MAX(largest, lanes[k]);
  const int64_t field = largest >> 52;
  if (largest == 0 || field == 2047) return 0;
  const int64_t clamped = field < 23 ? 23 : field > 2023 ? 2023 : field;
  return std::bit_cast<double>((2046 - clamped) << 52);
}

HWY_NOINLINE inline SharpMoments ComputeSharpMoments(const Row& row) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  SharpMoments moments{};
  moments.scale = FindScale(row);
  if (moments.scale == 0) return moments;
  const bool centred = row.operation == EXACTNORM_LAYER_NORM;
  const auto columns = static_cast<double>(row.columns);
  if (centred) {
    VD sum = hn::Zero(d);
    ForEachBlock(row, moments.scale, [&](const double* x, size_t n) HWY_ATTR {
      for (size_t k = 0; k < n; k += lanes) sum = hn::Add(sum, hn::Load(d, x + k));
    });
    double each[HWY_MAX_BYTES / sizeof(double)];
    hn::StoreU(sum, d, each);
    double total = 0;
    for (size_t k = 0; k < lanes; ++k) total += each[k];
    moments.m = total / columns;
    if (!std::isfinite(moments.m)) return moments;
  }

  const VD m = hn::Set(d, -moments.m);
  VDD s0{hn::Zero(d), hn::Zero(d)}, s1 = s0, q0 = s0, q1 = s0;
  const auto accumulate = [&](VD x, size_t left, VDD& s, VDD& q) HWY_ATTR {
    VDD e = TwoSum(x, m);
    if (HWY_UNLIKELY(left < lanes)) {
      const auto inside = hn::FirstN(d, left);
      e = {hn::IfThenElseZero(inside, e.hi), hn::IfThenElseZero(inside, e.lo)};
    }
    const VDD sum = TwoSum(s.hi, e.hi);
    s = {sum.hi, hn::Add(s.lo, hn::Add(sum.lo, e.lo))};
    const VDD square = TwoProduct(e.hi, e.hi);
    const VD cross = hn::Add(square.lo, hn::Mul(hn::Add(e.hi, e.hi), e.lo));
    const VDD total = TwoSum(q.hi, square.hi);
    q = {total.hi, hn::Add(q.lo, hn::Add(total.lo, cross))};
  };
  ForEachBlock(row, moments.scale, [&](const double* x, size_t n) HWY_ATTR {
    for (size_t k = 0; k < n; k += 2 * lanes) {
      accumulate(hn::Load(d, x + k), n - k, s0, q0);
      if (k + lanes < n) accumulate(hn::Load(d, x + k + lanes), n - k - lanes, s1, q1);
    }
  });
  const VD one = hn::Set(d, 1.0);
  const VD count = hn::Set(d, columns);
  const auto normalized = [](const VDD& v) HWY_ATTR { return FastTwoSum(v.hi, v.lo); };
  const auto broadcast = [&](const VDD& v) HWY_ATTR {
    return VDD{hn::Set(d, hn::GetLane(v.hi)), hn::Set(d, hn::GetLane(v.lo))};
  };
  // 1 / N = i + (1 - N i) / N
  const VD inverse_high = hn::Div(one, count);
  const VDD product = TwoProduct(count, inverse_high);
  const VD rest = hn::Sub(hn::Sub(one, product.hi), product.lo);
  const VDD inverse = FastTwoSum(inverse_high, hn::Mul(rest, inverse_high));
  const VDD q = Multiply(broadcast(SumOfLanes(Add(normalized(q0), normalized(q1)))), inverse);
  moments.a = {hn::Zero(d), hn::Zero(d)};
  VDD v = q;
  if (centred) {
    moments.a = Multiply(broadcast(SumOfLanes(Add(normalized(s0), normalized(s1)))), inverse);
    const VDD square = Multiply(moments.a, moments.a);
    v = Add(v, {hn::Neg(square.hi), hn::Neg(square.lo)});
  }
  v = Add(v, hn::Set(d, row.eps * moments.scale * moments.scale));
  moments.q = q;
  moments.v = v;
  const double high = hn::GetLane(v.hi);
  // std::max keeps a NaN.
  moments.kappa = std::max(kSharpKappaMargin * hn::GetLane(q.hi), kSharpLeastSquare) / high;
  if (!(high >= kSharpLeastV && high <= 1 / kSharpLeastV && moments.kappa <= kSharpKappa)) return moments;

  const VD root = hn::Div(one, hn::Sqrt(v.hi));
  const VDD unit = Multiply(v, TwoProduct(root, root));
  const VD h = hn::Sub(hn::Sub(one, unit.hi), unit.lo);
  const VD step = hn::Mul(h, hn::MulAdd(h, hn::Set(d, 0.375), hn::Set(d, 0.5)));
  moments.r = FastTwoSum(root, hn::Mul(root, step));
  const double larger_kappa = HWY_MAX(moments.kappa, kSharpLeastKappa);
  moments.error = BoundSharp(SharpSumError(row.columns, lanes), larger_kappa, std::sqrt(larger_kappa));
  moments.admitted = true;
  return moments;
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // !HWY_HAVE_SCALABLE

#endif  // EXACTNORM_FAST_SHARP_MOMENTS_INL_H_
