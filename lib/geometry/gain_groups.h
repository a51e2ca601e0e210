// SPDX-License-Identifier: Apache-2.0
// Gains by absolute value: what is left of them after exact deflation. N finite doubles -> R distinct |g|, ascending,
// with their multiplicities and members. Nothing is rounded: equal means equal bits of |g|.
#ifndef EXACTNORM_GEOMETRY_GAIN_GROUPS_H_
#define EXACTNORM_GEOMETRY_GAIN_GROUPS_H_

#include <cstddef>
#include <span>
#include <vector>

namespace exactnorm::geometry {

struct GainGroups {
  // Sums over the groups run over whole blocks of so many.
  static constexpr std::size_t kBlock = 8;

  std::size_t size;                // R
  std::vector<double> gain;        // R ascending values >= 0, then infinities up to a whole block
  std::vector<double> count;       // their multiplicities, then zeros
  std::vector<std::size_t> order;  // the N indices of the gains, by |g| and then by index
  std::vector<std::size_t> first;  // where each group begins in `order`; first[R] = N

  bool repeated() const { return order.size() != size; }
  std::size_t zeros() const { return gain[0] == 0 ? first[1] : 0; }
};

// gains: N >= 1 finite numbers. Throws std::bad_alloc.
GainGroups GroupGains(std::span<const double> gains);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_GAIN_GROUPS_H_
