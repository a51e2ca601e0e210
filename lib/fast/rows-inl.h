// SPDX-License-Identifier: Apache-2.0
// Groups of rows: moments of each row -> the columns of all of the group, block by block.
#if defined(EXACTNORM_FAST_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_ROWS_INL_H_
#undef EXACTNORM_FAST_ROWS_INL_H_
#else
#define EXACTNORM_FAST_ROWS_INL_H_
#endif

#include "lib/fast/normalize-inl.h"
#include "lib/fast/statistics.h"
#include "lib/fast/windows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// Stores mean and rstd where the row has them. False if one of them is not certain.
inline bool WriteStatistics(const Row& row, const Moments& m) {
  const size_t lanes = hn::Lanes(D());
  bool certain = true;
  if (row.mean != nullptr) {
    const double mean = m.center + m.offset;
    const double error = BoundMean(row.columns, lanes) * std::sqrt(kMeanSquare * m.variance_eps);
    certain &= StoreCertified(*row.statistics_format, row.mean, mean, error + kEndFactor * std::abs(mean) + kUnderflow);
  }
  if (row.rstd != nullptr) {
    const double error = (BoundRstd(row.columns, lanes) + kEndFactor) * m.rstd + kUnderflow;
    certain &= StoreCertified(*row.statistics_format, row.rstd, m.rstd, error);
  }
  return certain;
}

// Moments of at most kMostRows rows. All sums come first, so that no row's scalars are waited for.
template <class X>
HWY_INLINE void FindMoments(const Rows& rows, const RowShape& shape, Moments* moments) {
  const auto* const x = static_cast<const unsigned char*>(rows.first.x);
  RowSums sums[kMostRows];
  for (size_t r = 0; r < rows.count; ++r) {
    AddRow<X, false>(x + r * rows.x_stride, shape.columns, hn::Zero(D()), sums[r]);
  }
  for (size_t r = 0; r < rows.count; ++r) FindMoments<X>(x + r * rows.x_stride, shape, sums[r], moments[r]);
}

// All columns of rows with the parameters of `row`.
template <class X, class Y, Traffic kTraffic>
HWY_NOINLINE void NormalizeColumns(const Row& row, std::span<const RowState> rows, const Windows& windows,
                                   const NormalizedError& bound) {
  if (HWY_UNLIKELY(rows.empty())) return;
  ParameterBlock gamma, beta;
  for (size_t begin = 0; begin < row.columns; begin += kParameterBlock) {
    const size_t n = HWY_MIN(row.columns - begin, kParameterBlock);
    const Block block{begin,
                      n,
                      {LoadParameters(*row.parameter_format, row.gamma, begin, n, 1, gamma),
                       LoadParameters(*row.parameter_format, row.beta, begin, n, 0, beta)}};
    NormalizeBlock<X, Y, kTraffic>(rows, block, windows, bound);
  }
}

// Rows that are done together.
struct RowGroup {
  RowState states[kMostRows];  // of those that are admitted
  size_t admitted;
  Undecided undecided[kMostRows];

  // The next group's rows are `ahead` bytes after these.
  template <class X>
  HWY_INLINE void Admit(const Rows& rows, const RowShape& shape, size_t ahead) {
    Moments moments[kMostRows];
    FindMoments<X>(rows, shape, moments);
    admitted = 0;
    for (size_t r = 0; r < rows.count; ++r) {
      undecided[r].Clear();
      const Moments& m = moments[r];
      if (HWY_UNLIKELY(!m.admitted)) {
        undecided[r].Decline();
        continue;
      }
      if (rows.first.mean != nullptr || rows.first.rstd != nullptr) {
        undecided[r].statistics = !WriteStatistics(rows.at(r), m);
      }
      const auto* const x = static_cast<const unsigned char*>(rows.first.x) + r * rows.x_stride;
      auto* const y = static_cast<unsigned char*>(rows.first.y) + r * rows.y_stride;
      states[admitted++] = {x, x + ahead, y, m.center, m.rstd, m.shift(), shape.has_mean, &undecided[r]};
    }
  }
};

template <class X, class Y, bool kStream>
void NormalizeRowsAs(const Rows& rows, const Windows& windows, const Finish& finish) {
  const Row& row = rows.first;
  const RowShape shape(row);
  const NormalizedError bound = BoundNormalized(row.columns, hn::Lanes(D()));
  const size_t together = RowsTogether(row.columns, kStream);
  RowGroup group;
  for (size_t first = 0; first < rows.count; first += together) {
    const size_t count = HWY_MIN(rows.count - first, together);
    const bool is_last = rows.count - first - count < count;  // or there is less than another group
    group.Admit<X>(rows.part(first, count), shape, is_last ? 0 : count * rows.x_stride);
    constexpr Traffic kMost = kStream ? Traffic::kPrefetchAndStream : Traffic::kPrefetch;
    constexpr Traffic kLeast = kStream ? Traffic::kPrefetchAndStream : Traffic::kNothing;
    const auto normalize = is_last ? &NormalizeColumns<X, Y, kLeast> : &NormalizeColumns<X, Y, kMost>;
    normalize(row, {group.states, group.admitted}, windows, bound);
    if (!finish(first, {group.undecided, count})) break;
  }
  if constexpr (kStream) hwy::FlushStream();
}

// Whether all that is written of y at once can be streamed.
template <class Y>
HWY_INLINE bool IsStreamable(const Rows& rows) {
  const size_t bytes = Y::kTogether * hn::Lanes(D()) * Y::Number::kBytes;
  return IsAligned(rows.first.y, bytes) && rows.y_stride % bytes == 0;
}

inline void NormalizeRows(const Rows& rows, const Windows& windows, bool stream, const Finish& finish) {
  WithFormat(*rows.first.x_format, [&](auto x) HWY_ATTR {
    WithOutput(*rows.first.y_format, [&](auto y) HWY_ATTR {
      using X = decltype(x);
      using Y = decltype(y);
      const bool streamed = stream && IsStreamable<Y>(rows);
      const auto normalize = streamed ? &NormalizeRowsAs<X, Y, true> : &NormalizeRowsAs<X, Y, false>;
      normalize(rows, windows, finish);
    });
  });
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_ROWS_INL_H_
