// SPDX-License-Identifier: Apache-2.0
#include "bench/speed/subjects.h"

#include <Eigen/Dense>
#include <cmath>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "exactnorm/exactnorm.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#if defined(EXACTNORM_ONEDNN)
#include <omp.h>

#include <dnnl.hpp>
#endif

namespace exactnorm::speed {
namespace {

exactnorm_format Id(const Format& f) {
  if (f == kF64) return EXACTNORM_F64;
  if (f == kF32) return EXACTNORM_F32;
  return f == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

}  // namespace

Subject Exactnorm(const Rows& shape, exactnorm_parallel_for parallel_for) {
  exactnorm_parameters* prepared = nullptr;
  const exactnorm_status made =
      exactnorm_parameters_prepare(Id(*shape.format), shape.columns, shape.gamma.data(), shape.beta.data(), &prepared);
  if (made != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(made));
  const std::shared_ptr<exactnorm_parameters> parameters(prepared, &exactnorm_parameters_free);
  return {"exactnorm", [parameters, parallel_for](const Rows& r, unsigned char* y) {
            exactnorm_call call = {};
            call.size = sizeof call;
            call.x_format = Id(*r.format);
            call.rows = r.rows;
            call.columns = r.columns;
            call.eps = r.eps;
            call.x = r.x.data();
            call.parameters = parameters.get();
            call.y = y;
            call.parallel_for = parallel_for;
            const exactnorm_status status = exactnorm_normalize(&call, nullptr);
            if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
          }};
}

namespace {

void Memcpy(const Rows& r, unsigned char* y) { std::memcpy(y, r.x.data(), r.bytes()); }

#if defined(__SSE2__)
void NonTemporalCopy(const Rows& r, unsigned char* y) {
  const size_t blocks = r.bytes() / sizeof(__m128i);
  for (size_t i = 0; i < blocks; ++i) {
    const auto* from = reinterpret_cast<const __m128i*>(r.x.data()) + i;
    _mm_stream_si128(reinterpret_cast<__m128i*>(y) + i, _mm_loadu_si128(from));
  }
  _mm_sfence();
}
#endif

template <class T>
void PlainC(const Rows& r, unsigned char* out) {
  const auto* x = reinterpret_cast<const T*>(r.x.data());
  const auto* gamma = reinterpret_cast<const T*>(r.gamma.data());
  const auto* beta = reinterpret_cast<const T*>(r.beta.data());
  auto* y = reinterpret_cast<T*>(out);
  const auto n = static_cast<T>(r.columns);
  for (size_t row = 0; row < r.rows; ++row, x += r.columns, y += r.columns) {
    T sum = 0;
    for (size_t i = 0; i < r.columns; ++i) sum += x[i];
    const T mean = sum / n;
    T squares = 0;
    for (size_t i = 0; i < r.columns; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const T rstd = 1 / std::sqrt(squares / n + static_cast<T>(r.eps));
    for (size_t i = 0; i < r.columns; ++i) y[i] = (x[i] - mean) * rstd * gamma[i] + beta[i];
  }
}

template <class T>
void EigenExpression(const Rows& r, unsigned char* out) {
  using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
  const auto n = static_cast<Eigen::Index>(r.columns);
  const Eigen::Map<const Array> gamma(reinterpret_cast<const T*>(r.gamma.data()), n);
  const Eigen::Map<const Array> beta(reinterpret_cast<const T*>(r.beta.data()), n);
  for (size_t row = 0; row < r.rows; ++row) {
    const Eigen::Map<const Array> x(reinterpret_cast<const T*>(r.x.data()) + row * r.columns, n);
    Eigen::Map<Array> y(reinterpret_cast<T*>(out) + row * r.columns, n);
    const T mean = x.mean();
    const T rstd = 1 / std::sqrt((x - mean).square().mean() + static_cast<T>(r.eps));
    y = (x - mean) * rstd * gamma + beta;
  }
}

#if defined(EXACTNORM_ONEDNN)
// Gamma and beta in binary32, as oneDNN wants them.
std::vector<float> Floats(const Format& f, const Bytes& numbers, size_t n) {
  std::vector<float> floats(n);
  for (size_t i = 0; i < n; ++i) {
    const Number number = Decode(f, Load(f, numbers.data(), i));
    const float magnitude = std::ldexp(static_cast<float>(number.significand), number.exponent);
    floats[i] = number.negative ? -magnitude : magnitude;
  }
  return floats;
}

Subject OneDnn(const Rows& shape) {
  struct State {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    std::vector<float> parameters;  // gamma, then beta, as version 2 has them
    dnnl::memory x, y, scale_shift;
    dnnl::layer_normalization_forward primitive;
  };
  omp_set_num_threads(1);  // like the others
  const auto s = std::make_shared<State>();
  const auto type = *shape.format == kF32 ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
  const auto rows = static_cast<dnnl::memory::dim>(shape.rows);
  const auto columns = static_cast<dnnl::memory::dim>(shape.columns);
  const dnnl::memory::desc data({rows, columns}, type, dnnl::memory::format_tag::ab);
  const dnnl::layer_normalization_forward::desc description(dnnl::prop_kind::forward_inference, data,
                                                            static_cast<float>(shape.eps),
                                                            dnnl::normalization_flags::use_scale_shift);
  s->primitive = dnnl::layer_normalization_forward({description, s->engine});
  s->parameters = Floats(*shape.format, shape.gamma, shape.columns);
  const std::vector<float> beta = Floats(*shape.format, shape.beta, shape.columns);
  s->parameters.insert(s->parameters.end(), beta.begin(), beta.end());
  s->x = dnnl::memory(data, s->engine, nullptr);
  s->y = dnnl::memory(data, s->engine, nullptr);
  s->scale_shift = dnnl::memory({{2, columns}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::nc}, s->engine,
                                s->parameters.data());
  return {"oneDNN", [s](const Rows& r, unsigned char* y) {
            s->x.set_data_handle(const_cast<unsigned char*>(r.x.data()));
            s->y.set_data_handle(y);
            s->primitive.execute(s->stream,
                                 {{DNNL_ARG_SRC, s->x}, {DNNL_ARG_DST, s->y}, {DNNL_ARG_SCALE_SHIFT, s->scale_shift}});
            s->stream.wait();
          }};
}
#endif

}  // namespace

std::vector<Subject> MakeSubjects(const Rows& shape) {
  std::vector<Subject> subjects = {Exactnorm(shape, nullptr), {"memcpy", &Memcpy}};
#if defined(__SSE2__)
  subjects.push_back({"nt_copy", &NonTemporalCopy});
#endif
  if (*shape.format == kF32) {
    subjects.push_back({"plain_c", &PlainC<float>});
    subjects.push_back({"Eigen", &EigenExpression<float>});
  } else if (*shape.format == kF64) {
    subjects.push_back({"plain_c", &PlainC<double>});
    subjects.push_back({"Eigen", &EigenExpression<double>});
  }
#if defined(EXACTNORM_ONEDNN)
  if (*shape.format == kF32 || *shape.format == kBF16) subjects.push_back(OneDnn(shape));
#endif
  if (*shape.format != kF16) return subjects;
  const auto others = std::make_shared<Rows>(MakeRows(shape.kind, kBF16, shape.rows, shape.columns, 0));
  const auto in_bfloat16 = [&](const Subject& subject) {
    subjects.push_back(
        {subject.name + "_bf16", [run = subject.run, others](const Rows&, unsigned char* y) { run(*others, y); }});
  };
  in_bfloat16(Exactnorm(*others, nullptr));
#if defined(EXACTNORM_ONEDNN)
  in_bfloat16(OneDnn(*others));
#endif
  return subjects;
}

}  // namespace exactnorm::speed
