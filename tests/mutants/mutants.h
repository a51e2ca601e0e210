// SPDX-License-Identifier: Apache-2.0
// Kernels that are wrong in one way each, as kernels in use have been, and the laws that see it.
#ifndef EXACTNORM_TESTS_MUTANTS_MUTANTS_H_
#define EXACTNORM_TESTS_MUTANTS_MUTANTS_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/laws/law.h"
#include "tests/laws/law_names.h"
#include "tests/mutants/two_pass.h"

namespace exactnorm::mutants {

struct Mutant {
  laws::Subject subject;  // its name says what is wrong
  std::string source;     // a thread (repository#number) in which this was reported, or "constructed"
  laws::Formats formats;  // in which it is looked at
  // Laws up to A1 and R2, and of those beyond, kZeroSign and kCanonicalNan: those that it breaks on rows which every
  // seed meets; and those that it breaks on rarer ones, met by some of the seeds 1 to 5. Correct rounding is not
  // listed: every mutant breaks it, and so does the kernel that they start from.
  std::vector<const char*> caught_by;
  std::vector<const char*> also_by = {};
};

inline constexpr laws::Formats kAllF32{&kF32, &kF32, &kF32, &kF32};
inline constexpr laws::Formats kAllF16{&kF16, &kF16, &kF16, &kF16};
inline constexpr laws::Formats kAllBF16{&kBF16, &kBF16, &kBF16, &kBF16};
inline constexpr laws::Formats kMixedBF16{&kBF16, &kF32, &kBF16, &kF32};

// A kernel class as a subject; calls of one subject share its state.
template <class Kernel>
laws::Subject As(std::string name) {
  const auto kernel = std::make_shared<Kernel>();
  return {std::move(name), [kernel](const exactnorm_kernel_call& call) { return kernel->Call(call); }};
}

std::vector<Mutant> StatisticsMutants();    // mean, variance
std::vector<Mutant> RootMutants();          // eps, root
std::vector<Mutant> ResultMutants();        // gain, bias, the last rounding
std::vector<Mutant> SpecialValueMutants();  //
std::vector<Mutant> CallMutants();          // batch, place, threads, state; and paths chosen by the row
std::vector<Mutant> AllMutants();

}  // namespace exactnorm::mutants
#endif  // EXACTNORM_TESTS_MUTANTS_MUTANTS_H_
