// SPDX-License-Identifier: Apache-2.0
// A small call with arrays of its own, for tests of hosts: rows of an arithmetic progression, gamma 2, beta 1.
#ifndef EXACTNORM_TESTS_KERNEL_KERNEL_CALL_H_
#define EXACTNORM_TESTS_KERNEL_KERNEL_CALL_H_

#include <cstddef>
#include <vector>

#include "bench/kernel/kernel.h"

namespace exactnorm::kernel {

inline constexpr float kUntouched = -77.0f;  // what y, mean and rstd hold before the call

class FloatCall {
 public:
  FloatCall(size_t rows, size_t columns, size_t stride)
      : x((rows - 1) * stride + columns),
        gamma(columns, 2.0f),
        beta(columns, 1.0f),
        y(x.size(), kUntouched),
        mean(rows, kUntouched),
        rstd(rows, kUntouched) {
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % stride) + 0.25f;
    call.version = EXACTNORM_KERNEL_VERSION;
    call.threads = 1;
    call.operation = EXACTNORM_LAYER_NORM;
    call.x_format = call.parameter_format = call.y_format = call.statistics_format = EXACTNORM_F32;
    call.rows = rows;
    call.columns = columns;
    call.x_stride = call.y_stride = stride;
    call.eps = 1e-5;
    call.x = x.data();
    call.gamma = gamma.data();
    call.beta = beta.data();
    call.y = y.data();
    call.mean = mean.data();
    call.rstd = rstd.data();
  }
  FloatCall(const FloatCall&) = delete;
  FloatCall& operator=(const FloatCall&) = delete;

  std::vector<float> x, gamma, beta, y, mean, rstd;
  exactnorm_kernel_call call = {};
};

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_TESTS_KERNEL_KERNEL_CALL_H_
