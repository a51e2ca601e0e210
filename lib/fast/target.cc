// SPDX-License-Identifier: Apache-2.0
#include "lib/fast/target.h"

#include <algorithm>
#include <cstdlib>

namespace exactnorm::fast {

const Target* ChosenTarget() {
  static const Target* const chosen = []() -> const Target* {
    const char* wanted = std::getenv("EXACTNORM_TARGET");  // NOLINT(concurrency-mt-unsafe): read, once
    const auto fits = [wanted](const Target& t) { return t.supported && (wanted == nullptr || t.name == wanted); };
    const auto found = std::find_if(BuiltTargets().begin(), BuiltTargets().end(), fits);
    return found == BuiltTargets().end() ? nullptr : &*found;
  }();
  return chosen;
}

}  // namespace exactnorm::fast
