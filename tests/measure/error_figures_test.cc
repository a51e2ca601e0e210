// SPDX-License-Identifier: Apache-2.0
// The figures against cases worked out by hand, and the definition of an ulp at every edge it has.
#include "bench/measure/error_figures.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace exactnorm::measure {
namespace {

// With N = 1 and eps > 0 the answer is b itself, which puts z on any wanted double, in any y format.
Row BiasRow(const Format& y_format, const double* b) {
  static const double x = 1;
  return {EXACTNORM_LAYER_NORM, &kF64, &kF64, &y_format, &y_format, 1, 1, &x, nullptr, b, nullptr, nullptr, nullptr};
}

ExactAnswer AnswerAt(const Format& y_format, double b) { return ExactAnswers(BiasRow(y_format, &b)).at(0); }

TEST(Ulp, ChangesAtAPowerOfTwoAndNotBefore) {
  EXPECT_EQ(AnswerAt(kF32, 1.0).ulp_exponent, -23);
  EXPECT_EQ(AnswerAt(kF32, std::nextafter(1.0, 0.0)).ulp_exponent, -24);
  EXPECT_EQ(AnswerAt(kF32, std::nextafter(1.0, 2.0)).ulp_exponent, -23);
  EXPECT_EQ(AnswerAt(kF32, -1.0).ulp_exponent, -23);
  EXPECT_EQ(AnswerAt(kF32, -std::nextafter(1.0, 0.0)).ulp_exponent, -24);
}

TEST(Ulp, OfSubnormalsAndOfZeroIsTheSmallestSubnormal) {
  for (const Format* f : kFormats) {
    const double smallest = std::ldexp(1.0, f->least_exponent);
    EXPECT_EQ(AnswerAt(*f, 0.0).ulp_exponent, f->least_exponent) << f->name;
    EXPECT_EQ(AnswerAt(*f, smallest).ulp_exponent, f->least_exponent) << f->name;
    EXPECT_EQ(AnswerAt(*f, std::ldexp(1.0, f->least_exponent + f->precision - 1)).ulp_exponent, f->least_exponent);
    EXPECT_EQ(AnswerAt(*f, std::ldexp(1.0, f->least_exponent + f->precision)).ulp_exponent, f->least_exponent + 1);
  }
  EXPECT_EQ(AnswerAt(kF16, 1e-300).ulp_exponent, -24);
}

TEST(Ulp, AboveTheLargestFiniteIsThatOfTheLargestBinade) {
  EXPECT_EQ(AnswerAt(kF16, 65504).ulp_exponent, 5);
  EXPECT_EQ(AnswerAt(kF16, 65536).ulp_exponent, 5);
  EXPECT_EQ(AnswerAt(kF16, 1e300).ulp_exponent, 5);
  EXPECT_EQ(AnswerAt(kF32, std::numeric_limits<float>::max()).ulp_exponent, 104);
  EXPECT_EQ(AnswerAt(kF64, std::numeric_limits<double>::max()).ulp_exponent, 971);
}

TEST(Rounded, TiesGoToEvenAndTheOverflowThresholdToInfinity) {
  EXPECT_EQ(AnswerAt(kF16, 1 + 0x1p-11).rounded, 0x3C00u);
  EXPECT_EQ(AnswerAt(kF16, 1 + 3 * 0x1p-11).rounded, 0x3C02u);
  EXPECT_EQ(AnswerAt(kF16, -(1 + 3 * 0x1p-11)).rounded, 0xBC02u);
  EXPECT_EQ(AnswerAt(kF16, std::nextafter(65520.0, 0.0)).rounded, 0x7BFFu);
  EXPECT_EQ(AnswerAt(kF16, 65520.0).rounded, 0x7C00u);
  EXPECT_EQ(AnswerAt(kF16, 0x1p-25).rounded, 0u);
  EXPECT_EQ(AnswerAt(kF16, std::nextafter(0x1p-25, 1.0)).rounded, 1u);
  EXPECT_EQ(AnswerAt(kF16, std::nextafter(1.0, 0.0)).rounded, 0x3C00u);  // across a binade
}

// x = -1, 1: mean 0, variance 1. With eps = 3 the answer is x_i / 2 exactly.
class TwoColumns : public testing::Test {
 protected:
  ErrorFigures Figures(float y0, float y1) const {
    const float x[] = {-1, 1};
    const float y[] = {y0, y1};
    const Row row{
        EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 2, 3, x, nullptr, nullptr, nullptr, nullptr, nullptr};
    ErrorFigures figures;
    figures.Add(row, ExactAnswers(row), y, 7);
    return figures;
  }
};

TEST_F(TwoColumns, ExactAnswersHaveNoError) {
  const ErrorFigures figures = Figures(-0.5f, 0.5f);
  EXPECT_EQ(figures.elements(), 2u);
  EXPECT_EQ(figures.wrong(), 0u);
  EXPECT_EQ(figures.max_ulps(), 0);
  EXPECT_EQ(figures.histogram()[0], 2u);
}

TEST_F(TwoColumns, AnErrorIsInUlpsOfTheExactAnswersBinade) {
  // ulp(1/2) = 2^-24: one step up is 1 ulp, one step down (into the finer binade) half of one.
  const ErrorFigures figures = Figures(-0.5f, std::nextafter(0.5f, 1.0f));
  EXPECT_EQ(figures.max_ulps(), 1);
  EXPECT_EQ(figures.mean_ulps(), 0.5);
  EXPECT_EQ(figures.wrong_share(), 0.5);
  EXPECT_EQ(figures.histogram()[1], 1u);
  EXPECT_EQ(figures.max_relative(), 0x1p-23);
  ASSERT_TRUE(figures.worst());
  EXPECT_EQ(figures.worst()->row, 7u);
  EXPECT_EQ(figures.worst()->column, 1u);
  EXPECT_EQ(figures.worst()->x, std::bit_cast<uint32_t>(1.0f));
  EXPECT_EQ(figures.worst()->answer.rounded, std::bit_cast<uint32_t>(0.5f));

  EXPECT_EQ(Figures(-0.5f, std::nextafter(0.5f, 0.0f)).max_ulps(), 0.5);
  EXPECT_EQ(Figures(-0.5f, std::nextafter(0.5f, 0.0f)).wrong(), 1u);
}

TEST_F(TwoColumns, BucketsEndAtPowersOfTwo) {
  const auto bucket = [&](double ulps) {
    const ErrorFigures figures = Figures(-0.5f, static_cast<float>(0.5 + ulps * 0x1p-24));
    for (size_t k = 1; k < ErrorFigures::kBuckets; ++k) {
      if (figures.histogram()[k] != 0) return k;
    }
    return size_t{0};
  };
  EXPECT_EQ(bucket(1), 1u);
  EXPECT_EQ(bucket(2), 2u);
  EXPECT_EQ(bucket(3), 3u);
  EXPECT_EQ(bucket(4), 3u);
  EXPECT_EQ(bucket(5), 4u);
  EXPECT_EQ(bucket(0x1p20), 21u);
  EXPECT_EQ(bucket(0x1p100), ErrorFigures::kBuckets - 1);
}

TEST_F(TwoColumns, BiasAndHistogramKeepTheSign) {
  const ErrorFigures below = Figures(-0.5f - 0x1p-24f, 0.5f);  // one ulp towards -infinity
  EXPECT_EQ(below.bias_ulps(), -0.5);
  EXPECT_EQ(below.histogram()[1], 1u);
  EXPECT_EQ(below.histogram_below()[1], 1u);
  const ErrorFigures above = Figures(-0.5f, 0.5f + 0x1p-24f);
  EXPECT_EQ(above.bias_ulps(), 0.5);
  EXPECT_EQ(above.histogram_below()[1], 0u);
  const ErrorFigures both = Figures(-0.5f - 0x1p-24f, 0.5f + 0x1p-24f);  // scaled, not shifted
  EXPECT_EQ(both.bias_ulps(), 0);
  EXPECT_EQ(both.mean_ulps(), 1);
}

TEST_F(TwoColumns, AShortRowComesWithItsWorstCase) {
  const Element worst = *Figures(-0.5f, std::nextafter(0.5f, 1.0f)).worst();
  EXPECT_EQ(worst.row_x, (std::vector<uint64_t>{0xBF800000, 0x3F800000}));
  EXPECT_TRUE(worst.row_g.empty());
  EXPECT_TRUE(worst.row_b.empty());
}

TEST(Figures, OfSomeColumnsAreThoseOfTheirElements) {
  const float x[] = {-1, 1, 3, 5};
  const float y[] = {9, -0.25f, 0.25f, 9};  // with eps 11: -0.75, -0.25, 0.25, 0.75
  const Row row{
      EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 4, 11, x, nullptr, nullptr, nullptr, nullptr, nullptr};
  const std::vector<size_t> inner = {1, 2}, outer = {3, 0};
  ErrorFigures figures;
  figures.Add(row, inner, ExactAnswers(row, inner), y, 0);
  EXPECT_EQ(figures.elements(), 2u);
  EXPECT_EQ(figures.wrong(), 0u);
  figures.Add(row, outer, ExactAnswers(row, outer), y, 0);
  EXPECT_EQ(figures.wrong(), 2u);
  ASSERT_TRUE(figures.worst());
  EXPECT_EQ(figures.worst()->column, 0u);
  EXPECT_EQ(figures.worst()->answer.rounded, std::bit_cast<uint32_t>(-0.75f));
}

TEST_F(TwoColumns, NansAndInfinitiesAreCountedApart) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const ErrorFigures figures = Figures(nan, infinity);
  EXPECT_EQ(figures.misplaced_nan(), 1u);
  EXPECT_EQ(figures.misplaced_infinity(), 1u);
  EXPECT_EQ(figures.wrong(), 2u);
  EXPECT_EQ(figures.measured(), 0u);
  EXPECT_EQ(figures.mean_ulps(), 0);
  ASSERT_TRUE(figures.first_misplaced());
  EXPECT_EQ(figures.first_misplaced()->column, 0u);
  EXPECT_FALSE(figures.worst());
}

TEST(Figures, AnAnswerThatIsNanOrInfinityMustBeOne) {
  const float x[] = {-1, 1, 0, 2};
  const float infinity = std::numeric_limits<float>::infinity();
  const float g[] = {infinity, -infinity, 1, 1};
  const float b[] = {0, 0, infinity, std::numeric_limits<float>::quiet_NaN()};
  const Row row{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 4, 1, x, g, b, nullptr, nullptr, nullptr};
  const std::vector<ExactAnswer> answers = ExactAnswers(row);
  const uint64_t inf = kF32.infinity;
  EXPECT_EQ(answers[0].rounded, inf | kF32.sign);
  EXPECT_EQ(answers[1].rounded, inf | kF32.sign);
  EXPECT_EQ(answers[2].rounded, inf);
  EXPECT_EQ(answers[3].rounded, kF32.nan);
  const float right[] = {-infinity, -infinity, infinity, -std::numeric_limits<float>::quiet_NaN()};
  const float bad[] = {infinity, 1, std::numeric_limits<float>::quiet_NaN(), 1};
  ErrorFigures figures;
  figures.Add(row, answers, right, 0);
  EXPECT_EQ(figures.wrong(), 0u);
  figures.Add(row, answers, bad, 1);
  EXPECT_EQ(figures.misplaced_infinity(), 1u);
  EXPECT_EQ(figures.missing_infinity(), 1u);
  EXPECT_EQ(figures.misplaced_nan(), 1u);
  EXPECT_EQ(figures.missing_nan(), 1u);
  EXPECT_EQ(figures.wrong(), 4u);
}

TEST(Figures, ZerosOfEitherSignAreTheSameAnswer) {
  const double b = 0;
  const Row row = BiasRow(kF32, &b);
  const float y = -0.0f;
  ErrorFigures figures;
  figures.Add(row, ExactAnswers(row), &y, 0);
  EXPECT_EQ(figures.wrong(), 0u);
  EXPECT_EQ(figures.max_relative(), 0);  // 0 / 0 is left out
}

TEST(Figures, AnErrorBeyondBinary64sRangeIsStillANumber) {
  const double b = 0;
  const Row row = BiasRow(kF64, &b);
  const double y = 1;
  ErrorFigures figures;
  figures.Add(row, ExactAnswers(row), &y, 0);
  EXPECT_EQ(figures.max_ulps(), ldexp(Real(1), 1074));
}

TEST(Figures, OverflowIsRightOnlyFromTheThresholdOn) {
  const uint16_t infinity = 0x7C00;
  const uint16_t largest = 0x7BFF;
  const auto figures = [](double b, const uint16_t& y) {
    const Row row = BiasRow(kF16, &b);
    ErrorFigures result;
    result.Add(row, ExactAnswers(row), &y, 0);
    return result;
  };
  EXPECT_EQ(figures(65520, infinity).wrong(), 0u);
  EXPECT_EQ(figures(65520, largest).wrong(), 1u);
  EXPECT_EQ(figures(65520, largest).max_ulps(), 0.5);
  EXPECT_EQ(figures(65519, infinity).misplaced_infinity(), 1u);
  EXPECT_EQ(figures(65504 + 320, largest).max_ulps(), 10);
}

}  // namespace
}  // namespace exactnorm::measure
