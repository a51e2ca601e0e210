// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "exactnorm/exactnorm.h"

int main() {
  fmt::print("exactnorm {}\n", exactnorm_version());
  return 0;
}
