// SPDX-License-Identifier: Apache-2.0
// The sharp stage: moments and elements of a row in double-double, for x, parameters and y of any format. Takes what
// the fast stage leaves undecided, and whole rows of binary64. The ledger is in sharp_error_bounds.h.
#if defined(EXACTNORM_FAST_SHARP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_SHARP_INL_H_
#undef EXACTNORM_FAST_SHARP_INL_H_
#else
#define EXACTNORM_FAST_SHARP_INL_H_
#endif

#include <cmath>

#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/rows.h"
#include "lib/fast/sharp_moments-inl.h"
#include "lib/fast/statistics.h"

#if !HWY_HAVE_SCALABLE
HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// hi + lo rounded to odd: to binary64 towards zero, the last bit set if anything is lost. What follows rounds it as it
// would round hi + lo, for formats of at most 51 bits.
HWY_INLINE VD RoundToOdd(VD hi, VD lo) {
  const D d;
  const hn::RebindToSigned<D> i64;
  const VDD sum = TwoSum(hi, lo);
  const auto bits = hn::BitCast(i64, sum.hi);
  const auto is_exact = hn::RebindMask(i64, hn::Eq(sum.lo, hn::Zero(d)));
  const auto is_odd = hn::TestBit(bits, hn::Set(i64, 1));
  // One pattern up if lo points away from zero, one down otherwise.
  const auto signs = hn::ShiftRight<63>(hn::Xor(bits, hn::BitCast(i64, sum.lo)));  // 0 or -1
  const auto moved = hn::Add(bits, hn::Or(signs, hn::Set(i64, 1)));
  return hn::BitCast(d, hn::IfThenElse(hn::Or(is_exact, is_odd), bits, moved));
}

// y lies between y^'s high part plus one and plus the other.
struct SharpEnds {
  VD low;
  VD high;
};
HWY_INLINE SharpEnds EndsOf(const VDD& y, VD error) { return {hn::Sub(y.lo, error), hn::Add(y.lo, error)}; }

// y^'s high part and the ends -> patterns of RN(y), each in the low bits of 64, and where they are certain.
template <class Y>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> RoundSharp(VD y, const SharpEnds& ends, hn::Mask<D>& certified) {
  const hn::RebindToUnsigned<D> u64;
  const VD low = RoundToOdd(y, ends.low);
  const VD high = RoundToOdd(y, ends.high);
  Certified narrow;
  const VU patterns = Y::RoundEnds(low, high, narrow);
  const auto flags = hn::PromoteTo(u64, hn::IfThenElseZero(narrow, hn::Set(U(), 1)));
  certified = hn::RebindMask(D(), hn::Ne(flags, hn::Zero(u64)));
  return hn::PromoteTo(u64, patterns);
}

struct RoundToBinary64 {};
template <>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> RoundSharp<RoundToBinary64>(VD y, const SharpEnds& ends,
                                                                        hn::Mask<D>& certified) {
  const D d;
  const VD low = hn::Add(y, ends.low);
  const VD high = hn::Add(y, ends.high);
  const VD magnitude = hn::Abs(low);
  certified = hn::And(hn::Eq(low, high),
                      hn::And(hn::Ge(magnitude, hn::Set(d, 0x1p-1000)), hn::Le(magnitude, hn::Set(d, 0x1p1000))));
  return hn::BitCast(hn::RebindToUnsigned<D>(), low);
}

// t^ and y^ of the ledger.
struct SharpElement {
  VDD t;
  VDD y;
};
HWY_INLINE SharpElement ElementOf(const SharpMoments& m, VD x, VD gamma, VD beta) {
  const D d;
  const VDD e = TwoSum(hn::Mul(x, hn::Set(d, m.scale)), hn::Set(d, -m.m));
  const VDD t = Multiply(Add(e, {hn::Neg(m.a.hi), hn::Neg(m.a.lo)}), m.r);
  return {t, Add(Multiply(t, gamma), beta)};
}

// The bound on y^'s error.
HWY_INLINE VD ErrorOf(const SharpMoments& m, VD gamma, const SharpElement& of) {
  const D d;
  const VD t_error = hn::MulAdd(hn::Abs(of.t.hi), hn::Set(d, m.error.e1), hn::Set(d, m.error.e0));
  const VD ends = hn::MulAdd(hn::Abs(of.y.hi), hn::Set(d, kSharpEndFactor), hn::Set(d, kSharpUnderflow));
  return hn::MulAdd(hn::Abs(gamma), t_error, ends);
}

// n elements of the row, their columns listed or, where that is null, those from `first` on.
template <class Y>
HWY_NOINLINE void SharpenElements(const Row& row, const SharpMoments& m, const uint32_t* columns, size_t first,
                                  size_t n, Undecided* left) {
  const D d;
  const hn::RebindToUnsigned<D> u64;
  SharpBlock x, gamma, beta;
  const auto load = [&](const Format& f, const void* array, double absent, double* numbers) HWY_ATTR {
    if (array == nullptr) {
      for (size_t i = 0; i < kSharpBlock; i += hn::Lanes(d)) hn::Store(hn::Set(d, absent), d, numbers + i);
    } else if (columns == nullptr) {
      LoadNumbers(f, array, first, n, numbers);
    } else {
      HWY_ALIGN_MAX unsigned char gathered[kSharpBlock * sizeof(double)] = {};
      const auto bytes = static_cast<size_t>(f.bytes);
      for (size_t i = 0; i < n; ++i) {
        std::memcpy(gathered + i * bytes, static_cast<const unsigned char*>(array) + columns[i] * bytes, bytes);
      }
      LoadNumbers(f, gathered, 0, n, numbers);
    }
  };
  load(*row.x_format, row.x, 0, x.numbers);
  load(*row.parameter_format, row.gamma, 1, gamma.numbers);
  load(*row.parameter_format, row.beta, 0, beta.numbers);
  uint64_t patterns[kSharpBlock + kGroupColumns];
  double flags[kSharpBlock + kGroupColumns];
  bool all_certified = true;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const VD number = hn::Load(d, x.numbers + i);
    const VD g = hn::Load(d, gamma.numbers + i), b = hn::Load(d, beta.numbers + i);
    const SharpElement element = ElementOf(m, number, g, b);
    hn::Mask<D> certified;
    auto rounded = RoundSharp<Y>(element.y.hi, EndsOf(element.y, ErrorOf(m, g, element)), certified);
    const auto exact = IsExactZero(row.operation == EXACTNORM_LAYER_NORM, number, g, b);
    rounded = hn::IfThenZeroElse(hn::RebindMask(u64, exact), rounded);
    certified = hn::Or(certified, exact);
    hn::StoreU(rounded, u64, patterns + i);
    hn::StoreU(hn::IfThenElseZero(certified, hn::Set(d, 1.0)), d, flags + i);
    all_certified = all_certified && hn::AllTrue(d, hn::Or(certified, hn::Not(hn::FirstN(d, n - i))));
  }
  if (all_certified && columns == nullptr && *row.y_format == kF64) {
    std::memcpy(static_cast<unsigned char*>(row.y) + first * sizeof(double), patterns, n * sizeof(double));
    return;
  }
  for (size_t i = 0; i < n; ++i) {
    const size_t column = columns == nullptr ? first + i : columns[i];
    if (flags[i] != 0) {
      Store(*row.y_format, row.y, column, patterns[i]);
    } else {
      left->Add(column);
    }
  }
}

// value + low, and a bound on its error, as StoreCertified takes it.
struct SharpNumber {
  double value;
  double low;
  double error;
};
inline SharpNumber SharpMeanOf(const SharpMoments& m) {
  const VDD mean = Add(m.a, hn::Set(D(), m.m));
  const double error = m.error.e0 / hn::GetLane(m.r.hi) + kSharpEndFactor * std::abs(hn::GetLane(mean.hi));
  return {hn::GetLane(mean.hi) / m.scale, hn::GetLane(mean.lo) / m.scale, error / m.scale + kSharpUnderflow};
}
inline SharpNumber SharpRstdOf(const SharpMoments& m) {
  const double r = hn::GetLane(m.r.hi);
  const double error = (m.error.e1 + kSharpEndFactor) * r;
  return {r * m.scale, hn::GetLane(m.r.lo) * m.scale, error * m.scale + kSharpUnderflow};
}

// Stores mean and rstd where the row has them. False if one of them is not certain.
inline bool WriteSharpStatistics(const Row& row, const SharpMoments& m) {
  const auto store = [&](void* at, const SharpNumber& number) {
    return StoreCertified(*row.statistics_format, at, number.value, number.low, number.error);
  };
  const bool mean_certain = row.mean == nullptr || store(row.mean, SharpMeanOf(m));
  const bool rstd_certain = row.rstd == nullptr || store(row.rstd, SharpRstdOf(m));
  return mean_certain && rstd_certain;
}

template <class Y>
HWY_INLINE void SharpenRowAs(const Row& row, Undecided* undecided) {
  const SharpMoments m = ComputeSharpMoments(row);
  if (!m.admitted) return;
  Undecided left;
  if (undecided->declined() || undecided->statistics) left.statistics = !WriteSharpStatistics(row, m);
  if (undecided->declined()) {
    for (size_t i = 0; i < row.columns; i += kSharpBlock) {
      SharpenElements<Y>(row, m, nullptr, i, HWY_MIN(row.columns - i, kSharpBlock), &left);
      if (left.declined()) break;
    }
  } else {
    const auto columns = undecided->columns();
    for (size_t i = 0; i < columns.size(); i += kSharpBlock) {
      SharpenElements<Y>(row, m, columns.data() + i, 0, HWY_MIN(columns.size() - i, kSharpBlock), &left);
    }
  }
  *undecided = left;
}

inline void SharpenRow(const Row& row, Undecided* undecided) {
  if (*row.y_format == kF64) return SharpenRowAs<RoundToBinary64>(row, undecided);
  WithOutput(*row.y_format, [&](auto y) HWY_ATTR { SharpenRowAs<decltype(y)>(row, undecided); });
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // !HWY_HAVE_SCALABLE

#endif  // EXACTNORM_FAST_SHARP_INL_H_
