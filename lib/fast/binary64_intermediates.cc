// SPDX-License-Identifier: Apache-2.0
// Those of binary64-inl.h.
#include "lib/fast/intermediates.h"

// The targets of rows.cc.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/fast/binary64_intermediates.cc"
// clang-format off: the order is Highway's
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/fast/binary64-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

#if HWY_NATIVE_FMA && !HWY_HAVE_SCALABLE
void InspectBinary64RowTarget(const Row& row, Binary64Intermediates* of) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const RowShape shape(row);
  const auto* const x = static_cast<const double*>(row.x);
  const auto *const gamma = static_cast<const double*>(row.gamma), *const beta = static_cast<const double*>(row.beta);
  Binary64Moments m;
  FindBinary64Moments(x, x, shape, m);
  of->lanes = lanes;
  of->center = m.center;
  of->largest = m.largest;
  of->kappa = m.kappa;
  of->offset = {m.offset.hi, m.offset.lo};
  of->rstd = {m.rstd.hi, m.rstd.lo};
  of->shift = {m.shift.hi, m.shift.lo};
  of->moments = m.error;
  of->moments_admitted = m.admitted;
  Binary64Group group;
  group.Admit({row, 1, row.columns * sizeof(double), row.columns * sizeof(double)}, shape, 0);
  of->admitted = group.admitted == 1;
  if (!of->admitted) return;
  const Binary64Number mean = Binary64MeanOf(m), inverse = Binary64RstdOf(m);
  of->mean = {{mean.value.hi, mean.value.lo}, mean.error};
  of->inverse = {{inverse.value.hi, inverse.value.lo}, inverse.error};
  of->t = group.scales.t;
  of->grid = group.scales.grid;
  of->error = group.scales.error;
  const Binary64State& s = group.states[0];
  const VD spread = hn::Set(d, group.scales.spread()), spread_c = hn::Set(d, group.scales.spread() + s.c1);
  Binary64Parameters parameters;
  for (size_t begin = 0; begin < row.columns; begin += kBinary64Block) {
    const size_t n = HWY_MIN(row.columns - begin, kBinary64Block);
    PrepareBinary64(gamma == nullptr ? nullptr : gamma + begin, beta == nullptr ? nullptr : beta + begin, n,
                    group.scales, parameters);
    for (size_t i = 0; i < n; i += lanes) {
      const size_t left = HWY_MIN(n - i, lanes);
      double copy[kMostLanes] = {};
      std::memcpy(copy, x + begin + i, left * sizeof(double));
      VD t1_lanes, t2_lanes, s_lanes, l_lanes, e_lanes;
      Binary64ElementOf<true>(copy, hn::Set(d, s.center), hn::Set(d, s.r1), hn::Set(d, s.r2), hn::Set(d, s.c2), spread,
                              spread_c, parameters, i, t1_lanes, t2_lanes, s_lanes, l_lanes, e_lanes);
      VD lower_lanes, upper_lanes;
      Binary64EndsOf(s_lanes, l_lanes, e_lanes, lower_lanes, upper_lanes);
      double t1[kMostLanes], t2[kMostLanes], high[kMostLanes], low[kMostLanes], bound[kMostLanes], lower[kMostLanes],
          upper[kMostLanes];
      hn::StoreU(t1_lanes, d, t1);
      hn::StoreU(t2_lanes, d, t2);
      hn::StoreU(s_lanes, d, high);
      hn::StoreU(l_lanes, d, low);
      hn::StoreU(e_lanes, d, bound);
      hn::StoreU(lower_lanes, d, lower);
      hn::StoreU(upper_lanes, d, upper);
      for (size_t k = 0; k < left; ++k) {
        of->t1.push_back(t1[k]);
        of->t2.push_back(t2[k]);
        of->y.push_back({high[k], low[k]});
        of->bound.push_back(bound[k]);
        of->ends.push_back({lower[k], upper[k]});
        const size_t c = i + k;
        of->columns.push_back({parameters.g1[c],
                               parameters.g2[c],
                               parameters.b1[c],
                               parameters.b2[c],
                               {parameters.e1[c], parameters.e0[c]}});
      }
    }
  }
}
#else
void InspectBinary64RowTarget(const Row&, Binary64Intermediates*) {}
#endif

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace exactnorm::fast {

HWY_EXPORT(InspectBinary64RowTarget);

Binary64Intermediates FindBinary64Intermediates(const Target& target, const Row& row) {
  hwy::ChosenTarget one;
  one.Update(target.id());
  Binary64Intermediates of{};
  HWY_DISPATCH_TABLE(InspectBinary64RowTarget)[one.GetIndex()](row, &of);
  return of;
}

}  // namespace exactnorm::fast
#endif  // HWY_ONCE
