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

static_assert(kAccumulators == 4, "the loop below is written for four");

// What a sweep does beside adding up: subtract a centre, and keep the deviations as binary64.
template <bool kCentreV, bool kKeepV>
struct Sweep {
  static constexpr bool kCentre = kCentreV;
  static constexpr bool kKeep = kKeepV;
};

// Of the n numbers at `x`, which may be read in whole vectors beyond the end if n is not a multiple of the lanes. Kept
// deviations are padded with zeros to whole vectors.
template <class X, class S>
HWY_INLINE void AddBlock(const unsigned char* x, size_t n, VD center, double* kept, CounterSum& sum,
                         CounterSum& squares) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  VD s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  VD q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  const auto deviation = [&](size_t i) HWY_ATTR {
    const VD number = LoadDoubles<X>(x + i * X::kBytes);
    if constexpr (S::kCentre) return hn::Sub(number, center);
    return number;
  };
  const auto accumulate = [&](size_t i, VD e, VD& s, VD& q) HWY_ATTR {
    if constexpr (S::kKeep) hn::Store(e, d, kept + i);
    s = hn::Add(s, e);
    q = hn::MulAdd(e, e, q);
  };
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    accumulate(i, deviation(i), s0, q0);
    accumulate(i + lanes, deviation(i + lanes), s1, q1);
    accumulate(i + 2 * lanes, deviation(i + 2 * lanes), s2, q2);
    accumulate(i + 3 * lanes, deviation(i + 3 * lanes), s3, q3);
  }
  const auto accumulate_tail = [&](VD& s, VD& q) HWY_ATTR {
    if (i >= n) return;
    accumulate(i, hn::IfThenElseZero(hn::FirstN(d, n - i), deviation(i)), s, q);
    i += lanes;
  };
  accumulate_tail(s0, q0);
  accumulate_tail(s1, q1);
  accumulate_tail(s2, q2);
  accumulate_tail(s3, q3);
  sum.Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)));
  squares.Add(hn::Add(hn::Add(q0, q1), hn::Add(q2, q3)));
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

// The moments of row.columns numbers at x. Blocks that cannot be read as they are, misaligned or ending within a
// vector, are copied first.
template <class X, class S>
HWY_INLINE Moments MomentsAbout(double center, const Row& row, const unsigned char* x, double* kept) {
  const VD m = hn::Set(D(), center);
  const bool aligned = IsAligned(x, X::kBytes);
  CounterSum sum, squares;
  for (size_t i = 0; i < row.columns; i += kSumBlock) {
    const size_t n = HWY_MIN(row.columns - i, kSumBlock);
    double* const kept_block = S::kKeep ? kept + i : nullptr;
    const bool readable = std::is_same_v<X, Kept> || (aligned && n % hn::Lanes(D()) == 0);
    if (HWY_LIKELY(readable)) {
      AddBlock<X, S>(x + i * X::kBytes, n, m, kept_block, sum, squares);
    } else {
      alignas(16) unsigned char copy[(kSumBlock + kMostGroupColumns) * X::kBytes];
      std::memcpy(copy, x + i * X::kBytes, n * X::kBytes);
      std::memset(copy + n * X::kBytes, 0, GroupColumns() * X::kBytes);
      AddBlock<X, S>(copy, n, m, kept_block, sum, squares);
    }
  }
  const double inverse = 1.0 / static_cast<double>(row.columns);
  Moments moments{};
  moments.center = center;
  moments.sum = row.operation == EXACTNORM_LAYER_NORM ? sum.Total() : 0;
  moments.squares = squares.Total();
  moments.offset = moments.sum * inverse;
  moments.mean_square = moments.squares * inverse;
  const double variance = moments.mean_square - moments.offset * moments.offset;
  moments.variance_eps = variance + row.eps;
  moments.rstd = 1 / std::sqrt(moments.variance_eps);
  moments.admitted = moments.offset * moments.offset <= kAdmission * moments.variance_eps &&
                     kLeastSquare <= moments.mean_square && moments.mean_square <= kMostSquare;
  return moments;
}

HWY_INLINE bool NeedsCentre(const Row& row, const Moments& about_zero) {
  return HWY_UNLIKELY(!about_zero.admitted) && row.operation == EXACTNORM_LAYER_NORM &&
         std::isfinite(about_zero.offset);
}

// The row's moments. Its deviations from the centre go to `kept`, which has room for its columns, padded.
template <class X>
HWY_INLINE Moments ComputeMoments(const Row& row, double* kept) {
  const auto* const x = static_cast<const unsigned char*>(row.x);
  const Moments m = MomentsAbout<X, Sweep<false, true>>(0, row, x, kept);
  if (!NeedsCentre(row, m)) return m;
  return MomentsAbout<Kept, Sweep<true, true>>(m.offset, row, reinterpret_cast<const unsigned char*>(kept), kept);
}

// The same for a row that is too long to be kept as a whole.
template <class X>
HWY_INLINE Moments ComputeMoments(const Row& row) {
  const auto* const x = static_cast<const unsigned char*>(row.x);
  const Moments m = MomentsAbout<X, Sweep<false, false>>(0, row, x, nullptr);
  if (!NeedsCentre(row, m)) return m;
  return MomentsAbout<X, Sweep<true, false>>(m.offset, row, x, nullptr);
}

// The deviations of n numbers at x, padded with zeros to whole vectors.
template <class X>
HWY_INLINE void KeepBlock(const unsigned char* x, size_t n, double center, double* kept) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const VD m = hn::Set(d, center);
  const size_t whole = IsAligned(x, X::kBytes) ? n / lanes * lanes : 0;
  for (size_t i = 0; i < whole; i += lanes) hn::Store(hn::Sub(LoadDoubles<X>(x + i * X::kBytes), m), d, kept + i);
  for (size_t i = whole; i < n; i += lanes) {
    const size_t left = HWY_MIN(n - i, lanes);
    HWY_ALIGN_MAX unsigned char copy[HWY_MAX_BYTES] = {};
    std::memcpy(copy, x + i * X::kBytes, left * X::kBytes);
    hn::Store(hn::IfThenElseZero(hn::FirstN(d, left), hn::Sub(LoadDoubles<X>(copy), m)), d, kept + i);
  }
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_MOMENTS_INL_H_
