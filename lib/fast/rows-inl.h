// SPDX-License-Identifier: Apache-2.0
// Rows: moments of each -> the columns of all, block by block, so that gamma and beta are loaded once for all of them.
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
    const double error = BoundMean(row.columns, lanes) * std::sqrt(2.001 * m.variance_eps);
    certain &= StoreCertified(*row.statistics_format, row.mean, mean, error + kEndFactor * std::abs(mean) + kUnderflow);
  }
  if (row.rstd != nullptr) {
    const double error = (BoundRstd(row.columns, lanes) + kEndFactor) * m.rstd + kUnderflow;
    certain &= StoreCertified(*row.statistics_format, row.rstd, m.rstd, error);
  }
  return certain;
}

// The columns of `count` rows that have their moments.
template <class X, class Y>
HWY_INLINE void NormalizeColumns(const Row& first, const RowState* states, size_t count, const Windows& windows) {
  const NormalizedError bound = BoundNormalized(first.columns, hn::Lanes(D()));
  bool aligned = true;
  for (size_t r = 0; r < count; ++r) {
    aligned = aligned && IsAligned(states[r].x, X::kBytes) && IsAligned(states[r].y, Y::Number::kBytes);
  }
  ParameterBlock g_block, b_block;
  for (size_t begin = 0; begin < first.columns; begin += kParameterBlock) {
    const size_t n = HWY_MIN(first.columns - begin, kParameterBlock);
    const Format& p = *first.parameter_format;
    const GroupParameters parameters{LoadParameters(p, first.gamma, begin, n, 1, 0, g_block),
                                     LoadParameters(p, first.beta, begin, n, 0, 1, b_block)};
    NormalizeBlock<X, Y>(states, count, parameters, begin, n, windows, bound, aligned);
  }
}

template <class X, class Y>
HWY_INLINE void NormalizeRowsAs(std::span<const Row> rows, const Windows& windows, Undecided* undecided) {
  RowState states[kMostRows];
  size_t admitted = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    const Row& row = rows[r];
    const Moments m = ComputeMoments<X>(row);
    if (!m.admitted) {
      undecided[r].Decline();
      continue;
    }
    undecided[r].statistics = !WriteStatistics(row, m);
    states[admitted++] = {{m.center, m.rstd, -(m.offset * m.rstd)},
                          static_cast<const unsigned char*>(row.x),
                          static_cast<unsigned char*>(row.y),
                          &undecided[r]};
  }
  NormalizeColumns<X, Y>(rows[0], states, admitted, windows);
}

inline void NormalizeRows(std::span<const Row> rows, const Windows& windows, Undecided* undecided) {
  WithFormat(*rows[0].x_format, [&](auto x) HWY_ATTR {
    WithOutput(*rows[0].y_format,
               [&](auto y) HWY_ATTR { NormalizeRowsAs<decltype(x), decltype(y)>(rows, windows, undecided); });
  });
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_ROWS_INL_H_
