// SPDX-License-Identifier: Apache-2.0
// Right to within the last bit, but not always the same: results that depend on the batch, on where arrays lie, on
// threads, on what stood in memory, or on which path a row takes. The other path mostly cuts one element instead of
// rounding it, which stays within 1 ulp and moves the row by less than the geometry can see: such a difference is all
// that these laws are to see.
#include <algorithm>
#include <bit>
#include <cmath>

#include "tests/mutants/mutants.h"

namespace exactnorm::mutants {
namespace {

using namespace laws::names;

// Cuts the lone elements of a row where Elsewhere() says so. Rounds otherwise.
struct TwoPaths : TwoPass {
  virtual bool Elsewhere(const RowWork& row, size_t i) = 0;
  double Variance(const RowWork& row) override {
    const double variance = TwoPass::Variance(row);
    lone_ = LoneDeviation(row, variance);
    return variance;
  }
  uint64_t Round(const RowWork& row, size_t i, double value) override {
    const bool cut = IsLone(row, i, lone_) && Elsewhere(row, i);
    return cut ? RoundToZero(row.y_format, value) : RoundNearest(row.y_format, value);
  }
  double lone_ = 0;
};

struct OutlierFirst : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t) override { return row.deviation[0] * row.deviation[0] > row.variance; }
};

struct FarFromZero : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t) override { return row.mean * row.mean > row.variance; }
};

struct WideRow : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t) override { return row.variance > 64; }
};

struct TailCut : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t i) override { return i >= row.columns() / 8 * 8; }
};

struct RmsNormCut : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t) override { return !row.is_layer_norm(); }
};

struct BlockOfRows : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t) override { return row.call.rows >= 2; }
};

struct UnalignedX : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t) override { return std::bit_cast<uintptr_t>(row.call.x) % 32 != 0; }
};

struct StridedX : TwoPaths {
  bool Elsewhere(const RowWork& row, size_t) override { return row.call.x_stride != row.columns(); }
};

struct OldY : TwoPaths {  // reads scratch that nobody has written
  void NormalizeRow(RowWork& row) override {
    old_.clear();
    for (size_t i = 0; i < row.call.columns; ++i) {
      old_.push_back(Load(row.y_format, row.call.y, row.index * row.call.y_stride + i));
    }
    TwoPaths::NormalizeRow(row);
  }
  bool Elsewhere(const RowWork& row, size_t i) override {
    return old_[i] == (row.y_format.infinity | row.y_format.sign | (row.y_format.infinity - 1));
  }
  std::vector<uint64_t> old_;
};

struct WritesWholeRegisters : TwoPass {
  void NormalizeRow(RowWork& row) override {
    TwoPass::NormalizeRow(row);
    const size_t n = row.columns();
    for (size_t i = n; i < (n + 3) / 4 * 4; ++i) Write(row, i, 0);
  }
};

struct VarianceOfTheRowBefore : TwoPass {  // as a maximum that is not reset between rows
  int Call(const exactnorm_kernel_call& call) override {
    largest_ = 0;
    return TwoPass::Call(call);
  }
  double Variance(const RowWork& row) override { return largest_ = std::max(largest_, TwoPass::Variance(row)); }
  double largest_ = 0;
};

struct GainOfTheRow : TwoPass {  // an index that counts on through the batch
  double Affine(const RowWork& row, size_t i) override {
    const size_t shifted = (i + row.index) % row.columns();
    return row.deviation[i] * row.rstd * row.gain[shifted] + row.bias[i];
  }
};

struct SumPerThread : TwoPass {  // each thread's share of the squares in f32
  double Variance(const RowWork& row) override {
    const size_t threads = row.call.threads;
    if (threads == 1) return TwoPass::Variance(row);
    double sum = 0;
    for (size_t t = 0; t < threads; ++t) {
      float share = 0;
      for (size_t i = t; i < row.columns(); i += threads) {
        share += static_cast<float>(row.deviation[i] * row.deviation[i]);
      }
      sum += share;
    }
    return sum / static_cast<double>(row.columns());
  }
};

struct DeviationsInY : TwoPass {  // y is the scratch between the passes, and x is read once more
  void Center(RowWork& row) override {
    TwoPass::Center(row);
    for (size_t i = 0; i < row.columns(); ++i) Write(row, i, RoundNearest(row.y_format, row.deviation[i]));
    Read(row);
    row.deviation.clear();
    TwoPass::Center(row);
  }
};

struct SavedRootIsUsed : TwoPass {
  double InverseRoot(const RowWork& row, double eps) override {
    const double exact = TwoPass::InverseRoot(row, eps);
    return row.call.rstd == nullptr ? exact : Value(row.statistics_format, RoundNearest(row.statistics_format, exact));
  }
};

struct AlwaysCut : TwoPaths {
  bool Elsewhere(const RowWork&, size_t) override { return true; }
};

laws::Subject TwoTargets() {
  laws::Subject subject = As<TwoPass>("another rounding on another instruction set");
  subject.targets = {As<AlwaysCut>("the other target")};
  return subject;
}

}  // namespace

std::vector<Mutant> CallMutants() {
  return {
      {As<OutlierFirst>("a first element far out takes another path"), "constructed", kAllF32, {kPermutation}},
      {As<FarFromZero>("a large mean takes another path"), "constructed", kAllF32, {kShift}},
      {As<WideRow>("a large variance takes another path"), "tenstorrent/tt-metal#30537", kAllF32, {kScale}},
      {As<TailCut>("the tail takes another path"), "constructed", kAllF32, {kPermutation}, {kOrder}},
      {As<RmsNormCut>("RMSNorm takes another path"), "constructed", kAllF32, {kCentredRow}},
      {As<BlockOfRows>("two rows and more take another path"), "vllm-project/vllm#48271", kAllF32, {kBatch}},
      {As<UnalignedX>("unaligned x takes another path"), "numpy/numpy#20381", kAllF32, {kAlignment}},
      {As<StridedX>("strided x takes another path"), "numpy/numpy#20381", kAllF32, {kStride}},
      {As<OldY>("scratch that nobody has written"), "constructed", kAllF32, {kRepetition}},
      {As<WritesWholeRegisters>("whole registers written at the end of a row"),
       "constructed",
       kAllF32,
       {kStride, kInPlace}},
      {As<VarianceOfTheRowBefore>("variance not reset between rows"), "constructed", kAllF32, {kBatch}},
      {As<GainOfTheRow>("gamma indexed through the batch"), "NVIDIA/apex#411", kAllF32, {kBatch}},
      {As<SumPerThread>("squares summed per thread"), "pytorch/pytorch#155423", kAllF32, {kThreads}},
      {As<DeviationsInY>("deviations kept in y"), "constructed", kAllF32, {kInPlace}},
      {As<SavedRootIsUsed>("the saved rstd is the one in use"), "constructed", kAllF32, {kStatisticsAsked}},
      {TwoTargets(), "DLTcollab/sse2neon#526", kAllF32, {kTargets}},
  };
}

std::vector<Mutant> AllMutants() {
  std::vector<Mutant> all;
  for (const auto& group : {StatisticsMutants, RootMutants, ResultMutants, SpecialValueMutants, CallMutants}) {
    for (Mutant& mutant : group()) all.push_back(std::move(mutant));
  }
  return all;
}

}  // namespace exactnorm::mutants
