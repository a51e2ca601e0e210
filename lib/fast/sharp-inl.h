// SPDX-License-Identifier: Apache-2.0
// The sharp stage: moments and elements of a row in double-double, for x, parameters and y of any format. Takes what
// the fast stage leaves undecided, and whole rows of binary64. The ledger is in sharp_error_bounds.h.
#if defined(EXACTNORM_FAST_SHARP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_SHARP_INL_H_
#undef EXACTNORM_FAST_SHARP_INL_H_
#else
#define EXACTNORM_FAST_SHARP_INL_H_
#endif

#include <bit>
#include <cmath>

#include "lib/fast/double_double-inl.h"
#include "lib/fast/moments-inl.h"
#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/rows.h"
#include "lib/fast/sharp_error_bounds.h"
#include "lib/fast/statistics.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

inline constexpr size_t kSharpBlock = 64;  // columns that are on their way together
struct SharpBlock {
  HWY_ALIGN_MAX double numbers[kSharpBlock + kMostGroupColumns];
};

// Elements [begin, begin + n) of an array as binary64, padded with zeros to whole vectors.
HWY_NOINLINE inline void LoadNumbers(const Format& f, const void* array, size_t begin, size_t n, double* numbers) {
  const auto* at = static_cast<const unsigned char*>(array) + begin * static_cast<size_t>(f.bytes);
  if (f == kF64) {
    std::memcpy(numbers, at, n * sizeof(double));
    for (size_t i = n; i % hn::Lanes(D()) != 0; ++i) numbers[i] = 0;
  } else {
    WithFormat(f, [&](auto x) HWY_ATTR { KeepBlock<decltype(x)>(at, n, 0, numbers); });
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
  double v;  // the high part
  VDD a;
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
  moments.v = hn::GetLane(v.hi);
  const double kappa = 1.01 * hn::GetLane(q.hi) / moments.v;
  if (!(moments.v >= kSharpLeastV && moments.v <= 1 / kSharpLeastV && kappa <= kSharpKappa)) return moments;

  const VD root = hn::Div(one, hn::Sqrt(v.hi));
  const VDD unit = Multiply(v, TwoProduct(root, root));
  const VD h = hn::Sub(hn::Sub(one, unit.hi), unit.lo);
  const VD step = hn::Mul(h, hn::MulAdd(h, hn::Set(d, 0.375), hn::Set(d, 0.5)));
  moments.r = FastTwoSum(root, hn::Mul(root, step));
  const double larger_kappa = HWY_MAX(kappa, 1.0);
  moments.error = BoundSharp(SharpSumError(row.columns, lanes), larger_kappa, std::sqrt(larger_kappa));
  moments.admitted = true;
  return moments;
}

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

// y^ and the bound on its error -> patterns of RN(y), each in the low bits of 64, and where they are certain.
template <class Y>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> RoundSharp(const VDD& y, VD error, hn::Mask<D>& certified) {
  const hn::RebindToUnsigned<D> u64;
  const VD low = RoundToOdd(y.hi, hn::Sub(y.lo, error));
  const VD high = RoundToOdd(y.hi, hn::Add(y.lo, error));
  Certified narrow;
  const VU patterns = Y::RoundEnds(low, high, narrow);
  const auto flags = hn::PromoteTo(u64, hn::IfThenElseZero(narrow, hn::Set(U(), 1)));
  certified = hn::RebindMask(D(), hn::Ne(flags, hn::Zero(u64)));
  return hn::PromoteTo(u64, patterns);
}

struct RoundToBinary64 {};
template <>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> RoundSharp<RoundToBinary64>(const VDD& y, VD error,
                                                                        hn::Mask<D>& certified) {
  const D d;
  const VD low = hn::Add(y.hi, hn::Sub(y.lo, error));
  const VD high = hn::Add(y.hi, hn::Add(y.lo, error));
  const VD magnitude = hn::Abs(low);
  certified = hn::And(hn::Eq(low, high),
                      hn::And(hn::Ge(magnitude, hn::Set(d, 0x1p-1000)), hn::Le(magnitude, hn::Set(d, 0x1p1000))));
  return hn::BitCast(hn::RebindToUnsigned<D>(), low);
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
  uint64_t patterns[kSharpBlock + kMostGroupColumns];
  double flags[kSharpBlock + kMostGroupColumns];
  bool all_certified = true;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    const VDD e = TwoSum(hn::Mul(hn::Load(d, x.numbers + i), hn::Set(d, m.scale)), hn::Set(d, -m.m));
    const VDD t = Multiply(Add(e, {hn::Neg(m.a.hi), hn::Neg(m.a.lo)}), m.r);
    const VD g = hn::Load(d, gamma.numbers + i);
    const VDD y = Add(Multiply(t, g), hn::Load(d, beta.numbers + i));
    const VD t_error = hn::MulAdd(hn::Abs(t.hi), hn::Set(d, m.error.e1), hn::Set(d, m.error.e0));
    const VD ends = hn::MulAdd(hn::Abs(y.hi), hn::Set(d, kSharpEndFactor), hn::Set(d, kSharpUnderflow));
    hn::Mask<D> certified;
    const auto rounded = RoundSharp<Y>(y, hn::MulAdd(hn::Abs(g), t_error, ends), certified);
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

// Stores mean and rstd where the row has them. False if one of them is not certain.
inline bool WriteSharpStatistics(const Row& row, const SharpMoments& m) {
  const D d;
  bool certain = true;
  const double r = hn::GetLane(m.r.hi);
  if (row.mean != nullptr) {
    const VDD mean = Add(m.a, hn::Set(d, m.m));
    const double error = m.error.e0 / r + kSharpEndFactor * std::abs(hn::GetLane(mean.hi));
    certain &= StoreCertified(*row.statistics_format, row.mean, hn::GetLane(mean.hi) / m.scale,
                              hn::GetLane(mean.lo) / m.scale, error / m.scale + kSharpUnderflow);
  }
  if (row.rstd != nullptr) {
    const double error = (m.error.e1 + kSharpEndFactor) * r;
    certain &= StoreCertified(*row.statistics_format, row.rstd, r * m.scale, hn::GetLane(m.r.lo) * m.scale,
                              error * m.scale + kSharpUnderflow);
  }
  return certain;
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

#endif  // EXACTNORM_FAST_SHARP_INL_H_
