// SPDX-License-Identifier: Apache-2.0
// gamma and beta -> Windows: the largest |g| and |b| of each run of columns, and from them the least exponent of y^ for
// which the ledger's bound (error_bounds.h, Windows) is below the test's width.
#if defined(EXACTNORM_FAST_WINDOWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_WINDOWS_INL_H_
#undef EXACTNORM_FAST_WINDOWS_INL_H_
#else
#define EXACTNORM_FAST_WINDOWS_INL_H_
#endif

#include <bit>
#include <cmath>

#include "lib/fast/rounding_test-inl.h"
#include "lib/fast/windows.h"
#include "lib/row.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// The largest magnitude of n numbers, padded to whole groups, as patterns: a NaN or infinity is larger than any number.
HWY_INLINE VU MaxMagnitude(const float* numbers, size_t n, VU most) {
  const U u;
  const VU mask = hn::Set(u, 0x7FFFFFFF);
  for (size_t i = 0; i < n; i += hn::Lanes(u)) {
    most = hn::Max(most, hn::And(hn::BitCast(u, hn::LoadU(F(), numbers + i)), mask));
  }
  return most;
}

HWY_INLINE double MaxOfLanes(VU magnitudes) {
  const U u;
  uint32_t lanes[HWY_MAX_BYTES / sizeof(double)];
  hn::StoreU(magnitudes, u, lanes);
  uint32_t most = lanes[0];
  for (size_t i = 1; i < hn::Lanes(u); ++i) most = HWY_MAX(most, lanes[i]);
  return static_cast<double>(std::bit_cast<float>(most));
}

// For columns with |g| <= gamma, |b| <= beta. Any threshold is sound with the width that it needs. A high one leaves
// the results below it in doubt, about threshold / gamma of them, a low one needs a width that leaves 2 w of 2^kTail in
// doubt: the threshold balances the two.
template <class Y>
HWY_INLINE Window MakeWindow(const NormalizedError& error, double root_of_columns, double gamma, double beta) {
  if (!(gamma * root_of_columns + beta < Y::kMost)) return Window::Never();  // overflow, or not a number
  constexpr double kTails = static_cast<double>(Y::Test::kHalf) * 2;
  const double absolute = BoundWidth(error, gamma, beta, 1) / Y::kUnit;
  const double threshold = HWY_MAX(std::sqrt(2 * absolute * gamma / kTails) * 1.4, Y::kLeast);
  const uint64_t field = std::bit_cast<uint64_t>(threshold) >> 52;  // a power of two near the threshold
  if (field > 1022) return Window::Never();                         // beyond the test
  const double least = std::bit_cast<double>(field << 52);
  const double width = std::ceil((BoundWidth(error, gamma, beta, least) + Y::kLost) / Y::kUnit);
  if (!(width <= kTails / 4)) return Window::Never();
  using Field = decltype(Y::Test::kBias + 0);
  return Y::Test::Make(static_cast<Field>(field - (1023 - Y::Test::kBias)), static_cast<Field>(width));
}

inline void FindWindows(const Row& row, Windows* windows) {
  const size_t least = HWY_MAX(kGroupColumns, (row.columns + Windows::kMost - 1) / Windows::kMost);
  windows->width_bits = static_cast<int>(std::bit_width(least - 1));
  const size_t width = size_t{1} << windows->width_bits;
  const NormalizedError error = BoundNormalized(row.columns, hn::Lanes(D()));
  const double root = std::sqrt(static_cast<double>(row.columns)) * (1 + 0x1p-50);
  WithOutput(*row.y_format, [&](auto y) HWY_ATTR {
    using Y = decltype(y);
    ParameterBlock g_block, b_block;
    for (size_t begin = 0; begin < row.columns; begin += width) {
      VU gamma = hn::Zero(U()), beta = gamma;
      const size_t end = HWY_MIN(begin + width, row.columns);
      for (size_t i = begin; i < end; i += kParameterBlock) {
        const size_t n = HWY_MIN(end - i, kParameterBlock);
        const Format& p = *row.parameter_format;
        gamma = MaxMagnitude(LoadParameters(p, row.gamma, i, n, 1, g_block), n, gamma);
        beta = MaxMagnitude(LoadParameters(p, row.beta, i, n, 0, b_block), n, beta);
      }
      windows->windows[begin >> windows->width_bits] = MakeWindow<Y>(error, root, MaxOfLanes(gamma), MaxOfLanes(beta));
    }
  });
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_WINDOWS_INL_H_
