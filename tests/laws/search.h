// SPDX-License-Identifier: Apache-2.0
// Looks for a case that breaks a law: law, subject, seed -> the smallest counterexample found, or how often the law
// held. Deterministic: equal arguments and an equal subject give an equal result.
#ifndef EXACTNORM_TESTS_LAWS_SEARCH_H_
#define EXACTNORM_TESTS_LAWS_SEARCH_H_

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "tests/laws/law.h"

namespace exactnorm::laws {

struct Counterexample {
  Case smallest;
  std::string finding;
  rows::Answer right;  // of smallest.row
  uint64_t seed;       // of the search
  int case_number;     // of the case that was shrunk to this one
  int shrinks;
};

// The finding, seed and further rows as comments, then the row with its right answer as a line of tests/corpus.
std::ostream& operator<<(std::ostream& out, const Counterexample& c);

struct SearchResult {
  int held = 0;
  int unsupported = 0;
  bool cut_short = false;  // `expired` ended it before all cases
  std::optional<Counterexample> broken;
};

struct SearchLimits {
  int cases = 200;
  int shrink_attempts = 4000;
  std::function<bool()> expired = [] { return false; };  // asked before each case and each shrink
};

SearchResult Search(const Law& law, const Ask& ask, const Subject& subject, const Oracle& oracle,
                    const Formats& formats, uint64_t seed, const SearchLimits& limits);

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_SEARCH_H_
