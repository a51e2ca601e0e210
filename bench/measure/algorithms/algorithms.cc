// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/algorithms/algorithms.h"

#include <span>
#include <stdexcept>
#include <type_traits>

#include "bench/measure/algorithms/statistics.h"
#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

template <class T>
std::vector<T> LoadRow(const Row& row) {
  std::vector<T> x(row.columns);
  for (size_t i = 0; i < row.columns; ++i) x[i] = Rounded<T>(Value(*row.x_format, Load(*row.x_format, row.x, i)));
  return x;
}

template <class T>
void StoreAt(const Row& row, size_t i, T y) {
  Store(*row.y_format, row.y, i, RoundedBits(*row.y_format, static_cast<double>(y)));
}

template <class T>
T Affine(const Row& row, size_t i, T y) {
  const Format& p = *row.parameter_format;
  if (row.gamma != nullptr) y = y * Rounded<T>(Value(p, Load(p, row.gamma, i)));
  if (row.beta != nullptr) y = y + Rounded<T>(Value(p, Load(p, row.beta, i)));
  return y;
}

template <class T, class Method>
void Normalize(const Row& row) {
  const std::vector<T> x = LoadRow<T>(row);
  const auto [mean, variance] = Method::Of(std::span<const T>(x));
  const T rstd = Rounded<T>(1) / SquareRoot(variance + Rounded<T>(row.eps));
  for (size_t i = 0; i < row.columns; ++i) StoreAt(row, i, Affine(row, i, (x[i] - mean) * rstd));
}

// x rstd is rounded to y's format before gamma, as Hugging Face's LlamaRMSNorm does.
template <class T>
void RoundedBeforeGamma(const Row& row) {
  const std::vector<T> x = LoadRow<T>(row);
  const T square = MeanSquare<Sequential>::Of(std::span<const T>(x)).variance;
  const T rstd = Rounded<T>(1) / SquareRoot(square + Rounded<T>(row.eps));
  for (size_t i = 0; i < row.columns; ++i) {
    const Format& f = *row.y_format;
    const double rounded = Value(f, RoundedBits(f, static_cast<double>(x[i] * rstd)));
    StoreAt(row, i, Affine(row, i, Rounded<T>(rounded)));
  }
}

template <class T>
void AddLayerNorm(std::vector<Algorithm>& list, const Format& arithmetic) {
  list.insert(
      list.end(),
      {{"one-pass", "variance as mean(x^2) - mean(x)^2", &arithmetic, Normalize<T, OnePass>},
       {"clamped one-pass", "one-pass, a negative variance set to 0", &arithmetic, Normalize<T, ClampedOnePass>},
       {"shifted one-pass", "one-pass over x - x[0]", &arithmetic, Normalize<T, ShiftedOnePass>},
       {"two-pass", "variance as mean((x - mean)^2)", &arithmetic, Normalize<T, TwoPass<Sequential>>},
       {"pairwise", "two-pass, sums by halves", &arithmetic, Normalize<T, TwoPass<Pairwise>>},
       {"compensated", "two-pass, Kahan's sums", &arithmetic, Normalize<T, TwoPass<Compensated>>},
       {"Welford", "mean and variance updated element by element", &arithmetic, Normalize<T, Welford>},
       {"lane-wise Welford", "Welford in 8 lanes and chunks that are merged, as PyTorch", &arithmetic,
        Normalize<T, LaneWiseWelford>}});
  if constexpr (!std::is_same_v<T, double>) {
    list.push_back({"wide sums", "two-pass, sums in the next wider format but mean rounded, as ONNX Runtime and ggml",
                    &arithmetic, Normalize<T, WideSums>});
  }
}

template <class T>
void AddRmsNorm(std::vector<Algorithm>& list, const Format& arithmetic) {
  list.insert(
      list.end(),
      {{"sequential", "squares added from the first to the last", &arithmetic, Normalize<T, MeanSquare<Sequential>>},
       {"lane-wise", "squares added in 8 lanes", &arithmetic, Normalize<T, MeanSquare<LaneWise>>},
       {"pairwise", "squares added by halves", &arithmetic, Normalize<T, MeanSquare<Pairwise>>},
       {"compensated", "squares added by Kahan's sum", &arithmetic, Normalize<T, MeanSquare<Compensated>>},
       {"rounded before gamma", "sequential, x rstd rounded to y's format before gamma, as Hugging Face", &arithmetic,
        RoundedBeforeGamma<T>}});
  if constexpr (!std::is_same_v<T, double>) {
    list.push_back({"wide sums", "squares added in the next wider format", &arithmetic, Normalize<T, WideMeanSquare>});
  }
}

template <class T>
void Add(std::vector<Algorithm>& list, exactnorm_operation operation, const Format& arithmetic) {
  operation == EXACTNORM_RMS_NORM ? AddRmsNorm<T>(list, arithmetic) : AddLayerNorm<T>(list, arithmetic);
}

}  // namespace

std::vector<Algorithm> Algorithms(exactnorm_operation operation, const Format& x) {
  std::vector<Algorithm> list;
  if (x == kF16) Add<Binary16>(list, operation, kF16);
  if (x == kBF16) Add<Bfloat16>(list, operation, kBF16);
  if (x != kF64) Add<float>(list, operation, kF32);
  if (x == kF64 || x == kF32) {
    Add<double>(list, operation, kF64);
  } else if (operation == EXACTNORM_RMS_NORM) {
    list.push_back(
        {"sequential", "squares added from the first to the last", &kF64, Normalize<double, MeanSquare<Sequential>>});
  } else {
    list.push_back({"two-pass", "variance as mean((x - mean)^2)", &kF64, Normalize<double, TwoPass<Sequential>>});
  }
  return list;
}

Algorithm AlgorithmNamed(exactnorm_operation operation, const Format& x, const std::string& full_name) {
  for (const Algorithm& a : Algorithms(operation, x)) {
    if (a.full_name() == full_name) return a;
  }
  throw std::out_of_range("no algorithm " + full_name + " for rows of " + x.name);
}

}  // namespace exactnorm::measure
