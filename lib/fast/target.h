// SPDX-License-Identifier: Apache-2.0
// Which instruction set the fast stage uses: the best of this CPU, or the one that EXACTNORM_TARGET names.
#ifndef EXACTNORM_FAST_TARGET_H_
#define EXACTNORM_FAST_TARGET_H_

#include <span>
#include <string>

#include "lib/fast/rows.h"

namespace exactnorm::fast {

struct Target {
  std::string name;  // lower case: avx3, avx2, sse4, ssse3, neon, sve, ..., scalar; too short to be allocated
  bool supported;    // by this CPU
  int64_t (*id)();   // of the target that the code itself was compiled for, as Highway numbers them
  FindWindowsFunction find_windows;
  NormalizeRowsFunction normalize_rows;
  SharpenRowFunction sharpen_row;
};

// Those that are built, best first. Found by the first call, without an allocation that could fail. (rows.cc)
std::span<const Target> BuiltTargets();

// One row by the target's fast stage.
void NormalizeRow(const Target& target, const Row& row, const Windows& windows, bool stream, Undecided* undecided);

// What every call uses: read from the environment once. Null if EXACTNORM_TARGET names a target that is unknown, not
// built or not supported here.
const Target* ChosenTarget();

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_TARGET_H_
