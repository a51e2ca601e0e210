// SPDX-License-Identifier: Apache-2.0
// `exactnorm verify`: the property suite on a kernel, ours or anybody's. Exit code 0: the claimed levels are reached
// and nothing else was seen going wrong; 1: not so.
#ifndef EXACTNORM_BENCH_VERIFY_VERIFY_COMMAND_H_
#define EXACTNORM_BENCH_VERIFY_VERIFY_COMMAND_H_

#include <CLI/CLI.hpp>

namespace exactnorm::command {

void AddVerify(CLI::App& app, int* exit_code);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_VERIFY_VERIFY_COMMAND_H_
