// SPDX-License-Identifier: Apache-2.0
// Wrong where the definition speaks of special values, equal elements and single ones.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/mutants/mutants.h"

namespace exactnorm::mutants {
namespace {

using namespace laws::names;

bool IsSubnormal(const Format& f, uint64_t bits) {
  return Magnitude(f, bits) >> (f.precision - 1) == 0 && !IsZero(f, bits);
}

struct SubnormalXIsZero : TwoPass {
  void Read(RowWork& row) override {
    TwoPass::Read(row);
    for (double& x : row.x) {
      if (IsSubnormal(row.x_format, RoundNearest(row.x_format, x))) x = 0;
    }
  }
};

struct SubnormalYIsZero : TwoPass {
  uint64_t Round(const RowWork& row, size_t, double value) override {
    const uint64_t bits = RoundNearest(row.y_format, value);
    return IsSubnormal(row.y_format, bits) ? bits & row.y_format.sign : bits;
  }
};

struct NonFiniteXIsZero : TwoPass {
  void Read(RowWork& row) override {
    TwoPass::Read(row);
    for (double& x : row.x) x = std::isfinite(x) ? x : 0;
  }
};

struct BiasBesideInfinity : TwoPass {  // a finite number over an infinite sigma is 0
  void NormalizeNonFiniteRow(RowWork& row) override {
    TwoPass::NormalizeNonFiniteRow(row);
    for (size_t i = 0; i < row.columns(); ++i) {
      if (std::isfinite(row.x[i])) Write(row, i, Round(row, i, row.bias[i]));
    }
  }
};

struct ZeroRadicandGivesBias : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    return std::isinf(row.rstd) ? row.bias[i] : TwoPass::Affine(row, i);
  }
};

struct ZeroRadicandHasNoRoot : TwoPass {  // saved as 0
  void WriteStatistics(const RowWork& row) override {
    RowWork saved = row;
    if (std::isinf(row.rstd)) saved.rstd = 0;
    TwoPass::WriteStatistics(saved);
  }
};

struct NanGainIsOne : TwoPass {
  void Read(RowWork& row) override {
    TwoPass::Read(row);
    for (double& g : row.gain) g = std::isnan(g) ? 1 : g;
  }
};

struct NoProductAtTheMean : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    if (row.deviation[i] == 0 && std::isfinite(row.rstd) && std::isinf(row.gain[i])) return row.bias[i];
    return TwoPass::Affine(row, i);
  }
};

struct InfiniteBiasIsLargest : TwoPass {  // in the path that takes finite gains
  double Affine(const RowWork& row, size_t i) override {
    if (!std::isinf(row.bias[i]) || !std::isfinite(row.gain[i]) || std::isinf(row.rstd)) return TwoPass::Affine(row, i);
    return std::copysign(Value(row.parameter_format, row.parameter_format.max_finite()), row.bias[i]);
  }
};

struct NanSpreads : TwoPass {  // a group of four shares one scale, which no comparison with NaN can find
  double Affine(const RowWork& row, size_t i) override {
    const size_t first = i / 4 * 4;
    const size_t last = std::min(first + 4, row.columns());
    const bool own = std::isfinite(row.gain[i]) && std::isfinite(row.bias[i]);
    for (size_t k = first; k < last && own; ++k) {
      if (std::isnan(row.gain[k])) return std::numeric_limits<double>::quiet_NaN();
    }
    return TwoPass::Affine(row, i);
  }
};

struct OverflowIsLargest : TwoPass {
  uint64_t Round(const RowWork& row, size_t, double value) override {
    const uint64_t bits = RoundNearest(row.y_format, value);
    return std::isfinite(value) && IsInfinite(row.y_format, bits) ? bits - 1 : bits;
  }
};

struct ZeroKeepsSign : TwoPass {
  uint64_t Round(const RowWork& row, size_t i, double value) override {
    if (value == 0 && std::signbit(value)) return row.y_format.sign;
    return TwoPass::Round(row, i, value);
  }
};

struct HardwareNan : TwoPass {  // 0 times infinity on x86 has the sign set
  uint64_t Round(const RowWork& row, size_t, double value) override {
    return std::isnan(value) ? row.y_format.nan | row.y_format.sign : RoundNearest(row.y_format, value);
  }
};

struct OneElementIsZero : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    return row.columns() == 1 && row.is_layer_norm() && row.call.eps > 0 ? 0 : TwoPass::Affine(row, i);
  }
};

struct EqualElementsAreZero : TwoPass {
  double Affine(const RowWork& row, size_t i) override {
    const bool early = row.columns() > 1 && row.is_layer_norm() && row.variance == 0 && row.call.eps > 0;
    return early && std::isfinite(row.gain[i]) && std::isfinite(row.bias[i]) ? 0 : TwoPass::Affine(row, i);
  }
};

}  // namespace

std::vector<Mutant> SpecialValueMutants() {
  return {
      {As<SubnormalXIsZero>("subnormal x taken for 0"), "Tencent/ncnn#5272", kAllF32, {kSubnormals}},
      {As<SubnormalYIsZero>("subnormal y flushed to 0"), "SauersML/gam#3702", kAllF32, {kSubnormals}},
      {As<NonFiniteXIsZero>("NaN and infinity in x reset to 0"),
       "pytorch/pytorch#173989",
       kAllF32,
       {kNonFiniteRow, kSpecialStatistics}},
      {As<BiasBesideInfinity>("beta for the numbers beside an infinity"),
       "pytorch/pytorch#173885",
       kAllF32,
       {kNonFiniteRow}},
      {As<ZeroRadicandGivesBias>("beta where var + eps = 0"), "tensorflow/tensorflow#61287", kAllF32, {kZeroRadicand}},
      {As<ZeroRadicandHasNoRoot>("rstd 0 where var + eps = 0"), "constructed", kAllF32, {kSpecialStatistics}},
      {As<NanGainIsOne>("NaN in gamma taken for 1"), "FluxML/Flux.jl#2071", kAllF32, {kNanParameter}},
      {As<NoProductAtTheMean>("no product where x is the mean"), "constructed", kAllF32, {kInfiniteGain}},
      {As<InfiniteBiasIsLargest>("infinite beta taken for the largest number"),
       "constructed",
       kAllF32,
       {kInfiniteBias}},
      {As<NanSpreads>("a NaN in gamma spreads over its group of four"), "constructed", kAllF32, {kOtherColumns}},
      {As<OverflowIsLargest>("overflow saturates"), "constructed", kAllF32, {kOverflow}},
      {As<ZeroKeepsSign>("an exact zero keeps the product's sign"), "constructed", kAllF32, {kZeroSign}},
      {As<HardwareNan>("the NaN of the hardware"), "constructed", kAllF32, {kCanonicalNan}},
      {As<OneElementIsZero>("a row of one element gives 0"), "pytorch/pytorch#188375", kAllF32, {kOneElement}},
      {As<EqualElementsAreZero>("a row of equal elements gives 0"), "constructed", kAllF32, {kEqualElements}},
  };
}

}  // namespace exactnorm::mutants
