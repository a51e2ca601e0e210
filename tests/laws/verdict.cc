// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/verdict.h"

#include <algorithm>
#include <ostream>

namespace exactnorm::laws {
namespace {

constexpr int kHighestLevel = 2;

bool SameFormats(const Formats& a, const Formats& b) {
  return *a.x == *b.x && *a.parameter == *b.parameter && *a.y == *b.y && *a.statistics == *b.statistics;
}

// A level counts where something was asked and answered; without any question of its own it is taken for unreached.
std::optional<int> HighestLevel(const std::vector<Finding>& findings, Axis axis, const Formats* formats, int most) {
  std::optional<int> reached;
  for (int level = 0; level <= std::min(kHighestLevel, most); ++level) {
    bool held = false;
    for (const Finding& f : findings) {
      if (f.ask.axis != axis || f.ask.level != level || (formats != nullptr && !SameFormats(f.formats, *formats))) {
        continue;
      }
      const bool out_of_time = f.cut_short && f.standing == Standing::kUnasked;
      if (f.standing == Standing::kBroken || out_of_time) return reached;
      held |= f.standing == Standing::kHeld;
    }
    if (!held) return reached;
    reached = level;
  }
  return reached;
}

std::string Reached(Axis axis, std::optional<int> level) {
  return level ? LevelName(axis, *level) : std::string("below ") + LevelName(axis, 0);
}

size_t Size(const Counterexample& c) { return c.smallest.row.x.size() * (1 + c.smallest.others.size()); }

}  // namespace

std::vector<Formats> UniformFormats() {
  std::vector<Formats> all;
  for (const Format* f : kFormats) all.push_back({f, f, f, f});
  return all;
}

std::vector<Formats> MixedFormats() {
  return {{&kBF16, &kF32, &kBF16, &kF32},
          {&kF16, &kF32, &kF16, &kF32},
          {&kBF16, &kF32, &kF32, &kF32},
          {&kF16, &kF32, &kF32, &kF32}};
}

std::string FormatsName(const Formats& f) {
  if (SameFormats(f, {f.x, f.x, f.x, f.x})) return f.x->name;
  std::string name = f.x->name;
  for (const Format* part : {f.parameter, f.y, f.statistics}) name.append(" ").append(part->name);
  return name;
}

const char* StandingName(Standing standing) {
  switch (standing) {
    case Standing::kHeld: return "held";
    case Standing::kBroken: return "broken";
    case Standing::kUnsupported: return "not supported";
    case Standing::kUnasked: return "not asked";
  }
  return "";
}

std::optional<int> Verdict::Level(Axis axis) const {
  return HighestLevel(findings, axis, nullptr, most_levels[static_cast<int>(axis)]);
}
std::optional<int> Verdict::Level(Axis axis, const Formats& formats) const {
  return HighestLevel(findings, axis, &formats, most_levels[static_cast<int>(axis)]);
}

std::vector<GeometricClaim> Verdict::Geometry() const {
  std::vector<GeometricClaim> claims;
  std::vector<int> ranks;  // of what is known of each: the highest in any format decides
  const auto rank = [](const Finding& f) {
    switch (f.standing) {
      case Standing::kBroken: return 4;
      case Standing::kUnasked: return f.cut_short ? 3 : 0;
      case Standing::kHeld: return 2;
      case Standing::kUnsupported: return 1;
    }
    return 0;
  };
  for (const Finding& f : findings) {
    if (f.ask.axis != Axis::kGeometry) continue;
    auto claim = std::find_if(claims.begin(), claims.end(), [&](const GeometricClaim& c) { return c.law == f.law; });
    if (claim == claims.end()) {
      claim = claims.insert(claim, {f.law, f.standing, {}});
      ranks.push_back(rank(f));
    }
    int& highest = ranks[static_cast<size_t>(claim - claims.begin())];
    if (rank(f) > highest) {
      highest = rank(f);
      claim->standing = f.standing;
    }
    if (f.standing == Standing::kBroken) claim->broken_in.push_back(FormatsName(f.formats));
  }
  return claims;
}

std::vector<std::string> Verdict::Unsupported() const {
  const auto answered = [&](const Formats& formats) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
      return SameFormats(f.formats, formats) && (f.standing == Standing::kHeld || f.standing == Standing::kBroken);
    });
  };
  std::vector<std::string> entries;
  std::vector<std::pair<std::string, std::vector<std::string>>> laws;  // with the formats in which they were refused
  std::vector<std::string> supported;
  const auto add = [](std::vector<std::string>& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  };
  for (const Finding& f : findings) {
    const std::string formats = FormatsName(f.formats);
    if (answered(f.formats)) add(supported, formats);
    if (f.standing != Standing::kUnsupported) continue;
    if (!answered(f.formats)) {
      add(entries, formats);
      continue;
    }
    auto law = std::find_if(laws.begin(), laws.end(), [&](const auto& entry) { return entry.first == f.law; });
    if (law == laws.end()) law = laws.insert(law, {f.law, {}});
    add(law->second, formats);
  }
  for (const auto& [law, formats] : laws) {
    std::string entry = law;
    for (size_t i = 0; i < formats.size() && formats.size() < supported.size(); ++i) {
      entry.append(i == 0 ? " (" : ", ").append(formats[i]).append(i + 1 == formats.size() ? ")" : "");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Verdict Examine(const Subject& subject, const Oracle& oracle, const std::vector<Law>& laws, const Options& options) {
  struct Question {
    const Law* law;
    const Ask* ask;
    const Formats* formats;
  };
  std::vector<Question> questions;
  for (const Law& law : laws) {
    for (const Ask& ask : law.asks) {
      if (options.foreign && !ask.foreign) continue;
      if (ask.level > options.most_levels[static_cast<int>(ask.axis)]) continue;
      for (const Formats& formats : options.formats) questions.push_back({&law, &ask, &formats});
    }
  }

  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Verdict verdict{subject.name, options.seed, options.cases, {}};
  for (size_t q = 0; q < questions.size(); ++q) {
    const auto& [law, ask, formats] = questions[q];
    if (options.progress) options.progress(*law, *ask, *formats);
    SearchLimits limits;
    limits.cases = options.cases;
    if (options.time) {  // what is left goes to the questions that are left in equal shares
      const Clock::time_point now = Clock::now();
      const Clock::duration left = start + *options.time - now;
      const Clock::time_point end = now + left / static_cast<Clock::rep>(questions.size() - q);
      limits.expired = [end] { return Clock::now() >= end; };
    }
    SearchResult result = Search(*law, *ask, subject, oracle, *formats, options.seed, limits);
    const Standing standing = result.broken            ? Standing::kBroken
                              : result.held > 0        ? Standing::kHeld
                              : result.unsupported > 0 ? Standing::kUnsupported
                                                       : Standing::kUnasked;
    verdict.findings.push_back({law->name, law->family, *ask, *formats, standing, result.held, result.unsupported,
                                std::move(result.broken), result.cut_short});
  }
  return verdict;
}

std::ostream& operator<<(std::ostream& out, const Verdict& v) {
  std::vector<Formats> formats;
  for (const Finding& f : v.findings) {
    const auto same = [&](const Formats& g) { return SameFormats(f.formats, g); };
    if (std::none_of(formats.begin(), formats.end(), same)) formats.push_back(f.formats);
  }
  out << v.subject << ": " << Reached(Axis::kAccuracy, v.Level(Axis::kAccuracy)) << ", "
      << Reached(Axis::kRepeatability, v.Level(Axis::kRepeatability)) << "  (seed " << v.seed << ", " << v.cases
      << " cases a law)\n";
  for (const Formats& f : formats) {
    const bool refused = std::all_of(v.findings.begin(), v.findings.end(), [&](const Finding& g) {
      return !SameFormats(f, g.formats) || g.standing == Standing::kUnsupported;
    });
    if (refused) continue;  // listed below
    out << "  " << FormatsName(f) << ": " << Reached(Axis::kAccuracy, v.Level(Axis::kAccuracy, f)) << ", "
        << Reached(Axis::kRepeatability, v.Level(Axis::kRepeatability, f)) << '\n';
  }

  for (const Axis axis : {Axis::kAccuracy, Axis::kRepeatability}) {
    if (const auto level = v.Level(axis)) out << LevelName(axis, *level) << ": " << LevelMeaning(axis, *level) << '\n';
  }

  const std::vector<GeometricClaim> claims = v.Geometry();
  if (!claims.empty()) out << "geometry\n";
  for (const GeometricClaim& claim : claims) {
    out << "  " << claim.law << ": " << StandingName(claim.standing);
    for (size_t i = 0; i < claim.broken_in.size(); ++i) out << (i == 0 ? " in " : ", ") << claim.broken_in[i];
    out << '\n';
  }

  std::vector<const Finding*> broken;  // per law the shortest
  for (const Finding& f : v.findings) {
    if (f.standing != Standing::kBroken) continue;
    const auto same = std::find_if(broken.begin(), broken.end(), [&](const Finding* g) { return g->law == f.law; });
    if (same == broken.end()) {
      broken.push_back(&f);
    } else if (Size(*f.counterexample) < Size(*(*same)->counterexample)) {
      *same = &f;
    }
  }
  out << (broken.empty() ? "no law is broken\n"
                         : "broken laws, each with its smallest counterexample: operation, formats of x, parameters "
                           "and y, eps : x : gamma : beta = the right y : mean rstd\n");
  for (const Finding* f : broken) {
    out << "\n# " << f->law << " (" << LevelName(f->ask.axis, f->ask.level) << ", " << FormatsName(f->formats) << ")\n"
        << *f->counterexample;
  }
  const std::vector<std::string> unsupported = v.Unsupported();
  if (!unsupported.empty()) out << "\nnot supported\n";
  for (const std::string& entry : unsupported) out << "  " << entry << '\n';
  return out;
}

}  // namespace exactnorm::laws
