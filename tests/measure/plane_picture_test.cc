// SPDX-License-Identifier: Apache-2.0
// The picture is true: a correct kernel's points fill the ellipse as eps / (var + eps) says, and what is off the
// plane is drawn as far off as it is.
#include "bench/measure/plane_picture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

double XAt(const Batch& batch, size_t row, size_t column) {
  return Value(*batch.format, Load(*batch.format, batch.x.data(), row * batch.columns + column));
}

// From differences, which are exact or off by one rounding: no cancellation whatever the mean.
double Variance(const Batch& batch, size_t row) {
  const double a = XAt(batch, row, 0), b = XAt(batch, row, 1), c = XAt(batch, row, 2);
  return ((a - b) * (a - b) + (b - c) * (b - c) + (c - a) * (c - a)) / 9;
}

Subject Writing(const std::string& name, double (*y)(double gamma)) {
  return {name, name, kUnknown, "", [y](const Row& row) {
            for (size_t i = 0; i < row.columns; ++i)
              Store(*row.y_format, row.y, i, RoundedBits(*row.y_format, y(Value(*row.y_format, row.gamma_bits(i)))));
          }};
}

// On the plane (u/a)^2 + (v/b)^2 = sum ((y_i - b_i) / g_i)^2 / N, which the definition makes var / (var + eps). y is
// off by 2^-p of itself, so that the root of the left side is off by 2^-p a/b, a/b < 1.74, and the left side, at most
// 1, by less than 2^(2-p). In binary64 the axes (2^-45) and the drawing's own sums come on top.
TEST(PlanePicture, OutputsFillTheEllipseAsEpsSays) {
  for (const Format* f : kFormats) {
    for (const double eps : {0.0, 1e-5, 0.25, 1e300, 5e-324}) {
      const std::vector<Subject> ours = {Subjects(EXACTNORM_LAYER_NORM, *f).front()};
      const PlanePicture picture = DrawnPlane(ours, *f, eps, 1);
      ASSERT_EQ(picture.points.at(0).size(), kPlaneRows);
      double least = 1, most = 0;
      for (size_t i = 0; i < kPlaneRows; ++i) {
        const PlanePoint& p = picture.points[0][i];
        ASSERT_TRUE(p.drawn);
        EXPECT_EQ(p.broken, "") << f->name << " " << eps << " row " << i;
        const double form = std::pow(p.along[0] / picture.lengths[0], 2) + std::pow(p.along[1] / picture.lengths[1], 2);
        const double variance = Variance(picture.batch, i);
        ASSERT_GT(variance, 0) << f->name << " row " << i;
        const double bound = std::ldexp(4.0, -f->precision) + (*f == kF64 ? 0x1p-42 : 0);
        EXPECT_LE(std::abs(form - variance / (variance + eps)), bound) << f->name << " " << eps << " row " << i;
        least = std::min(least, form);
        most = std::max(most, form);
      }
      if (eps == 1e-5) {
        EXPECT_LT(least, 0.25) << "some deep inside";
        EXPECT_GT(most, 0.98) << "some near the rim";
      }
    }
  }
}

// y = gamma: sum y_i / g_i = 3, and the normal (2/3, 1, 2) is 7/3 long.
TEST(PlanePicture, DistancesFromThePlaneAreEuclidean) {
  for (const Format* f : kFormats) {
    const PlanePicture picture = DrawnPlane({Writing("gamma", [](double gamma) { return gamma; })}, *f, 1e-5, 1);
    for (const PlanePoint& p : picture.points[0]) {
      EXPECT_NEAR(p.off, 9.0 / 7, 0x1p-20);  // the claims' value is off by up to 2^-20 of what rounding explains
      EXPECT_NE(p.broken.find('p'), std::string::npos);
      // What is left of it in the plane.
      EXPECT_NEAR(std::hypot(p.along[0], p.along[1], p.off), std::sqrt(1.5 * 1.5 + 1 + 0.25), 0x1p-20);
    }
  }
}

TEST(PlanePicture, WhatHasNoPlaceIsNull) {
  const std::vector<Subject> subjects = {
      Writing("nan", [](double) { return std::numeric_limits<double>::quiet_NaN(); }),
      Writing("infinite", [](double) { return std::numeric_limits<double>::infinity(); }),
      {"refusing", "refusing", kUnknown, "", [](const Row&) { throw RowUnsupported{}; }},
      Writing("zero", [](double) { return 0.0; })};
  const PlanePicture picture = DrawnPlane(subjects, kF32, 1e-5, 1);
  const auto json = PlaneJson(picture, subjects);
  for (const char* name : {"nan", "infinite", "refusing"}) {
    for (const char* key : {"along_longer", "along_shorter", "off_plane"}) {
      ASSERT_EQ(json["outputs"][name][key].size(), kPlaneRows);
      for (const auto& value : json["outputs"][name][key]) EXPECT_TRUE(value.is_null()) << name << key;
    }
  }
  EXPECT_EQ(json["outputs"]["nan"]["broken"][0], "pis");
  EXPECT_EQ(json["outputs"]["refusing"]["broken"][0], "-");
  EXPECT_EQ(json["outputs"]["zero"]["along_longer"][5], 0);
  EXPECT_EQ(json["outputs"]["zero"]["broken"][5], "s");
  EXPECT_EQ(json["x"].size(), kPlaneRows);
  EXPECT_EQ(json["gamma"], nlohmann::ordered_json({"0x1.8p+0", "0x1p+0", "0x1p-1"}));
}

TEST(PlanePicture, OnePassLeavesItWhereItsSquaresCancel) {
  for (const Format* f : kFormats) {
    const std::vector<Subject> subjects = Subjects(EXACTNORM_LAYER_NORM, *f);
    const PlanePicture picture = DrawnPlane(subjects, *f, 1e-5, 1);
    for (size_t k = 0; k < subjects.size(); ++k) {
      size_t broken = 0;
      for (const PlanePoint& p : picture.points[k]) broken += !p.broken.empty();
      if (subjects[k].name == std::string("one-pass ") + f->name) {
        EXPECT_GT(broken, 50u) << f->name;
      }
      if (k == 0 || (subjects[k].name == "two-pass f64" && *f != kF64)) {
        EXPECT_EQ(broken, 0u) << subjects[k].name;
      }
    }
  }
}

TEST(PlanePicture, IsPartOfTheJsonWithSweepsAndOnlyOfLayerNorm) {
  Settings settings;
  settings.formats = {&kBF16};
  settings.rows = 1;
  settings.columns = 8;
  EXPECT_EQ(Measure(settings, InOrder).sections.front().plane, nullptr);
  settings.sweeps = true;
  const Measurement measurement = Measure(settings, InOrder);
  ASSERT_NE(measurement.sections[0].plane, nullptr);
  EXPECT_EQ(measurement.sections[0].plane->points.size(), measurement.sections[0].subjects.size());
  EXPECT_EQ(measurement.sections[1].plane, nullptr);
}

}  // namespace
}  // namespace exactnorm::measure
