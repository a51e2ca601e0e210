// SPDX-License-Identifier: Apache-2.0
// LayerNorm and RMSNorm as array expressions of Eigen, in the format of the rows, binary32 or binary64. No bound on
// the error is promised.
#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <type_traits>

#include "exactnorm/kernel.h"

namespace {

template <class T>
int Normalize(const exactnorm_kernel_call& c) {
  using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
  const auto eps = static_cast<T>(c.eps);
  // eps is rounded to the format; where that is no small change, below FLT_MIN and above FLT_MAX, it is no call.
  constexpr T least = std::is_same_v<T, float> ? std::numeric_limits<T>::min() : T{0};
  if (c.eps != 0 && (eps < least || std::isinf(eps))) return EXACTNORM_KERNEL_UNSUPPORTED;
  const auto n = static_cast<Eigen::Index>(c.columns);
  for (size_t row = 0; row < c.rows; ++row) {
    const Eigen::Map<const Array> x(static_cast<const T*>(c.x) + row * c.x_stride, n);
    Eigen::Map<Array> y(static_cast<T*>(c.y) + row * c.y_stride, n);
    const T mean = c.operation == EXACTNORM_LAYER_NORM ? x.mean() : T{0};
    const T rstd = 1 / std::sqrt((x - mean).square().mean() + eps);
    y = (x - mean) * rstd;
    if (c.gamma != nullptr) y *= Eigen::Map<const Array>(static_cast<const T*>(c.gamma), n);
    if (c.beta != nullptr) y += Eigen::Map<const Array>(static_cast<const T*>(c.beta), n);
    if (c.mean != nullptr) static_cast<T*>(c.mean)[row] = mean;
    if (c.rstd != nullptr) static_cast<T*>(c.rstd)[row] = rstd;
  }
  return EXACTNORM_KERNEL_DONE;
}

}  // namespace

extern "C" int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const exactnorm_format f = c->x_format;
  if (c->operation != EXACTNORM_LAYER_NORM && c->operation != EXACTNORM_RMS_NORM) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (c->y_format != f || ((c->gamma || c->beta) && c->parameter_format != f)) return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((c->mean || c->rstd) && c->statistics_format != f) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (f == EXACTNORM_F32) return Normalize<float>(*c);
  return f == EXACTNORM_F64 ? Normalize<double>(*c) : EXACTNORM_KERNEL_UNSUPPORTED;
}
