// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/search.h"

#include <rapidcheck.h>

#include <ostream>

#include "tests/laws/invocation.h"
#include "tests/laws/shrinking.h"

namespace exactnorm::laws {
namespace {

// So that laws, levels and formats under one seed do not see the same rows. FNV-1a, 64 bits.
uint64_t SeedOf(const Law& law, const Ask& ask, const Formats& formats, uint64_t seed) {
  uint64_t hash = 0xCBF29CE484222325;
  const auto mix = [&](const std::string& text) {
    for (const char c : text + '/') hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  };
  mix(law.name);
  mix(LevelName(ask.axis, ask.level));
  for (const Format* f : {formats.x, formats.parameter, formats.y, formats.statistics}) mix(f->name);
  return hash ^ (seed * 0x9E3779B97F4A7C15);
}

rc::Gen<Case> Cases(const Law& law, const Ask& ask, const Formats& formats) {
  return [=](const rc::Random& random, int) {
    rc::Random copy = random;
    rows::Generator generator(copy.next());
    return rc::shrinkable::shrinkRecur(law.generate(generator, formats, ask),
                                       [](const Case& c) { return SimplerCases(c); });
  };
}

Outcome Check(const Law& law, const Ask& ask, const Subject& subject, const Oracle& oracle, const Case& c) {
  try {
    return law.check(subject, oracle, c, ask);
  } catch (const KernelFailure& failure) {
    return Outcome::Broken("the kernel failed with answer " + std::to_string(failure.answer));
  }
}

// Unsupported counts as not broken here: a smaller row is no counterexample if the kernel does not take it.
bool Breaks(const Law& law, const Ask& ask, const Subject& subject, const Oracle& oracle, const Case& c,
            std::string& finding) {
  try {
    const Outcome outcome = Check(law, ask, subject, oracle, c);
    if (outcome.kind != Outcome::Kind::kBroken) return false;
    finding = outcome.finding;
    return true;
  } catch (const Unsupported&) {
    return false;
  }
}

}  // namespace

SearchResult Search(const Law& law, const Ask& ask, const Subject& subject, const Oracle& oracle,
                    const Formats& formats, uint64_t seed, const SearchLimits& limits) {
  const rc::Gen<Case> cases = Cases(law, ask, formats);
  rc::Random random(SeedOf(law, ask, formats, seed));
  SearchResult result;
  for (int i = 0; i < limits.cases; ++i) {
    if (limits.expired()) {
      result.cut_short = true;
      break;
    }
    rc::Shrinkable<Case> shrinkable = cases(random.split(), 0);
    Outcome outcome = Outcome::Held();
    try {
      outcome = Check(law, ask, subject, oracle, shrinkable.value());
    } catch (const Unsupported&) {
      ++result.unsupported;
      continue;
    }
    if (outcome.kind == Outcome::Kind::kHeld) ++result.held;
    if (outcome.kind != Outcome::Kind::kBroken) continue;

    Counterexample found{shrinkable.value(), outcome.finding, {}, seed, i, 0};
    for (int attempts = 0; attempts < limits.shrink_attempts;) {
      rc::Seq<rc::Shrinkable<Case>> simpler = shrinkable.shrinks();
      bool smaller = false;
      while (!smaller && attempts < limits.shrink_attempts && !limits.expired()) {
        const rc::Maybe<rc::Shrinkable<Case>> next = simpler.next();
        if (!next) break;
        ++attempts;
        if (!Breaks(law, ask, subject, oracle, next->value(), found.finding)) continue;
        shrinkable = *next;
        smaller = true;
        ++found.shrinks;
      }
      if (!smaller) break;
    }
    found.smallest = shrinkable.value();
    found.right = oracle.Answer(found.smallest.row);
    result.broken = std::move(found);
    return result;
  }
  return result;
}

std::ostream& operator<<(std::ostream& out, const Counterexample& c) {
  out << "# " << c.finding << "\n# seed " << c.seed << ", case " << c.case_number << ", " << c.shrinks << " shrinks";
  if (c.smallest.choice != 0) out << ", choice " << c.smallest.choice;
  out << '\n';
  const rows::Problem& row = c.smallest.row;
  for (const rows::Bits& other : c.smallest.others) {
    rows::Problem companion = row;
    companion.x = other;
    out << "# in the same batch: " << companion << '\n';
  }
  rows::Problem in_statistics_of_y = row;  // the corpus has mean and rstd in y's format
  in_statistics_of_y.statistics_format = row.y_format;
  const rows::Answer right = ExactOracle().Answer(in_statistics_of_y);
  out << row << " =";
  for (const uint64_t y : right.y) out << ' ' << rows::HexFloat(*row.y_format, y);
  out << " : " << (row.operation == EXACTNORM_LAYER_NORM ? rows::HexFloat(*row.y_format, right.mean) : "-") << ' '
      << rows::HexFloat(*row.y_format, right.rstd) << '\n';
  return out;
}

}  // namespace exactnorm::laws
