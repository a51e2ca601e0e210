// SPDX-License-Identifier: Apache-2.0
// A comparison sees every figure that got worse, and nothing else.
#include "bench/measure/comparison.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <tuple>

#include "bench/measure/claim_figures.h"
#include "bench/measure/measurement_output.h"

namespace exactnorm::measure {
namespace {

using Json = nlohmann::ordered_json;

const Json& Measured() {
  static const Json json = [] {
    Settings settings;
    settings.formats = {&kF32};
    settings.operations = {EXACTNORM_RMS_NORM};
    settings.rows = 2;
    settings.columns = 16;
    settings.sweeps = true;
    return MeasurementJson(Measure(settings, InOrder));
  }();
  return json;
}

Json& Figures(Json& json) { return json["sections"][0]["results"][1]["figures"]["pairwise f32"]; }
Json& Curve(Json& json) { return json["sections"][0]["sweeps"][0]["curves"]["pairwise f32"]; }

TEST(Comparison, OfEqualMeasurementsIsEmpty) {
  const Json json = Measured();
  const Comparison same = Compare(json, json);
  EXPECT_GT(same.compared, 500u);
  EXPECT_FALSE(same.regression());
  EXPECT_TRUE(same.better.empty() && same.added.empty());
}

TEST(Comparison, SeesEveryFigureThatGetsWorse) {
  const Json before = Measured();
  for (const char* key : {"not_correctly_rounded", "misplaced_nan", "misplaced_infinity", "missing_nan",
                          "missing_infinity", "log2_max_ulps", "log2_mean_ulps"}) {
    Json after = before;
    Json& value = Figures(after)[key];
    value = value.get<double>() + 1;
    const Comparison worse = Compare(before, after);
    ASSERT_EQ(worse.worse.size(), 1u) << key;
    EXPECT_TRUE(worse.regression());
    EXPECT_EQ(worse.worse[0].find("rms_norm f32, N(0,1), affine, pairwise f32: "), 0u) << worse.worse[0];
    EXPECT_TRUE(worse.better.empty());
    const Comparison better = Compare(after, before);
    EXPECT_FALSE(better.regression());
    EXPECT_EQ(better.better.size(), 1u);
  }
}

// A row that leaves the ellipsoid, then one that leaves it further, then one that is NaN.
TEST(Comparison, SeesRowsThatBreakAClaim) {
  Json before = Measured();
  for (const Claim claim : kClaims) {
    const std::string rows = std::string(ClaimName(claim)) + "_broken";
    const std::string off = std::string(ClaimName(claim)) + "_off";
    Json held = before, broken = before, further = before, nan = before, more = before;
    Figures(held)[rows] = 0;
    Figures(held)[off] = 0.9;  // what rounding explains
    Json held_nearer = held;
    Figures(held_nearer)[off] = 0.1;
    EXPECT_TRUE(Compare(held_nearer, held).worse.empty() && Compare(held, held_nearer).better.empty());
    for (auto& [json, count, distance] :
         {std::tuple<Json&, int, Json>{broken, 1, 1.5}, {further, 1, 20.25}, {nan, 1, nullptr}, {more, 2, nullptr}}) {
      Figures(json)[rows] = count;
      Figures(json)[off] = distance;
    }
    const std::vector<const Json*> steps = {&held, &broken, &further, &nan, &more};
    for (size_t i = 1; i < steps.size(); ++i) {
      const Comparison worse = Compare(*steps[i - 1], *steps[i]);
      ASSERT_EQ(worse.worse.size(), 1u) << ClaimName(claim) << " " << i;
      EXPECT_TRUE(worse.regression());
      EXPECT_EQ(Compare(*steps[i], *steps[i - 1]).better.size(), 1u);
      EXPECT_FALSE(Compare(*steps[i], *steps[i - 1]).regression());
    }
    EXPECT_EQ(Compare(broken, further).worse[0],
              std::string("rms_norm f32, N(0,1), affine, pairwise f32: rows that break the claim ") + ClaimName(claim) +
                  " 1 -> 1, by up to 1.5 -> 20.25");
  }
}

TEST(Comparison, SeesClaimsAlongSweeps) {
  Json before = Measured();
  Curve(before)["interior_broken"][2] = 0;
  Json after = before;
  Curve(after)["interior_broken"][2] = 3;
  ASSERT_EQ(Compare(before, after).worse.size(), 1u);
  EXPECT_EQ(Compare(before, after)
                .worse[0]
                .find("rms_norm f32, mean 2^4, pairwise f32: rows that break the claim "
                      "interior 0 -> 3"),
            0u);
}

// Of an older exactnorm; but a measurement must not lose its claims.
TEST(Comparison, TakesAMeasurementWithoutClaims) {
  const Json with = Measured();
  Json without = with;
  for (const Claim claim : kClaims) {
    for (const char* suffix : {"_held", "_broken", "_off"})
      Figures(without).erase(ClaimName(claim) + std::string(suffix));
  }
  const Comparison gained = Compare(without, with);
  EXPECT_FALSE(gained.regression());
  const Comparison lost = Compare(with, without);
  EXPECT_TRUE(lost.worse.empty());
  EXPECT_EQ(lost.gone, std::vector<std::string>{"rms_norm f32, N(0,1), affine, pairwise f32: geometric claims"});
}

TEST(Comparison, SeesPointsOfSweeps) {
  const Json before = Measured();
  Json after = before;
  Curve(after)["not_correctly_rounded"][3] = 12345;
  const Comparison comparison = Compare(before, after);
  ASSERT_EQ(comparison.worse.size(), 1u);
  EXPECT_EQ(comparison.worse[0].find("rms_norm f32, mean 2^6, pairwise f32: not correctly rounded "), 0u);
}

TEST(Comparison, AFirstErrorIsWorseThanNone) {
  Json before = Measured();
  Json& ours = before["sections"][0]["results"][0]["figures"]["exactnorm"]["log2_max_ulps"];
  ours = nullptr;  // 0 ulp
  const Json after = Measured();
  EXPECT_EQ(Compare(before, after).worse.size(), 1u);
  EXPECT_EQ(Compare(after, before).better.size(), 1u);
}

TEST(Comparison, AVanishedFigureIsARegression) {
  const Json before = Measured();
  Json after = before;
  after["sections"][0]["results"][1]["figures"].erase("pairwise f32");
  EXPECT_EQ(Compare(before, after).gone, std::vector<std::string>{"rms_norm f32, N(0,1), affine, pairwise f32"});
  EXPECT_TRUE(Compare(before, after).regression());
  EXPECT_EQ(Compare(after, before).added.size(), 1u);
  EXPECT_FALSE(Compare(after, before).regression());
}

TEST(Comparison, RefusesWhatCannotBeCompared) {
  for (const char* key : {"rows", "columns", "eps", "seed"}) {
    Json other = Measured();
    other[key] = 3;
    EXPECT_THROW(Compare(Measured(), other), std::invalid_argument) << key;
  }
  EXPECT_THROW(Compare(Measured(), Json::object()), std::invalid_argument);
  EXPECT_THROW(Compare(Json::array(), Json::array()), std::invalid_argument);
  Json broken = Measured();
  Figures(broken)["elements"] = "many";
  EXPECT_THROW(Compare(broken, broken), std::invalid_argument);
}

}  // namespace
}  // namespace exactnorm::measure
