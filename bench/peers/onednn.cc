// SPDX-License-Identifier: Apache-2.0
// oneDNN's layer normalization (version 2) on the CPU: binary32 and bfloat16 rows, gamma and beta handed over in
// binary32, which holds every bfloat16. RMSNorm and rstd it does not have. exactnorm_kernel hands strides over as the
// layout of the rows, and what oneDNN does not implement it says itself; dense_rows takes rows without gaps only.
#include <omp.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <dnnl.hpp>
#include <limits>
#include <unordered_map>
#include <vector>

#include "exactnorm/kernel.h"

namespace {

constexpr int kFailed = 2;

std::vector<float> Floats(const void* numbers, exactnorm_format format, size_t n) {
  std::vector<float> floats(n);
  if (format == EXACTNORM_F32) {
    std::memcpy(floats.data(), numbers, n * sizeof(float));
    return floats;
  }
  for (size_t i = 0; i < n; ++i) {
    uint16_t half;
    std::memcpy(&half, static_cast<const unsigned char*>(numbers) + 2 * i, sizeof half);
    const uint32_t bits = uint32_t{half} << 16;
    std::memcpy(&floats[i], &bits, sizeof bits);
  }
  return floats;
}

void Normalize(const exactnorm_kernel_call& c) {
  using dnnl::memory;
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  static dnnl::stream stream(engine);
  omp_set_num_threads(static_cast<int>(c.threads));

  const auto type = c.x_format == EXACTNORM_F32 ? memory::data_type::f32 : memory::data_type::bf16;
  const auto rows = static_cast<memory::dim>(c.rows);
  const auto columns = static_cast<memory::dim>(c.columns);
  const memory::desc x_layout({rows, columns}, type, memory::dims{static_cast<memory::dim>(c.x_stride), 1});
  const memory::desc y_layout({rows, columns}, type, memory::dims{static_cast<memory::dim>(c.y_stride), 1});
  const memory::desc column_layout({columns}, memory::data_type::f32, memory::format_tag::a);
  // Version 2 has one layout for source and result.
  if (x_layout != y_layout) throw dnnl::error(dnnl_unimplemented, "two strides");

  auto flags = dnnl::normalization_flags::none;
  if (c.gamma != nullptr) flags |= dnnl::normalization_flags::use_scale;
  if (c.beta != nullptr) flags |= dnnl::normalization_flags::use_shift;
  const dnnl::layer_normalization_forward::desc description(dnnl::prop_kind::forward_inference, x_layout,
                                                            static_cast<float>(c.eps), flags);
  const dnnl::layer_normalization_forward primitive({description, engine});

  std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, memory(x_layout, engine, const_cast<void*>(c.x))},
      {DNNL_ARG_DST, memory(y_layout, engine, c.y)},
  };
  std::vector<float> gamma;
  std::vector<float> beta;
  if (c.gamma != nullptr) {
    gamma = Floats(c.gamma, c.parameter_format, c.columns);
    arguments.emplace(DNNL_ARG_SCALE, memory(column_layout, engine, gamma.data()));
  }
  if (c.beta != nullptr) {
    beta = Floats(c.beta, c.parameter_format, c.columns);
    arguments.emplace(DNNL_ARG_SHIFT, memory(column_layout, engine, beta.data()));
  }
  primitive.execute(stream, arguments);
  stream.wait();
}

}  // namespace

extern "C" int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const exactnorm_format f = c->x_format;
  if (c->operation != EXACTNORM_LAYER_NORM || c->mean != nullptr || c->rstd != nullptr)
    return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((f != EXACTNORM_F32 && f != EXACTNORM_BF16) || c->y_format != f) return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((c->gamma != nullptr || c->beta != nullptr) && c->parameter_format != EXACTNORM_F32 &&
      c->parameter_format != EXACTNORM_BF16)
    return EXACTNORM_KERNEL_UNSUPPORTED;
  // eps is rounded to binary32; where that is no small change, below FLT_MIN and above FLT_MAX, it is no call.
  const auto eps = static_cast<float>(c->eps);
  if (c->eps != 0 && (eps < std::numeric_limits<float>::min() || std::isinf(eps))) return EXACTNORM_KERNEL_UNSUPPORTED;
  try {
    Normalize(*c);
    return EXACTNORM_KERNEL_DONE;
  } catch (const dnnl::error& error) {
    return error.status == dnnl_unimplemented ? EXACTNORM_KERNEL_UNSUPPORTED : kFailed;
  }
}

extern "C" int dense_rows(const exactnorm_kernel_call* c) {
  if (c->x_stride != c->columns || c->y_stride != c->columns) return EXACTNORM_KERNEL_UNSUPPORTED;
  return exactnorm_kernel(c);
}
