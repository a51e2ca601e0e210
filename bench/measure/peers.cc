// SPDX-License-Identifier: Apache-2.0
// peers.txt, which bench/peers/CMakeLists.txt writes: a line each, the plug-in, a tab, what it is.
#include "bench/measure/peers.h"

#include <fmt/format.h>

#include <fstream>
#include <set>
#include <stdexcept>
#include <system_error>

namespace exactnorm::measure {
namespace {

constexpr const char* kFolders[] = {EXACTNORM_PEERS_BUILT, EXACTNORM_PEERS_INSTALLED};

std::vector<Peer> Listed(const std::filesystem::path& list) {
  std::vector<Peer> peers;
  std::set<std::string> libraries;
  std::ifstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) throw std::runtime_error(fmt::format("{}: no tab in '{}'", list.string(), line));
    const std::string summary = line.substr(tab + 1);
    const std::string library = line.substr(0, std::min(tab, line.find(':')));
    if (!libraries.insert(library).second) continue;
    peers.push_back(
        {(list.parent_path() / line.substr(0, tab)).string(), summary.substr(0, summary.find(" (")), summary});
  }
  return peers;
}

}  // namespace

std::vector<Peer> Peers(const std::filesystem::path& command) {
  for (const char* folder : kFolders) {
    const std::filesystem::path list = (command / folder / "peers.txt").lexically_normal();
    std::error_code none;
    if (!std::filesystem::exists(list, none)) continue;
    std::vector<Peer> peers = Listed(list);
    if (peers.empty()) throw std::runtime_error(fmt::format("{}: has no peer; build them again", list.string()));
    return peers;
  }
  throw std::runtime_error(
      "no peers beside this exactnorm; build it with -DEXACTNORM_PEERS=ON (bench/README.md), or name plug-ins with "
      "--kernel");
}

}  // namespace exactnorm::measure
