// SPDX-License-Identifier: Apache-2.0
// A law: a sentence about kernels that is true or false of a case, what it asks at which level, and the cases on which
// kernels break it. Levels and their meaning: README.md.
#ifndef EXACTNORM_TESTS_LAWS_LAW_H_
#define EXACTNORM_TESTS_LAWS_LAW_H_

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "tests/laws/oracle.h"
#include "tests/laws/subject.h"
#include "tests/rows/generator.h"
#include "tests/rows/problem.h"

namespace exactnorm::laws {

enum class Family { kAccuracy, kInvariance, kRepeatability, kOrder, kGeometry, kSpecialValues, kStructure };
// Geometry has no levels: each law is a claim of its own, and all are asked at 0.
enum class Axis { kAccuracy, kRepeatability, kGeometry };
inline constexpr int kAxes = 3;

// What a law asks of a kernel that claims `level` on `axis`.
struct Ask {
  Axis axis;
  int level;
  bool foreign;  // also of kernels that are not this project's
};

struct Formats {
  const Format* x;
  const Format* parameter;
  const Format* y;
  const Format* statistics;
};

// What a law is asked about. `row` decides the answer; the rest is what the law does with it.
struct Case {
  rows::Problem row;
  std::vector<rows::Bits> others = {};  // rows of x for the same batch
  uint64_t choice = 0;                  // what the law chooses by: a permutation, a shift, a placement
};

// As lines of tests/corpus up to the '=', one per row.
std::ostream& operator<<(std::ostream& out, const Case& c);

struct Outcome {
  enum class Kind { kHeld, kBroken, kInapplicable };
  Kind kind;
  std::string finding = "";  // kBroken: what was seen, in a line

  static Outcome Held() { return {Kind::kHeld}; }
  static Outcome Inapplicable() { return {Kind::kInapplicable}; }  // the case is not one that the law is about
  static Outcome Broken(std::string finding) { return {Kind::kBroken, std::move(finding)}; }
};

struct Law {
  std::string name;  // a sentence
  Family family;
  std::vector<Ask> asks;
  std::function<Case(rows::Generator& random, const Formats& formats, const Ask& ask)> generate;
  // May throw Unsupported and KernelFailure (invocation.h).
  std::function<Outcome(const Subject& subject, const Oracle& oracle, const Case& c, const Ask& ask)> check;
};

std::vector<Law> AccuracyLaws();
std::vector<Law> InvarianceLaws();
std::vector<Law> RepeatabilityLaws();
std::vector<Law> OrderLaws();
std::vector<Law> GeometryLaws();
std::vector<Law> SpecialValueLaws();
std::vector<Law> StructureLaws();
std::vector<Law> AllLaws();

// "A1", "R0", ...; "G" for geometry
std::string LevelName(Axis axis, int level);
// What a kernel of that level may say, in a line.
const char* LevelMeaning(Axis axis, int level);
const char* FamilyName(Family family);

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_LAW_H_
