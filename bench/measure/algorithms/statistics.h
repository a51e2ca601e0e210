// SPDX-License-Identifier: Apache-2.0
// Mean and variance of a row as kernels in use compute them, in the arithmetic T: one struct per algorithm, x -> both.
// Plain on purpose: this is the code whose error is of interest. Do not repair it.
#ifndef EXACTNORM_BENCH_MEASURE_ALGORITHMS_STATISTICS_H_
#define EXACTNORM_BENCH_MEASURE_ALGORITHMS_STATISTICS_H_

#include <array>
#include <span>
#include <vector>

#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/algorithms/sums.h"

namespace exactnorm::measure {

template <class T>
struct Statistics {
  T mean;
  T variance;
};

template <class T>
T Count(size_t n) {
  return Rounded<T>(static_cast<double>(n));
}

// mean(x^2) - mean(x)^2.
struct OnePass {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    T sum{};
    T squares{};
    for (const T value : x) {
      sum = sum + value;
      squares = squares + value * value;
    }
    const T mean = sum / Count<T>(x.size());
    return {mean, squares / Count<T>(x.size()) - mean * mean};
  }
};

// The same, a negative variance taken for 0.
struct ClampedOnePass {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    Statistics<T> s = OnePass::Of(x);
    if (s.variance < T{}) s.variance = T{};
    return s;
  }
};

// One pass over x - x_0.
struct ShiftedOnePass {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    std::vector<T> shifted(x.begin(), x.end());
    for (T& value : shifted) value = value - x[0];
    Statistics<T> s = OnePass::Of(std::span<const T>(shifted));
    s.mean = s.mean + x[0];
    return s;
  }
};

// mean((x - mean)^2), both sums added up in the given order.
template <class Order>
struct TwoPass {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    const T n = Count<T>(x.size());
    const T mean = Order::Sum(x, [](T value) { return value; }) / n;
    const T squares = Order::Sum(x, [mean](T value) { return (value - mean) * (value - mean); });
    return {mean, squares / n};
  }
};

// Sums in the next wider arithmetic, but mean, differences and variance in T: ONNX Runtime and ggml with T = float.
struct WideSums {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    using Wide = typename WiderThan<T>::Type;
    const auto n = static_cast<double>(x.size());
    Wide sum{};
    for (const T value : x) sum = sum + Rounded<Wide>(static_cast<double>(value));
    const T mean = Rounded<T>(static_cast<double>(sum / Rounded<Wide>(n)));
    Wide squares{};
    for (const T value : x) {
      const T difference = value - mean;
      squares = squares + Rounded<Wide>(static_cast<double>(difference * difference));
    }
    return {mean, Rounded<T>(static_cast<double>(squares / Rounded<Wide>(n)))};
  }
};

// Running mean and sum of squared differences of a part of the row.
template <class T>
struct Moments {
  size_t count = 0;
  T mean{};
  T squares{};

  void Add(T value) {
    const T delta = value - mean;
    mean = mean + delta / Count<T>(++count);
    squares = squares + delta * (value - mean);
  }
  void Add(const Moments& other) {
    if (other.count == 0) return;
    const size_t both = count + other.count;
    const T share = Rounded<T>(static_cast<double>(other.count) / static_cast<double>(both));
    const T delta = other.mean - mean;
    mean = mean + share * delta;
    squares = squares + (other.squares + delta * delta * share * Count<T>(count));
    count = both;
  }
  Statistics<T> statistics() const { return {mean, squares / Count<T>(count)}; }
};

// Mean and variance updated element by element.
struct Welford {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    Moments<T> moments;
    for (const T value : x) moments.Add(value);
    return moments.statistics();
  }
};

// Welford in each of eight lanes over chunks of 16 vectors, chunks merged like the carries of a binary counter,
// then lanes, then the rest of the row: the scheme of PyTorch's CPU kernel.
struct LaneWiseWelford {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    constexpr size_t kLanes = 8;
    constexpr size_t kChunk = 16;
    Moments<T> total;
    const size_t vectors = x.size() / kLanes;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      std::array<Moments<T>, 64> levels{};  // level k holds 2^k chunks or nothing
      for (size_t first = 0; first < vectors; first += kChunk) {
        Moments<T> chunk;
        for (size_t v = first; v < vectors && v < first + kChunk; ++v) chunk.Add(x[v * kLanes + lane]);
        size_t level = 0;
        for (; levels[level].count != 0; ++level) {
          levels[level].Add(chunk);
          chunk = levels[level];
          levels[level] = {};
        }
        levels[level] = chunk;
      }
      Moments<T> sum;
      for (const Moments<T>& level : levels) sum.Add(level);
      total.Add(sum);
    }
    Moments<T> rest;
    for (size_t i = vectors * kLanes; i < x.size(); ++i) rest.Add(x[i]);
    total.Add(rest);
    return total.statistics();
  }
};

// RMSNorm has no mean: variance stands for mean(x^2).
template <class Order>
struct MeanSquare {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    return {T{}, Order::Sum(x, [](T value) { return value * value; }) / Count<T>(x.size())};
  }
};

struct WideMeanSquare {
  template <class T>
  static Statistics<T> Of(std::span<const T> x) {
    using Wide = typename WiderThan<T>::Type;
    Wide squares{};
    for (const T value : x) squares = squares + Rounded<Wide>(static_cast<double>(value * value));
    return {T{}, Rounded<T>(static_cast<double>(squares / Rounded<Wide>(static_cast<double>(x.size()))))};
  }
};

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_ALGORITHMS_STATISTICS_H_
