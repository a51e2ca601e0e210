// SPDX-License-Identifier: Apache-2.0
// The geometric claims as figures: ours holds them everywhere; a mean left in breaks the plane, an eps left out the
// surface, and the distances are those of the definition.
#include "bench/measure/claim_figures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "bench/measure/claims_output.h"
#include "bench/measure/measurement.h"
#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

double ToDouble(const Format& f, uint64_t bits) { return static_cast<double>(ToReal(f, bits)); }

// y of a row, in binary64 and then rounded to its format, with the mean and the eps of the call changed by `fault`.
// Not for rows in binary64, where its own rounding errors leave the plane.
struct Fault {
  bool keeps_mean = false;
  bool drops_eps = false;
};

ClaimFigures Faulty(const Batch& batch, Fault fault) {
  const ClaimCheck check(batch);
  ClaimFigures figures;
  const Format& f = *batch.format;
  std::vector<unsigned char> y(batch.columns * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < batch.rows; ++i) {
    const Row row = batch.RowAt(i, y.data());
    const auto n = static_cast<double>(row.columns);
    double mean = 0;
    for (size_t c = 0; c < row.columns; ++c) mean += ToDouble(f, Load(f, row.x, c)) / n;
    double variance = 0;
    for (size_t c = 0; c < row.columns; ++c) variance += std::pow(ToDouble(f, Load(f, row.x, c)) - mean, 2) / n;
    for (size_t c = 0; c < row.columns; ++c) {
      const double centred = ToDouble(f, Load(f, row.x, c)) - (fault.keeps_mean ? 0 : mean);
      const double t = centred / std::sqrt(variance + (fault.drops_eps ? 0 : row.eps));
      const double g = ToDouble(*row.parameter_format, row.gamma_bits(c));
      const double b = ToDouble(*row.parameter_format, row.beta_bits(c));
      Store(f, y.data(), c, RoundedBits(f, t * g + b));
    }
    figures.Add(check(row, y.data()));
  }
  return figures;
}

const Workload& Named(const std::string& name) {
  for (const Workload& w : Workloads()) {
    if (w.name == name) return w;
  }
  throw std::invalid_argument(name);
}

TEST(ClaimFigures, OursHoldsEveryClaimOnEveryPoint) {
  Settings settings;
  settings.rows = 2;
  settings.columns = 48;
  uint64_t planes = 0;
  uint64_t surfaces = 0;
  for (const Section& section : Measure(settings, InOrder).sections) {
    for (const Result& result : section.results) {
      if (result.claims.empty()) continue;
      ASSERT_EQ(result.claims.size(), section.subjects.size());
      const ClaimFigures& ours = result.claims.front();
      EXPECT_EQ(ours.broken_rows(), 0u) << section.format->name << " " << result.point.name;
      for (const Claim claim : kClaims) {
        EXPECT_EQ(ours.of(claim).broken, 0u) << result.point.name << " " << ClaimName(claim);
        EXPECT_LE(ours.of(claim).held, ours.rows());
        EXPECT_TRUE(std::isfinite(ours.of(claim).off));
      }
      EXPECT_EQ(ours.of(Claim::kPlane).held == 0,
                section.operation == EXACTNORM_RMS_NORM || ours.rows() == 0 || ours.of(Claim::kSurface).held == 0)
          << result.point.name;
      planes += ours.of(Claim::kPlane).held;
      surfaces += ours.of(Claim::kSurface).held;
    }
  }
  EXPECT_GE(planes, 66u);
  EXPECT_GT(surfaces, planes);
}

TEST(ClaimFigures, AKernelThatKeepsTheMeanLeavesThePlane) {
  for (const Format* f : {kFormats[1], kFormats[2], kFormats[3]}) {
    for (const char* name : {"N(0,1)", "N(0,1), affine", "heavy tails"}) {
      const Batch batch = Draw(Named(name), *f, 8, 256, 1e-5, 1);
      const ClaimFigures right = Faulty(batch, {});
      EXPECT_EQ(right.of(Claim::kPlane).held, 8u) << f->name << " " << name;
      EXPECT_LE(right.of(Claim::kPlane).off, 1) << f->name << " " << name;
      const ClaimFigures wrong = Faulty(batch, {.keeps_mean = true});
      EXPECT_GT(wrong.of(Claim::kPlane).broken, 0u) << f->name << " " << name;
      EXPECT_GT(wrong.of(Claim::kPlane).off, 1) << f->name << " " << name;
      EXPECT_NE(ClaimsCell(wrong).find('p'), std::string::npos);
    }
  }
}

// eps = 1/4 beside a variance of about 1 moves the surface in by a fifth; beside a variance of 1e60 it does not.
TEST(ClaimFigures, AKernelThatDropsEpsLeavesTheSurfaceWhereEpsMatters) {
  for (const Format* f : {kFormats[1], kFormats[2], kFormats[3]}) {
    const Batch batch = Draw(Named("N(0,1)"), *f, 8, 256, 0.25, 1);
    const ClaimFigures right = Faulty(batch, {});
    EXPECT_EQ(right.of(Claim::kSurface).held, 8u) << f->name;
    EXPECT_LE(right.of(Claim::kSurface).off, 1) << f->name;
    const ClaimFigures wrong = Faulty(batch, {.drops_eps = true});
    EXPECT_EQ(wrong.of(Claim::kSurface).broken, 8u) << f->name;
    EXPECT_GT(wrong.of(Claim::kSurface).off, 1) << f->name;
    EXPECT_EQ(wrong.of(Claim::kPlane).held, 8u) << f->name;
    EXPECT_EQ(ClaimsCell(wrong), "s") << f->name;
  }
  const Batch large = Draw(Named("1e30 N(0,1)"), kF32, 8, 256, 0.25, 1);
  EXPECT_EQ(Faulty(large, {.drops_eps = true}).of(Claim::kSurface).held, 8u);
}

// Outputs 0, 0, 2 of x = 1, 2, 3 at eps = 0: residual 2, squared radius 4 / 3; the surface's target is 0.
TEST(ClaimFigures, DistancesAreThoseOfTheDefinition) {
  Batch batch{&kF64, 1, 3, 0, std::vector<unsigned char>(24), {}, {}};
  std::vector<unsigned char> y(24);
  for (size_t c = 0; c < 3; ++c) {
    Store(kF64, batch.x.data(), c, RoundedBits(kF64, static_cast<double>(c + 1)));
    Store(kF64, y.data(), c, RoundedBits(kF64, c == 2 ? 2.0 : 0.0));
  }
  ClaimFigures figures;
  figures.Add(ClaimCheck(batch)(batch.RowAt(0, nullptr), y.data()));
  EXPECT_EQ(figures.of(Claim::kPlane).broken, 1u);
  EXPECT_EQ(figures.of(Claim::kInterior).broken, 1u);
  EXPECT_EQ(figures.of(Claim::kSurface).broken, 1u);
  EXPECT_EQ(figures.broken_rows(), 1u);
  // The cell of 2 ends 2^-52 above and 2^-53 below; the others are half the least subnormal.
  EXPECT_NEAR(figures.of(Claim::kPlane).off, 2 * 0x1p52, 0x1p33);
  EXPECT_NEAR(figures.of(Claim::kInterior).off, 1.0 / 3, 0x1p-49);
  EXPECT_NEAR(figures.of(Claim::kSurface).off / 0x1p50, 1, 0x1p-19);
  EXPECT_EQ(ClaimsCell(figures), "pis");
}

TEST(ClaimFigures, ANanIsInfinitelyFarOffAndNullInJson) {
  const Batch batch = Draw(Named("N(0,1)"), kF32, 1, 16, 1e-5, 1);
  std::vector<float> y(16, std::numeric_limits<float>::quiet_NaN());
  ClaimFigures figures;
  figures.Add(ClaimCheck(batch)(batch.RowAt(0, nullptr), y.data()));
  EXPECT_EQ(figures.of(Claim::kPlane).broken, 1u);
  EXPECT_TRUE(std::isinf(figures.of(Claim::kPlane).off));
  const auto json = ClaimsJson(figures);
  EXPECT_EQ(json["plane_broken"], 1);
  EXPECT_TRUE(json["plane_off"].is_null());
  EXPECT_EQ(json["zero_gains_held"], 0);
}

}  // namespace
}  // namespace exactnorm::measure
