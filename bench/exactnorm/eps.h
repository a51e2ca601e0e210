// SPDX-License-Identifier: Apache-2.0
// --eps: text -> the binary64 nearest to it, rounded once, or a BadInput.
// Decimal as in 1e-5, or hexadecimal as in 0x1.4p-17. Independent of the locale.
#ifndef EXACTNORM_BENCH_EXACTNORM_EPS_H_
#define EXACTNORM_BENCH_EXACTNORM_EPS_H_

#include <string>

namespace exactnorm::command {

double ParseEps(const std::string& text);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_EPS_H_
