// SPDX-License-Identifier: Apache-2.0
#include "lib/fast/intermediates.h"

// The targets of rows.cc.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/fast/intermediates.cc"
// clang-format off: the order is Highway's
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/fast/rows-inl.h"
#include "lib/fast/sharp-inl.h"
// clang-format on

#if HWY_HAVE_SCALABLE
namespace exactnorm::fast::N_NEON {
void InspectSharpRowTarget(const Row& row, SharpIntermediates* of);
}
#endif

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

// All but what the stage has certified.
void InspectRowTarget(const Row& row, Intermediates* of) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  WithFormat(*row.x_format, [&](auto x) HWY_ATTR {
    using X = decltype(x);
    const auto* const numbers = static_cast<const unsigned char*>(row.x);
    RowSums sums;
    AddRow<X, false>(numbers, row.columns, hn::Zero(d), sums);
    Moments m;
    FindMoments<X>(numbers, RowShape(row), sums, m);
    of->lanes = lanes;
    of->fma = HWY_NATIVE_FMA != 0;
    of->center = m.center;
    of->sum = m.sum;
    of->squares = m.squares;
    of->offset = m.offset;
    of->mean_square = m.mean_square;
    of->variance_eps = m.variance_eps;
    of->rstd = m.rstd;
    of->shift = m.shift();
    of->admitted = m.admitted;
    of->error = BoundNormalized(row.columns, lanes);
    ParameterBlock g_block, b_block;
    alignas(64) unsigned char block[(kParameterBlock + kGroupColumns) * X::kBytes] = {};
    double e[HWY_MAX_BYTES / sizeof(double)], t[HWY_MAX_BYTES / sizeof(double)], y[HWY_MAX_BYTES / sizeof(double)];
    for (size_t begin = 0; begin < row.columns; begin += kParameterBlock) {
      const size_t n = HWY_MIN(row.columns - begin, kParameterBlock);
      std::memcpy(block, numbers + begin * X::kBytes, n * X::kBytes);
      const float* gamma = LoadParameters(*row.parameter_format, row.gamma, begin, n, 1, g_block);
      const float* beta = LoadParameters(*row.parameter_format, row.beta, begin, n, 0, b_block);
      for (size_t i = 0; i < n; i += lanes) {
        const VD e_i = Deviation<X, true>(block + i * X::kBytes, hn::Set(d, m.center));
        const VD t_i = Normalized(e_i, hn::Set(d, m.rstd), hn::Set(d, m.shift()));
        hn::StoreU(e_i, d, e);
        hn::StoreU(t_i, d, t);
        hn::StoreU(Affine(LoadDoubles(gamma + i), t_i, LoadDoubles(beta + i)), d, y);
        const size_t left = HWY_MIN(n - i, lanes);
        of->deviations.insert(of->deviations.end(), e, e + left);
        of->t.insert(of->t.end(), t, t + left);
        of->y.insert(of->y.end(), y, y + left);
      }
    }
  });
}

#if HWY_HAVE_SCALABLE
void InspectSharpRowTarget(const Row& row, SharpIntermediates* of) { N_NEON::InspectSharpRowTarget(row, of); }
#else
DoubleDouble FirstLane(const VDD& v) { return {hn::GetLane(v.hi), hn::GetLane(v.lo)}; }

void InspectSharpRowTarget(const Row& row, SharpIntermediates* of) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const SharpMoments m = ComputeSharpMoments(row);
  of->lanes = lanes;
  of->fma = HWY_NATIVE_FMA != 0;
  of->scale = m.scale;
  of->center = m.m;
  of->offset = FirstLane(m.a);
  of->mean_square = FirstLane(m.q);
  of->variance_eps = FirstLane(m.v);
  of->kappa = m.kappa;
  of->admitted = m.admitted;
  if (!m.admitted) return;
  of->rstd = FirstLane(m.r);
  of->error = m.error;
  const SharpNumber mean = SharpMeanOf(m), inverse = SharpRstdOf(m);
  of->mean = {{mean.value, mean.low}, mean.error};
  of->inverse = {{inverse.value, inverse.low}, inverse.error};
  SharpBlock x, gamma, beta;
  const auto load = [&](const Format& f, const void* array, double absent, size_t begin, size_t n, SharpBlock& block)
                        HWY_ATTR {
                          for (size_t i = 0; i < kSharpBlock; i += lanes)
                            hn::Store(hn::Set(d, absent), d, block.numbers + i);
                          if (array != nullptr) LoadNumbers(f, array, begin, n, block.numbers);
                        };
  double hi[HWY_MAX_BYTES / sizeof(double)], lo[HWY_MAX_BYTES / sizeof(double)];
  for (size_t begin = 0; begin < row.columns; begin += kSharpBlock) {
    const size_t n = HWY_MIN(row.columns - begin, kSharpBlock);
    load(*row.x_format, row.x, 0, begin, n, x);
    load(*row.parameter_format, row.gamma, 1, begin, n, gamma);
    load(*row.parameter_format, row.beta, 0, begin, n, beta);
    for (size_t i = 0; i < n; i += lanes) {
      const VD g = hn::Load(d, gamma.numbers + i);
      const SharpElement e = ElementOf(m, hn::Load(d, x.numbers + i), g, hn::Load(d, beta.numbers + i));
      const VD bound = ErrorOf(m, g, e);
      const SharpEnds ends = EndsOf(e.y, bound);
      const auto append = [&](const VDD& v, std::vector<DoubleDouble>& to) HWY_ATTR {
        hn::StoreU(v.hi, d, hi);
        hn::StoreU(v.lo, d, lo);
        for (size_t k = 0; k < HWY_MIN(n - i, lanes); ++k) to.push_back({hi[k], lo[k]});
      };
      append(e.t, of->t);
      append(e.y, of->y);
      append({ends.low, ends.high}, of->ends);
      hn::StoreU(bound, d, hi);
      of->bound.insert(of->bound.end(), hi, hi + HWY_MIN(n - i, lanes));
    }
  }
}
#endif  // HWY_HAVE_SCALABLE

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace exactnorm::fast {

HWY_EXPORT(InspectRowTarget);
HWY_EXPORT(InspectSharpRowTarget);

namespace {

size_t TableIndex(const Target& target) {
  hwy::ChosenTarget one;
  one.Update(target.id());
  return one.GetIndex();
}

void TakeResults(const Row& row, const Undecided& undecided, std::vector<uint64_t>& results,
                 std::vector<bool>& certified) {
  certified.assign(row.columns, !undecided.declined());
  for (const uint32_t column : undecided.columns()) certified[column] = false;
  for (size_t i = 0; i < row.columns; ++i) results.push_back(Load(*row.y_format, row.y, i));
}

}  // namespace

Intermediates FindIntermediates(const Target& target, const Row& row) {
  Intermediates of{};
  HWY_DISPATCH_TABLE(InspectRowTarget)[TableIndex(target)](row, &of);
  Windows windows;
  target.find_windows(row, &windows);
  Undecided undecided;
  NormalizeRow(target, row, windows, false, &undecided);
  TakeResults(row, undecided, of.results, of.certified);
  of.statistics_certified = !undecided.declined() && !undecided.statistics;
  return of;
}

SharpIntermediates FindSharpIntermediates(const Target& target, const Row& row) {
  SharpIntermediates of{};
  HWY_DISPATCH_TABLE(InspectSharpRowTarget)[TableIndex(target)](row, &of);
  Undecided undecided;
  undecided.Decline();
  target.sharpen_row(row, &undecided);
  TakeResults(row, undecided, of.results, of.certified);
  return of;
}

}  // namespace exactnorm::fast
#endif  // HWY_ONCE
