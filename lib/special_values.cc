// SPDX-License-Identifier: Apache-2.0
#include "lib/special_values.h"

namespace exactnorm {

std::optional<uint64_t> SpecialElement(const Format& parameter_format, uint64_t gamma, uint64_t beta,
                                       int deviation_sign, const Format& y_format) {
  const Format& p = parameter_format;
  if (IsFinite(p, gamma) && IsFinite(p, beta)) return std::nullopt;
  if (IsNan(p, gamma) || IsNan(p, beta)) return y_format.nan;  // rule 3
  const bool beta_negative = IsNegative(p, beta);
  if (IsInfinite(p, gamma)) {  // rule 4
    if (deviation_sign == 0) return y_format.nan;
    const bool negative = IsNegative(p, gamma) != (deviation_sign < 0);
    if (IsInfinite(p, beta) && beta_negative != negative) return y_format.nan;
    return WithSign(y_format, negative, y_format.infinity);
  }
  return WithSign(y_format, beta_negative, y_format.infinity);  // rule 5
}

}  // namespace exactnorm
