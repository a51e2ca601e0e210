// SPDX-License-Identifier: Apache-2.0
// x and the row's moments -> y^ = g t^ + b -> patterns of y, a group of columns at a time; t^ and y^ as in the ledger
// (error_bounds.h). A group in which the window test has a doubt is done again, element by element, with the ends
// test and a bound of each element's own.
#if defined(EXACTNORM_FAST_NORMALIZE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_NORMALIZE_INL_H_
#undef EXACTNORM_FAST_NORMALIZE_INL_H_
#else
#define EXACTNORM_FAST_NORMALIZE_INL_H_
#endif

#include "lib/fast/moments-inl.h"
#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/rows.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// m, r^ and c^ of the ledger.
struct Coefficients {
  double center;
  double rstd;
  double shift;
};

// t^. What was kept are deviations already.
template <class X>
HWY_INLINE VD NormalizedInput(VD center, VD rstd, VD shift, const unsigned char* x) {
  VD deviation = LoadDoubles<X>(x);
  if constexpr (!std::is_same_v<X, Kept>) deviation = hn::Sub(deviation, center);
  return hn::MulAdd(deviation, rstd, shift);
}

// gamma and beta of a group.
struct GroupParameters {
  const float* gamma;
  const float* beta;
};

// One group by the window test. False if one of its columns is in doubt.
template <class X, class Y>
HWY_INLINE bool NormalizeGroup(const Coefficients& c, const unsigned char* x, VD g0, VD b0, VD g1, VD b1, VD g2, VD b2,
                               VD g3, VD b3, hn::Vec<typename Y::Words> addend, hn::Vec<typename Y::Words> limit,
                               unsigned char* y) {
  const typename Y::Words words;
  const size_t lanes = hn::Lanes(D());
  const VD center = hn::Set(D(), c.center), rstd = hn::Set(D(), c.rstd), shift = hn::Set(D(), c.shift);
  auto least = hn::Set(words, hwy::LimitsMax<hn::TFromD<typename Y::Words>>());
  const auto take = [&](size_t vector, VD g, VD b) HWY_ATTR {
    const VD t = NormalizedInput<X>(center, rstd, shift, x + vector * lanes * X::kBytes);
    const VU patterns = Y::Take(hn::MulAdd(g, t, b), addend, least);
    Y::Number::StorePatterns(patterns, y + vector * lanes * Y::Number::kBytes);
  };
  take(0, g0, b0);
  take(1, g1, b1);
  take(2, g2, b2);
  take(3, g3, b3);
  return hn::AllTrue(words, hn::Gt(least, limit));
}

// One group by the ends test: its columns from `column` on, n of them the row's, which are recorded if not certified.
template <class X, class Y>
HWY_NOINLINE void SharpenGroup(const Coefficients& c, const NormalizedError& bound, const unsigned char* x,
                               const GroupParameters& p, unsigned char* y, size_t column, size_t n,
                               Undecided* undecided) {
  const D d;
  const U u;
  const size_t lanes = hn::Lanes(d);
  const VD center = hn::Set(d, c.center), rstd = hn::Set(d, c.rstd), shift = hn::Set(d, c.shift);
  for (size_t i = 0; i < GroupColumns(); i += lanes) {
    const VD t = NormalizedInput<X>(center, rstd, shift, x + i * X::kBytes);
    const VD g = LoadDoubles(p.gamma + i);
    const VD value = hn::MulAdd(g, t, LoadDoubles(p.beta + i));
    const VD t_error = hn::MulAdd(hn::Abs(t), hn::Set(d, bound.e1), hn::Set(d, bound.e0));
    const VD ends = hn::MulAdd(hn::Abs(value), hn::Set(d, kEndFactor), hn::Set(d, kUnderflow));
    const VD error = hn::MulAdd(hn::Abs(g), t_error, ends);
    Certified certified;
    const VU patterns = Y::RoundEnds(hn::Sub(value, error), hn::Add(value, error), certified);
    Y::Number::StorePatterns(patterns, y + i * Y::Number::kBytes);
    if (HWY_LIKELY(hn::AllTrue(u, certified))) continue;
    uint32_t flags[HWY_MAX_BYTES / sizeof(double)];
    hn::StoreU(hn::IfThenElseZero(certified, hn::Set(u, 1)), u, flags);
    for (size_t k = 0; k < lanes; ++k) {
      if (flags[k] == 0 && i + k < n) undecided->Add(column + i + k);
    }
  }
}

// A row under way: x is an array of the row's format, or of what was kept.
struct RowState {
  Coefficients coefficients;
  const unsigned char* x;
  unsigned char* y;
  Undecided* undecided;
};

// One group, its first `left` columns the row's. What cannot be read or written as it is goes through copies.
template <class X, class Y>
HWY_NOINLINE void NormalizePartialGroup(const RowState& row, const GroupParameters& p, const NormalizedError& bound,
                                        size_t column, size_t left) {
  HWY_ALIGN_MAX unsigned char x[kMostGroupColumns * X::kBytes];
  HWY_ALIGN_MAX unsigned char y[kMostGroupColumns * Y::Number::kBytes];
  std::memset(x, 0, sizeof x);
  std::memcpy(x, row.x + column * X::kBytes, left * X::kBytes);
  SharpenGroup<X, Y>(row.coefficients, bound, x, p, y, column, left, row.undecided);
  std::memcpy(row.y + column * Y::Number::kBytes, y, left * Y::Number::kBytes);
}

// Groups that the window test has left in doubt, to be done again together: so the branch predictor meets one loop
// instead of a surprise each.
class Doubts {
 public:
  HWY_INLINE void Note(bool doubt, size_t row, size_t group) {
    entries_[count_] = static_cast<uint16_t>(row << 8 | group);
    count_ += doubt ? 1 : 0;
  }
  template <class Do>
  HWY_INLINE void ForEach(const Do& again) const {
    for (size_t k = 0; k < count_; ++k) again(entries_[k] >> 8, entries_[k] & 0xFF);
  }

 private:
  static constexpr size_t kMostGroups = kParameterBlock / 4;  // of one lane each
  static_assert(kMostGroups <= 0x100 && kMostRows <= 0x100);
  uint16_t entries_[kMostRows * kMostGroups + 1];
  size_t count_ = 0;
};

// Columns [begin, begin + n) of the rows, with their gamma and beta padded to whole groups.
template <class X, class Y>
HWY_INLINE void NormalizeBlock(const RowState* rows, size_t count, const GroupParameters& parameters, size_t begin,
                               size_t n, const Windows& windows, const NormalizedError& bound, bool aligned) {
  const typename Y::Words words;
  using T = hn::TFromD<typename Y::Words>;
  const size_t lanes = hn::Lanes(D());
  const size_t group = GroupColumns();
  const auto parameters_at = [&](size_t i) { return GroupParameters{parameters.gamma + i, parameters.beta + i}; };
  const size_t whole = aligned ? n / group * group : 0;
  Doubts doubts;
  for (size_t i = 0; i < whole; i += group) {
    const GroupParameters p = parameters_at(i);
    const VD g0 = LoadDoubles(p.gamma), b0 = LoadDoubles(p.beta);
    const VD g1 = LoadDoubles(p.gamma + lanes), b1 = LoadDoubles(p.beta + lanes);
    const VD g2 = LoadDoubles(p.gamma + 2 * lanes), b2 = LoadDoubles(p.beta + 2 * lanes);
    const VD g3 = LoadDoubles(p.gamma + 3 * lanes), b3 = LoadDoubles(p.beta + 3 * lanes);
    const size_t column = begin + i;
    const Window& window = windows.at(column);
    const bool never = window.is_never();
    const auto addend = hn::Set(words, static_cast<T>(window.addend));
    const auto limit = hn::Set(words, static_cast<T>(window.limit));
    for (size_t r = 0; r < count; ++r) {
      const unsigned char* x = rows[r].x + column * X::kBytes;
      unsigned char* y = rows[r].y + column * Y::Number::kBytes;
      const bool certain =
          NormalizeGroup<X, Y>(rows[r].coefficients, x, g0, b0, g1, b1, g2, b2, g3, b3, addend, limit, y);
      doubts.Note(never || !certain, r, i / group);
    }
  }
  doubts.ForEach([&](size_t r, size_t index) HWY_ATTR {
    const RowState& row = rows[r];
    const size_t column = begin + index * group;
    SharpenGroup<X, Y>(row.coefficients, bound, row.x + column * X::kBytes, parameters_at(index * group),
                       row.y + column * Y::Number::kBytes, column, group, row.undecided);
  });
  for (size_t i = whole; i < n; i += group) {
    for (size_t r = 0; r < count; ++r) {
      NormalizePartialGroup<X, Y>(rows[r], parameters_at(i), bound, begin + i, HWY_MIN(n - i, group));
    }
  }
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_NORMALIZE_INL_H_
