// SPDX-License-Identifier: Apache-2.0
#include "lib/fast/target.h"

#include <algorithm>
#include <cstdlib>

namespace exactnorm::fast {

void NormalizeRow(const Target& target, const Row& row, const Windows& windows, bool stream, Undecided* undecided) {
  const auto take = [](void* left, size_t, std::span<Undecided> undecided_rows) {
    *static_cast<Undecided*>(left) = undecided_rows[0];
    return true;
  };
  target.normalize_rows({row, 1, 0, 0}, windows, stream, {take, undecided});
}

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
