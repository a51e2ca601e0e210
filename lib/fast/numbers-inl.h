// SPDX-License-Identifier: Apache-2.0
// Arrays of binary32, bfloat16 and binary16 as vectors of binary64: loads are exact, stores round to nearest.
#if defined(EXACTNORM_FAST_NUMBERS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_NUMBERS_INL_H_
#undef EXACTNORM_FAST_NUMBERS_INL_H_
#else
#define EXACTNORM_FAST_NUMBERS_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstring>
#include <type_traits>

#include "lib/fast/error_bounds.h"
#include "lib/formats/format.h"

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;  // the lanes of everything that is computed
using F = hn::Rebind<float, D>;     // as many binary32 numbers
using U = hn::RebindToUnsigned<F>;  // as many of their patterns
using I = hn::RebindToSigned<F>;
using H = hn::Rebind<uint16_t, D>;  // as many 16-bit patterns
using VD = hn::Vec<D>;
using VF = hn::Vec<F>;
using VU = hn::Vec<U>;
using VH = hn::Vec<H>;

// The same of two vectors, where a vector can be halved.
#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE
using WideF = F;
#else
using WideF = hn::Repartition<float, D>;
#endif

// How many vectors of binary64 that is: 1 or 2.
template <class Floats>
inline constexpr size_t kVectorsOf = std::is_same_v<Floats, F> ? 1 : 2;

// Columns are normalised in groups, whole vectors on every target.
inline constexpr size_t kGroupColumns = 32;
static_assert(kGroupColumns * sizeof(double) % HWY_MAX_BYTES == 0);

// The formats, each with its bytes per number, the binary32 numbers that are best converted at once, F or WideF, exact
// loads, of as many numbers as the tag has lanes, and the store of
// patterns that stand in 32 bits each, once they are narrowed; past the caches, where it is streamed. Addresses have to
// be multiples of kBytes, since not every target reads others; to stream, of the bytes that are written.
inline constexpr size_t kLeastStreamed = 16;  // Stream writes that much, however short the vector
struct Binary32 {
  using Together = F;
  static constexpr size_t kBytes = 4;
  static HWY_INLINE VF LoadFloats(F f, const unsigned char* at) {
    return hn::LoadU(f, reinterpret_cast<const float*>(at));
  }
  static HWY_INLINE VU Narrow(F, VU patterns) { return patterns; }
  static HWY_INLINE void Store(F, VU narrow, unsigned char* at) {
    hn::StoreU(narrow, U(), reinterpret_cast<uint32_t*>(at));
  }
  static HWY_INLINE void Stream(F f, VU narrow, unsigned char* at) {
    if constexpr (hn::MaxLanes(U()) * kBytes < kLeastStreamed) return Store(f, narrow, at);
    hn::Stream(narrow, U(), reinterpret_cast<uint32_t*>(at));
  }
};

struct Bits16 {
  static constexpr size_t kBytes = 2;
  template <class Floats>
  using Patterns = hn::RebindToUnsigned<Floats>;
  template <class Floats>
  using Narrowed = hn::Rebind<uint16_t, Floats>;

  template <class Floats>
  static HWY_INLINE hn::Vec<Patterns<Floats>> LoadPatterns(Floats, const unsigned char* at) {
    return hn::PromoteTo(Patterns<Floats>(), hn::LoadU(Narrowed<Floats>(), reinterpret_cast<const uint16_t*>(at)));
  }
  // DemoteTo saturates; what is below 2^16 stays.
  template <class Floats>
  static HWY_INLINE hn::Vec<Narrowed<Floats>> Narrow(Floats, hn::Vec<Patterns<Floats>> patterns) {
    return hn::DemoteTo(Narrowed<Floats>(), hn::BitCast(hn::RebindToSigned<Floats>(), patterns));
  }
  template <class Floats>
  static HWY_INLINE void Store(Floats, hn::Vec<Narrowed<Floats>> narrow, unsigned char* at) {
    hn::StoreU(narrow, Narrowed<Floats>(), reinterpret_cast<uint16_t*>(at));
  }
  template <class Floats>
  static HWY_INLINE void Stream(Floats f, hn::Vec<Narrowed<Floats>> narrow, unsigned char* at) {
    const Narrowed<Floats> d;
    if constexpr (hn::MaxLanes(d) * kBytes < kLeastStreamed) return Store(f, narrow, at);
    hn::Stream(narrow, d, reinterpret_cast<uint16_t*>(at));
  }
};

// A bfloat16 is the top half of a binary32.
struct Bfloat16 : Bits16 {
  using Together = WideF;
  template <class Floats>
  static HWY_INLINE hn::Vec<Floats> LoadFloats(Floats f, const unsigned char* at) {
    return hn::BitCast(f, hn::ShiftLeft<16>(LoadPatterns(f, at)));
  }
};

// Whether the CPU converts binary16 as IEEE 754 has it.
#undef EXACTNORM_CONVERTS_BINARY16
#if HWY_TARGET <= HWY_AVX2 || HWY_TARGET == HWY_NEON
#define EXACTNORM_CONVERTS_BINARY16 1
#else
#define EXACTNORM_CONVERTS_BINARY16 0
#endif

// By the CPU where it can. Else a binary16's fields as those of a binary32 mean the number times 2^-112, subnormals
// too; the product is exact. Infinities and NaNs become such: their fields would mean 65536 and more.
struct Binary16 : Bits16 {
#if EXACTNORM_CONVERTS_BINARY16
  using Together = F;
  template <class Floats>
  static HWY_INLINE hn::Vec<Floats> LoadFloats(Floats f, const unsigned char* at) {
    const hn::Rebind<hwy::float16_t, Floats> f16;
    return hn::PromoteTo(f, hn::LoadU(f16, reinterpret_cast<const hwy::float16_t*>(at)));
  }
#else
  using Together = WideF;
  template <class Floats>
  static HWY_INLINE hn::Vec<Floats> LoadFloats(Floats f, const unsigned char* at) {
    const Patterns<Floats> u;
    const hn::RebindToSigned<Floats> i;
    const auto bits = LoadPatterns(f, at);
    const auto magnitude = hn::And(bits, hn::Set(u, 0x7FFF));
    const auto sign = hn::ShiftLeft<16>(hn::Xor(bits, magnitude));
    const auto scaled = hn::BitCast(u, hn::Mul(hn::BitCast(f, hn::ShiftLeft<13>(magnitude)), hn::Set(f, 0x1p112f)));
    const auto special = hn::Gt(hn::BitCast(i, magnitude), hn::Set(i, 0x7BFF));
    const auto wide = hn::Or(scaled, hn::IfThenElseZero(hn::RebindMask(u, special), hn::Set(u, 0x7F800000)));
    return hn::BitCast(f, hn::Or(wide, sign));
  }
#endif
};

template <class X>
HWY_INLINE VD LoadDoubles(const unsigned char* at) {
  return hn::PromoteTo(D(), X::LoadFloats(F(), at));
}
// Two vectors.
template <class X>
HWY_INLINE void LoadDoubles(const unsigned char* at, VD& first, VD& second) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (kVectorsOf<typename X::Together> == 2) {
    const F half;
    const auto both = X::LoadFloats(typename X::Together(), at);
    first = hn::PromoteTo(D(), hn::LowerHalf(half, both));
    second = hn::PromoteTo(D(), hn::UpperHalf(half, both));
    return;
  }
#endif
  first = LoadDoubles<X>(at);
  second = LoadDoubles<X>(at + hn::Lanes(D()) * X::kBytes);
}
HWY_INLINE VD LoadDoubles(const float* at) { return hn::PromoteTo(D(), hn::LoadU(F(), at)); }

// Where y is an exact zero, which is +0: a gain of 0, or without a mean an input of 0 with a finite gain, and a bias of
// 0.
template <class V>
HWY_INLINE auto IsExactZero(bool has_mean, V x, V gamma, V beta) {
  const auto zero = hn::Xor(beta, beta);
  auto no_product = hn::Eq(gamma, zero);
  if (!has_mean) no_product = hn::Or(no_product, hn::And(hn::Eq(x, zero), hn::IsFinite(gamma)));
  return hn::And(no_product, hn::Eq(beta, zero));
}

// Calls take(X()) with the type of the format.
template <class Take>
HWY_INLINE auto WithFormat(const Format& format, const Take& take) {
  if (format == kF32) return take(Binary32());
  return format == kBF16 ? take(Bfloat16()) : take(Binary16());
}

HWY_INLINE bool IsAligned(const void* array, size_t bytes) { return reinterpret_cast<uintptr_t>(array) % bytes == 0; }

// Gamma or beta of one block of columns as binary32, padded to whole groups.
struct ParameterBlock {
  float numbers[kParameterBlock + 2 * kGroupColumns];
};

HWY_INLINE void Fill(float* numbers, size_t n, float value) {
  for (size_t i = 0; i < n; i += hn::Lanes(F())) hn::StoreU(hn::Set(F(), value), F(), numbers + i);
}

// Columns [begin, begin + n) of a parameter array, n <= kParameterBlock; `absent` where there is no array, 0 beyond
// the n. The array itself where it can be read as it is.
HWY_NOINLINE inline const float* LoadParameters(const Format& format, const void* array, size_t begin, size_t n,
                                                float absent, ParameterBlock& block) {
  const F f;
  const size_t lanes = hn::Lanes(f);
  if (array == nullptr) {
    Fill(block.numbers, n, absent);
    Fill(block.numbers + n, kGroupColumns, 0);
    return block.numbers;
  }
  const auto bytes = static_cast<size_t>(format.bytes);
  const auto* at = static_cast<const unsigned char*>(array) + begin * bytes;
  if (format == kF32 && n % kGroupColumns == 0 && IsAligned(at, bytes)) return reinterpret_cast<const float*>(at);
  if (format == kF32) {
    std::memcpy(block.numbers, at, n * bytes);
  } else {
    alignas(16) unsigned char copy[(kParameterBlock + kGroupColumns) * Bits16::kBytes];
    std::memcpy(copy, at, n * bytes);
    std::memset(copy + n * bytes, 0, kGroupColumns * bytes);
    for (size_t i = 0; i < n; i += lanes) {
      const VF numbers =
          format == kBF16 ? Bfloat16::LoadFloats(f, copy + i * bytes) : Binary16::LoadFloats(f, copy + i * bytes);
      hn::StoreU(numbers, f, block.numbers + i);
    }
  }
  Fill(block.numbers + n, kGroupColumns, 0);
  return block.numbers;
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // EXACTNORM_FAST_NUMBERS_INL_H_
