// SPDX-License-Identifier: Apache-2.0
// `exactnorm targets`: which instruction sets this CPU runs, and what is built here.
#ifndef EXACTNORM_BENCH_EXACTNORM_TARGETS_H_
#define EXACTNORM_BENCH_EXACTNORM_TARGETS_H_

#include <CLI/CLI.hpp>

namespace exactnorm::command {

// Adds the subcommand; *exit_code is set when it has run.
void AddTargets(CLI::App& app, int* exit_code);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_TARGETS_H_
