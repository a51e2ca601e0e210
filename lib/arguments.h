// SPDX-License-Identifier: Apache-2.0
// First station of a call: arguments -> a checked call with formats, strides and defaults resolved.
#ifndef EXACTNORM_ARGUMENTS_H_
#define EXACTNORM_ARGUMENTS_H_

#include <cstddef>

#include "exactnorm/exactnorm.h"
#include "lib/row.h"

namespace exactnorm {

// Everything that CheckArguments found in order.
struct CheckedCall {
  Rows rows;
  const exactnorm_parameters* parameters;  // where the rows' gamma and beta come from; or null
  exactnorm_parallel_for parallel_for;
  void* pool;
};

// The format that `format` names, or null if it names none; EXACTNORM_DEFAULT names `standard`.
const Format* FindFormat(exactnorm_format format, const Format* standard);

// Fills *checked and returns EXACTNORM_OK, or returns the first cause of refusal. Reads no array.
exactnorm_status CheckArguments(const exactnorm_call* call, CheckedCall* checked);

}  // namespace exactnorm
#endif  // EXACTNORM_ARGUMENTS_H_
