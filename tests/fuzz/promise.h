// SPDX-License-Identifier: Apache-2.0
// What a fuzzer holds its target against: a promise that is false ends the program, and libFuzzer keeps the input.
#ifndef EXACTNORM_TESTS_FUZZ_PROMISE_H_
#define EXACTNORM_TESTS_FUZZ_PROMISE_H_

#include <cstdio>
#include <cstdlib>

namespace exactnorm::fuzz {

inline void Promise(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace exactnorm::fuzz
#endif  // EXACTNORM_TESTS_FUZZ_PROMISE_H_
