// SPDX-License-Identifier: Apache-2.0
// The geometry as laws: what each says of rows whose figures are known, and which rows it leaves out.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law_names.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Problem;
using Kind = Outcome::Kind;

Bits Row(const Format& f, const std::vector<double>& values) {
  Bits bits;
  for (const double v : values) bits.push_back(FromDouble(f, v));
  return bits;
}

// x = (-1/2, 1/2), eps = 3/4: t = (-1/2, 1/2), 3/4 from the surface.
Problem Pair(const Format& f = kF32) {
  return {EXACTNORM_LAYER_NORM, &f, &f, &f, &f, 3.0 / 4, Row(f, {-0.5, 0.5}), {}, {}};
}

Subject Constant(const Format& f, const std::vector<double>& y) {
  return {"constant", [&f, y](const exactnorm_kernel_call& call) {
            for (size_t i = 0; i < call.columns; ++i) Store(f, call.y, i, FromDouble(f, y[i]));
            return int{EXACTNORM_KERNEL_DONE};
          }};
}

Outcome Ask(const char* name, const Subject& subject, const Problem& p) {
  for (const Law& law : GeometryLaws()) {
    if (law.name == name) return law.check(subject, ExactOracle(), {p}, law.asks[0]);
  }
  throw std::invalid_argument(name);
}

TEST(GeometryLaws, SayByHowMuchAClaimIsBroken) {
  const Subject moved = Constant(kF32, {-0.5, 0.75});
  const Outcome plane = Ask(names::kPlane, moved, Pair());
  EXPECT_EQ(plane.kind, Kind::kBroken);
  EXPECT_EQ(plane.finding.rfind("sum (y - b) / g is 0.25, rightly 0; rounding allows ", 0), 0U) << plane.finding;
  // The second cell, (1/2 + 2^-25, 1/2 + 3 2^-25) without its ends, would have to have its lower end.
  const Outcome tied = Ask(names::kPlane, Constant(kF32, {-0.5, 0.5 + 0x1p-24}), Pair());
  EXPECT_EQ(tied.kind, Kind::kBroken);
  EXPECT_NE(tied.finding.find("; rounding allows 5.96e-08, and here less, ties going to the other side"),
            std::string::npos)
      << tied.finding;
  const Outcome shrunk = Ask(names::kSurface, Constant(kF32, {-0.25, 0.25}), Pair());
  EXPECT_EQ(shrunk.kind, Kind::kBroken);
  EXPECT_EQ(shrunk.finding.rfind("1 - sum ((y - b) / g)^2 / N is 0.9375, rightly 0.75; rounding allows ", 0), 0U)
      << shrunk.finding;
  const Outcome outside = Ask(names::kEllipsoid, Constant(kF32, {-1.5, 1.5}), Pair());
  EXPECT_EQ(outside.kind, Kind::kBroken);
  EXPECT_EQ(outside.finding.rfind("sum ((y - b) / g)^2 / N is 2.25, rightly at most 1; rounding allows ", 0), 0U)
      << outside.finding;
  Problem pinned = Pair();
  pinned.gamma = Row(kF32, {0, 1});
  pinned.beta = Row(kF32, {3, 0});
  const Outcome off = Ask(names::kZeroGains, Constant(kF32, {3.000001, 0.5}), pinned);
  EXPECT_EQ(off.kind, Kind::kBroken);
  EXPECT_EQ(off.finding.rfind("the number of columns with g = 0 and not RN(b) is 1, rightly 0; ", 0), 0U)
      << off.finding;
}

// Each is blind to what the others see.
TEST(GeometryLaws, HoldOneClaimEach) {
  const Subject right = Constant(kF32, {-0.5, 0.5});
  const Subject shrunk = Constant(kF32, {-0.25, 0.25});
  const Subject moved = Constant(kF32, {-0.25, 0.5});
  for (const char* name : {names::kPlane, names::kEllipsoid, names::kSurface}) {
    EXPECT_EQ(Ask(name, right, Pair()).kind, Kind::kHeld) << name;
    EXPECT_EQ(Ask(name, shrunk, Pair()).kind, name == names::kSurface ? Kind::kBroken : Kind::kHeld) << name;
    EXPECT_EQ(Ask(name, moved, Pair()).kind, name == names::kEllipsoid ? Kind::kHeld : Kind::kBroken) << name;
  }
  EXPECT_EQ(Ask(names::kZeroGains, right, Pair()).kind, Kind::kInapplicable);
}

TEST(GeometryLaws, AreBrokenByNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Problem pinned = Pair();
  pinned.gamma = Row(kF32, {0, 1});
  for (const char* name : {names::kPlane, names::kEllipsoid, names::kSurface, names::kZeroGains}) {
    const Problem& p = name == names::kZeroGains ? pinned : Pair();
    EXPECT_EQ(Ask(name, Constant(kF32, {nan, 0.5}), p).kind, Kind::kBroken) << name;
  }
}

TEST(GeometryLaws, LeaveOutRowsOnWhichTheySayNothing) {
  const auto asked = [](const char* name, const Problem& p) {
    return Ask(name, ThisLibrary(), p).kind != Kind::kInapplicable;
  };
  Problem rms = Pair();
  rms.operation = EXACTNORM_RMS_NORM;
  EXPECT_FALSE(asked(names::kPlane, rms));
  EXPECT_TRUE(asked(names::kEllipsoid, rms));
  EXPECT_TRUE(asked(names::kSurface, rms));
  Problem pinned = Pair();
  pinned.gamma = Row(kF32, {0, 1});
  EXPECT_FALSE(asked(names::kPlane, pinned));
  EXPECT_TRUE(asked(names::kZeroGains, pinned));
  Problem hidden = Pair(kBF16);  // rounding to 8 bits hides an eps of 1e-5
  EXPECT_TRUE(asked(names::kSurface, hidden));
  hidden.eps = 1e-5;
  EXPECT_FALSE(asked(names::kSurface, hidden));
  EXPECT_TRUE(asked(names::kEllipsoid, hidden));
  Problem on_surface = Pair();
  on_surface.eps = 0;
  EXPECT_FALSE(asked(names::kSurface, on_surface));
  EXPECT_TRUE(asked(names::kEllipsoid, on_surface));
  Problem lopsided = Pair();  // not an ordinary row
  lopsided.x = Row(kF32, {0x1p20, 0x1p20 + 1});
  for (const char* name : {names::kPlane, names::kEllipsoid, names::kSurface}) EXPECT_FALSE(asked(name, lopsided));
}

}  // namespace
}  // namespace exactnorm::laws
