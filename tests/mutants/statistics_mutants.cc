// SPDX-License-Identifier: Apache-2.0
// Wrong means and variances.
#include <algorithm>
#include <bit>
#include <cmath>

#include "tests/mutants/mutants.h"

namespace exactnorm::mutants {
namespace {

using namespace laws::names;

float F32(double v) { return static_cast<float>(v); }
double In(const Format& f, double v) { return Value(f, RoundNearest(f, v)); }

float MeanInF32(const RowWork& row) {
  float sum = 0;
  for (const double x : row.x) sum += F32(x);
  return sum / F32(static_cast<double>(row.columns()));
}

struct OnePass : TwoPass {
  double Variance(const RowWork& row) override {
    float squares = 0;
    for (const double x : row.x) squares += F32(x) * F32(x);
    const float mean_square = squares / F32(static_cast<double>(row.columns()));
    const float mean = row.is_layer_norm() ? MeanInF32(row) : 0;
    return mean_square - mean * mean;
  }
};

struct ClampedOnePass : OnePass {
  double Variance(const RowWork& row) override { return std::max(OnePass::Variance(row), 0.0); }
};

struct MeanRounded : TwoPass {
  void Center(RowWork& row) override {
    TwoPass::Center(row);
    if (!row.is_layer_norm()) return;
    row.mean = F32(row.mean);
    for (size_t i = 0; i < row.columns(); ++i) row.deviation[i] = row.x[i] - row.mean;
  }
};

struct SumInF32 : TwoPass {
  void Center(RowWork& row) override {
    TwoPass::Center(row);
    if (!row.is_layer_norm()) return;
    row.mean = MeanInF32(row);
    for (size_t i = 0; i < row.columns(); ++i) row.deviation[i] = row.x[i] - row.mean;
  }
};

struct WelfordInF32 : TwoPass {
  void Center(RowWork& row) override {
    TwoPass::Center(row);
    if (!row.is_layer_norm()) return;
    float mean = 0;
    float squares = 0;
    for (size_t i = 0; i < row.columns(); ++i) {
      const float before = F32(row.x[i]) - mean;
      mean += before / F32(static_cast<double>(i + 1));
      squares += before * (F32(row.x[i]) - mean);
    }
    row.mean = mean;
    for (size_t i = 0; i < row.columns(); ++i) row.deviation[i] = row.x[i] - row.mean;
    row.variance = squares / F32(static_cast<double>(row.columns()));
  }
  double Variance(const RowWork& row) override { return row.is_layer_norm() ? row.variance : TwoPass::Variance(row); }
};

// The mean by multiplication with 1/N in f32: equal elements do not have it exactly.
struct ReciprocalOfN : TwoPass {
  void Center(RowWork& row) override {
    TwoPass::Center(row);
    if (!row.is_layer_norm()) return;
    double sum = 0;
    for (const double x : row.x) sum += x;
    row.mean = sum * F32(1 / static_cast<double>(row.columns()));
    for (size_t i = 0; i < row.columns(); ++i) row.deviation[i] = row.x[i] - row.mean;
  }
};

// The textbook in binary64: what a test takes for the truth.
struct PlainBinary64 : TwoPass {
  void Center(RowWork& row) override {
    row.mean = 0;
    if (row.is_layer_norm()) {
      for (const double x : row.x) row.mean += x;
      row.mean /= static_cast<double>(row.columns());
    }
    for (const double x : row.x) row.deviation.push_back(x - row.mean);
  }
};

struct ElevenBitReads : TwoPass {  // as TF32: 10 bits and the hidden one
  void Read(RowWork& row) override {
    TwoPass::Read(row);
    for (double& x : row.x) {
      if (std::isfinite(x)) x = std::bit_cast<float>(std::bit_cast<uint32_t>(F32(x)) & ~uint32_t{0x1FFF});
    }
  }
};

struct Bessel : TwoPass {
  double Variance(const RowWork& row) override {
    const auto n = static_cast<double>(row.columns());
    if (!row.is_layer_norm() || n == 1) return TwoPass::Variance(row);
    return TwoPass::Variance(row) * n / (n - 1);
  }
};

struct MeanSquareForVariance : TwoPass {
  double Variance(const RowWork& row) override {
    double sum = 0;
    for (const double x : row.x) sum += x * x;
    return sum / static_cast<double>(row.columns());
  }
};

constexpr size_t kLanes = 8;

struct PaddedLanes : TwoPass {  // lanes behind the row hold 0, and 0 - mean is squared too
  double Variance(const RowWork& row) override {
    const size_t n = row.columns();
    const auto padding = static_cast<double>((kLanes - n % kLanes) % kLanes);
    return TwoPass::Variance(row) + padding * row.mean * row.mean / static_cast<double>(n);
  }
};

struct PaddedLength : TwoPass {  // divides by the length of the padded row
  double Variance(const RowWork& row) override {
    const size_t n = row.columns();
    const size_t padded = (n + kLanes - 1) / kLanes * kLanes;
    return TwoPass::Variance(row) * static_cast<double>(n) / static_cast<double>(padded);
  }
};

struct TailNotInVariance : TwoPass {
  double Variance(const RowWork& row) override {
    const size_t body = row.columns() < kLanes ? row.columns() : row.columns() / kLanes * kLanes;
    double sum = 0;
    for (size_t i = 0; i < body; ++i) sum += row.deviation[i] * row.deviation[i];
    return sum / static_cast<double>(row.columns());
  }
};

struct SquaresInF32 : TwoPass {
  double Variance(const RowWork& row) override {
    float sum = 0;
    for (const double d : row.deviation) sum += F32(d) * F32(d);
    return sum / F32(static_cast<double>(row.columns()));
  }
};

struct SquaresInXFormat : TwoPass {  // each square; they are summed in binary64
  double Variance(const RowWork& row) override {
    double sum = 0;
    for (const double d : row.deviation) sum += In(row.x_format, d * d);
    return sum / static_cast<double>(row.columns());
  }
};

struct SumInXFormat : TwoPass {  // the running sum of squares
  double Variance(const RowWork& row) override {
    double sum = 0;
    for (const double d : row.deviation) sum = In(row.x_format, sum + d * d);
    return sum / static_cast<double>(row.columns());
  }
};

}  // namespace

std::vector<Mutant> StatisticsMutants() {
  return {
      {As<OnePass>("one-pass variance in f32"),
       "tracel-ai/burn#5607",
       kAllF32,
       {kErrorIsSmall, kStatistics, kShift, kEllipsoid, kSurface, kZeroRadicand, kSpecialStatistics, kOneElement,
        kEqualElements},
       {kPlane, kZeroGains}},
      {As<ClampedOnePass>("one-pass variance in f32, clamped at 0"),
       "pytorch/pytorch#190491",
       kAllF32,
       {kErrorIsSmall, kStatistics, kShift, kEllipsoid, kSurface, kZeroRadicand, kSpecialStatistics, kOneElement,
        kEqualElements}},
      {As<MeanRounded>("mean rounded to f32"),
       "microsoft/onnxruntime#31973",
       kAllF32,
       {kErrorIsSmall, kStatistics, kPlane, kSurface, kSubnormals}},
      {As<SumInF32>("sum of x in f32"),
       "pytorch/pytorch#44350",
       kAllF32,
       {kErrorIsSmall, kStatistics, kPlane, kSurface, kSubnormals, kEqualElements}},
      {As<WelfordInF32>("Welford's update in f32"),
       "pytorch/pytorch#143182",
       kAllF32,
       {kErrorIsSmall, kStatistics, kPermutation, kShift, kPlane, kEllipsoid, kSurface, kCentredRow},
       {kInfiniteGain, kZeroSign}},
      {As<ReciprocalOfN>("mean by the reciprocal of N"),
       "pytorch/pytorch#5410",
       kAllF32,
       {kErrorIsSmall, kStatistics, kShift, kPlane, kSurface, kZeroRadicand, kSpecialStatistics, kInfiniteGain,
        kEqualElements},
       {kZeroSign}},
      {As<PlainBinary64>("the textbook formula in binary64"), "microsoft/onnxruntime#32066", kAllF32, {kErrorIsSmall}},
      {As<ElevenBitReads>("x read with 11 bits"),
       "tenstorrent/tt-metal#45231",
       kAllF32,
       {kErrorIsSmall, kStatistics, kSurface, kSpecialStatistics, kSubnormals},
       {kEllipsoid}},
      {As<Bessel>("Bessel's correction"), "constructed", kAllF32, {kErrorIsSmall, kStatistics, kSurface, kCentredRow}},
      {As<MeanSquareForVariance>("mean square for variance"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kStatistics, kShift, kSurface, kZeroRadicand, kSpecialStatistics}},
      {As<PaddedLanes>("padded lanes in the variance"),
       "triton-lang/triton#9838",
       kAllF32,
       {kErrorIsSmall, kStatistics, kShift, kSurface, kZeroRadicand, kSpecialStatistics}},
      {As<PaddedLength>("variance over the padded length"),
       "linkedin/Liger-Kernel#518",
       kAllF32,
       {kErrorIsSmall, kStatistics, kEllipsoid, kSurface}},
      {As<TailNotInVariance>("tail left out of the variance"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kStatistics, kPermutation, kEllipsoid, kSurface, kOverflow}},
      {As<SquaresInF32>("squares in f32"),
       "pytorch/pytorch#178084",
       kAllF32,
       {kErrorIsSmall, kStatistics, kEllipsoid, kSurface}},
      {As<SquaresInXFormat>("squares in f16"),
       "microsoft/onnxruntime#29034",
       kAllF16,
       {kErrorIsSmall, kStatistics, kScale, kSubnormals},
       {kEllipsoid, kSurface}},
      {As<SumInXFormat>("sum of squares in bf16"),
       "Xilinx/mlir-aie#3410",
       kAllBF16,
       {kErrorIsSmall, kStatistics, kPermutation, kEllipsoid, kSurface}},
  };
}

}  // namespace exactnorm::mutants
