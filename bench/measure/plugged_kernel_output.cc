// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/plugged_kernel_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace exactnorm::measure {
namespace {

using Json = nlohmann::ordered_json;

// The sections that the kernel is no subject of.
std::vector<std::string> Unsupported(const Measurement& measurement, const std::string& kernel) {
  std::vector<std::string> names;
  for (const Section& section : measurement.sections) {
    const auto same = [&](const Subject& subject) { return subject.arithmetic == kUnknown && subject.name == kernel; };
    if (std::none_of(section.subjects.begin(), section.subjects.end(), same))
      names.push_back(fmt::format("{} {}", OperationName(section.operation), section.format->name));
  }
  return names;
}

}  // namespace

std::string KernelLines(const Measurement& measurement, const PluggedKernel& kernel) {
  std::string text;
  for (const auto& [finding, seen] : kernel.log().seen()) {
    if (!kernel::IsFailure(finding)) continue;
    text += fmt::format("{}: {} in {} of {} calls: {}\n", kernel.name(), kernel::Name(finding), seen.calls,
                        kernel.log().calls(), seen.detail);
  }
  if (text.empty()) text = fmt::format("{}: no finding in {} calls\n", kernel.name(), kernel.log().calls());
  const std::vector<std::string> unsupported = Unsupported(measurement, kernel.name());
  if (!unsupported.empty())
    text += fmt::format("{}: does not support {}\n", kernel.name(), fmt::join(unsupported, ", "));
  return text;
}

nlohmann::ordered_json KernelJson(const Measurement& measurement, const PluggedKernel& kernel) {
  Json findings = Json::array();
  for (const auto& [finding, seen] : kernel.log().seen()) {
    if (!kernel::IsFailure(finding)) continue;
    findings.push_back({{"finding", kernel::Name(finding)}, {"calls", seen.calls}, {"detail", seen.detail}});
  }
  return {{"name", kernel.name()},
          {"summary", kernel.summary()},
          {"calls", kernel.log().calls()},
          {"findings", findings},
          {"unsupported", Unsupported(measurement, kernel.name())}};
}

}  // namespace exactnorm::measure
