// SPDX-License-Identifier: Apache-2.0
// Is this y the right answer? Decided from x, gamma, beta, eps and y by comparing integers, without computing a
// y: z lies in the cell of y, the set of reals that round to it. Own code, apart from lib/exact and from the
// textbook reference: a third opinion.
#ifndef EXACTNORM_REFERENCE_CERTIFICATE_H_
#define EXACTNORM_REFERENCE_CERTIFICATE_H_

#include <cstddef>
#include <optional>

#include "lib/row.h"

namespace exactnorm::reference {

enum class Part { kY, kMean, kRstd };

// What is not the right answer: an element of y, or a statistic.
struct Refusal {
  Part part;
  size_t column;  // for kY
};

// Nothing if every y, and mean and rstd where the row has them, is the right answer bit for bit; otherwise the
// first that is not. The row's outputs are read.
std::optional<Refusal> Certify(const Row& row);

}  // namespace exactnorm::reference
#endif  // EXACTNORM_REFERENCE_CERTIFICATE_H_
