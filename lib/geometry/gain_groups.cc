// SPDX-License-Identifier: Apache-2.0
#include "lib/geometry/gain_groups.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace exactnorm::geometry {

GainGroups GroupGains(std::span<const double> gains) {
  const std::size_t n = gains.size();
  std::vector<std::pair<double, std::size_t>> sorted(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = {std::fabs(gains[i]), i};
  std::sort(sorted.begin(), sorted.end());

  GainGroups groups;
  groups.order.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    groups.order[i] = sorted[i].second;
    if (i == 0 || sorted[i].first != sorted[i - 1].first) {
      groups.gain.push_back(sorted[i].first);
      groups.first.push_back(i);
    }
  }
  groups.first.push_back(n);
  groups.size = groups.gain.size();
  const std::size_t padded = (groups.size + GainGroups::kBlock - 1) / GainGroups::kBlock * GainGroups::kBlock;
  groups.gain.resize(padded, std::numeric_limits<double>::infinity());
  groups.count.resize(padded, 0.0);
  for (std::size_t j = 0; j < groups.size; ++j) {
    groups.count[j] = static_cast<double>(groups.first[j + 1] - groups.first[j]);
  }
  return groups;
}

}  // namespace exactnorm::geometry
