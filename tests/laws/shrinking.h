// SPDX-License-Identifier: Apache-2.0
// Smaller cases: a case -> those one step simpler, the boldest first. Of its own formats; the law decides whether they
// still are cases of its kind.
#ifndef EXACTNORM_TESTS_LAWS_SHRINKING_H_
#define EXACTNORM_TESTS_LAWS_SHRINKING_H_

#include <rapidcheck.h>

#include "tests/laws/law.h"

namespace exactnorm::laws {

rc::Seq<Case> SimplerCases(const Case& c);

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_SHRINKING_H_
