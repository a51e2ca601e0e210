// SPDX-License-Identifier: Apache-2.0
// The first tier for rows of binary64 with parameters and y in binary64: groups of rows -> moments, then
// y^ = g (d r^ + c^) + b as H + L, an exact sum of a few high bits and a small rest, and what of it rounds alike
// within the bound of binary64_error_bounds.h. Needs FMA; the names are the ledger's.
#if defined(EXACTNORM_FAST_BINARY64_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_BINARY64_INL_H_
#undef EXACTNORM_FAST_BINARY64_INL_H_
#else
#define EXACTNORM_FAST_BINARY64_INL_H_
#endif

#include <hwy/cache_control.h>

#include "lib/fast/binary64_parameters-inl.h"
#include "lib/fast/rows.h"
#include "lib/fast/statistics.h"

#if HWY_NATIVE_FMA
HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

inline constexpr size_t kBinary64Ahead = 2;         // while a row is summed, the one so many after it is prefetched
inline constexpr size_t kBinary64Together = 16384;  // numbers of x that rows done together have

// A row on its way.
struct Binary64State {
  const double* x;
  double* y;
  double center;
  double r1, r2;
  double c1, c2;
  bool has_mean;
  Undecided* undecided;
};

// y of n elements from `column` on, of which not all are certified: exact zeros put right, the others recorded.
HWY_NOINLINE inline VD SettledBinary64(const Binary64State& row, VD x, const Binary64Parameters& p, size_t i,
                                       hn::Mask<D> certified, size_t column, size_t n, VD y) {
  const D d;
  const VD beta = hn::Add(hn::Load(d, p.b1 + i), hn::Load(d, p.b2 + i));
  const auto exact = IsExactZero(row.has_mean, x, hn::Load(d, p.g + i), beta);
  double flags[kMostLanes];
  hn::StoreU(hn::IfThenElseZero(hn::Or(certified, exact), hn::Set(d, 1.0)), d, flags);
  for (size_t k = 0; k < n; ++k) {
    if (flags[k] == 0) row.undecided->Add(column + k);
  }
  return hn::IfThenZeroElse(exact, y);
}

// T1, T2, y^ as s + l, and e of the ledger, of the columns from `i` of a prepared block; `spread_c` is C + c1.
template <bool kCentre>
HWY_INLINE void Binary64ElementOf(const double* x, VD center, VD r1, VD r2, VD c2, VD spread, VD spread_c,
                                  const Binary64Parameters& p, size_t i, VD& t1, VD& t2, VD& s, VD& l, VD& e) {
  const D d;
  const VD deviation = Binary64Deviation<kCentre>(x, center);
  const VD w = hn::MulAdd(deviation, r1, spread_c);
  t1 = hn::Sub(w, spread);
  const VD rest = hn::MulSub(deviation, r1, hn::Sub(w, spread_c));
  t2 = hn::Add(rest, hn::MulAdd(deviation, r2, c2));
  const VD high = hn::MulAdd(t1, hn::Load(d, p.g1 + i), hn::Load(d, p.b1 + i));
  const VD rounded = hn::MulAdd(t1, hn::Load(d, p.g2 + i), hn::Load(d, p.b2 + i));
  const VD low = hn::MulAdd(t2, hn::Load(d, p.g + i), rounded);
  s = hn::Add(high, low);
  l = hn::Sub(low, hn::Sub(s, high));
  e = hn::MulAdd(hn::Abs(t1), hn::Load(d, p.e1 + i), hn::Load(d, p.e0 + i));
}

// What y lies between, rounded: y^ with e less and with e more. No pair of them: scalable vectors can be no members.
HWY_INLINE void Binary64EndsOf(VD s, VD l, VD e, VD& low, VD& high) {
  low = hn::Add(s, hn::Sub(l, e));
  high = hn::Add(s, hn::Add(l, e));
}

// RN(y), and where it is certain.
template <bool kCentre>
HWY_INLINE VD NormalizeBinary64Vector(const double* x, VD center, VD r1, VD r2, VD c2, VD spread, VD spread_c,
                                      const Binary64Parameters& p, size_t i, hn::Mask<D>& certified) {
  VD t1, t2, s, l, e;
  Binary64ElementOf<kCentre>(x, center, r1, r2, c2, spread, spread_c, p, i, t1, t2, s, l, e);
  VD low, high;
  Binary64EndsOf(s, l, e, low, high);
  certified = hn::Eq(low, high);
  return low;
}

// The columns [begin, begin + n) of one row, or of two, which share the loads of parameters.
template <bool kCentre, bool kStream, size_t kRows>
HWY_INLINE void NormalizeBinary64Columns(const Binary64State* rows, size_t begin, size_t n, const Binary64Parameters& p,
                                         const Binary64Scales& scales) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  // Copies, since writing y might change what `rows` points to.
  const Binary64State a = rows[0], b = rows[kRows - 1];
  const VD spread = hn::Set(d, scales.spread());
  const VD spread_a = hn::Set(d, scales.spread() + a.c1), spread_b = hn::Set(d, scales.spread() + b.c1);
  const VD center_a = hn::Set(d, a.center), center_b = hn::Set(d, b.center);
  const VD r1_a = hn::Set(d, a.r1), r2_a = hn::Set(d, a.r2), c2_a = hn::Set(d, a.c2);
  const VD r1_b = hn::Set(d, b.r1), r2_b = hn::Set(d, b.r2), c2_b = hn::Set(d, b.c2);
  const auto of_a = [&](const double* x, size_t i, hn::Mask<D>& certified) HWY_ATTR {
    return NormalizeBinary64Vector<kCentre>(x, center_a, r1_a, r2_a, c2_a, spread, spread_a, p, i, certified);
  };
  const auto of_b = [&](const double* x, size_t i, hn::Mask<D>& certified) HWY_ATTR {
    return NormalizeBinary64Vector<kCentre>(x, center_b, r1_b, r2_b, c2_b, spread, spread_b, p, i, certified);
  };
  const double *const x_a = a.x + begin, *const x_b = b.x + begin;
  double *const y_a = a.y + begin, *const y_b = b.y + begin;
  size_t i = 0;
  const auto normalize = [&](const Binary64State& row, const auto& of, const double* x, double* y) HWY_ATTR {
    hn::Mask<D> certified;
    VD result = of(x, i, certified);
    if (HWY_UNLIKELY(!hn::AllTrue(d, certified))) {
      result = SettledBinary64(row, hn::LoadU(d, x), p, i, certified, begin + i, lanes, result);
    }
    kStream ? hn::Stream(result, d, y) : hn::StoreU(result, d, y);
  };
  for (; i + lanes <= n; i += lanes) {
    normalize(a, of_a, x_a + i, y_a + i);
    if constexpr (kRows == 2) normalize(b, of_b, x_b + i, y_b + i);
  }
  if (i == n) return;
  const size_t left = n - i;
  const auto finish = [&](const Binary64State& row, const auto& of) HWY_ATTR {
    double copy[kMostLanes] = {};
    std::memcpy(copy, row.x + begin + i, left * sizeof(double));
    hn::Mask<D> certified;
    const VD result = of(copy, i, certified);
    hn::StoreU(SettledBinary64(row, hn::LoadU(d, copy), p, i, certified, begin + i, left, result), d, copy);
    std::memcpy(row.y + begin + i, copy, left * sizeof(double));
  };
  finish(a, of_a);
  if constexpr (kRows == 2) finish(b, of_b);
}

template <bool kCentre, bool kStream>
HWY_NOINLINE void NormalizeBinary64Block(const Binary64State* rows, size_t count, size_t begin, size_t n,
                                         const Binary64Parameters& p, const Binary64Scales& scales) {
  size_t r = 0;
  for (; r + 2 <= count; r += 2) NormalizeBinary64Columns<kCentre, kStream, 2>(rows + r, begin, n, p, scales);
  if (r < count) NormalizeBinary64Columns<kCentre, kStream, 1>(rows + r, begin, n, p, scales);
}

// value's hi + lo, and a bound on its error, as StoreCertified takes it.
struct Binary64Number {
  Pair value;
  double error;
};
inline Binary64Number Binary64MeanOf(const Binary64Moments& m) {
  const Pair mean = Add(m.offset, m.center);
  return {mean, kBinary64Statistics * (m.error.e0 / m.rstd.hi) + kBinary64EndFactor * std::abs(mean.hi)};
}
inline Binary64Number Binary64RstdOf(const Binary64Moments& m) {
  return {m.rstd, (kBinary64Statistics * m.error.e1 + kBinary64EndFactor) * m.rstd.hi};
}

// Stores mean and rstd where the row has them. False if one of them is not certain.
inline bool WriteBinary64Statistics(const Row& row, const Binary64Moments& m) {
  const auto store = [&](void* at, const Binary64Number& number) {
    return StoreCertified(*row.statistics_format, at, number.value.hi, number.value.lo, number.error);
  };
  const bool mean_certain = row.mean == nullptr || store(row.mean, Binary64MeanOf(m));
  const bool rstd_certain = row.rstd == nullptr || store(row.rstd, Binary64RstdOf(m));
  return mean_certain && rstd_certain;
}

// The rows of a group that are admitted.
struct Binary64Group {
  Binary64State states[kMostRows];
  size_t admitted;
  bool centred;
  Binary64Scales scales;
  Undecided undecided[kMostRows];

  // The rows' x are followed by `more` others.
  HWY_INLINE void Admit(const Rows& rows, const RowShape& shape, size_t more) {
    Binary64Moments moments[kMostRows];
    size_t of[kMostRows];
    const auto at = [&](size_t r) {
      return reinterpret_cast<const double*>(static_cast<const unsigned char*>(rows.first.x) + r * rows.x_stride);
    };
    NormalizedError worst = {0, 0};
    double largest = 0.5;
    admitted = 0;
    centred = false;
    const size_t last = rows.count - 1 + more;
    for (size_t r = 0; r < rows.count; ++r) {
      undecided[r].Clear();
      Binary64Moments& m = moments[admitted];
      FindBinary64Moments(at(r), at(HWY_MIN(r + kBinary64Ahead, last)), shape, m);
      const double t = m.largest * m.rstd.hi + std::abs(m.shift.hi) + kBinary64Margin;
      if (HWY_UNLIKELY(!(m.admitted && t <= Power(kBinary64MostExponent)))) {
        undecided[r].Decline();
        continue;
      }
      largest = HWY_MAX(largest, t);
      worst = {HWY_MAX(worst.e1, m.error.e1), HWY_MAX(worst.e0, m.error.e0)};
      centred = centred || m.center != 0;
      of[admitted++] = r;
      if (rows.first.mean != nullptr || rows.first.rstd != nullptr) {
        undecided[r].statistics = !WriteBinary64Statistics(rows.at(r), m);
      }
    }
    // The least power of two above `largest`.
    scales.t = std::bit_cast<double>((std::bit_cast<uint64_t>(largest) >> 52 << 52) + (uint64_t{1} << 52));
    scales.grid = Power(-kBinary64GridBits) * scales.t;
    scales.error = BoundBinary64Normalized(worst, scales.grid);
    for (size_t k = 0; k < admitted; ++k) {
      const Binary64Moments& m = moments[k];
      const size_t r = of[k];
      const double c1 = (m.shift.hi + scales.spread()) - scales.spread();
      auto* const y = reinterpret_cast<double*>(static_cast<unsigned char*>(rows.first.y) + r * rows.y_stride);
      states[k] = {at(r),        y, m.center, m.rstd.hi, m.rstd.lo, c1, (m.shift.hi - c1) + m.shift.lo, shape.has_mean,
                   &undecided[r]};
    }
  }
};

template <bool kStream>
void NormalizeBinary64As(const Rows& rows, const Finish& finish) {
  const Row& row = rows.first;
  const RowShape shape(row);
  const auto *const gamma = static_cast<const double*>(row.gamma), *const beta = static_cast<const double*>(row.beta);
  const size_t together = HWY_MAX(2, HWY_MIN(kMostRows, kBinary64Together / row.columns));
  Binary64Group group;
  Binary64Parameters parameters;
  for (size_t first = 0; first < rows.count; first += together) {
    const size_t count = HWY_MIN(rows.count - first, together);
    group.Admit(rows.part(first, count), shape, rows.count - first - count);
    for (size_t begin = 0; begin < row.columns && group.admitted != 0; begin += kBinary64Block) {
      const size_t n = HWY_MIN(row.columns - begin, kBinary64Block);
      PrepareBinary64(gamma == nullptr ? nullptr : gamma + begin, beta == nullptr ? nullptr : beta + begin, n,
                      group.scales, parameters);
      const auto normalize =
          group.centred ? &NormalizeBinary64Block<true, kStream> : &NormalizeBinary64Block<false, kStream>;
      normalize(group.states, group.admitted, begin, n, parameters, group.scales);
    }
    if (!finish(first, {group.undecided, count})) break;
  }
  if constexpr (kStream) hwy::FlushStream();
}

// The columns are at most kBinary64MostColumns.
inline void NormalizeBinary64(const Rows& rows, bool stream, const Finish& finish) {
  const Row& row = rows.first;
  const auto can_be_read = [&](const void* array, size_t stride) {
    return IsAligned(array, sizeof(double)) && (rows.count == 1 || stride % sizeof(double) == 0);
  };
  if (!can_be_read(row.x, rows.x_stride) || !can_be_read(row.y, rows.y_stride) || !can_be_read(row.gamma, 0) ||
      !can_be_read(row.beta, 0)) {
    for (size_t i = 0; i < rows.count; ++i) {
      Undecided whole;
      whole.Decline();
      if (!finish(i, {&whole, 1})) return;
    }
    return;
  }
  const size_t bytes = hn::Lanes(D()) * sizeof(double);
  const bool streamable = stream && bytes >= kLeastStreamed && IsAligned(row.y, bytes) && rows.y_stride % bytes == 0;
  streamable ? NormalizeBinary64As<true>(rows, finish) : NormalizeBinary64As<false>(rows, finish);
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // HWY_NATIVE_FMA

#endif  // EXACTNORM_FAST_BINARY64_INL_H_
