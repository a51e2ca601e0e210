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

// gamma and beta of a group.
struct GroupParameters {
  const float* gamma;
  const float* beta;
};

// t^ and y^ of the ledger.
HWY_INLINE VD Normalized(VD deviation, VD rstd, VD shift) { return hn::MulAdd(deviation, rstd, shift); }
HWY_INLINE VD Affine(VD gamma, VD t, VD beta) { return hn::MulAdd(gamma, t, beta); }

// A row under way. d_i, r^ and c^ are those of the ledger.
struct RowState {
  const double* deviations;  // of the block's columns
  double rstd;
  double shift;
  unsigned char* y;           // all columns
  const unsigned char* next;  // x of a later row, to be prefetched; may point anywhere
  Undecided* undecided;
};

// One group by the window test. False if one of its columns is in doubt.
template <class Y, bool kStream>
HWY_INLINE bool NormalizeGroup(const RowState& row, const double* deviations, VD g0, VD b0, VD g1, VD b1, VD g2, VD b2,
                               VD g3, VD b3, hn::Vec<typename Y::Words> addend, hn::Vec<typename Y::Words> limit,
                               unsigned char* y) {
  const D d;
  const typename Y::Words words;
  const size_t lanes = hn::Lanes(d);
  const VD rstd = hn::Set(d, row.rstd), shift = hn::Set(d, row.shift);
  auto least = hn::Set(words, hwy::LimitsMax<hn::TFromD<typename Y::Words>>());
  const auto take = [&](size_t vector, VD g, VD b) HWY_ATTR {
    const VD t = Normalized(hn::Load(d, deviations + vector * lanes), rstd, shift);
    const VU patterns = Y::Take(Affine(g, t, b), addend, least);
    unsigned char* const at = y + vector * lanes * Y::Number::kBytes;
    kStream ? Y::Number::StreamPatterns(patterns, at) : Y::Number::StorePatterns(patterns, at);
  };
  take(0, g0, b0);
  take(1, g1, b1);
  take(2, g2, b2);
  take(3, g3, b3);
  return hn::AllTrue(words, hn::Gt(least, limit));
}

// One group by the ends test: its columns from `column` on, n of them the row's, which are recorded if not certified.
template <class Y>
HWY_NOINLINE void SharpenGroup(const RowState& row, const double* deviations, const NormalizedError& bound,
                               const GroupParameters& p, unsigned char* y, size_t column, size_t n) {
  const D d;
  const U u;
  const size_t lanes = hn::Lanes(d);
  const VD rstd = hn::Set(d, row.rstd), shift = hn::Set(d, row.shift);
  for (size_t i = 0; i < GroupColumns(); i += lanes) {
    const VD t = Normalized(hn::Load(d, deviations + i), rstd, shift);
    const VD g = LoadDoubles(p.gamma + i);
    const VD value = Affine(g, t, LoadDoubles(p.beta + i));
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
      if (flags[k] == 0 && i + k < n) row.undecided->Add(column + i + k);
    }
  }
}

// One group, its first `left` columns the row's. What cannot be read or written as it is goes through copies.
template <class Y>
HWY_NOINLINE void NormalizePartialGroup(const RowState& row, const double* deviations, const GroupParameters& p,
                                        const NormalizedError& bound, size_t column, size_t left) {
  HWY_ALIGN_MAX double padded[kMostGroupColumns] = {};
  HWY_ALIGN_MAX unsigned char y[kMostGroupColumns * Y::Number::kBytes];
  std::memcpy(padded, deviations, left * sizeof(double));
  SharpenGroup<Y>(row, padded, bound, p, y, column, left);
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

// Columns [begin, begin + n) of the rows, with their gamma and beta padded to whole groups. x has x_bytes a number.
template <class Y, bool kStream>
HWY_INLINE void NormalizeBlock(std::span<const RowState> rows, const GroupParameters& parameters, size_t begin,
                               size_t n, const Windows& windows, const NormalizedError& bound, size_t x_bytes) {
  const typename Y::Words words;
  using T = hn::TFromD<typename Y::Words>;
  const size_t lanes = hn::Lanes(D());
  const size_t group = GroupColumns();
  const auto parameters_at = [&](size_t i) { return GroupParameters{parameters.gamma + i, parameters.beta + i}; };
  bool aligned = true;
  for (const RowState& row : rows) aligned = aligned && IsAligned(row.y, Y::Number::kBytes);
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
    for (size_t r = 0; r < rows.size(); ++r) {
      const RowState& row = rows[r];
      if constexpr (kStream) {
        for (size_t line = 0; line < group * x_bytes; line += 64) hwy::Prefetch(row.next + column * x_bytes + line);
      }
      const bool certain = NormalizeGroup<Y, kStream>(row, row.deviations + i, g0, b0, g1, b1, g2, b2, g3, b3, addend,
                                                      limit, row.y + column * Y::Number::kBytes);
      doubts.Note(never || !certain, r, i / group);
    }
  }
  doubts.ForEach([&](size_t r, size_t index) HWY_ATTR {
    const size_t i = index * group;
    SharpenGroup<Y>(rows[r], rows[r].deviations + i, bound, parameters_at(i),
                    rows[r].y + (begin + i) * Y::Number::kBytes, begin + i, group);
  });
  for (size_t i = whole; i < n; i += group) {
    for (const RowState& row : rows) {
      NormalizePartialGroup<Y>(row, row.deviations + i, parameters_at(i), bound, begin + i, HWY_MIN(n - i, group));
    }
  }
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_NORMALIZE_INL_H_
