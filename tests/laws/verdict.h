// SPDX-License-Identifier: Apache-2.0
// The property suite: a subject -> which laws it keeps, and so the level it reaches on each axis. All of it as data;
// README.md says what a level means. Deterministic for a seed, unless a time limit ends it early.
#ifndef EXACTNORM_TESTS_LAWS_VERDICT_H_
#define EXACTNORM_TESTS_LAWS_VERDICT_H_

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "tests/laws/search.h"

namespace exactnorm::laws {

// x, parameters, y and statistics in one format: f64, f32, f16, bf16.
std::vector<Formats> UniformFormats();
// Those in use with mixed precision: 16-bit x with f32 parameters and statistics, y in x's format or f32.
std::vector<Formats> MixedFormats();
// "f32", or "bf16 f32 bf16 f32" for x, parameters, y, statistics.
std::string FormatsName(const Formats& formats);

struct Options {
  uint64_t seed = 1;
  int cases = 200;  // of each law at each level in each choice of formats
  std::vector<Formats> formats = UniformFormats();
  bool foreign = true;                            // leave out what is asked of this project's own kernels alone
  int most_levels[kAxes] = {2, 2, 0};             // what lies above is not asked
  std::optional<std::chrono::milliseconds> time;  // all in all, shared out evenly; unlimited without
  std::function<void(const Law&, const Ask&, const Formats&)> progress = nullptr;  // before each search
};

enum class Standing {
  kHeld,
  kBroken,
  kUnsupported,  // every case was refused by the kernel
  kUnasked,      // no case of the kind exists in these formats, or time ran out before one
};

const char* StandingName(Standing standing);  // "held", "not supported", ...

// One law at one level in one choice of formats.
struct Finding {
  std::string law;
  Family family;
  Ask ask;
  Formats formats;
  Standing standing;
  int held;                                      // cases
  int unsupported;                               // cases
  std::optional<Counterexample> counterexample;  // where broken
  bool cut_short = false;                        // by the time limit; a level at which no case was left is not reached
};

// One claim of the geometry over all formats.
struct GeometricClaim {
  std::string law;
  // The first of these that it is in any format: broken, unasked for want of time, held, unsupported, unasked.
  Standing standing;
  std::vector<std::string> broken_in;  // names of formats
};

struct Verdict {
  std::string subject;
  uint64_t seed = 0;
  int cases = 0;
  std::vector<Finding> findings;
  int most_levels[kAxes] = {2, 2, 0};  // less, where something seen outside of the laws rules a level out

  // The highest level of the axis up to which no law is broken and at each of which some law held; with `formats`, of
  // the findings there alone. Nothing if not even level 0 is reached. Of geometry 0 if every claim is held.
  std::optional<int> Level(Axis axis) const;
  std::optional<int> Level(Axis axis, const Formats& formats) const;

  // Each claim of the geometry that was asked, in the order of the findings.
  std::vector<GeometricClaim> Geometry() const;

  // "f16", "mean and rstd are those of the row (f32, bf16)": formats that were refused wholly, then laws with the other
  // formats in which they were; without these where it is all.
  std::vector<std::string> Unsupported() const;
};

Verdict Examine(const Subject& subject, const Oracle& oracle, const std::vector<Law>& laws, const Options& options);

// One screen: the levels, the claims of the geometry, each broken law once with its shortest counterexample, what is
// not supported.
std::ostream& operator<<(std::ostream& out, const Verdict& verdict);

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_VERDICT_H_
