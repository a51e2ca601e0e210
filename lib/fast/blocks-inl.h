// SPDX-License-Identifier: Apache-2.0
// A block of at most kBlock numbers, exactly as binary32, padded with zeros to whole vectors.
#if defined(EXACTNORM_FAST_BLOCKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_BLOCKS_INL_H_
#undef EXACTNORM_FAST_BLOCKS_INL_H_
#else
#define EXACTNORM_FAST_BLOCKS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstring>

#include "lib/fast/error_bounds.h"
#include "lib/formats/format.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;  // the lanes of everything that is computed
using F = hn::Rebind<float, D>;     // as many binary32 numbers
using U = hn::RebindToUnsigned<F>;  // as many of their patterns
using H = hn::Rebind<uint16_t, D>;  // as many 16-bit patterns
using VD = hn::Vec<D>;
using VU = hn::Vec<U>;

// Room for a block and for what the last vector reaches beyond it.
inline constexpr size_t kPadded = kBlock + HWY_MAX_BYTES / sizeof(double);
struct FloatBlock {
  float numbers[kPadded];
};

// A bfloat16 is the top half of a binary32.
HWY_INLINE hn::Vec<F> FromBfloat16(VU bits) { return hn::BitCast(F(), hn::ShiftLeft<16>(bits)); }

// A binary16's fields as those of a binary32 mean the number times 2^-112, subnormals too; the product is exact.
// Infinities and NaNs become such: their fields would mean 65536 and more.
HWY_INLINE hn::Vec<F> FromBinary16(VU bits) {
  const U u;
  const F f;
  const VU magnitude = hn::And(bits, hn::Set(u, 0x7FFF));
  const VU sign = hn::ShiftLeft<16>(hn::Xor(bits, magnitude));
  const VU scaled = hn::BitCast(u, hn::Mul(hn::BitCast(f, hn::ShiftLeft<13>(magnitude)), hn::Set(f, 0x1p112f)));
  const auto special = hn::Gt(magnitude, hn::Set(u, 0x7BFF));
  const VU wide = hn::Or(scaled, hn::IfThenElseZero(special, hn::Set(u, 0x7F800000)));
  return hn::BitCast(f, hn::Or(wide, sign));
}

// Elements [begin, begin + n) of the array as binary32: the array itself where it can be read in whole vectors, else
// `block`.
HWY_INLINE const float* LoadBlock(const Format& format, const void* array, size_t begin, size_t n, FloatBlock& block) {
  const F f;
  const U u;
  const H h;
  const size_t lanes = hn::Lanes(f);
  const auto* bytes = static_cast<const unsigned char*>(array) + begin * static_cast<size_t>(format.bytes);
  if (format == kF32) {
    if (n % lanes == 0 && reinterpret_cast<uintptr_t>(bytes) % alignof(float) == 0) {
      return reinterpret_cast<const float*>(bytes);
    }
    std::memcpy(block.numbers, bytes, n * sizeof(float));
  } else {
    uint16_t patterns[kPadded];
    std::memcpy(patterns, bytes, n * sizeof(uint16_t));
    std::memset(patterns + n, 0, lanes * sizeof(uint16_t));
    for (size_t i = 0; i < n; i += lanes) {
      const VU bits = hn::PromoteTo(u, hn::LoadU(h, patterns + i));
      hn::StoreU(format == kBF16 ? FromBfloat16(bits) : FromBinary16(bits), f, block.numbers + i);
    }
  }
  std::memset(block.numbers + n, 0, lanes * sizeof(float));
  return block.numbers;
}

HWY_INLINE VD LoadDoubles(const float* numbers) { return hn::PromoteTo(D(), hn::LoadU(F(), numbers)); }

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_BLOCKS_INL_H_
