// SPDX-License-Identifier: Apache-2.0
#include "bench/verify/verify_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "bench/exactnorm/files.h"
#include "bench/exactnorm/norm_arguments.h"
#include "bench/exactnorm/progress.h"
#include "bench/kernel/plugin_kernel.h"
#include "bench/verify/forced_targets.h"
#include "bench/verify/report.h"
#include "bench/verify/watched_kernel.h"

namespace exactnorm::command {
namespace {

struct VerifyArguments {
  std::string kernel;  // empty: exactnorm itself
  std::string claim;
  std::vector<std::string> formats;
  uint64_t seed = 1;
  int cases = 200;
  double seconds = 0;  // 0: no limit
  double timeout = 2;  // seconds, of a call
  double memory = 8;   // GiB
  bool json = false;
  FileArgument junit{"--junit", ""};
};

// Ours is correctly rounded, on every instruction set that it can be told to use; the geometry follows. Nobody's R2 is
// claimed unasked.
verify::Claim DefaultClaim(bool foreign, bool has_targets) {
  return foreign ? verify::Claim{1, 1} : verify::Claim{2, has_targets ? 2 : 1, true};
}

// "A1,R0", "R1", "A1,G": an axis that is not named is not claimed beyond level 0, nor the geometry.
verify::Claim ParseClaim(const std::string& text, verify::Claim by_default) {
  if (text.empty()) return by_default;
  verify::Claim claim = {0, 0};
  std::string axes;
  std::istringstream parts(text + ",");
  for (std::string part; std::getline(parts, part, ',');) {
    const char axis = part.empty() ? '\0' : part[0];
    const bool has_level = part.size() == 2 && part[1] >= '0' && part[1] <= '2';
    const bool good = axis == 'G' ? part.size() == 1 : (axis == 'A' || axis == 'R') && has_level;
    if (!good || axes.find(axis) != std::string::npos) {
      throw BadInput("--claim " + text +
                     ": give each once at most: one of A0 A1 A2, one of R0 R1 R2, G; such as A1,R1");
    }
    axes += axis;
    if (axis == 'A') claim.accuracy = part[1] - '0';
    if (axis == 'R') claim.repeatability = part[1] - '0';
    if (axis == 'G') claim.geometry = true;
  }
  return claim;
}

std::vector<laws::Formats> ParseFormats(const std::vector<std::string>& names) {
  if (names.empty()) return laws::UniformFormats();
  std::vector<laws::Formats> all;
  for (const std::string& name : names) {
    if (name == "mixed") {
      for (const laws::Formats& f : laws::MixedFormats()) all.push_back(f);
    } else {
      const Format* f = &ParseFormat("--formats", name);
      all.push_back({f, f, f, f});
    }
  }
  return all;
}

// The kernel, and the same with each target that it can be told to use.
struct Watched {
  explicit Watched(const VerifyArguments& arguments) {
    const std::string& kernel = arguments.kernel;
    kernel::PluginSettings settings;
    settings.call_timeout = std::chrono::milliseconds(static_cast<int64_t>(arguments.timeout * 1000));
    settings.memory_limit = static_cast<size_t>(arguments.memory * (1 << 30));
    std::string name = "exactnorm";
    if (!kernel.empty()) {
      kernel::ParseKernelName(kernel, settings);
      name = kernel::ShortName(settings);
    }
    settings.placements.push_back(kernel::Placement::kAlignedAsGiven);
    auto plugin = std::make_unique<kernel::PluginKernel>(name, settings);
    if (const std::string why = plugin->Load(); !why.empty()) throw BadInput("--kernel " + kernel + ": " + why);
    all.push_back(std::make_unique<verify::WatchedKernel>(std::move(plugin), log));
    targets = verify::ForcedTargets(settings);
    for (const std::string& target : targets) {
      kernel::PluginSettings forced = settings;
      forced.environment.emplace_back(verify::kTargetVariable, target);
      all.push_back(
          std::make_unique<verify::WatchedKernel>(std::make_unique<kernel::PluginKernel>(target, forced), log));
    }
  }

  verify::WatchedKernel& kernel() { return *all.front(); }
  laws::Subject subject() {
    laws::Subject subject = kernel().subject();
    for (size_t i = 1; i < all.size(); ++i) subject.targets.push_back(all[i]->subject());
    return subject;
  }

  kernel::FindingLog log;  // of all
  std::vector<std::string> targets;
  std::vector<std::unique_ptr<verify::WatchedKernel>> all;
};

verify::Report Verify(const VerifyArguments& arguments) {
  const bool foreign = !arguments.kernel.empty();
  laws::Options options;
  options.seed = arguments.seed;
  options.cases = arguments.cases;
  options.formats = ParseFormats(arguments.formats);
  options.foreign = foreign;
  if (arguments.seconds > 0) options.time = std::chrono::milliseconds(static_cast<int64_t>(arguments.seconds * 1000));
  Watched watched(arguments);
  const verify::Claim claim = ParseClaim(arguments.claim, DefaultClaim(foreign, !watched.targets.empty()));

  const std::vector<laws::Law> laws = laws::AllLaws();
  size_t searches = 0;
  for (const laws::Law& law : laws) searches += law.asks.size() * options.formats.size();
  Progress progress("exactnorm verify", searches);
  size_t done = 0;
  options.progress = [&](const laws::Law&, const laws::Ask&, const laws::Formats&) { progress.Report(done++); };

  laws::Verdict verdict = laws::Examine(watched.subject(), laws::ExactOracle(), laws, options);
  using kernel::Finding;
  // Seen outside of the laws, and part of what R0 and R1 say.
  if (watched.log.Saw(Finding::kPlacement)) verdict.most_levels[static_cast<int>(laws::Axis::kRepeatability)] = 0;
  if (watched.log.Saw(Finding::kNotWritten)) verdict.most_levels[static_cast<int>(laws::Axis::kRepeatability)] = -1;
  if (watched.kernel().given_up()) {
    for (laws::Finding& f : verdict.findings) {
      if (f.standing != laws::Standing::kUnsupported) continue;
      f.standing = laws::Standing::kUnasked;
      f.cut_short = true;
    }
  }
  return {std::move(verdict), watched.log, claim, watched.targets, watched.kernel().given_up()};
}

}  // namespace

void AddVerify(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("verify", "the property suite, on this library or on a kernel of your own");
  const auto arguments = std::make_shared<VerifyArguments>();
  command->add_option("--kernel", arguments->kernel, "lib.so[:symbol], see exactnorm/kernel.h (default: this library)")
      ->type_name("LIBRARY");
  command
      ->add_option(
          "--claim", arguments->claim,
          "levels to be reached, and G for the geometry (default: A1,R1; for this library A2,G, and R2 where it has "
          "targets to compare)")
      ->type_name("LEVELS");
  command->add_option("--formats", arguments->formats, "f64, f32, f16, bf16, mixed; several with commas")
      ->delimiter(',')
      ->type_name("NAMES");
  AddSeedOption(*command, arguments->seed, "of the rows; equal seeds give equal output");
  command->add_option("--cases", arguments->cases, "rows for each law")
      ->check(CLI::Range(1, 1 << 24))
      ->capture_default_str();
  command->add_option("--seconds", arguments->seconds, "stop after so long; laws that were not reached are not asked")
      ->check(CLI::Range(0.001, 1e6));
  command->add_option("--timeout", arguments->timeout, "seconds after which a call counts as hanging")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  command->add_option("--memory", arguments->memory, "GiB of address space for the process of the kernel")
      ->check(CLI::Range(0.125, 65536.0))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "print JSON with every law and counterexample");
  AddFileOption(*command, arguments->junit, "also write JUnit XML");
  command->footer("Example:\n  exactnorm verify --kernel ./libmine.so --formats f32,bf16 --claim A1,R1");
  command->callback([arguments, exit_code] {
    if (arguments->junit.given()) CheckWritable(arguments->junit);
    const verify::Report report = Verify(*arguments);
    if (arguments->junit.given()) {
      const std::string xml = verify::ReportJunit(report);
      StagedFiles files;
      files.Add(arguments->junit, {xml.begin(), xml.end()});
      files.Commit();
    }
    fmt::print("{}", arguments->json ? verify::ReportJson(report).dump(2) + "\n" : verify::ReportText(report));
    *exit_code = verify::ClaimHolds(report) ? 0 : 1;
  });
}

}  // namespace exactnorm::command
