// SPDX-License-Identifier: Apache-2.0
// The verdicts on many rows as one per claim: how many rows hold it, which break it, and the row to look at.
#ifndef EXACTNORM_BENCH_GEOMETRY_CLAIM_TALLY_H_
#define EXACTNORM_BENCH_GEOMETRY_CLAIM_TALLY_H_

#include <optional>
#include <span>
#include <vector>

#include "exactnorm/geometry/claims.hpp"

namespace exactnorm::geometry {

struct ClaimTally {
  struct Case {
    size_t row;
    Verdict verdict;
  };

  const char* name = nullptr;
  size_t held = 0;
  size_t silent = 0;
  std::vector<size_t> broken;  // rows
  // The broken row with the largest excess; if none is, the one that uses most of its slack. The first of equals.
  std::optional<Case> worst;

  bool speaks() const { return held != 0 || !broken.empty(); }
};

// How much of its slack a row uses: |value - target| / slack, 0 if there is nothing to use. For the interior: the
// value itself, which has to stay below 1.
double Use(const ClaimTally& tally, const Verdict& verdict);

// Plane, interior, surface, zero gains.
std::vector<ClaimTally> Tally(std::span<const RowVerdict> verdicts);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_CLAIM_TALLY_H_
