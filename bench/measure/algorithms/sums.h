// SPDX-License-Identifier: Apache-2.0
// The orders in which kernels add up f(x_0) .. f(x_{n-1}) in one arithmetic T. Plain on purpose: this is the code
// whose error is of interest. Do not repair it.
#ifndef EXACTNORM_BENCH_MEASURE_ALGORITHMS_SUMS_H_
#define EXACTNORM_BENCH_MEASURE_ALGORITHMS_SUMS_H_

#include <array>
#include <cstddef>
#include <span>

namespace exactnorm::measure {

// From the first to the last, in one accumulator.
struct Sequential {
  template <class T, class F>
  static T Sum(std::span<const T> x, F f) {
    T sum{};
    for (const T value : x) sum = sum + f(value);
    return sum;
  }
};

// Halves added to halves, down to blocks of 16 that are added in order, as NumPy does.
struct Pairwise {
  template <class T, class F>
  static T Sum(std::span<const T> x, F f) {
    if (x.size() <= 16) return Sequential::Sum(x, f);
    const size_t half = x.size() / 2;
    return Sum(x.first(half), f) + Sum(x.subspan(half), f);
  }
};

// Kahan's sum: what an addition lost is taken off the next summand.
struct Compensated {
  template <class T, class F>
  static T Sum(std::span<const T> x, F f) {
    T sum{};
    T lost{};
    for (const T value : x) {
      const T summand = f(value) - lost;
      const T next = sum + summand;
      lost = (next - sum) - summand;
      sum = next;
    }
    return sum;
  }
};

// Eight accumulators that take turns, as the lanes of a vector register do, added pairwise at the end.
struct LaneWise {
  template <class T, class F>
  static T Sum(std::span<const T> x, F f) {
    std::array<T, 8> lanes{};
    for (size_t i = 0; i < x.size(); ++i) lanes[i % 8] = lanes[i % 8] + f(x[i]);
    for (size_t width = 4; width != 0; width /= 2) {
      for (size_t i = 0; i < width; ++i) lanes[i] = lanes[i] + lanes[i + width];
    }
    return lanes[0];
  }
};

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_ALGORITHMS_SUMS_H_
