// SPDX-License-Identifier: Apache-2.0
// The exactnorm command: one subcommand is parsed and run.
// Exit code: 0 fine, 1 the claim that was checked is false, 2 bad usage or input, said in one line on
// standard error.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "bench/exactnorm/check.h"
#include "bench/exactnorm/run.h"
#include "bench/exactnorm/targets.h"
#include "bench/geometry/geometry_command.h"
#include "bench/measure/measure_command.h"
#include "exactnorm/exactnorm.h"

namespace {

constexpr int kBadInput = 2;

// Whatever a file name or argument holds, the message stays one line and cannot steer a terminal.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = '?';
  }
  return text;
}

// The command as far as it was understood: "exactnorm run".
std::string Name(const CLI::App& app) {
  std::string name = app.get_name();
  for (const CLI::App* subcommand : app.get_subcommands()) name += " " + subcommand->get_name();
  return name;
}

int Fail(const CLI::App& app, const std::string& message) {
  fmt::print(stderr, "{}: {}\n", Name(app), OneLine(message));
  return kBadInput;
}

int ParseAndRun(CLI::App& app, int argc, char** argv, const int& exit_code) {
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) return Fail(app, "nothing to do; see exactnorm --help");
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ExtrasError&) {
    return Fail(app, "'" + app.remaining(true).front() + "' is not known here; see " + Name(app) + " --help");
  } catch (const CLI::ParseError& error) {
    return Fail(app, std::string(error.what()) + "; see " + Name(app) + " --help");
  } catch (const std::bad_alloc&) {
    return Fail(app, "memory ran out; give a smaller input or run it where there is more");
  } catch (const std::exception& error) {  // BadInput
    return Fail(app, error.what());
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Correctly rounded LayerNorm and RMSNorm: the one right answer, and how far others are from it.",
               "exactnorm");
  int exit_code = kBadInput;
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", std::string("exactnorm ") + exactnorm_version());
  app.footer("Each has its own help: exactnorm run --help. Exit code: 0 fine, 1 not correct, 2 bad usage or input.");
  exactnorm::command::AddRun(app, &exit_code);
  exactnorm::command::AddCheck(app, &exit_code);
  exactnorm::measure::MeasureOptions measure_options;
  exactnorm::measure::AddMeasureCommand(app, measure_options)->callback([&] {
    exit_code = exactnorm::measure::RunMeasureCommand(measure_options);
  });
  exactnorm::geometry::AddGeometry(app, &exit_code);
  exactnorm::command::AddTargets(app, &exit_code);
  const int code = ParseAndRun(app, argc, argv, exit_code);
  // What was printed counts only once it has arrived.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return Fail(app, "standard output cannot be written; make room or send it elsewhere");
  return code;
}
