// SPDX-License-Identifier: Apache-2.0
// A comparison sees every figure that got worse, and nothing else.
#include "bench/measure/comparison.h"

#include <gtest/gtest.h>

#include <stdexcept>

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
