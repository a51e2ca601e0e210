// SPDX-License-Identifier: Apache-2.0
// The first tier for rows with x, parameters and y in binary64: certified results at a fraction of the sharp stage's
// cost. Like the fast stage it never lies: what it is not certain of it names as undecided, or it declines the row.
#ifndef EXACTNORM_FAST_BINARY64_H_
#define EXACTNORM_FAST_BINARY64_H_

#include "lib/fast/target.h"

namespace exactnorm::fast {

// `stream`: y is better written past the caches.
using NormalizeBinary64Function = void (*)(const Rows& rows, bool stream, const Finish& finish);

// For at most kBinary64MostColumns columns. Null for a target without FMA: there the sharp stage takes all.
NormalizeBinary64Function FindNormalizeBinary64(const Target& target);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_BINARY64_H_
