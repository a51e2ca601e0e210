// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/comparison.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "bench/measure/claim_figures.h"

namespace exactnorm::measure {
namespace {

using Json = nlohmann::ordered_json;

// Of a geometric claim: the rows that break it, and how far off the worst of them is.
struct Broken {
  uint64_t rows = 0;
  double off = 0;  // 0 if no row breaks it: what rounding explains is no distance

  bool operator==(const Broken&) const = default;
};

struct Figures {
  uint64_t elements;
  uint64_t wrong;
  uint64_t misplaced;
  double log2_max;  // -infinity for no error: the largest may be beyond binary64
  double log2_mean;
  std::array<std::optional<Broken>, std::size(kClaims)> claims;  // nothing in a measurement without claims
};

// Figures by "operation format, point, subject", and the keys in order.
struct Flat {
  std::map<std::string, Figures> figures;
  std::vector<std::string> keys;

  void Add(const std::string& key, const Figures& f) {
    if (figures.emplace(key, f).second) keys.push_back(key);
  }
};

double Number(const Json& value) {
  return value.is_null() ? -std::numeric_limits<double>::infinity() : value.get<double>();
}

std::optional<Broken> BrokenOf(const Json& json, const std::string& claim, const size_t* index) {
  if (!json.contains(claim + "_broken")) return std::nullopt;
  const auto at = [&](const char* suffix) -> const Json& {
    const Json& value = json.at(claim + suffix);
    return index == nullptr ? value : value.at(*index);
  };
  Broken broken{at("_broken").get<uint64_t>(), 0};
  if (broken.rows == 0) return broken;
  const Json& off = at("_off");
  broken.off = off.is_null() ? std::numeric_limits<double>::infinity() : off.get<double>();
  return broken;
}

// Of an object of figures, or of entry `index` of a curve's arrays.
Figures FiguresOf(const Json& json, const size_t* index) {
  const auto at = [&](const char* key) -> const Json& {
    const Json& value = json.at(key);
    return index == nullptr ? value : value.at(*index);
  };
  Figures f{at("elements").get<uint64_t>(),
            at("not_correctly_rounded").get<uint64_t>(),
            0,
            Number(at("log2_max_ulps")),
            Number(at("log2_mean_ulps")),
            {}};
  for (const char* key : {"misplaced_nan", "misplaced_infinity", "missing_nan", "missing_infinity"}) {
    f.misplaced += at(key).get<uint64_t>();
  }
  for (const Claim claim : kClaims) f.claims[static_cast<size_t>(claim)] = BrokenOf(json, ClaimName(claim), index);
  return f;
}

Flat Flatten(const Json& json) {
  Flat flat;
  for (const Json& section : json.at("sections")) {
    const std::string where =
        fmt::format("{} {}", section.at("operation").get<std::string>(), section.at("format").get<std::string>());
    for (const Json& result : section.at("results")) {
      if (result.contains("skipped")) continue;
      for (const auto& [subject, figures] : result.at("figures").items()) {
        flat.Add(fmt::format("{}, {}, {}", where, result.at("name").get<std::string>(), subject),
                 FiguresOf(figures, nullptr));
      }
    }
    for (const Json& sweep : section.at("sweeps")) {
      for (const auto& [subject, curve] : sweep.at("curves").items()) {
        for (size_t i = 0; i < sweep.at("log2").size(); ++i) {
          if (!sweep.at("skipped").at(i).is_null()) continue;
          flat.Add(fmt::format("{}, {} 2^{}, {}", where, sweep.at("name").get<std::string>(),
                               sweep.at("log2").at(i).get<int>(), subject),
                   FiguresOf(curve, &i));
        }
      }
    }
  }
  return flat;
}

// Whether `to` has something larger than `from`. Claims that one of them was made without are not compared.
bool Rises(const Figures& from, const Figures& to) {
  for (size_t i = 0; i < from.claims.size(); ++i) {
    const auto& [x, y] = std::pair(from.claims[i], to.claims[i]);
    if (x && y && (y->rows > x->rows || y->off > x->off)) return true;
  }
  return to.wrong > from.wrong || to.misplaced > from.misplaced || to.log2_max > from.log2_max ||
         to.log2_mean > from.log2_mean;
}

bool LosesClaims(const Figures& from, const Figures& to) {
  for (size_t i = 0; i < from.claims.size(); ++i) {
    if (from.claims[i] && !to.claims[i]) return true;
  }
  return false;
}

std::string UlpText(double log2) {
  if (log2 == -std::numeric_limits<double>::infinity()) return "0";
  return log2 > -10 && log2 < 20 ? fmt::format("{:.4g}", std::exp2(log2)) : fmt::format("2^{:.1f}", log2);
}

std::string Change(const std::string& key, const Figures& a, const Figures& b) {
  std::string line = key + ":";
  if (a.wrong != b.wrong) line += fmt::format(" not correctly rounded {} -> {} of {};", a.wrong, b.wrong, b.elements);
  if (a.misplaced != b.misplaced) line += fmt::format(" NaN or infinity misplaced {} -> {};", a.misplaced, b.misplaced);
  if (a.log2_max != b.log2_max) line += fmt::format(" max {} -> {} ulp;", UlpText(a.log2_max), UlpText(b.log2_max));
  if (a.log2_mean != b.log2_mean) {
    line += fmt::format(" mean {} -> {} ulp;", UlpText(a.log2_mean), UlpText(b.log2_mean));
  }
  for (const Claim claim : kClaims) {
    const auto& [x, y] = std::pair(a.claims[static_cast<size_t>(claim)], b.claims[static_cast<size_t>(claim)]);
    if (!x || !y || *x == *y) continue;
    line += fmt::format(" rows that break the claim {} {} -> {}, by up to {:.4g} -> {:.4g};", ClaimName(claim), x->rows,
                        y->rows, x->off, y->off);
  }
  line.pop_back();
  return line;
}

void Block(std::string& text, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text += fmt::format("{} ({}):\n", title, lines.size());
  for (const std::string& line : lines) text += fmt::format("  {}\n", line);
}

}  // namespace

Comparison Compare(const Json& before, const Json& after) {
  Flat a, b;
  try {
    for (const char* key : {"rows", "columns", "eps", "seed"}) {
      if (before.at(key) != after.at(key)) {
        throw std::invalid_argument(fmt::format("the measurements are of different inputs: {} is {} and {}", key,
                                                before.at(key).dump(), after.at(key).dump()));
      }
    }
    a = Flatten(before);
    b = Flatten(after);
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(fmt::format("this is no JSON of exactnorm measure ({})", error.what()));
  }
  Comparison comparison;
  for (const std::string& key : a.keys) {
    const auto found = b.figures.find(key);
    if (found == b.figures.end()) {
      comparison.gone.push_back(key);
      continue;
    }
    ++comparison.compared;
    const Figures& x = a.figures.at(key);
    const Figures& y = found->second;
    if (LosesClaims(x, y)) comparison.gone.push_back(key + ": geometric claims");
    const bool worse = Rises(x, y);
    const bool better = Rises(y, x);
    if (worse || better) (worse ? comparison.worse : comparison.better).push_back(Change(key, x, y));
  }
  for (const std::string& key : b.keys) {
    if (!a.figures.contains(key)) comparison.added.push_back(key);
  }
  return comparison;
}

std::string ComparisonText(const Comparison& c) {
  std::string text;
  Block(text, "worse", c.worse);
  Block(text, "gone", c.gone);
  Block(text, "better", c.better);
  Block(text, "new", c.added);
  return text + fmt::format("{} figures compared: {} worse, {} better; {} gone, {} new\n", c.compared, c.worse.size(),
                            c.better.size(), c.gone.size(), c.added.size());
}

}  // namespace exactnorm::measure
