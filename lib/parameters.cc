// SPDX-License-Identifier: Apache-2.0
#include "lib/parameters.h"

#include "lib/environment.h"
#include "lib/fast/error_bounds.h"
#include "lib/row.h"

using exactnorm::kFormats;

void exactnorm_parameters::FindWindows(const exactnorm::fast::Target* of) {
  target = nullptr;
  if (*format == exactnorm::kF64 || columns > exactnorm::fast::kMaxColumns) return;
  if (!exactnorm::DefaultEnvironment::IsKnown()) return;
  const exactnorm::DefaultEnvironment environment;
  target = of;
  if (target == nullptr) return;
  exactnorm::Row row{};
  row.parameter_format = format;
  row.columns = columns;
  row.gamma = gamma_or_null();
  row.beta = beta_or_null();
  for (size_t i = 1; i < windows.size(); ++i) {
    row.y_format = kFormats[i];
    target->find_windows(row, &windows[i]);
  }
}

const exactnorm::fast::Windows* exactnorm_parameters::windows_for(const exactnorm::fast::Target* t,
                                                                  const exactnorm::Format& y) const {
  if (t == nullptr || t != target) return nullptr;
  for (size_t i = 1; i < windows.size(); ++i) {
    if (*kFormats[i] == y) return &windows[i];
  }
  return nullptr;
}
