// SPDX-License-Identifier: Apache-2.0
#include "bench/geometry/claim_tally.h"

#include <cmath>
#include <string_view>

namespace exactnorm::geometry {
namespace {

constexpr struct {
  const char* name;
  Verdict RowVerdict::*verdict;
} kClaims[] = {{"plane", &RowVerdict::plane},
               {"interior", &RowVerdict::interior},
               {"surface", &RowVerdict::surface},
               {"zero gains", &RowVerdict::zero_gains}};

bool IsWorse(const ClaimTally& tally, const Verdict& a, const Verdict& b) {
  if (a.outcome != b.outcome) return a.outcome == Outcome::kBroken;
  return a.outcome == Outcome::kBroken ? a.excess > b.excess : Use(tally, a) > Use(tally, b);
}

void Add(const Verdict& verdict, size_t row, ClaimTally& tally) {
  if (verdict.outcome == Outcome::kSilent) {
    ++tally.silent;
    return;
  }
  if (verdict.outcome == Outcome::kHeld) {
    ++tally.held;
  } else {
    tally.broken.push_back(row);
  }
  if (!tally.worst || IsWorse(tally, verdict, tally.worst->verdict)) tally.worst = {row, verdict};
}

}  // namespace

double Use(const ClaimTally& tally, const Verdict& verdict) {
  if (std::string_view(tally.name) == "interior") return verdict.value;
  const double distance = std::abs(verdict.value - verdict.target);
  return distance == 0 || std::isinf(verdict.slack) ? 0 : distance / verdict.slack;
}

std::vector<ClaimTally> Tally(std::span<const RowVerdict> verdicts) {
  std::vector<ClaimTally> tallies;
  for (const auto& claim : kClaims) {
    ClaimTally tally;
    tally.name = claim.name;
    for (size_t row = 0; row < verdicts.size(); ++row) Add(verdicts[row].*claim.verdict, row, tally);
    tallies.push_back(tally);
  }
  return tallies;
}

}  // namespace exactnorm::geometry
