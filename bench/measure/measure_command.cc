// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/measure_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "bench/exactnorm/eps.h"
#include "bench/exactnorm/files.h"
#include "bench/exactnorm/row_tasks.h"
#include "bench/kernel/plugin_kernel.h"
#include "bench/measure/comparison.h"
#include "bench/measure/environment.h"
#include "bench/measure/measurement_csv.h"
#include "bench/measure/measurement_markdown.h"
#include "bench/measure/measurement_output.h"
#include "bench/measure/own_rows.h"
#include "bench/measure/peers.h"
#include "bench/measure/plugged_kernel.h"
#include "bench/measure/report.h"

namespace exactnorm::measure {
namespace {

constexpr exactnorm_operation kOperations[] = {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM};

const Format* FormatNamed(const std::string& name) {
  const auto found = std::find_if(std::begin(kFormats), std::end(kFormats), [&](auto* f) { return f->name == name; });
  return found == std::end(kFormats) ? nullptr : *found;
}

const exactnorm_operation* OperationNamed(const std::string& name) {
  const auto found =
      std::find_if(std::begin(kOperations), std::end(kOperations), [&](auto o) { return OperationName(o) == name; });
  return found == std::end(kOperations) ? nullptr : found;
}

CLI::Validator Known(const std::string& what, bool (*known)(const std::string& name), const std::string& names) {
  return CLI::Validator(
      [=](const std::string& name) { return known(name) ? std::string() : "no " + what + " '" + name + "': " + names; },
      "NAME");
}

void Print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw std::runtime_error("cannot write to standard output");
  }
}

bool AnyOfOursWrong(const Measurement& measurement) {
  for (const Section& section : measurement.sections) {
    for (const Result& result : section.results) {
      if (result.figures.empty()) continue;
      if (result.figures.front().wrong() != 0 || result.claims.front().broken_rows() != 0) return true;
    }
  }
  return false;
}

struct Plugin {
  std::string library, argument, summary, name;  // no name: that of the file
};

// The peers first, then the kernels in the order given.
std::vector<Plugin> Plugins(const MeasureOptions& options) {
  std::vector<Plugin> plugins;
  if (options.peers) {
    try {
      for (const Peer& peer : Peers(command::CommandFolder()))
        plugins.push_back({peer.library, "--peers", peer.summary, peer.name});
    } catch (const std::runtime_error& error) {
      throw command::BadInput(std::string("--peers: ") + error.what());
    }
  }
  for (const std::string& kernel : options.kernels)
    plugins.push_back({kernel, "--kernel " + kernel, "the kernel given by --kernel", ""});
  return plugins;
}

// Each in a child process.
std::vector<std::unique_ptr<PluggedKernel>> LoadKernels(const std::vector<Plugin>& plugins) {
  std::vector<std::unique_ptr<PluggedKernel>> kernels;
  for (const Plugin& p : plugins) {
    const std::string which = p.name.empty() ? p.argument : fmt::format("{}: {}", p.argument, p.name);
    kernel::PluginSettings settings;
    kernel::ParseKernelName(p.library, settings);
    auto plugin =
        std::make_unique<kernel::PluginKernel>(p.name.empty() ? kernel::ShortName(settings) : p.name, settings);
    if (const std::string why = plugin->Load(); !why.empty()) throw std::runtime_error(which + ": " + why);
    for (const auto& other : kernels) {
      if (other->name() == plugin->name())
        throw std::runtime_error(fmt::format("{}: named {} like another; rename the file", which, plugin->name()));
    }
    kernels.push_back(std::make_unique<PluggedKernel>(std::move(plugin), p.argument, p.summary));
  }
  return kernels;
}

void AddOutput(CLI::App& command, Output& output, const std::string& help) {
  output.option = command.add_option(output.file.option, output.file.path, help)->expected(0, 1)->type_name("[FILE]");
}

Settings SettingsOf(const MeasureOptions& options) {
  Settings settings = options.settings;
  if (!options.formats.empty()) settings.formats.clear();
  for (const std::string& name : options.formats) {
    const Format* f = FormatNamed(name);
    if (f == nullptr) throw command::BadInput("no format '" + name + "'");
    settings.formats.push_back(f);
  }
  if (!options.operations.empty()) settings.operations.clear();
  for (const std::string& name : options.operations) {
    const exactnorm_operation* operation = OperationNamed(name);
    if (operation == nullptr) throw command::BadInput("no operation '" + name + "'");
    settings.operations.push_back(*operation);
  }
  settings.sweeps = settings.sweeps || options.report.wanted();
  if (!options.eps.empty()) settings.eps = command::ParseEps(options.eps);
  if (options.own.x.given()) {
    command::NormArguments own = options.own;
    if (!options.eps.empty()) own.eps = options.eps;
    settings.own_rows = std::make_shared<const OwnRows>(LoadOwnRows(own));
    if (options.formats.empty()) settings.formats = {settings.own_rows->batch.format};
  } else if (options.own.gamma.given() || options.own.beta.given() || !options.own.format.empty()) {
    throw command::BadInput("--gamma, --beta and --format go with --x; give it, or leave them out");
  }
  return settings;
}

std::vector<const Output*> Outputs(const MeasureOptions& options) {
  return {&options.json, &options.csv, &options.report, &options.markdown};
}

// What can be refused before anything is measured.
void CheckOutputs(const MeasureOptions& options) {
  const std::vector<const Output*> outputs = Outputs(options);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i]->to_file()) command::CheckWritable(outputs[i]->file);
    for (size_t j = 0; j < i; ++j) {
      if (outputs[i]->to_stdout() && outputs[j]->to_stdout()) {
        throw command::BadInput(fmt::format("{} and {} cannot both go to standard output; give one a file",
                                            outputs[j]->file.option, outputs[i]->file.option));
      }
      if (outputs[i]->to_file() && outputs[j]->to_file() && command::SameTarget(outputs[i]->file, outputs[j]->file)) {
        throw command::BadInput(outputs[i]->file, "is also " + outputs[j]->file.option + "; give another file");
      }
    }
  }
}

nlohmann::ordered_json WholeJson(const Measurement& measurement) {
  nlohmann::ordered_json json = MeasurementJson(measurement);
  json["environment"] = Environment(measurement.settings);
  return json;
}

nlohmann::ordered_json ReadJson(const std::string& path) {
  const command::FileArgument file{"--compare", path};
  const std::vector<unsigned char> bytes = command::ReadFile(file);
  try {
    return nlohmann::ordered_json::parse(bytes);
  } catch (const nlohmann::json::exception&) {
    throw command::BadInput(file, "is no JSON; give a file that --json wrote");
  }
}

int RunComparison(const std::vector<std::string>& files) {
  const nlohmann::ordered_json before = ReadJson(files.at(0));
  const nlohmann::ordered_json after = ReadJson(files.at(1));
  try {
    const Comparison comparison = Compare(before, after);
    Print(ComparisonText(comparison));
    return comparison.regression() ? 1 : 0;
  } catch (const std::invalid_argument& error) {
    throw command::BadInput(fmt::format("--compare {} {}: {}", files[0], files[1], error.what()));
  }
}

}  // namespace

CLI::App* AddMeasureCommand(CLI::App& app, MeasureOptions& options) {
  CLI::App* command = app.add_subcommand("measure", "numerical error of LayerNorm kernels, across precisions");
  Settings& settings = options.settings;
  command->add_option("--op", options.operations, "layer_norm, rms_norm (default: both)")
      ->delimiter(',')
      ->check(Known(
          "operation", [](const std::string& name) { return OperationNamed(name) != nullptr; },
          "layer_norm, rms_norm"));
  command->add_option("--formats", options.formats, "f64, f32, f16, bf16; several with commas (default: all)")
      ->delimiter(',')
      ->check(Known(
          "format", [](const std::string& name) { return FormatNamed(name) != nullptr; }, "f64, f32, f16, bf16"));
  command::AddFileOption(*command, options.own.x,
                         "your rows (.npy, along the last axis): measured too, in their format");
  command::AddFileOption(*command, options.own.gamma, "their gain");
  command::AddFileOption(*command, options.own.beta, "their bias");
  command->add_option("--format", options.own.format, "bf16: u2 and V2 arrays in these files are bfloat16")
      ->type_name("bf16");
  command->add_option("--rows", settings.rows, "rows of every workload")
      ->check(CLI::Range(size_t{1}, size_t{1} << 20))
      ->capture_default_str();
  command->add_option("--columns", settings.columns, "numbers in a row")
      ->check(CLI::Range(size_t{1}, size_t{1} << 24))
      ->capture_default_str();
  command->add_option("--eps", options.eps, "of the definition, such as 1e-5 or 0x1p-17 (default: 1e-5)")
      ->type_name("NUMBER");
  command->add_option("--seed", settings.seed, "of the random numbers; equal seeds give equal output")
      ->check(CLI::Validator(
          [](const std::string& text) {  // the parser itself would take -1 as the largest number
            return text.find_first_not_of("0123456789") == std::string::npos ? std::string()
                                                                             : "'" + text + "' is no whole number >= 0";
          },
          ""))
      ->capture_default_str();
  command->add_flag(
      "--sweeps", settings.sweeps,
      "measure curves too: over mean, length of the row, eps, outlier and scale; and where rows of three lie in "
      "LayerNorm's plane");
  command->add_flag(
      "--claims", settings.claims,
      "a second table: the outputs on the hyperplane and ellipsoid that LayerNorm maps to, or how far off");
  command
      ->add_option("--prescale", settings.prescale,
                   "K: measure kernels in f16 and bf16 also on 2^K x with 4^K eps, as static scaling has it")
      ->check(CLI::Range(-24, 24))
      ->type_name("K");
  command
      ->add_option(
          "--seconds", settings.seconds,
          "also search the largest error of each kernel on short rows, for so long in all; and end the sweeps after so "
          "long, leaving points out (default: 0, no search and whole sweeps)")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("SECONDS");
  command
      ->add_option("--steps", settings.search_steps,
                   "the same search, but over so many rows for each kernel: the same result everywhere")
      ->check(CLI::Range(uint64_t{0}, uint64_t{1} << 40))
      ->type_name("N");
  AddOutput(*command, options.json, "every figure and the worst cases as JSON");
  AddOutput(*command, options.csv, "every figure as comma-separated values");
  AddOutput(*command, options.markdown, "the table of largest errors as Markdown");
  AddOutput(*command, options.report,
            ReportHasPlots() ? "everything as one HTML page with plots; implies --sweeps"
                             : "everything as one HTML page, without plots: built without Chart.js; implies --sweeps");
  command->add_option("--kernel", options.kernels, "also a kernel of your own: lib.so[:symbol], see exactnorm/kernel.h")
      ->type_name("LIBRARY")
      ->allow_extra_args(false);
  command->add_flag("--peers", options.peers,
                    "also the LayerNorms in use that were built with exactnorm: oneDNN, Eigen, ONNX Runtime, PyTorch, "
                    "plain C, those that were found");
  command
      ->add_option("--compare", options.compared,
                   "measure nothing: say what changed from the first file of --json to the second")
      ->expected(2)
      ->type_name("OLD NEW");
  command->footer(
      "Examples:\n  exactnorm measure --formats f32,bf16 --columns 4096 --seed 7\n"
      "  exactnorm measure --report errors.html --json errors.json\n"
      "  exactnorm measure --x activations.npy --gamma g.npy --eps 1e-6\n"
      "  exactnorm measure --peers --report peers.html\n"
      "  exactnorm measure --compare old.json new.json\n"
      "Exit code 1 if this library was found wrong, or if a compared figure got worse or is gone.");
  return command;
}

int RunMeasureCommand(const MeasureOptions& options) {
  if (!options.compared.empty()) return RunComparison(options.compared);
  Settings settings = SettingsOf(options);
  CheckOutputs(options);
  const auto kernels = LoadKernels(Plugins(options));
  for (const auto& kernel : kernels) settings.kernels.push_back(kernel.get());
  const Measurement measurement = Measure(settings, command::RunRowTasks);
  std::string printed;
  command::StagedFiles files;
  const auto put = [&](const Output& output, const std::string& text) {
    if (output.to_stdout()) printed = text;
    if (output.to_file()) files.Add(output.file, {text.begin(), text.end()});
  };
  if (options.json.wanted()) put(options.json, WholeJson(measurement).dump(1) + "\n");
  if (options.csv.wanted()) put(options.csv, MeasurementCsv(measurement));
  if (options.markdown.wanted()) put(options.markdown, MeasurementMarkdown(measurement));
  if (options.report.wanted()) put(options.report, ReportPage(WholeJson(measurement)));
  Print(printed.empty() ? MeasurementText(measurement) : printed);
  files.Commit();
  return AnyOfOursWrong(measurement) ? 1 : 0;
}

}  // namespace exactnorm::measure
