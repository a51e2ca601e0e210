// SPDX-License-Identifier: Apache-2.0
// x and the row's moments -> y^ = g t^ + b -> patterns of y, a group of columns at a time; t^ and y^ as in the ledger
// (error_bounds.h). A group in which the window test has a doubt is done again, element by element, with the ends
// test and a bound of each element's own; what is +0 for certain is settled there too.
#if defined(EXACTNORM_FAST_NORMALIZE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_NORMALIZE_INL_H_
#undef EXACTNORM_FAST_NORMALIZE_INL_H_
#else
#define EXACTNORM_FAST_NORMALIZE_INL_H_
#endif

#include <span>
#include <type_traits>

#include "lib/fast/moments-inl.h"
#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/rows.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// gamma and beta of a block of columns, padded to whole groups.
struct BlockParameters {
  const float* gamma;
  const float* beta;
};

// A row on its way. m, r^ and c^ are those of the ledger.
struct RowState {
  const unsigned char* x;
  const unsigned char* next;  // x of a row of the next group
  unsigned char* y;
  double center;
  double rstd;
  double shift;
  bool has_mean;  // else d_i = 0 makes y_i = beta_i
  Undecided* undecided;
};

// What is done beside: x of the next group is prefetched; y is written past the caches.
enum class Traffic { kNothing, kPrefetch, kPrefetchAndStream };

// The columns [begin, begin + n) of rows.
struct Block {
  size_t begin;
  size_t n;  // <= kParameterBlock
  BlockParameters parameters;
};

// t^ and y^ of the ledger.
HWY_INLINE VD Normalized(VD deviation, VD rstd, VD shift) { return hn::MulAdd(deviation, rstd, shift); }
HWY_INLINE VD Affine(VD gamma, VD t, VD beta) { return hn::MulAdd(gamma, t, beta); }

// n columns of a group from `column` on, by the ends test; those that are not certified are recorded. x and y are
// readable and writable for the whole group. kTaken: y is what the window test has taken; where both ends round alike
// that is right already if it is RN(y^), and y, which may be on its way to memory, is left alone.
template <class X, class Y, bool kTaken>
HWY_NOINLINE void SharpenGroup(const RowState& row, const unsigned char* x, const float* gamma, const float* beta,
                               const NormalizedError& bound, unsigned char* y, size_t column, size_t n) {
  const D d;
  const U u;
  const size_t lanes = hn::Lanes(d);
  const VD center = hn::Set(d, row.center), rstd = hn::Set(d, row.rstd), shift = hn::Set(d, row.shift);
  for (size_t i = 0; i < n; i += lanes) {
    const VD t = Normalized(Deviation<X, true>(x + i * X::kBytes, center), rstd, shift);
    const VF g_float = hn::LoadU(F(), gamma + i), b_float = hn::LoadU(F(), beta + i);
    const VD g = hn::PromoteTo(d, g_float);
    const VD value = Affine(g, t, hn::PromoteTo(d, b_float));
    const VD t_error = hn::MulAdd(hn::Abs(t), hn::Set(d, bound.e1), hn::Set(d, bound.e0));
    const VD ends = hn::MulAdd(hn::Abs(value), hn::Set(d, kEndFactor), hn::Set(d, kUnderflow));
    const VD error = hn::MulAdd(hn::Abs(g), t_error, ends);
    Certified certified;
    VU patterns = Y::RoundEnds(hn::Sub(value, error), hn::Add(value, error), certified);
    const bool all = hn::AllTrue(u, certified);
    if (HWY_UNLIKELY(!all)) {
      // -0 + -0 might be in y^ for an exact zero: only beta = +0 leaves y, where it is not stored again, right.
      const auto x_float = X::LoadFloats(F(), x + i * X::kBytes);
      Certified exact = hn::RebindMask(u, IsExactZero(row.has_mean, x_float, g_float, b_float));
      exact = hn::And(exact, hn::Eq(hn::BitCast(u, b_float), hn::Zero(u)));
      patterns = hn::IfThenZeroElse(exact, patterns);
      certified = hn::Or(certified, exact);
    }
    if constexpr (!(kTaken && Y::kTakesNearest)) {
      Y::Number::Store(F(), Y::Number::Narrow(F(), patterns), y + i * Y::Number::kBytes);
    }
    if (HWY_LIKELY(all || hn::AllTrue(u, certified))) continue;
    uint32_t flags[HWY_MAX_BYTES / sizeof(double)];
    hn::StoreU(hn::IfThenElseZero(certified, hn::Set(u, 1)), u, flags);
    for (size_t k = 0; k < lanes; ++k) {
      if (flags[k] == 0 && i + k < n) row.undecided->Add(column + i + k);
    }
  }
}

// The same of a group that cannot be read or written as it is: through copies.
template <class X, class Y>
HWY_NOINLINE void SharpenCopiedGroup(const RowState& row, const float* gamma, const float* beta,
                                     const NormalizedError& bound, size_t column, size_t n) {
  alignas(64) unsigned char x[kGroupColumns * X::kBytes] = {};
  alignas(64) unsigned char y[kGroupColumns * Y::Number::kBytes];
  std::memcpy(x, row.x + column * X::kBytes, n * X::kBytes);
  SharpenGroup<X, Y, false>(row, x, gamma, beta, bound, y, column, n);
  std::memcpy(row.y + column * Y::Number::kBytes, y, n * Y::Number::kBytes);
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
  static constexpr size_t kMostGroups = kParameterBlock / kGroupColumns;
  static_assert(kMostGroups <= 0x100 && kMostRows <= 0x100);
  uint16_t entries_[kMostRows * kMostGroups + 1];
  size_t count_ = 0;
};

// The whole groups of a block by the window test, of the kRows rows from `first` on, one or two, which share loads of
// gamma and beta.
template <class X, class Y, bool kCentre, Traffic kTraffic, size_t kRows>
HWY_INLINE void NormalizeGroups(std::span<const RowState> rows, size_t first, const Block& block,
                                const Windows& windows, Doubts& doubts) {
  const D d;
  const typename Y::Words words;
  const size_t lanes = hn::Lanes(d);
  const RowState &a = rows[first], &b = rows[first + kRows - 1];
  const VD center_a = hn::Set(d, a.center), rstd_a = hn::Set(d, a.rstd), shift_a = hn::Set(d, a.shift);
  const VD center_b = hn::Set(d, b.center), rstd_b = hn::Set(d, b.rstd), shift_b = hn::Set(d, b.shift);
  const unsigned char *const x_a = a.x + block.begin * X::kBytes, *const x_b = b.x + block.begin * X::kBytes;
  const unsigned char *const next_a = a.next + block.begin * X::kBytes, *const next_b =
                                                                            b.next + block.begin * X::kBytes;
  unsigned char *const y_a = a.y + block.begin * Y::Number::kBytes, *const y_b = b.y + block.begin * Y::Number::kBytes;
  const auto [gamma, beta] = block.parameters;
  const size_t whole = block.n / kGroupColumns;
  for (size_t group = 0; group < whole; ++group) {
    const Window window = windows.at(block.begin + group * kGroupColumns);
    const auto addend = Y::Spread(window.addend), limit = Y::Spread(window.limit);
    auto least_a = Y::Spread(Window::Never().limit), least_b = least_a;
    const auto put = [&](auto narrow, unsigned char* at) HWY_ATTR {
      const typename Y::Floats f;
      kTraffic == Traffic::kPrefetchAndStream ? Y::Number::Stream(f, narrow, at) : Y::Number::Store(f, narrow, at);
    };
    const size_t end = (group + 1) * kGroupColumns;
    if constexpr (kTraffic != Traffic::kNothing) {
      for (size_t k = group * kGroupColumns * X::kBytes; k < end * X::kBytes; k += 64) {
        hwy::Prefetch(next_a + k);
        if constexpr (kRows == 2) hwy::Prefetch(next_b + k);
      }
    }
    // Written out for both rows: through a function of a row the compiler orders loads and stores worse, 10 % beyond
    // the caches.
    if constexpr (Y::kTogether == 1) {
      HWY_UNROLL(4)
      for (size_t i = group * kGroupColumns; i < end; i += lanes) {
        const VD g = LoadDoubles(gamma + i), c = LoadDoubles(beta + i);
        const VD t_a = Normalized(Deviation<X, kCentre>(x_a + i * X::kBytes, center_a), rstd_a, shift_a);
        put(Y::Take(Affine(g, t_a, c), addend, least_a), y_a + i * Y::Number::kBytes);
        if constexpr (kRows == 2) {
          const VD t_b = Normalized(Deviation<X, kCentre>(x_b + i * X::kBytes, center_b), rstd_b, shift_b);
          put(Y::Take(Affine(g, t_b, c), addend, least_b), y_b + i * Y::Number::kBytes);
        }
      }
    } else {
      HWY_UNROLL(2)
      for (size_t i = group * kGroupColumns; i < end; i += 2 * lanes) {
        const VD g0 = LoadDoubles(gamma + i), c0 = LoadDoubles(beta + i);
        const VD g1 = LoadDoubles(gamma + i + lanes), c1 = LoadDoubles(beta + i + lanes);
        VD e0, e1;
        Deviations<X, kCentre>(x_a + i * X::kBytes, center_a, e0, e1);
        const VD y0 = Affine(g0, Normalized(e0, rstd_a, shift_a), c0);
        const VD y1 = Affine(g1, Normalized(e1, rstd_a, shift_a), c1);
        put(Y::Take(y0, y1, addend, least_a), y_a + i * Y::Number::kBytes);
        if constexpr (kRows == 2) {
          Deviations<X, kCentre>(x_b + i * X::kBytes, center_b, e0, e1);
          const VD z0 = Affine(g0, Normalized(e0, rstd_b, shift_b), c0);
          const VD z1 = Affine(g1, Normalized(e1, rstd_b, shift_b), c1);
          put(Y::Take(z0, z1, addend, least_b), y_b + i * Y::Number::kBytes);
        }
      }
    }
    doubts.Note(!hn::AllFalse(words, hn::Gt(limit, least_a)), first, group);
    if constexpr (kRows == 2) doubts.Note(!hn::AllFalse(words, hn::Gt(limit, least_b)), first + 1, group);
  }
}

// The columns of a block, of rows whose x, and whose y, are all aligned alike.
template <class X, class Y, Traffic kTraffic>
HWY_INLINE void NormalizeBlock(std::span<const RowState> rows, const Block& block, const Windows& windows,
                               const NormalizedError& bound) {
  const auto* const gamma = block.parameters.gamma;  // no structured bindings: clang 14 cannot capture them
  const auto* const beta = block.parameters.beta;
  const bool ready = IsAligned(rows[0].x, X::kBytes) && IsAligned(rows[0].y, Y::Number::kBytes);
  if (HWY_LIKELY(ready)) {
    Doubts doubts;
    bool centred = false;
    for (const RowState& row : rows) centred = centred || row.center != 0;
    const auto normalize = [&](auto one_or_two, size_t r) HWY_ATTR {
      constexpr size_t kRows = decltype(one_or_two)::value;
      centred ? NormalizeGroups<X, Y, true, kTraffic, kRows>(rows, r, block, windows, doubts)
              : NormalizeGroups<X, Y, false, kTraffic, kRows>(rows, r, block, windows, doubts);
    };
    size_t r = 0;
    for (; r + 2 <= rows.size(); r += 2) normalize(std::integral_constant<size_t, 2>(), r);
    if (r < rows.size()) normalize(std::integral_constant<size_t, 1>(), r);
    doubts.ForEach([&](size_t row, size_t group) HWY_ATTR {
      const size_t i = group * kGroupColumns;
      const size_t column = block.begin + i;
      SharpenGroup<X, Y, true>(rows[row], rows[row].x + column * X::kBytes, gamma + i, beta + i, bound,
                               rows[row].y + column * Y::Number::kBytes, column, kGroupColumns);
    });
  }
  for (size_t i = ready ? block.n / kGroupColumns * kGroupColumns : 0; i < block.n; i += kGroupColumns) {
    for (const RowState& row : rows) {
      SharpenCopiedGroup<X, Y>(row, gamma + i, beta + i, bound, block.begin + i, HWY_MIN(block.n - i, kGroupColumns));
    }
  }
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_NORMALIZE_INL_H_
