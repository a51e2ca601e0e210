// SPDX-License-Identifier: Apache-2.0
#include "bench/speed/stage_kernels.h"

// The targets of lib/fast/rows.cc.
#define HWY_COMPILE_ALL_ATTAINABLE
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
  const size_t together = RowsTogether(rows.first.columns, false);
  WithFormat(*rows.first.x_format, [&](auto x) HWY_ATTR {
    for (size_t first = 0; first < rows.count; first += together) {
      const size_t count = HWY_MIN(rows.count - first, together);
      Moments found[kMostRows];
      FindMoments<decltype(x)>(rows.part(first, count), shape, found);
      for (size_t r = 0; r < count; ++r) {
        moments[first + r] = {found[r].center, found[r].rstd, found[r].shift(), found[r].admitted};
      }
    }
  });
}

template <class X, class Y>
void NormalizeColumnsAs(const Rows& rows, const Windows& windows, const speed::RowMoments* moments,
                        Undecided* undecided) {
  const NormalizedError bound = BoundNormalized(rows.first.columns, hn::Lanes(D()));
  const size_t together = RowsTogether(rows.first.columns, false);
  for (size_t first = 0; first < rows.count; first += together) {
    const size_t count = HWY_MIN(rows.count - first, together);
    RowState states[kMostRows];
    for (size_t r = 0; r < count; ++r) {
      const Row at = rows.at(first + r);
      const auto* const x = static_cast<const unsigned char*>(at.x);
      const speed::RowMoments& m = moments[first + r];
      auto* const y = static_cast<unsigned char*>(at.y);
      states[r] = {x, x, y, m.center, m.rstd, m.shift, at.operation == EXACTNORM_LAYER_NORM, &undecided[first + r]};
    }
    NormalizeColumns<X, Y, Traffic::kNothing>(rows.first, {states, count}, windows, bound);
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
