// SPDX-License-Identifier: Apache-2.0
// Moments of a row in binary64: the mean, then sums of the deviations from it and of their squares, as trees whose
// height SumHeight (error_bounds.h) bounds from the same constants. The ledger is there.
#if defined(EXACTNORM_FAST_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_MOMENTS_INL_H_
#undef EXACTNORM_FAST_MOMENTS_INL_H_
#else
#define EXACTNORM_FAST_MOMENTS_INL_H_
#endif

#include <bit>
#include <cmath>

#include "lib/fast/blocks-inl.h"
#include "lib/row.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// Adds up partial sums so that each passes through at most twice as many additions as their number has bits: a
// binary counter, level k holding the sum of 2^k partial sums or nothing.
class CounterSum {
 public:
  void Add(double partial) {
    size_t level = 0;
    for (; (count_ >> level & 1) != 0; ++level) partial = levels_[level] + partial;
    levels_[level] = partial;
    ++count_;
  }
  double Total() const {
    double total = 0;
    for (size_t level = 0; count_ >> level != 0; ++level) {
      if ((count_ >> level & 1) != 0) total += levels_[level];
    }
    return total;
  }

 private:
  double levels_[32] = {};  // 2^31 / kBlock partial sums need 23
  size_t count_ = 0;
};

// lanes - 1 additions.
HWY_INLINE double SumOfLanes(VD v) {
  const D d;
  double lanes[HWY_MAX_BYTES / sizeof(double)];
  hn::StoreU(v, d, lanes);
  double sum = lanes[0];
  for (size_t i = 1; i < hn::Lanes(d); ++i) sum += lanes[i];
  return sum;
}

static_assert(kAccumulators == 4, "the loops below are written for four");

HWY_INLINE double SumBlock(const float* x, size_t n) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  VD s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    s0 = hn::Add(s0, LoadDoubles(x + i));
    s1 = hn::Add(s1, LoadDoubles(x + i + lanes));
    s2 = hn::Add(s2, LoadDoubles(x + i + 2 * lanes));
    s3 = hn::Add(s3, LoadDoubles(x + i + 3 * lanes));
  }
  // At most three whole vectors, the last one padded with zeros: one each to three accumulators.
  if (i < n) s0 = hn::Add(s0, LoadDoubles(x + i));
  if (i + lanes < n) s1 = hn::Add(s1, LoadDoubles(x + i + lanes));
  if (i + 2 * lanes < n) s2 = hn::Add(s2, LoadDoubles(x + i + 2 * lanes));
  if (i + 3 * lanes < n) s3 = hn::Add(s3, LoadDoubles(x + i + 3 * lanes));
  return SumOfLanes(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)));
}

struct Deviations {
  double sum;
  double squares;
};

HWY_INLINE Deviations SumDeviations(const float* x, size_t n, double center) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const VD m = hn::Set(d, center);
  VD s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  VD q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  const auto accumulate = [&](size_t i, VD& s, VD& q) HWY_ATTR {
    const VD deviation = hn::Sub(LoadDoubles(x + i), m);
    s = hn::Add(s, deviation);
    q = hn::MulAdd(deviation, deviation, q);
  };
  const auto accumulate_tail = [&](size_t i, VD& s, VD& q) HWY_ATTR {
    if (i >= n) return;
    const VD deviation = hn::IfThenElseZero(hn::FirstN(d, n - i), hn::Sub(LoadDoubles(x + i), m));
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
  accumulate_tail(i, s0, q0);
  accumulate_tail(i + lanes, s1, q1);
  accumulate_tail(i + 2 * lanes, s2, q2);
  accumulate_tail(i + 3 * lanes, s3, q3);
  return {SumOfLanes(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))), SumOfLanes(hn::Add(hn::Add(q0, q1), hn::Add(q2, q3)))};
}

// m, a^, v^, r^ and q^ of the ledger.
struct Moments {
  double center;
  double offset;  // mean of the deviations from center
  double variance_eps;
  double rstd;
  bool admitted;  // the ledger holds; false also if anything is not a number
};

inline Moments ComputeMoments(const Row& row) {
  const double inverse = 1.0 / static_cast<double>(row.columns);
  FloatBlock block;
  const auto for_each_block = [&](const auto& take) HWY_ATTR {
    for (size_t i = 0; i < row.columns; i += kBlock) {
      const size_t n = row.columns - i < kBlock ? row.columns - i : kBlock;
      take(LoadBlock(*row.x_format, row.x, i, n, block), n);
    }
  };
  Moments m{};
  const bool centred = row.operation == EXACTNORM_LAYER_NORM;
  if (centred) {
    CounterSum sum;
    for_each_block([&](const float* x, size_t n) HWY_ATTR { sum.Add(SumBlock(x, n)); });
    m.center = sum.Total() * inverse;
  }
  CounterSum sum, squares;
  for_each_block([&](const float* x, size_t n) HWY_ATTR {
    const Deviations s = SumDeviations(x, n, m.center);
    sum.Add(s.sum);
    squares.Add(s.squares);
  });
  m.offset = centred ? sum.Total() * inverse : 0;
  const double mean_square = squares.Total() * inverse;
  const double variance = mean_square - m.offset * m.offset;
  m.variance_eps = variance + row.eps;
  m.rstd = 1 / std::sqrt(m.variance_eps);
  m.admitted = mean_square <= kAdmission * m.variance_eps && kLeastSquare <= mean_square && mean_square <= kMostSquare;
  return m;
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_MOMENTS_INL_H_
