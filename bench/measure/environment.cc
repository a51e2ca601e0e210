// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/environment.h"

#include <fmt/format.h>
#include <gmp.h>

#include <boost/version.hpp>
#include <fstream>

#include "bench/measure/plugged_kernel.h"

namespace exactnorm::measure {
namespace {

// As Linux names it; elsewhere, or if it does not, unknown.
std::string Processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    for (const char* key : {"model name", "Model", "cpu model"}) {
      const size_t colon = line.find(": ");
      if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::string Compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "g++ " __VERSION__;
#else
  return "unknown";
#endif
}

template <class T, class Name>
std::string Names(const std::vector<T>& values, Name name) {
  std::vector<std::string> names;
  for (const T value : values) names.emplace_back(name(value));
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

std::string CommandLine(const Settings& s) {
  const Settings standard;
  std::string line = "exactnorm measure";
  if (s.operations != standard.operations) line += " --op " + Names(s.operations, OperationName);
  if (s.formats != standard.formats) line += " --formats " + Names(s.formats, [](const Format* f) { return f->name; });
  if (s.own_rows != nullptr) line += " --x " + s.own_rows->name + " and its parameters";
  if (s.rows != standard.rows) line += fmt::format(" --rows {}", s.rows);
  if (s.columns != standard.columns) line += fmt::format(" --columns {}", s.columns);
  if (s.eps != standard.eps) line += fmt::format(" --eps {}", s.eps);
  if (s.seed != standard.seed) line += fmt::format(" --seed {}", s.seed);
  if (s.prescale != 0) line += fmt::format(" --prescale {}", s.prescale);
  if (s.search_steps != 0) line += fmt::format(" --steps {}", s.search_steps);
  std::string last;  // --peers is one argument for all of them
  for (const PluggedKernel* kernel : s.kernels) {
    if (kernel->argument() != last) line += " " + kernel->argument();
    last = kernel->argument();
  }
  if (s.seconds != 0) line += fmt::format(" --seconds {}", s.seconds);
  if (s.sweeps) line += " --sweeps";
  return line;
}

nlohmann::ordered_json Environment(const Settings& settings) {
  return {{"command", CommandLine(settings)},
          {"processor", Processor()},
          {"compiler", Compiler()},
          {"gmp", gmp_version},
          {"boost", fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)}};
}

}  // namespace exactnorm::measure
