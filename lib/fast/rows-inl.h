// SPDX-License-Identifier: Apache-2.0
// Rows together: moments of each -> the columns of all, block by block, so that gamma and beta are loaded once for all
// of them.
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

// Rows on their way: deviations of all their columns are kept if the rows fit, else those of a block of columns.
struct RowsUnderWay {
  RowState states[kMostRows];
  const Row* rows[kMostRows];
  double centers[kMostRows];
  size_t count = 0;
  size_t stride;  // from one row's deviations to the next one's
  bool whole;
  HWY_ALIGN_MAX double kept[kKeptNumbers + kMostGroupColumns];

  // Moments and statistics; a row that is not admitted is declined and left out.
  HWY_INLINE void Add(const Row& row, const Traffic& traffic, Undecided* undecided) {
    double* const deviations = kept + count * stride;
    const Moments m = WithFormat(*row.x_format, [&](auto x) HWY_ATTR {
      return whole ? ComputeMoments<decltype(x)>(row, deviations) : ComputeMoments<decltype(x)>(row);
    });
    if (!m.admitted) return undecided->Decline();
    undecided->statistics = !WriteStatistics(row, m);
    states[count] = {deviations,
                     m.rstd,
                     m.shift(),
                     static_cast<unsigned char*>(row.y),
                     static_cast<const unsigned char*>(row.x) + traffic.ahead,
                     undecided};
    rows[count] = &row;
    centers[count++] = m.center;
  }

  // Has the states' deviations be those of columns [begin, begin + n).
  HWY_INLINE void Turn(size_t begin, size_t n) {
    for (size_t r = 0; r < count; ++r) {
      double* const deviations = kept + r * stride;
      states[r].deviations = whole ? deviations + begin : deviations;
      if (whole) continue;
      WithFormat(*rows[r]->x_format, [&](auto x) HWY_ATTR {
        using X = decltype(x);
        KeepBlock<X>(static_cast<const unsigned char*>(rows[r]->x) + begin * X::kBytes, n, centers[r], deviations);
      });
    }
  }
};

template <class Y, bool kStream>
void NormalizeColumns(const Row& first, const Windows& windows, RowsUnderWay& under_way) {
  const NormalizedError bound = BoundNormalized(first.columns, hn::Lanes(D()));
  ParameterBlock g_block, b_block;
  for (size_t begin = 0; begin < first.columns; begin += kParameterBlock) {
    const size_t n = HWY_MIN(first.columns - begin, kParameterBlock);
    const Format& p = *first.parameter_format;
    const GroupParameters parameters{LoadParameters(p, first.gamma, begin, n, 1, g_block),
                                     LoadParameters(p, first.beta, begin, n, 0, b_block)};
    under_way.Turn(begin, n);
    NormalizeBlock<Y, kStream>({under_way.states, under_way.count}, parameters, begin, n, windows, bound,
                               static_cast<size_t>(first.x_format->bytes));
  }
  if constexpr (kStream) hwy::FlushStream();
}

// Whether every vector of y can be streamed.
template <class Y>
HWY_INLINE bool IsStreamable(std::span<const Row> rows) {
  bool streamable = true;
  for (const Row& row : rows) streamable = streamable && IsAligned(row.y, hn::Lanes(D()) * Y::Number::kBytes);
  return streamable;
}

inline void NormalizeRows(std::span<const Row> rows, const Windows& windows, const Traffic& traffic,
                          Undecided* undecided) {
  RowsUnderWay under_way;
  under_way.whole = FitTogether(rows.size(), rows[0].columns);
  under_way.stride = under_way.whole ? PaddedColumns(rows[0].columns) : kParameterBlock;
  for (size_t r = 0; r < rows.size(); ++r) under_way.Add(rows[r], traffic, &undecided[r]);
  WithOutput(*rows[0].y_format, [&](auto y) HWY_ATTR {
    using Y = decltype(y);
    const bool stream = traffic.stream && IsStreamable<Y>(rows);
    const auto normalize = stream ? &NormalizeColumns<Y, true> : &NormalizeColumns<Y, false>;
    normalize(rows[0], windows, under_way);
  });
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_ROWS_INL_H_
