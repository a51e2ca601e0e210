// SPDX-License-Identifier: Apache-2.0
// The plain kernels are LayerNorm, and fail where such code is known to fail: figures from real reports.
#include "bench/measure/plain_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bench/measure/error_figures.h"
#include "bench/measure/measurement.h"
#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

using Function = void (*)(const Row&);
constexpr Function kPlain[] = {OnePass, TwoPass, Welford, TwoPassInBinary64};

ErrorFigures Figures(const std::string& workload, const Format& f, Function kernel, size_t rows, size_t columns) {
  ErrorFigures figures;
  for (const Workload& w : Workloads()) {
    if (w.name != workload) continue;
    const Batch batch = Draw(w, f, rows, columns, 1e-5, 11);
    std::vector<unsigned char> y(columns * static_cast<size_t>(f.bytes));
    for (size_t i = 0; i < rows; ++i) {
      const Row row = batch.RowAt(i, y.data());
      kernel(row);
      figures.Add(row, ExactAnswers(row), y.data(), i);
    }
  }
  EXPECT_EQ(figures.elements(), rows * columns);
  return figures;
}

// Small integers: sums, squares, the root and the division by it are exact, so every kernel must be right.
TEST(PlainKernels, AreExactWhereNothingRounds) {
  for (const Format* f : kFormats) {
    std::vector<unsigned char> x(4 * static_cast<size_t>(f->bytes)), g = x, b = x, y = x;
    const double xs[] = {-1, 1, 3, 5}, gs[] = {1, -2, 0.5, 0}, bs[] = {0, 1, -1, 7};  // mean 2, variance 5
    for (size_t i = 0; i < 4; ++i) {
      Store(*f, x.data(), i, RoundedBits(*f, xs[i]));
      Store(*f, g.data(), i, RoundedBits(*f, gs[i]));
      Store(*f, b.data(), i, RoundedBits(*f, bs[i]));
    }
    const Row row{EXACTNORM_LAYER_NORM, f, f, f, f, 4, 11, x.data(), g.data(), b.data(), y.data(), nullptr, nullptr};
    const double want[] = {-0.75, 1.5, -0.875, 7};  // (x - 2) / 4 g + b
    for (const Function kernel : kPlain) {
      kernel(row);
      for (size_t i = 0; i < 4; ++i) EXPECT_EQ(Load(*f, y.data(), i), RoundedBits(*f, want[i])) << f->name << " " << i;
    }
  }
}

TEST(PlainKernels, OnePassLosesTheVarianceFarFromZero) {
  const ErrorFigures figures = Figures("N(2000,1)", kF32, OnePass, 8, 256);
  EXPECT_TRUE(figures.max_ulps() > 1000);
  EXPECT_GT(figures.wrong_share(), 0.9);
  // onnxruntime 28463: [v, v+1, v+2, v+3] is all NaN in one pass.
  const float x[] = {40000, 40001, 40002, 40003};
  float y[4];
  const Row row{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 4, 1e-5, x, nullptr, nullptr, y, nullptr, nullptr};
  OnePass(row);
  for (const float value : y) EXPECT_TRUE(std::isnan(value));
  TwoPass(row);
  EXPECT_NEAR(y[0], -1.3416355f, 0x1p-23f);  // within an ulp, which is 2^-23 here
}

// bugs in the field: most outputs of plain binary32 on N(0,1) are not correctly rounded; binary64 nearly all are.
TEST(PlainKernels, InBinary64AreNearlyAlwaysRightForBinary32) {
  EXPECT_GT(Figures("N(0,1)", kF32, TwoPass, 40, 768).wrong_share(), 0.6);
  EXPECT_LT(Figures("N(0,1)", kF32, TwoPassInBinary64, 40, 768).wrong(), 3u);
  EXPECT_LT(Figures("N(2000,1)", kF32, TwoPassInBinary64, 40, 768).wrong_share(), 0.001);
}

TEST(PlainKernels, OverflowOnLargeNumbers) {
  EXPECT_GT(Figures("1e30 N(0,1)", kF32, OnePass, 2, 64).misplaced_nan(), 0u);
  const ErrorFigures two_pass = Figures("1e30 N(0,1)", kF32, TwoPass, 2, 64);  // variance infinite, y all 0
  EXPECT_EQ(two_pass.wrong(), two_pass.elements());
  EXPECT_EQ(two_pass.misplaced(), 0u);
  EXPECT_LT(Figures("1e30 N(0,1)", kF32, TwoPassInBinary64, 2, 64).wrong(), 2u);
}

TEST(PlainKernels, InBinary64AreTheSameAsTwoPass) {
  EXPECT_EQ(Figures("N(0,1)", kF64, TwoPassInBinary64, 2, 64).max_ulps(),
            Figures("N(0,1)", kF64, TwoPass, 2, 64).max_ulps());
}

}  // namespace
}  // namespace exactnorm::measure
