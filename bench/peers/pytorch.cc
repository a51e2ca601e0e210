// SPDX-License-Identifier: Apache-2.0
// PyTorch's native_layer_norm on the CPU: binary64, binary32 and bfloat16 rows, gamma and beta in the same format or,
// beside bfloat16, in binary32; mean and rstd in the format that PyTorch returns them in. Gaps between rows are the
// tensors' strides; y is copied from the new tensor that PyTorch returns. RMSNorm is not in it. No bound on the error
// is promised.
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/native_layer_norm.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <limits>

#include "exactnorm/kernel.h"

namespace {

c10::ScalarType TypeOf(exactnorm_format f) {
  return f == EXACTNORM_F64 ? c10::kDouble : f == EXACTNORM_F32 ? c10::kFloat : c10::kBFloat16;
}

// A tensor over an array of the caller's.
at::Tensor Over(const void* data, exactnorm_format f, at::IntArrayRef shape, at::IntArrayRef strides) {
  return at::from_blob(const_cast<void*>(data), shape, strides, at::TensorOptions().dtype(TypeOf(f)));
}

int Normalize(const exactnorm_kernel_call& c) {
  const c10::InferenceMode inference;
  at::set_num_threads(static_cast<int>(c.threads));
  const auto rows = static_cast<int64_t>(c.rows), columns = static_cast<int64_t>(c.columns);
  const auto matrix = [&](const void* data, exactnorm_format f, size_t stride) {
    return Over(data, f, {rows, columns}, {static_cast<int64_t>(stride), 1});
  };
  const auto parameter = [&](const void* data) {
    return data == nullptr ? c10::optional<at::Tensor>() : Over(data, c.parameter_format, {columns}, {1});
  };
  const at::Tensor x = matrix(c.x, c.x_format, c.x_stride);
  const auto [y, mean, rstd] = at::native_layer_norm(x, {columns}, parameter(c.gamma), parameter(c.beta), c.eps);
  if ((c.mean || c.rstd) && mean.scalar_type() != TypeOf(c.statistics_format)) return EXACTNORM_KERNEL_UNSUPPORTED;
  matrix(c.y, c.y_format, c.y_stride).copy_(y);
  const auto give = [&](void* to, const at::Tensor& from) {
    if (to != nullptr) Over(to, c.statistics_format, {rows, 1}, {1, 1}).copy_(from);
  };
  give(c.mean, mean);
  give(c.rstd, rstd);
  return EXACTNORM_KERNEL_DONE;
}

}  // namespace

extern "C" int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const exactnorm_format f = c->x_format;
  if (c->operation != EXACTNORM_LAYER_NORM) return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((f != EXACTNORM_F64 && f != EXACTNORM_F32 && f != EXACTNORM_BF16) || c->y_format != f)
    return EXACTNORM_KERNEL_UNSUPPORTED;
  const bool mixed = f == EXACTNORM_BF16 && c->parameter_format == EXACTNORM_F32;
  if ((c->gamma || c->beta) && c->parameter_format != f && !mixed) return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((c->mean || c->rstd) && c->statistics_format == EXACTNORM_F16) return EXACTNORM_KERNEL_UNSUPPORTED;
  // eps is rounded to binary32 but for binary64 rows; where that is no small change, below FLT_MIN and above FLT_MAX,
  // it is no call.
  const auto eps = static_cast<float>(c->eps);
  const bool far = eps < std::numeric_limits<float>::min() || std::isinf(eps);
  if (f != EXACTNORM_F64 && c->eps != 0 && far) return EXACTNORM_KERNEL_UNSUPPORTED;
  try {
    return Normalize(*c);
  } catch (const c10::NotImplementedError&) {
    return EXACTNORM_KERNEL_UNSUPPORTED;
  } catch (const c10::Error&) {
    return 2;
  }
}
