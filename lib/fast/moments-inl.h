// SPDX-License-Identifier: Apache-2.0
// Moments of a row in binary64: sums of the deviations from a centre and of their squares, as trees whose height
// SumHeight (error_bounds.h) bounds from the same constants. The centre is 0 at first; where the mean is so large
// that the row is not admitted, a second sweep takes the mean itself. The ledger is in error_bounds.h.
#if defined(EXACTNORM_FAST_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_MOMENTS_INL_H_
#undef EXACTNORM_FAST_MOMENTS_INL_H_
#else
#define EXACTNORM_FAST_MOMENTS_INL_H_
#endif

#include <cmath>
#include <type_traits>

#include "lib/fast/numbers-inl.h"
#include "lib/row.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// Adds up partial sums, vectors, so that each passes through at most as many additions as their number has bits: a
// binary counter, level k holding the sum of 2^k partial sums or nothing.
class CounterSum {
 public:
  HWY_INLINE void Add(VD partial) {
    const D d;
    size_t level = 0;
    for (; (count_ >> level & 1) != 0; ++level) partial = hn::Add(hn::LoadU(d, levels_[level]), partial);
    hn::StoreU(partial, d, levels_[level]);
    ++count_;
  }
  HWY_INLINE VD Total() const {
    const D d;
    VD total = hn::Zero(d);
    for (size_t level = 0; count_ >> level != 0; ++level) {
      if ((count_ >> level & 1) != 0) total = hn::Add(total, hn::LoadU(d, levels_[level]));
    }
    return total;
  }

 private:
  HWY_ALIGN_MAX double levels_[24][HWY_MAX_BYTES / sizeof(double)];  // 2^31 / kSumBlock partial sums
  size_t count_ = 0;
};
static_assert(kMaxColumns / kSumBlock < size_t{1} << 24);

static_assert(kAccumulators == 4, "the loop below is written for four");

// The sum of the lanes as a tree: halves are added until one lane is left.
#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
HWY_INLINE double SumAsTree(VD v) {
  const D d;
  double lanes[HWY_MAX_BYTES / sizeof(double)];
  hn::StoreU(v, d, lanes);
  for (size_t half = hn::Lanes(d) / 2; half != 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}
#else
template <class Lanes>
HWY_INLINE double SumAsTree(Lanes lanes, hn::Vec<Lanes> v) {
  if constexpr (hn::MaxLanes(lanes) == 1) {
    return hn::GetLane(v);
  } else {
    const hn::Half<Lanes> half;
    return SumAsTree(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}
HWY_INLINE double SumAsTree(VD v) { return SumAsTree(D(), v); }
#endif

// The deviation from a centre of the numbers at `at`; of all from 0 where !kCentre.
template <class X, bool kCentre>
HWY_INLINE VD Deviation(const unsigned char* at, VD center) {
  const VD number = LoadDoubles<X>(at);
  if constexpr (kCentre) return hn::Sub(number, center);
  return number;
}

// Two vectors of deviations.
template <class X, bool kCentre>
HWY_INLINE void Deviations(const unsigned char* at, VD center, VD& first, VD& second) {
  LoadDoubles<X>(at, first, second);
  if constexpr (kCentre) {
    first = hn::Sub(first, center);
    second = hn::Sub(second, center);
  }
}

// The sums of a row's deviations and of their squares.
struct RowSums {
  double sum;
  double squares;
};

// Of the n numbers at `x`, at most kSumBlock, which may be read in whole vectors beyond the end if n is not a multiple
// of the lanes.
template <class X, bool kCentre>
HWY_INLINE void AddReadable(const unsigned char* x, size_t n, VD center, CounterSum& sum, CounterSum& squares) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  VD s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  VD q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  const auto accumulate = [](VD e, VD& s, VD& q) HWY_ATTR {
    s = hn::Add(s, e);
    q = hn::MulAdd(e, e, q);
  };
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    VD e0, e1, e2, e3;
    Deviations<X, kCentre>(x + i * X::kBytes, center, e0, e1);
    Deviations<X, kCentre>(x + (i + 2 * lanes) * X::kBytes, center, e2, e3);
    accumulate(e0, s0, q0);
    accumulate(e1, s1, q1);
    accumulate(e2, s2, q2);
    accumulate(e3, s3, q3);
  }
  const auto accumulate_tail = [&](VD& s, VD& q) HWY_ATTR {
    if (i >= n) return;
    const auto inside = hn::FirstN(d, n - i);
    accumulate(hn::IfThenElseZero(inside, Deviation<X, kCentre>(x + i * X::kBytes, center)), s, q);
    i += lanes;
  };
  accumulate_tail(s0, q0);
  accumulate_tail(s1, q1);
  accumulate_tail(s2, q2);
  accumulate_tail(s3, q3);
  sum.Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)));
  squares.Add(hn::Add(hn::Add(q0, q1), hn::Add(q2, q3)));
}

// Of any n <= kSumBlock numbers: misaligned ones, or such as end within a vector, are copied first.
template <class X, bool kCentre>
HWY_INLINE void AddBlock(const unsigned char* x, size_t n, VD center, CounterSum& sum, CounterSum& squares) {
  if (HWY_LIKELY(n % hn::Lanes(D()) == 0 && IsAligned(x, X::kBytes))) {
    return AddReadable<X, kCentre>(x, n, center, sum, squares);
  }
  alignas(16) unsigned char copy[(kSumBlock + kGroupColumns) * X::kBytes];
  std::memcpy(copy, x, n * X::kBytes);
  std::memset(copy + n * X::kBytes, 0, kGroupColumns * X::kBytes);
  AddReadable<X, kCentre>(copy, n, center, sum, squares);
}

// m, the sums of d and d^2, a^, q^, v^, r^ of the ledger.
struct Moments {
  double center;
  double sum;  // 0 for RMSNorm, like offset
  double squares;
  double offset;  // mean of the deviations from center
  double mean_square;
  double variance_eps;
  double rstd;
  bool admitted;  // the ledger holds; false also if anything is not a number

  double shift() const { return -(offset * rstd); }  // c^
};

// What all rows of a call have in common.
struct RowShape {
  size_t columns;
  double inverse;  // fl(1/N)
  double eps;
  bool has_mean;  // LayerNorm

  explicit RowShape(const Row& row)
      : columns(row.columns),
        inverse(1.0 / static_cast<double>(row.columns)),
        eps(row.eps),
        has_mean(row.operation == EXACTNORM_LAYER_NORM) {}
};

// Written where they are needed: a copy of the whole would wait for its members' stores.
HWY_INLINE void FinishMoments(double center, const RowShape& shape, const RowSums& sums, Moments& m) {
  m.center = center;
  m.sum = shape.has_mean ? sums.sum : 0;
  m.squares = sums.squares;
  m.offset = m.sum * shape.inverse;
  m.mean_square = m.squares * shape.inverse;
  const double square = m.offset * m.offset;
  m.variance_eps = m.mean_square - square + shape.eps;
  m.rstd = 1 / std::sqrt(m.variance_eps);
  m.admitted = square <= kAdmission * m.variance_eps && kLeastSquare <= m.mean_square && m.mean_square <= kMostSquare;
}

template <class X, bool kCentre>
HWY_INLINE void AddRow(const unsigned char* x, size_t columns, VD center, RowSums& sums) {
  CounterSum sum, squares;
  for (size_t i = 0; i < columns; i += kSumBlock) {
    AddBlock<X, kCentre>(x + i * X::kBytes, HWY_MIN(columns - i, kSumBlock), center, sum, squares);
  }
  sums = {SumAsTree(sum.Total()), SumAsTree(squares.Total())};
}

// Of a row whose deviations from 0 are not admitted: once more, from its mean.
template <class X>
HWY_NOINLINE void CentreMoments(const unsigned char* x, const RowShape& shape, Moments& m) {
  if (!shape.has_mean || !std::isfinite(m.offset)) return;
  RowSums sums;
  AddRow<X, true>(x, shape.columns, hn::Set(D(), m.offset), sums);
  FinishMoments(m.offset, shape, sums, m);
}

// The moments that the row goes on with, from its sums about 0.
template <class X>
HWY_INLINE void FindMoments(const unsigned char* x, const RowShape& shape, const RowSums& sums, Moments& m) {
  FinishMoments(0, shape, sums, m);
  if (HWY_UNLIKELY(!m.admitted)) CentreMoments<X>(x, shape, m);
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_MOMENTS_INL_H_
