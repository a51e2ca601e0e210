// SPDX-License-Identifier: Apache-2.0
#include "lib/fast/statistics.h"

#include <bit>

namespace exactnorm::fast {

bool StoreCertified(const Format& f, void* at, double value, double error) {
  const auto round = [&f](double end) {
    const auto bits = std::bit_cast<uint64_t>(end);
    if (!IsFinite(kF64, bits)) return f.nan;
    const Number n = Decode(kF64, bits);
    return WithSign(f, n.negative, RoundMagnitude(f, n.significand, n.exponent));
  };
  const uint64_t low = round(value - error);
  const uint64_t high = round(value + error);
  if (low != high || IsZero(f, low) || !IsFinite(f, low)) return false;
  Store(f, at, 0, low);
  return true;
}

}  // namespace exactnorm::fast
