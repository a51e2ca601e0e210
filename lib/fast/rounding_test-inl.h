// SPDX-License-Identifier: Apache-2.0
// From y^ to the bits of RN(y), where they are certain. Two tests:
//
// Window: three instructions. y^ is at least as large as its window's threshold, and farther than the window's width
// from every rounding boundary (window_test.h).
//
// Ends: for a bound e on the error of y^, no rounding boundary of the output format lies in [y^ - e, y^ + e]. For
// binary32 both ends rounded agree, rounding being monotone; for 16 bits neither end is a boundary and both lie in the
// same cell. Zeros, numbers from the largest binary32 on, infinities and NaNs are never certified: an exact zero has a
// sign of its own, and not every target overflows as it should. Nor are bfloat16's subnormal numbers.
#if defined(EXACTNORM_FAST_ROUNDING_TEST_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_ROUNDING_TEST_INL_H_
#undef EXACTNORM_FAST_ROUNDING_TEST_INL_H_
#else
#define EXACTNORM_FAST_ROUNDING_TEST_INL_H_
#endif

#include "lib/fast/numbers-inl.h"
#include "lib/fast/window_test.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

using Certified = hn::Mask<U>;

// Each output format has Floats, the binary32 numbers that are taken together, from kTogether vectors of y^, the test's
// form, what one unit of its width w is worth in units of y^'s binary64 ulp and what is lost of them, the least and the
// largest magnitude that its results may have, and
//   Spread: a window's addend or limit in every lane of Words;
//   Take: so many vectors of y^ to narrow patterns, right if what `least` becomes is nowhere below the window's limit;
//   kTakesNearest: RN(y^); RoundEnds: patterns of RN(y) for every y in [low, high], where `certified`.
struct RoundToBinary32 {
  using Number = Binary32;
  using Floats = F;
  using Test = HalvesTest;
  static constexpr size_t kTogether = 1;
  static constexpr double kUnit = 1;
  static constexpr double kLost = 0;
  static constexpr bool kTakesNearest = true;
  static constexpr double kLeast = 0x1p-126;
  static constexpr double kMost = 0x1p127;

#if HWY_TARGET == HWY_SCALAR
  // No vectors of two words: the sums of both words, then as one number, of which the high word decides first.
  using Words = hn::RebindToSigned<D>;
  static HWY_INLINE hn::Vec<Words> MaskedSum(hn::Vec<Words> pattern, hn::Vec<Words> addend) {
    const Words words;
    const auto low = hn::Set(words, 0xFFFFFFFF);
    const auto sum_low = hn::And(hn::Add(pattern, addend), low);
    const auto sum_high = hn::AndNot(low, hn::Add(pattern, hn::AndNot(low, addend)));
    return hn::And(hn::Or(sum_high, sum_low), Spread(Test::kMask));
  }
#else
  using Words = hn::Repartition<int32_t, D>;
  static HWY_INLINE hn::Vec<Words> MaskedSum(hn::Vec<Words> pattern, hn::Vec<Words> addend) {
    return hn::And(hn::Add(pattern, addend), Spread(Test::kMask));
  }
#endif
  static HWY_INLINE hn::Vec<Words> Spread(uint64_t number) {
    return hn::BitCast(Words(), hn::Set(hn::RebindToUnsigned<D>(), number));
  }
  static HWY_INLINE VU Take(VD y, hn::Vec<Words> addend, hn::Vec<Words>& least) {
    least = hn::Min(least, MaskedSum(hn::BitCast(Words(), y), addend));
    return hn::BitCast(U(), hn::DemoteTo(F(), y));
  }
  static HWY_INLINE VU RoundEnds(VD low_end, VD high_end, Certified& certified) {
    const U u;
    const VU low = hn::BitCast(u, hn::DemoteTo(F(), low_end));
    const VU high = hn::BitCast(u, hn::DemoteTo(F(), high_end));
    // 0 < magnitude < that of the largest number, as one unsigned comparison
    const VU magnitude = hn::And(low, hn::Set(u, 0x7FFFFFFF));
    const auto inside = hn::Lt(hn::Sub(magnitude, hn::Set(u, 1)), hn::Set(u, 0x7F7FFFFE));
    certified = hn::And(inside, hn::Eq(low, high));
    return low;
  }
};

// Results of 16 bits are cut from RN32(y^), whose last kTail bits they drop. RN32 moves y^ by at most 2^28 ulp.
template <class Y, class Format, int kTail>
struct RoundToBits16 {
  using Number = Format;
  using Floats = typename Number::Together;
  using Test = WordTest<kTail>;
  using Words = hn::RebindToSigned<Floats>;
  using Patterns = hn::RebindToUnsigned<Floats>;
  static constexpr size_t kTogether = kVectorsOf<Floats>;
  static constexpr double kUnit = 0x1p29;
  static constexpr double kLost = 0x1p28;
  static constexpr bool kTakesNearest = false;  // rounds twice

  static HWY_INLINE hn::Vec<Words> Spread(uint64_t number) { return hn::Set(Words(), static_cast<int32_t>(number)); }
  static HWY_INLINE auto Take(VD y, hn::Vec<Words> addend, hn::Vec<Words>& least) {
    return TakeBinary32(hn::DemoteTo(Floats(), y), addend, least);
  }
#if HWY_TARGET != HWY_SCALAR
  static HWY_INLINE auto Take(VD first, VD second, hn::Vec<Words> addend, hn::Vec<Words>& least) {
    const F f;
    return TakeBinary32(hn::Combine(Floats(), hn::DemoteTo(f, second), hn::DemoteTo(f, first)), addend, least);
  }
#endif

 private:
  static HWY_INLINE auto TakeBinary32(hn::Vec<Floats> y, hn::Vec<Words> addend, hn::Vec<Words>& least) {
    const Words words;
    const auto sum = hn::Add(hn::BitCast(words, y), addend);
    least = hn::Min(least, hn::And(sum, hn::Set(words, static_cast<int32_t>(Test::kMask))));
    return Y::Cut(y);
  }
};

// A number of 16 bits with kSignificand explicit bits, from binary64: the pattern, right unless the number is a
// boundary. Magnitudes below the largest finite one and, kSubnormals or not, from the least (normal) one on; all
// others, and boundaries, become kNone.
template <int kSignificand, int kBias, bool kSubnormals>
struct Cell16 {
  using U64 = hn::RebindToUnsigned<D>;
  using V64 = hn::Vec<U64>;
  static constexpr uint64_t kNone = 0xFFFFFFFF;
  static constexpr int kTail = 52 - kSignificand;
  static constexpr uint64_t kHalf = uint64_t{1} << (kTail - 1);
  static constexpr uint64_t kRebias = uint64_t{1023 - kBias} << kSignificand;
  static constexpr uint64_t kLeastNormal = uint64_t{1023 - kBias + 1} << 52;
  static constexpr uint64_t kLargest = ((uint64_t{1023 + kBias + 1} << kSignificand) - 1) << kTail;

  static HWY_INLINE V64 Of(VD end) {
    const D d;
    const U64 u;
    const hn::RebindToSigned<D> i;  // comparisons of patterns that are not negative
    const V64 bits = hn::BitCast(u, end);
    const V64 magnitude = hn::And(bits, hn::Set(u, ~uint64_t{0} >> 1));
    const V64 sign = hn::And(hn::ShiftRight<48>(bits), hn::Set(u, 0x8000));
    const auto below = [&](V64 a, uint64_t limit)
                           HWY_ATTR { return hn::Gt(hn::Set(i, static_cast<int64_t>(limit)), hn::BitCast(i, a)); };
    const auto is_small = below(magnitude, kLeastNormal);
    auto none = hn::Not(below(magnitude, kLargest + 1));
    none = hn::Or(none, hn::RebindMask(i, hn::Eq(hn::And(magnitude, hn::Set(u, 2 * kHalf - 1)), hn::Set(u, kHalf))));
    V64 cut = hn::Sub(hn::ShiftRight<kTail>(hn::Add(magnitude, hn::Set(u, kHalf))), hn::Set(u, kRebias));
    if constexpr (kSubnormals) {
      // Adding 2^(52 + the exponent of the least subnormal number) rounds to a multiple of that number.
      const VD least = hn::BitCast(d, hn::Set(u, uint64_t{1023 - kBias + 1 - kSignificand} << 52));
      const VD anchor = hn::Mul(least, hn::Set(d, 0x1p52));
      const VD number = hn::BitCast(d, magnitude);
      const VD sum = hn::Add(number, anchor);
      const VD moved = hn::Abs(hn::Sub(number, hn::Sub(sum, anchor)));
      const auto is_boundary = hn::Eq(moved, hn::Mul(least, hn::Set(d, 0.5)));
      none = hn::Or(hn::And(is_small, hn::RebindMask(i, is_boundary)), hn::AndNot(is_small, none));
      none = hn::Or(none, hn::Not(hn::Gt(hn::BitCast(i, magnitude), hn::Zero(i))));
      const V64 steps = hn::Sub(hn::BitCast(u, sum), hn::BitCast(u, anchor));
      cut = hn::IfThenElse(hn::RebindMask(u, is_small), steps, cut);
    } else {
      none = hn::Or(none, is_small);
    }
    return hn::IfThenElse(hn::RebindMask(u, none), hn::Set(u, kNone), hn::Or(cut, sign));
  }

  // Both ends in one cell.
  static HWY_INLINE VU Common(VD low, VD high, Certified& certified) {
    const U u;
    const VU a = hn::TruncateTo(u, Of(low));
    const VU b = hn::TruncateTo(u, Of(high));
    certified = hn::And(hn::Eq(a, b), hn::Ne(a, hn::Set(u, static_cast<uint32_t>(kNone))));
    return a;
  }
};

struct RoundToBfloat16 : RoundToBits16<RoundToBfloat16, Bfloat16, 16> {
  static constexpr double kLeast = 0x1p-126;
  static constexpr double kMost = 0x1p127;

  static HWY_INLINE auto Cut(hn::Vec<Floats> binary32) {
    const Patterns u;
    const auto sum = hn::Add(hn::BitCast(u, binary32), hn::Set(u, 0x8000));
#if HWY_TARGET != HWY_SCALAR
    if constexpr (kTogether == 2) {
      // The upper half of each.
      const hn::Repartition<uint16_t, Patterns> u16;
      const auto halves = hn::BitCast(u16, sum);
      return hn::LowerHalf(hn::Half<decltype(u16)>(), hn::ConcatOdd(u16, halves, halves));
    } else  // NOLINT(readability-else-after-return): one type of result
#endif
    {
      return Number::Narrow(Floats(), hn::ShiftRight<16>(sum));
    }
  }
  static HWY_INLINE VU RoundEnds(VD low, VD high, Certified& certified) {
    return Cell16<7, 127, false>::Common(low, high, certified);
  }
};

struct RoundToBinary16 : RoundToBits16<RoundToBinary16, Binary16, 13> {
  static constexpr double kLeast = 0x1p-14;
  static constexpr double kMost = 65000;

  // By the CPU where it can; for normal numbers that are not in the middle of two, rounding them is cutting them.
#if EXACTNORM_CONVERTS_BINARY16
  static HWY_INLINE auto Cut(hn::Vec<Floats> binary32) {
    const hn::Rebind<hwy::float16_t, Floats> f16;
    return hn::BitCast(hn::RebindToUnsigned<decltype(f16)>(), hn::DemoteTo(f16, binary32));
  }
#else
  static HWY_INLINE auto Cut(hn::Vec<Floats> binary32) {
    const Patterns u;
    const auto bits = hn::BitCast(u, binary32);
    const auto magnitude = hn::And(bits, hn::Set(u, 0x7FFFFFFF));
    const auto sign = hn::And(hn::ShiftRight<16>(bits), hn::Set(u, 0x8000));
    const auto cut = hn::ShiftRight<13>(hn::Add(magnitude, hn::Set(u, 0x1000)));
    return Number::Narrow(Floats(), hn::Or(hn::Sub(cut, hn::Set(u, 112 << 10)), sign));
  }
#endif
  static HWY_INLINE VU RoundEnds(VD low, VD high, Certified& certified) {
    return Cell16<10, 15, true>::Common(low, high, certified);
  }
};

// Calls take(Y()) with the type of the output format.
template <class Take>
HWY_INLINE auto WithOutput(const Format& format, const Take& take) {
  if (format == kF32) return take(RoundToBinary32());
  return format == kBF16 ? take(RoundToBfloat16()) : take(RoundToBinary16());
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_ROUNDING_TEST_INL_H_
