// SPDX-License-Identifier: Apache-2.0
// A row: moments -> normalise -> rounding test, block by block.
#if defined(EXACTNORM_FAST_ROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_ROW_INL_H_
#undef EXACTNORM_FAST_ROW_INL_H_
#else
#define EXACTNORM_FAST_ROW_INL_H_
#endif

#include "lib/fast/moments-inl.h"
#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/row.h"
#include "lib/fast/statistics.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

struct PatternBlock {
  uint32_t patterns[kPadded];
};

// t^ = (x - m - a^) r^, y^ = g t^ + b and the bound e of the ledger, for one vector.
HWY_INLINE VU NormalizeVector(const Format& format, const Moments& m, const NormalizedError& bound, VD x, VD g, VD b,
                              Certified& certified) {
  const D d;
  const VD p = hn::Sub(hn::Sub(x, hn::Set(d, m.center)), hn::Set(d, m.offset));
  const VD t = hn::Mul(p, hn::Set(d, m.rstd));
  const VD y = hn::MulAdd(g, t, b);
  const VD t_error = hn::MulAdd(hn::Abs(t), hn::Set(d, bound.e1), hn::Set(d, bound.e0));
  const VD ends = hn::MulAdd(hn::Abs(y), hn::Set(d, kEndFactor), hn::Set(d, kUnderflow));
  return Round(format, y, hn::MulAdd(hn::Abs(g), t_error, ends), certified);
}

// Adds what of the n elements from `begin` on is not certified. False if there is no more room.
HWY_INLINE bool Record(Certified certified, size_t begin, size_t n, Undecided* undecided) {
  const U u;
  uint32_t flags[HWY_MAX_BYTES / sizeof(double)];
  hn::StoreU(hn::IfThenElseZero(certified, hn::Set(u, 1)), u, flags);
  for (size_t i = 0; i < n; ++i) {
    if (flags[i] != 0) continue;
    if (undecided->full()) return false;
    undecided->Add(begin + i);
  }
  return true;
}

// Patterns to the output array, each cut to the format's width.
HWY_INLINE void StoreBlock(const Format& format, const PatternBlock& block, size_t n, void* y, size_t begin) {
  auto* bytes = static_cast<unsigned char*>(y) + begin * static_cast<size_t>(format.bytes);
  if (format == kF32) {
    std::memcpy(bytes, block.patterns, n * sizeof(uint32_t));
    return;
  }
  uint16_t narrow[kBlock];
  for (size_t i = 0; i < n; ++i) narrow[i] = static_cast<uint16_t>(block.patterns[i]);
  std::memcpy(bytes, narrow, n * sizeof(uint16_t));
}

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

// One pass over the row; with `store` it writes y. False if too much is undecided.
inline bool NormalizeBlocks(const Row& row, const Moments& moments, bool store, Undecided* undecided) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const NormalizedError bound = BoundNormalized(row.columns, lanes);
  FloatBlock x_block, g_block, b_block;
  PatternBlock y_block;
  for (size_t begin = 0; begin < row.columns; begin += kBlock) {
    const size_t n = row.columns - begin < kBlock ? row.columns - begin : kBlock;
    const float* x = LoadBlock(*row.x_format, row.x, begin, n, x_block);
    const Format& p = *row.parameter_format;
    const float* g = row.gamma == nullptr ? nullptr : LoadBlock(p, row.gamma, begin, n, g_block);
    const float* b = row.beta == nullptr ? nullptr : LoadBlock(p, row.beta, begin, n, b_block);
    for (size_t i = 0; i < n; i += lanes) {
      const VD gamma = g == nullptr ? hn::Set(d, 1.0) : LoadDoubles(g + i);
      const VD beta = b == nullptr ? hn::Zero(d) : LoadDoubles(b + i);
      Certified certified;
      hn::StoreU(NormalizeVector(*row.y_format, moments, bound, LoadDoubles(x + i), gamma, beta, certified), U(),
                 y_block.patterns + i);
      if (HWY_UNLIKELY(!hn::AllTrue(U(), certified)) &&
          !Record(certified, begin + i, n - i < lanes ? n - i : lanes, undecided)) {
        return false;
      }
    }
    if (store) StoreBlock(*row.y_format, y_block, n, row.y, begin);
  }
  return true;
}

// In place, a first pass finds out whether everything is certified; else the exact stage still finds x.
inline Outcome NormalizeRow(const Row& row, Undecided* undecided) {
  const Moments moments = ComputeMoments(row);
  if (!moments.admitted) return Outcome::kDeclined;
  if (row.x == row.y) {
    if (!NormalizeBlocks(row, moments, false, undecided) || !undecided->columns().empty()) return Outcome::kDeclined;
    undecided->statistics = !WriteStatistics(row, moments);
    if (undecided->statistics) return Outcome::kDeclined;
  } else {
    undecided->statistics = !WriteStatistics(row, moments);
  }
  return NormalizeBlocks(row, moments, true, undecided) ? Outcome::kDone : Outcome::kDeclined;
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_ROW_INL_H_
