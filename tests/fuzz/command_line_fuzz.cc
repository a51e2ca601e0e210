// SPDX-License-Identifier: Apache-2.0
// Lines, one for each argument -> the command's parser accepts them or refuses with a sentence; no subcommand is run,
// so that no file is touched. Each argument is also tried as --eps, held against strtod, and as the other small
// languages.
#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "bench/exactnorm/check.h"
#include "bench/exactnorm/eps.h"
#include "bench/exactnorm/norm_arguments.h"
#include "bench/exactnorm/run.h"
#include "bench/exactnorm/targets.h"
#include "bench/geometry/geometry_command.h"
#include "bench/kernel/plugin_kernel.h"
#include "bench/measure/measure_command.h"
#include "bench/verify/verify_command.h"
#include "tests/fuzz/promise.h"

namespace exactnorm::command {
namespace {

using fuzz::Promise;

std::vector<std::string> Lines(const uint8_t* data, size_t size) {
  std::vector<std::string> lines(1);
  for (size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      lines.emplace_back();
    } else if (data[i] != 0) {  // which ends an argument
      lines.back().push_back(static_cast<char>(data[i]));
    }
  }
  return lines;
}

// Thrown where the command would begin to run.
struct Accepted {};

void Parse(std::vector<std::string> arguments) {
  CLI::App app("", "exactnorm");  // as in main.cc
  int exit_code = 0;
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", std::string("exactnorm"));
  AddRun(app, &exit_code);
  AddCheck(app, &exit_code);
  measure::MeasureOptions measure_options;
  measure::AddMeasureCommand(app, measure_options);
  AddVerify(app, &exit_code);
  geometry::AddGeometry(app, &exit_code);
  AddTargets(app, &exit_code);
  app.parse_complete_callback([] { throw Accepted(); });  // before any subcommand's callback

  std::vector<char*> argv = {const_cast<char*>("exactnorm")};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
    Promise(false, "what was parsed is run");
  } catch (const Accepted&) {
  } catch (const CLI::Success&) {
    Promise(!app.help().empty(), "there is help");
  } catch (const CLI::ParseError& error) {
    Promise(*error.what() != '\0', "a refusal has a reason");
    app.remaining(true);
  } catch (const BadInput& error) {
    Promise(*error.what() != '\0', "a refusal has a reason");
  }
}

template <class Function>
auto IfAccepted(Function parse) -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const BadInput&) {
    return std::nullopt;
  }
}

// strtod takes more: white space, a plus sign, NaN, infinities and negative numbers, and numbers that underflow.
void CheckEps(const std::string& text) {
  const std::optional<double> eps = IfAccepted([&] { return ParseEps(text); });
  char* end = nullptr;
  errno = 0;
  const double expected = std::strtod(text.c_str(), &end);
  const bool whole = !text.empty() && *end == '\0';
  if (eps) {
    Promise(std::isfinite(*eps) && *eps >= 0, "eps is finite and not negative");
    Promise(whole && *eps == expected, "eps is the number that strtod reads");
  } else {
    const unsigned char first = text.empty() ? ' ' : static_cast<unsigned char>(text[0]);
    const bool number =
        whole && errno == 0 && std::isfinite(expected) && expected >= 0 && first != '+' && std::isspace(first) == 0;
    Promise(!number, "a number is not refused");
  }
}

}  // namespace
}  // namespace exactnorm::command

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace exactnorm::command;
  const std::vector<std::string> arguments = Lines(data, size);
  Parse(arguments);
  for (const std::string& text : arguments) {
    CheckEps(text);
    IfAccepted([&] { return &ParseFormat("--formats", text); });
    IfAccepted([&] { return ParseOperation(text); });
    IfAccepted([&] { return ParseSixteenBits(text); });
    exactnorm::kernel::ChildSettings settings;
    IfAccepted([&] { return ParseKernelName(text, settings), 0; });
  }
  return 0;
}
