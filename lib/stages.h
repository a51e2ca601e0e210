// SPDX-License-Identifier: Apache-2.0
// Rows of a call through the stages: the fast one where it knows the formats, the sharp one for what that leaves, the
// exact one for the rest.
#ifndef EXACTNORM_STAGES_H_
#define EXACTNORM_STAGES_H_

#include "lib/arguments.h"
#include "lib/fast/binary64.h"
#include "lib/fast/target.h"

namespace exactnorm {

class InputCopy;

class Stages {
 public:
  // For all rows of the call, with the target's fast stage; null: the exact stage alone. Gamma and beta are read here.
  Stages(const CheckedCall& call, const fast::Target* target);
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  // Normalises rows [first, first + count). Returns how many leading ones of them are complete: fewer than count only
  // if memory ran out; of the others each is complete or, in place, still x.
  size_t Normalize(size_t first, size_t count) const noexcept;

 private:
  // `copy` where x of the rows is one; null elsewhere.
  size_t NormalizeFast(const Rows& rows, InputCopy* copy) const;
  size_t NormalizeInPlace(const Rows& rows) const;

  const CheckedCall& call_;
  const fast::Target* target_;                                    // null: the exact stage alone
  bool sharp_only_;                                               // the fast stage does not know the formats
  fast::NormalizeBinary64Function normalize_binary64_ = nullptr;  // where it knows the formats
  bool in_place_;
  bool stream_;
  const fast::Windows* windows_;  // those of the prepared parameters, or
  fast::Windows own_windows_;     // uninitialised if there is no target
};

}  // namespace exactnorm
#endif  // EXACTNORM_STAGES_H_
