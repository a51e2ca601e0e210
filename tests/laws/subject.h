// SPDX-License-Identifier: Apache-2.0
// What the laws are asked of: anything that answers calls as exactnorm/kernel.h describes them, be it a plug-in in
// another process, this library or a mutant.
#ifndef EXACTNORM_TESTS_LAWS_SUBJECT_H_
#define EXACTNORM_TESTS_LAWS_SUBJECT_H_

#include <functional>
#include <string>
#include <vector>

#include "exactnorm/kernel.h"

namespace exactnorm::laws {

using KernelCall = std::function<int(const exactnorm_kernel_call&)>;

struct Subject {
  std::string name;
  KernelCall call;
  std::vector<Subject> targets = {};  // the same kernel on other instruction sets, for R2
};

// exactnorm_normalize() as a kernel, on the instruction set that the process has chosen.
Subject ThisLibrary();

// Its exact stage alone: integers, on every CPU. A process has one instruction set; against this one R2 can be asked of
// it there, and each that keeps it has the bits of all others that do.
Subject ExactStageAlone();

}  // namespace exactnorm::laws
#endif  // EXACTNORM_TESTS_LAWS_SUBJECT_H_
