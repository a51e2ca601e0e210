// SPDX-License-Identifier: Apache-2.0
// `exactnorm run`: .npy files in, correctly rounded results in .npy files out.
#ifndef EXACTNORM_BENCH_EXACTNORM_RUN_H_
#define EXACTNORM_BENCH_EXACTNORM_RUN_H_

#include <CLI/CLI.hpp>

namespace exactnorm::command {

// Adds the subcommand; *exit_code is set when it has run.
void AddRun(CLI::App& app, int* exit_code);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_RUN_H_
