// SPDX-License-Identifier: Apache-2.0
// The special values of the definition (exactnorm.h), rules 3 to 5: what an element is when its gain or
// bias is not finite. Rules 1 and 2 concern whole rows and stand where the row's moments are known.
#ifndef EXACTNORM_SPECIAL_VALUES_H_
#define EXACTNORM_SPECIAL_VALUES_H_

#include <optional>

#include "lib/formats/format.h"

namespace exactnorm {

// Bits of y in y_format where gamma or beta (bits in parameter_format) is NaN or infinite, else nothing.
// deviation_sign is the sign of x_i - mu (RMSNorm: of x_i): -1, 0 or 1.
std::optional<uint64_t> SpecialElement(const Format& parameter_format, uint64_t gamma, uint64_t beta,
                                       int deviation_sign, const Format& y_format);

}  // namespace exactnorm
#endif  // EXACTNORM_SPECIAL_VALUES_H_
