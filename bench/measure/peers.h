// SPDX-License-Identifier: Apache-2.0
// The LayerNorms in use that were built as plug-ins (bench/peers): where the command lies -> the list of them.
#ifndef EXACTNORM_BENCH_MEASURE_PEERS_H_
#define EXACTNORM_BENCH_MEASURE_PEERS_H_

#include <filesystem>
#include <string>
#include <vector>

namespace exactnorm::measure {

struct Peer {
  std::string library;  // a path, as --kernel takes it
  std::string name;     // "Eigen 3.4.0"
  std::string summary;  // "Eigen 3.4.0 (GNU 12.2.0 -O3)"
};

// Those of the build tree if the command lies in one, else those installed with it; each library once, since its
// further functions differ only between rows, and one row is measured at a time. `command` is the folder of the
// executable. Throws std::runtime_error, with advice, if there are none or their list cannot be read.
std::vector<Peer> Peers(const std::filesystem::path& command);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_PEERS_H_
