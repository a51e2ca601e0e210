// SPDX-License-Identifier: Apache-2.0
// Right statistics, wrong results: gain, bias and the last rounding.
#include <algorithm>
#include <bit>
#include <cmath>

#include "tests/mutants/mutants.h"

namespace exactnorm::mutants {
namespace {

using namespace laws::names;

float F32(double v) { return static_cast<float>(v); }

struct FoldedBias : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    const float scale = F32(row.rstd);
    const float shift = -F32(row.mean) * scale;
    return (F32(row.x[i]) * scale + shift) * row.gain[i] + row.bias[i];
  }
};

struct GainFirstRounded : TwoPass {  // the normalised value in x's format before the gain
  double Affine(const RowWork& row, size_t i) override {
    const double t = row.deviation[i] * row.rstd;
    return Value(row.x_format, RoundNearest(row.x_format, t)) * row.gain[i] + row.bias[i];
  }
};

struct Swapped : TwoPass {
  void Read(RowWork& row) override {
    TwoPass::Read(row);
    std::swap(row.gain, row.bias);
  }
};

struct BiasBeforeGain : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    return (row.deviation[i] * row.rstd + row.bias[i]) * row.gain[i];
  }
};

struct NextColumnsGain : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    return row.deviation[i] * row.rstd * row.gain[(i + 1) % row.columns()] + row.bias[i];
  }
};

struct OnePlusGain : TwoPass {  // the convention of models that store gamma - 1
  double Affine(const RowWork& row, size_t i) override {
    const double gain = row.call.gamma == nullptr ? 1 : 1 + row.gain[i];
    return row.deviation[i] * row.rstd * gain + row.bias[i];
  }
};

struct ScaledInF32 : TwoPass {  // each operation
  double Affine(const RowWork& row, size_t i) override {
    return F32(row.deviation[i]) * F32(row.rstd) * F32(row.gain[i]) + F32(row.bias[i]);
  }
};

struct CutToBF16 : TwoPass {
  uint64_t Round(const RowWork& row, size_t, double value) override { return RoundToZero(row.y_format, value); }
};

struct RoundedTwice : TwoPass {
  uint64_t Round(const RowWork& row, size_t, double value) override {
    if (value == 0) return 0;
    const double once = Value(kF32, RoundNearest(kF32, value));
    return once == 0 ? RoundNearest(row.y_format, value) : RoundNearest(row.y_format, once);
  }
};

struct RoundedDown : TwoPass {
  uint64_t Round(const RowWork& row, size_t, double value) override { return RoundDown(row.y_format, value); }
};

// By a hash of the value, as stochastic rounding with a bad generator. Only where neighbours are so close that their
// order can be lost: in an ordinary row none are, and the geometry sees nothing.
struct RoundedByHash : TwoPass {
  uint64_t Round(const RowWork& row, size_t i, double value) override {
    const double apart = i == 0 ? 0 : std::fabs(row.deviation[i] - row.deviation[i - 1]);
    const bool crowded = apart != 0 && apart < 0x1p-20 * std::fabs(row.deviation[i]);
    const uint64_t hash = (std::bit_cast<uint64_t>(std::fabs(value)) * 0x9E3779B97F4A7C15) >> 63;
    return crowded && hash == 0 ? RoundToZero(row.y_format, value) : RoundNearest(row.y_format, value);
  }
};

struct LoneRoundedDown : TwoPass {
  double Variance(const RowWork& row) override {
    const double variance = TwoPass::Variance(row);
    lone_ = LoneDeviation(row, variance);
    return variance;
  }
  uint64_t Round(const RowWork& row, size_t i, double value) override {
    return IsLone(row, i, lone_) ? RoundDown(row.y_format, value) : RoundNearest(row.y_format, value);
  }
  double lone_ = 0;
};

// To that side of the plane on which the row's errors add up to more, but for elements that would take the row farther
// from its ellipsoid than half of what rounding allows: no result is wrong by an ulp, and the plane alone is left.
struct OneSideOfPlane : TwoPass {
  uint64_t Round(const RowWork& row, size_t i, double value) override {
    if (row.columns() < 64 || !row.is_layer_norm() || AllEqual(row.gain)) return RoundNearest(row.y_format, value);
    if (i == 0) {
      const Side outside = Along(row, 1);
      const Side inside = Along(row, -1);
      bits_ = outside.error > inside.error ? outside.bits : inside.bits;
    }
    return bits_[i];
  }

 private:
  struct Side {
    std::vector<uint64_t> bits;
    double error = 0;  // sum of (y - its value) / gain, with the side's sign
  };

  static bool AllEqual(const std::vector<double>& gains) {
    return std::all_of(gains.begin(), gains.end(), [&](double g) { return g == gains[0]; });
  }

  Side Along(const RowWork& row, double sign) {
    const Format& f = row.y_format;
    Side side;
    double radius = 0;  // what the errors so far change in sum ((y - b) / gain)^2, halved
    double slack = 0;   // what rounding them may
    for (size_t i = 0; i < row.columns(); ++i) {
      const double value = Affine(row, i);
      uint64_t bits = RoundNearest(f, value);
      if (row.gain[i] != 0 && std::isfinite(value)) {
        const double weight = row.deviation[i] * row.rstd / row.gain[i];
        const uint64_t up = RoundUp(f, value);
        const uint64_t down = RoundDown(f, value);
        slack += std::fabs(weight) * (Value(f, up) - Value(f, down)) / 2;
        const uint64_t away = (row.gain[i] > 0) == (sign > 0) ? up : down;
        if (std::fabs(radius + weight * (Value(f, away) - value)) <= slack / 2) bits = away;
        radius += weight * (Value(f, bits) - value);
        side.error += sign * (Value(f, bits) - value) / row.gain[i];
      }
      side.bits.push_back(bits);
    }
    return side;
  }

  std::vector<uint64_t> bits_;
};

struct RoundedOut : TwoPass {  // from zero
  uint64_t Round(const RowWork& row, size_t, double value) override {
    if (row.call.eps != 0) return RoundNearest(row.y_format, value);
    return value < 0 ? RoundDown(row.y_format, value) : RoundUp(row.y_format, value);
  }
};

struct LongRowsCut : TwoPass {  // with a bias this is no longer inwards
  uint64_t Round(const RowWork& row, size_t, double value) override {
    const bool cut = row.columns() >= 16 && row.call.beta == nullptr;
    return cut ? RoundToZero(row.y_format, value) : RoundNearest(row.y_format, value);
  }
};

struct BiasCut : TwoPass {
  uint64_t Round(const RowWork& row, size_t i, double value) override {
    return row.gain[i] == 0 ? RoundToZero(row.y_format, value) : RoundNearest(row.y_format, value);
  }
};

struct MeanKept : TwoPass {
  double Affine(const RowWork& row, size_t i) override { return row.x[i] * row.rstd * row.gain[i] + row.bias[i]; }
};

struct GainTwice : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    return row.deviation[i] * row.rstd * row.gain[i] * row.gain[i] + row.bias[i];
  }
};

struct TooLong : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    return row.deviation[i] * row.rstd * 1.001 * row.gain[i] + row.bias[i];
  }
};

struct SavedVariance : TwoPass {
  void WriteStatistics(const RowWork& row) override {
    RowWork saved = row;
    saved.rstd = row.variance;
    TwoPass::WriteStatistics(saved);
  }
};

struct RootSavedInBF16 : TwoPass {
  void WriteStatistics(const RowWork& row) override {
    RowWork saved = row;
    saved.rstd = Value(kBF16, RoundNearest(kBF16, row.rstd));
    TwoPass::WriteStatistics(saved);
  }
};

}  // namespace

std::vector<Mutant> ResultMutants() {
  return {
      {As<FoldedBias>("x rstd - mean rstd"),
       "pytorch/pytorch#108072",
       kAllF32,
       {kErrorIsSmall, kShift, kPlane, kEllipsoid, kSurface, kSubnormals, kOneElement, kEqualElements}},
      {As<GainFirstRounded>("rounded to bf16 before the gain"),
       "huggingface/transformers#30236",
       kAllBF16,
       {kErrorIsSmall, kPlane, kEllipsoid, kSurface}},
      {As<Swapped>("gamma and beta swapped"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kSign, kOrder, kPlane, kEllipsoid, kSurface, kZeroGains, kInfiniteGain, kInfiniteBias, kOverflow,
        kOneElement, kEqualElements}},
      {As<BiasBeforeGain>("beta added before gamma is multiplied"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kPlane, kEllipsoid, kSurface, kZeroGains, kInfiniteGain, kOverflow, kOneElement, kEqualElements},
       {kInfiniteBias}},
      {As<NextColumnsGain>("gamma of the next column"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kPermutation, kPlane, kEllipsoid, kSurface, kZeroGains, kNanParameter, kInfiniteGain,
        kInfiniteBias, kOtherColumns, kOverflow}},
      {As<OnePlusGain>("1 + gamma for gamma"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kPlane, kEllipsoid, kSurface, kZeroGains, kSubnormals}},
      {As<ScaledInF32>("scaled in f32"),
       "pytorch/pytorch#190491",
       kAllF32,
       {kErrorIsSmall, kPlane, kEllipsoid, kSurface, kSubnormals, kZeroSign}},
      {As<CutToBF16>("cut to bf16 instead of rounded"),
       "vllm-project/vllm-xpu-kernels#536",
       kAllBF16,
       {kPlane, kSurface},
       {kEllipsoid}},
      {As<RoundedTwice>("rounded to f32 and then to bf16"), "vllm-project/vllm-xpu-kernels#536", kAllBF16, {}},
      {As<RoundedDown>("rounded down"), "constructed", kAllF32, {kSign, kPlane, kEllipsoid, kSurface}},
      {As<RoundedByHash>("rounded up or down by a hash of the value"), "constructed", kAllF32, {kOrder}},
      {As<LoneRoundedDown>("one element rounded down"), "constructed", kAllF32, {kSign}},
      {As<OneSideOfPlane>("long rows rounded to one side of their plane"), "constructed", kAllF32, {kPlane}},
      {As<RoundedOut>("rounded away from 0 where eps is 0"), "constructed", kAllF32, {kEllipsoid}},
      {As<LongRowsCut>("long rows without beta cut instead of rounded"), "constructed", kAllF32, {kSurface}},
      {As<BiasCut>("beta cut to bf16 where gamma is 0"), "constructed", kMixedBF16, {kZeroGains}},
      {As<MeanKept>("mean not removed"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kShift, kPlane, kEllipsoid, kSurface, kZeroRadicand, kInfiniteGain, kZeroSign, kOneElement,
        kEqualElements}},
      {As<GainTwice>("gamma applied twice"),
       "constructed",
       kAllF32,
       {kErrorIsSmall, kPlane, kEllipsoid, kSurface, kInfiniteGain, kOverflow}},
      {As<TooLong>("results too long by 1/1000"), "constructed", kAllF32, {kErrorIsSmall, kEllipsoid, kSurface}},
      {As<SavedVariance>("variance saved as rstd"),
       "ooples/AiDotNet.Tensors#784",
       kAllF32,
       {kStatistics, kSpecialStatistics}},
      {As<RootSavedInBF16>("rstd saved in bf16"), "constructed", kAllF32, {kStatistics}},
  };
}

}  // namespace exactnorm::mutants
