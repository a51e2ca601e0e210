// SPDX-License-Identifier: Apache-2.0
// `exactnorm geometry`: where the outputs of a LayerNorm lie, from its parameters, and whether given ones do.
#ifndef EXACTNORM_BENCH_GEOMETRY_GEOMETRY_COMMAND_H_
#define EXACTNORM_BENCH_GEOMETRY_GEOMETRY_COMMAND_H_

#include <CLI/CLI.hpp>

namespace exactnorm::geometry {

// Adds the subcommand; *exit_code is set when it has run: 1 if a row of y breaks a claim, else 0.
void AddGeometry(CLI::App& app, int* exit_code);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_GEOMETRY_COMMAND_H_
