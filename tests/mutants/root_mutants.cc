// SPDX-License-Identifier: Apache-2.0
// Right means and variances, wrong 1 / sqrt(variance + eps).
#include <algorithm>
#include <bit>
#include <cmath>

#include "tests/mutants/mutants.h"

namespace exactnorm::mutants {
namespace {

using namespace laws::names;

double In(const Format& f, double v) { return Value(f, RoundNearest(f, v)); }

struct EpsOutside : TwoPass {
  double InverseRoot(const RowWork& row, double eps) override { return 1 / (std::sqrt(row.variance) + eps); }
};
struct EpsDropped : TwoPass {
  double InverseRoot(const RowWork& row, double) override { return 1 / std::sqrt(row.variance); }
};
struct EpsInXFormat : TwoPass {
  double InverseRoot(const RowWork& row, double eps) override {
    return TwoPass::InverseRoot(row, In(row.x_format, eps));
  }
};
struct EpsAtLeast : TwoPass {
  double InverseRoot(const RowWork& row, double eps) override {
    return TwoPass::InverseRoot(row, eps == 0 ? 0 : std::max(eps, 1e-4));
  }
};
struct EpsAlwaysTheSame : TwoPass {
  double InverseRoot(const RowWork& row, double) override { return TwoPass::InverseRoot(row, 1e-6); }
};

struct TwelveBitRoot : TwoPass {  // as rsqrtps: a relative error of up to 2^-12
  double InverseRoot(const RowWork& row, double eps) override {
    const double exact = TwoPass::InverseRoot(row, eps);
    if (!std::isfinite(exact)) return exact;
    return std::bit_cast<double>(std::bit_cast<uint64_t>(exact) & ~((uint64_t{1} << 41) - 1));
  }
};

struct OneNewtonStep : TwoPass {  // from an estimate that is 1 % off: 1.5e-4
  double InverseRoot(const RowWork& row, double eps) override {
    const double exact = TwoPass::InverseRoot(row, eps);
    if (!std::isfinite(exact)) return exact;
    const double estimate = exact * 1.01;
    return estimate * (1.5 - 0.5 * (row.variance + eps) * estimate * estimate);
  }
};

struct RootInXFormat : TwoPass {
  double InverseRoot(const RowWork& row, double eps) override {
    return In(row.x_format, TwoPass::InverseRoot(row, eps));
  }
};

}  // namespace

std::vector<Mutant> RootMutants() {
  return {
      {As<EpsOutside>("eps outside the root"),
       "tracel-ai/burn#2185",
       kAllF32,
       {kErrorIsSmall, kStatistics, kScale, kSurface}},
      {As<EpsDropped>("eps dropped"),
       "VeriSilicon/TIM-VX#589",
       kAllF32,
       {kErrorIsSmall, kStatistics, kSurface, kInfiniteBias, kOneElement, kEqualElements},
       {kPlane}},
      {As<EpsInXFormat>("eps in f16"),
       "pytorch/pytorch#41527",
       kAllF16,
       {kErrorIsSmall, kScale, kZeroSign, kOneElement, kEqualElements},
       {kStatistics, kSurface}},
      {As<EpsAtLeast>("eps at least 1e-4"),
       "nntrainer/nntrainer#4318",
       kAllF32,
       {kErrorIsSmall, kStatistics, kScale, kSurface}},
      {As<EpsAlwaysTheSame>("eps always 1e-6"),
       "ggml-org/llama.cpp#2373",
       kAllF32,
       {kErrorIsSmall, kStatistics, kScale, kSurface, kZeroRadicand, kSpecialStatistics, kSubnormals}},
      {As<TwelveBitRoot>("root of 12 bits"), "Tencent/ncnn#6903", kAllF32, {kErrorIsSmall, kStatistics, kSurface}},
      {As<OneNewtonStep>("root with one Newton step"),
       "Xilinx/finn#1667",
       kAllF32,
       {kErrorIsSmall, kStatistics, kSurface}},
      {As<RootInXFormat>("root rounded to bf16"),
       "amd/IRON#139",
       kAllBF16,
       {kErrorIsSmall, kEllipsoid, kSurface, kSubnormals}},
  };
}

}  // namespace exactnorm::mutants
