// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/targets.h"

#include <fmt/format.h>
#include <hwy/targets.h>

#include <cstdint>
#include <string>

namespace exactnorm::command {
namespace {

void PrintTargets() {
  std::string names;  // best first: a better target has a lower bit in Highway
  for (int64_t rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
    if (!names.empty()) names += ' ';
    names += hwy::TargetName(rest & -rest);
  }
  fmt::print("This CPU runs: {}\n", names);
  fmt::print("Built here:    exact stage (integers only; any CPU)\n");
}

}  // namespace

void AddTargets(CLI::App& app, int* exit_code) {
  CLI::App* targets = app.add_subcommand("targets", "what this CPU runs, and what is built");
  targets->footer("Example:\n  exactnorm targets");
  targets->callback([exit_code] {
    PrintTargets();
    *exit_code = 0;
  });
}

}  // namespace exactnorm::command
