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

#include "lib/fast/numbers-inl.h"
#include "lib/row.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// Adds up partial sums, vectors, so that each passes through at most as many additions as their number has bits: a
// binary counter, level k holding the sum of 2^k partial sums or nothing. Then the lanes, as a tree.
class CounterSum {
 public:
  HWY_INLINE void Add(VD partial) {
    const D d;
    size_t level = 0;
    for (; (count_ >> level & 1) != 0; ++level) partial = hn::Add(hn::LoadU(d, levels_[level]), partial);
    hn::StoreU(partial, d, levels_[level]);
    ++count_;
  }
  HWY_INLINE double Total() const {
    const D d;
    VD total = hn::Zero(d);
    for (size_t level = 0; count_ >> level != 0; ++level) {
      if ((count_ >> level & 1) != 0) total = hn::Add(total, hn::LoadU(d, levels_[level]));
    }
    double lanes[HWY_MAX_BYTES / sizeof(double)];
    hn::StoreU(total, d, lanes);
    for (size_t half = hn::Lanes(d) / 2; half != 0; half /= 2) {
      for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    }
    return lanes[0];
  }

 private:
  double levels_[24][HWY_MAX_BYTES / sizeof(double)];  // 2^31 / kSumBlock partial sums
  size_t count_ = 0;
};
static_assert(kMaxColumns / kSumBlock < size_t{1} << 24);

struct DeviationSums {
  double sum;
  double squares;
};

static_assert(kAccumulators == 4, "the loop below is written for four");

// Of the n numbers at `x`, which may be read in whole vectors beyond the end if n is not a multiple of the lanes.
template <class X>
HWY_INLINE void AddBlock(const unsigned char* x, size_t n, VD center, CounterSum& sum, CounterSum& squares) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  VD s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  VD q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  const auto accumulate = [&](size_t i, VD& s, VD& q) HWY_ATTR {
    const VD deviation = hn::Sub(LoadDoubles<X>(x + i * X::kBytes), center);
    s = hn::Add(s, deviation);
    q = hn::MulAdd(deviation, deviation, q);
  };
  const auto accumulate_tail = [&](size_t i, VD& s, VD& q) HWY_ATTR {
    if (i >= n) return;
    const VD number = LoadDoubles<X>(x + i * X::kBytes);
    const VD deviation = hn::IfThenElseZero(hn::FirstN(d, n - i), hn::Sub(number, center));
    s = hn::Add(s, deviation);
    q = hn::MulAdd(deviation, deviation, q);
  };
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    accumulate(i, s0, q0);
    accumulate(i + lanes, s1, q1);
    accumulate(i + 2 * lanes, s2, q2);
    accumulate(i + 3 * lanes, s3, q3);
  }
  if (i < n) {
    accumulate_tail(i, s0, q0);
    accumulate_tail(i + lanes, s1, q1);
    accumulate_tail(i + 2 * lanes, s2, q2);
    accumulate_tail(i + 3 * lanes, s3, q3);
  }
  sum.Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)));
  squares.Add(hn::Add(hn::Add(q0, q1), hn::Add(q2, q3)));
}

// Sums over a row. Blocks that cannot be read as they are, misaligned or ending within a vector, are copied first.
template <class X>
HWY_INLINE DeviationSums SumDeviations(const Row& row, double center) {
  const VD m = hn::Set(D(), center);
  const auto* x = static_cast<const unsigned char*>(row.x);
  const bool aligned = IsAligned(x, X::kBytes);
  CounterSum sum, squares;
  for (size_t i = 0; i < row.columns; i += kSumBlock) {
    const size_t n = HWY_MIN(row.columns - i, kSumBlock);
    if (HWY_LIKELY(aligned && n % hn::Lanes(D()) == 0)) {
      AddBlock<X>(x + i * X::kBytes, n, m, sum, squares);
    } else {
      alignas(16) unsigned char copy[(kSumBlock + kMostGroupColumns) * X::kBytes];
      std::memcpy(copy, x + i * X::kBytes, n * X::kBytes);
      std::memset(copy + n * X::kBytes, 0, GroupColumns() * X::kBytes);
      AddBlock<X>(copy, n, m, sum, squares);
    }
  }
  return {sum.Total(), squares.Total()};
}

// m, a^, v^, r^ of the ledger.
struct Moments {
  double center;
  double offset;  // mean of the deviations from center; 0 for RMSNorm
  double variance_eps;
  double rstd;
  bool admitted;  // the ledger holds; false also if anything is not a number
};

template <class X>
HWY_INLINE Moments MomentsAbout(double center, const Row& row) {
  const double inverse = 1.0 / static_cast<double>(row.columns);
  const DeviationSums sums = SumDeviations<X>(row, center);
  Moments m{};
  m.center = center;
  m.offset = row.operation == EXACTNORM_LAYER_NORM ? sums.sum * inverse : 0;
  const double mean_square = sums.squares * inverse;
  const double variance = mean_square - m.offset * m.offset;
  m.variance_eps = variance + row.eps;
  m.rstd = 1 / std::sqrt(m.variance_eps);
  m.admitted = mean_square <= kAdmission * m.variance_eps && kLeastSquare <= mean_square && mean_square <= kMostSquare;
  return m;
}

template <class X>
HWY_INLINE Moments ComputeMoments(const Row& row) {
  const Moments about_zero = MomentsAbout<X>(0, row);
  const bool is_centred = row.operation == EXACTNORM_LAYER_NORM;
  if (HWY_LIKELY(about_zero.admitted || !is_centred || !std::isfinite(about_zero.offset))) return about_zero;
  return MomentsAbout<X>(about_zero.offset, row);
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_MOMENTS_INL_H_
