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

template <class X>
HWY_INLINE VD NormalizedInput(const Coefficients& c, const unsigned char* x) {
  const D d;
  const VD deviation = hn::Sub(LoadDoubles<X>(x), hn::Set(d, c.center));
  return hn::MulAdd(deviation, hn::Set(d, c.rstd), hn::Set(d, c.shift));
}

// gamma and beta of a group.
struct GroupParameters {
  const float* gamma;
  const float* beta;
};

// One group by the window test. False if one of its columns is in doubt.
template <class X, class Y>
HWY_INLINE bool NormalizeGroup(const Coefficients& c, const unsigned char* x, VD g0, VD b0, VD g1, VD b1, VD g2, VD b2,
                               VD g3, VD b3, hn::Vec<typename Y::Words> addend, unsigned char* y) {
  const typename Y::Words words;
  const size_t lanes = hn::Lanes(D());
  auto certain = hn::FirstN(words, lanes);
  const auto take = [&](size_t vector, VD g, VD b) HWY_ATTR {
    const VD t = NormalizedInput<X>(c, x + vector * lanes * X::kBytes);
    const VU patterns = Y::Take(hn::MulAdd(g, t, b), addend, certain);
    Y::Number::StorePatterns(patterns, y + vector * lanes * Y::Number::kBytes);
  };
  take(0, g0, b0);
  take(1, g1, b1);
  take(2, g2, b2);
  take(3, g3, b3);
  return hn::AllTrue(words, certain);
}

// One group by the ends test: its columns from `column` on, n of them the row's, which are recorded if not certified.
template <class X, class Y>
HWY_NOINLINE void SharpenGroup(const Coefficients& c, const NormalizedError& bound, const unsigned char* x,
                               const GroupParameters& p, unsigned char* y, size_t column, size_t n,
                               Undecided* undecided) {
  const D d;
  const U u;
  const size_t lanes = hn::Lanes(d);
  for (size_t i = 0; i < GroupColumns(); i += lanes) {
    const VD t = NormalizedInput<X>(c, x + i * X::kBytes);
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

// A row under way.
struct RowState {
  Coefficients coefficients;
  const unsigned char* x;
  unsigned char* y;
  Undecided* undecided;
};

// Columns [begin, begin + n) of the rows, with their gamma and beta padded to whole groups by 0 and 1: so that what
// is computed beyond the end raises no doubt.
template <class X, class Y>
HWY_INLINE void NormalizeBlock(const RowState* rows, size_t count, const GroupParameters& parameters, size_t begin,
                               size_t n, const Windows& windows, const NormalizedError& bound, bool aligned) {
  const typename Y::Words words;
  using T = hn::TFromD<typename Y::Words>;
  const size_t lanes = hn::Lanes(D());
  const size_t group = GroupColumns();
  for (size_t i = 0; i < n; i += group) {
    const GroupParameters p{parameters.gamma + i, parameters.beta + i};
    const VD g0 = LoadDoubles(p.gamma), b0 = LoadDoubles(p.beta);
    const VD g1 = LoadDoubles(p.gamma + lanes), b1 = LoadDoubles(p.beta + lanes);
    const VD g2 = LoadDoubles(p.gamma + 2 * lanes), b2 = LoadDoubles(p.beta + 2 * lanes);
    const VD g3 = LoadDoubles(p.gamma + 3 * lanes), b3 = LoadDoubles(p.beta + 3 * lanes);
    const size_t column = begin + i;
    const size_t left = HWY_MIN(n - i, group);
    const uint64_t window = windows.addend(column);
    const auto addend = hn::Set(words, static_cast<T>(window));
    for (size_t r = 0; r < count; ++r) {
      const RowState& row = rows[r];
      const unsigned char* x = row.x + column * X::kBytes;
      unsigned char* y = row.y + column * Y::Number::kBytes;
      if (HWY_LIKELY(aligned && left == group)) {
        const bool certain = window != Windows::kNever &&
                             NormalizeGroup<X, Y>(row.coefficients, x, g0, b0, g1, b1, g2, b2, g3, b3, addend, y);
        if (HWY_UNLIKELY(!certain)) {
          SharpenGroup<X, Y>(row.coefficients, bound, x, p, y, column, group, row.undecided);
        }
        continue;
      }
      alignas(16) unsigned char x_copy[kMostGroupColumns * X::kBytes];
      alignas(16) unsigned char y_copy[kMostGroupColumns * Y::Number::kBytes];
      std::memset(x_copy, 0, sizeof x_copy);
      std::memcpy(x_copy, x, left * X::kBytes);
      if (window == Windows::kNever ||
          !NormalizeGroup<X, Y>(row.coefficients, x_copy, g0, b0, g1, b1, g2, b2, g3, b3, addend, y_copy)) {
        SharpenGroup<X, Y>(row.coefficients, bound, x_copy, p, y_copy, column, left, row.undecided);
      }
      std::memcpy(y, y_copy, left * Y::Number::kBytes);
    }
  }
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_NORMALIZE_INL_H_
