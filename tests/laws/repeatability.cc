// SPDX-License-Identifier: Apache-2.0
// The same row gives the same bits however it is called: what stood in y, the batch around it, where arrays lie,
// threads, the instruction set. Nothing here looks at how right the bits are.
#include <algorithm>
#include <initializer_list>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Problem;

std::vector<Bits> Batch(const Case& c) {
  std::vector<Bits> batch{c.row.x};
  batch.insert(batch.end(), c.others.begin(), c.others.end());
  return batch;
}

bool Same(const Format& f, uint64_t a, uint64_t b) { return a == b || (IsNan(f, a) && IsNan(f, b)); }

Outcome Compare(const Format& f, const Bits& y, const Bits& expected, const std::string& done) {
  for (size_t i = 0; i < y.size(); ++i) {
    if (Same(f, y[i], expected[i])) continue;
    return Outcome::Broken(done + ": element " + std::to_string(i) + " is " + rows::HexFloat(f, y[i]) + " instead of " +
                           rows::HexFloat(f, expected[i]));
  }
  return Outcome::Held();
}

// Every output of the batch, placed in two ways.
Outcome ComparePlacements(const Subject& subject, const Case& c, const Placement& a, const Placement& b,
                          const std::string& done) {
  const Results plain = Invoke(subject, c.row, Batch(c), a);
  const Results other = Invoke(subject, c.row, Batch(c), b);
  for (size_t r = 0; r < plain.y.size(); ++r) {
    const Outcome row = Compare(*c.row.y_format, other.y[r], plain.y[r], done + ", row " + std::to_string(r));
    if (row.kind != Outcome::Kind::kHeld) return row;
  }
  if (b.y_gap > 0 && !other.gaps_kept) return Outcome::Broken(done + ": something was written behind a row of y");
  if (!a.statistics || !b.statistics) return Outcome::Held();
  const Outcome mean = Compare(*c.row.statistics_format, other.mean, plain.mean, done + ", mean");
  if (mean.kind != Outcome::Kind::kHeld) return mean;
  return Compare(*c.row.statistics_format, other.rstd, plain.rstd, done + ", rstd");
}

Outcome RepetitionRepeats(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  for (const unsigned char fill : std::initializer_list<unsigned char>{0x00, 0xFF, 0xA5}) {
    Placement filled;
    filled.fill = fill;
    const Outcome outcome = ComparePlacements(subject, c, {}, filled, "called again");
    if (outcome.kind != Outcome::Kind::kHeld) return outcome;
  }
  return Outcome::Held();
}

Outcome BatchDoesNotMatter(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (c.others.empty()) return Outcome::Inapplicable();
  const Bits alone = InvokeRow(subject, c.row);
  std::vector<Bits> batch = c.others;
  const size_t place = c.choice % (batch.size() + 1);
  batch.insert(batch.begin() + static_cast<ptrdiff_t>(place), c.row.x);
  const Results together = Invoke(subject, c.row, batch);
  return Compare(*c.row.y_format, together.y[place], alone,
                 "as row " + std::to_string(place) + " of " + std::to_string(batch.size()) + " rows");
}

Outcome AlignmentDoesNotMatter(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  Placement moved;
  moved.offset = 1 + c.choice % 15;
  return ComparePlacements(subject, c, {}, moved, std::to_string(moved.offset) + " elements behind a 64-byte boundary");
}

Outcome StrideDoesNotMatter(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  Placement spread;
  spread.x_gap = c.choice % 19;
  spread.y_gap = 1 + c.choice / 19 % 17;
  return ComparePlacements(subject, c, {}, spread,
                           "with gaps of " + std::to_string(spread.x_gap) + " and " + std::to_string(spread.y_gap) +
                               " elements between the rows of x and y");
}

Outcome ThreadsDoNotMatter(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  Placement parallel;
  parallel.threads = 2 + static_cast<uint32_t>(c.choice % 3);
  return ComparePlacements(subject, c, {}, parallel, "with " + std::to_string(parallel.threads) + " threads");
}

Outcome InPlaceIsTheSame(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (!(*c.row.x_format == *c.row.y_format)) return Outcome::Inapplicable();
  Placement in_place;
  in_place.in_place = true;
  return ComparePlacements(subject, c, {}, in_place, "in place");
}

Outcome StatisticsDoNotMatter(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  Placement with_statistics;
  with_statistics.statistics = true;
  return ComparePlacements(subject, c, {}, with_statistics, "with mean and rstd asked for");
}

// Unsupported where there are no other instruction sets to compare with.
Outcome TargetsAgree(const Subject& subject, const Oracle&, const Case& c, const Ask&) {
  if (subject.targets.empty()) throw Unsupported{};
  Placement all;
  all.statistics = true;
  const Results here = Invoke(subject, c.row, Batch(c), all);
  for (const Subject& target : subject.targets) {
    const Results there = Invoke(target, c.row, Batch(c), all);
    for (size_t r = 0; r < here.y.size(); ++r) {
      const Outcome row = Compare(*c.row.y_format, there.y[r], here.y[r], "on " + target.name);
      if (row.kind != Outcome::Kind::kHeld) return row;
    }
    if (here.mean != there.mean || here.rstd != there.rstd) {
      return Outcome::Broken("on " + target.name + ": mean or rstd differs");
    }
  }
  return Outcome::Held();
}

// A row among others of its length: few or many, like it or wild, some with a NaN or an infinity.
Case RowAmongOthers(rows::Generator& random, const Formats& f, const Ask&) {
  Case c{HardRow(random, f), {}, random.Below(1 << 16)};
  const size_t n = c.row.x.size();
  size_t count = random.Below(random.Below(4) == 0 ? 9 : 4);
  if (n > 200) count = std::min<size_t>(count, 1);
  for (size_t r = 0; r < count; ++r) {
    Bits other = c.row.x;
    if (random.Below(2) == 0) {
      other = random.Numbers(*f.x, static_cast<rows::Family>(random.Below(rows::kFamilies)), n);
    } else {
      other[random.Below(n)] = FromDouble(*f.x, static_cast<double>(random.Below(100)));
    }
    if (random.Below(8) == 0) other[random.Below(n)] = random.Below(2) == 0 ? f.x->nan : f.x->infinity;
    c.others.push_back(std::move(other));
  }
  return c;
}

}  // namespace

std::vector<Law> RepeatabilityLaws() {
  const auto law = [](std::string name, int level, auto check) {
    return Law{std::move(name), Family::kRepeatability, {{Axis::kRepeatability, level, true}}, RowAmongOthers, check};
  };
  return {
      law(names::kRepetition, 0, RepetitionRepeats),
      law(names::kBatch, 1, BatchDoesNotMatter),
      law(names::kAlignment, 1, AlignmentDoesNotMatter),
      law(names::kStride, 1, StrideDoesNotMatter),
      law(names::kThreads, 1, ThreadsDoNotMatter),
      law(names::kInPlace, 1, InPlaceIsTheSame),
      law(names::kStatisticsAsked, 1, StatisticsDoNotMatter),
      law(names::kTargets, 2, TargetsAgree),
  };
}

}  // namespace exactnorm::laws
