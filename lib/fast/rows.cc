// SPDX-License-Identifier: Apache-2.0
// rows-inl.h for every target that the compiler can build, and the list of them.
#include "lib/fast/rows.h"

#include <array>
#include <bit>

#include "lib/fast/target.h"

// Without this an aarch64 build would have no scalar target, nor an x86 one the older ones.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/fast/rows.cc"
// clang-format off: the order is Highway's
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lib/fast/rows-inl.h"
#include "lib/fast/sharp-inl.h"
// clang-format on

#if HWY_HAVE_SCALABLE
namespace exactnorm::fast::N_NEON {
void SharpenRowTarget(const Row& row, Undecided* undecided);
}
#endif

HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

int64_t IdTarget() { return HWY_TARGET; }
void FindWindowsTarget(const Row& row, Windows* windows) { FindWindows(row, windows); }
void NormalizeRowsTarget(const Rows& rows, const Windows& windows, bool stream, const Finish& finish) {
  NormalizeRows(rows, windows, stream, finish);
}

#if HWY_HAVE_SCALABLE
void SharpenRowTarget(const Row& row, Undecided* undecided) { N_NEON::SharpenRowTarget(row, undecided); }
#else
void SharpenRowTarget(const Row& row, Undecided* undecided) { SharpenRow(row, undecided); }
#endif

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace exactnorm::fast {

HWY_EXPORT(IdTarget);
HWY_EXPORT(FindWindowsTarget);
HWY_EXPORT(NormalizeRowsTarget);
HWY_EXPORT(SharpenRowTarget);

namespace {

using Targets = std::array<Target, static_cast<size_t>(std::popcount(uint64_t{HWY_TARGETS}))>;

Targets FindTargets() {
  Targets targets;
  size_t count = 0;
  const int64_t supported = hwy::SupportedTargets();
  // A lower bit is a better target.
  for (int64_t left = HWY_TARGETS; left != 0; left &= left - 1) {
    const int64_t bit = left & -left;
    std::string name = hwy::TargetName(bit);
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (bit == HWY_EMU128) name = "scalar";
    hwy::ChosenTarget one;  // our own, apart from the process's
    one.Update(bit);
    const size_t index = one.GetIndex();
    targets[count++] = {name,
                        (supported & bit) != 0,
                        HWY_DISPATCH_TABLE(IdTarget)[index],
                        HWY_DISPATCH_TABLE(FindWindowsTarget)[index],
                        HWY_DISPATCH_TABLE(NormalizeRowsTarget)[index],
                        HWY_DISPATCH_TABLE(SharpenRowTarget)[index]};
  }
  return targets;
}

}  // namespace

std::span<const Target> BuiltTargets() {
  static const Targets targets = FindTargets();
  return targets;
}

}  // namespace exactnorm::fast
#endif  // HWY_ONCE
