// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/targets.h"

#include <fmt/format.h>

#include <string>

#include "exactnorm/exactnorm.h"

namespace exactnorm::command {
namespace {

void PrintTargets() {
  std::string here, built;
  int runs_here = 0;
  for (size_t i = 0; const char* name = exactnorm_target(i, &runs_here); ++i) {
    (built += ' ') += name;
    if (runs_here != 0) (here += ' ') += name;
  }
  const char* chosen = exactnorm_chosen_target();
  fmt::print("Built:         {}\n", built.substr(1));
  fmt::print("This CPU runs: {}\n", here.substr(1));
  fmt::print("In use:        {}\n", chosen == nullptr ? "none: EXACTNORM_TARGET names none of these" : chosen);
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
