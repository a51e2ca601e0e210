// SPDX-License-Identifier: Apache-2.0
// The floating-point environment that the fast stage's bounds assume. In any other, rows go to the exact stage,
// which has no floating-point operation: so nothing has to be changed, and the caller's settings stay.
#ifndef EXACTNORM_ENVIRONMENT_H_
#define EXACTNORM_ENVIRONMENT_H_

namespace exactnorm {

// Round to nearest, subnormals kept as operands and as results, no exception trapped; in this thread, now.
bool HasDefaultEnvironment();

}  // namespace exactnorm
#endif  // EXACTNORM_ENVIRONMENT_H_
