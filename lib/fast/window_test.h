// SPDX-License-Identifier: Apache-2.0
// The window test as integer arithmetic on the pattern of y^: it passes only where |y^| is at least the window's
// threshold and the part that rounding drops is farther than the window's width from the middle, so that no rounding
// boundary is within the width of y^ (error_bounds.h, Windows). Vectors of this: rounding_test-inl.h.
// Proved for all patterns, thresholds and widths in proofs/fast/window_test.v.
#ifndef EXACTNORM_FAST_WINDOW_TEST_H_
#define EXACTNORM_FAST_WINDOW_TEST_H_

#include <cstdint>

#include "lib/fast/windows.h"

namespace exactnorm::fast {

// Of y^ in binary64, whose last 29 bits a binary32 drops: its two words apart, so that nothing carries from one into
// the other. With half = 2^28, after adding w - half the low word's tail is at least 2 w, modulo 2^29, where it was not
// in [half - w, half + w); after adding 1024 - field the exponent's first bit is set, modulo 2^11, where the exponent
// was in [field, field + 1023], so for field < 1023 never that of infinities and NaNs.
struct HalvesTest {
  static constexpr uint64_t kBias = 1023;
  static constexpr uint64_t kHalf = uint64_t{1} << 28;
  static constexpr uint64_t kHighFirst = uint64_t{1} << 30;
  static constexpr uint64_t kMask = kHighFirst << 32 | (2 * kHalf - 1);

  // 1 <= field < kBias, 1 <= w <= kHalf / 2.
  static constexpr Window Make(uint64_t field, uint64_t w) {
    const auto low = static_cast<uint32_t>(w - kHalf);
    return {((kBias + 1 - field) << 20) << 32 | low, kHighFirst << 32 | 2 * w};
  }
  static constexpr bool Passes(uint64_t pattern, const Window& window) {
    const auto reaches = [&](int shift) {
      const auto word = [shift](uint64_t words) { return static_cast<uint32_t>(words >> shift); };
      return ((word(pattern) + word(window.addend)) & word(kMask)) >= word(window.limit);
    };
    return reaches(0) && reaches(32);
  }
};

// Of RN32(y^), for results of 16 bits, of whose pattern they drop the last kTail bits; in one word. With half =
// 2^(kTail - 1), after adding
//   (bias + 1 - field) 2^23 - half + w
// the tail is at least 2 w where it was not in [half - w, half + w), and the exponent's first bit is set. A borrow from
// the tail can make the exponent's sum smaller by 1, never larger: it fails safe. Sums stay below 3 (bias + 1); from
// 2 (bias + 1) on, as for infinities and NaNs, the first bit is clear, which fails safe too.
template <int kTail>
struct WordTest {
  static constexpr uint32_t kBias = 127;
  static constexpr uint32_t kHalf = uint32_t{1} << (kTail - 1);
  static constexpr uint32_t kFirst = uint32_t{1} << 30;
  static constexpr uint32_t kMask = kFirst | (2 * kHalf - 1);

  // 1 <= field < kBias, 1 <= w <= kHalf / 2.
  static constexpr Window Make(uint32_t field, uint32_t w) {
    return {((kBias + 1 - field) << 23) - kHalf + w, kFirst + 2 * w};
  }
  static constexpr bool Passes(uint32_t pattern, const Window& window) {
    return ((pattern + static_cast<uint32_t>(window.addend)) & kMask) >= window.limit;
  }
};

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_WINDOW_TEST_H_
