// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/measure_command.h"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "bench/kernel/plugin_kernel.h"
#include "bench/measure/measurement_output.h"
#include "bench/measure/plugged_kernel.h"

namespace exactnorm::measure {
namespace {

const Format* FormatNamed(const std::string& name) {
  for (const Format* f : kFormats) {
    if (f->name == name) return f;
  }
  return nullptr;
}

void Print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw std::runtime_error("cannot write to standard output");
  }
}

bool AnyOfOursWrong(const Measurement& measurement) {
  for (const Section& section : measurement.sections) {
    for (const Result& result : section.results) {
      if (!result.figures.empty() && result.figures.front().wrong() != 0) return true;
    }
  }
  return false;
}

// In the order given, each in a child process.
std::vector<std::unique_ptr<PluggedKernel>> LoadKernels(const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<PluggedKernel>> kernels;
  for (const std::string& name : names) {
    kernel::PluginSettings settings;
    kernel::ParseKernelName(name, settings);
    auto plugin = std::make_unique<kernel::PluginKernel>(kernel::ShortName(settings), settings);
    if (const std::string why = plugin->Load(); !why.empty()) throw std::runtime_error("--kernel " + name + ": " + why);
    for (const auto& other : kernels) {
      if (other->name() == plugin->name())
        throw std::runtime_error("--kernel " + name + ": named " + plugin->name() + " like another; rename the file");
    }
    kernels.push_back(std::make_unique<PluggedKernel>(std::move(plugin)));
  }
  return kernels;
}

}  // namespace

CLI::App* AddMeasureCommand(CLI::App& app, MeasureOptions& options) {
  CLI::App* command = app.add_subcommand("measure", "numerical error of LayerNorm kernels, across precisions");
  Settings& settings = options.settings;
  command->add_option("--formats", options.formats, "f64, f32, f16, bf16; several with commas (default: all)")
      ->delimiter(',')
      ->check(CLI::Validator(
          [](const std::string& name) {
            return FormatNamed(name) != nullptr ? std::string() : "no format '" + name + "': f64, f32, f16, bf16";
          },
          "NAME"));
  command->add_option("--rows", settings.rows, "rows of every workload")
      ->check(CLI::Range(size_t{1}, size_t{1} << 20))
      ->capture_default_str();
  command->add_option("--columns", settings.columns, "numbers in a row")
      ->check(CLI::Range(size_t{1}, size_t{1} << 24))
      ->capture_default_str();
  command->add_option("--seed", settings.seed, "of the random numbers; equal seeds give equal output")
      ->check(CLI::Validator(
          [](const std::string& text) {  // the parser itself would take -1 as the largest number
            return text.find_first_not_of("0123456789") == std::string::npos ? std::string()
                                                                             : "'" + text + "' is no whole number >= 0";
          },
          ""))
      ->capture_default_str();
  command->add_option("--kernel", options.kernels, "also a kernel of your own: lib.so[:symbol], see exactnorm/kernel.h")
      ->type_name("LIBRARY")
      ->allow_extra_args(false);
  command->add_flag("--json", options.json, "print JSON with every figure and the worst cases");
  command->footer("Example: exactnorm measure --formats f32,bf16 --columns 4096 --seed 7");
  return command;
}

int RunMeasureCommand(const MeasureOptions& options) {
  Settings settings = options.settings;
  if (!options.formats.empty()) settings.formats.clear();
  for (const std::string& name : options.formats) {
    const Format* f = FormatNamed(name);
    if (f == nullptr) throw std::runtime_error("no format '" + name + "'");
    settings.formats.push_back(f);
  }
  const auto kernels = LoadKernels(options.kernels);
  for (const auto& kernel : kernels) settings.kernels.push_back(kernel.get());
  const Measurement measurement = Measure(settings, InOrder);
  Print(options.json ? MeasurementJson(measurement).dump(2) + "\n" : MeasurementText(measurement));
  return AnyOfOursWrong(measurement) ? 1 : 0;
}

}  // namespace exactnorm::measure
