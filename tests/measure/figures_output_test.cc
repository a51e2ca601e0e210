// SPDX-License-Identifier: Apache-2.0
// What people and programs read: numbers that parse back, shares that do not round a fault away.
#include "bench/measure/figures_output.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>

namespace exactnorm::measure {
namespace {

TEST(HexFloat, ReadsBackExactly) {
  const double values[] = {
      1, -1.5, 0.1, 0x1.fffffep127, 0x1p-1074, std::numeric_limits<double>::max(), 0x0.0123456789abcp-1022};
  for (const double value : values) {
    const std::string text = HexFloat(kF64, std::bit_cast<uint64_t>(value));
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
  }
  EXPECT_EQ(HexFloat(kF32, 0x3FC00000), "0x1.8p+0");
  EXPECT_EQ(HexFloat(kF16, 0x8001), "-0x1p-24");
  EXPECT_EQ(HexFloat(kBF16, 0x8000), "-0x0p+0");
  EXPECT_EQ(HexFloat(kBF16, 0xFF80), "-inf");
  EXPECT_EQ(HexFloat(kBF16, 0x7FC0), "nan");
  EXPECT_EQ(HexFloat(ldexp(Real(3), 2000)), "0x1.8p+2001");
}

TEST(Percent, ShowsThatSomethingIsWrong) {
  EXPECT_EQ(Percent(0, 10), "0 %");
  EXPECT_EQ(Percent(1, 10'000'000), "1e-05 %");
  EXPECT_EQ(Percent(9'999'999, 10'000'000), "99.9 %");
  EXPECT_EQ(Percent(10, 10), "100 %");
  EXPECT_EQ(Percent(848, 1000), "84.8 %");
}

TEST(ShortNumber, GoesBeyondBinary64) {
  EXPECT_EQ(ShortNumber(0.5), "0.5");
  EXPECT_EQ(ShortNumber(183180), "1.83e+05");
  EXPECT_EQ(ShortNumber(ldexp(Real(1), 1074)), "2.02e+323");
}

// x = -1, 1 with eps 3: the answers are -1/2, 1/2.
ErrorFigures Figures(float y0, float y1) {
  const float x[] = {-1, 1};
  const float y[] = {y0, y1};
  const Row row{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 2, 3, x, nullptr, nullptr, nullptr, nullptr, nullptr};
  ErrorFigures figures;
  figures.Add(row, ExactAnswers(row), y, 0);
  return figures;
}

TEST(FiguresText, ShowsShareHistogramAndWorstCase) {
  EXPECT_EQ(FiguresText(Figures(-0.5f, 0x1.000004p-1f)),
            "elements                     2\n"
            "not correctly rounded        1 (50.0 %)\n"
            "error in ulp                 max 2, mean 1, bias 1\n"
            "error over |y-b| + |b|       max 2.38e-07\n"
            "\n"
            "correctly rounded                    1   50.0 %  ##########\n"
            "wrong, up to 2 ulp                   1   50.0 %  ##########\n"
            "\n"
            "worst case: row 0, column 1, 2 ulp\n"
            "  x      0x1p+0\n"
            "  gamma  0x1p+0\n"
            "  beta   0x0p+0\n"
            "  y      0x1.000004p-1\n"
            "  right  0x1p-1\n"
            "  exact  0x1p-1\n");
}

TEST(FiguresJson, HoldsEveryFigure) {
  const auto json = FiguresJson(Figures(std::numeric_limits<float>::infinity(), 0x1.000004p-1f));
  EXPECT_EQ(json["elements"], 2);
  EXPECT_EQ(json["measured"], 1);
  EXPECT_EQ(json["not_correctly_rounded"], 2);
  EXPECT_EQ(json["max_ulps"], 2);
  EXPECT_EQ(json["log2_max_ulps"], 1);
  EXPECT_EQ(json["misplaced_infinity"], 1);
  EXPECT_EQ(json["wrong_histogram"].dump(), R"([{"up_to_ulps":2.0,"count":1,"below":0}])");
  EXPECT_EQ(json["worst"]["y"], "0x1.000004p-1");
  EXPECT_EQ(json["first_misplaced"]["y"], "inf");
  EXPECT_EQ(json["first_misplaced"]["exact"], "-0x1p-1");
}

TEST(FiguresJson, AnErrorBeyondBinary64HasItsLogarithm) {
  const double x = 1;
  const Row row{
      EXACTNORM_LAYER_NORM, &kF64, &kF64, &kF64, &kF64, 1, 1, &x, nullptr, nullptr, nullptr, nullptr, nullptr};
  ErrorFigures figures;
  figures.Add(row, ExactAnswers(row), &x, 0);
  const auto json = FiguresJson(figures);
  EXPECT_TRUE(json["max_ulps"].is_null());
  EXPECT_EQ(json["log2_max_ulps"], 1074);
  EXPECT_EQ(json["wrong_histogram"].dump(), R"([{"up_to_ulps":null,"count":1,"below":0}])");
}

}  // namespace
}  // namespace exactnorm::measure
