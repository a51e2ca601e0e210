// SPDX-License-Identifier: Apache-2.0
// One number with a bound on its error -> its rounding in any format, if that is certain.
#ifndef EXACTNORM_FAST_STATISTICS_H_
#define EXACTNORM_FAST_STATISTICS_H_

#include "lib/formats/format.h"

namespace exactnorm::fast {

// Stores RN(v) at `at` for every real v in [value - error, value + error], if that is one finite number other than
// zero; else returns false. `error` has to cover the rounding of these two ends, by at most 2^-53 of each.
bool StoreCertified(const Format& f, void* at, double value, double error);

// The same for value + low, |low| <= 2^-53 |value|: `error` has to cover the rounding of low -+ error.
bool StoreCertified(const Format& f, void* at, double value, double low, double error);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_STATISTICS_H_
