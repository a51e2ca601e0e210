// SPDX-License-Identifier: Apache-2.0
// The exact answers of a row are computed once and held against each kernel's y.
#include "bench/measure/measurement.h"

#include <new>
#include <stdexcept>

#include "bench/measure/plain_kernels.h"
#include "exactnorm/exactnorm.h"

namespace exactnorm::measure {
namespace {

exactnorm_format FormatCode(const Format& f) {
  if (f == kF64) return EXACTNORM_F64;
  if (f == kF32) return EXACTNORM_F32;
  return f == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

// Through the public C interface, as any user would.
void Exactnorm(const Row& row) {
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = row.operation;
  call.x_format = FormatCode(*row.x_format);
  call.parameter_format = FormatCode(*row.parameter_format);
  call.y_format = FormatCode(*row.y_format);
  call.rows = 1;
  call.columns = row.columns;
  call.eps = row.eps;
  call.x = row.x;
  call.gamma = row.gamma;
  call.beta = row.beta;
  call.y = row.y;
  const exactnorm_status status = exactnorm_normalize(&call, nullptr);
  if (status == EXACTNORM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
}

constexpr Kernel kKernels[] = {
    {"exactnorm", "this library, correctly rounded", Exactnorm},
    {"one-pass", "variance as mean(x^2) - mean(x)^2", OnePass},
    {"two-pass", "variance as mean((x - mean)^2)", TwoPass},
    {"Welford", "mean and variance updated element by element", Welford},
    {"two-pass f64", "two-pass in binary64, y rounded once", TwoPassInBinary64},
};

Result MeasureOne(const Workload& workload, const Format& f, const Settings& settings) {
  Result result{&f, &workload, workload.obstacle(f), {}};
  if (!result.obstacle.empty()) return result;
  result.figures.resize(std::size(kKernels));
  const Batch batch = Draw(workload, f, settings.rows, settings.columns, settings.eps, settings.seed);
  std::vector<unsigned char> y(settings.columns * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < settings.rows; ++i) {
    const Row row = batch.RowAt(i, y.data());
    const std::vector<ExactAnswer> answers = ExactAnswers(row);
    for (size_t k = 0; k < std::size(kKernels); ++k) {
      kKernels[k].run(row);
      result.figures[k].Add(row, answers, y.data(), i);
    }
  }
  return result;
}

}  // namespace

std::span<const Kernel> Kernels() { return kKernels; }

Measurement Measure(const Settings& settings) {
  Measurement measurement{settings, {}};
  for (const Format* f : settings.formats) {
    for (const Workload& workload : Workloads()) measurement.results.push_back(MeasureOne(workload, *f, settings));
  }
  return measurement;
}

}  // namespace exactnorm::measure
