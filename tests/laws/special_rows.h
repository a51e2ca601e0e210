// SPDX-License-Identifier: Apache-2.0
// Short rows for the laws of special values.
#ifndef EXACTNORM_TESTS_LAWS_SPECIAL_ROWS_H_
#define EXACTNORM_TESTS_LAWS_SPECIAL_ROWS_H_

#include "tests/laws/law.h"

namespace exactnorm::laws {

Case NonFiniteRow(rows::Generator& random, const Formats& formats, const Ask& ask);  // a NaN or an infinity in x
Case ZeroRadicand(rows::Generator& random, const Formats& formats, const Ask& ask);
Case SpecialRow(rows::Generator& random, const Formats& formats, const Ask& ask);  // one of these two

// Gains and biases among NaN, infinities and numbers; x is the mean now and then.
Case SpecialParameters(rows::Generator& random, const Formats& formats, const Ask& ask);

// Gains in the two largest binades, and an outlier at sqrt(N - 1) sigma.
Case LargeGains(rows::Generator& random, const Formats& formats, const Ask& ask);

// Exact zeros with biases of -0, and results that underflow.
Case Zeros(rows::Generator& random, const Formats& formats, const Ask& ask);

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_SPECIAL_ROWS_H_
