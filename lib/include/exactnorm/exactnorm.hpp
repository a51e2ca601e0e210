// SPDX-License-Identifier: Apache-2.0
// exactnorm for C++20: correctly rounded LayerNorm and RMSNorm over spans.
// The definition, the special values and the guarantees are those of exactnorm.h.
//
//   std::vector<float> x = {40000, 40001, 40002, 40003}, y(4);
//   exactnorm::Status status = exactnorm::layer_norm<float>({.x = x, .y = y, .columns = 4, .eps = 1e-5});
#ifndef EXACTNORM_EXACTNORM_HPP_
#define EXACTNORM_EXACTNORM_HPP_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "exactnorm/exactnorm.h"

namespace exactnorm {

// Bit patterns of the 16-bit formats.
enum class bfloat16 : std::uint16_t {};
enum class binary16 : std::uint16_t {};

using Status = exactnorm_status;

[[nodiscard]] inline std::string_view message(Status status) noexcept { return exactnorm_message(status); }

// The format of an element type: double, float, binary16 or bfloat16.
template <class T>
inline constexpr exactnorm_format format_of = EXACTNORM_DEFAULT;
template <>
inline constexpr exactnorm_format format_of<double> = EXACTNORM_F64;
template <>
inline constexpr exactnorm_format format_of<float> = EXACTNORM_F32;
template <>
inline constexpr exactnorm_format format_of<binary16> = EXACTNORM_F16;
template <>
inline constexpr exactnorm_format format_of<bfloat16> = EXACTNORM_BF16;

template <class T>
concept Element = format_of<T>
!= EXACTNORM_DEFAULT;

// Gamma and beta copied once for many calls. Empty spans stand for all 1 and all 0.
class Parameters {
 public:
  Parameters() = default;

  template <Element P>
  [[nodiscard]] Status prepare(std::size_t columns, std::span<const P> gamma, std::span<const P> beta) noexcept {
    if ((!gamma.empty() && gamma.size() != columns) || (!beta.empty() && beta.size() != columns)) {
      return EXACTNORM_SPAN_SIZE;
    }
    exactnorm_parameters* prepared = nullptr;
    const Status status = exactnorm_parameters_prepare(format_of<P>, columns, gamma.empty() ? nullptr : gamma.data(),
                                                       beta.empty() ? nullptr : beta.data(), &prepared);
    handle_.reset(prepared);
    return status;
  }

  [[nodiscard]] const exactnorm_parameters* get() const noexcept { return handle_.get(); }

 private:
  struct Free {
    void operator()(exactnorm_parameters* parameters) const noexcept { exactnorm_parameters_free(parameters); }
  };
  std::unique_ptr<exactnorm_parameters, Free> handle_;
};

// One call: rows of x of type X, parameters of type P, results of type Y, statistics of type S.
// x and y hold the same number of rows; the last one needs no gap behind it. Empty spans stand for
// absent arrays (gamma all 1, beta all 0). eps >= 0 is taken exactly as given.
template <Element X, Element P = X, Element Y = X, Element S = Y>
struct Call {
  std::span<const X> x;
  std::span<const P> gamma = {};
  std::span<const P> beta = {};
  const Parameters* parameters = nullptr;  // instead of gamma and beta
  std::span<Y> y;
  std::span<S> mean = {};
  std::span<S> rstd = {};
  std::size_t columns;
  std::size_t x_stride = 0;  // elements, 0: columns
  std::size_t y_stride = 0;
  double eps = 1e-5;
  exactnorm_parallel_for parallel_for = nullptr;
  void* pool = nullptr;
  std::size_t* finished_rows = nullptr;
};

namespace call {  // what the two functions below share

// Rows in `size` elements, or SIZE_MAX if they are no whole number of rows.
[[nodiscard]] inline std::size_t rows(std::size_t size, std::size_t columns, std::size_t stride) noexcept {
  const std::size_t rest = size % stride;
  return rest == 0 || rest == columns ? size / stride + (rest != 0 ? 1 : 0) : SIZE_MAX;
}

template <class T>
[[nodiscard]] auto data(std::span<T> span) noexcept {
  return span.empty() ? nullptr : span.data();
}

template <Element X, Element P, Element Y, Element S>
[[nodiscard]] Status normalize(exactnorm_operation operation, const Call<X, P, Y, S>& c) noexcept {
  if (c.finished_rows != nullptr) *c.finished_rows = 0;
  if (c.columns == 0) return EXACTNORM_COLUMNS_ZERO;
  const std::size_t x_stride = c.x_stride == 0 ? c.columns : c.x_stride;
  const std::size_t y_stride = c.y_stride == 0 ? c.columns : c.y_stride;
  if (x_stride < c.columns || y_stride < c.columns) return EXACTNORM_STRIDE_SHORT;
  const std::size_t n = rows(c.x.size(), c.columns, x_stride);
  const auto fits = [](std::size_t size, std::size_t wanted) { return size == 0 || size == wanted; };
  if (n == SIZE_MAX || rows(c.y.size(), c.columns, y_stride) != n || !fits(c.gamma.size(), c.columns) ||
      !fits(c.beta.size(), c.columns) || !fits(c.mean.size(), n) || !fits(c.rstd.size(), n)) {
    return EXACTNORM_SPAN_SIZE;
  }
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = operation;
  call.x_format = format_of<X>;
  call.parameter_format = format_of<P>;
  call.y_format = format_of<Y>;
  call.statistics_format = format_of<S>;
  call.rows = n;
  call.columns = c.columns;
  call.x_stride = x_stride;
  call.y_stride = y_stride;
  call.eps = c.eps;
  call.x = data(c.x);
  call.gamma = data(c.gamma);
  call.beta = data(c.beta);
  call.parameters = c.parameters == nullptr ? nullptr : c.parameters->get();
  call.y = data(c.y);
  call.mean = data(c.mean);
  call.rstd = data(c.rstd);
  call.parallel_for = c.parallel_for;
  call.pool = c.pool;
  return exactnorm_normalize(&call, c.finished_rows);
}

}  // namespace call

// Normalises every row: 0 ulp of error beyond the one rounding to Y. Throws nothing.
template <Element X, Element P = X, Element Y = X, Element S = Y>
[[nodiscard]] Status layer_norm(const Call<X, P, Y, S>& arguments) noexcept {
  return call::normalize(EXACTNORM_LAYER_NORM, arguments);
}

template <Element X, Element P = X, Element Y = X, Element S = Y>
[[nodiscard]] Status rms_norm(const Call<X, P, Y, S>& arguments) noexcept {
  return call::normalize(EXACTNORM_RMS_NORM, arguments);
}

}  // namespace exactnorm
#endif  // EXACTNORM_EXACTNORM_HPP_
