// SPDX-License-Identifier: Apache-2.0
// The modes of the floating-point unit that change results: rounding, flush-to-zero, denormals-are-zero, trapping,
// x87 precision. Exception flags are no mode. x86-64 and AArch64 registers; elsewhere the rounding mode alone.
#ifndef EXACTNORM_BENCH_KERNEL_FLOATING_POINT_MODE_H_
#define EXACTNORM_BENCH_KERNEL_FLOATING_POINT_MODE_H_

#include <cstdint>
#include <string>

namespace exactnorm::kernel {

// Of the calling thread.
uint64_t FloatingPointMode();
void SetFloatingPointMode(uint64_t mode);

// What differs, in words: "rounding mode, flush-to-zero". Empty if nothing does.
std::string ModeDifference(uint64_t before, uint64_t after);

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_FLOATING_POINT_MODE_H_
