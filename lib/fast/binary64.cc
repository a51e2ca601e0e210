// SPDX-License-Identifier: Apache-2.0
// binary64-inl.h for every target that has FMA.
#include "lib/fast/binary64.h"

// The targets of rows.cc.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/fast/binary64.cc"
// clang-format off: the order is Highway's
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/fast/binary64-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

#if HWY_NATIVE_FMA
void NormalizeBinary64Target(const Rows& rows, bool stream, const Finish& finish) {
  NormalizeBinary64(rows, stream, finish);
}
NormalizeBinary64Function NormalizeBinary64OfTarget() { return &NormalizeBinary64Target; }
#else
NormalizeBinary64Function NormalizeBinary64OfTarget() { return nullptr; }
#endif

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace exactnorm::fast {

HWY_EXPORT(NormalizeBinary64OfTarget);

NormalizeBinary64Function FindNormalizeBinary64(const Target& target) {
  hwy::ChosenTarget one;  // our own, apart from the process's
  one.Update(target.id());
  return HWY_DISPATCH_TABLE(NormalizeBinary64OfTarget)[one.GetIndex()]();
}

}  // namespace exactnorm::fast
#endif  // HWY_ONCE
