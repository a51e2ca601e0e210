// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/reported_bugs.h"

#include <fmt/format.h>

#include <set>
#include <sstream>
#include <utility>

#include "bench/measure/embedded.h"
#include "tests/corpus/corpus.h"

namespace exactnorm::measure {
namespace {

std::vector<unsigned char> Pack(const Format& f, const std::vector<uint64_t>& bits) {
  std::vector<unsigned char> bytes(bits.size() * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < bits.size(); ++i) Store(f, bytes.data(), i, bits[i]);
  return bytes;
}

std::vector<ReportedBug> Parse() {
  std::istringstream text{std::string(embedded::ReportedBugs())};
  std::vector<ReportedBug> bugs;
  std::set<std::string> sources;
  for (const corpus::Entry& entry : corpus::Read(text, "reported_bugs.txt")) {
    const rows::Problem& p = entry.problem;
    const std::string source = entry.source.substr(entry.source.find_first_not_of("# "));
    std::string name = source;
    for (int copy = 2; !sources.insert(name).second; ++copy) name = fmt::format("{} ({})", source, copy);
    Batch batch{p.x_format,
                1,
                p.x.size(),
                p.eps,
                Pack(*p.x_format, p.x),
                Pack(*p.parameter_format, p.gamma),
                Pack(*p.parameter_format, p.beta)};
    batch.parameter_format = p.parameter_format;
    batch.y_format = p.y_format;
    batch.operation = p.operation;
    bugs.push_back({std::move(name), std::move(batch)});
  }
  return bugs;
}

}  // namespace

std::span<const ReportedBug> ReportedBugs() {
  static const std::vector<ReportedBug> bugs = Parse();
  return bugs;
}

}  // namespace exactnorm::measure
