// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/law.h"

#include <ostream>

namespace exactnorm::laws {

std::ostream& operator<<(std::ostream& out, const Case& c) {
  out << c.row;
  for (const rows::Bits& other : c.others) {
    rows::Problem companion = c.row;
    companion.x = other;
    out << '\n' << companion;
  }
  return out;
}

std::vector<Law> AllLaws() {
  std::vector<Law> all;
  for (const auto& family :
       {AccuracyLaws, InvarianceLaws, RepeatabilityLaws, OrderLaws, GeometryLaws, SpecialValueLaws, StructureLaws}) {
    for (Law& law : family()) all.push_back(std::move(law));
  }
  return all;
}

std::string LevelName(Axis axis, int level) {
  if (axis == Axis::kGeometry) return "G";
  return {axis == Axis::kAccuracy ? 'A' : 'R', static_cast<char>('0' + level)};
}

const char* LevelMeaning(Axis axis, int level) {
  constexpr const char* kAccuracy[] = {"finite and roughly right on ordinary rows",
                                       "within 1 ulp of |y - b| + |b|, and special values as defined",
                                       "correctly rounded"};
  constexpr const char* kRepeatability[] = {"the same call gives the same bits", "the bits depend on the row alone",
                                            "the same bits on every instruction set"};
  switch (axis) {
    case Axis::kAccuracy: return kAccuracy[level];
    case Axis::kRepeatability: return kRepeatability[level];
    case Axis::kGeometry: return "results lie in plane and ellipsoid, and as far from its surface as they should";
  }
  return "";
}

const char* FamilyName(Family family) {
  switch (family) {
    case Family::kAccuracy: return "accuracy";
    case Family::kInvariance: return "invariance";
    case Family::kRepeatability: return "repeatability";
    case Family::kOrder: return "order";
    case Family::kGeometry: return "geometry";
    case Family::kSpecialValues: return "special values";
    case Family::kStructure: return "structure";
  }
  return "";
}

}  // namespace exactnorm::laws
