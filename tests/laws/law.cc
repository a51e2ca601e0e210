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
