// SPDX-License-Identifier: Apache-2.0
// Sources: Intel SDM volume 1, sections 8.1.5 (x87 control word) and 10.2.3 (MXCSR); Arm ARM, FPCR.
#include "bench/kernel/floating_point_mode.h"

#include <cfenv>
#include <iterator>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace exactnorm::kernel {
namespace {

struct Bits {
  uint64_t mask;
  const char* name;
};

#if defined(__x86_64__)
// MXCSR in the low half, the x87 control word in the high one.
constexpr uint64_t kMxcsrFlags = 0x3F;
constexpr Bits kBits[] = {
    {0x6000, "rounding mode"},          {0x8000, "flush-to-zero"},        {0x0040, "denormals-are-zero"},
    {0x1F80, "trapping of exceptions"}, {0xC00ull << 32, "x87 rounding"}, {0x300ull << 32, "x87 precision"},
    {0x3Full << 32, "x87 trapping"},
};
#elif defined(__aarch64__)
constexpr Bits kBits[] = {
    {3ull << 22, "rounding mode"}, {1ull << 24, "flush-to-zero"},      {1ull << 19, "flush-to-zero of binary16"},
    {1ull << 25, "default NaN"},   {0x9F00, "trapping of exceptions"},
};
#else
constexpr Bits kBits[] = {{~uint64_t{0}, "rounding mode"}};
#endif

}  // namespace

uint64_t FloatingPointMode() {
#if defined(__x86_64__)
  uint16_t x87 = 0;
  asm volatile("fnstcw %0" : "=m"(x87));
  return (_mm_getcsr() & ~kMxcsrFlags) | uint64_t{x87} << 32;
#elif defined(__aarch64__)
  uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
#else
  return static_cast<uint64_t>(std::fegetround());
#endif
}

void SetFloatingPointMode(uint64_t mode) {
#if defined(__x86_64__)
  const uint16_t x87 = static_cast<uint16_t>(mode >> 32);
  asm volatile("fldcw %0" : : "m"(x87));
  _mm_setcsr(static_cast<unsigned>(mode));
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" : : "r"(mode));
#else
  std::fesetround(static_cast<int>(mode));
#endif
}

std::string ModeDifference(uint64_t before, uint64_t after) {
  std::string names;
  for (const Bits& bits : kBits) {
    if (((before ^ after) & bits.mask) == 0) continue;
    if (!names.empty()) names += ", ";
    names += bits.name;
  }
  return names.empty() && before != after ? "other bits" : names;
}

}  // namespace exactnorm::kernel
