// SPDX-License-Identifier: Apache-2.0
// The algorithms are LayerNorm and RMSNorm, and fail where such code is known to fail: figures from real reports.
#include "bench/measure/algorithms/algorithms.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/error_figures.h"
#include "bench/measure/rounded_bits.h"
#include "bench/measure/workloads.h"

namespace exactnorm::measure {
namespace {

constexpr exactnorm_operation kOperations[] = {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM};

const Workload& Named(const std::string& name) {
  for (const Workload& w : Workloads()) {
    if (w.name == name) return w;
  }
  throw std::out_of_range(name);
}

ErrorFigures Figures(const Batch& batch, const std::string& algorithm) {
  const auto run = AlgorithmNamed(batch.operation, *batch.format, algorithm).run;
  ErrorFigures figures;
  std::vector<unsigned char> y(batch.columns * static_cast<size_t>(batch.y_format->bytes));
  for (size_t i = 0; i < batch.rows; ++i) {
    const Row row = batch.RowAt(i, y.data());
    run(row);
    figures.Add(row, ExactAnswers(row), y.data(), i);
  }
  return figures;
}

ErrorFigures Figures(const std::string& workload, const Format& f, const std::string& algorithm, size_t rows,
                     size_t columns) {
  return Figures(Draw(Named(workload), f, rows, columns, 1e-5, 11), algorithm);
}

Batch FloatRow(const std::vector<float>& x, double eps) {
  Batch batch{&kF32, 1, x.size(), eps, std::vector<unsigned char>(4 * x.size()), {}, {}};
  for (size_t i = 0; i < x.size(); ++i) Store(kF32, batch.x.data(), i, std::bit_cast<uint32_t>(x[i]));
  return batch;
}

std::vector<double> Results(const Batch& batch, const std::string& algorithm) {
  std::vector<unsigned char> y(batch.columns * static_cast<size_t>(batch.y_format->bytes));
  AlgorithmNamed(batch.operation, *batch.format, algorithm).run(batch.RowAt(0, y.data()));
  std::vector<double> values;
  for (size_t i = 0; i < batch.columns; ++i)
    values.push_back(Value(*batch.y_format, Load(*batch.y_format, y.data(), i)));
  return values;
}

// Small integers: sums, squares, the root and the division by it are exact, so every algorithm must be right.
TEST(Algorithms, AreExactWhereNothingRounds) {
  const double xs[] = {-1, 1, 3, 5}, gs[] = {1, -2, 0.5, 0}, bs[] = {0, 1, -1, 7};
  const double wants[][4] = {{-0.75, 1.5, -0.875, 7}, {-0.25, 0.5, -0.625, 7}};
  for (const exactnorm_operation operation : kOperations) {
    const double eps = operation == EXACTNORM_RMS_NORM ? 7 : 11;  // mean 2, variance 5; mean square 9: 4^2 both
    for (const Format* f : kFormats) {
      std::vector<unsigned char> x(4 * static_cast<size_t>(f->bytes)), g = x, b = x, y = x;
      for (size_t i = 0; i < 4; ++i) {
        Store(*f, x.data(), i, RoundedBits(*f, xs[i]));
        Store(*f, g.data(), i, RoundedBits(*f, gs[i]));
        Store(*f, b.data(), i, RoundedBits(*f, bs[i]));
      }
      const Row row{operation, f, f, f, f, 4, eps, x.data(), g.data(), b.data(), y.data(), nullptr, nullptr};
      for (const Algorithm& a : Algorithms(operation, *f)) {
        a.run(row);
        for (size_t i = 0; i < 4; ++i) {
          EXPECT_EQ(Value(*f, Load(*f, y.data(), i)), wants[operation == EXACTNORM_RMS_NORM][i])
              << a.full_name() << " on " << f->name << " " << i;
        }
      }
    }
  }
}

// On benign rows every algorithm of every arithmetic is LayerNorm to within some ulps of its arithmetic, whatever
// the row's length does to its blocks, lanes and chunks. This tells a wrong formula from a rounding error.
TEST(Algorithms, AreTheNormalisationAtEveryLength) {
  for (const exactnorm_operation operation : kOperations) {
    for (const Format* f : kFormats) {
      for (const size_t columns : {1u, 2u, 7u, 8u, 9u, 127u, 128u, 129u, 300u, 1100u}) {
        Batch batch = Draw(Named("N(0,1), affine"), *f, 1, columns, 1e-5, columns);
        batch.operation = operation;
        for (const Algorithm& a : Algorithms(operation, *f)) {
          // A sum of n roundings in p bits is off by at most n 2^-p; bfloat16 sums stall beyond 2^8 terms.
          if (*a.arithmetic == kBF16 && columns > 128) continue;
          const double unit = std::ldexp(1.0, -std::min(a.arithmetic->precision, f->precision));
          EXPECT_LE(static_cast<double>(Figures(batch, a.full_name()).max_relative()),
                    16 * static_cast<double>(columns + 16) * unit)
              << a.full_name() << " " << columns;
        }
      }
    }
  }
}

TEST(Algorithms, HaveNamesOfTheirOwn) {
  for (const exactnorm_operation operation : kOperations) {
    for (const Format* f : kFormats) {
      std::vector<std::string> names;
      for (const Algorithm& a : Algorithms(operation, *f)) {
        EXPECT_EQ(std::count(names.begin(), names.end(), a.full_name()), 0) << a.full_name();
        names.push_back(a.full_name());
      }
    }
  }
  EXPECT_THROW(AlgorithmNamed(EXACTNORM_LAYER_NORM, kF64, "two-pass f32"), std::out_of_range);
}

// onnxruntime 28463, tvm 19592: [v, v+1, v+2, v+3].
TEST(Algorithms, OnePassIsNanOrNonsenseAtFortyThousand) {
  const Batch batch = FloatRow({40000, 40001, 40002, 40003}, 1e-5);
  for (const double y : Results(batch, "one-pass f32")) EXPECT_TRUE(std::isnan(y));
  EXPECT_NEAR(Results(batch, "clamped one-pass f32")[0], -474.34, 0.005);  // bugs in the field
  for (const char* right : {"two-pass f32", "shifted one-pass f32", "Welford f32", "one-pass f64"}) {
    EXPECT_LE(Figures(batch, right).max_ulps(), 1.5) << right;
  }
}

// tracel-ai/burn 5607, the row at mean 1000: the rounding of the mean to binary32 alone costs 1.37e-3.
TEST(Algorithms, AMeanInBinary32IsOff183180UlpOnTheBurnRow) {
  std::vector<float> x;
  for (int i = 0; i < 16; ++i) x.push_back(1000 + static_cast<float>(i) * 1e-3f);
  const ErrorFigures figures = Figures(FloatRow(x, 1e-5), "wide sums f32");
  EXPECT_NEAR(static_cast<double>(figures.max_ulps()), 183180, 0.5);
  EXPECT_LE(Figures(FloatRow(x, 1e-5), "two-pass f64").max_ulps(), 0.5);
}

// The share of 2,304,000 outputs was 84.8 %; rows differ a lot among themselves, so few rows give other shares.
TEST(Algorithms, TwoPassInBinary32IsMostlyNotCorrectlyRounded) {
  EXPECT_NEAR(Figures("N(0,1)", kF32, "two-pass f32", 300, 768).wrong_share(), 0.848, 0.02);
}

TEST(Algorithms, TwoPassInBinary64IsNearlyAlwaysRightForBinary32) {
  EXPECT_EQ(Figures("N(0,1)", kF32, "two-pass f64", 300, 768).wrong(), 0u);
  const Workload million{"1e6 + N(0,1)",
                         "",
                         1000,
                         false,
                         [](std::mt19937_64& e, const Format&, std::span<double> row) { FillNormal(e, row, 1e6, 1); },
                         [](const Format&) { return std::string(); }};
  const Batch batch = Draw(million, kF32, 3000, 768, 1e-5, 11);  // as many as the 0.24 % was counted on
  EXPECT_NEAR(Figures(batch, "two-pass f64").wrong_share(), 0.0024, 0.0005);
}

TEST(Algorithms, OverflowOnLargeNumbers) {
  EXPECT_GT(Figures("1e30 N(0,1)", kF32, "one-pass f32", 2, 64).misplaced_nan(), 0u);
  const ErrorFigures two_pass = Figures("1e30 N(0,1)", kF32, "two-pass f32", 2, 64);  // variance infinite, y all 0
  EXPECT_EQ(two_pass.wrong(), two_pass.elements());
  EXPECT_EQ(two_pass.misplaced(), 0u);
  EXPECT_LT(Figures("1e30 N(0,1)", kF32, "two-pass f64", 2, 64).wrong(), 2u);
}

// pytorch 41527: eps = 1e-12 is 0 in binary16, and 0/0 follows.
TEST(Algorithms, InBinary16LoseASmallEps) {
  const Batch zeros{&kF16, 1, 10, 1e-12, std::vector<unsigned char>(20), {}, {}};
  for (const double y : Results(zeros, "two-pass f16")) EXPECT_TRUE(std::isnan(y));
  for (const double y : Results(zeros, "two-pass f32")) EXPECT_EQ(y, 0);
}

}  // namespace
}  // namespace exactnorm::measure
