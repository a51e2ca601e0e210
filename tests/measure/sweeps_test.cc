// SPDX-License-Identifier: Apache-2.0
// The sweeps draw what they say, and the curves that follow show what is known of the algorithms.
#include "bench/measure/sweeps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/measurement.h"
#include "bench/measure/plane_picture.h"
#include "bench/measure/reported_bugs.h"

namespace exactnorm::measure {
namespace {

const Sweep& Named(const std::string& name) {
  for (const Sweep& sweep : Sweeps()) {
    if (sweep.name == name) return sweep;
  }
  throw std::out_of_range(name);
}

Batch At(const std::string& name, int exponent, const Format& f = kF64) {
  const Shape shape = ShapeAt(Named(name), exponent, 768, 1e-5);
  return Draw(WorkloadAt(Named(name), exponent), f, shape.rows, shape.columns, shape.eps, 1);
}

double ValueAt(const Batch& batch, size_t i) { return Value(*batch.format, Load(*batch.format, batch.x.data(), i)); }

TEST(Sweeps, HaveStreamsOfTheirOwn) {
  std::set<uint64_t> streams;
  for (const Workload& workload : Workloads()) streams.insert(workload.stream);
  for (const Sweep& sweep : Sweeps()) EXPECT_TRUE(streams.insert(sweep.stream).second) << sweep.name;
  EXPECT_TRUE(streams.insert(kPlaneStream).second);
}

TEST(Sweeps, ChangeOnePropertyAndNotTheDraws) {
  const Batch zero = At("scale", 0);
  for (const int exponent : {-24, 16}) {
    const Batch scaled = At("scale", exponent);
    for (size_t i = 0; i < 100; ++i) EXPECT_EQ(ValueAt(scaled, i), std::ldexp(ValueAt(zero, i), exponent));
  }
  for (size_t i = 0; i < 100; ++i) EXPECT_NEAR(ValueAt(At("mean", 10), i) - 1024, ValueAt(At("mean", 0), i) - 1, 1e-12);
  EXPECT_EQ(At("eps", -40).x, At("eps", 40).x);
  EXPECT_EQ(At("eps", -40).eps, 0x1p-40);
  EXPECT_EQ(At("columns", 20).columns, size_t{1} << 20);
  EXPECT_EQ(At("columns", 20).rows, 1u);
  EXPECT_EQ(At("columns", 0).columns, 1u);
  int outliers = 0;
  for (size_t i = 0; i < 256; ++i) outliers += ValueAt(At("outlier", 20), i) == 0x1p20;
  EXPECT_EQ(outliers, 1);
}

TEST(Sweeps, AnyBeginningOfTheOrderCoversTheRange) {
  EXPECT_EQ(CoarseToFine(9), (std::vector<size_t>{0, 4, 8, 2, 6, 1, 3, 5, 7}));
  EXPECT_TRUE(CoarseToFine(0).empty());
  for (size_t count = 1; count < 200; ++count) {
    const std::vector<size_t> order = CoarseToFine(count);
    EXPECT_EQ(std::set<size_t>(order.begin(), order.end()).size(), count);
    EXPECT_EQ(order.size(), count);
    for (size_t i = 0; i < count; i += 4)
      EXPECT_LT(std::find(order.begin(), order.end(), i) - order.begin(), (count + 3) / 4);
  }
}

TEST(Sweeps, AreRefusedWhereAFormatCannotHoldThem) {
  EXPECT_EQ(WorkloadAt(Named("mean"), 10).obstacle(kF16), "");
  EXPECT_EQ(WorkloadAt(Named("mean"), 12).obstacle(kF16), "numbers in f16 around 4096 lie 4 apart");
  EXPECT_EQ(WorkloadAt(Named("outlier"), 16).obstacle(kF16), "65536 overflows in f16");
  for (const Sweep& sweep : Sweeps()) {
    for (int exponent = sweep.first; exponent <= sweep.last; exponent += sweep.step) {
      EXPECT_EQ(WorkloadAt(sweep, exponent).obstacle(kF64), "") << sweep.name << " " << exponent;
    }
  }
}

TEST(ReportedBugs, AreAllThere) {
  std::set<std::string> sources;
  for (const ReportedBug& bug : ReportedBugs()) EXPECT_TRUE(sources.insert(bug.source).second);
  EXPECT_GE(sources.size(), 47u);
}

// (mean / sigma)^2 = 2^28 is beyond binary32: the variance of one-pass is noise of either sign.
TEST(Sweeps, ShowWhereOnePassInBinary32Ends) {
  Settings settings;
  settings.operations = {EXACTNORM_LAYER_NORM};
  settings.formats = {&kF32};
  settings.rows = 1;
  settings.columns = 256;
  settings.sweeps = true;
  const Measurement measurement = Measure(settings, InOrder);
  const Section& section = measurement.sections.front();
  const auto figures = [&](const std::string& subject, int exponent) {
    size_t k = 0;
    while (section.subjects[k].name != subject) ++k;
    for (const Result& result : section.results) {
      if (result.point.group == "mean" && result.point.log2_parameter == exponent) return result.figures[k];
    }
    throw std::out_of_range(subject);
  };
  EXPECT_EQ(figures("one-pass f32", 4).misplaced_nan(), 0u);
  EXPECT_GT(figures("one-pass f32", 14).misplaced_nan(), 0u);
  EXPECT_EQ(figures("two-pass f32", 14).misplaced_nan(), 0u);
  EXPECT_LT(figures("two-pass f64", 20).max_relative(), 0x1p-23);
  EXPECT_EQ(section.results.front().figures.front().wrong(), 0u);
  for (const Result& result : section.results) {
    if (result.point.group == "columns" && result.point.log2_parameter == 20) {
      EXPECT_EQ(result.figures.front().elements(), 1024u);  // a sample of the columns
    }
    if (!result.figures.empty()) {
      EXPECT_EQ(result.figures.front().wrong(), 0u) << result.point.name;
      const bool sampled = result.point.group == "columns" && result.point.log2_parameter > 10;
      EXPECT_EQ(result.claims.front().rows() > 0, !sampled) << result.point.name;
      EXPECT_EQ(result.claims.front().broken_rows(), 0u) << result.point.name;
    }
  }
}

}  // namespace
}  // namespace exactnorm::measure
