// SPDX-License-Identifier: Apache-2.0
#include "bench/speed/stage_kernels.h"

// The targets of lib/fast/rows.cc.
#define HWY_COMPILE_ALL_ATTAINABLE
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/speed/stage_kernels.cc"
// clang-format off: the order is Highway's
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/fast/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

void FindMomentsTarget(const Rows& rows, speed::RowMoments* moments) {
  const RowShape shape(rows.first);
  const size_t together = RowsTogether(rows.first.columns);
  WithFormat(*rows.first.x_format, [&](auto x) HWY_ATTR {
    using X = decltype(x);
    for (size_t first = 0; first < rows.count; first += together) {
      const Rows now = rows.part(first, HWY_MIN(rows.count - first, together));
      RowSums sums[kMostRows];
      AddColumns<X>(now, 0, now.first.columns, sums);
      for (size_t r = 0; r < now.count; ++r) {
        const Moments m = MomentsOf<X>(static_cast<const unsigned char*>(now.at(r).x), shape, sums[r]);
        moments[first + r] = {m.center, m.rstd, m.shift(), m.admitted};
      }
    }
  });
}

template <class X, class Y>
void NormalizeColumnsAs(const Rows& rows, const Windows& windows, const speed::RowMoments* moments,
                        Undecided* undecided) {
  const Row& row = rows.first;
  const NormalizedError bound = BoundNormalized(row.columns, hn::Lanes(D()));
  const size_t together = RowsTogether(row.columns);
  ParameterBlock gamma, beta;
  for (size_t first = 0; first < rows.count; first += together) {
    const size_t count = HWY_MIN(rows.count - first, together);
    RowState states[kMostRows];
    for (size_t r = 0; r < count; ++r) {
      const Row at = rows.at(first + r);
      const speed::RowMoments& m = moments[first + r];
      states[r] = {static_cast<const unsigned char*>(at.x),
                   static_cast<unsigned char*>(at.y),
                   m.center,
                   m.rstd,
                   m.shift,
                   &undecided[first + r]};
    }
    for (size_t begin = 0; begin < row.columns; begin += kParameterBlock) {
      const size_t n = HWY_MIN(row.columns - begin, kParameterBlock);
      const Block block{begin,
                        n,
                        {LoadParameters(*row.parameter_format, row.gamma, begin, n, 1, gamma),
                         LoadParameters(*row.parameter_format, row.beta, begin, n, 0, beta)}};
      NormalizeBlock<X, Y, false>({states, count}, block, windows, bound);
    }
  }
}

void NormalizeColumnsTarget(const Rows& rows, const Windows& windows, const speed::RowMoments* moments,
                            Undecided* undecided) {
  WithFormat(*rows.first.x_format, [&](auto x) HWY_ATTR {
    WithOutput(*rows.first.y_format, [&](auto y) HWY_ATTR {
      NormalizeColumnsAs<decltype(x), decltype(y)>(rows, windows, moments, undecided);
    });
  });
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace exactnorm::fast {

HWY_EXPORT(FindMomentsTarget);
HWY_EXPORT(NormalizeColumnsTarget);

size_t TableIndex(const Target& target) {
  hwy::ChosenTarget one;
  one.Update(target.id());
  return one.GetIndex();
}

}  // namespace exactnorm::fast

namespace exactnorm::speed {

void FindMoments(const fast::Target& target, const exactnorm::Rows& rows, RowMoments* moments) {
  using namespace fast;
  HWY_DISPATCH_TABLE(FindMomentsTarget)[TableIndex(target)](rows, moments);
}

void NormalizeColumns(const fast::Target& target, const exactnorm::Rows& rows, const fast::Windows& windows,
                      const RowMoments* moments, fast::Undecided* undecided) {
  using namespace fast;
  HWY_DISPATCH_TABLE(NormalizeColumnsTarget)[TableIndex(target)](rows, windows, moments, undecided);
}

}  // namespace exactnorm::speed
#endif  // HWY_ONCE
