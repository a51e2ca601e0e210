// SPDX-License-Identifier: Apache-2.0
// The floating-point environment that the SIMD stages' bounds assume.
#ifndef EXACTNORM_ENVIRONMENT_H_
#define EXACTNORM_ENVIRONMENT_H_

#include <cstdint>

namespace exactnorm {

// While it lives, this thread rounds to nearest, keeps subnormals as operands and as results, and traps no exception;
// then everything is as it was before, status flags included if something had to be changed.
class DefaultEnvironment {
 public:
  DefaultEnvironment();
  ~DefaultEnvironment();
  DefaultEnvironment(const DefaultEnvironment&) = delete;
  DefaultEnvironment& operator=(const DefaultEnvironment&) = delete;

  // Whether it is so. Not on CPUs that are unknown here: rows then go to the exact stage, which needs no environment.
  static bool IsKnown();

 private:
  uint64_t before_;
};

}  // namespace exactnorm
#endif  // EXACTNORM_ENVIRONMENT_H_
