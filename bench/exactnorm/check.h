// SPDX-License-Identifier: Apache-2.0
// `exactnorm check`: somebody's y against the exact answer, in the figures that every report of ours uses.
#ifndef EXACTNORM_BENCH_EXACTNORM_CHECK_H_
#define EXACTNORM_BENCH_EXACTNORM_CHECK_H_

#include <CLI/CLI.hpp>

namespace exactnorm::command {

// Adds the subcommand; *exit_code is set when it has run: 0 if all of y is correctly rounded, else 1.
void AddCheck(CLI::App& app, int* exit_code);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_CHECK_H_
